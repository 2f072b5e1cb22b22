//! Finds out which wheels there are of what a project pins.

use std::collections::BTreeSet;
use std::fs;

use dhtl_project_model::{DistributionName, LockKind, Strategy};
use dhtl_tools::{Runner, no_output};
use tempfile::TempDir;

use crate::RegenerationError;
use crate::importers::{ImportRequest, import};
use crate::interpreters::Interpreter;
use crate::interpreters::choice::{Fit, accepted_minors, fit};
use crate::interpreters::wheel_support::WheelSupport;
use crate::locked_set::CompiledRequirements;
use crate::plan::selection;
use crate::resolution::sources::{name_of, sources};
use crate::state::{one_per_line, write_whole};
use crate::subject::Subject;
use crate::uv::UvCommands;

/// The pins whose wheels are asked for.
const PINS: &str = "pins.in";
/// What the index has of them, in the notation of PEP 751, which names every file.
const WHEELS: &str = "pylock.pins.toml";
/// How often pins that the index has no wheels of are left out before nothing is known.
const MOST_ATTEMPTS: usize = 12;

/// What the lock of another tool says by itself: all but Pipenv's names the files.
pub(crate) fn in_lock(subject: &Subject) -> Option<WheelSupport> {
    if subject.spec.strategy != Strategy::ForeignLock {
        return None;
    }
    let (kind, text) = lock(subject)?;
    let pinned = imported(subject)?;
    (kind != LockKind::Pipfile).then(|| WheelSupport::in_text(&text).of(pinned))
}

/// What `uv.lock` names, which only uv itself can tell apart by interpreter.
pub(crate) fn in_uv_lock(
    subject: &Subject,
    uv: UvCommands<'_>,
    runner: &dyn Runner,
) -> Result<WheelSupport, RegenerationError> {
    let folder = temporary_folder()?;
    let output = folder.path().join(PINS);
    let selection = selection(&subject.spec, subject.python());
    let completed = runner.run(&uv.export(&selection, &output), &no_output)?;
    let Some((_, text)) = lock(subject).filter(|_| completed.success()) else {
        return Ok(WheelSupport::default());
    };
    let exported = fs::read_to_string(output).unwrap_or_default();
    Ok(WheelSupport::in_text(&text).of(CompiledRequirements::parse(&exported)))
}

fn lock(subject: &Subject) -> Option<(LockKind, String)> {
    let path = &subject.spec.strategy_evidence.path;
    let locks = &subject.python().locks;
    let lock = locks.iter().find(|lock| lock.path == *path)?;
    let text = fs::read_to_string(subject.root().join(path)).ok()?;
    Some((lock.kind, text))
}

/// Asks the index for the wheels of what is pinned, for the minor releases that are accepted among
/// `available`; what cannot be found out speaks for no interpreter.
pub(crate) fn of_pins(
    subject: &Subject,
    uv: UvCommands<'_>,
    runner: &dyn Runner,
    available: &[Interpreter],
) -> Result<WheelSupport, RegenerationError> {
    let folder = temporary_folder()?;
    let (input, output) = (folder.path().join(PINS), folder.path().join(WHEELS));
    let mut pins = pins(subject);
    let mut minors = accepted_minors(&subject.spec.interpreter, available).into_iter();
    let spec = &subject.spec.interpreter;
    // One that uv can work with; which of them asks makes no difference.
    let asking = available
        .iter()
        .find(|one| fit(spec, &one.implementation, &one.version) == Some(Fit::Exact));
    let (Some(mut oldest), Some(asking)) = (minors.next(), asking) else {
        return Ok(WheelSupport::default());
    };
    for _ in 0..MOST_ATTEMPTS {
        if pins.is_empty() {
            break;
        }
        write_whole(&input, one_per_line(&pins))?;
        // uv keeps to what the file to be written says. There may be none.
        let _ = fs::remove_file(&output);
        let command = uv.list_wheels(&asking.program, &input, oldest, &output);
        let completed = runner.run(&command, &no_output)?;
        if completed.success() {
            let text = fs::read_to_string(&output).unwrap_or_default();
            return Ok(WheelSupport::in_text(&text).not_before(oldest));
        }
        if completed.stderr.contains("the requested Python version") {
            let Some(next) = minors.next() else { break };
            oldest = next;
            continue;
        }
        let before = pins.len();
        pins.retain(|pin| !is_mentioned(pin, &completed.stderr));
        if pins.len() == before {
            break;
        }
    }
    Ok(WheelSupport::default())
}

