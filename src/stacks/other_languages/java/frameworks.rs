//! What the packages of Maven say about the program that is built with them.

use dhtl_project_model::stack::ProjectType;
use dhtl_project_model::{Evidence, Found};

use super::super::draft;
use super::super::frameworks::{Framework, Frameworks, framework};
use super::statements::property;
use crate::places;
use crate::sources::Sources;

/// Frameworks by artifact: what stands behind the colon of `group:artifact:version`.
const FRAMEWORKS: &[Framework] = &[
    framework(
        "spring-boot-starter-web",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-boot-starter-webmvc",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-boot-starter-webflux",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-boot-starter-jersey",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-boot-starter-graphql",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-boot-starter-data-rest",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-boot-starter-thymeleaf",
        "spring-boot-pages",
        ProjectType::Web,
        Some(8080),
    ),
    framework(
        "spring-boot-admin-starter-server",
        "spring-boot",
        ProjectType::Web,
        Some(8080),
    ),
    framework(
        "spring-cloud-starter-gateway",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-cloud-starter-gateway-server-webflux",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-cloud-starter-gateway-server-webmvc",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-cloud-config-server",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-cloud-starter-netflix-eureka-server",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-boot-starter-batch",
        "spring-batch",
        ProjectType::Worker,
        None,
    ),
    framework("spring-boot-starter", "spring-boot", ProjectType::App, None),
    framework("quarkus-qute", "quarkus", ProjectType::Web, Some(8080)),
    framework("quarkus-picocli", "quarkus", ProjectType::Cli, None),
    framework(
        "micronaut-http-server-netty",
        "micronaut",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "micronaut-http-server",
        "micronaut",
        ProjectType::Api,
        Some(8080),
    ),
    framework("ktor-server-core", "ktor", ProjectType::Api, Some(8080)),
    framework("ktor-server-core-jvm", "ktor", ProjectType::Api, Some(8080)),
    framework("ktor-server-netty", "ktor", ProjectType::Api, Some(8080)),
    framework(
        "ktor-server-netty-jvm",
        "ktor",
        ProjectType::Api,
        Some(8080),
    ),
    framework("ktor-server-cio", "ktor", ProjectType::Api, Some(8080)),
    framework("javalin", "javalin", ProjectType::Api, Some(7070)),
    framework("javalin-bundle", "javalin", ProjectType::Api, Some(7070)),
    framework("spark-core", "spark", ProjectType::Api, Some(4567)),
    framework("helidon-webserver", "helidon", ProjectType::Api, Some(8080)),
    framework(
        "helidon-microprofile",
        "helidon",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "dropwizard-core",
        "dropwizard",
        ProjectType::Api,
        Some(8080),
    ),
    framework("vertx-web", "vert.x", ProjectType::Api, Some(8888)),
    framework("http4k-core", "http4k", ProjectType::Api, None),
    framework("grpc-netty-shaded", "grpc", ProjectType::Api, None),
    framework(
        "jakarta.jakartaee-web-api",
        "jakarta-ee",
        ProjectType::Web,
        Some(8080),
    ),
    framework(
        "jakarta.jakartaee-api",
        "jakarta-ee",
        ProjectType::Web,
        Some(8080),
    ),
    framework(
        "spring-boot-starter-websocket",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-boot-starter-web-services",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-boot-starter-webservices",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-boot-starter-hateoas",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "spring-boot-starter-rsocket",
        "spring-boot",
        ProjectType::Api,
        Some(7000),
    ),
    framework(
        "spring-boot-starter-freemarker",
        "spring-boot-pages",
        ProjectType::Web,
        Some(8080),
    ),
    framework(
        "spring-boot-starter-mustache",
        "spring-boot-pages",
        ProjectType::Web,
        Some(8080),
    ),
    framework(
        "spring-cloud-starter-gateway-mvc",
        "spring-boot",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "micronaut-views-thymeleaf",
        "micronaut-pages",
        ProjectType::Web,
        Some(8080),
    ),
    framework(
        "vaadin-spring-boot-starter",
        "vaadin",
        ProjectType::Web,
        Some(8080),
    ),
    framework(
        "helidon-webserver-http2",
        "helidon",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "helidon-microprofile-bundle",
        "helidon",
        ProjectType::Api,
        Some(8080),
    ),
    framework("vertx-http", "vert.x", ProjectType::Api, Some(8888)),
    framework("ratpack-core", "ratpack", ProjectType::Api, Some(5050)),
    framework("armeria", "armeria", ProjectType::Api, Some(8080)),
    framework("jooby-netty", "jooby", ProjectType::Api, Some(8080)),
    framework("jooby-jetty", "jooby", ProjectType::Api, Some(8080)),
    framework("undertow-core", "undertow", ProjectType::Api, Some(8080)),
    framework("jetty-server", "jetty", ProjectType::Api, Some(8080)),
    framework("JDA", "jda", ProjectType::Bot, None),
    framework("telegrambots", "telegrambots", ProjectType::Bot, None),
    framework("javafx-controls", "javafx", ProjectType::App, None),
    framework("picocli", "picocli", ProjectType::Cli, None),
    framework("clikt", "clikt", ProjectType::Cli, None),
    framework("kotlinx-cli", "kotlinx-cli", ProjectType::Cli, None),
    framework(
        "spring-shell-starter",
        "spring-shell",
        ProjectType::Cli,
        None,
    ),
];

