//! What a project with scripts is there for, what starts what no server loads, and what pins ask for.

use crate::test_surveys::{self, lines};

fn starts(files: &[(&str, &str)]) -> String {
    test_surveys::starts(files).trim_end().to_owned()
}

#[track_caller]
fn check(what: &str, files: &[(&str, &str)], expected: &str) {
    assert_eq!(starts(files), expected, "{what}");
}

/// A `pyproject.toml` of a package with a script of its own name, and what else it says.
fn package(more: &str) -> String {
    format!(
        "[project]\nname = \"shop\"\n{more}\n[project.scripts]\nshop = \"shop.cli:main\"\n[build-system]\nrequires = [\"hatchling\"]\n"
    )
}

#[test]
fn classifiers_tell_a_command_from_a_library() {
    let of = |more: &str| {
        let pyproject = package(more);
        starts(&[
            ("pyproject.toml", pyproject.as_str()),
            ("shop/__init__.py", ""),
        ])
    };
    assert_eq!(of(""), ". cli | shop |  |");
    let library = "classifiers = [\"Topic :: Software Development :: Libraries\"]";
    assert_eq!(of(library), ". library |  |  |");
    let both = "classifiers = [\"Topic :: Software Development :: Libraries\", \"Environment :: Console\"]";
    assert_eq!(of(both), ". cli | shop |  |");
    let modules =
        "classifiers = [\"Topic :: Software Development :: Libraries :: Python Modules\"]";
    assert_eq!(of(modules), ". cli | shop |  |");
    assert_eq!(
        of("description = \"A library for shops\""),
        ". library |  |  |"
    );
}

#[test]
fn what_a_package_hands_out_makes_it_a_library() {
    let pyproject = package("");
    let of = |init: &str| {
        starts(&[
            ("pyproject.toml", pyproject.as_str()),
            ("shop/__init__.py", init),
            ("shop/cart.py", ""),
        ])
    };
    assert_eq!(of("from .cart import Cart, Line\n"), ". library |  |  |");
    assert_eq!(of("from .cart import *\n"), ". library |  |  |");
    assert_eq!(of("from .cli import main, run\n"), ". cli | shop |  |");
    assert_eq!(of("from ._version import version\n"), ". cli | shop |  |");
}

#[test]
fn scripts_of_setuptools_are_read() {
    check(
        "setup.cfg",
        &[
            ("setup.py", "from setuptools import setup\n\nsetup()\n"),
            (
                "setup.cfg",
                "[metadata]\nname = shop\n[options.entry_points]\nconsole_scripts =\n    shop = shop.cli:main\n    till = shop.till:main\n",
            ),
            ("shop/__init__.py", ""),
        ],
        ". cli | shop |  |",
    );
    check(
        "setup.py",
        &[
            (
                "setup.py",
                "from setuptools import setup\n\nsetup(name='shop', entry_points={'console_scripts': ['sell = shop.cli:main']})\n",
            ),
            ("shop/__init__.py", ""),
        ],
        ". cli | sell |  |",
    );
    check(
        "entry points as a text",
        &[
            (
                "setup.py",
                "from setuptools import setup\n\nsetup(name='shop', entry_points='''\n[console_scripts]\nsell = shop.cli:main\n[other]\nx = y:z\n''')\n",
            ),
            ("shop/__init__.py", ""),
        ],
        ". cli | sell |  |",
    );
    check(
        "a module that is only called setup.py",
        &[
            ("requirements.txt", "flask\n"),
            ("main.py", "print(1)\n"),
            ("shop/views/setup.py", "def setup():\n    pass\n"),
        ],
        ". app | python main.py |  |",
    );
}

