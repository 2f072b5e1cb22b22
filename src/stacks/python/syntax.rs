//! What a Python file says about how it is run: the objects that servers load, and the calls that
//! serve them.

use std::collections::HashMap;

use dhtl_detection::formats::LineIndex;
use dhtl_detection::threads::with_stack_for;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, Parameters, PySourceType, Stmt, StmtFunctionDef};
use ruff_python_parser::parse_unchecked_source;
use ruff_text_size::Ranged as _;

use super::values::{Port, dotted, host_of, is_main_test, port_of, text_of};

/// What one file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Module {
    /// The file, relative to the root.
    pub(super) path: String,
    /// The names at its top that are objects somebody may load.
    pub(super) objects: Vec<Object>,
    /// The calls that serve something.
    pub(super) calls: Vec<Call>,
    /// The line of `if __name__ == "__main__"`.
    pub(super) main_line: Option<u32>,
    /// Texts that are assigned to names or set as defaults of environment variables.
    pub(super) texts: Vec<(String, u32, String)>,
    /// The names in capitals at its top, with all texts in what is assigned to them.
    pub(super) settings: Vec<Setting>,
    /// Attributes and entries of objects that are assigned: `app.conf.beat_schedule`.
    pub(super) attributes: Vec<(String, u32)>,
    /// Classes: the name, the bases with full names, and the texts that they assign.
    pub(super) classes: Vec<Class>,
    /// Functions with decorators: the full name of the decorator, and that of the function.
    pub(super) decorated: Vec<(String, String)>,
    /// The functions at its top.
    pub(super) functions: Vec<String>,
    /// What a `setup.py` hands to setuptools.
    pub(super) setup: Setup,
}

/// What a `setup.py` hands to setuptools.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Setup {
    /// The name, with its line.
    pub(super) name: Option<(u32, String)>,
    /// What it says of itself.
    pub(super) description: Option<String>,
    /// The trove classifiers.
    pub(super) classifiers: Vec<String>,
    /// The scripts for the terminal, `name = module:function`, with their lines.
    pub(super) scripts: Vec<(u32, String)>,
}

/// Something that a name at the top of a module stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    /// The name.
    pub(super) name: String,
    /// What makes it, by its full name: `fastapi.FastAPI`, `shop.factory.create_app`.
    pub(super) maker: String,
    /// Where that is.
    pub(super) line: u32,
    /// How it comes about.
    pub(super) form: Form,
}

/// How an object comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The name is assigned at the top of the module.
    Assigned,
    /// A function of the name makes it, which can be called without arguments.
    Made,
    /// A function of the name makes it, and wants arguments.
    MadeOfArguments,
    /// The name is imported from where `maker` says.
    Imported,
}

/// A call, with what matters of its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// What is called, by its full name: `uvicorn.run`, `app.run`.
    pub(super) callee: String,
    /// Where.
    pub(super) line: u32,
    /// The function it stands in.
    pub(super) function: Option<String>,
    /// The port it names.
    pub(super) port: Option<Port>,
    /// The address it names.
    pub(super) host: Option<String>,
    /// Its first argument, where that is a text or a name.
    pub(super) first: Option<String>,
}

/// A name in capitals, and the texts in its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    /// The name.
    pub(super) name: String,
    /// Where it is assigned.
    pub(super) line: u32,
    /// The texts, each with its line.
    pub(super) texts: Vec<(u32, String)>,
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Class {
    /// Its name.
    pub(super) name: String,
    /// The full names of what it inherits from.
    pub(super) bases: Vec<String>,
    /// The texts that its body assigns.
    pub(super) texts: Vec<(String, String)>,
}

/// What the file at `path` with this `text` says; none where its tree would be too deep.
pub(super) fn read(path: &str, text: &str) -> Option<Module> {
    with_stack_for(text, || parse(path, text))
}

fn parse(path: &str, text: &str) -> Module {
    let parsed = parse_unchecked_source(text, PySourceType::Python);
    let mut reader = Reader {
        lines: LineIndex::new(text),
        imports: HashMap::new(),
        constants: HashMap::new(),
        function: None,
        is_method: false,
        is_setup: path.ends_with("setup.py"),
        module: Module {
            path: path.to_owned(),
            ..Module::default()
        },
    };
    reader.visit_body(parsed.suite());
    reader.module
}

struct Reader {
    lines: LineIndex,
    /// What names stand for.
    imports: HashMap<String, String>,
    /// The ports that names at the top stand for.
    constants: HashMap<String, Port>,
    /// The outermost function around, and whether it wants arguments.
    function: Option<(String, bool)>,
    /// Whether that function belongs to a class, so that nobody calls it by its name alone.
    is_method: bool,
    /// Whether the file is a `setup.py`.
    is_setup: bool,
    module: Module,
}

