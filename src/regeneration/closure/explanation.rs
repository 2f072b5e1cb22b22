//! Every import statement of a project with its verdict: does it resolve in the environment?
//!
//! A statement resolves from the project itself (its root, its `src`, the folders around the
//! file), the standard library of the environment's Python, or what is installed. The order is
//! that of type checkers, whose verdict this agrees with.

use std::path::{Path, PathBuf};

use dhtl_detection::import_statements;
use dhtl_project_model::{Condition, FileClass, ImportStatement, OperatingSystem, Platform};
use rayon::prelude::*;
use serde::Serialize;

use super::SearchPath;
use super::folders::Reach;
use super::reason::{Reason, Reasons};
use crate::RegenerationError;
use crate::installed::Environment;
use crate::state::StateDir;
use crate::subject::{Locks, Subject};
use crate::uv::VENV;
use crate::validate_env::ValidateRequest;

/// Every import statement of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// How many resolve.
    pub resolved: usize,
    /// How many do not.
    pub missing: usize,
    /// How many this interpreter never reaches.
    pub unreachable: usize,
    /// The statements, by path and line.
    pub statements: Vec<ExplainedImport>,
}

/// One imported module of one statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedImport {
    /// The file, relative to the root.
    pub path: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The module as it is written, with the dots of a relative import.
    pub module: String,
    /// When the statement runs.
    pub condition: Condition,
    /// What part of the project the file belongs to.
    pub class: FileClass,
    /// Whether the module is there.
    pub verdict: ImportVerdict,
    /// Where it is; none unless it is there.
    pub found_in: Option<FoundIn>,
    /// Why it is not there; none unless it is missing.
    pub reason: Option<Reason>,
    /// The reason in words; empty unless it is missing.
    pub why: String,
}

/// Whether an imported module is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportVerdict {
    /// It is.
    Resolved,
    /// It is not.
    Missing,
    /// The statement is for another version or platform, or stands behind a `return`.
    Unreachable,
}

/// Where an imported module is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoundIn {
    /// In the project.
    Project,
    /// In the standard library.
    StandardLibrary,
    /// In an installed distribution.
    Environment,
}

/// Explains every import statement of a project. Reads files only.
pub fn explain_imports(request: &ValidateRequest<'_>) -> Result<ImportReport, RegenerationError> {
    let subject = Subject::read(
        request.start,
        request.root,
        request.environment,
        Locks::Follow,
    )?;
    let root = subject.root();
    let venv = root.join(VENV);
    let environment =
        Environment::read(&venv)?.ok_or_else(|| RegenerationError::NoEnvironment {
            root: root.to_owned(),
        })?;
    let statements = import_statements(root)?;
    let world = World::new(root, &venv, &environment);
    let record = StateDir::of(root).record();
    let reasons = Reasons::new(
        &world,
        subject.python(),
        record.map(|record| record.shortfalls).unwrap_or_default(),
    );
    Ok(report(statements, &world, &reasons))
}

fn report(
    statements: Vec<ImportStatement>,
    world: &World<'_>,
    reasons: &Reasons<'_>,
) -> ImportReport {
    let statements = statements
        .into_par_iter()
        .map(|statement| explained(statement, world, reasons))
        .collect::<Vec<_>>();
    let count = |verdict| {
        let same = |statement: &&ExplainedImport| statement.verdict == verdict;
        statements.iter().filter(same).count()
    };
    ImportReport {
        resolved: count(ImportVerdict::Resolved),
        missing: count(ImportVerdict::Missing),
        unreachable: count(ImportVerdict::Unreachable),
        statements,
    }
}

fn explained(
    statement: ImportStatement,
    world: &World<'_>,
    reasons: &Reasons<'_>,
) -> ExplainedImport {
    let is_reached = world.reaches(&statement);
    let found_in = world.find(&statement).filter(|_| is_reached);
    let verdict = match found_in {
        _ if !is_reached => ImportVerdict::Unreachable,
        Some(_) => ImportVerdict::Resolved,
        None => ImportVerdict::Missing,
    };
    let because = (verdict == ImportVerdict::Missing).then(|| reasons.of(&statement));
    let (reason, why) = because.map_or((None, String::new()), |(reason, why)| (Some(reason), why));
    ExplainedImport {
        path: statement.path,
        line: statement.line,
        module: statement.module,
        condition: statement.condition,
        class: statement.class,
        verdict,
        found_in,
        reason,
        why,
    }
}

