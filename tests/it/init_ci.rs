//! The continuous integration that `dhtl init` proposes: it is what its hosts understand, and its
//! commands do what they are there for.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;

use crate::support::{Outcome, World};

const WORKFLOW: &str = ".github/workflows/ci.yml";
const PIPELINE: &str = ".gitlab-ci.yml";

/// Adds jobs for both services.
#[track_caller]
fn init(world: &World) -> Outcome {
    world.dhtl(&["init", "--ci", "github,gitlab"]).exits(0)
}

fn uv(world: &World) -> PathBuf {
    let tools = world.dhtl(&["tools", "--json"]).exits(0);
    PathBuf::from(tools.text("/tools/0/path"))
}

/// With these folders before all others on `PATH`.
fn with_path(world: World, folders: &[&Path]) -> World {
    let before = world.variable("PATH").unwrap_or_default().to_owned();
    let after = folders.iter().map(|folder| folder.to_path_buf());
    let path = std::env::join_paths(after.chain(std::env::split_paths(&before))).unwrap();
    world.set("PATH", path)
}

/// The schemas of both services are part of `check-jsonschema`.
#[track_caller]
fn check_schemas(world: &World) {
    for rest in [
        &["vendor.github-workflows", WORKFLOW][..],
        &[
            "vendor.gitlab-ci",
            "--data-transform",
            "gitlab-ci",
            PIPELINE,
        ],
    ] {
        let tool = [
            "tool",
            "run",
            "--quiet",
            "check-jsonschema",
            "--builtin-schema",
        ];
        world.uv(&[&tool[..], rest].concat()).exits(0);
    }
}

/// The lines from the one that is `begin` to the next that is indented no more than it.
#[track_caller]
fn block<'t>(text: &'t str, begin: &str) -> Vec<&'t str> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().skip_while(|line| *line != begin);
    let first = lines
        .next()
        .unwrap_or_else(|| panic!("no {begin:?} in {text}"));
    let inner = lines.take_while(|line| line.is_empty() || indent(line) > indent(first));
    inner.collect()
}

