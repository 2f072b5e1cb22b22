//! `dhtl regenerate`.

use insta::assert_snapshot;

use crate::support::{World, listing, parcel};

mod strategies {
    use super::*;

    #[test]
    fn pyproject_is_resolved_with_its_extras_and_groups() {
        let world = parcel();
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Python [VERSION] from [ORIGIN]: [REASON]
    ✓ Platform: [PLATFORM] (detected)
    ✓ Python packages restored from pyproject.toml, resolved: 4 distributions
    ✓ Imports: 3 third-party modules, all resolve in the project's packages
    ✓ Environment validated: sha256:[DIGEST]
        record it for everyone with `dhtl setup`
    --- stderr
    > Create the virtual environment with Python [VERSION]
    ✓ Create the virtual environment with Python [VERSION] ([TIME])
    > Resolve the requirements
    ✓ Resolve the requirements ([TIME])
    > Install the distributions
    ✓ Install the distributions: 3 distributions ([TIME])
    > Install the project
    ✓ Install the project ([TIME])
    > Install what else is imported
    ✓ Install what else is imported ([TIME])
    ");
        assert_eq!(
            world.installed(),
            ["idna 3.7", "iniconfig 2.0.0", "parcel 1.0", "pyyaml 6.0.2"]
        );
        world
            .venv_python(&world.project(), &["-I", "-c", "import parcel.config"])
            .exits(0);
        let state = listing(&world.project().join(".dht"));
        assert!(
            state.contains(&"state/requirements.lock".to_owned()),
            "{state:?}"
        );
        assert!(!world.has("uv.lock"), "only `setup` writes files to commit");
    }

    #[test]
    fn uv_lock_is_followed() {
        let world = parcel();
        world.uv(&["lock"]).exits(0);
        let lock = world.read("uv.lock");
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
            exit code: 0
            --- stdout
            ✓ Python [VERSION] from [ORIGIN]: [REASON]
            ✓ Platform: [PLATFORM] (detected)
            ✓ Python packages restored from uv.lock: 4 distributions
            ✓ Imports: 3 third-party modules, all resolve in the project's packages
            ✓ Environment validated: sha256:[DIGEST]
                record it for everyone with `dhtl setup`
            --- stderr
            > Create the virtual environment with Python [VERSION]
            ✓ Create the virtual environment with Python [VERSION] ([TIME])
            > Install the distributions
            ✓ Install the distributions: 4 distributions ([TIME])
            > Install what else is imported
            ✓ Install what else is imported ([TIME])
            ");
        assert_eq!(
            world.installed(),
            ["idna 3.7", "iniconfig 2.0.0", "parcel 1.0", "pyyaml 6.0.2"]
        );
        assert_eq!(world.read("uv.lock"), lock);
    }

    #[test]
    fn requirements_are_resolved() {
        let world = World::new();
        world
            .write("requirements.txt", "-r more.txt\nidna==3.7  # names\n")
            .write("more.txt", "packaging==24.1\n")
            .write("app.py", "import idna\nimport packaging.version\n");
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 0
        --- stdout
        ✓ Python [VERSION] from [ORIGIN]: [REASON]
        ✓ Platform: [PLATFORM] (detected)
        ✓ Python packages restored from requirements, resolved: 2 distributions
        ✓ Imports: 2 third-party modules, all resolve in the project's packages
        ✓ Environment validated: sha256:[DIGEST]
            record it for everyone with `dhtl setup`
        --- stderr
        > Create the virtual environment with Python [VERSION]
        ✓ Create the virtual environment with Python [VERSION] ([TIME])
        > Resolve the requirements
        ✓ Resolve the requirements ([TIME])
        > Install the distributions
        ✓ Install the distributions: 2 distributions ([TIME])
        > Install what else is imported
        ✓ Install what else is imported ([TIME])
        ");
        assert_eq!(world.installed(), ["idna 3.7", "packaging 24.1"]);
    }

    #[test]
    fn hashed_requirements_are_followed() {
        let world = World::new();
        world
            .write("requirements.in", "idna==3.7\n")
            .write("app.py", "import idna\n");
        let compile = [
            "pip",
            "compile",
            "--quiet",
            "--generate-hashes",
            "requirements.in",
        ];
        world
            .uv(&[&compile[..], &["--output-file", "requirements.txt"]].concat())
            .exits(0);
        assert!(world.read("requirements.txt").contains("--hash=sha256:"));
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 0
        --- stdout
        ✓ Python [VERSION] from [ORIGIN]: [REASON]
        ✓ Platform: [PLATFORM] (detected)
        ✓ Python packages restored from requirements.txt: 1 distribution
        ✓ Imports: 1 third-party module, all resolve in the project's packages
        ✓ Environment validated: sha256:[DIGEST]
            record it for everyone with `dhtl setup`
        --- stderr
        > Create the virtual environment with Python [VERSION]
        ✓ Create the virtual environment with Python [VERSION] ([TIME])
        > Install the distributions
        ✓ Install the distributions: 1 distribution ([TIME])
        > Install what else is imported
        ✓ Install what else is imported ([TIME])
        ");
        assert_eq!(world.installed(), ["idna 3.7"]);
    }

