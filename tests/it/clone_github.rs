//! `dhtl clone` of a repository on GitHub, with the real gh.
#![cfg(unix)]

use std::path::PathBuf;

use insta::assert_snapshot;

use crate::support::{GitHub, Mood, listing, python};

#[test]
fn gh_clones_with_its_login() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    assert_snapshot!(world.dhtl(&["clone", "acme/api"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Repository cloned into [WORLD]/project/api
    ✓ Python [VERSION] from [ORIGIN]: [REASON]
    ✓ Platform: [PLATFORM] (detected)
    ✓ Python packages restored from requirements, resolved as of [DATE]: 0 distributions
    ✓ Files written: .gitignore
    ✓ Imports: 0 third-party modules, all resolve in the project's packages
    ✓ Environment validated: sha256:[DIGEST]
        record it for everyone with `dhtl setup`
    --- stderr
    Cloning the repository.
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
    assert_eq!(github.requests()[0], "POST api /graphql");
    let folder = world.project().join("api");
    assert_eq!(
        world.git_in(&folder, &["branch", "--show-current"]),
        "main\n"
    );
    assert_eq!(
        listing(&world.project().join("api"))
            .first()
            .map(String::as_str),
        Some(".dht/")
    );
}

#[test]
fn an_address_is_as_good_as_a_name() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    let url = "http://github.localhost/acme/api.git";
    world.dhtl(&["clone", url, "--into", "here"]).exits(0);
    assert!(world.has("here/.venv"));
    assert_eq!(github.requests()[0], "POST api /graphql");
}

#[test]
fn a_branch_and_a_depth_can_be_chosen() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    github.commit(&world, "acme/api");
    world.dhtl(&["clone", "acme/api", "--depth", "1"]).exits(0);
    let folder = world.project().join("api");
    assert_eq!(
        world.git_in(&folder, &["rev-list", "--count", "HEAD"]),
        "1\n"
    );
    world
        .dhtl(&["clone", "acme/api", "other", "--branch", "other"])
        .exits(0);
    let folder = world.project().join("other");
    assert_eq!(
        world.git_in(&folder, &["branch", "--show-current"]),
        "other\n"
    );
}

#[test]
fn a_branch_that_is_not_there_is_named() {
    let Some((world, _github)) = GitHub::with_login() else {
        return;
    };
    let arguments = ["clone", "acme/api", "--branch", "nowhere"];
    assert_snapshot!(world.dhtl(&arguments).snapshot(), @"
    exit code: 5
    --- stdout
    --- stderr
    Cloning the repository.
    error: `http://github.localhost/acme/api.git` has no branch or tag `nowhere`

    hint: see what there is with `git ls-remote --heads --tags http://github.localhost/acme/api.git`
    ");
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn the_clone_of_a_fork_knows_its_original() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    github.fork(&world, "acme/api", "tester/api");
    world.dhtl(&["clone", "tester/api"]).exits(0);
    let folder = world.project().join("api");
    assert_eq!(
        world.git_in(&folder, &["remote", "get-url", "upstream"]),
        "http://github.localhost/acme/api.git\n"
    );
}

#[test]
fn submodules_come_with_the_environment() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    github.add(&world, "acme/lib");
    let work = world.path().join("work/acme");
    let commit = world.git_in(&work.join("lib"), &["rev-parse", "HEAD"]);
    let link = format!("160000,{},lib", commit.trim());
    let modules = "[submodule \"lib\"]\n\tpath = lib\n\turl = ../lib.git\n";
    std::fs::write(work.join("api/.gitmodules"), modules).unwrap();
    world.git_in(
        &work.join("api"),
        &["update-index", "--add", "--cacheinfo", &link],
    );
    std::fs::create_dir(work.join("api/lib")).unwrap();
    github.commit(&world, "acme/api");
    world.dhtl(&["clone", "acme/api"]).exits(0);
    assert_eq!(world.read("api/lib/app.py"), "import json\n");
}

#[test]
fn without_a_login_git_clones() {
    let Some((world, _github)) = GitHub::with_login() else {
        return;
    };
    let outcome = world.unset("GH_TOKEN");
    let outcome = outcome.dhtl(&["clone", "acme/api"]).exits(0);
    outcome.says(
        "Cloning with git alone: `gh` is not logged in to `github.localhost` \
         (`gh auth login --hostname github.localhost` does that).",
    );
}

