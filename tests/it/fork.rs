//! `dhtl fork`, with the real gh.
#![cfg(unix)]

use std::path::PathBuf;

use insta::assert_snapshot;

use crate::support::{GitHub, Mood, listing};

#[test]
fn forks_clones_and_regenerates() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    assert_snapshot!(world.dhtl(&["fork", "acme/api"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Repository acme/api forked as tester/api and cloned into [WORLD]/project/api, on `main`, with `upstream/main` of acme/api
    ✓ Python [VERSION] from [ORIGIN]: [REASON]
    ✓ Platform: [PLATFORM] (detected)
    ✓ Python packages restored from requirements, resolved as of [DATE]: 0 distributions
    ✓ Files written: .gitignore
    ✓ Imports: 0 third-party modules, all resolve in the project's packages
    ✓ Environment validated: sha256:[DIGEST]
        record it for everyone with `dhtl setup`
    --- stderr
    Forking the repository.
    > Create the virtual environment with Python [VERSION]
    ✓ Create the virtual environment with Python [VERSION] ([TIME])
    > Resolve the requirements
    ✓ Resolve the requirements ([TIME])
    ✓ Install the distributions (nothing to do)
    > Install what else is imported
    ✓ Install what else is imported ([TIME])
    > Write `.gitignore`
    ✓ Write `.gitignore`: .gitignore ([TIME])
    ");
    assert!(github.has("tester/api"));
    let folder = world.project().join("api");
    let git = |arguments: &[&str]| world.git_in(&folder, arguments);
    assert_eq!(
        git(&["remote", "get-url", "origin"]),
        "http://github.localhost/tester/api.git\n"
    );
    assert_eq!(
        git(&["remote", "get-url", "upstream"]),
        "http://github.localhost/acme/api.git\n"
    );
    assert_eq!(
        git(&[
            "rev-parse",
            "--abbrev-ref",
            "main@{upstream}",
            "upstream/HEAD"
        ]),
        "origin/main\nupstream/main\n"
    );
    world.dhtl_in(&folder, &["validate-env"]).exits(0);
}

#[test]
fn owner_name_folder_branch_and_depth_can_be_chosen() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    github.commit(&world, "acme/api");
    let arguments = [
        "fork",
        "acme/api",
        "--org",
        "guild",
        "--fork-name",
        "api2",
        "--branch",
        "main",
        "--depth",
        "1",
        "--into",
        "here",
    ];
    world.dhtl(&arguments).exits(0);
    assert!(github.has("guild/api2") && !github.has("tester/api"));
    let folder = world.project().join("here");
    assert_eq!(
        world.git_in(&folder, &["remote", "get-url", "origin"]),
        "http://github.localhost/guild/api2.git\n"
    );
    assert_eq!(
        listing(&world.project()).first().map(String::as_str),
        Some("here/")
    );
}

#[test]
fn a_fork_that_is_there_is_used() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    github.fork(&world, "acme/api", "tester/api");
    github.commit(&world, "acme/api");
    let outcome = world.dhtl(&["fork", "acme/api"]).exits(0);
    outcome
        .says("The fork is there already, and is used.")
        .says(
            "The fork lacks 1 commit of `upstream/main`: `git merge --ff-only upstream/main` adds",
        );
    assert!(!world.has("api/new.py"));
}

#[test]
fn a_clone_that_is_there_is_brought_up_to_date() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    world.dhtl(&["fork", "acme/api"]).exits(0);
    github.commit(&world, "acme/api");
    github.sync(&world, "acme/api", "tester/api");
    world.write("api/mine.py", "mine\n");
    let asked = github.requests().len();
    let outcome = world.dhtl(&["fork", "acme/api"]).exits(0);
    outcome.says("A clone of the fork is there already, and is brought up to date.");
    assert_eq!(world.read("api/new.py"), "import sys\n");
    assert_eq!(world.read("api/mine.py"), "mine\n");
    let requests = github.requests().split_off(asked);
    assert!(
        requests.iter().all(|line| line.contains(" git ")),
        "{requests:?}"
    );
}

#[test]
fn work_that_stands_against_it_is_left_alone() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    world.dhtl(&["fork", "acme/api"]).exits(0);
    github.commit(&world, "acme/api");
    github.sync(&world, "acme/api", "tester/api");
    world.write("api/new.py", "import os\n");
    let outcome = world.dhtl(&["fork", "acme/api"]).exits(0);
    outcome.says("What is checked out was left as it is");
    assert_eq!(world.read("api/new.py"), "import os\n");
}

