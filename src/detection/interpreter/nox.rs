//! The sessions in a `noxfile.py`.
//!
//! Source: "Configuration & API" in the documentation of Nox.

use std::collections::HashMap;

use dhtl_project_model::{Evidence, InterpreterSource};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};
use ruff_python_parser::parse_module;
use ruff_text_size::Ranged as _;

use super::{Stated, version};
use crate::formats::LineIndex;
use crate::manifests::Manifests;
use crate::paths;
use crate::setup_py::is_readable;

pub(super) fn read(manifests: &Manifests<'_>, stated: &mut Stated) {
    for file in &manifests.tree.files {
        if paths::file_name(&file.path) != "noxfile.py" || paths::is_foreign(&file.path) {
            continue;
        }
        // A file that is no Python is reported by whoever reads its imports.
        if let Ok(text) = manifests.tree.text(&file.path) {
            read_text(&file.path, &text, stated);
        }
    }
}

fn read_text(path: &str, text: &str, stated: &mut Stated) {
    if !is_readable(text) {
        return;
    }
    let Ok(parsed) = parse_module(text) else {
        return;
    };
    let lines = LineIndex::new(text);
    let mut names: HashMap<&str, &Expr> = HashMap::new();
    for statement in &parsed.syntax().body {
        match statement {
            Stmt::Assign(assign) => {
                if let [Expr::Name(name)] = assign.targets.as_slice() {
                    names.insert(name.id.as_str(), &assign.value);
                }
            }
            Stmt::FunctionDef(function) => {
                for (offset, text) in pythons(function, &names) {
                    if let Some(specifiers) = version::to_hint(text) {
                        let evidence = Evidence::at(path, lines.line(offset), "nox-session");
                        stated.state(InterpreterSource::ToxNox, specifiers, evidence);
                    }
                }
            }
            _ => {}
        }
    }
}

/// What the decorators of a session ask for, each with the offset in the file.
fn pythons<'a>(
    function: &'a StmtFunctionDef,
    names: &HashMap<&str, &'a Expr>,
) -> Vec<(usize, &'a str)> {
    let decorators = function.decorator_list.iter();
    let calls = decorators.filter_map(|decorator| decorator.expression.as_call_expr());
    let keywords = calls.flat_map(|call| call.arguments.keywords.iter());
    keywords
        .filter(|keyword| {
            let name = keyword.arg.as_ref();
            name.is_some_and(|name| matches!(name.as_str(), "python" | "py"))
        })
        .flat_map(|keyword| texts(&keyword.value, names))
        .collect()
}

/// The strings of a literal, or of the name of one.
fn texts<'a>(expression: &'a Expr, names: &HashMap<&str, &'a Expr>) -> Vec<(usize, &'a str)> {
    let literal = match expression {
        Expr::Name(name) => names.get(name.id.as_str()).copied(),
        _ => None,
    };
    let elements = match literal.unwrap_or(expression) {
        Expr::List(list) => list.elts.as_slice(),
        Expr::Tuple(tuple) => tuple.elts.as_slice(),
        single => std::slice::from_ref(single),
    };
    let text = |element: &'a Expr| match element {
        Expr::StringLiteral(literal) => Some((element.start().to_usize(), literal.value.to_str())),
        _ => None,
    };
    elements.iter().filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use crate::interpreter::tests::stated;

    #[test]
    fn versions_of_sessions_are_hints() {
        let text = "\
import nox
PYTHONS = ['3.9', '3.10', 'pypy3']

@nox.session(python=PYTHONS)
def tests(session): pass

@nox.session(python='3.12')
def lint(session): pass

@nox.session(python=False)
def other(session): pass
";
        insta::assert_snapshot!(stated(&[("noxfile.py", text)]), @"
        ToxNox ==3.9.*  noxfile.py:2 (nox-session)
        ToxNox ==3.10.*  noxfile.py:2 (nox-session)
        ToxNox ==3.12.*  noxfile.py:7 (nox-session)
        ");
    }
}
