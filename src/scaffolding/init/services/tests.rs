//! Services from what is known of projects.

use std::fs;

use dhtl_project_model::stack::{ProjectType, Stack};
use dhtl_project_model::{EnvVar, Evidence, Found, Project, PythonProject};

use super::*;

/// A project in a folder of its own.
struct Shop {
    folder: tempfile::TempDir,
    project: Project,
    stacks: stack::Survey,
}

impl Shop {
    fn new(files: &[(&str, &str)], names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("pyproject.toml"),
            "[project]\nname = 'shop'\nversion = '1'\n",
        )
        .unwrap();
        for (path, text) in files {
            fs::write(folder.path().join(path), text).unwrap();
        }
        let request = dhtl_detection::DetectRequest {
            start: folder.path(),
            root: Some(folder.path()),
            config_python: None,
        };
        let mut project = dhtl_detection::detect(&request).unwrap();
        project.env_vars = names
            .iter()
            .map(|name| EnvVar {
                name: (*name).to_owned(),
                required: true,
                evidence: Vec::new(),
            })
            .collect();
        Self {
            folder,
            project,
            stacks: stack::Survey::default(),
        }
    }

    fn stack(mut self, place: &str, kind: StackKind, services: Vec<ServiceNeed>) -> Self {
        let evidence = Evidence::file("pyproject.toml", "manifest");
        let project_type = Found {
            value: ProjectType::Api,
            evidence: evidence.clone(),
        };
        let stack = Stack::new(place, kind, evidence, project_type);
        self.stacks.stacks.push(Stack { services, ..stack });
        self
    }

    /// The images, and the variables for jobs whose services have hosts.
    fn services(&self) -> (Vec<String>, Vec<String>, Option<String>) {
        let none = PythonProject::default();
        let survey = Survey {
            project: &self.project,
            python: self.project.python.as_ref().unwrap_or(&none),
            added: Vec::new(),
        };
        assert_eq!(survey.project.root, self.folder.path());
        let services = Services::of(&survey, &self.stacks);
        let images = services
            .running
            .iter()
            .map(|one| one.image.clone())
            .collect();
        let variables = services.environment(&survey, Reach::Hosts);
        let text = |value: &Value, key| value.get_attr(key).unwrap().to_string();
        let variables = variables
            .try_iter()
            .unwrap()
            .map(|one| format!("{}={}", text(&one, "name"), text(&one, "value")))
            .collect();
        (images, variables, services.note())
    }
}

fn need(kind: ServiceKind, required: bool, evidence: Evidence) -> ServiceNeed {
    ServiceNeed {
        kind,
        version: None,
        required,
        evidence: vec![evidence],
    }
}

fn required(kind: ServiceKind) -> ServiceNeed {
    need(
        kind,
        true,
        Evidence::at("settings.py", 1, "service-settings"),
    )
}

const NONE: [&str; 0] = [];

#[test]
fn a_driver_alone_starts_nothing_and_a_setting_does() {
    let driver = Evidence::at("pyproject.toml", 1, "service-package");
    let optional = need(ServiceKind::PostgreSql, false, driver);
    let shop = Shop::new(&[], &["DATABASE_URL"]).stack(".", StackKind::Python, vec![optional]);
    let (images, variables, _) = shop.services();
    assert_eq!((images, variables), (Vec::new(), Vec::new()));

    let shop = Shop::new(&[], &["DATABASE_URL", "SECRET_KEY"]).stack(
        ".",
        StackKind::Python,
        vec![required(ServiceKind::PostgreSql)],
    );
    let (images, variables, note) = shop.services();
    assert_eq!(images, ["postgres:18"]);
    assert_eq!(
        variables,
        ["DATABASE_URL=postgresql://postgres:postgres@postgres:5432/test"]
    );
    assert_eq!(note, None);
}

#[test]
fn a_compose_file_says_which_image() {
    let compose = "services:\n  db:\n    image: mariadb:10.11\n";
    let mut one = need(
        ServiceKind::MySql,
        false,
        Evidence::at("compose.yaml", 3, COMPOSED),
    );
    one.version = Some("10.11".to_owned());
    let names = [
        "MYSQL_HOST",
        "MYSQL_PORT",
        "MYSQL_USER",
        "MYSQL_PASSWORD",
        "MYSQL_DATABASE",
    ];
    let shop =
        Shop::new(&[("compose.yaml", compose)], &names).stack(".", StackKind::Python, vec![one]);
    let (images, variables, _) = shop.services();
    assert_eq!(images, ["mariadb:10.11"]);
    assert_eq!(
        variables,
        [
            "MYSQL_HOST=mariadb",
            "MYSQL_PORT=3306",
            "MYSQL_USER=root",
            "MYSQL_PASSWORD=root",
            "MYSQL_DATABASE=test",
        ]
    );
}

#[test]
fn only_what_the_tests_are_about_counts() {
    let shop = Shop::new(&[], &[])
        .stack(".", StackKind::Python, vec![required(ServiceKind::Kafka)])
        .stack("web", StackKind::Node, vec![required(ServiceKind::Redis)])
        .stack(
            "examples/a",
            StackKind::Python,
            vec![required(ServiceKind::MongoDb)],
        );
    let (images, _, note) = shop.services();
    assert_eq!(images, NONE);
    let expected = "services that the tests may need, to be added by hand: kafka";
    assert_eq!(note.as_deref(), Some(expected));
}

#[test]
fn the_driver_of_a_url_is_that_of_the_project() {
    let need = || vec![required(ServiceKind::PostgreSql)];
    let requirements = ("requirements.txt", "sqlalchemy\nasyncpg\n");
    let shop = Shop::new(&[requirements], &["DATABASE_URL"]).stack(".", StackKind::Python, need());
    let end = "://postgres:postgres@postgres:5432/test";
    assert_eq!(
        shop.services().1,
        [format!("DATABASE_URL=postgresql+asyncpg{end}")]
    );

    let example = (
        ".env.example",
        "DATABASE_URL=\"postgresql+psycopg://me:secret@db/shop\"\n",
    );
    let shop = Shop::new(&[requirements, example], &["DATABASE_URL"]).stack(
        ".",
        StackKind::Python,
        need(),
    );
    assert_eq!(
        shop.services().1,
        [format!("DATABASE_URL=postgresql+psycopg{end}")]
    );

    let example = (".env.example", "DATABASE_URL=postgresql+'$(x)'://db\n");
    let shop = Shop::new(&[example], &["DATABASE_URL"]).stack(".", StackKind::Python, need());
    assert_eq!(shop.services().1, [format!("DATABASE_URL=postgresql{end}")]);
}

#[test]
fn a_queue_is_asked_before_a_cache() {
    let needs = vec![
        required(ServiceKind::Redis),
        required(ServiceKind::RabbitMq),
    ];
    let names = ["CELERY_BROKER_URL", "CELERY_RESULT_BACKEND", "CACHE_URL"];
    let shop = Shop::new(&[], &names).stack(".", StackKind::Python, needs);
    assert_eq!(
        shop.services().1,
        [
            "CELERY_BROKER_URL=amqp://guest:guest@rabbitmq:5672/",
            "CELERY_RESULT_BACKEND=redis://redis:6379/0",
            "CACHE_URL=redis://redis:6379/0",
        ]
    );
}
