//! Frameworks, and what they make of a package.

use super::{check, check_package};
use crate::test_projects::given;

#[test]
fn meta_frameworks_are_served_by_themselves() {
    check_package(
        r#"{"dependencies": {"next": "14", "react": "18"}}"#,
        &["app/page.tsx"],
        ".: nodejs web [next react] 24 | npm 11 | npm install | npx next build | npx next start | :3000",
    );
    check_package(
        r#"{"scripts": {"start": "next start -p 4000", "build": "next build"}, "dependencies": {"next": "14"}}"#,
        &["pages/index.js"],
        ".: nodejs web [next] 24 | npm 11 | npm install | npm run build | npm run start | :4000",
    );
    check(
        &[
            (
                "package.json",
                r#"{"scripts": {"start": "next start"}, "dependencies": {"next": "14"}}"#,
            ),
            (
                "next.config.mjs",
                "export default {\n  output: 'export',\n}",
            ),
        ],
        ".: nodejs static [next] 24 | npm 11 | npm install | npx next build | - | files out",
    );
    check_package(
        r#"{"scripts": {"build": "nuxt build"}, "dependencies": {"nuxt": "^3.8"}}"#,
        &["nuxt.config.ts"],
        ".: nodejs web [nuxt] 24 | npm 11 | npm install | npm run build | node .output/server/index.mjs | :3000",
    );
    check_package(
        r#"{"scripts": {"build": "nuxt generate"}, "devDependencies": {"nuxt": "3"}}"#,
        &["nuxt.config.ts"],
        ".: nodejs static [nuxt] 24 | npm 11 | npm install | npm run build | - | files .output/public",
    );
    check_package(
        r#"{"dependencies": {"@remix-run/serve": "2"}, "devDependencies": {"@remix-run/dev": "2"}}"#,
        &["vite.config.ts"],
        ".: nodejs web [remix] 24 | npm 11 | npm install | npx remix vite:build | npx remix-serve ./build/server/index.js | :3000",
    );
    check(
        &[
            (
                "package.json",
                r#"{"devDependencies": {"@react-router/dev": "7"}}"#,
            ),
            ("react-router.config.ts", "export default { ssr: false }"),
        ],
        ".: nodejs static [react-router] 24 | npm 11 | npm install | npx react-router build | - | files build/client with fallback",
    );
    check_package(
        r#"{"scripts": {"start": "vinxi start"}, "dependencies": {"@solidjs/start": "1"}}"#,
        &[],
        ".: nodejs web [solid-start] 24 | npm 11 | npm install | npx vinxi build | npm run start | :3000",
    );
}

#[test]
fn adapters_decide_what_a_build_leaves() {
    let kit = r#"{"devDependencies": {"@sveltejs/kit": "2", "@sveltejs/adapter-X": "5"}}"#;
    let check_kit = |adapter: &str, config: &str, expected: &str| {
        let package = kit.replace("adapter-X", adapter);
        check(
            &[("package.json", &package), ("svelte.config.js", config)],
            expected,
        );
    };
    check_kit(
        "adapter-node",
        "import adapter from '@sveltejs/adapter-node'",
        ".: nodejs web [sveltekit] 24 | npm 11 | npm install | npx vite build | node build | :3000",
    );
    check_kit(
        "adapter-static",
        "import adapter from '@sveltejs/adapter-static'; const x = { fallback: 'index.html', pages: 'out' }",
        ".: nodejs static [sveltekit] 24 | npm 11 | npm install | npx vite build | - | files out with fallback",
    );
    check_kit(
        "adapter-auto",
        "import adapter from '@sveltejs/adapter-auto'",
        ".: nodejs web [sveltekit] 24 | npm 11 | npm install | npx vite build | node build | :3000",
    );
    check_kit(
        "adapter-vercel",
        "import adapter from '@sveltejs/adapter-vercel'",
        ".: nodejs web [sveltekit] 24 | npm 11 | npm install | npx vite build | -",
    );
    let astro = (
        "package.json",
        r#"{"dependencies": {"astro": "5", "@astrojs/node": "9"}}"#,
    );
    check(
        &[
            astro,
            (
                "astro.config.mjs",
                "import node from '@astrojs/node'; export default { output: 'server', adapter: node() }",
            ),
        ],
        ".: nodejs web [astro] 24 | npm 11 | npm install | npx astro build | node ./dist/server/entry.mjs | :4321",
    );
    check(
        &[
            astro,
            (
                "astro.config.mjs",
                "export default { outDir: './public_html' }",
            ),
        ],
        ".: nodejs static [astro] 24 | npm 11 | npm install | npx astro build | - | files public_html",
    );
}

