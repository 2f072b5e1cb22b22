//! Environment variables that Compose files take from whoever starts them.
//!
//! | form | without the variable |
//! |---|---|
//! | `${X:?why}`, `${X?why}`; `environment: X` of a secret or a config | Compose refuses to start |
//! | `$X`, `${X}`, `${X:-default}`, `${X-default}`, `${X:+other}`, `${X+other}` | goes on |
//! | `- X` or `X:` without a value under `environment` | goes on, the container has none |
//!
//! What a file sets itself, such as `X: value` under `environment`, nobody has to set. Source: the
//! Compose specification, chapters "Interpolation", "Services", "Secrets" and "Configs".

use dhtl_project_model::is_env_name;

use super::facts::{EnvRead, Need};
use super::source::has_extension;
use crate::formats::yaml::{self, Node, Value};
use crate::paths;

/// Braces in braces in braces: more is nonsense.
const DEEPEST: usize = 8;

/// Whether `path` is a Compose file: `compose.yaml`, `docker-compose.prod.yml`.
pub(super) fn is_compose(path: &str) -> bool {
    if !has_extension(path, "yml") && !has_extension(path, "yaml") {
        return false;
    }
    let name = paths::file_name(path).to_ascii_lowercase();
    let Some(stem) = name
        .strip_suffix(".yml")
        .or_else(|| name.strip_suffix(".yaml"))
    else {
        return false;
    };
    let rest = stem
        .strip_prefix("docker-compose")
        .or_else(|| stem.strip_prefix("compose"));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
        && !paths::is_foreign(path)
}

/// The variables that the Compose file `path` with this `text` takes; none where it is no YAML.
pub(super) fn reads(path: &str, text: &str) -> Vec<EnvRead> {
    let Ok(Some(root)) = yaml::parse(path, text) else {
        return Vec::new();
    };
    let mut reads = Vec::new();
    values(&root, &mut reads);
    for (_, service) in entries(&root, "services") {
        if let Some(environment) = service.get("environment") {
            passed_through(environment, &mut reads);
        }
    }
    for (_, secret) in entries(&root, "secrets").chain(entries(&root, "configs")) {
        if let Some(environment) = secret.get("environment")
            && let Some(name) = environment.text()
        {
            let need = Need::Required;
            add(
                name,
                environment.line,
                "compose-environment",
                need,
                &mut reads,
            );
        }
    }
    reads.sort_by(|left, right| (left.line, &left.name).cmp(&(right.line, &right.name)));
    reads.dedup();
    reads
}

fn entries<'a>(root: &'a Node, key: &str) -> impl Iterator<Item = (&'a str, &'a Node)> {
    root.get(key).into_iter().flat_map(Node::entries)
}

/// The interpolations in all values below `node`. Keys are not interpolated. The reader of YAML
/// limits how deep they lie.
fn values(node: &Node, reads: &mut Vec<EnvRead>) {
    match &node.value {
        Value::Text(text) => interpolations(text, node.line, 0, reads),
        Value::List(elements) => elements.iter().for_each(|element| values(element, reads)),
        Value::Map(pairs) => pairs.iter().for_each(|(_, value)| values(value, reads)),
    }
}

fn passed_through(environment: &Node, reads: &mut Vec<EnvRead>) {
    let listed = environment
        .elements()
        .iter()
        .filter_map(|element| Some((element.line, element.text()?)));
    let mapped = environment.entries().filter_map(|(name, value)| {
        let is_null = matches!(value.text(), Some("" | "~" | "null"));
        is_null.then_some((value.line, name))
    });
    for (line, name) in listed.chain(mapped) {
        add(name, line, "compose-environment", Need::Optional, reads);
    }
}

fn interpolations(text: &str, line: u32, depth: usize, reads: &mut Vec<EnvRead>) {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('$') {
        // `$$` is a dollar sign.
        if let Some(behind) = behind.strip_prefix('$') {
            rest = behind;
            continue;
        }
        let (braced, after) = match behind.strip_prefix('{') {
            Some(inside) => closed(inside),
            None => (None, behind),
        };
        let name = name_at(braced.unwrap_or(after));
        let operator = braced.map_or("", |braced| &braced[name.len()..]);
        let need = if operator.starts_with(":?") || operator.starts_with('?') {
            Need::Required
        } else {
            Need::Optional
        };
        add(name, line, "compose-interpolation", need, reads);
        if depth < DEEPEST {
            interpolations(operator, line, depth + 1, reads);
        }
        rest = after;
    }
}

/// What stands before the brace that closes, and what behind it.
fn closed(inside: &str) -> (Option<&str>, &str) {
    let mut depth = 0_usize;
    for (index, character) in inside.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => return (Some(&inside[..index]), &inside[index + 1..]),
            '}' => depth -= 1,
            _ => {}
        }
    }
    (None, "")
}

/// The name that `text` begins with; may be empty.
fn name_at(text: &str) -> &str {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let end = text.find(|character| !is_part(character));
    &text[..end.unwrap_or(text.len())]
}

fn add(name: &str, line: u32, rule: &'static str, need: Need, reads: &mut Vec<EnvRead>) {
    if is_env_name(name) {
        reads.push(EnvRead {
            name: name.to_owned(),
            line,
            rule,
            need,
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = reads("compose.yaml", text)
            .iter()
            .map(|read| {
                let mark = if read.need == Need::Required { "!" } else { "" };
                format!("{}{mark}:{}", read.name, read.line)
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn files_are_known_by_their_names() {
        for (path, expected) in [
            ("compose.yaml", true),
            ("deploy/docker-compose.prod.yml", true),
            ("docker-compose-dev.yml", true),
            ("composer.yml", false),
            ("compose.json", false),
            ("tests/fixtures/compose.yml", false),
        ] {
            assert_eq!(is_compose(path), expected, "{path}");
        }
    }

    #[test]
    fn what_is_interpolated_is_taken_from_outside() {
        check(
            "services:\n  web:\n    image: app:${TAG:-latest}\n    command: run $A $$B ${C} ${D:?set D}\n    ports:\n      - ${PORT-80}:80\n",
            &["TAG:3", "A:4", "C:4", "D!:4", "PORT:6"],
        );
        check("a: ${A:-${B:?no}}-${C?no}", &["A:1", "B!:1", "C!:1"]);
        check("a: '${A'\nb: '$'\nc: '${}'\nd: '${1}'\n$K: 1", &[]);
    }

    #[test]
    fn what_is_passed_through_is_taken_and_what_is_set_is_not() {
        check(
            "services:\n  db:\n    environment:\n      A: 1\n      B:\n  web:\n    environment:\n      - C\n      - D=1\n      - E=${F}\n",
            &["B:5", "C:8", "F:10"],
        );
        check(
            "secrets:\n  key:\n    environment: KEY\n  file:\n    file: a\n",
            &["KEY!:3"],
        );
    }

    #[test]
    fn no_yaml_says_nothing() {
        check("a: [", &[]);
        check("", &[]);
    }

    proptest! {
        #[test]
        fn any_value_is_read_without_a_panic(text in r"[A-B\$\{\}:?é1-]{0,40}") {
            let mut reads = Vec::new();
            interpolations(&text, 1, 0, &mut reads);
            for read in reads {
                prop_assert!(is_env_name(&read.name));
            }
        }
    }
}
