//! Which stack is the application, and how it is deployed.

use crate::test_surveys::surveyed;

#[track_caller]
fn check(files: &[(&str, &str)], expected: Option<&str>) {
    let survey = surveyed(files).survey;
    let application = survey.application.map(|found| {
        let rule = found.evidence.rule;
        format!("{} {rule}", found.value)
    });
    assert_eq!(application.as_deref(), expected, "{files:?}");
    assert_eq!(survey.deploy.is_some(), expected.is_some(), "{files:?}");
}

const FLASK: &str = "from flask import Flask\n\napp = Flask(__name__)\n";
const EXPRESS: &str =
    r#"{"name": "web", "scripts": {"start": "node index.js"}, "dependencies": {"express": "4"}}"#;

#[test]
fn the_only_application_is_it() {
    check(&[("main.py", "print(1)")], Some(". application-only"));
    check(
        &[("api/requirements.txt", "flask"), ("api/app.py", FLASK)],
        Some("api application-only"),
    );
    let library = "[project]\nname = \"x\"\n[build-system]\nrequires = []\n";
    check(&[("pyproject.toml", library), ("x/__init__.py", "")], None);
}

#[test]
fn an_application_at_the_root_goes_before_those_below() {
    check(
        &[
            ("requirements.txt", "flask"),
            ("app.py", FLASK),
            ("frontend/package.json", EXPRESS),
            ("frontend/index.js", ""),
        ],
        Some(". application-at-root"),
    );
}

#[test]
fn of_two_in_folders_of_their_own_nobody_chooses() {
    check(
        &[
            ("api/requirements.txt", "flask"),
            ("api/app.py", FLASK),
            ("web/package.json", EXPRESS),
            ("web/index.js", ""),
        ],
        None,
    );
}

#[test]
fn what_answers_goes_before_what_does_not() {
    check(
        &[
            ("requirements.txt", "typer"),
            ("main.py", "import typer\n\ntyper.run(print)\n"),
            ("api/requirements.txt", "flask"),
            ("api/app.py", FLASK),
        ],
        Some("api application-answers"),
    );
}

#[test]
fn documentation_steps_back() {
    check(
        &[
            ("api/requirements.txt", "flask"),
            ("api/app.py", FLASK),
            ("website/package.json", EXPRESS),
            ("website/index.js", ""),
        ],
        Some("api application-only"),
    );
}

#[test]
fn a_website_among_the_applications_is_one_of_them() {
    check(
        &[
            (
                "package.json",
                r#"{"private": true, "workspaces": ["apps/*"]}"#,
            ),
            ("apps/website/package.json", EXPRESS),
            ("apps/website/index.js", ""),
            ("apps/guide/package.json", EXPRESS),
            ("apps/guide/index.js", ""),
            ("apps/api-docs/package.json", EXPRESS),
            ("apps/api-docs/index.js", ""),
        ],
        Some("apps/website application-answers"),
    );
}

#[test]
fn the_member_that_the_root_starts_is_it() {
    let root = |script: &str| {
        format!(
            r#"{{"name": "all", "private": true, "workspaces": ["apps/*"], "scripts": {{"start": "{script}", "build": "turbo build"}}}}"#
        )
    };
    let web = EXPRESS.replace("\"web\"", "\"@x/web\"");
    let api = EXPRESS.replace("\"web\"", "\"@x/api\"");
    let files = |root: &str| {
        let files = [
            ("package.json", root),
            ("apps/web/package.json", &web),
            ("apps/web/index.js", ""),
            ("apps/api/package.json", &api),
            ("apps/api/index.js", ""),
        ];
        let survey = surveyed(&files).survey;
        let application = survey.application.map(|found| {
            let rule = found.evidence.rule;
            format!("{} {rule}", found.value)
        });
        let deploy = survey.deploy.map(|deploy| {
            [deploy.build_command, deploy.start_command]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" | ")
        });
        (application, deploy)
    };
    for script in [
        "turbo run start --filter=@x/web",
        "cd apps/web && npm start",
        "npm start --workspace=@x/web",
        "node apps/web/index.js",
    ] {
        let (application, deploy) = files(&root(script));
        assert_eq!(
            application.as_deref(),
            Some("apps/web application-of-root"),
            "{script}"
        );
        assert_eq!(
            deploy.as_deref(),
            Some("npm install && npm run build | npm run start"),
            "{script}"
        );
    }
    assert_eq!(files(&root("turbo run start")), (None, None));
}

#[test]
fn pages_that_are_built_into_another_one_are_a_part_of_it() {
    let pages =
        r#"{"name": "web", "scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}"#;
    let files = [
        ("api/requirements.txt", "flask\ngunicorn\n"),
        ("api/app.py", FLASK),
        ("web/package.json", pages),
        ("web/index.html", ""),
        (
            "web/vite.config.js",
            "export default { build: { outDir: '../api/static' } }",
        ),
    ];
    check(&files, Some("api application-answers"));
    let deploy = surveyed(&files).survey.deploy.unwrap();
    assert_eq!(
        deploy.build_command.as_deref(),
        Some(
            "(cd web && npm install && npm run build) && (cd api && pip install -r requirements.txt)"
        )
    );
}

#[test]
fn what_nothing_starts_is_the_application_all_the_same() {
    let files = [
        (
            "package.json",
            r#"{"name": "x", "dependencies": {"expo": "51", "react-native": "0.74"}}"#,
        ),
        ("app.json", "{\"expo\": {}}"),
    ];
    let survey = surveyed(&files).survey;
    assert_eq!(survey.application.unwrap().value, ".");
    assert_eq!(survey.deploy, None);
}

#[test]
fn a_deployment_has_the_fields_of_the_seed() {
    let files = [
        ("api/requirements.txt", "django\ngunicorn\n"),
        (
            "api/manage.py",
            "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
        ),
        ("api/shop/__init__.py", ""),
        ("api/shop/settings.py", "STATIC_ROOT = 'static'\n"),
        ("api/shop/wsgi.py", ""),
    ];
    let deploy = surveyed(&files).survey.deploy.unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&deploy).unwrap(), @r#"
    {
      "type": "python",
      "build_command": "cd api && pip install -r requirements.txt && python manage.py collectstatic --noinput",
      "start_command": "cd api && python manage.py migrate && gunicorn --bind 0.0.0.0:$PORT shop.wsgi",
      "port": 8000,
      "environment": {
        "PORT": "8000",
        "PYTHONUNBUFFERED": "1"
      },
      "install_path": "/app"
    }
    "#);
}

#[test]
fn assets_are_built_before_the_application_that_hands_them_out() {
    let files = [
        ("requirements.txt", "flask\ngunicorn\n"),
        ("app.py", FLASK),
        (
            "package.json",
            r#"{"name": "x", "scripts": {"build": "tailwindcss -o static/a.css"}, "devDependencies": {"tailwindcss": "3"}}"#,
        ),
    ];
    let deploy = surveyed(&files).survey.deploy.unwrap();
    assert_eq!(deploy.kind, "python");
    assert_eq!(
        deploy.build_command.as_deref(),
        Some("npm install && npm run build && pip install -r requirements.txt")
    );
}
