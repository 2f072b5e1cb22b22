//! What the files of hosting platforms say about how an application is run.
//!
//! Sources: the documentation of Fly.io (`fly.toml`), Render (`render.yaml`), Railway
//! (`railway.json`, `railway.toml`), Railpack (`railpack.json`), Nixpacks (`nixpacks.toml`), Heroku
//! (`heroku.yml`, `app.json`), and Google App Engine (`app.yaml`).

use dhtl_detection::formats::toml::{self, TomlFile};
use dhtl_detection::formats::yaml::Node;
use dhtl_project_model::Evidence;

use super::files::Files;
use super::hint::{Hint, Saying};
use crate::json::{self, Dialect};
use crate::places;
use crate::sources::Sources;

/// What they say, in the order in which they are believed.
pub(super) fn hints(sources: &Sources<'_>, files: &Files<'_>) -> Vec<Hint> {
    let mut hints = Vec::new();
    for path in files.named("railway.json") {
        hints.extend(railway_json(sources, path));
    }
    for path in files.named("railpack.json") {
        hints.extend(railpack(sources, path));
    }
    for (name, read) in [
        (
            "railway.toml",
            railway_toml as fn(&TomlFile, &str) -> Vec<Hint>,
        ),
        ("nixpacks.toml", nixpacks),
        ("fly.toml", fly),
    ] {
        for path in files.named(name) {
            let file = sources.text(path).map(|text| TomlFile::parse(path, text));
            match file {
                Some(Ok(file)) => hints.extend(read(&file, places::folder(path))),
                Some(Err(problem)) => sources.report(problem),
                None => {}
            }
        }
    }
    for (name, read) in [
        ("render.yaml", render as fn(&Node, &str) -> Vec<Hint>),
        ("heroku.yml", heroku),
        ("app.yaml", app_engine),
    ] {
        for path in files.named(name) {
            if let Some(root) = sources.yaml(path) {
                hints.extend(read(&root, path));
            }
        }
    }
    for path in files.named("app.json") {
        hints.extend(app_json(sources, path));
    }
    hints
}

/// `deploy.startCommand` of Railpack, and what its step `build` runs instead of what it would itself.
fn railpack(sources: &Sources<'_>, path: &str) -> Vec<Hint> {
    let Some(root) = json::read(sources, path, Dialect::WithComments) else {
        return Vec::new();
    };
    let folder = places::folder(path);
    let mut hints = Vec::new();
    if let Some(node) = root.descend(&["deploy", "startCommand"])
        && let Some(command) = node.text().filter(|text| !text.is_empty())
    {
        let evidence = Evidence::at(path, node.line, "railpack");
        hints.push(Hint::new(
            folder,
            Saying::Start(command.to_owned()),
            evidence,
        ));
    }
    if let Some(node) = root.descend(&["steps", "build", "commands"]) {
        let texts: Vec<&str> = node.texts().into_iter().map(|(_, text)| text).collect();
        // `...` stands for what Railpack itself would do, and a table for what is no command.
        let is_whole = texts.len() == node.elements().len() && !texts.contains(&"...");
        if is_whole && !texts.is_empty() {
            let evidence = Evidence::at(path, node.line, "railpack");
            let build = Saying::Build(texts.join(" && "));
            hints.push(Hint::new(folder, build, evidence));
        }
    }
    hints
}

/// What Dokku reads in an `app.json`. Heroku's formation names processes without their commands, and its
/// `postdeploy` runs but once.
fn app_json(sources: &Sources<'_>, path: &str) -> Vec<Hint> {
    let Some(root) = json::read(sources, path, Dialect::WithComments) else {
        return Vec::new();
    };
    let mut hints = Vec::new();
    let folder = places::folder(path);
    let release = root
        .descend(&["scripts", "dokku", "predeploy"])
        .and_then(|node| Some((node.line, node.text()?)));
    if let Some((line, command)) = release {
        let evidence = Evidence::at(path, line, "app-json");
        hints.push(Hint::new(
            folder,
            Saying::Release(command.to_owned()),
            evidence,
        ));
    }
    let checks = root.descend(&["healthchecks", "web"]);
    let asked = checks
        .into_iter()
        .flat_map(json::Node::elements)
        .find_map(|check| check.get("path"));
    if let Some(node) = asked
        && let Some(text) = node.text()
    {
        let evidence = Evidence::at(path, node.line, "app-json");
        hints.push(Hint::new(folder, Saying::Health(text.to_owned()), evidence));
    }
    hints
}

