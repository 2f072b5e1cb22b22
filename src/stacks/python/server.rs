//! How an application object is served.
//!
//! A server that the project declares is taken; without one, what the file does by itself when it is
//! run; without that, the framework's own program. Sources: the deployment chapters of the manuals of
//! gunicorn, uvicorn, hypercorn, daphne, granian, waitress, uWSGI and of each framework.

use super::application::Application;
use super::frameworks::Role;
use super::modules::ModuleName;
use super::parts::Part;
use super::syntax::{Call, Form, Module};

/// How something is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Start {
    /// The command.
    pub(super) command: String,
    /// The rule that found it.
    pub(super) rule: &'static str,
    /// The port that the server listens on unless it is told another.
    pub(super) port: u16,
}

/// What is known of an application that is to be served.
pub(super) struct Served<'a> {
    pub(super) part: &'a Part<'a>,
    pub(super) application: &'a Application,
    pub(super) module: &'a ModuleName,
    /// The file that the object is in.
    pub(super) file: Option<&'a Module>,
}

const PORT: &str = "$PORT";

/// How an application is started.
pub(super) fn start(served: &Served<'_>) -> Start {
    let framework = served.application.framework;
    let found = match framework.role {
        Role::Wsgi => wsgi(served),
        Role::Asgi => asgi(served),
        _ => own(served),
    };
    found.unwrap_or_else(|| Start {
        command: format!("python {}", file(served)),
        rule: "python-file",
        port: framework.port,
    })
}

/// The calls by which a file serves something when it is run, with whether they reach the outside.
pub(super) fn serving_call(module: &Module) -> Option<&Call> {
    const ENDS: [&str; 8] = [
        ".run",
        ".run_app",
        ".launch",
        ".listen",
        ".serve_forever",
        ".serve",
        ".run_server",
        ".quickstart",
    ];
    const WHOLE: [&str; 4] = ["serve", "run_app", "fasthtml.common.serve", "run_simple"];
    // What tools are run with, and what runs other things than servers.
    const OTHERS: [&str; 5] = ["subprocess.", "asyncio.", "anyio.", "trio.", "mcp."];
    module
        .calls
        .iter()
        .filter(|call| {
            ENDS.iter().any(|end| call.callee.ends_with(end))
                || WHOLE.contains(&call.callee.as_str())
        })
        .find(|call| !OTHERS.iter().any(|other| call.callee.starts_with(other)))
}

fn wsgi(served: &Served<'_>) -> Option<Start> {
    let part = served.part;
    let target = target(served);
    if part.declares(&["gunicorn"]) {
        return Some(gunicorn(served, &quoted(&target), ""));
    }
    if part.declares(&["waitress"]) {
        let call = if is_made(served) { " --call" } else { "" };
        let target = target.trim_end_matches("()");
        return Some(start_of(
            format!("waitress-serve --listen=0.0.0.0:{PORT}{call} {target}"),
            "server-waitress",
            8080,
        ));
    }
    if part.declares(&["uwsgi"]) {
        let command = if part.has("uwsgi.ini") {
            "uwsgi --ini uwsgi.ini".to_owned()
        } else {
            format!("uwsgi --http 0.0.0.0:{PORT} --master --module {target}")
        };
        return Some(start_of(command, "server-uwsgi", 8000));
    }
    if part.declares(&["granian"]) {
        return Some(granian(served, "wsgi"));
    }
    if part.declares(&["hypercorn"]) {
        let command = format!("hypercorn --bind 0.0.0.0:{PORT} wsgi:{target}");
        return Some(start_of(command, "server-hypercorn", 8000));
    }
    if runs_itself(served) {
        return None;
    }
    let name = served.application.framework.name;
    if matches!(name, "flask" | "apiflask") && !served.module.name.contains('-') {
        // A path puts its folder on the import path.
        let target = match (&served.module.folder, target.split_once(':')) {
            (Some(_), Some((_, name))) => format!("{}:{name}", file(served)),
            _ => target,
        };
        let target = quoted(&target);
        let command = format!("flask --app {target} run --host 0.0.0.0 --port {PORT}");
        return Some(start_of(command, "flask-run", 5000));
    }
    None
}

