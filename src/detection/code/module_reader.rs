//! One walk over a syntax tree that notes imports, environment variables and `sys.path`.

use std::collections::HashSet;

use dhtl_project_model::{Condition, StaticTest};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{
    Expr, ExprCall, Stmt, StmtFunctionDef, StmtIf, StmtImportFrom, StmtTry, Suite,
};
use ruff_text_size::{Ranged, TextSize};

use super::conditions::{
    Branches, catches_import_errors, catches_key_errors, expects_import_errors,
    handles_import_errors,
};
use super::env_reads::EnvReader;
use super::expressions::{last_name, literals, text_argument};
use super::facts::{FileFacts, Import};
use super::lines::Lines;
use super::reachability::{Reading, Requirements, behind, static_test};
use super::search_path::SearchPath;
use crate::imports_table::{is_shared_namespace, top_level};

/// What `suite` says; `path` is its file, `outermost` the condition of the whole.
pub(super) fn read_module(
    suite: &Suite,
    path: &str,
    lines: &Lines<'_>,
    outermost: Condition,
    reading: Reading,
) -> FileFacts {
    let mut reader = ModuleReader {
        lines,
        condition: outermost,
        reading,
        requires: Requirements::default(),
        guarded: HashSet::new(),
        imports: Vec::new(),
        env: EnvReader::default(),
        search_path: SearchPath::new(path),
    };
    reader.visit_body(suite);
    let mut imports = reader.imports;
    imports.sort_by_key(|import| import.line);
    imports.shrink_to_fit();
    FileFacts {
        imports,
        env_reads: reader.env.finish(),
        search_path: reader.search_path.finish(),
        ..FileFacts::default()
    }
}

struct ModuleReader<'a> {
    lines: &'a Lines<'a>,
    condition: Condition,
    reading: Reading,
    /// What must hold for the current statement to be reached.
    requires: Requirements,
    /// Modules whose failure to load was handled earlier in the file.
    guarded: HashSet<String>,
    imports: Vec<Import>,
    env: EnvReader,
    search_path: SearchPath,
}

impl<'a> Visitor<'a> for ModuleReader<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.env.bind_module(&alias.name, alias.asname.as_deref());
                    self.add_statement(alias.name.to_string(), 0, Vec::new(), alias.start());
                }
            }
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::If(branches) => self.branches(branches),
            Stmt::Try(statement) => self.try_block(statement),
            Stmt::With(with) => {
                for item in &with.items {
                    self.visit_with_item(item);
                }
                let prefixes = self.env.enter_with(&with.items);
                if expects_import_errors(&with.items) {
                    self.within(Condition::Guarded, |reader| reader.visit_body(&with.body));
                } else {
                    self.visit_body(&with.body);
                }
                self.env.leave_with(prefixes);
            }
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::Match(_) => {
                self.within(Condition::Conditional, |reader| {
                    walk_stmt(reader, statement);
                });
            }
            Stmt::ClassDef(class) => {
                self.env.class(class, self.lines);
                walk_stmt(self, statement);
            }
            Stmt::Assign(assign) => {
                self.env.assign(&assign.targets, &assign.value);
                self.search_path.assign(&assign.targets, &assign.value);
                self.pytest_plugins(&assign.targets, &assign.value);
                walk_stmt(self, statement);
            }
            Stmt::AugAssign(assign) => {
                self.search_path.extend(&assign.target, &assign.value);
                walk_stmt(self, statement);
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.env.assign(std::slice::from_ref(&assign.target), value);
                }
                walk_stmt(self, statement);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Lambda(_) => {
                self.within(Condition::Deferred, |reader| walk_expr(reader, expression));
            }
            Expr::If(choice) => {
                self.visit_expr(&choice.test);
                self.within(Condition::Conditional, |reader| {
                    reader.visit_expr(&choice.body);
                    reader.visit_expr(&choice.orelse);
                });
            }
            Expr::BoolOp(operation) => self.operands(&operation.values),
            Expr::Call(call) => {
                self.call(call);
                self.env.call(call, self.lines);
                walk_expr(self, expression);
            }
            Expr::Subscript(subscript) => {
                self.env.subscript(subscript, self.lines);
                walk_expr(self, expression);
            }
            Expr::Attribute(attribute) => {
                self.env.attribute(attribute, self.lines);
                walk_expr(self, expression);
            }
            Expr::Compare(comparison) => {
                self.env.compare(comparison, self.lines);
                walk_expr(self, expression);
            }
            _ => walk_expr(self, expression),
        }
    }

    fn visit_body(&mut self, body: &'a [Stmt]) {
        let outer = self.requires.len();
        for statement in body {
            self.visit_stmt(statement);
            if self.reading == Reading::Whole
                && let Some(test) = behind(statement)
            {
                self.requires.add(test);
            }
        }
        self.requires.truncate(outer);
    }

    /// An annotation imports nothing and reads no variable.
    fn visit_annotation(&mut self, _annotation: &'a Expr) {}
}

