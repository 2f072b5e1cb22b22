//! What the scripts of a package are for: a server that stays, one for development, or neither.

use super::package::Package;

/// Scripts that start what was built, the most usual first.
const PRODUCTION: [&str; 6] = [
    "start:prod",
    "start:production",
    "start-prod",
    "prod",
    "production",
    "serve:prod",
];

/// Scripts that build, the most usual first. Source: the manuals of npm, Heroku, Vercel and App Engine.
const BUILD: [&str; 7] = [
    "build",
    "build:prod",
    "build:production",
    "heroku-postbuild",
    "vercel-build",
    "gcp-build",
    "compile",
];

/// Programs and arguments that serve what is being worked on.
const DEVELOPMENT: [&str; 71] = [
    "astro dev",
    "brunch watch",
    "concurrently",
    "craco start",
    "docusaurus start",
    "docusaurus-start",
    "electron",
    "ember s",
    "expo start",
    "farm start",
    "firebase emulators",
    "firebase functions:shell",
    "firebase serve",
    "func start",
    "gatsby develop",
    "gridsome develop",
    "gulp watch",
    "hexo server",
    "hugo server",
    "ice start",
    "keystone dev",
    "lite-server",
    "live-server",
    "mastra dev",
    "max dev",
    "medusa develop",
    "modern dev",
    "nest start",
    "netlify dev",
    "next dev",
    "ng s",
    "nitro dev",
    "nitropack dev",
    "node ace serve --hmr",
    "nodemon",
    "nuxi dev",
    "nuxt dev",
    "polymer serve",
    "quasar dev",
    "react-app-rewired start",
    "react-native",
    "react-router dev",
    "react-scripts start",
    "remix dev",
    "remix vite:dev",
    "rsbuild dev",
    "rspack dev",
    "rspack serve",
    "rspress dev",
    "sanity dev",
    "sapper dev",
    "serverless offline",
    "shopify hydrogen dev",
    "sls offline",
    "snowpack dev",
    "start-storybook",
    "storybook dev",
    "strapi develop",
    "svelte-kit dev",
    "ts-node-dev",
    "tsdx start",
    "umi dev",
    "vc dev",
    "vercel dev",
    "vike dev",
    "vinxi dev",
    "vitepress dev",
    "vue-cli-service serve",
    "waku dev",
    "wrangler dev",
    "wrangler pages dev",
];

/// The script that starts what is deployed; one that serves what is being worked on is none.
pub(super) fn start(package: &Package) -> Option<&'static str> {
    if is_fit(package, "start") {
        return Some("start");
    }
    // Some of these names are as usual for what builds.
    PRODUCTION.into_iter().find(|name| {
        is_fit(package, name)
            && resolved(package, name).is_some_and(|script| {
                let is_word = |word: &str| matches!(word, "start" | "serve");
                file_of(script).is_some() || script.split_whitespace().any(is_word)
            })
    })
}

/// The script that builds.
pub(super) fn build(package: &Package) -> Option<&'static str> {
    package.first_script(&BUILD)
}

/// The script that starts it for development.
pub(super) fn dev(package: &Package) -> Option<&'static str> {
    const NAMES: [&str; 7] = [
        "dev",
        "develop",
        "start:dev",
        "serve",
        "watch",
        "dev:server",
        "start-dev",
    ];
    package.first_script(&NAMES).or_else(|| {
        let is_there = package.script("start").is_some() && !is_fit(package, "start");
        is_there.then_some("start")
    })
}

/// What a script does, where it only calls another one what that does.
pub(super) fn resolved<'p>(package: &'p Package, name: &str) -> Option<&'p str> {
    let mut script = package.script(name)?;
    // Scripts can call each other in a circle.
    for _ in 0..4 {
        let of_platform = || {
            let is_chosen = script == "run-script-os";
            let names = [":default", ":linux", ":nix"].map(|end| format!("{name}{end}"));
            let mut names = names.iter().filter(|_| is_chosen);
            names.find_map(|name| package.script(name))
        };
        let called = called_script(script).and_then(|name| package.script(name));
        match called.or_else(of_platform) {
            Some(called) => script = called,
            None => break,
        }
    }
    Some(script)
}

fn is_fit(package: &Package, name: &str) -> bool {
    resolved(package, name).is_some_and(|script| !is_development(script))
}

