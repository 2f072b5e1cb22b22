//! Environment variables that code reads, by syntax tree.
//!
//! Whether a read fails without its variable:
//!
//! | form | without the variable |
//! |---|---|
//! | `os.environ["X"]`, `os.environ.pop("X")` | fails |
//! | `os.environ.get("X")`, `os.getenv("X")`, with or without a default | goes on with `None` |
//! | `"X" in os.environ`, `setdefault` | handled |
//! | `env("X")` of django-environ and environs, `config("X")` of decouple and Starlette | fails, unless a default is given |
//! | `settings.X` of dynaconf | may come from a file |
//! | a field of pydantic's `BaseSettings` | fails, unless it has a default |
//! | `envvar="X"` of click and typer | handled |
//!
//! A variable that the same file sets, tests for, or reads where a `KeyError` is caught is not
//! required. `get` without a default is taken to be handled: code that could not go on without the
//! value has the shorter subscript for it.

use std::collections::{HashMap, HashSet};

use dhtl_project_model::is_env_name;
use ruff_python_ast::{
    CmpOp, Expr, ExprAttribute, ExprCall, ExprCompare, ExprContext, ExprSubscript, StmtClassDef,
    WithItem,
};
use ruff_text_size::{Ranged, TextSize};

use super::dynaconf;
use super::env_libraries::{Library, METHODS, default_position, unnamed};
use super::expressions::{dotted, is_dotted, last_name, literal, literals, text_argument};
use super::facts::{EnvRead, Need};
use super::lines::Lines;
use super::settings;

/// Where a name that can read variables comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// The module `os`.
    Os,
    /// `os.environ`.
    Environ,
    /// `os.getenv`.
    Getenv,
    /// The module `environ` or `environs`.
    EnvModule,
    /// The class `Env` of either.
    EnvClass(Library),
    /// An `Env()`, and the variables it was given defaults for.
    Env(Library, HashSet<String>),
    /// `config` of decouple, or an instance of a `Config`.
    Config(Library),
    /// The class `Config` or `AutoConfig`.
    ConfigClass(Library),
    /// The module `decouple`.
    Decouple,
    /// The class `Dynaconf`.
    DynaconfClass,
    /// The settings of dynaconf, and the prefix of their variables.
    Dynaconf(String),
}

/// Collects the reads of one file.
#[derive(Debug, Default)]
pub(super) struct EnvReader {
    names: HashMap<String, Source>,
    settings: settings::Bases,
    reads: Vec<EnvRead>,
    /// Variables that the file sets itself or asks for first.
    handled: HashSet<String>,
    in_try: bool,
    /// Whether anything of dynaconf is imported: otherwise nobody asks about every attribute.
    has_dynaconf: bool,
    /// The prefix of `with env.prefixed("APP_"):`, empty outside.
    prefix: String,
}

impl EnvReader {
    /// Notes `import module as alias`.
    pub(super) fn bind_module(&mut self, module: &str, alias: Option<&str>) {
        let source = match module {
            "os" => Source::Os,
            "environ" | "environs" => Source::EnvModule,
            "decouple" => Source::Decouple,
            _ => {
                self.settings.bind_module(module, alias);
                return;
            }
        };
        self.names
            .insert(alias.unwrap_or(module).to_owned(), source);
    }

    /// Notes `from module import member as alias`.
    pub(super) fn bind_member(
        &mut self,
        module: &str,
        level: u32,
        member: &str,
        alias: Option<&str>,
    ) {
        let name = alias.unwrap_or(member).to_owned();
        let source = match (module, member) {
            _ if level > 0 => return,
            ("os", "environ" | "environb") => Source::Environ,
            ("os", "getenv" | "getenvb") => Source::Getenv,
            ("environ", "Env" | "FileAwareEnv") => Source::EnvClass(Library::DjangoEnviron),
            ("environs", "Env" | "FileAwareEnv") => Source::EnvClass(Library::Environs),
            ("environs", "env") => Source::Env(Library::Environs, HashSet::new()),
            ("decouple", "config") => Source::Config(Library::Decouple),
            ("decouple", "Config" | "AutoConfig") => Source::ConfigClass(Library::Decouple),
            ("dynaconf", "Dynaconf" | "LazySettings") => Source::DynaconfClass,
            ("dynaconf", "settings") => Source::Dynaconf(dynaconf::DEFAULT_PREFIX.to_owned()),
            ("starlette.config", "Config") => Source::ConfigClass(Library::Starlette),
            _ => {
                self.settings.bind_member(module, member, name);
                return;
            }
        };
        self.has_dynaconf |= module == "dynaconf";
        self.names.insert(name, source);
    }

