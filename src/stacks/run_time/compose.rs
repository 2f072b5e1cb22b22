//! What Compose files say about what is built here, and the services that run beside it.
//!
//! Source: the Compose specification.

use std::collections::{HashMap, HashSet};

use dhtl_detection::formats::yaml::Node;
use dhtl_project_model::Evidence;
use dhtl_project_model::stack::{ProjectType, ServiceKind, Stack};

use super::files::Files;
use super::hint::{Hint, Saying, path_of_check};
use super::services;
use crate::places;
use crate::sources::Sources;

/// What the Compose files of a project say.
#[derive(Debug, Default)]
pub(super) struct Compose {
    /// About what is built here.
    pub(super) hints: Vec<Hint>,
    /// The services that run beside it.
    pub(super) services: Vec<ComposeService>,
}

/// A service that runs from an image of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ComposeService {
    /// What it is.
    pub(super) kind: ServiceKind,
    /// Its version, as the tag of the image says.
    pub(super) version: Option<String>,
    /// The folders of what is built here and depends on it.
    pub(super) needed_by: Vec<String>,
    /// Where.
    pub(super) evidence: Evidence,
}

/// Names of Compose files, in the order in which `docker compose` looks for them.
const NAMES: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
];

/// The names of variants that are read where a folder has none of the others.
const VARIANTS: [&str; 8] = [
    "docker-compose.prod.yml",
    "docker-compose.production.yml",
    "compose.prod.yaml",
    "compose.production.yaml",
    "docker-compose.dev.yml",
    "compose.dev.yaml",
    "docker-compose.local.yml",
    "local.yml",
];

/// Reads the Compose files of a project: the one of each folder that `docker compose` takes.
///
/// An image that is called as one of `stacks` is what that one is published as.
pub(super) fn read(sources: &Sources<'_>, files: &Files<'_>, stacks: &[Stack]) -> Compose {
    let mut compose = Compose::default();
    let own = own_images(sources, stacks);
    let from = |folder: &str, service: &Node| base_image(sources, folder, service);
    let mut taken: HashSet<&str> = HashSet::new();
    for path in NAMES
        .iter()
        .chain(&VARIANTS)
        .flat_map(|name| files.named(name))
    {
        if !taken.insert(places::folder(path)) {
            continue;
        }
        if let Some(root) = sources.yaml(path) {
            compose.add(path, &root, &own, &from);
        }
    }
    compose
}

/// The names of images that are made of the project, with the folders of what they are made of.
fn own_images<'a>(sources: &'a Sources<'_>, stacks: &'a [Stack]) -> HashMap<&'a str, &'a str> {
    let mut own = HashMap::new();
    for stack in stacks {
        let is_run = stack.project_type.value.is_application()
            && stack.project_type.value != ProjectType::Cli;
        let name = stack.name.as_ref().map(|name| name.value.as_str());
        let name = name.map(places::file_name);
        let folder = (stack.folder != ".").then(|| places::file_name(&stack.folder));
        let project = (stack.folder == ".").then_some(sources.project.name.value.as_str());
        for name in [name, folder, project].into_iter().flatten() {
            // `web` or `app` is what anybody calls an image.
            if is_run && name.len() > 3 {
                own.entry(name).or_insert(stack.folder.as_str());
            }
        }
    }
    own
}

/// The image that what a service is built of is based on: a database with a few settings.
fn base_image(sources: &Sources<'_>, folder: &str, service: &Node) -> Option<String> {
    let build = service.get("build")?;
    let named = build.get("dockerfile").and_then(Node::text);
    let path = places::join(folder, named.unwrap_or("Dockerfile"))?;
    let text = sources.text(&path)?;
    let mut bases = text.lines().filter_map(|line| {
        let (instruction, rest) = line.trim().split_once(char::is_whitespace)?;
        let mut words = rest.split_whitespace();
        instruction
            .eq_ignore_ascii_case("FROM")
            .then(|| words.find(|word| !word.starts_with("--")))?
    });
    bases.next_back().map(str::to_owned)
}

type BaseImage<'a> = dyn Fn(&str, &Node) -> Option<String> + 'a;

