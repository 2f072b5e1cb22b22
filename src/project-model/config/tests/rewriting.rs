//! What is written can be read, says what was asked for, and keeps the rest.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::strategies::configs;
use super::{parse, seeds};
use crate::config::{Ci, Config, FormatVersion, Preferences, PythonSection, migrate, render};

proptest! {
    #[test]
    fn a_fresh_file_says_what_it_was_rendered_from(config in configs()) {
        let text = render(&config);
        prop_assert_eq!(said_by(&text), config, "{}", text);
    }

    #[test]
    fn another_parser_reads_the_same(config in configs()) {
        let text = render(&config);
        let read: Config = serde_yaml::from_str(&text).unwrap();
        prop_assert_eq!(read, config, "{}", text);
    }

    #[test]
    fn a_rewrite_without_a_change_returns_the_text(config in configs(), decorations in decorations()) {
        let text = decorate(&render(&config), &decorations);
        prop_assert_eq!(parse(&text).rewrite(&config), text);
    }

    #[test]
    fn a_rewrite_says_what_was_asked_for(old in configs(), new in configs(), decorations in decorations()) {
        let text = decorate(&render(&old), &decorations);
        let rewritten = parse(&text).rewrite(&new);
        prop_assert_eq!(said_by(&rewritten), new.clone(), "{}\n{}", text, rewritten);
    }

    #[test]
    fn a_partial_rewrite_says_what_was_asked_for(
        old in configs(),
        new in configs(),
        chosen in prop::collection::vec(any::<bool>(), 6),
        decorations in decorations(),
    ) {
        let text = decorate(&render(&old), &decorations);
        let new = partly(&old, new, &chosen);
        let rewritten = parse(&text).rewrite(&new);
        prop_assert_eq!(said_by(&rewritten), new, "{}\n{}", text, rewritten);
    }

    #[test]
    fn a_rewrite_of_the_seed_says_what_was_asked_for(new in configs(), decorations in decorations()) {
        for seed in [seeds::V1, seeds::V2] {
            let text = decorate(seed, &decorations);
            let rewritten = parse(&text).rewrite(&new);
            prop_assert_eq!(said_by(&rewritten), new.clone(), "{}\n{}", text, rewritten);
        }
    }

    #[test]
    fn a_rewrite_back_and_forth_keeps_unknown_keys(new in configs()) {
        let text = format!("{}\nx-team: 'core'\nteam:\n  size: 0x10  # hex\n", seeds::V2);
        let document = parse(&text);
        let there = parse(&document.rewrite(&new));
        prop_assert_eq!(there.config(), &new);
        let back = there.rewrite(document.config());
        prop_assert_eq!(&said_by(&back), document.config());
        prop_assert!(back.contains("x-team: 'core'\nteam:\n  size: 0x10  # hex\n"), "{}", back);
    }

    #[test]
    fn a_migration_changes_nothing_that_is_said(decorations in decorations(), chosen in prop::collection::vec(any::<bool>(), 7)) {
        let text = decorate(&some_sections_of_v1(&chosen), &decorations);
        let document = parse(&text);
        let migrated = migrate(&document);
        let read = parse(&migrated);
        prop_assert_eq!(read.format(), FormatVersion::V2);
        prop_assert_eq!(read.config(), document.config(), "{}\n{}", text, migrated);
        prop_assert_eq!(read.warnings().len(), document.warnings().len());
    }
}

/// `old` with some sections of `new`, and the programs of `old` with what `new` says about its own.
fn partly(old: &Config, new: Config, chosen: &[bool]) -> Config {
    let mut config = old.clone();
    let programs = config
        .binaries
        .iter_mut()
        .flat_map(|binaries| &mut binaries.required);
    let others = new
        .binaries
        .into_iter()
        .flat_map(|binaries| binaries.required);
    for (program, other) in programs.zip(others) {
        program.version = other.version;
        program.installer = other.installer;
    }
    if chosen[0] {
        config.python = new.python;
    }
    if chosen[1] {
        config.tools.extend(new.tools);
    }
    if chosen[2] {
        config.git = new.git;
    }
    if chosen[3] {
        config.platform_deps = new.platform_deps;
    }
    if chosen[4] {
        config.validation = new.validation;
    }
    if let (true, Some(dependencies)) = (chosen[5], &mut config.dependencies) {
        dependencies.lock_files.insert(0, "uv.lock".to_owned());
        dependencies.inferred.reverse();
        if let Some(distribution) = dependencies.inferred.first_mut() {
            distribution.modules.clear();
        }
    }
    config
}

