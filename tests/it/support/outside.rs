//! What a test takes from the machine it runs on.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

/// Set by `.ci/run`: whatever a test needs has to be there.
#[cfg(target_os = "linux")]
const REQUIRE: &str = "DHTL_TEST_REQUIRE";

/// Variables without which the network, the interpreters or the compilers of the machine would not
/// be found.
const PASSED_ON: [&str; 46] = [
    "PATH",
    "PATHEXT",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "PIP_CERT",
    "PIP_CONFIG_FILE",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_TRUSTED_HOST",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_PROXY",
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_INSECURE_HOST",
    "UV_NATIVE_TLS",
    "UV_SYSTEM_CERTS",
    "UV_HTTP_TIMEOUT",
    "UV_PYTHON_INSTALL_DIR",
    "UV_PYTHON_INSTALL_MIRROR",
    "UV_DOWNLOAD_URL",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "NETRC",
    "PYENV_ROOT",
    "NODE_EXTRA_CA_CERTS",
    "NPM_CONFIG_REGISTRY",
    "NPM_CONFIG_USERCONFIG",
    "CARGO_HOME",
    "RUSTUP_HOME",
];

/// The variables of the machine that every world is given.
pub(super) fn variables() -> Vec<(OsString, OsString)> {
    let mut variables = PASSED_ON
        .iter()
        .filter_map(|name| Some((OsString::from(name), variable(name)?)))
        .collect::<Vec<_>>();
    variables.extend(pip_configuration());
    variables.extend(npm_configuration());
    variables.extend(python_folder());
    variables
}

/// pip looks for its settings in the home folder, and a world has another one.
fn pip_configuration() -> Option<(OsString, OsString)> {
    if variable("PIP_CONFIG_FILE").is_some() {
        return None;
    }
    let home = std::env::home_dir()?;
    let places = [".config/pip/pip.conf", ".pip/pip.conf"];
    let file = places
        .iter()
        .map(|place| home.join(place))
        .find(|file| file.is_file())?;
    Some(("PIP_CONFIG_FILE".into(), file.into()))
}

/// So does npm.
fn npm_configuration() -> Option<(OsString, OsString)> {
    if variable("NPM_CONFIG_USERCONFIG").is_some() {
        return None;
    }
    let file = std::env::home_dir()?.join(".npmrc");
    file.is_file()
        .then(|| ("NPM_CONFIG_USERCONFIG".into(), file.into()))
}

/// So does uv for the interpreters that it has installed.
fn python_folder() -> Option<(OsString, OsString)> {
    if variable("UV_PYTHON_INSTALL_DIR").is_some() {
        return None;
    }
    let folder = std::env::home_dir()?.join(".local/share/uv/python");
    folder
        .is_dir()
        .then(|| ("UV_PYTHON_INSTALL_DIR".into(), folder.into()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests read their own environment here only"
)]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Says why a test proves nothing here; where everything is required, that is a failure.
#[track_caller]
#[expect(
    clippy::print_stderr,
    reason = "a skip that nobody sees looks like a pass"
)]
pub(crate) fn skip(reason: &str) {
    assert!(
        variable(REQUIRE).is_none(),
        "{REQUIRE} is set, and {reason}"
    );
    eprintln!("skipped: {reason}");
}

/// Says the same of a test that needs what no package of a machine brings, such as a second
/// interpreter: nowhere a failure.
#[cfg(unix)]
#[expect(
    clippy::print_stderr,
    reason = "a skip that nobody sees looks like a pass"
)]
pub(crate) fn skip_without(what: &str) {
    eprintln!("skipped: without {what} there is nothing to see");
}

/// A command line that starts with the environment of the tests themselves.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests start all their programs here"
)]
pub(super) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

/// Makes a pipe that nobody ever writes to.
#[cfg(unix)]
pub(crate) fn pipe(place: &std::path::Path) {
    let output = command("mkfifo").arg(place).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// The interpreter that comes first on `PATH`, as a real program and not as a shim.
pub(crate) fn python() -> PathBuf {
    let name = if cfg!(windows) { "python" } else { "python3" };
    let output = command(name)
        .args(["-c", "import sys; print(sys.executable)"])
        .output()
        .expect("the tests need Python");
    assert!(output.status.success(), "{output:?}");
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}
