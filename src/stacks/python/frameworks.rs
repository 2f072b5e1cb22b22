//! The frameworks of Python that decide what a project is and how it is run.
//!
//! Sources: the deployment chapters of their manuals, and the ports that they listen on by default.

/// A framework.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Framework {
    /// Its name.
    pub(super) name: &'static str,
    /// The module that shows it when it is imported.
    pub(super) module: &'static str,
    /// What it is for.
    pub(super) role: Role,
    /// The full names of what makes an application of it, the shortest that suffice.
    pub(super) makers: &'static [&'static str],
    /// The port it listens on by default.
    pub(super) port: u16,
    /// Whether files that import it are read for its objects.
    pub(super) is_parsed: bool,
}

/// What a framework is for, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// An interface for people in the browser, with a program of its own that serves it.
    Pages,
    /// A web framework, served over WSGI.
    Wsgi,
    /// A web framework, served over ASGI.
    Asgi,
    /// A web framework that serves itself.
    Served,
    /// Something that talks to people on a chat service.
    Bot,
    /// Work from a queue or a schedule.
    Worker,
    /// Pipelines that a scheduler of its own runs.
    Pipeline,
    /// Something that reads the sites of others.
    Crawler,
    /// A command line.
    Cli,
    /// Numbers, tables and models.
    Data,
}

impl Role {
    /// Whether it answers requests.
    pub(super) const fn is_web(self) -> bool {
        matches!(self, Self::Pages | Self::Wsgi | Self::Asgi | Self::Served)
    }
}

const fn web(
    name: &'static str,
    module: &'static str,
    role: Role,
    makers: &'static [&'static str],
    port: u16,
) -> Framework {
    Framework {
        name,
        module,
        role,
        makers,
        port,
        is_parsed: true,
    }
}

const fn other(
    name: &'static str,
    module: &'static str,
    role: Role,
    makers: &'static [&'static str],
) -> Framework {
    Framework {
        name,
        module,
        role,
        makers,
        port: 0,
        is_parsed: !makers.is_empty(),
    }
}

