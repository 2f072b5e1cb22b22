//! What a Python project is: an application of which type, or a library.

use dhtl_project_model::stack::ProjectType;
use dhtl_project_model::{Evidence, Found};

use super::application::Application;
use super::django::Django;
use super::entries;
use super::frameworks::{Framework, Role};
use super::modules::is_installable;
use super::parts::Part;
use super::purpose::{self, Purpose};
use super::reading::{Code, FrameworkImport};
use super::{Seen, scripts};
use crate::places;

/// A framework, and the import that shows it.
pub(super) type Used = (&'static Framework, Found<String>);

/// The frameworks that the code of a part uses, the one that decides how it is run first.
pub(super) fn frameworks(
    part: &Part<'_>,
    code: &Code,
    application: Option<&Application>,
) -> Vec<Used> {
    let mut found: Vec<Used> = Vec::new();
    for import in code.imports.iter().filter(|import| part.owns(&import.path)) {
        if import.framework.name == "argparse" {
            continue;
        }
        let is_known = found
            .iter()
            .any(|(one, _)| one.name == import.framework.name);
        if !is_known {
            found.push((import.framework, import_of(import)));
        }
    }
    let decides = application.map(|application| application.framework.name);
    found.sort_by_key(|(framework, _)| {
        // Starlette below FastAPI, and Flask below Dash, are there without being chosen.
        let is_base = framework.name == "starlette";
        (Some(framework.name) != decides, framework.role, is_base)
    });
    found
}

fn import_of(import: &FrameworkImport) -> Found<String> {
    Found {
        value: import.framework.name.to_owned(),
        evidence: Evidence::at(&import.path, import.line, "python-import"),
    }
}

/// What a part is.
pub(super) fn decide(
    seen: &Seen<'_>,
    django: Option<&Django>,
    frameworks: &[Used],
) -> Found<ProjectType> {
    let Seen {
        part,
        code,
        application,
        ..
    } = *seen;
    let found = |value, evidence: Evidence| Found { value, evidence };
    if let Some(django) = django {
        let is_api = part.declares(&["djangorestframework", "django-ninja"])
            && !has_pages(part)
            && !django.apps.iter().any(|app| app == "django.contrib.admin");
        let evidence = Evidence::file(&django.manage, "django-manage");
        return found(
            if is_api {
                ProjectType::Api
            } else {
                ProjectType::Web
            },
            evidence,
        );
    }
    let page = frameworks.iter().find(|(one, _)| one.role == Role::Pages);
    if let Some((_, framework)) = page.filter(|_| !is_library_of(part, code, application)) {
        return found(ProjectType::Web, framework.evidence.clone());
    }
    if let Some(application) = application {
        let rule = "python-application";
        let evidence = Evidence::at(&application.path, application.line, rule);
        match application.framework.role {
            Role::Wsgi | Role::Asgi | Role::Served | Role::Pages => {
                let is_site = has_pages(part) || application.framework.name == "fasthtml";
                return found(
                    if is_site {
                        ProjectType::Web
                    } else {
                        ProjectType::Api
                    },
                    evidence,
                );
            }
            Role::Bot => return found(ProjectType::Bot, evidence),
            Role::Worker => return found(ProjectType::Worker, evidence),
            _ => {}
        }
    }
    let served = code
        .imports
        .iter()
        .filter(|import| part.owns(&import.path))
        .filter(|import| !is_installable(part) || places::folder(&import.path) == part.folder)
        .filter(|import| !entries::is_tooling(places::file_name(&import.path)))
        .find(|import| is_started(code, &import.path) && import.framework.role <= Role::Worker);
    if let Some(import) = served {
        let evidence = import_of(import).evidence;
        return found(
            match import.framework.role {
                Role::Bot => ProjectType::Bot,
                Role::Worker => ProjectType::Worker,
                _ if has_pages(part) => ProjectType::Web,
                _ => ProjectType::Api,
            },
            evidence,
        );
    }
    without_server(seen, frameworks)
}

/// What a part without a server is: something that is installed, or else what its imports tell.
fn without_server(seen: &Seen<'_>, frameworks: &[Used]) -> Found<ProjectType> {
    let Seen { part, code, .. } = *seen;
    if let Some(found) = installed(seen) {
        return found;
    }
    let of = |role| {
        let mut of_role = frameworks.iter().filter(move |(one, _)| one.role == role);
        of_role
            .next()
            .map(|(_, framework)| framework.evidence.clone())
    };
    let found = |value, evidence: Evidence| Found { value, evidence };
    for (role, kind) in [
        (Role::Bot, ProjectType::Bot),
        (Role::Pipeline, ProjectType::Worker),
    ] {
        if let Some(evidence) = of(role) {
            return found(kind, evidence);
        }
    }
    let notebook = part.files.iter().find(|path| places::is_notebook(path));
    if let Some(path) = notebook.filter(|_| of(Role::Cli).is_none()) {
        let kind = if has_code(part) {
            ProjectType::DataScience
        } else {
            ProjectType::Notebook
        };
        return found(kind, Evidence::file(*path, "notebook"));
    }
    let by_import = [
        (of(Role::Worker), ProjectType::Worker),
        (
            of(Role::Cli).or_else(|| argparse(part, code)),
            ProjectType::Cli,
        ),
        (of(Role::Data), ProjectType::DataScience),
    ];
    by_import
        .into_iter()
        .find_map(|(evidence, kind)| Some(found(kind, evidence?)))
        .unwrap_or_else(|| found(ProjectType::App, part.evidence.clone()))
}

/// What a part is that says itself how it is installed or started.
fn installed(seen: &Seen<'_>) -> Option<Found<ProjectType>> {
    let Seen {
        part,
        python,
        code,
        scripts,
        ..
    } = *seen;
    if let Some(pipeline) = entries::pipeline(part) {
        return Some(Found {
            value: ProjectType::Worker,
            evidence: pipeline.evidence,
        });
    }
    if let Some(script) = scripts::chosen(part, code, scripts).or(scripts.first()) {
        return Some(match purpose::of(part, python, code, scripts) {
            Purpose::Command => Found {
                value: ProjectType::Cli,
                evidence: script.evidence.clone(),
            },
            Purpose::Library => Found {
                value: ProjectType::Library,
                evidence: part.evidence.clone(),
            },
        });
    }
    if part.has("scrapy.cfg") {
        let path = places::inside(&part.folder, "scrapy.cfg");
        return Some(Found {
            value: ProjectType::App,
            evidence: Evidence::file(path, "scrapy-project"),
        });
    }
    if !is_installable(part) {
        return None;
    }
    let main = places::inside(&part.folder, "main.py");
    let is_main = part.owns(&main) && is_started(code, &main);
    (!is_main).then(|| Found {
        value: ProjectType::Library,
        evidence: part.evidence.clone(),
    })
}

fn has_code(part: &Part<'_>) -> bool {
    part.files.iter().any(|path| {
        places::is_python(path) && !places::is_foreign(path) && !path.ends_with("setup.py")
    })
}

/// Whether a file is written to be started, and serves or runs something.
fn is_started(code: &Code, path: &str) -> bool {
    code.module(path).is_some_and(|module| {
        super::server::serving_call(module).is_some() || module.main_line.is_some()
    })
}

fn argparse(part: &Part<'_>, code: &Code) -> Option<Evidence> {
    code.imports
        .iter()
        .find(|import| import.framework.name == "argparse" && part.owns(&import.path))
        .map(|import| import_of(import).evidence)
}

/// Whether a part is made to be imported, and only shows its pages to those who do.
fn is_library_of(part: &Part<'_>, code: &Code, application: Option<&Application>) -> bool {
    is_installable(part)
        && application.is_none()
        && !code
            .imports
            .iter()
            .filter(|import| import.framework.role == Role::Pages && part.owns(&import.path))
            .any(|import| places::folder(&import.path) == part.folder)
}

/// Whether people see pages of it: templates, or functions that fill them.
fn has_pages(part: &Part<'_>) -> bool {
    part.files.iter().any(|path| {
        let is_page = [".html", ".jinja", ".jinja2", ".j2"]
            .iter()
            .any(|ending| path.ends_with(ending));
        is_page && path.split('/').any(|folder| folder == "templates")
    })
}
