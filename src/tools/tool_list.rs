//! What is there on this machine, for `dhtl tools`.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::Serialize;

use crate::{Completed, Environment, Home, Invocation, Runner, ToolError, no_output, shims, uv};

/// A program that only says its version and takes longer than this is of no use here.
const VERSION_TIMEOUT: Duration = Duration::from_secs(10);

/// More interpreters than this say nothing more.
const MOST_OF_A_KIND: usize = 8;

/// A program that dhtl works with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToolInUse {
    /// What it is called, such as `git`.
    pub name: String,
    /// Its version; none when it is missing or would not say.
    pub version: Option<String>,
    /// Where it is.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize_optional")]
    pub path: Option<PathBuf>,
    /// Where it comes from.
    pub origin: ToolOrigin,
    /// What dhtl needs it for.
    pub purpose: &'static str,
}

/// Where a program comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ToolOrigin {
    /// It is on `PATH`.
    Path,
    /// dhtl fetched it.
    Managed,
    /// It is not there.
    Missing,
}

/// What a program is called and what it is for.
struct Known {
    name: &'static str,
    purpose: &'static str,
    /// Whether all of them are listed, or only the first on `PATH`, which is the one in use.
    all: bool,
}

const KNOWN: [Known; 6] = [
    Known {
        name: "git",
        purpose: "clones repositories and reads their history",
        all: false,
    },
    Known {
        name: "python3",
        purpose: "runs projects whose version it has",
        all: true,
    },
    Known {
        name: "pip",
        purpose: "fetches uv where it is missing",
        all: false,
    },
    Known {
        name: "docker",
        purpose: "builds and runs images",
        all: false,
    },
    Known {
        name: "gh",
        purpose: "forks and clones on GitHub",
        all: false,
    },
    Known {
        name: "node",
        purpose: "installs the JavaScript parts of projects",
        all: false,
    },
];

/// The programs that dhtl works with, as they are on this machine; missing ones are listed too.
///
/// Each is asked for its version, all at the same time.
#[must_use]
pub fn tool_list(environment: &Environment, home: &Home, runner: &dyn Runner) -> Vec<ToolInUse> {
    let found: Vec<(&Known, Option<PathBuf>)> = KNOWN
        .iter()
        .flat_map(|known| {
            let programs = programs(environment, known);
            if programs.is_empty() {
                return vec![(known, None)];
            }
            programs
                .into_iter()
                .map(|program| (known, Some(program)))
                .collect()
        })
        .collect();
    thread::scope(|scope| {
        let asked: Vec<_> = found
            .into_iter()
            .map(|(known, program)| scope.spawn(move || described(known, program, runner)))
            .collect();
        let mut tools = vec![uv_in_use(environment, home, runner)];
        tools.extend(asked.into_iter().filter_map(|thread| thread.join().ok()));
        tools
    })
}

fn programs(environment: &Environment, known: &Known) -> Vec<PathBuf> {
    let mut names = vec![known.name];
    // Windows has no python3, and some systems no plain pip.
    match known.name {
        "python3" => names.push("python"),
        "pip" => names.insert(0, "pip3"),
        _ => {}
    }
    let mut programs: Vec<PathBuf> = Vec::new();
    let mut seen: Vec<PathBuf> = Vec::new();
    for name in names {
        for program in shims::resolved(environment.all_programs(name), name) {
            // One interpreter has several names, and `/bin` is often `/usr/bin`.
            let real = program.canonicalize().unwrap_or_else(|_| program.clone());
            if !seen.contains(&real) {
                seen.push(real);
                programs.push(program);
            }
        }
    }
    programs.truncate(if known.all { MOST_OF_A_KIND } else { 1 });
    programs
}

fn described(known: &Known, program: Option<PathBuf>, runner: &dyn Runner) -> ToolInUse {
    let origin = if program.is_some() {
        ToolOrigin::Path
    } else {
        ToolOrigin::Missing
    };
    ToolInUse {
        name: known.name.to_owned(),
        version: program
            .as_deref()
            .and_then(|program| version(program, runner)),
        path: program,
        origin,
        purpose: known.purpose,
    }
}

