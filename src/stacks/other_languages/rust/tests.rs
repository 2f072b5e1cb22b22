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
      build: cargo build --release --locked
      start: ../../target/release/api
      dev: cargo run
      test: cargo test
      application api crates/api/src/main.rs (cargo-bin-file)
      port 3000 crates/api/src/main.rs:1 (listening-address)
    crates/lib Rust Library lib []
      Rust 1.95 . (runtime-default)
      with cargo  Cargo.lock (lock-file)
      install: cargo fetch --locked
      build: cargo build --release --locked
      test: cargo test
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
