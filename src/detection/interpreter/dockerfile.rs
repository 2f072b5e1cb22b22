//! The base images of Dockerfiles.
//!
//! Source: "FROM" and "Understand how ARG and FROM interact" in the Dockerfile reference.

use std::collections::HashMap;

use dhtl_project_model::{Evidence, InterpreterSource};

use super::{Stated, image};
use crate::manifests::Manifests;
use crate::paths;

pub(super) fn read(manifests: &Manifests<'_>, stated: &mut Stated) {
    for file in &manifests.tree.files {
        if !is_dockerfile(&file.path) || paths::is_foreign(&file.path) {
            continue;
        }
        match manifests.tree.text(&file.path) {
            Ok(text) => read_text(&file.path, &text, stated),
            Err(problem) => stated.problems.push(problem),
        }
    }
}

/// Whether the file at `path` describes an image.
pub(crate) fn is_dockerfile(path: &str) -> bool {
    let name = paths::file_name(path).to_ascii_lowercase();
    name == "dockerfile"
        || name == "containerfile"
        || name.starts_with("dockerfile.")
        || name.ends_with(".dockerfile")
}

fn read_text(path: &str, text: &str, stated: &mut Stated) {
    let mut arguments: HashMap<&str, &str> = HashMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut words = line.split_whitespace();
        match words.next().map(str::to_ascii_uppercase).as_deref() {
            Some("ARG") => {
                for word in words {
                    if let Some((name, value)) = word.split_once('=') {
                        arguments.insert(name, value.trim_matches(['"', '\'']));
                    }
                }
            }
            Some("FROM") => {
                let image = words
                    .find(|word| !word.starts_with("--"))
                    .unwrap_or_default();
                let version = image::python_version(&substituted(image, &arguments));
                if let Some(specifiers) = version {
                    let evidence = Evidence::at(path, number, "dockerfile-from");
                    stated.state(InterpreterSource::Dockerfile, specifiers, evidence);
                }
            }
            _ => {}
        }
    }
}

/// The text with `$NAME`, `${NAME}` and `${NAME:-default}` replaced by what is known.
fn substituted(text: &str, arguments: &HashMap<&str, &str>) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        done.push_str(before);
        let (name, default, remaining) = if let Some(inner) = after.strip_prefix('{') {
            let (inner, remaining) = inner.split_once('}').unwrap_or((inner, ""));
            let (name, default) = inner.split_once(":-").unwrap_or((inner, ""));
            (name, default, remaining)
        } else {
            let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
            let end = after
                .find(|character| !is_name(character))
                .unwrap_or(after.len());
            (&after[..end], "", &after[end..])
        };
        done.push_str(arguments.get(name).copied().unwrap_or(default));
        rest = remaining;
    }
    done + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::interpreter::tests::stated;

    #[test]
    fn base_images_are_hints() {
        let text = "\
ARG VERSION=3.10
FROM --platform=$BUILDPLATFORM python:${VERSION}-slim AS build
FROM node:18 AS web
from docker.example/python:$VERSION
FROM python:${OTHER:-3.12}
FROM build
";
        insta::assert_snapshot!(stated(&[("docker/api.Dockerfile", text)]), @"
        Dockerfile ==3.10.*  docker/api.Dockerfile:2 (dockerfile-from)
        Dockerfile ==3.10.*  docker/api.Dockerfile:4 (dockerfile-from)
        Dockerfile ==3.12.*  docker/api.Dockerfile:5 (dockerfile-from)
        ");
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text in "(FROM|ARG|\\$|\\{|\\}|:-|python:|3\\.9|=|a|é| |\n){0,20}") {
            read_text("Dockerfile", &text, &mut Stated::default());
        }
    }
}
