//! `dhtl new` that is interrupted: nothing of the new project stays.
#![cfg(unix)]

use std::fs;
use std::thread;
use std::time::Duration;

#[cfg(target_os = "linux")]
use crate::support::processes_of;
use crate::support::{To, World, interrupt, listing, send, start};

/// From the first moment at which there is a folder to the last step.
const MOMENTS: [(&str, (&str, To)); 5] = [
    ("> Create the virtual environment", ("INT", To::Group)),
    ("> Resolve the requirements", ("TERM", To::Process)),
    ("> Install the distributions", ("INT", To::Process)),
    ("> Install the project", ("HUP", To::Group)),
    ("> Install the git hooks", ("TERM", To::Group)),
];

#[test]
fn interrupted_it_leaves_nothing_of_the_new_folder() {
    for (begin, signal) in MOMENTS {
        let world = World::new();
        world.write("mine.txt", "mine");
        let (exit_code, stderr) =
            interrupt(&world, &["new", "shop", "--type", "library"], begin, signal);
        assert_eq!(exit_code, Some(130), "{begin}: {stderr}");
        assert!(stderr.ends_with(MESSAGE), "{begin}: {stderr}");
        assert_eq!(listing(&world.project()), ["mine.txt"], "{begin}: {stderr}");
        #[cfg(target_os = "linux")]
        assert_eq!(processes_of(&world), [""; 0], "{begin}");
    }
}

const MESSAGE: &str = "\
error: making the project was interrupted

hint: nothing was left behind; run the same command again";

/// Signing a commit asks for a password, and there many a user thinks better of it.
#[test]
fn interrupted_at_the_commit_it_leaves_nothing_either() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    let (program, asked) = (world.path().join("gpg"), world.path().join("asked"));
    let script = format!("#!/bin/sh\n: > '{}'\nsleep 600\n", asked.display());
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let settings = format!(
        "[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = {}\n",
        program.display()
    );
    fs::write(world.home().join(".gitconfig"), settings).unwrap();
    let mut child = start(&world, &["new", "shop", "--type", "library", "--no-setup"]);
    while !asked.exists() {
        assert_eq!(
            child.try_wait().unwrap(),
            None,
            "it ended without a signature"
        );
        thread::sleep(Duration::from_millis(10));
    }
    send(&world, &child, ("INT", To::Group));
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert_eq!(listing(&world.project()), [""; 0], "{stderr}");
    #[cfg(target_os = "linux")]
    assert_eq!(processes_of(&world), [""; 0]);
}

#[test]
fn a_folder_that_was_there_is_left_empty() {
    let world = World::new();
    fs::create_dir(world.project().join("shop")).unwrap();
    let begin = "> Install the distributions";
    let (exit_code, stderr) = interrupt(
        &world,
        &["new", "shop", "--type", "app"],
        begin,
        ("INT", To::Group),
    );
    assert_eq!(exit_code, Some(130), "{stderr}");
    assert_eq!(listing(&world.project()), ["shop/"], "{stderr}");
}

#[test]
fn interrupted_within_a_repository_it_leaves_the_repository_alone() {
    let world = World::new();
    world.git(&["init", "--quiet"]);
    let before = listing(&world.project());
    let begin = "> Install the distributions";
    let (exit_code, stderr) = interrupt(
        &world,
        &["new", "shop", "--type", "app"],
        begin,
        ("INT", To::Group),
    );
    assert_eq!(exit_code, Some(130), "{stderr}");
    assert_eq!(listing(&world.project()), before, "{stderr}");
}
