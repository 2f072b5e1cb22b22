//! What Dockerfiles, Makefiles and `GoReleaser` say about the programs of a folder: which of them is
//! built, and what it is told when it starts.
//!
//! Sources: "Dockerfile reference" in the documentation of Docker, "Go builds" in that of
//! `GoReleaser`, `go help build`, "cargo build" in the Cargo book.

use dhtl_project_model::{Evidence, Found};

use super::draft;
use super::inventory::ending;
use crate::places;
use crate::sources::Sources;

/// Where a Dockerfile of a folder is kept.
const DOCKERFILES: [&str; 6] = [
    "Dockerfile",
    "Containerfile",
    "docker/Dockerfile",
    "build/Dockerfile",
    "build/package/Dockerfile",
    "deploy/Dockerfile",
];

const RELEASES: [&str; 4] = [
    ".goreleaser.yaml",
    ".goreleaser.yml",
    "goreleaser.yaml",
    "goreleaser.yml",
];

const MAKEFILES: [&str; 4] = ["Makefile", "makefile", "GNUmakefile", "Taskfile.yml"];

/// What is built and started somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Built {
    /// What is handed to `go build`: folders, files or packages, as they are written.
    pub(super) packages: Vec<Found<String>>,
    /// The names of the programs that are made: `-o`, `--bin`, `--package`.
    pub(super) names: Vec<String>,
    /// The program that a container starts, and what it is told.
    pub(super) start: Option<Start>,
}

/// How a container starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Start {
    /// The name of the program, without its folder.
    pub(super) program: String,
    /// The subcommands: the words before the first option.
    pub(super) arguments: String,
    /// Where it stands.
    pub(super) evidence: Evidence,
}

impl Built {
    /// What the Dockerfile of `folder` says.
    pub(super) fn of_docker(sources: &Sources<'_>, folder: &str) -> Self {
        let Some(path) = draft::here(sources.tree, folder, &DOCKERFILES) else {
            return Self::default();
        };
        sources
            .text(&path)
            .map_or_else(Self::default, |text| Self::read_docker(&path, &text))
    }

