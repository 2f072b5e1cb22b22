//! Addresses, branches and folders of somebody who means harm, given to the real git.
//!
//! A gh and an ssh that note down what they were given stand for the real ones: they do what the
//! real ones would do with an option, which is to run a command.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use dhtl_project_model::CancelToken;
use dhtl_tools::{Environment, SystemRunner};
use proptest::prelude::*;

use crate::{BranchName, CloneRequest, Surroundings, clone};

/// Runs what an option says (`-oProxyCommand=…`, `--upload-pack=…`), and fails in any case.
const STAND_IN: &str = "#!/bin/sh
for word; do
  case $word in
    -o*[pP]roxy*|--upload-pack*|--config*|-c*|--template*|-F*) : > \"$MARKER\" ;;
  esac
done
exit 4
";

struct World {
    folder: tempfile::TempDir,
    runner: SystemRunner,
    environment: Environment,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        for name in ["bin", "home", "parent", "parent/inner"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let git = Environment::capture().find_program("git").unwrap();
        std::os::unix::fs::symlink(git, bin.join("git")).unwrap();
        for name in ["gh", "ssh"] {
            fs::write(bin.join(name), STAND_IN).unwrap();
            fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        let path = |name: &str| folder.path().join(name).display().to_string();
        let environment = Environment::from_vars([
            ("PATH", format!("{}:/usr/bin:/bin", bin.display())),
            ("HOME", path("home")),
            ("MARKER", path("marker")),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
            // Nobody is to be asked: this port of this machine is closed.
            ("http_proxy", "http://127.0.0.1:9".to_owned()),
            ("https_proxy", "http://127.0.0.1:9".to_owned()),
        ]);
        let runner = SystemRunner::new(environment.clone(), CancelToken::default());
        Self {
            folder,
            runner,
            environment,
        }
    }

    fn parent(&self) -> PathBuf {
        self.folder.path().join("parent/inner")
    }

    /// Tries to clone; nothing may be run and nothing may be left, but for the folder that was asked
    /// for.
    fn check(&self, url: &str, branch: Option<&str>) -> Result<(), TestCaseError> {
        let url = url.replace(
            "MARKER",
            &self.folder.path().join("marker").display().to_string(),
        );
        let branch = branch.map(str::parse::<BranchName>);
        let Ok(branch) = branch.transpose() else {
            return Ok(());
        };
        let cloned = clone(&CloneRequest {
            url: &url,
            branch: branch.as_ref(),
            depth: None,
            destination: None,
            parent: &self.parent(),
            surroundings: Surroundings {
                environment: &self.environment,
                runner: &self.runner,
                interactive: false,
                cancel: &CancelToken::default(),
                output: &|_| {},
                notice: &|_| {},
            },
        });
        prop_assert!(cloned.is_err(), "{url} was cloned");
        prop_assert_eq!(
            names(self.folder.path()),
            ["bin", "home", "parent"],
            "{}",
            url
        );
        prop_assert_eq!(
            names(&self.folder.path().join("parent")),
            ["inner"],
            "{}",
            url
        );
        prop_assert_eq!(names(&self.parent()), [""; 0], "{}", url);
        Ok(())
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Addresses from the parts that attacks are made of.
fn addresses() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("https://".to_owned()),
        Just("http://".to_owned()),
        Just("ssh://".to_owned()),
        Just("file://".to_owned()),
        Just("ext::".to_owned()),
        Just("fd::".to_owned()),
        Just("git@".to_owned()),
        Just("github.com".to_owned()),
        Just("--upload-pack=".to_owned()),
        Just("-oProxyCommand=".to_owned()),
        Just("--config=core.sshCommand=".to_owned()),
        Just("sh -c 'touch MARKER'".to_owned()),
        Just("$(touch MARKER)".to_owned()),
        Just("`touch MARKER`".to_owned()),
        Just(";touch MARKER;".to_owned()),
        Just("|touch MARKER".to_owned()),
        Just("\ntouch MARKER\n".to_owned()),
        Just("%0atouch%20MARKER".to_owned()),
        Just("..".to_owned()),
        Just("/".to_owned()),
        Just(":".to_owned()),
        Just("-".to_owned()),
        Just(".git".to_owned()),
        "[a-z]{1,4}",
    ];
    proptest::collection::vec(part, 1..6).prop_map(|parts| parts.concat())
}

fn branches() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(prop_oneof![
        Just("--upload-pack=touch MARKER".to_owned()),
        Just("-c".to_owned()),
        Just("main;touch".to_owned()),
        Just("$(touch)".to_owned()),
        "[-a-z./@{]{1,8}",
    ])
}

proptest! {
    // As many as the plan demands; most are refused before a program is started.
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_is_run_and_nothing_is_left(address in addresses(), branch in branches()) {
        World::new().check(&address, branch.as_deref())?;
    }
}

/// The stand-ins would tell, which the test above relies on.
#[test]
fn an_option_would_be_noticed() {
    let world = World::new();
    for (program, option) in [("ssh", "-oProxyCommand=x"), ("gh", "--upload-pack=x")] {
        let marker = world.folder.path().join("marker");
        let program = world.folder.path().join("bin").join(program);
        let invocation = dhtl_tools::Invocation::new(program, world.parent()).arg(option);
        dhtl_tools::Runner::run(&world.runner, &invocation, &|_| {}).unwrap();
        assert!(marker.exists());
        fs::remove_file(marker).unwrap();
    }
}
