//! The versions of Node.js and of Bun that a package asks for.
//!
//! The most binding first: `.nvmrc` and `.node-version`, Volta, mise and asdf, `use-node-version` of
//! pnpm, `devEngines`, `engines`. Where none of these names a version, the image of a Dockerfile decides
//! within the ranges that are left; where nothing says anything, what Netlify runs it with. The order is
//! that of `dhtl regenerate`: what developers pin goes before what a package accepts.

use dhtl_project_model::stack::{Runtime, RuntimeVersion};
use dhtl_project_model::{Evidence, Found};

use super::package::Package;
use super::packages::Packages;
use crate::json::Node;
use crate::places;
use crate::sources::Sources;
use crate::versions::{Statement, names_version, nearest_version_files, of_tool_files, resolve};

/// The version of Node.js.
pub(super) fn node(
    sources: &Sources<'_>,
    packages: &Packages,
    package: &Package,
) -> RuntimeVersion {
    let files = [(".nvmrc", "nvmrc"), (".node-version", "node-version")];
    let mut statements: Vec<Statement> = Vec::new();
    statements.extend(nearest_version_files(sources, &package.folder, &files));
    let around = around(packages, package);
    let of_packages = |keys: &[&str], rule: &'static str| {
        let said = around.iter().find_map(|package| package.text(keys, rule));
        said.map(statement)
    };
    statements.extend(
        around
            .iter()
            .find_map(|package| of_volta(packages, package, "node"))
            .map(statement),
    );
    statements.extend(of_tool_files(sources, &package.folder, Runtime::Node));
    statements.extend(around.iter().find_map(|package| of_pnpm(sources, package)));
    statements.extend(
        around
            .iter()
            .find_map(|package| of_dev_engines(package, "node")),
    );
    statements.extend(of_packages(&["engines", "node"], "engines"));
    if !names_version(Runtime::Node, &statements) {
        statements.extend(of_dockerfile(sources, package, "node"));
    }
    if statements.is_empty() {
        statements.extend(of_netlify(sources, package));
    }
    resolve(sources, Runtime::Node, statements)
}

/// The version of Bun.
pub(super) fn bun(sources: &Sources<'_>, packages: &Packages, package: &Package) -> RuntimeVersion {
    let files = [(".bun-version", "bun-version")];
    let around = around(packages, package);
    let mut statements: Vec<Statement> = Vec::new();
    statements.extend(nearest_version_files(sources, &package.folder, &files));
    statements.extend(of_tool_files(sources, &package.folder, Runtime::Bun));
    let field = around
        .iter()
        .find_map(|package| package.text(&["packageManager"], "package-manager-field"));
    statements.extend(field.and_then(|field| {
        let version = field.value.strip_prefix("bun@")?.split('+').next()?;
        Some(Statement {
            text: version.to_owned(),
            evidence: field.evidence,
        })
    }));
    statements.extend(
        around
            .iter()
            .find_map(|package| of_dev_engines(package, "bun")),
    );
    let engines = around
        .iter()
        .find_map(|package| package.text(&["engines", "bun"], "engines"));
    statements.extend(engines.map(statement));
    if !names_version(Runtime::Bun, &statements) {
        statements.extend(of_dockerfile(sources, package, "oven/bun"));
    }
    resolve(sources, Runtime::Bun, statements)
}

fn statement(found: Found<String>) -> Statement {
    Statement {
        text: found.value,
        evidence: found.evidence,
    }
}

/// The package, and the root of the workspace that it is a member of.
fn around<'p>(packages: &'p Packages, package: &'p Package) -> Vec<&'p Package> {
    let workspace = packages.workspace_of(&package.folder);
    let root = workspace.and_then(|workspace| packages.get(&workspace.folder));
    std::iter::once(package).chain(root).collect()
}

/// What `volta` pins of a tool, here or in the file that it extends.
///
/// Source: "Workspaces" in the documentation of Volta.
pub(super) fn of_volta(
    packages: &Packages,
    package: &Package,
    tool: &str,
) -> Option<Found<String>> {
    let mut package = package;
    // Files can extend each other in a circle.
    for _ in 0..4 {
        if let Some(said) = package.text(&["volta", tool], "volta") {
            return Some(said);
        }
        let extended = package.manifest.descend(&["volta", "extends"])?.text()?;
        let path = places::join(&package.folder, extended)?;
        package = packages.get(places::folder(&path))?;
    }
    None
}