    #[test]
    fn setup_py_is_read_and_installed() {
        let world = World::new();
        let setup = "from setuptools import setup

setup(name='demo', version='1.0', py_modules=['demo'], install_requires=['idna==3.7'])
";
        world
            .write("setup.py", setup)
            .write("demo.py", "import idna\n");
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 0
        --- stdout
        ✓ Python [VERSION] from [ORIGIN]: [REASON]
        ✓ Platform: [PLATFORM] (detected)
        ✓ Python packages restored from setup.py, resolved: 3 distributions
        ! Added because the code imports them: setuptools
        ✓ Imports: 2 third-party modules, all resolve in the project's packages
        ✓ Environment validated: sha256:[DIGEST]
            record it for everyone with `dhtl setup`
        --- stderr
        > Create the virtual environment with Python [VERSION]
        ✓ Create the virtual environment with Python [VERSION] ([TIME])
        > Resolve the requirements
        ✓ Resolve the requirements ([TIME])
        > Install the distributions
        ✓ Install the distributions: 1 distribution ([TIME])
        > Install the project
        ✓ Install the project ([TIME])
        > Install what else is imported
        ✓ Install what else is imported: setuptools ([TIME])
        ");
        // Which setuptools is the index's affair.
        assert_eq!(world.installed()[..2], ["demo 1.0", "idna 3.7"]);
        world
            .venv_python(&world.project(), &["-I", "-c", "import demo"])
            .exits(0);
    }

    #[test]
    fn setup_cfg_is_read_and_installed() {
        let world = World::new();
        let setup = "[metadata]
name = demo
version = 1.0

[options]
py_modules = demo
install_requires =
    idna==3.7
";
        world
            .write("setup.cfg", setup)
            .write("setup.py", "from setuptools import setup\n\nsetup()\n")
            .write("demo.py", "import idna\n");
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 0
        --- stdout
        ✓ Python [VERSION] from [ORIGIN]: [REASON]
        ✓ Platform: [PLATFORM] (detected)
        ✓ Python packages restored from setup.py, resolved: 3 distributions
        ! Added because the code imports them: setuptools
        ✓ Imports: 2 third-party modules, all resolve in the project's packages
        ✓ Environment validated: sha256:[DIGEST]
            record it for everyone with `dhtl setup`
        --- stderr
        > Create the virtual environment with Python [VERSION]
        ✓ Create the virtual environment with Python [VERSION] ([TIME])
        > Resolve the requirements
        ✓ Resolve the requirements ([TIME])
        > Install the distributions
        ✓ Install the distributions: 1 distribution ([TIME])
        > Install the project
        ✓ Install the project ([TIME])
        > Install what else is imported
        ✓ Install what else is imported: setuptools ([TIME])
        ");
        // Which setuptools is the index's affair.
        assert_eq!(world.installed()[..2], ["demo 1.0", "idna 3.7"]);
    }

    #[test]
    fn setup_cfg_alone_is_enough() {
        let world = World::new();
        let setup = "[metadata]\nname = demo\nversion = 1.0\n\n[options]\npy_modules = demo\n\
            install_requires = idna==3.7\n";
        world
            .write("setup.cfg", setup)
            .write("demo.py", "import idna\n");
        world.dhtl(&["regenerate"]).exits(0);
        assert!(world.installed().contains(&"idna 3.7".to_owned()));
    }

    #[test]
    fn where_nothing_is_declared_the_imports_decide() {
        let world = World::new();
        world.write(
            "app.py",
            "import json\nimport yaml\n\nprint(yaml.safe_load('[1]'))\n",
        );
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 0
        --- stdout
        ✓ Python [VERSION] from [ORIGIN]: [REASON]
        ✓ Platform: [PLATFORM] (detected)
        ✓ Python packages restored from imports, resolved: 1 distribution
        ✓ Imports: 1 third-party module, all resolve in the project's packages
        ✓ Environment validated: sha256:[DIGEST]
            record it for everyone with `dhtl setup`
        --- stderr
        > Create the virtual environment with Python [VERSION]
        ✓ Create the virtual environment with Python [VERSION] ([TIME])
        > Resolve the requirements
        ✓ Resolve the requirements ([TIME])
        > Install the distributions
        ✓ Install the distributions: 1 distribution ([TIME])
        > Install what else is imported
        ✓ Install what else is imported ([TIME])
        ");
        let installed = world.installed();
        assert_eq!(installed.len(), 1, "{installed:?}");
        assert!(installed[0].starts_with("pyyaml "), "{installed:?}");
        let run = world.venv_python(&world.project(), &["app.py"]).exits(0);
        assert_eq!(run.stdout, "[1]\n");
    }