#[test]
fn angular_says_where_its_build_goes() {
    let package = (
        "package.json",
        r#"{"scripts": {"start": "ng serve"}, "dependencies": {"@angular/core": "18"}}"#,
    );
    let config = r#"{"projects": {"shop": {"projectType": "application", "architect": {"build": {
        "builder": "@angular-devkit/build-angular:application", "options": {"outputPath": "dist/shop"}}}}}}"#;
    check(
        &[package, ("angular.json", config)],
        ".: nodejs static [angular] 24 | npm 11 | npm install | npx ng build | - | files dist/shop/browser with fallback",
    );
    let rendered = config.replace(
        "\"dist/shop\"",
        "\"dist/shop\", \"ssr\": {\"entry\": \"server.ts\"}",
    );
    check(
        &[package, ("angular.json", &rendered)],
        ".: nodejs web [angular] 24 | npm 11 | npm install | npx ng build | node dist/shop/server/server.mjs | :4000",
    );
    let legacy = config.replace(":application\", \"opt", ":browser\", \"opt");
    check(
        &[package, ("angular.json", &legacy)],
        ".: nodejs static [angular] 24 | npm 11 | npm install | npx ng build | - | files dist/shop with fallback",
    );
}

#[test]
fn pages_that_are_built_are_files() {
    check_package(
        r#"{"scripts": {"dev": "vite", "build": "vite build", "preview": "vite preview"}, "dependencies": {"vue": "3"}, "devDependencies": {"vite": "5"}}"#,
        &["index.html"],
        ".: nodejs static [vite vue] 24 | npm 11 | npm install | npm run build | - | files dist with fallback",
    );
    let vite = ("package.json", r#"{"devDependencies": {"vite": "5"}}"#);
    check(
        &[
            vite,
            ("index.html", ""),
            (
                "vite.config.ts",
                "export default defineConfig({ outDir: 'a', build: { outDir: 'b' } })",
            ),
        ],
        ".: nodejs static [vite] 24 | npm 11 | npm install | npx vite build | - | files b with fallback",
    );
    check(
        &[
            vite,
            ("web/index.html", ""),
            (
                "vite.config.ts",
                "export default { root: 'web', build: { outDir: '../public' } }",
            ),
        ],
        ".: nodejs static [vite] 24 | npm 11 | npm install | npx vite build | - | files public with fallback",
    );
    check_package(
        r#"{"scripts": {"start": "react-scripts start", "build": "react-scripts build"}, "dependencies": {"react-scripts": "5", "react": "18"}}"#,
        &["public/index.html"],
        ".: nodejs static [create-react-app react] 24 | npm 11 | npm install | npm run build | - | files build with fallback",
    );
    check_package(
        r#"{"scripts": {"start": "docusaurus start", "build": "docusaurus build"}, "dependencies": {"@docusaurus/core": "3"}}"#,
        &[],
        ".: nodejs static [docusaurus] 24 | npm 11 | npm install | npm run build | - | files build",
    );
    check_package(
        r#"{"scripts": {"docs:build": "vitepress build manual"}, "devDependencies": {"vitepress": "1"}}"#,
        &[],
        ".: nodejs static [vitepress] 24 | npm 11 | npm install | - | - | files manual/.vitepress/dist",
    );
    check_package(
        r#"{"scripts": {"start": "serve -s build"}, "dependencies": {"react-scripts": "5"}}"#,
        &[],
        ".: nodejs static [create-react-app] 24 | npm 11 | npm install | npx react-scripts build | npm run start | files build with fallback",
    );
    // A server that hands them out is what is deployed.
    check_package(
        r#"{"scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}, "devDependencies": {"vite": "5"}}"#,
        &["index.html", "server.js"],
        ".: nodejs web [express vite] 24 | npm 11 | npm install | npx vite build | npm run start | files dist with fallback",
    );
}

#[test]
fn what_a_hosting_service_publishes_is_what_a_build_leaves() {
    let package = r#"{"private": true, "scripts": {"build": "node make.js"}}"#;
    check(
        &[
            ("package.json", package),
            ("vercel.json", r#"{"outputDirectory": "out"}"#),
        ],
        ".: nodejs static [] 24 | npm 11 | - | npm run build | - | files out",
    );
    let vite = r#"{"devDependencies": {"vite": "5"}}"#;
    check(
        &[
            ("package.json", vite),
            ("index.html", ""),
            ("netlify.toml", "[build]\npublish = \"public_html\"\n"),
        ],
        ".: nodejs static [vite] 24 | npm 11 | npm install | npx vite build | - | files public_html with fallback",
    );
    let server = r#"{"scripts": {"start": "node .", "build": "tsc"}}"#;
    check(
        &[
            ("package.json", server),
            ("vercel.json", r#"{"outputDirectory": "out"}"#),
        ],
        ".: nodejs app [] 24 | npm 11 | npm install | npm run build | npm run start",
    );
}

#[test]
fn servers_workers_bots_and_commands_are_told_apart() {
    let kind = |manifest: &str, others: &[&str]| {
        let mut files = vec![("package.json", manifest)];
        files.extend(others.iter().map(|path| (*path, "")));
        let stacks = given(&files).stacks;
        serde_json::to_value(stacks[0].project_type.value)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    let start = |dependencies: &str| {
        format!(r#"{{"scripts": {{"start": "node ."}}, "dependencies": {{{dependencies}}}}}"#)
    };
    assert_eq!(kind(&start("\"express\": \"4\""), &[]), "api");
    assert_eq!(
        kind(&start("\"express\": \"4\", \"ejs\": \"3\""), &[]),
        "web"
    );
    assert_eq!(
        kind(&start("\"hono\": \"4\""), &["public/index.html"]),
        "web"
    );
    assert_eq!(
        kind(&start("\"discord.js\": \"14\", \"express\": \"4\""), &[]),
        "bot"
    );
    assert_eq!(kind(&start("\"bullmq\": \"5\""), &[]), "worker");
    assert_eq!(kind(&start("\"electron\": \"30\""), &[]), "app");
    assert_eq!(
        kind(
            r#"{"bin": "cli.js", "dependencies": {"commander": "12"}}"#,
            &["cli.js"]
        ),
        "cli"
    );
    assert_eq!(
        kind(
            r#"{"main": "index.js", "exports": "./index.js"}"#,
            &["index.js"]
        ),
        "library"
    );
    assert_eq!(
        kind(
            r#"{"main": "index.js", "files": ["x"], "devDependencies": {"express": "4"}}"#,
            &["index.js"]
        ),
        "library"
    );
}

#[test]
fn a_server_without_a_framework_is_seen_in_its_code() {
    check(
        &[
            (
                "package.json",
                r#"{"scripts": {"start": "node dist/server.js", "build": "tsc"}}"#,
            ),
            (
                "src/server.ts",
                "import http from 'http'\nhttp.createServer(f).listen(process.env.PORT || 8081)\n",
            ),
        ],
        ".: nodejs api [] 24 | npm 11 | npm install | npm run build | npm run start | :8081",
    );
}

#[test]
fn applications_of_devices_are_not_started_on_a_server() {
    check_package(
        r#"{"main": "main.js", "scripts": {"start": "electron .", "build": "electron-builder"}, "devDependencies": {"electron": "30"}}"#,
        &["main.js"],
        ".: nodejs app [electron] 24 | npm 11 | npm install | npm run build | -",
    );
    check_package(
        r#"{"scripts": {"start": "expo start"}, "dependencies": {"expo": "51", "react": "18"}}"#,
        &["app.json"],
        ".: nodejs app [expo react] 24 | npm 11 | npm install | - | -",
    );
}

#[test]
fn what_nitro_leaves_is_started_where_it_runs_on_node() {
    let start = r#"{"dependencies": {"@tanstack/react-start": "^1.140.0"}}"#;
    let check_start = |package: &str, config: &str, command: &str| {
        check(
            &[("package.json", package), ("vite.config.ts", config)],
            &format!(
                ".: nodejs web [tanstack-start] 24 | npm 11 | npm install | npx vite build | {command}"
            ),
        );
    };
    check_start(
        start,
        "import { nitro } from 'nitro/vite'; export default { plugins: [tanstackStart(), nitro()] }",
        "node .output/server/index.mjs | :3000",
    );
    check_start(
        start,
        "export default { plugins: [tanstackStart()] }",
        "npx srvx --prod -s ../client dist/server/server.js | :3000",
    );
    check_start(
        start,
        "import { cloudflare } from '@cloudflare/vite-plugin'; export default {}",
        "-",
    );
    check_start(
        r#"{"dependencies": {"@tanstack/react-start": "^1.121.0"}}"#,
        "export default { plugins: [tanstackStart()] }",
        "node .output/server/index.mjs | :3000",
    );
    check(
        &[
            (
                "package.json",
                r#"{"scripts": {"build": "nitro build", "dev": "nitro dev"}, "devDependencies": {"nitropack": "2"}}"#,
            ),
            ("nitro.config.ts", "export default defineNitroConfig({})"),
        ],
        ".: nodejs api [nitro] 24 | npm 11 | npm install | npm run build | node .output/server/index.mjs | :3000",
    );
    check(
        &[
            (
                "package.json",
                r#"{"scripts": {"build": "nuxt build"}, "dependencies": {"nuxt": "4"}}"#,
            ),
            (
                "nuxt.config.ts",
                "export default defineNuxtConfig({ nitro: { preset: 'cloudflare_pages' } })",
            ),
        ],
        ".: nodejs web [nuxt] 24 | npm 11 | npm install | npm run build | -",
    );
}

#[test]
fn files_need_no_server_of_the_framework() {
    check(
        &[
            (
                "package.json",
                r#"{"scripts": {"build": "react-router build", "start": "react-router-serve ./build/server/index.js"}, "dependencies": {"@react-router/serve": "8"}, "devDependencies": {"@react-router/dev": "8"}}"#,
            ),
            (
                "react-router.config.ts",
                "export default { ssr: false, buildDirectory: 'out' }",
            ),
        ],
        ".: nodejs static [react-router] 24 | npm 11 | npm install | npm run build | - | files out/client with fallback",
    );
    // The server of another platform is not the one that is not there.
    check_package(
        r#"{"scripts": {"build": "react-router build"}, "devDependencies": {"@react-router/dev": "8"}}"#,
        &["react-router.config.ts"],
        ".: nodejs web [react-router] 24 | npm 11 | npm install | npm run build | -",
    );
}

#[test]
fn expo_can_build_pages() {
    let pages = r#"{"scripts": {"start": "expo start", "build": "expo export --platform web"}, "dependencies": {"expo": "56"}}"#;
    check(
        &[("package.json", pages), ("app.json", r#"{"expo": {}}"#)],
        ".: nodejs static [expo] 24 | npm 11 | npm install | npm run build | - | files dist with fallback",
    );
    check(
        &[
            ("package.json", pages),
            ("app.json", r#"{"expo": {"web": {"output": "static"}}}"#),
        ],
        ".: nodejs static [expo] 24 | npm 11 | npm install | npm run build | - | files dist",
    );
    check_package(
        r#"{"scripts": {"start": "expo start", "build": "expo export -p ios"}, "dependencies": {"expo": "56"}}"#,
        &["app.json"],
        ".: nodejs app [expo] 24 | npm 11 | npm install | npm run build | -",
    );
}

#[test]
fn functions_of_a_platform_are_not_started() {
    check_package(
        r#"{"scripts": {"dev": "wrangler dev", "deploy": "wrangler deploy"}, "dependencies": {"hono": "4"}, "devDependencies": {"wrangler": "4"}}"#,
        &["wrangler.jsonc", "src/index.ts"],
        ".: nodejs api [cloudflare-workers hono] 24 | npm 11 | npm install | - | -",
    );
    check(
        &[
            ("package.json", r#"{"dependencies": {"hono": "4"}}"#),
            ("src/index.ts", "const app = new Hono()\nexport default app"),
        ],
        ".: nodejs api [hono] 24 | npm 11 | npm install | - | -",
    );
    check(
        &[
            ("package.json", r#"{"dependencies": {"hono": "4"}}"#),
            (
                "src/index.ts",
                "import app from './app'\nserve({ fetch: app.fetch, port: 3001 })",
            ),
        ],
        ".: nodejs api [hono] 24 | npm 11 | npm install | - | node src/index.ts | :3001",
    );
    // Another file may listen.
    check(
        &[
            (
                "package.json",
                r#"{"main": "app.js", "dependencies": {"express": "5"}}"#,
            ),
            ("app.js", "module.exports = app"),
            ("server.js", "require('./app').listen(8081)"),
        ],
        ".: nodejs api [express] 24 | npm 11 | npm install | - | node server.js | :8081",
    );
}

#[test]
fn what_others_are_to_load_is_no_program() {
    check_package(
        r#"{"private": true, "exports": {".": "./index.ts"}, "peerDependencies": {"astro": "5"}, "devDependencies": {"x": "1"}}"#,
        &["index.ts"],
        ".: nodejs library [] 24 | npm 11 | npm install | - | -",
    );
}
