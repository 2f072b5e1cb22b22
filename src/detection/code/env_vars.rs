//! The environment variables of a project, from code and from templates of `.env` files.

use std::collections::BTreeMap;
use std::fs;

use dhtl_project_model::{EnvVar, Evidence, FileClass};

use super::env_reads::is_variable;
use super::facts::{EnvRead, Need};
use super::index::split;
use crate::tree::Tree;

/// Variables that shells, operating systems, terminals and CI services set, so that nobody has to.
/// They are listed when code reads them, but never required.
const PLATFORM: &[&str] = &[
    "ALLUSERSPROFILE",
    "APPDATA",
    "CI",
    "COLORTERM",
    "COLUMNS",
    "COMPUTERNAME",
    "COMSPEC",
    "CONDA_PREFIX",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "EDITOR",
    "FORCE_COLOR",
    "HOME",
    "HOMEDRIVE",
    "HOMEPATH",
    "HOSTNAME",
    "LANG",
    "LANGUAGE",
    "LD_LIBRARY_PATH",
    "LINES",
    "LOCALAPPDATA",
    "LOGNAME",
    "MAIL",
    "NO_COLOR",
    "NUMBER_OF_PROCESSORS",
    "OLDPWD",
    "OS",
    "PAGER",
    "PATH",
    "PATHEXT",
    "PROCESSOR_ARCHITECTURE",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "PS1",
    "PUBLIC",
    "PWD",
    "SHELL",
    "SHLVL",
    "SUDO_USER",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "TERM",
    "TERM_PROGRAM",
    "TMP",
    "TMPDIR",
    "TZ",
    "USER",
    "USERDOMAIN",
    "USERNAME",
    "USERPROFILE",
    "VIRTUAL_ENV",
    "VISUAL",
    "WINDIR",
    "_",
];

/// The same for whole families of variables.
const PLATFORM_PREFIXES: &[&str] = &[
    "APPVEYOR",
    "BUILDKITE",
    "CIRCLE",
    "CI_",
    "COMP_",
    "GITHUB_",
    "GITLAB_",
    "JENKINS_",
    "LC_",
    "PYTEST_",
    "PYTHON",
    "READTHEDOCS",
    "RUNNER_",
    "SSH_",
    "TOX_",
    "TRAVIS",
    "XDG_",
];

/// Templates are short; a larger file is none.
const MAX_TEMPLATE: u64 = 1 << 20;

/// Everything that names variables, gathered by name.
#[derive(Debug, Default)]
pub(super) struct EnvVars(BTreeMap<String, EnvVar>);

impl EnvVars {
    /// Adds what the code of one file reads.
    pub(super) fn add_code(&mut self, path: &str, class: FileClass, reads: Vec<EnvRead>) {
        // Tests, documentation and examples show how to call the project; they do not run it.
        let counts = matches!(class, FileClass::Package | FileClass::Scripts);
        for read in reads {
            let required = counts && read.need == Need::Required && !is_platform(&read.name);
            self.add(
                read.name,
                required,
                Evidence::at(path, read.line, read.rule),
            );
        }
    }

    /// Adds the variables listed in templates such as `.env.example`.
    pub(super) fn add_templates(&mut self, tree: &Tree) {
        for file in tree.files.iter().filter(|file| is_template(&file.path)) {
            let path = tree.root.join(&file.path);
            if fs::metadata(&path).is_ok_and(|metadata| metadata.len() >= MAX_TEMPLATE) {
                continue;
            }
            let Ok(bytes) = fs::read(path) else {
                continue;
            };
            let text = String::from_utf8_lossy(&bytes);
            for (index, line) in text.lines().enumerate() {
                if let Some(name) = listed(line) {
                    let line = u32::try_from(index + 1).unwrap_or(u32::MAX);
                    self.add(
                        name.to_owned(),
                        false,
                        Evidence::at(&file.path, line, "env-template"),
                    );
                }
            }
        }
    }

    /// The variables, ordered by name, each with its evidence ordered by place.
    pub(super) fn finish(self) -> Vec<EnvVar> {
        let mut variables: Vec<_> = self.0.into_values().collect();
        for variable in &mut variables {
            variable.evidence.sort();
            variable.evidence.dedup();
        }
        variables
    }

    fn add(&mut self, name: String, required: bool, evidence: Evidence) {
        let variable = self.0.entry(name.clone()).or_insert_with(|| EnvVar {
            name,
            required: false,
            evidence: Vec::new(),
        });
        variable.required |= required;
        variable.evidence.push(evidence);
    }
}

fn is_platform(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    PLATFORM.contains(&name.as_str())
        || PLATFORM_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// Whether a file is a template of a `.env`, to be copied and filled in.
fn is_template(path: &str) -> bool {
    const MARKS: &[&str] = &[
        "default", "defaults", "dist", "example", "sample", "template", "tmpl",
    ];
    let name = split(path).1;
    let (begin, end) = (name.get(..4), name.len().checked_sub(4));
    let is_env = [begin, end.and_then(|end| name.get(end..))]
        .into_iter()
        .flatten()
        .any(|part| part.eq_ignore_ascii_case(".env"))
        || begin.is_some_and(|begin| begin.eq_ignore_ascii_case("env."));
    is_env
        && name
            .to_ascii_lowercase()
            .split(['.', '-', '_'])
            .any(|part| MARKS.contains(&part))
}

/// The name in a line `NAME=value` or `export NAME=value`.
fn listed(line: &str) -> Option<&str> {
    let line = line.trim_start_matches('\u{feff}').trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let name = line.split_once('=')?.0.trim();
    is_variable(name).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_known_by_their_names() {
        for (path, expected) in [
            (".env.example", true),
            ("deploy/.env.sample", true),
            (".env.local.example", true),
            ("example.env", true),
            ("env.template", true),
            (".env", false),
            (".envrc", false),
            ("environment.example.yml", false),
        ] {
            assert_eq!(is_template(path), expected, "{path}");
        }
    }

    #[test]
    fn lines_list_names() {
        assert_eq!(listed("export API_KEY=abc"), Some("API_KEY"));
        assert_eq!(listed("\u{feff}DEBUG = 1"), Some("DEBUG"));
        for line in ["# API_KEY=abc", "", "API_KEY", "1X=2", "a b=c"] {
            assert_eq!(listed(line), None, "{line}");
        }
    }

    #[test]
    fn what_the_platform_sets_is_never_required() {
        let mut variables = EnvVars::default();
        let read = |name: &str| EnvRead {
            name: name.to_owned(),
            line: 1,
            rule: "os-environ",
            need: Need::Required,
        };
        let names = ["HOME", "GITHUB_TOKEN", "PYTEST_XDIST_WORKER", "API_KEY"];
        variables.add_code("a.py", FileClass::Package, names.map(read).into());
        variables.add_code("tests/a.py", FileClass::Tests, vec![read("TEST_DB")]);
        let required: Vec<_> = variables
            .finish()
            .into_iter()
            .filter(|variable| variable.required)
            .map(|variable| variable.name)
            .collect();
        assert_eq!(required, ["API_KEY"]);
    }
}
