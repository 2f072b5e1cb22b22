//! Whether the packages of other languages are there.
//!
//! What dhtl installed or `.dhtconfig` asks for has to be; nothing is said of the rest.

use dhtl_project_model::Language;

use super::{PackageDifference, PackageFinding, PackageFindings, PackageState};
use crate::validation::{Check, Difference};

/// What puts back whatever is not there.
const REPAIR: &str = "dhtl validate-env --fix";

/// A check for each language of which there have to be packages.
pub(crate) fn checks(findings: &PackageFindings, differences: &mut Vec<Difference>) -> Vec<Check> {
    let languages = [
        (Language::Node, "Node packages"),
        (Language::Rust, "Rust packages"),
        (Language::Go, "Go packages"),
    ];
    let checks = languages.into_iter().filter_map(|(language, name)| {
        let of_language = findings.0.iter().filter(|finding| {
            finding.is_recorded && finding.packages.manager.language() == language
        });
        let of_language = of_language.collect::<Vec<_>>();
        if of_language.is_empty() {
            return None;
        }
        let details = of_language.iter().map(|finding| detail(finding));
        let detail = details.collect::<Vec<_>>().join(", ");
        let mut passed = true;
        for finding in of_language {
            let found = differences_of(finding, name);
            passed &= found.is_empty();
            differences.extend(found);
        }
        Some(Check {
            name,
            passed,
            detail,
        })
    });
    checks.collect()
}

fn detail(finding: &PackageFinding) -> String {
    let packages = &finding.packages;
    let words = match (&finding.state, &packages.lock) {
        (PackageState::Installed, Some(_)) => "as locked".to_owned(),
        (PackageState::Installed, None) => "installed, and no lock says which versions".to_owned(),
        (PackageState::Unproven, _) => "there, but not installed by dhtl".to_owned(),
        (PackageState::Missing, _) => "not installed".to_owned(),
        (PackageState::Outdated, _) => {
            "installed before the lock or the manifest changed".to_owned()
        }
        (PackageState::Differs(differences), _) => match differences.len() {
            1 => "1 differs from the lock".to_owned(),
            count => format!("{count} differ from the lock"),
        },
    };
    match packages.folder.as_str() {
        "." => words,
        folder => format!("{folder}: {words}"),
    }
}

fn differences_of(finding: &PackageFinding, name: &str) -> Vec<Difference> {
    let packages = &finding.packages;
    let (noun, place) = (name.to_lowercase(), &packages.folder);
    let what = match place.as_str() {
        "." => noun,
        folder => format!("{noun} in {folder}"),
    };
    let source = packages.lock.as_ref().unwrap_or(&packages.manifest);
    let expected = Some(format!("as in {source}"));
    match &finding.state {
        PackageState::Installed | PackageState::Unproven => Vec::new(),
        PackageState::Missing => vec![Difference::new(what, expected, None, REPAIR)],
        PackageState::Outdated => {
            let actual = Some("what it said before".to_owned());
            vec![Difference::new(what, expected, actual, REPAIR)]
        }
        PackageState::Differs(differences) => differences
            .iter()
            .map(|difference| of_package(difference, place))
            .collect(),
    }
}

fn of_package(difference: &PackageDifference, folder: &str) -> Difference {
    let path = match folder {
        "." => difference.path.clone(),
        folder => format!("{folder}/{}", difference.path),
    };
    let (expected, actual) = (difference.expected.clone(), difference.actual.clone());
    Difference::new(path, expected, actual, REPAIR)
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::{Digest, Evidence, LanguageManager, LanguagePackages};

    use super::*;

    fn shown(findings: Vec<PackageFinding>) -> String {
        let mut differences = Vec::new();
        let checks = checks(&PackageFindings(findings), &mut differences);
        let checks = checks
            .iter()
            .map(|check| format!("{} {}: {}", check.passed, check.name, check.detail));
        let differences = differences.iter().map(ToString::to_string);
        checks.chain(differences).collect::<Vec<_>>().join("\n")
    }

    fn finding(folder: &str, manager: LanguageManager, state: PackageState) -> PackageFinding {
        PackageFinding {
            packages: LanguagePackages {
                folder: folder.to_owned(),
                manager,
                manifest: "package.json".to_owned(),
                lock: Some("the.lock".to_owned()),
                evidence: Evidence::file("the.lock", "test"),
            },
            inputs: Digest::of(""),
            state,
            is_recorded: true,
        }
    }

    #[test]
    fn every_package_that_differs_is_named() {
        let differs = PackageState::Differs(vec![PackageDifference {
            path: "node_modules/left".to_owned(),
            expected: Some("1.3.0".to_owned()),
            actual: Some("1.2.0".to_owned()),
        }]);
        let findings = vec![
            finding(".", LanguageManager::Npm, PackageState::Installed),
            finding("ui", LanguageManager::Npm, differs),
            finding("web", LanguageManager::Pnpm, PackageState::Outdated),
            finding(".", LanguageManager::Cargo, PackageState::Missing),
        ];
        insta::assert_snapshot!(shown(findings), @"
        false Node packages: as locked, ui: 1 differs from the lock, web: installed before the lock or the manifest changed
        false Rust packages: not installed
        ui/node_modules/left: 1.2.0 instead of 1.3.0
        node packages in web: what it said before instead of as in the.lock
        rust packages: missing, must be as in the.lock
        ");
    }

    #[test]
    fn nothing_is_said_of_what_nobody_asks_for() {
        let mut one = finding(".", LanguageManager::Go, PackageState::Missing);
        one.is_recorded = false;
        assert_eq!(shown(vec![one]), "");
    }
}
