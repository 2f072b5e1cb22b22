//! The programs of other languages that files at the root ask for, with their versions.
//!
//! Source: the manuals of nvm (`.nvmrc`), nodenv (`.node-version`), npm (`engines`), Volta (`volta`),
//! rustup (`rust-toolchain`, `rust-toolchain.toml`), asdf (`.tool-versions`) and mise (`mise.toml`).

use std::fs;
use std::path::Path;

use dhtl_project_model::Evidence;
use toml_edit::{Document, Item, Value};

/// A program that a file asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolchainRequest {
    /// What it is called in `.dhtconfig`: `node`, `rust`.
    pub name: String,
    /// The version, where the file names one: `18`, `18.17.0`; none for a channel such as `stable`, an
    /// alias such as `lts/*`, or a range.
    pub version: Option<String>,
    /// Where.
    pub evidence: Evidence,
}

/// The programs that the files at `root` ask for; of several statements about one the first of the
/// most special file. What cannot be read or understood asks for nothing.
///
/// Reads a handful of files and runs nothing.
#[must_use]
pub fn toolchain_requests(root: &Path) -> Vec<ToolchainRequest> {
    let mut requests = Vec::new();
    let text = |file: &str| read(&root.join(file));
    for file in [".nvmrc", ".node-version"] {
        requests.extend(text(file).and_then(|text| of_line("node", file, &text)));
    }
    requests.extend(text("package.json").and_then(|text| of_manifest(&text)));
    for file in ["rust-toolchain.toml", "rust-toolchain"] {
        requests.extend(text(file).and_then(|text| of_toolchain(file, &text)));
    }
    for file in ["mise.toml", ".mise.toml"] {
        requests.extend(
            text(file)
                .map(|text| of_mise(file, &text))
                .unwrap_or_default(),
        );
    }
    requests.extend(
        text(".tool-versions")
            .map(|text| of_tool_versions(&text))
            .unwrap_or_default(),
    );
    let mut first: Vec<ToolchainRequest> = Vec::new();
    for request in requests {
        if !first.iter().any(|one| one.name == request.name) {
            first.push(request);
        }
    }
    first
}

/// The names that asdf and mise have for the programs that are known here.
const PLUGINS: [(&str, &str); 12] = [
    ("bun", "bun"),
    ("cmake", "cmake"),
    ("deno", "deno"),
    ("go", "go"),
    ("golang", "go"),
    ("just", "just"),
    ("ninja", "ninja"),
    ("node", "node"),
    ("nodejs", "node"),
    ("rust", "rust"),
    ("shellcheck", "shellcheck"),
    ("terraform", "terraform"),
];

/// More than any of these files has.
const LARGEST: u64 = 1024 * 1024;

fn read(path: &Path) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return None;
    }
    let text = String::from_utf8(fs::read(path).ok()?).ok()?;
    Some(
        text.strip_prefix('\u{feff}')
            .map(str::to_owned)
            .unwrap_or(text),
    )
}

/// The first line that says something.
fn of_line(name: &str, file: &str, text: &str) -> Option<ToolchainRequest> {
    let said = |line: &str| line.split('#').next().unwrap_or_default().trim().to_owned();
    let mut lines = (1..).zip(text.lines().map(said));
    let (line, said) = lines.find(|(_, said)| !said.is_empty())?;
    Some(request(
        name,
        &said,
        Evidence::at(file, line, "version-file"),
    ))
}

/// Volta's pin is exact, and stronger than the engines that the package accepts.
fn of_manifest(text: &str) -> Option<ToolchainRequest> {
    let manifest = serde_json::from_str::<serde_json::Value>(text).ok()?;
    let pinned = manifest.pointer("/volta/node");
    let (said, key) = match pinned.and_then(serde_json::Value::as_str) {
        Some(said) => (said, "\"volta\""),
        None => (manifest.pointer("/engines/node")?.as_str()?, "\"engines\""),
    };
    let version = version(said)?;
    let line = text
        .lines()
        .position(|line| line.contains(key))
        .unwrap_or_default();
    let line = u32::try_from(line + 1).unwrap_or(1);
    Some(ToolchainRequest {
        name: "node".to_owned(),
        version: Some(version),
        evidence: Evidence::at("package.json", line, "package-json-engine"),
    })
}

/// The file is TOML, or in its older form nothing but the name of the toolchain.
fn of_toolchain(file: &str, text: &str) -> Option<ToolchainRequest> {
    if let Ok(document) = Document::parse(text.to_owned())
        && let Some(channel) = document
            .get("toolchain")
            .and_then(|toolchain| toolchain.get("channel"))
            .and_then(Item::as_str)
    {
        let line = text
            .lines()
            .position(|line| line.trim_start().starts_with("channel"));
        let line = u32::try_from(line.unwrap_or_default() + 1).unwrap_or(1);
        return Some(request(
            "rust",
            channel,
            Evidence::at(file, line, "rust-toolchain"),
        ));
    }
    let is_bare = !text.contains(['[', '=']);
    let bare = of_line("rust", file, text).filter(|_| is_bare)?;
    let evidence = Evidence::at(file, bare.evidence.line.unwrap_or(1), "rust-toolchain");
    Some(ToolchainRequest { evidence, ..bare })
}

