//! What it means when a file names a distribution, by the kind of the file and the part of it.

use super::mentions::Place;
use crate::paths;

/// How a file is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Python: only strings that are names count.
    Code,
    /// A manifest: its sections differ in what they mean.
    Sections,
    /// Configuration, commands, jobs.
    Configuration,
    /// Text for people.
    Prose,
}

/// How the file at `path` is searched; none where naming a distribution in it means nothing.
pub(super) fn kind_of_file(path: &str) -> Option<Kind> {
    let name = paths::file_name(path);
    let lower = name.to_ascii_lowercase();
    if paths::is_foreign(path) || says_nothing(&lower) {
        return None;
    }
    if matches!(name, "pyproject.toml" | "setup.cfg" | "tox.ini" | "Pipfile") {
        return Some(Kind::Sections);
    }
    let Some((_, extension)) = lower.rsplit_once('.') else {
        return Some(Kind::Configuration);
    };
    match extension {
        "py" | "pyi" | "pyw" => Some(Kind::Code),
        "md" | "rst" | "txt" | "adoc" => Some(Kind::Prose),
        "toml" | "cfg" | "ini" | "yml" | "yaml" | "sh" | "bash" | "zsh" | "fish" | "ps1"
        | "bat" | "cmd" | "env" | "conf" | "mk" | "service" | "just" | "example" | "dockerfile"
        | "tf" | "flake8" | "pylintrc" | "coveragerc" | "envrc" | "dist" | "sample" => {
            Some(Kind::Configuration)
        }
        // Other JSON is data.
        "json" if !path.contains('/') || path.starts_with('.') => Some(Kind::Configuration),
        _ if lower.starts_with("dockerfile") || lower.starts_with('.') => Some(Kind::Configuration),
        _ => None,
    }
}

/// Files that name what was, what may be updated, or what other languages need.
fn says_nothing(lower: &str) -> bool {
    const BEGINNINGS: [&str; 12] = [
        "authors",
        "change",
        "changelog",
        "contributors",
        "history",
        "licen",
        "news",
        "release",
        "renovate",
        "whatsnew",
        "thanks",
        "package",
    ];
    const NAMES: [&str; 9] = [
        "pkg-info",
        "metadata",
        "dependabot.yml",
        "dependabot.yaml",
        ".pyup.yml",
        "setup.py",
        "meta.yaml",
        "meta.yml",
        "recipe.yaml",
    ];
    BEGINNINGS
        .iter()
        .any(|beginning| lower.starts_with(beginning))
        || NAMES.contains(&lower)
        || lower.ends_with("lock") && lower.contains('.')
        || lower.ends_with("lock.json")
        || lower.ends_with("lock.yaml")
}

/// What naming a distribution in a line of a manifest means; none where it only declares.
pub(super) fn line_kind(path: &str, section: &str, line: &str) -> Option<Place> {
    if line.is_empty() || line.starts_with(['#', ';', '[']) && !line.starts_with("[tool.") {
        return None;
    }
    let is_below = |parent: &str| {
        section
            .strip_prefix(parent)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ':']))
    };
    let any = |parents: &[&str]| parents.iter().any(|parent| is_below(parent));
    let name = paths::file_name(path);
    if name == "Pipfile" {
        return (section == "scripts").then_some(Place::Configuration);
    }
    if any(&[
        "tool.mypy",
        "tool.isort",
        "tool.pylint",
        "tool.pyright",
        "tool.ruff",
        "tool.ty",
    ]) || section.starts_with("mypy")
        || any(&["isort", "tool:isort", "flake8", "pylint"])
    {
        return Some(Place::Prose);
    }
    // What another program is told to leave in peace is meant to be there; what it is told about
    // names is not.
    if is_below("tool.deptry") {
        let is_ignored = section == "tool.deptry.per_rule_ignores";
        return is_ignored.then_some(Place::Configuration);
    }
    let runs = any(&[
        "project.scripts",
        "project.entry-points",
        "project.gui-scripts",
        "tool.poetry.plugins",
        "tool.poetry.scripts",
        "options.entry_points",
        "tool.pdm.scripts",
        "tool.hatch.envs",
    ]);
    let declares = any(&[
        "project",
        "dependency-groups",
        "build-system",
        "tool.poetry",
        "tool.uv",
        "tool.pdm",
        "tool.hatch",
        "tool.flit",
        "metadata",
        "options",
        "tool.setuptools",
        "tool.commitizen",
        "tool.towncrier",
    ]);
    let is_list_of_tox = name == "tox.ini" && line.starts_with("deps");
    (runs || !declares && !is_list_of_tox).then_some(Place::Configuration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_kinds() {
        assert_eq!(kind_of_file("a/b.py"), Some(Kind::Code));
        assert_eq!(kind_of_file("Makefile"), Some(Kind::Configuration));
        assert_eq!(
            kind_of_file(".github/workflows/ci.yml"),
            Some(Kind::Configuration)
        );
        assert_eq!(
            kind_of_file("deploy/Dockerfile.web"),
            Some(Kind::Configuration)
        );
        assert_eq!(kind_of_file("README.md"), Some(Kind::Prose));
        for path in [
            "CHANGELOG.md",
            "poetry.lock",
            "package.json",
            "x.js",
            "tests/fixtures/a.py",
        ] {
            assert_eq!(kind_of_file(path), None, "{path}");
        }
    }

    #[test]
    fn sections_that_declare_are_no_use() {
        let check = |section: &str, expected| {
            assert_eq!(
                line_kind("pyproject.toml", section, "a = 'b'"),
                expected,
                "{section}"
            );
        };
        check("project.optional-dependencies", None);
        check("tool.poetry.extras", None);
        check("tool.poetry.plugins.x", Some(Place::Configuration));
        check("tool.pytest.ini_options", Some(Place::Configuration));
        check("tool.mypy", Some(Place::Prose));
        check("tool.deptry.package_module_name_map", None);
        check("tool.deptry.per_rule_ignores", Some(Place::Configuration));
        assert_eq!(line_kind("tox.ini", "testenv", "deps = a"), None);
    }
}