fn asgi(served: &Served<'_>) -> Option<Start> {
    let part = served.part;
    let target = target(served);
    let factory = if is_made(served) { " --factory" } else { "" };
    let folder = app_dir(served, "--app-dir");
    let name = served.application.framework.name;
    let uvicorn = || {
        let target = target.trim_end_matches("()");
        start_of(
            format!("uvicorn {target}{factory}{folder} --host 0.0.0.0 --port {PORT}"),
            "server-uvicorn",
            8000,
        )
    };
    if name == "quart" || part.declares(&["hypercorn"]) && !part.declares(&["uvicorn"]) {
        let command = format!("hypercorn --bind 0.0.0.0:{PORT} {}", quoted(&target));
        return Some(start_of(command, "server-hypercorn", 8000));
    }
    if part.declares(&["uvicorn"]) && !prefers_own(served) {
        return Some(uvicorn());
    }
    if part.declares(&["granian"]) {
        return Some(granian(served, "asgi"));
    }
    if part.declares(&["daphne"]) && !is_made(served) {
        let command = format!("daphne --bind 0.0.0.0 --port {PORT} {target}");
        return Some(start_of(command, "server-daphne", 8000));
    }
    if name == "fastapi" && has_fastapi_cli(part) && !is_made(served) {
        let app = match served.application.name.as_str() {
            "app" | "api" => String::new(),
            other => format!(" --app {other}"),
        };
        let command = format!(
            "fastapi run {}{app} --host 0.0.0.0 --port {PORT}",
            file(served)
        );
        return Some(start_of(command, "server-fastapi", 8000));
    }
    if part.declares(&["gunicorn"]) && !runs_itself(served) {
        return Some(gunicorn(
            served,
            &quoted(&target),
            " --worker-class uvicorn.workers.UvicornWorker",
        ));
    }
    if runs_itself(served) {
        return None;
    }
    Some(uvicorn())
}

fn own(served: &Served<'_>) -> Option<Start> {
    let part = served.part;
    let file = file(served);
    let framework = served.application.framework;
    let target = target(served);
    let (command, rule) = match framework.name {
        "sanic" => {
            let factory = if is_made(served) { " --factory" } else { "" };
            let target = target.trim_end_matches("()");
            let command = format!("sanic {target}{factory} --host 0.0.0.0 --port {PORT}");
            (command, "server-sanic")
        }
        "aiohttp" if part.declares(&["gunicorn"]) => {
            let kind = " --worker-class aiohttp.GunicornWebWorker";
            return Some(gunicorn(served, &target, kind));
        }
        "dash" if part.declares(&["gunicorn"]) => {
            let module = &served.module.name;
            let name = match served.application.name.as_str() {
                "server" => "server".to_owned(),
                other => format!("{other}.server"),
            };
            let is_named = served
                .file
                .is_some_and(|file| file.objects.iter().any(|object| object.name == "server"));
            let name = if is_named { "server".to_owned() } else { name };
            return Some(gunicorn(served, &format!("{module}:{name}"), ""));
        }
        _ => {
            return pages(framework.name, &file)
                .map(|(command, rule)| start_of(command, rule, framework.port));
        }
    };
    Some(start_of(command, rule, framework.port))
}

