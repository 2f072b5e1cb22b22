//! Settings classes of pydantic, whose fields are environment variables.
//!
//! The name of a variable is that of its field in upper case behind `env_prefix`; an alias takes
//! the place of both.

use std::collections::HashSet;

use ruff_python_ast::{Expr, ExprCall, Stmt, StmtAnnAssign, StmtClassDef};
use ruff_text_size::TextSize;

use dhtl_project_model::is_env_name;

use super::expressions::{dotted, last_name, literal, literals};
use super::facts::Need;

/// A field that is read from the environment.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) at: TextSize,
    pub(super) need: Need,
}

/// The names in a file that stand for `BaseSettings` or a class derived from it.
#[derive(Debug, Default)]
pub(super) struct Bases {
    classes: HashSet<String>,
    modules: HashSet<String>,
    /// Pydantic 1 gives a field of type `Optional` the default `None`.
    version_1: bool,
}

impl Bases {
    pub(super) fn bind_module(&mut self, module: &str, alias: Option<&str>) {
        if matches!(module, "pydantic" | "pydantic_settings" | "pydantic.v1") {
            self.version_1 |= module != "pydantic_settings";
            self.modules.insert(alias.unwrap_or(module).to_owned());
        }
    }

    pub(super) fn bind_member(&mut self, module: &str, member: &str, name: String) {
        if member == "BaseSettings"
            && matches!(
                module,
                "pydantic" | "pydantic_settings" | "pydantic.v1" | "pydantic.env_settings"
            )
        {
            self.version_1 |= module != "pydantic_settings";
            self.classes.insert(name);
        }
    }

    /// The fields of `class` when it is a class of settings; none otherwise.
    pub(super) fn fields(&mut self, class: &StmtClassDef) -> Vec<Field> {
        let Some(arguments) = &class.arguments else {
            return Vec::new();
        };
        if !arguments.args.iter().any(|base| self.is_base(base)) {
            return Vec::new();
        }
        self.classes.insert(class.name.to_string());
        let prefix = arguments
            .find_keyword("env_prefix")
            .and_then(|keyword| literal(&keyword.value))
            .or_else(|| prefix_of(&class.body))
            .unwrap_or_default();
        class
            .body
            .iter()
            .filter_map(|statement| match statement {
                Stmt::AnnAssign(field) => Some(self.field(field, prefix)),
                _ => None,
            })
            .flatten()
            .collect()
    }

    fn is_base(&self, base: &Expr) -> bool {
        match dotted(base).as_deref() {
            Some([name]) => self.classes.contains(*name),
            Some([module @ .., "BaseSettings"]) => self.modules.contains(&module.join(".")),
            _ => false,
        }
    }

    fn field(&self, field: &StmtAnnAssign, prefix: &str) -> Vec<Field> {
        let Expr::Name(name) = &*field.target else {
            return Vec::new();
        };
        let name = name.id.as_str();
        if name.starts_with('_') || name == "model_config" || is_class_variable(&field.annotation) {
            return Vec::new();
        }
        let call = field.value.as_deref().and_then(field_call);
        let has_default = match (field.value.as_deref(), call) {
            (None, _) => self.version_1 && is_optional(&field.annotation),
            (Some(_), Some(call)) => has_default(call),
            (Some(value), None) => !matches!(value, Expr::EllipsisLiteral(_)),
        };
        let aliases = call.map(aliases).unwrap_or_default();
        let need = if has_default {
            Need::Optional
        } else {
            Need::Required
        };
        if aliases.is_empty() {
            let name = format!("{prefix}{name}").to_uppercase();
            return vec![Field {
                name,
                at: field.range.start(),
                need,
            }];
        }
        // One of several names is enough, so none of them is required.
        let need = if aliases.len() > 1 {
            Need::Optional
        } else {
            need
        };
        aliases
            .into_iter()
            .filter(|alias| is_env_name(alias))
            .map(|alias| Field {
                name: alias.to_uppercase(),
                at: field.range.start(),
                need,
            })
            .collect()
    }
}

/// `env_prefix` in `model_config` (pydantic-settings) or in `class Config` (pydantic 1).
fn prefix_of(body: &[Stmt]) -> Option<&str> {
    body.iter().find_map(|statement| match statement {
        Stmt::Assign(assign) if targets(&assign.targets, "model_config") => {
            prefix_in(&assign.value)
        }
        Stmt::AnnAssign(assign) if last_name(&assign.target) == Some("model_config") => {
            prefix_in(assign.value.as_deref()?)
        }
        Stmt::ClassDef(class) if class.name.as_str() == "Config" => {
            class.body.iter().find_map(|statement| match statement {
                Stmt::Assign(assign) if targets(&assign.targets, "env_prefix") => {
                    literal(&assign.value)
                }
                _ => None,
            })
        }
        _ => None,
    })
}

fn prefix_in(value: &Expr) -> Option<&str> {
    match value {
        Expr::Call(call) => literal(&call.arguments.find_keyword("env_prefix")?.value),
        Expr::Dict(dict) => dict.items.iter().find_map(|item| {
            (item.key.as_ref().and_then(literal) == Some("env_prefix"))
                .then(|| literal(&item.value))?
        }),
        _ => None,
    }
}

fn targets(targets: &[Expr], name: &str) -> bool {
    targets.iter().any(|target| last_name(target) == Some(name))
}

fn field_call(value: &Expr) -> Option<&ExprCall> {
    match value {
        Expr::Call(call) if last_name(&call.func) == Some("Field") => Some(call),
        _ => None,
    }
}

fn has_default(call: &ExprCall) -> bool {
    call.arguments.find_keyword("default_factory").is_some()
        || call
            .arguments
            .find_argument_value("default", 0)
            .is_some_and(|default| !matches!(default, Expr::EllipsisLiteral(_)))
}

fn aliases(call: &ExprCall) -> Vec<&str> {
    ["validation_alias", "alias", "env"]
        .iter()
        .filter_map(|name| call.arguments.find_keyword(name))
        .map(|keyword| match &keyword.value {
            Expr::Call(choices) if last_name(&choices.func) == Some("AliasChoices") => {
                choices.arguments.args.iter().filter_map(literal).collect()
            }
            other => literals(other),
        })
        .find(|aliases: &Vec<&str>| !aliases.is_empty())
        .unwrap_or_default()
}

fn is_class_variable(annotation: &Expr) -> bool {
    subscripted(annotation) == Some("ClassVar")
}

/// `Optional[X]` or `X | None`.
fn is_optional(annotation: &Expr) -> bool {
    match annotation {
        Expr::BinOp(union) => is_optional(&union.left) || is_optional(&union.right),
        Expr::NoneLiteral(_) => true,
        other => subscripted(other) == Some("Optional"),
    }
}

fn subscripted(annotation: &Expr) -> Option<&str> {
    match annotation {
        Expr::Subscript(subscript) => last_name(&subscript.value),
        other => last_name(other),
    }
}