/// A folder for the questions: a plan that is only shown must not touch the project.
fn temporary_folder() -> Result<TempDir, RegenerationError> {
    tempfile::tempdir().map_err(RegenerationError::io("create", std::env::temp_dir()))
}

/// Whether uv complains about a pin: it writes `name==version`.
fn is_mentioned(pin: &str, text: &str) -> bool {
    let requirement = pin.split(';').next().unwrap_or(pin).trim();
    text.split(|character: char| character.is_whitespace() || ",`'".contains(character))
        .any(|word| word == requirement)
}

/// What is pinned to one version, the first pin of each distribution.
fn pins(subject: &Subject) -> Vec<String> {
    let lines = match subject.spec.strategy {
        Strategy::UvLock => Vec::new(),
        Strategy::ForeignLock => imported(subject).map(lines_of).unwrap_or_default(),
        Strategy::HashedRequirements => {
            let files = subject.spec.requirements_files.iter();
            let texts = files.filter_map(|path| fs::read_to_string(subject.root().join(path)).ok());
            texts
                .flat_map(|text| lines_of(CompiledRequirements::parse(&text)))
                .collect()
        }
        _ => {
            let sources = sources(&subject.spec, subject.python());
            sources
                .into_iter()
                .flat_map(|source| source.brings)
                .collect()
        }
    };
    let mut seen = BTreeSet::new();
    let first_pins = lines.iter().filter_map(|line| pin(line));
    first_pins
        .filter(|pin| seen.insert(DistributionName::new(name_of(pin))))
        .collect()
}

fn imported(subject: &Subject) -> Option<CompiledRequirements> {
    let (kind, text) = lock(subject)?;
    let manifest = fs::read_to_string(subject.root().join("pyproject.toml")).ok();
    let request = ImportRequest {
        path: &subject.spec.strategy_evidence.path,
        text: &text,
        manifest: manifest.as_deref(),
        kind,
    };
    let imported = import(&request).ok()?;
    Some(CompiledRequirements::parse(&imported.text))
}

fn lines_of(compiled: CompiledRequirements) -> Vec<String> {
    compiled
        .requirements
        .into_iter()
        .map(|one| one.text)
        .collect()
}

/// `name==version` of a requirement that accepts one version and applies here without a condition;
/// a marker tells interpreters apart by itself.
fn pin(requirement: &str) -> Option<String> {
    let (name, version) = requirement.split_once("==")?;
    let name = name.split('[').next()?.trim();
    let version = version.trim_start_matches('=').trim();
    let is_exact = !version.is_empty()
        && version
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || ".!+-_".contains(character));
    (is_exact && !name.contains(['@', ' ']))
        .then(|| format!("{}=={version}", DistributionName::new(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_accepts_one_version_is_a_pin() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(pin(text).as_deref(), expected, "{text}");
        };
        check("NumPy == 1.21.6", Some("numpy==1.21.6"));
        check("celery[redis]==5.0", Some("celery==5.0"));
        check("a==1.*", None);
        check("a==1,<2", None);
        check("a==1 ; python_version < '3.8'", None);
        check("a>=1", None);
        check("a @ https://files.example/a-1==2.whl", None);
    }

    #[test]
    fn complaints_are_traced_to_their_pin() {
        let text = "cause: Because a==1.0 has no usable wheels and you require a==1.0, we";
        assert!(is_mentioned("a==1.0", text));
        assert!(!is_mentioned("a==1", text));
        assert!(!is_mentioned("aa==1.0", text));
    }
}
