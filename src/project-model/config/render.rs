//! A fresh file.

use super::model::Config;
use super::tree::{Lists, Tree};

/// The text of a new `.dhtconfig` that says `config`, with the seed's comments above the sections.
#[must_use]
pub fn render(config: &Config) -> String {
    let mut text = "# .dhtconfig v2.0 - Deterministic Environment Specification\n".to_owned();
    for (name, value) in Tree::from(config).entries() {
        let lines = section(name, value, 0);
        if lines.starts_with('#') {
            text.push('\n');
        }
        text.push_str(&lines);
    }
    text
}

/// The lines of a section and the comment above it.
pub(super) fn section(name: &str, value: &Tree, indent: usize) -> String {
    let lines = value.entry(name, indent, Lists::of(name));
    match comment(name) {
        Some(comment) => format!("{:indent$}# {comment}\n{lines}", ""),
        None => lines,
    }
}

/// The comment above a section, in the words of the seeds.
fn comment(name: &str) -> Option<&'static str> {
    Some(match name {
        "fingerprint" => "Environment fingerprint for validation",
        "project" => "Project metadata (overrides detection)",
        "python" => "Python environment specification",
        "dependencies" => "Lock file strategy",
        "platform_deps" => "Platform-specific dependencies",
        "languages" => "Multi-language support",
        "binaries" => "Binary dependencies with versions",
        "tools" => "Development tools specification (exact versions)",
        "env_template" => "Environment variables (names only, never values)",
        "git" => "Git configuration",
        "docker" => "Docker configuration hints",
        "ci" => "CI/CD preferences",
        "preferences" => "Development tools by role",
        "validation" => "Validation checksums",
        _ => return None,
    })
}
