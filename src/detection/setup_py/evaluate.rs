//! The expressions of a `setup.py`.

use ruff_python_ast::{BoolOp, CmpOp, Comprehension, Expr, ExprSubscript, Operator, UnaryOp};
use ruff_text_size::Ranged as _;

use super::execute::Interpreter;
use super::text;
use super::value::Value;
use crate::paths;

/// Expressions that are nested deeper are given up, so that no file exhausts the stack.
const DEEPEST_NESTING: usize = 100;

impl<'a> Interpreter<'a> {
    /// What an expression comes to.
    pub(super) fn evaluate(&mut self, expression: &'a Expr) -> Value<'a> {
        let line = self.line(expression.start());
        if self.is_exhausted() || self.nesting >= DEEPEST_NESTING {
            return Value::Unknown(line);
        }
        self.nesting += 1;
        let value = self.evaluate_nested(expression, line);
        self.nesting -= 1;
        if value.is_reasonable() {
            value
        } else {
            Value::Unknown(line)
        }
    }

    fn evaluate_nested(&mut self, expression: &'a Expr, line: u32) -> Value<'a> {
        match expression {
            Expr::StringLiteral(literal) => Value::Text(literal.value.to_str().to_owned(), line),
            Expr::BooleanLiteral(literal) => Value::Truth(literal.value),
            Expr::NoneLiteral(_) => Value::List(Vec::new()),
            Expr::Name(name) => match name.id.as_str() {
                "__file__" => Value::Path(self.setup_py.path.clone()),
                name => self.lookup(name).cloned().unwrap_or(Value::Unknown(line)),
            },
            Expr::List(list) => self.list(&list.elts),
            Expr::Tuple(tuple) => self.list(&tuple.elts),
            Expr::Set(set) => self.list(&set.elts),
            Expr::Dict(dict) => {
                let mut entries = Vec::new();
                for item in &dict.items {
                    let value = self.evaluate(&item.value);
                    match &item.key {
                        Some(key) => entries.push((self.key(key), value)),
                        None => entries.extend(entries_of(value)),
                    }
                }
                Value::Dict(entries)
            }
            Expr::BinOp(operation) => {
                let left = self.evaluate(&operation.left);
                let right = self.evaluate(&operation.right);
                match operation.op {
                    Operator::Add | Operator::BitOr => sum(left, right, line),
                    Operator::Mod => text::percent(&left, &right, line),
                    Operator::Div => joined(&[left, right], line),
                    _ => Value::Unknown(line),
                }
            }
            Expr::Call(call) => self.evaluate_call(call, line),
            Expr::Attribute(attribute) => match self.evaluate(&attribute.value) {
                Value::Path(path) if attribute.attr.as_str() == "parent" => {
                    Value::Path(paths::folder(&path).to_owned())
                }
                // An attribute of a line of a file, such as the `req` of pip's own parser.
                file @ Value::File(..) => file,
                _ => Value::Unknown(line),
            },
            Expr::Subscript(subscript) => self.subscript(subscript, line),
            Expr::ListComp(list) => self.comprehension(&list.elt, &list.generators, line),
            Expr::SetComp(set) => self.comprehension(&set.elt, &set.generators, line),
            Expr::Generator(generator) => {
                self.comprehension(&generator.elt, &generator.generators, line)
            }
            Expr::DictComp(dict) => {
                let pairs = dict.key.as_deref().and_then(|key| {
                    self.generate(&dict.generators, &mut |interpreter| {
                        let key = interpreter.key(key);
                        let value = interpreter.evaluate(&dict.value);
                        Value::Dict(vec![(key, value)])
                    })
                });
                match pairs {
                    Some(pairs) => Value::Dict(pairs.into_iter().flat_map(entries_of).collect()),
                    None => Value::Unknown(line),
                }
            }
            Expr::FString(string) => text::f_string(self, string, line),
            Expr::If(choice) => match self.evaluate(&choice.test) {
                // `line if line else …` picks lines of a file.
                Value::Truth(true) | Value::File(..) => self.evaluate(&choice.body),
                Value::Truth(false) => self.evaluate(&choice.orelse),
                _ => Value::Unknown(line),
            },
            Expr::Compare(compare) => {
                let left = self.evaluate(&compare.left);
                let right = compare
                    .comparators
                    .first()
                    .map(|right| self.evaluate(right));
                compared(&left, compare.ops.first(), right.as_ref(), line)
            }
            Expr::BoolOp(operation) => {
                let values: Vec<Value<'a>> = operation
                    .values
                    .iter()
                    .map(|value| self.evaluate(value))
                    .collect();
                combined(operation.op, &values, line)
            }
            Expr::UnaryOp(operation) => match (operation.op, self.evaluate(&operation.operand)) {
                (UnaryOp::Not, Value::Truth(truth)) => Value::Truth(!truth),
                (UnaryOp::Not, file @ Value::File(..)) => file,
                _ => Value::Unknown(line),
            },
            Expr::Named(named) => {
                let value = self.evaluate(&named.value);
                self.bind_target(&named.target, value.clone());
                value
            }
            _ => Value::Unknown(line),
        }
    }

    /// The elements of a list display, those of starred lists in their place.
    pub(super) fn list(&mut self, elements: &'a [Expr]) -> Value<'a> {
        let mut values = Vec::new();
        for element in elements {
            if let Expr::Starred(starred) = element {
                let line = self.line(element.start());
                let inner = self.evaluate(&starred.value);
                values.extend(
                    inner
                        .elements()
                        .unwrap_or_else(|| vec![Value::Unknown(line)]),
                );
            } else {
                values.push(self.evaluate(element));
            }
        }
        Value::List(values)
    }

    /// A key of a dictionary; an unknown one is empty, which no real key is.
    fn key(&mut self, key: &'a Expr) -> String {
        self.evaluate(key)
            .as_text()
            .map(|(key, _)| key.to_owned())
            .unwrap_or_default()
    }

    fn subscript(&mut self, subscript: &'a ExprSubscript, line: u32) -> Value<'a> {
        let value = self.evaluate(&subscript.value);
        match value {
            Value::File(..) => value,
            Value::Dict(_) => {
                let key = self.key(&subscript.slice);
                value.get(&key).cloned().unwrap_or(Value::Unknown(line))
            }
            _ => Value::Unknown(line),
        }
    }

    fn comprehension(
        &mut self,
        element: &'a Expr,
        generators: &'a [Comprehension],
        line: u32,
    ) -> Value<'a> {
        self.generate(generators, &mut |interpreter| interpreter.evaluate(element))
            .map_or(Value::Unknown(line), Value::List)
    }

    /// The values that `produce` has for everything the generators run through; none where what
    /// they run through, or what they pick, is not known.
    fn generate(
        &mut self,
        generators: &'a [Comprehension],
        produce: &mut dyn FnMut(&mut Self) -> Value<'a>,
    ) -> Option<Vec<Value<'a>>> {
        let Some((generator, inner)) = generators.split_first() else {
            return Some(vec![produce(self)]);
        };
        let mut values = Vec::new();
        'elements: for element in self.evaluate(&generator.iter).elements()? {
            if self.is_exhausted() {
                return None;
            }
            self.bind_target(&generator.target, element);
            for condition in &generator.ifs {
                match self.evaluate(condition) {
                    Value::Truth(true) | Value::File(..) => {}
                    Value::Truth(false) => continue 'elements,
                    _ => return None,
                }
            }
            values.extend(self.generate(inner, produce)?);
        }
        Some(values)
    }
}

/// `left + right`.
pub(super) fn sum<'a>(left: Value<'a>, right: Value<'a>, line: u32) -> Value<'a> {
    match (left, right) {
        (Value::Text(left, line), Value::Text(right, _)) => Value::Text(left + &right, line),
        (Value::Dict(mut left), Value::Dict(right)) => {
            left.extend(right);
            Value::Dict(left)
        }
        (left @ (Value::List(_) | Value::File(..)), right)
        | (left, right @ (Value::List(_) | Value::File(..))) => left.followed_by(right, line),
        _ => Value::Unknown(line),
    }
}

/// The path that the parts come to, as seen from the root of the project.
pub(super) fn joined<'a>(parts: &[Value<'a>], line: u32) -> Value<'a> {
    let mut path: Option<String> = None;
    for part in parts {
        let Some(text) = part.as_path() else {
            return Value::Unknown(line);
        };
        path = match path {
            None => Some(text.to_owned()),
            Some(path) => paths::join(&path, text),
        };
        if path.is_none() {
            return Value::Unknown(line);
        }
    }
    match (path, parts.first()) {
        (Some(path), Some(Value::Path(_))) => Value::Path(path),
        (Some(path), _) => Value::Text(path, line),
        _ => Value::Unknown(line),
    }
}

