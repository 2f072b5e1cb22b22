//! `dhtl verify-environment`, `freeze-tools`, `generate-env-template` and `env-setup`.

use insta::assert_snapshot;

use crate::support::{World, files, parcel};

mod verify_environment {
    use super::*;

    #[test]
    fn no_environment_is_an_answer_and_a_next_command() {
        assert_snapshot!(parcel().dhtl(&["verify-environment"]).snapshot(), @"
        exit code: 1
        --- stdout
        --- stderr
        error: `[WORLD]/project` has no environment: there is no usable `.venv`

        hint: make it with `dhtl regenerate`
        ");
    }

    #[test]
    fn the_recorded_digest_and_a_named_one_are_compared() {
        let world = parcel();
        let recorded = world.dhtl(&["setup", "--json"]).exits(0).venv_checksum();
        let before = files(&world.project().join(".dht"));
        assert_snapshot!(world.dhtl(&["verify-environment"]).snapshot(), @"
        exit code: 0
        --- stdout
        ✓ Environment is the recorded one: sha256:[DIGEST]
        --- stderr
        ");
        world
            .dhtl(&["verify-environment", "--checksum", &recorded])
            .exits(0)
            .answers(&format!("the named one: {recorded}"));
        let other = format!("sha256:{}", "0".repeat(64));
        assert_snapshot!(
            world.dhtl(&["verify-environment", "--checksum", &other]).snapshot(),
            @"
        exit code: 1
        --- stdout
        ✗ Environment is not the named one
            expected sha256:[DIGEST]
            actual   sha256:[DIGEST]
        ! Every distribution has the version of the lock: other files of it differ

        It is as the last `dhtl regenerate` left it; record it with `dhtl setup`.
        --- stderr
        "
        );
        assert_eq!(files(&world.project().join(".dht")), before);
    }

    #[test]
    fn the_distributions_that_differ_are_named() {
        let world = parcel();
        world.dhtl(&["setup"]).exits(0);
        world
            .uv(&["pip", "install", "--python", ".venv", "idna==3.6"])
            .exits(0);
        assert_snapshot!(world.dhtl(&["verify-environment"]).snapshot(), @"
        exit code: 1
        --- stdout
        ✗ Environment is not the recorded one
            expected sha256:[DIGEST]
            actual   sha256:[DIGEST]
          - idna: 3.6 instead of 3.7 repair: dhtl regenerate

        It was changed since the last `dhtl regenerate`; run that again to repair it.
        --- stderr
        ");
        let document = world
            .dhtl(&["verify-environment", "--json"])
            .exits(1)
            .json();
        assert_eq!(document["matches"], false);
        assert_eq!(document["expected_from"], "config");
        assert_eq!(document["differences"][0]["what"], "idna");
        // Without a lock the digests are compared all the same.
        world.remove("uv.lock");
        world
            .dhtl(&["verify-environment"])
            .exits(1)
            .answers("No lock says which");
        world
            .dhtl(&["verify-environment", "--json"])
            .exits(1)
            .json();
    }

    #[test]
    fn without_a_digest_there_is_nothing_to_compare() {
        let world = World::new();
        world.write("requirements.txt", "idna==3.7\n");
        world.dhtl(&["regenerate"]).exits(0);
        assert_snapshot!(world.dhtl(&["verify-environment"]).snapshot(), @"
        exit code: 2
        --- stdout
        --- stderr
        error: there is no digest to compare with: `[WORLD]/project/.dhtconfig` records no `validation.venv_checksum`

        hint: name one with `dhtl verify-environment --checksum sha256:<digits>`, or record one with `dhtl setup`
        ");
        world
            .dhtl(&["verify-environment", "--checksum", "sha256:12"])
            .exits(2)
            .says("`sha256:12` is not a digest");
        world.write(
            ".dhtconfig",
            "version: \"2.0\"\nvalidation:\n  venv_checksum: \"sha256:abcd1234...\"\n",
        );
        world
            .dhtl(&["verify-environment"])
            .exits(4)
            .says("`.dhtconfig:3`: `validation.venv_checksum`");
    }
}

mod freeze_tools {
    use super::*;

    #[test]
    fn the_answer_is_what_setup_writes() {
        let world = World::new();
        world
            .write(
                "pyproject.toml",
                "[project]\nname = \"tooled\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\n\
                 dependencies = [\"idna==3.7\"]\n[dependency-groups]\ndev = [\"isort==5.13.2\"]\n",
            )
            .write("tooled.py", "import idna\n");
        world
            .dhtl(&["freeze-tools"])
            .exits(1)
            .says("dhtl regenerate");
        world.dhtl(&["setup"]).exits(0);
        let frozen = world.dhtl(&["freeze-tools"]).exits(0);
        assert_eq!(frozen.stdout, world.read(".dht/tools.lock"));
        assert!(
            frozen.stdout.ends_with("\nisort==5.13.2\n"),
            "{}",
            frozen.stdout
        );
        let document = world.dhtl(&["freeze-tools", "--json"]).exits(0);
        assert_eq!(document.text("/tools/isort"), "5.13.2");
        assert_eq!(document.text("/text"), frozen.stdout);
    }
}

/// A project that reads variables in every way a template tells apart.
fn reader() -> World {
    let world = World::without_uv();
    world
        .write("requirements.txt", "")
        .write(
            "app.py",
            "import os\n\nurl = os.environ[\"DATABASE_URL\"]\nlevel = os.getenv(\"LOG_LEVEL\", \"s3cret\")\n",
        )
        .write("web/app.ts", "export const port = process.env.PORT ?? 3000;\n")
        .write(
            "compose.yaml",
            "services:\n  db:\n    image: db:${DB_TAG:?which}\n",
        );
    world
}

mod generate_env_template {
    use super::*;

    #[test]
    fn the_names_are_written_and_no_value_is() {
        let world = reader();
        assert_snapshot!(world.dhtl(&["generate-env-template"]).snapshot(), @"
        exit code: 0
        --- stdout
        ✓ .env.example: 4 variables, 2 required
            copy it to `.env` and fill it in
        --- stderr
        ");
        assert_snapshot!(world.read(".env.example"), @"
        # Environment variables of this project: copy this file to `.env` and fill it in.
        # Never commit `.env`. What is commented out may stay so.

        # Required

        # read in app.py:3
        DATABASE_URL=

        # used in compose.yaml:3
        DB_TAG=

        # Optional

        # read in app.py:4
        # LOG_LEVEL=

        # read in web/app.ts:1
        # PORT=
        ");
        let written = world.read(".env.example");
        assert_snapshot!(world.dhtl(&["generate-env-template"]).snapshot(), @"
        exit code: 0
        --- stdout
        ✓ .env.example is complete: 4 variables
        --- stderr
        ");
        assert_eq!(world.read(".env.example"), written);
        assert!(!world.has(".dht") && !world.has(".env"));
    }

    #[test]
    fn a_template_that_is_there_grows_only_with_consent() {
        let world = reader();
        let own = "# Ours\nDATABASE_URL=postgres://ada:hunter2@db.example\r\n#PORT=1";
        world.write(".env.sample", own);
        let refused = world.dhtl(&["generate-env-template"]);
        assert_snapshot!(refused.snapshot(), @"
        exit code: 1
        --- stdout
        ✗ .env.sample lacks 2 names: DB_TAG, LOG_LEVEL
            append them with `dhtl generate-env-template --yes`
        --- stderr
        ");
        assert_eq!(world.read(".env.sample"), own);
        let printed = world.dhtl(&["generate-env-template", "--print"]).exits(0);
        let document = world
            .dhtl(&["generate-env-template", "--json", "--yes"])
            .exits(0);
        assert_eq!(document.text("/outcome"), "extended");
        for outcome in [printed, document] {
            assert!(!outcome.stdout.contains("hunter2"), "{}", outcome.stdout);
        }
        assert_eq!(
            world.read(".env.sample"),
            format!(
                "{own}\r\n\r\n# Added by `dhtl generate-env-template`\r\n\r\n\
                 # used in compose.yaml:3\r\nDB_TAG=\r\n\r\n# read in app.py:4\r\n# LOG_LEVEL=\r\n"
            )
        );
        assert!(!world.has(".env.example"));
        world
            .dhtl(&["generate-env-template"])
            .exits(0)
            .answers("is complete");
    }

    #[test]
    fn what_is_printed_is_what_would_be_written() {
        let world = reader();
        let printed = world.dhtl(&["generate-env-template", "--print"]).exits(0);
        assert!(!world.has(".env.example"));
        // A shell makes the file before dhtl starts.
        world.write(".env.example", "");
        let redirected = world.dhtl(&["generate-env-template", "--print"]).exits(0);
        assert_eq!(redirected.stdout, printed.stdout);
        world.remove(".env.example");
        world.dhtl(&["generate-env-template"]).exits(0);
        assert_eq!(world.read(".env.example"), printed.stdout);
    }

    #[test]
    fn a_project_of_another_language_has_one_as_well() {
        let world = World::without_uv();
        world
            .write("package.json", "{\"name\": \"web\"}")
            .write("index.js", "const { TOKEN } = process.env;\n")
            .write(".gitignore", ".env*\n");
        assert_snapshot!(world.dhtl(&["generate-env-template"]).snapshot(), @"
        exit code: 0
        --- stdout
        ✓ .env.example: 1 variable, 0 required
            copy it to `.env` and fill it in
        ! git ignores .env.example: add `!.env.example` to `.gitignore`, so that others get it
        --- stderr
        ");
        world.write("index.js", "").remove(".env.example");
        world
            .dhtl(&["generate-env-template"])
            .exits(0)
            .answers("there is nothing to write");
        assert!(!world.has(".env.example"));
    }

    #[test]
    fn what_cannot_be_kept_is_left_alone() {
        let world = reader();
        world.write(".env.example", b"A=\n# caf\xe9\n");
        world
            .dhtl(&["generate-env-template", "--yes"])
            .exits(4)
            .says("`.env.example:2`: the file is not UTF-8");
        let content = std::fs::read(world.project().join(".env.example")).unwrap();
        assert_eq!(content, b"A=\n# caf\xe9\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_written_through() {
        let world = reader();
        let outside = world.path().join("outside");
        std::fs::write(&outside, "A=\n").unwrap();
        std::os::unix::fs::symlink(&outside, world.project().join(".env.example")).unwrap();
        world
            .dhtl(&["generate-env-template", "--yes"])
            .exits(4)
            .says("is a link");
        assert_eq!(std::fs::read_to_string(outside).unwrap(), "A=\n");
    }
}

mod env_setup {
    use super::*;

    #[test]
    fn it_says_what_is_missing_and_how_to_set_it() {
        let world = reader().set("DB_TAG", "correct horse");
        world
            .write(".gitignore", ".env\n")
            .write(".env", "LOG_LEVEL=hunter2\n");
        let outcome = world.dhtl(&["env-setup"]);
        assert_snapshot!(outcome.snapshot(), @r#"
        exit code: 0
        --- stdout
        Missing, required:
          - DATABASE_URL read in app.py:3
        Not set, optional:
          - PORT read in web/app.ts:1
        Set: DB_TAG (environment), LOG_LEVEL (.env)

        Set them for the project in `.env`, a line for each:
          DATABASE_URL=value
        For code that does not read `.env` itself:
          uv run --env-file .env <command>
        Or set them for one shell:
          bash, zsh   export DATABASE_URL='value'
          fish        set -gx DATABASE_URL 'value'
          PowerShell  $env:DATABASE_URL = 'value'
          cmd         set "DATABASE_URL=value"
        --- stderr
        "#);
        let document = world.dhtl(&["env-setup", "--json"]).exits(0);
        assert_eq!(document.text("/variables/0/name"), "DATABASE_URL");
        assert_eq!(document.text("/variables/1/set_in"), "environment");
        for secret in ["hunter2", "horse", "s3cret"] {
            assert!(!document.stdout.contains(secret), "{}", document.stdout);
        }
    }

    #[test]
    fn a_fresh_clone_is_told_what_to_copy() {
        let world = reader();
        world
            .dhtl(&["env-setup"])
            .exits(0)
            .answers("make it with `dhtl generate-env-template` and copy it to `.env` first")
            .answers("No `.gitignore` names `.env`");
        world.dhtl(&["generate-env-template"]).exits(0);
        world
            .dhtl(&["env-setup"])
            .exits(0)
            .answers("copy `.env.example` to `.env` first");
    }

    #[test]
    fn with_nothing_to_set_there_is_nothing_to_say() {
        let world = World::without_uv();
        world.write("app.py", "import os\nos.environ['HOME']\n");
        assert_snapshot!(world.dhtl(&["env-setup"]).snapshot(), @"
        exit code: 0
        --- stdout
        The project reads no environment variables.
        --- stderr
        ");
    }
}
