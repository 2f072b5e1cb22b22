//! What files that describe how something runs add to the stacks.

use crate::test_surveys::{lines, starts, surveyed};

const APP: (&str, &str) = (
    "app.py",
    "from flask import Flask\n\napp = Flask(__name__)\n",
);
const REQUIREMENTS: (&str, &str) = ("requirements.txt", "flask\ngunicorn\n");

#[track_caller]
fn check_start(files: &[(&str, &str)], expected: &str) {
    let mut files = files.to_vec();
    files.extend([APP, REQUIREMENTS]);
    let found = lines(&files, |stack| {
        let start = stack.commands.start.as_ref().unwrap();
        let port = stack.port.as_ref().unwrap().value;
        format!("{} {} {port}", start.value, start.evidence)
    });
    assert_eq!(found, expected, "{files:?}");
}

#[test]
fn files_about_how_it_runs_outweigh_the_code() {
    check_start(
        &[],
        "gunicorn --bind 0.0.0.0:$PORT app:app app.py:3 (server-gunicorn) 8000",
    );
    check_start(
        &[("Procfile", "web: gunicorn app:app\n")],
        "gunicorn app:app Procfile:1 (procfile) 8000",
    );
    check_start(
        &[(
            "Dockerfile",
            "FROM python\nEXPOSE 9000\nCMD gunicorn -b :9000 app:app\n",
        )],
        "gunicorn -b :9000 app:app Dockerfile:3 (dockerfile-cmd) 9000",
    );
    check_start(
        &[
            ("Dockerfile", "FROM python\nCMD a\n"),
            ("fly.toml", "[http_service]\ninternal_port = 8081\n"),
        ],
        "gunicorn --bind 0.0.0.0:$PORT app:app app.py:3 (server-gunicorn) 8081",
    );
    check_start(
        &[(
            "compose.yaml",
            "services:\n  web:\n    build: .\n    ports: ['80:7000']\n",
        )],
        "gunicorn --bind 0.0.0.0:$PORT app:app app.py:3 (server-gunicorn) 7000",
    );
}

#[test]
fn of_several_files_the_first_in_the_order_is_believed() {
    check_start(
        &[
            ("Dockerfile", "FROM python\nCMD python a.py\n"),
            (
                "railway.json",
                "{\"deploy\": {\"startCommand\": \"gunicorn r:r\"}}",
            ),
            ("Procfile", "web: gunicorn p:p\n"),
        ],
        "gunicorn p:p Procfile:1 (procfile) 8000",
    );
    check_start(
        &[
            ("Dockerfile", "FROM python\nCMD python a.py\n"),
            ("nixpacks.toml", "[start]\ncmd = 'gunicorn n:n'\n"),
        ],
        "gunicorn n:n nixpacks.toml:2 (nixpacks) 8000",
    );
}

#[test]
fn further_processes_and_releases_are_kept() {
    let files = [
        APP,
        REQUIREMENTS,
        (
            "Procfile",
            "web: gunicorn app:app\nworker: rq worker\nrelease: flask db upgrade\n",
        ),
    ];
    let found = lines(&files, |stack| {
        let processes: Vec<_> = stack
            .processes
            .iter()
            .map(|process| format!("{}={}", process.name, process.command))
            .collect();
        let migrate = &stack.commands.migrate.as_ref().unwrap().value;
        format!("{} {migrate}", processes.join(","))
    });
    assert_eq!(found, "worker=rq worker flask db upgrade");
}

#[test]
fn a_file_speaks_of_its_own_folder() {
    let files = [
        ("api/app.py", APP.1),
        ("api/requirements.txt", REQUIREMENTS.1),
        ("Procfile", "web: gunicorn api.app:app\n"),
        ("api/Procfile", "web: gunicorn mine:app\n"),
    ];
    assert_eq!(
        starts(&files),
        "api api flask | gunicorn mine:app | app:app | 8000"
    );
    // Without one there, one above speaks of what it starts, and where that is typed.
    assert_eq!(
        starts(&files[..3]),
        "api api flask | cd .. && gunicorn api.app:app | app:app | 8000"
    );
    let deploy = surveyed(&files[..3]).survey.deploy.unwrap();
    assert_eq!(
        deploy.start_command.as_deref(),
        Some("gunicorn api.app:app")
    );
    let into = [
        files[0],
        files[1],
        ("Procfile", "web: cd api && gunicorn app:app\n"),
    ];
    assert_eq!(
        starts(&into),
        "api api flask | gunicorn app:app | app:app | 8000"
    );
    let option = [
        files[0],
        files[1],
        ("web/requirements.txt", "flask\n"),
        ("web/app.py", APP.1),
        ("Procfile", "web: gunicorn --chdir api app:app\n"),
    ];
    assert_eq!(
        starts(&option),
        "api api flask | cd .. && gunicorn --chdir api app:app | app:app | 8000\nweb api flask | flask --app app:app run --host 0.0.0.0 --port $PORT | app:app | 5000"
    );
    let application = surveyed(&option).survey.application.unwrap();
    assert_eq!(
        (
            application.value.as_str(),
            application.evidence.rule.as_ref()
        ),
        ("api", "application-told")
    );
}

