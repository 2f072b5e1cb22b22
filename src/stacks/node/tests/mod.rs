//! What a package comes to: tables of files and what is said of them.

mod frameworks;
mod managers;
mod workspaces;

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::test_projects::{Given, given};
use crate::test_surveys::lines;

/// One line for every stack, workspace and problem.
fn shown(files: &[(&str, &str)]) -> String {
    let Given {
        stacks,
        workspaces,
        problems,
    } = given(files);
    let mut text = String::new();
    for stack in &stacks {
        let value = |found: &Option<dhtl_project_model::Found<String>>| {
            found
                .as_ref()
                .map_or_else(|| "-".to_owned(), |found| found.value.clone())
        };
        let kind = serde_json::to_value(stack.kind).unwrap();
        let project_type = serde_json::to_value(stack.project_type.value).unwrap();
        let names = stack.frameworks.iter().map(|one| one.value.as_str());
        let versions = stack.runtimes.iter().map(|one| one.version.value.as_str());
        let manager = stack
            .package_manager
            .as_ref()
            .map_or_else(String::new, |manager| {
                format!("{} {}", manager.name, value(&manager.version))
            });
        let _ = writeln!(
            text,
            "{}: {} {} [{}] {} | {manager} | {} | {} | {}{}{}{}",
            stack.folder,
            kind.as_str().unwrap(),
            project_type.as_str().unwrap(),
            names.collect::<Vec<_>>().join(" "),
            versions.collect::<Vec<_>>().join(" "),
            value(&stack.commands.install),
            value(&stack.commands.build),
            value(&stack.commands.start),
            stack
                .commands
                .migrate
                .as_ref()
                .map_or_else(String::new, |one| format!(" | migrate {}", one.value)),
            stack
                .port
                .as_ref()
                .map_or_else(String::new, |port| format!(" | :{}", port.value)),
            stack
                .static_output
                .as_ref()
                .map_or_else(String::new, |output| format!(
                    " | files {}{}",
                    output.value,
                    if stack.index_fallback {
                        " with fallback"
                    } else {
                        ""
                    }
                )),
        );
    }
    for workspace in &workspaces {
        let _ = writeln!(
            text,
            "{:?} {}: {}",
            workspace.tool,
            workspace.folder,
            workspace.members.join(" ")
        );
    }
    for problem in &problems {
        let _ = writeln!(text, "! {}: {}", problem.evidence, problem.message);
    }
    text.trim_end().to_owned()
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &str) {
    assert_eq!(shown(files), expected);
}

/// A root with this `package.json` and these files, which are empty.
#[track_caller]
fn check_package(manifest: &str, others: &[&str], expected: &str) {
    let mut files = vec![("package.json", manifest)];
    files.extend(others.iter().map(|path| (*path, "")));
    check(&files, expected);
}

#[test]
fn a_script_starts_or_else_the_main_file() {
    check_package(
        r#"{"scripts": {"start": "node x.js"}}"#,
        &[],
        ".: nodejs app [] 24 | npm 11 | npm install | - | npm run start",
    );
    check_package(
        r#"{"main": "src/a.js"}"#,
        &["src/a.js"],
        ".: nodejs app [] 24 | npm 11 | npm install | - | node src/a.js",
    );
    check_package(
        r#"{"main": "gone.js"}"#,
        &["server.js", "index.js"],
        ".: nodejs app [] 24 | npm 11 | npm install | - | node index.js",
    );
    check_package(
        r#"{"main": "lib"}"#,
        &["lib/index.js"],
        ".: nodejs app [] 24 | npm 11 | npm install | - | node lib/index.js",
    );
    check_package(
        r#"{"devDependencies": {"prettier": "3"}}"#,
        &[],
        ".: nodejs library [] 24 | npm 11 | npm install | - | -",
    );
}