/// `runtime` of `devEngines`: an object, or an array of which one is meant for this runtime.
fn of_dev_engines(package: &Package, name: &str) -> Option<Statement> {
    let runtime = package.manifest.descend(&["devEngines", "runtime"])?;
    let one = std::slice::from_ref(runtime);
    let all = if runtime.elements().is_empty() {
        one
    } else {
        runtime.elements()
    };
    let found = all
        .iter()
        .find(|one| one.get("name").and_then(Node::text) == Some(name))?;
    let version = found.get("version")?;
    Some(Statement {
        text: version.text()?.to_owned(),
        evidence: package.evidence(version.line, "dev-engines"),
    })
}

/// `use-node-version=20.1.0` of `.npmrc`, `useNodeVersion: 20.1.0` of `pnpm-workspace.yaml`.
fn of_pnpm(sources: &Sources<'_>, package: &Package) -> Option<Statement> {
    let said = |name: &str, key: &str, sign: char| {
        let path = places::inside(&package.folder, name);
        let text = sources.text(&path)?;
        (1..).zip(text.lines()).find_map(|(line, content)| {
            let (found, value) = content.split_once(sign)?;
            (found.trim() == key).then(|| Statement {
                text: value.trim().trim_matches(['"', '\'']).to_owned(),
                evidence: Evidence::at(&path, line, "pnpm-node-version"),
            })
        })
    };
    said(".npmrc", "use-node-version", '=')
        .or_else(|| said("pnpm-workspace.yaml", "useNodeVersion", ':'))
}

/// `FROM node:20-alpine`, in the folder of the package or at the root.
fn of_dockerfile(sources: &Sources<'_>, package: &Package, image: &str) -> Option<Statement> {
    let own = places::inside(&package.folder, "Dockerfile");
    let paths = if package.folder == "." {
        vec![own]
    } else {
        vec![own, "Dockerfile".to_owned()]
    };
    paths.into_iter().find_map(|path| {
        let text = sources.text(&path)?;
        let mut arguments: Vec<(String, String)> = Vec::new();
        (1..).zip(text.lines()).find_map(|(line, content)| {
            let mut words = content.split_whitespace();
            let instruction = words.next()?;
            if instruction.eq_ignore_ascii_case("arg") {
                let (name, value) = words.next()?.split_once('=')?;
                let value = value.trim_matches(['"', '\'']);
                arguments.push((format!("${{{name}}}"), value.to_owned()));
                arguments.push((format!("${name}"), value.to_owned()));
                return None;
            }
            if !instruction.eq_ignore_ascii_case("from") {
                return None;
            }
            let from = words.find(|word| !word.starts_with("--"))?;
            let from = arguments
                .iter()
                .fold(from.to_owned(), |from, (name, value)| {
                    from.replace(name.as_str(), value)
                });
            let (name, tag) = from.split_once(':')?;
            let name = name.strip_prefix("docker.io/").unwrap_or(name);
            let name = name.strip_prefix("library/").unwrap_or(name);
            let version = tag.split(['-', '@']).next()?;
            let is_version = version.starts_with(|first: char| first.is_ascii_digit());
            (name == image && (is_version || version == "lts")).then(|| Statement {
                text: version.to_owned(),
                evidence: Evidence::at(&path, line, "dockerfile-from"),
            })
        })
    })
}

/// `NODE_VERSION = "20"` in `netlify.toml`.
fn of_netlify(sources: &Sources<'_>, package: &Package) -> Option<Statement> {
    let path = places::inside(&package.folder, "netlify.toml");
    let text = sources.text(&path)?;
    (1..).zip(text.lines()).find_map(|(line, content)| {
        let (key, value) = content.split_once('=')?;
        (key.trim() == "NODE_VERSION").then(|| Statement {
            text: value.trim().trim_matches(['"', '\'']).to_owned(),
            evidence: Evidence::at(&path, line, "netlify-node-version"),
        })
    })
}
