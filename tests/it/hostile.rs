//! Bad inputs and bad surroundings: each has its own message and exit code, and nothing is left
//! behind.

use insta::assert_snapshot;

#[cfg(unix)]
use crate::binaries::with_folder_first;
#[cfg(unix)]
use crate::support::pipe;
use crate::support::{World, listing};

/// Nobody listens there (RFC 863 wants a service that drops everything; no machine has it).
const NOBODY: &str = "http://127.0.0.1:9/simple";

/// Asks for a program that may be a proxy.
#[cfg(unix)]
const RUST: &str = r#"version: "2.0"
binaries:
  required:
    - name: rust
      version: "1.70.0"
      installer: system
"#;

/// Insists that the project holds these files and nothing else.
#[track_caller]
fn holds(world: &World, expected: &[&str]) {
    assert_eq!(listing(&world.project()), expected);
}

mod requirements {
    use super::*;

    #[test]
    fn a_wrong_hash_is_refused() {
        let world = World::new();
        let hash = "0".repeat(64);
        world
            .write(
                "requirements.txt",
                format!("idna==3.7 --hash=sha256:{hash}\n"),
            )
            .write("app.py", "import idna\n");
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 5
        --- stdout
        --- stderr
        > Create the virtual environment with Python [VERSION]
        ✓ Create the virtual environment with Python [VERSION] ([TIME])
        > Install the distributions
        ✗ Install the distributions failed ([TIME])
        - Install what else is imported skipped: needs `installation`, which failed
        error: a downloaded file is not the one that was locked: Hash mismatch for `idna==3.7`
            Expected:
            sha256:[DIGEST]
            Computed:
            sha256:[DIGEST]

        hint: somebody replaced the file after it was locked: find out who before you lock anew with `dhtl setup --relock`
        ");
        holds(&world, &["app.py", "requirements.txt"]);
    }

    #[test]
    fn versions_that_contradict_each_other_are_explained() {
        let world = World::new();
        world
            .write("constraints.txt", "idna==3.6\n")
            .write("requirements.txt", "-c constraints.txt\nidna==3.7\n");
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 1
        --- stdout
        ✓ Python [VERSION] from [ORIGIN]: [REASON]
        ✓ Platform: [PLATFORM] (detected)
        ✓ Python packages restored from requirements, resolved: 0 distributions
        ✓ Imports: 0 third-party modules, all resolve in the project's packages
        ✗ Not as declared: `idna==3.7` of `requirements.txt`: the requirements cannot be met: Because you require idna==3.7 and idna==3.6, we can conclude that your requirements are unsatisfiable.
            see which file asks for what with `dhtl detect --explain`
        ✗ Environment is not whole: sha256:[DIGEST]
        --- stderr
        > Create the virtual environment with Python [VERSION]
        ✓ Create the virtual environment with Python [VERSION] ([TIME])
        > Resolve the requirements
        ✓ Resolve the requirements: 1 left out ([TIME])
        ✓ Install the distributions (nothing to do)
        > Install what else is imported
        ✓ Install what else is imported ([TIME])
        ");
        world
            .dhtl(&["regenerate", "--strict"])
            .exits(1)
            .says("you require idna==3.7 and idna==3.6");
    }

    #[test]
    fn a_distribution_that_does_not_exist_is_named() {
        let world = World::new();
        world.write("requirements.txt", "dhtl-no-such-distribution==1.0\n");
        let cause =
            world.dhtl(&["regenerate", "--json"]).exits(1).json()["shortfalls"][0]["cause"].clone();
        assert_eq!(
            cause,
            serde_json::json!({ "kind": "not-in-index", "distribution": "dhtl-no-such-distribution" })
        );
        world.remove(".venv").remove(".dht");
        world
            .dhtl(&["regenerate", "--strict"])
            .exits(1)
            .says("dhtl-no-such-distribution");
        holds(&world, &["requirements.txt"]);
    }

    #[test]
    fn a_requirement_that_does_not_build_says_why() {
        let world = World::new();
        world
            .write("requirements.txt", "idna==3.7\n./broken\n")
            .write(
                "broken/pyproject.toml",
                "[build-system]\nrequires = []\nbuild-backend = \"nowhere\"\n",
            );
        world
            .dhtl(&["regenerate", "--strict"])
            .exits(1)
            .says("its build imports `nowhere` and does not declare it");
        assert!(
            !world.has(".venv") && !world.has(".dht"),
            "{:?}",
            listing(&world.project())
        );
    }

