//! End-to-end tests: one file per command, one program to link.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed, and says so by panicking"
)]

mod support;

mod activation;
mod binaries;
mod clone;
mod clone_github;
mod completions;
mod config_migrate;
mod config_schema;
mod config_show;
mod config_validate;
mod containers;
mod continuous;
mod deps;
mod detect;
mod env_commands;
mod env_file;
mod faults;
mod fork;
mod git_setup;
mod hostile;
mod init;
mod init_ci;
mod interpreter_mirror;
mod lock_conflicts;
mod new;
mod new_interrupted;
mod other_languages;
mod platforms;
mod real_sdists;
mod regenerate;
mod regenerate_again;
mod regenerate_as_of;
mod regenerate_interpreter;
mod regenerate_partly;
mod regenerate_strict;
mod regenerate_supplement;
mod resume;
mod setup;
mod setup_from;
mod setup_from_download;
mod system_packages;
mod templates;
mod tools;
mod tools_pinned;
mod trust;
mod usage;
mod validate_env;
mod validate_env_imports;

/// A file that is not listed above would never be compiled, and so never fail.
#[test]
fn every_file_is_listed() {
    let listed = include_str!("main.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let forgotten = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
        .filter(|name| name != "main" && !listed.contains(&format!("\nmod {name};\n")))
        .collect::<Vec<_>>();
    assert_eq!(forgotten, [""; 0]);
}
