//! Finding and fetching uv, with real programs and a server of our own.

use std::path::Path;

use dhtl_project_model::{Diagnostic as _, ExitCode};

use super::*;
use crate::{SystemRunner, ToolError};

fn home(dir: &Path) -> Home {
    let home = dir.join("home");
    Home::locate(&Environment::from_vars([("DHTL_HOME", home.as_os_str())])).unwrap()
}

fn runner(environment: &Environment) -> SystemRunner {
    SystemRunner::new(environment.clone(), CancelToken::default())
}

#[test]
fn with_no_way_at_all_the_error_says_what_would_help() {
    let dir = tempfile::tempdir().unwrap();
    // Nothing on PATH, and a mirror on a port that refuses connections.
    let environment = Environment::from_vars([
        ("PATH", dir.path().as_os_str()),
        ("UV_DOWNLOAD_URL", "http://127.0.0.1:9/uv".as_ref()),
    ]);
    let home = home(dir.path());
    let error = ensure(&UvRequest::new(&environment, &home, &runner(&environment))).unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::Prerequisite);
    let ToolError::NoUv { attempts } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(
        attempts
            .iter()
            .map(|attempt| attempt.way)
            .collect::<Vec<_>>(),
        ["pip", "the release archive", "cargo"]
    );
    for attempt in attempts {
        assert!(error.to_string().contains(&attempt.reason), "{error}");
    }
    let hint = error.hint().unwrap();
    for command in [
        "python3 -m pip install uv",
        "install",
        "cargo install --locked uv",
    ] {
        assert!(hint.contains(command), "{hint}");
    }
    let left: Vec<_> = std::fs::read_dir(home.bin_dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name != ".fetch.lock")
        .collect();
    assert_eq!(left, [""; 0], "nothing is left behind");
}

#[test]
fn a_home_that_cannot_be_written_is_the_error() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("home"), "a file, not a folder").unwrap();
    let environment = Environment::from_vars([("PATH", dir.path())]);
    let home = home(dir.path());
    let error = ensure(&UvRequest::new(&environment, &home, &runner(&environment))).unwrap_err();
    assert!(matches!(error, ToolError::Home { .. }), "{error:?}");
    assert_eq!(error.exit_code(), ExitCode::Prerequisite);
}

#[test]
fn a_cancelled_fetch_is_cancelled() {
    let dir = tempfile::tempdir().unwrap();
    let environment = Environment::from_vars([("PATH", dir.path())]);
    let home = home(dir.path());
    let cancel = CancelToken::default();
    cancel.cancel();
    let runner = runner(&environment);
    let error = ensure(&UvRequest::new(&environment, &home, &runner).cancel(cancel)).unwrap_err();
    assert!(matches!(error, ToolError::Cancelled), "{error:?}");
}

#[cfg(unix)]
mod with_programs {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::Mutex;

    use super::*;
    use crate::http::test_server::TestServer;
    use crate::{Runner, ScriptedRunner};

    /// A stand-in that answers like the given version of uv.
    fn script(version: &str) -> String {
        format!("#!/bin/sh\necho 'uv {version}'\n")
    }

    fn program(path: &Path, contents: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn environment(dirs: &[&Path]) -> Environment {
        Environment::from_vars([("PATH", std::env::join_paths(dirs).unwrap())])
    }

    #[test]
    fn the_first_suitable_one_on_path_wins_and_is_asked_only_once() {
        let dir = tempfile::tempdir().unwrap();
        let [old, good] = ["old", "good"].map(|name| dir.path().join(name));
        program(&old.join("uv"), &script("0.4.30"));
        program(
            &good.join("uv"),
            &script("0.13.5 (x86_64-unknown-linux-gnu)"),
        );
        let environment = environment(&[&old, &good]);
        let home = home(dir.path());
        let found = find(&environment, &home, &runner(&environment))
            .unwrap()
            .unwrap();
        let expected = Uv {
            program: good.join("uv"),
            version: "0.13.5".to_owned(),
            origin: UvOrigin::Path,
        };
        assert_eq!(found, expected);
        // This runner would panic if it were asked to run anything.
        let again = find(&environment, &home, &ScriptedRunner::default()).unwrap();
        assert_eq!(again, Some(expected));
    }

    #[test]
    fn a_broken_one_on_path_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        program(&dir.path().join("uv"), "#!/bin/sh\nexit 1\n");
        let environment = environment(&[dir.path()]);
        let found = find(&environment, &home(dir.path()), &runner(&environment)).unwrap();
        assert_eq!(found, None);
    }

