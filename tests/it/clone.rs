//! `dhtl clone`.

use std::path::PathBuf;

use insta::assert_snapshot;

use crate::support::{World, listing};

/// A bare repository beside the project's folder, with one commit on a branch.
fn repository(world: &World) -> PathBuf {
    let work = world.path().join("work");
    std::fs::create_dir(&work).unwrap();
    std::fs::write(work.join("requirements.txt"), "idna==3.7\n").unwrap();
    std::fs::write(work.join("app.py"), "import idna\n").unwrap();
    std::fs::write(work.join(".gitignore"), ".env\n").unwrap();
    world.git_in(&work, &["init", "--quiet", "--initial-branch", "main"]);
    world.git_in(&work, &["add", "."]);
    world.git_in(&work, &["commit", "--quiet", "--message", "Begin"]);
    let bare = world.path().join("demo.git");
    world.git_in(
        world.path(),
        &["clone", "--quiet", "--bare", "work", "demo.git"],
    );
    bare
}

#[test]
fn clones_and_regenerates() {
    let world = World::new();
    let repository = repository(&world);
    assert_snapshot!(world.dhtl(&["clone", repository.to_str().unwrap()]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Repository cloned into [WORLD]/project/demo
    ✓ Python [VERSION] from [ORIGIN]: [REASON]
    ✓ Platform: [PLATFORM] (detected)
    ✓ Python packages restored from requirements, resolved as of [DATE]: 1 distribution
    ✓ Imports: 1 third-party module, all resolve in the project's packages
    ✓ Environment validated: sha256:[DIGEST]
        record it for everyone with `dhtl setup`
    --- stderr
    Cloning the repository.
    > Create the virtual environment with Python [VERSION]
    ✓ Create the virtual environment with Python [VERSION] ([TIME])
    > Resolve the requirements
    ✓ Resolve the requirements ([TIME])
    > Install the distributions
    ✓ Install the distributions: 1 distribution ([TIME])
    > Install what else is imported
    ✓ Install what else is imported ([TIME])
    ");
    let folder = world.project().join("demo");
    world.venv_python(&folder, &["app.py"]).exits(0);
    world.dhtl_in(&folder, &["validate-env"]).exits(0);
    // What dhtl keeps there is nothing to commit, and neither is the environment.
    assert_eq!(world.git_in(&folder, &["status", "--porcelain"]), "");
    assert_eq!(
        world.git_in(&folder, &["branch", "--show-current"]),
        "main\n"
    );
}

#[test]
fn the_new_folder_can_be_named() {
    let world = World::new();
    let repository = repository(&world);
    let outcome = world
        .dhtl(&["clone", repository.to_str().unwrap(), "here", "--json"])
        .exits(0);
    assert!(
        outcome.text("/root").ends_with("here"),
        "{}",
        outcome.stdout
    );
    assert!(world.has("here/.venv") && !world.has("demo"));
}

#[test]
fn a_file_url_and_a_relative_path_are_addresses_too() {
    let world = World::new();
    let repository = repository(&world);
    let url = format!("file://{}", repository.display());
    world.dhtl(&["clone", &url, "by-url"]).exits(0);
    world.dhtl(&["clone", "../demo.git", "by-path"]).exits(0);
    assert!(world.has("by-url/.venv") && world.has("by-path/.venv"));
}

#[test]
fn nothing_of_the_user_is_overwritten() {
    let world = World::new();
    let repository = repository(&world);
    world.write("demo/app.py", "mine\n");
    assert_snapshot!(world.dhtl(&["clone", repository.to_str().unwrap()]).snapshot(), @"
    exit code: 2
    --- stdout
    --- stderr
    Cloning the repository.
    error: `[WORLD]/project/demo` already exists and is not an empty folder

    hint: name a folder that does not exist yet, after the first argument
    ");
    assert_eq!(world.read("demo/app.py"), "mine\n");
    assert_eq!(listing(&world.project()), ["demo/", "demo/app.py"]);
}

#[test]
fn a_repository_that_is_not_there_is_named() {
    let world = World::new();
    let url = format!("file://{}/nowhere.git", world.path().display());
    assert_snapshot!(world.dhtl(&["clone", &url]).snapshot(), @"
    exit code: 5
    --- stdout
    --- stderr
    Cloning the repository.
    error: there is no repository `file://[WORLD]/nowhere.git`

    hint: check the address, for instance with `git ls-remote file://[WORLD]/nowhere.git`
    ");
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn a_host_that_does_not_answer_is_named() {
    let world = World::new();
    assert_snapshot!(world.dhtl(&["clone", "http://127.0.0.1:9/demo.git"]).snapshot(), @"
    exit code: 5
    --- stdout
    --- stderr
    Cloning the repository.
    error: `127.0.0.1:9` cannot be reached

    hint: check the name `127.0.0.1:9`, your network and your proxy settings, then run the same command again
    ");
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn options_of_git_are_no_addresses() {
    let world = World::new();
    let upload_pack = format!("--upload-pack=touch {}/run", world.path().display());
    let hostile = [
        upload_pack.as_str(),
        "--config=core.sshCommand=true",
        "ext::sh -c true",
        "-oProxyCommand=true",
        "ssh://-oProxyCommand=true/demo.git",
    ];
    for address in hostile {
        let outcome = world.dhtl(&["clone", "--", address, "demo"]).exits(2);
        outcome.says("error: ");
        assert_eq!(listing(&world.project()), [""; 0], "{address}");
    }
    assert_snapshot!(world.dhtl(&["clone", "--", "--upload-pack=true"]).snapshot(), @"
    exit code: 2
    --- stdout
    --- stderr
    Cloning the repository.
    error: `--upload-pack=true` begins with `-` and would be read as an option

    hint: write a folder as `./--upload-pack=true`
    ");
    assert!(!world.path().join("run").exists());
}

#[test]
fn without_git_the_message_says_how_to_get_it() {
    let world = World::new();
    let repository = repository(&world);
    let empty = world.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let world = world.set("PATH", &empty);
    let outcome = world
        .dhtl(&["clone", repository.to_str().unwrap()])
        .exits(3);
    outcome
        .says("`git` was not found on PATH")
        .says("install git");
    assert_eq!(listing(&world.project()), [""; 0]);
}
