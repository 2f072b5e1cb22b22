//! Which services the packages that a stack depends on speak to.
//!
//! A package that does nothing without its service shows it: a driver or a client. A package that can
//! do with several, such as an object-relational mapper, shows none.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use dhtl_project_model::stack::ServiceKind::{self, MySql, PostgreSql};
use dhtl_project_model::stack::{Stack, StackKind};
use dhtl_project_model::{DistributionName, Evidence};

use super::package_table::{NODE, OTHERS, PYTHON, PYTHON_EXTRAS};
use crate::node::Packages;
use crate::places;
use crate::sources::Sources;

/// Packages of Rust that speak to what a feature on the same line names.
const WITH_FEATURES: [&str; 4] = ["sqlx", "diesel", "sea-orm", "diesel-async"];

/// The services that the packages of a stack show, each with its evidence.
pub(super) fn of(stack: &Stack, sources: &Sources<'_>) -> Vec<(ServiceKind, Evidence)> {
    match stack.kind {
        StackKind::Python => of_python(stack, sources),
        StackKind::Node | StackKind::Bun | StackKind::Deno => of_node(stack, sources),
        StackKind::Static | StackKind::Shell => Vec::new(),
        _ => of_manifests(stack, sources),
    }
}

/// The names in the manifest of a stack that can be those of libraries of the same project.
pub(super) fn needed(stack: &Stack, sources: &Sources<'_>) -> HashSet<String> {
    match stack.kind {
        StackKind::Python => {
            let python = sources.project.python.as_ref();
            let declarations = python.map_or(&[][..], |python| &python.declarations);
            declarations
                .iter()
                .filter(|declaration| places::folder(&declaration.path) == stack.folder)
                .flat_map(|declaration| &declaration.requirements)
                .filter_map(|requirement| Some(requirement.name.as_ref()?.to_string()))
                .collect()
        }
        StackKind::Node | StackKind::Bun => {
            let package = Packages::of(sources).get(&stack.folder);
            package.map_or_else(HashSet::new, |package| {
                // What is only needed to build it, such as the types of a server, is not run.
                let names = package
                    .dependencies()
                    .filter(|(_, dependency)| dependency.is_for_production);
                names.map(|(name, _)| name.to_owned()).collect()
            })
        }
        _ => {
            let texts = manifest_paths(stack, sources);
            let texts = texts.iter().filter_map(|path| sources.text(path));
            texts
                .flat_map(|text| {
                    let lines = text.lines().map(str::trim);
                    lines
                        .filter(|line| !line.starts_with(['#', '*']) && !line.starts_with("//"))
                        .flat_map(|line| names_in(line, stack.kind))
                        .collect::<Vec<String>>()
                })
                .collect()
        }
    }
}

/// The names that a line of a manifest has for libraries of the same project.
fn names_in(line: &str, kind: StackKind) -> Vec<String> {
    let name = match kind {
        // `name.workspace = true`, `name = { path = "…" }`
        StackKind::Rust => line
            .split_once('=')
            .map(|(name, _)| name.trim())
            .map(|name| name.strip_suffix(".workspace").unwrap_or(name).to_owned()),
        // `<ProjectReference Include="..\Name\Name.csproj" />`
        StackKind::Dotnet => line
            .split_once("ProjectReference Include=\"")
            .and_then(|(_, rest)| rest.split('"').next())
            .and_then(|path| path.rsplit(['/', '\\']).next()?.rsplit_once('.'))
            .map(|(name, _)| name.to_owned()),
        StackKind::Java => {
            let words =
                line.split(|one: char| !(one.is_ascii_alphanumeric() || "._-".contains(one)));
            return words
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect();
        }
        StackKind::Go => {
            let words = line.trim_start_matches("require ").split_whitespace();
            words.into_iter().next().map(str::to_owned)
        }
        _ => None,
    };
    name.into_iter().collect()
}

/// What a library is called by those that depend on it.
pub(super) fn called(stack: &Stack) -> Option<String> {
    let name = stack.name.as_ref()?.value.as_str();
    Some(match stack.kind {
        StackKind::Python => DistributionName::new(name).to_string(),
        _ => name.to_owned(),
    })
}

