//! The statements of a `setup.py`.

use std::collections::HashMap;

use dhtl_project_model::{Evidence, Problem};
use ruff_python_ast::{Expr, Stmt, StmtFor, StmtFunctionDef, StmtIf, StmtTry, StmtWith};
use ruff_text_size::{Ranged as _, TextSize};

use super::SetupPy;
use super::value::Value;
use crate::formats::LineIndex;
use crate::paths;
use crate::tree::Tree;

/// Evaluations after which a file is given up.
const MOST_STEPS: usize = 20_000;

/// Calls of the file's own functions within each other that are followed.
const MOST_CALLS: usize = 8;

/// Follows a `setup.py`.
pub(super) struct Interpreter<'a> {
    pub(super) tree: &'a Tree,
    /// The folder of the file, where programs that build it are started.
    pub(super) folder: String,
    lines: &'a LineIndex,
    /// The names that are known: those of the file, then those of each function that is running.
    scopes: Vec<HashMap<String, Value<'a>>>,
    /// How certain it is that the current statement runs.
    mode: Mode,
    pub(super) steps: usize,
    /// How deep the current expression is nested.
    pub(super) nesting: usize,
    pub(super) setup_py: SetupPy,
}

/// How certain it is that a statement runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// It runs.
    Certain,
    /// Only running the file would tell.
    Conditional,
    /// It runs when something failed, which is not what the file hopes for.
    Fallback,
}

/// What a condition comes to.
enum Condition {
    Known(bool),
    /// It picks lines of a file: which ones is no concern of ours.
    Filter,
    Unknown,
}

/// How a list of statements ended.
pub(super) enum End<'a> {
    Through,
    Returned(Value<'a>),
}

impl<'a> Interpreter<'a> {
    pub(super) fn new(tree: &'a Tree, path: &str, lines: &'a LineIndex) -> Self {
        Self {
            tree,
            folder: paths::folder(path).to_owned(),
            lines,
            scopes: vec![HashMap::new()],
            mode: Mode::Certain,
            steps: 0,
            nesting: 0,
            setup_py: SetupPy {
                path: path.to_owned(),
                ..SetupPy::default()
            },
        }
    }

    /// Follows the statements of the file.
    pub(super) fn run(&mut self, body: &'a [Stmt]) {
        self.execute(body);
    }

    /// What was found in `text`.
    pub(super) fn finish(mut self, text: &str) -> SetupPy {
        // A module of a package may be called `setup.py` as well.
        if self.setup_py.call_line.is_none() && text.contains("setup(") {
            let evidence = Evidence::file(&self.setup_py.path, "setup-py");
            let message = "no call of `setup` can be followed".to_owned();
            self.setup_py.problems.push(Problem { message, evidence });
        }
        self.setup_py
    }

    /// The line of a place in the file.
    pub(super) fn line(&self, offset: TextSize) -> u32 {
        self.lines.line(offset.to_usize())
    }

    pub(super) fn problem(&mut self, message: impl Into<String>, line: u32) {
        let evidence = Evidence::at(&self.setup_py.path, line, "setup-py");
        self.setup_py.problems.push(Problem {
            message: message.into(),
            evidence,
        });
    }

    /// Whether the file has taken more work than any real one needs.
    pub(super) fn is_exhausted(&mut self) -> bool {
        self.steps += 1;
        self.steps > MOST_STEPS
    }