fn of_mise(file: &str, text: &str) -> Vec<ToolchainRequest> {
    let Ok(document) = Document::parse(text.to_owned()) else {
        return Vec::new();
    };
    let Some(tools) = document.get("tools").and_then(Item::as_table_like) else {
        return Vec::new();
    };
    let requests = tools.iter().filter_map(|(plugin, item)| {
        let said = match item.as_value()? {
            Value::String(said) => said.value().clone(),
            Value::Integer(said) => said.value().to_string(),
            Value::Array(several) => several.get(0)?.as_str()?.to_owned(),
            Value::InlineTable(table) => table.get("version")?.as_str()?.to_owned(),
            _ => return None,
        };
        let is_here = |line: &str| {
            line.trim_start()
                .trim_matches(['"', '\''])
                .starts_with(plugin)
        };
        let line = text.lines().position(is_here).unwrap_or_default();
        let line = u32::try_from(line + 1).unwrap_or(1);
        of_plugin(plugin, &said, Evidence::at(file, line, "mise-toml"))
    });
    requests.collect()
}

fn of_tool_versions(text: &str) -> Vec<ToolchainRequest> {
    let lines = (1..).zip(text.lines());
    lines
        .filter_map(|(line, text)| {
            let mut words = text.split('#').next()?.split_whitespace();
            let (plugin, said) = (words.next()?, words.next()?);
            of_plugin(
                plugin,
                said,
                Evidence::at(".tool-versions", line, "tool-versions"),
            )
        })
        .collect()
}

fn of_plugin(plugin: &str, said: &str, evidence: Evidence) -> Option<ToolchainRequest> {
    let (_, name) = PLUGINS.iter().find(|(known, _)| *known == plugin)?;
    Some(request(name, said, evidence))
}

fn request(name: &str, said: &str, evidence: Evidence) -> ToolchainRequest {
    ToolchainRequest {
        name: name.to_owned(),
        version: version(said),
        evidence,
    }
}

/// The version that is named, where it is one: at most three numbers.
fn version(said: &str) -> Option<String> {
    let said = said.trim().trim_start_matches(['v', 'V', '=']).trim();
    let said = said.strip_suffix(".x").unwrap_or(said);
    let numbers = said.split('.').collect::<Vec<_>>();
    let is_number = |number: &&str| {
        !number.is_empty() && number.len() < 10 && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_version = numbers.len() <= 3 && numbers.iter().all(is_number);
    is_version.then(|| said.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            fs::write(folder.path().join(file), text).unwrap();
        }
        let requests = toolchain_requests(folder.path());
        let shown = requests.iter().map(|request| {
            let version = request.version.as_deref().unwrap_or("any");
            format!("{} {version} {}", request.name, request.evidence)
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn files_of_version_managers_name_a_version() {
        check(
            &[(".nvmrc", "# ours\nv18.17.0\n")],
            &["node 18.17.0 .nvmrc:2 (version-file)"],
        );
        check(
            &[(".node-version", "\u{feff}20\r\n")],
            &["node 20 .node-version:1 (version-file)"],
        );
        check(
            &[(".nvmrc", "lts/hydrogen\n")],
            &["node any .nvmrc:1 (version-file)"],
        );
        check(&[(".nvmrc", "\n")], &[]);
    }

    #[test]
    fn a_manifest_counts_where_it_is_exact() {
        let volta =
            "{\n  \"engines\": {\"node\": \">=18\"},\n  \"volta\": {\"node\": \"18.17.0\"}\n}";
        check(
            &[("package.json", volta)],
            &["node 18.17.0 package.json:3 (package-json-engine)"],
        );
        check(
            &[("package.json", "{\"engines\": {\"node\": \"18.x\"}}")],
            &["node 18 package.json:1 (package-json-engine)"],
        );
        check(
            &[("package.json", "{\"engines\": {\"node\": \">=18\"}}")],
            &[],
        );
        check(&[("package.json", "{\"engines\": [")], &[]);
    }

    #[test]
    fn a_toolchain_of_rust_has_two_forms() {
        check(
            &[("rust-toolchain.toml", "[toolchain]\nchannel = \"1.70.0\"\n")],
            &["rust 1.70.0 rust-toolchain.toml:2 (rust-toolchain)"],
        );
        check(
            &[("rust-toolchain", "nightly-2023-05-01\n")],
            &["rust any rust-toolchain:1 (rust-toolchain)"],
        );
        check(
            &[("rust-toolchain.toml", "[toolchain]\npath = \"x\"\n")],
            &[],
        );
    }

    #[test]
    fn lists_of_tools_name_those_that_are_known() {
        check(
            &[(
                ".tool-versions",
                "python 3.11.7\nnodejs 18.17.0 system\ngolang 1.22 # x\n",
            )],
            &[
                "node 18.17.0 .tool-versions:2 (tool-versions)",
                "go 1.22 .tool-versions:3 (tool-versions)",
            ],
        );
        check(
            &[(
                "mise.toml",
                "[tools]\nnode = \"20\"\nrust = {version = \"1.70\"}\nfoo = \"1\"\n",
            )],
            &[
                "node 20 mise.toml:2 (mise-toml)",
                "rust 1.70 mise.toml:3 (mise-toml)",
            ],
        );
    }

    #[test]
    fn the_most_special_file_wins() {
        check(
            &[(".nvmrc", "18\n"), (".tool-versions", "nodejs 20.1.0\n")],
            &["node 18 .nvmrc:1 (version-file)"],
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_no_reason_to_panic(text: String) {
            of_line("node", ".nvmrc", &text);
            of_manifest(&text);
            of_toolchain("rust-toolchain", &text);
            of_mise("mise.toml", &text);
            of_tool_versions(&text);
        }

        #[test]
        fn a_version_is_a_version_again(said: String) {
            if let Some(named) = version(&said) {
                prop_assert_eq!(version(&named), Some(named.clone()));
            }
        }
    }
}