impl ModuleReader<'_> {
    /// Runs `visit` under `condition`, or under what already weakens more.
    fn within(&mut self, condition: Condition, visit: impl FnOnce(&mut Self)) {
        let outer = self.condition;
        self.condition = outer.max(condition);
        visit(self);
        self.condition = outer;
    }

    fn function(&mut self, function: &StmtFunctionDef) {
        for decorator in &function.decorator_list {
            self.visit_decorator(decorator);
        }
        self.visit_parameters(&function.parameters);
        let outer = self.condition;
        // A `try` around the definition is long over when the function runs.
        self.condition = match outer {
            Condition::Guarded | Condition::Always => Condition::Deferred,
            other => other,
        };
        self.visit_body(&function.body);
        self.condition = outer;
    }

    fn branches(&mut self, statement: &StmtIf) {
        let outer = self.requires.len();
        let mut branches = Branches::Open;
        self.visit_expr(&statement.test);
        let first = branches.next(Some(&statement.test));
        self.within(first, |reader| {
            reader.branch(Some(&statement.test), &statement.body);
        });
        for clause in &statement.elif_else_clauses {
            if let Some(test) = &clause.test {
                self.visit_expr(test);
            }
            let condition = branches.next(clause.test.as_ref());
            self.within(condition, |reader| {
                reader.branch(clause.test.as_ref(), &clause.body);
            });
        }
        self.requires.truncate(outer);
    }

    /// Visits a branch; behind it, its test has failed.
    fn branch(&mut self, test: Option<&Expr>, body: &[Stmt]) {
        let outer = self.requires.len();
        let known = match (self.reading, test) {
            (Reading::Whole, Some(test)) => static_test(test),
            _ => StaticTest::Unknown,
        };
        self.requires.add(known.clone());
        self.visit_body(body);
        self.requires.truncate(outer);
        self.requires.add(known.negated());
    }

    fn try_block(&mut self, statement: &StmtTry) {
        let condition = if catches_import_errors(statement) {
            Condition::Guarded
        } else {
            Condition::Always
        };
        let handled = self.env.enter_try(catches_key_errors(statement));
        self.within(condition, |reader| reader.visit_body(&statement.body));
        self.env.leave_try(handled);
        for handler in &statement.handlers {
            let condition = if handles_import_errors(handler) {
                Condition::Guarded
            } else {
                Condition::Conditional
            };
            self.within(condition, |reader| reader.visit_except_handler(handler));
        }
        self.within(condition, |reader| reader.visit_body(&statement.orelse));
        self.visit_body(&statement.finalbody);
    }

    /// All but the first operand of `and` and `or` are evaluated only sometimes.
    fn operands(&mut self, values: &[Expr]) {
        let Some((first, rest)) = values.split_first() else {
            return;
        };
        self.visit_expr(first);
        self.within(Condition::Conditional, |reader| {
            for value in rest {
                reader.visit_expr(value);
            }
        });
    }

    fn import_from(&mut self, import: &StmtImportFrom) {
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        for alias in &import.names {
            self.env
                .bind_member(module, import.level, &alias.name, alias.asname.as_deref());
        }
        let members = import
            .names
            .iter()
            .map(|alias| alias.name.to_string())
            .collect();
        self.add_statement(
            module.to_owned(),
            import.level,
            members,
            import.range.start(),
        );
    }

    fn call(&mut self, call: &ExprCall) {
        self.search_path.call(call);
        let start = call.range_start;
        match last_name(&call.func) {
            Some("import_module" | "__import__") => {
                if let Some(module) = text_argument(call, "name", 0).filter(|name| is_dotted(name))
                {
                    self.add(module.to_owned(), 0, Vec::new(), start);
                }
            }
            Some("importorskip") => {
                if let Some(module) =
                    text_argument(call, "modname", 0).filter(|name| is_dotted(name))
                {
                    self.within(Condition::Guarded, |reader| {
                        reader.add(module.to_owned(), 0, Vec::new(), start);
                    });
                }
            }
            // Whoever asks first handles the answer no.
            Some("find_spec") => {
                if let Some(module) = text_argument(call, "name", 0) {
                    self.guarded.insert(guard_key(module));
                }
            }
            _ => {}
        }
    }

    /// `pytest_plugins = ["package.fixtures"]` in a `conftest.py` imports these modules.
    fn pytest_plugins(&mut self, targets: &[Expr], value: &Expr) {
        if !targets
            .iter()
            .any(|target| last_name(target) == Some("pytest_plugins"))
        {
            return;
        }
        for plugin in literals(value)
            .into_iter()
            .filter(|name| is_dotted(name) && name.contains('.'))
        {
            self.add(plugin.to_owned(), 0, Vec::new(), value.start());
        }
    }

    fn add_statement(&mut self, module: String, level: u32, members: Vec<String>, at: TextSize) {
        let before = self.imports.len();
        self.add(module, level, members, at);
        for import in &mut self.imports[before..] {
            import.is_statement = true;
        }
    }

    fn add(&mut self, module: String, level: u32, members: Vec<String>, at: TextSize) {
        // Error recovery leaves imports without a name behind.
        if level == 0 && (!is_dotted(&module) || module == "__future__") {
            return;
        }
        let mut condition = self.condition;
        if level == 0 && condition == Condition::Guarded {
            self.guarded.insert(guard_key(&module));
        } else if level == 0
            && condition < Condition::Guarded
            // Most files guard nothing, and need no keys.
            && !self.guarded.is_empty()
            && self.guarded.contains(&guard_key(&module))
        {
            condition = Condition::Guarded;
        }
        self.imports.push(Import {
            module,
            level,
            members,
            line: self.lines.line(at),
            condition,
            is_statement: false,
            requires: self.requires.all().to_vec(),
        });
    }
}

/// What a guard speaks for: the top-level module, or the member of a namespace that several
/// distributions share.
fn guard_key(module: &str) -> String {
    let top_level = top_level(module);
    if !is_shared_namespace(top_level) {
        return top_level.to_owned();
    }
    module.split('.').take(3).collect::<Vec<_>>().join(".")
}

fn is_dotted(name: &str) -> bool {
    name.split('.').all(|part| {
        part.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && part
                .chars()
                .all(|character| character.is_alphanumeric() || character == '_')
    })
}
