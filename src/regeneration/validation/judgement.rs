//! Every check of the proof, and the verdict.

use dhtl_project_model::config::Config;
use dhtl_project_model::{Digest, DistributionName, EnvVar};

use crate::binaries::{self, BinaryFindings};
use crate::closure::Closure;
use crate::files::{FileReport, Found};
use crate::git::GitFindings;
use crate::git_check;
use crate::installed::Environment;
use crate::interpreters::choice::{self, Fit};
use crate::locked_set::LockedSet;
use crate::subject::Subject;
use crate::tools::{self, Overshadowed, ToolFindings};
use crate::validation::{Check, Difference, Validation, Verdict};

/// What the proof compares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exhibits<'a> {
    /// The project and its spec.
    pub(crate) subject: &'a Subject,
    /// The environment as it is.
    pub(crate) environment: &'a Environment,
    /// What its files are.
    pub(crate) files: &'a FileReport,
    /// The required binaries as they stand.
    pub(crate) binaries: &'a BinaryFindings,
    /// The pinned tools as they stand.
    pub(crate) tools: &'a ToolFindings,
    /// The tools that others on `PATH` come before.
    pub(crate) overshadowed: &'a [Overshadowed],
    /// What the checkout needs besides, and has.
    pub(crate) git: Option<&'a GitFindings>,
    /// What must be installed; none where nothing is locked.
    pub(crate) locked_set: Option<&'a LockedSet>,
    /// How the imports resolve.
    pub(crate) closure: &'a Closure,
    /// The digests of the environment as it is.
    pub(crate) digests: Digests,
    /// The names of the environment variables that are set.
    pub(crate) set_env_vars: &'a [String],
    /// What of its configuration is not as `.dhtconfig` records it.
    pub(crate) changed_configuration: &'a [Difference],
}

/// The digests of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digests {
    /// The platform-independent one.
    pub(crate) fingerprint: Digest,
    /// The one of the installed set.
    pub(crate) venv_checksum: Digest,
    /// The one of the configuration files.
    pub(crate) config_checksum: Digest,
}

/// Holds the exhibits against each other.
pub(crate) fn validate(exhibits: &Exhibits<'_>) -> Validation {
    let mut differences = Vec::new();
    let mut checks = vec![
        python(exhibits, &mut differences),
        packages(exhibits, &mut differences),
        files(exhibits.files, &mut differences),
        imports(exhibits.closure),
    ];
    checks.extend(tools::check(exhibits.tools, &mut differences));
    checks.extend(binaries::check(exhibits.binaries, &mut differences));
    checks.extend(tools::check_order(exhibits.overshadowed, &mut differences));
    checks.extend(configuration(exhibits, &mut differences));
    checks.extend(git_check::checks(exhibits.git, &mut differences));
    let verdict = verdict(exhibits, &mut differences);
    Validation {
        root: exhibits.subject.project.root.clone(),
        checks,
        differences,
        closure: exhibits.closure.clone(),
        python_version: exhibits.environment.python_version.clone(),
        implementation: exhibits.environment.implementation.clone(),
        packages: exhibits.environment.distributions.len(),
        files: exhibits.files.files,
        fingerprint: exhibits.digests.fingerprint,
        venv_checksum: exhibits.digests.venv_checksum,
        verdict,
        missing_env_vars: missing_env_vars(exhibits),
        env_file: None,
        lock_conflicts: None,
    }
}

fn config<'a>(exhibits: &Exhibits<'a>) -> Option<&'a Config> {
    exhibits
        .subject
        .document
        .as_ref()
        .map(dhtl_project_model::config::Document::config)
}

fn python(exhibits: &Exhibits<'_>, differences: &mut Vec<Difference>) -> Check {
    let spec = &exhibits.subject.spec.interpreter;
    let Environment {
        implementation,
        python_version,
        ..
    } = exhibits.environment;
    let fit = choice::fit(spec, implementation, python_version);
    let (passed, is_other_patch) = (fit.is_some(), fit == Some(Fit::OtherPatch));
    let wanted = choice::wanted(spec);
    if !passed {
        let actual = format!("{implementation} {python_version}");
        differences.push(Difference::new(
            "python",
            Some(wanted.clone()),
            Some(actual),
            "dhtl regenerate",
        ));
    }
    let detail = match (&spec.exact, passed) {
        (Some(exact), true) if exact == python_version => format!("{python_version} (exact match)"),
        (None, true) if is_other_patch => {
            format!("{python_version} (another patch release of {wanted})")
        }
        (_, true) if spec.request.specifiers.is_empty() => python_version.clone(),
        (_, true) => format!("{python_version} (meets {wanted})"),
        (_, false) => format!("{python_version} instead of {wanted}"),
    };
    Check {
        name: "Python version",
        passed,
        detail,
    }
}

