//! Help, wrong usage, and what every command has in common.

use insta::assert_snapshot;

use crate::support::{World, listing};

#[test]
fn help_fits_on_a_screen() {
    assert_snapshot!(World::new().dhtl(&["-h"]).snapshot(), @"
    exit code: 0
    --- stdout
    Any repository, from just cloned to working and proven the same, in one command

    Usage: dhtl [OPTIONS] <COMMAND>

    Commands:
      new                    Make a new project, with its environment and a first commit
      init                   Add checks, hooks and other files that a project lacks
      clone                  Clone a repository and make its environment
      fork                   Fork a repository on GitHub, clone the fork and make its environment
      setup-from             Unpack an archive of a project and make its environment
      setup                  Lock what is not locked and record the environment in `.dhtconfig`
      regenerate             Make the environment of a project
      validate-env           Check that the environment is what it must be
      verify-environment     Compare the digest of what is installed with a given or the recorded one
      freeze-tools           Print the development tools in the form of `.dht/tools.lock`
      generate-env-template  Write the names of the project's environment variables to `.env.example`
      env-setup              Say which environment variables are missing, and how to set them
      detect                 Say what a project is and needs, without running any of it
      deps                   Look after what a project depends on
      config                 Show, check, migrate and describe `.dhtconfig`
      templates              List, show and copy the templates of new projects
      tools                  List the programs that dhtl uses, with versions and places
      completions            Print the completion script of a shell
      help                   Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help (see more with '--help')
      -V, --version  Print version

    Global options:
          --json          Print one JSON document on stdout instead of text
      -q, --quiet         Say nothing on stderr but errors
      -v, --verbose       Show what the programs print that dhtl runs
          --color <WHEN>  When to use colour [default: auto] [possible values: auto, always, never]
          --no-input      Never ask a question; `CI=true` in the environment implies it
          --root <DIR>    Take this folder as the root of the project instead of searching for it

    Exit codes: 0 done, 1 the answer is no, 2 wrong usage, 3 something needed is missing, 4 invalid
    project or configuration, 5 an external command failed, 130 interrupted.
    --- stderr
    ");
}

#[test]
fn every_command_has_help() {
    let world = World::new();
    for command in [
        "new",
        "init",
        "templates",
        "clone",
        "setup-from",
        "setup",
        "regenerate",
        "validate-env",
        "detect",
        "config",
        "tools",
        "completions",
    ] {
        let outcome = world.dhtl(&[command, "--help"]).exits(0);
        assert!(
            outcome.stdout.contains(&format!("Usage: dhtl {command}")),
            "{}",
            outcome.stdout
        );
        assert_eq!(outcome.stderr, "", "{command}");
    }
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn the_version_is_that_of_the_package() {
    let outcome = World::new().dhtl(&["--version"]).exits(0);
    assert_eq!(
        outcome.stdout,
        concat!("dhtl ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn no_command_is_wrong_usage_and_shows_the_help() {
    let outcome = World::new()
        .dhtl(&[])
        .exits(2)
        .says("Usage: dhtl [OPTIONS] <COMMAND>");
    assert_eq!(outcome.stdout, "");
}

#[test]
fn a_misspelled_command_is_wrong_usage() {
    assert_snapshot!(World::new().dhtl(&["regenrate"]).snapshot(), @"
    exit code: 2
    --- stdout
    --- stderr
    error: unrecognized subcommand 'regenrate'

      tip: some similar subcommands exist: 'generate-env-template', 'regenerate'

    Usage: dhtl [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn options_that_contradict_each_other_are_wrong_usage() {
    assert_snapshot!(World::new().dhtl(&["tools", "--quiet", "--verbose"]).snapshot(), @"
    exit code: 2
    --- stdout
    --- stderr
    error: the argument '--quiet' cannot be used with '--verbose'

    Usage: dhtl tools --quiet

    For more information, try '--help'.
    ");
}

#[test]
fn wrong_usage_with_json_is_one_document_too() {
    let outcome = World::new()
        .dhtl(&["detect", "--json", "--frobnicate"])
        .exits(2);
    assert_eq!(outcome.json()["error"]["exit_code"], 2);
    assert!(
        outcome.text("/error/message").contains("--frobnicate"),
        "{}",
        outcome.stdout
    );
    let world = World::new();
    let outcome = world.dhtl(&["regenerate", "--json"]).exits(4);
    assert_eq!(outcome.json()["error"]["exit_code"], 4);
    assert!(
        outcome.text("/error/hint").contains("--root"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn quiet_says_nothing_but_the_answer() {
    let world = World::new();
    world.write("requirements.txt", "idna==3.7\n");
    let outcome = world.dhtl(&["regenerate", "--quiet"]).exits(0);
    assert_eq!(outcome.stderr, "");
    assert!(
        outcome.stdout.contains("1 distribution"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn verbose_shows_what_the_programs_print() {
    let world = World::new();
    world.write("requirements.txt", "idna==3.7\n");
    let outcome = world.dhtl(&["regenerate", "--verbose"]).exits(0);
    outcome.says("idna==3.7");
}

#[test]
fn colour_comes_only_when_it_is_asked_for() {
    let world = World::new();
    world.write("requirements.txt", "idna==3.7\n");
    assert!(!world.dhtl(&["detect"]).exits(0).stdout.contains('\x1b'));
    assert!(
        world
            .dhtl(&["detect", "--color", "always"])
            .exits(0)
            .stdout
            .contains('\x1b')
    );
    assert!(
        !world
            .dhtl(&["detect", "--color", "never"])
            .exits(0)
            .stdout
            .contains('\x1b')
    );
}
