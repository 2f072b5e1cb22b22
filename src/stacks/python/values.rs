//! The values that matter in Python code, as far as they can be told without running it.

use std::collections::HashMap;

use ruff_python_ast::{Arguments, CmpOp, Expr, Number};

/// A port in code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Port {
    /// The number; none where only an environment variable has it.
    pub(super) number: Option<u16>,
    /// Whether an environment variable can name another.
    pub(super) can_change: bool,
}

/// Expressions in expressions beyond which no port is looked for.
const DEEPEST: usize = 6;

/// `a.b.c` of names and attributes.
pub(super) fn dotted(expression: &Expr) -> Option<String> {
    let mut parts = Vec::new();
    let mut inner = expression;
    while let Expr::Attribute(attribute) = inner {
        parts.push(attribute.attr.as_str());
        inner = &attribute.value;
    }
    let Expr::Name(name) = inner else { return None };
    parts.push(name.id.as_str());
    parts.reverse();
    Some(parts.join("."))
}

/// The text of a string literal.
pub(super) fn text_of(expression: &Expr) -> Option<String> {
    match expression {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        _ => None,
    }
}

/// The address that is listened on, where a call names it.
pub(super) fn host_of(arguments: &Arguments) -> Option<String> {
    let keyword = ["host", "address", "server_name", "interface"]
        .iter()
        .find_map(|name| arguments.find_keyword(name));
    match keyword {
        // What is computed may be anything.
        Some(keyword) => Some(text_of(&keyword.value).unwrap_or_default()),
        None => arguments
            .args
            .iter()
            .filter_map(text_of)
            .find(|text| matches!(text.as_str(), "0.0.0.0" | "::" | "127.0.0.1" | "localhost")),
    }
}

/// Whether this is the test of `if __name__ == "__main__"`.
pub(super) fn is_main_test(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else {
        return false;
    };
    let right = compare.comparators.iter();
    let mut sides = right.chain(std::iter::once(&*compare.left));
    compare.ops.as_ref() == [CmpOp::Eq]
        && sides.any(|side| dotted(side).is_some_and(|name| name == "__name__"))
}

/// The port that an expression comes to: a number, a text of one, an environment variable with a
/// default, a constant of the module, or one of these within `int(…)`.
pub(super) fn port_of(expression: &Expr, constants: &HashMap<String, Port>) -> Option<Port> {
    evaluate(expression, constants, 0)
}

fn evaluate(expression: &Expr, constants: &HashMap<String, Port>, depth: usize) -> Option<Port> {
    if depth > DEEPEST {
        return None;
    }
    let inner = |expression| evaluate(expression, constants, depth + 1);
    match expression {
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(number) => fixed(number.as_u16()?),
            _ => None,
        },
        Expr::StringLiteral(literal) => fixed(literal.value.to_str().parse().ok()?),
        Expr::Name(_) | Expr::Attribute(_) => constants.get(&dotted(expression)?).copied(),
        Expr::BoolOp(operation) => {
            operation
                .values
                .iter()
                .filter_map(inner)
                .reduce(|left, right| Port {
                    number: left.number.or(right.number),
                    can_change: left.can_change || right.can_change,
                })
        }
        Expr::Subscript(subscript) => {
            let name = dotted(&subscript.value)?;
            (name.ends_with("environ") && names_port(&subscript.slice)).then_some(Port {
                number: None,
                can_change: true,
            })
        }
        Expr::Call(call) => {
            let callee = dotted(&call.func)?;
            let arguments = &call.arguments;
            let first = arguments.args.first()?;
            if callee == "int" {
                return inner(first);
            }
            if !names_port(first) {
                return None;
            }
            let default = arguments
                .find_keyword("default")
                .map(|keyword| &keyword.value)
                .or_else(|| arguments.args.get(1));
            Some(Port {
                number: default.and_then(inner).and_then(|port| port.number),
                can_change: true,
            })
        }
        _ => None,
    }
}

fn names_port(expression: &Expr) -> bool {
    text_of(expression).is_some_and(|name| name == "PORT" || name.ends_with("_PORT"))
}

fn fixed(number: u16) -> Option<Port> {
    (number != 0).then_some(Port {
        number: Some(number),
        can_change: false,
    })
}
