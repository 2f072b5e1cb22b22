//! `setup.py`, read without running it.
//!
//! Assignments, functions and the call of `setup` are followed as far as literals, the file itself
//! and the text files it names carry. What only running it would tell is a problem with its line,
//! never a guess.

mod calls;
mod evaluate;
mod execute;
mod keywords;
mod text;
mod value;

use dhtl_project_model::{Evidence, Found, Problem};
use ruff_python_parser::parse_module;

use self::execute::Interpreter;
use crate::code::nesting::depth_bound;
use crate::formats::LineIndex;
use crate::tree::Tree;

/// What a `setup.py` says, as far as it says it statically.
#[derive(Debug, Default)]
pub(crate) struct SetupPy {
    /// The path relative to the root of the project.
    pub(crate) path: String,
    /// The line of the call of `setup`.
    pub(crate) call_line: Option<u32>,
    /// `name`.
    pub(crate) name: Option<Found<String>>,
    /// `python_requires`.
    pub(crate) python_requires: Option<Found<String>>,
    /// `install_requires`.
    pub(crate) install_requires: Option<Vec<Item>>,
    /// `tests_require`.
    pub(crate) tests_require: Option<Vec<Item>>,
    /// `setup_requires`.
    pub(crate) setup_requires: Option<Vec<Item>>,
    /// `extras_require`.
    pub(crate) extras_require: Vec<(String, Vec<Item>)>,
    /// `classifiers`.
    pub(crate) classifiers: Vec<Found<String>>,
    /// The folders that `package_dir` and `find_packages` name, relative to this file's folder.
    pub(crate) package_roots: Vec<Found<String>>,
    /// What is not static.
    pub(crate) problems: Vec<Problem>,
}

/// An element of a list of requirements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// A requirement and its line.
    Text(String, u32),
    /// The lines of a file of the project, and the line that reads it.
    File(String, u32),
}

/// Whether a file can be parsed, walked and freed without exhausting the stack or the memory, for
/// hostile ones exist.
pub(crate) fn is_readable(text: &str) -> bool {
    // Far beyond what anybody writes, and far below what the stack of a thread takes.
    const DEEPEST: usize = 1000;
    text.len() <= LARGEST && depth_bound(text) <= DEEPEST
}

/// More than anybody writes; the parser takes two hundred times as much for text that is no Python.
const LARGEST: usize = 1024 * 1024;

