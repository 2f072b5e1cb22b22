//! The examples of the seeds, word for word.

use insta::assert_snapshot;

use super::parse;
use crate::config::{FormatVersion, ProjectSection, migrate, render};

/// Seed 000, section 3.
pub(super) const V1: &str = include_str!("fixtures/v1.dhtconfig");
/// Seed 001, section 1.
pub(super) const V2: &str = include_str!("fixtures/v2.dhtconfig");

#[test]
fn format_2_is_read() {
    let document = parse(V2);
    assert_eq!(document.format(), FormatVersion::V2);
    let config = document.config();
    assert_eq!(config.dht_version.as_deref(), Some("0.1.0"));
    let python = config.python.as_ref().unwrap();
    assert_eq!(python.version.as_deref(), Some("3.11.7"));
    assert_eq!(config.tools["pre-commit"], "3.3.3");
    assert_eq!(
        config.binaries.as_ref().unwrap().required[0]
            .installer
            .as_deref(),
        Some("uv tool")
    );
    assert_eq!(document.line_of("python.version"), Some(13));
    assert_eq!(document.line_of("binaries.required[1].version"), Some(42));
    assert_eq!(document.line_of("platform_deps.linux.apt[1]"), Some(30));
    assert_eq!(document.line_of("python.colour"), None);
}

#[test]
fn placeholders_for_digests_are_problems_and_no_errors() {
    let document = parse(V2);
    let problems: Vec<String> = document.problems().map(ToString::to_string).collect();
    assert_snapshot!(problems.join("\n"), @r"
    `.dhtconfig:73:18`: `validation.venv_checksum` is not a digest of the form `sha256:<64 hexadecimal digits>`
    `.dhtconfig:74:20`: `validation.config_checksum` is not a digest of the form `sha256:<64 hexadecimal digits>`
    ");
    assert_eq!(document.warnings().len(), problems.len());
}

#[test]
fn format_1_is_read_in_terms_of_2() {
    let document = parse(V1);
    assert_eq!(document.format(), FormatVersion::V1);
    assert!(document.warnings().is_empty(), "{:?}", document.warnings());
    assert_snapshot!(render(document.config()), @r#"
    # .dhtconfig v2.0 - Deterministic Environment Specification
    version: "2.0"

    # Project metadata (overrides detection)
    project:
      type: "web-api"

    # Platform-specific dependencies
    platform_deps:
      linux:
        apt: ["libpq-dev", "gcc"]

    # Multi-language support
    languages:
      node:
        version: "18.x"
        package_manager: "pnpm"
      rust:
        toolchain: "stable"

    # Environment variables (names only, never values)
    env_template:
      required:
        - "OPENAI_API_KEY"
        - "DATABASE_URL"
        - "REDIS_URL"

    # Docker configuration hints
    docker:
      base_image_variant: "slim"
      exposed_ports: [8000, 8080]

    # CI/CD preferences
    ci:
      providers: ["github", "gitlab"]
      coverage_threshold: 80

    # Development tools by role
    preferences:
      formatter: "ruff"
      test_runner: "pytest"
    "#);
    assert_eq!(document.line_of("platform_deps.linux.apt"), Some(12));
    assert_eq!(document.line_of("env_template.required[1]"), Some(40));
    assert_eq!(document.line_of("preferences.formatter"), Some(34));
}

#[test]
fn format_1_is_migrated_where_it_stands() {
    let migrated = migrate(&parse(V1));
    assert_eq!(parse(&migrated).config(), parse(V1).config());
    // The seed leaves blanks at the ends of its empty lines, and so do we.
    let lines: Vec<&str> = migrated.lines().map(str::trim_end).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    # .dhtconfig - DHT Configuration File
    version: "2.0"

    # Project metadata (only if not in pyproject.toml)
    project:
      type: "web-api"  # Overrides auto-detection if needed

    # Multi-language support
    languages:
      node:
        version: "18.x"  # If package.json doesn't specify
        package_manager: "pnpm"  # If not standard npm
      rust:
        toolchain: "stable"

    # Docker configuration hints
    docker:
      base_image_variant: "slim"  # Override default detection
      exposed_ports: [8000, 8080]  # If not detectable from code

    # CI/CD preferences
    ci:
      providers: ["github", "gitlab"]  # Which CI systems to generate for
      coverage_threshold: 80

    # Development tools configuration
    preferences:
      formatter: "ruff"  # Override default black
      test_runner: "pytest"  # Override if using unittest

    # Secrets hints (names only, never values)
    env_template:
      required:
        - OPENAI_API_KEY
        - DATABASE_URL
        - REDIS_URL

    # Platform-specific dependencies
    platform_deps:
      linux:
        apt: ["libpq-dev", "gcc"]
    "#);
}

#[test]
fn format_2_has_nothing_to_migrate() {
    assert_eq!(migrate(&parse(V2)), V2);
}

#[test]
fn a_rewrite_of_format_1_writes_format_2() {
    let document = parse(V1);
    let mut config = document.config().clone();
    config.project = Some(ProjectSection {
        kind: Some("cli".to_owned()),
    });
    let rewritten = parse(&document.rewrite(&config));
    assert_eq!(rewritten.format(), FormatVersion::V2);
    assert_eq!(rewritten.config(), &config);
}