/// The entries of a dictionary; one without a name for what is not known.
pub(super) fn entries_of(value: Value<'_>) -> Vec<(String, Value<'_>)> {
    match value {
        Value::Dict(entries) => entries,
        Value::Unknown(line) => vec![(String::new(), Value::Unknown(line))],
        _ => Vec::new(),
    }
}

fn compared<'a>(
    left: &Value<'a>,
    operator: Option<&CmpOp>,
    right: Option<&Value<'a>>,
    line: u32,
) -> Value<'a> {
    if let file @ Value::File(..) = left {
        return file.clone();
    }
    match (left, operator, right) {
        (Value::Text(..), Some(_), Some(file @ Value::File(..))) => file.clone(),
        (Value::Text(left, _), Some(CmpOp::Eq), Some(Value::Text(right, _))) => {
            Value::Truth(left == right)
        }
        (Value::Text(left, _), Some(CmpOp::NotEq), Some(Value::Text(right, _))) => {
            Value::Truth(left != right)
        }
        (Value::Text(text, _), Some(operator @ (CmpOp::In | CmpOp::NotIn)), Some(right)) => {
            let contains = match right {
                Value::Text(right, _) => right.contains(text.as_str()),
                Value::List(elements) => {
                    let texts: Option<Vec<&str>> = elements
                        .iter()
                        .map(|element| Some(element.as_text()?.0))
                        .collect();
                    match texts {
                        Some(texts) => texts.contains(&text.as_str()),
                        None => return Value::Unknown(line),
                    }
                }
                Value::Dict(_) => right.get(text).is_some(),
                _ => return Value::Unknown(line),
            };
            Value::Truth(contains == (*operator == CmpOp::In))
        }
        _ => Value::Unknown(line),
    }
}

fn combined<'a>(operator: BoolOp, values: &[Value<'a>], line: u32) -> Value<'a> {
    let file = values
        .iter()
        .find(|value| matches!(value, Value::File(..)))
        .cloned();
    if let Some(file) = file {
        return file;
    }
    let decides = operator == BoolOp::Or;
    let mut all_known = true;
    for value in values {
        match value {
            Value::Truth(truth) if *truth == decides => return Value::Truth(decides),
            Value::Truth(_) => {}
            _ => all_known = false,
        }
    }
    if all_known {
        Value::Truth(!decides)
    } else {
        Value::Unknown(line)
    }
}
