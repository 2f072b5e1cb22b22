//! Stacks of Python: what a folder with Python code of its own is, and how it is run.
//!
//! [`parts`] finds the folders, [`reading`] what the code says, [`application`] the object that a
//! server loads, and [`server`] and [`entries`] what starts it.

mod application;
mod ceilings;
mod django;
mod entries;
mod frameworks;
mod manager;
mod modules;
mod parts;
mod processes;
mod purpose;
mod reading;
mod scripts;
mod server;
mod services;
mod syntax;
#[cfg(test)]
mod tests;
mod types;
mod values;
mod versions;

use dhtl_project_model::stack::{
    Commands, ProjectType, Stack, StackKind, Workspace, WorkspaceTool,
};
use dhtl_project_model::{Evidence, Found, PythonProject};

use self::application::Application;
use self::django::Django;
use self::parts::Part;
use self::reading::Code;
use self::scripts::Script;
use self::server::Served;
use crate::sources::Sources;

/// The stacks of a project that are written for it.
pub(crate) fn find(sources: &Sources<'_>) -> Vec<Stack> {
    let Some(python) = &sources.project.python else {
        return Vec::new();
    };
    let parts = Part::all(sources, python);
    if parts.is_empty() {
        return Vec::new();
    }
    let code = Code::read(sources, python, &parts);
    parts
        .iter()
        .map(|part| stack(part, sources, python, &code))
        .collect()
}

/// What holds several of them together: the workspace of uv.
pub(crate) fn workspaces(sources: &Sources<'_>) -> Vec<Workspace> {
    let Some(python) = &sources.project.python else {
        return Vec::new();
    };
    let members: Vec<String> = python
        .sub_projects
        .iter()
        .filter(|project| project.workspace_member)
        .map(|project| project.path.clone())
        .collect();
    if members.is_empty() {
        return Vec::new();
    }
    vec![Workspace {
        tool: WorkspaceTool::Uv,
        folder: ".".to_owned(),
        members,
        evidence: Evidence::file("pyproject.toml", "uv-workspace"),
    }]
}

fn stack(part: &Part<'_>, sources: &Sources<'_>, python: &PythonProject, code: &Code) -> Stack {
    let django = Django::find(part, python, code);
    let scripts = scripts::of(part, code);
    let mut applications = application::find(part, python, code);
    applications.retain(|one| purpose::serves(part, python, code, one, &scripts));
    let application = applications.first();
    let frameworks = types::frameworks(part, code, application);
    let seen = Seen {
        part,
        python,
        code,
        scripts: &scripts,
        application,
    };
    let project_type = types::decide(&seen, django.as_ref(), &frameworks);
    let installer = manager::of(part, sources);
    let run = run(&seen, django.as_ref());
    let mut commands = Commands {
        install: installer.as_ref().map(|one| one.command.clone()),
        ..run.commands
    };
    let project_type = match project_type.value {
        // What names itself and is started by nothing is there to be imported.
        ProjectType::App
            if commands.start.is_none() && scripts::distribution(part, code).is_some() =>
        {
            Found {
                value: ProjectType::Library,
                ..project_type
            }
        }
        _ => project_type,
    };
    if !project_type.value.is_application() {
        commands.start = None;
    }
    if is_started_as_installed(&project_type, commands.start.as_ref())
        && let (Some(one), Some(install)) = (&installer, &mut commands.install)
    {
        manager::install_itself(part, one, install);
    }
    commands.test = processes::test(part, django.as_ref());
    commands.migrate = commands
        .migrate
        .or_else(|| processes::migrate(part, run.loads.as_ref()));
    let has_start = commands.start.is_some();
    let processes = processes::workers(part, python, code, &applications, django.as_ref());
    let mut file_folders = django.as_ref().map(Django::folders).unwrap_or_default();
    file_folders.extend(processes::upload_folders(part, code));
    file_folders.extend(services::files(part, code));
    Stack {
        folder: part.folder.clone(),
        name: scripts::distribution(part, code),
        kind: StackKind::Python,
        evidence: part.evidence.clone(),
        project_type,
        frameworks: frameworks
            .into_iter()
            .filter(|(framework, _)| framework.role != frameworks::Role::Data)
            .map(|(_, found)| found)
            .collect(),
        runtimes: vec![versions::of(part, sources, python)],
        package_manager: installer.map(|one| one.manager),
        commands,
        application: run.loads,
        processes,
        port: run.port.filter(|_| has_start),
        services: services::of(part, code),
        static_output: None,
        index_fallback: false,
        file_folders,
        health_path: None,
    }
}