/// The programs of frameworks that take a file.
pub(super) fn pages(name: &str, file: &str) -> Option<(String, &'static str)> {
    Some(match name {
        "streamlit" => (
            format!("streamlit run {file} --server.address 0.0.0.0 --server.port {PORT}"),
            "server-streamlit",
        ),
        "chainlit" => (
            format!("chainlit run {file} --headless --host 0.0.0.0 --port {PORT}"),
            "server-chainlit",
        ),
        "panel" => (
            format!(
                "panel serve {file} --address 0.0.0.0 --port {PORT} --allow-websocket-origin '*'"
            ),
            "server-panel",
        ),
        "shiny" => (
            format!("shiny run {file} --host 0.0.0.0 --port {PORT}"),
            "server-shiny",
        ),
        "reflex" => ("reflex run --env prod".to_owned(), "server-reflex"),
        "marimo" => (
            format!("marimo run {file} --headless --host 0.0.0.0 --port {PORT}"),
            "server-marimo",
        ),
        "solara" => (
            format!("solara run {file} --host 0.0.0.0 --port {PORT} --production"),
            "server-solara",
        ),
        "mesop" => (format!("mesop {file} --port {PORT}"), "server-mesop"),
        "robyn" | "gradio" | "nicegui" => (format!("python {file}"), "python-file"),
        _ => return None,
    })
}

fn gunicorn(served: &Served<'_>, target: &str, worker: &str) -> Start {
    let folder = app_dir(served, "--chdir");
    start_of(
        format!("gunicorn{worker}{folder} --bind 0.0.0.0:{PORT} {target}"),
        "server-gunicorn",
        8000,
    )
}

fn granian(served: &Served<'_>, interface: &str) -> Start {
    let factory = if is_made(served) { " --factory" } else { "" };
    let target = target(served);
    let target = target.trim_end_matches("()");
    start_of(
        format!("granian --interface {interface}{factory} --host 0.0.0.0 --port {PORT} {target}"),
        "server-granian",
        8000,
    )
}

const fn start_of(command: String, rule: &'static str, port: u16) -> Start {
    Start {
        command,
        rule,
        port,
    }
}

/// `module:name`, or `module:name()` of a function.
pub(super) fn target(served: &Served<'_>) -> String {
    let call = if is_made(served) { "()" } else { "" };
    format!("{}:{}{call}", served.module.name, served.application.name)
}

fn is_made(served: &Served<'_>) -> bool {
    served.application.form != Form::Assigned
}

/// In the quotes that a shell wants around parentheses.
fn quoted(target: &str) -> String {
    if target.contains('(') {
        format!("'{target}'")
    } else {
        target.to_owned()
    }
}

fn app_dir(served: &Served<'_>, option: &str) -> String {
    let folder = served.module.folder.as_ref();
    folder.map_or_else(String::new, |folder| format!(" {option} {folder}"))
}

fn file(served: &Served<'_>) -> String {
    let path = served.part.relative(&served.application.path);
    shell_word(path)
}

/// A path as a shell takes it.
pub(super) fn shell_word(path: &str) -> String {
    let is_plain = path
        .chars()
        .all(|one| one.is_ascii_alphanumeric() || "._-/+@".contains(one));
    if is_plain {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

/// Whether the file of the object serves it when it is run, and reaches others than this machine.
fn runs_itself(served: &Served<'_>) -> bool {
    let Some(call) = served.file.and_then(serving_call) else {
        return false;
    };
    match served.application.framework.name {
        // Without an address they answer this machine alone.
        "flask" | "apiflask" | "bottle" | "fastapi" | "starlette" | "litestar" | "falcon" => {
            is_main_file(served)
                || call
                    .host
                    .as_deref()
                    .is_some_and(|host| !matches!(host, "127.0.0.1" | "localhost"))
        }
        _ => true,
    }
}

/// Whether `python -m` runs it, and nothing else can.
fn is_main_file(served: &Served<'_>) -> bool {
    served.application.path.ends_with("__main__.py")
}

/// Whether the file serves itself on a port of its own although a server is declared: uvicorn is
/// often declared for exactly that, and the server's own program does the same with a port to choose.
fn prefers_own(served: &Served<'_>) -> bool {
    served.application.framework.name == "fasthtml" && runs_itself(served)
}

fn has_fastapi_cli(part: &Part<'_>) -> bool {
    part.declares(&["fastapi-cli"])
        || part
            .declared
            .get("fastapi")
            .is_some_and(|(text, _)| text.contains("[standard") || text.contains("[all"))
}