fn said_by(text: &str) -> Config {
    parse(text).config().clone()
}

/// What can be done to a text without a change of what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decoration {
    Crlf,
    ByteOrderMark,
    Comments,
    BlankLines,
    Unfinished,
    Indented,
    Delimited,
}

fn decorations() -> impl Strategy<Value = Vec<Decoration>> {
    let all = vec![
        Decoration::Crlf,
        Decoration::ByteOrderMark,
        Decoration::Comments,
        Decoration::BlankLines,
        Decoration::Unfinished,
        Decoration::Indented,
        Decoration::Delimited,
    ];
    prop::sample::subsequence(all, 0..=7)
}

fn decorate(text: &str, decorations: &[Decoration]) -> String {
    let has = |decoration| decorations.contains(&decoration);
    let mut decorated = String::new();
    if has(Decoration::Delimited) {
        decorated.push_str("---\n");
    }
    for (index, line) in text.lines().enumerate() {
        if has(Decoration::Comments) && index % 3 == 0 {
            decorated.push_str(&" ".repeat(index % 5));
            decorated.push_str("# comment\n");
        }
        if has(Decoration::Indented) {
            decorated.push_str("  ");
        }
        decorated.push_str(line);
        if has(Decoration::Comments) && index % 4 == 0 && !line.trim().is_empty() {
            decorated.push_str("  # beside");
        }
        decorated.push('\n');
        if has(Decoration::BlankLines) && index % 2 == 0 {
            decorated.push_str(if index % 4 == 0 { "\n" } else { "   \n\n" });
        }
    }
    if has(Decoration::Delimited) {
        decorated.push_str("...\n");
    }
    if has(Decoration::Unfinished) {
        decorated.truncate(decorated.trim_end().len());
    }
    if has(Decoration::Crlf) {
        decorated = decorated.replace('\n', "\r\n");
    }
    if has(Decoration::ByteOrderMark) {
        format!("\u{feff}{decorated}")
    } else {
        decorated
    }
}

fn some_sections_of_v1(chosen: &[bool]) -> String {
    let sections = [
        "python:\n  # for psycopg\n  system_packages: [\"libpq-dev\", \"gcc\"]\n",
        "  version: 3.10.4  # exact\n  colour: blue\n",
        "tools:\n  formatter: ruff # fast\n  speed: 3\n",
        "required_secrets:\n- A\n# why\n- B\n",
        "docker: {exposed_ports: [80], base_image_variant: 'slim'}\n",
        "other:\n  - [1, 0x2]\n",
        "languages:\n  node:\n    version: 18\n",
    ];
    let mut text = "version: 1.0\n".to_owned();
    for (index, section) in sections.iter().enumerate() {
        if chosen[index] && (index != 1 || chosen[0]) {
            text.push_str(section);
        }
    }
    text
}

/// The text after a change of what it says.
#[track_caller]
fn changed(text: &str, change: impl FnOnce(&mut Config)) -> String {
    let document = parse(text);
    let mut config = document.config().clone();
    change(&mut config);
    let rewritten = document.rewrite(&config);
    assert_eq!(said_by(&rewritten), config, "{rewritten}");
    rewritten
}

