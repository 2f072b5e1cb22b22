//! `.env` held against what the project knows: names only, never values.

use std::collections::BTreeSet;
use std::path::Path;

use dhtl_detection::is_set_by_platform;
use dhtl_project_model::{EnvLine, EnvVar, env_lines};
use serde::Serialize;

use crate::missing_files::{ENV_FILE, template_of};
use crate::state::read_regular;

/// What other programs than the project's own read from a `.env`.
const OF_TOOLS: [&str; 8] = [
    "BUILDKIT_",
    "COMPOSE_",
    "DOCKER_",
    "FLASK_",
    "NODE_",
    "PIP_",
    "POETRY_",
    "UV_",
];

/// How the names in `.env` compare with those that the project knows. None of this makes anything
/// fail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EnvFileReport {
    /// The template that it was compared with, in the root.
    pub template: Option<String>,
    /// Names that neither the code nor a template knows, in the order of the file.
    pub unknown: Vec<EnvName>,
    /// Names that the template sets and `.env` does not, in the order of the template.
    pub missing: Vec<EnvName>,
}

/// The name of a variable in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvName {
    /// The name.
    pub name: String,
    /// The file, relative to the root.
    pub path: String,
    /// The line, counted from 1.
    pub line: u32,
}

impl EnvFileReport {
    /// Compares the `.env` at `root` with the variables that the project is known to read or list;
    /// none where there is no `.env` that can be read.
    #[must_use]
    pub(crate) fn of(root: &Path, known: &[EnvVar]) -> Option<Self> {
        let text = read_text(root, ENV_FILE)?;
        let template = template_of(root);
        let template_text = template.as_deref().and_then(|path| read_text(root, path));
        let template_text = template_text.unwrap_or_default();
        Some(Self {
            unknown: unknown(&text, &template_text, known),
            missing: missing(
                &text,
                &template_text,
                template.as_deref().unwrap_or_default(),
            ),
            template,
        })
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.unknown.is_empty() && self.missing.is_empty()
    }
}

fn read_text(root: &Path, path: &str) -> Option<String> {
    let bytes = read_regular(&root.join(path)).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Libraries of settings look for names in either case.
fn key(name: &str) -> String {
    name.to_ascii_uppercase()
}

fn unknown(text: &str, template: &str, known: &[EnvVar]) -> Vec<EnvName> {
    let of_code = known.iter().map(|variable| key(&variable.name));
    let lines = env_lines(template);
    let of_template = lines.iter().map(|line| key(line.name));
    let known: BTreeSet<String> = of_code.chain(of_template).collect();
    let is_unknown = |line: &EnvLine<'_>| {
        let key = key(line.name);
        let is_of_tool = OF_TOOLS.iter().any(|prefix| key.starts_with(prefix));
        !line.is_comment && !is_of_tool && !is_set_by_platform(&key) && !known.contains(&key)
    };
    let lines = env_lines(text).into_iter();
    named(lines.filter(is_unknown), ENV_FILE)
}

fn missing(text: &str, template: &str, path: &str) -> Vec<EnvName> {
    let lines = env_lines(text);
    let set = lines.iter().filter(|line| !line.is_comment);
    let set: BTreeSet<String> = set.map(|line| key(line.name)).collect();
    let is_missing = |line: &EnvLine<'_>| !line.is_comment && !set.contains(&key(line.name));
    named(env_lines(template).into_iter().filter(is_missing), path)
}

/// Every name once, with its first line.
fn named<'text>(lines: impl Iterator<Item = EnvLine<'text>>, path: &str) -> Vec<EnvName> {
    let mut seen = BTreeSet::new();
    lines
        .filter(|line| seen.insert(line.name))
        .map(|line| EnvName {
            name: line.name.to_owned(),
            path: path.to_owned(),
            line: line.line,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use dhtl_project_model::Evidence;

    use super::*;

    #[test]
    fn names_are_compared_both_ways_and_values_stay_where_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |path: &str, text: &str| fs::write(root.join(path), text).unwrap();
        assert_eq!(EnvFileReport::of(root, &[]), None);
        write(
            ".env",
            "DATABASE_URL=horse\nTYPO=staple\nTYPO=again\nlevel=1\nCOMPOSE_PROJECT_NAME=x\nPATH=/x\n# OLD=1\nHINT=2\n",
        );
        write(".env.example", "LEVEL=info\nAPI_KEY=\n# HINT=\nREGION=eu\n");
        let known = EnvVar {
            name: "DATABASE_URL".to_owned(),
            required: true,
            evidence: vec![Evidence::at("a.py", 1, "test")],
        };
        let report = EnvFileReport::of(root, &[known]).unwrap();
        let json = serde_json::to_string(&report).unwrap();
        insta::assert_snapshot!(json, @r#"{"template":".env.example","unknown":[{"name":"TYPO","path":".env","line":2}],"missing":[{"name":"API_KEY","path":".env.example","line":2},{"name":"REGION","path":".env.example","line":4}]}"#);
    }

    #[test]
    fn without_a_template_nothing_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".env"), b"A=\xff\n").unwrap();
        let report = EnvFileReport::of(folder.path(), &[]).unwrap();
        assert_eq!(report.missing, []);
        assert_eq!(report.unknown.len(), 1);
        assert!(!report.is_empty());
    }
}
