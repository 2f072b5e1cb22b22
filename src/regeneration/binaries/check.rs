//! Whether every required binary is there.

use crate::binaries::standing::{BinaryFindings, BinaryStanding, owner_of};
use crate::validation::{Check, Difference};

const REPAIR: &str = "dhtl regenerate";

/// The check of the binaries; none where none is required and no wrapper is left from one that was.
pub(crate) fn check(findings: &BinaryFindings, differences: &mut Vec<Difference>) -> Option<Check> {
    if findings.binaries.is_empty() && findings.leftovers.is_empty() {
        return None;
    }
    for (binary, standing) in findings.lacking() {
        let actual = match standing {
            BinaryStanding::Present | BinaryStanding::Missing => None,
            BinaryStanding::OtherVersion(version) => Some(version.clone()),
            BinaryStanding::Unknown(_) => Some("another program than was asked".to_owned()),
            BinaryStanding::Damaged(why) => Some(why.clone()),
        };
        let expected = binary
            .version
            .clone()
            .unwrap_or_else(|| "any version".to_owned());
        let what = owner_of(binary);
        differences.push(Difference::new(what, Some(expected), actual, REPAIR));
    }
    for (file, owner) in &findings.leftovers {
        let what = format!("wrapper `{file}`, left from the {owner},");
        differences.push(Difference::new(owner, None, Some(what), REPAIR));
    }
    let names = findings
        .binaries
        .iter()
        .map(|(binary, _)| match &binary.version {
            Some(version) => format!("{} {version}", binary.name),
            None => binary.name.clone(),
        });
    let names = names.collect::<Vec<_>>().join(", ");
    let detail = match (findings.lacking().count(), findings.leftovers.len()) {
        (0, 0) => format!("{names} there"),
        (0, 1) => "1 wrapper is left from a binary that is not required".to_owned(),
        (0, count) => format!("{count} wrappers are left from binaries that are not required"),
        (count, _) => format!("{count} of {} not as required", findings.binaries.len()),
    };
    Some(Check {
        name: "Binaries",
        passed: !findings.need_work(),
        detail,
    })
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::config::Binary;

    use super::*;

    fn shown(version: Option<&str>, standing: BinaryStanding) -> String {
        let binary = Binary {
            name: "node".to_owned(),
            version: version.map(str::to_owned),
            installer: None,
        };
        let findings = BinaryFindings {
            binaries: vec![(binary, standing)],
            leftovers: Vec::new(),
        };
        let mut differences = Vec::new();
        let check = check(&findings, &mut differences).unwrap();
        assert_eq!(check.passed, differences.is_empty());
        let lines = differences.iter().map(|one| format!("{one}\n"));
        lines.collect::<String>() + &check.detail
    }

    #[test]
    fn every_difference_names_its_binary() {
        insta::assert_snapshot!(shown(Some("18"), BinaryStanding::Present), @"node 18 there");
        insta::assert_snapshot!(shown(None, BinaryStanding::Missing), @"
        binary node: missing, must be any version
        1 of 1 not as required
        ");
        let other = BinaryStanding::OtherVersion("20.1.0".to_owned());
        insta::assert_snapshot!(shown(Some("18"), other), @"
        binary node: 20.1.0 instead of 18
        1 of 1 not as required
        ");
        let unknown = BinaryStanding::Unknown("/usr/bin/node".into());
        insta::assert_snapshot!(shown(Some("18"), unknown), @"
        binary node: another program than was asked instead of 18
        1 of 1 not as required
        ");
    }
}
