//! Whether hooks, large files and submodules are there.
//!
//! What `.dhtconfig` asks for has to be; the rest is only reported. Source: seed 001 section 6,
//! "Check git hooks configured".

use crate::git::{GitFindings, HookState, SubmoduleState};
use crate::validation::{Check, Difference};

/// A check for each kind of thing that the checkout needs; none where it needs nothing of it.
pub(crate) fn checks(
    findings: Option<&GitFindings>,
    differences: &mut Vec<Difference>,
) -> Vec<Check> {
    let Some(findings) = findings else {
        return Vec::new();
    };
    [
        hooks(findings, differences),
        large_files(findings, differences),
        submodules(findings, differences),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What puts back whatever is not there.
const REPAIR: &str = "dhtl validate-env --fix";

/// One thing that is not as it should be.
struct Lack {
    name: String,
    is_recorded: bool,
    actual: Option<&'static str>,
}

fn hooks(findings: &GitFindings, differences: &mut Vec<Difference>) -> Option<Check> {
    let hooks = &findings.hooks;
    if hooks.found.is_empty() {
        return None;
    }
    if let Some(path) = &hooks.elsewhere {
        return Some(Check {
            name: "Hooks",
            passed: true,
            detail: format!("left to `core.hooksPath`, which is `{path}`"),
        });
    }
    let lacks = hooks.found.iter().filter_map(|hook| {
        let actual = match hook.state {
            HookState::Installed | HookState::Elsewhere => return None,
            HookState::Missing => None,
            HookState::Stale => Some("one for an environment that is gone"),
            HookState::Foreign | HookState::Blocked => Some("another hook"),
        };
        Some(Lack {
            name: hook.name.clone(),
            is_recorded: hook.is_recorded,
            actual,
        })
    });
    let tool = hooks.tool.map_or("a hook", |tool| tool.name());
    let kind = Kind {
        check: "Hooks",
        what: "hook",
        expected: tool,
        there: "installed",
    };
    let names = hooks.found.iter().map(|hook| hook.name.as_str());
    Some(kind.check(&names.collect::<Vec<_>>(), lacks.collect(), differences))
}

fn submodules(findings: &GitFindings, differences: &mut Vec<Difference>) -> Option<Check> {
    let submodules = &findings.submodules.0;
    if submodules.is_empty() {
        return None;
    }
    let lacks = submodules.iter().filter_map(|submodule| {
        let actual = match submodule.state {
            SubmoduleState::CheckedOut => return None,
            SubmoduleState::Missing | SubmoduleState::Refused => None,
            SubmoduleState::Interrupted => Some("half there"),
            SubmoduleState::Unknown => Some("no submodule"),
        };
        Some(Lack {
            name: submodule.path.clone(),
            is_recorded: submodule.is_recorded,
            actual,
        })
    });
    let kind = Kind {
        check: "Submodules",
        what: "submodule",
        expected: "checked out",
        there: "checked out",
    };
    let names = submodules.iter().map(|submodule| submodule.path.as_str());
    Some(kind.check(&names.collect::<Vec<_>>(), lacks.collect(), differences))
}

fn large_files(findings: &GitFindings, differences: &mut Vec<Difference>) -> Option<Check> {
    let large_files = &findings.large_files;
    if !large_files.is_wanted {
        return None;
    }
    let (count, pointers) = (large_files.count, large_files.pointers.len());
    let is_whole = !large_files.is_needed();
    if !is_whole && large_files.is_recorded {
        let (expected, actual) = if pointers > 0 {
            ("with their content", format!("{pointers} without"))
        } else {
            ("filtered by git-lfs", "not filtered".to_owned())
        };
        differences.push(Difference::new(
            "large files",
            Some(expected.to_owned()),
            Some(actual),
            REPAIR,
        ));
    }
    let detail = match (pointers, large_files.has_filter) {
        (0, true) => format!("all {count} in Git LFS have their content"),
        (0, false) => "git does not know the filters of Git LFS".to_owned(),
        _ => format!("{pointers} of {count} in Git LFS have no content"),
    };
    Some(Check {
        name: "LFS",
        passed: is_whole || !large_files.is_recorded,
        detail: with_note(detail, !is_whole && !large_files.is_recorded),
    })
}

/// How a kind of thing is spoken of.
struct Kind {
    check: &'static str,
    what: &'static str,
    expected: &'static str,
    there: &'static str,
}

impl Kind {
    fn check(&self, names: &[&str], lacks: Vec<Lack>, differences: &mut Vec<Difference>) -> Check {
        let detail = if lacks.is_empty() {
            format!("{} {}", names.join(", "), self.there)
        } else {
            let missing = lacks.iter().map(|lack| lack.name.as_str());
            let missing = missing.collect::<Vec<_>>().join(", ");
            format!("{missing} not {}", self.there)
        };
        let passed = lacks.iter().all(|lack| !lack.is_recorded);
        let is_only_reported = passed && !lacks.is_empty();
        let recorded = lacks.into_iter().filter(|lack| lack.is_recorded);
        differences.extend(recorded.map(|lack| {
            let what = format!("{} {}", self.what, lack.name);
            let (expected, actual) = (self.expected.to_owned(), lack.actual.map(str::to_owned));
            Difference::new(what, Some(expected), actual, REPAIR)
        }));
        Check {
            name: self.check,
            passed,
            detail: with_note(detail, is_only_reported),
        }
    }
}

fn with_note(detail: String, is_only_reported: bool) -> String {
    if is_only_reported {
        detail + " (`.dhtconfig` does not ask for it)"
    } else {
        detail
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lacks: &[(&str, bool, Option<&'static str>)]) -> String {
        let kind = Kind {
            check: "Hooks",
            what: "hook",
            expected: "pre-commit",
            there: "installed",
        };
        let lacks = lacks.iter().map(|(name, is_recorded, actual)| Lack {
            name: (*name).to_owned(),
            is_recorded: *is_recorded,
            actual: *actual,
        });
        let mut differences = Vec::new();
        let names = ["pre-commit", "commit-msg"];
        let check = kind.check(&names, lacks.collect(), &mut differences);
        let lines = differences.iter().map(|one| format!("\n{one}"));
        format!("{} {}", check.passed, check.detail) + &lines.collect::<String>()
    }

    #[test]
    fn only_what_is_recorded_is_drift() {
        insta::assert_snapshot!(shown(&[]), @"true pre-commit, commit-msg installed");
        insta::assert_snapshot!(
            shown(&[("commit-msg", false, None)]),
            @"true commit-msg not installed (`.dhtconfig` does not ask for it)"
        );
        insta::assert_snapshot!(
            shown(&[("pre-commit", true, None), ("commit-msg", true, Some("another hook"))]),
            @"
        false pre-commit, commit-msg not installed
        hook pre-commit: missing, must be pre-commit
        hook commit-msg: another hook instead of pre-commit
        "
        );
    }
}