fn packages(exhibits: &Exhibits<'_>, differences: &mut Vec<Difference>) -> Check {
    let installed = exhibits.environment.distributions.len();
    let Some(locked_set) = exhibits.locked_set else {
        let detail =
            format!("{installed} installed, and no lock says which: run `dhtl regenerate`");
        return Check {
            name: "Packages",
            passed: false,
            detail,
        };
    };
    let found = set_differences(exhibits.environment, locked_set);
    let detail = match found.len() {
        0 => format!("{installed} installed, all as locked"),
        1 => format!("{installed} installed, 1 differs from the lock"),
        count => format!("{installed} installed, {count} differ from the lock"),
    };
    let passed = found.is_empty();
    differences.extend(found);
    Check {
        name: "Packages",
        passed,
        detail,
    }
}

/// The distributions that are missing, extra or of another version.
pub(crate) fn set_differences(
    environment: &Environment,
    locked_set: &LockedSet,
) -> Vec<Difference> {
    let difference =
        |name: &DistributionName, expected: Option<&String>, actual: Option<&String>| Difference {
            distribution: Some(name.clone()),
            ..Difference::new(
                name.as_str(),
                expected.cloned(),
                actual.cloned(),
                "dhtl regenerate",
            )
        };
    let any = "any version".to_owned();
    let missing_or_changed = locked_set.iter().filter_map(|(name, version)| {
        let distribution = environment.distribution(name);
        if distribution.is_some_and(|distribution| distribution.editable) {
            // What is installed from its source has the version of its source.
            return None;
        }
        let installed = distribution.map(|distribution| &distribution.version);
        match (version, installed) {
            (_, None) => Some(difference(
                name,
                Some(version.as_ref().unwrap_or(&any)),
                None,
            )),
            (Some(version), Some(installed)) if !same_version(version, installed) => {
                Some(difference(name, Some(version), Some(installed)))
            }
            _ => None,
        }
    });
    let extra = environment
        .distributions
        .iter()
        .filter(|distribution| {
            !distribution.editable && !locked_set.contains_key(&distribution.name)
        })
        .map(|distribution| difference(&distribution.name, None, Some(&distribution.version)));
    missing_or_changed.chain(extra).collect()
}

/// `1.0` and `1.0.0` are one version (PEP 440).
pub(crate) fn same_version(a: &str, b: &str) -> bool {
    use std::str::FromStr as _;
    a == b
        || matches!(
            (pep440_rs::Version::from_str(a), pep440_rs::Version::from_str(b)),
            (Ok(a), Ok(b)) if a == b
        )
}

/// Whether every file is as it was installed, and no other is there.
fn files(report: &FileReport, differences: &mut Vec<Difference>) -> Check {
    let passed = report.findings.is_empty();
    let detail = if passed {
        "all as installed".to_owned()
    } else {
        let kinds = [
            (Found::Modified, "modified"),
            (Found::Missing, "missing"),
            (Found::Extra, "not installed by anything"),
        ];
        let counts = kinds
            .map(|(found, words)| (report.count(found), words))
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| format!("{count} {words}"));
        counts.collect::<Vec<_>>().join(", ")
    };
    differences.extend(report.findings.iter().map(Difference::from));
    Check {
        name: "Files",
        passed,
        detail,
    }
}

fn imports(closure: &Closure) -> Check {
    let missing = closure.required().count();
    let detail = match (missing, closure.unresolved.len()) {
        (0, 0) => format!("all {} third-party modules resolve", closure.resolved),
        (0, others) => format!(
            "{} third-party modules resolve, among them all that the project's packages need; \
             {others} {} not",
            closure.resolved,
            if others == 1 {
                "other does"
            } else {
                "others do"
            }
        ),
        (1, _) => "1 module of the project's packages does not resolve".to_owned(),
        (count, _) => format!("{count} modules of the project's packages do not resolve"),
    };
    Check {
        name: "Imports",
        passed: missing == 0,
        detail,
    }
}

