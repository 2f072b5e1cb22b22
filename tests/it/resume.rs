//! Runs that are killed or interrupted, and the runs after them.
#![cfg(unix)]

use std::thread;
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use crate::support::processes_of;
use crate::support::{To, World, interrupt, start};

/// How often a run is killed.
const KILLS: u32 = 50;

/// A project with so many distributions that every step takes its time.
fn project() -> World {
    let world = World::new();
    let dependencies = [
        "attrs==24.2.0",
        "blinker==1.8.2",
        "certifi==2024.8.30",
        "click==8.1.7",
        "flask==3.0.3",
        "idna==3.7",
        "iniconfig==2.0.0",
        "itsdangerous==2.2.0",
        "jinja2==3.1.4",
        "markupsafe==2.1.5",
        "packaging==24.1",
        "pluggy==1.5.0",
        "pytest==8.3.3",
        "requests==2.32.3",
        "six==1.16.0",
        "sniffio==1.3.1",
        "urllib3==2.2.3",
        "werkzeug==3.0.4",
        "charset-normalizer==3.3.2",
    ];
    let lines = dependencies
        .map(|dependency| format!("    \"{dependency}\",\n"))
        .concat();
    world
        .write(
            "pyproject.toml",
            format!(
                "[project]\nname = \"parcel\"\nversion = \"1.0\"\ndescription = \"Shows something\"\n\
                 requires-python = \">=3.9\"\ndependencies = [\n{lines}]\n\n[build-system]\n\
                 requires = [\"flit_core>=3.11,<4\"]\nbuild-backend = \"flit_core.buildapi\"\n"
            ),
        )
        .write(
            "parcel/__init__.py",
            "import flask\nimport requests\nimport yaml\n",
        );
    world
}

/// The moments at which runs are killed: one in each of as many equal parts of `duration`.
///
/// The seed is fixed, so that a failure can be had again; Knuth's MMIX generator will do.
fn moments(duration: Duration) -> impl Iterator<Item = Duration> {
    let mut state: u64 = 0x5eed_0fd4_71a0_0001;
    (0..KILLS).map(move |part| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let fraction = f64::from(u32::try_from(state >> 32).unwrap()) / f64::from(u32::MAX);
        duration.mul_f64((f64::from(part) + fraction) / f64::from(KILLS))
    })
}

fn clean(world: &World) {
    for folder in [".venv", ".dht"] {
        if world.has(folder) {
            world.remove(folder);
        }
    }
}

/// How long a run from nothing takes when the cache has everything.
fn time_of_a_run(world: &World) -> Duration {
    clean(world);
    let begin = Instant::now();
    world.dhtl(&["regenerate"]).exits(0);
    begin.elapsed()
}

#[test]
fn killed_at_any_moment_the_next_run_ends_in_the_same_environment() {
    let world = project();
    let expected = world
        .dhtl(&["regenerate", "--json"])
        .exits(0)
        .venv_checksum();
    // The shortest of some, so that an index that takes its time once does not make every kill
    // come too late.
    let duration = (0..3).map(|_| time_of_a_run(&world)).min().unwrap();
    let packages = world.installed();

    let mut killed = 0;
    for (number, moment) in moments(duration).enumerate() {
        clean(&world);
        let mut child = start(&world, &["regenerate"]);
        thread::sleep(moment);
        child.kill().unwrap();
        let status = child.wait().unwrap();
        killed += u32::from(status.code().is_none());

        let next = world.dhtl(&["regenerate", "--json"]);
        let context = || format!("kill {number} after {moment:?}:\n{}", next.snapshot());
        assert_eq!(next.exit_code, Some(0), "{}", context());
        assert_eq!(next.venv_checksum(), expected, "{}", context());
        assert_eq!(world.installed(), packages, "{}", context());
        world.dhtl(&["validate-env"]).exits(0);
    }
    assert!(
        killed >= KILLS / 2,
        "only {killed} of {KILLS} runs were still going on"
    );
}

#[test]
fn killed_while_it_changes_an_environment_the_next_run_repairs_it() {
    let world = project();
    let expected = world
        .dhtl(&["regenerate", "--json"])
        .exits(0)
        .venv_checksum();
    let text = world.read("pyproject.toml");
    for milliseconds in [20, 60, 120, 250] {
        world.write("pyproject.toml", text.replace("six==1.16.0", "six==1.15.0"));
        let mut child = start(&world, &["regenerate"]);
        thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
        world.write("pyproject.toml", &text);
        let next = world.dhtl(&["regenerate", "--json"]).exits(0);
        assert_eq!(next.venv_checksum(), expected, "after {milliseconds} ms");
    }
}

#[test]
fn interrupted_it_says_so_and_the_next_run_goes_on() {
    let world = project();
    let expected = world
        .dhtl(&["regenerate", "--json"])
        .exits(0)
        .venv_checksum();
    clean(&world);

    let (exit_code, stderr) = interrupt(
        &world,
        &["regenerate"],
        "✓ Resolve the requirements",
        ("INT", To::Group),
    );
    assert_eq!(exit_code, Some(130), "{stderr}");
    assert!(
        stderr.ends_with(
            "error: interrupted\n\nhint: run the same command again; it goes on where it stopped"
        ),
        "{stderr}"
    );
    #[cfg(target_os = "linux")]
    assert_eq!(processes_of(&world), [""; 0]);

    let next = world.dhtl(&["regenerate", "--json"]).exits(0);
    assert_eq!(next.venv_checksum(), expected);
    let steps = next.json()["steps"].clone();
    let resolution = steps
        .as_array()
        .unwrap()
        .iter()
        .find(|step| step["id"] == "resolution");
    assert_eq!(resolution.unwrap()["outcome"], "satisfied", "{steps:#}");
}
