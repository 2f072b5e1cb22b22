//! What a wrong file is told: where, what, and what to do.

use insta::assert_snapshot;

use super::refusal;
use crate::{Diagnostic, ExitCode};

/// The refusal of a file of format 2.0 with these lines, and its hint.
#[track_caller]
fn report(lines: &str) -> String {
    report_of(&format!("version: \"2.0\"\n{lines}"))
}

#[track_caller]
fn report_of(text: &str) -> String {
    let error = refusal(text);
    assert_eq!(error.exit_code(), ExitCode::Invalid);
    format!("{error}\nhint: {}", error.hint().unwrap())
}

#[test]
fn a_misspelled_section() {
    assert_snapshot!(report("pyhton:\n  version: \"3.11.7\"\n"), @r"
    `.dhtconfig:2:1`: unknown key `pyhton`
    hint: did you mean `python`? a key of your own begins with `x-`
    ");
}

#[test]
fn a_misspelled_key() {
    assert_snapshot!(report("env_template:\n  requried: [A]\n"), @r"
    `.dhtconfig:3:3`: unknown key `env_template.requried`
    hint: did you mean `required`? a key of your own begins with `x-`
    ");
    assert_snapshot!(report("binaries:\n  required:\n    - nmae: node\n"), @r"
    `.dhtconfig:4:7`: unknown key `binaries.required[0].nmae`
    hint: did you mean `name`? a key of your own begins with `x-`
    ");
}

#[test]
fn a_misspelled_version() {
    assert_snapshot!(report_of("Version: \"2.0\"\n"), @r"
    `.dhtconfig:1:1`: unknown key `Version`
    hint: did you mean `version`? a key of your own begins with `x-`
    ");
}

#[test]
fn a_version_to_come() {
    assert_snapshot!(report_of("# new\nversion: \"3.0\"\n"), @r#"
    `.dhtconfig:2:10`: format `3.0` is not supported
    hint: upgrade dhtl, or write `version: "2.0"` when the file is of that format
    "#);
    assert_snapshot!(report_of("version: [2]\n"), @r"
    `.dhtconfig:1:10`: `version` must be text, found a list
    hint: `dhtl config schema` prints what every key takes
    ");
}

#[test]
fn no_version() {
    assert_snapshot!(report_of("git:\n  lfs: true\n"), @r#"
    `.dhtconfig:1:1`: the file does not say which format it has: `version` is missing
    hint: begin the file with `version: "2.0"`, or run `dhtl setup` to have one written
    "#);
}

#[test]
fn broken_yaml() {
    assert_snapshot!(report("git: [a\npython: {}\n"), @r"
    `.dhtconfig:3:7`: illegal placement of ':' indicator
    hint: correct the line, then run `dhtl config validate`
    ");
}

#[test]
fn a_list_in_place_of_text() {
    assert_snapshot!(report("python:\n  version: [\"3.11.7\"]\n"), @r"
    `.dhtconfig:3:12`: `python.version` must be text, found a list
    hint: `dhtl config schema` prints what every key takes
    ");
}

#[test]
fn text_in_place_of_a_list() {
    assert_snapshot!(report("platform_deps:\n  linux:\n    apt: libpq-dev\n"), @r"
    `.dhtconfig:4:10`: `platform_deps.linux.apt` must be a list, found text
    hint: `dhtl config schema` prints what every key takes
    ");
}

#[test]
fn nothing_in_place_of_a_version() {
    assert_snapshot!(report("tools:\n  ruff:\n"), @r"
    `.dhtconfig:3:3`: `tools.ruff` must be text, found nothing
    hint: `dhtl config schema` prints what every key takes
    ");
}

#[test]
fn a_word_in_place_of_a_truth_value() {
    assert_snapshot!(report("git:\n  lfs: yes\n"), @r"
    `.dhtconfig:3:8`: `git.lfs` must be `true` or `false`, found text
    hint: `dhtl config schema` prints what every key takes
    ");
}

#[test]
fn a_port_out_of_range() {
    assert_snapshot!(report("docker:\n  exposed_ports: [80, 65536]\n"), @r"
    `.dhtconfig:3:23`: `docker.exposed_ports[1]` must be a whole number from 1 to 65535, found a number
    hint: `dhtl config schema` prints what every key takes
    ");
    assert_snapshot!(report("docker:\n  exposed_ports: [0]\n"), @r"
    `.dhtconfig:3:19`: `docker.exposed_ports[0]` must be a whole number from 1 to 65535, found a number
    hint: `dhtl config schema` prints what every key takes
    ");
}

#[test]
fn more_than_all_lines() {
    assert_snapshot!(report("ci:\n  coverage_threshold: 101\n"), @r"
    `.dhtconfig:3:23`: `ci.coverage_threshold` must be a whole number from 0 to 100, found a number
    hint: `dhtl config schema` prints what every key takes
    ");
}

#[test]
fn a_key_that_must_be_there() {
    assert_snapshot!(report("binaries:\n  required:\n    - version: \"1\"\n"), @r"
    `.dhtconfig:4:7`: `binaries.required[0]` is not valid: missing field `name`
    hint: `dhtl config schema` prints what every key takes
    ");
}

#[test]
fn a_range_of_python_versions() {
    assert_snapshot!(report("python:\n  version: \">=3.11\"\n"), @r"
    `.dhtconfig:3:12`: `python.version` must be an exact version, not a range
    hint: write all three numbers, such as `3.11.7`
    ");
    for version in [
        "3", "3.x", "3.11.*", "~=3.11.0", "3.11.7,", "latest", "3.11.7.1", "3..1", "",
    ] {
        report(&format!("python:\n  version: \"{version}\"\n"));
    }
}

#[test]
fn an_unknown_implementation() {
    assert_snapshot!(report("python:\n  implementation: jython\n"), @r"
    `.dhtconfig:3:19`: `python.implementation` is not valid: unknown variant `jython`, expected one of `cpython`, `pypy`, `graalpy`
    hint: `dhtl config schema` prints what every key takes
    ");
}

#[test]
fn an_unknown_platform() {
    assert_snapshot!(report("fingerprint:\n  platform: plan9-mips\n"), @r"
    `.dhtconfig:3:13`: `fingerprint.platform` is not valid: `plan9-mips` is not a platform; known are {darwin,linux,windows}-{arm64,x86_64}, such as `darwin-arm64`
    hint: `dhtl config schema` prints what every key takes
    ");
}

#[test]
fn an_option_in_place_of_a_package() {
    assert_snapshot!(
        report("platform_deps:\n  linux:\n    apt:\n      - gcc\n      - -oAPT::Update::Pre-Invoke::=id\n"),
        @r#"
    `.dhtconfig:6:9`: `platform_deps.linux.apt[1]` is not the name of a package: "-oAPT::Update::Pre-Invoke::=id"
    hint: write the name alone, such as `libpq-dev`, without options or paths
    "#
    );
    for package in [
        "a b",
        "a;id",
        "$(id)",
        "`id`",
        "./a.deb",
        "/a.deb",
        "gcc-",
        "https://a.example/x.rb",
        "../x",
        "",
    ] {
        report(&format!(
            "platform_deps:\n  darwin:\n    brew: ['{package}']\n"
        ));
    }
}

#[test]
fn a_path_out_of_the_project() {
    assert_snapshot!(report("dependencies:\n  lock_files: [uv.lock, ../uv.lock]\n"), @r#"
    `.dhtconfig:3:25`: `dependencies.lock_files[1]` must be a path inside the project, found "../uv.lock"
    hint: write it relative to the project, with `/` between its parts
    "#);
    for path in [
        "/etc/passwd",
        "C:/x",
        "a\\b",
        "~/x",
        "-x",
        "a/../../b",
        "./a",
        "",
    ] {
        report(&format!("git:\n  submodules: ['{path}']\n"));
    }
}

#[test]
fn a_version_with_an_operator() {
    assert_snapshot!(report("tools:\n  ruff: \">=0.1\"\n"), @r#"
    `.dhtconfig:3:9`: `tools.ruff` must be an exact version, found ">=0.1"
    hint: write a single version, such as `1.70.0`, without operators or spaces
    "#);
    assert_snapshot!(report("binaries:\n  required:\n    - name: node\n      version: 18.x\n"), @r#"
    `.dhtconfig:5:16`: `binaries.required[0].version` must be an exact version, found "18.x"
    hint: write a single version, such as `1.70.0`, without operators or spaces
    "#);
    assert_snapshot!(report("dht_version: \">=0.1\"\n"), @r#"
    `.dhtconfig:2:14`: `dht_version` is not a version: ">=0.1"
    hint: write a single version, such as `0.1.0`
    "#);
}

#[test]
fn a_tool_is_a_distribution_and_nothing_else() {
    assert_snapshot!(report("tools:\n  ruff@1: \"1.0.zip\"\n"), @r#"
    `.dhtconfig:3:11`: `tools.ruff@1` is not the name of a distribution: "ruff@1"
    hint: use letters, digits and `-`, `_`, `.`, and begin and end with a letter or digit
    "#);
    assert_snapshot!(report("tools:\n  zope.interface: \"5\"\n  Zope_Interface: \"6\"\n"), @"
    `.dhtconfig:3:19`: `tools.zope.interface` is the same tool as `tools.Zope_Interface`
    hint: remove one of the two lines
    ");
}

#[test]
fn a_secret_is_refused_and_not_repeated() {
    assert_snapshot!(report("env_template:\n  required:\n    - API_KEY=hunter2\n"), @r"
    `.dhtconfig:4:7`: `env_template.required[0]` must hold names of environment variables only, never values
    hint: write one name to a line, such as `- DATABASE_URL`; values belong in `.env`, which is not committed; a secret that was committed must be replaced
    ");
    for lines in [
        "env_template:\n  required:\n    API_KEY: hunter2\n",
        "env_template:\n  optional:\n    - API_KEY: hunter2\n",
        "env_template:\n  required: hunter2\n",
        "env_template:\n  required: [sk-hunter2]\n",
    ] {
        let report = report(lines);
        assert!(report.contains("never values"), "{report}");
        assert!(!report.contains("hunter2"), "{report}");
    }
    let report = report_of("version: \"1.0\"\nrequired_secrets:\n  - API_KEY=hunter2\n");
    assert_snapshot!(report, @r"
    `.dhtconfig:3:5`: `required_secrets[0]` must hold names of environment variables only, never values
    hint: write one name to a line, such as `- DATABASE_URL`; values belong in `.env`, which is not committed; a secret that was committed must be replaced
    ");
}

#[test]
fn a_key_of_the_other_format() {
    assert_snapshot!(report("required_secrets: [A]\n"), @r"
    `.dhtconfig:2:1`: `required_secrets` does not exist in format 2.0
    hint: write its values to `env_template.required`
    ");
    assert_snapshot!(report("python:\n  system_packages: [gcc]\n"), @r"
    `.dhtconfig:3:3`: `python.system_packages` does not exist in format 2.0
    hint: write its values to `platform_deps.linux.apt`
    ");
    assert_snapshot!(report_of("version: 1.0\ngit:\n  lfs: true\n"), @r#"
    `.dhtconfig:2:1`: `git` does not exist in format 1.0
    hint: write `version: "2.0"`, or move the rest there with `dhtl config migrate` first
    "#);
}

#[test]
fn the_first_of_several_mistakes_is_reported() {
    let report = report("ci:\n  providers: [a b]\npython:\n  version: latest\n");
    assert!(report.starts_with("`.dhtconfig:3:15`"), "{report}");
}
