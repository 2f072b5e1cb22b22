//! What Compose files say about what is built here, and the services that run beside it.
//!
//! Source: the Compose specification.

use std::collections::HashSet;

use dhtl_detection::formats::yaml::{self, Node};
use dhtl_project_model::Evidence;
use dhtl_project_model::stack::ServiceKind;

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
pub(super) fn read(sources: &Sources<'_>, files: &Files<'_>) -> Compose {
    let mut compose = Compose::default();
    let mut taken: HashSet<&str> = HashSet::new();
    for path in NAMES
        .iter()
        .chain(&VARIANTS)
        .flat_map(|name| files.named(name))
    {
        if !taken.insert(places::folder(path)) {
            continue;
        }
        let Some(text) = sources.text(path) else {
            continue;
        };
        match yaml::parse(path, &text) {
            Ok(Some(root)) => compose.add(path, &root),
            Ok(None) => {}
            Err(problem) => sources.report(problem),
        }
    }
    compose
}

impl Compose {
    fn add(&mut self, path: &str, root: &Node) {
        let services: Vec<(&str, &Node)> = root
            .get("services")
            .map(|services| services.entries().collect())
            .unwrap_or_default();
        let built: Vec<(&str, &Node, String)> = services
            .iter()
            .filter_map(|(name, service)| Some((*name, *service, context(path, service)?)))
            .collect();
        for (_, service, folder) in &built {
            self.of_built(path, service, folder);
        }
        for (name, service) in &services {
            let image = service
                .get("image")
                .and_then(|image| Some((image.line, image.text()?)));
            let Some((line, image)) = image else { continue };
            let Some((kind, version)) = services::of_image(image) else {
                continue;
            };
            let needed_by = built
                .iter()
                .filter(|(_, service, _)| depends_on(service, name))
                .map(|(.., folder)| folder.clone())
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

/// Whether a service waits for the one of this name, or is linked to it.
fn depends_on(service: &Node, name: &str) -> bool {
    ["depends_on", "links"].iter().any(|key| {
        service.get(key).is_some_and(|node| {
            let listed = node.texts().into_iter().map(|(_, text)| text);
            let mapped = node.entries().map(|(key, _)| key);
            listed
                .chain(mapped)
                .any(|other| other.split(':').next() == Some(name))
        })
    })
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
    use super::*;

    fn read_one(text: &str) -> Compose {
        let mut compose = Compose::default();
        let root = yaml::parse("deploy/compose.yaml", text).unwrap().unwrap();
        compose.add("deploy/compose.yaml", &root);
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
    fn the_port_in_the_container_is_meant() {
        assert_eq!(inner_port("8080:80"), Some(80));
        assert_eq!(inner_port("3000"), Some(3000));
        assert_eq!(inner_port("[::1]:80:90/udp"), Some(90));
        assert_eq!(inner_port("a:b"), None);
        assert_eq!(inner_port("80:0"), None);
    }
}
