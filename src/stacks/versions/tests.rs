//! What requests come to, in the notations of all ecosystems.

use std::fs;

use dhtl_detection::tree::Tree;
use dhtl_project_model::Evidence;
use dhtl_project_model::stack::Runtime;
use proptest::prelude::*;

use super::releases::newest_matching;
use super::request::Request;
use super::*;
use crate::sources::Sources;
use crate::test_projects::project;

/// The version that texts come to, the most binding first, and the problems.
fn resolved(runtime: Runtime, texts: &[&str]) -> (String, Vec<String>) {
    let statements = texts.iter().zip(1..).map(|(text, line)| Statement {
        text: (*text).to_owned(),
        evidence: Evidence::at("file", line, "test"),
    });
    let statements = statements.collect();
    let tree = Tree::default();
    let project = project();
    let sources = Sources::new(&project, &tree);
    let version = resolve(&sources, runtime, statements);
    let problems = sources.into_problems().into_iter();
    let problems = problems.map(|problem| format!("{}: {}", problem.evidence, problem.message));
    (version.version.value, problems.collect())
}

#[track_caller]
fn check(runtime: Runtime, text: &str, expected: &str) {
    let (version, problems) = resolved(runtime, &[text]);
    assert_eq!(version, expected, "{text}");
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn versions_are_as_precise_as_they_are_asked_for() {
    for (text, expected) in [
        ("20", "20"),
        ("v20.11", "20.11"),
        ("20.x", "20"),
        ("20.*", "20"),
        ("20.11.x", "20.11"),
        ("v14.18.1", "14.18.1"),
        ("=18.0.0", "18.0.0"),
        ("node-v16.3.0", "16.3.0"),
        ("prefix:20", "20"),
        ("99", "99"),
    ] {
        check(Runtime::Node, text, expected);
    }
}

#[test]
fn ranges_of_npm_come_to_a_line() {
    for (text, expected) in [
        (">=18 <21", "20"),
        ("^20", "20"),
        ("^20.9.0", "20"),
        ("~20.3", "20.3"),
        ("18 || 20", "20"),
        ("^18.17.0 || >=20.3.0", "24"),
        (">=18", "24"),
        (">= 18.0.0", "24"),
        (">18", "24"),
        ("<=16", "16"),
        ("<16", "14"),
        ("14 - 16", "16"),
        (">=14.10.3 <16", "14"),
        (">=21 <22", "21"),
        (">=20.9 <20.12", "20.9"),
        ("^0.12", "0.12"),
        ("*", "24"),
        ("x", "24"),
        ("", "24"),
        ("!=24 >=22", "26"),
    ] {
        check(Runtime::Node, text, expected);
    }
}

#[test]
fn aliases_of_node_name_lines() {
    for (text, expected) in [
        ("lts/*", "26"),
        ("lts", "26"),
        ("lts/-1", "24"),
        ("lts/iron", "20"),
        ("lts/Hydrogen", "18"),
        ("lts-jod", "22"),
        ("iron", "20"),
        ("node", "26"),
        ("latest", "26"),
        ("stable", "26"),
        ("current", "26"),
        ("system", "24"),
    ] {
        check(Runtime::Node, text, expected);
    }
}

#[test]
fn other_ecosystems_have_notations_of_their_own() {
    for (runtime, text, expected) in [
        (Runtime::Python, ">=3.8,<4", "3.13"),
        (Runtime::Python, "==3.11.*", "3.11"),
        (Runtime::Python, "~=3.10", "3.13"),
        (Runtime::Python, "^3.10", "3.13"),
        (Runtime::Python, "~3.10", "3.10"),
        (Runtime::Python, ">3.8,<=3.12.99", "3.12"),
        (Runtime::Python, "3.15.0rc1", "3.15.0rc1"),
        (Runtime::Go, "go1.21.0", "1.21.0"),
        (Runtime::Go, "1.21", "1.21"),
        (Runtime::Rust, "stable", "1.95"),
        (Runtime::Rust, "nightly-2024-05-01", "nightly-2024-05-01"),
        (Runtime::Rust, "1.70.0", "1.70.0"),
        (Runtime::Java, "1.8", "8"),
        (Runtime::Java, "temurin-17.0.9+9", "17.0.9"),
        (Runtime::Java, "corretto-21.0.1.12.1", "21.0.1.12.1"),
        (Runtime::Java, "[17,)", "21"),
        (Runtime::Java, "[8,11]", "11"),
        (Runtime::Java, "openjdk-11", "11"),
        (Runtime::Ruby, "ruby-3.2.2", "3.2.2"),
        (Runtime::Ruby, "~> 3.2", "3.4"),
        (Runtime::Ruby, "~> 3.2.1", "3.2"),
        (Runtime::Ruby, ">= 2.7, < 3.1", "3.0"),
        (Runtime::Php, "^8.1", "8.4"),
        (Runtime::Php, "~8.1.0", "8.1"),
        (Runtime::Php, "~8.1", "8.4"),
        (Runtime::Php, "^7.4|^8.0", "8.4"),
        (Runtime::Php, ">=7.2.5 <8.3", "8.2"),
        (Runtime::Dotnet, "8.0.100", "8.0.100"),
        (Runtime::Elixir, "~> 1.14", "1.19"),
        (Runtime::Elixir, "~> 1.14 and < 1.17.0", "1.16"),
        (Runtime::Elixir, "1.15.7-otp-26", "1.15.7"),
        (Runtime::Erlang, "26.2.1", "26.2.1"),
        (Runtime::Deno, "v2.x", "2"),
        (Runtime::Deno, "canary", "canary"),
        (Runtime::Bun, "1.1.x", "1.1"),
        (Runtime::Bun, ">=1.0.0", "1"),
        (Runtime::Swift, "5.9", "5.9"),
    ] {
        check(runtime, text, expected);
    }
}

#[test]
fn what_is_no_version_is_a_problem_and_the_default() {
    for (text, message) in [
        (
            "lts/foo",
            "file:1 (test): no release with long-term support is called `lts/foo`",
        ),
        (
            "some_version",
            "file:1 (test): `some_version` is neither a version nor a range",
        ),
        (
            "20foo",
            "file:1 (test): `20foo` is neither a version nor a range",
        ),
        (
            "path:/opt/node",
            "file:1 (test): `path:/opt/node` is neither a version nor a range",
        ),
    ] {
        assert_eq!(
            resolved(Runtime::Node, &[text]),
            ("24".to_owned(), vec![message.to_owned()])
        );
    }
}

#[test]
fn the_most_binding_statement_decides_and_ranges_narrow_it() {
    let check = |texts: &[&str], expected: &str| {
        let (version, problems) = resolved(Runtime::Node, texts);
        assert_eq!(
            (version.as_str(), problems),
            (expected, Vec::new()),
            "{texts:?}"
        );
    };
    check(&["18.17.0", ">=16"], "18.17.0");
    check(&[">=16", "18.17.0"], "18.17.0");
    check(&[">=16", "<=20", "!=20"], "18");
    check(&["lts/*", "20.x"], "20");
    check(&["20", "20.11.1"], "20");
    check(&["20", ">=20.10"], "20");
    check(&["*", "22"], "22");
    check(&[], "24");
}

#[test]
fn a_contradiction_is_a_problem_of_the_weaker_statement() {
    let (version, problems) = resolved(Runtime::Node, &["18", ">=20"]);
    assert_eq!(version, "18");
    assert_eq!(
        problems,
        ["file:2 (test): contradicts file:1 (test), which is more binding"]
    );
    assert_eq!(resolved(Runtime::Node, &[">=20", "18"]).0, "24");
}

#[test]
fn a_statement_says_which_release_it_accepts() {
    let accepts = |text: &str| {
        let project = project();
        let tree = Tree::default();
        let statement = Statement {
            text: text.to_owned(),
            evidence: Evidence::file("file", "test"),
        };
        let sources = Sources::new(&project, &tree);
        let version = resolve(&sources, Runtime::Node, vec![statement]);
        version.statements[0].accepts.clone()
    };
    assert_eq!(accepts("20").as_deref(), Some("20.20.2"));
    assert_eq!(accepts("20.11.1").as_deref(), Some("20.11.1"));
    assert_eq!(accepts("^18 || ^20").as_deref(), Some("20.20.2"));
    assert_eq!(accepts("20.99.0"), None);
    assert_eq!(accepts("lts/foo"), None);
}

#[test]
fn files_of_version_managers_are_read_from_the_inside_out() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        (".nvmrc", "\u{feff}# ours\r\nv18 # LTS\r\n"),
        (".tool-versions", "# x\nnodejs 18.1.0 system\ngolang 1.22\n"),
        (
            "app/mise.toml",
            "[tools]\n\"core:node\" = [\"20\", \"18\"]\ngo = {version='1.21'}\n",
        ),
        ("app/x/.node-version", "\n\n"),
        ("bad/mise.toml", "[tools\n"),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let tree = Tree::read(folder.path()).unwrap();
    let project = project();
    let sources = Sources::new(&project, &tree);
    let shown = |statements: Vec<Statement>| {
        let shown = statements
            .iter()
            .map(|one| format!("{} {}", one.text, one.evidence));
        shown.collect::<Vec<_>>()
    };
    let names = [(".nvmrc", "nvmrc"), (".node-version", "node-version")];
    assert_eq!(
        shown(
            nearest_version_files(&sources, "app/x", &names)
                .into_iter()
                .collect()
        ),
        ["v18 .nvmrc:2 (nvmrc)"]
    );
    assert_eq!(
        shown(of_tool_files(&sources, "app/x", Runtime::Node)),
        [
            "20 app/mise.toml:2 (mise-toml)",
            "18.1.0 .tool-versions:2 (tool-versions)"
        ]
    );
    assert_eq!(
        shown(of_tool_files(&sources, "app", Runtime::Go)),
        [
            "1.21 app/mise.toml:3 (mise-toml)",
            "1.22 .tool-versions:3 (tool-versions)"
        ]
    );
    assert_eq!(of_tool_files(&sources, "bad", Runtime::Bun), []);
    let problems = sources.into_problems();
    assert_eq!(
        problems[0].evidence.to_string(),
        "bad/mise.toml:1 (toml-syntax)"
    );
}

