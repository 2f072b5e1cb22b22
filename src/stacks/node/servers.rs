//! What packages are written with, and what that makes of them.

use dhtl_project_model::stack::ProjectType;
use dhtl_project_model::{Evidence, Found};

use super::package::Package;
use crate::places;
use crate::sources::Sources;

/// Frameworks of servers: the package, and the name.
const SERVERS: [(&str, &str); 35] = [
    ("@nestjs/core", "nestjs"),
    ("@adonisjs/core", "adonisjs"),
    ("@feathersjs/feathers", "feathers"),
    ("@loopback/core", "loopback"),
    ("sails", "sails"),
    ("moleculer", "moleculer"),
    ("@foal/core", "foal"),
    ("egg", "egg"),
    ("@midwayjs/core", "midway"),
    ("parse-server", "parse-server"),
    ("@google-cloud/functions-framework", "functions-framework"),
    ("@hapi/hapi", "hapi"),
    ("hapi", "hapi"),
    ("fastify", "fastify"),
    ("hono", "hono"),
    ("elysia", "elysia"),
    ("koa", "koa"),
    ("restify", "restify"),
    ("polka", "polka"),
    ("h3", "h3"),
    ("nitropack", "nitro"),
    ("@marblejs/core", "marble"),
    ("@apollo/server", "apollo-server"),
    ("apollo-server", "apollo-server"),
    ("apollo-server-express", "apollo-server"),
    ("graphql-yoga", "graphql-yoga"),
    ("mercurius", "mercurius"),
    ("@tinyhttp/app", "tinyhttp"),
    ("micro", "micro"),
    ("json-server", "json-server"),
    ("express", "express"),
    ("socket.io", "socket.io"),
    ("ws", "ws"),
    ("@grpc/grpc-js", "grpc"),
    ("connect", "connect"),
];

/// What talks to people on chat services.
const BOTS: [(&str, &str); 16] = [
    ("discord.js", "discord.js"),
    ("eris", "eris"),
    ("oceanic.js", "oceanic.js"),
    ("telegraf", "telegraf"),
    ("grammy", "grammy"),
    ("node-telegram-bot-api", "node-telegram-bot-api"),
    ("@slack/bolt", "slack-bolt"),
    ("botbuilder", "botbuilder"),
    ("whatsapp-web.js", "whatsapp-web.js"),
    ("@whiskeysockets/baileys", "baileys"),
    ("tmi.js", "tmi.js"),
    ("@twurple/chat", "twurple"),
    ("matrix-bot-sdk", "matrix-bot-sdk"),
    ("probot", "probot"),
    ("mineflayer", "mineflayer"),
    ("viber-bot", "viber-bot"),
];

/// What takes work from a queue or a schedule.
const WORKERS: [(&str, &str); 15] = [
    ("bullmq", "bullmq"),
    ("bull", "bull"),
    ("bee-queue", "bee-queue"),
    ("agenda", "agenda"),
    ("pg-boss", "pg-boss"),
    ("graphile-worker", "graphile-worker"),
    ("@temporalio/worker", "temporal"),
    ("amqplib", "amqplib"),
    ("kafkajs", "kafkajs"),
    ("sqs-consumer", "sqs-consumer"),
    ("node-cron", "node-cron"),
    ("cron", "cron"),
    ("node-schedule", "node-schedule"),
    ("bree", "bree"),
    ("croner", "croner"),
];

/// Libraries of pages.
const PAGES: [(&str, &str); 11] = [
    ("react", "react"),
    ("vue", "vue"),
    ("svelte", "svelte"),
    ("preact", "preact"),
    ("solid-js", "solid"),
    ("lit", "lit"),
    ("@builder.io/qwik", "qwik"),
    ("alpinejs", "alpine"),
    ("@angular/core", "angular"),
    ("three", "three"),
    ("ember-source", "ember"),
];

/// Templates of pages that a server fills in.
const VIEWS: [&str; 12] = [
    "ejs",
    "pug",
    "jade",
    "hbs",
    "handlebars",
    "express-handlebars",
    "nunjucks",
    "mustache",
    "mustache-express",
    "eta",
    "@fastify/view",
    "koa-views",
];