/// Where modules can come from.
#[derive(Debug)]
pub(super) struct World<'a> {
    pub(super) root: &'a Path,
    pub(super) search_path: SearchPath,
    /// The version of the interpreter, as numbers.
    pub(super) version: Vec<u32>,
    pub(super) system: OperatingSystem,
    /// The root's `src`, where that is no package itself.
    source_root: Option<PathBuf>,
}

impl<'a> World<'a> {
    pub(super) fn new(root: &'a Path, venv: &Path, environment: &Environment) -> Self {
        let search_path = SearchPath::of(&environment.site_packages).with_standard_library(venv);
        let source_root = Some(root.join("src"))
            .filter(|source| source.is_dir() && !source.join("__init__.py").exists());
        Self {
            root,
            search_path,
            version: environment
                .python_version
                .split('.')
                .map_while(|part| part.parse().ok())
                .collect(),
            system: Platform::current().operating_system,
            source_root,
        }
    }

    /// The minor version of the interpreter.
    pub(super) fn minor(&self) -> u32 {
        self.version.get(1).copied().unwrap_or_default()
    }

    fn reaches(&self, statement: &ImportStatement) -> bool {
        statement
            .requires
            .iter()
            .all(|test| test.holds(&self.version, self.system) != Some(false))
    }

    fn find(&self, statement: &ImportStatement) -> Option<FoundIn> {
        let file = self.root.join(&statement.path);
        let folder = file.parent()?;
        // For type checkers a stub is as good as the module.
        let is_there = |reach: Reach| match reach {
            Reach::Nothing | Reach::Partly => false,
            Reach::Stub => statement.condition == Condition::TypeChecking,
            Reach::Namespace | Reach::Module => true,
        };
        let name = statement.module.trim_start_matches('.');
        let level = statement.module.len() - name.len();
        if level > 0 {
            let base = folder.ancestors().nth(level - 1)?;
            let found = if name.is_empty() {
                self.is_package_of(base, &statement.members)
            } else {
                is_there(self.search_path.folders.reach(base, name))
            };
            return found.then_some(FoundIn::Project);
        }
        if self
            .bases()
            .any(|base| is_there(self.search_path.folders.reach(base, name)))
        {
            return Some(FoundIn::Project);
        }
        if self
            .search_path
            .has_standard_library_module(name, self.minor())
        {
            return Some(FoundIn::StandardLibrary);
        }
        if is_there(self.search_path.installed(name)) {
            return Some(FoundIn::Environment);
        }
        folder
            .ancestors()
            .take_while(|around| *around != self.root)
            .any(|around| is_there(self.search_path.folders.reach(around, name)))
            .then_some(FoundIn::Project)
    }

    /// Whether `from . import` of `members` finds anything in `folder`: what has an `__init__` can
    /// have any name, a namespace package only has what is in it.
    fn is_package_of(&self, folder: &Path, members: &[String]) -> bool {
        let folders = &self.search_path.folders;
        folders.reach(folder, "__init__") >= Reach::Stub
            || members.is_empty()
            || members
                .iter()
                .any(|member| member == "*" || folders.reach(folder, member) >= Reach::Namespace)
    }