impl Compose {
    fn add(&mut self, path: &str, root: &Node, own: &HashMap<&str, &str>, base: &BaseImage<'_>) {
        let services: Vec<(&str, &Node)> = root
            .get("services")
            .map(|services| services.entries().collect())
            .unwrap_or_default();
        let mut built: Vec<(&Node, String)> = Vec::new();
        let mut found: Vec<(&str, u32, services::Image)> = Vec::new();
        for (name, service) in &services {
            let image = service.get("image");
            let text = image.and_then(Node::text);
            let line = image.map_or(service.line, |image| image.line);
            if let Some(folder) = context(path, service) {
                match base(&folder, service)
                    .as_deref()
                    .and_then(services::of_image)
                {
                    Some(image) => found.push((name, line, image)),
                    None => built.push((service, folder)),
                }
            } else if let Some(image) = text.and_then(services::of_image) {
                found.push((name, line, image));
            } else if let Some(folder) = text.and_then(|text| own.get(services::image_name(text))) {
                built.push((service, (*folder).to_owned()));
            }
        }
        for (service, folder) in &built {
            // What has a Dockerfile of another name stands beside what is built of the folder.
            let is_beside = is_of_other_file(service)
                && built
                    .iter()
                    .any(|(other, of)| of == folder && !is_of_other_file(other));
            if !is_beside {
                self.of_built(path, service, folder);
            }
        }
        for (name, line, (kind, version)) in found {
            let needed_by = built
                .iter()
                .filter(|(service, _)| depends_on(service, name))
                .map(|(_, folder)| folder.clone())
                .collect();
            self.services.push(ComposeService {
                kind,
                version,
                needed_by,
                evidence: Evidence::at(path, line, "compose-image"),
            });
        }
    }

    fn of_built(&mut self, path: &str, service: &Node, folder: &str) {
        let mut hint = |saying, line, rule| {
            let evidence = Evidence::at(path, line, rule);
            self.hints.push(Hint::new(folder, saying, evidence));
        };
        let ports = service.get("ports").map(Node::elements).unwrap_or_default();
        for port in ports {
            let target = port.get("target").unwrap_or(port);
            if let Some(number) = target.text().and_then(inner_port) {
                hint(Saying::Port(number), port.line, "compose-ports");
            }
        }
        let check = service
            .get("healthcheck")
            .and_then(|check| check.get("test"));
        if let Some(check) = check {
            let words: Vec<&str> = check.texts().into_iter().map(|(_, text)| text).collect();
            if let Some(asked) = path_of_check(&words.join(" ")) {
                hint(Saying::Health(asked), check.line, "compose-healthcheck");
            }
        }
    }
}

/// The folder that a service is built of: where its Dockerfile lies when the whole repository is
/// handed to the build.
fn context(path: &str, service: &Node) -> Option<String> {
    let build = service.get("build")?;
    let context = build.text().or_else(|| build.get("context")?.text());
    let context = context.filter(|text| !text.is_empty()).unwrap_or(".");
    let context = places::join(places::folder(path), context)?;
    let dockerfile = build.get("dockerfile").and_then(Node::text);
    match dockerfile.and_then(|file| places::join(&context, file)) {
        Some(file) if places::folder(&file) != context => {
            // `docker/web/Dockerfile` lies beside nothing that is built.
            let folder = places::folder(&file);
            let is_aside = folder
                .split('/')
                .any(|part| part.starts_with('.') || matches!(part, "docker" | "deploy" | "build"));
            Some(if is_aside { context } else { folder.to_owned() })
        }
        _ => Some(context),
    }
}

/// Whether a service is built as another file says than `Dockerfile`.
fn is_of_other_file(service: &Node) -> bool {
    let named = service
        .get("build")
        .and_then(|build| build.get("dockerfile"));
    let named = named.and_then(Node::text).map(places::file_name);
    named.is_some_and(|name| !name.eq_ignore_ascii_case("Dockerfile"))
}

/// Whether a service waits for the one of this name, is linked to it or is told its address.
fn depends_on(service: &Node, name: &str) -> bool {
    let settings = service.get("environment");
    let values = settings.into_iter().flat_map(|settings| {
        let listed = settings
            .texts()
            .into_iter()
            .filter_map(|(_, text)| Some(text.split_once('=')?.1));
        let mapped = settings.entries().filter_map(|(_, node)| node.text());
        listed.chain(mapped).collect::<Vec<&str>>()
    });
    let is_told = values.into_iter().any(|value| is_address(value, name));
    is_told
        || ["depends_on", "links"].iter().any(|key| {
            service.get(key).is_some_and(|node| {
                let listed = node.texts().into_iter().map(|(_, text)| text);
                let mapped = node.entries().map(|(key, _)| key);
                listed
                    .chain(mapped)
                    .any(|other| other.split(':').next() == Some(name))
            })
        })
}

