//! Addresses as people type them, and as somebody types them who means harm.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(text: &str, argument: &str, name: &str) {
    let url: RepositoryUrl = text.parse().unwrap();
    let parent = Path::new("/srv");
    assert_eq!(url.argument(parent), argument, "{text}");
    assert_eq!(url.folder_name(parent), name, "{text}");
}

#[track_caller]
fn check_refused(text: &str, expected: fn(&RepositoryUrlError) -> bool) {
    let error = text.parse::<RepositoryUrl>().unwrap_err();
    assert!(expected(&error), "{text:?}: {error:?}");
    assert_eq!(error.exit_code(), ExitCode::Usage);
}

#[test]
fn every_usual_form_is_understood() {
    for (text, name) in [
        ("https://git.example/owner/api.git", "api"),
        ("https://git.example/owner/api/", "api"),
        ("https://git.example:8443/api", "api"),
        ("https://ada:secret@git.example/owner/api.git", "api"),
        ("https://git.example/api.git?ref=main", "api"),
        ("http://git.example/group/sub/api", "api"),
        ("ssh://git@git.example:22/owner/api.git", "api"),
        ("file:///srv/git/api.git", "api"),
        ("file:///srv/git/api/.git", "api"),
        ("git@git.example:owner/api.git", "api"),
        ("git.example:api", "api"),
        ("git@[::1]:owner/api.git", "api"),
    ] {
        check(text, text, name);
    }
    check("HTTPS://git.example/api", "https://git.example/api", "api");
}

#[test]
fn owner_and_name_mean_github() {
    check(
        "pallets/flask",
        "https://github.com/pallets/flask.git",
        "flask",
    );
    check("a-b/c.d_e.git", "https://github.com/a-b/c.d_e.git", "c.d_e");
}

#[cfg(unix)]
#[test]
fn paths_are_looked_for_from_the_parent() {
    check("./api", "/srv/./api".replace("/./", "/").as_str(), "api");
    check("/elsewhere/api.git", "/elsewhere/api.git", "api");
    check("/elsewhere/api/.git", "/elsewhere/api/.git", "api");
    check("/elsewhere/api.bundle", "/elsewhere/api.bundle", "api");
}

#[test]
fn what_exists_comes_before_github() {
    let world = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(world.path().join("owner/name")).unwrap();
    let local = RepositoryUrl::resolve("owner/name", world.path(), "github.com").unwrap();
    assert_eq!(
        local.argument(world.path()),
        world.path().join("owner/name")
    );
    let remote = RepositoryUrl::resolve("owner/other", world.path(), "github.com").unwrap();
    assert_eq!(remote.to_string(), "https://github.com/owner/other.git");
}

#[test]
fn addresses_that_run_programs_are_refused() {
    for text in [
        "ext::sh -c evil",
        "fd::17",
        "http::https://git.example/a",
        "EXT::x",
        "a+b::c",
    ] {
        check_refused(text, |error| {
            matches!(error, RepositoryUrlError::RemoteHelper { .. })
        });
        assert!(RepositoryUrl::resolve(text, Path::new("/"), "github.com").is_err());
    }
    for text in ["--upload-pack=evil", "-u", "-"] {
        check_refused(text, |error| {
            matches!(error, RepositoryUrlError::LooksLikeOption { .. })
        });
    }
    for text in [
        "ssh://-oProxyCommand=evil/a",
        "ssh://-oProxyCommand=evil@git.example/a",
        "git@-oProxyCommand=evil:a",
        "git.example:--upload-pack=evil",
    ] {
        check_refused(text, |error| {
            matches!(error, RepositoryUrlError::Incomplete { .. })
        });
    }
}

#[test]
fn other_transports_and_nonsense_are_refused() {
    for text in [
        "git://git.example/api",
        "ftp://git.example/api",
        "git+https://git.example/api",
    ] {
        check_refused(text, |error| {
            matches!(error, RepositoryUrlError::Scheme { .. })
        });
    }
    for text in [
        "https://",
        "https://git.example",
        "https://git.example/",
        "https:///api",
        "file://",
        "https://git.example/.git",
        "git@git.example:",
        ":api",
        "git@:api",
        "https://?a/b",
    ] {
        check_refused(text, |error| {
            matches!(error, RepositoryUrlError::Incomplete { .. })
        });
    }
    for text in ["api", "a/b/c", "ow ner/name", "owner/..", "owner/.git"] {
        check_refused(text, |error| {
            matches!(error, RepositoryUrlError::Unrecognised { .. })
        });
    }
    check_refused("", |error| *error == RepositoryUrlError::Empty);
    check_refused("https://git.example/a\nhost=evil", |error| {
        *error == RepositoryUrlError::ControlCharacter
    });
}

#[test]
fn the_host_is_known() {
    for (text, host, ssh) in [
        (
            "https://ada@git.example:8443/api",
            Some("git.example:8443"),
            None,
        ),
        (
            "ssh://git@git.example:22/api",
            Some("git.example:22"),
            Some("-p 22 git@git.example"),
        ),
        (
            "ssh://ada:hunter22@git.example/api",
            Some("git.example"),
            Some("ada@git.example"),
        ),
        (
            "git@git.example:owner/api",
            Some("git.example"),
            Some("git@git.example"),
        ),
        ("git@[::1]:owner/api", Some("[::1]"), Some("git@[::1]")),
        ("file:///srv/api", None, None),
        ("./api", None, None),
    ] {
        let url: RepositoryUrl = text.parse().unwrap();
        assert_eq!(url.host(), host, "{text}");
        assert_eq!(url.ssh_arguments().as_deref(), ssh, "{text}");
    }
}

#[test]
fn secrets_are_never_shown() {
    for (text, shown) in [
        (
            "https://ada:hunter22@git.example/api",
            "https://***@git.example/api",
        ),
        (
            "https://ghp_0123456789@git.example/api",
            "https://***@git.example/api",
        ),
        (
            "https://git.example/api?token=hunter22",
            "https://git.example/api?***",
        ),
        (
            "ssh://ada:hunter22@git.example/api",
            "ssh://***@git.example/api",
        ),
        ("ssh://git@git.example/api", "ssh://git@git.example/api"),
    ] {
        let url: RepositoryUrl = text.parse().unwrap();
        assert_eq!(url.to_string(), shown);
        assert_eq!(format!("{url:?}"), format!("RepositoryUrl({shown:?})"));
    }
    let secrets = |text: &str| text.parse::<RepositoryUrl>().unwrap().secrets();
    assert_eq!(
        secrets("https://ada:hunter22@git.example/api"),
        ["hunter22"]
    );
    assert_eq!(
        secrets("https://ghp_0123456789@git.example/api"),
        ["ghp_0123456789"]
    );
    assert_eq!(secrets("ssh://somebody@git.example/api"), [""; 0]);
}

proptest! {
    #[test]
    fn git_never_takes_an_address_for_an_option(text in "[-a:/@.~+?]{0,12}") {
        if let Ok(url) = text.parse::<RepositoryUrl>() {
            let argument = url.argument(Path::new("/srv"));
            let argument = argument.to_str().unwrap();
            prop_assert!(!argument.starts_with('-'), "{argument}");
            prop_assert_eq!(transport(argument), None);
            let name = url.folder_name(Path::new("/srv"));
            prop_assert!(!name.to_str().unwrap().contains('/'), "{name:?}");
        }
    }
}
