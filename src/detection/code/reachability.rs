//! Which statements are never reached, as far as type checkers know it, too.

use dhtl_project_model::{Comparison, StaticTest};
use ruff_python_ast::{
    BoolOp, CmpOp, ElifElseClause, ExceptHandler, Expr, ExprCompare, Number, Stmt, StmtIf, StmtTry,
    StmtWhile, StmtWith, UnaryOp,
};

use super::conditions::expects_import_errors;
use super::expressions::{dotted, literal};

/// How much of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Only what says something; what is reached is not known.
    Outline,
    /// All of it.
    Whole,
}

/// How many tests are kept for one statement, and how many parts one test may have: whoever writes
/// more is not understood, because each statement below them carries them all.
const MOST_TESTS: usize = 32;

/// Calls that never return.
const ENDINGS: &[&[&str]] = &[
    &["exit"],
    &["quit"],
    &["sys", "exit"],
    &["os", "_exit"],
    &["os", "abort"],
    &["pytest", "exit"],
    &["pytest", "fail"],
    &["pytest", "skip"],
    &["pytest", "xfail"],
    &["self", "fail"],
    &["self", "skipTest"],
];

/// Tests that must hold all together.
#[derive(Debug, Default)]
pub(super) struct Requirements(Vec<StaticTest>);

impl Requirements {
    /// Adds `test`, unless it says nothing.
    pub(super) fn add(&mut self, test: StaticTest) {
        let is_never = test == StaticTest::Constant(false);
        let says_nothing = matches!(test, StaticTest::Unknown | StaticTest::Constant(true));
        let is_over = self.0.last() == Some(&StaticTest::Constant(false));
        if !says_nothing && !is_over && (is_never || self.0.len() < MOST_TESTS) {
            self.0.push(test);
        }
    }

    pub(super) fn all(&self) -> &[StaticTest] {
        &self.0
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }
}

/// What `test` is, where the interpreter and the platform decide it.
///
/// Source: the forms that the typing specification lists under "Version and platform checking".
pub(super) fn static_test(test: &Expr) -> StaticTest {
    bounded(evaluated(test))
}

fn bounded(test: StaticTest) -> StaticTest {
    if size(&test) > MOST_TESTS {
        StaticTest::Unknown
    } else {
        test
    }
}

fn size(test: &StaticTest) -> usize {
    match test {
        StaticTest::Not(inner) => size(inner) + 1,
        StaticTest::All(tests) | StaticTest::Any(tests) => {
            tests.iter().map(size).sum::<usize>() + 1
        }
        _ => 1,
    }
}

fn evaluated(test: &Expr) -> StaticTest {
    match test {
        Expr::BooleanLiteral(literal) => StaticTest::Constant(literal.value),
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(number) => StaticTest::Constant(*number != 0),
            _ => StaticTest::Unknown,
        },
        Expr::Name(_) | Expr::Attribute(_) => match dotted(test).as_deref() {
            Some(["TYPE_CHECKING"] | ["typing", "TYPE_CHECKING"]) => StaticTest::Constant(true),
            _ => StaticTest::Unknown,
        },
        Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => {
            evaluated(&operation.operand).negated()
        }
        Expr::BoolOp(operation) => {
            let tests = operation.values.iter().map(evaluated).collect::<Vec<_>>();
            if tests.iter().all(|test| *test == StaticTest::Unknown) {
                return StaticTest::Unknown;
            }
            match operation.op {
                BoolOp::And => StaticTest::All(tests),
                BoolOp::Or => StaticTest::Any(tests),
            }
        }
        Expr::Compare(comparison) => compared(comparison).unwrap_or(StaticTest::Unknown),
        Expr::Call(call) => {
            let starts = dotted(&call.func)
                .is_some_and(|name| matches!(name.as_slice(), ["sys", "platform", "startswith"]));
            match &*call.arguments.args {
                [prefix] if starts => {
                    literal(prefix).map_or(StaticTest::Unknown, |name| StaticTest::Platform {
                        name: name.to_owned(),
                        prefix: true,
                    })
                }
                _ => StaticTest::Unknown,
            }
        }
        _ => StaticTest::Unknown,
    }
}

fn compared(comparison: &ExprCompare) -> Option<StaticTest> {
    let ([operator], [right]) = (&*comparison.ops, &*comparison.comparators) else {
        return None;
    };
    let operator = match operator {
        CmpOp::Lt => Comparison::Less,
        CmpOp::LtE => Comparison::LessOrEqual,
        CmpOp::Gt => Comparison::Greater,
        CmpOp::GtE => Comparison::GreaterOrEqual,
        CmpOp::Eq => Comparison::Equal,
        CmpOp::NotEq => Comparison::NotEqual,
        _ => return None,
    };
    if let Expr::Subscript(subscript) = &*comparison.left {
        if dotted(&subscript.value)? != ["sys", "version_info"] {
            return None;
        }
        return Some(StaticTest::Version {
            comparison: operator,
            release: vec![integer(right)?],
            index: usize::try_from(integer(&subscript.slice)?).ok(),
        });
    }
    let test = match dotted(&comparison.left)?.as_slice() {
        ["sys", "version_info"] => {
            let Expr::Tuple(release) = right else {
                return None;
            };
            return Some(StaticTest::Version {
                comparison: operator,
                // The kind of a release, such as "final", comes last and decides nothing here.
                release: release.elts.iter().take(5).map_while(integer).collect(),
                index: None,
            });
        }
        ["sys", "platform"] => StaticTest::Platform {
            name: literal(right)?.to_owned(),
            prefix: false,
        },
        ["os", "name"] => StaticTest::OsName(literal(right)?.to_owned()),
        _ => return None,
    };
    match operator {
        Comparison::Equal => Some(test),
        Comparison::NotEqual => Some(test.negated()),
        _ => None,
    }
}