    #[test]
    fn a_pyenv_shim_is_never_run() {
        let dir = tempfile::tempdir().unwrap();
        let shims = dir.path().join("pyenv/shims");
        program(&shims.join("uv"), "#!/bin/sh\nexit 127\n");
        let real = dir.path().join("pyenv/versions/3.12.1/bin/uv");
        program(&real, &script(PINNED));
        let environment = environment(&[&shims]);
        let found = find(&environment, &home(dir.path()), &runner(&environment)).unwrap();
        assert_eq!(found.map(|uv| uv.program), Some(real));
    }

    fn target() -> String {
        let libc = if Path::new("/lib64/ld-linux-x86-64.so.2").exists()
            || Path::new("/lib/ld-linux-aarch64.so.1").exists()
        {
            "gnu"
        } else {
            "musl"
        };
        let system = if cfg!(target_os = "macos") {
            "apple-darwin".to_owned()
        } else {
            format!("unknown-linux-{libc}")
        };
        format!("{}-{system}", std::env::consts::ARCH)
    }

    fn archive(contents: &str) -> Vec<u8> {
        let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(
            Vec::new(),
            flate2::Compression::fast(),
        ));
        for (name, contents) in [("uvx", "other"), ("uv", contents)] {
            let mut header = tar::Header::new_gnu();
            header.set_size(contents.len() as u64);
            // Archives may forget the mode; the program must be runnable all the same.
            header.set_mode(0o644);
            let path = format!("uv-{}/{name}", target());
            builder
                .append_data(&mut header, path, contents.as_bytes())
                .unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    /// A mirror with `archive` and, as its published digest, that of `digested`.
    fn mirror(archive: &[u8], digested: &[u8]) -> TestServer {
        let name = format!("/m/uv-{}.tar.gz", target());
        let digest = dhtl_project_model::Digest::of(digested).hex();
        let checksum = format!("{digest} *{}\n", &name[3..]);
        TestServer::new(&[
            (&name, archive.to_vec()),
            (&format!("{name}.sha256"), checksum.into_bytes()),
        ])
    }

    /// An environment with a shell for the stand-ins, the mirror, and no pip.
    fn with_mirror(server: &TestServer) -> Environment {
        Environment::from_vars([("UV_DOWNLOAD_URL", server.url("/m/"))])
    }

    #[test]
    fn the_release_archive_is_checked_unpacked_and_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let archive = archive(&script(PINNED));
        let environment = with_mirror(&mirror(&archive, &archive));
        let home = home(dir.path());
        let fetched = ensure(&UvRequest::new(&environment, &home, &runner(&environment))).unwrap();
        let expected = Uv {
            program: home.bin_dir().join("uv-0.13.8/uv"),
            version: PINNED.to_owned(),
            origin: UvOrigin::ManagedArchive,
        };
        assert_eq!(fetched, expected);
        let found = find(&environment, &home, &ScriptedRunner::default()).unwrap();
        assert_eq!(found, Some(expected), "without starting a process");
    }

    #[track_caller]
    fn archive_failure(server: &TestServer) -> String {
        let dir = tempfile::tempdir().unwrap();
        let environment = with_mirror(server);
        let home = home(dir.path());
        let error =
            ensure(&UvRequest::new(&environment, &home, &runner(&environment))).unwrap_err();
        let ToolError::NoUv { attempts } = error else {
            panic!("{error:?}")
        };
        assert_eq!(
            find(&environment, &home, &ScriptedRunner::default()).unwrap(),
            None
        );
        attempts[1].reason.clone()
    }

    #[test]
    fn an_archive_that_is_not_the_published_one_is_refused() {
        let reason = archive_failure(&mirror(&archive(&script(PINNED)), b"something else"));
        assert!(reason.contains("but sha256:"), "{reason}");
    }

    #[test]
    fn a_program_that_is_not_the_pinned_version_is_refused() {
        let archive = archive(&script("0.13.7"));
        let reason = archive_failure(&mirror(&archive, &archive));
        assert!(reason.ends_with("is not uv 0.13.8 but 0.13.7"), "{reason}");
    }

    #[test]
    fn a_checksum_that_is_none_is_refused() {
        let name = format!("/m/uv-{}.tar.gz.sha256", target());
        let reason = archive_failure(&TestServer::new(&[(&name, b"<html>".to_vec())]));
        assert!(reason.ends_with("holds no SHA-256 digest"), "{reason}");
    }

