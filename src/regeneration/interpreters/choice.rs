//! Which of the accepted interpreters a project gets, and why.

use std::str::FromStr as _;

use dhtl_project_model::{InterpreterSpec, Platform};
use pep440_rs::{Version, VersionSpecifiers};

use crate::interpreters::wheel_support::WheelSupport;
use crate::interpreters::{Choice, Interpreter, minor};

/// How an interpreter meets what a project asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// As it is asked for.
    Exact,
    /// In all but the patch release that a file other than `.dhtconfig` names.
    OtherPatch,
}

/// The oldest release line that is chosen without need: older ones lack what editable installs
/// need (PEP 660).
const OLDEST_COMFORTABLE: u64 = 8;
/// The oldest release line that uv can work with.
const OLDEST: u64 = 7;

/// What speaks for one interpreter rather than another that is accepted as well.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaning<'a> {
    /// What the pinned distributions have wheels for.
    pub(crate) wheels: &'a WheelSupport,
    /// The moment that the project is resolved as of, in the notation of RFC 3339.
    pub(crate) as_of: Option<&'a str>,
    /// The platform of the environment.
    pub(crate) platform: Platform,
}

/// Chooses among `available`: what is pinned; otherwise what most pinned distributions have wheels
/// for; otherwise the newest of the minor version that the project is known to be tried with, or was
/// current when it was last worked on, or the one nearest to that; otherwise the newest. Returns the
/// reason with it, in words.
pub(crate) fn choose(
    spec: &InterpreterSpec,
    available: &[Interpreter],
    leaning: Leaning<'_>,
) -> (Choice, String) {
    let chooser = Chooser { spec, leaning };
    chooser.best(available, Fit::Exact).map_or_else(
        || {
            (
                Choice::Fetch(fetch_request(spec)),
                "none that is here will do".to_owned(),
            )
        },
        |best| {
            (
                Choice::Present(best.clone()),
                chooser.reason(best, available),
            )
        },
    )
}

/// The minor numbers of those of `available` that are accepted, the oldest first.
pub(crate) fn accepted_minors(spec: &InterpreterSpec, available: &[Interpreter]) -> Vec<u64> {
    let mut minors = available
        .iter()
        .filter(|one| fit(spec, &one.implementation, &one.version) == Some(Fit::Exact))
        .map(|one| minor_number(&minor(&one.version)))
        .collect::<Vec<_>>();
    minors.sort_unstable();
    minors.dedup();
    minors
}

/// The best of `available` that meets the request in all but its patch release.
pub(crate) fn nearest<'a>(
    spec: &InterpreterSpec,
    available: &'a [Interpreter],
) -> Option<&'a Interpreter> {
    let leaning = Leaning {
        wheels: &WheelSupport::default(),
        as_of: None,
        platform: Platform::current(),
    };
    Chooser { spec, leaning }.best(available, Fit::OtherPatch)
}

struct Chooser<'a> {
    spec: &'a InterpreterSpec,
    leaning: Leaning<'a>,
}