#[test]
fn what_serves_on_the_side_is_not_the_application() {
    let command =
        package("dependencies = [\"click\"]\n[project.optional-dependencies]\nweb = [\"flask\"]");
    check(
        "a server in an extra",
        &[
            ("pyproject.toml", command.as_str()),
            ("shop/__init__.py", ""),
            (
                "shop/cli.py",
                "import click\n\n@click.command()\ndef main(): pass\n",
            ),
            (
                "shop/web.py",
                "from flask import Flask\n\napp = Flask(__name__)\n",
            ),
        ],
        ". cli flask+click | shop |  |",
    );
    let server = package("dependencies = [\"flask\"]");
    check(
        "a server within",
        &[
            ("pyproject.toml", server.as_str()),
            ("shop/__init__.py", ""),
            (
                "shop/addons/pages/__init__.py",
                "from flask import Flask\n\napp = Flask(__name__)\n",
            ),
        ],
        ". cli flask | shop |  |",
    );
    check(
        "a server that is the point",
        &[
            ("pyproject.toml", server.as_str()),
            ("shop/__init__.py", ""),
            (
                "shop/app.py",
                "from flask import Flask\n\napp = Flask(__name__)\n",
            ),
        ],
        ". api flask | flask --app shop.app:app run --host 0.0.0.0 --port $PORT | shop.app:app | 5000",
    );
}

#[test]
fn frameworks_with_programs_of_their_own_are_started_by_them() {
    let spider = "import scrapy\n\nclass Quotes(scrapy.Spider):\n    name = 'quotes'\n";
    check(
        "a Scrapy project that is called as a folder of examples is",
        &[
            ("scrapy.cfg", "[settings]\ndefault = tutorial.settings\n"),
            ("tutorial/__init__.py", ""),
            ("tutorial/settings.py", "BOT_NAME = 'tutorial'\n"),
            ("tutorial/spiders/quotes.py", spider),
        ],
        ". app | scrapy crawl quotes |  |",
    );
    check(
        "several spiders",
        &[
            ("scrapy.cfg", "[settings]\ndefault = shop.settings\n"),
            ("shop/settings.py", ""),
            ("shop/spiders/a.py", spider),
            ("shop/spiders/b.py", &spider.replace("quotes", "books")),
        ],
        ". app scrapy |  |  |",
    );
    check(
        "Google's functions",
        &[
            ("requirements.txt", "functions-framework==3.*\n"),
            (
                "main.py",
                "import functions_framework\n\n@functions_framework.http\ndef hello(request):\n    return 'x'\n",
            ),
        ],
        ". app | functions-framework --target hello --port $PORT |  | 8080",
    );
    check(
        "the only function",
        &[
            ("requirements.txt", "functions-framework==3.*\n"),
            ("main.py", "def hello(request):\n    return 'x'\n"),
        ],
        ". app | functions-framework --target hello --port $PORT |  | 8080",
    );
    check(
        "Dagster",
        &[
            ("pyproject.toml", "[tool.dagster]\nmodule_name = \"shop\"\n"),
            (
                "setup.py",
                "from setuptools import setup\n\nsetup(name='shop')\n",
            ),
            ("shop/__init__.py", "import dagster\n"),
        ],
        ". worker dagster | dagster dev --host 0.0.0.0 --port $PORT |  | 3000",
    );
    check(
        "marimo",
        &[
            ("requirements.txt", "marimo\n"),
            (
                "sales.py",
                "import marimo\n\napp = marimo.App()\n\nif __name__ == \"__main__\":\n    app.run()\n",
            ),
        ],
        ". web marimo | marimo run sales.py --headless --host 0.0.0.0 --port $PORT | sales:app | 2718",
    );
    check(
        "FastHTML with a star",
        &[
            ("requirements.txt", "python-fasthtml\n"),
            (
                "main.py",
                "from fasthtml.common import *\n\napp = FastHTML()\nserve()\n",
            ),
        ],
        ". web fasthtml | python main.py | main:app | 5001",
    );
}

#[test]
fn django_may_compute_the_name_of_its_settings() {
    check(
        "settings by environment",
        &[
            (
                "manage.py",
                "import os, sys\nfrom django.core.management import execute_from_command_line\nname = 'shop.a' if 'X' in os.environ else 'shop.b'\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', name)\nexecute_from_command_line(sys.argv)\n",
            ),
            ("requirements.txt", "django\ngunicorn\n"),
            ("shop/__init__.py", ""),
            (
                "shop/wsgi.py",
                "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
            ),
        ],
        ". web django | gunicorn --bind 0.0.0.0:$PORT shop.wsgi | shop.wsgi:application | 8000",
    );
}

