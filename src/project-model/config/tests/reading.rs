//! What a file that can be read says.

use super::parse;
use crate::Platform;
use crate::config::{Config, ConfigWarningKind, FormatVersion, Implementation};

/// What a file of format 2.0 with these lines says.
#[track_caller]
fn read(lines: &str) -> Config {
    parse(&format!("version: \"2.0\"\n{lines}"))
        .config()
        .clone()
}

#[test]
fn versions_that_look_like_numbers_stay_text() {
    let config = read(
        "dht_version: 0.10\n\
         python:\n  version: 3.10\n\
         tools:\n  ruff: 0.10\n  black: 23\n  hex: 0x10\n  big: 1e3\n  long: 1_000\n\
         languages:\n  node:\n    version: 18\n  go:\n    version: 1.20\n  rust: {toolchain: 1.70}\n\
         binaries:\n  required:\n    - name: node\n      version: 20.0\n    - {name: 7, version: 1.10}\n",
    );
    assert_eq!(config.dht_version.unwrap(), "0.10");
    assert_eq!(config.python.unwrap().version.unwrap(), "3.10");
    let tools: Vec<&str> = config.tools.values().map(String::as_str).collect();
    assert_eq!(tools, ["1e3", "23", "0x10", "1_000", "0.10"]);
    let languages = config.languages.unwrap();
    assert_eq!(languages.node.unwrap().version.unwrap(), "18");
    assert_eq!(languages.go.unwrap().version.unwrap(), "1.20");
    assert_eq!(languages.rust.unwrap().toolchain.unwrap(), "1.70");
    let binaries = config.binaries.unwrap().required;
    assert_eq!(binaries[0].version.as_deref(), Some("20.0"));
    assert_eq!(
        (binaries[1].name.as_str(), binaries[1].version.as_deref()),
        ("7", Some("1.10"))
    );
}

#[test]
fn the_format_needs_no_quotes() {
    for (version, format) in [
        ("2.0", FormatVersion::V2),
        ("2", FormatVersion::V2),
        ("'2.0'", FormatVersion::V2),
        ("1.0", FormatVersion::V1),
        ("\"1.0\"", FormatVersion::V1),
    ] {
        let document = parse(&format!("version: {version}\n"));
        assert_eq!(document.format(), format, "{version}");
        assert_eq!(document.config(), &Config::default(), "{version}");
    }
}

#[test]
fn a_section_without_keys_says_nothing() {
    assert_eq!(
        read("python:\ntools:\nenv_template: ~\ngit: # nothing yet\n"),
        Config::default()
    );
    let config = read("env_template:\n  required:\n");
    assert!(config.env_template.unwrap().required.is_empty());
}

#[test]
fn a_file_may_be_written_like_json() {
    let document = parse("{\"version\": \"2.0\", \"tools\": {\"ruff\": \"0.1.0\"}}");
    assert_eq!(document.config().tools["ruff"], "0.1.0");
}

#[test]
fn odd_line_ends_and_marks_are_read() {
    let document = parse("\u{feff}version: \"2.0\"\r\n\r\npython:\r\n  version: \"3.11.7\"\r\n");
    assert_eq!(
        document
            .config()
            .python
            .as_ref()
            .unwrap()
            .version
            .as_deref(),
        Some("3.11.7")
    );
    assert_eq!(document.line_of("python.version"), Some(4));
    let document = parse("---\nversion: \"2.0\"\n...\n# the end\n");
    assert_eq!(document.line_of("version"), Some(2));
}

#[test]
fn names_are_typed() {
    let config = read(
        "fingerprint:\n  platform: macos-aarch64\npython:\n  implementation: pypy\n  version: 3.13.0rc2\n",
    );
    let platform: Platform = "darwin-arm64".parse().unwrap();
    assert_eq!(config.fingerprint.unwrap().platform, Some(platform));
    assert_eq!(
        config.python.unwrap().implementation,
        Some(Implementation::Pypy)
    );
}

#[test]
fn unknown_keys_are_warned_about_and_own_ones_are_not() {
    let document = parse(
        "version: \"2.0\"\nx-team:\n  lead: ada\nowner: ada\ngit:\n  x-y: 1\n  depth: 1\n\
         tools:\n  anything: \"1\"\nbinaries:\n  required:\n    - name: node\n      colour: red\n",
    );
    let warnings: Vec<(&str, u32, u32)> = document
        .warnings()
        .iter()
        .map(|warning| (warning.key.as_str(), warning.line, warning.column))
        .collect();
    assert_eq!(
        warnings,
        [
            ("owner", 4, 1),
            ("git.depth", 7, 3),
            ("binaries.required[0].colour", 13, 7)
        ]
    );
    assert_eq!(document.problems().count(), 0);
    assert_eq!(
        document.warnings()[0].to_string(),
        "`.dhtconfig:4:1`: unknown key `owner` has no effect"
    );
}

#[test]
fn a_python_version_of_two_numbers_is_warned_about() {
    let document = parse("version: \"2.0\"\npython:\n  version: \"3.11\"\n");
    let kinds: Vec<ConfigWarningKind> = document
        .warnings()
        .iter()
        .map(|warning| warning.kind)
        .collect();
    assert_eq!(kinds, [ConfigWarningKind::InexactPython]);
    assert_eq!(document.problems().count(), 0);
    for version in ["3.11.7", "3.13.0rc1", "3.13.1t", "3.14.0a7"] {
        let document = parse(&format!(
            "version: \"2.0\"\npython:\n  version: {version}\n"
        ));
        assert!(document.warnings().is_empty(), "{version}");
    }
}

#[test]
fn packages_of_every_manager_are_accepted() {
    read(
        "platform_deps:\n  darwin:\n    brew: [postgresql@14, user/tap/formula]\n  linux:\n\
         \x20   apt: [g++, libpq-dev:arm64, pkg=1.2-3]\n    yum: [\"@development-tools\"]\n\
         \x20   apk: [pkg~=1.2]\n  windows:\n    winget: [Microsoft.VisualStudio.2022]\n",
    );
}

#[test]
fn keys_with_dots_have_lines() {
    let document = parse("version: \"2.0\"\ntools:\n  zope.interface: \"5\"\n  zope: \"1\"\n");
    assert_eq!(document.line_of("tools.zope.interface"), Some(3));
    assert_eq!(document.line_of("tools.zope"), Some(4));
    assert_eq!(document.line_of("tools.zop"), None);
    assert_eq!(document.line_of("toolszope"), None);
    assert_eq!(document.line_of(""), None);
}
