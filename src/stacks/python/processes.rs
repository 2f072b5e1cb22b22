//! What runs beside the server, and what is typed around it: workers, schedulers, migrations, tests.

use dhtl_project_model::stack::{FileFolder, FolderPurpose, Process};
use dhtl_project_model::{Evidence, Found, PythonProject};

use super::application::Application;
use super::django::Django;
use super::entries;
use super::frameworks::Role;
use super::modules::{self, ModuleName};
use super::parts::Part;
use super::reading::Code;
use super::server::{self, Served, serving_call, shell_word};
use super::values::Port;
use crate::places;

/// The server of a Django project and the rule that chose it; none where no server is declared.
pub(super) fn django_server(
    part: &Part<'_>,
    module: &ModuleName,
    is_asgi: bool,
) -> Option<(String, &'static str)> {
    let folder = |option: &str| {
        let folder = module.folder.as_ref();
        folder.map_or_else(String::new, |folder| format!(" {option} {folder}"))
    };
    let name = &module.name;
    let target = format!("{name}:application");
    let declares = |name: &str| part.declares(&[name]);
    Some(if is_asgi && declares("uvicorn") {
        let folder = folder("--app-dir");
        let command = format!("uvicorn {target}{folder} --host 0.0.0.0 --port $PORT");
        (command, "server-uvicorn")
    } else if is_asgi && declares("daphne") {
        (
            format!("daphne --bind 0.0.0.0 --port $PORT {target}"),
            "server-daphne",
        )
    } else if is_asgi && declares("hypercorn") {
        (
            format!("hypercorn --bind 0.0.0.0:$PORT {target}"),
            "server-hypercorn",
        )
    } else if declares("gunicorn") {
        let folder = folder("--chdir");
        (
            format!("gunicorn{folder} --bind 0.0.0.0:$PORT {name}"),
            "server-gunicorn",
        )
    } else if declares("waitress") {
        (
            format!("waitress-serve --listen=0.0.0.0:$PORT {target}"),
            "server-waitress",
        )
    } else if declares("uwsgi") {
        let command = format!("uwsgi --http 0.0.0.0:$PORT --master --module {target}");
        (command, "server-uwsgi")
    } else if declares("granian") {
        let command = format!("granian --interface wsgi --host 0.0.0.0 --port $PORT {target}");
        (command, "server-granian")
    } else {
        return None;
    })
}

/// The command that runs the file which serves the object: itself, or one beside it that imports it.
pub(super) fn python_file(
    part: &Part<'_>,
    python: &PythonProject,
    code: &Code,
    application: &Application,
) -> String {
    let serves = |path: &str| {
        code.module(path)
            .is_some_and(|module| serving_call(module).is_some())
    };
    let beside = ["run.py", "main.py", "server.py", "app.py", "start.py"]
        .iter()
        .map(|name| places::inside(&part.folder, name))
        .find(|path| part.owns(path) && serves(path));
    let path = match beside {
        Some(path) if !serves(&application.path) => path,
        _ => application.path.clone(),
    };
    if path.ends_with("__main__.py") {
        let module = modules::name_of(part, python, &path).name;
        let package = module.strip_suffix(".__main__").unwrap_or(&module);
        if package != "__main__" {
            return format!("python -m {package}");
        }
    }
    format!("python {}", shell_word(part.relative(&path)))
}

/// The port of an application: what its code names, or else what listens by default.
pub(super) fn port(served: &Served<'_>, default: u16) -> Found<u16> {
    let call = served.file.and_then(serving_call);
    if let (Some(file), Some(call)) = (served.file, call)
        && let Some(Port {
            number: Some(number),
            ..
        }) = call.port
    {
        return Found {
            value: number,
            evidence: Evidence::at(&file.path, call.line, "python-port"),
        };
    }
    let application = served.application;
    Found {
        value: default,
        evidence: Evidence::at(&application.path, application.line, "server-default-port"),
    }
}