fn configuration(exhibits: &Exhibits<'_>, differences: &mut Vec<Difference>) -> Option<Check> {
    config(exhibits)?
        .validation
        .as_ref()?
        .config_checksum
        .as_ref()?;
    let changed = exhibits.changed_configuration;
    let detail = match changed {
        [] => "matches original exactly".to_owned(),
        [one] => format!("{} changed since it was recorded", one.what),
        several => {
            let names = several.iter().map(|one| one.what.as_str());
            let names = names.collect::<Vec<_>>().join(", ");
            format!("{names} changed since they were recorded")
        }
    };
    differences.extend(changed.iter().cloned());
    Some(Check {
        name: "Configuration",
        passed: changed.is_empty(),
        detail,
    })
}

/// The installed set is compared only on the platform that recorded it: wheels differ by platform.
fn verdict(exhibits: &Exhibits<'_>, differences: &mut Vec<Difference>) -> Verdict {
    let Some(config) = config(exhibits) else {
        return Verdict::Unrecorded;
    };
    let Some(fingerprint) = &config.fingerprint else {
        return Verdict::Unrecorded;
    };
    let same_platform = fingerprint.platform == Some(exhibits.subject.spec.platform);
    let venv_checksum = config
        .validation
        .as_ref()
        .and_then(|validation| validation.venv_checksum.as_ref())
        .filter(|_| same_platform);
    let pairs = [
        (
            "fingerprint",
            fingerprint.digest.as_ref(),
            exhibits.digests.fingerprint,
        ),
        (
            "venv_checksum",
            venv_checksum,
            exhibits.digests.venv_checksum,
        ),
    ];
    let before = differences.len();
    for (what, recorded, actual) in pairs {
        if let Some(recorded) = recorded.filter(|recorded| **recorded != actual.to_string()) {
            differences.push(Difference::new(
                what,
                Some(recorded.clone()),
                Some(actual.to_string()),
                "dhtl regenerate",
            ));
        }
    }
    match (&fingerprint.digest, differences.len() - before) {
        (None, 0) => Verdict::Unrecorded,
        (_, 0) => Verdict::Match,
        _ => Verdict::Drift,
    }
}

fn missing_env_vars(exhibits: &Exhibits<'_>) -> Vec<EnvVar> {
    let env_vars = exhibits.subject.spec.env_vars.iter();
    env_vars
        .filter(|env_var| env_var.required && !exhibits.set_env_vars.contains(&env_var.name))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::installed::Distribution;

    fn environment(distributions: &[(&str, &str, bool)]) -> Environment {
        let distribution = |(name, version, editable): &(&str, &str, bool)| Distribution {
            name: DistributionName::new(name),
            version: (*version).to_owned(),
            folder: String::new(),
            editable: *editable,
            built_here: false,
            record: Vec::new(),
        };
        Environment {
            python_version: "3.11.7".to_owned(),
            implementation: "cpython".to_owned(),
            site_packages: "site-packages".into(),
            distributions: distributions.iter().map(distribution).collect(),
        }
    }

    #[test]
    fn every_difference_is_exact() {
        let locked_set = LockedSet::from([
            (DistributionName::new("changed"), Some("2.0".to_owned())),
            (DistributionName::new("from-git"), None),
            (DistributionName::new("missing"), Some("1.0".to_owned())),
            (DistributionName::new("same"), Some("1.0".to_owned())),
        ]);
        let environment = environment(&[
            ("changed", "1.9", false),
            ("extra", "3.0", false),
            ("from-git", "0.1.dev3", false),
            ("project", "0.1", true),
            ("same", "1.0.0", false),
        ]);
        let differences = set_differences(&environment, &locked_set);
        let lines = differences
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>();
        assert_eq!(
            lines,
            [
                "changed: 1.9 instead of 2.0",
                "missing: missing, must be 1.0",
                "extra: 3.0 is not asked for"
            ]
        );
    }
}