    /// Notes an assignment: `env = environ.Env(DEBUG=(bool, False))`, `os.environ["X"] = …`.
    pub(super) fn assign(&mut self, targets: &[Expr], value: &Expr) {
        let made = match value {
            Expr::Call(call) => self.made_by(call),
            other => self.source_of(other).cloned(),
        };
        if let Some(source) = made {
            for name in targets.iter().filter_map(last_name) {
                self.names.insert(name.to_owned(), source.clone());
            }
        }
    }

    /// Reads a call.
    pub(super) fn call(&mut self, call: &ExprCall, lines: &Lines<'_>) {
        if let Some(envvar) = call.arguments.find_keyword("envvar") {
            for name in literals(&envvar.value) {
                self.add(name, envvar.start(), lines, "click-envvar", Need::Optional);
            }
        }
        self.validators(call, lines);
        match &*call.func {
            Expr::Attribute(attribute) => {
                let method = attribute.attr.as_str();
                match self.source_of(&attribute.value).cloned() {
                    Some(Source::Dynaconf(prefix)) if matches!(method, "get" | "exists") => {
                        if let Some(name) = text_argument(call, "key", 0) {
                            self.setting(&prefix, name, call.range_start, lines);
                        }
                    }
                    Some(Source::Decouple) if method == "config" => {
                        self.config(Library::Decouple, call, lines);
                    }
                    Some(Source::Environ) => self.environ_method(method, call, lines),
                    Some(Source::Os) if matches!(method, "getenv" | "getenvb") => {
                        self.getenv(call, lines);
                    }
                    Some(Source::Env(library, defaults)) if METHODS.contains(&method) => {
                        self.env(library, &defaults, method, call, lines);
                    }
                    _ => {}
                }
            }
            function @ Expr::Name(_) => match self.source_of(function).cloned() {
                Some(Source::Getenv) => self.getenv(call, lines),
                Some(Source::Env(library, defaults)) => {
                    self.env(library, &defaults, "", call, lines);
                }
                Some(Source::Config(library)) => self.config(library, call, lines),
                _ => {}
            },
            _ => {}
        }
    }

    /// Reads `settings.X` of dynaconf.
    pub(super) fn attribute(&mut self, attribute: &ExprAttribute, lines: &Lines<'_>) {
        let name = attribute.attr.as_str();
        // What is not in capitals is a method more often than a setting.
        if self.has_dynaconf
            && attribute.ctx == ExprContext::Load
            && !name.contains(|character: char| character.is_lowercase())
            && let Some(Source::Dynaconf(prefix)) = self.source_of(&attribute.value).cloned()
        {
            self.setting(&prefix, name, attribute.range.start(), lines);
        }
    }

    fn setting(&mut self, prefix: &str, name: &str, at: TextSize, lines: &Lines<'_>) {
        let name = dynaconf::variable(prefix, name);
        self.add(&name, at, lines, "dynaconf", Need::Optional);
    }

    /// Notes what `Dynaconf(validators=[…])` and `settings.validators.register(…)` name.
    fn validators(&mut self, call: &ExprCall, lines: &Lines<'_>) {
        if !self.has_dynaconf {
            return;
        }
        let named = if self.source_of(&call.func) == Some(&Source::DynaconfClass) {
            dynaconf::named_by(call)
        } else if let Some((settings, validators)) = dynaconf::registered(call)
            && let Some(Source::Dynaconf(prefix)) = self.names.get(settings)
        {
            // Which files the settings have is known where they are made, maybe elsewhere.
            let validated = |one| dynaconf::validated(one, prefix, true);
            validators.into_iter().flat_map(validated).collect()
        } else {
            return;
        };
        for (name, need) in named {
            self.add(&name, call.range_start, lines, "dynaconf", need);
        }
    }

