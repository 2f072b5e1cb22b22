//! The environment variables of a project, from code, Compose files and templates of `.env` files.

use std::collections::{BTreeMap, HashSet};

use dhtl_project_model::{EnvVar, Evidence, FileClass, Problem, env_lines};

use super::class::class_of;
use super::facts::{EnvRead, Need};
use super::index::{Index, split};
use super::{compose, javascript, source};
use crate::paths;
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

/// More scripts than a project has that somebody starts: what is larger is a collection of packages,
/// whose variables nobody sets all together.
const MOST_SCRIPTS: usize = 4_000;

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
    /// `.env.example` list. The problem says what is not read because there is too much of it.
    pub(super) fn add_other_files(&mut self, tree: &Tree, index: &Index<'_>) -> Option<Problem> {
        let kinds = map(&tree.files, |file| {
            let (kind, class) = kind_of(&file.path, index)?;
            Some((file, kind, class))
        });
        let mut named: Vec<_> = kinds.into_iter().flatten().collect();
        let problem = limited(&mut named);
        let read = map(named, |(file, kind, class)| {
            (file, class, reads_of(tree, file, kind))
        });
        for (file, class, reads) in read {
            self.add_code(&file.path, class, reads);
        }
        problem
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

/// How a file that is no Python names variables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    JavaScript,
    Compose,
    Template,
}

/// How a file names variables, and what part of the project it belongs to; none where it names none.
fn kind_of(path: &str, index: &Index<'_>) -> Option<(Kind, FileClass)> {
    if javascript::is_javascript(path) {
        let class = javascript::class_of_javascript(path, index);
        // Thousands of files in some repositories, and nothing that they read is needed.
        let is_run = matches!(class, FileClass::Package | FileClass::Scripts);
        return is_run.then_some((Kind::JavaScript, class));
    }
    let kind = if compose::is_compose(path) {
        Kind::Compose
    } else if is_env_template(path) {
        Kind::Template
    } else {
        return None;
    };
    Some((kind, class_of(path, index)))
}

/// What a file of this kind says. One that cannot be read says nothing.
fn reads_of(tree: &Tree, file: &TreeFile, kind: Kind) -> Vec<EnvRead> {
    let read = |bytes: &[u8]| match kind {
        Kind::JavaScript => javascript::reads(bytes),
        _ if bytes.len() >= MAX_TEMPLATE => Vec::new(),
        Kind::Compose => compose::reads(&file.path, &String::from_utf8_lossy(bytes)),
        Kind::Template => listed(&String::from_utf8_lossy(bytes)),
    };
    source::with_bytes(tree, file, read).unwrap_or_default()
}

/// Leaves the first [`MOST_SCRIPTS`] scripts, those near the root before those deep down; the problem
/// names the first of the others.
fn limited(named: &mut Vec<(&TreeFile, Kind, FileClass)>) -> Option<Problem> {
    let scripts = named.iter().enumerate();
    let mut scripts: Vec<(usize, usize)> = scripts
        .filter(|(_, (_, kind, _))| *kind == Kind::JavaScript)
        .map(|(index, (file, ..))| (paths::depth(&file.path), index))
        .collect();
    if scripts.len() <= MOST_SCRIPTS {
        return None;
    }
    let count = scripts.len();
    scripts.sort_unstable();
    let left_out: HashSet<usize> = scripts.drain(MOST_SCRIPTS..).map(|(_, at)| at).collect();
    let first = left_out.iter().min().map(|at| named[*at].0.path.clone());
    let mut at = 0..;
    named.retain(|_| at.next().is_none_or(|at| !left_out.contains(&at)));
    Some(Problem {
        message: format!(
            "there are {count} files of JavaScript; environment variables are looked for in the \
             {MOST_SCRIPTS} nearest to the root"
        ),
        evidence: Evidence::file(first?, "process-env"),
    })
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

    fn of(file: &TreeFile) -> (&TreeFile, Kind, FileClass) {
        (file, Kind::JavaScript, FileClass::Package)
    }

    #[test]
    fn scripts_near_the_root_are_read_before_those_deep_down() {
        let file = |path: String| TreeFile { path };
        let mut files: Vec<TreeFile> = (0..MOST_SCRIPTS)
            .map(|number| file(format!("a/b/{number:04}.js")))
            .collect();
        let mut few = files.iter().map(of).collect();
        assert_eq!(limited(&mut few), None);
        assert_eq!(few.len(), MOST_SCRIPTS);
        files.push(file("z/main.js".to_owned()));
        let compose = file("a/b/c/d/compose.yaml".to_owned());
        let mut many: Vec<_> = files.iter().map(of).collect();
        many.push((&compose, Kind::Compose, FileClass::Package));
        let problem = limited(&mut many).unwrap();
        assert_eq!(problem.evidence.path, "a/b/3999.js");
        let paths: Vec<&str> = many.iter().map(|(file, ..)| file.path.as_str()).collect();
        assert_eq!(
            paths[MOST_SCRIPTS - 1..],
            ["z/main.js", "a/b/c/d/compose.yaml"]
        );
    }

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