    /// What `GoReleaser` makes of `folder`.
    pub(super) fn of_release(sources: &Sources<'_>, folder: &str) -> Self {
        let mut built = Self::default();
        let Some(path) = draft::here(sources.tree, folder, &RELEASES) else {
            return built;
        };
        let text = sources.text(&path).unwrap_or_default();
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.trim_start().trim_start_matches("- ").trim_start();
            if let Some(main) = content.strip_prefix("main:") {
                let main = main.split(" #").next().unwrap_or_default();
                built.packages.push(Found {
                    value: main.trim().trim_matches(['"', '\'']).to_owned(),
                    evidence: Evidence::at(&path, line, "goreleaser-main"),
                });
            }
        }
        built
    }

    /// What the Makefile of `folder` builds.
    pub(super) fn of_make(sources: &Sources<'_>, folder: &str) -> Self {
        let mut built = Self::default();
        let Some(path) = draft::here(sources.tree, folder, &MAKEFILES) else {
            return built;
        };
        let text = sources.text(&path).unwrap_or_default();
        for (line, content) in (1..).zip(text.lines()) {
            built.add_commands(content, &Evidence::at(&path, line, "makefile-go-build"));
        }
        built
    }

    /// The subcommands that a container hands to the program, where it starts one of `names` or what
    /// the container itself built.
    pub(super) fn arguments<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Option<Found<String>> {
        let start = self.start.as_ref()?;
        let is_known = self.names.contains(&start.program)
            || matches!(start.program.as_str(), "app" | "main" | "server" | "out")
            || names.into_iter().any(|name| name == start.program);
        (is_known && !start.arguments.is_empty()).then(|| Found {
            value: start.arguments.clone(),
            evidence: start.evidence.clone(),
        })
    }

    fn read_docker(path: &str, text: &str) -> Self {
        let mut built = Self::default();
        let mut entry: Option<(u32, Vec<String>)> = None;
        let mut command: Option<(u32, Vec<String>)> = None;
        for (line, content) in joined_lines(text) {
            let (instruction, rest) = content
                .split_once(char::is_whitespace)
                .unwrap_or((&content, ""));
            match instruction.to_ascii_uppercase().as_str() {
                // Only the last stage is what runs.
                "FROM" => (entry, command) = (None, None),
                "ENTRYPOINT" => entry = Some((line, started(rest))),
                "CMD" => command = Some((line, started(rest))),
                "RUN" => {
                    built.add_commands(rest, &Evidence::at(path, line, "dockerfile-build"));
                }
                _ => {}
            }
        }
        let (line, words) = match (entry, command) {
            (Some((line, entry)), Some((_, command))) => (line, [entry, command].concat()),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return built,
        };
        let evidence = Evidence::at(path, line, "dockerfile-arguments");
        built.start = start(&words, evidence);
        built
    }

    /// Adds what the commands of a line build.
    fn add_commands(&mut self, line: &str, evidence: &Evidence) {
        if !line.contains("go ") && !line.contains("cargo ") {
            return;
        }
        let mut folder = String::new();
        for words in commands(line) {
            // `RUN --mount=… cd x` has an option of its own.
            let texts = words.iter().map(String::as_str);
            let texts: Vec<&str> = texts.skip_while(|word| word.starts_with("--")).collect();
            match texts.as_slice() {
                ["cd", into, ..] => (*into).clone_into(&mut folder),
                [.., "--help" | "-h"] => {}
                _ => self.add_command(&texts, &folder, evidence),
            }
        }
    }

    fn add_command(&mut self, words: &[&str], folder: &str, evidence: &Evidence) {
        let Some(at) = words
            .windows(2)
            .position(|pair| matches!(pair, ["go", "build" | "install"] | ["cargo", "build"]))
        else {
            return;
        };
        let is_go = words[at] == "go";
        let mut rest = words[at + 2..].iter();
        let mut packages = Vec::new();
        while let Some(word) = rest.next() {
            let (option, value) = match word.split_once('=') {
                Some((option, value)) => (option, Some(value)),
                None => (*word, None),
            };
            if !option.starts_with('-') {
                packages.push(*word);
                continue;
            }
            let mut value = || value.or_else(|| rest.next().copied());
            match option {
                "-o" | "--bin" | "--package" | "-p" if is_go == (option == "-o") => {
                    let name = value().map(places::file_name);
                    self.names
                        .extend(name.filter(|name| is_plain(name)).map(str::to_owned));
                }
                _ if is_go && takes_value(option) => {
                    value();
                }
                _ => {}
            }
        }
        if !is_go {
            return;
        }
        if packages.is_empty() {
            packages.push(".");
        }
        let plain = packages.into_iter().filter(|package| is_plain(package));
        self.packages.extend(plain.map(|package| Found {
            value: match (folder, package) {
                ("", package) => package.to_owned(),
                (folder, ".") => folder.to_owned(),
                (folder, package) => format!("{folder}/{}", package.trim_start_matches("./")),
            },
            evidence: evidence.clone(),
        }));
    }
}

/// The options of `go build` that a word follows.
fn takes_value(option: &str) -> bool {
    matches!(
        option.trim_start_matches('-'),
        "ldflags"
            | "tags"
            | "mod"
            | "gcflags"
            | "asmflags"
            | "gccgoflags"
            | "buildmode"
            | "pkgdir"
            | "installsuffix"
            | "toolexec"
            | "C"
            | "compiler"
            | "coverpkg"
            | "covermode"
            | "modfile"
            | "overlay"
            | "pgo"
            | "p"
    )
}

/// Whether nothing has to be put in its place, and it is not a pattern.
fn is_plain(word: &str) -> bool {
    !word.is_empty() && !word.contains(['$', '{', '*', '`']) && !word.contains("...")
}

/// The lines with those that a backslash continues, and the number of the first of each.
fn joined_lines(text: &str) -> Vec<(u32, String)> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    let mut goes_on = false;
    for (line, content) in (1..).zip(text.lines()) {
        let content = content.trim();
        if content.starts_with('#') || content.is_empty() {
            continue;
        }
        let body = content.strip_suffix('\\');
        let text = body.unwrap_or(content).trim_end();
        match lines.last_mut() {
            Some((_, before)) if goes_on => {
                before.push(' ');
                before.push_str(text);
            }
            _ => lines.push((line, text.to_owned())),
        }
        goes_on = body.is_some();
    }
    lines
}