    /// The folders that every file of the project imports from.
    fn bases(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(self.root).chain(self.source_root.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use dhtl_project_model::PythonProject;

    use super::super::folders::tests::folder_with;
    use super::*;
    use crate::report::Shortfall;

    /// A project with an environment of Python 3.11 that has these files.
    fn project(files: &[&str]) -> tempfile::TempDir {
        let folder = folder_with(files);
        let site_packages = folder.path().join(".venv/lib/python3.11/site-packages");
        fs::create_dir_all(site_packages).unwrap();
        folder
    }

    /// What is said of the imports in `text`, the file at `path`, by line.
    fn verdicts(folder: &tempfile::TempDir, path: &str, text: &str) -> Vec<String> {
        let root = folder.path();
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        let environment = Environment {
            python_version: "3.11.7".to_owned(),
            implementation: "cpython".to_owned(),
            site_packages: root.join(".venv/lib/python3.11/site-packages"),
            distributions: Vec::new(),
        };
        let world = World::new(root, &root.join(VENV), &environment);
        let shortfall = Shortfall {
            distribution: Some(dhtl_project_model::DistributionName::new("pillow")),
            ..Shortfall::new("`pillow`".to_owned(), "it could not be built".to_owned())
        };
        let reasons = Reasons::new(&world, &PythonProject::default(), vec![shortfall]);
        let statements = import_statements(root).unwrap();
        report(statements, &world, &reasons)
            .statements
            .into_iter()
            .filter(|statement| statement.path == path)
            .map(|statement| {
                let answer = match (statement.found_in, statement.reason) {
                    (Some(found_in), _) => format!("{found_in:?}"),
                    (_, Some(reason)) => format!("{reason:?}"),
                    _ => format!("{:?}", statement.verdict),
                };
                format!("{} {answer}", statement.module)
            })
            .collect()
    }

    #[track_caller]
    fn check(files: &[&str], path: &str, text: &str, expected: &[&str]) {
        assert_eq!(verdicts(&project(files), path, text), expected, "{text}");
    }

    #[test]
    fn a_file_finds_what_is_at_the_root_in_src_and_around_it() {
        check(
            &[
                "top.py",
                "src/pkg/__init__.py",
                "a/b/near.py",
                "a/around.py",
                "c/far.py",
            ],
            "a/b/x.py",
            "import top, pkg, near, around\nimport far\n",
            &[
                "top Project",
                "pkg Project",
                "near Project",
                "around Project",
                "far OwnModule",
            ],
        );
    }

    #[test]
    fn relative_imports_need_the_very_file() {
        let files = ["p/__init__.py", "p/q/__init__.py", "p/a.py", "n/b.py"];
        let text = "from . import name\nfrom .. import a\nfrom ..a import x\nfrom .c import x\n";
        let expected = [". Project", ".. Project", "..a Project", ".c OwnModule"];
        check(&files, "p/q/x.py", text, &expected);
        let text = "from . import b\nfrom . import c\nfrom .b import x\n";
        check(
            &files,
            "n/x.py",
            text,
            &[". Project", ". OwnModule", ".b Project"],
        );
    }

    #[test]
    fn what_is_made_on_each_machine_is_told_from_what_is_forgotten() {
        let folder = project(&["p/__init__.py", "p/speedups.pyx"]);
        fs::write(folder.path().join(".gitignore"), "stamp.py\nlocal_*\n").unwrap();
        let text = "from ._version import v\nfrom .stamp import s\nfrom .a_pb2 import M\n\
                    from . import settings\nfrom .secrets import key\nimport local_hosts\n\
                    from .speedups import fast\nfrom .forgotten import x\n";
        assert_eq!(
            verdicts(&folder, "p/x.py", text),
            [
                "._version GeneratedOrSecret",
                ".stamp GeneratedOrSecret",
                ".a_pb2 GeneratedOrSecret",
                ". Project",
                ".secrets GeneratedOrSecret",
                "local_hosts GeneratedOrSecret",
                ".speedups GeneratedOrSecret",
                ".forgotten OwnModule",
            ]
        );
    }

    #[test]
    fn every_missing_module_has_its_reason() {
        let site = ".venv/lib/python3.11/site-packages";
        let installed = [
            format!("{site}/six.py"),
            format!("{site}/idna/__init__.py"),
            format!("{site}/types-stubs/__init__.pyi"),
        ];
        let installed = installed.iter().map(String::as_str).collect::<Vec<_>>();
        let text = "\
import six.moves, idna
import idna.gone
import urllib2
import asynchat, compression
import win32api
import PIL
import requests
import nobody_knows_this
try:
    import fast_path
except ImportError:
    pass
if TYPE_CHECKING:
    import only_types
if sys.platform == 'win32':
    import anything
";
        check(
            &installed,
            "x.py",
            text,
            &[
                "six.moves Environment",
                "idna Environment",
                "idna.gone OtherVersion",
                "urllib2 Python2",
                "asynchat StandardLibrary",
                "compression OtherPython",
                "win32api OtherPlatform",
                "PIL FailedToBuild",
                "requests NotInstalled",
                "nobody_knows_this Unknown",
                "fast_path Guarded",
                "only_types TypeChecking",
                if cfg!(windows) {
                    "anything OtherPlatform"
                } else {
                    "anything Unreachable"
                },
            ],
        );
    }

    #[test]
    fn a_stub_is_enough_for_type_checkers_alone() {
        let stubs = [".venv/lib/python3.11/site-packages/thing-stubs/__init__.pyi"];
        let text = "import thing\nif TYPE_CHECKING:\n    import thing\n";
        check(
            &stubs,
            "x.py",
            text,
            &["thing StubOnly", "thing Environment"],
        );
    }
}
