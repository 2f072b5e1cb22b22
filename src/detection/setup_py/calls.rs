//! The calls in a `setup.py`: of its own functions, and of those of Python that lists of
//! requirements are made with.

use std::collections::HashMap;

use ruff_python_ast::{Expr, ExprAttribute, ExprCall, StmtFunctionDef};

use super::evaluate::{entries_of, joined};
use super::execute::Interpreter;
use super::text;
use super::value::Value;
use crate::paths;

impl<'a> Interpreter<'a> {
    pub(super) fn evaluate_call(&mut self, call: &'a ExprCall, line: u32) -> Value<'a> {
        let name = called_name(&call.func);
        if let Some(Value::Function(function)) = self.lookup(name).cloned()
            && matches!(&*call.func, Expr::Name(_))
        {
            let arguments = self.arguments(function, call, line);
            return self.call(function, arguments, line);
        }
        if name == "setup" {
            let keywords = self.keywords(call);
            self.setup(keywords, line);
            return Value::Unknown(line);
        }
        if let Expr::Attribute(attribute) = &*call.func {
            return self.method(attribute, call, line);
        }
        let arguments = self.positional(call);
        self.function(name, arguments, call, line)
    }

    fn positional(&mut self, call: &'a ExprCall) -> Vec<Value<'a>> {
        match self.list(&call.arguments.args) {
            Value::List(values) => values,
            _ => Vec::new(),
        }
    }

    /// The keyword arguments, those of `**` included.
    fn keywords(&mut self, call: &'a ExprCall) -> Vec<(String, Value<'a>)> {
        let mut keywords = Vec::new();
        for keyword in &call.arguments.keywords {
            let value = self.evaluate(&keyword.value);
            match &keyword.arg {
                Some(name) => keywords.push((name.to_string(), value)),
                None => keywords.extend(entries_of(value)),
            }
        }
        keywords
    }

    fn arguments(
        &mut self,
        function: &'a StmtFunctionDef,
        call: &'a ExprCall,
        line: u32,
    ) -> HashMap<String, Value<'a>> {
        let mut positional = self.positional(call).into_iter();
        let mut keywords = self.keywords(call);
        let mut bound = HashMap::new();
        let parameters = &function.parameters;
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
            let name = parameter.parameter.name.to_string();
            let of_name = keywords.iter().position(|(keyword, _)| *keyword == name);
            let value = match (of_name, positional.next()) {
                (_, Some(value)) => value,
                (Some(index), None) => keywords.swap_remove(index).1,
                (None, None) => match parameter.default.as_deref() {
                    Some(default) => self.evaluate(default),
                    None => Value::Unknown(line),
                },
            };
            bound.insert(name, value);
        }
        if let Some(rest) = &parameters.vararg {
            bound.insert(rest.name.to_string(), Value::List(positional.collect()));
        }
        for parameter in &parameters.kwonlyargs {
            let name = parameter.parameter.name.to_string();
            let of_name = keywords.iter().position(|(keyword, _)| *keyword == name);
            let value = match (of_name, parameter.default.as_deref()) {
                (Some(index), _) => keywords.swap_remove(index).1,
                (None, Some(default)) => self.evaluate(default),
                (None, None) => Value::Unknown(line),
            };
            bound.insert(name, value);
        }
        if let Some(rest) = &parameters.kwarg {
            bound.insert(rest.name.to_string(), Value::Dict(keywords));
        }
        bound
    }