/// Reads the `setup.py` at `path`; a file that is no Python is a problem.
pub(crate) fn read(tree: &Tree, path: &str, text: &str) -> Result<SetupPy, Problem> {
    let lines = LineIndex::new(text);
    if !is_readable(text) {
        let message = if text.len() > LARGEST {
            "too large to be read"
        } else {
            "nested too deep to be read"
        };
        return Err(Problem {
            message: message.to_owned(),
            evidence: Evidence::file(path, "python-syntax"),
        });
    }
    let parsed = parse_module(text).map_err(|error| Problem {
        message: format!("invalid Python: {}", error.error),
        evidence: Evidence::at(
            path,
            lines.line(error.location.start().to_usize()),
            "python-syntax",
        ),
    })?;
    let mut interpreter = Interpreter::new(tree, path, &lines);
    interpreter.run(&parsed.syntax().body);
    Ok(interpreter.finish(text))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        for name in ["requirements.txt", "requirements/dev.txt"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x\n").unwrap();
        }
        let tree = Tree::read(folder.path()).unwrap();
        let setup_py = match read(&tree, "setup.py", text) {
            Ok(setup_py) => setup_py,
            Err(problem) => return format!("{} {}", problem.message, problem.evidence),
        };
        let mut shown = String::new();
        let mut list = |name: &str, items: &Option<Vec<Item>>| {
            for item in items.iter().flatten() {
                match item {
                    Item::Text(text, line) => writeln!(shown, "{name} {text} :{line}").unwrap(),
                    Item::File(path, line) => writeln!(shown, "{name} <{path}> :{line}").unwrap(),
                }
            }
        };
        list("install", &setup_py.install_requires);
        list("tests", &setup_py.tests_require);
        list("setup", &setup_py.setup_requires);
        for (extra, items) in &setup_py.extras_require {
            list(extra, &Some(items.clone()));
        }
        let found = setup_py.name.iter().chain(&setup_py.python_requires);
        for Found { value, evidence } in found
            .chain(&setup_py.classifiers)
            .chain(&setup_py.package_roots)
        {
            writeln!(shown, "{value} {evidence}").unwrap();
        }
        for Problem { message, evidence } in &setup_py.problems {
            writeln!(shown, "problem: {message} {evidence}").unwrap();
        }
        shown
    }

    #[test]
    fn literals_are_read() {
        let text = r#"
from setuptools import setup, find_packages
setup(
    name="x",
    python_requires=">=3.8",
    install_requires=["a>=1", "b"],
    tests_require="pytest\ncoverage",
    setup_requires=("wheel",),
    extras_require={"dev": ["c"], ":os_name=='nt'": ["d"]},
    classifiers=["Programming Language :: Python :: 3.8"],
    package_dir={"": "src"},
    packages=find_packages("src"),
)
"#;
        insta::assert_snapshot!(shown(text), @"
        install a>=1 :6
        install b :6
        tests pytest :7
        tests coverage :7
        setup wheel :8
        dev c :9
        :os_name=='nt' d :9
        x setup.py:4 (project-name)
        >=3.8 setup.py:5 (setup-py-python-requires)
        Programming Language :: Python :: 3.8 setup.py:10 (classifier)
        src setup.py:11 (setup-py-package-dir)
        src setup.py:12 (setup-py-find-packages)
        ");
    }

    #[test]
    fn names_and_changes_to_them_are_followed() {
        let text = r#"
import os
from setuptools import setup
base = ["a"]
VERSION = "1.0"
base.append("b==%s" % VERSION)
base += [f"c>={VERSION}", "d{}".format(">=2")]
extras = dict(test=["pytest"])
extras["docs"] = ["sphinx"]
extras["all"] = sum(extras.values(), [])
extras.update({"more": base + ["e"]})
extras["both"] = [dep for deps in (extras["test"], extras["docs"]) for dep in deps]
kwargs = dict(name="x", install_requires=base)
if __name__ == "__main__":
    setup(extras_require=extras, **kwargs)
"#;
        insta::assert_snapshot!(shown(text), @"
        install a :4
        install b==1.0 :6
        install c>=1.0 :7
        install d>=2 :7
        test pytest :8
        docs sphinx :9
        all pytest :8
        all sphinx :9
        more a :4
        more b==1.0 :6
        more c>=1.0 :7
        more d>=2 :7
        more e :11
        both pytest :8
        both sphinx :9
        x setup.py:13 (project-name)
        ");
    }

    #[test]
    fn files_that_are_read_are_recognised() {
        let text = r##"
import os
from os import path
from setuptools import setup
here = path.abspath(path.dirname(__file__))
def reqs(*names):
    with open(os.path.join(here, "requirements", *names)) as f:
        return [line.strip() for line in f if line and not line.startswith("#")]
def parse(line):
    if line.startswith("-r"):
        return []
    return line.split("#")[0]
install = []
for line in open("requirements.txt").read().splitlines():
    if not line:
        continue
    install.append(parse(line))
setup(
    install_requires=install,
    tests_require=list(map(str.strip, open("requirements.txt").readlines())),
    extras_require={name: reqs(name + ".txt") for name in ["dev"]},
)
"##;
        insta::assert_snapshot!(shown(text), @"
        install <requirements.txt> :14
        tests <requirements.txt> :20
        dev <requirements/dev.txt> :7
        ");
    }

    #[test]
    fn what_is_not_static_is_a_problem_with_its_line() {
        let text = r#"
import sys, os
from setuptools import setup
install = ["a"]
if sys.version_info < (3, 8):
    install.append("b")
setup(
    name=os.environ["NAME"],
    install_requires=install + compute(),
    tests_require=["c", os.environ.get("X")],
    extras_require={"x": open("missing.txt").readlines()},
)
"#;
        insta::assert_snapshot!(shown(text), @"
        install a :4
        tests c :10
        problem: `install_requires` is not static here, so this part is left out setup.py:6 (setup-py)
        problem: `install_requires` is not static here, so this part is left out setup.py:9 (setup-py)
        problem: `tests_require` is not static here, so this part is left out setup.py:10 (setup-py)
        problem: `extras_require[x]` is not static here, so this part is left out setup.py:11 (setup-py)
        ");
    }

    #[test]
    fn a_file_without_a_call_or_without_python_is_a_problem() {
        assert_eq!(
            shown("import setuptools\nclass X:\n    setup()\n"),
            "problem: no call of `setup` can be followed setup.py (setup-py)\n"
        );
        assert!(shown("setup(\n").starts_with("invalid Python: "));
    }

    #[test]
    fn a_file_that_would_never_end_ends() {
        let doubling =
            "a = ['x']\n".to_owned() + &"a = a + a\n".repeat(200) + "setup(install_requires=a)";
        assert!(shown(&doubling).contains("problem"));
        let recursion = "def f(x):\n    return f(x)\nsetup(install_requires=f(1))";
        assert!(shown(recursion).contains("problem"));
        let chain = format!("x = (1{})\n", "\n+ 1".repeat(100_000));
        assert!(shown(&chain).starts_with("nested too deep"));
        let nesting = format!("setup(name={}'x'{})", "(".repeat(60), ")".repeat(60));
        assert!(!shown(&nesting).is_empty());
    }

    #[test]
    fn what_nobody_writes_by_hand_is_a_problem() {
        let large = "\0".repeat(2 << 20);
        let problem = read(&Tree::default(), "setup.py", &large).unwrap_err();
        assert_eq!(problem.message, "too large to be read");
    }

    proptest! {
        #[test]
        fn odd_files_never_panic(
            text in "((a|b|setup\\(install_requires=|\\[|\\]|'x'|\\+|=|\\n|\\(|\\)|open|\\.|append|for | in |if |: |%|\\{|\\}|,) ?){0,25}"
        ) {
            let _ = read(&Tree::default(), "setup.py", &text);
        }
    }
}
