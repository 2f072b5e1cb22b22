//! Whether every pinned tool is there in its version, and is the one that is started.
//!
//! Source: seed 001 section 6, "Validate tool versions".

use crate::programs::{Flaw, WrapperState};
use crate::tools::path_order::Overshadowed;
use crate::tools::standing::{Placed, Standing, Tool, ToolFindings};
use crate::validation::{Check, Difference};

/// What puts a tool back that dhtl installs apart.
const REPAIR: &str = "dhtl validate-env --fix";
/// What records the version that the lock brings.
const RECORD: &str = "dhtl setup";
/// What puts the programs of the environment first.
const ACTIVATE: &str = if cfg!(windows) {
    ".venv\\Scripts\\activate"
} else {
    "source .venv/bin/activate"
};

/// The check of the tools; none where no tool is pinned and no wrapper is left from one that was.
pub(crate) fn check(findings: &ToolFindings, differences: &mut Vec<Difference>) -> Option<Check> {
    if findings.tools.is_empty() && findings.leftovers.is_empty() {
        return None;
    }
    let mut wrong = 0;
    for tool in &findings.tools {
        let found = of_tool(tool);
        wrong += usize::from(!found.is_empty());
        differences.extend(found);
    }
    for (file, owner) in &findings.leftovers {
        let what = format!("wrapper `{file}`, left from the {owner},");
        differences.push(Difference::new(owner, None, Some(what), REPAIR));
    }
    let detail = match (wrong, findings.leftovers.len()) {
        (0, 0) => "all present with correct versions".to_owned(),
        (0, 1) => "1 wrapper is left from a tool that is not pinned".to_owned(),
        (0, count) => format!("{count} wrappers are left from tools that are not pinned"),
        (count, _) => format!("{count} of {} not as pinned", findings.tools.len()),
    };
    Some(Check {
        name: "Tools",
        passed: wrong == 0 && findings.leftovers.is_empty(),
        detail,
    })
}

/// The check of `PATH`; none where it starts the tools of the environment.
pub(crate) fn check_order(
    overshadowed: &[Overshadowed],
    differences: &mut Vec<Difference>,
) -> Option<Check> {
    let first = overshadowed.first()?;
    differences.extend(overshadowed.iter().map(|one| {
        Difference::new(
            format!("tool {} on PATH", one.tool),
            Some(one.pinned.clone()),
            Some(one.first.display().to_string()),
            ACTIVATE,
        )
    }));
    let detail = match overshadowed.len() {
        1 => format!("another `{}` comes first", first.program),
        count => format!("{count} other programs come first"),
    };
    Some(Check {
        name: "Tools on PATH",
        passed: false,
        detail,
    })
}

fn of_tool(tool: &Tool) -> Vec<Difference> {
    let what = tool.owner();
    let version = |actual: Option<&String>, repair| {
        let expected = Some(tool.version.clone());
        vec![Difference::new(
            what.clone(),
            expected,
            actual.cloned(),
            repair,
        )]
    };
    match &tool.standing {
        Standing::Installed => Vec::new(),
        Standing::Contradicted(actual) => version(Some(actual), RECORD),
        Standing::LockedAndMissing | Standing::Isolated(_, Err(Flaw::Missing)) => {
            version(None, REPAIR)
        }
        Standing::Isolated(_, Err(Flaw::OtherVersion(actual) | Flaw::Damaged(actual))) => {
            version(Some(actual), REPAIR)
        }
        Standing::Isolated(_, Ok(placed)) => {
            let all_claimed =
                !placed.is_empty() && placed.iter().all(|one| one.claimed_by.is_some());
            let found = placed.iter();
            found
                .filter(|one| all_claimed || one.is_lacking())
                .map(|one| of_wrapper(&what, one))
                .collect()
        }
    }
}

fn of_wrapper(what: &str, placed: &Placed) -> Difference {
    let expected = format!("the wrapper {}", placed.wrapper.path());
    let (actual, repair) = match (&placed.claimed_by, placed.state) {
        (Some(distribution), _) => (Some(format!("a program of `{distribution}`")), RECORD),
        (None, WrapperState::Missing) => (None, REPAIR),
        (None, _) => (Some("another file".to_owned()), REPAIR),
    };
    Difference::new(what, Some(expected), actual, repair)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use dhtl_project_model::DistributionName;

    use super::*;
    use crate::programs::{Isolated, Store, Wrapper};

    fn placed(state: WrapperState, claimed_by: Option<&str>) -> Standing {
        let placed = Placed {
            wrapper: Wrapper::new("ruff", "tool ruff", "/ruff"),
            state,
            claimed_by: claimed_by.map(DistributionName::new),
        };
        isolated(Ok(vec![placed]))
    }

    fn isolated(placed: Result<Vec<Placed>, Flaw>) -> Standing {
        let name = DistributionName::new("ruff");
        Standing::Isolated(
            Isolated::of(Path::new("/srv"), Store::Tools, name, "0.1.0"),
            placed,
        )
    }

    fn shown(standing: Standing) -> String {
        let findings = ToolFindings {
            tools: vec![Tool {
                name: "ruff".to_owned(),
                version: "0.1.0".to_owned(),
                standing,
            }],
            leftovers: Vec::new(),
        };
        let mut differences = Vec::new();
        let passed = check(&findings, &mut differences).unwrap().passed;
        let lines = differences
            .iter()
            .map(|one| format!("{one} > {}", one.repair));
        let lines = lines.collect::<Vec<_>>();
        assert_eq!(passed, lines.is_empty());
        lines.join("\n").replace("Scripts/ruff.cmd", "bin/ruff")
    }

    #[test]
    fn every_difference_names_its_tool_and_what_to_type() {
        insta::assert_snapshot!(shown(Standing::Installed), @"");
        insta::assert_snapshot!(shown(placed(WrapperState::Intact, None)), @"");
        insta::assert_snapshot!(
            shown(Standing::Contradicted("0.2.0".to_owned())),
            @"tool ruff: 0.2.0 instead of 0.1.0 > dhtl setup"
        );
        insta::assert_snapshot!(
            shown(isolated(Err(Flaw::OtherVersion("0.2.0".to_owned())))),
            @"tool ruff: 0.2.0 instead of 0.1.0 > dhtl validate-env --fix"
        );
        insta::assert_snapshot!(
            shown(placed(WrapperState::Missing, None)),
            @"tool ruff: missing, must be the wrapper .venv/bin/ruff > dhtl validate-env --fix"
        );
        insta::assert_snapshot!(
            shown(placed(WrapperState::Modified, None)),
            @"tool ruff: another file instead of the wrapper .venv/bin/ruff > dhtl validate-env --fix"
        );
        insta::assert_snapshot!(
            shown(placed(WrapperState::Modified, Some("astral"))),
            @"tool ruff: a program of `astral` instead of the wrapper .venv/bin/ruff > dhtl setup"
        );
    }

    #[test]
    fn a_wrapper_of_nobody_is_a_difference() {
        let findings = ToolFindings {
            tools: Vec::new(),
            leftovers: vec![("ruff".to_owned(), "tool ruff".to_owned())],
        };
        let mut differences = Vec::new();
        assert!(!check(&findings, &mut differences).unwrap().passed);
        assert_eq!(
            differences[0].to_string(),
            "tool ruff: wrapper `ruff`, left from the tool ruff, is not asked for"
        );
    }
}