    /// Reads `os.environ["X"]`; an assignment or `del` is no read.
    pub(super) fn subscript(&mut self, subscript: &ExprSubscript, lines: &Lines<'_>) {
        let Some(name) = literal(&subscript.slice) else {
            return;
        };
        match self.source_of(&subscript.value) {
            Some(Source::Environ) => {}
            Some(Source::Dynaconf(prefix)) if subscript.ctx == ExprContext::Load => {
                let prefix = prefix.clone();
                self.setting(&prefix, name, subscript.range.start(), lines);
                return;
            }
            _ => return,
        }
        match subscript.ctx {
            ExprContext::Load => {
                let need = if self.in_try {
                    Need::Optional
                } else {
                    Need::Required
                };
                self.add(name, subscript.range.start(), lines, "os-environ", need);
            }
            ExprContext::Store => {
                self.handled.insert(name.to_owned());
            }
            _ => {}
        }
    }

    /// Reads `"X" in os.environ`.
    pub(super) fn compare(&mut self, comparison: &ExprCompare, lines: &Lines<'_>) {
        let (Some(name), [operator], [container]) = (
            literal(&comparison.left),
            &*comparison.ops,
            &*comparison.comparators,
        ) else {
            return;
        };
        if self.source_of(container) != Some(&Source::Environ) {
            return;
        }
        match operator {
            CmpOp::In => {
                self.handled.insert(name.to_owned());
            }
            // What follows may well be `raise`, so this handles nothing.
            CmpOp::NotIn => {}
            _ => return,
        }
        self.add(
            name,
            comparison.range.start(),
            lines,
            "os-environ",
            Need::Optional,
        );
    }

    /// Reads the fields of a class of settings.
    pub(super) fn class(&mut self, class: &StmtClassDef, lines: &Lines<'_>) {
        for field in self.settings.fields(class) {
            self.reads.push(EnvRead {
                name: field.name,
                line: lines.line(field.at),
                rule: "pydantic-settings",
                need: field.need,
            });
        }
    }

    /// Enters a `with` and returns what [`Self::leave_with`] restores.
    pub(super) fn enter_with(&mut self, items: &[WithItem]) -> String {
        let outer = self.prefix.clone();
        for item in items {
            let Expr::Call(call) = &item.context_expr else {
                continue;
            };
            let Expr::Attribute(attribute) = &*call.func else {
                continue;
            };
            if attribute.attr.as_str() == "prefixed"
                && matches!(self.source_of(&attribute.value), Some(Source::Env(..)))
                && let Some(prefix) = text_argument(call, "prefix", 0)
            {
                self.prefix.push_str(prefix);
            }
        }
        outer
    }

    pub(super) fn leave_with(&mut self, outer: String) {
        self.prefix = outer;
    }

    /// Enters the body of a `try` and returns what [`Self::leave_try`] restores.
    pub(super) fn enter_try(&mut self, catches_key_errors: bool) -> bool {
        let outer = self.in_try;
        self.in_try |= catches_key_errors;
        outer
    }

    pub(super) fn leave_try(&mut self, outer: bool) {
        self.in_try = outer;
    }

    /// The reads, with what the file handles elsewhere made optional.
    pub(super) fn finish(mut self) -> Vec<EnvRead> {
        for read in &mut self.reads {
            if self.handled.contains(&read.name) {
                read.need = Need::Optional;
            }
        }
        self.reads
            .sort_by(|left, right| (left.line, &left.name).cmp(&(right.line, &right.name)));
        self.reads
    }

    fn source_of(&self, expression: &Expr) -> Option<&Source> {
        let attribute = match expression {
            Expr::Name(name) => return self.names.get(name.id.as_str()),
            Expr::Attribute(attribute) => attribute,
            _ => return None,
        };
        let name = attribute.attr.as_str();
        if let Expr::Name(module) = &*attribute.value
            && matches!(name, "environ" | "environb")
            && self.names.get(module.id.as_str()) == Some(&Source::Os)
        {
            return Some(&Source::Environ);
        }
        // `self.env`, `settings.env`: the name alone has to do.
        self.names
            .get(name)
            .filter(|found| matches!(found, Source::Env(..)) && is_dotted(&attribute.value))
    }

