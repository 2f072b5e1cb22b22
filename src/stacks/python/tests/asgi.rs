//! What starts applications that are served over ASGI, or serve themselves.

use crate::test_surveys::starts;

#[track_caller]
fn check(what: &str, files: &[(&str, &str)], expected: &[&str]) {
    let found = starts(files);
    let found: Vec<&str> = found.lines().collect();
    assert_eq!(found, expected, "{what}");
}

#[test]
fn a_declared_server_takes_an_asynchronous_application() {
    check(
        "uvicorn",
        &[
            ("requirements.txt", "fastapi\nuvicorn[standard]\n"),
            ("app/__init__.py", ""),
            (
                "app/main.py",
                "from fastapi import FastAPI\n\napp = FastAPI()\n",
            ),
        ],
        &[". api fastapi | uvicorn app.main:app --host 0.0.0.0 --port $PORT | app.main:app | 8000"],
    );
    check(
        "uvicorn and a factory",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            (
                "main.py",
                "from fastapi import FastAPI\n\ndef get_app() -> FastAPI:\n    application = FastAPI()\n    return application\n",
            ),
        ],
        &[
            ". api fastapi | uvicorn main:get_app --factory --host 0.0.0.0 --port $PORT | main:get_app() | 8000",
        ],
    );
    check(
        "the program of the framework",
        &[
            ("requirements.txt", "fastapi[standard]\n"),
            (
                "app/main.py",
                "from fastapi import FastAPI\n\napp = FastAPI()\n",
            ),
        ],
        &[
            ". api fastapi | fastapi run app/main.py --host 0.0.0.0 --port $PORT | app.main:app | 8000",
        ],
    );
    check(
        "hypercorn",
        &[
            ("requirements.txt", "starlette\nhypercorn\n"),
            (
                "main.py",
                "from starlette.applications import Starlette\n\napp = Starlette()\n",
            ),
        ],
        &[". api starlette | hypercorn --bind 0.0.0.0:$PORT main:app | main:app | 8000"],
    );
}

#[test]
fn what_serves_where_no_server_is_declared() {
    check(
        "granian",
        &[
            ("requirements.txt", "fastapi\ngranian\n"),
            (
                "main.py",
                "from fastapi import FastAPI\n\napp = FastAPI()\n",
            ),
        ],
        &[
            ". api fastapi | granian --interface asgi --host 0.0.0.0 --port $PORT main:app | main:app | 8000",
        ],
    );
    check(
        "gunicorn alone",
        &[
            ("requirements.txt", "fastapi\ngunicorn\n"),
            (
                "main.py",
                "from fastapi import FastAPI\n\napp = FastAPI()\n",
            ),
        ],
        &[
            ". api fastapi | gunicorn --worker-class uvicorn.workers.UvicornWorker --bind 0.0.0.0:$PORT main:app | main:app | 8000",
        ],
    );
    check(
        "the file serves it",
        &[
            ("requirements.txt", "fastapi\nhypothetical\n"),
            (
                "main.py",
                "import uvicorn\nfrom fastapi import FastAPI\n\napp = FastAPI()\nif __name__ == \"__main__\":\n    uvicorn.run(app, host=\"0.0.0.0\", port=9000)\n",
            ),
        ],
        &[". api fastapi | python main.py | main:app | 9000"],
    );
    check(
        "litestar",
        &[
            ("requirements.txt", "litestar\nuvicorn\n"),
            (
                "app.py",
                "from litestar import Litestar\n\napp = Litestar([])\n",
            ),
        ],
        &[". api litestar | uvicorn app:app --host 0.0.0.0 --port $PORT | app:app | 8000"],
    );
}