    #[test]
    fn an_import_that_nobody_knows_is_reported_and_never_guessed() {
        let world = World::new();
        world
            .write("requirements.txt", "idna==3.7\n")
            .write("app.py", "import dhtl_nobody_knows_this\n");
        assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
        exit code: 1
        --- stdout
        ✓ Python [VERSION] from [ORIGIN]: [REASON]
        ✓ Platform: [PLATFORM] (detected)
        ✓ Python packages restored from requirements, resolved: 1 distribution
        ✗ Import does not resolve: dhtl_nobody_knows_this app.py:1 (import)
        ✗ Environment is not whole: sha256:[DIGEST]
        --- stderr
        > Create the virtual environment with Python [VERSION]
        ✓ Create the virtual environment with Python [VERSION] ([TIME])
        > Resolve the requirements
        ✓ Resolve the requirements ([TIME])
        > Install the distributions
        ✓ Install the distributions: 1 distribution ([TIME])
        > Install what else is imported
        ✓ Install what else is imported ([TIME])
        ");
        assert_eq!(world.installed(), ["idna 3.7"]);
    }

    #[test]
    fn the_interpreter_is_the_one_that_is_asked_for() {
        let world = World::new();
        world
            .write("requirements.txt", "idna==3.7\n")
            .write("app.py", "import idna\n");
        let newest = world
            .dhtl(&["regenerate", "--json"])
            .exits(0)
            .text("/validation/python_version");
        let minor = newest.rsplit_once('.').unwrap().0;
        world.write(".python-version", format!("{minor}\n"));
        let outcome = world.dhtl(&["regenerate", "--json"]).exits(0);
        assert_eq!(outcome.text("/validation/python_version"), newest);
        let said = world
            .venv_python(&world.project(), &["--version"])
            .exits(0)
            .stdout;
        assert_eq!(said.trim(), format!("Python {newest}"));
    }
}

mod preview {
    use super::*;

    #[test]
    fn a_dry_run_prints_the_commands_and_writes_nothing() {
        let world = parcel();
        let before = listing(world.path());
        assert_snapshot!(world.dhtl(&["regenerate", "--dry-run"]).snapshot(), @"
        exit code: 0
        --- stdout
        # In [WORLD]/project
        # Python [VERSION] from [ORIGIN]: [REASON]
        # Distributions by pyproject.toml:1 (installable-pyproject)

        # Create the virtual environment with Python [VERSION] [environment]
        uv venv --clear --no-project --python [INTERPRETER] .venv

        # Resolve the requirements [resolution]
        uv pip compile --quiet --generate-hashes --no-header --python .venv/bin/python --output-file .dht/state/requirements.lock pyproject.toml --extra yaml --group dev

        # Install the distributions [installation]
        uv pip sync --allow-empty-requirements --python .venv/bin/python --require-hashes .dht/state/requirements.lock

        # Install the project [project]
        uv pip install --no-deps --python .venv/bin/python --editable .

        # Install what else is imported [inference]
        uv pip compile --quiet --generate-hashes --no-header --only-binary :all: --python .venv/bin/python --constraint .dht/state/inferred-constraints.txt --output-file .dht/state/inferred.lock .dht/state/inferred.in
        uv pip install --no-deps --python .venv/bin/python --require-hashes --requirements .dht/state/inferred-install.txt
        --- stderr
        ");
        assert_eq!(listing(world.path()), before);
    }

    #[test]
    fn its_json_has_the_steps() {
        let world = parcel();
        let plan = world
            .dhtl(&["regenerate", "--dry-run", "--json"])
            .exits(0)
            .json();
        let steps = plan["steps"].as_array().unwrap();
        let ids = steps
            .iter()
            .map(|step| step["id"].as_str().unwrap())
            .collect::<Vec<_>>();
        assert_eq!(
            ids,
            [
                "environment",
                "resolution",
                "installation",
                "project",
                "inference"
            ]
        );
        assert!(
            steps
                .iter()
                .all(|step| !step["commands"].as_array().unwrap().is_empty()),
            "{steps:#?}"
        );
        assert!(!world.has(".dht"));
    }

    #[test]
    fn it_is_possible_before_uv_was_fetched() {
        let world = World::without_uv();
        world.write("requirements.txt", "idna==3.7\n");
        world
            .dhtl(&["regenerate", "--dry-run"])
            .exits(0)
            .answers("uv pip sync");
        assert!(
            !world.dhtl_home().join("bin").exists()
                || listing(&world.dhtl_home().join("bin")).is_empty()
        );
    }
}