/// The other script that a script is nothing but a call of.
fn called_script(script: &str) -> Option<&str> {
    let words: Vec<&str> = script.split_whitespace().collect();
    match words.as_slice() {
        ["npm" | "pnpm" | "yarn" | "bun", "run" | "run-script", name] | ["yarn" | "pnpm", name] => {
            Some(name)
        }
        ["npm", "start"] => Some("start"),
        _ => None,
    }
}

/// The name of the script that a command runs in the folder it is typed in: `start` of `npm start`.
pub(super) fn named_in(command: &str) -> Option<&str> {
    let words: Vec<&str> = command
        .split_whitespace()
        .filter(|word| !word.starts_with('-'))
        .collect();
    match words.as_slice() {
        [
            "npm" | "pnpm" | "yarn" | "bun",
            "run" | "run-script",
            name,
            ..,
        ]
        | [
            "npm" | "pnpm" | "yarn",
            name @ ("start" | "serve" | "dev" | "develop" | "watch"),
            ..,
        ] => Some(name),
        _ => None,
    }
}

/// The package, by its name or its folder, and the script of it that a script is a call of.
///
/// Source: the options of npm (`--workspace`, `--prefix`), pnpm (`--filter`, `-C`), yarn (`workspace`).
pub(super) fn delegated(script: &str) -> Option<(&str, &str)> {
    let words: Vec<&str> = script
        .split_whitespace()
        .filter(|word| *word != "&&")
        .collect();
    let (target, rest): (&str, Vec<&str>) = match words.as_slice() {
        ["cd", folder, "npm" | "pnpm" | "yarn" | "bun", rest @ ..] => (folder, rest.to_vec()),
        ["yarn", "workspace", name, rest @ ..] => (name, rest.to_vec()),
        ["npm" | "pnpm" | "yarn" | "bun", rest @ ..] => {
            let flags = [
                "--filter",
                "-F",
                "-C",
                "--dir",
                "--prefix",
                "--cwd",
                "-w",
                "--workspace",
            ];
            let (index, target, length) = rest.iter().enumerate().find_map(|(index, word)| {
                if flags.contains(word) {
                    return Some((index, *rest.get(index + 1)?, 2));
                }
                let (flag, value) = word.split_once('=')?;
                flags.contains(&flag).then_some((index, value, 1))
            })?;
            let mut rest = rest.to_vec();
            rest.drain(index..index + length);
            (target, rest)
        }
        _ => return None,
    };
    let mut names = rest
        .into_iter()
        .filter(|word| !matches!(*word, "run" | "run-script") && !word.starts_with('-'));
    Some((target.trim_matches(['"', '\'']), names.next()?))
}

/// Whether a command serves what is being worked on, or waits for changes.
pub(super) fn is_development(command: &str) -> bool {
    let last = command
        .rsplit(['&', ';'])
        .map(str::trim)
        .find(|part| !part.is_empty())
        .unwrap_or(command);
    let words: Vec<&str> = last
        .split_whitespace()
        .skip_while(|word| is_prefix(word))
        .collect();
    let has = |word: &str| words.contains(&word);
    if has("--watch") || has("--serve") || has("-w") || has("watch") && !has("run") {
        return true;
    }
    let plain = words.join(" ");
    let starts = |program: &str| {
        plain.strip_prefix(program).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with([' ', '.', '/']) || program.contains(' ')
        })
    };
    match words.as_slice() {
        ["vite", next, ..] => return !matches!(*next, "preview" | "build" | "--version"),
        ["parcel", next, ..] => return *next != "build",
        ["webpack", rest @ ..] => {
            return rest
                .iter()
                .any(|word| matches!(*word, "serve" | "-w" | "--watch"));
        }
        ["vite" | "parcel" | "nuxt" | "next"]
        | ["nx", "serve", ..]
        | ["turbo", "dev", ..]
        | ["turbo", "run", "dev", ..] => return true,
        _ => {}
    }
    starts("webpack-dev-server") || DEVELOPMENT.iter().any(|program| starts(program))
}

/// Whether a word stands before the program: a variable, or what sets variables or finds programs.
fn is_prefix(word: &str) -> bool {
    const BEFORE: [&str; 12] = [
        "cross-env",
        "cross-env-shell",
        "env-cmd",
        "dotenv",
        "npx",
        "bunx",
        "exec",
        "--",
        "-e",
        "pnpm",
        "set",
        "env",
    ];
    BEFORE.contains(&word) || is_assignment(word)
}

