//! What stacks of Python are, and where.

use crate::test_surveys::starts;

#[track_caller]
fn check(what: &str, files: &[(&str, &str)], expected: &[&str]) {
    let found = starts(files);
    let found: Vec<&str> = found.lines().collect();
    assert_eq!(found, expected, "{what}");
}

#[test]
fn what_it_is_follows_from_what_is_installed() {
    check(
        "a script",
        &[("main.py", "print(1)\n")],
        &[". app | python main.py |  | "],
    );
    check(
        "a library",
        &[
            (
                "pyproject.toml",
                "[project]\nname = \"shop\"\n[build-system]\nrequires = [\"hatchling\"]\n",
            ),
            ("shop/__init__.py", ""),
        ],
        &[". library |  |  | "],
    );
    check(
        "a library that can serve",
        &[
            (
                "pyproject.toml",
                "[project]\nname = \"shop\"\n[build-system]\nrequires = [\"hatchling\"]\n",
            ),
            ("shop/__init__.py", ""),
            ("shop/contrib.py", "from flask import Blueprint\n"),
        ],
        &[". library flask |  |  | "],
    );
    check(
        "a command",
        &[
            (
                "pyproject.toml",
                "[project]\nname = \"shop\"\n[project.scripts]\nshop = \"shop:main\"\n[build-system]\nrequires = [\"hatchling\"]\n",
            ),
            ("shop/__init__.py", ""),
        ],
        &[". cli | shop |  | "],
    );
    check(
        "a command that is not installed",
        &[
            ("requirements.txt", "typer\n"),
            ("tool.py", "import typer\n\ntyper.run(print)\n"),
        ],
        &[". cli typer | python tool.py |  | "],
    );
}

#[test]
fn what_it_is_follows_from_what_it_imports() {
    check(
        "a package that can be run",
        &[
            ("requirements.txt", "requests\n"),
            ("shop/__init__.py", ""),
            ("shop/__main__.py", "import requests\n"),
        ],
        &[". app | python -m shop |  | "],
    );
    check(
        "a bot",
        &[
            ("requirements.txt", "discord.py\n"),
            (
                "src/bot.py",
                "import discord\n\nclient = discord.Client()\nclient.run(\"x\")\n",
            ),
        ],
        &[". bot discord.py | python src/bot.py |  | "],
    );
    check(
        "a worker",
        &[
            ("requirements.txt", "celery\n"),
            ("jobs/__init__.py", ""),
            (
                "jobs/app.py",
                "from celery import Celery\n\napp = Celery(\"jobs\")\n",
            ),
        ],
        &[". worker celery | celery --app jobs.app worker --loglevel INFO |  | "],
    );
    check(
        "a schedule",
        &[
            ("requirements.txt", "apscheduler\n"),
            (
                "main.py",
                "from apscheduler.schedulers.blocking import BlockingScheduler\n\nscheduler = BlockingScheduler()\nscheduler.start()\n",
            ),
        ],
        &[". worker apscheduler | python main.py |  | "],
    );
    check(
        "notebooks",
        &[
            ("requirements.txt", "pandas\n"),
            (
                "a.ipynb",
                "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"import pandas\\n\"]}], \"nbformat\": 4, \"nbformat_minor\": 5, \"metadata\": {}}",
            ),
        ],
        &[". notebook |  |  | "],
    );
}

#[test]
fn what_it_is_follows_from_what_lies_beside_it() {
    check(
        "numbers",
        &[
            ("requirements.txt", "pandas\n"),
            ("main.py", "import pandas\n"),
        ],
        &[". data-science | python main.py |  | "],
    );
    check(
        "pages of templates",
        &[
            ("requirements.txt", "flask\ngunicorn\n"),
            (
                "app.py",
                "from flask import Flask\n\napp = Flask(__name__)\n",
            ),
            ("templates/index.html", "<p>\n"),
        ],
        &[". web flask | gunicorn --bind 0.0.0.0:$PORT app:app | app:app | 8000"],
    );
    check(
        "pipelines",
        &[
            ("requirements.txt", "apache-airflow\n"),
            ("dags/daily.py", "from airflow import DAG\n"),
        ],
        &[". worker airflow | airflow standalone |  | 8080"],
    );
}

#[test]
fn folders_with_code_and_a_manifest_are_stacks() {
    check(
        "a back end beside a front end",
        &[
            ("backend/requirements.txt", "fastapi\nuvicorn\n"),
            (
                "backend/main.py",
                "from fastapi import FastAPI\n\napp = FastAPI()\n",
            ),
            ("frontend/package.json", "{\"name\": \"web\"}"),
        ],
        &["backend api fastapi | uvicorn main:app --host 0.0.0.0 --port $PORT | main:app | 8000"],
    );
    check(
        "requirements of documentation, tests and tools make none",
        &[
            ("requirements.txt", ""),
            ("main.py", ""),
            ("docs/requirements.txt", "sphinx"),
            ("docs/conf.py", ""),
            ("tests/requirements.txt", "pytest"),
            ("tests/test_a.py", ""),
            ("scripts/requirements.txt", "x"),
            ("scripts/a.py", ""),
            ("requirements/base.txt", "x"),
        ],
        &[". app | python main.py |  | "],
    );
    check(
        "settings of tools make none",
        &[
            ("package.json", "{\"name\": \"web\"}"),
            ("pyproject.toml", "[tool.ruff]\n"),
            ("tools/a.py", "import os\n"),
        ],
        &[". library |  |  | "],
    );
    check(
        "members of a workspace",
        &[
            (
                "pyproject.toml",
                "[tool.uv.workspace]\nmembers = [\"packages/*\"]\n",
            ),
            ("uv.lock", "version = 1\n"),
            (
                "packages/a/pyproject.toml",
                "[project]\nname = \"a\"\ndependencies = [\"fastapi\", \"uvicorn\"]\n",
            ),
            (
                "packages/a/main.py",
                "from fastapi import FastAPI\n\napp = FastAPI()\n",
            ),
            (
                "packages/b/pyproject.toml",
                "[project]\nname = \"b\"\n[build-system]\nrequires = []\n",
            ),
            ("packages/b/b/__init__.py", ""),
        ],
        &[
            "packages/a api fastapi | uvicorn main:app --host 0.0.0.0 --port $PORT | main:app | 8000",
            "packages/b library |  |  | ",
        ],
    );
}
