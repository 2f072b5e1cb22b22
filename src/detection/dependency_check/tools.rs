//! Distributions that do their work without being imported.

use dhtl_project_model::DistributionName;

const TOOLS: &str = include_str!("tools.tsv");
const COMPANIONS: &str = include_str!("companions.tsv");

/// How a distribution that nothing imports does its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It checks, tests, documents or publishes the project: for development only.
    DevelopmentTool,
    /// It rewrites files as a hook of commits: for development only.
    Hook,
    /// It sends what tests measured to a service, which only jobs do: for development only.
    Uploader,
    /// It serves, drives, builds or completes something else, wherever it is installed.
    Ambient,
}

/// How `name` does its work; none where it must be imported to be of use.
pub(super) fn kind_of(name: &DistributionName) -> Option<Kind> {
    // What works wherever it is installed is no tool for development, whatever else it is called.
    let is_like = |kind: &str| {
        pairs(TOOLS).any(|(pattern, other)| other == kind && matches(pattern, name.as_str()))
    };
    if is_like("ambient") {
        Some(Kind::Ambient)
    } else if is_like("uploader") {
        Some(Kind::Uploader)
    } else if is_like("hook") {
        Some(Kind::Hook)
    } else if is_like("development") {
        Some(Kind::DevelopmentTool)
    } else {
        None
    }
}

/// Whether `name` works through another distribution of which `has` knows: an optional part of it
/// that it imports by itself.
pub(super) fn is_companion(name: &DistributionName, has: impl Fn(&str) -> bool) -> bool {
    pairs(COMPANIONS)
        .filter(|(companion, _)| *companion == name.as_str())
        .any(|(_, host)| has(host))
}

/// The lines of a table, without its header.
fn pairs(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
}

/// A star at either end of a pattern stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => name.ends_with(end),
        (_, Some(begin)) => name.starts_with(begin),
        _ => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<Kind>) {
        assert_eq!(kind_of(&DistributionName::new(name)), expected, "{name}");
    }

    #[test]
    fn tools_and_plugins_are_known_by_name() {
        check("pytest-cov", Some(Kind::DevelopmentTool));
        check("ruff", Some(Kind::DevelopmentTool));
        check("types-PyYAML", Some(Kind::Ambient));
        check("gunicorn", Some(Kind::Ambient));
        check("codecov", Some(Kind::Uploader));
        check("pyupgrade", Some(Kind::Hook));
        check("requests", None);
        check("build-utils", None);
    }

    #[test]
    fn companions_need_their_host() {
        let openpyxl = DistributionName::new("openpyxl");
        assert!(is_companion(&openpyxl, |host| host == "pandas"));
        assert!(!is_companion(&openpyxl, |_| false));
    }

    #[test]
    fn tables_are_sorted_and_their_names_are_normal() {
        for table in [TOOLS, COMPANIONS] {
            assert!(pairs(table).count() > 100);
            assert!(pairs(table).is_sorted());
        }
        let names = pairs(COMPANIONS).flat_map(|(companion, host)| [companion, host]);
        for name in names.chain(pairs(TOOLS).map(|(pattern, _)| pattern.trim_matches('*'))) {
            let normal = DistributionName::new(name);
            assert_eq!(normal.as_str(), name.trim_end_matches('-'), "{name}");
        }
        for (_, kind) in pairs(TOOLS) {
            assert!(
                matches!(kind, "ambient" | "development" | "hook" | "uploader"),
                "{kind}"
            );
        }
    }
}