impl Chooser<'_> {
    fn best<'a>(&self, available: &'a [Interpreter], wanted: Fit) -> Option<&'a Interpreter> {
        available
            .iter()
            .filter(|interpreter| {
                let Interpreter {
                    implementation,
                    version,
                    ..
                } = interpreter;
                fit(self.spec, implementation, version) == Some(wanted)
            })
            .min_by_key(|interpreter| {
                let newest_first = std::cmp::Reverse(Version::from_str(&interpreter.version).ok());
                let own = minor(&interpreter.version);
                (
                    self.builds(&own),
                    self.rank(&own),
                    newest_first,
                    interpreter.origin,
                )
            })
    }

    /// How many pinned distributions would have to be built for a minor version.
    fn builds(&self, own: &str) -> usize {
        let Leaning {
            wheels, platform, ..
        } = self.leaning;
        let number = minor_number(own);
        if wheels.is_too_old(number) {
            usize::MAX
        } else {
            wheels.lacking(number, platform).len()
        }
    }

    /// How far a minor version is from those that the project is tried with; less is better.
    fn rank(&self, own: &str) -> u64 {
        const UNTRIED: u64 = 100;
        const UNCOMFORTABLE: u64 = 1000;
        let preferred = &self.spec.request.preferred;
        let penalty = if minor_number(own) < OLDEST_COMFORTABLE {
            UNCOMFORTABLE
        } else {
            0
        };
        let distance_to = |number: u64| UNTRIED + minor_number(own).abs_diff(number);
        let distance = match (
            preferred.iter().position(|hint| hint == own),
            preferred.first(),
        ) {
            (Some(position), _) => position as u64,
            (None, Some(newest)) => distance_to(minor_number(newest)),
            (None, None) => self
                .leaning
                .as_of
                .and_then(current_at)
                .map_or(0, distance_to),
        };
        penalty + distance
    }

    fn reason(&self, best: &Interpreter, available: &[Interpreter]) -> String {
        let own = minor(&best.version);
        let request = &self.spec.request;
        if self.spec.exact.is_some() {
            return "`.dhtconfig` asks for it".to_owned();
        }
        let without_wheels = Chooser {
            spec: self.spec,
            leaning: Leaning {
                wheels: &WheelSupport::default(),
                ..self.leaning
            },
        };
        let otherwise = without_wheels.best(available, Fit::Exact);
        if let Some(otherwise) = otherwise.map(|one| minor(&one.version))
            && otherwise != own
        {
            let Leaning {
                wheels, platform, ..
            } = self.leaning;
            let number = minor_number(&otherwise);
            let Some(pin) = wheels.lacking(number, platform).pop_last() else {
                return format!("what is pinned does not accept {otherwise}");
            };
            return format!("`{pin}`, which is pinned, has no wheel for {otherwise}");
        }
        if request.preferred.contains(&own) {
            return "the project is tried with it".to_owned();
        }
        let asked = || match request.specifiers.as_str() {
            "" => String::new(),
            specifiers => format!(" that `{specifiers}` accepts"),
        };
        match self.leaning.as_of.and_then(current_at) {
            Some(number) if request.preferred.is_empty() && minor_number(&own) <= number => {
                format!("the newest{} from the time of the last commit", asked())
            }
            _ if accepted_minors(self.spec, available).len() == 1 => {
                format!("the only one here{}", asked())
            }
            _ if request.preferred.is_empty() => format!("the newest here{}", asked()),
            _ => format!(
                "the nearest here{} to what the project is tried with",
                asked()
            ),
        }
    }
}

/// The days on which minor releases of `CPython` 3 came out, the oldest first.
///
/// Source: "Status of Python versions" in the developer's guide of Python.
const RELEASED: [(&str, u64); 8] = [
    ("2018-06-27", 7),
    ("2019-10-14", 8),
    ("2020-10-05", 9),
    ("2021-10-04", 10),
    ("2022-10-24", 11),
    ("2023-10-02", 12),
    ("2024-10-07", 13),
    ("2025-10-07", 14),
];

/// So long after a release most distributions have wheels for it.
const SETTLED_AFTER_DAYS: i32 = 120;

/// The minor release of `CPython` 3 that had settled at a moment in the notation of RFC 3339.
fn current_at(moment: &str) -> Option<u64> {
    let day = |text: &str| text.get(..10)?.parse::<jiff::civil::Date>().ok();
    let then = day(moment)?;
    let settled = RELEASED.iter().filter(|(released, _)| {
        day(released).is_some_and(|released| {
            released
                .until(then)
                .is_ok_and(|passed| passed.get_days() >= SETTLED_AFTER_DAYS)
        })
    });
    settled.map(|(_, minor)| *minor).next_back()
}