#[test]
fn a_root_without_a_package_is_started_by_no_script() {
    let package = r#"{"name": "web", "scripts": {"start": "node index.js"}}"#;
    let files = [
        ("web/package.json", package),
        ("web/index.js", ""),
        ("Procfile", "web: npm start\n"),
    ];
    assert_eq!(starts(&files), "web app | npm run start |  | ");
    let files = [
        files[0],
        files[1],
        ("Procfile", "web: npm start --prefix web\n"),
    ];
    assert_eq!(
        starts(&files),
        "web app | cd .. && npm start --prefix web |  | "
    );
}

#[test]
fn a_container_makes_an_application_of_what_is_published_too() {
    let package = r#"{"name": "@x/proxy", "files": ["dist"], "scripts": {"build": "tsup"}}"#;
    let root = r#"{"name": "all", "private": true, "workspaces": ["apps/*"]}"#;
    let files = [
        ("package.json", root),
        ("apps/proxy/package.json", package),
        (
            "apps/proxy/Dockerfile",
            "FROM node\nCMD [\"node\", \"dist/index.js\"]\n",
        ),
    ];
    assert_eq!(
        starts(&files),
        ". library |  |  | \napps/proxy app | cd apps/proxy && node dist/index.js |  | "
    );
    let tested = [
        files[0],
        files[1],
        ("apps/proxy/Dockerfile", "FROM node\nCMD npm test\n"),
    ];
    assert_eq!(
        starts(&tested),
        ". library |  |  | \napps/proxy library |  |  | "
    );
}

#[test]
fn a_container_for_development_starts_no_pages() {
    let package = r#"{"name": "web", "scripts": {"start": "react-scripts start", "build": "react-scripts build"}, "dependencies": {"react-scripts": "5", "react": "18"}}"#;
    let files = [
        ("package.json", package),
        ("Dockerfile", "FROM node\nCMD [\"npm\", \"start\"]\n"),
    ];
    assert_eq!(starts(&files), ". static create-react-app+react |  |  | ");
}

#[test]
fn services_come_from_images_with_their_versions() {
    let compose = "services:\n  web:\n    build: .\n    depends_on: [db]\n  db:\n    image: postgres:16\n  cache:\n    image: redis:7-alpine\n  proxy:\n    image: nginx\n";
    let found = lines(&[APP, REQUIREMENTS, ("compose.yaml", compose)], |stack| {
        let shown = stack.services.iter().map(|need| {
            let version = need.version.as_deref().unwrap_or("-");
            format!("{} {version} {}", need.kind, need.required)
        });
        shown.collect::<Vec<_>>().join(", ")
    });
    assert_eq!(found, "postgresql 16 true, redis 7 false");
}

#[test]
fn what_depends_on_a_library_needs_what_that_one_needs() {
    let files = [
        (
            "pyproject.toml",
            "[project]\nname = \"shop\"\ndependencies = [\"shop-db\"]\n[tool.uv.workspace]\nmembers = [\"db\"]\n",
        ),
        ("main.py", "print(1)\n"),
        (
            "db/pyproject.toml",
            "[project]\nname = \"Shop_DB\"\ndependencies = [\"asyncpg\"]\n[build-system]\nrequires = []\n",
        ),
        ("db/shop_db/__init__.py", ""),
    ];
    let found = lines(&files, |stack| {
        let kinds: Vec<_> = stack.services.iter().map(|need| need.kind.name()).collect();
        format!("{} {}", stack.folder, kinds.join(" "))
    });
    assert_eq!(found, ". postgresql\ndb postgresql");
}

#[test]
fn a_health_check_comes_from_files_and_from_routes() {
    let health = |files: &[(&str, &str)]| {
        let findings = surveyed(files);
        let found = findings.survey.stacks[0].health_path.clone();
        found.map(|found| format!("{} {}", found.value, found.evidence))
    };
    let route = format!(
        "{}\n@app.route('/healthz')\ndef health():\n    return ''\n",
        APP.1
    );
    let app = ("app.py", route.as_str());
    assert_eq!(
        health(&[app, REQUIREMENTS]).unwrap(),
        "/healthz app.py:5 (health-route)"
    );
    let docker = "FROM python\nHEALTHCHECK CMD curl http://localhost/up\n";
    assert_eq!(
        health(&[app, REQUIREMENTS, ("Dockerfile", docker)]).unwrap(),
        "/up Dockerfile:2 (dockerfile-healthcheck)"
    );
    assert_eq!(health(&[APP, REQUIREMENTS]), None);
}

#[test]
fn what_cannot_be_read_is_a_problem_with_its_place() {
    let files = [
        APP,
        REQUIREMENTS,
        ("compose.yaml", "services: [\n"),
        ("fly.toml", "a = \n"),
        ("railway.json", "{"),
    ];
    let problems: Vec<String> = surveyed(&files)
        .problems
        .iter()
        .map(|problem| problem.evidence.to_string())
        .collect();
    assert_eq!(
        problems,
        [
            "compose.yaml:1 (yaml-syntax)",
            "fly.toml:1 (toml-syntax)",
            "railway.json:1 (json-syntax)",
        ]
    );
}

#[test]
fn a_file_of_processes_without_end_has_one() {
    let listed: Vec<String> = (0..2000).map(|one| format!("p{one}: x{one}")).collect();
    let procfile = listed.join("\n");
    let findings = surveyed(&[APP, REQUIREMENTS, ("Procfile", &procfile)]);
    assert_eq!(findings.survey.stacks[0].processes.len(), 500);
}
