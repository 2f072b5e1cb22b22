//! `dhtl templates`.

use std::fs;

use insta::assert_snapshot;

use crate::support::{World, files};

#[test]
fn the_types_of_projects_are_listed() {
    assert_snapshot!(World::new().dhtl(&["templates", "list"]).snapshot(), @"
    exit code: 0
    --- stdout
    api           An HTTP service with FastAPI, settings and a health check
    app           An application that is run, not imported
    cli           A command for the terminal, with Typer
    data-science  Data, a pipeline with tests, and a notebook
    library       A library, typed, tested and ready to publish
    --- stderr
    ");
}

#[test]
fn a_template_is_shown_as_it_is() {
    let shown = World::new().dhtl(&["templates", "show", "cli"]).exits(0);
    let shown = shown
        .answers("==> template.toml")
        .answers("==> pyproject.toml.j2");
    shown
        .answers("==> src/{{package}}/cli.py.j2")
        .answers("[project.scripts]");
    World::new()
        .dhtl(&["templates", "show", "../cli"])
        .exits(2)
        .says("there is no template `../cli`");
}

#[test]
fn an_ejected_template_makes_the_same_until_it_is_changed() {
    let world = World::new();
    let home = world.path().join("own-home");
    let world = world.set("DHTL_HOME", &home);
    let make = |name: &str| {
        let args = [
            "new",
            "shop",
            "--into",
            name,
            "--type",
            "library",
            "--no-setup",
            "--no-git",
        ];
        world.dhtl(&args).exits(0);
        files(&world.project().join(name))
    };
    let before = make("before");
    world
        .dhtl(&["templates", "eject", "library"])
        .exits(0)
        .answers("--type library");
    assert_eq!(make("after"), before);

    let own = home.join("templates/library");
    fs::write(own.join("NOTES.md.j2"), "About {{ name }}\n").unwrap();
    make("changed");
    assert_eq!(world.read("changed/NOTES.md"), "About shop\n");
    world
        .dhtl(&["templates", "list"])
        .exits(0)
        .answers("own-home");
    // What was changed is the user's.
    world.dhtl(&["templates", "eject", "library"]).exits(2);
    assert!(own.join("NOTES.md.j2").exists());
}