#[test]
fn another_folder_in_its_place_is_not_touched() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    github.add(&world, "acme/other");
    world.dhtl(&["clone", "acme/other", "api"]).exits(0);
    let before = listing(&world.project());
    world
        .dhtl(&["fork", "acme/api"])
        .exits(2)
        .says("already exists and is not an empty folder");
    assert_eq!(listing(&world.project()), before);
    assert!(!github.has("tester/api"));
}

#[test]
fn without_gh_the_message_says_how_to_get_it() {
    let Some((world, _github)) = GitHub::with_login() else {
        return;
    };
    let git = world.run("which", world.path(), &["git"]).exits(0);
    let git = PathBuf::from(git.stdout.trim());
    let world = world.with_programs_only(&[("git", git)]);
    let outcome = world.dhtl(&["fork", "acme/api"]).exits(3);
    outcome
        .says("`gh` was not found on PATH")
        .says("gh auth login");
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn without_a_login_the_message_says_how_to_log_in() {
    let Some((world, _github)) = GitHub::with_login() else {
        return;
    };
    let world = world.unset("GH_TOKEN");
    assert_snapshot!(world.dhtl(&["fork", "acme/api"]).snapshot(), @"
    exit code: 3
    --- stdout
    --- stderr
    Forking the repository.
    error: `gh` is not logged in to `github.localhost`

    hint: log in with `gh auth login --hostname github.localhost`, or set `GH_TOKEN`
    ");
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn a_rate_limit_is_named() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    github.is(Mood::RateLimited);
    assert_snapshot!(world.dhtl(&["fork", "acme/api"]).snapshot(), @"
    exit code: 5
    --- stdout
    --- stderr
    Forking the repository.
    error: `github.localhost` answers no more requests for now: its rate limit is reached

    hint: see with `gh api --hostname github.localhost rate_limit` when it ends, then run the same command again
    ");
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn a_repository_that_is_not_there_is_named() {
    let Some((world, _github)) = GitHub::with_login() else {
        return;
    };
    assert_snapshot!(world.dhtl(&["fork", "acme/nothing"]).snapshot(), @"
    exit code: 5
    --- stdout
    --- stderr
    Forking the repository.
    error: there is no repository `github.localhost/acme/nothing`, or the login of `gh` may not see it

    hint: check the address, and who you are there with `gh auth status --hostname github.localhost`
    ");
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn ones_own_repository_is_not_forked() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    github.add(&world, "tester/mine");
    world
        .dhtl(&["fork", "tester/mine"])
        .exits(5)
        .says("`dhtl clone tester/mine`");
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn only_what_is_on_github_is_forked() {
    let Some((world, _github)) = GitHub::with_login() else {
        return;
    };
    for address in ["https://git.example/acme/api", "./api", "acme"] {
        world.dhtl(&["fork", address]).exits(2);
    }
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn a_connection_that_breaks_off_leaves_a_fork_and_no_folder() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    github.is(Mood::SilentApi);
    let broken = "the connection to `github.localhost` broke off";
    world.dhtl(&["fork", "acme/api"]).exits(5).says(broken);
    assert!(!github.has("tester/api"));
    github.is(Mood::CutRepositories);
    world.dhtl(&["fork", "acme/api"]).exits(5).says(broken);
    assert!(github.has("tester/api"));
    assert_eq!(listing(&world.project()), [""; 0]);
    github.is(Mood::Well);
    world.dhtl(&["fork", "acme/api"]).exits(0);
    assert!(world.has("api/.venv"));
}

#[test]
fn nothing_typed_becomes_an_option() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    for (option, value) in [
        ("--org", "-x"),
        ("--org", "a b"),
        ("--fork-name", "--clone=false"),
        ("--fork-name", "a/b"),
        ("--fork-name", ".."),
        ("--branch", "--upload-pack=true"),
        ("--depth", "0"),
        ("--depth", "-1"),
    ] {
        let argument = format!("{option}={value}");
        world.dhtl(&["fork", "acme/api", &argument]).exits(2);
    }
    for address in [
        "--help",
        "-x/api",
        "acme/api --org=x",
        "acme/..",
        "ext::sh -c true",
    ] {
        world.dhtl(&["fork", "--", address]).exits(2);
    }
    assert_eq!(github.requests(), [""; 0]);
    assert_eq!(listing(&world.project()), [""; 0]);
}