/// The port of what a command without an application object starts.
pub(super) fn port_of_start(
    part: &Part<'_>,
    code: &Code,
    start: Option<&Found<String>>,
) -> Option<Found<u16>> {
    let start = start?;
    let path = &start.evidence.path;
    let of_framework = match start.evidence.rule.as_ref() {
        "functions-framework" => Some(8080),
        _ => entries::pipeline(part)
            .filter(|pipeline| pipeline.evidence == start.evidence)
            .and_then(|pipeline| pipeline.port),
    };
    if let Some(value) = of_framework {
        return Some(Found {
            value,
            evidence: start.evidence.clone(),
        });
    }
    if let Some(module) = code.module(path)
        && let Some(call) = serving_call(module)
        && let Some(Port {
            number: Some(number),
            ..
        }) = call.port
    {
        return Some(Found {
            value: number,
            evidence: Evidence::at(path, call.line, "python-port"),
        });
    }
    let import = code
        .imports
        .iter()
        .find(|import| import.path == *path && part.owns(path) && import.framework.role.is_web())?;
    Some(Found {
        value: import.framework.port,
        evidence: Evidence::at(path, import.line, "framework-default-port"),
    })
}

/// What starts an application for development.
pub(super) fn dev(served: &Served<'_>) -> Option<Found<String>> {
    let application = served.application;
    let target = server::target(served);
    let bare = target.trim_end_matches("()");
    let factory = if bare == target { "" } else { " --factory" };
    let value = match application.framework.role {
        Role::Wsgi if application.framework.name == "flask" => {
            format!("flask --app {bare} run --debug")
        }
        Role::Asgi if served.part.declares(&["uvicorn"]) => {
            format!("uvicorn {bare}{factory} --reload")
        }
        _ => return None,
    };
    Some(Found {
        value,
        evidence: Evidence::at(&application.path, application.line, "python-development"),
    })
}

/// What brings the database up to date.
pub(super) fn migrate(part: &Part<'_>, loads: Option<&Found<String>>) -> Option<Found<String>> {
    if part.has("alembic.ini") {
        let path = places::inside(&part.folder, "alembic.ini");
        return Some(Found {
            value: "alembic upgrade head".to_owned(),
            evidence: Evidence::file(path, "alembic"),
        });
    }
    let is_migrated = part.has("migrations/env.py") || part.has("migrations/alembic.ini");
    if is_migrated && part.declares(&["flask-migrate"]) {
        let app = loads.map_or_else(String::new, |loads| {
            let target = &loads.value;
            let target = target.trim_end_matches("()");
            format!(" --app {target}")
        });
        let path = places::inside(&part.folder, "migrations/env.py");
        return Some(Found {
            value: format!("flask{app} db upgrade"),
            evidence: Evidence::file(path, "flask-migrate"),
        });
    }
    let aerich = part.pyproject.as_ref()?.get(&["tool", "aerich"])?;
    Some(Found {
        value: "aerich upgrade".to_owned(),
        evidence: aerich.evidence("aerich"),
    })
}

/// What runs the tests.
pub(super) fn test(part: &Part<'_>, django: Option<&Django>) -> Option<Found<String>> {
    let found = |value: &str, evidence| {
        Some(Found {
            value: value.to_owned(),
            evidence,
        })
    };
    let setting = part
        .pyproject
        .as_ref()
        .and_then(|file| file.get(&["tool", "pytest"]));
    if let Some(node) = setting {
        return found("pytest", node.evidence("pytest-settings"));
    }
    for name in ["pytest.ini", "conftest.py", "tests/conftest.py"] {
        if part.has(name) {
            let path = places::inside(&part.folder, name);
            return found("pytest", Evidence::file(path, "pytest-settings"));
        }
    }
    let pytest = ["pytest", "pytest-django", "pytest-cov", "pytest-asyncio"];
    if part.declares(&pytest)
        || pytest
            .iter()
            .any(|name| part.for_development.contains(*name))
    {
        return found("pytest", part.evidence.clone());
    }
    let manage = shell_word(part.relative(&django?.manage));
    let evidence = Evidence::file(&django?.manage, "django-manage");
    found(&format!("python {manage} test"), evidence)
}