    #[test]
    fn an_index_that_does_not_answer_is_named() {
        let world = World::new();
        let cache = world.path().join("cache");
        let world = world
            .set("UV_DEFAULT_INDEX", NOBODY)
            .set("UV_CACHE_DIR", cache)
            .set("UV_HTTP_RETRIES", "0")
            .unset("UV_INDEX")
            .unset("UV_INDEX_URL")
            .unset("UV_EXTRA_INDEX_URL")
            .unset("UV_FIND_LINKS");
        world.write("requirements.txt", "idna==3.7\n");
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 3
        --- stdout
        --- stderr
        > Create the virtual environment with Python [VERSION]
        ✓ Create the virtual environment with Python [VERSION] ([TIME])
        > Resolve the requirements
        ! Resolve the requirements: `http://127.0.0.1:9/simple/idna/` does not answer: [OS ERROR]; trying again in [TIME]
        ✗ Resolve the requirements failed ([TIME])
        - Install the distributions skipped: needs `resolution`, which failed
        - Install what else is imported skipped: needs `resolution`, which failed
        error: `http://127.0.0.1:9/simple/idna/` does not answer: [OS ERROR]

        hint: check the network and the proxy settings, or name another index with `UV_DEFAULT_INDEX=<url>`, then run the same command again
        ");
        holds(&world, &["requirements.txt"]);
    }
}

mod interpreters {
    use super::*;

    fn project(requires_python: &str) -> World {
        let world = World::new();
        world.write(
            "pyproject.toml",
            format!("[project]\nname = \"demo\"\nversion = \"1\"\nrequires-python = \"{requires_python}\"\n"),
        );
        world
    }

    #[test]
    fn an_impossible_range_is_an_invalid_project() {
        let world = project(">=3.12,<3.11");
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 4
        --- stdout
        --- stderr
        error: no Python version meets `>=3.12,<3.11`, which pyproject.toml:4 (pep621-requires-python) asks for

        hint: correct the versions in `pyproject.toml`, such as `>=3.11,<3.13`
        ");
        holds(&world, &["pyproject.toml"]);
    }

    #[test]
    fn a_version_that_nobody_has_is_something_missing() {
        let world = project(">=3.99");
        let outcome = world.dhtl(&["regenerate"]).exits(3);
        outcome
            .says("pyproject.toml:4")
            .says(">=3.99")
            .says("hint: ");
        holds(&world, &["pyproject.toml"]);
    }

    #[test]
    fn a_range_that_cannot_be_read_has_its_place() {
        let world = project("three");
        world
            .dhtl(&["regenerate"])
            .exits(4)
            .says("pyproject.toml:4")
            .says("three");
        holds(&world, &["pyproject.toml"]);
    }
}

mod configuration {
    use super::*;

    #[test]
    fn a_mistake_has_its_place() {
        let world = World::new();
        world.write("requirements.txt", "idna==3.7\n").write(
            ".dhtconfig",
            "version: \"2.0\"\npython:\n  versoin: \"3.11.7\"\n",
        );
        for command in ["regenerate", "setup", "validate-env", "detect"] {
            let outcome = world.dhtl(&[command]).exits(4);
            outcome
                .says("`.dhtconfig:3:3`: unknown key `python.versoin`")
                .says("did you mean `version`?");
        }
        holds(&world, &[".dhtconfig", "requirements.txt"]);
    }

    #[test]
    fn a_newer_dhtl_may_be_asked_for() {
        let world = World::new();
        world
            .write("requirements.txt", "idna==3.7\n")
            .write(".dhtconfig", "version: \"2.0\"\ndht_version: \"999.0.0\"\n");
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 4
        --- stdout
        --- stderr
        error: `.dhtconfig:2`: the project needs dhtl 999.0.0 or newer, this is 0.1.0

        hint: install dhtl 999.0.0 or newer, and check with `dhtl --version`
        ");
        holds(&world, &[".dhtconfig", "requirements.txt"]);
        // No version that is known will do where the number is longer than any.
        let longer = "9".repeat(30);
        let config = format!("version: \"2.0\"\ndht_version: \"{longer}\"\n");
        world.write(".dhtconfig", &config);
        assert_eq!(world.dhtl(&["regenerate"]).exit_code, Some(4));
        holds(&world, &[".dhtconfig", "requirements.txt"]);
    }