    #[test]
    fn several_at_once_fetch_it_once() {
        let dir = tempfile::tempdir().unwrap();
        let archive = archive(&script(PINNED));
        let environment = with_mirror(&mirror(&archive, &archive));
        let home = home(dir.path());
        // What a killed dhtl left behind, and half of a uv that nobody finished.
        std::fs::create_dir_all(home.bin_dir().join(".fetch-dead/new")).unwrap();
        std::fs::create_dir_all(home.bin_dir().join("uv-0.13.8")).unwrap();
        let told = Mutex::new(Vec::new());
        let output = |line: &str| told.lock().unwrap().push(line.to_owned());
        let runner = runner(&environment);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let request = UvRequest::new(&environment, &home, &runner).output(&output);
                scope.spawn(move || ensure(&request).unwrap());
            }
        });
        let told = told.into_inner().unwrap();
        let fetches = told
            .iter()
            .filter(|line| line.contains("the release archive"))
            .count();
        assert_eq!(fetches, 1, "{told:?}");
        assert!(!home.bin_dir().join(".fetch-dead").exists());
    }

    #[test]
    fn cargo_is_asked_only_with_consent() {
        let dir = tempfile::tempdir().unwrap();
        // A stand-in for cargo: a real build of uv takes half an hour.
        let bin = dir.path().join("bin");
        program(
            &bin.join("cargo"),
            "#!/bin/sh\ntest \"$1 $2 $3 $4 $7\" = 'install --locked --version 0.13.8 uv' || exit 1
            mkdir -p \"$6/bin\" && printf '#!/bin/sh\\necho uv 0.13.8\\n' > \"$6/bin/uv\" && chmod +x \"$6/bin/uv\"\n",
        );
        for tool in ["mkdir", "chmod"] {
            let real = Environment::capture().find_program(tool).unwrap();
            std::os::unix::fs::symlink(real, bin.join(tool)).unwrap();
        }
        let environment = Environment::from_vars([
            ("PATH", bin.as_os_str()),
            ("UV_DOWNLOAD_URL", "http://127.0.0.1:9".as_ref()),
        ]);
        let home = home(dir.path());
        let runner = runner(&environment);
        let request = UvRequest::new(&environment, &home, &runner);
        assert!(matches!(ensure(&request), Err(ToolError::NoUv { .. })));
        let uv = ensure(&request.cargo_consent(CargoConsent::Granted)).unwrap();
        assert_eq!(uv.origin, UvOrigin::ManagedCargo);
    }

    #[test]
    fn the_pip_of_this_machine_fetches_the_real_one() {
        let dir = tempfile::tempdir().unwrap();
        let environment = Environment::capture();
        // The environment of this machine, except that no uv is on PATH and nothing but pip is tried.
        let without_uv = environment
            .names()
            .filter(|name| *name != "UV_DOWNLOAD_URL")
            .map(|name| {
                let value = environment.var(name).unwrap_or_default();
                if name != "PATH" {
                    return (name.to_owned(), value.into());
                }
                let dirs = std::env::split_paths(value).filter(|dir| !dir.join("uv").exists());
                (name.to_owned(), std::env::join_paths(dirs).unwrap())
            });
        let mirror = ("UV_DOWNLOAD_URL".to_owned(), "http://127.0.0.1:9".into());
        let environment = Environment::from_vars(without_uv.chain([mirror]));
        let home = home(dir.path());
        let system = runner(&environment);
        let told = Mutex::new(Vec::new());
        let output = |line: &str| told.lock().unwrap().push(line.to_owned());
        match ensure(&UvRequest::new(&environment, &home, &system).output(&output)) {
            Ok(uv) => {
                assert_eq!(
                    (uv.origin, uv.version.as_str()),
                    (UvOrigin::ManagedPip, PINNED)
                );
                let help = crate::Invocation::new(&uv.program, dir.path()).arg("--help");
                let completed = system.run(&help, &crate::no_output).unwrap();
                assert!(
                    completed.stdout.contains("package manager"),
                    "{}",
                    completed.stdout
                );
            }
            Err(ToolError::NoUv { attempts }) if is_unavailable(&attempts[0].reason) => {
                skip(&attempts[0].reason);
            }
            Err(error) => panic!("{error}\n{:#?}", told.into_inner()),
        }
    }

    /// Whether this machine has no pip, or pip has no network.
    fn is_unavailable(reason: &str) -> bool {
        [
            "there is no `python3`",
            "No module named",
            "Could not find a version",
            "connection",
        ]
        .iter()
        .any(|sign| reason.contains(sign))
    }

    #[expect(clippy::print_stderr, reason = "a skipped test says why")]
    fn skip(reason: &str) {
        eprintln!("skipped: pip cannot fetch anything here: {reason}");
    }
}