/// All of them, those that decide before those that are used along with them.
pub(super) static FRAMEWORKS: &[Framework] = &[
    Framework {
        name: "django",
        module: "django",
        role: Role::Wsgi,
        makers: &[
            "django.core.wsgi.get_wsgi_application",
            "django.core.asgi.get_asgi_application",
            "channels.routing.ProtocolTypeRouter",
        ],
        port: 8000,
        // Most files of a Django project import it; those that start it are known by their names.
        is_parsed: false,
    },
    web("streamlit", "streamlit", Role::Pages, &[], 8501),
    web(
        "gradio",
        "gradio",
        Role::Pages,
        &[
            "gradio.Blocks",
            "gradio.Interface",
            "gradio.ChatInterface",
            "gradio.TabbedInterface",
        ],
        7860,
    ),
    web("dash", "dash", Role::Pages, &["dash.Dash"], 8050),
    web("chainlit", "chainlit", Role::Pages, &[], 8000),
    web("panel", "panel", Role::Pages, &[], 5006),
    web("shiny", "shiny", Role::Pages, &["shiny.App"], 8000),
    web("nicegui", "nicegui", Role::Pages, &[], 8080),
    web("reflex", "reflex", Role::Pages, &["reflex.App"], 3000),
    web("marimo", "marimo", Role::Pages, &["marimo.App"], 2718),
    web("solara", "solara", Role::Pages, &[], 8765),
    web("mesop", "mesop", Role::Pages, &[], 32123),
    web(
        "fasthtml",
        "fasthtml",
        Role::Asgi,
        &[
            "fasthtml.common.FastHTML",
            "fasthtml.common.fast_app",
            "fasthtml.FastHTML",
            "fasthtml.fastapp.fast_app",
        ],
        5001,
    ),
    web(
        "fastapi",
        "fastapi",
        Role::Asgi,
        &["fastapi.FastAPI", "fastapi.applications.FastAPI"],
        8000,
    ),
    web(
        "litestar",
        "litestar",
        Role::Asgi,
        &["litestar.Litestar", "litestar.app.Litestar"],
        8000,
    ),
    web("quart", "quart", Role::Asgi, &["quart.Quart"], 5000),
    web(
        "blacksheep",
        "blacksheep",
        Role::Asgi,
        &["blacksheep.Application", "blacksheep.server.Application"],
        8000,
    ),
    web("robyn", "robyn", Role::Served, &["robyn.Robyn"], 8080),
    web(
        "sanic",
        "sanic",
        Role::Served,
        &["sanic.Sanic", "sanic.app.Sanic"],
        8000,
    ),
    web(
        "flask",
        "flask",
        Role::Wsgi,
        &[
            "flask.Flask",
            "connexion.FlaskApp",
            "connexion.App",
            "apiflask.APIFlask",
            "flask_openapi3.OpenAPI",
        ],
        5000,
    ),
    web(
        "apiflask",
        "apiflask",
        Role::Wsgi,
        &["apiflask.APIFlask"],
        5000,
    ),
    web(
        "connexion",
        "connexion",
        Role::Wsgi,
        &["connexion.FlaskApp", "connexion.App"],
        8080,
    ),
    web(
        "pyramid",
        "pyramid",
        Role::Wsgi,
        &["pyramid.config.Configurator.make_wsgi_app"],
        6543,
    ),
    web(
        "falcon",
        "falcon",
        Role::Wsgi,
        &["falcon.App", "falcon.API"],
        8000,
    ),
    web(
        "falcon",
        "falcon.asgi",
        Role::Asgi,
        &["falcon.asgi.App"],
        8000,
    ),
    web(
        "bottle",
        "bottle",
        Role::Wsgi,
        &["bottle.Bottle", "bottle.default_app", "bottle.app"],
        8080,
    ),
    web("cherrypy", "cherrypy", Role::Served, &[], 8080),
    web(
        "aiohttp",
        "aiohttp.web",
        Role::Served,
        &["aiohttp.web.Application"],
        8080,
    ),
    web(
        "tornado",
        "tornado.web",
        Role::Served,
        &["tornado.web.Application"],
        8888,
    ),
    web(
        "starlette",
        "starlette",
        Role::Asgi,
        &["starlette.applications.Starlette"],
        8000,
    ),
    web(
        "fastmcp",
        "fastmcp",
        Role::Served,
        &["fastmcp.FastMCP"],
        8000,
    ),
    web(
        "mcp",
        "mcp.server.fastmcp",
        Role::Served,
        &["mcp.server.fastmcp.FastMCP"],
        8000,
    ),
    web(
        "grpc",
        "grpc",
        Role::Served,
        &["grpc.server", "grpc.aio.server"],
        50051,
    ),
    other(
        "discord.py",
        "discord",
        Role::Bot,
        &["discord.Client", "discord.ext.commands.Bot", "discord.Bot"],
    ),
    other(
        "nextcord",
        "nextcord",
        Role::Bot,
        &["nextcord.ext.commands.Bot", "nextcord.Client"],
    ),
    other(
        "disnake",
        "disnake",
        Role::Bot,
        &[
            "disnake.ext.commands.Bot",
            "disnake.ext.commands.InteractionBot",
        ],
    ),
    other(
        "python-telegram-bot",
        "telegram",
        Role::Bot,
        &[
            "telegram.ext.Application.builder",
            "telegram.ext.ApplicationBuilder",
            "telegram.ext.Updater",
        ],
    ),
    other("aiogram", "aiogram", Role::Bot, &["aiogram.Dispatcher"]),
    other(
        "pytelegrambotapi",
        "telebot",
        Role::Bot,
        &["telebot.TeleBot", "telebot.async_telebot.AsyncTeleBot"],
    ),
    other("slack-bolt", "slack_bolt", Role::Bot, &["slack_bolt.App"]),
    other("pyrogram", "pyrogram", Role::Bot, &["pyrogram.Client"]),
    other(
        "telethon",
        "telethon",
        Role::Bot,
        &["telethon.TelegramClient"],
    ),
    other(
        "twitchio",
        "twitchio",
        Role::Bot,
        &["twitchio.ext.commands.Bot"],
    ),
    other("celery", "celery", Role::Worker, &["celery.Celery"]),
    other("rq", "rq", Role::Worker, &["rq.Queue", "rq.Worker"]),
    other("dramatiq", "dramatiq", Role::Worker, &[]),
    other(
        "huey",
        "huey",
        Role::Worker,
        &[
            "huey.RedisHuey",
            "huey.SqliteHuey",
            "huey.PriorityRedisHuey",
        ],
    ),
    other("arq", "arq", Role::Worker, &[]),
    other("taskiq", "taskiq", Role::Worker, &[]),
    other(
        "temporal",
        "temporalio",
        Role::Worker,
        &["temporalio.worker.Worker"],
    ),
    other(
        "faststream",
        "faststream",
        Role::Worker,
        &["faststream.FastStream"],
    ),
    other("faust", "faust", Role::Worker, &["faust.App"]),
    other(
        "apscheduler",
        "apscheduler",
        Role::Worker,
        &["apscheduler.schedulers.blocking.BlockingScheduler"],
    ),
    other("schedule", "schedule", Role::Worker, &[]),
    other("airflow", "airflow", Role::Pipeline, &[]),
    other("prefect", "prefect", Role::Pipeline, &[]),
    other(
        "dagster",
        "dagster",
        Role::Pipeline,
        &["dagster.Definitions"],
    ),
    other("luigi", "luigi", Role::Pipeline, &[]),
    other("kedro", "kedro", Role::Pipeline, &[]),
    Framework {
        name: "scrapy",
        module: "scrapy",
        role: Role::Crawler,
        makers: &[],
        port: 0,
        is_parsed: true,
    },
    other("typer", "typer", Role::Cli, &["typer.Typer"]),
    other("click", "click", Role::Cli, &[]),
    other("fire", "fire", Role::Cli, &[]),
    other("docopt", "docopt", Role::Cli, &[]),
    other("textual", "textual", Role::Cli, &[]),
    other("argparse", "argparse", Role::Cli, &[]),
    other("numpy", "numpy", Role::Data, &[]),
    other("pandas", "pandas", Role::Data, &[]),
    other("polars", "polars", Role::Data, &[]),
    other("scikit-learn", "sklearn", Role::Data, &[]),
    other("pytorch", "torch", Role::Data, &[]),
    other("tensorflow", "tensorflow", Role::Data, &[]),
    other("keras", "keras", Role::Data, &[]),
    other("jax", "jax", Role::Data, &[]),
    other("matplotlib", "matplotlib", Role::Data, &[]),
    other("transformers", "transformers", Role::Data, &[]),
    other("pyspark", "pyspark", Role::Data, &[]),
];

