//! What the last stage of a Dockerfile says about what runs, with the stages that it begins with.
//!
//! Source: "Dockerfile reference" in the documentation of Docker.

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::Stack;

use super::files::Files;
use super::hint::{Hint, Saying, path_of_check};
use crate::places;
use crate::sources::Sources;

/// Programs that mean the same outside of the container as in it. What else a container starts was
/// put there while it was built.
const PROGRAMS: [&str; 40] = [
    "air",
    "alembic",
    "bun",
    "bundle",
    "celery",
    "chainlit",
    "daphne",
    "deno",
    "dramatiq",
    "fastapi",
    "flask",
    "granian",
    "gunicorn",
    "hypercorn",
    "iex",
    "litestar",
    "mix",
    "node",
    "npm",
    "npx",
    "php",
    "pnpm",
    "poetry",
    "puma",
    "python",
    "python3",
    "rackup",
    "rails",
    "rq",
    "ruby",
    "sanic",
    "scrapy",
    "streamlit",
    "ts-node",
    "tsx",
    "uv",
    "uvicorn",
    "uwsgi",
    "waitress-serve",
    "yarn",
];

/// What the Dockerfiles of the project say, each about its own folder, or about the one that it is
/// kept aside from.
pub(super) fn hints(sources: &Sources<'_>, files: &Files<'_>, stacks: &[Stack]) -> Vec<Hint> {
    let names = [
        "Dockerfile",
        "Containerfile",
        "dockerfile",
        "Dockerfile.prod",
        "Dockerfile.production",
    ];
    let paths = names.map(|name| files.named(name));
    paths
        .into_iter()
        .flatten()
        .filter_map(|path| Some((path, sources.text(path)?)))
        .flat_map(|(path, text)| {
            let folder = of_whom(places::folder(path), stacks);
            read(path, &text).into_iter().map(move |mut hint| {
                hint.folder.clone_from(&folder);
                hint
            })
        })
        .collect()
}

/// The folder that a Dockerfile in `folder` is about: that of the project for one in `docker`, and
/// `api` for one in `docker/api`.
fn of_whom(folder: &str, stacks: &[Stack]) -> String {
    const ASIDE: [&str; 6] = [
        "docker",
        "dockerfiles",
        "container",
        "build",
        "deploy",
        "images",
    ];
    let has = |folder: &str| stacks.iter().any(|stack| stack.folder == folder);
    if has(folder) {
        return folder.to_owned();
    }
    let parts: Vec<&str> = folder.split('/').collect();
    let Some(aside) = parts.iter().position(|part| ASIDE.contains(part)) else {
        return folder.to_owned();
    };
    let above = if aside == 0 {
        ".".to_owned()
    } else {
        parts[..aside].join("/")
    };
    match &parts[aside + 1..] {
        [] => above,
        [name] if has(&places::inside(&above, name)) => places::inside(&above, name),
        _ => folder.to_owned(),
    }
}

/// What is known of a stage.
#[derive(Debug, Clone, Default)]
struct Stage {
    name: String,
    hints: Vec<Hint>,
    entry: Option<(u32, String)>,
    command: Option<(u32, String)>,
    work_folder: String,
    /// What is set for the program of Flask.
    flask: Vec<(String, String)>,
}

/// Stages that are no more than a way to work on the others or to test them.
const FOR_WORK: [&str; 8] = [
    "debug",
    "dev",
    "dev-envs",
    "development",
    "devcontainer",
    "lint",
    "test",
    "tests",
];

/// More stages than any image is built in, and more statements than any makes: each stage takes along
/// those of the one that it begins with.
const MOST: usize = 100;