#[test]
fn a_server_for_development_is_not_what_is_deployed() {
    check_package(
        r#"{"scripts": {"start": "nodemon src/app.js"}, "dependencies": {"express": "4"}}"#,
        &["src/app.js"],
        ".: nodejs api [express] 24 | npm 11 | npm install | - | node src/app.js",
    );
    check_package(
        r#"{"scripts": {"start": "npm run dev", "dev": "nodemon app", "start:prod": "node app"}, "dependencies": {"koa": "2"}}"#,
        &["app.js"],
        ".: nodejs api [koa] 24 | npm 11 | npm install | - | npm run start:prod",
    );
    check_package(
        r#"{"scripts": {"start": "nest start", "build": "nest build", "start:prod": "node dist/main"}, "dependencies": {"@nestjs/core": "10"}}"#,
        &["src/main.ts"],
        ".: nodejs api [nestjs] 24 | npm 11 | npm install | npm run build | npm run start:prod | :3000",
    );
}

#[test]
fn typescript_is_compiled_loaded_or_stripped() {
    check_package(
        r#"{"scripts": {"start": "node dist/index.js"}, "devDependencies": {"typescript": "5"}}"#,
        &["tsconfig.json", "src/index.ts"],
        ".: nodejs app [] 24 | npm 11 | npm install | npx tsc | npm run start",
    );
    check_package(
        r#"{"devDependencies": {"tsx": "4"}}"#,
        &["src/index.ts"],
        ".: nodejs app [] 24 | npm 11 | npm install | - | npx tsx src/index.ts",
    );
    check_package(
        r#"{"engines": {"node": "20"}}"#,
        &["index.ts"],
        ".: nodejs library [] 20 | npm 10 | - | - | -",
    );
    check_package(
        r#"{"main": "dist/index.js", "scripts": {"build": "tsc"}, "private": true}"#,
        &["src/index.ts"],
        ".: nodejs app [] 24 | npm 11 | npm install | npm run build | node dist/index.js",
    );
}

#[test]
fn bun_runs_what_its_scripts_call_it_for() {
    check_package(
        r#"{"scripts": {"start": "bun src/index.ts"}, "dependencies": {"elysia": "1"}}"#,
        &["bunfig.toml"],
        ".: bun api [elysia] 1 | bun - | bun install | - | bun run start | :3000",
    );
    check_package(
        r#"{"scripts": {"start": "node index.js"}}"#,
        &["bun.lockb"],
        ".: nodejs app [] 24 | bun 1 | bun install --frozen-lockfile | - | bun run start",
    );
    check_package(
        r#"{"module": "index.ts", "engines": {"bun": "1.1.0"}}"#,
        &["bun.lockb", "index.ts"],
        ".: bun app [] 1.1.0 | bun 1.1.0 | bun install --frozen-lockfile | - | bun run index.ts",
    );
}

#[test]
fn databases_are_migrated_where_nothing_else_does_it() {
    check_package(
        r#"{"scripts": {"start": "node .", "build": "tsc"}, "dependencies": {"@prisma/client": "7", "prisma": "7"}}"#,
        &["prisma/schema.prisma", "prisma/migrations/1/migration.sql"],
        ".: nodejs app [] 24 | npm 11 | npm install | npx prisma generate && npm run build | npm run start | migrate npx prisma migrate deploy",
    );
    check_package(
        r#"{"scripts": {"start": "prisma migrate deploy && node ."}, "dependencies": {"@prisma/client": "5"}}"#,
        &["prisma/schema.prisma", "prisma/migrations/1/migration.sql"],
        ".: nodejs app [] 24 | npm 11 | npm install | - | npm run start",
    );
    check_package(
        r#"{"scripts": {"start": "node .", "db:migrate": "knex migrate:latest"}, "dependencies": {"knex": "3"}}"#,
        &[],
        ".: nodejs app [] 24 | npm 11 | npm install | - | npm run start | migrate npm run db:migrate",
    );
}

