//! The object that a server loads.

use std::collections::HashMap;

use dhtl_project_model::PythonProject;

use super::frameworks::{FRAMEWORKS, Framework, Role};
use super::parts::Part;
use super::reading::Code;
use super::syntax::{Form, Module, Object};
use crate::places;

/// An object that a server loads, or a function that makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Application {
    /// The file.
    pub(super) path: String,
    /// The name in the file.
    pub(super) name: String,
    /// How it comes about.
    pub(super) form: Form,
    /// What it is made with.
    pub(super) framework: &'static Framework,
    /// Where.
    pub(super) line: u32,
}

/// The names that people give what is loaded, the most telling last.
const NAMES: [&str; 6] = ["web_app", "server", "api", "asgi_app", "application", "app"];

/// The files that people put it into, the most telling last.
pub(super) const FILES: [&str; 12] = [
    "start.py",
    "web.py",
    "run.py",
    "index.py",
    "__init__.py",
    "api.py",
    "application.py",
    "server.py",
    "app.py",
    "main.py",
    "asgi.py",
    "wsgi.py",
];

/// Every application object of a part, the most telling first.
pub(super) fn find(part: &Part<'_>, python: &PythonProject, code: &Code) -> Vec<Application> {
    let modules: Vec<&Module> = code
        .modules
        .iter()
        .filter(|module| part.owns(&module.path) && !is_script(part.relative(&module.path)))
        .collect();
    let makers = makers(&modules, python);
    let mut found: Vec<Application> = modules
        .iter()
        .flat_map(|module| direct(module, &makers))
        .collect();
    let indirect: Vec<Application> = modules
        .iter()
        .flat_map(|module| from_others(module, &found))
        .collect();
    found.extend(indirect);
    let is_asgi = |application: &Application| application.path.ends_with("asgi.py");
    let mut scored: Vec<(Score, Application)> = found
        .into_iter()
        .map(|application| (score(&application, part), application))
        .collect();
    scored.sort_by(|(left, one), (right, other)| {
        right
            .cmp(left)
            .then_with(|| is_asgi(one).cmp(&is_asgi(other)))
            .then_with(|| (&one.path, one.line).cmp(&(&other.path, other.line)))
    });
    let mut applications: Vec<Application> = scored
        .into_iter()
        .map(|(_, application)| application)
        .collect();
    applications
        .dedup_by(|later, earlier| later.path == earlier.path && later.name == earlier.name);
    applications
}

/// Whether a file is a tool for those who work on the project.
fn is_script(relative: &str) -> bool {
    let top = relative.split_once('/').map_or("", |(top, _)| top);
    matches!(
        top,
        "bin" | "scripts" | "script" | "tools" | "hack" | "ci" | "dev" | "migrations"
    )
}

/// The frameworks by the full names of what makes their objects, with the project's own subclasses
/// under their bare names.
fn makers(modules: &[&Module], python: &PythonProject) -> HashMap<String, &'static Framework> {
    // A framework's own tests and tools make objects of it, and are not its application.
    let is_own = |framework: &&Framework| {
        let mut modules = python.import_roots.iter().flat_map(|root| &root.modules);
        modules.any(|module| framework.module.split('.').next() == Some(module.as_str()))
    };
    let mut makers: HashMap<String, &'static Framework> = HashMap::new();
    for framework in FRAMEWORKS.iter().rev().filter(|one| !is_own(one)) {
        for maker in framework.makers {
            makers.insert((*maker).to_owned(), framework);
        }
    }
    let mut own = Vec::new();
    for class in modules.iter().flat_map(|module| &module.classes) {
        if let Some(framework) = class.bases.iter().find_map(|base| makers.get(base)) {
            own.push((class.name.clone(), *framework));
        }
    }
    makers.extend(own);
    makers
}

fn direct<'a>(
    module: &'a Module,
    makers: &'a HashMap<String, &'static Framework>,
) -> impl Iterator<Item = Application> + 'a {
    module
        .objects
        .iter()
        .filter(|object| object.form != Form::Imported)
        .filter_map(|object| {
            let last = object.maker.rsplit('.').next().unwrap_or_default();
            let framework = makers
                .get(&object.maker)
                .or_else(|| makers.get(last))
                .copied()
                .or_else(|| by_bare_name(&object.maker))?;
            Some(application(module, object, framework))
        })
}

/// `from fasthtml.common import *` binds names that cannot be followed.
fn by_bare_name(maker: &str) -> Option<&'static Framework> {
    let name = match maker {
        "FastHTML" | "fast_app" => "fasthtml",
        "bottle" | "default_app" => "bottle",
        _ => return None,
    };
    FRAMEWORKS.iter().find(|framework| framework.name == name)
}

fn application(module: &Module, object: &Object, framework: &'static Framework) -> Application {
    Application {
        path: module.path.clone(),
        name: object.name.clone(),
        form: object.form,
        framework,
        line: object.line,
    }
}

/// What a function of another module makes, and what a file for servers imports from another module.
fn from_others(module: &Module, known: &[Application]) -> Vec<Application> {
    let is_for_servers = matches!(
        places::file_name(&module.path),
        "wsgi.py" | "asgi.py" | "run.py" | "app.py" | "main.py" | "server.py" | "application.py"
    );
    module
        .objects
        .iter()
        .filter_map(|object| {
            let last = object.maker.rsplit('.').next()?;
            let made = |application: &&Application| application.name == last;
            let source = match object.form {
                Form::Assigned => known
                    .iter()
                    .filter(|one| one.form != Form::Assigned)
                    .find(made),
                Form::Imported if is_for_servers => known
                    .iter()
                    .filter(|one| one.path != module.path && one.form == Form::Assigned)
                    .find(made),
                _ => None,
            }?;
            Some(Application {
                form: Form::Assigned,
                ..application(module, object, source.framework)
            })
        })
        .collect()
}

/// How telling an application is: it is a web application, its framework decides over others, it is
/// an object rather than a function, its file and its name are the usual ones, it lies high up.
type Score = (bool, bool, usize, bool, isize, usize);

fn score(application: &Application, part: &Part<'_>) -> Score {
    let relative = part.relative(&application.path);
    let file = FILES
        .iter()
        .position(|file| *file == places::file_name(relative))
        .map_or(0, |index| index + 1);
    let name = NAMES
        .iter()
        .position(|name| *name == application.name)
        .map_or(0, |index| index + 1);
    let depth = isize::try_from(relative.matches('/').count()).unwrap_or(isize::MAX);
    let role = application.framework.role;
    let is_object = application.form == Form::Assigned;
    (
        role.is_web(),
        application.form != Form::MadeOfArguments,
        usize::from(file > 0 || name > 0),
        is_object,
        -2 * depth + isize::try_from(file).unwrap_or(0) + isize::from(role == Role::Pages),
        name,
    )
}
