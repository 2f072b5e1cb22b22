//! What brings the database of a package up to date before it starts.
//!
//! Sources: the documentation of Prisma ("Deploying database changes"), Drizzle, Knex, Sequelize,
//! `TypeORM` and node-pg-migrate.

use dhtl_project_model::{Evidence, Found};

use super::manager::Installer;
use super::package::Package;
use crate::json::Node;
use crate::places;
use crate::sources::Sources;

/// Scripts that migrate, the most usual first.
const SCRIPTS: [&str; 9] = [
    "migrate:deploy",
    "db:migrate:deploy",
    "migrate:prod",
    "db:migrate",
    "migrate",
    "migration:run",
    "migrations:run",
    "migrate:latest",
    "migrate:up",
];

/// What migrates; nothing where the build or the start does it itself.
pub(super) fn migrate(
    sources: &Sources<'_>,
    package: &Package,
    installer: &Installer,
) -> Option<Found<String>> {
    let does_it_itself = ["start", "build", "prestart", "postbuild", "postinstall"]
        .iter()
        .filter_map(|name| package.script(name))
        .any(|script| script.contains("migrat"));
    if does_it_itself {
        return None;
    }
    let script = package.first_script(&SCRIPTS).filter(|name| {
        // `prisma migrate dev` asks questions and can drop the data.
        !package
            .script(name)
            .is_some_and(|script| script.contains("migrate dev") || script.contains("make"))
    });
    if let Some(name) = script {
        return Some(Found {
            value: installer.run(name),
            evidence: package.script_evidence(name, "package-json-scripts-migrate"),
        });
    }
    let has = |name: &str| {
        let path = places::inside(&package.folder, name);
        let first = sources.tree.below(&path).next();
        first
            .map(|_| path.clone())
            .or_else(|| sources.tree.contains(&path).then_some(path))
    };
    let tools = [
        (
            "prisma",
            "prisma/migrations",
            "prisma migrate deploy",
            "prisma-migrations",
        ),
        (
            "drizzle-kit",
            "drizzle",
            "drizzle-kit migrate",
            "drizzle-migrations",
        ),
        (
            "knex",
            "migrations",
            "knex migrate:latest",
            "knex-migrations",
        ),
        (
            "sequelize-cli",
            "migrations",
            "sequelize-cli db:migrate",
            "sequelize-migrations",
        ),
        (
            "node-pg-migrate",
            "migrations",
            "node-pg-migrate up",
            "pg-migrations",
        ),
    ];
    tools.iter().find_map(|(tool, folder, command, rule)| {
        package
            .first_dependency(&[*tool, "@prisma/client"])
            .filter(|name| *name == *tool || *tool == "prisma")?;
        let path = has(folder)?;
        Some(Found {
            value: installer.program(command),
            evidence: Evidence::file(path, rule),
        })
    })
}

/// What makes Prisma's client before a build, where neither a script nor the installation does: from
/// version 7 on `@prisma/client` does not do it by itself any more.
pub(super) fn generate(
    sources: &Sources<'_>,
    package: &Package,
    installer: &Installer,
) -> Option<String> {
    package
        .dependency("prisma")
        .or_else(|| package.dependency("@prisma/client"))?;
    let schema = ["prisma/schema.prisma", "schema.prisma", "prisma.config.ts"]
        .iter()
        .any(|name| {
            sources
                .tree
                .contains(&places::inside(&package.folder, name))
        });
    let is_automatic = package
        .major("@prisma/client")
        .is_some_and(|major| major < 7);
    let scripts = ["build", "postinstall", "prebuild", "prestart", "start"];
    let all = package
        .manifest
        .get("scripts")
        .map_or(&[][..], Node::entries);
    let mut generating: Vec<&str> = Vec::new();
    // Scripts call each other: every round finds those that call the ones before.
    for _ in 0..3 {
        let calls = |text: &str| {
            text.contains("prisma generate") || generating.iter().any(|name| text.contains(name))
        };
        let found = all
            .iter()
            .filter(|(_, script)| script.text().is_some_and(calls))
            .map(|(name, _)| name.as_str())
            .collect();
        generating = found;
    }
    let does_it_itself = scripts.iter().any(|name| {
        let script = package.script(name).unwrap_or_default();
        generating.contains(name) || generating.iter().any(|called| script.contains(called))
    });
    (schema && !is_automatic && !does_it_itself).then(|| installer.program("prisma generate"))
}