#[test]
fn deno_has_tasks_or_a_main_file() {
    check(
        &[
            (
                "deno.jsonc",
                "{\n // x\n \"tasks\": {\"dev\": \"deno run --watch main.ts\", \"start\": \"deno run -A main.ts\"}}",
            ),
            ("deno.lock", "{}"),
            ("main.ts", "Deno.serve(() => new Response())"),
        ],
        ".: deno api [] 2 | deno - | deno install --frozen | - | deno task start | :8000",
    );
    check(
        &[(
            "src/index.ts",
            "import * as o from \"https://modules.example/x/cowsay/mod.ts\";\n",
        )],
        ".: deno app [] 2 |  | deno cache src/index.ts | - | deno run -A src/index.ts",
    );
    check(
        &[
            (
                "deno.json",
                r#"{"tasks": {"start": "deno run -A --watch=static/ dev.ts"}, "imports": {"$fresh/": "https://modules.example/x/fresh@1.6.0/"}}"#,
            ),
            ("main.ts", "await start(manifest)"),
            (".dvmrc", "1.40.0"),
        ],
        ".: deno web [fresh] 1.40.0 | deno - | deno install | - | deno run -A main.ts",
    );
    check(
        &[
            ("deno.json", r#"{"name": "@x/y", "exports": "./mod.ts"}"#),
            ("mod.ts", ""),
            ("a/deno.json", "{}"),
        ],
        ".: deno library [] 2 | deno - | deno install | - | -\na: deno library [] 2 | deno - | deno install | - | -",
    );
    check(
        &[("deno.json", r#"{"workspace": ["./a", "b"]}"#)],
        ".: deno library [] 2 | deno - | deno install | - | -\nDeno .: a b",
    );
}

#[test]
fn bad_manifests_are_problems_with_their_line() {
    check(
        &[("package.json", "{\n\"scripts\": {\n}"), ("index.js", "")],
        "! package.json:1 (json-syntax): invalid JSON: unterminated object",
    );
    check_package("[]", &[], ".: nodejs library [] 24 | npm 11 | - | - | -");
    let text = shown(&[(
        "package.json",
        "{\n// start\n\"scripts\": {\"start\": \"node .\"}}",
    )]);
    assert!(
        text.contains("npm run start") && text.contains("! package.json:2 (json-syntax)"),
        "{text}"
    );
    let text = shown(&[("package.json", "\u{0}\u{1}binary")]);
    assert!(text.starts_with("! package.json:1 (json-syntax)"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_stands_in_these_files_is_no_reason_to_panic(
        which in prop::sample::select(vec![
            "package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml", "yarn.lock", "package-lock.json",
            "bun.lock", "nx.json", "lerna.json", "angular.json", "deno.json", "vite.config.ts",
            ".moon/workspace.yml", "moon.yml", ".yarnrc.yml", "Dockerfile", ".npmrc", "next.config.js",
        ]),
        text in "(\\PC|[ \\n:{}\\[\\]\"'.-]){0,80}",
    ) {
        let package = r#"{"dependencies": {"vite": "5", "next": "1", "@angular/core": "1", "a": "1"}}"#;
        let mut files = vec![("package.json", package), ("index.html", ""), (which, text.as_str())];
        if which == "package.json" {
            files.remove(0);
        }
        let _ = shown(&files);
    }

    #[test]
    fn a_manifest_cut_short_is_no_reason_to_panic(end in 0usize..400) {
        let package = r#"{"name": "x", "scripts": {"start": "node dist/x.js -p 80", "build": "tsc"}, "main": "./dist/x.js",
            "workspaces": {"packages": ["a/*"]}, "bin": {"x": "./x.js"}, "engines": {"node": "^18 || >=20"},
            "packageManager": "pnpm@9.1.0+sha512.aa", "volta": {"node": "18.1.0"}, "dependencies": {"express": "^4.0.0"}}"#;
        let text = package.get(..end.min(package.len())).unwrap_or(package);
        let _ = shown(&[("package.json", text)]);
    }
}

#[test]
fn a_file_is_run_without_a_package() {
    let server =
        "const http = require('http')\nhttp.createServer(x).listen(process.env.PORT || 8080)";
    check(
        &[("server.js", server)],
        ".: nodejs api [] 24 |  | - | - | node server.js | :8080",
    );
    check(
        &[
            ("index.js", "console.log(process.version)"),
            (".nvmrc", "22"),
        ],
        ".: nodejs app [] 22 |  | - | - | node index.js",
    );
    // What a page loads is no program.
    check(
        &[
            ("index.html", "<script src=app.js></script>"),
            ("app.js", "const x = require('x')"),
        ],
        ".: static static []  |  | - | - | - | files .",
    );
}

#[test]
fn deno_can_build_pages() {
    check(
        &[
            (
                "deno.json",
                r#"{"tasks": {"dev": "deno run -A npm:vite", "build": "deno run -A npm:vite build"}}"#,
            ),
            ("index.html", ""),
            ("src/main.tsx", ""),
        ],
        ".: deno static [vite] 2 | deno - | deno install | deno task build | - | files dist with fallback",
    );
}

#[test]
fn what_deno_is_tested_with_is_no_part_of_a_project() {
    let text = shown(&[
        ("deno.json", r#"{"tasks": {"start": "deno run main.ts"}}"#),
        ("main.ts", "Deno.serve(() => new Response())"),
        ("tests/specs/a/deno.json", r#"{"workspace": ["./b"]}"#),
        ("tests/testdata/broken/deno.json", "{"),
    ]);
    assert!(!text.contains("tests/"), "{text}");
}

#[test]
fn packages_for_deno_are_no_stack_of_their_own() {
    check(
        &[
            (
                "deno.json",
                r#"{"tasks": {"start": "deno run -A server.ts"}}"#,
            ),
            ("package.json", r#"{"dependencies": {"react": "19"}}"#),
            ("server.ts", "Deno.serve(x)"),
        ],
        ".: deno api [] 2 | deno - | deno install | - | deno task start | :8000",
    );
}

#[test]
fn what_is_compiled_is_run_as_it_is_compiled() {
    let package = r#"{"scripts": {"build": "tsc", "dev": "tsx watch src/bot.ts"}, "dependencies": {"discord.js": "14"}, "devDependencies": {"tsx": "4", "typescript": "5"}}"#;
    let check_config = |config: &str, command: &str| {
        check(
            &[
                ("package.json", package),
                ("tsconfig.json", config),
                ("src/bot.ts", ""),
            ],
            &format!(
                ".: nodejs bot [discord.js] 24 | npm 11 | npm install | npm run build | {command}"
            ),
        );
    };
    check_config(
        r#"{"compilerOptions": {"outDir": "./dist"}, /* all */ "include": ["src/**/*"]}"#,
        "node dist/bot.js",
    );
    check_config(
        r#"{"compilerOptions": {"outDir": "build", "rootDir": "./"}}"#,
        "node build/src/bot.js",
    );
    check_config(
        r#"{"compilerOptions": {"outDir": "build"}, "include": ["src", "scripts"]}"#,
        "node build/src/bot.js",
    );
    check_config(
        r#"{"compilerOptions": {"noEmit": true, "outDir": "build"}}"#,
        "npx tsx src/bot.ts",
    );
}

#[test]
fn a_container_starts_what_nothing_else_does() {
    let package = r#"{"private": true, "scripts": {"build": "tsc -p ."}, "dependencies": {"discord.js": "14"}, "devDependencies": {"typescript": "5"}}"#;
    let container = "FROM node:22\nCOPY . .\nCMD [\"node\", \"dist/start.js\"]\n";
    // A file of a usual name is a guess, and none is no library.
    for file in ["src/index.ts", "src/start.ts"] {
        let files = [
            ("package.json", package),
            ("Dockerfile", container),
            (file, ""),
        ];
        let found = lines(&files, |stack| {
            let start = stack.commands.start.as_ref().unwrap();
            format!("{:?} {}", stack.project_type.value, start.value)
        });
        assert_eq!(found, "Bot node dist/start.js", "{file}");
    }
}