#[test]
fn without_gh_git_clones() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    let git = world.run("which", world.path(), &["git"]).exits(0);
    let git = PathBuf::from(git.stdout.trim());
    let world = world.with_programs_only(&[("git", git), ("python3", python())]);
    world
        .dhtl(&["clone", "acme/api"])
        .exits(0)
        .says("Cloning with git alone: `gh` is not installed.");
    assert!(github.requests().iter().all(|line| line.contains(" git ")));
}

#[test]
fn a_rate_limit_is_no_obstacle_for_git() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    github.is(Mood::RateLimited);
    world
        .dhtl(&["clone", "acme/api"])
        .exits(0)
        .says("Cloning with git alone: `github.localhost` answers `gh` no more requests for now.");
}

#[test]
fn a_repository_that_is_not_there_is_named() {
    let Some((world, _github)) = GitHub::with_login() else {
        return;
    };
    assert_snapshot!(world.dhtl(&["clone", "acme/nothing"]).snapshot(), @"
    exit code: 5
    --- stdout
    --- stderr
    Cloning the repository.
    error: there is no repository `github.localhost/acme/nothing`, or the login of `gh` may not see it

    hint: check the address, and who you are there with `gh auth status --hostname github.localhost`
    ");
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn a_connection_that_breaks_off_leaves_nothing() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    github.is(Mood::CutRepositories);
    assert_snapshot!(world.dhtl(&["clone", "acme/api"]).snapshot(), @"
    exit code: 5
    --- stdout
    --- stderr
    Cloning the repository.
    error: the connection to `github.localhost` broke off

    hint: run the same command again; nothing was left behind
    ");
    assert_eq!(listing(&world.project()), [""; 0]);
    github.is(Mood::SilentApi);
    world
        .dhtl(&["clone", "acme/api"])
        .exits(5)
        .says("the connection to `github.localhost` broke off");
    assert_eq!(listing(&world.project()), [""; 0]);
    github.is(Mood::Well);
    world.dhtl(&["clone", "acme/api"]).exits(0);
}

#[test]
fn what_cannot_be_regenerated_is_kept() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    let go_on = format!(
        "go on with `cd {}` and",
        world.project().join("api").display()
    );
    let work = world.path().join("work/acme/api");
    std::fs::write(work.join(".dhtconfig"), "version: odd\n").unwrap();
    github.commit(&world, "acme/api");
    world.dhtl(&["clone", "acme/api"]).exits(4).says(&go_on);
    assert!(world.has("api/app.py"));
}

#[test]
fn an_environment_that_is_not_whole_is_kept_too() {
    let Some((world, github)) = GitHub::with_login() else {
        return;
    };
    let work = world.path().join("work/acme/api");
    std::fs::write(work.join("requirements.txt"), "idna==\n").unwrap();
    github.commit(&world, "acme/api");
    let outcome = world.dhtl(&["clone", "acme/api"]).exits(1);
    let folder = world.project().join("api");
    outcome.says(&format!(
        "The project is kept: go on with `cd {}` and `dhtl regenerate`.",
        folder.display()
    ));
}

/// gh and git are real, so whatever they took for an option or a command would show.
#[test]
fn nothing_typed_becomes_an_option_or_a_command() {
    let Some((world, _github)) = GitHub::with_login() else {
        return;
    };
    let marker = world.path().join("run");
    let touch = format!("touch {}", marker.display());
    let upload_pack = format!("--upload-pack={touch}");
    let addresses = [
        upload_pack.clone(),
        format!("ext::sh -c \"{touch}\""),
        format!("acme/api --upload-pack={touch}"),
        format!("acme/$({touch})"),
        format!("acme/api;{touch}"),
        format!("ssh://-oProxyCommand={touch}/acme/api"),
        format!("-oProxyCommand={touch}:acme/api"),
        "--/api".to_owned(),
        "acme/..".to_owned(),
        "acme/../../api".to_owned(),
    ];
    for address in &addresses {
        let outcome = world.dhtl(&["clone", "--", address]);
        assert_eq!(
            outcome.exit_code,
            Some(2),
            "{address}\n{}",
            outcome.snapshot()
        );
    }
    world
        .dhtl(&["clone", "acme/api", "here", "--into", "there"])
        .exits(2);
    for branch in [upload_pack.as_str(), "-b", "a..b", "a b", "$(touch x)"] {
        let option = format!("--branch={branch}");
        world.dhtl(&["clone", "acme/api", &option]).exits(2);
    }
    assert!(!marker.exists());
    assert_eq!(listing(&world.project()), [""; 0]);
}
