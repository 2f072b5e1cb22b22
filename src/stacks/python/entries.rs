//! What starts a Python project that no server loads.

use dhtl_detection::formats::toml::Node;
use dhtl_project_model::{Evidence, Found, PythonProject};

use super::application::Application;
use super::frameworks::Role;
use super::modules;
use super::parts::Part;
use super::reading::Code;
use super::server::{pages, serving_call, shell_word};
use crate::places;

/// Files that people start, the most telling first.
const FILES: [&str; 14] = [
    "main.py",
    "app.py",
    "bot.py",
    "run.py",
    "server.py",
    "index.py",
    "start.py",
    "worker.py",
    "cli.py",
    "src/main.py",
    "src/app.py",
    "src/bot.py",
    "app/main.py",
    "bot/main.py",
];

/// What starts a part: a page that a program of its framework serves, a bot or a worker, a script
/// that the project installs, a file that people start, a package that can be run.
pub(super) fn start(
    part: &Part<'_>,
    python: &PythonProject,
    code: &Code,
    application: Option<&Application>,
) -> Option<Found<String>> {
    page(part, code)
        .or_else(|| worker(part, python, code, application?))
        .or_else(|| script(part))
        .or_else(|| started_file(part, code))
        .or_else(|| package(part))
        .or_else(|| only_file(part, code))
}

/// The file of a framework that serves files.
fn page(part: &Part<'_>, code: &Code) -> Option<Found<String>> {
    const TELLING: [&str; 7] = [
        "streamlit_app.py",
        "app.py",
        "main.py",
        "Home.py",
        "home.py",
        "dashboard.py",
        "index.py",
    ];
    let rank = |path: &str| {
        let name = places::file_name(path);
        let rank = TELLING.iter().position(|telling| *telling == name);
        // Further pages of Streamlit lie in a folder of this name.
        let is_further = path.contains("pages/");
        (
            is_further,
            path.matches('/').count(),
            rank.unwrap_or(TELLING.len()),
        )
    };
    let import = code
        .imports
        .iter()
        .filter(|import| import.framework.role == Role::Pages && part.owns(&import.path))
        .filter(|import| places::is_python(&import.path))
        .min_by_key(|import| rank(&import.path))?;
    let file = shell_word(part.relative(&import.path));
    let (command, rule) = pages(import.framework.name, &file)?;
    Some(Found {
        value: command,
        evidence: Evidence::at(&import.path, import.line, rule),
    })
}

fn worker(
    part: &Part<'_>,
    python: &PythonProject,
    code: &Code,
    application: &Application,
) -> Option<Found<String>> {
    let module = modules::name_of(part, python, &application.path);
    let folder = module.folder.as_ref();
    let command = match application.framework.name {
        "celery" => {
            let folder = folder.map_or_else(String::new, |folder| format!(" --workdir {folder}"));
            format!(
                "celery{folder} --app {} worker --loglevel INFO",
                module.name
            )
        }
        "huey" => format!("huey_consumer {}.{}", module.name, application.name),
        "faststream" => format!("faststream run {}:{}", module.name, application.name),
        "faust" => format!("faust --app {} worker", module.name),
        _ => {
            let file = code.module(&application.path)?;
            let is_started = file.main_line.is_some() || serving_call(file).is_some();
            let is_bot = application.framework.role == Role::Bot;
            if !(is_started || is_bot) {
                return None;
            }
            format!("python {}", shell_word(part.relative(&application.path)))
        }
    };
    Some(Found {
        value: command,
        evidence: Evidence::at(&application.path, application.line, "python-worker"),
    })
}

/// The only script that the project installs, or the one of its own name.
pub(super) fn script(part: &Part<'_>) -> Option<Found<String>> {
    let file = part.pyproject.as_ref()?;
    let scripts = [&["project", "scripts"][..], &["tool", "poetry", "scripts"]]
        .iter()
        .filter_map(|keys| file.get(keys))
        .flat_map(Node::entries)
        .collect::<Vec<_>>();
    // A project that cannot be installed has no scripts.
    if !modules::is_installable(part) {
        return None;
    }
    let name = file
        .get(&["project", "name"])
        .or_else(|| file.get(&["tool", "poetry", "name"]))
        .and_then(Node::as_str);
    let of_name = scripts.iter().find(|(script, _)| Some(*script) == name);
    let only = (scripts.len() == 1).then(|| scripts.first()).flatten();
    let start = scripts
        .iter()
        .find(|(script, _)| matches!(*script, "start" | "serve"));
    let (script, node) = start.or(of_name).or(only)?;
    Some(Found {
        value: (*script).to_owned(),
        evidence: node.evidence("python-scripts"),
    })
}

fn started_file(part: &Part<'_>, code: &Code) -> Option<Found<String>> {
    let found = FILES.iter().find(|name| {
        part.has(name) && {
            let path = places::inside(&part.folder, name);
            let is_library = modules::is_installable(part)
                && code.module(&path).is_none_or(|module| {
                    module.main_line.is_none() && serving_call(module).is_none()
                });
            !is_library
        }
    })?;
    let path = places::inside(&part.folder, found);
    let line = code.module(&path).and_then(|module| module.main_line);
    Some(Found {
        value: format!("python {found}"),
        evidence: Evidence {
            line,
            ..Evidence::file(path, "python-entry-file")
        },
    })
}

/// A package with a `__main__.py`, the highest one.
fn package(part: &Part<'_>) -> Option<Found<String>> {
    let path = part
        .files
        .iter()
        .filter(|path| places::file_name(path) == "__main__.py" && !places::is_foreign(path))
        .min_by_key(|path| path.matches('/').count())?;
    let folder = places::folder(part.relative(path));
    let value = match folder {
        "." => "python .".to_owned(),
        folder if modules::is_installable(part) => {
            let name = folder.strip_prefix("src/").unwrap_or(folder);
            format!("python -m {}", name.replace('/', "."))
        }
        folder => format!("python -m {}", folder.replace('/', ".")),
    };
    Some(Found {
        value,
        evidence: Evidence::file(*path, "python-main-module"),
    })
}

/// The only file in the folder itself, or else in `src`, or the only one of them that is written to
/// be started.
fn only_file(part: &Part<'_>, code: &Code) -> Option<Found<String>> {
    if modules::is_installable(part) {
        return None;
    }
    let source = places::inside(&part.folder, "src");
    only_in(&part.folder, part, code).or_else(|| only_in(&source, part, code))
}

fn only_in(folder: &str, part: &Part<'_>, code: &Code) -> Option<Found<String>> {
    let here: Vec<&str> = part
        .files
        .iter()
        .copied()
        .filter(|path| places::folder(path) == folder && places::is_python(path))
        .filter(|path| {
            let name = places::file_name(path);
            !matches!(
                name,
                "setup.py" | "conf.py" | "noxfile.py" | "__init__.py" | "conftest.py"
            ) && !name.starts_with("test_")
        })
        .collect();
    let started: Vec<&str> = here
        .iter()
        .copied()
        .filter(|path| {
            code.module(path)
                .is_some_and(|module| module.main_line.is_some())
        })
        .collect();
    let path = match (here.as_slice(), started.as_slice()) {
        ([only], _) | (_, [only]) => *only,
        _ => return None,
    };
    Some(Found {
        value: format!("python {}", shell_word(part.relative(path))),
        evidence: Evidence::file(path, "python-only-file"),
    })
}
