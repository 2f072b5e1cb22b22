//! The subcommand that makes a program listen.
//!
//! Sources: the documentation of cobra, urfave/cli and kong.

use dhtl_project_model::{Evidence, Found};

use super::super::frameworks::Frameworks;
use super::source::Source;

/// What such subcommands are called, the most telling first.
const NAMES: [&str; 8] = [
    "serve", "server", "web", "start", "api", "run", "daemon", "http",
];

/// How many of them belong to the program itself wherever they stand.
const CLEAR: usize = 3;

/// Frameworks with a command line of their own.
const OF_FRAMEWORKS: [(&str, &str); 2] = [
    // Without an address it answers this machine alone.
    ("pocketbase", "serve --http=0.0.0.0:8090"),
    ("caddy", "run"),
];

/// A subcommand, and how telling its name is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Serve {
    /// What is typed.
    pub(super) name: Found<String>,
    /// Its place among those it could be.
    pub(super) rank: usize,
}

/// What the framework itself wants to be told.
pub(super) fn of_framework(frameworks: &Frameworks) -> Option<Found<String>> {
    OF_FRAMEWORKS.iter().find_map(|(name, serve)| {
        Some(Found {
            value: (*serve).to_owned(),
            evidence: frameworks.evidence(name)?.clone(),
        })
    })
}

/// The subcommand in a file: `Use: "serve [flags]"` of cobra, `Name: "web"` of urfave/cli,
/// `case "serve":` after `os.Args`, a field with the tag `cmd` of kong.
pub(super) fn of_file(path: &str, text: &str, source: &Source<'_>) -> Option<Serve> {
    let imports = |part: &str| source.imports.iter().any(|(_, name)| name.contains(part));
    let arguments = memchr::memmem::find(text.as_bytes(), b"os.Args").is_some();
    let (rule, name_of): (_, fn(&str) -> Option<&str>) = if imports("/cobra") {
        ("cobra-serve-command", |line| {
            quoted(line.strip_prefix("Use:")?)
        })
    } else if imports("urfave/cli") {
        ("urfave-serve-command", |line| {
            quoted(line.strip_prefix("Name:")?)
        })
    } else if imports("alecthomas/kong") {
        ("kong-serve-command", kong_field)
    } else if arguments && source.main.is_some() {
        ("os-args-serve-command", |line| {
            quoted(line.strip_prefix("case ")?)
        })
    } else {
        return None;
    };
    let lines = (1..).zip(text.lines());
    let named = lines.filter_map(|(line, content)| Some((name_of(content.trim_start())?, line)));
    let named: Vec<(&str, u32)> = named.collect();
    // Beside other commands `start` may belong to one of them: `gateway start`.
    let usable = if named.len() == 1 || rule != "cobra-serve-command" {
        NAMES.len()
    } else {
        CLEAR
    };
    let found = named.iter().filter_map(|(name, line)| {
        let rank = NAMES[..usable].iter().position(|known| known == name)?;
        Some((rank, *line))
    });
    let (rank, line) = found.min()?;
    Some(Serve {
        name: Found {
            value: NAMES[rank].to_owned(),
            evidence: Evidence::at(path, line, rule),
        },
        rank,
    })
}

/// The first word of a text in quotes.
fn quoted(rest: &str) -> Option<&str> {
    let text = rest.trim_start().strip_prefix('"')?;
    text.split(['"', ' ']).next()
}

/// The field `Serve` with the tag `cmd` is typed as `serve`.
fn kong_field(line: &str) -> Option<&str> {
    let name = line.split_whitespace().next()?;
    let is_command = line.contains("`cmd:") || line.contains(" cmd:");
    let known = NAMES
        .iter()
        .find(|known| known.eq_ignore_ascii_case(name))?;
    is_command.then_some(*known)
}
