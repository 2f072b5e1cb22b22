//! How the program is linked.
//!
//! A position-independent executable is patched in twenty thousand places each time it is started,
//! which takes as long as everything else that a small command does. On Linux it is therefore linked
//! to a fixed address; its libraries, its stack and its heap are still at random ones.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |variable: &str, value: &str| told(variable) == value;
    let features = told("CARGO_CFG_TARGET_FEATURE");
    let is_static = features.split(',').any(|feature| feature == "crt-static");
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") && !is_static {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is how cargo tells about the target"
)]
fn told(variable: &str) -> String {
    std::env::var(variable).unwrap_or_default()
}