fn read(path: &str, text: &str) -> Vec<Hint> {
    let folder = places::folder(path);
    let mut stages: Vec<Stage> = Vec::new();
    for (line, instruction, rest) in instructions(text) {
        if instruction == "FROM" {
            let mut words = rest
                .split_whitespace()
                .filter(|word| !word.starts_with("--"));
            let base = words.next().unwrap_or_default();
            let name = words.nth(1).unwrap_or_default().to_ascii_lowercase();
            if stages.len() == MOST {
                return Vec::new();
            }
            let known = stages
                .iter()
                .find(|stage| stage.name == base.to_ascii_lowercase() && !base.is_empty());
            let mut stage = known.cloned().unwrap_or_default();
            stage.hints.truncate(MOST);
            stage.flask.truncate(MOST);
            stages.push(Stage { name, ..stage });
            continue;
        }
        let Some(stage) = stages.last_mut() else {
            continue;
        };
        let evidence = |rule| Evidence::at(path, line, rule);
        match instruction.as_str() {
            "WORKDIR" => rest.trim().clone_into(&mut stage.work_folder),
            "ENTRYPOINT" => {
                // It does away with the command of the stage that this one begins with.
                stage.command = None;
                stage.entry = Some((line, in_words(&rest)));
            }
            "CMD" => stage.command = Some((line, in_words(&rest))),
            "ENV" => stage.flask.extend(settings_of_flask(&rest)),
            "EXPOSE" => {
                if let Some(port) = exposed(&rest) {
                    let evidence = evidence("dockerfile-expose");
                    stage
                        .hints
                        .push(Hint::new(folder, Saying::Port(port), evidence));
                }
            }
            "HEALTHCHECK" => {
                if let Some(asked) = path_of_check(&rest) {
                    let evidence = evidence("dockerfile-healthcheck");
                    stage
                        .hints
                        .push(Hint::new(folder, Saying::Health(asked), evidence));
                }
            }
            "VOLUME" => {
                for volume in in_words(&rest).split_whitespace() {
                    let inside = in_project(volume, &stage.work_folder);
                    let evidence = evidence("dockerfile-volume");
                    stage
                        .hints
                        .push(Hint::new(folder, Saying::Volume(inside), evidence));
                }
            }
            _ => {}
        }
    }
    let is_for_work = |stage: &Stage| FOR_WORK.contains(&stage.name.as_str());
    let last = stages.iter().rposition(|stage| !is_for_work(stage));
    let Some(last) = last.or(stages.len().checked_sub(1)) else {
        return Vec::new();
    };
    let Stage {
        mut hints,
        entry,
        command,
        work_folder,
        flask,
        ..
    } = stages.swap_remove(last);
    let start = match (entry, command) {
        (Some((line, entry)), Some((_, command))) => Some((line, format!("{entry} {command}"))),
        (entry, command) => entry.or(command),
    };
    if let Some((line, command)) = start
        && let Some(command) = outside(&command, &work_folder)
    {
        let evidence = Evidence::at(path, line, "dockerfile-cmd");
        let command = with_settings(command, &flask);
        hints.push(Hint::new(folder, Saying::Start(command), evidence));
    }
    hints
}

