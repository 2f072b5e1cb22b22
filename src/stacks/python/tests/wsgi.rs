//! What starts applications that are served over WSGI.

use crate::test_surveys::starts;

#[track_caller]
fn check(what: &str, files: &[(&str, &str)], expected: &[&str]) {
    let found = starts(files);
    let found: Vec<&str> = found.lines().collect();
    assert_eq!(found, expected, "{what}");
}

#[test]
fn the_server_that_is_declared_takes_the_application() {
    check(
        "gunicorn",
        &[
            ("requirements.txt", "flask\ngunicorn\n"),
            (
                "app.py",
                "from flask import Flask\n\napp = Flask(__name__)\n",
            ),
        ],
        &[". api flask | gunicorn --bind 0.0.0.0:$PORT app:app | app:app | 8000"],
    );
    check(
        "waitress and a factory",
        &[
            ("requirements.txt", "flask\nwaitress\n"),
            (
                "shop/__init__.py",
                "from flask import Flask\n\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n",
            ),
        ],
        &[
            ". api flask | waitress-serve --listen=0.0.0.0:$PORT --call shop:create_app | shop:create_app() | 8080",
        ],
    );
    check(
        "gunicorn and a factory",
        &[
            ("requirements.txt", "flask\ngunicorn\n"),
            (
                "shop/__init__.py",
                "from flask import Flask\n\ndef create_app():\n    return Flask(__name__)\n",
            ),
        ],
        &[
            ". api flask | gunicorn --bind 0.0.0.0:$PORT 'shop:create_app()' | shop:create_app() | 8000",
        ],
    );
    check(
        "uwsgi with its file",
        &[
            ("requirements.txt", "flask\nuwsgi\n"),
            (
                "app.py",
                "from flask import Flask\n\napp = Flask(__name__)\n",
            ),
            ("uwsgi.ini", "[uwsgi]\n"),
        ],
        &[". api flask | uwsgi --ini uwsgi.ini | app:app | 8000"],
    );
    check(
        "granian",
        &[
            ("requirements.txt", "flask\ngranian\n"),
            (
                "app.py",
                "from flask import Flask\n\napp = Flask(__name__)\n",
            ),
        ],
        &[
            ". api flask | granian --interface wsgi --host 0.0.0.0 --port $PORT app:app | app:app | 8000",
        ],
    );
}

#[test]
fn an_application_is_found_where_it_is_made_or_imported() {
    check(
        "no server, and the file answers this machine alone",
        &[
            ("requirements.txt", "flask\n"),
            (
                "app.py",
                "from flask import Flask\n\napp = Flask(__name__)\nif __name__ == \"__main__\":\n    app.run(debug=True)\n",
            ),
        ],
        &[". api flask | flask --app app:app run --host 0.0.0.0 --port $PORT | app:app | 5000"],
    );
    check(
        "no server, and the file answers everybody",
        &[
            ("requirements.txt", "flask\n"),
            (
                "app.py",
                "from flask import Flask\n\napp = Flask(__name__)\nif __name__ == \"__main__\":\n    app.run(host=\"0.0.0.0\", port=int(os.environ.get(\"PORT\", 8080)))\n",
            ),
        ],
        &[". api flask | python app.py | app:app | 8080"],
    );
    check(
        "what makes it lies elsewhere",
        &[
            ("requirements.txt", "flask\ngunicorn\n"),
            (
                "shop/__init__.py",
                "from flask import Flask\n\ndef create_app():\n    return Flask(__name__)\n",
            ),
            (
                "wsgi.py",
                "from shop import create_app\n\napp = create_app()\n",
            ),
        ],
        &[". api flask | gunicorn --bind 0.0.0.0:$PORT wsgi:app | wsgi:app | 8000"],
    );
    check(
        "a file for servers that imports it",
        &[
            ("requirements.txt", "flask\ngunicorn\n"),
            (
                "shop/main.py",
                "from flask import Flask\n\napp = Flask(__name__)\n",
            ),
            ("shop/__init__.py", ""),
            ("wsgi.py", "from shop.main import app as application\n"),
        ],
        &[". api flask | gunicorn --bind 0.0.0.0:$PORT wsgi:application | wsgi:application | 8000"],
    );
    check(
        "a class of its own",
        &[
            ("requirements.txt", "flask\ngunicorn\n"),
            (
                "app.py",
                "import flask\n\nclass Shop(flask.Flask):\n    pass\n\nserver = Shop(__name__)\n",
            ),
        ],
        &[". api flask | gunicorn --bind 0.0.0.0:$PORT app:server | app:server | 8000"],
    );
}