/// How a part is run.
#[derive(Default)]
struct Run {
    commands: Commands,
    loads: Option<Found<String>>,
    port: Option<Found<u16>>,
}

/// What is known of a part when it is decided what it is and how it is run.
struct Seen<'a> {
    part: &'a Part<'a>,
    python: &'a PythonProject,
    code: &'a Code,
    scripts: &'a [Script],
    application: Option<&'a Application>,
}

/// Whether a part is used by what its own package installs.
fn is_started_as_installed(kind: &Found<ProjectType>, start: Option<&Found<String>>) -> bool {
    kind.value == ProjectType::Library
        || start.is_some_and(|start| start.evidence.rule == "python-scripts")
}

fn run(seen: &Seen<'_>, django: Option<&Django>) -> Run {
    let Seen {
        part,
        python,
        code,
        scripts,
        application,
    } = *seen;
    if let Some(django) = django {
        return run_django(part, django);
    }
    let served = application.filter(|one| one.framework.role.is_web());
    let Some(application) = served else {
        let start = entries::start(seen);
        return Run {
            port: processes::port_of_start(part, code, start.as_ref()),
            commands: Commands {
                start,
                ..Commands::default()
            },
            loads: None,
        };
    };
    let module = modules::name_of(part, python, &application.path);
    let served = Served {
        part,
        application,
        module: &module,
        file: code.module(&application.path),
    };
    let start = server::start(&served);
    let evidence = |rule| Evidence::at(&application.path, application.line, rule);
    let mut scripts = scripts.iter();
    let script = scripts.find(|script| script.module() == module.name);
    let command = match (start.rule, script) {
        ("python-file", Some(script)) => Found {
            value: script.name.clone(),
            evidence: script.evidence.clone(),
        },
        ("python-file", None) => Found {
            value: processes::python_file(part, python, code, application),
            evidence: evidence(start.rule),
        },
        _ => Found {
            value: start.command.clone(),
            evidence: evidence(start.rule),
        },
    };
    Run {
        loads: Some(Found {
            value: server::target(&served),
            evidence: evidence("python-application"),
        }),
        port: Some(processes::port(&served, start.port)),
        commands: Commands {
            start: Some(command),
            dev: processes::dev(&served),
            ..Commands::default()
        },
    }
}

fn run_django(part: &Part<'_>, django: &Django) -> Run {
    let manage = server::shell_word(part.relative(&django.manage));
    let by_manage = |what: &str, rule| {
        Some(Found {
            value: format!("python {manage} {what}"),
            evidence: Evidence::file(&django.manage, rule),
        })
    };
    let is_asgi = !part.declares(&["gunicorn", "uwsgi", "waitress"])
        && part.declares(&["uvicorn", "daphne", "hypercorn"]);
    let module = if is_asgi { &django.asgi } else { &django.wsgi };
    let module = module.as_ref().or(django.wsgi.as_ref());
    let start = module
        .and_then(|(module, evidence)| {
            let (value, rule) = processes::django_server(part, module, is_asgi)?;
            Some(Found {
                value,
                evidence: Evidence::file(&evidence.path, rule),
            })
        })
        .or_else(|| by_manage("runserver 0.0.0.0:$PORT", "django-runserver"));
    let collect = django.collects.as_ref().map(|evidence| Found {
        value: format!("python {manage} collectstatic --noinput"),
        evidence: evidence.clone(),
    });
    Run {
        loads: module.map(|(module, evidence)| Found {
            value: format!("{}:application", module.name),
            evidence: evidence.clone(),
        }),
        port: Some(Found {
            value: 8000,
            evidence: Evidence::file(&django.manage, "django-default-port"),
        }),
        commands: Commands {
            build: collect,
            migrate: by_manage("migrate", "django-manage"),
            start,
            dev: by_manage("runserver", "django-manage"),
            ..Commands::default()
        },
    }
}
