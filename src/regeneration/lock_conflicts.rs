//! Where the locks of one project disagree, and which version each of them asks for.
//!
//! The best lock leads, and what the others say of its distributions is set aside: that is worth
//! knowing, and no error.
//!
//! Source: seed 001 section 5, "Lock File Conflicts".

use std::collections::BTreeMap;
use std::fmt;

use dhtl_project_model::{DistributionName, Evidence, InterpreterSpec, LockFile, PythonProject};
use serde::Serialize;

use crate::RegenerationError;
use crate::interpreters::Choice;
use crate::lock_files::{leading, led_of, read};
use crate::locks::{Pin, Pins, marker_environments, may_apply};
use crate::markers::MarkerEnvironment;
use crate::subject::Subject;
use crate::validation::same_version;

/// A distribution that several locks have in different versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LockConflict {
    /// Which one.
    pub distribution: DistributionName,
    /// What is followed.
    pub kept: LockedVersion,
    /// What is not.
    pub dropped: Vec<LockedVersion>,
    /// The project's own requirements that name it.
    pub required_by: Vec<Asking>,
}

/// A version that a lock gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LockedVersion {
    /// The version.
    pub version: String,
    /// The lock, relative to the root.
    pub path: String,
    /// The line in it, from 1, where it can be told.
    pub line: Option<usize>,
    /// The distributions of that lock that need it, where the lock says so.
    pub asked_by: Vec<DistributionName>,
}

/// A requirement of the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asking {
    /// The requirement, in the notation of PEP 508.
    pub requirement: String,
    /// Where it stands.
    pub evidence: Evidence,
}

/// What one lock has.
#[derive(Debug, Clone)]
struct Lock {
    path: String,
    pins: Pins,
}

/// Where the locks of `subject` disagree in the environment that `markers` describe. Nothing is read
/// where there is only one.
pub(crate) fn of(subject: &Subject, markers: &MarkerEnvironment) -> Vec<LockConflict> {
    let led = led_of(subject);
    if led.is_empty() {
        return Vec::new();
    }
    let markers = std::slice::from_ref(markers);
    let root = subject.root();
    let with_pins = |lock: LockFile| Lock {
        pins: read(root, &lock, markers),
        path: lock.path,
    };
    let leading = leading(&subject.spec, subject.python());
    let leading = leading.into_iter().map(with_pins).collect::<Vec<_>>();
    let led = led.into_iter().map(with_pins).collect::<Vec<_>>();
    conflicts(&leading, &led)
        .map(|conflict| LockConflict {
            required_by: required_by(&conflict.distribution, subject.python(), (&led, markers)),
            ..conflict
        })
        .collect()
}

/// Refuses a project whose locks disagree for the interpreter of `choice`: what one of them says is
/// not done as it is declared.
pub(crate) fn refuse(subject: &Subject, choice: &Choice) -> Result<(), RegenerationError> {
    let InterpreterSpec { implementation, .. } = &subject.spec.interpreter;
    let platform = subject.spec.platform;
    let markers = match choice {
        Choice::Present(interpreter) => Some(MarkerEnvironment::new(
            platform,
            implementation,
            &interpreter.version,
        )),
        // The newest that is accepted is what uv fetches, or near it.
        Choice::Fetch(_) => marker_environments(&subject.spec.interpreter, platform).pop(),
    };
    let conflicts = markers.map_or_else(Vec::new, |markers| of(subject, &markers));
    let Some(first) = conflicts.first() else {
        return Ok(());
    };
    let more = match conflicts.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    Err(RegenerationError::Strict {
        what: format!("locks disagree: {first}{more}"),
    })
}

/// Where `led` disagree with `leading`, by name.
fn conflicts(leading: &[Lock], led: &[Lock]) -> impl Iterator<Item = LockConflict> {
    let mut kept = Pins::new();
    let mut kept_by = BTreeMap::new();
    for lock in leading {
        for (name, pin) in &lock.pins {
            kept.insert(name.clone(), pin.clone());
            kept_by.insert(name.clone(), lock.path.as_str());
        }
    }
    kept.into_iter().filter_map(move |(name, pin)| {
        let path = kept_by.get(&name)?;
        let kept = locked_version(path, &pin)?;
        let dropped = led
            .iter()
            .filter_map(|lock| locked_version(&lock.path, lock.pins.get(&name)?))
            .filter(|other| !same_version(&other.version, &kept.version))
            .collect::<Vec<_>>();
        (!dropped.is_empty()).then(|| LockConflict {
            distribution: name,
            kept,
            dropped,
            required_by: Vec::new(),
        })
    })
}