fn railway_json(sources: &Sources<'_>, path: &str) -> Vec<Hint> {
    let Some(root) = json::read(sources, path, Dialect::WithComments) else {
        return Vec::new();
    };
    let at = |keys: &[&str], saying: fn(String) -> Saying| {
        let node = root.descend(keys)?;
        let texts: Vec<&str> = node.texts().into_iter().map(|(_, text)| text).collect();
        let text = texts.join(" && ");
        (!text.is_empty()).then(|| {
            let evidence = Evidence::at(path, node.line, "railway");
            Hint::new(places::folder(path), saying(text), evidence)
        })
    };
    [
        at(&["deploy", "startCommand"], Saying::Start),
        at(&["build", "buildCommand"], Saying::Build),
        at(&["deploy", "preDeployCommand"], Saying::Release),
        at(&["deploy", "healthcheckPath"], Saying::Health),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Keys of a TOML file, what the text there says, and the rule.
type Key<'k> = (&'k [&'k str], fn(String) -> Saying, &'static str);

fn of_toml(file: &TomlFile, folder: &str, table: &[Key<'_>]) -> Vec<Hint> {
    table
        .iter()
        .filter_map(|(keys, saying, rule)| {
            let node = file.get(keys)?;
            let texts: Vec<&str> = node.texts().into_iter().map(|(text, _)| text).collect();
            let text = texts.join(" && ");
            (!text.is_empty()).then(|| Hint::new(folder, saying(text), node.evidence(rule)))
        })
        .collect()
}

fn railway_toml(file: &TomlFile, folder: &str) -> Vec<Hint> {
    of_toml(
        file,
        folder,
        &[
            (&["deploy", "startCommand"], Saying::Start, "railway"),
            (&["build", "buildCommand"], Saying::Build, "railway"),
            (&["deploy", "preDeployCommand"], Saying::Release, "railway"),
            (&["deploy", "healthcheckPath"], Saying::Health, "railway"),
        ],
    )
}

fn nixpacks(file: &TomlFile, folder: &str) -> Vec<Hint> {
    of_toml(
        file,
        folder,
        &[
            (&["start", "cmd"], Saying::Start, "nixpacks"),
            (&["phases", "build", "cmds"], Saying::Build, "nixpacks"),
        ],
    )
    .into_iter()
    // `...` stands for what Nixpacks itself would do.
    .filter(|hint| !matches!(&hint.saying, Saying::Build(text) if text.split(" && ").any(|one| one == "...")))
    .collect()
}

fn fly(file: &TomlFile, folder: &str) -> Vec<Hint> {
    let mut hints = of_toml(
        file,
        folder,
        &[(&["deploy", "release_command"], Saying::Release, "fly-toml")],
    );
    let processes = file.get(&["processes"]).map(toml::Node::entries);
    for (name, node) in processes.unwrap_or_default() {
        let Some(command) = node.as_str().filter(|command| !command.is_empty()) else {
            continue;
        };
        let saying = match name {
            "app" | "web" => Saying::Start(command.to_owned()),
            _ => Saying::Process(name.to_owned(), command.to_owned()),
        };
        hints.push(Hint::new(folder, saying, node.evidence("fly-toml")));
    }
    let services = file.get(&["services"]).map(toml::Node::elements);
    let services = services.unwrap_or_default();
    let ports = services
        .iter()
        .filter_map(|service| service.get("internal_port"))
        .chain(file.get(&["http_service", "internal_port"]));
    for node in ports {
        if let Some(port) = node.as_integer().and_then(|port| u16::try_from(port).ok())
            && port > 0
        {
            hints.push(Hint::new(
                folder,
                Saying::Port(port),
                node.evidence("fly-toml"),
            ));
        }
    }
    let checks = file
        .get(&["http_service", "checks"])
        .map(toml::Node::elements);
    let of_services = services
        .iter()
        .filter_map(|service| service.get("http_checks"))
        .flat_map(toml::Node::elements);
    let path = checks
        .unwrap_or_default()
        .into_iter()
        .chain(of_services)
        .find_map(|check| check.get("path"));
    if let Some(node) = path
        && let Some(text) = node.as_str()
    {
        let saying = Saying::Health(text.to_owned());
        hints.push(Hint::new(folder, saying, node.evidence("fly-toml")));
    }
    hints
}

fn render(root: &Node, path: &str) -> Vec<Hint> {
    let services = root.get("services").map(Node::elements).unwrap_or_default();
    let mut hints = Vec::new();
    for service in services {
        let text = |key: &str| {
            service
                .get(key)
                .and_then(|node| Some((node.line, node.text()?)))
        };
        let folder = text("rootDir").map_or(".", |(_, folder)| folder);
        let Some(folder) = places::join(places::folder(path), folder) else {
            continue;
        };
        let is_web = text("type").is_none_or(|(_, kind)| kind == "web");
        let mut say = |key: &str, saying: &dyn Fn(String) -> Saying| {
            if let Some((line, text)) = text(key).filter(|(_, text)| !text.is_empty()) {
                let evidence = Evidence::at(path, line, "render-yaml");
                hints.push(Hint::new(&folder, saying(text.to_owned()), evidence));
            }
        };
        if is_web {
            say("startCommand", &Saying::Start);
            say("preDeployCommand", &Saying::Release);
            say("healthCheckPath", &Saying::Health);
        } else {
            let name = text("name").map_or("worker", |(_, name)| name).to_owned();
            say("startCommand", &|command| {
                Saying::Process(name.clone(), command)
            });
        }
    }
    hints
}

fn heroku(root: &Node, path: &str) -> Vec<Hint> {
    let run = root.get("run").into_iter().flat_map(Node::entries);
    run.filter_map(|(name, node)| {
        let command = node.text()?.to_owned();
        let saying = match name {
            "web" => Saying::Start(command),
            _ => Saying::Process(name.to_owned(), command),
        };
        let evidence = Evidence::at(path, node.line, "heroku-yml");
        Some(Hint::new(places::folder(path), saying, evidence))
    })
    .collect()
}

fn app_engine(root: &Node, path: &str) -> Vec<Hint> {
    // A file of this name without a runtime is somebody else's.
    if root.get("runtime").is_none() {
        return Vec::new();
    }
    let entry = root.get("entrypoint");
    entry
        .and_then(|node| {
            let command = node.text()?.trim().to_owned();
            let evidence = Evidence::at(path, node.line, "app-yaml");
            (!command.is_empty())
                .then(|| Hint::new(places::folder(path), Saying::Start(command), evidence))
        })
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use dhtl_detection::formats::yaml;

    use super::*;

    #[track_caller]
    fn check(hints: &[Hint], expected: &[&str]) {
        let shown: Vec<String> = hints
            .iter()
            .map(|hint| format!("{} {:?} {}", hint.folder, hint.saying, hint.evidence))
            .collect();
        assert_eq!(shown, expected);
    }

    fn parsed(text: &str) -> TomlFile {
        TomlFile::parse("x.toml", text.to_owned()).unwrap()
    }

    fn yaml(text: &str) -> Node {
        yaml::parse("x.yaml", text).unwrap().unwrap()
    }

    #[test]
    fn fly_names_processes_ports_and_checks() {
        let text = "[processes]\napp = 'gunicorn a:b'\nworker = 'celery'\n[deploy]\nrelease_command = 'migrate'\n[http_service]\ninternal_port = 8080\n[[http_service.checks]]\npath = '/up'\n";
        check(
            &fly(&parsed(text), "."),
            &[
                ". Release(\"migrate\") x.toml:5 (fly-toml)",
                ". Start(\"gunicorn a:b\") x.toml:2 (fly-toml)",
                ". Process(\"worker\", \"celery\") x.toml:3 (fly-toml)",
                ". Port(8080) x.toml:7 (fly-toml)",
                ". Health(\"/up\") x.toml:9 (fly-toml)",
            ],
        );
    }

    #[test]
    fn render_names_a_folder_for_each_service() {
        let text = "services:\n  - type: web\n    rootDir: api\n    startCommand: uvicorn a:b\n    healthCheckPath: /h\n  - type: worker\n    name: jobs\n    startCommand: rq worker\n  - type: pserv\n    startCommand: ''\n";
        check(
            &render(&yaml(text), "render.yaml"),
            &[
                "api Start(\"uvicorn a:b\") render.yaml:4 (render-yaml)",
                "api Health(\"/h\") render.yaml:5 (render-yaml)",
                ". Process(\"jobs\", \"rq worker\") render.yaml:8 (render-yaml)",
            ],
        );
    }

    #[test]
    fn the_others_name_what_starts() {
        check(
            &nixpacks(
                &parsed("[start]\ncmd = 'a'\n[phases.build]\ncmds = ['...', 'b']\n"),
                "x",
            ),
            &["x Start(\"a\") x.toml:2 (nixpacks)"],
        );
        check(
            &railway_toml(
                &parsed("[deploy]\nstartCommand = 'a'\nhealthcheckPath = '/h'\n"),
                ".",
            ),
            &[
                ". Start(\"a\") x.toml:2 (railway)",
                ". Health(\"/h\") x.toml:3 (railway)",
            ],
        );
        check(
            &heroku(&yaml("run:\n  web: a\n  w: b\n"), "heroku.yml"),
            &[
                ". Start(\"a\") heroku.yml:2 (heroku-yml)",
                ". Process(\"w\", \"b\") heroku.yml:3 (heroku-yml)",
            ],
        );
        check(
            &app_engine(
                &yaml("runtime: python312\nentrypoint: gunicorn a:b\n"),
                "app.yaml",
            ),
            &[". Start(\"gunicorn a:b\") app.yaml:2 (app-yaml)"],
        );
        check(&app_engine(&yaml("entrypoint: x\n"), "app.yaml"), &[]);
    }
}