/// What runs beside the server: workers of queues, and what sends to them on a schedule.
pub(super) fn workers(
    part: &Part<'_>,
    python: &PythonProject,
    code: &Code,
    applications: &[Application],
    django: Option<&Django>,
) -> Vec<Process> {
    let mut processes = Vec::new();
    let has_server = django.is_some()
        || applications
            .first()
            .is_some_and(|one| one.framework.role.is_web());
    let celery = applications
        .iter()
        .find(|one| one.framework.name == "celery");
    if let Some(celery) = celery {
        let module = modules::name_of(part, python, &celery.path);
        let folder = module.folder.as_ref();
        let folder = folder.map_or_else(String::new, |folder| format!(" --workdir {folder}"));
        // `shop/celery.py` is found by the name of its package.
        let app = module.name.strip_suffix(".celery").unwrap_or(&module.name);
        let process = |name: &str, what: &str, evidence| Process {
            name: name.to_owned(),
            command: format!("celery{folder} --app {app} {what} --loglevel INFO"),
            evidence,
        };
        let evidence = Evidence::at(&celery.path, celery.line, "celery-application");
        if has_server {
            processes.push(process("worker", "worker", evidence));
        }
        processes.extend(schedule(part, code).map(|evidence| process("beat", "beat", evidence)));
    }
    if has_server
        && part.declares(&["django-rq"])
        && let Some(django) = django
    {
        processes.push(of_manage(part, django, "rqworker default"));
    }
    if has_server
        && part.declares(&["django-q", "django-q2"])
        && let Some(django) = django
    {
        processes.push(of_manage(part, django, "qcluster"));
    }
    let dramatiq = code
        .imports
        .iter()
        .find(|import| import.framework.name == "dramatiq" && part.owns(&import.path));
    if let Some(import) = dramatiq.filter(|_| has_server) {
        let module = modules::name_of(part, python, &import.path).name;
        processes.push(Process {
            name: "worker".to_owned(),
            command: format!("dramatiq {module}"),
            evidence: Evidence::at(&import.path, import.line, "dramatiq-actors"),
        });
    }
    processes
}

fn of_manage(part: &Part<'_>, django: &Django, what: &str) -> Process {
    let manage = shell_word(part.relative(&django.manage));
    Process {
        name: "worker".to_owned(),
        command: format!("python {manage} {what}"),
        evidence: Evidence::file(&django.manage, "django-queue"),
    }
}

/// What shows that Celery has a schedule.
fn schedule(part: &Part<'_>, code: &Code) -> Option<Evidence> {
    if let Some((_, evidence)) = part.declared.get("django-celery-beat") {
        return Some(evidence.clone());
    }
    let modules = code.modules.iter().filter(|module| part.owns(&module.path));
    modules
        .flat_map(|module| {
            let of_settings = module
                .settings
                .iter()
                .filter(|setting| setting.name.ends_with("BEAT_SCHEDULE"))
                .map(|setting| (module, setting.line));
            let of_calls = module
                .calls
                .iter()
                .filter(|call| call.callee.ends_with(".add_periodic_task"))
                .map(|call| (module, call.line));
            let of_attributes = module
                .attributes
                .iter()
                .filter(|(name, _)| name.ends_with(".beat_schedule"))
                .map(|(_, line)| (module, *line));
            of_settings
                .chain(of_calls)
                .chain(of_attributes)
                .collect::<Vec<_>>()
        })
        .next()
        .map(|(module, line)| Evidence::at(&module.path, line, "celery-schedule"))
}

/// Folders that uploads are kept in: `UPLOAD_FOLDER` of Flask.
pub(super) fn upload_folders(part: &Part<'_>, code: &Code) -> Vec<FileFolder> {
    let modules = code.modules.iter().filter(|module| part.owns(&module.path));
    let mut folders: Vec<FileFolder> = modules
        .flat_map(|module| {
            let texts = module.texts.iter();
            let of_texts = texts.map(|(name, line, text)| (name.as_str(), *line, text.as_str()));
            of_texts
                .filter(|(name, ..)| name.ends_with("UPLOAD_FOLDER"))
                .filter_map(|(_, line, text)| {
                    Some(FileFolder {
                        path: places::join(&part.folder, text)?,
                        purpose: FolderPurpose::Media,
                        evidence: Evidence::at(&module.path, line, "upload-folder"),
                    })
                })
                .collect::<Vec<_>>()
        })
        .collect();
    folders.dedup_by(|later, earlier| later.path == earlier.path);
    folders
}