/// What any other extension of Quarkus shows.
const QUARKUS: Framework = framework("quarkus-", "quarkus", ProjectType::App, None);

/// Extensions of Quarkus that answer requests, by how their names begin.
const QUARKUS_SERVERS: [&str; 15] = [
    "quarkus-smallrye-health",
    "quarkus-smallrye-openapi",
    "quarkus-rest",
    "quarkus-resteasy",
    "quarkus-reactive-routes",
    "quarkus-vertx-web",
    "quarkus-vertx-http",
    "quarkus-funqy-http",
    "quarkus-spring-web",
    "quarkus-spring-data-rest",
    "quarkus-hibernate-orm-rest",
    "quarkus-smallrye-graphql",
    "quarkus-grpc",
    "quarkus-websockets",
    "quarkus-undertow",
];

/// Adds the framework that an artifact is of.
pub(super) fn add(frameworks: &mut Frameworks, artifact: &str, evidence: &Evidence) {
    frameworks.add_package(FRAMEWORKS, artifact, evidence.clone());
    if artifact.starts_with("quarkus-") {
        let is_client = artifact.contains("client");
        let is_server = QUARKUS_SERVERS
            .iter()
            .any(|server| artifact.starts_with(server));
        let server = framework("quarkus-http", "quarkus", ProjectType::Api, Some(8080));
        let framework = if is_server && !is_client {
            server
        } else {
            QUARKUS
        };
        frameworks.add(framework, evidence.clone());
    }
}

/// The port that the settings of a framework name.
///
/// Source: `server.port` of Spring Boot, `quarkus.http.port`, `micronaut.server.port`.
pub(super) fn port(sources: &Sources<'_>, folder: &str) -> Option<Found<u16>> {
    let resources = places::inside(folder, "src/main/resources");
    let properties = draft::here(sources.tree, &resources, &["application.properties"]);
    if let Some(path) = properties {
        for key in ["server.port", "quarkus.http.port", "micronaut.server.port"] {
            if let Some(statement) = property(sources, &path, key, "server-port-setting")
                && let Some(value) = plain_port(&statement.text)
            {
                let evidence = statement.evidence;
                return Some(Found { value, evidence });
            }
        }
    }
    let path = draft::here(
        sources.tree,
        &resources,
        &["application.yml", "application.yaml"],
    )?;
    let root = sources.yaml(&path)?;
    let paths: [&[&str]; 5] = [
        &["server", "port"],
        &["server.port"],
        &["quarkus", "http", "port"],
        &["micronaut", "server", "port"],
        &["ktor", "deployment", "port"],
    ];
    paths.iter().find_map(|keys| {
        let node = keys.iter().try_fold(&root, |node, key| node.get(key))?;
        Some(Found {
            value: plain_port(node.text()?)?,
            evidence: Evidence::at(&path, node.line, "server-port-setting"),
        })
    })
}

/// The port of `8080`, `${PORT:8080}` or `$PORT:8080`.
fn plain_port(text: &str) -> Option<u16> {
    let text = text.trim().trim_matches(['"', '\'', '}']);
    let number = text.rsplit_once(':').map_or(text, |(_, default)| default);
    number.trim().parse().ok().filter(|port| *port > 0)
}