fn of_python(stack: &Stack, sources: &Sources<'_>) -> Vec<(ServiceKind, Evidence)> {
    let Some(python) = &sources.project.python else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for declaration in &python.declarations {
        let is_of_runtime = declaration.scope == dhtl_project_model::Scope::Runtime;
        if !is_of_runtime || !is_in(&declaration.path, stack, sources) {
            continue;
        }
        for requirement in &declaration.requirements {
            let Some(name) = &requirement.name else {
                continue;
            };
            let name = name.to_string();
            let by_name = PYTHON.iter().find(|(known, _)| *known == name);
            let kind = by_name.map(|(_, kind)| *kind).or_else(|| {
                let extras = requirement.text.split_once('[')?.1.split(']').next()?;
                let extras: Vec<&str> = extras.split(',').map(str::trim).collect();
                PYTHON_EXTRAS
                    .iter()
                    .find(|(known, extra, _)| *known == name && extras.contains(extra))
                    .map(|(.., kind)| *kind)
            });
            let evidence = Evidence {
                rule: "service-package".into(),
                ..requirement.evidence.clone()
            };
            found.extend(kind.map(|kind| (kind, evidence)));
        }
    }
    found
}

/// Whether the file at `path` belongs to the folder of a stack of this language, and to none within.
fn is_in(path: &str, stack: &Stack, sources: &Sources<'_>) -> bool {
    if places::relative(path, &stack.folder).is_none() {
        return false;
    }
    // A folder within that is a project of its own declares for itself.
    let python = sources.project.python.as_ref();
    python.is_none_or(|python| {
        !python.sub_projects.iter().any(|project| {
            places::relative(&project.path, &stack.folder).is_some()
                && places::relative(path, &project.path).is_some()
        })
    }) && places::folder(path)
        .split('/')
        .all(|part| !matches!(part, "docs" | "tests" | "examples"))
}

fn of_node(stack: &Stack, sources: &Sources<'_>) -> Vec<(ServiceKind, Evidence)> {
    let Some(package) = Packages::of(sources).get(&stack.folder) else {
        return Vec::new();
    };
    let sections = ["dependencies", "optionalDependencies"];
    sections
        .iter()
        .filter_map(|section| package.manifest.get(section))
        .flat_map(crate::json::Node::entries)
        .filter_map(|(name, node)| {
            let (_, kind) = NODE.iter().find(|(known, _)| known == name)?;
            Some((
                *kind,
                Evidence::at(&package.path, node.line, "service-package"),
            ))
        })
        .collect()
}

/// The manifest that names the packages of a stack.
fn manifests(stack: &Stack) -> &'static [&'static str] {
    match stack.kind {
        StackKind::Go => &["go.mod"],
        StackKind::Rust => &["Cargo.toml"],
        StackKind::Java => &["pom.xml", "build.gradle", "build.gradle.kts"],
        StackKind::Ruby => &["Gemfile"],
        StackKind::Php => &["composer.json"],
        StackKind::Elixir => &["mix.exs"],
        StackKind::Scala => &["build.sbt"],
        StackKind::Clojure => &["project.clj", "deps.edn"],
        _ => &[],
    }
}

/// The manifests of a stack, by their paths.
fn manifest_paths(stack: &Stack, sources: &Sources<'_>) -> Vec<String> {
    let named = manifests(stack)
        .iter()
        .map(|name| places::inside(&stack.folder, name));
    let mut paths: Vec<String> = named.collect();
    if stack.kind == StackKind::Dotnet {
        let files = sources.tree.below(&stack.folder).map(|file| &file.path);
        paths.extend(
            files
                .filter(|path| path.ends_with(".csproj") || path.ends_with(".fsproj"))
                .take(20)
                .cloned(),
        );
    }
    paths
}

fn of_manifests(stack: &Stack, sources: &Sources<'_>) -> Vec<(ServiceKind, Evidence)> {
    let paths = manifest_paths(stack, sources);
    paths
        .iter()
        .filter_map(|path| Some((path, sources.text(path)?)))
        .flat_map(|(path, text)| of_words(path, &text, stack.kind))
        .collect()
}