fn integer(expression: &Expr) -> Option<u32> {
    match expression {
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(number) => u32::try_from(number.as_i64()?).ok(),
            _ => None,
        },
        _ => None,
    }
}

/// What must hold for the statements behind `statement` to be reached; none where they always are.
pub(super) fn behind(statement: &Stmt) -> Option<StaticTest> {
    if let Stmt::If(branches) = statement {
        return behind_branches(branches);
    }
    ends(statement).then_some(StaticTest::Constant(false))
}

fn behind_branches(statement: &StmtIf) -> Option<StaticTest> {
    let first = (Some(&statement.test as &Expr), &statement.body[..]);
    let clauses = statement
        .elif_else_clauses
        .iter()
        .map(|clause| (clause.test.as_ref(), &clause.body[..]));
    let branches = std::iter::once(first).chain(clauses).collect::<Vec<_>>();
    if !branches.iter().any(|(_, body)| body_ends(body)) {
        return None;
    }
    if branches.len() > MOST_TESTS {
        return branches_end(statement).then_some(StaticTest::Constant(false));
    }
    let mut ways = Vec::new();
    let mut failed = Vec::new();
    let mut is_exhaustive = false;
    for (test, body) in branches {
        let test = test.map_or(StaticTest::Constant(true), static_test);
        is_exhaustive |= test == StaticTest::Constant(true);
        if !body_ends(body) {
            let mut way = failed.clone();
            way.push(test.clone());
            ways.push(StaticTest::All(way));
        }
        failed.push(test.negated());
    }
    if !is_exhaustive {
        ways.push(StaticTest::All(failed));
    }
    if ways.is_empty() {
        return Some(StaticTest::Constant(false));
    }
    Some(bounded(StaticTest::Any(ways)))
}

/// Whether nothing behind `statement` in its block is ever reached.
fn ends(statement: &Stmt) -> bool {
    match statement {
        Stmt::Return(_) | Stmt::Raise(_) | Stmt::Break(_) | Stmt::Continue(_) => true,
        Stmt::Assert(assert) => static_test(&assert.test) == StaticTest::Constant(false),
        Stmt::Expr(expression) => match &*expression.value {
            Expr::Call(call) => {
                dotted(&call.func).is_some_and(|name| ENDINGS.contains(&name.as_slice()))
            }
            _ => false,
        },
        Stmt::If(branches) => branches_end(branches),
        Stmt::Try(statement) => try_ends(statement),
        Stmt::With(with) => with_ends(with),
        Stmt::While(endless) => is_endless(endless),
        _ => false,
    }
}

fn body_ends(body: &[Stmt]) -> bool {
    body.iter().any(ends)
}

fn branches_end(statement: &StmtIf) -> bool {
    let clauses = &statement.elif_else_clauses;
    let has_else = |clause: &ElifElseClause| clause.test.is_none();
    clauses.last().is_some_and(has_else)
        && body_ends(&statement.body)
        && clauses.iter().all(|clause| body_ends(&clause.body))
}

fn try_ends(statement: &StmtTry) -> bool {
    let handler_ends = |handler: &ExceptHandler| {
        let ExceptHandler::ExceptHandler(handler) = handler;
        body_ends(&handler.body)
    };
    body_ends(&statement.finalbody)
        || (body_ends(&statement.body) || body_ends(&statement.orelse))
            && statement.handlers.iter().all(handler_ends)
}

/// What swallows exceptions lets the code behind it run.
fn with_ends(with: &StmtWith) -> bool {
    !expects_import_errors(&with.items)
        && !with.items.iter().any(|item| match &item.context_expr {
            Expr::Call(call) => dotted(&call.func).is_some_and(|name| {
                matches!(
                    name.last(),
                    Some(&("suppress" | "raises" | "assertRaises" | "assertRaisesRegex" | "warns"))
                )
            }),
            _ => false,
        })
        && body_ends(&with.body)
}

fn is_endless(endless: &StmtWhile) -> bool {
    static_test(&endless.test) == StaticTest::Constant(true) && !breaks(&endless.body)
}