/// Words of which a file has one when it makes, serves or starts anything.
pub(super) const WORDS: &[&str] = &[
    "__main__",
    "App(",
    "API(",
    "Flask(",
    "Flask)",
    "API)",
    "Quart(",
    "Litestar(",
    "Starlette(",
    "FastHTML(",
    "fast_app(",
    "serve(",
    "Sanic(",
    "Robyn(",
    "Application(",
    "Dash(",
    "Bottle(",
    "default_app(",
    "OpenAPI(",
    "FastMCP(",
    "Celery(",
    "Huey(",
    "Bot(",
    "Client(",
    "Blocks(",
    "Interface(",
    "launch(",
    "get_wsgi_application",
    "get_asgi_application",
    "ProtocolTypeRouter(",
    "DJANGO_SETTINGS_MODULE",
    "create_app",
    "make_app",
    "make_wsgi_app",
    "get_app",
    "build_app",
    "run_app(",
    "run(",
    ".listen(",
    "server(",
    "Spider",
    "setuptools",
    "console_scripts",
    "functions_framework",
    "functions-framework",
    "import app",
    "import application",
    "BlockingScheduler(",
    "Worker(",
    "Dispatcher(",
    "start_polling(",
    "run_polling(",
    "infinity_polling(",
    "polling(",
    "WorkerSettings",
    "DATABASES",
    "STATIC_ROOT",
    "MEDIA_ROOT",
    "INSTALLED_APPS",
    "SQLALCHEMY_DATABASE_URI",
    "beat_schedule",
    "BEAT_SCHEDULE",
    "add_periodic_task",
    "UPLOAD_FOLDER",
    "://",
    "sqlite",
    "create_engine",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_framework_has_a_port_and_the_others_have_none() {
        for framework in FRAMEWORKS {
            assert_eq!(
                framework.port != 0,
                framework.role.is_web(),
                "{}",
                framework.name
            );
        }
    }

    #[test]
    fn what_makes_an_application_is_a_word_that_is_looked_for() {
        for framework in FRAMEWORKS {
            for maker in framework.makers {
                let name = maker.rsplit('.').next().unwrap();
                let call = format!("{name}(");
                let is_found = WORDS.iter().any(|word| call.contains(word))
                    || matches!(
                        name,
                        "ChatInterface"
                            | "builder"
                            | "ApplicationBuilder"
                            | "Updater"
                            | "app"
                            | "Queue"
                            | "TelegramClient"
                            | "FastStream"
                            | "Definitions"
                            | "Typer"
                            | "TeleBot"
                            | "AsyncTeleBot"
                    );
                assert!(is_found, "{maker}");
            }
        }
    }
}