fn runtimes() -> impl Strategy<Value = Runtime> {
    prop::sample::select(vec![
        Runtime::Node,
        Runtime::Python,
        Runtime::Java,
        Runtime::Php,
        Runtime::Ruby,
        Runtime::Rust,
    ])
}

proptest! {
    #[test]
    fn whatever_stands_there_is_no_reason_to_panic(
        runtime in runtimes(),
        first: String,
        second in "[v0-9.x*^~<>=!| ,a-c/-]{0,24}",
    ) {
        let _ = resolved(runtime, &[&first, &second]);
    }

    #[test]
    fn a_version_that_is_named_is_the_one_that_is_taken(
        runtime in runtimes(),
        parts in prop::collection::vec(11u32..10_000, 1..4),
    ) {
        let text = parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
        prop_assert_eq!(resolved(runtime, &[&text]).0, text.clone());
        let request = Request::parse(runtime, &text).unwrap();
        prop_assert!(request.accepts(&text));
    }

    #[test]
    fn what_a_range_comes_to_is_in_it(lower in 4u32..27, upper in 4u32..27) {
        let text = format!(">={lower} <={upper}");
        let request = Request::parse(Runtime::Node, &text).unwrap();
        if let Some(release) = newest_matching(Runtime::Node, &request) {
            prop_assert!(request.accepts(release.newest));
            prop_assert_eq!(&resolved(Runtime::Node, &[&text]).0, release.line);
        } else {
            prop_assert!(lower > upper);
        }
    }
}