/// None for what comes from a folder or a repository, which has no version to compare.
fn locked_version(path: &str, pin: &Pin) -> Option<LockedVersion> {
    Some(LockedVersion {
        version: pin.version.clone()?,
        path: path.to_owned(),
        line: pin.line,
        asked_by: pin.asked_by.iter().cloned().collect(),
    })
}

/// What asks for `name` besides the locks themselves.
fn required_by(
    name: &DistributionName,
    python: &PythonProject,
    (led, markers): (&[Lock], &[MarkerEnvironment]),
) -> Vec<Asking> {
    let mut all = Vec::new();
    let is_lock = |path: &str| {
        led.iter().any(|lock| lock.path == path)
            || python.locks.iter().any(|lock| lock.path == path)
    };
    let requirements = python
        .declarations
        .iter()
        .flat_map(|declaration| &declaration.requirements)
        .filter(|requirement| requirement.name.as_ref() == Some(name))
        .filter(|requirement| !is_lock(&requirement.evidence.path))
        .filter(|requirement| may_apply(&requirement.text, markers));
    for requirement in requirements {
        let asking = Asking {
            requirement: requirement.text.clone(),
            evidence: requirement.evidence.clone(),
        };
        if !all.contains(&asking) {
            all.push(asking);
        }
    }
    all
}

impl fmt::Display for LockedVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.version, self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.asked_by.is_empty() {
            let names = self.asked_by.iter().take(MOST_NAMED);
            let names = names.map(|name| format!("`{name}`")).collect::<Vec<_>>();
            write!(f, ", for {}", names.join(", "))?;
            if self.asked_by.len() > MOST_NAMED {
                f.write_str(", …")?;
            }
        }
        f.write_str(")")
    }
}

impl fmt::Display for LockConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dropped = self.dropped.iter().map(ToString::to_string);
        let dropped = dropped.collect::<Vec<_>>().join(" or ");
        write!(
            f,
            "{} {} instead of {dropped}",
            self.distribution, self.kept
        )?;
        let Some(first) = self.required_by.first() else {
            return Ok(());
        };
        write!(f, "; `{}` of {}", first.requirement, first.evidence.path)?;
        match first.evidence.line {
            Some(line) => write!(f, ":{line}"),
            None => Ok(()),
        }
    }
}

/// A line of text names no more askers than these; JSON names all.
const MOST_NAMED: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(path: &str, pins: &[(&str, Option<&str>, &[&str])]) -> Lock {
        let pin = |(index, (name, version, by)): (usize, &(&str, Option<&str>, &[&str]))| {
            let pin = Pin {
                version: version.map(str::to_owned),
                line: Some(index + 1),
                asked_by: by.iter().map(|name| DistributionName::new(name)).collect(),
            };
            (DistributionName::new(name), pin)
        };
        Lock {
            path: path.to_owned(),
            pins: pins.iter().enumerate().map(pin).collect(),
        }
    }

    #[test]
    fn each_disagreement_names_both_versions_and_who_asked() {
        let leading = [lock(
            "uv.lock",
            &[
                ("idna", Some("3.7"), &["a", "b", "c", "d"]),
                ("same", Some("1.0"), &[]),
                ("folder", None, &[]),
                ("only-here", Some("1"), &[]),
            ],
        )];
        let led = [
            lock(
                "poetry.lock",
                &[
                    ("same", Some("1.0.0"), &[]),
                    ("idna", Some("3.6"), &["httpx"]),
                    ("folder", Some("2"), &[]),
                ],
            ),
            lock(
                "requirements.txt",
                &[("idna", Some("3.4"), &[]), ("only-there", Some("1"), &[])],
            ),
        ];
        let shown = conflicts(&leading, &led)
            .map(|conflict| conflict.to_string())
            .collect::<Vec<_>>();
        assert_eq!(
            shown,
            [
                "idna 3.7 (uv.lock:1, for `a`, `b`, `c`, …) instead of 3.6 (poetry.lock:2, for `httpx`) \
                 or 3.4 (requirements.txt:1)"
            ]
        );
    }
}