/// `PORT=3000`
pub(super) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    })
}

/// The port that a command names: `PORT=3000`, `-p 3000`, `--port=3000`.
pub(super) fn port(command: &str) -> Option<u16> {
    let words: Vec<&str> = command.split_whitespace().collect();
    words.iter().enumerate().find_map(|(index, word)| {
        let value = match *word {
            "-p" | "--port" | "-l" => words.get(index + 1).copied()?,
            _ => ["PORT=", "--port=", "-p="]
                .iter()
                .find_map(|prefix| word.strip_prefix(prefix))?,
        };
        // `${PORT:-3000}` is what happens without a variable.
        let value = value
            .rsplit(":-")
            .next()
            .unwrap_or(value)
            .trim_end_matches('}');
        super::code::port(value.trim_matches(['"', '\'']))
    })
}

/// The file that a command of Node.js, Bun or a loader of TypeScript runs.
pub(super) fn file_of(command: &str) -> Option<&str> {
    let mut words = command
        .split_whitespace()
        .skip_while(|word| is_prefix(word));
    let program = words.next()?;
    let is_runner = matches!(
        program,
        "node"
            | "nodemon"
            | "ts-node"
            | "ts-node-dev"
            | "tsx"
            | "bun"
            | "babel-node"
            | "pm2"
            | "pm2-runtime"
            | "nodejs"
            | "deno"
            | "forever"
            | "esr"
            | "swc-node"
    );
    if !is_runner {
        return None;
    }
    while let Some(word) = words.next() {
        match word {
            // What these load is not what is run.
            "-r" | "--require" | "--import" | "--loader" | "-e" | "--exec" | "--env-file" => {
                words.next();
            }
            "run" | "start" | "watch" => {}
            _ if word.starts_with('-') => {}
            _ => return Some(word),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn servers_for_development_are_told_from_others() {
        for command in [
            "vite",
            "vite --host",
            "react-scripts start",
            "cross-env PORT=3000 react-scripts start",
            "BROWSER=none next dev -p 3000",
            "ng serve --open",
            "nodemon index.js",
            "npx webpack serve --mode development",
            "tsc -w",
            "node --watch index.js",
            "electron .",
            "rm -rf dist && vite dev",
            "nest start",
            "next",
        ] {
            assert!(is_development(command), "{command}");
        }
        for command in [
            "node index.js",
            "next start",
            "vite preview",
            "serve -s build",
            "nuxt start",
            "npm run build && node dist/main.js",
            "webpack --mode production",
            "./start.sh",
            "node watch.js",
            "concurrent-server",
            "ng-cli-pm2",
        ] {
            assert!(!is_development(command), "{command}");
        }
    }

    #[test]
    fn a_call_of_another_package_names_it_and_its_script() {
        for (script, expected) in [
            (
                "pnpm --filter nonebot run start",
                Some(("nonebot", "start")),
            ),
            ("pnpm run --filter=web start", Some(("web", "start"))),
            ("yarn workspace web start", Some(("web", "start"))),
            ("npm run start -w apps/web", Some(("apps/web", "start"))),
            ("npm --prefix client start", Some(("client", "start"))),
            ("cd client && npm start", Some(("client", "start"))),
            ("npm run start", None),
            ("node x.js", None),
        ] {
            assert_eq!(delegated(script), expected, "{script}");
        }
    }

    #[test]
    fn commands_name_ports_and_files() {
        assert_eq!(port("next start -p 4000"), Some(4000));
        assert_eq!(port("PORT=5000 node x.js"), Some(5000));
        assert_eq!(port("next start --port ${PORT:-8000}"), Some(8000));
        assert_eq!(port("next start -p $PORT"), None);
        assert_eq!(
            file_of("NODE_ENV=production node -r dotenv/config dist/index.js"),
            Some("dist/index.js")
        );
        assert_eq!(
            file_of("node --enable-source-maps dist/index.js"),
            Some("dist/index.js")
        );
        assert_eq!(file_of("nodemon app"), Some("app"));
        assert_eq!(file_of("./start.sh"), None);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_no_reason_to_panic(text: String) {
            let _ = is_development(&text);
            let _ = port(&text);
            let _ = delegated(&text);
            let _ = file_of(&text);
        }
    }
}
