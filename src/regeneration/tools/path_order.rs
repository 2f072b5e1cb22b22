//! Whether what one types starts the pinned tool, or another that `PATH` names first.
//!
//! Source: seed 001 section 5B, `has_system_conflict`.

use std::path::{Path, PathBuf};

use dhtl_project_model::DistributionName;
use dhtl_tools::Environment;

use crate::installed;
use crate::programs::script_names;
use crate::tools::standing::{Standing, Tool, ToolFindings, scripts};

/// A program of a pinned tool that is not the one that is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Overshadowed {
    /// The tool.
    pub(crate) tool: String,
    /// What one types.
    pub(crate) program: String,
    /// What would be started, if `PATH` named the environment first.
    pub(crate) pinned: String,
    /// What is started instead.
    pub(crate) first: PathBuf,
}

/// The programs of pinned tools that others on `PATH` come before. None at all where `PATH` does not
/// name the environment: nobody expects its tools to be started then.
///
/// Looks for files and starts nothing.
pub(crate) fn overshadowed(
    root: &Path,
    findings: &ToolFindings,
    (environment, installed): (&Environment, &installed::Environment),
) -> Vec<Overshadowed> {
    let own = scripts(root);
    let earlier = before(&own, environment).unwrap_or_default();
    if earlier.is_empty() {
        return Vec::new();
    }
    let mut overshadowed = Vec::new();
    for tool in &findings.tools {
        for program in programs(tool, installed) {
            let place = own.join(&program);
            let is_earlier = |one: &PathBuf| {
                let folder = one.parent();
                folder.is_some_and(|folder| earlier.iter().any(|one| one == folder))
            };
            let mut programs = environment.all_programs(&program).into_iter();
            // A link to the pinned one starts the pinned one.
            let first = programs
                .find(is_earlier)
                .filter(|first| !is_same(first, &place));
            overshadowed.extend(first.map(|first| Overshadowed {
                tool: tool.name.clone(),
                pinned: place.display().to_string(),
                program,
                first,
            }));
        }
    }
    overshadowed
}

/// The folders that `PATH` names before `own`; none where it does not name that.
fn before(own: &Path, environment: &Environment) -> Option<Vec<PathBuf>> {
    let mut folders = std::env::split_paths(environment.var_os("PATH")?).collect::<Vec<_>>();
    let is_own = |folder: &PathBuf| folder == own || is_same(folder, own);
    let position = folders.iter().position(is_own)?;
    folders.truncate(position);
    Some(folders)
}

/// The programs that a tool brings, as far as they are known.
fn programs(tool: &Tool, installed: &installed::Environment) -> Vec<String> {
    match &tool.standing {
        Standing::Installed | Standing::Contradicted(_) => {
            script_names(installed, &DistributionName::new(&tool.name))
        }
        Standing::LockedAndMissing => Vec::new(),
        Standing::Isolated(..) => tool
            .wrappers()
            .map(|wrapper| wrapper.name.clone())
            .collect(),
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!(
        (one.canonicalize(), other.canonicalize()),
        (Ok(one), Ok(other)) if one == other
    )
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::installed::{Distribution, RecordEntry};

    fn program(folder: &Path, name: &str) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(name), "#!/bin/sh\n").unwrap();
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(folder.join(name), executable).unwrap();
    }

    fn installed() -> installed::Environment {
        let script = RecordEntry {
            path: "../../../bin/ruff".to_owned(),
            hash: String::new(),
        };
        installed::Environment {
            python_version: "3.11.7".to_owned(),
            implementation: "cpython".to_owned(),
            site_packages: PathBuf::new(),
            distributions: vec![Distribution {
                name: DistributionName::new("ruff"),
                version: "0.1.0".to_owned(),
                folder: String::new(),
                editable: false,
                built_here: false,
                record: vec![script],
            }],
        }
    }

    fn check(root: &Path, folders: &[&str], expected: &[&str]) {
        let findings = ToolFindings {
            tools: vec![Tool {
                name: "ruff".to_owned(),
                version: "0.1.0".to_owned(),
                standing: Standing::Installed,
            }],
            leftovers: Vec::new(),
        };
        let path = std::env::join_paths(folders.iter().map(|folder| root.join(folder))).unwrap();
        let environment = Environment::from_vars([("PATH", path)]);
        let found = overshadowed(root, &findings, (&environment, &installed()));
        let first = found
            .iter()
            .map(|one| one.first.clone())
            .collect::<Vec<_>>();
        let expected = expected.iter().map(|path| root.join(path));
        assert_eq!(first, expected.collect::<Vec<_>>());
    }

    #[test]
    fn only_what_comes_before_the_environment_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        program(&root.join(".venv/bin"), "ruff");
        program(&root.join("usr"), "ruff");
        fs::create_dir(root.join("linked")).unwrap();
        symlink(root.join(".venv/bin/ruff"), root.join("linked/ruff")).unwrap();
        symlink(root.join(".venv/bin"), root.join("other-name")).unwrap();
        check(root, &["usr", ".venv/bin"], &["usr/ruff"]);
        check(root, &["usr", "other-name"], &["usr/ruff"]);
        check(root, &["linked", "nowhere", ".venv/bin"], &[]);
        check(root, &[".venv/bin", "usr"], &[]);
        check(root, &["usr"], &[]);
    }
}
