//! What a file puts on `sys.path`, as far as it can be known without running it.

use std::collections::HashMap;

use ruff_python_ast::{Expr, ExprCall, Number, Operator};

use super::expressions::{dotted, last_name, literal};
use crate::paths;

/// Follows `__file__` through `os.path` and `pathlib` to `sys.path`.
#[derive(Debug)]
pub(super) struct SearchPath {
    /// The file, relative to the project root.
    file: String,
    /// Names that were given a path.
    names: HashMap<String, String>,
    found: Vec<String>,
}

impl SearchPath {
    pub(super) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            names: HashMap::new(),
            found: Vec::new(),
        }
    }

    /// Notes `HERE = os.path.dirname(__file__)`.
    pub(super) fn assign(&mut self, targets: &[Expr], value: &Expr) {
        if targets.iter().any(is_sys_path) {
            self.add_all(value);
        }
        let [Expr::Name(name)] = targets else { return };
        // A bare string is a path only once it is used as one.
        if literal(value).is_none()
            && let Some(path) = self.evaluate(value)
        {
            self.names.insert(name.id.to_string(), path);
        }
    }

    /// Notes `sys.path += [...]`.
    pub(super) fn extend(&mut self, target: &Expr, value: &Expr) {
        if is_sys_path(target) {
            self.add_all(value);
        }
    }

    /// Notes `sys.path.insert(0, …)` and its like.
    pub(super) fn call(&mut self, call: &ExprCall) {
        let Expr::Attribute(method) = &*call.func else {
            return;
        };
        let argument = match method.attr.as_str() {
            "append" | "extend" => call.arguments.find_positional(0),
            "insert" => call.arguments.find_positional(1),
            // `monkeypatch.syspath_prepend`, `site.addsitedir`
            "syspath_prepend" | "addsitedir" => {
                if let Some(path) = call.arguments.find_positional(0) {
                    self.add_all(path);
                }
                return;
            }
            _ => return,
        };
        if is_sys_path(&method.value)
            && let Some(argument) = argument
        {
            self.add_all(argument);
        }
    }

    pub(super) fn finish(self) -> Vec<String> {
        self.found
    }

    fn add_all(&mut self, value: &Expr) {
        let elements = match value {
            Expr::List(list) => &list.elts[..],
            Expr::Tuple(tuple) => &tuple.elts[..],
            other => std::slice::from_ref(other),
        };
        let paths: Vec<String> = elements
            .iter()
            .filter_map(|element| self.evaluate(element))
            .collect();
        for path in paths {
            if !self.found.contains(&path) {
                self.found.push(path);
            }
        }
    }

    /// The path that `expression` stands for, relative to the project root.
    fn evaluate(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Name(name) if name.id.as_str() == "__file__" => Some(self.file.clone()),
            Expr::Name(name) => self.names.get(name.id.as_str()).cloned(),
            // A relative path counts from the working directory, which is the root when the
            // project's own instructions are followed.
            Expr::StringLiteral(text) => joined("", text.value.to_str()),
            Expr::Attribute(attribute) if attribute.attr.as_str() == "parent" => {
                parent(&self.evaluate(&attribute.value)?)
            }
            Expr::Subscript(subscript) => {
                let Expr::Attribute(parents) = &*subscript.value else {
                    return None;
                };
                let Expr::NumberLiteral(number) = &*subscript.slice else {
                    return None;
                };
                let Number::Int(levels) = &number.value else {
                    return None;
                };
                let mut path = self.evaluate(&parents.value)?;
                if parents.attr.as_str() != "parents" {
                    return None;
                }
                for _ in 0..=levels.as_u8()? {
                    path = parent(&path)?;
                }
                Some(path)
            }
            Expr::BinOp(operation) if operation.op == Operator::Div => {
                joined(&self.evaluate(&operation.left)?, literal(&operation.right)?)
            }
            Expr::BinOp(operation) if operation.op == Operator::Add => {
                let suffix = literal(&operation.right)?.strip_prefix('/')?;
                joined(&self.evaluate(&operation.left)?, suffix)
            }
            Expr::Call(call) => self.evaluate_call(call),
            _ => None,
        }
    }

    fn evaluate_call(&self, call: &ExprCall) -> Option<String> {
        let arguments = &call.arguments.args;
        match (last_name(&call.func)?, &**arguments) {
            ("dirname", [path]) => parent(&self.evaluate(path)?),
            (
                "abspath" | "realpath" | "normpath" | "str" | "Path" | "PurePath" | "fspath",
                [path],
            ) => self.evaluate(path),
            ("join" | "Path", [first, rest @ ..]) => {
                let mut path = self.evaluate(first)?;
                for part in rest {
                    path = match dotted(part).as_deref() {
                        Some([.., "pardir"]) => joined(&path, "..")?,
                        _ => joined(&path, literal(part)?)?,
                    };
                }
                Some(path)
            }
            ("getcwd" | "cwd", []) => Some(String::new()),
            ("resolve" | "absolute" | "as_posix" | "expanduser", _) => {
                let Expr::Attribute(method) = &*call.func else {
                    return None;
                };
                self.evaluate(&method.value)
            }
            ("joinpath", parts) => {
                let Expr::Attribute(method) = &*call.func else {
                    return None;
                };
                let mut path = self.evaluate(&method.value)?;
                for part in parts {
                    path = joined(&path, literal(part)?)?;
                }
                Some(path)
            }
            _ => None,
        }
    }
}

fn is_sys_path(expression: &Expr) -> bool {
    let expression = match expression {
        // `sys.path[0:0] = [...]`
        Expr::Subscript(subscript) => &*subscript.value,
        other => other,
    };
    // The last part says no in nearly all cases, without a list of all.
    last_name(expression) == Some("path")
        && matches!(dotted(expression).as_deref(), Some(["sys", "path"]))
}

fn parent(path: &str) -> Option<String> {
    joined(path, "..")
}

/// `relative` as seen from `folder`, the project's root being the empty path; none where it leads
/// out of the project.
fn joined(folder: &str, relative: &str) -> Option<String> {
    let folder = if folder.is_empty() { "." } else { folder };
    paths::join(folder, relative).map(|path| if path == "." { String::new() } else { path })
}