    pub(super) fn lookup(&self, name: &str) -> Option<&Value<'a>> {
        let innermost = self.scopes.last().and_then(|scope| scope.get(name));
        innermost.or_else(|| self.scopes.first().and_then(|scope| scope.get(name)))
    }

    pub(super) fn bind(&mut self, name: &str, value: Value<'a>) {
        let value = if value.is_reasonable() {
            value
        } else {
            Value::Unknown(0)
        };
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), value);
        }
    }

    /// Binds the names of a target, which may be a tuple of names.
    pub(super) fn bind_target(&mut self, target: &'a Expr, value: Value<'a>) {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), value),
            Expr::Tuple(tuple) => {
                let elements = value
                    .elements()
                    .filter(|elements| elements.len() == tuple.elts.len());
                let line = self.line(target.start());
                for (index, target) in tuple.elts.iter().enumerate() {
                    let element = elements.as_ref().and_then(|elements| elements.get(index));
                    self.bind_target(target, element.cloned().unwrap_or(Value::Unknown(line)));
                }
            }
            Expr::Subscript(subscript) => {
                let key = self.evaluate(&subscript.slice);
                let Some((key, _)) = key.as_text() else {
                    return;
                };
                let key = key.to_owned();
                self.change(&subscript.value, |dict| {
                    if let Value::Dict(entries) = dict {
                        entries.retain(|(name, _)| *name != key);
                        entries.push((key, value));
                    }
                });
            }
            _ => {}
        }
    }

    /// Changes the value that a name, or an entry of a name, stands for.
    pub(super) fn change(&mut self, place: &'a Expr, change: impl FnOnce(&mut Value<'a>)) {
        let mut change = Some(change);
        self.change_place(place, &mut |value| {
            if let Some(change) = change.take() {
                change(value);
            }
        });
    }

    fn change_place(&mut self, place: &'a Expr, change: &mut dyn FnMut(&mut Value<'a>)) {
        let line = self.line(place.start());
        match place {
            Expr::Name(name) => {
                let name = name.id.to_string();
                let Some(mut value) = self.lookup(&name).cloned() else {
                    return;
                };
                if self.mode == Mode::Certain {
                    change(&mut value);
                } else if matches!(value, Value::List(_) | Value::Dict(_)) {
                    // What is known stays; what may be added is left out and reported when it
                    // concerns `setup`.
                    value = with_unknown(value, line);
                }
                let value = if value.is_reasonable() {
                    value
                } else {
                    Value::Unknown(line)
                };
                let scope = self
                    .scopes
                    .iter_mut()
                    .rev()
                    .find(|scope| scope.contains_key(&name));
                if let Some(scope) = scope {
                    scope.insert(name, value);
                }
            }
            Expr::Subscript(subscript) => {
                let key = self.evaluate(&subscript.slice);
                let Some((key, _)) = key.as_text() else {
                    return;
                };
                let key = key.to_owned();
                self.change_place(&subscript.value, &mut |dict| {
                    if let Value::Dict(entries) = dict
                        && let Some((_, value)) = entries.iter_mut().find(|(name, _)| *name == key)
                    {
                        change(value);
                    }
                });
            }
            _ => {}
        }
    }

    /// Runs a function of the file.
    pub(super) fn call(
        &mut self,
        function: &'a StmtFunctionDef,
        arguments: HashMap<String, Value<'a>>,
        line: u32,
    ) -> Value<'a> {
        if self.scopes.len() > MOST_CALLS {
            return Value::Unknown(line);
        }
        self.scopes.push(arguments);
        let end = self.execute(&function.body);
        self.scopes.pop();
        match end {
            End::Returned(value) => value,
            End::Through => Value::Unknown(line),
        }
    }

    fn execute(&mut self, body: &'a [Stmt]) -> End<'a> {
        for statement in body {
            if self.is_exhausted() {
                break;
            }
            if let End::Returned(value) = self.statement(statement) {
                return End::Returned(value);
            }
        }
        End::Through
    }

    fn statement(&mut self, statement: &'a Stmt) -> End<'a> {
        match statement {
            Stmt::Assign(assign) => {
                let value = self.evaluate(&assign.value);
                for target in &assign.targets {
                    self.assign(target, value.clone());
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.evaluate(value);
                    self.assign(&assign.target, value);
                }
            }
            Stmt::AugAssign(assign) => {
                let right = self.evaluate(&assign.value);
                let line = self.line(assign.range.start());
                self.change(&assign.target, |left| {
                    let taken = std::mem::replace(left, Value::Unknown(line));
                    *left = super::evaluate::sum(taken, right, line);
                });
            }
            Stmt::Expr(expression) => {
                self.evaluate(&expression.value);
            }
            Stmt::FunctionDef(function) => {
                self.bind(function.name.as_str(), Value::Function(function));
            }
            Stmt::Return(returned) => {
                let line = self.line(returned.range.start());
                let value = returned.value.as_deref().map(|value| self.evaluate(value));
                return End::Returned(value.unwrap_or(Value::Unknown(line)));
            }
            Stmt::If(branch) => return self.branch(branch),
            Stmt::With(with) => return self.with(with),
            Stmt::Try(attempt) => return self.attempt(attempt),
            Stmt::For(repeat) => return self.repeat(repeat),
            _ => {}
        }
        End::Through
    }

    fn assign(&mut self, target: &'a Expr, value: Value<'a>) {
        match (self.mode, target) {
            (Mode::Certain, _) => self.bind_target(target, value),
            (Mode::Conditional, Expr::Name(_)) => {
                let line = self.line(target.start());
                self.bind_target(target, Value::Unknown(line));
            }
            (Mode::Conditional, Expr::Subscript(subscript)) => {
                self.change(&subscript.value, |_| {});
            }
            // What stands in for something that failed is not what the file is about.
            _ => {}
        }
    }

    fn branch(&mut self, branch: &'a StmtIf) -> End<'a> {
        let clauses = branch
            .elif_else_clauses
            .iter()
            .map(|clause| (clause.test.as_ref(), clause.body.as_slice()));
        let branches =
            std::iter::once((Some(&*branch.test), branch.body.as_slice())).chain(clauses);
        let mut may_have_run = false;
        let mut may_return = false;
        for (test, body) in branches {
            let condition = test.map_or(Condition::Known(true), |test| self.condition(test));
            match condition {
                Condition::Known(false) => {}
                Condition::Known(true) if !may_have_run => return self.execute(body),
                Condition::Filter => {
                    // What leaves the loop or the function leaves it for the lines that are not
                    // wanted.
                    if !body.last().is_some_and(leaves) {
                        self.execute(body);
                    }
                }
                Condition::Known(true) | Condition::Unknown => {
                    let mode = std::mem::replace(&mut self.mode, Mode::Conditional);
                    may_return |= matches!(self.execute(body), End::Returned(_));
                    self.mode = mode;
                    may_have_run = true;
                }
            }
        }
        if may_return {
            return End::Returned(Value::Unknown(self.line(branch.range.start())));
        }
        End::Through
    }

    fn condition(&mut self, test: &'a Expr) -> Condition {
        if is_main_guard(test) {
            return Condition::Known(true);
        }
        match self.evaluate(test) {
            Value::Truth(truth) => Condition::Known(truth),
            Value::File(..) => Condition::Filter,
            Value::List(elements) if elements.is_empty() => Condition::Known(false),
            _ => Condition::Unknown,
        }
    }

    fn with(&mut self, with: &'a StmtWith) -> End<'a> {
        for item in &with.items {
            let value = self.evaluate(&item.context_expr);
            if let Some(target) = &item.optional_vars {
                self.bind_target(target, value);
            }
        }
        self.execute(&with.body)
    }

    fn attempt(&mut self, attempt: &'a StmtTry) -> End<'a> {
        let end = self.execute(&attempt.body);
        if matches!(end, End::Returned(_)) {
            return end;
        }
        let mode = std::mem::replace(&mut self.mode, Mode::Fallback);
        for handler in &attempt.handlers {
            let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
            self.execute(&handler.body);
        }
        self.mode = mode;
        if let End::Returned(value) = self.execute(&attempt.orelse) {
            return End::Returned(value);
        }
        self.execute(&attempt.finalbody)
    }

    fn repeat(&mut self, repeat: &'a StmtFor) -> End<'a> {
        let iterated = self.evaluate(&repeat.iter);
        let Some(elements) = iterated.elements() else {
            let mode = std::mem::replace(&mut self.mode, Mode::Conditional);
            self.execute(&repeat.body);
            self.mode = mode;
            return End::Through;
        };
        for element in elements {
            self.bind_target(&repeat.target, element);
            if let End::Returned(value) = self.execute(&repeat.body) {
                return End::Returned(value);
            }
        }
        End::Through
    }
}

fn with_unknown(value: Value<'_>, line: u32) -> Value<'_> {
    match value {
        Value::List(mut elements) => {
            elements.push(Value::Unknown(line));
            Value::List(elements)
        }
        Value::Dict(mut entries) => {
            entries.push((String::new(), Value::Unknown(line)));
            Value::Dict(entries)
        }
        other => other,
    }
}

fn leaves(statement: &Stmt) -> bool {
    matches!(
        statement,
        Stmt::Return(_) | Stmt::Continue(_) | Stmt::Break(_) | Stmt::Raise(_)
    )
}

/// `__name__ == "__main__"`.
fn is_main_guard(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else {
        return false;
    };
    matches!(&*compare.left, Expr::Name(name) if name.id.as_str() == "__name__")
}