/// What `ENV` sets of what the program of Flask reads.
fn settings_of_flask(rest: &str) -> Vec<(String, String)> {
    let pairs: Vec<(&str, &str)> = if rest.contains('=') {
        let words = rest.split_whitespace();
        words.filter_map(|word| word.split_once('=')).collect()
    } else {
        rest.split_once(' ').into_iter().collect()
    };
    let is_known = |name: &str| matches!(name, "FLASK_APP" | "FLASK_RUN_HOST" | "FLASK_RUN_PORT");
    pairs
        .into_iter()
        .filter(|(name, _)| is_known(name))
        .map(|(name, value)| {
            let value = value.trim().trim_matches(['"', '\'']);
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

/// `flask run` with the options for what the container sets, which nobody sets outside of it.
fn with_settings(command: String, settings: &[(String, String)]) -> String {
    let words: Vec<&str> = command.split_whitespace().collect();
    let ["flask", "run", rest @ ..] = words.as_slice() else {
        return command;
    };
    let of = |name: &str| {
        let found = settings.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    let mut parts = vec!["flask"];
    if let Some(app) = of("FLASK_APP") {
        parts.extend(["--app", app]);
    }
    parts.push("run");
    for (name, option, short) in [
        ("FLASK_RUN_HOST", "--host", "-h"),
        ("FLASK_RUN_PORT", "--port", "-p"),
    ] {
        let is_said = rest
            .iter()
            .any(|word| word.starts_with(option) || *word == short);
        if let Some(value) = of(name).filter(|_| !is_said) {
            parts.extend([option, value]);
        }
    }
    parts.extend(rest);
    parts.join(" ")
}

/// The first port that answers requests: neither that of a secure shell nor one of UDP.
fn exposed(rest: &str) -> Option<u16> {
    let mut ports = rest.split_whitespace().filter_map(|word| {
        let (number, protocol) = word.split_once('/').unwrap_or((word, "tcp"));
        let port = number.parse::<u16>().ok()?;
        (port > 0 && port != 22 && protocol == "tcp").then_some(port)
    });
    ports.next()
}

/// The instructions with the line each begins on, in capitals, and what follows it on one line.
fn instructions(text: &str) -> Vec<(u32, String, String)> {
    let mut found: Vec<(u32, String, String)> = Vec::new();
    let mut goes_on = false;
    for (line, content) in (1..).zip(text.lines()) {
        let content = content.trim();
        if content.starts_with('#') || content.is_empty() {
            continue;
        }
        let (body, more) = match content.strip_suffix('\\') {
            Some(body) => (body.trim(), true),
            None => (content, false),
        };
        if goes_on {
            if let Some((_, _, rest)) = found.last_mut() {
                rest.push(' ');
                rest.push_str(body);
            }
        } else {
            let (name, rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
            found.push((line, name.to_ascii_uppercase(), rest.trim().to_owned()));
        }
        goes_on = more;
    }
    found
}

/// The exec form as a command of a shell.
fn in_words(rest: &str) -> String {
    let Ok(words) = serde_json::from_str::<Vec<String>>(rest.trim()) else {
        return rest.trim().to_owned();
    };
    // `["sh", "-c", "…"]` is the shell form in other words.
    if let [shell, option, command] = words.as_slice()
        && matches!(shell.rsplit('/').next(), Some("sh" | "bash" | "ash"))
        && matches!(option.as_str(), "-c" | "-lc")
    {
        return command.clone();
    }
    let quoted = words.iter().map(|word| {
        let is_plain = !word.is_empty()
            && word
                .chars()
                .all(|one| one.is_ascii_alphanumeric() || "._-/+@:=,$%{}".contains(one));
        if is_plain {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// The command as it is typed outside of the container; none where it starts what only the build of
/// the container puts there.
fn outside(command: &str, work_folder: &str) -> Option<String> {
    let command = command.strip_prefix("exec ").unwrap_or(command).trim();
    let command = command
        .strip_prefix("dumb-init ")
        .or_else(|| command.strip_prefix("tini -- "))
        .unwrap_or(command)
        .trim_start_matches("-- ");
    let (program, rest) = command.split_once(' ').unwrap_or((command, ""));
    let name = program.rsplit('/').next().unwrap_or(program);
    PROGRAMS.binary_search(&name).ok()?;
    // Built files that `node` runs come from elsewhere when they were copied from another stage.
    let prefix = format!("{}/", work_folder.trim_end_matches('/'));
    let rest = if prefix.len() > 1 {
        rest.replace(&prefix, "")
    } else {
        rest.to_owned()
    };
    Some(format!("{name} {rest}").trim_end().to_owned())
}

/// A folder of the container, as a folder of the project where it is one.
fn in_project(volume: &str, work_folder: &str) -> String {
    let prefix = format!("{}/", work_folder.trim_end_matches('/'));
    match volume.strip_prefix(&prefix) {
        Some(inside) if prefix.len() > 1 => inside.to_owned(),
        _ => volume.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let shown: Vec<String> = read("Dockerfile", text)
            .into_iter()
            .map(|hint| format!("{:?} {}", hint.saying, hint.evidence.line.unwrap()))
            .collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn programs_are_in_order() {
        assert!(PROGRAMS.is_sorted());
    }

    #[test]
    fn the_last_stage_is_what_runs() {
        check(
            "FROM node AS a\nEXPOSE 1\nCMD npm start\nFROM python:3.12\nWORKDIR /app\nEXPOSE 8000/tcp\nHEALTHCHECK CMD curl -f http://localhost:8000/healthz\nVOLUME [\"/app/media\", \"/data\"]\nCMD [\"gunicorn\", \"shop.wsgi\", \\\n  \"--bind\", \"0.0.0.0:8000\"]\n",
            &[
                "Port(8000) 6",
                "Health(\"/healthz\") 7",
                "Volume(\"media\") 8",
                "Volume(\"/data\") 8",
                "Start(\"gunicorn shop.wsgi --bind 0.0.0.0:8000\") 9",
            ],
        );
    }

    #[test]
    fn a_stage_goes_on_with_the_one_that_it_begins_with() {
        check(
            "FROM python AS builder\nENV FLASK_APP=hello.py FLASK_RUN_HOST=0.0.0.0\nENV FLASK_RUN_PORT 8000\nEXPOSE 8000\nCMD [\"flask\", \"run\"]\nFROM builder AS dev-envs\nRUN useradd x\nCMD [\"flask\", \"run\", \"--debug\"]\n",
            &[
                "Port(8000) 4",
                "Start(\"flask --app hello.py run --host 0.0.0.0 --port 8000\") 5",
            ],
        );
        check(
            "FROM node AS base\nCMD npm start\nFROM base\nEXPOSE 80",
            &["Port(80) 4", "Start(\"npm start\") 2"],
        );
    }

    #[test]
    fn one_that_is_kept_aside_is_about_what_it_is_kept_aside_from() {
        assert_eq!(of_whom("docker", &[]), ".");
        assert_eq!(of_whom("web/docker", &[]), "web");
        assert_eq!(of_whom("docker/api", &[]), "docker/api");
        assert_eq!(of_whom("api", &[]), "api");
    }

    #[test]
    fn stages_without_end_say_nothing() {
        let statements = "EXPOSE 1\n".repeat(20);
        let stages: Vec<String> = (1..2000)
            .map(|stage| format!("FROM s{} AS s{stage}\n{statements}", stage - 1))
            .collect();
        check(&stages.concat(), &[]);
    }

    #[test]
    fn what_the_build_puts_there_starts_nothing_outside() {
        check("FROM a\nCMD [\"/server\"]\n", &[]);
        check(
            "FROM a\nENTRYPOINT ./docker-entrypoint.sh\nCMD python a.py",
            &[],
        );
        check("FROM nginx\nCMD [\"nginx\", \"-g\", \"daemon off;\"]", &[]);
    }

    #[test]
    fn shells_and_folders_are_taken_away() {
        check(
            "FROM a\nWORKDIR /srv\nCMD [\"sh\", \"-c\", \"python /srv/main.py --port $PORT\"]",
            &["Start(\"python main.py --port $PORT\") 3"],
        );
        check(
            "FROM a\nENTRYPOINT [\"python\"]\nCMD [\"-m\", \"a b\"]",
            &["Start(\"python -m 'a b'\") 2"],
        );
        check("FROM a\nEXPOSE $PORT\nEXPOSE 0", &[]);
        check("FROM a\nEXPOSE 53/udp 22 3000", &["Port(3000) 2"]);
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text in "(FROM|CMD|EXPOSE|VOLUME|[\\[\\]\"\\\\ a-c\n/0-9])*") {
            read("Dockerfile", &text);
        }
    }
}