#[test]
fn a_bot_is_started_by_its_package() {
    check(
        "the class in a file, the start in another",
        &[
            ("requirements.txt", "discord.py\n"),
            ("shop/__init__.py", ""),
            (
                "shop/__main__.py",
                "from shop.core import Shop\n\nShop().run('x')\n",
            ),
            (
                "shop/core.py",
                "from discord.ext import commands\n\nclass Shop(commands.Bot):\n    pass\n\nbot = Shop()\n",
            ),
        ],
        ". bot discord.py | python -m shop |  |",
    );
}

#[test]
fn a_build_says_what_is_on_the_path() {
    check(
        "a folder below src",
        &[
            (
                "pyproject.toml",
                "[project]\nname = \"shop\"\ndependencies = [\"litestar\", \"uvicorn\"]\n[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n[tool.hatch.build.targets.wheel]\npackages = [\"src/py/shop\"]\n[tool.hatch.build]\nsources = [\"src/py\"]\n",
            ),
            ("src/py/shop/__init__.py", ""),
            (
                "src/py/shop/asgi.py",
                "from litestar import Litestar\n\napp = Litestar()\n",
            ),
        ],
        ". api litestar | uvicorn shop.asgi:app --host 0.0.0.0 --port $PORT | shop.asgi:app | 8000",
    );
}

#[test]
fn pins_without_wheels_hold_the_version_back() {
    let of = |files: &[(&str, &str)]| {
        lines(files, |stack| {
            let version = &stack.runtimes.first().unwrap().version;
            format!("{} {}", version.value, version.evidence.rule)
        })
    };
    let pin = ("requirements.txt", "numpy==1.24.3\nflask\n");
    let main = ("main.py", "print(1)\n");
    assert_eq!(of(&[pin, main]), "3.11 package-without-wheels");
    let named = (".python-version", "3.12\n");
    assert_eq!(of(&[pin, main, named]), "3.12 python-version-file");
    let free = ("requirements.txt", "numpy>=1.24\n");
    assert_eq!(of(&[free, main]), "3.13 runtime-default");
    // What stands beside a package is for those who work on it.
    let package = package("dependencies = [\"numpy\"]");
    let beside = [
        ("pyproject.toml", package.as_str()),
        pin,
        ("shop/__init__.py", ""),
    ];
    assert_eq!(of(&beside), "3.13 runtime-default");
}

#[test]
fn who_builds_installs() {
    let of = |files: &[(&str, &str)]| {
        lines(files, |stack| {
            let install = stack.commands.install.as_ref();
            install.map(|found| found.value.clone()).unwrap_or_default()
        })
    };
    let by = |backend: &str| {
        format!(
            "[project]\nname = \"shop\"\n[build-system]\nrequires = []\nbuild-backend = \"{backend}\"\n"
        )
    };
    let init = ("src/shop/__init__.py", "");
    assert_eq!(
        of(&[("pyproject.toml", &by("uv_build")), init]),
        "uv sync --no-dev"
    );
    assert_eq!(
        of(&[("pyproject.toml", &by("pdm.backend")), init]),
        "pdm install --prod"
    );
    assert_eq!(
        of(&[("pyproject.toml", &by("hatchling.build")), init]),
        "pip install ."
    );
    let list = ("requirements.txt", "-e .\npytest\n");
    assert_eq!(
        of(&[("pyproject.toml", &by("hatchling.build")), init, list]),
        "pip install ."
    );
    let full = (
        "Pipfile",
        "[requires]\npython_version = \"3.13\"\npython_full_version = \"3.13.2\"\n",
    );
    let version = lines(&[full, ("main.py", "print(1)\n")], |stack| {
        stack.runtimes[0].version.value.clone()
    });
    assert_eq!(version, "3.13.2");
}
