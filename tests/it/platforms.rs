//! Plans for other machines: `regenerate --dry-run --platform`, and the packages that `setup` records
//! for each of them.

use insta::assert_snapshot;

use crate::support::World;

/// A project that needs something of every kind, with a marker that tells systems apart.
fn needy() -> World {
    let world = World::new();
    world
        .write(
            "requirements.txt",
            "psycopg2==2.9.9\nmysqlclient==2.2.4 ; sys_platform != 'win32'\nlxml==5.2.2\n\
             opencv-python==4.10.0.84\npdf2image==1.17.0\n",
        )
        .write(".python-version", "3.12\n");
    world
}

/// The plan for a machine up to the installation, which is the same on all of them.
fn plan(world: &World, platform: &str) -> String {
    until(world, platform, "\n# Install the distributions")
}

/// The plan up to the interpreter.
fn packages(world: &World, platform: &str) -> String {
    until(world, platform, "\n# Fetch Python")
}

fn until(world: &World, platform: &str, end: &str) -> String {
    let plan = ["regenerate", "--dry-run", "--platform", platform];
    let outcome = world.dhtl(&plan).exits(0);
    // The names of platforms are what this is about, so they are not redacted.
    let (place, plan) = outcome.stdout.split_once('\n').unwrap();
    assert!(place.starts_with("# In "), "{place}");
    let (beginning, _) = plan.split_once(end).unwrap();
    beginning.to_owned()
}