    #[test]
    fn a_lock_file_that_is_not_there_is_named() {
        let world = World::new();
        let text = "version: \"2.0\"\ndependencies:\n  lock_files: [\"requirements.lock\"]\n";
        world
            .write("requirements.txt", "idna==3.7\n")
            .write(".dhtconfig", text);
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 4
        --- stdout
        --- stderr
        error: `.dhtconfig:3`: the lock file `requirements.lock` does not exist

        hint: restore it with `git checkout`, or lock anew with `dhtl setup`
        ");
        holds(&world, &[".dhtconfig", "requirements.txt"]);
    }
}

mod folders {
    use super::*;

    #[test]
    fn a_folder_without_a_project_is_refused_by_every_command() {
        let world = World::new();
        world.write("notes.txt", "nothing to run\n");
        for command in ["regenerate", "setup", "validate-env"] {
            world.dhtl(&[command]).exits(4).says("no project in");
        }
        holds(&world, &["notes.txt"]);
    }

    #[test]
    fn a_venv_that_is_none_is_not_replaced() {
        let world = World::new();
        world
            .write("requirements.txt", "idna==3.7\n")
            .write(".venv/diary.txt", "mine\n");
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 4
        --- stdout
        --- stderr
        error: `[WORLD]/project/.venv` exists and is not a virtual environment of this project

        hint: move it away, or let it be replaced with `dhtl regenerate --force`
        ");
        holds(&world, &[".venv/", ".venv/diary.txt", "requirements.txt"]);
        world.dhtl(&["regenerate", "--force"]).exits(0);
        assert!(!world.has(".venv/diary.txt"));
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_our_files_out_of_the_project() {
        let world = World::new();
        world.write("requirements.txt", "idna==3.7\n");
        let outside = world.path().join("outside");
        std::fs::create_dir(&outside).unwrap();
        std::os::unix::fs::symlink(&outside, world.project().join(".dht")).unwrap();
        world
            .dhtl(&["regenerate"])
            .exits(4)
            .says(".dht` is not a folder");
        assert_eq!(listing(&outside), [""; 0]);
        assert!(!world.has(".venv"));
        // A commit can bring one into a folder that dhtl has made.
        world.remove(".dht");
        world.dhtl(&["regenerate"]).exits(0);
        std::fs::write(outside.join("diary.txt"), "").unwrap();
        for folder in ["logs", "tools", "binaries"] {
            let place = world.project().join(".dht/state").join(folder);
            let _ = std::fs::remove_dir_all(&place);
            std::os::unix::fs::symlink(&outside, &place).unwrap();
            for command in [&["regenerate", "--force"][..], &["setup"]] {
                let says = format!("{folder}` is a link");
                world.dhtl(command).exits(4).says(&says);
            }
            assert_eq!(listing(&outside), ["diary.txt"]);
            std::fs::remove_file(place).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_where_a_lock_belongs_is_not_waited_for() {
        let world = World::new();
        world.write("requirements.txt", "idna==3.7\n");
        std::fs::create_dir(world.project().join(".dht")).unwrap();
        for file in ["requirements.lock", ".dht/tools.lock", ".dht/inferred.lock"] {
            let place = world.project().join(file);
            pipe(&place);
            let says = format!("{file}` is no regular file");
            world.dhtl(&["setup"]).exits(4).says(&says);
            std::fs::remove_file(place).unwrap();
        }
        pipe(&world.project().join(".dht/inferred.lock"));
        let says = "inferred.lock` is no regular file";
        world.dhtl(&["regenerate"]).exits(4).says(says);
    }

    #[cfg(unix)]
    #[test]
    fn a_dry_run_starts_no_program_of_the_project() {
        use std::os::unix::fs::PermissionsExt as _;

        let world = World::new();
        let marker = world.path().join("marker");
        let rustc = world.path().join("proxies/rustc");
        let script = format!("#!/bin/sh\necho rustc 1.70.0\n: > '{}'\n", marker.display());
        std::fs::create_dir(rustc.parent().unwrap()).unwrap();
        std::fs::write(&rustc, script).unwrap();
        std::fs::set_permissions(&rustc, std::fs::Permissions::from_mode(0o755)).unwrap();
        let world = with_folder_first(world, "proxies");
        world
            .write("requirements.txt", "idna==3.7\n")
            .write(".dhtconfig", RUST)
            .write(
                "rust-toolchain.toml",
                "[toolchain]\npath = \"/proc/self/cwd/own\"\n",
            );
        world.dhtl(&["regenerate", "--dry-run"]).exits(0);
        assert!(!marker.exists());
        // Where a release is named, the proxy is asked.
        world.write("rust-toolchain.toml", "[toolchain]\nchannel = \"1.70.0\"\n");
        world.dhtl(&["regenerate", "--dry-run"]).exits(0);
        assert!(marker.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_not_utf_8_is_no_obstacle() {
        use std::os::unix::ffi::OsStrExt as _;
        let world = World::new();
        let folder = world
            .project()
            .join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("requirements.txt"), "idna==3.7\n").unwrap();
        std::fs::write(folder.join("app.py"), "import idna\n").unwrap();
        world
            .dhtl_in(&folder, &["detect", "--json"])
            .exits(0)
            .json();
        let outcome = world.dhtl_in(&folder, &["regenerate", "--json"]);
        assert_ne!(outcome.exit_code, Some(101), "{}", outcome.snapshot());
        outcome.json();
    }
}

#[cfg(target_os = "linux")]
mod disks {
    use super::*;
    use crate::support::Disk;

    #[test]
    fn a_full_disk_is_named_and_left_as_it_was() {
        let world = World::new();
        let Some(_disk) = Disk::over(&world.project(), "6m") else {
            return;
        };
        world
            .write("requirements.txt", "babel==2.16.0\n")
            .write("app.py", "import babel\n");
        let outcome = world.dhtl(&["regenerate"]).exits(5);
        assert_eq!(outcome.stdout, "");
        // Which file it was that found no room is up to uv.
        outcome
            .says("\nerror: the disk is full: ")
            .says("\nhint: free some space, ");
        holds(&world, &["app.py", "requirements.txt"]);
    }

    #[test]
    fn a_read_only_disk_is_named() {
        let world = World::new();
        let Some(disk) = Disk::over(&world.project(), "6m") else {
            return;
        };
        world.write("requirements.txt", "idna==3.7\n");
        disk.make_read_only();
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 5
        --- stdout
        --- stderr
        error: failed to create `[WORLD]/project/.dht/state`: the file system is read-only
          caused by: [OS ERROR]

        hint: check who owns the folder and whether it can be written
        ");
        assert_snapshot!(world.dhtl(&["setup"]).snapshot(), @"
        exit code: 5
        --- stdout
        --- stderr
        error: failed to create `[WORLD]/project/.dht/state`: the file system is read-only
          caused by: [OS ERROR]

        hint: check who owns the folder and whether it can be written
        ");
        holds(&world, &["requirements.txt"]);
        // Looking is possible all the same.
        world.dhtl(&["detect"]).exits(0);
    }

    #[test]
    fn a_full_disk_does_not_stop_an_archive_half_way() {
        let world = World::new();
        let archive = world.path().join("demo.tar.gz");
        let text = "x = 1\n".repeat(2_000_000);
        let entry = crate::support::TarEntry {
            name: "demo/demo.py",
            text: &text,
        };
        crate::support::tar_gz(&archive, &[entry]);
        let Some(_disk) = Disk::over(&world.project(), "6m") else {
            return;
        };
        let outcome = world.dhtl(&["setup-from", archive.to_str().unwrap()]);
        assert_snapshot!(outcome.snapshot(), @"
        exit code: 5
        --- stdout
        --- stderr
        Unpacking the archive.
        error: no space is left on the disk that holds `[WORLD]/project`

        hint: free some space, or name a folder on another disk; nothing was left behind
        ");
        holds(&world, &[]);
    }
}