/// The commands of a list, which are written in double quotes.
fn commands(lines: &[&str]) -> Vec<String> {
    let quoted = lines.iter().filter_map(|line| {
        let line = line.trim().trim_start_matches("- ");
        let line = line.strip_prefix("run: ").unwrap_or(line);
        line.starts_with('"').then_some(line)
    });
    quoted
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Runs commands as a runner does: one after the other, until one fails.
fn run(world: &World, commands: &[String]) -> Outcome {
    world.run("sh", &world.project(), &["-exc", &commands.join("\n")])
}

const COMPOSE: &str = "\
services:
  web: {build: ., depends_on: [db, queue]}
  db:
    image: postgis/postgis:17-3.5
  queue:
    image: docker.example/library/rabbitmq:3.13-management
  cache:
    image: valkey/valkey
  log:
    image: apache/kafka:3.9.0
";

#[test]
fn what_a_compose_file_runs_is_there_for_the_tests() {
    let world = World::new();
    world
        .write(
            "pyproject.toml",
            "[project]\nname = 'shop'\nversion = '1'\nrequires-python = '>=3.13'\n\
             dependencies = ['fastapi', 'sqlalchemy', 'psycopg', 'celery', 'redis']\n",
        )
        .write("compose.yaml", COMPOSE)
        .write(
            "shop.py",
            "import os\n\nimport fastapi\n\nDB = os.environ['DATABASE_URL']\n\
             BROKER = os.environ['CELERY_BROKER_URL']\nCACHE = os.environ.get('SHOP_REDIS_HOST')\n\
             KEY = os.environ['SHOP_KEY']\napp = fastapi.FastAPI()\n",
        )
        .write("tests/test_shop.py", "import pytest\n");
    init(&world).answers("services that the tests may need, to be added by hand: kafka");
    check_schemas(&world);
    let workflow = world.read(WORKFLOW);
    assert_snapshot!(block(&workflow, "    services:").join("\n"), @r#"
          postgres:
            image: "postgis/postgis:17-3.5"
            env:
              POSTGRES_USER: "postgres"
              POSTGRES_PASSWORD: "postgres"
              POSTGRES_DB: "test"
            ports: ["5432:5432"]
            # The steps begin when it answers.
            options: >-
              --health-cmd "pg_isready --username postgres"
              --health-interval 5s
              --health-timeout 10s
              --health-retries 24
          redis:
            image: "valkey/valkey"
            ports: ["6379:6379"]
            # The steps begin when it answers.
            options: >-
              --health-cmd "valkey-cli ping"
              --health-interval 5s
              --health-timeout 10s
              --health-retries 24
          rabbitmq:
            image: "rabbitmq:3.13"
            ports: ["5672:5672"]
            # The steps begin when it answers.
            options: >-
              --health-cmd "rabbitmq-diagnostics --quiet check_port_connectivity"
              --health-interval 5s
              --health-timeout 10s
              --health-retries 24
    "#);
    assert_snapshot!(block(&workflow, "    env:").join("\n"), @r#"
          UV_PYTHON: ${{ matrix.python-version }}
          CELERY_BROKER_URL: "amqp://guest:guest@127.0.0.1:5672/"
          DATABASE_URL: "postgresql+psycopg://postgres:postgres@127.0.0.1:5432/test"
          SHOP_REDIS_HOST: "127.0.0.1"
    "#);
    assert_snapshot!(block(&world.read(PIPELINE), "tests:").join("\n"), @r#"
      stage: test
      parallel:
        matrix:
          - PYTHON_VERSION: ["3.13", "3.14"]
      services:
        - name: "postgis/postgis:17-3.5"
          alias: postgres
          variables:
            POSTGRES_USER: "postgres"
            POSTGRES_PASSWORD: "postgres"
            POSTGRES_DB: "test"
            # The script begins when it answers there.
            HEALTHCHECK_TCP_PORT: "5432"
        - name: "valkey/valkey"
          alias: redis
          variables:
            # The script begins when it answers there.
            HEALTHCHECK_TCP_PORT: "6379"
        - name: "rabbitmq:3.13"
          alias: rabbitmq
          variables:
            # The script begins when it answers there.
            HEALTHCHECK_TCP_PORT: "5672"
      script:
        - "export CELERY_BROKER_URL='amqp://guest:guest@rabbitmq:5672/'"
        - "export DATABASE_URL='postgresql+psycopg://postgres:postgres@postgres:5432/test'"
        - "export SHOP_REDIS_HOST='redis'"
        - "uv run --no-sync python -m pytest"
    "#);
}

/// Every service that can be started, in the words of both hosts.
#[test]
fn every_service_is_one_that_the_hosts_understand() {
    let world = World::new();
    let images = [
        "postgres:16",
        "mysql:8.0",
        "mongo:4.4",
        "redis:7",
        "memcached",
        "rabbitmq",
        "elasticsearch:8.15.0",
    ];
    let services = images.iter().enumerate();
    let services = services.map(|(number, image)| format!("  s{number}:\n    image: {image}\n"));
    world
        .write(
            "pyproject.toml",
            "[project]\nname = 'shop'\nversion = '1'\ndependencies = ['fastapi']\n",
        )
        .write("main.py", "import fastapi\n\napp = fastapi.FastAPI()\n")
        .write(
            "compose.yaml",
            format!("services:\n{}", services.collect::<String>()),
        )
        .write("tests/test_shop.py", "import pytest\n");
    init(&world);
    check_schemas(&world);
    let (workflow, pipeline) = (world.read(WORKFLOW), world.read(PIPELINE));
    for image in images {
        let image = image.trim_end_matches(char::is_numeric);
        assert!(
            workflow.contains(&format!("image: \"{image}")),
            "{image}: {workflow}"
        );
        assert!(
            pipeline.contains(&format!("name: \"{image}")),
            "{image}: {pipeline}"
        );
    }
}

#[test]
fn a_driver_that_only_some_need_starts_nothing() {
    let world = World::new();
    world
        .write(
            "pyproject.toml",
            "[project]\nname = 'shop'\nversion = '1'\n\
             [project.optional-dependencies]\npostgres = ['psycopg']\n",
        )
        .write(
            "shop.py",
            "import os\n\nDB = os.environ.get('DATABASE_URL')\n",
        )
        .write("tests/test_shop.py", "import pytest\n");
    init(&world);
    for path in [WORKFLOW, PIPELINE] {
        let text = world.read(path);
        assert!(
            !text.contains("services:") && !text.contains("DATABASE_URL"),
            "{text}"
        );
    }
}

/// Tests that run two of the three lines of `shop.py`.
fn half_tested(test: &str, config: &str) -> World {
    let world = World::new();
    let uv = uv(&world);
    let world = with_path(world, &[uv.parent().unwrap()]);
    world
        .write(
            "pyproject.toml",
            "[project]\nname = 'shop'\nversion = '1'\n",
        )
        .write(
            "shop.py",
            "def sell(it):\n    if it:\n        return it\n    raise ValueError(it)\n",
        )
        .write("tests/__init__.py", "")
        .write("tests/test_shop.py", test)
        .write(
            ".dhtconfig",
            format!("version: '2.0'\nci:\n  coverage_threshold: {config}\n"),
        );
    world
}

#[test]
fn the_threshold_of_dhtconfig_is_what_fails_a_job() {
    let pytest = "import pytest\n\nimport shop\n\n\ndef test_it():\n    assert shop.sell(1) == 1\n";
    let unittest = "import unittest\n\nimport shop\n\n\nclass SellTest(unittest.TestCase):\n    \
                    def test_it(self):\n        self.assertEqual(shop.sell(1), 1)\n";
    for test in [pytest, unittest] {
        for (threshold, passes) in [("60", true), ("99", false)] {
            let world = half_tested(test, threshold);
            init(&world);
            let workflow = world.read(WORKFLOW);
            let job = commands(&block(&workflow, "  tests:"));
            let outcome = run(&world, &job);
            assert_eq!(
                outcome.exit_code == Some(0),
                passes,
                "{}",
                outcome.snapshot()
            );
            let all = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(all.contains("TOTAL"), "{all}");

            let pipeline = world.read(PIPELINE);
            let before = commands(&block(&pipeline, "  before_script:"));
            let script = commands(&block(&pipeline, "tests:"));
            // There, the first command brings uv.
            assert_eq!([before, script].concat(), job, "{pipeline}");
        }
    }
}

#[test]
fn the_matrix_is_what_the_project_accepts_and_caches_are_kept_for_each() {
    let world = World::new();
    world
        .write(
            "pyproject.toml",
            "[project]\nname = 'shop'\nversion = '1'\nrequires-python = '>=3.10.2,!=3.11.*,<3.14'\n",
        )
        .write("tests/test_shop.py", "import pytest\n");
    init(&world);
    let (workflow, pipeline) = (world.read(WORKFLOW), world.read(PIPELINE));
    let pythons = r#"["3.10", "3.12", "3.13"]"#;
    assert!(
        workflow.contains(&format!("        python-version: {pythons}\n")),
        "{workflow}"
    );
    assert!(
        pipeline.contains(&format!("      - PYTHON_VERSION: {pythons}\n")),
        "{pipeline}"
    );
    let setups = workflow.matches("uses: astral-sh/setup-uv@").count();
    assert_eq!(
        workflow.matches("enable-cache: true").count(),
        setups,
        "{workflow}"
    );
    let cached = "  cache:\n    key: uv-$PYTHON_VERSION\n    paths: [.cache/uv]\n";
    assert!(pipeline.contains(cached), "{pipeline}");
    assert!(
        pipeline.contains("  UV_CACHE_DIR: $CI_PROJECT_DIR/.cache/uv\n"),
        "{pipeline}"
    );
}

/// The script below `begin`, without its indentation.
fn script(text: &str, begin: &str) -> Vec<String> {
    let lines = block(text, begin);
    lines.iter().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn the_environment_is_validated_wherever_dhtl_is() {
    let world = World::new();
    world
        .write(
            "pyproject.toml",
            "[project]\nname = 'shop'\nversion = '1'\n",
        )
        .write("tests/test_shop.py", "import pytest\n");
    init(&world);
    world.dhtl(&["setup"]).exits(0);
    let validate = script(&world.read(WORKFLOW), "        run: |");
    let on_gitlab = script(&world.read(PIPELINE), "    - |");
    let without = run(&world, &validate).exits(0);
    assert!(
        without.stdout.contains("dhtl is not on this runner"),
        "{}",
        without.snapshot()
    );
    run(&world, &on_gitlab)
        .exits(0)
        .answers("dhtl is not on this runner");

    let program = Path::new(env!("CARGO_BIN_EXE_dhtl"));
    let bin = world.path().join("with-dhtl");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(program, bin.join("dhtl")).unwrap();
    let world = with_path(world, &[&bin]);
    for commands in [&validate, &on_gitlab] {
        run(&world, commands).exits(0).answers("MATCH");
    }
    // Another environment than the recorded one makes the job fail.
    let config = world.read(".dhtconfig");
    let begin = config.find("sha256:").unwrap() + "sha256:".len();
    let other = format!(
        "{}{}{}",
        &config[..begin],
        "0".repeat(64),
        &config[begin + 64..]
    );
    world.write(".dhtconfig", other);
    assert_ne!(run(&world, &validate).exit_code, Some(0));
}