impl<'a> Visitor<'a> for Reader {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.name.as_str();
                    let (local, full) = match &alias.asname {
                        Some(local) => (local.as_str(), name),
                        // `import a.b` binds `a`.
                        None => (top(name), top(name)),
                    };
                    self.imports.insert(local.to_owned(), full.to_owned());
                }
            }
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assign(target, &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assign(&assign.target, value);
                }
            }
            Stmt::FunctionDef(function) => return self.function(function),
            Stmt::ClassDef(class) => {
                let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
                let bases = bases.filter_map(|base| self.full(base)).collect();
                let texts = class.body.iter().filter_map(assigned_text).collect();
                self.module.classes.push(Class {
                    name: class.name.to_string(),
                    bases,
                    texts,
                });
                let outer = std::mem::replace(&mut self.is_method, true);
                walk_stmt(self, statement);
                self.is_method = outer;
                return;
            }
            Stmt::If(branches) if is_main_test(&branches.test) => {
                self.module.main_line = Some(self.lines.line(branches.range.start().to_usize()));
                // Nobody who imports the module finds what is assigned here.
                let known = self.module.objects.len();
                walk_stmt(self, statement);
                self.module.objects.truncate(known);
                return;
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => self.call(call),
            Expr::Dict(dict) if self.is_setup => {
                for item in &dict.items {
                    if let Some(key) = item.key.as_ref().and_then(text_of) {
                        self.setup(&key, &item.value);
                    }
                }
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}

impl Reader {
    /// An argument of `setup()`, or an entry of a table that becomes one.
    fn setup(&mut self, key: &str, value: &Expr) {
        let mut texts = Texts {
            lines: &self.lines,
            found: Vec::new(),
        };
        texts.visit_expr(value);
        let texts = texts.found;
        let setup = &mut self.module.setup;
        match (key, value) {
            ("name", Expr::StringLiteral(_)) => setup.name = texts.into_iter().next(),
            ("description", Expr::StringLiteral(_)) => {
                setup.description = texts.into_iter().next().map(|(_, text)| text);
            }
            ("classifiers", _) => setup
                .classifiers
                .extend(texts.into_iter().map(|(_, text)| text)),
            ("console_scripts" | "gui_scripts", _) => setup.scripts.extend(texts),
            // The text of an INI file.
            ("entry_points", Expr::StringLiteral(_)) => {
                for (line, text) in texts {
                    let mut lines = text.lines().map(str::trim);
                    let _ = lines.find(|line| *line == "[console_scripts]");
                    let scripts = lines.take_while(|line| !line.starts_with('['));
                    setup
                        .scripts
                        .extend(scripts.map(|script| (line, script.to_owned())));
                }
            }
            _ => {}
        }
    }

    fn import_from(&mut self, import: &ruff_python_ast::StmtImportFrom) {
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        let dots = ".".repeat(usize::try_from(import.level).unwrap_or_default());
        for alias in &import.names {
            let local = alias.asname.as_ref().unwrap_or(&alias.name);
            let joint = if module.is_empty() { "" } else { "." };
            let full = format!("{dots}{module}{joint}{}", alias.name);
            if self.function.is_none() {
                self.module.objects.push(Object {
                    name: local.to_string(),
                    maker: full.clone(),
                    line: self.lines.line(import.range.start().to_usize()),
                    form: Form::Imported,
                });
            }
            self.imports.insert(local.to_string(), full);
        }
    }

    fn function(&mut self, function: &StmtFunctionDef) {
        let is_outermost = self.function.is_none();
        if is_outermost {
            if !self.is_method {
                self.module.functions.push(function.name.to_string());
            }
            let wants = wants_arguments(&function.parameters);
            self.function = Some((function.name.to_string(), wants));
        }
        for decorator in &function.decorator_list {
            let expression = match &decorator.expression {
                Expr::Call(call) => &call.func,
                other => other,
            };
            if let Some(name) = self.full(expression) {
                self.module
                    .decorated
                    .push((name, function.name.to_string()));
            }
            self.visit_expr(&decorator.expression);
        }
        for statement in &function.body {
            self.visit_stmt(statement);
        }
        if is_outermost {
            self.function = None;
        }
    }

    /// What a call calls: a name, or an attribute of one or of what another call returns.
    fn callee(&self, expression: &Expr) -> Option<String> {
        if let Expr::Attribute(attribute) = expression
            && let Expr::Call(inner) = &*attribute.value
        {
            let inner = self.full(&inner.func)?;
            return Some(format!("{inner}().{}", attribute.attr));
        }
        self.full(expression)
    }

    /// A name or an attribute of one, with what it is imported as.
    fn full(&self, expression: &Expr) -> Option<String> {
        let name = dotted(expression)?;
        let (first, rest) = name.split_once('.').unwrap_or((&name, ""));
        let Some(known) = self.imports.get(first) else {
            return Some(name);
        };
        Some(if rest.is_empty() {
            known.clone()
        } else {
            format!("{known}.{rest}")
        })
    }

    fn assign(&mut self, target: &Expr, value: &Expr) {
        let line = self.lines.line(value.start().to_usize());
        if let (Expr::Subscript(subscript), Some(text)) = (target, text_of(value)) {
            // `os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"`.
            if let Some(name) = text_of(&subscript.slice) {
                self.module.texts.push((name, line, text));
            }
            return;
        }
        // `app, rt = fast_app()`: the application comes first.
        let target = match target {
            Expr::Tuple(tuple) => tuple.elts.first().unwrap_or(target),
            _ => target,
        };
        let Some(name) = dotted(target) else { return };
        if name.contains('.') {
            self.module.attributes.push((name.clone(), line));
        }
        if let Some(port) = port_of(value, &self.constants) {
            self.constants.insert(name.clone(), port);
        }
        if let Some(text) = text_of(value) {
            self.module.texts.push((name.clone(), line, text));
        }
        if is_setting(&name) {
            let mut texts = Texts {
                lines: &self.lines,
                found: Vec::new(),
            };
            texts.visit_expr(value);
            let texts = texts.found;
            self.module.settings.push(Setting { name, line, texts });
            return;
        }
        let maker = match value {
            Expr::Call(call) => self.full(&call.func),
            // `server = app.server` of Dash.
            Expr::Attribute(_) => self.full(value),
            _ => None,
        };
        let Some(maker) = maker else { return };
        let object = match &self.function {
            None if !name.contains('.') && !self.is_method => Object {
                name,
                maker,
                line,
                form: Form::Assigned,
            },
            _ if self.is_method => return,
            None => return,
            Some((function, wants)) => Object {
                name: function.clone(),
                maker,
                line,
                form: if *wants {
                    Form::MadeOfArguments
                } else {
                    Form::Made
                },
            },
        };
        self.module.objects.push(object);
    }

    fn call(&mut self, call: &ExprCall) {
        let Some(callee) = self.callee(&call.func) else {
            return;
        };
        let line = self.lines.line(call.func.start().to_usize());
        let arguments = &call.arguments;
        if self.is_setup {
            for keyword in &arguments.keywords {
                if let Some(name) = &keyword.arg {
                    self.setup(name.as_str(), &keyword.value);
                }
            }
        }
        let texts: Vec<String> = arguments.args.iter().filter_map(text_of).collect();
        if let [name, value, ..] = texts.as_slice()
            && callee.ends_with(".setdefault")
        {
            self.module.texts.push((name.clone(), line, value.clone()));
        }
        let first = arguments.args.first();
        let first = first.and_then(|first| text_of(first).or_else(|| self.full(first)));
        self.module.calls.push(Call {
            port: port_of_call(&callee, call, &self.constants),
            host: host_of(arguments),
            function: self.function.as_ref().map(|(name, _)| name.clone()),
            callee,
            line,
            first,
        });
        // `return FastAPI(...)` makes one as well; assignments are noted where they stand.
        if let Some((name, wants)) = &self.function
            && !self.is_method
            && let Some(known) = self.module.calls.last()
        {
            let form = if *wants {
                Form::MadeOfArguments
            } else {
                Form::Made
            };
            self.module.objects.push(Object {
                name: name.clone(),
                maker: known.callee.clone(),
                line,
                form,
            });
        }
    }
}

/// The port that a call names, as a keyword or in the places that servers have for it.
fn port_of_call(callee: &str, call: &ExprCall, constants: &HashMap<String, Port>) -> Option<Port> {
    let arguments = &call.arguments;
    let keyword = ["port", "server_port", "http_port"]
        .iter()
        .find_map(|name| arguments.find_keyword(name));
    if let Some(keyword) = keyword {
        return port_of(&keyword.value, constants);
    }
    let position = match callee.rsplit('.').next() {
        Some("listen") => 0,
        Some("run") => 1,
        _ => return None,
    };
    port_of(arguments.find_positional(position)?, constants)
}

fn wants_arguments(parameters: &Parameters) -> bool {
    parameters
        .posonlyargs
        .iter()
        .chain(&parameters.args)
        .chain(&parameters.kwonlyargs)
        .any(|parameter| parameter.default.is_none())
}

fn assigned_text(statement: &Stmt) -> Option<(String, String)> {
    let (target, value) = match statement {
        Stmt::Assign(assign) => (assign.targets.first()?, &assign.value),
        Stmt::AnnAssign(assign) => (&*assign.target, assign.value.as_ref()?),
        _ => return None,
    };
    Some((dotted(target)?, text_of(value)?))
}

/// Whether a name is written as constants are.
fn is_setting(name: &str) -> bool {
    name.len() > 2
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Collects the texts in an expression.
struct Texts<'l> {
    lines: &'l LineIndex,
    found: Vec<(u32, String)>,
}

impl<'a> Visitor<'a> for Texts<'_> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match text_of(expression) {
            Some(text) => {
                let line = self.lines.line(expression.start().to_usize());
                self.found.push((line, text));
            }
            None => walk_expr(self, expression),
        }
    }
}

fn top(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