    /// What a call makes: an `Env` or a `Config`.
    fn made_by(&self, call: &ExprCall) -> Option<Source> {
        let parts = dotted(&call.func)?;
        let library = match *parts {
            [name] => match self.names.get(name)? {
                Source::EnvClass(library) => *library,
                Source::ConfigClass(library) => return Some(Source::Config(*library)),
                Source::DynaconfClass => {
                    return Some(Source::Dynaconf(dynaconf::prefix_of(call)));
                }
                _ => return None,
            },
            [module, "Env" | "FileAwareEnv"]
                if self.names.get(module) == Some(&Source::EnvModule) =>
            {
                if module == "environs" {
                    Library::Environs
                } else {
                    Library::DjangoEnviron
                }
            }
            _ => return None,
        };
        // django-environ: `Env(DEBUG=(bool, False))` is a scheme with casts and defaults.
        let defaults = call
            .arguments
            .keywords
            .iter()
            .filter(|keyword| matches!(&keyword.value, Expr::Tuple(tuple) if tuple.elts.len() > 1))
            .filter_map(|keyword| keyword.arg.as_ref())
            .map(ToString::to_string)
            .collect();
        Some(Source::Env(library, defaults))
    }

    fn environ_method(&mut self, method: &str, call: &ExprCall, lines: &Lines<'_>) {
        let Some(name) = text_argument(call, "key", 0) else {
            return;
        };
        let need = match method {
            "pop" if call.arguments.len() < 2 && !self.in_try => Need::Required,
            "get" | "pop" | "__contains__" => Need::Optional,
            "setdefault" => {
                self.handled.insert(name.to_owned());
                Need::Optional
            }
            _ => return,
        };
        self.add(name, call.range_start, lines, "os-environ", need);
    }

    fn getenv(&mut self, call: &ExprCall, lines: &Lines<'_>) {
        if let Some(name) = text_argument(call, "key", 0) {
            self.add(name, call.range_start, lines, "os-getenv", Need::Optional);
        }
    }

    fn env(
        &mut self,
        library: Library,
        defaults: &HashSet<String>,
        method: &str,
        call: &ExprCall,
        lines: &Lines<'_>,
    ) {
        let named = text_argument(call, "var", 0).or_else(|| text_argument(call, "name", 0));
        let Some(name) = named.or_else(|| unnamed(library, method, call)) else {
            return;
        };
        let has_default = call.arguments.find_keyword("default").is_some()
            || defaults.contains(name)
            || call
                .arguments
                .find_positional(default_position(library, method))
                .is_some();
        let rule = if library == Library::Environs {
            "environs"
        } else {
            "django-environ"
        };
        let name = format!("{}{name}", self.prefix);
        self.add(&name, call.range_start, lines, rule, need(has_default));
    }

    fn config(&mut self, library: Library, call: &ExprCall, lines: &Lines<'_>) {
        let Some(name) = text_argument(call, "option", 0).or_else(|| text_argument(call, "key", 0))
        else {
            return;
        };
        let has_default = call.arguments.find_keyword("default").is_some()
            || library == Library::Decouple && call.arguments.find_positional(1).is_some();
        let rule = if library == Library::Decouple {
            "decouple"
        } else {
            "starlette-config"
        };
        self.add(name, call.range_start, lines, rule, need(has_default));
    }

    fn add(&mut self, name: &str, at: TextSize, lines: &Lines<'_>, rule: &'static str, need: Need) {
        let need = if self.in_try { Need::Optional } else { need };
        if is_env_name(name) {
            self.reads.push(EnvRead {
                name: name.to_owned(),
                line: lines.line(at),
                rule,
                need,
            });
        }
    }
}

fn need(has_default: bool) -> Need {
    if has_default {
        Need::Optional
    } else {
        Need::Required
    }
}
