//! The frameworks of Go, and the packages that need a C compiler.

use dhtl_project_model::stack::ProjectType;

use super::super::frameworks::{Framework, framework};

/// Frameworks by the path that they are imported by.
pub(super) const FRAMEWORKS: &[Framework] = &[
    framework(
        "github.com/gin-gonic/gin",
        "gin",
        ProjectType::Api,
        Some(8080),
    ),
    framework("github.com/labstack/echo", "echo", ProjectType::Api, None),
    framework("github.com/gofiber/fiber", "fiber", ProjectType::Api, None),
    framework("github.com/go-chi/chi", "chi", ProjectType::Api, None),
    framework("github.com/gorilla/mux", "gorilla", ProjectType::Api, None),
    framework(
        "github.com/julienschmidt/httprouter",
        "httprouter",
        ProjectType::Api,
        None,
    ),
    framework(
        "github.com/beego/beego",
        "beego",
        ProjectType::Web,
        Some(8080),
    ),
    framework(
        "github.com/astaxie/beego",
        "beego",
        ProjectType::Web,
        Some(8080),
    ),
    framework(
        "github.com/revel/revel",
        "revel",
        ProjectType::Web,
        Some(9000),
    ),
    framework(
        "github.com/gobuffalo/buffalo",
        "buffalo",
        ProjectType::Web,
        Some(3000),
    ),
    framework(
        "github.com/kataras/iris",
        "iris",
        ProjectType::Api,
        Some(8080),
    ),
    framework(
        "github.com/valyala/fasthttp",
        "fasthttp",
        ProjectType::Api,
        None,
    ),
    framework(
        "github.com/cloudwego/hertz",
        "hertz",
        ProjectType::Api,
        Some(8888),
    ),
    framework(
        "github.com/danielgtaylor/huma",
        "huma",
        ProjectType::Api,
        None,
    ),
    framework(
        "github.com/pocketbase/pocketbase",
        "pocketbase",
        ProjectType::Web,
        Some(8090),
    ),
    framework(
        "gopkg.in/macaron.v1",
        "macaron",
        ProjectType::Web,
        Some(4000),
    ),
    framework(
        "github.com/flamego/flamego",
        "flamego",
        ProjectType::Web,
        Some(2830),
    ),
    framework(
        "github.com/99designs/gqlgen",
        "gqlgen",
        ProjectType::Api,
        None,
    ),
    framework(
        "github.com/zeromicro/go-zero",
        "go-zero",
        ProjectType::Api,
        Some(8888),
    ),
    framework(
        "github.com/go-kratos/kratos",
        "kratos",
        ProjectType::Api,
        Some(8000),
    ),
    framework("google.golang.org/grpc", "grpc", ProjectType::Api, None),
    framework("connectrpc.com/connect", "connect", ProjectType::Api, None),
    framework(
        "github.com/hibiken/asynq",
        "asynq",
        ProjectType::Worker,
        None,
    ),
    framework(
        "github.com/riverqueue/river",
        "river",
        ProjectType::Worker,
        None,
    ),
    framework("go.temporal.io/sdk", "temporal", ProjectType::Worker, None),
    framework("github.com/robfig/cron", "cron", ProjectType::Worker, None),
    framework(
        "github.com/bwmarrin/discordgo",
        "discordgo",
        ProjectType::Bot,
        None,
    ),
    framework(
        "github.com/go-telegram-bot-api/telegram-bot-api",
        "telegram-bot-api",
        ProjectType::Bot,
        None,
    ),
    framework(
        "github.com/go-telegram/bot",
        "telegram-bot",
        ProjectType::Bot,
        None,
    ),
    framework("gopkg.in/telebot.v3", "telebot", ProjectType::Bot, None),
    framework(
        "github.com/slack-go/slack",
        "slack-go",
        ProjectType::Bot,
        None,
    ),
    framework("gofr.dev", "gofr", ProjectType::Api, Some(8000)),
    framework(
        "github.com/goravel/framework",
        "goravel",
        ProjectType::Web,
        Some(3000),
    ),
    framework("github.com/go-fuego/fuego", "fuego", ProjectType::Api, None),
    framework("goa.design/goa", "goa", ProjectType::Api, None),
    framework("github.com/twitchtv/twirp", "twirp", ProjectType::Api, None),
    framework(
        "github.com/emicklei/go-restful",
        "go-restful",
        ProjectType::Api,
        None,
    ),
    framework(
        "github.com/go-martini/martini",
        "martini",
        ProjectType::Api,
        Some(3000),
    ),
    framework(
        "github.com/uptrace/bunrouter",
        "bunrouter",
        ProjectType::Api,
        None,
    ),
    framework(
        "github.com/caddyserver/caddy/v2/cmd",
        "caddy",
        ProjectType::Web,
        None,
    ),
    framework(
        "github.com/ThreeDotsLabs/watermill",
        "watermill",
        ProjectType::Worker,
        None,
    ),
    framework("gopkg.in/telebot.v4", "telebot", ProjectType::Bot, None),
    framework(
        "github.com/mymmrac/telego",
        "telego",
        ProjectType::Bot,
        None,
    ),
    framework("github.com/disgoorg/disgo", "disgo", ProjectType::Bot, None),
    framework("fyne.io/fyne", "fyne", ProjectType::App, None),
    framework("github.com/wailsapp/wails", "wails", ProjectType::App, None),
    framework(
        "github.com/hajimehoshi/ebiten",
        "ebiten",
        ProjectType::App,
        None,
    ),
    framework("github.com/spf13/cobra", "cobra", ProjectType::Cli, None),
    framework(
        "github.com/urfave/cli",
        "urfave-cli",
        ProjectType::Cli,
        None,
    ),
    framework("github.com/alecthomas/kong", "kong", ProjectType::Cli, None),
    framework(
        "github.com/charmbracelet/bubbletea",
        "bubbletea",
        ProjectType::Cli,
        None,
    ),
    framework("github.com/spf13/pflag", "pflag", ProjectType::Cli, None),
    framework(
        "github.com/jessevdk/go-flags",
        "go-flags",
        ProjectType::Cli,
        None,
    ),
];

/// A server of the standard library.
pub(super) const NET_HTTP: Framework = framework("net/http", "net/http", ProjectType::Api, None);

/// Packages that are built with a C compiler.
pub(super) const CGO_PACKAGES: [&str; 7] = [
    "github.com/mattn/go-sqlite3",
    "github.com/confluentinc/confluent-kafka-go",
    "github.com/h2non/bimg",
    "github.com/davidbyttow/govips",
    "github.com/veandco/go-sdl2",
    "gocv.io/x/gocv",
    "github.com/go-gl/glfw",
];