/// The services that the words of a manifest name.
fn of_words(path: &str, text: &str, kind: StackKind) -> Vec<(ServiceKind, Evidence)> {
    let mut found = Vec::new();
    // The features of a package of Rust can stand on lines of their own.
    let mut is_open = false;
    for (line, content) in (1..).zip(text.lines()) {
        let trimmed = content.trim();
        // Go names what others need on lines of their own.
        let is_indirect = kind == StackKind::Go && trimmed.ends_with("// indirect");
        if is_indirect || trimmed.starts_with(['#', '*']) || trimmed.starts_with("//") {
            continue;
        }
        let words: Vec<&str> = trimmed
            .split(|one: char| !(one.is_ascii_alphanumeric() || "._-/@".contains(one)))
            .filter(|word| !word.is_empty())
            .collect();
        let by_word = words.iter().find_map(|word| service_of(word, kind));
        let by_feature = || {
            let has_mapper = is_open || words.iter().any(|word| WITH_FEATURES.contains(word));
            words.iter().filter(|_| has_mapper).find_map(|word| {
                Some(match *word {
                    "postgres" | "sqlx-postgres" | "runtime-postgres" => PostgreSql,
                    "mysql" | "sqlx-mysql" => MySql,
                    _ => return None,
                })
            })
        };
        if let Some(kind) = by_word.or_else(by_feature) {
            found.push((kind, Evidence::at(path, line, "service-package")));
        }
        let opens = words
            .first()
            .is_some_and(|word| WITH_FEATURES.contains(word));
        is_open = kind == StackKind::Rust
            && (is_open || opens)
            && !trimmed.ends_with([']', '}'])
            && (is_open || trimmed.contains('['));
    }
    found
}

/// The services of [`OTHERS`], which every word of every manifest is looked up in.
static SERVICES: LazyLock<HashMap<&str, ServiceKind>> = LazyLock::new(|| {
    // Of a package that stands there twice, the first holds.
    OTHERS.iter().rev().copied().collect()
});

/// The service of the package that a word names: of Go with its major version and its folders behind
/// it.
fn service_of(word: &str, kind: StackKind) -> Option<ServiceKind> {
    let named = |word: &str| SERVICES.get(word).copied();
    match kind {
        StackKind::Go => std::iter::successors(Some(word), |inner| {
            inner.rsplit_once('/').map(|(folder, _)| folder)
        })
        .find_map(named),
        // `libs.mysql.connector.j` is what a catalogue of Gradle calls it.
        StackKind::Java => named(word).or_else(|| {
            let word = word.strip_prefix("libs.")?;
            named(&word.replace('.', "-"))
        }),
        _ => named(word),
    }
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::stack::ServiceKind::{Kafka, Redis};

    use super::*;

    #[track_caller]
    fn check(kind: StackKind, text: &str, expected: &[(ServiceKind, u32)]) {
        let found: Vec<_> = of_words("x", text, kind)
            .into_iter()
            .map(|(kind, evidence)| (kind, evidence.line.unwrap()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn manifests_of_other_languages_name_drivers() {
        check(
            StackKind::Go,
            "require (\n\tgithub.com/jackc/pgx/v5 v5.5.0\n\tgithub.com/redis/go-redis/v9 v9 // indirect\n)",
            &[(PostgreSql, 2)],
        );
        check(
            StackKind::Ruby,
            "gem 'pg', '~> 1.1'\n# gem 'mysql2'\ngem \"sidekiq\"",
            &[(PostgreSql, 1), (Redis, 3)],
        );
        check(
            StackKind::Rust,
            "sqlx = { version = \"0.8\", features = [\"runtime-tokio\", \"postgres\"] }\nserde = \"1\"",
            &[(PostgreSql, 1)],
        );
        check(
            StackKind::Rust,
            "sqlx = { version = \"0.8\", features = [\n  \"postgres\",\n] }\nx = [\n \"mysql\"\n]",
            &[(PostgreSql, 2)],
        );
        check(
            StackKind::Java,
            "implementation(libs.mysql.connector.j)",
            &[(MySql, 1)],
        );
        check(
            StackKind::Java,
            "<artifactId>postgresql</artifactId>\nimplementation 'org.springframework.kafka:spring-kafka'",
            &[(PostgreSql, 1), (Kafka, 2)],
        );
        check(
            StackKind::Elixir,
            "{:postgrex, \">= 0.0.0\"},",
            &[(PostgreSql, 1)],
        );
        check(
            StackKind::Dotnet,
            "<PackageReference Include=\"StackExchange.Redis\" Version=\"2\" />",
            &[(Redis, 1)],
        );
    }
}