    /// A function of Python or of a library, by its bare name.
    fn function(
        &mut self,
        name: &str,
        arguments: Vec<Value<'a>>,
        call: &'a ExprCall,
        line: u32,
    ) -> Value<'a> {
        let first = arguments.first();
        match (name, arguments.as_slice()) {
            // pip's own reader of requirements files, in whatever module it is this year.
            ("open" | "parse_requirements" | "read_text", [_, ..]) => self.file(first, line),
            (
                "Path" | "PurePath" | "str" | "abspath" | "realpath" | "normpath" | "fspath",
                [value],
            )
            | ("filter" | "map", [_, value @ Value::File(..)]) => value.clone(),
            ("Path", []) | ("getcwd" | "cwd", _) => Value::Path(self.folder.clone()),
            ("dirname", [Value::Path(path)]) => Value::Path(paths::folder(path).to_owned()),
            ("join", [_, ..]) => joined(&arguments, line),
            ("exists" | "isfile" | "is_file", [place]) => match self.place(place) {
                Some(path) => Value::Truth(self.tree.contains(&path)),
                None => Value::Unknown(line),
            },
            ("list" | "set" | "tuple" | "sorted" | "frozenset" | "reversed" | "iter", [value]) => {
                value.elements().map_or(Value::Unknown(line), Value::List)
            }
            ("list" | "set" | "tuple", []) => Value::List(Vec::new()),
            ("filter", [_, Value::List(elements)])
                if elements
                    .iter()
                    .all(|element| matches!(element, Value::File(..))) =>
            {
                Value::List(elements.clone())
            }
            ("map", [Value::Function(function), values]) => self.mapped(function, values, line),
            ("sum", [values, ..]) | ("from_iterable", [values]) => flattened(values, line),
            ("chain", _) => flattened(&Value::List(arguments), line),
            ("dict" | "OrderedDict", _) => {
                let mut entries = first.cloned().map(entries_of).unwrap_or_default();
                entries.extend(self.keywords(call));
                Value::Dict(entries)
            }
            ("find_packages" | "find_namespace_packages" | "find", _) => {
                let keywords = self.keywords(call);
                let named = keywords.into_iter().find(|(name, _)| name == "where");
                let place = named.map(|(_, value)| value).or_else(|| first.cloned());
                let place = place.and_then(|place| place.as_path().map(str::to_owned));
                Value::FoundPackages(place, line)
            }
            _ => Value::Unknown(line),
        }
    }

    /// A call of the form `value.name(…)`.
    fn method(&mut self, attribute: &'a ExprAttribute, call: &'a ExprCall, line: u32) -> Value<'a> {
        let name = attribute.attr.as_str();
        let arguments = self.positional(call);
        let receiver = self.evaluate(&attribute.value);
        match (receiver, name, arguments.as_slice()) {
            (
                Value::List(_) | Value::Dict(_),
                "append" | "extend" | "add" | "insert" | "update" | "setdefault" | "remove" | "pop",
                _,
            ) => self.change_by(attribute, arguments, call, line),
            (Value::Dict(entries), "values", []) => {
                Value::List(entries.into_iter().map(|(_, value)| value).collect())
            }
            (Value::Dict(entries), "items", []) => {
                let pair = |(key, value)| Value::List(vec![Value::Text(key, line), value]);
                Value::List(entries.into_iter().map(pair).collect())
            }
            (dict @ Value::Dict(_), "keys", []) => {
                dict.elements().map_or(Value::Unknown(line), Value::List)
            }
            (dict @ Value::Dict(_), "get", [key, ..]) => {
                let value = key.as_text().and_then(|(key, _)| dict.get(key)).cloned();
                value
                    .or_else(|| arguments.get(1).cloned())
                    .unwrap_or(Value::Unknown(line))
            }
            (Value::Dict(_) | Value::List(_), "copy", []) => self.evaluate(&attribute.value),
            (place @ (Value::Path(_) | Value::Text(..)), "open" | "read_text", _) => {
                self.file(Some(&place), line)
            }
            (Value::Path(path), "joinpath", _) => {
                let parts: Vec<Value<'a>> = std::iter::once(Value::Path(path))
                    .chain(arguments)
                    .collect();
                joined(&parts, line)
            }
            (place @ Value::Path(_), "resolve" | "absolute", _) => place,
            (place @ Value::Path(_), "exists" | "is_file", []) => match self.place(&place) {
                Some(path) => Value::Truth(self.tree.contains(&path)),
                None => Value::Unknown(line),
            },
            // Everything that is done with the lines of a file leaves the lines of that file.
            (file @ Value::File(..), _, _) => file,
            (Value::Text(text, text_line), _, _) => {
                let keywords = if name == "format" {
                    self.keywords(call)
                } else {
                    Vec::new()
                };
                text::method(&text, text_line, name, &arguments, &keywords, line)
            }
            // A module, such as `os.path`: its functions are known by their bare names.
            (Value::Unknown(_), _, _) => self.function(name, arguments, call, line),
            _ => Value::Unknown(line),
        }
    }

    fn change_by(
        &mut self,
        attribute: &'a ExprAttribute,
        arguments: Vec<Value<'a>>,
        call: &'a ExprCall,
        line: u32,
    ) -> Value<'a> {
        let name = attribute.attr.as_str();
        let keywords = if name == "update" {
            self.keywords(call)
        } else {
            Vec::new()
        };
        self.change(&attribute.value, |value| {
            let mut arguments = arguments.into_iter();
            match (value, name) {
                (Value::List(elements), "append" | "add") => elements.extend(arguments.next()),
                (Value::List(elements), "insert") => elements.extend(arguments.nth(1)),
                (value @ Value::List(_), "extend" | "update") => {
                    if let Some(more) = arguments.next() {
                        let taken = std::mem::replace(value, Value::Unknown(line));
                        *value = taken.followed_by(more, line);
                    }
                }
                (Value::Dict(entries), "update") => {
                    let more = arguments.next().map(entries_of).unwrap_or_default();
                    for (key, value) in more.into_iter().chain(keywords) {
                        entries.retain(|(name, _)| *name != key || key.is_empty());
                        entries.push((key, value));
                    }
                }
                (Value::Dict(entries), "setdefault") => {
                    if let Some(Value::Text(key, _)) = arguments.next()
                        && !entries.iter().any(|(name, _)| *name == key)
                    {
                        entries.extend(arguments.next().map(|value| (key, value)));
                    }
                }
                // What is taken away is not worth a guess which.
                (Value::List(elements), _) => elements.push(Value::Unknown(line)),
                _ => {}
            }
        });
        Value::Unknown(line)
    }

    fn mapped(
        &mut self,
        function: &'a StmtFunctionDef,
        values: &Value<'a>,
        line: u32,
    ) -> Value<'a> {
        let Some(elements) = values.elements() else {
            return Value::Unknown(line);
        };
        let parameter = function.parameters.args.first();
        let Some(name) = parameter.map(|parameter| parameter.parameter.name.to_string()) else {
            return Value::Unknown(line);
        };
        let mut mapped = Vec::new();
        for element in elements {
            let arguments = HashMap::from([(name.clone(), element)]);
            mapped.push(self.call(function, arguments, line));
        }
        Value::List(mapped)
    }

    /// The file of the project that a value names.
    fn file(&self, place: Option<&Value<'a>>, line: u32) -> Value<'a> {
        // What was read once is read already: `parse(open(…))`.
        if let Some(file @ Value::File(..)) = place {
            return file.clone();
        }
        match place.and_then(|place| self.place(place)) {
            Some(path) if self.tree.contains(&path) => Value::File(path, line),
            _ => Value::Unknown(line),
        }
    }

    /// Where a value leads, as seen from the root of the project.
    fn place(&self, value: &Value<'a>) -> Option<String> {
        match value {
            Value::Path(path) => paths::join(".", path),
            Value::Text(text, _) => paths::join(&self.folder, text),
            _ => None,
        }
    }
}

fn called_name(function: &Expr) -> &str {
    match function {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => "",
    }
}

fn flattened<'a>(values: &Value<'a>, line: u32) -> Value<'a> {
    let Some(elements) = values.elements() else {
        return Value::Unknown(line);
    };
    let mut flat = Value::List(Vec::new());
    for element in elements {
        flat = flat.followed_by(element, line);
    }
    flat
}
