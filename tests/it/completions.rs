//! `dhtl completions`.

use crate::support::World;

#[test]
fn every_shell_has_a_script_that_knows_the_commands() {
    let world = World::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let outcome = world.dhtl(&["completions", shell]).exits(0);
        assert_eq!(outcome.stderr, "", "{shell}");
        for command in ["validate-env", "setup-from", "migrate"] {
            assert!(
                outcome.stdout.contains(command),
                "{shell} does not know `{command}`"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn bash_accepts_its_script() {
    let world = World::new();
    let script = world.dhtl(&["completions", "bash"]).exits(0).stdout;
    world.write("script", script);
    world
        .run(
            "bash",
            &world.project(),
            &["-eu", "-c", ". ./script && complete -p dhtl"],
        )
        .exits(0);
}

#[test]
fn an_unknown_shell_is_wrong_usage() {
    World::new()
        .dhtl(&["completions", "tcsh"])
        .exits(2)
        .says("possible values: bash");
}
