//! `.env` and `.gitignore`, which no checkout brings, and what stands in `.env`.

use crate::support::World;

const TEMPLATE: &str = "# settings\nAPI_KEY=<your key>\nLEVEL=info\nREGION=\n";

/// A project that reads what its template lists.
fn project() -> World {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write(
            "app.py",
            "import os\nimport idna\nos.environ['API_KEY']\nos.environ['REGION']\nos.getenv('LEVEL')\n",
        )
        .write(".env.example", TEMPLATE);
    world
}

/// The same as a repository with this `.gitignore`.
fn repository(gitignore: Option<&str>) -> World {
    let world = project();
    if let Some(text) = gitignore {
        world.write(".gitignore", text);
    }
    world.git(&["init", "--quiet", "--initial-branch", "main"]);
    world.git(&["add", "--all"]);
    world.git(&["commit", "--quiet", "--message", "first"]);
    world
}

fn missing_variables(world: &World) -> Vec<String> {
    let report = world.dhtl(&["validate-env", "--json"]).exits(0).json();
    let missing = report["missing_env_vars"].as_array().unwrap();
    let names = missing.iter().map(|one| one["name"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

#[test]
fn a_missing_one_is_made_from_the_template() {
    let world = project();
    world
        .dhtl(&["regenerate", "--dry-run"])
        .exits(0)
        .answers("# Write `.env` from `.env.example`");
    assert!(!world.has(".env"));
    let report = world.dhtl(&["regenerate", "--json"]).exits(0);
    assert_eq!(report.json()["files_written"][0], ".env");
    assert_eq!(world.read(".env"), TEMPLATE);
    assert!(!world.has(".gitignore"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let metadata = std::fs::metadata(world.project().join(".env")).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }
    // What only holds the place of a value is none.
    assert_eq!(missing_variables(&world), ["API_KEY", "REGION"]);
    world.write(
        ".env",
        TEMPLATE
            .replace("<your key>", "1234")
            .replace("REGION=", "REGION=eu"),
    );
    assert_eq!(missing_variables(&world), [""; 0]);
    let again = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    assert_eq!(again["unchanged"], true);
    assert_eq!(again["files_written"].as_array().unwrap().len(), 0);
}

#[test]
fn one_that_is_there_stays_and_no_value_is_told() {
    let world = project().set("LEVEL", "staple");
    world.write(".env", "API_KEY=horse\n");
    for args in [
        &["regenerate"][..],
        &["regenerate", "--json"],
        &["validate-env"],
        &["validate-env", "--json"],
        &["env-setup"],
        &["env-setup", "--json"],
    ] {
        let outcome = world.dhtl(args).exits(0);
        for secret in ["horse", "staple"] {
            let said = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(!said.contains(secret), "{args:?}: {said}");
        }
    }
    assert_eq!(world.read(".env"), "API_KEY=horse\n");
    for entry in std::fs::read_dir(world.project().join(".dht/state")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read(&path).unwrap_or_default();
        assert!(
            !String::from_utf8_lossy(&text).contains("horse"),
            "{}",
            path.display()
        );
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_its_place_is_not_followed() {
    let world = project();
    let target = world.path().join("elsewhere");
    std::os::unix::fs::symlink(&target, world.project().join(".env")).unwrap();
    world.dhtl(&["regenerate"]).exits(0);
    assert!(!target.exists());
}

#[test]
fn the_recorded_environment_is_the_same_with_and_without_it() {
    let world = project();
    world.dhtl(&["setup"]).exits(0);
    let config = world.read(".dhtconfig");
    let matches = || {
        world
            .dhtl(&["validate-env", "--json"])
            .exits(0)
            .text("/verdict")
    };
    assert_eq!(matches(), "match");
    world.remove(".env");
    assert_eq!(matches(), "match");
    world.dhtl(&["regenerate"]).exits(0);
    assert!(world.has(".env"));
    assert_eq!(matches(), "match");
    world.dhtl(&["setup"]).exits(0);
    assert_eq!(world.read(".dhtconfig"), config);
}

#[test]
fn a_repository_without_a_gitignore_gets_one() {
    let world = repository(None);
    let report = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    assert_eq!(report["files_written"][0], ".gitignore");
    assert_eq!(report["files_written"][1], ".env");
    world.git(&["check-ignore", "--quiet", ".env"]);
    assert_eq!(world.git(&["status", "--porcelain"]), "?? .gitignore\n");
    let again = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    assert_eq!(again["unchanged"], true);
    // Whoever records the environment commits it.
    let world = repository(None);
    let capture = world.dhtl(&["setup", "--json"]).exits(0).json();
    let written = capture["written"].as_array().unwrap();
    assert!(
        written.iter().any(|file| file == ".gitignore"),
        "{written:?}"
    );
    assert!(written.iter().all(|file| file != ".env"), "{written:?}");
}

#[test]
fn a_gitignore_that_is_there_is_left_alone() {
    let world = repository(Some(".venv\n"));
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("Files written: .git/info/exclude, .env");
    assert_eq!(world.read(".gitignore"), ".venv\n");
    world.git(&["check-ignore", "--quiet", ".env"]);
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    // Once is enough.
    world.remove(".env");
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("Files written: .env");
    assert_eq!(world.read(".git/info/exclude").matches(".env").count(), 1);
}

#[test]
fn nothing_is_written_that_would_be_committed() {
    let kept = repository(Some("*.env\n.venv\n!.env\n"));
    kept.dhtl(&["regenerate"]).exits(0);
    assert!(!kept.has(".env"));
    let deleted = project();
    deleted
        .write(".env", "A=1\n")
        .write(".gitignore", ".venv\n");
    deleted.git(&["init", "--quiet", "--initial-branch", "main"]);
    deleted.git(&["add", "--all"]);
    deleted.git(&["commit", "--quiet", "--message", "first"]);
    deleted.remove(".env");
    deleted.dhtl(&["regenerate"]).exits(0);
    assert!(!deleted.has(".env"));
}

#[test]
fn a_project_below_the_top_of_its_repository_is_excluded_by_its_path() {
    let world = World::new();
    world
        .write("api/requirements.txt", "idna==3.7\n")
        .write("api/app.py", "import idna\n")
        .write("api/.env.example", "A=1\n");
    world.git(&["init", "--quiet", "--initial-branch", "main"]);
    world.git(&["add", "--all"]);
    world.git(&["commit", "--quiet", "--message", "first"]);
    let folder = world.project().join("api");
    world.dhtl_in(&folder, &["regenerate"]).exits(0);
    assert_eq!(world.read("api/.env"), "A=1\n");
    assert!(!world.has(".gitignore") && !world.has("api/.gitignore"));
    world.git(&["check-ignore", "--quiet", "api/.env"]);
}

#[test]
fn names_in_the_config_make_one_and_the_code_alone_does_not() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("app.py", "import os\nimport idna\nos.environ['API_KEY']\n");
    world.dhtl(&["regenerate"]).exits(0);
    assert!(!world.has(".env"));
    world.write(
        ".dhtconfig",
        "version: \"2.0\"\nenv_template:\n  required: [DATABASE_URL]\n  optional: [DEBUG]\n",
    );
    world.dhtl(&["regenerate"]).exits(0);
    insta::assert_snapshot!(world.read(".env"), @"
    # Environment variables of this project: fill them in.
    # Never commit this file. What is commented out may stay so.

    # Required

    # listed in .dhtconfig:3
    DATABASE_URL=

    # Optional

    # listed in .dhtconfig:4
    # DEBUG=
    ");
}

#[test]
fn a_template_of_another_file_is_left_to_whoever_wrote_it() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("app.py", "import idna\n")
        .write(".env.production.example", "A=1\n");
    world.dhtl(&["regenerate"]).exits(0);
    assert!(!world.has(".env"));
}

#[test]
fn names_that_do_not_agree_are_reported_and_fail_nothing() {
    let world = project();
    world.write(".env", "API_KEY=horse\nREGION=eu\nLEVLE=debug\nPATH=/x\n");
    world.dhtl(&["regenerate"]).exits(0);
    for command in ["validate-env", "env-setup"] {
        world
            .dhtl(&[command])
            .exits(0)
            .answers("`.env` sets what neither the code nor a template names:\n  - LEVLE .env:3\n")
            .answers("The template sets what `.env` does not:\n  - LEVEL .env.example:3\n");
        let document = world.dhtl(&[command, "--json"]).exits(0).json();
        insta::allow_duplicates! {
            insta::assert_snapshot!(document["env_file"].to_string(), @r#"{"missing":[{"line":3,"name":"LEVEL","path":".env.example"}],"template":".env.example","unknown":[{"line":3,"name":"LEVLE","path":".env"}]}"#);
        }
    }
    world.remove(".env");
    let document = world.dhtl(&["env-setup", "--json"]).exits(0).json();
    assert!(document["env_file"].is_null());
}
