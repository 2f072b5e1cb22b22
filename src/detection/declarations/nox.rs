//! What the sessions of a `noxfile.py` install.
//!
//! Source: "Configuration & API" in the documentation of Nox, `Session.install`.

use std::collections::HashMap;

use dhtl_project_model::{DeclarationFormat, Requirement, Scope};
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprCall, Stmt, StmtFunctionDef};
use ruff_python_parser::parse_module;
use ruff_text_size::Ranged as _;

use super::{Collected, requirements_txt};
use crate::formats::LineIndex;
use crate::manifests::Manifests;
use crate::paths;
use crate::setup_py::is_readable;

const RULE: &str = "nox-install";

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    for file in &manifests.tree.files {
        if paths::file_name(&file.path) != "noxfile.py" || paths::is_foreign(&file.path) {
            continue;
        }
        // A file that is no Python is reported by whoever reads its imports.
        if let Ok(text) = manifests.tree.text(&file.path) {
            read_text(manifests, &file.path, &text, collected);
        }
    }
}

fn read_text(manifests: &Manifests<'_>, path: &str, text: &str, collected: &mut Collected) {
    if !is_readable(text) {
        return;
    }
    let Ok(parsed) = parse_module(text) else {
        return;
    };
    let lines = LineIndex::new(text);
    let mut constants: HashMap<&str, &Expr> = HashMap::new();
    for statement in &parsed.syntax().body {
        match statement {
            Stmt::Assign(assign) => {
                if let [Expr::Name(name)] = assign.targets.as_slice() {
                    constants.insert(name.id.as_str(), &assign.value);
                }
            }
            Stmt::FunctionDef(function) if is_session(function) => {
                let mut installs = Installs {
                    constants: &constants,
                    arguments: Vec::new(),
                };
                installs.visit_body(&function.body);
                let arguments = installs
                    .arguments
                    .into_iter()
                    .map(|(offset, text)| (lines.line(offset), text));
                let requirements = requirements(manifests, path, arguments, collected);
                if !requirements.is_empty() {
                    let scope = Scope::Group(format!("nox-{}", function.name.replace('_', "-")));
                    collected.declare(path, DeclarationFormat::Nox, scope, requirements);
                }
            }
            _ => {}
        }
    }
}

/// `@nox.session`, `@session`, with or without arguments.
fn is_session(function: &StmtFunctionDef) -> bool {
    function.decorator_list.iter().any(|decorator| {
        let expression = match &decorator.expression {
            Expr::Call(call) => &call.func,
            other => other,
        };
        match expression {
            Expr::Name(name) => name.id.as_str() == "session",
            Expr::Attribute(attribute) => attribute.attr.as_str() == "session",
            _ => false,
        }
    })
}

/// Collects the texts that calls of `….install(…)` are given, with their offsets.
struct Installs<'a> {
    constants: &'a HashMap<&'a str, &'a Expr>,
    arguments: Vec<(usize, String)>,
}

impl<'a> Visitor<'a> for Installs<'a> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression
            && let Expr::Attribute(attribute) = call.func.as_ref()
            && attribute.attr.as_str() == "install"
        {
            self.call(call);
        }
        walk_expr(self, expression);
    }
}

impl Installs<'_> {
    /// An option that names a file becomes one line of a requirements file with it; other options
    /// and their values ask for nothing.
    fn call(&mut self, call: &ExprCall) {
        let constants = self.constants;
        let arguments = call.arguments.args.iter();
        let mut option: Option<(usize, String)> = None;
        for (offset, text) in arguments.flat_map(|argument| texts(argument, constants)) {
            match option.take() {
                Some((offset, option)) if is_option_with_file(&option) => {
                    self.arguments.push((offset, format!("{option} {text}")));
                }
                Some(_) => {}
                None if text.starts_with('-') => {
                    let takes_value = !text.contains('=') && !FLAGS.contains(&text.as_str());
                    option = takes_value.then_some((offset, text));
                }
                None if text.starts_with(['.', '/']) => {}
                None => self.arguments.push((offset, text)),
            }
        }
    }
}

/// The options of `pip install` that stand alone; what follows any other is its value.
const FLAGS: [&str; 14] = [
    "-U",
    "--upgrade",
    "-q",
    "--quiet",
    "-v",
    "--verbose",
    "--pre",
    "--no-deps",
    "--force-reinstall",
    "--no-build-isolation",
    "--no-cache-dir",
    "--prefer-binary",
    "--use-pep517",
    "--disable-pip-version-check",
];

/// The strings of an argument: a literal, a list of them, or the name of either.
fn texts(argument: &Expr, constants: &HashMap<&str, &Expr>) -> Vec<(usize, String)> {
    let argument = match argument {
        Expr::Starred(starred) => starred.value.as_ref(),
        other => other,
    };
    let named = match argument {
        Expr::Name(name) => constants.get(name.id.as_str()).copied(),
        _ => None,
    };
    let elements = match named.unwrap_or(argument) {
        Expr::List(list) => list.elts.as_slice(),
        Expr::Tuple(tuple) => tuple.elts.as_slice(),
        single => std::slice::from_ref(single),
    };
    let texts = elements.iter().filter_map(|element| match element {
        Expr::StringLiteral(literal) => Some((
            element.start().to_usize(),
            literal.value.to_str().to_owned(),
        )),
        _ => None,
    });
    texts.collect()
}

fn is_option_with_file(text: &str) -> bool {
    matches!(text, "-r" | "--requirement")
}

fn requirements(
    manifests: &Manifests<'_>,
    path: &str,
    arguments: impl Iterator<Item = (u32, String)>,
    collected: &mut Collected,
) -> Vec<Requirement> {
    let read = requirements_txt::read_lines(manifests.tree, path, arguments);
    collected.problems.extend(read.problems);
    let with_rule = |mut requirement: Requirement| {
        if requirement.evidence.path == path {
            requirement.evidence.rule = RULE.into();
        }
        requirement
    };
    read.requirements.into_iter().map(with_rule).collect()
}

#[cfg(test)]
mod tests {
    use crate::declarations::tests::declared;

    #[test]
    fn what_sessions_install_is_declared() {
        let text = "\
import nox
LINTERS = ['ruff==0.1', 'mypy']

@nox.session(python=['3.9'])
def tests(session):
    if session.posargs:
        session.install('pytest>=7', 'coverage[toml]')
    session.install('-e', '.[test]')
    session.install('-U', 'coverage', '-r', 'more.txt', '--no-deps', '-G', 'docs')

@nox.session
def run_lint(session):
    session.install(*LINTERS)

def helper(session):
    session.install('not-of-a-session')
";
        let files = [("noxfile.py", text), ("more.txt", "x\n")];
        insta::assert_snapshot!(declared(&files), @r#"
        noxfile.py Nox Group("nox-run-lint")
          ruff==0.1  [Index] noxfile.py:2 (nox-install)
          mypy  [Index] noxfile.py:2 (nox-install)
        noxfile.py Nox Group("nox-tests")
          pytest>=7  [Index] noxfile.py:7 (nox-install)
          coverage[toml]  [Index] noxfile.py:7 (nox-install)
          coverage  [Index] noxfile.py:9 (nox-install)
          x  [Index] more.txt:1 (requirements-file)
        "#);
    }
}
