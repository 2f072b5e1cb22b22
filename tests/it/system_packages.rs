//! System packages that nobody lists: what `detect` shows, what `regenerate` proposes, and what
//! becomes of it. The package manager is a small program of the tests, for a real one would install.

use insta::assert_snapshot;

use crate::support::World;

#[test]
fn detect_shows_what_the_files_of_the_project_install() {
    let world = World::new();
    world
        .write("app.py", "")
        .write(
            "Dockerfile",
            "FROM python:3.12\nRUN apt-get update && apt-get install -y \\\n    libpq-dev=15.* nginx\n",
        )
        .write(
            ".github/workflows/ci.yml",
            "jobs:\n  test:\n    steps:\n      - run: sudo apt-get install -y libpq-dev\n",
        )
        .write("apt.txt", "graphviz\n")
        .write(
            "environment.yml",
            "dependencies:\n  - numpy\n  - ffmpeg=4\n",
        );
    assert_snapshot!(world.dhtl(&["detect", "--explain"]).answers("apt").answer(), @"
    project [WORLD]/project
        . (folder-name)
        environment.yml (root-nearest-manifest)
    Languages: Python
        environment.yml (language-manifest)
    Python: any (tried with 3.12)
        ==3.12.* Dockerfile:1 (dockerfile-from)
    Declares: environment.yml runtime: 1 requirement
        numpy environment.yml:2 (conda-dependencies)
    Imports: 0 third-party packages
    Stack: .: Python 3.12, app
        environment.yml (python-manifest)
        3.12 Dockerfile:1 (dockerfile-from)
      Packages: conda
        environment.yml (conda-environment)
      Install: conda env create --file environment.yml
        environment.yml (conda-environment)
      Start: python app.py
        app.py (python-entry-file)
    System packages named for apt: graphviz, libpq-dev, nginx
        graphviz apt.txt:1 (apt-txt)
        libpq-dev .github/workflows/ci.yml:4 (github-workflow-run)
        libpq-dev Dockerfile:3 (dockerfile-run)
        nginx Dockerfile:3 (dockerfile-run)
    System packages named for conda: ffmpeg
        ffmpeg environment.yml:3 (conda-dependencies)
    ");
    let document = world.dhtl(&["detect", "--json"]).exits(0).json();
    let named = &document["system_packages"][1];
    assert_eq!(named["manager"], "apt");
    assert_eq!(named["package"], "libpq-dev");
    assert_eq!(named["evidence"][1]["line"], 3);
}

#[cfg(unix)]
mod proposed {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    use super::*;
    use crate::support::python;

    /// Notes its arguments; `$1` is its first one, `$last` its last.
    const NOTES: &str = "#!/bin/sh\necho \"$*\" >> '[CALLS]'\nfor last; do :; done\n";
    /// Says that what `apt-get` was asked for last is there from then on.
    const INSTALLS: &str = "[ \"$1\" = update ] || echo \"$*\" >> '[INSTALLED]'\n";

    /// A world in which `apt-get` does what `script` says, with a project that needs the programs of
    /// Graphviz to run, and whose container file installs OpenGL and a web server.
    fn plots(script: &str) -> World {
        let world = World::new();
        let (calls, installed) = (world.path().join("calls"), world.path().join("installed"));
        fs::write(&installed, "").unwrap();
        let filled = |text: &str| {
            text.replace("[CALLS]", calls.to_str().unwrap())
                .replace("[INSTALLED]", installed.to_str().unwrap())
        };
        let query = "#!/bin/sh\nfor last; do :; done\nname=${last%t64}\nwhile read -r line; do\n\
                     case \" $line \" in *\" $name \"*) echo 'ii '; exit 0;; esac\n\
                     done < '[INSTALLED]'\nexit 1\n";
        let programs = [
            ("apt-get", filled(&(NOTES.to_owned() + script))),
            ("dpkg-query", filled(query)),
            ("sudo", "#!/bin/sh\nshift\nexec \"$@\"\n".to_owned()),
        ];
        let programs = programs.map(|(name, text)| {
            let file = world.path().join(name);
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
            (name, file)
        });
        let [apt, dpkg, sudo] = programs;
        let world = world.with_programs_only(&[
            apt,
            dpkg,
            sudo,
            ("python3", python()),
            ("sh", PathBuf::from("/bin/sh")),
        ]);
        world
            .write("requirements.txt", "idna==3.7\ngraphviz==0.20.3\n")
            .write("app.py", "import graphviz\nimport idna\n")
            .write(
                "Dockerfile",
                "RUN apt-get install -y libgl1-mesa-glx nginx\n",
            );
        world
    }

    /// What `apt-get` was told, without the lists that it may have had to read first.
    fn calls(world: &World) -> String {
        let calls = fs::read_to_string(world.path().join("calls")).unwrap_or_default();
        let lines = calls.lines().filter(|line| *line != "update");
        lines.map(|line| line.to_owned() + "\n").collect()
    }

    fn system_shortfall(world: &World, args: &[&str]) -> serde_json::Value {
        let document = world.dhtl(args).exits(0).json();
        let shortfalls = document["shortfalls"].as_array().unwrap();
        let of_the_system = |one: &&serde_json::Value| {
            let what = one["what"].as_str().unwrap();
            what.starts_with("system packages")
        };
        shortfalls
            .iter()
            .find(of_the_system)
            .cloned()
            .unwrap_or_default()
    }

    #[test]
    fn a_dry_run_shows_the_command_and_why() {
        let world = plots("exit 1");
        world
            .dhtl(&["regenerate", "--dry-run"])
            .exits(0)
            .answers("# graphviz: because requirements.txt:2 asks for `graphviz`\n")
            .answers("# libgl1: because Dockerfile:1 installs `libgl1-mesa-glx`\n")
            .answers("apt-get install -y --no-install-recommends -- graphviz libgl1\n");
        let plan = world
            .dhtl(&["regenerate", "--dry-run", "--json"])
            .exits(0)
            .json();
        assert_eq!(plan["spec"]["system_packages"][0], "graphviz");
        let because = &plan["system_packages"][0]["because"][0];
        assert_eq!(because["need"], "run");
        assert_eq!(because["evidence"]["line"], 2);
        assert_eq!(calls(&world), "");
    }

    #[test]
    fn a_refusal_is_a_shortfall_with_the_command_to_type() {
        let world = plots("exit 1");
        for (args, why) in [
            (
                &["regenerate", "--json", "--no-system"],
                "the system is left alone; requirements.txt:2 asks for `graphviz`, Dockerfile:1 \
                 installs `libgl1-mesa-glx`",
            ),
            (
                &["regenerate", "--json", "--force"],
                "nobody agreed to install them; requirements.txt:2 asks for `graphviz`, \
                 Dockerfile:1 installs `libgl1-mesa-glx`",
            ),
            (
                &["regenerate", "--json", "--strict"],
                "nobody agreed to install them; requirements.txt:2 asks for `graphviz`, \
                 Dockerfile:1 installs `libgl1-mesa-glx`",
            ),
        ] {
            let shortfall = system_shortfall(&world, args);
            assert_eq!(shortfall["what"], "system packages graphviz, libgl1");
            assert_eq!(shortfall["why"], why);
            assert_eq!(shortfall["essential"], false);
            let next = shortfall["next"].as_str().unwrap();
            assert!(
                next.contains("apt-get install -y graphviz libgl1`"),
                "{next}"
            );
        }
        assert_eq!(calls(&world), "");
    }

    #[test]
    fn what_was_agreed_to_is_installed_once() {
        let world = plots(INSTALLS);
        world.dhtl(&["regenerate"]).exits(0);
        assert_eq!(calls(&world), "");
        // Nothing else has changed, but now somebody agrees.
        let document = world
            .dhtl(&["regenerate", "--yes", "--json"])
            .exits(0)
            .json();
        assert_eq!(
            document["system_packages"],
            serde_json::json!(["graphviz", "libgl1"])
        );
        assert_eq!(document["shortfalls"], serde_json::json!([]));
        let once = "install -y --no-install-recommends -- graphviz libgl1\n";
        assert_eq!(calls(&world), once);
        world.dhtl(&["regenerate", "--yes", "--force"]).exits(0);
        assert_eq!(calls(&world), once);
    }

    #[test]
    fn what_somebody_installs_by_hand_is_noticed() {
        let world = plots("exit 1");
        world
            .dhtl(&["regenerate"])
            .exits(0)
            .answers("system packages graphviz, libgl1: nobody agreed");
        fs::write(world.path().join("installed"), "graphviz libgl1\n").unwrap();
        let document = world.dhtl(&["regenerate", "--json"]).exits(0).json();
        assert_eq!(document["shortfalls"], serde_json::json!([]));
        assert_eq!(calls(&world), "");
    }

    #[test]
    fn a_name_that_is_unknown_keeps_the_others_not_out() {
        let world = plots(
            "case \"$*\" in *libgl1*) echo 'E: Unable to locate package libgl1' >&2; exit 100;; \
             esac\n[ \"$1\" = update ] || echo \"$*\" >> '[INSTALLED]'\n",
        );
        let shortfall = system_shortfall(&world, &["regenerate", "--yes", "--json"]);
        assert_eq!(shortfall["what"], "system packages libgl1");
        assert_eq!(
            shortfall["why"],
            "they could not be installed; Dockerfile:1 installs `libgl1-mesa-glx`"
        );
    }

    #[test]
    fn a_package_manager_that_fails_does_not_fail_the_run() {
        let world = plots("echo 'E: no network' >&2\nexit 100\n");
        let shortfall = system_shortfall(&world, &["regenerate", "--yes", "--json"]);
        assert_eq!(shortfall["what"], "system packages graphviz, libgl1");
        assert_eq!(
            calls(&world),
            "install -y --no-install-recommends -- graphviz libgl1\n"
        );
    }

    #[test]
    fn what_is_configured_is_all_that_counts() {
        let world = plots("exit 1");
        world.write(
            ".dhtconfig",
            "version: \"2.0\"\nplatform_deps:\n  linux:\n    apt: [libpq-dev]\n",
        );
        let plan = world
            .dhtl(&["regenerate", "--dry-run", "--json"])
            .exits(0)
            .json();
        assert_eq!(plan["system_packages"], serde_json::json!([]));
        assert_eq!(
            plan["spec"]["system_packages"],
            serde_json::json!(["libpq-dev"])
        );
    }
}
