//! Settings of dynaconf, whose names are environment variables behind a prefix.
//!
//! A setting may as well come from a file, so a read alone requires no variable. A
//! `Validator(…, must_exist=True)` does, where there is neither a default nor a settings file.

use ruff_python_ast::{Expr, ExprCall};

use super::expressions::{dotted, last_name, literal};
use super::facts::Need;

/// The prefix that dynaconf takes when it is given none.
pub(super) const DEFAULT_PREFIX: &str = "DYNACONF";

/// The keywords that name files with settings.
const FILES: &[&str] = &[
    "settings_files",
    "settings_file",
    "preload",
    "includes",
    "root_path",
];

/// The keywords that say which variable dynaconf itself reads.
const OWN_VARIABLES: &[&str] = &["envvar", "env_switcher"];

/// The variable of the setting `name`: `DB.HOST` behind `APP` is `APP_DB__HOST`.
pub(super) fn variable(prefix: &str, name: &str) -> String {
    let name = name.replace('.', "__").to_uppercase();
    if prefix.is_empty() {
        return name;
    }
    format!("{prefix}_{name}")
}

/// The prefix that `Dynaconf(…)` is given; `envvar_prefix=False` means none.
pub(super) fn prefix_of(call: &ExprCall) -> String {
    let Some(keyword) = call.arguments.find_keyword("envvar_prefix") else {
        return DEFAULT_PREFIX.to_owned();
    };
    match (&keyword.value, literal(&keyword.value)) {
        (_, Some(prefix)) => prefix.to_uppercase(),
        (Expr::BooleanLiteral(_) | Expr::NoneLiteral(_), _) => String::new(),
        _ => DEFAULT_PREFIX.to_owned(),
    }
}

/// The variables that `Dynaconf(…)` names: its own, and those of its validators.
pub(super) fn named_by(call: &ExprCall) -> Vec<(String, Need)> {
    let own = OWN_VARIABLES
        .iter()
        .filter_map(|keyword| literal(&call.arguments.find_keyword(keyword)?.value))
        .map(|name| (name.to_owned(), Need::Optional));
    let has_files = FILES
        .iter()
        .any(|keyword| call.arguments.find_keyword(keyword).is_some());
    let prefix = prefix_of(call);
    let validators = call.arguments.find_keyword("validators");
    let validated = validators
        .into_iter()
        .flat_map(|keyword| elements(&keyword.value))
        .filter_map(Expr::as_call_expr)
        .flat_map(|validator| validated(validator, &prefix, has_files));
    own.chain(validated).collect()
}

/// The variables that `settings.validators.register(Validator(…))` names; none where the call is
/// another. The settings come first.
pub(super) fn registered(call: &ExprCall) -> Option<(&str, Vec<&ExprCall>)> {
    let parts = dotted(&call.func)?;
    let [.., settings, "validators", "register"] = *parts else {
        return None;
    };
    let validators = call.arguments.args.iter();
    Some((
        settings,
        validators.filter_map(Expr::as_call_expr).collect(),
    ))
}

/// The variables that `Validator("A", "B", must_exist=True)` names.
pub(super) fn validated(
    validator: &ExprCall,
    prefix: &str,
    has_files: bool,
) -> Vec<(String, Need)> {
    if last_name(&validator.func) != Some("Validator") {
        return Vec::new();
    }
    let keyword = |name| validator.arguments.find_keyword(name);
    let must_exist = ["must_exist", "required"].into_iter().any(|name| {
        keyword(name).is_some_and(
            |keyword| matches!(&keyword.value, Expr::BooleanLiteral(value) if value.value),
        )
    });
    let is_certain = ["default", "when", "env"]
        .into_iter()
        .all(|name| keyword(name).is_none());
    let need = if must_exist && is_certain && !has_files {
        Need::Required
    } else {
        Need::Optional
    };
    let names = validator.arguments.args.iter().filter_map(literal);
    names.map(|name| (variable(prefix, name), need)).collect()
}

fn elements(list: &Expr) -> &[Expr] {
    match list {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => &[],
    }
}