/// The `11` of `3.11`; 0 for anything but Python 3.
fn minor_number(minor: &str) -> u64 {
    minor
        .strip_prefix("3.")
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

/// How an interpreter meets what the project asks for; pre-releases only do when they are pinned.
pub(crate) fn fit(spec: &InterpreterSpec, implementation: &str, version: &str) -> Option<Fit> {
    let parsed = Version::from_str(version).ok()?;
    if implementation != spec.implementation {
        return None;
    }
    if let Some(exact) = &spec.exact {
        let is_of_line = version
            .strip_prefix(exact.as_str())
            .is_some_and(|rest| rest.starts_with('.'));
        return (version == exact || is_of_line).then_some(Fit::Exact);
    }
    if parsed.any_prerelease() || minor_number(&minor(version)) < OLDEST {
        return None;
    }
    let contained = |specifiers: &str| {
        VersionSpecifiers::from_str(specifiers)
            .unwrap_or_default()
            .contains(&parsed)
    };
    if contained(&spec.request.specifiers) {
        return Some(Fit::Exact);
    }
    contained(&without_patches(&spec.request.specifiers)).then_some(Fit::OtherPatch)
}

/// The specifiers with `==3.9.19` read as `==3.9.*`.
fn without_patches(specifiers: &str) -> String {
    let relaxed = |clause: &str| match clause.trim().strip_prefix("==") {
        Some(version) if version.split('.').count() == 3 && !version.ends_with('*') => {
            format!("=={}.*", minor(version.trim()))
        }
        _ => clause.to_owned(),
    };
    specifiers
        .split(',')
        .map(relaxed)
        .collect::<Vec<_>>()
        .join(",")
}

/// What the accepted versions are, for messages.
pub(crate) fn wanted(spec: &InterpreterSpec) -> String {
    match &spec.exact {
        Some(exact) => format!("{} {exact}", spec.implementation),
        None if spec.request.specifiers.is_empty() => spec.implementation.clone(),
        None => format!("{} {}", spec.implementation, spec.request.specifiers),
    }
}

/// What to ask uv for, where no interpreter that is known of will do.
pub(crate) fn fetch_request(spec: &InterpreterSpec) -> String {
    let version = spec.exact.as_deref().unwrap_or(&spec.request.specifiers);
    let preferred = spec
        .request
        .preferred
        .first()
        .filter(|_| spec.exact.is_none());
    let version = preferred.map_or(version, String::as_str);
    match (spec.implementation.as_str(), version) {
        ("cpython", "") => "3".to_owned(),
        ("cpython", version) => version.to_owned(),
        (implementation, version) => format!("{implementation}@{version}"),
    }
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::InterpreterRequest;

    use super::*;
    use crate::interpreters::InterpreterOrigin;

    fn here(versions: &[(&str, InterpreterOrigin)]) -> Vec<Interpreter> {
        versions
            .iter()
            .map(|(version, origin)| Interpreter {
                program: format!("{}/{version}", origin.as_str()).into(),
                version: (*version).to_owned(),
                implementation: "cpython".to_owned(),
                origin: *origin,
            })
            .collect()
    }

    fn spec(exact: Option<&str>, specifiers: &str, preferred: &[&str]) -> InterpreterSpec {
        InterpreterSpec {
            exact: exact.map(str::to_owned),
            implementation: "cpython".to_owned(),
            request: InterpreterRequest {
                specifiers: specifiers.to_owned(),
                preferred: preferred.iter().map(|hint| (*hint).to_owned()).collect(),
                ..InterpreterRequest::default()
            },
        }
    }

    #[track_caller]
    fn check(spec: &InterpreterSpec, expected: Result<&str, &str>) {
        check_leaning(spec, "", None, expected);
    }

    #[track_caller]
    fn check_leaning(
        spec: &InterpreterSpec,
        lock: &str,
        as_of: Option<&str>,
        expected: Result<&str, &str>,
    ) {
        use InterpreterOrigin::{Pyenv, System, Uv};
        let available = here(&[
            ("3.11.2", System),
            ("3.11.7", Pyenv),
            ("3.12.1", Pyenv),
            ("3.12.1", Uv),
            ("3.13.0", Pyenv),
            ("3.14.0rc1", Uv),
        ]);
        let leaning = Leaning {
            wheels: &WheelSupport::in_text(lock),
            as_of,
            platform: "linux-x86_64".parse().unwrap(),
        };
        let (choice, reason) = choose(spec, &available, leaning);
        match (choice, expected) {
            (Choice::Present(chosen), Ok(program)) => {
                assert_eq!(chosen.program.to_str(), Some(program), "{reason}");
            }
            (Choice::Fetch(request), Err(expected)) => assert_eq!(request, expected),
            (choice, expected) => panic!("{choice:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn a_pinned_version_is_taken_or_fetched() {
        check(&spec(Some("3.11.2"), "", &[]), Ok("system/3.11.2"));
        check(&spec(Some("3.11"), "", &[]), Ok("pyenv/3.11.7"));
        check(&spec(Some("3.11.9"), "", &[]), Err("3.11.9"));
    }

    #[test]
    fn the_newest_accepted_release_is_taken() {
        check(&spec(None, "", &[]), Ok("pyenv/3.13.0"));
        check(&spec(None, ">=3.8,<3.13", &[]), Ok("uv/3.12.1"));
        check(&spec(None, ">=3.99", &[]), Err(">=3.99"));
    }

    #[test]
    fn what_the_project_is_tried_with_comes_before_newer_versions() {
        check(
            &spec(None, ">=3.8", &["3.15", "3.12", "3.11"]),
            Ok("uv/3.12.1"),
        );
    }

    #[test]
    fn a_project_of_old_gets_what_is_nearest_to_its_time() {
        check(&spec(None, ">=3.6", &["3.7", "3.6"]), Ok("pyenv/3.11.7"));
        check(&spec(None, "", &["2.7"]), Ok("pyenv/3.11.7"));
    }

    #[test]
    fn another_patch_release_is_second_best() {
        let spec = spec(None, ">=3.8,==3.11.9", &[]);
        check(&spec, Err(">=3.8,==3.11.9"));
        assert_eq!(fit(&spec, "cpython", "3.11.7"), Some(Fit::OtherPatch));
        assert_eq!(fit(&spec, "cpython", "3.12.1"), None);
    }

    #[test]
    fn what_pins_have_wheels_for_comes_first() {
        let lock = "a-1-cp311-cp311-manylinux_2_17_x86_64.whl a-1-cp310-cp310-win32.whl";
        check_leaning(
            &spec(None, ">=3.8", &["3.13"]),
            lock,
            None,
            Ok("pyenv/3.11.7"),
        );
        check_leaning(&spec(Some("3.12.1"), "", &[]), lock, None, Ok("uv/3.12.1"));
    }

    #[test]
    fn a_project_that_says_nothing_gets_what_was_current_then() {
        let then = Some("2023-11-20T00:00:00Z");
        check_leaning(&spec(None, "", &[]), "", then, Ok("pyenv/3.11.7"));
        check_leaning(
            &spec(None, ">=3.8", &["3.13"]),
            "",
            then,
            Ok("pyenv/3.13.0"),
        );
        let before_all = Some("2015-01-01T00:00:00Z");
        check_leaning(&spec(None, "", &[]), "", before_all, Ok("pyenv/3.13.0"));
    }

    #[test]
    fn the_choice_is_explained() {
        let available = here(&[
            ("3.12.1", InterpreterOrigin::Pyenv),
            ("3.13.0", InterpreterOrigin::Pyenv),
        ]);
        let reason = |specifiers: &str, preferred: &[&str], lock: &str| {
            let leaning = Leaning {
                wheels: &WheelSupport::in_text(lock),
                as_of: None,
                platform: "linux-x86_64".parse().unwrap(),
            };
            choose(&spec(None, specifiers, preferred), &available, leaning).1
        };
        let lock = "numpy-1.26.0-cp312-cp312-manylinux_2_17_x86_64.whl";
        insta::assert_snapshot!(reason("", &[], lock), @"`numpy==1.26.0`, which is pinned, has no wheel for 3.13");
        insta::assert_snapshot!(reason("", &[], ""), @"the newest here");
        insta::assert_snapshot!(reason(">=3.8", &["3.12"], ""), @"the project is tried with it");
        insta::assert_snapshot!(reason("<3.13", &[], ""), @"the only one here that `<3.13` accepts");
        insta::assert_snapshot!(reason(">=3.14", &[], ""), @"none that is here will do");
    }
}
