//! Package managers, locks and versions.

use super::{check, check_package, shown};

#[test]
fn lock_files_name_the_manager_and_its_version() {
    let package = (
        "package.json",
        r#"{"scripts": {"start": "x"}, "dependencies": {"a": "^1"}}"#,
    );
    let check = |lock: (&str, &str), expected: &str| {
        let text = shown(&[package, lock]);
        let parts: Vec<&str> = text.split(" | ").collect();
        assert_eq!(format!("{} | {}", parts[1], parts[2]), expected, "{text}");
    };
    let npm = r#"{"lockfileVersion": 2, "packages": {"": {"dependencies": {"a": "^1"}}}}"#;
    check(
        (
            "package-lock.json",
            "{\n\"lockfileVersion\": 1,\n\"dependencies\": {\"a\": {}}}",
        ),
        "npm 6 | npm ci",
    );
    check(
        (
            "package-lock.json",
            &npm.replace("{\"lock", "{\n\"lock")
                .replace(", \"p", ",\n\"p"),
        ),
        "npm 8 | npm ci",
    );
    check(
        (
            "npm-shrinkwrap.json",
            "{\n  \"lockfileVersion\": 3,\n  \"packages\": {\n \"\": {\"dependencies\": {\"a\": \"^1\"}}}}",
        ),
        "npm 11 | npm ci",
    );
    check(
        (
            "pnpm-lock.yaml",
            "lockfileVersion: 5.3\nspecifiers:\n  a: ^1\n",
        ),
        "pnpm 6 | pnpm install --frozen-lockfile",
    );
    check(
        (
            "pnpm-lock.yaml",
            "lockfileVersion: 5.4\nspecifiers:\n  a: ^1\n",
        ),
        "pnpm 7 | pnpm install --frozen-lockfile",
    );
    check(
        (
            "pnpm-lock.yaml",
            "lockfileVersion: '6.0'\ndependencies:\n  a:\n    specifier: ^1\n    version: 1.0.0\n",
        ),
        "pnpm 8 | pnpm install --frozen-lockfile",
    );
    check(
        (
            "pnpm-lock.yaml",
            "lockfileVersion: '9.0'\nimporters:\n\n  .:\n    dependencies:\n      a:\n        specifier: ^1\n        version: 1.0.0\n",
        ),
        "pnpm 9 | pnpm install --frozen-lockfile",
    );
    check(
        (
            "yarn.lock",
            "# yarn lockfile v1\n\n\na@^1:\n  version \"1.0.0\"\n",
        ),
        "yarn 1 | yarn install --frozen-lockfile",
    );
    check(
        (
            "yarn.lock",
            "__metadata:\n  version: 6\n\n\"a@npm:^1\":\n  version: 1.0.0\n",
        ),
        "yarn 3 | yarn install --immutable",
    );
    check(
        (
            "yarn.lock",
            "__metadata:\n  version: 8\n\n\"a@npm:^0, a@npm:^1\":\n  version: 1.0.0\n",
        ),
        "yarn 4 | yarn install --immutable",
    );
    check(
        (
            "bun.lock",
            "{\n  \"lockfileVersion\": 1,\n  \"workspaces\": {\n    \"\": {\n \"dependencies\": {\"a\": \"^1\",},\n},},}",
        ),
        "bun 1 | bun install --frozen-lockfile",
    );
    check(
        ("bun.lockb", "\u{0}"),
        "bun 1 | bun install --frozen-lockfile",
    );
}