/// Whether a setting is the address of the service of this name: `db`, `redis://cache:6379/0`.
fn is_address(value: &str, name: &str) -> bool {
    let value = value.trim_matches(['"', '\'']);
    let host = |text: &str| text.split([':', '/', '?', ',']).next() == Some(name);
    if let Some((_, rest)) = value.split_once("://") {
        return host(rest.rsplit_once('@').map_or(rest, |(_, rest)| rest));
    }
    value == name || (value.contains(':') && host(value))
}

/// The port in the container: `80` of `8080:80`, `127.0.0.1:8080:80/tcp`, `${PORT:-80}:80`.
fn inner_port(text: &str) -> Option<u16> {
    let inner = text.rsplit(':').next()?;
    let inner = inner.split('/').next()?;
    let inner = inner.trim_matches(|one: char| !one.is_ascii_digit());
    inner.parse().ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests {
    use dhtl_detection::formats::yaml;

    use super::*;

    fn read_one(text: &str) -> Compose {
        let mut compose = Compose::default();
        let root = yaml::parse("deploy/compose.yaml", text).unwrap().unwrap();
        let own = HashMap::from([("shop", "server")]);
        compose.add("deploy/compose.yaml", &root, &own, &|folder, _| {
            (folder == "db").then(|| "postgres:17".to_owned())
        });
        compose
    }

    #[test]
    fn what_is_built_says_how_it_runs_and_what_it_needs() {
        let compose = read_one(
            "services:\n  api:\n    build:\n      context: ../api\n    ports: ['127.0.0.1:8080:9000']\n    depends_on:\n      db: {condition: service_healthy}\n    healthcheck:\n      test: [CMD, curl, http://localhost:9000/up]\n  db:\n    image: postgres:16.2-alpine\n  cache:\n    image: redis\n",
        );
        let sayings: Vec<_> = compose
            .hints
            .iter()
            .map(|hint| (hint.folder.as_str(), &hint.saying))
            .collect();
        assert_eq!(
            sayings,
            [
                ("api", &Saying::Port(9000)),
                ("api", &Saying::Health("/up".to_owned())),
            ]
        );
        assert_eq!(compose.services[0].kind, ServiceKind::PostgreSql);
        assert_eq!(compose.services[0].version.as_deref(), Some("16.2"));
        assert_eq!(compose.services[0].needed_by, ["api"]);
        assert_eq!(compose.services[1].kind, ServiceKind::Redis);
        assert_eq!(compose.services[1].needed_by, [""; 0]);
    }

    #[test]
    fn what_the_project_is_published_as_and_what_is_built_of_a_service_is_known() {
        let compose = read_one(
            "services:\n  shop:\n    image: someone/shop:2\n    ports: ['80:3001']\n    environment: ['CACHE=redis://cache:6379/0', DB_HOST=store]\n  store:\n    build: ../db\n  cache:\n    image: redis\n  other:\n    image: someone/other\n    ports: ['1:2000']\n",
        );
        assert_eq!(compose.hints.len(), 1);
        assert_eq!(compose.hints[0].folder, "server");
        assert_eq!(compose.hints[0].saying, Saying::Port(3001));
        let shown: Vec<_> = compose
            .services
            .iter()
            .map(|one| (one.kind, one.version.as_deref(), one.needed_by.join(" ")))
            .collect();
        assert_eq!(
            shown,
            [
                (ServiceKind::PostgreSql, Some("17"), "server".to_owned()),
                (ServiceKind::Redis, None, "server".to_owned()),
            ]
        );
    }

    #[test]
    fn what_has_a_file_of_its_own_stands_beside_what_is_built_of_the_folder() {
        let compose = read_one(
            "services:\n  mail:\n    build: {context: ../api, dockerfile: mail.Dockerfile}\n    ports: ['1080']\n  api:\n    build: {context: ../api, dockerfile: Dockerfile}\n    ports: ['3000']\n",
        );
        let sayings: Vec<_> = compose.hints.iter().map(|hint| &hint.saying).collect();
        assert_eq!(sayings, [&Saying::Port(3000)]);
    }

    #[test]
    fn an_address_names_the_service() {
        for (value, expected) in [
            ("db", true),
            ("db:5432", true),
            ("postgres://u:p@db:5432/x", true),
            ("redis://db", true),
            ("dbx", false),
            ("http://x/db", false),
        ] {
            assert_eq!(is_address(value, "db"), expected, "{value}");
        }
    }

    #[test]
    fn the_port_in_the_container_is_meant() {
        assert_eq!(inner_port("8080:80"), Some(80));
        assert_eq!(inner_port("3000"), Some(3000));
        assert_eq!(inner_port("[::1]:80:90/udp"), Some(90));
        assert_eq!(inner_port("a:b"), None);
        assert_eq!(inner_port("80:0"), None);
    }
}
