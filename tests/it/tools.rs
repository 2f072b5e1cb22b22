//! `dhtl tools`, and the uv that dhtl gets for itself.

use serde_json::Value;

use crate::support::{World, listing};

/// The first tool called `name`.
#[track_caller]
fn tool(tools: &Value, name: &str) -> Value {
    let tools = tools["tools"].as_array().unwrap();
    let found = tools.iter().find(|tool| tool["name"] == name);
    found
        .unwrap_or_else(|| panic!("no {name} among {tools:#?}"))
        .clone()
}

#[test]
fn lists_the_programs_with_versions_and_places() {
    let world = World::new();
    let tools = world.dhtl(&["tools", "--json"]).exits(0).json();
    for name in ["uv", "git", "python3"] {
        let tool = tool(&tools, name);
        assert!(tool["version"].as_str().unwrap().contains('.'), "{tool:#}");
        assert!(
            std::path::Path::new(tool["path"].as_str().unwrap()).is_absolute(),
            "{tool:#}"
        );
    }
    let text = world.dhtl(&["tools"]).exits(0);
    assert_eq!(text.stderr, "");
    let uv = tool(&tools, "uv");
    text.answers(uv["version"].as_str().unwrap())
        .answers(uv["path"].as_str().unwrap());
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[cfg(unix)]
mod fetching_uv {
    use std::path::PathBuf;

    use insta::assert_snapshot;

    use super::tool;
    use crate::support::{World, listing, python};

    fn shell() -> (&'static str, PathBuf) {
        ("sh", PathBuf::from("/bin/sh"))
    }

    #[test]
    fn a_machine_with_pip_gets_it_through_pip() {
        let world = World::without_uv()
            .unset("PYENV_ROOT")
            .unset("UV_PYTHON_INSTALL_DIR")
            .with_programs_only(&[("python3", python()), shell()]);
        world
            .write("requirements.txt", "idna==3.7\n")
            .write("demo.py", "import idna\n");

        let before = world.dhtl(&["tools", "--json"]).exits(0).json();
        assert_eq!(tool(&before, "uv")["origin"], "missing");
        world
            .dhtl(&["regenerate"])
            .exits(0)
            .says("through pip")
            .answers("1 distribution");

        let after = world.dhtl(&["tools", "--json"]).exits(0).json();
        let uv = tool(&after, "uv");
        assert_eq!(uv["origin"], "managed");
        let program = PathBuf::from(uv["path"].as_str().unwrap());
        assert!(program.starts_with(world.dhtl_home()), "{uv:#}");
        // pip has installed nothing: neither for the user nor beside the managed uv.
        assert_eq!(listing(&world.home().join(".local")), [""; 0]);
        let folder = program.parent().unwrap();
        assert_eq!(listing(folder), ["origin.json", "uv"]);
        world.dhtl(&["tools"]).exits(0).answers("(managed)");
    }

    #[test]
    fn with_no_way_to_get_it_three_commands_would_help() {
        let world = World::without_uv()
            .unset("PYENV_ROOT")
            .unset("UV_PYTHON_INSTALL_DIR")
            .set("UV_DOWNLOAD_URL", "http://127.0.0.1:9/uv")
            .with_programs_only(&[shell()]);
        world.write("requirements.txt", "idna==3.7\n");
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 3
        --- stdout
        --- stderr
        getting uv [VERSION] through pip
        no uv through pip: there is no `python3`, `python`, `pip3` or `pip` on PATH
        getting uv [VERSION] through the release archive
        no uv through the release archive: cannot fetch `http://127.0.0.1:9/uv/uv-[TARGET].sha256`: io: [OS ERROR]
        getting uv [VERSION] through cargo
        no uv through cargo: it takes many minutes, and you have not agreed to it
        error: no usable `uv` is on PATH, and none could be fetched
            pip: there is no `python3`, `python`, `pip3` or `pip` on PATH
            the release archive: cannot fetch `http://127.0.0.1:9/uv/uv-[TARGET].sha256`: io: [OS ERROR]
            cargo: it takes many minutes, and you have not agreed to it

        hint: install it with one of `python3 -m pip install uv`, `curl -LsSf https://astral.sh/uv/install.sh | sh`, `cargo install --locked uv`, then run the same command again
        ");
        assert_eq!(listing(&world.project()), ["requirements.txt"]);
        let document = world.dhtl(&["regenerate", "--json"]).exits(3).json();
        assert_eq!(document["error"]["exit_code"], 3);
    }
}
