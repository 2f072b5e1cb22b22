//! Questions that readers of a syntax tree ask about one expression.

use ruff_python_ast::{Expr, ExprCall};

/// `a.b.c` as its parts; none where anything but names and attributes takes part.
pub(super) fn dotted(expression: &Expr) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut expression = expression;
    loop {
        match expression {
            Expr::Attribute(attribute) => {
                parts.push(attribute.attr.as_str());
                expression = &attribute.value;
            }
            Expr::Name(name) => {
                parts.push(name.id.as_str());
                parts.reverse();
                return Some(parts);
            }
            _ => return None,
        }
    }
}

/// Whether nothing but names and attributes takes part: `a.b.c`.
pub(super) fn is_dotted(expression: &Expr) -> bool {
    let mut expression = expression;
    while let Expr::Attribute(attribute) = expression {
        expression = &attribute.value;
    }
    matches!(expression, Expr::Name(_))
}

/// The name itself, or the last attribute: `c` of `a.b.c` and of `f().c`.
pub(super) fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// The value of a string literal that is known without running anything.
pub(super) fn literal(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::StringLiteral(string) => Some(string.value.to_str()),
        _ => None,
    }
}

/// The string literals in `expression`: itself, or the elements of a list, tuple or set.
pub(super) fn literals(expression: &Expr) -> Vec<&str> {
    let elements = match expression {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::Set(set) => &set.elts,
        other => return literal(other).into_iter().collect(),
    };
    elements.iter().filter_map(literal).collect()
}

/// The string literal that is the positional argument at `position` or the keyword `name`.
pub(super) fn text_argument<'a>(
    call: &'a ExprCall,
    name: &str,
    position: usize,
) -> Option<&'a str> {
    literal(call.arguments.find_argument_value(name, position)?)
}
