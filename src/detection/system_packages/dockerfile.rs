//! What the `RUN` instructions of container files install.
//!
//! Source: "RUN", "Format", "Here-documents" and "ONBUILD" in the Dockerfile reference.

use std::collections::HashMap;

use dhtl_project_model::Evidence;

use super::shell::Word;
use super::{Named, install};
use crate::interpreter::dockerfile::is_dockerfile;
use crate::manifests::Manifests;
use crate::paths;

const RULE: &str = "dockerfile-run";

pub(super) fn read(manifests: &Manifests<'_>, named: &mut Named) {
    for file in &manifests.tree.files {
        if !is_dockerfile(&file.path) || paths::is_foreign(&file.path) {
            continue;
        }
        match manifests.tree.text(&file.path) {
            Ok(text) => read_text(&file.path, &text, named),
            Err(problem) => named.problems.push(problem),
        }
    }
}

fn read_text(path: &str, text: &str, named: &mut Named) {
    for (line, script) in scripts(text) {
        let found = match exec_form(&script, line) {
            Some(words) => install::installed_by(&words),
            None => install::installed(&script, line),
        };
        for (manager, word) in found {
            named.note(manager, &word.text, Evidence::at(path, word.line, RULE));
        }
    }
}

/// What the `RUN` instructions run, each with its first line.
fn scripts(text: &str) -> Vec<(u32, String)> {
    let lines: Vec<&str> = text.lines().collect();
    // Where a here-document ends is looked up, not searched for: a file may open thousands.
    let last: HashMap<&str, usize> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| (line.trim_start_matches('\t'), index))
        .collect();
    let mut scripts = Vec::new();
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        let first = index;
        let mut script = (*line).to_owned();
        while script.trim_end().ends_with('\\') && !line.trim_start().starts_with('#') {
            index += 1;
            let Some(next) = lines.get(index) else {
                break;
            };
            script.push('\n');
            let is_nothing = next.trim().is_empty() || next.trim_start().starts_with('#');
            // A comment between the lines of an instruction does not end it.
            script.push_str(if is_nothing { "\\" } else { next });
        }
        index += 1;
        for terminator in terminators(&script) {
            if last.get(terminator.as_str()).is_none_or(|end| *end < index) {
                continue;
            }
            while let Some(line) = lines.get(index) {
                index += 1;
                script.push('\n');
                script.push_str(line);
                if line.trim_start_matches('\t') == terminator {
                    break;
                }
            }
        }
        if let Some(run) = run_of(&script) {
            scripts.push((u32::try_from(first + 1).unwrap_or(u32::MAX), run.to_owned()));
        }
    }
    scripts
}

/// What stands behind `RUN`; none for another instruction.
fn run_of(instruction: &str) -> Option<&str> {
    let rest = instruction.trim_start();
    let (word, rest) = rest.split_once(char::is_whitespace)?;
    match word.to_ascii_uppercase().as_str() {
        "RUN" => Some(rest),
        "ONBUILD" => run_of(rest),
        _ => None,
    }
}

/// The words that end the here-documents of an instruction.
fn terminators(instruction: &str) -> Vec<String> {
    let pieces = instruction.split("<<").skip(1);
    let words = pieces.map(|piece| {
        let piece = piece.strip_prefix('-').unwrap_or(piece);
        let piece = piece.trim_start_matches(['"', '\'']);
        let is_part = |character: &char| character.is_ascii_alphanumeric() || *character == '_';
        piece.chars().take_while(is_part).collect::<String>()
    });
    words.filter(|word| !word.is_empty()).collect()
}

/// The words of `["apt-get", "install", "x"]`.
fn exec_form(script: &str, line: u32) -> Option<Vec<Word>> {
    if !script.trim_start().starts_with('[') {
        return None;
    }
    let words: Vec<String> = serde_json::from_str(&script.replace("\\\n", "\n")).ok()?;
    let words = words.into_iter().map(|text| Word { text, line });
    Some(words.collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::system_packages::tests::named;

    #[test]
    fn run_instructions_are_read() {
        let text = "\
FROM python:3.12-slim
# RUN apt-get install nano
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        # the database

        libpq-dev=15.* \\
        gcc \\
    && rm -rf /var/lib/apt/lists/*
run --mount=type=cache,target=/var/cache/apt apt install -y ffmpeg
RUN [\"apk\", \"add\", \"cairo-dev\"]
ONBUILD RUN microdnf install libffi-devel
CMD apt-get install vim
";
        insta::assert_snapshot!(named(&[("docker/api.Dockerfile", text)]), @"
        apt ffmpeg  docker/api.Dockerfile:10 (dockerfile-run)
        apt gcc  docker/api.Dockerfile:8 (dockerfile-run)
        apt libpq-dev  docker/api.Dockerfile:7 (dockerfile-run)
        dnf libffi-devel  docker/api.Dockerfile:12 (dockerfile-run)
        apk cairo-dev  docker/api.Dockerfile:11 (dockerfile-run)
        ");
    }

    #[test]
    fn here_documents_are_part_of_their_instruction() {
        let text = "\
RUN <<EOF
set -e
apt-get install -y libpq-dev \\
  tk-dev
EOF
COPY <<\"END\" /x
RUN apt-get install nano
END
RUN <<NEVER
RUN apt-get install graphviz
";
        insta::assert_snapshot!(named(&[("Containerfile", text)]), @"
        apt graphviz  Containerfile:10 (dockerfile-run)
        apt libpq-dev  Containerfile:3 (dockerfile-run)
        apt tk-dev  Containerfile:4 (dockerfile-run)
        ");
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text in "(RUN|ONBUILD|<<|EOF|apt-get install|\\\\|\\[|\"|#|a|é| |\n){0,30}") {
            read_text("Dockerfile", &text, &mut Named::default());
        }
    }
}