/// Readers of command lines.
const COMMAND_LINES: [(&str, &str); 9] = [
    ("commander", "commander"),
    ("yargs", "yargs"),
    ("@oclif/core", "oclif"),
    ("cac", "cac"),
    ("meow", "meow"),
    ("clipanion", "clipanion"),
    ("citty", "citty"),
    ("gluegun", "gluegun"),
    ("ink", "ink"),
];

/// What a package is written with.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The frameworks of servers.
    pub(super) servers: Vec<Found<String>>,
    /// Those of bots.
    pub(super) bots: Vec<Found<String>>,
    /// Those of workers.
    pub(super) workers: Vec<Found<String>>,
    /// The libraries of pages.
    pub(super) pages: Vec<Found<String>>,
    /// The readers of command lines.
    pub(super) command_lines: Vec<Found<String>>,
    /// What shows that a server answers people.
    pub(super) views: Option<Evidence>,
}

impl Written {
    /// What a package is written with.
    pub(super) fn of(sources: &Sources<'_>, package: &Package) -> Self {
        let mut written = Self {
            // Servers that only tests or tools need are not what the package is.
            servers: found(package, &SERVERS, true),
            bots: found(package, &BOTS, true),
            workers: found(package, &WORKERS, true),
            pages: found(package, &PAGES, false),
            command_lines: found(package, &COMMAND_LINES, true),
            views: None,
        };
        let is_framework = |server: &Found<String>| !is_only_transport(&server.value);
        if written.servers.iter().any(is_framework) {
            written.servers.retain(is_framework);
        }
        written.views = views(sources, package);
        written
    }

    /// What that makes of a package that is started.
    pub(super) fn project_type(&self) -> Option<(ProjectType, Evidence)> {
        if let Some(bot) = self.bots.first() {
            return Some((ProjectType::Bot, bot.evidence.clone()));
        }
        if let Some(server) = self.servers.first() {
            return Some(match &self.views {
                Some(views) => (ProjectType::Web, views.clone()),
                None => (ProjectType::Api, server.evidence.clone()),
            });
        }
        let worker = self.workers.first()?;
        Some((ProjectType::Worker, worker.evidence.clone()))
    }
}

/// Whether it is used beside a framework more than instead of one.
fn is_only_transport(server: &str) -> bool {
    matches!(server, "ws" | "socket.io" | "connect" | "grpc")
}

fn found(package: &Package, table: &[(&str, &str)], is_for_production: bool) -> Vec<Found<String>> {
    let mut found: Vec<Found<String>> = Vec::new();
    for (dependency, name) in table {
        let Some(asked) = package.dependency(dependency) else {
            continue;
        };
        if (is_for_production && !asked.is_for_production)
            || found.iter().any(|one| one.value == *name)
        {
            continue;
        }
        found.push(Found {
            value: (*name).to_owned(),
            evidence: package.evidence(asked.line, "package-json-dependency"),
        });
    }
    found
}

/// Templates, or a page among the files that are handed out.
fn views(sources: &Sources<'_>, package: &Package) -> Option<Evidence> {
    if let Some(name) = package.first_dependency(&VIEWS) {
        let line = package.dependency(name)?.line;
        return Some(package.evidence(line, "package-json-dependency"));
    }
    let pages = [
        "views",
        "public/index.html",
        "static/index.html",
        "client/index.html",
    ];
    pages.iter().find_map(|name| {
        let path = places::inside(&package.folder, name);
        let is_there = sources.tree.contains(&path) || sources.tree.below(&path).next().is_some();
        is_there.then(|| Evidence::file(path, "pages-of-server"))
    })
}

/// The port that a framework listens on where nothing else is said.
pub(super) fn default_port(server: &str) -> Option<u16> {
    Some(match server {
        "nestjs" | "fastify" | "hono" | "elysia" | "h3" | "nitro" | "micro" | "json-server" => 3000,
        "adonisjs" => 3333,
        "feathers" => 3030,
        "sails" | "parse-server" => 1337,
        "foal" => 3001,
        "egg" | "midway" => 7001,
        "functions-framework" => 8080,
        "apollo-server" | "graphql-yoga" => 4000,
        _ => return None,
    })
}
