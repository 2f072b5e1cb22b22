//! What starts a Python project that no server loads.

use dhtl_project_model::{Evidence, Found, PythonProject};

use super::Seen;
use super::application::Application;
use super::frameworks::Role;
use super::modules;
use super::parts::Part;
use super::reading::Code;
use super::scripts;
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
pub(super) fn start(seen: &Seen<'_>) -> Option<Found<String>> {
    let Seen {
        part,
        python,
        code,
        scripts,
        application,
    } = *seen;
    let works = application.filter(|one| matches!(one.framework.role, Role::Bot | Role::Worker));
    let script = || {
        let script = scripts::chosen(part, code, scripts)?;
        Some(Found {
            value: script.name.clone(),
            evidence: script.evidence.clone(),
        })
    };
    let of_pipeline = || {
        let pipeline = pipeline(part)?;
        Some(Found {
            value: pipeline.command.to_owned(),
            evidence: pipeline.evidence,
        })
    };
    let has_script = !scripts.is_empty();
    let of_application = || of_file(part, code, application?);
    page(part, code)
        .filter(|page| !(has_script && page.evidence.rule == "python-file"))
        .or_else(|| worker(part, python, code, works?))
        .or_else(of_pipeline)
        .or_else(script)
        .or_else(|| function(part, code))
        .or_else(|| started_file(part, code))
        .or_else(|| package(part))
        .or_else(|| spider(part, code))
        .or_else(of_application)
        .or_else(|| only_file(part, code))
}

/// What runs the pipelines of a part.
pub(super) struct Pipeline {
    command: &'static str,
    /// The port of its own pages.
    pub(super) port: Option<u16>,
    pub(super) evidence: Evidence,
}

/// What runs the pipelines of a part, where a framework has a program for it.
///
/// Sources: "Running Dagster as a service", "Kedro's command line interface", "Airflow quick start".
pub(super) fn pipeline(part: &Part<'_>) -> Option<Pipeline> {
    let setting = |keys: &[&str], rule| Some(part.pyproject.as_ref()?.get(keys)?.evidence(rule));
    if let Some(evidence) = setting(&["tool", "dagster"], "dagster-settings") {
        return Some(Pipeline {
            command: "dagster dev --host 0.0.0.0 --port $PORT",
            port: Some(3000),
            evidence,
        });
    }
    if let Some(evidence) = setting(&["tool", "kedro"], "kedro-settings") {
        return Some(Pipeline {
            command: "kedro run",
            port: None,
            evidence,
        });
    }
    let is_of_folder = part
        .files
        .iter()
        .any(|path| part.relative(path).starts_with("dags/"));
    let (_, evidence) = part
        .declared
        .get("apache-airflow")
        .filter(|_| is_of_folder)?;
    Some(Pipeline {
        command: "airflow standalone",
        port: Some(8080),
        evidence: evidence.clone(),
    })
}

/// The function that Google's Functions Framework serves.
fn function(part: &Part<'_>, code: &Code) -> Option<Found<String>> {
    if !part.declares(&["functions-framework"]) {
        return None;
    }
    let path = places::inside(&part.folder, "main.py");
    let module = code.module(&path)?;
    let decorated = module.decorated.iter().find(|(decorator, _)| {
        matches!(
            decorator.as_str(),
            "functions_framework.http" | "functions_framework.cloud_event"
        )
    });
    let name = match (decorated, module.functions.as_slice()) {
        (Some((_, name)), _) => name,
        (None, [only]) => only,
        _ => return None,
    };
    Some(Found {
        value: format!("functions-framework --target {name} --port $PORT"),
        evidence: Evidence::file(path, "functions-framework"),
    })
}

/// The only spider of a Scrapy project.
fn spider(part: &Part<'_>, code: &Code) -> Option<Found<String>> {
    if !part.has("scrapy.cfg") {
        return None;
    }
    let modules = code.modules.iter().filter(|module| part.owns(&module.path));
    let mut spiders = modules.flat_map(|module| {
        let classes = module.classes.iter();
        let spiders =
            classes.filter(|class| class.bases.iter().any(|base| base.ends_with("Spider")));
        let names = spiders.filter_map(|class| class.texts.iter().find(|(name, _)| name == "name"));
        names.map(move |(_, name)| (module, name))
    });
    let (module, name) = spiders.next()?;
    if spiders.next().is_some() {
        return None;
    }
    Some(Found {
        value: format!("scrapy crawl {}", shell_word(name)),
        evidence: Evidence::file(&module.path, "scrapy-spider"),
    })
}

/// Files that tools run for those who work on the project.
pub(super) fn is_tooling(name: &str) -> bool {
    let stem = name.strip_suffix(".py").unwrap_or(name);
    matches!(
        stem,
        "setup"
            | "conf"
            | "noxfile"
            | "conftest"
            | "tasks"
            | "fabfile"
            | "dodo"
            | "runtests"
            | "__init__"
    ) || stem.starts_with("test_")
        || stem.ends_with("_test")
}

/// The file that makes a bot, where nothing else starts it.
fn of_file(part: &Part<'_>, code: &Code, application: &Application) -> Option<Found<String>> {
    let is_bot = application.framework.role == Role::Bot;
    let is_started = code.module(&application.path)?.main_line.is_some();
    (is_bot || is_started).then(|| Found {
        value: format!("python {}", shell_word(part.relative(&application.path))),
        evidence: Evidence::at(&application.path, application.line, "python-worker"),
    })
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
            // A call in a function waits for somebody else to make it.
            let is_served = serving_call(file).is_some_and(|call| call.function.is_none());
            if file.main_line.is_none() && !is_served {
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
            let is_settings = ["config", "settings", "constants"]
                .iter()
                .any(|word| name.contains(word));
            !is_tooling(name) && !is_settings
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
        (_, [only]) => *only,
        // A module of a package is imported by what lies around it.
        ([only], _) if !part.owns(&places::inside(folder, "__init__.py")) => *only,
        _ => return None,
    };
    Some(Found {
        value: format!("python {}", shell_word(part.relative(path))),
        evidence: Evidence::file(path, "python-only-file"),
    })
}
