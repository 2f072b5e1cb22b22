//! The port that a program is told by the settings that come with it.

use dhtl_project_model::{Evidence, Found};

use super::ports;
use crate::places;
use crate::sources::Sources;

/// Templates of the environment.
const TEMPLATES: [&str; 6] = [
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    "example.env",
    "env.example",
];

/// Settings that hold wherever it runs, without the endings of their formats.
const SETTINGS: [&str; 15] = [
    "config/default",
    "config/defaults",
    "config/base",
    "config/config",
    "config/app",
    "config/application",
    "configs/config",
    "configuration/base",
    "configuration/default",
    "config",
    "settings",
    "Settings",
    "app",
    "conf/config",
    "config/development",
];

const ENDINGS: [&str; 6] = ["toml", "yaml", "yml", "json", "json5", "hjson"];

/// What the part of the settings is called that is about listening.
const PARTS: [&str; 11] = [
    "",
    "api",
    "app",
    "application",
    "http",
    "http_server",
    "httpserver",
    "listen",
    "rest",
    "server",
    "web",
];

/// The port in the settings of the first of `folders` that have one.
pub(super) fn port(sources: &Sources<'_>, folders: &[&str]) -> Option<Found<u16>> {
    folders.iter().find_map(|folder| {
        let names = SETTINGS
            .iter()
            .flat_map(|name| ENDINGS.iter().map(move |ending| format!("{name}.{ending}")));
        let mut settings = names.map(|name| places::inside(folder, &name));
        let of_settings = settings.find_map(|path| {
            let text = sources
                .tree
                .contains(&path)
                .then(|| sources.text(&path))??;
            of_text(&path, &text)
        });
        of_settings.or_else(|| {
            let mut templates = TEMPLATES.iter().map(|name| places::inside(folder, name));
            templates.find_map(|path| {
                let text = sources
                    .tree
                    .contains(&path)
                    .then(|| sources.text(&path))??;
                of_environment(&path, &text)
            })
        })
    })
}

/// `PORT=8080`, `HTTP_ADDR=:8080`.
fn of_environment(path: &str, text: &str) -> Option<Found<u16>> {
    const NAMES: [&str; 15] = [
        "PORT",
        "HTTP_PORT",
        "SERVER_PORT",
        "APP_PORT",
        "API_PORT",
        "LISTEN_PORT",
        "WEB_PORT",
        "ADDR",
        "HTTP_ADDR",
        "SERVER_ADDR",
        "LISTEN_ADDR",
        "BIND_ADDR",
        "SERVER_ADDRESS",
        "LISTEN_ADDRESS",
        "BIND_ADDRESS",
    ];
    (1..).zip(text.lines()).find_map(|(line, content)| {
        let content = content.trim();
        let (name, value) = content
            .strip_prefix("export ")
            .unwrap_or(content)
            .split_once('=')?;
        let port = NAMES.contains(&name.trim()).then(|| number(value))??;
        Some(found(port, path, line))
    })
}

/// The port in YAML, TOML, JSON and what people write like them: `port` at the top or in a part
/// that is about listening.
fn of_text(path: &str, text: &str) -> Option<Found<u16>> {
    let is_toml = std::path::Path::new(path)
        .extension()
        .is_some_and(|ending| ending == "toml");
    // The parts that a line is in, each with the column that it begins in.
    let mut parts: Vec<(usize, String)> = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        let trimmed = content.trim_start();
        let column = content.len() - trimmed.len();
        let trimmed = trimmed.trim_end();
        if trimmed.is_empty() || trimmed.starts_with(['#', '/']) {
            continue;
        }
        if is_toml && trimmed.starts_with('[') {
            let name = trimmed.trim_matches(['[', ']']).to_ascii_lowercase();
            parts = vec![(0, name)];
            continue;
        }
        if !is_toml {
            while parts.last().is_some_and(|(outer, _)| *outer >= column) {
                parts.pop();
            }
        }
        let Some((key, value)) = trimmed.split_once([':', '=']) else {
            continue;
        };
        let key = key.trim().trim_matches('"').to_ascii_lowercase();
        let value = value.trim().trim_end_matches(',').trim_end();
        if value.is_empty() || value == "{" {
            parts.push((column, key));
            continue;
        }
        let is_named = match key.as_str() {
            "http_port" | "server_port" | "httpport" | "serverport" | "listen_port" => true,
            "port" | "addr" | "address" | "listen" | "bind" | "http_addr" => {
                // A part within others is about what they all are about.
                parts.iter().all(|(_, part)| PARTS.contains(&part.as_str()))
            }
            _ => false,
        };
        if let Some(port) = number(value).filter(|_| is_named) {
            return Some(found(port, path, line));
        }
    }
    None
}

/// The port of `8080`, `":8080"`, `0.0.0.0:8080`, `${PORT:8080}`.
fn number(value: &str) -> Option<u16> {
    let value = value.split(" #").next().unwrap_or_default();
    let value = value
        .trim()
        .trim_matches(['"', '\'', '}'])
        .trim_start_matches("${");
    let last = value.rsplit([':', '-']).next().unwrap_or(value);
    ports::usable(last.trim())
}

fn found(port: u16, path: &str, line: u32) -> Found<u16> {
    Found {
        value: port,
        evidence: Evidence::at(path, line, "settings-port"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn port_in(path: &str, text: &str) -> Option<(u16, u32)> {
        let found = of_text(path, text)?;
        Some((found.value, found.evidence.line?))
    }

    #[test]
    fn the_part_that_is_about_listening_counts() {
        for (path, text, expected) in [
            (
                "a.yaml",
                "database:\n  port: 5433\napplication:\n  host: x\n  port: 8000 # why\n",
                Some((8000, 5)),
            ),
            (
                "a.yaml",
                "server:\n  http:\n    addr: 0.0.0.0:8001\n",
                Some((8001, 3)),
            ),
            ("a.yaml", "data:\n  server:\n    port: 8001\n", None),
            (
                "a.toml",
                "[redis]\nport = 8002\n[server]\nport = 8003\n",
                Some((8003, 4)),
            ),
            (
                "a.json",
                "{\n  \"mail\": {\n    \"port\": 8004\n  },\n  \"port\": 8005\n}",
                Some((8005, 5)),
            ),
            ("a.hjson", "{\n  # x\n  port: 8006\n}", Some((8006, 3))),
            ("a.yaml", "port: ${PORT:8007}\n", Some((8007, 1))),
            ("a.yaml", "port: 5432\n", None),
        ] {
            assert_eq!(port_in(path, text), expected, "{text}");
        }
        let of_environment = |text| of_environment(".env.example", text).map(|found| found.value);
        assert_eq!(
            of_environment("DB_PORT=1\n# PORT=2\nexport PORT=\"8008\"\n"),
            Some(8008)
        );
        assert_eq!(of_environment("LISTEN_ADDR=:8009"), Some(8009));
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_no_reason_to_panic(
            text in "(port|server|[\\[\\]{}:=\"# é0-9]|\n)*",
        ) {
            let _ = of_text("a.toml", &text);
            let _ = of_text("a.yaml", &text);
            let _ = of_environment(".env", &text);
        }
    }
}