/// Whether a `break` in `body` leaves the loop around it.
fn breaks(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::Break(_) => true,
        Stmt::If(branches) => {
            breaks(&branches.body)
                || branches
                    .elif_else_clauses
                    .iter()
                    .any(|clause| breaks(&clause.body))
        }
        Stmt::With(with) => breaks(&with.body),
        Stmt::Try(statement) => {
            breaks(&statement.body)
                || breaks(&statement.orelse)
                || breaks(&statement.finalbody)
                || statement.handlers.iter().any(|handler| {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    breaks(&handler.body)
                })
        }
        Stmt::Match(choice) => choice.cases.iter().any(|case| breaks(&case.body)),
        Stmt::For(inner) => breaks(&inner.orelse),
        Stmt::While(inner) => breaks(&inner.orelse),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::OperatingSystem;

    use super::super::syntax::read_file;
    use super::*;

    /// The modules that Python 3.11 on Linux reaches.
    fn reached(source: &str) -> Vec<String> {
        let facts = read_file("a.py", source.as_bytes(), Reading::Whole);
        assert_eq!(facts.problem, None);
        let is_reached = |requires: &[StaticTest]| {
            requires
                .iter()
                .all(|test| test.holds(&[3, 11, 7], OperatingSystem::Linux) != Some(false))
        };
        facts
            .imports
            .into_iter()
            .filter(|import| is_reached(&import.requires))
            .map(|import| import.module)
            .collect()
    }

    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        assert_eq!(reached(source), expected, "{source}");
    }

    #[test]
    fn versions_and_platforms_choose_branches() {
        check(
            "if sys.version_info < (3,):\n  import a\nelse:\n  import b\n",
            &["b"],
        );
        check(
            "if sys.version_info[0] == 2:\n  import a\nimport b\n",
            &["b"],
        );
        check(
            "if sys.platform == 'win32':\n  import a\nelif os.name == 'posix':\n  import b\nelse:\n  import c\n",
            &["b"],
        );
        check(
            "if sys.platform.startswith('win') and x:\n  import a\n",
            &[],
        );
        check(
            "if x or sys.version_info >= (3, 8):\n  import a\nelse:\n  import b\n",
            &["a"],
        );
        check("if TYPE_CHECKING:\n  import a\nelse:\n  import b\n", &["a"]);
        check(
            "if not TYPE_CHECKING:\n  import a\nif 0:\n  import b\nif x:\n  import c\n",
            &["c"],
        );
        check(
            "if sys.version_info >= (3, 8, 0, 'final', 0):\n  import a\n",
            &["a"],
        );
    }

    #[test]
    fn nothing_behind_an_end_is_reached() {
        check("def f():\n  return 1\n  import a\nimport b\n", &["b"]);
        check(
            "if x:\n  sys.exit(1)\nimport a\nraise E\nimport b\n",
            &["a"],
        );
        check("if x:\n  raise E\nelse:\n  sys.exit()\nimport a\n", &[]);
        check("if sys.version_info >= (3,):\n  raise E\nimport a\n", &[]);
        check("if sys.version_info < (3,):\n  raise E\nimport a\n", &["a"]);
        check(
            "if sys.platform != 'win32':\n  pytest.skip('no')\nimport a\n",
            &[],
        );
        check(
            "try:\n  import a\n  raise E\nexcept E:\n  pass\nimport b\n",
            &["a", "b"],
        );
        check("try:\n  raise E\nexcept E:\n  raise\nimport b\n", &[]);
        check("with raises(E):\n  raise E\nimport a\n", &["a"]);
        check("with x:\n  return 1\nimport a\n", &[]);
        check("while True:\n  x()\nimport a\n", &[]);
        check("while True:\n  if x:\n    break\nimport a\n", &["a"]);
        check("while True:\n  for i in y:\n    break\nimport a\n", &[]);
        check("assert False\nimport a\n", &[]);
    }

    #[test]
    fn what_is_too_much_is_unknown_and_costs_little() {
        use std::fmt::Write as _;

        let mut chain = String::from("if sys.version_info < (3,):\n  raise E\n");
        for number in 0..90 {
            write!(
                chain,
                "elif sys.platform == 'x{number}':\n  import a{number}\n"
            )
            .unwrap();
        }
        assert_eq!(
            reached(&chain).len(),
            90 - 31,
            "31 are known not to be reached"
        );
        let many = vec!["sys.platform == 'win32'"; 40].join(" or ");
        let below = "  import a\n".repeat(5_000);
        assert_eq!(reached(&format!("if {many}:\n{below}")).len(), 5_000);
        let ended = "if sys.platform == 'win32':\n  return\n".repeat(5_000);
        assert_eq!(reached(&format!("{ended}import a\n")), ["a"]);
        assert_eq!(reached(&format!("{ended}raise E\nimport a\n")), [""; 0]);
    }

    #[test]
    fn a_call_is_no_statement_and_each_name_has_its_line() {
        let source = "import a, \\\n  b\nimportlib.import_module('c')\nfrom . import d\n";
        let facts = read_file("a.py", source.as_bytes(), Reading::Whole);
        let found = facts
            .imports
            .iter()
            .map(|import| (import.module.as_str(), import.line, import.is_statement))
            .collect::<Vec<_>>();
        assert_eq!(
            found,
            [
                ("a", 1, true),
                ("b", 2, true),
                ("c", 3, false),
                ("", 4, true)
            ]
        );
    }
}
