//! The services that settings name: templates of `.env` files, and the settings of frameworks of other
//! languages than Python.
//!
//! Only the schemes of URLs and the names of drivers are looked at: a value may be a secret.

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::{ServiceKind, Stack};

use super::services::of_text;
use crate::places;
use crate::sources::Sources;

/// What settings show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shown {
    /// A service.
    Service(ServiceKind),
    /// A database in a file, at this path from the folder of the stack.
    File(String),
}

/// Files with settings, relative to the folder of a stack.
const FILES: [&str; 16] = [
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    "env.example",
    "example.env",
    "prisma/schema.prisma",
    "schema.prisma",
    "config/database.yml",
    "src/main/resources/application.properties",
    "src/main/resources/application.yml",
    "src/main/resources/application.yaml",
    "appsettings.json",
    "config/runtime.exs",
    "config/dev.exs",
    "drizzle.config.ts",
];

/// What the settings of a stack show, with where.
pub(super) fn of(stack: &Stack, sources: &Sources<'_>) -> Vec<(Shown, Evidence)> {
    FILES
        .iter()
        .map(|name| places::inside(&stack.folder, name))
        .filter(|path| sources.tree.contains(path))
        .filter_map(|path| {
            let text = sources.text(&path)?;
            Some(read(&path, &text))
        })
        .flatten()
        .collect()
}

fn read(path: &str, text: &str) -> Vec<(Shown, Evidence)> {
    let name = places::file_name(path);
    let is_template = name.contains("env");
    (1..)
        .zip(text.lines())
        .filter_map(|(line, content)| {
            let content = content.trim();
            if content.starts_with(['#', ';']) || content.starts_with("//") {
                return None;
            }
            let (shown, rule) = if is_template {
                (of_template(content)?, "service-env-template")
            } else if name.ends_with(".prisma") {
                (of_prisma(content)?, "service-prisma")
            } else if name == "database.yml" {
                (of_adapter(content)?, "service-database-yml")
            } else if name.starts_with("drizzle") {
                (of_dialect(content)?, "service-drizzle")
            } else {
                (of_url(content)?, "service-settings")
            };
            Some((shown, Evidence::at(path, line, rule)))
        })
        .collect()
}

/// `DATABASE_URL=postgres://…`, and Laravel's `DB_CONNECTION=mysql`.
fn of_template(line: &str) -> Option<Shown> {
    let (name, value) = line.split_once('=')?;
    let value = value.trim().trim_matches(['"', '\'']);
    let value = value.split(" #").next().unwrap_or(value);
    if name.trim() == "DB_CONNECTION" {
        return driver(value);
    }
    of_url(value)
}

/// `provider = "postgresql"` of a data source.
fn of_prisma(line: &str) -> Option<Shown> {
    let (name, value) = line.split_once('=')?;
    match name.trim() {
        "provider" => driver(value.trim().trim_matches('"')),
        "url" => {
            of_url(value.trim().trim_matches('"')).filter(|shown| matches!(shown, Shown::File(_)))
        }
        _ => None,
    }
}

/// `adapter: postgresql` of Rails.
fn of_adapter(line: &str) -> Option<Shown> {
    driver(line.strip_prefix("adapter:")?.trim())
}

/// `dialect: "postgresql"` of Drizzle.
fn of_dialect(line: &str) -> Option<Shown> {
    let value = line.strip_prefix("dialect:")?;
    driver(value.trim().trim_matches(['"', '\'', ',']))
}

fn of_url(text: &str) -> Option<Shown> {
    let at = text.find("://").or_else(|| text.find("file:"))?;
    let start = text[..at]
        .rfind(['"', '\'', '=', ' ', '('])
        .map_or(0, |index| index + 1);
    let url = &text[start..];
    if let Some(path) = url
        .strip_prefix("sqlite:///")
        .or_else(|| url.strip_prefix("file:"))
    {
        let path = path.split(['?', '"', '\'', ' ']).next()?;
        return (!path.is_empty() && path != ":memory:" && !path.starts_with("//"))
            .then(|| Shown::File(path.to_owned()));
    }
    of_text(url).map(Shown::Service)
}

fn driver(name: &str) -> Option<Shown> {
    Some(Shown::Service(match name {
        "postgresql" | "pgsql" | "postgres" | "postgis" | "cockroachdb" => ServiceKind::PostgreSql,
        "mysql" | "mysql2" | "trilogy" => ServiceKind::MySql,
        "mariadb" => ServiceKind::MariaDb,
        "mongodb" => ServiceKind::MongoDb,
        "sqlserver" | "sqlsrv" => ServiceKind::SqlServer,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[(&str, u32)]) {
        let shown: Vec<_> = read(path, text)
            .into_iter()
            .map(|(shown, evidence)| {
                let name = match shown {
                    Shown::Service(kind) => kind.name().to_owned(),
                    Shown::File(path) => path,
                };
                (name, evidence.line.unwrap())
            })
            .collect();
        let shown: Vec<_> = shown
            .iter()
            .map(|(name, line)| (name.as_str(), *line))
            .collect();
        assert_eq!(shown, expected, "{path}: {text}");
    }

    #[test]
    fn schemes_and_drivers_are_read() {
        check(
            ".env.example",
            "# A=mysql://x\nDATABASE_URL=\"postgres://u:p@h/d\"\nCACHE=redis://h\nDB_CONNECTION=mysql\nSITE=https://x.example\nDB=sqlite:///data/app.db\n",
            &[
                ("postgresql", 2),
                ("redis", 3),
                ("mysql", 4),
                ("data/app.db", 6),
            ],
        );
        check(
            "prisma/schema.prisma",
            "generator client {\n  provider = \"prisma-client-js\"\n}\ndatasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}",
            &[("postgresql", 5)],
        );
        check(
            "schema.prisma",
            "url = \"file:./dev.db\"",
            &[("./dev.db", 1)],
        );
        check(
            "config/database.yml",
            "default:\n  adapter: mysql2\n",
            &[("mysql", 2)],
        );
        check(
            "application.properties",
            "spring.datasource.url=jdbc:postgresql://localhost/x\n",
            &[("postgresql", 1)],
        );
        check(
            "drizzle.config.ts",
            "  dialect: 'postgresql',",
            &[("postgresql", 1)],
        );
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text: String) {
            for path in [".env.example", "schema.prisma", "database.yml", "drizzle.config.ts", "x.yml"] {
                read(path, &text);
            }
        }
    }
}
