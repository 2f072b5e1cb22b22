//! Text that was never meant to be a `.dhtconfig`.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::seeds::{V1, V2};
use super::strategies::configs;
use super::{parse, refusal};
use crate::config::{ConfigError, Document, migrate};

/// Everything that can be done with a text must end in a value or an error.
fn exercise(text: &str) {
    if let Ok(document) = Document::parse(text, ".dhtconfig") {
        let config = document.config().clone();
        let migrated = migrate(&document);
        let read = parse(&migrated);
        assert_eq!(read.config(), &config, "{text:?}\n{migrated}");
        assert_eq!(
            read.warnings().len(),
            document.warnings().len(),
            "{text:?}\n{migrated}"
        );
        let mut changed = config.clone();
        changed.python = None;
        changed.tools.insert("ruff".to_owned(), "9.9.9".to_owned());
        changed.preferences = Some(crate::config::Preferences::default());
        let rewritten = document.rewrite(&changed);
        assert_eq!(
            parse(&rewritten).config(),
            &changed,
            "{text:?}\n{rewritten}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_text_is_read_or_refused(text: String) {
        exercise(&text);
    }

    #[test]
    fn anything_after_a_version_is_read_or_refused(
        text in "(version: (1|2|\"2\\.0\")\n)?[-a-c:#\\[\\]{}\"'|>&*!?%@`, \t\r\n~0-9_\u{e9}]{0,60}"
    ) {
        exercise(&text);
    }

    #[test]
    fn odd_files_are_read_or_refused(text in odd_files()) {
        exercise(&text);
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(
        first in any::<bool>(),
        at in any::<prop::sample::Index>(),
        removed in 0_usize..12,
        inserted in "[-a-c:#\\[\\]{}\"'|>&*!?, \t\r\n~\u{0}\u{feff}\u{e9}]{0,4}",
    ) {
        let characters: Vec<char> = if first { V1 } else { V2 }.chars().collect();
        let at = at.index(characters.len());
        let end = (at + removed).min(characters.len());
        let damaged: String =
            characters[..at].iter().copied().chain(inserted.chars()).chain(characters[end..].iter().copied()).collect();
        exercise(&damaged);
    }
}

/// Files that are valid or nearly so, written in as many ways as YAML has.
fn odd_files() -> impl Strategy<Value = String> {
    let chunks: Vec<_> = CHUNKS
        .iter()
        .map(|variants| {
            let variants = prop::sample::select(variants.to_vec());
            (
                prop::sample::select(FILLERS.to_vec()),
                prop::option::weighted(0.6, variants),
            )
        })
        .collect();
    let versions =
        prop::sample::select(vec!["version: \"2.0\"\n", "version: 1.0\n", "version: 2\n"]);
    let fillers = prop::sample::select(FILLERS.to_vec());
    (
        versions,
        chunks.prop_shuffle(),
        fillers,
        any::<(bool, bool)>(),
    )
        .prop_map(|(version, chunks, filler, (crlf, unfinished))| {
            let mut text = version.to_owned();
            for (filler, chunk) in chunks {
                text.push_str(filler);
                text.push_str(
                    chunk
                        .filter(|chunk| fits(version, chunk))
                        .unwrap_or_default(),
                );
            }
            text.push_str(filler);
            if unfinished {
                text.truncate(text.trim_end().len());
            }
            if crlf {
                text.replace('\n', "\r\n")
            } else {
                text
            }
        })
}

/// Whether a key exists in the format.
fn fits(version: &str, chunk: &str) -> bool {
    if version.contains('1') {
        !["git", "preferences", "binaries"]
            .iter()
            .any(|key| chunk.starts_with(key))
    } else {
        !["required_secrets", "system_packages"]
            .iter()
            .any(|key| chunk.contains(key))
    }
}

/// What may stand between two keys.
const FILLERS: [&str; 8] = [
    "",
    "",
    "\n",
    "# comment\n",
    "\n# comment\n\n",
    "    # deep\n",
    "  \n\n",
    " # a\n\n  # b\n",
];

/// Every way to write a key that we thought of.
const CHUNKS: [&[&str]; 9] = [
    &[
        "python:\n",
        "python: # nothing\n",
        "python: ~\n",
        "python:\n  version: 3.10\n",
        "python:\n      version:\n        3.10.1\n  # lower\n",
        "python:\n  version: |\n    3.10.1\n",
        "python: {implementation: pypy, 'version': \"3.10.1\"} # beside\n",
        "python:\n  system_packages:\n  - gcc\n  # why\n  - libpq-dev # because\n",
        "python:\n  system_packages: [a,\n  b]\n  x-own: 1\n",
        "python: {system_packages: [a], x-own: 0x1}\n",
        "python: {system_packages: [a]}\n",
        "? python\n: {}\n",
        "\"python\" : {}\n",
    ],
    &[
        "tools:\n",
        "tools:\n  ruff: 0.10\n\n  # checks\n  mypy: '1.0'\n  # last\n",
        "tools: {ruff: '0.1'}\n",
        "tools: {}\n",
        "tools:\n  formatter: >-\n    ruff\n\n",
        "tools:\n    formatter: ruff # fast\n\n    # deep\n    own: [1]\n",
        "tools: {formatter: ruff,\n  own: 'it''s'}\n",
    ],
    &[
        "required_secrets:\n",
        "required_secrets: [A, B]\n",
        "required_secrets: [A, # one\n B]\n",
        "required_secrets:\n- A\n- \"B\"\n",
        "required_secrets:\n# first\n-\n  C\n\n- D\n",
        "required_secrets: []\n",
    ],
    &[
        "x-own: |+\n  text\n\n",
        "x-own: |\n text\n# no text\n",
        "x-own: >\n\n a\n  b\n",
    ],
    &[
        "x-text: \"a\n  b\"\n",
        "x-text: a\n  b\n",
        "x-text: 'a\n\n  b'\n",
        "x-text: a#b\n",
    ],
    &[
        "x-list:\n- - a\n  - b\n",
        "x-list: [[], {}, {a: }]\n",
        "x-list:\n  - a: 1\n    b: 2\n",
    ],
    &[
        "other: ~\n",
        "other: &a 1\n",
        "other: !!str 1\n",
        "other:\n  <<: {a: 1}\n",
        "other:\n",
    ],
    &[
        "\u{e9}: \u{65e5}\u{672c}\n",
        "\u{1f40d}:\n  - \u{1f40d} # \u{1f40d}\n",
    ],
    &[
        "git: {lfs: true, hooks: {pre_commit: true}, x: [a, {b: c}]}\n",
        "preferences: {}\n",
        "preferences:\n  formatter:\n  x-own: 1\n",
        "binaries:\n  required:\n    - name: node\n      own: 1\n    -   name: rust\n",
    ],
];

proptest! {
    #[test]
    fn an_exercise_changes_any_configuration(config in configs()) {
        exercise(&crate::config::render(&config));
    }
}

#[test]
fn most_odd_files_are_read() {
    let mut runner = TestRunner::deterministic();
    let read = (0..200)
        .filter(|_| {
            let text = odd_files().new_tree(&mut runner).unwrap().current();
            Document::parse(&text, ".dhtconfig").is_ok()
        })
        .count();
    // Otherwise the property above would prove little.
    assert!(read > 40, "{read} of 200");
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(refusal(text).to_string(), expected);
}

#[test]
fn nothing_expands() {
    check(
        "a: &a [x, x]\nb: &b [*a, *a]\nversion: \"2.0\"\n",
        "`.dhtconfig:1:4`: anchors are not supported; write the value where it is needed",
    );
    check(
        "version: \"2.0\"\ngit: !ruby/object {}\n",
        "`.dhtconfig:2:6`: tags are not supported",
    );
    check(
        "version: \"2.0\"\ngit:\n  <<: {lfs: true}\n",
        "`.dhtconfig:3:3`: merge keys are not supported; write the keys out",
    );
}

#[test]
fn nothing_overflows() {
    for unit in ["[", "{a: ", "- ", "? "] {
        let text = format!("version: \"2.0\"\nx:\n {}", unit.repeat(200_000));
        assert!(
            matches!(refusal(&text), ConfigError::Syntax { .. }),
            "{unit}"
        );
    }
    let mut text = "version: \"2.0\"\n".to_owned();
    for depth in 0..100 {
        text.push_str(&" ".repeat(depth));
        text.push_str("x:\n");
    }
    check(
        &text,
        "`.dhtconfig:34:33`: values are nested more than 32 levels deep",
    );
}

#[test]
fn a_huge_file_is_not_read() {
    let text = format!("version: \"2.0\"\n{}", "#".repeat(1 << 20));
    check(&text, "`.dhtconfig` is larger than 1048576 bytes");
    let text = format!("version: \"2.0\"\nx: [{}]", "1,".repeat(20_000));
    check(
        &text,
        "`.dhtconfig:2:20003`: the file holds more than 10000 values",
    );
}

#[test]
fn what_no_editor_writes_is_refused() {
    check(
        "version: \"2.0\"\0\ngit:\n",
        "`.dhtconfig:1:15`: a control character (U+0000)",
    );
    check(
        "version: \"2.0\"\rgit:\n",
        "`.dhtconfig:1:15`: a carriage return without a line feed (U+000D)",
    );
    check(
        "version: \"2.0\"\n\u{feff}git:\n",
        "`.dhtconfig:2:1`: a byte order mark in the middle of the text (U+FEFF)",
    );
}

#[test]
fn a_file_that_is_no_mapping_is_refused() {
    let version =
        "`.dhtconfig:1:1`: the file does not say which format it has: `version` is missing";
    for text in [
        "",
        "\n",
        "# nothing\n",
        "\u{feff}",
        "---\n",
        "~\n",
        "{}\n",
        "version:\n",
    ] {
        check(text, version);
    }
    check(
        "- a\n",
        "`.dhtconfig:1:1`: the file must consist of keys and their values, found a list",
    );
    check(
        "hello\n",
        "`.dhtconfig:1:1`: the file must consist of keys and their values, found text",
    );
}

#[test]
fn a_second_document_is_refused() {
    check(
        "version: \"2.0\"\n---\nversion: \"2.0\"\n",
        "`.dhtconfig:2:1`: the file holds a second document",
    );
}

#[test]
fn a_tab_is_no_indentation() {
    assert!(matches!(
        refusal("version: \"2.0\"\ngit:\n\tlfs: true\n"),
        ConfigError::Syntax { line: 3, .. }
    ));
}

#[test]
fn a_key_is_there_once() {
    check(
        "version: \"2.0\"\ntools:\n  ruff: \"1\"\n  'ruff': \"2\"\n",
        "`.dhtconfig:4:3`: `ruff` is there a second time; the first is on line 3",
    );
}
