//! Several packages in one repository.

use super::{check, shown};

#[test]
fn members_of_a_workspace_are_built_from_its_root() {
    let files = [
        (
            "package.json",
            "{\"name\": \"all\", \"private\": true,\n\"workspaces\": [\"apps/*\", \"packages/*\", \"!packages/old\"], \"engines\": {\"node\": \"20\"}}",
        ),
        (
            "package-lock.json",
            "{\"lockfileVersion\": 3, \"packages\": {\"\": {}}}",
        ),
        (
            "apps/web/package.json",
            r#"{"name": "web", "scripts": {"build": "next build", "start": "next start"}, "dependencies": {"next": "14", "@x/ui": "*"}}"#,
        ),
        ("apps/web/app/page.tsx", ""),
        (
            "packages/ui/package.json",
            r#"{"name": "@x/ui", "main": "index.js", "scripts": {"build": "tsup"}, "dependencies": {"@x/core": "*"}}"#,
        ),
        ("packages/ui/index.js", ""),
        (
            "packages/core/package.json",
            r#"{"name": "@x/core", "scripts": {"build": "tsc"}}"#,
        ),
        (
            "packages/old/package.json",
            r#"{"name": "old", "private": true, "main": "old.js"}"#,
        ),
        ("packages/old/old.js", ""),
    ];
    insta::assert_snapshot!(shown(&files), @"
    .: nodejs library [] 20 | npm 10 | npm ci | - | -
    apps/web: nodejs web [next] 20 | npm 10 | npm ci | npm run build --workspace=@x/core && npm run build --workspace=@x/ui && npm run build --workspace=web | npm run start --workspace=web | :3000
    packages/core: nodejs library [] 20 | npm 10 | npm ci | npm run build --workspace=@x/core | -
    packages/old: nodejs app [] 24 | npm 11 | npm install | - | node old.js
    packages/ui: nodejs library [] 20 | npm 10 | npm ci | npm run build --workspace=@x/core && npm run build --workspace=@x/ui | -
    Npm .: apps/web packages/core packages/ui
    ");
    let mut with_turbo = files.to_vec();
    with_turbo.push(("turbo.json", "{}"));
    assert!(shown(&with_turbo).contains("| npx turbo run build --filter=web |"));
    let pnpm = [
        ("package.json", r#"{"name": "all"}"#),
        (
            "pnpm-workspace.yaml",
            "packages:\n  - 'apps/**'\n  - packages/*\n",
        ),
        files[2],
        files[3],
        files[4],
    ];
    insta::assert_snapshot!(shown(&pnpm), @"
    .: nodejs library [] 24 | pnpm - | pnpm install --no-frozen-lockfile | - | -
    apps/web: nodejs web [next] 24 | pnpm - | pnpm install --no-frozen-lockfile | pnpm --filter web... run build | pnpm --filter web run start | :3000
    packages/ui: nodejs library [] 24 | pnpm - | pnpm install --no-frozen-lockfile | pnpm --filter @x/ui run build | -
    Pnpm .: apps/web packages/ui
    ");
}

#[test]
fn a_root_that_only_calls_a_server_for_development_is_no_application() {
    let files = [
        (
            "package.json",
            r#"{"workspaces": ["website"], "scripts": {"start": "yarn workspace website start", "production": "npm run x"}}"#,
        ),
        ("yarn.lock", "# yarn lockfile v1\n"),
        (
            "website/package.json",
            r#"{"name": "website", "scripts": {"start": "docusaurus start"}, "dependencies": {"@docusaurus/core": "3"}}"#,
        ),
    ];
    insta::assert_snapshot!(shown(&files), @"
    .: nodejs library [] 24 | yarn 1 | yarn install --frozen-lockfile | - | -
    website: nodejs static [docusaurus] 24 | yarn 1 | yarn install --frozen-lockfile | yarn workspace website docusaurus build | - | files website/build
    Yarn .: website
    ");
}

#[test]
fn lerna_moon_and_nx_hold_packages_together() {
    let files = [
        ("package.json", r#"{"private": true}"#),
        ("lerna.json", "{\"packages\": [\"packages/*\"]}"),
        (
            "packages/a/package.json",
            r#"{"name": "a", "scripts": {"start": "node a.js"}}"#,
        ),
        (".moon/workspace.yml", "projects:\n  first: packages/a\n"),
        (
            "packages/b/package.json",
            r#"{"name": "b", "dependencies": {"fastify": "4"}}"#,
        ),
        (
            "packages/b/moon.yml",
            "tasks:\n  compile:\n    command: tsc\n  start:\n    command: [node, dist/b.js]\n",
        ),
    ];
    insta::assert_snapshot!(shown(&files), @"
    .: nodejs library [] 24 | npm 11 | npm install | - | -
    packages/a: nodejs app [] 24 | npm 11 | npm install | - | npm run start --workspace=a
    packages/b: nodejs api [fastify] 24 | npm 11 | npm install | npx moon run b:compile | npx moon run b:start | :3000
    Lerna .: packages/a packages/b
    Moon .: packages/a
    ");
    let server = r#"{"name": "server", "projectType": "application", "targets": {
        "build": {"executor": "@nx/webpack:webpack", "options": {"target": "node", "outputPath": "dist/apps/server"}, "configurations": {"production": {}}},
        "serve": {"executor": "@nx/js:node"}}}"#;
    let page = r#"{"name": "page", "projectType": "application", "targets": {"build": {"executor": "@nx/vite:build", "options": {"outputPath": "dist/apps/page"}}}}"#;
    let nx = [
        (
            "package.json",
            r#"{"scripts": {"start": "nx serve", "build": "nx build"}, "devDependencies": {"nx": "19"}}"#,
        ),
        ("nx.json", "{\"defaultProject\": \"server\"}"),
        ("apps/server/project.json", server),
        ("apps/page/project.json", page),
        (
            "apps/page-e2e/project.json",
            r#"{"projectType": "application", "targets": {"e2e": {"executor": "@nx/cypress:cypress"}}}"#,
        ),
        ("libs/x/project.json", r#"{"projectType": "library"}"#),
    ];
    insta::assert_snapshot!(shown(&nx), @"
    .: nodejs api [] 24 | npm 11 | npm install | npx nx run server:build:production | node dist/apps/server/main.js
    apps/page: nodejs static [] 24 | npm 11 | npm install | npx nx run page:build | - | files dist/apps/page with fallback
    apps/server: nodejs api [] 24 | npm 11 | npm install | npx nx run server:build:production | node dist/apps/server/main.js
    ");
}

#[test]
fn applications_of_nx_can_be_packages_and_take_their_builds_from_other_tools() {
    let root = r#"{"private": true, "workspaces": ["apps/*"], "devDependencies": {"nx": "21", "next": "15", "react": "18"}}"#;
    let files = [
        ("package.json", root),
        ("nx.json", "{}"),
        (
            "apps/cart/package.json",
            r#"{"name": "@x/cart", "private": true}"#,
        ),
        (
            "apps/cart/project.json",
            r#"{"name": "cart", "projectType": "application", "targets": {"build": {"outputs": ["{workspaceRoot}/dist/apps/cart"]}}}"#,
        ),
        ("apps/cart/rsbuild.config.ts", ""),
        (
            "apps/shop/project.json",
            r#"{"name": "shop", "projectType": "application", "targets": {"build": {"executor": "@nx/angular:application", "options": {"outputPath": {"base": "dist/apps/shop", "browser": ""}}}}}"#,
        ),
        (
            "apps/site/project.json",
            r#"{"name": "site", "projectType": "application"}"#,
        ),
        ("apps/site/next.config.js", ""),
        ("apps/cart-e2e/package.json", r#"{"name": "@x/cart-e2e"}"#),
        (
            "apps/cart-e2e/project.json",
            r#"{"name": "cart-e2e", "projectType": "application", "targets": {}}"#,
        ),
    ];
    insta::assert_snapshot!(shown(&files), @"
    .: nodejs library [] 24 | npm 11 | npm install | - | -
    apps/cart: nodejs static [] 24 | npm 11 | npm install | npx nx run cart:build | - | files dist/apps/cart with fallback
    apps/shop: nodejs static [] 24 | npm 11 | npm install | npx nx run shop:build | - | files dist/apps/shop with fallback
    apps/site: nodejs web [next] 24 | npm 11 | npm install | npx nx run site:build | npx nx run site:start
    Npm .: apps/cart apps/cart-e2e
    Nx .: apps/cart apps/cart-e2e
    ");
}

#[test]
fn what_is_no_part_of_the_project_is_left_out() {
    let package = r#"{"scripts": {"start": "node ."}}"#;
    check(
        &[
            ("package.json", package),
            ("examples/a/package.json", package),
            ("docs/package.json", package),
            ("tests/fixtures/x/package.json", package),
            ("cdn/package.json", r#"{"type": "module"}"#),
        ],
        ".: nodejs app [] 24 | npm 11 | npm install | - | npm run start",
    );
}
