//! What is found of projects of Rust.

use super::super::shown::shown;

#[test]
fn members_of_a_workspace_are_built_for_themselves() {
    let files = [
        (
            "Cargo.toml",
            "[workspace]\nmembers = ['crates/*']\nexclude = ['crates/old']\n\
             [workspace.package]\nrust-version = '1.70'\n",
        ),
        ("Cargo.lock", ""),
        (
            "crates/api/Cargo.toml",
            "[package]\nname = 'api'\nrust-version.workspace = true\n[dependencies]\naxum = '0.7'\nclap = '4'\n",
        ),
        (
            "crates/api/src/main.rs",
            "fn main<'a>() { let addr = SocketAddr::from(([0, 0, 0, 0], 3000)); }",
        ),
        ("crates/lib/Cargo.toml", "[package]\nname = 'lib'\n"),
        ("crates/lib/src/lib.rs", ""),
        ("crates/old/Cargo.toml", "[package]\nname = 'old'\n"),
        ("xtask/Cargo.toml", "[package]\nname = 'xtask'\n"),
        ("examples/x/Cargo.toml", "[package]\nname = 'x'\n"),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    crates/api Rust Api api ["axum", "clap"]
      Rust 1.95 Cargo.toml:5 (cargo-rust-version)
      with cargo  Cargo.lock (lock-file)
      install: cargo fetch --locked
      build: cargo build --release --locked --package api
      start: ./target/release/api
      dev: cargo run --package api
      test: cargo test --package api
      application api crates/api/src/main.rs (cargo-bin-file)
      port 3000 crates/api/src/main.rs:1 (listening-address)
    crates/lib Rust Library lib []
      Rust 1.95 . (runtime-default)
      with cargo  Cargo.lock (lock-file)
      install: cargo fetch --locked
      build: cargo build --release --locked --package lib
      test: cargo test --package lib
    crates/old Rust Library old []
      Rust 1.95 . (runtime-default)
      with cargo  crates/old/Cargo.toml (cargo-package)
      install: cargo fetch
      build: cargo build --release
      test: cargo test
    workspace .: crates/api crates/lib Cargo.toml:2 (cargo-workspace)
    "#);
}

#[test]
fn a_toolchain_is_more_binding_than_the_lowest_version() {
    let manifest =
        "[package]\nname = 'x'\nrust-version = '1.60'\n[[bin]]\nname = 'y'\npath = 'y.rs'\n";
    let old = [
        ("Cargo.toml", manifest),
        ("rust-toolchain", "nightly-2024-05-01\n"),
    ];
    insta::assert_snapshot!(shown(&old), @"
    . Rust App x []
      Rust nightly-2024-05-01 rust-toolchain:1 (rust-toolchain)
      with cargo  Cargo.toml (cargo-package)
      install: cargo fetch
      build: cargo build --release
      start: ./target/release/y
      dev: cargo run
      test: cargo test
      application y Cargo.toml:4 (cargo-bin)
    ");
    let toml = [
        ("Cargo.toml", manifest),
        ("rust-toolchain.toml", "[toolchain]\nchannel = '1.80.1'\n"),
    ];
    assert!(shown(&toml).contains("Rust 1.80.1 rust-toolchain.toml:2 (rust-toolchain)"));
}

#[test]
fn of_several_programs_one_is_meant_or_none() {
    let bins = [
        ("src/bin/a.rs", ""),
        ("src/bin/b/main.rs", ""),
        ("src/bin/b/c.rs", ""),
    ];
    let with = |manifest: &'static str| shown(&[&[("Cargo.toml", manifest)][..], &bins].concat());
    insta::assert_snapshot!(with("[package]\nname = 'x'\n"), @"
    . Rust App x []
      Rust 1.95 . (runtime-default)
      with cargo  Cargo.toml (cargo-package)
      install: cargo fetch
      build: cargo build --release
      test: cargo test
    ");
    assert!(
        with("[package]\nname = 'x'\ndefault-run = 'b'\n").contains("start: ./target/release/b")
    );
    assert!(with("[package]\nname = 'a'\n").contains("build: cargo build --release --bin a"));
}

#[test]
fn pages_are_built_with_trunk_and_rocket_says_its_port() {
    let yew = [
        (
            "Cargo.toml",
            "[package]\nname = 'x'\n[dependencies]\nyew = '0.21'\n",
        ),
        ("src/main.rs", "fn main() {}"),
        ("index.html", ""),
    ];
    insta::assert_snapshot!(shown(&yew), @r#"
    . Rust Static x ["yew"]
      Rust 1.95 . (runtime-default)
      with cargo  Cargo.toml (cargo-package)
      install: cargo fetch
      build: trunk build --release
      dev: trunk serve
      test: cargo test
      output dist Cargo.toml (cargo-package)
    "#);
    let rocket = [
        (
            "Cargo.toml",
            "[package]\nname = 'x'\n[dependencies]\nrocket = '0.5'\n",
        ),
        ("src/main.rs", "fn main() {}"),
        ("Rocket.toml", "[default]\nport = 9001\n"),
        (
            ".cargo/config.toml",
            "[build]\ntarget = 'x86_64-unknown-linux-musl'\n",
        ),
    ];
    insta::assert_snapshot!(shown(&rocket), @r#"
    . Rust Api x ["rocket"]
      Rust 1.95 . (runtime-default)
      with cargo  Cargo.toml (cargo-package)
      install: cargo fetch
      build: cargo build --release
      start: ./target/x86_64-unknown-linux-musl/release/x
      dev: cargo run
      test: cargo test
      application x src/main.rs (cargo-bin-file)
      port 9001 Rocket.toml:2 (rocket-toml-port)
    "#);
}

#[test]
fn a_broken_manifest_is_a_problem() {
    insta::assert_snapshot!(shown(&[("Cargo.toml", "[package\n")]), @"problem Cargo.toml:1 (toml-syntax): invalid TOML: unclosed table, expected `]`");
}

fn line(files: &[(&str, &str)], name: &str) -> Option<String> {
    let text = shown(files);
    let line = text.lines().find(|line| line.trim().starts_with(name));
    line.map(|line| line.trim().to_owned())
}

#[test]
fn frameworks_and_containers_say_how_a_program_is_started() {
    let loco = [
        (
            "Cargo.toml",
            "[package]\nname = 'x'\n[dependencies]\nloco-rs = '0.13'\n",
        ),
        ("src/bin/main.rs", "fn main() {}"),
    ];
    assert_eq!(
        line(&loco, "start").as_deref(),
        Some("start: ./target/release/main start")
    );
    let clap = [
        (
            "Cargo.toml",
            "[package]\nname = 'x'\n[dependencies]\nclap = '4'\naxum = '0.8'\n",
        ),
        (
            "src/main.rs",
            "#[derive(Subcommand)]\nenum Command {\n    Migrate,\n    Serve { port: u16 },\n}\nfn main() {}",
        ),
    ];
    assert_eq!(
        line(&clap, "start").as_deref(),
        Some("start: ./target/release/x serve")
    );
    let docker = [
        ("Cargo.toml", "[package]\nname = 'x'\n"),
        ("src/bin/a.rs", ""),
        ("src/bin/b.rs", ""),
        (
            "Dockerfile",
            "RUN cargo build --release\nCMD [\"/srv/b\", \"listen\"]\n",
        ),
    ];
    assert_eq!(
        line(&docker, "start").as_deref(),
        Some("start: ./target/release/b listen")
    );
    let shuttle = [
        (
            "Cargo.toml",
            "[package]\nname = 'x'\n[dependencies]\nshuttle-runtime = '0.5'\n",
        ),
        ("src/main.rs", ""),
    ];
    assert_eq!(
        line(&shuttle, "start").as_deref(),
        Some("start: shuttle run --release --external")
    );
    let wasm = [
        ("Cargo.toml", "[package]\nname = 'x'\n"),
        ("src/main.rs", ""),
        (
            ".cargo/config.toml",
            "[build]\ntarget = 'wasm32-wasi'\n[target.wasm32-wasi]\nrunner = 'lunatic'\n",
        ),
    ];
    assert_eq!(
        line(&wasm, "start").as_deref(),
        Some("start: lunatic target/wasm32-wasi/release/x.wasm")
    );
}

#[test]
fn leptos_is_built_with_its_pages() {
    let files = [
        (
            "Cargo.toml",
            "[package]\nname = 'x'\n[dependencies]\nleptos = '0.7'\nleptos_axum = { version = '0.7', optional = true }\n\
             [package.metadata.leptos]\nsite-addr = '127.0.0.1:3001'\n",
        ),
        ("src/main.rs", "fn main() {}"),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Rust Web x ["leptos"]
      Rust 1.95 . (runtime-default)
      with cargo  Cargo.toml (cargo-package)
      install: cargo fetch
      build: cargo leptos build --release
      start: ./target/release/x
      dev: cargo leptos watch
      test: cargo test
      application x src/main.rs (cargo-bin-file)
      port 3001 Cargo.toml:7 (cargo-leptos-address-port)
    "#);
}

#[test]
fn what_is_not_switched_on_and_what_only_asks_says_nothing() {
    let optional = [
        (
            "Cargo.toml",
            "[package]\nname = 'x'\n[features]\ndefault = ['cli']\ncli = ['dep:clap']\n\
             [dependencies]\naxum = { version = '0.8', optional = true }\nclap = { version = '4', optional = true }\n",
        ),
        ("src/main.rs", ""),
    ];
    assert!(shown(&optional).contains(". Rust Cli x [\"clap\"]"));
    let client = [
        (
            "Cargo.toml",
            "[package]\nname = 'x'\n[dependencies]\nhyper = '1'\n",
        ),
        ("src/main.rs", "use hyper::client;"),
    ];
    assert!(shown(&client).contains(". Rust App x []"));
    let category = [
        (
            "Cargo.toml",
            "[package]\nname = 'x'\ncategories = ['command-line-utilities']\n[dependencies]\naxum = '0.8'\n",
        ),
        ("src/main.rs", ""),
    ];
    assert!(shown(&category).contains(". Rust Cli x"));
}

#[test]
fn settings_name_the_port() {
    let files = [
        (
            "Cargo.toml",
            "[package]\nname = 'x'\n[dependencies]\nactix-web = '4'\n",
        ),
        ("src/main.rs", ""),
        ("configuration/base.yaml", "application:\n  port: 8001\n"),
    ];
    assert_eq!(
        line(&files, "port").as_deref(),
        Some("port 8001 configuration/base.yaml:2 (settings-port)")
    );
}
