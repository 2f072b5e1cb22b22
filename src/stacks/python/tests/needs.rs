//! Workers, migrations, tests, services and folders of Python stacks.

use dhtl_project_model::stack::Stack;

use crate::test_surveys::{json_name, lines};

#[track_caller]
fn check(files: &[(&str, &str)], show: impl Fn(&Stack) -> String, expected: &str) {
    assert_eq!(lines(files, show), expected, "{files:?}");
}

fn processes(stack: &Stack) -> String {
    let shown = stack
        .processes
        .iter()
        .map(|process| format!("{}: {}", process.name, process.command));
    shown.collect::<Vec<_>>().join("; ")
}

fn services(stack: &Stack) -> String {
    let shown = stack.services.iter().map(|need| {
        let mark = if need.required { "!" } else { "" };
        let version = need.version.as_deref().unwrap_or_default();
        format!("{}{mark} {version}", need.kind)
            .trim_end()
            .to_owned()
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn folders(stack: &Stack) -> String {
    let shown = stack
        .file_folders
        .iter()
        .map(|folder| format!("{} {}", folder.path, json_name(&folder.purpose)));
    shown.collect::<Vec<_>>().join(", ")
}

fn migrate(stack: &Stack) -> String {
    let migrate = stack.commands.migrate.as_ref();
    migrate.map_or_else(String::new, |migrate| migrate.value.clone())
}

const MANAGE: (&str, &str) = (
    "manage.py",
    "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
);
const APP: (&str, &str) = (
    "app.py",
    "from flask import Flask\n\napp = Flask(__name__)\n",
);

#[test]
fn what_runs_beside_the_server_is_a_process() {
    let celery = "from celery import Celery\n\napp = Celery('shop')\n";
    check(
        &[
            MANAGE,
            ("requirements.txt", "django\ncelery\n"),
            ("shop/__init__.py", ""),
            ("shop/celery.py", celery),
        ],
        processes,
        "worker: celery --app shop worker --loglevel INFO",
    );
    check(
        &[
            APP,
            ("requirements.txt", "flask\ncelery\n"),
            (
                "tasks.py",
                &format!("{celery}app.conf.beat_schedule = {{}}\n"),
            ),
        ],
        processes,
        "beat: celery --app tasks beat --loglevel INFO; worker: celery --app tasks worker --loglevel INFO",
    );
    check(
        &[MANAGE, ("requirements.txt", "django\ndjango-rq\n")],
        processes,
        "worker: python manage.py rqworker default",
    );
    check(
        &[
            APP,
            ("requirements.txt", "flask\ndramatiq\n"),
            ("jobs.py", "import dramatiq\n"),
        ],
        processes,
        "worker: dramatiq jobs",
    );
}

#[test]
fn what_migrates_is_known_by_its_files() {
    let requirements = ("requirements.txt", "flask\nflask-migrate\n");
    check(&[MANAGE, requirements], migrate, "python manage.py migrate");
    check(
        &[APP, requirements, ("alembic.ini", "[alembic]\n")],
        migrate,
        "alembic upgrade head",
    );
    check(
        &[APP, requirements, ("migrations/env.py", "")],
        migrate,
        "flask --app app:app db upgrade",
    );
    check(&[APP, requirements], migrate, "");
}

#[test]
fn drivers_and_settings_show_services() {
    check(
        &[APP, ("requirements.txt", "flask\npsycopg2-binary\nredis\n")],
        services,
        "postgresql, redis",
    );
    check(
        &[APP, ("requirements.txt", "celery[redis]\n")],
        services,
        "redis",
    );
    check(
        &[
            MANAGE,
            ("requirements.txt", "django"),
            ("shop/__init__.py", ""),
            (
                "shop/settings.py",
                "DATABASES = {\n  'default': {'ENGINE': 'django.db.backends.mysql'},\n}\nCACHES = {'default': {'BACKEND': 'django_redis.cache.RedisCache'}}\n",
            ),
        ],
        services,
        "mysql!, redis",
    );
    check(
        &[
            (
                "main.py",
                "import os\n\nDATABASE_URL = os.environ.get('DATABASE_URL', 'postgresql+asyncpg://a:b@c/d')\n",
            ),
            ("requirements.txt", "idna"),
        ],
        services,
        "postgresql!",
    );
    check(
        &[
            APP,
            ("dev-requirements.txt", "redis"),
            ("requirements.txt", "flask"),
        ],
        services,
        "",
    );
}

#[test]
fn folders_that_outlive_a_container_are_known() {
    check(
        &[
            MANAGE,
            ("requirements.txt", "django"),
            ("shop/__init__.py", ""),
            (
                "shop/settings.py",
                "BASE_DIR = 1\nSTATIC_ROOT = BASE_DIR / 'static'\nMEDIA_ROOT = os.path.join(BASE_DIR, 'a', 'b')\nDATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}\n",
            ),
        ],
        folders,
        "static static, a/b media, db.sqlite3 data",
    );
    check(
        &[
            (
                "app.py",
                "from flask import Flask\napp = Flask(__name__)\napp.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///data/x.db'\napp.config['UPLOAD_FOLDER'] = 'uploads'\n",
            ),
            ("requirements.txt", "flask"),
        ],
        folders,
        "uploads media, data/x.db data",
    );
    check(
        &[(
            "main.py",
            "import sqlite3\n\nconnection = sqlite3.connect('notes.db')\nother = sqlite3.connect(':memory:')\n",
        )],
        folders,
        "notes.db data",
    );
}