#[test]
fn a_lock_that_disagrees_is_reported_and_not_insisted_on() {
    let package = (
        "package.json",
        "{\"scripts\": {\"start\": \"x\"},\n\"dependencies\": {\n\"a\": \"^2\"}}",
    );
    let check = |lock: (&str, &str), expected: &str, place: &str| {
        let text = shown(&[package, lock]);
        assert!(text.contains(expected) && text.contains(place), "{text}");
    };
    let stale = "! package.json:3 (lock-out-of-date)";
    check(
        (
            "package-lock.json",
            "{\"lockfileVersion\": 3, \"packages\": {\"\": {\"dependencies\": {\"a\": \"^1\"}}}}",
        ),
        "| npm install |",
        stale,
    );
    check(
        (
            "package-lock.json",
            "{\n\"lockfileVersion\": 1,\n \"dependencies\": {}}",
        ),
        "| npm install |",
        stale,
    );
    check(
        (
            "pnpm-lock.yaml",
            "lockfileVersion: 5.4\nspecifiers:\n  a: ^1\n",
        ),
        "--no-frozen-lockfile |",
        stale,
    );
    check(
        (
            "yarn.lock",
            "# yarn lockfile v1\n\na@^1:\n  version \"1.0.0\"\n",
        ),
        "| yarn install |",
        stale,
    );
    check(
        (
            "bun.lock",
            "{\"workspaces\": {\"\": {\"dependencies\": {}}}}",
        ),
        "| bun install |",
        stale,
    );
    check(
        ("yarn.lock", "# yarn lockfile v1\n<<<<<<< HEAD\na@^2:\n"),
        "| yarn install |",
        "! yarn.lock:2 (lock-conflict)",
    );
    // What only the lock has was taken out of the package.
    let gone = [
        (
            "package.json",
            "{\"dependencies\": {\"a\": \"1\"}, \"peerDependencies\": {\"p\": \"1\"}}",
        ),
        (
            "pnpm-lock.yaml",
            "lockfileVersion: 5.4\nspecifiers:\n  a: '1'\n  p: '1'\n",
        ),
    ];
    assert!(shown(&gone).contains("--frozen-lockfile"));
}

#[test]
fn a_lock_of_pnpm_may_begin_with_pnpm_itself_and_hold_overrides() {
    let package = ("package.json", "{\"dependencies\": {\"a\": \"^1\"}}");
    let own = "lockfileVersion: '9.0'\nimporters:\n  .:\n    packageManagerDependencies:\n      pnpm:\n        specifier: 11.0.0\n        version: 11.0.0\n";
    let lock = |request: &str, overrides: &str| {
        format!(
            "---\n{own}---\nlockfileVersion: '9.0'\n{overrides}importers:\n  .:\n    dependencies:\n      a:\n        specifier: {request}\n        version: 1.0.0\n"
        )
    };
    let check = |lock: &str, is_current: bool| {
        let text = shown(&[package, ("pnpm-lock.yaml", lock)]);
        assert_eq!(text.contains(" --frozen-lockfile"), is_current, "{text}");
    };
    check(&lock("^1", ""), true);
    check(&lock("^2", ""), false);
    check(&lock("^2", "overrides:\n  a: ^2\n"), true);
}

#[test]
fn whoever_is_named_wins_among_several_locks() {
    let lock = "{\"lockfileVersion\": 3, \"packages\": {\"\": {}}}";
    check(
        &[
            (
                "package.json",
                r#"{"packageManager": "npm@10.2.0+sha224.x", "scripts": {"start": "x"}}"#,
            ),
            ("package-lock.json", lock),
            ("yarn.lock", ""),
        ],
        ".: nodejs app [] 24 | npm 10.2.0 | npm ci | - | npm run start",
    );
    check_package(
        r#"{"packageManager": "pnpm@9.5.0", "scripts": {"start": "x"}}"#,
        &[],
        ".: nodejs app [] 24 | pnpm 9.5.0 | pnpm install --no-frozen-lockfile | - | pnpm run start",
    );
    check_package(
        r#"{"devEngines": {"packageManager": {"name": "yarn", "version": "^4.1"}, "runtime": [{"name": "node", "version": "^22"}]}, "scripts": {"start": "x"}}"#,
        &[],
        ".: nodejs app [] 22 | yarn 4 | yarn install --no-immutable | - | yarn run start",
    );
    check(
        &[
            (
                "package.json",
                r#"{"scripts": {"start": "x"}, "volta": {"node": "20.1.0"}, "engines": {"node": ">=18"}}"#,
            ),
            (".yarnrc.yml", "yarnPath: .yarn/releases/yarn-3.2.4.cjs\n"),
        ],
        ".: nodejs app [] 20.1.0 | yarn 3.2.4 | yarn install --no-immutable | - | yarn run start",
    );
}

