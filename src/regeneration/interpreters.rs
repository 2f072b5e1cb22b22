//! The Python interpreters of this machine, and the one that a project gets.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use dhtl_project_model::InterpreterSpec;
use dhtl_tools::{Environment, Invocation, Runner};
use pep440_rs::{Version, VersionSpecifiers};
use serde::Serialize;

/// An interpreter that is on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Interpreter {
    /// The program, absolute.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub program: PathBuf,
    /// Its exact version, such as `3.11.7`.
    pub version: String,
    /// `cpython`, `pypy`.
    pub implementation: String,
    /// Who put it there.
    pub origin: InterpreterOrigin,
}

/// Who put an interpreter on this machine, the most preferred first.
///
/// Source: seed 001 section 4, "Python Version Management".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InterpreterOrigin {
    /// uv.
    Uv,
    /// pyenv.
    Pyenv,
    /// The system, or whoever else put it on PATH.
    System,
}

/// The interpreter for an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// One that is here.
    Present(Interpreter),
    /// None that is here will do: this is what to ask uv for.
    Fetch(String),
}

impl InterpreterOrigin {
    /// The name in running text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uv => "uv",
            Self::Pyenv => "pyenv",
            Self::System => "system",
        }
    }
}

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

/// Chooses among `available`: what is pinned; otherwise the newest of the minor version that the
/// project is known to be tried with, or the one nearest to that; otherwise the newest.
pub(crate) fn choose(spec: &InterpreterSpec, available: &[Interpreter]) -> Choice {
    best(spec, available, Fit::Exact).map_or_else(
        || Choice::Fetch(fetch_request(spec)),
        |best| Choice::Present(best.clone()),
    )
}

/// The best of `available` that meets the request in all but its patch release.
pub(crate) fn nearest<'a>(
    spec: &InterpreterSpec,
    available: &'a [Interpreter],
) -> Option<&'a Interpreter> {
    best(spec, available, Fit::OtherPatch)
}

fn best<'a>(
    spec: &InterpreterSpec,
    available: &'a [Interpreter],
    wanted: Fit,
) -> Option<&'a Interpreter> {
    available
        .iter()
        .filter(|interpreter| {
            fit(spec, &interpreter.implementation, &interpreter.version) == Some(wanted)
        })
        .min_by_key(|interpreter| {
            let newest_first = std::cmp::Reverse(Version::from_str(&interpreter.version).ok());
            (rank(spec, interpreter), newest_first, interpreter.origin)
        })
}

