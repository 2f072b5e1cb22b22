//! Strings that a `setup.py` puts together.

use ruff_python_ast::{ExprFString, FStringPart, InterpolatedStringElement};

use super::execute::Interpreter;
use super::value::Value;

/// `f"…"`, where every part is known.
pub(super) fn f_string<'a>(
    interpreter: &mut Interpreter<'a>,
    string: &'a ExprFString,
    line: u32,
) -> Value<'a> {
    let mut text = String::new();
    for part in &string.value {
        match part {
            FStringPart::Literal(literal) => text.push_str(literal.as_str()),
            FStringPart::FString(inner) => {
                for element in &inner.elements {
                    if !push_element(interpreter, element, &mut text) {
                        return Value::Unknown(line);
                    }
                }
            }
        }
    }
    Value::Text(text, line)
}

/// Appends a part of an f-string; says whether it is known.
fn push_element<'a>(
    interpreter: &mut Interpreter<'a>,
    element: &'a InterpolatedStringElement,
    text: &mut String,
) -> bool {
    match element {
        InterpolatedStringElement::Literal(literal) => {
            text.push_str(&literal.value);
            true
        }
        InterpolatedStringElement::Interpolation(element) => {
            let value = interpreter.evaluate(&element.expression);
            let known = value.as_path().filter(|_| element.format_spec.is_none());
            text.push_str(known.unwrap_or_default());
            known.is_some()
        }
    }
}

/// `"…%s…" % value`, where every value is a known string.
pub(super) fn percent<'a>(format: &Value<'a>, values: &Value<'a>, line: u32) -> Value<'a> {
    let Some((format, format_line)) = format.as_text() else {
        return Value::Unknown(line);
    };
    let mut values = match values {
        Value::List(values) => values.clone(),
        value => vec![value.clone()],
    }
    .into_iter();
    let mut parts = format.split("%s");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some(Value::Text(value, _)) = values.next() else {
            return Value::Unknown(line);
        };
        text.push_str(&value);
        text.push_str(part);
    }
    if text.contains('%') || values.next().is_some() {
        return Value::Unknown(line);
    }
    Value::Text(text, format_line)
}

/// A method of a known string.
pub(super) fn method<'a>(
    text: &str,
    text_line: u32,
    name: &str,
    arguments: &[Value<'a>],
    keywords: &[(String, Value<'a>)],
    line: u32,
) -> Value<'a> {
    let argument = |index: usize| arguments.get(index).and_then(Value::as_text);
    match name {
        "strip" if arguments.is_empty() => Value::Text(text.trim().to_owned(), text_line),
        "lower" => Value::Text(text.to_lowercase(), text_line),
        "startswith" => match argument(0) {
            Some((prefix, _)) => Value::Truth(text.starts_with(prefix)),
            None => Value::Unknown(line),
        },
        "replace" => match (argument(0), argument(1)) {
            (Some((from, _)), Some((to, _))) if !from.is_empty() => {
                Value::Text(text.replace(from, to), text_line)
            }
            _ => Value::Unknown(line),
        },
        "splitlines" => split(text.lines().map(str::to_owned).collect(), text_line),
        "split" => match argument(0) {
            None if arguments.is_empty() => split(
                text.split_whitespace().map(str::to_owned).collect(),
                text_line,
            ),
            Some((separator, _)) if !separator.is_empty() => split(
                text.split(separator).map(str::to_owned).collect(),
                text_line,
            ),
            _ => Value::Unknown(line),
        },
        "format" => format(text, arguments, keywords)
            .map_or(Value::Unknown(line), |text| Value::Text(text, text_line)),
        "join" => {
            let elements = arguments
                .first()
                .and_then(Value::elements)
                .unwrap_or_default();
            let texts: Option<Vec<String>> = elements
                .iter()
                .map(|element| Some(element.as_text()?.0.to_owned()))
                .collect();
            texts.map_or(Value::Unknown(line), |texts| {
                Value::Text(texts.join(text), text_line)
            })
        }
        _ => Value::Unknown(line),
    }
}

/// The parts of a string; each stands, for want of a better place, on the string's own line.
fn split<'a>(parts: Vec<String>, line: u32) -> Value<'a> {
    Value::List(
        parts
            .into_iter()
            .map(|part| Value::Text(part, line))
            .collect(),
    )
}

/// `"…{}…{0}…{name}…".format(…)`, where every value is a known string.
fn format(text: &str, arguments: &[Value<'_>], keywords: &[(String, Value<'_>)]) -> Option<String> {
    let mut formatted = String::new();
    let mut rest = text;
    let mut next = 0;
    while let Some(start) = rest.find(['{', '}']) {
        formatted.push_str(&rest[..start]);
        let inner = rest[start..].strip_prefix('{')?;
        let (field, after) = inner.split_once('}')?;
        let value = if field.is_empty() {
            next += 1;
            arguments.get(next - 1)
        } else if let Ok(index) = field.parse::<usize>() {
            arguments.get(index)
        } else {
            keywords
                .iter()
                .find(|(name, _)| name == field)
                .map(|(_, value)| value)
        };
        formatted.push_str(value?.as_text()?.0);
        rest = after;
    }
    formatted.push_str(rest);
    Some(formatted)
}