#[test]
fn the_name_of_a_module_follows_from_the_layout() {
    check(
        "a folder that imports start from",
        &[
            ("requirements.txt", "flask\ngunicorn\n"),
            (
                "src/app.py",
                "from config import DEBUG\nfrom flask import Flask\n\napp = Flask(__name__)\n",
            ),
            ("src/config.py", "DEBUG = True\n"),
        ],
        &[". api flask | gunicorn --chdir src --bind 0.0.0.0:$PORT app:app | app:app | 8000"],
    );
    check(
        "the same without a server",
        &[
            ("requirements.txt", "flask\n"),
            (
                "src/app.py",
                "from config import DEBUG\nfrom flask import Flask\n\napp = Flask(__name__)\n",
            ),
            ("src/config.py", "DEBUG = True\n"),
        ],
        &[
            ". api flask | flask --app src/app.py:app run --host 0.0.0.0 --port $PORT | app:app | 5000",
        ],
    );
    check(
        "an installed project",
        &[
            (
                "pyproject.toml",
                "[project]\nname = \"shop\"\ndependencies = [\"flask\", \"gunicorn\"]\n[build-system]\nrequires = [\"hatchling\"]\n",
            ),
            ("src/shop/__init__.py", ""),
            (
                "src/shop/app.py",
                "from flask import Flask\n\napp = Flask(__name__)\n",
            ),
        ],
        &[". api flask | gunicorn --bind 0.0.0.0:$PORT shop.app:app | shop.app:app | 8000"],
    );
    check(
        "bottle",
        &[
            ("requirements.txt", "bottle\n"),
            (
                "app.py",
                "import bottle\n\napp = bottle.Bottle()\nbottle.run(app, host=\"0.0.0.0\", port=9090)\n",
            ),
        ],
        &[". api bottle | python app.py | app:app | 9090"],
    );
    check(
        "tests and examples make none",
        &[
            ("requirements.txt", "flask\n"),
            (
                "tests/app.py",
                "from flask import Flask\n\napp = Flask(__name__)\n",
            ),
            (
                "examples/app.py",
                "from flask import Flask\n\napp = Flask(__name__)\n",
            ),
            (
                "docs/app.py",
                "from flask import Flask\n\napp = Flask(__name__)\n",
            ),
            ("main.py", "print(1)\n"),
        ],
        &[". app | python main.py |  | "],
    );
}

#[test]
fn a_declared_server_takes_a_project_of_django() {
    check(
        "gunicorn",
        &[
            (
                "manage.py",
                "import os\n\ndef main():\n    os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"shop.settings\")\n\nif __name__ == \"__main__\":\n    main()\n",
            ),
            ("shop/__init__.py", ""),
            (
                "shop/settings.py",
                "import django\n\nSTATIC_ROOT = BASE_DIR / \"staticfiles\"\nMEDIA_ROOT = os.path.join(BASE_DIR, \"media\")\n",
            ),
            (
                "shop/wsgi.py",
                "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
            ),
            (
                "shop/asgi.py",
                "from django.core.asgi import get_asgi_application\n\napplication = get_asgi_application()\n",
            ),
            ("requirements.txt", "Django\ngunicorn\n"),
        ],
        &[". web django | gunicorn --bind 0.0.0.0:$PORT shop.wsgi | shop.wsgi:application | 8000"],
    );
    check(
        "daphne",
        &[
            (
                "manage.py",
                "import os\n\ndef main():\n    os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"shop.settings\")\n\nif __name__ == \"__main__\":\n    main()\n",
            ),
            ("shop/__init__.py", ""),
            (
                "shop/settings.py",
                "import django\n\nSTATIC_ROOT = BASE_DIR / \"staticfiles\"\nMEDIA_ROOT = os.path.join(BASE_DIR, \"media\")\n",
            ),
            (
                "shop/wsgi.py",
                "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
            ),
            (
                "shop/asgi.py",
                "from django.core.asgi import get_asgi_application\n\napplication = get_asgi_application()\n",
            ),
            ("requirements.txt", "Django\ndaphne\n"),
        ],
        &[
            ". web django | daphne --bind 0.0.0.0 --port $PORT shop.asgi:application | shop.asgi:application | 8000",
        ],
    );
    check(
        "no server",
        &[
            (
                "manage.py",
                "import os\n\ndef main():\n    os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"shop.settings\")\n\nif __name__ == \"__main__\":\n    main()\n",
            ),
            ("shop/__init__.py", ""),
            (
                "shop/settings.py",
                "import django\n\nSTATIC_ROOT = BASE_DIR / \"staticfiles\"\nMEDIA_ROOT = os.path.join(BASE_DIR, \"media\")\n",
            ),
            (
                "shop/wsgi.py",
                "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
            ),
            (
                "shop/asgi.py",
                "from django.core.asgi import get_asgi_application\n\napplication = get_asgi_application()\n",
            ),
            ("requirements.txt", "Django\n"),
        ],
        &[". web django | python manage.py runserver 0.0.0.0:$PORT | shop.wsgi:application | 8000"],
    );
}

#[test]
fn a_project_of_django_is_found_in_a_folder() {
    check(
        "in a folder",
        &[
            ("requirements.txt", "Django\ngunicorn\n"),
            (
                "src/manage.py",
                "import os\n\ndef main():\n    os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"shop.settings\")\n\nif __name__ == \"__main__\":\n    main()\n",
            ),
            ("src/shop/__init__.py", ""),
            (
                "src/shop/settings.py",
                "import django\n\nSTATIC_ROOT = BASE_DIR / \"staticfiles\"\nMEDIA_ROOT = os.path.join(BASE_DIR, \"media\")\n",
            ),
            (
                "src/shop/wsgi.py",
                "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
            ),
            (
                "src/shop/asgi.py",
                "from django.core.asgi import get_asgi_application\n\napplication = get_asgi_application()\n",
            ),
        ],
        &[
            ". web django | gunicorn --chdir src --bind 0.0.0.0:$PORT shop.wsgi | shop.wsgi:application | 8000",
        ],
    );
    check(
        "an interface for programs",
        &[
            (
                "manage.py",
                "import os\n\ndef main():\n    os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"shop.settings\")\n\nif __name__ == \"__main__\":\n    main()\n",
            ),
            ("shop/__init__.py", ""),
            (
                "shop/settings.py",
                "import django\nINSTALLED_APPS = [\"rest_framework\"]\n",
            ),
            (
                "shop/wsgi.py",
                "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
            ),
            (
                "requirements.txt",
                "Django\ndjangorestframework\ngunicorn\n",
            ),
        ],
        &[". api django | gunicorn --bind 0.0.0.0:$PORT shop.wsgi | shop.wsgi:application | 8000"],
    );
}