/// How far a minor version is from those that the project is tried with; less is better.
fn rank(spec: &InterpreterSpec, interpreter: &Interpreter) -> u64 {
    const UNTRIED: u64 = 100;
    const UNCOMFORTABLE: u64 = 1000;
    let own = minor(&interpreter.version);
    let preferred = &spec.request.preferred;
    let penalty = if minor_number(&own) < OLDEST_COMFORTABLE {
        UNCOMFORTABLE
    } else {
        0
    };
    let distance = match (
        preferred.iter().position(|hint| *hint == own),
        preferred.first(),
    ) {
        (Some(position), _) => position as u64,
        (None, Some(newest)) => UNTRIED + minor_number(&own).abs_diff(minor_number(newest)),
        (None, None) => 0,
    };
    penalty + distance
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

fn fetch_request(spec: &InterpreterSpec) -> String {
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

/// The part of a version that names a release line: `3.11` of `3.11.7`.
pub(crate) fn minor(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

/// Finds the interpreters of this machine: uv's, pyenv's and those on PATH.
///
/// The versions of the first two are read from the names of their folders; only programs on PATH
/// are asked. pyenv's shims are passed over: they change their mind with the folder they run in.
pub(crate) fn available(environment: &Environment, runner: &dyn Runner) -> Vec<Interpreter> {
    let mut found: BTreeMap<PathBuf, Interpreter> = BTreeMap::new();
    let folders = managed_folders(environment);
    for (folder, origin) in folders {
        for interpreter in in_folder(&folder, origin) {
            let key = interpreter
                .program
                .canonicalize()
                .unwrap_or(interpreter.program.clone());
            found.entry(key).or_insert(interpreter);
        }
    }
    for program in on_path(environment) {
        let Ok(key) = program.canonicalize() else {
            continue;
        };
        if !found.contains_key(&key)
            && let Some(interpreter) = ask(&program, runner)
        {
            found.insert(key, interpreter);
        }
    }
    let mut interpreters = found.into_values().collect::<Vec<_>>();
    interpreters.sort_by(|a, b| (a.origin, &a.program).cmp(&(b.origin, &b.program)));
    interpreters
}

fn managed_folders(environment: &Environment) -> Vec<(PathBuf, InterpreterOrigin)> {
    let home = environment.home_dir();
    let uv = environment
        .var("UV_PYTHON_INSTALL_DIR")
        .map(PathBuf::from)
        .or_else(|| {
            let data = environment.var("XDG_DATA_HOME").map(PathBuf::from);
            let data = if cfg!(windows) {
                environment.var("APPDATA").map(PathBuf::from)
            } else {
                data
            };
            data.or_else(|| home.as_ref().map(|home| home.join(".local/share")))
                .map(|data| data.join("uv/python"))
        });
    let pyenv = environment
        .var("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| home.map(|home| home.join(".pyenv")))
        .map(|root| root.join("versions"));
    [
        (uv, InterpreterOrigin::Uv),
        (pyenv, InterpreterOrigin::Pyenv),
    ]
    .into_iter()
    .filter_map(|(folder, origin)| folder.map(|folder| (folder, origin)))
    .collect()
}

fn in_folder(folder: &Path, origin: InterpreterOrigin) -> Vec<Interpreter> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let (implementation, version) = parse_folder_name(&name)?;
            let program = program_in(&entry.path(), &version)?;
            Some(Interpreter {
                program,
                version,
                implementation,
                origin,
            })
        })
        .collect()
}

/// uv writes `cpython-3.12.1-linux-x86_64-gnu`, pyenv `3.12.1` and `pypy3.10-7.3.12`. Only whole
/// versions count: uv's `cpython-3.12-…` is a link to one of them.
fn parse_folder_name(name: &str) -> Option<(String, String)> {
    let (implementation, rest) = match name.strip_prefix("cpython-") {
        Some(rest) => ("cpython", rest.split(['-', '+']).next()?),
        None => ("cpython", name),
    };
    let parsed = Version::from_str(rest).ok()?;
    (parsed.release().len() == 3).then(|| (implementation.to_owned(), rest.to_owned()))
}

fn program_in(folder: &Path, version: &str) -> Option<PathBuf> {
    let candidates = [
        folder.join("bin").join(format!("python{}", minor(version))),
        folder.join("bin/python"),
        folder.join("python.exe"),
    ];
    candidates.into_iter().find(|candidate| candidate.is_file())
}

fn on_path(environment: &Environment) -> Vec<PathBuf> {
    let mut names = vec!["python3".to_owned(), "python".to_owned()];
    names.extend((6..=20).map(|minor| format!("python3.{minor}")));
    names
        .iter()
        .flat_map(|name| environment.all_programs(name))
        .filter(|program| !program.components().any(|part| part.as_os_str() == "shims"))
        .collect()
}

fn ask(program: &Path, runner: &dyn Runner) -> Option<Interpreter> {
    const QUESTION: &str = "import platform, sys; \
        print(platform.python_version(), sys.implementation.name)";
    let folder = program.parent()?;
    let invocation = Invocation::new(program, folder)
        .args(["-I", "-c", QUESTION])
        .timeout(Duration::from_secs(10));
    let completed = runner
        .run(&invocation, &|_| {})
        .ok()?
        .require_success()
        .ok()?;
    let (version, implementation) = completed.stdout.trim().split_once(' ')?;
    Some(Interpreter {
        program: program.to_owned(),
        version: version.to_owned(),
        implementation: implementation.to_owned(),
        origin: InterpreterOrigin::System,
    })
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::InterpreterRequest;

    use super::*;

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
        use InterpreterOrigin::{Pyenv, System, Uv};
        let available = here(&[
            ("3.11.2", System),
            ("3.11.7", Pyenv),
            ("3.12.1", Pyenv),
            ("3.12.1", Uv),
            ("3.13.0", Pyenv),
            ("3.14.0rc1", Uv),
        ]);
        match (choose(spec, &available), expected) {
            (Choice::Present(chosen), Ok(program)) => {
                assert_eq!(chosen.program.to_str(), Some(program));
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
    fn folder_names_of_uv_and_pyenv_are_understood() {
        let version = |name| parse_folder_name(name).map(|(_, version)| version);
        assert_eq!(
            version("cpython-3.12.1-linux-x86_64-gnu").as_deref(),
            Some("3.12.1")
        );
        assert_eq!(version("3.11.7").as_deref(), Some("3.11.7"));
        assert_eq!(version("cpython-3.12-linux-x86_64-gnu"), None);
        assert_eq!(version("my-project-env"), None);
    }
}
