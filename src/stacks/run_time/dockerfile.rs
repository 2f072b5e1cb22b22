//! What the last stage of a Dockerfile says about what runs.
//!
//! Source: "Dockerfile reference" in the documentation of Docker.

use dhtl_project_model::Evidence;

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

/// What the Dockerfiles of the project say, each about its own folder.
pub(super) fn hints(sources: &Sources<'_>, files: &Files<'_>) -> Vec<Hint> {
    let paths = ["Dockerfile", "Containerfile"].map(|name| files.named(name));
    paths
        .into_iter()
        .flatten()
        .filter_map(|path| Some((path, sources.text(path)?)))
        .flat_map(|(path, text)| read(path, &text))
        .collect()
}

fn read(path: &str, text: &str) -> Vec<Hint> {
    let folder = places::folder(path);
    let mut hints: Vec<Hint> = Vec::new();
    let mut entry: Option<(u32, String)> = None;
    let mut command: Option<(u32, String)> = None;
    let mut work_folder = String::new();
    for (line, instruction, rest) in instructions(text) {
        let evidence = |rule| Evidence::at(path, line, rule);
        match instruction.as_str() {
            // Only the last stage is what runs.
            "FROM" => {
                hints.clear();
                (entry, command) = (None, None);
                work_folder.clear();
            }
            "WORKDIR" => rest.trim().clone_into(&mut work_folder),
            "ENTRYPOINT" => entry = Some((line, in_words(&rest))),
            "CMD" => command = Some((line, in_words(&rest))),
            "EXPOSE" => {
                if let Some(port) = exposed(&rest) {
                    let evidence = evidence("dockerfile-expose");
                    hints.push(Hint::new(folder, Saying::Port(port), evidence));
                }
            }
            "HEALTHCHECK" => {
                if let Some(asked) = path_of_check(&rest) {
                    let evidence = evidence("dockerfile-healthcheck");
                    hints.push(Hint::new(folder, Saying::Health(asked), evidence));
                }
            }
            "VOLUME" => {
                for volume in in_words(&rest).split_whitespace() {
                    let inside = in_project(volume, &work_folder);
                    let evidence = evidence("dockerfile-volume");
                    hints.push(Hint::new(folder, Saying::Volume(inside), evidence));
                }
            }
            _ => {}
        }
    }
    let start = match (entry, command) {
        (Some((line, entry)), Some((_, command))) => Some((line, format!("{entry} {command}"))),
        (entry, command) => entry.or(command),
    };
    if let Some((line, command)) = start
        && let Some(command) = outside(&command, &work_folder)
    {
        let evidence = Evidence::at(path, line, "dockerfile-cmd");
        hints.push(Hint::new(folder, Saying::Start(command), evidence));
    }
    hints
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