fn uv_in_use(environment: &Environment, home: &Home, runner: &dyn Runner) -> ToolInUse {
    // It fails only when the user cancels, and then nobody reads the list.
    let found: Result<Option<uv::Uv>, ToolError> = uv::find(environment, home, runner);
    let found = found.ok().flatten();
    let origin = match &found {
        Some(uv) if uv.origin.is_managed() => ToolOrigin::Managed,
        Some(_) => ToolOrigin::Path,
        None => ToolOrigin::Missing,
    };
    ToolInUse {
        name: "uv".to_owned(),
        version: found.as_ref().map(|uv| uv.version.clone()),
        path: found.map(|uv| uv.program),
        origin,
        purpose: "locks and installs Python packages; fetched when it is missing",
    }
}

fn version(program: &Path, runner: &dyn Runner) -> Option<String> {
    // Its own folder: nothing there can change what it answers.
    let cwd = program.parent()?;
    let invocation = Invocation::new(program, cwd)
        .arg("--version")
        .timeout(VERSION_TIMEOUT);
    let completed = runner
        .run(&invocation, &no_output)
        .ok()
        .filter(Completed::success)?;
    // Python 2 says it on stderr.
    version_in(&completed.stdout).or_else(|| version_in(&completed.stderr))
}

/// The first word of the first line that begins like a version, such as `v22.1.0`.
fn version_in(output: &str) -> Option<String> {
    let words = output.lines().next()?.split_whitespace();
    let mut versions = words.map(|word| word.strip_prefix('v').unwrap_or(word));
    let version = versions.find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(version.trim_end_matches([',', ';', ')']).to_owned())
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::CancelToken;

    use super::*;
    use crate::SystemRunner;

    fn home(dir: &Path) -> Home {
        Home::locate(&Environment::from_vars([("DHTL_HOME", dir.as_os_str())])).unwrap()
    }

    #[test]
    fn versions_are_read_as_programs_write_them() {
        for (output, expected) in [
            ("git version 2.43.0\n", Some("2.43.0")),
            ("git version 2.39.5 (Apple Git-154)", Some("2.39.5")),
            ("Docker version 27.3.1, build ce12230", Some("27.3.1")),
            ("v22.11.0", Some("22.11.0")),
            (
                "gh version 2.63.0 (2024-11-27)\nhttps://git.example",
                Some("2.63.0"),
            ),
            ("pip 24.0 from /usr/lib/python3 (python 3.12)", Some("24.0")),
            ("", None),
            ("command not found", None),
        ] {
            assert_eq!(version_in(output).as_deref(), expected, "{output}");
        }
    }

    #[test]
    fn what_is_missing_is_listed_as_missing() {
        let dir = tempfile::tempdir().unwrap();
        let environment = Environment::from_vars([("PATH", dir.path())]);
        let runner = SystemRunner::new(environment.clone(), CancelToken::default());
        let tools = tool_list(&environment, &home(dir.path()), &runner);
        let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(
            names,
            ["uv", "git", "python3", "pip", "docker", "gh", "node"]
        );
        for tool in tools {
            assert_eq!(
                (tool.origin, tool.path, tool.version),
                (ToolOrigin::Missing, None, None)
            );
        }
    }

    #[test]
    fn the_real_git_says_its_version() {
        let dir = tempfile::tempdir().unwrap();
        let environment = Environment::capture();
        let runner = SystemRunner::new(environment.clone(), CancelToken::default());
        let tools = tool_list(&environment, &home(dir.path()), &runner);
        let git = tools.iter().find(|tool| tool.name == "git").unwrap();
        assert_eq!(git.origin, ToolOrigin::Path);
        assert!(
            git.version
                .as_ref()
                .is_some_and(|version| version.contains('.')),
            "{git:?}"
        );
    }
}
