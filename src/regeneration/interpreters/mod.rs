//! The Python interpreters of this machine.

pub(crate) mod choice;
pub(crate) mod fetching;
pub(crate) mod pinned_wheels;
pub(crate) mod wheel_support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use dhtl_tools::{Environment, Invocation, Runner};
use pep440_rs::Version;
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

/// What uv calls an interpreter of its own: the name of its folder, `cpython-3.12.1-linux-x86_64-gnu`.
/// None where `program` is not in such a folder.
pub(crate) fn uv_key(program: &Path) -> Option<String> {
    let mut folders = program.ancestors().skip(1).take(2);
    folders.find_map(|folder| {
        let name = folder.file_name()?.to_str()?;
        let is_key = name.starts_with("cpython-") && parse_folder_name(name).is_some();
        is_key.then(|| name.to_owned())
    })
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
    use super::*;

    #[test]
    fn interpreters_of_uv_have_keys() {
        let key = |program: &str| uv_key(Path::new(program));
        let folder = "cpython-3.12.1+freethreaded-linux-x86_64-gnu";
        let program = format!("/home/ada/python/{folder}/bin/python3.12");
        assert_eq!(key(&program).as_deref(), Some(folder));
        let program = format!("/python/{folder}/python.exe");
        assert_eq!(key(&program).as_deref(), Some(folder));
        assert_eq!(key("/home/ada/.pyenv/versions/3.12.1/bin/python"), None);
        assert_eq!(
            key("/python/cpython-3.12-linux-x86_64-gnu/bin/python"),
            None
        );
        assert_eq!(key("3.12"), None);
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
