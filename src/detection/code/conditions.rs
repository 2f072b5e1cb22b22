//! When a statement runs, by the blocks around it.
//!
//! Where several apply, the one that weakens the import most counts, in the order of
//! [`Condition`]: type checking, guarded, conditional, deferred, always.

use dhtl_project_model::Condition;
use ruff_python_ast::{BoolOp, ExceptHandler, Expr, Number, StmtTry, UnaryOp, WithItem};

use super::expressions::last_name;

/// What a test says about the blocks it chooses between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    /// True for type checkers only.
    TypeChecking,
    /// True at run time.
    RunTime,
    /// True sometimes.
    Sometimes,
}

/// What `test` says.
///
/// `TYPE_CHECKING` of PEP 484, its older spellings `MYPY` and `False`, and their negations.
pub(super) fn test_of(test: &Expr) -> Test {
    match test {
        Expr::BooleanLiteral(literal) if literal.value => Test::RunTime,
        Expr::BooleanLiteral(_) => Test::TypeChecking,
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(number) if *number == 0 => Test::TypeChecking,
            _ => Test::RunTime,
        },
        Expr::UnaryOp(not) if not.op == UnaryOp::Not => match test_of(&not.operand) {
            Test::TypeChecking => Test::RunTime,
            Test::RunTime => Test::TypeChecking,
            Test::Sometimes => Test::Sometimes,
        },
        Expr::BoolOp(operation)
            if operation.op == BoolOp::And
                && operation
                    .values
                    .iter()
                    .any(|value| test_of(value) == Test::TypeChecking) =>
        {
            Test::TypeChecking
        }
        other => match last_name(other) {
            Some("TYPE_CHECKING" | "MYPY" | "MYPY_CHECK_RUNNING") => Test::TypeChecking,
            _ => Test::Sometimes,
        },
    }
}

/// The conditions of the blocks of an `if`, one clause after the other.
#[derive(Debug)]
pub(super) enum Branches {
    /// At run time, no clause so far was taken.
    Open,
    /// One may have been.
    Uncertain,
    /// One surely was: what follows is for type checkers.
    Over,
}

impl Branches {
    /// The condition of the clause that is guarded by `test`; none for `else`.
    pub(super) fn next(&mut self, test: Option<&Expr>) -> Condition {
        let said = test.map_or(Test::RunTime, test_of);
        match (&self, said) {
            (Self::Over, _) | (_, Test::TypeChecking) => Condition::TypeChecking,
            (Self::Open, Test::RunTime) => {
                *self = Self::Over;
                Condition::Always
            }
            _ => {
                *self = Self::Uncertain;
                Condition::Conditional
            }
        }
    }
}

/// Whether one of the handlers takes the exceptions a failed import raises.
pub(super) fn catches_import_errors(statement: &StmtTry) -> bool {
    statement.handlers.iter().any(handles_import_errors)
}

/// Whether `handler` takes the exceptions a failed import raises.
pub(super) fn handles_import_errors(handler: &ExceptHandler) -> bool {
    handles(
        handler,
        &[
            "ImportError",
            "ModuleNotFoundError",
            "Exception",
            "BaseException",
        ],
    )
}

/// Whether one of the handlers takes the `KeyError` of a missing environment variable.
pub(super) fn catches_key_errors(statement: &StmtTry) -> bool {
    let names = [
        "KeyError",
        "LookupError",
        "Exception",
        "BaseException",
        // Of django-environ, environs and decouple.
        "ImproperlyConfigured",
        "EnvError",
        "UndefinedValueError",
    ];
    statement
        .handlers
        .iter()
        .any(|handler| handles(handler, &names))
}

/// Whether a `with` block swallows or expects a failed import: `contextlib.suppress`,
/// `pytest.raises`, `assertRaises`.
pub(super) fn expects_import_errors(items: &[WithItem]) -> bool {
    items.iter().any(|item| {
        let Expr::Call(call) = &item.context_expr else {
            return false;
        };
        matches!(
            last_name(&call.func),
            Some("suppress" | "raises" | "assertRaises" | "assertRaisesRegex")
        ) && call.arguments.args.iter().any(|argument| {
            names(
                argument,
                &[
                    "ImportError",
                    "ModuleNotFoundError",
                    "Exception",
                    "BaseException",
                ],
            )
        })
    })
}

fn handles(handler: &ExceptHandler, exceptions: &[&str]) -> bool {
    let ExceptHandler::ExceptHandler(handler) = handler;
    handler
        .type_
        .as_deref()
        .is_none_or(|caught| names(caught, exceptions))
}

fn names(expression: &Expr, exceptions: &[&str]) -> bool {
    match expression {
        Expr::Tuple(tuple) => tuple.elts.iter().any(|element| names(element, exceptions)),
        other => last_name(other).is_some_and(|name| exceptions.contains(&name)),
    }
}