/// The lines that a change removes and adds.
#[track_caller]
fn difference(text: &str, change: impl FnOnce(&mut Config)) -> String {
    let rewritten = changed(text, change);
    let (old, new): (Vec<&str>, Vec<&str>) = (text.lines().collect(), rewritten.lines().collect());
    let same = old
        .iter()
        .zip(&new)
        .take_while(|(old, new)| old == new)
        .count();
    let rest = old.len().min(new.len()) - same;
    let below = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(|(old, new)| old == new)
        .count();
    let removed = old[same..old.len() - below]
        .iter()
        .map(|line| format!("-{line}"));
    let added = new[same..new.len() - below]
        .iter()
        .map(|line| format!("+{line}"));
    removed.chain(added).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_value_changes_where_it_stands() {
    let difference = difference(seeds::V2, |config| {
        config.python.as_mut().unwrap().version = Some("3.12.1".to_owned());
    });
    assert_snapshot!(difference, @r#"
    -  version: "3.11.7"  # Exact version, not range
    +  version: "3.12.1"  # Exact version, not range
    "#);
}

#[test]
fn a_list_in_brackets_stays_in_brackets() {
    let difference = difference(seeds::V2, |config| {
        let linux = config
            .platform_deps
            .as_mut()
            .unwrap()
            .linux
            .as_mut()
            .unwrap();
        linux.apt.push("gcc".to_owned());
    });
    assert_snapshot!(difference, @r#"
    -    apt: ["libpq-dev", "redis-server"]
    +    apt: ["libpq-dev", "redis-server", "gcc"]
    "#);
}

#[test]
fn an_empty_list_is_filled() {
    let difference = difference(seeds::V2, |config| {
        config
            .git
            .as_mut()
            .unwrap()
            .submodules
            .push("vendor/lib".to_owned());
    });
    assert_snapshot!(difference, @r#"
    -  submodules: []
    +  submodules: ["vendor/lib"]
    "#);
}

#[test]
fn items_that_stay_keep_their_comments() {
    let difference = difference(seeds::V2, |config| {
        let lock_files = &mut config.dependencies.as_mut().unwrap().lock_files;
        lock_files.insert(0, "pylock.toml".to_owned());
    });
    assert_snapshot!(difference, @r#"+    - "pylock.toml""#);
}

#[test]
fn an_item_that_changes_keeps_its_unknown_keys() {
    let text = "version: \"2.0\"\nbinaries:\n  required:\n    # for the front end\n    - name: node\n\
                \x20     version: 18  # old\n      why: 0x1\n    - name: rust\n";
    let rewritten = changed(text, |config| {
        config.binaries.as_mut().unwrap().required[0].version = Some("20.1.0".to_owned());
    });
    assert_snapshot!(rewritten, @r#"
    version: "2.0"
    binaries:
      required:
        # for the front end
        - name: node
          version: "20.1.0"  # old
          why: 0x1
        - name: rust
    "#);
}

#[test]
fn an_item_that_loses_its_first_key_stays_an_item() {
    let text = "version: \"2.0\"\nbinaries:\n  required:\n    - version: 18\n      name: node\n      why: 0x1\n";
    let rewritten = changed(text, |config| {
        config.binaries.as_mut().unwrap().required[0].version = None;
    });
    assert_snapshot!(rewritten, @r#"
    version: "2.0"
    binaries:
      required:
        - name: "node"
          why: 0x1
    "#);
}

#[test]
fn sections_that_go_together_leave_no_blank_lines() {
    let rewritten = changed("version: \"2.0\"\n\npython: {}\n\ngit: {}\n\n", |config| {
        config.python = None;
        config.git = None;
    });
    assert_eq!(rewritten, "version: \"2.0\"\n");
}

#[test]
fn a_section_goes_with_its_comment() {
    let difference = difference(seeds::V2, |config| config.fingerprint = None);
    assert_snapshot!(difference, @r#"
    -# Environment fingerprint for validation
    -fingerprint:
    -  created_at: "2024-12-06T10:00:00Z"
    -  created_by: "DHT/0.1.0"
    -  platform: "darwin-arm64"  # Original platform for reference
    -
    "#);
}

#[test]
fn the_last_section_goes_without_a_trace() {
    let text = changed(seeds::V2, |config| config.validation = None);
    assert!(text.ends_with("  submodules: []\n"), "{text}");
}

#[test]
fn new_sections_are_appended() {
    let text = "# ours\nversion: \"2.0\" # the format\n\ngit:\n  lfs: false\n  # submodules: []\n# vim: ft=yaml";
    let rewritten = changed(text, |config| {
        config.dht_version = Some("0.1.0".to_owned());
        config.tools.insert("ruff".to_owned(), "0.1.0".to_owned());
        config.preferences = Some(Preferences {
            formatter: Some("ruff".to_owned()),
            ..Preferences::default()
        });
    });
    assert_snapshot!(rewritten, @r#"
    # ours
    version: "2.0" # the format
    dht_version: "0.1.0"

    git:
      lfs: false
      # submodules: []

    # Development tools specification (exact versions)
    tools:
      ruff: "0.1.0"

    # Development tools by role
    preferences:
      formatter: "ruff"
    # vim: ft=yaml
    "#);
}

#[test]
fn a_new_key_joins_its_section() {
    let text = "version: \"2.0\"\ntools:\n    ruff: 0.10\n    # last\n\ngit: {}\n";
    let rewritten = changed(text, |config| {
        config.tools.insert("mypy".to_owned(), "1.5.0".to_owned());
        config.git.as_mut().unwrap().lfs = Some(true);
    });
    assert_snapshot!(rewritten, @r#"
    version: "2.0"
    tools:
        ruff: 0.10
        # last
        mypy: "1.5.0"

    git: {lfs: true}
    "#);
}

#[test]
fn a_section_without_keys_is_filled() {
    let text = "version: \"2.0\"\ntools: # none yet\npython:  # which\n\n# end\n";
    let rewritten = changed(text, |config| {
        config.tools.insert("ruff".to_owned(), "0.1.0".to_owned());
        config.python = Some(PythonSection {
            version: Some("3.11.7".to_owned()),
            ..PythonSection::default()
        });
    });
    assert_snapshot!(rewritten, @r#"
    version: "2.0"
    tools: # none yet
      ruff: "0.1.0"
    python:  # which
      version: "3.11.7"

    # end
    "#);
}

#[test]
fn windows_line_ends_stay() {
    let text = changed(&seeds::V2.replace('\n', "\r\n"), |config| {
        config.tools.insert("uv".to_owned(), "0.5.0".to_owned());
        config.ci = Some(Ci {
            providers: vec!["github".to_owned()],
            ..Ci::default()
        });
    });
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
}

#[test]
fn a_file_like_json_keeps_its_unknown_keys() {
    let text = "{version: '2.0', x-own: {a: [1, 'b']}, tools: {ruff: 0.10}}";
    let rewritten = changed(text, |config| {
        config.tools.insert("mypy".to_owned(), "1.5.0".to_owned());
    });
    assert_snapshot!(rewritten, @r#"
    version: "2.0"
    tools:
      mypy: "1.5.0"
      ruff: "0.10"
    x-own:
      a:
        - 1
        - 'b'
    "#);
}

#[test]
fn sections_that_do_not_change_keep_their_bytes() {
    let rewritten = changed(seeds::V2, |config| {
        config.python = None;
        config.tools.clear();
        config.env_template.as_mut().unwrap().optional.clear();
    });
    for section in [
        "dependencies:",
        "platform_deps:",
        "binaries:",
        "git:",
        "validation:",
    ] {
        assert_eq!(
            lines_of(&rewritten, section),
            lines_of(seeds::V2, section),
            "{section}"
        );
    }
}

/// A section with all that is indented below it.
fn lines_of<'text>(text: &'text str, section: &str) -> Vec<&'text str> {
    let start = text.find(&format!("\n{section}")).unwrap() + 1;
    let mut lines = text[start..].lines();
    let head = lines.next();
    head.into_iter()
        .chain(lines.take_while(|line| line.starts_with("  ")))
        .collect()
}

#[test]
fn a_migration_keeps_what_it_does_not_know() {
    let text = "version: 1.0\n# ours\nteam: core\npython:\n  version: 3.10.4\n  system_packages: # list\n\
                \x20   - gcc\n\ntools:\n  formatter: ruff\n  speed: 0x10 # warp\n# names\nrequired_secrets: [A,\n  B]\n";
    assert_snapshot!(migrate(&parse(text)), @r#"
    version: "2.0"
    # ours
    team: core
    python:
      version: 3.10.4

    preferences:
      formatter: ruff
      speed: 0x10 # warp
    # names
    env_template:
      required: [A,
        B]

    # Platform-specific dependencies
    platform_deps:
      linux:
        apt: ["gcc"]
    "#);
    let text = "{version: 1, tools: {formatter: ruff, speed: 0x10}, python: {system_packages: [gcc]}, required_secrets: [A]}";
    assert_snapshot!(migrate(&parse(text)), @r#"
    version: "2.0"
    platform_deps:
      linux:
        apt: ["gcc"]
    env_template:
      required:
        - "A"
    preferences:
      formatter: "ruff"
      speed: 0x10
    "#);
}