#[test]
fn a_framework_may_bring_its_server() {
    check(
        "quart brings its server",
        &[
            ("requirements.txt", "quart\n"),
            (
                "app.py",
                "from quart import Quart\n\napp = Quart(__name__)\n",
            ),
        ],
        &[". api quart | hypercorn --bind 0.0.0.0:$PORT app:app | app:app | 8000"],
    );
    check(
        "fasthtml serves itself",
        &[
            ("requirements.txt", "python-fasthtml\n"),
            (
                "main.py",
                "from fasthtml.common import *\n\napp, rt = fast_app()\n\nserve()\n",
            ),
        ],
        &[". web fasthtml | python main.py | main:app | 5001"],
    );
    check(
        "routers are no applications",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("api/__init__.py", ""),
            (
                "api/items.py",
                "from fastapi import APIRouter\n\nrouter = APIRouter()\n",
            ),
            (
                "api/main.py",
                "from fastapi import FastAPI\n\napp = FastAPI()\n",
            ),
        ],
        &[". api fastapi | uvicorn api.main:app --host 0.0.0.0 --port $PORT | api.main:app | 8000"],
    );
}

#[test]
fn frameworks_that_serve_themselves() {
    check(
        "sanic",
        &[
            ("requirements.txt", "sanic\n"),
            (
                "server.py",
                "from sanic import Sanic\n\napp = Sanic(\"shop\")\n",
            ),
        ],
        &[". api sanic | sanic server:app --host 0.0.0.0 --port $PORT | server:app | 8000"],
    );
    check(
        "aiohttp",
        &[
            ("requirements.txt", "aiohttp\n"),
            (
                "main.py",
                "from aiohttp import web\n\napp = web.Application()\nweb.run_app(app, port=9001)\n",
            ),
        ],
        &[". api aiohttp | python main.py | main:app | 9001"],
    );
    check(
        "tornado",
        &[
            ("requirements.txt", "tornado\n"),
            (
                "main.py",
                "import tornado.web\n\ndef make_app():\n    return tornado.web.Application([])\n\nif __name__ == \"__main__\":\n    make_app().listen(9999)\n",
            ),
        ],
        &[". api tornado | python main.py | main:make_app() | 9999"],
    );
    check(
        "streamlit",
        &[
            ("requirements.txt", "streamlit\n"),
            ("Home.py", "import streamlit as st\n"),
            ("pages/more.py", "import streamlit as st\n"),
        ],
        &[
            ". web streamlit | streamlit run Home.py --server.address 0.0.0.0 --server.port $PORT |  | 8501",
        ],
    );
    check(
        "gradio",
        &[
            ("requirements.txt", "gradio\n"),
            (
                "app.py",
                "import gradio as gr\n\ndemo = gr.Interface(str, \"text\", \"text\")\ndemo.launch(server_port=7000)\n",
            ),
        ],
        &[". web gradio | python app.py | app:demo | 7000"],
    );
}

#[test]
fn frameworks_that_serve_pages() {
    check(
        "dash",
        &[
            ("requirements.txt", "dash\ngunicorn\n"),
            (
                "app.py",
                "from dash import Dash\n\napp = Dash(__name__)\nserver = app.server\n",
            ),
        ],
        &[". web dash | gunicorn --bind 0.0.0.0:$PORT app:server | app:app | 8000"],
    );
    check(
        "dash without a server",
        &[
            ("requirements.txt", "dash\n"),
            (
                "app.py",
                "from dash import Dash\n\napp = Dash(__name__)\nif __name__ == \"__main__\":\n    app.run(debug=True)\n",
            ),
        ],
        &[". web dash | python app.py | app:app | 8050"],
    );
    check(
        "chainlit",
        &[
            ("requirements.txt", "chainlit\n"),
            ("app.py", "import chainlit as cl\n"),
        ],
        &[". web chainlit | chainlit run app.py --headless --host 0.0.0.0 --port $PORT |  | 8000"],
    );
    check(
        "nicegui",
        &[
            ("requirements.txt", "nicegui\n"),
            ("main.py", "from nicegui import ui\n\nui.run(port=8081)\n"),
        ],
        &[". web nicegui | python main.py |  | 8081"],
    );
}
