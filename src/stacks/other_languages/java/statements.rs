//! The version of Java that files beside the build ask for.
//!
//! Sources: the manuals of jEnv, SDKMAN and of Heroku's buildpack for Java.

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::{Runtime, RuntimeVersion};

use super::super::draft;
use crate::sources::Sources;
use crate::versions::{self, Statement};

/// The version of Java. What the build says is the lowest version that the code is written for, so
/// that a file beside it may name a later one; `most` is what the build itself can run on.
pub(super) fn version(
    sources: &Sources<'_>,
    folder: &str,
    build: Option<Statement>,
    most: Option<(u32, Statement)>,
) -> RuntimeVersion {
    let mut statements = of_files(sources, folder);
    let written = build.as_ref().map(|build| build.text.clone());
    let tool = most.as_ref().map(|(_, statement)| statement.text.clone());
    if let Some(mut build) = build {
        if !statements.is_empty() {
            build.text = format!(">={}", build.text);
        }
        statements.push(build);
    }
    if let Some((most, mut statement)) = most
        && statements.is_empty()
    {
        statement.text = format!("<{}", most + 1);
        statements.push(statement);
    }
    let mut version = versions::resolve(sources, Runtime::Java, statements);
    for (rules, text) in [(&BUILD_RULES[..], written), (&TOOL_RULES[..], tool)] {
        for rule in rules {
            let Some(text) = &text else { continue };
            draft::as_written(&mut version, rule, |_| text.clone());
        }
    }
    version
}

/// The rules of what a build says.
pub(super) const BUILD_RULES: [&str; 4] = [
    "maven-java-version",
    "maven-compiler-plugin",
    "gradle-toolchain",
    "gradle-compatibility",
];

/// The rule of what the version of Gradle says.
pub(super) const GRADLE_RULE: &str = "gradle-wrapper-runs-on";

/// The rule of what the version of Scala says.
pub(super) const SCALA_RULE: &str = "scala-runs-on";

/// The rules of what the version of a build tool or language says.
const TOOL_RULES: [&str; 2] = [GRADLE_RULE, SCALA_RULE];

fn of_files(sources: &Sources<'_>, folder: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    if let Some(path) = draft::nearest(sources.tree, folder, &["system.properties"]) {
        let statement = property(sources, &path, "java.runtime.version", "system-properties");
        statements.extend(statement);
    }
    statements.extend(versions::nearest_version_files(
        sources,
        folder,
        &[
            (".java-version", "java-version-file"),
            (".jdk-version", "jdk-version-file"),
        ],
    ));
    if let Some(path) = draft::nearest(sources.tree, folder, &[".sdkmanrc"]) {
        statements.extend(property(sources, &path, "java", "sdkmanrc"));
    }
    statements.extend(versions::of_tool_files(sources, folder, Runtime::Java));
    statements
}

/// What a file of properties says under `key`.
pub(super) fn property(
    sources: &Sources<'_>,
    path: &str,
    key: &str,
    rule: &'static str,
) -> Option<Statement> {
    let text = sources.text(path)?;
    (1..).zip(text.lines()).find_map(|(line, content)| {
        let content = content.trim();
        let (name, value) = content.split_once(['=', ':'])?;
        let value = value.trim();
        (name.trim() == key && !value.is_empty()).then(|| Statement {
            text: value.to_owned(),
            evidence: Evidence::at(path, line, rule),
        })
    })
}
