//! The environment variables of a project, from code, Compose files and templates of `.env` files.

use std::collections::BTreeMap;

use dhtl_project_model::{EnvVar, Evidence, FileClass, env_lines};

use super::class::class_of;
use super::facts::{EnvRead, Need};
use super::index::{Index, split};
use super::{compose, javascript, source};
use crate::threads::map;
use crate::tree::{Tree, TreeFile};

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
    "JEST_WORKER_ID",
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
    "VITEST",
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
    "NPM_CONFIG_",
    "NPM_LIFECYCLE_",
    "NPM_PACKAGE_",
    "PYTEST_",
    "PYTHON",
    "READTHEDOCS",
    "RUNNER_",
    "SSH_",
    "TOX_",
    "TRAVIS",
    "XDG_",
];

/// Templates and Compose files are short; a larger file is none.
const MAX_TEMPLATE: usize = 1 << 20;

/// Everything that names variables, gathered by name.
#[derive(Debug, Default)]
pub(super) struct EnvVars(BTreeMap<String, EnvVar>);

impl EnvVars {
    /// Adds what the code of one file reads.
    pub(super) fn add_code(&mut self, path: &str, class: FileClass, reads: Vec<EnvRead>) {
        // Tests, documentation and examples show how to call the project; they do not run it.
        let counts = matches!(class, FileClass::Package | FileClass::Scripts);
        for read in reads {
            let required = counts && read.need == Need::Required && !is_set_by_platform(&read.name);
            self.add(
                read.name,
                required,
                Evidence::at(path, read.line, read.rule),
            );
        }
    }

    /// Adds what Compose files take, what JavaScript reads, and what templates such as
    /// `.env.example` list. A file that cannot be read says nothing.
    pub(super) fn add_other_files(&mut self, tree: &Tree, index: &Index<'_>) {
        let read = map(&tree.files, |file| {
            let (class, reads) = other_reads(tree, file, index)?;
            (!reads.is_empty()).then_some((file, class, reads))
        });
        for (file, class, reads) in read.into_iter().flatten() {
            self.add_code(&file.path, class, reads);
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

/// What a file that is no Python says; none where it is of no kind that says anything.
fn other_reads(
    tree: &Tree,
    file: &TreeFile,
    index: &Index<'_>,
) -> Option<(FileClass, Vec<EnvRead>)> {
    let path = file.path.as_str();
    let with_bytes = |read: &dyn Fn(&[u8]) -> Vec<EnvRead>| {
        source::with_bytes(tree, file, read).unwrap_or_default()
    };
    if javascript::is_javascript(path) {
        let class = javascript::class_of_javascript(path, index);
        // Thousands of files in some repositories, and nothing that they read is needed.
        let is_run = matches!(class, FileClass::Package | FileClass::Scripts);
        return is_run.then(|| (class, with_bytes(&javascript::reads)));
    }
    let with_text = |read: &dyn Fn(&str) -> Vec<EnvRead>| {
        with_bytes(&|bytes| {
            if bytes.len() < MAX_TEMPLATE {
                read(&String::from_utf8_lossy(bytes))
            } else {
                Vec::new()
            }
        })
    };
    if compose::is_compose(path) {
        let reads = with_text(&|text| compose::reads(path, text));
        return Some((class_of(path, index), reads));
    }
    is_env_template(path).then(|| (class_of(path, index), with_text(&listed)))
}

/// The names that a template lists. Those that are commented out are no more than a proposal.
fn listed(text: &str) -> Vec<EnvRead> {
    let lines = env_lines(text).into_iter();
    lines
        .filter(|line| !line.is_comment)
        .map(|line| EnvRead {
            name: line.name.to_owned(),
            line: line.line,
            rule: "env-template",
            need: Need::Optional,
        })
        .collect()
}

/// Whether shells, operating systems, terminals or CI services set the variable, so that nobody has
/// to.
#[must_use]
pub fn is_set_by_platform(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    PLATFORM.contains(&name.as_str())
        || PLATFORM_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// Whether a file is a template of a `.env`, to be copied and filled in.
#[must_use]
pub fn is_env_template(path: &str) -> bool {
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
            assert_eq!(is_env_template(path), expected, "{path}");
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
