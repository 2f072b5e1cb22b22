//! The services that hosting platforms are asked to run beside an application.
//!
//! Sources: `addons` of `app.json` in the documentation of Heroku, `databases` and services of type
//! `keyvalue` of `render.yaml` in that of Render.

use dhtl_detection::formats::yaml::{self, Node};
use dhtl_project_model::Evidence;
use dhtl_project_model::stack::ServiceKind;

use super::compose::ComposeService;
use super::files::Files;
use crate::json::{self, Dialect};
use crate::places;
use crate::sources::Sources;

/// Those that the files of a project ask for.
pub(super) fn read(sources: &Sources<'_>, files: &Files<'_>) -> Vec<ComposeService> {
    let mut found = Vec::new();
    for path in files.named("app.json") {
        found.extend(heroku(sources, path));
    }
    for path in files.named("render.yaml") {
        // What cannot be read was reported where the commands are read.
        let root = sources
            .text(path)
            .and_then(|text| yaml::parse(path, &text).ok()?);
        found.extend(root.iter().flat_map(|root| render(root, path)));
    }
    found
}

/// The add-ons by the beginning of their names: `heroku-postgresql:essential-0`.
const ADDONS: [(&str, ServiceKind); 21] = [
    ("heroku-postgresql", ServiceKind::PostgreSql),
    ("cleardb", ServiceKind::MySql),
    ("jawsdb-maria", ServiceKind::MariaDb),
    ("jawsdb", ServiceKind::MySql),
    ("stackhero-mysql", ServiceKind::MySql),
    ("mongolab", ServiceKind::MongoDb),
    ("ormongo", ServiceKind::MongoDb),
    ("heroku-redis", ServiceKind::Redis),
    ("heroku-key-value-store", ServiceKind::Redis),
    ("redistogo", ServiceKind::Redis),
    ("rediscloud", ServiceKind::Redis),
    ("openredis", ServiceKind::Redis),
    ("memcachier", ServiceKind::Memcached),
    ("memcachedcloud", ServiceKind::Memcached),
    ("cloudamqp", ServiceKind::RabbitMq),
    ("heroku-kafka", ServiceKind::Kafka),
    ("bonsai", ServiceKind::Elasticsearch),
    ("searchbox", ServiceKind::Elasticsearch),
    ("bucketeer", ServiceKind::S3),
    ("sendgrid", ServiceKind::Smtp),
    ("mailgun", ServiceKind::Smtp),
];

fn heroku(sources: &Sources<'_>, path: &str) -> Vec<ComposeService> {
    let Some(root) = json::read(sources, path, Dialect::WithComments) else {
        return Vec::new();
    };
    let addons = root.get("addons").map_or(&[][..], json::Node::elements);
    let named = addons.iter().filter_map(|addon| {
        let plan = addon.text().or_else(|| addon.get("plan")?.text())?;
        let name = plan.split(':').next()?;
        let (_, kind) = ADDONS.iter().find(|(known, _)| *known == name)?;
        let version = addon.descend(&["options", "version"]);
        Some(ComposeService {
            kind: *kind,
            version: version.and_then(|version| Some(version.text_or_number()?.to_owned())),
            needed_by: vec![places::folder(path).to_owned()],
            evidence: Evidence::at(path, addon.line, "app-json-addon"),
        })
    });
    named.collect()
}

fn render(root: &Node, path: &str) -> Vec<ComposeService> {
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let services = root.get("services").map(Node::elements).unwrap_or_default();
    let is_store = |service: &Node| {
        let kind = text(service, "type");
        matches!(kind.as_deref(), Some("keyvalue" | "redis"))
    };
    let needed_by: Vec<String> = services
        .iter()
        .filter(|service| !is_store(service) && service.get("envVars").is_some())
        .filter_map(|service| {
            let folder = text(service, "rootDir").unwrap_or_else(|| ".".to_owned());
            places::join(places::folder(path), &folder)
        })
        .collect();
    let databases = root.get("databases").map(Node::elements);
    let databases = databases.unwrap_or_default();
    let databases = databases.iter().map(|database| {
        let version = text(database, "postgresMajorVersion");
        (ServiceKind::PostgreSql, version, database.line)
    });
    let stores = services
        .iter()
        .filter(|service| is_store(service))
        .map(|store| (ServiceKind::Redis, None, store.line));
    let all = databases.chain(stores);
    all.map(|(kind, version, line)| ComposeService {
        kind,
        version,
        needed_by: needed_by.clone(),
        evidence: Evidence::at(path, line, "render-yaml-service"),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::test_surveys::lines;

    #[test]
    fn platforms_are_asked_for_services() {
        let app = ("app.js", "require('express')().listen(3000)\n");
        let package = (
            "package.json",
            r#"{"name": "x", "scripts": {"start": "node app.js"}, "dependencies": {"express": "4"}}"#,
        );
        let shown = |file| {
            lines(&[app, package, file], |stack| {
                let shown = stack.services.iter().map(|need| {
                    let version = need.version.as_deref().unwrap_or("-");
                    format!("{} {version} {}", need.kind, need.required)
                });
                shown.collect::<Vec<_>>().join(", ")
            })
        };
        assert_eq!(
            shown((
                "app.json",
                r#"{"addons": ["heroku-redis:mini", {"plan": "heroku-postgresql", "options": {"version": "16"}}, "x"]}"#
            )),
            "postgresql 16 true, redis - true"
        );
        assert_eq!(
            shown((
                "render.yaml",
                "services:\n  - type: web\n    envVars:\n      - key: A\n  - type: keyvalue\n    name: c\ndatabases:\n  - name: d\n    postgresMajorVersion: \"17\"\n"
            )),
            "postgresql 17 true, redis - true"
        );
    }
}