#[test]
fn every_system_has_its_own_packages_and_paths() {
    let world = needy();
    assert_snapshot!(plan(&world, "darwin-arm64"), @r"
    # For darwin-arm64, with packages of brew
    # Python ==3.12.*: which ones another machine has is not known
    # Distributions by requirements.txt (requirements-file)

    # Install the system packages [system]
    # libpq: because requirements.txt:1 asks for `psycopg2`
    # mysql-client: because requirements.txt:2 asks for `mysqlclient`
    # pkgconf: because requirements.txt:2 asks for `mysqlclient`
    # poppler: because requirements.txt:5 asks for `pdf2image`
    brew install -- libpq mysql-client pkgconf poppler

    # Fetch Python ==3.12.* [interpreter]
    uv python install '==3.12.*'
    uv python find --managed-python '==3.12.*'

    # Create the virtual environment with Python ==3.12.* [environment]
    uv venv --clear --no-project --python '==3.12.*' .venv

    # Resolve the requirements [resolution]
    uv pip compile --quiet --generate-hashes --no-header --python .venv/bin/python --output-file .dht/state/requirements.lock requirements.txt
    ");
    assert_snapshot!(plan(&world, "windows-x86_64"), @r"
    # For windows-x86_64, with packages of choco
    # Python ==3.12.*: which ones another machine has is not known
    # Distributions by requirements.txt (requirements-file)

    # Install the system packages [system]
    # poppler: because requirements.txt:5 asks for `pdf2image`
    choco install -y poppler

    # Fetch Python ==3.12.* [interpreter]
    uv python install '==3.12.*'
    uv python find --managed-python '==3.12.*'

    # Create the virtual environment with Python ==3.12.* [environment]
    uv venv --clear --no-project --python '==3.12.*' .venv

    # Resolve the requirements [resolution]
    uv pip compile --quiet --generate-hashes --no-header --python .venv/Scripts/python.exe --output-file .dht/state/requirements.lock requirements.txt
    ");
}

#[test]
fn every_family_of_linux_has_its_own_packages() {
    let world = needy();
    assert_snapshot!(packages(&world, "ubuntu-22.04"), @r"
    # For ubuntu-22.04-x86_64, with packages of apt
    # Python ==3.12.*: which ones another machine has is not known
    # Distributions by requirements.txt (requirements-file)

    # Install the system packages [system]
    # gcc: because requirements.txt:2 asks for `mysqlclient` and requirements.txt:1 asks for `psycopg2`
    # libc6-dev: because requirements.txt:2 asks for `mysqlclient` and requirements.txt:1 asks for `psycopg2`
    # libglib2.0-0: because requirements.txt:4 asks for `opencv-python`
    # libgl1: because requirements.txt:4 asks for `opencv-python`
    # libpq-dev: because requirements.txt:1 asks for `psycopg2`
    # default-libmysqlclient-dev: because requirements.txt:2 asks for `mysqlclient`
    # pkg-config: because requirements.txt:2 asks for `mysqlclient`
    # poppler-utils: because requirements.txt:5 asks for `pdf2image`
    DEBIAN_FRONTEND=noninteractive sudo -n apt-get update
    DEBIAN_FRONTEND=noninteractive sudo -n apt-get install -y --no-install-recommends -- gcc libc6-dev libglib2.0-0 libgl1 libpq-dev default-libmysqlclient-dev pkg-config poppler-utils
    ");
    assert_snapshot!(packages(&world, "fedora-41"), @r"
    # For fedora-41-x86_64, with packages of dnf
    # Python ==3.12.*: which ones another machine has is not known
    # Distributions by requirements.txt (requirements-file)

    # Install the system packages [system]
    # gcc: because requirements.txt:2 asks for `mysqlclient` and requirements.txt:1 asks for `psycopg2`
    # glib2: because requirements.txt:4 asks for `opencv-python`
    # libglvnd-glx: because requirements.txt:4 asks for `opencv-python`
    # libpq-devel: because requirements.txt:1 asks for `psycopg2`
    # mariadb-connector-c-devel: because requirements.txt:2 asks for `mysqlclient`
    # pkgconf-pkg-config: because requirements.txt:2 asks for `mysqlclient`
    # poppler-utils: because requirements.txt:5 asks for `pdf2image`
    sudo -n dnf install -y --setopt=install_weak_deps=False -- gcc glib2 libglvnd-glx libpq-devel mariadb-connector-c-devel pkgconf-pkg-config poppler-utils
    ");
    assert_snapshot!(packages(&world, "centos-7"), @r"
    # For centos-7-x86_64, with packages of yum
    # Python ==3.12.*: which ones another machine has is not known
    # Distributions by requirements.txt (requirements-file)

    # Install the system packages [system]
    # gcc: because requirements.txt:2 asks for `mysqlclient` and requirements.txt:1 asks for `psycopg2`
    # glib2: because requirements.txt:4 asks for `opencv-python`
    # mesa-libGL: because requirements.txt:4 asks for `opencv-python`
    # postgresql-devel: because requirements.txt:1 asks for `psycopg2`
    # mariadb-devel: because requirements.txt:2 asks for `mysqlclient`
    # pkgconfig: because requirements.txt:2 asks for `mysqlclient`
    # poppler-utils: because requirements.txt:5 asks for `pdf2image`
    sudo -n yum install -y -- gcc glib2 mesa-libGL postgresql-devel mariadb-devel pkgconfig poppler-utils
    ");
    assert_snapshot!(packages(&world, "alpine-arm64"), @r"
    # For alpine-arm64, with packages of apk
    # Python ==3.12.*: which ones another machine has is not known
    # Distributions by requirements.txt (requirements-file)

    # Install the system packages [system]
    # gcc: because requirements.txt:2 asks for `mysqlclient` and requirements.txt:1 asks for `psycopg2`
    # musl-dev: because requirements.txt:2 asks for `mysqlclient` and requirements.txt:1 asks for `psycopg2`
    # linux-headers: because requirements.txt:2 asks for `mysqlclient` and requirements.txt:1 asks for `psycopg2`
    # glib: because requirements.txt:4 asks for `opencv-python`
    # mesa-gl: because requirements.txt:4 asks for `opencv-python`
    # libpq-dev: because requirements.txt:1 asks for `psycopg2`
    # mariadb-connector-c-dev: because requirements.txt:2 asks for `mysqlclient`
    # pkgconf: because requirements.txt:2 asks for `mysqlclient`
    # poppler-utils: because requirements.txt:5 asks for `pdf2image`
    sudo -n apk update
    sudo -n apk add -- gcc musl-dev linux-headers glib mesa-gl libpq-dev mariadb-connector-c-dev pkgconf poppler-utils
    ");
    assert_snapshot!(packages(&world, "arch"), @r"
    # For arch-x86_64, with packages of pacman
    # Python ==3.12.*: which ones another machine has is not known
    # Distributions by requirements.txt (requirements-file)

    # Install the system packages [system]
    # gcc: because requirements.txt:2 asks for `mysqlclient` and requirements.txt:1 asks for `psycopg2`
    # glib2: because requirements.txt:4 asks for `opencv-python`
    # libglvnd: because requirements.txt:4 asks for `opencv-python`
    # postgresql-libs: because requirements.txt:1 asks for `psycopg2`
    # mariadb-libs: because requirements.txt:2 asks for `mysqlclient`
    # pkgconf: because requirements.txt:2 asks for `mysqlclient`
    # poppler: because requirements.txt:5 asks for `pdf2image`
    sudo -n pacman -Sy
    sudo -n pacman -S --noconfirm --needed -- gcc glib2 libglvnd postgresql-libs mariadb-libs pkgconf poppler
    ");
}

#[test]
fn what_the_configuration_lists_is_installed_as_it_is() {
    let world = needy();
    world.write(
        ".dhtconfig",
        "version: '2.0'\npython:\n  version: 3.12.4\nplatform_deps:\n  darwin:\n    brew: [postgresql@14, redis]\n  \
         linux:\n    apt: [libpq-dev, redis-server]\n    yum: [postgresql-devel, redis]\n  windows:\n    \
         winget: [PostgreSQL.PostgreSQL.14]\n",
    );
    let installs = |platform: &str| {
        let plan = ["regenerate", "--dry-run", "--json", "--platform", platform];
        let plan = world.dhtl(&plan).exits(0).json();
        let commands = plan["steps"][0]["commands"].as_array().unwrap().clone();
        let last = commands.last().unwrap()["command"]
            .as_str()
            .unwrap()
            .to_owned();
        (plan["steps"][0]["id"].as_str().unwrap().to_owned(), last)
    };
    for (platform, command) in [
        ("darwin-arm64", "brew install -- postgresql@14 redis"),
        (
            "debian-12",
            "DEBIAN_FRONTEND=noninteractive sudo -n apt-get install -y -- libpq-dev redis-server",
        ),
        ("fedora", "sudo -n dnf install -y -- postgresql-devel redis"),
        ("rhel-7", "sudo -n yum install -y -- postgresql-devel redis"),
        (
            "windows",
            "winget install --exact --id PostgreSQL.PostgreSQL.14",
        ),
    ] {
        assert_eq!(
            installs(platform),
            ("system".to_owned(), command.to_owned())
        );
    }
    // Nothing is listed for pacman, so what is known is proposed.
    let plan = ["regenerate", "--dry-run", "--platform", "arch"];
    world
        .dhtl(&plan)
        .exits(0)
        .answers("sudo -n pacman -S --noconfirm --needed -- ")
        .answers("because requirements.txt:1 asks for `psycopg2`");
    let fetch = ["regenerate", "--dry-run", "--platform", "windows"];
    world.dhtl(&fetch).answers("uv python install 3.12.4\n");
}

#[test]
fn the_plan_says_which_machine_it_is_for() {
    let world = needy();
    let plan = |platform: &str| {
        let plan = ["regenerate", "--dry-run", "--json", "--platform", platform];
        world.dhtl(&plan).exits(0).json()
    };
    let ubuntu = plan("ubuntu-22.04-arm64");
    assert_eq!(ubuntu["target"]["name"], "ubuntu-22.04-arm64");
    assert_eq!(ubuntu["target"]["package_manager"], "apt");
    assert_eq!(ubuntu["spec"]["platform"], "linux-arm64");
    let windows = plan("windows-x86_64");
    assert_eq!(windows["spec"]["platform"], "windows-x86_64");
    let names = |plan: &serde_json::Value| plan["spec"]["system_packages"].to_string();
    // mysqlclient is not for Windows.
    assert!(names(&ubuntu).contains("libmysqlclient") || names(&ubuntu).contains("libmariadb"));
    assert!(!names(&windows).contains("mysql"));
    let here = world.dhtl(&["regenerate", "--dry-run", "--json"]).exits(0);
    assert!(here.json()["target"].is_null());
}

#[test]
fn a_plan_for_another_machine_ignores_the_environment_of_this_one() {
    let world = World::new();
    world.write("requirements.txt", "idna==3.7\n");
    world.dhtl(&["regenerate"]).exits(0);
    world
        .dhtl(&["regenerate", "--dry-run"])
        .exits(0)
        .answers("the environment has it already");
    world
        .dhtl(&["regenerate", "--dry-run", "--platform", "darwin-arm64"])
        .exits(0)
        .answers("# For darwin-arm64, with packages of brew\n")
        .answers("uv python install 3\n");
}

#[test]
fn a_platform_is_for_plans_only_and_must_be_known() {
    let world = needy();
    world
        .dhtl(&["regenerate", "--platform", "darwin-arm64"])
        .exits(2)
        .says("--dry-run");
    world
        .dhtl(&["regenerate", "--dry-run", "--platform", "plan9"])
        .exits(2)
        .says("`plan9` is not a platform");
}

#[test]
fn setup_records_what_every_platform_needs_once() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\ngraphviz==0.20.3\n")
        .write("app.py", "import graphviz\nimport idna\n")
        .write(
            ".dhtconfig",
            "version: '2.0'\nplatform_deps:\n  linux:\n    apt:\n      - redis-server  # the queue\n",
        );
    world.dhtl(&["setup", "--no-system"]).exits(0);
    let first = world.read(".dhtconfig");
    assert!(first.contains("- redis-server  # the queue\n"), "{first}");
    let config = world.dhtl(&["config", "show", "--json"]).exits(0).json();
    assert_snapshot!(serde_json::to_string_pretty(&config["platform_deps"]).unwrap(), @r#"
    {
      "darwin": {
        "brew": [
          "graphviz"
        ]
      },
      "linux": {
        "apk": [
          "graphviz"
        ],
        "apt": [
          "redis-server",
          "graphviz"
        ],
        "pacman": [
          "graphviz"
        ],
        "yum": [
          "graphviz"
        ]
      },
      "windows": {
        "choco": [
          "graphviz"
        ],
        "winget": [
          "Graphviz.Graphviz"
        ]
      }
    }
    "#);
    world.dhtl(&["setup", "--no-system"]).exits(0);
    assert_eq!(world.read(".dhtconfig"), first);
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
}

#[test]
fn setup_records_nothing_for_a_project_that_needs_nothing() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("Dockerfile", "RUN apt-get install -y libgl1 nginx\n");
    world.dhtl(&["setup", "--no-system"]).exits(0);
    assert!(!world.read(".dhtconfig").contains("platform_deps"));
}

#[test]
fn markers_in_the_lock_tell_platforms_apart() {
    let world = World::new();
    world
        .write(
            "pyproject.toml",
            "[project]\nname = \"parcel\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\n\
             dependencies = [\"graphviz==0.20.3 ; sys_platform == 'darwin'\", \"pdf2image==1.17.0 ; \
             platform_machine == 'aarch64' and python_version < '3.9'\"]\n",
        )
        .write("parcel.py", "");
    world.uv(&["lock"]).exits(0);
    let plan = |platform: &str| {
        let plan = ["regenerate", "--dry-run", "--json", "--platform", platform];
        let plan = world.dhtl(&plan).exits(0).json();
        plan["spec"]["system_packages"].to_string()
    };
    assert_eq!(plan("darwin-arm64"), "[\"graphviz\"]");
    // No accepted Python is so old.
    assert_eq!(plan("debian-12-arm64"), "[]");
    assert_eq!(plan("windows"), "[]");
}

#[test]
fn a_fresh_clone_elsewhere_gets_its_hooks_with_the_programs_there() {
    let world = World::new();
    world
        .write("requirements.txt", "pre-commit==3.7.1\n")
        .write(".pre-commit-config.yaml", "repos: []\n");
    world.git(&["init", "--quiet"]);
    let hooks = |platform: &str| {
        let plan = ["regenerate", "--dry-run", "--json", "--platform", platform];
        let plan = world.dhtl(&plan).exits(0).json();
        let steps = plan["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["id"] == "hooks").unwrap();
        let command = step["commands"][0]["command"].as_str().unwrap();
        command.to_owned()
    };
    let (there, program) = (hooks("windows"), ".venv/Scripts/pre-commit.exe install");
    assert!(there.starts_with(program), "{there}");
    let (there, program) = (hooks("darwin-arm64"), ".venv/bin/pre-commit install");
    assert!(there.starts_with(program), "{there}");
}

#[test]
fn what_somebody_listed_under_another_name_is_not_named_again() {
    let world = World::new();
    world
        .write("requirements.txt", "pdf2image==1.17.0\ngraphviz==0.20.3\n")
        .write(
            ".dhtconfig",
            "version: '2.0'\nplatform_deps:\n  darwin:\n    brew: [graphviz, poppler, jq]\n",
        );
    world.dhtl(&["setup", "--no-system"]).exits(0);
    let config = world.dhtl(&["config", "show", "--json"]).exits(0).json();
    let deps = &config["platform_deps"];
    assert_eq!(
        deps["darwin"]["brew"],
        serde_json::json!(["graphviz", "poppler", "jq"])
    );
    assert_eq!(
        deps["linux"]["apt"],
        serde_json::json!(["graphviz", "poppler-utils"])
    );
}

#[cfg(unix)]
mod unknown_names {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    use super::*;
    use crate::support::python;

    /// A world whose `dnf` knows `redis` and nothing else.
    fn fedora() -> World {
        let world = World::new();
        let dnf = "#!/bin/sh\nfor last; do :; done\n[ \"$last\" = redis ] && [ $# = 4 ] && exit 0\n\
                   echo 'No match for argument' >&2\nexit 1\n";
        let programs = [
            ("dnf", dnf),
            ("rpm", "#!/bin/sh\nexit 1\n"),
            ("sudo", "#!/bin/sh\nshift\nexec \"$@\"\n"),
        ];
        let mut programs = programs
            .map(|(name, text)| {
                let file = world.path().join(name);
                fs::write(&file, text).unwrap();
                fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
                (name, file)
            })
            .to_vec();
        programs.push(("python3", python()));
        programs.push(("sh", PathBuf::from("/bin/sh")));
        let world = world.with_programs_only(&programs);
        world
            .write("requirements.txt", "graphviz==0.20.3\n")
            .write("app.py", "import graphviz\n");
        world
    }

    fn list(world: &World, packages: &str) {
        world.write(
            ".dhtconfig",
            format!("version: '2.0'\nplatform_deps:\n  linux:\n    yum: [{packages}]\n"),
        );
    }

    #[test]
    fn one_that_was_recorded_is_a_shortfall_and_one_that_somebody_wrote_an_error() {
        let world = fedora();
        list(&world, "redis, graphviz");
        let report = world
            .dhtl(&["regenerate", "--yes", "--json"])
            .exits(0)
            .json();
        assert_eq!(report["system_packages"], serde_json::json!(["redis"]));
        assert_eq!(report["shortfalls"][0]["what"], "system package `graphviz`");
        world.remove(".venv");
        list(&world, "redis, nothing-like-it");
        world
            .dhtl(&["regenerate", "--yes"])
            .exits(5)
            .says("No match for argument");
    }
}

#[test]
fn a_lock_for_this_platform_alone_gives_no_plan_for_another() {
    let world = World::new();
    let hash = "0".repeat(64);
    world.write("app.py", "").write(
        "pylock.toml",
        format!(
            "lock-version = \"1.0\"\ncreated-by = \"pip\"\n\n[[packages]]\nname = \"idna\"\nversion = \"3.7\"\n\n\
             [[packages.wheels]]\nname = \"idna-3.7-cp312-cp312-manylinux_2_17_x86_64.whl\"\n\
             url = \"https://files.example/idna-3.7-cp312-cp312-manylinux_2_17_x86_64.whl\"\n\
             hashes = {{sha256 = \"{hash}\"}}\n"
        ),
    );
    let plan = ["regenerate", "--dry-run", "--platform", "ubuntu"];
    world.dhtl(&plan).exits(0);
    let plan = ["regenerate", "--dry-run", "--platform", "windows"];
    world.dhtl(&plan).exits(4).says("`pylock.toml:8`");
}

/// Windows needs a distribution more than the others, and only one of them has the interpreter.
#[test]
fn the_fingerprint_is_the_same_on_every_platform() {
    let world = World::new();
    world
        .write("requirements.txt", "click==8.1.7\n")
        .write("app.py", "import click\nimport tqdm\n");
    let before = world.dhtl(&["regenerate", "--dry-run", "--json"]).exits(0);
    assert!(before.json()["fingerprint"].is_null());
    let recorded = world.dhtl(&["setup", "--json"]).exits(0);
    let recorded = recorded.text("/validation/fingerprint");
    let plan = world.dhtl(&["regenerate", "--dry-run", "--json"]).exits(0);
    assert_eq!(plan.text("/fingerprint"), recorded);
    for machine in ["darwin-arm64", "linux-arm64", "alpine", "windows-x86_64"] {
        let arguments = ["regenerate", "--dry-run", "--platform", machine];
        let plan = world.dhtl(&[&arguments[..], &["--json"]].concat()).exits(0);
        assert_eq!(plan.text("/fingerprint"), recorded, "{machine}");
        world.dhtl(&arguments).exits(0).answers(&recorded);
    }
}