/// The commands of a line of a shell, in words without quotes.
fn commands(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word = String::new();
    let mut quote = None;
    for character in line.chars().chain([' ']) {
        match quote {
            Some(end) if character == end => quote = None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character.is_whitespace() || matches!(character, ';' | '&' | '|') => {
                if let Some(command) = commands.last_mut()
                    && !word.is_empty()
                {
                    command.push(std::mem::take(&mut word));
                }
                if !character.is_whitespace() {
                    commands.push(Vec::new());
                }
            }
            _ => word.push(character),
        }
    }
    commands
}

/// The words of `CMD` or `ENTRYPOINT`, in both of their forms.
fn started(rest: &str) -> Vec<String> {
    let words = serde_json::from_str::<Vec<String>>(rest.trim());
    let words = words.unwrap_or_else(|_| commands(rest).into_iter().next().unwrap_or_default());
    // `["sh", "-c", "…"]` is the shell form in other words.
    match words.as_slice() {
        [shell, option, command]
            if matches!(places::file_name(shell), "sh" | "bash" | "ash")
                && matches!(option.as_str(), "-c" | "-lc") =>
        {
            commands(command).into_iter().next().unwrap_or_default()
        }
        _ => words,
    }
}

/// The program behind those that only start another one, and its subcommands.
fn start(words: &[String], evidence: Evidence) -> Option<Start> {
    let mut words = words.iter().map(String::as_str).skip_while(|word| {
        matches!(
            places::file_name(word),
            "exec" | "tini" | "dumb-init" | "--" | "-g" | "env"
        )
    });
    let program = places::file_name(words.next()?);
    if !is_plain(program) || ending(program) == "sh" {
        return None;
    }
    let is_subcommand = |word: &&str| {
        let is_word = |one: char| one.is_ascii_alphanumeric() || "-_:".contains(one);
        word.starts_with(|first: char| first.is_ascii_alphabetic()) && word.chars().all(is_word)
    };
    let arguments: Vec<&str> = words.take_while(is_subcommand).collect();
    Some(Start {
        program: program.to_owned(),
        arguments: arguments.join(" "),
        evidence,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let built = Built::read_docker("Dockerfile", text);
        let packages = built.packages.iter().map(|one| one.value.as_str());
        let packages: Vec<&str> = packages.collect();
        let start = built.start.map(|start| (start.program, start.arguments));
        format!("{packages:?} {:?} {start:?}", built.names)
    }

    #[test]
    fn a_dockerfile_says_what_is_built_and_what_it_is_told() {
        let text = "FROM golang AS b\nRUN --mount=type=cache,target=/x cd cmd && CGO_ENABLED=0 go build \\\n  \
            -ldflags=\"-s -w -X 'a=b c'\" -tags x -o /bin/shop ./server\nCMD x\nFROM scratch\n\
            ENTRYPOINT [\"/sbin/tini\", \"--\", \"/bin/shop\"]\nCMD [\"web\", \"start\", \"--port=80\", \"x\"]\n";
        insta::assert_snapshot!(shown(text), @r#"["cmd/server"] ["shop"] Some(("shop", "web start"))"#);
        let text = "FROM rust\nRUN cargo build --release --locked --bin shop\nCMD exec ./shop serve /etc/x\n";
        insta::assert_snapshot!(shown(text), @r#"[] ["shop"] Some(("shop", "serve"))"#);
        let text = "RUN go install -v ./...\nRUN go build -o $OUT $PACKAGE\nENTRYPOINT [\"/entry.sh\"]\nCMD [\"shop\"]";
        insta::assert_snapshot!(shown(text), @"[] [] None");
        let text = "RUN go build\nCMD [\"sh\", \"-c\", \"/shop serve && true\"]";
        insta::assert_snapshot!(shown(text), @r#"["."] [] Some(("shop", "serve"))"#);
    }

    #[test]
    fn only_a_program_of_the_folder_is_told_anything() {
        let built = Built::read_docker("Dockerfile", "CMD [\"nginx\", \"reload\"]");
        assert_eq!(built.arguments(["shop"]), None);
        assert!(built.arguments(["nginx"]).is_some());
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_no_reason_to_panic(
            text in "(FROM|RUN|CMD|ENTRYPOINT|go build|cargo|-o|=|[\\[\\]\"'\\\\;&$a-c /\n])*",
        ) {
            Built::read_docker("Dockerfile", &text);
        }
    }
}