#[test]
fn versions_come_from_where_people_put_them() {
    let package = r#"{"scripts": {"start": "x"}, "engines": {"node": ">=18"}}"#;
    let plain = r#"{"scripts": {"start": "x"}}"#;
    let check = |files: &[(&str, &str)], expected: &str| {
        let text = shown(files);
        assert!(
            text.starts_with(&format!(".: nodejs app [] {expected} |")),
            "{text}"
        );
    };
    check(&[("package.json", package)], "24");
    check(&[("package.json", package), (".nvmrc", "lts/iron")], "20");
    check(
        &[("package.json", package), (".node-version", "v22.1.0\n")],
        "22.1.0",
    );
    check(
        &[
            ("package.json", package),
            (".tool-versions", "nodejs 20.11.1\n"),
        ],
        "20.11.1",
    );
    check(
        &[
            ("package.json", package),
            (".npmrc", "use-node-version=20.2.0\n"),
        ],
        "20.2.0",
    );
    check(
        &[
            ("package.json", plain),
            ("Dockerfile", "# x\nFROM --platform=x node:18-alpine AS b\n"),
        ],
        "18",
    );
    check(
        &[
            ("package.json", plain),
            (
                "netlify.toml",
                "[build.environment]\nNODE_VERSION = \"16\"\n",
            ),
        ],
        "16",
    );
    check(
        &[("package.json", package), ("Dockerfile", "FROM node:18\n")],
        "18",
    );
    check(
        &[
            ("package.json", package),
            (".nvmrc", "22"),
            ("Dockerfile", "FROM node:18\n"),
        ],
        "22",
    );
    check(
        &[
            ("package.json", plain),
            ("Dockerfile", "ARG V=20-slim\nFROM node:${V}\n"),
        ],
        "20",
    );
}

#[test]
fn what_bun_runs_is_installed_with_it() {
    check_package(
        r#"{"scripts": {"dev": "bun run --hot src/index.ts"}, "dependencies": {"hono": "4"}}"#,
        &["src/index.ts"],
        ".: bun api [hono] 1 | bun - | bun install | - | bun run src/index.ts | :3000",
    );
    check_package(
        r#"{"scripts": {"start": "bun src/index.ts"}, "packageManager": "pnpm@9.1.0", "dependencies": {"hono": "4"}}"#,
        &["src/index.ts"],
        ".: bun api [hono] 1 | pnpm 9.1.0 | pnpm install --no-frozen-lockfile | - | pnpm run start | :3000",
    );
}

#[test]
fn volta_is_followed_into_the_file_it_extends() {
    check(
        &[
            (
                "package.json",
                r#"{"workspaces": ["apps/*"], "volta": {"node": "20.11.1", "yarn": "1.22.19"}}"#,
            ),
            ("yarn.lock", "# yarn lockfile v1"),
            (
                "other/package.json",
                r#"{"volta": {"extends": "../package.json"}, "scripts": {"start": "node x.js"}}"#,
            ),
            ("other/x.js", ""),
        ],
        ".: nodejs library [] 20.11.1 | yarn 1.22.19 | yarn install --frozen-lockfile | - | -\n\
         other: nodejs app [] 20.11.1 | yarn 1.22.19 | yarn install | - | yarn run start",
    );
}

#[test]
fn a_lock_of_another_version_is_not_insisted_on() {
    check(
        &[
            (
                "package.json",
                r#"{"packageManager": "pnpm@9.5.0", "scripts": {"start": "x"}}"#,
            ),
            ("pnpm-lock.yaml", "lockfileVersion: 5.4\n"),
        ],
        ".: nodejs app [] 24 | pnpm 9.5.0 | pnpm install --no-frozen-lockfile | - | pnpm run start\n\
         ! pnpm-lock.yaml:1 (lock-file-version): pnpm 9 does not read what pnpm 7 wrote",
    );
    check(
        &[
            (
                "package.json",
                r#"{"packageManager": "pnpm@10.5.0", "scripts": {"start": "x"}}"#,
            ),
            ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n"),
        ],
        ".: nodejs app [] 24 | pnpm 10.5.0 | pnpm install --frozen-lockfile | - | pnpm run start",
    );
    let berry = ("yarn.lock", "__metadata:\n  version: 8\n");
    check(
        &[
            (
                "package.json",
                r#"{"engines": {"yarn": "1.x"}, "scripts": {"start": "x"}}"#,
            ),
            berry,
        ],
        ".: nodejs app [] 24 | yarn 4 | yarn install --immutable | - | yarn run start",
    );
    check(
        &[
            (
                "package.json",
                r#"{"packageManager": "yarn@4.1.0", "scripts": {"start": "x"}}"#,
            ),
            ("yarn.lock", "# yarn lockfile v1\n"),
        ],
        ".: nodejs app [] 24 | yarn 4.1.0 | yarn install --no-immutable | - | yarn run start\n\
         ! yarn.lock:1 (lock-file-version): yarn 4 does not read what yarn 1 wrote",
    );
}
