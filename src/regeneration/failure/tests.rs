//! Real outputs of uv, and what is made of them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

/// What is told of every output in a folder of `fixtures`, by file name.
fn told_of(folder: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("failure/fixtures")
        .join(folder);
    let mut files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect::<Vec<_>>();
    files.sort();
    let mut told = String::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.file_stem().unwrap().to_string_lossy();
        let failure = recognition::recognise(&text, None);
        let message = failure
            .as_ref()
            .map_or_else(|| "nothing".to_owned(), ToString::to_string);
        let kind = failure
            .and_then(|failure| failure.cause())
            .map_or_else(|| "?".to_owned(), |cause| kind(&cause));
        writeln!(told, "{name}: {kind}: {message}").unwrap();
    }
    told
}

/// What is made of `text` on a Debian.
#[track_caller]
fn recognised(text: &str) -> UvFailure {
    recognition::recognise(text, Some(PackageManager::Apt)).unwrap()
}

fn fixture(path: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("failure/fixtures");
    fs::read_to_string(folder.join(path)).unwrap()
}

/// What a report shows below a failure.
fn shown(failure: &UvFailure) -> String {
    let lines = failure.last_lines().iter();
    let lines = lines.map(|line| format!("| {line}"));
    lines.chain(failure.hint()).collect::<Vec<_>>().join("\n")
}

fn kind(cause: &Cause) -> String {
    let json = serde_json::to_value(cause).unwrap();
    json["kind"].as_str().unwrap().to_owned()
}

#[test]
fn what_the_system_lacks() {
    assert_snapshot!(told_of("system"), @"
    bjoern: missing-header: `bjoern==3.2.2` could not be built from source: the C header `ev.h` is missing
    cmake-find-module: missing-cmake-package: it could not be built: the library `HDF5` is missing (CMake does not find it)
    cmake-itself: missing-program: it could not be built: the program `cmake` is missing
    cmake-package-config: missing-cmake-package: it could not be built: the library `ZLIBX` is missing (CMake does not find it)
    cmake-pkg-check-modules: missing-pkg-config-module: it could not be built: the library `foobar-1.0` is missing (`pkg-config` does not know it)
    cryptography-without-gcc: missing-compiler: `cryptography==3.4.8` could not be built from source: the compiler `gcc` is missing
    dbus-python: missing-pkg-config-module: `dbus-python==1.5.1` could not be built from source: the library `dbus-1` is missing (`pkg-config` does not know it)
    dlib: missing-program: `dlib==19.22.0` could not be built from source: the program `cmake` is missing
    gdal: missing-program: `gdal==3.6.2` could not be built from source: the program `gdal-config` is missing
    horovod: missing-program: `horovod==0.28.1` could not be built from source: the program `cmake` is missing
    linker: missing-library: `d @ file:///home/user/project/lib` could not be built from source: the library `foo` is missing
    mecab-python3: missing-program: `mecab-python3==0.7` could not be built from source: the program `mecab-config` is missing
    meson-without-compiler: missing-compiler: `pycairo==1.29.2` could not be built from source: the compiler `cc` is missing
    mysqlclient-1.4: missing-program: `mysqlclient==1.4.6` could not be built from source: the program `mysql_config` is missing
    mysqlclient: missing-pkg-config-module: `mysqlclient==2.3.1` could not be built from source: the library `mysqlclient` is missing (`pkg-config` does not know it)
    pkgconfig: missing-pkg-config-module: it could not be built: the library `nonexistent-1.0` is missing (`pkg-config` does not know it)
    plyvel: missing-header: `plyvel==1.3.0` could not be built from source: the C header `leveldb/db.h` is missing
    psycopg2: missing-program: `psycopg2==2.9.9` could not be built from source: the program `pg_config` is missing
    pyaudio: missing-header: `pyaudio==0.2.14` could not be built from source: the C header `portaudio.h` is missing
    pycairo: missing-pkg-config-module: `pycairo==1.29.2` could not be built from source: the library `cairo` is missing (`pkg-config` does not know it)
    pycurl: missing-program: `pycurl==7.45.2` could not be built from source: the program `curl-config` is missing
    pygobject: missing-pkg-config-module: `pycairo==1.29.2`, which `pygobject` needs, could not be built from source: the library `cairo` is missing (`pkg-config` does not know it)
    pyodbc: missing-header: `pyodbc==4.0.30` could not be built from source: the C header `sql.h` is missing
    python-ldap: missing-header: `python-ldap==3.4.8` could not be built from source: the C header `lber.h` is missing
    python-snappy: missing-header: `python-snappy==0.5.4` could not be built from source: the C header `snappy-c.h` is missing
    swig: missing-program: `d @ file:///home/user/project/swig` could not be built from source: the program `swig` is missing
    tokenizers-without-rust: missing-program: `tokenizers==0.10.3` could not be built from source: the program `cargo` is missing
    without-gcc: missing-compiler: `d @ file:///home/user/project/lib` could not be built from source: the compiler `gcc` is missing
    xmlsec-without-pkg-config: missing-program: `xmlsec==1.3.13` could not be built from source: the program `pkg-config` is missing
    ");
}

#[test]
fn what_does_not_fit_the_interpreter() {
    assert_snapshot!(told_of("interpreter"), @"
    cffi: interpreter-too-new: `cffi==1.12.3` could not be built from source: it was written for an older Python: `Py_REFCNT(…) = …` is gone (3.9 was the last to have it)
    collections: interpreter-too-new: it could not be built: it was written for an older Python: `collections.Mapping` is gone (3.9 was the last to have it)
    cytoolz: interpreter-too-new: `cytoolz==0.10.1` could not be built from source: it was written for an older Python: `longintrepr.h` is gone (3.10 was the last to have it)
    fabric: python-two-only: `fabric==1.0.0` could not be built from source: it was written for Python 2
    gevent: interpreter-too-new: `gevent==1.4.0` could not be built from source: it was written for an older Python: `longintrepr.h` is gone (3.10 was the last to have it)
    greenlet: interpreter-too-new: `greenlet==0.4.17` could not be built from source: it was written for an older Python: `exc_type` is gone (3.10 was the last to have it)
    imp-importer: interpreter-too-new: it could not be built: it was written for an older Python: `pkgutil.ImpImporter` is gone (3.11 was the last to have it)
    imp: interpreter-too-new: it could not be built: it was written for an older Python: `imp` is gone (3.11 was the last to have it)
    inspect: interpreter-too-new: it could not be built: it was written for an older Python: `inspect.getargspec` is gone (3.10 was the last to have it)
    llvmlite: requires-python: `llvmlite==0.36.0` could not be built from source: it needs Python `>=3.6,<3.10`, and this is 3.12.1
    lxml: interpreter-too-new: `lxml==4.6.5` could not be built from source: it was written for an older Python: `ob_digit` is gone (3.11 was the last to have it)
    mysql-python: python-two-only: `mysql-python==1.2.5` could not be built from source: it was written for Python 2
    own-extension: interpreter-too-new: `d @ file:///home/user/project/ext` could not be built from source: it was written for an older Python: `longintrepr.h` is gone (3.10 was the last to have it)
    pyicu: interpreter-too-new: `pyicu==2.9` could not be built from source: it was written for an older Python: `PyUnicode_WCHAR_KIND` is gone (3.11 was the last to have it)
    pysqlite: python-two-only: `pysqlite==2.8.3` could not be built from source: it was written for Python 2
    python-2-builtin: python-two-only: it could not be built: it was written for Python 2
    python-2-by-setup: python-two-only: it could not be built: it was written for Python 2
    python-2-except: python-two-only: it could not be built: it was written for Python 2
    python-2-module: python-two-only: it could not be built: it was written for Python 2
    python-2-print: python-two-only: it could not be built: it was written for Python 2
    safeconf: interpreter-too-new: it could not be built: it was written for an older Python: `configparser.SafeConfigParser` is gone (3.11 was the last to have it)
    typed-ast: interpreter-too-new: `typed-ast==1.4.3` could not be built from source: it was written for an older Python: `code.h` is gone (3.10 was the last to have it)
    wsgiref: python-two-only: `wsgiref==0.1.2` could not be built from source: it was written for Python 2
    ");
}

#[test]
fn what_the_authors_got_wrong() {
    assert_snapshot!(told_of("packaging"), @"
    build-requires: unmet-build-requirement: `d @ file:///home/user/project/buildreq` could not be built from source: what it is built with cannot be had: `setuptools==999`
    cmake-4: cmake-too-new: it could not be built: it was written for a CMake that was older than 3.5
    cython: undeclared-build-requirement: it could not be built: its build imports `Cython` and does not declare it
    demjson: build-tool-too-new: `demjson==2.2.4` could not be built from source: it can only be built with `setuptools<58`
    distribute: build-tool-too-new: `distribute==0.6.49` could not be built from source: it can only be built with `setuptools<58`
    encoding: wrong-encoding: it could not be built: its build reads a file in the wrong encoding
    flash-attn: undeclared-build-requirement: `flash-attn==2.5.8` could not be built from source: its build imports `torch` and does not declare it
    grpcio: build-tool-too-new: `grpcio==1.38.0` could not be built from source: it can only be built with `setuptools<82`
    invalid-authors: invalid-metadata: `d @ file:///home/user/project/badproj` could not be built from source: its metadata are invalid: `project.authors[0]` must be object
    invalid-license: invalid-metadata: `d @ file:///home/user/project/license` could not be built from source: its metadata are invalid: `project.license` must be valid exactly by one definition (0 matches found)
    invalid-requirement: invalid-metadata: it could not be built: its metadata are invalid: 'install_requires' must be a string or iterable of strings containing valid project/version requirement specifiers
    invalid-version: invalid-metadata: it could not be built: its metadata are invalid: Invalid version: '1.0-final-beta'
    numpy: build-tool-too-new: `numpy==1.16.6` could not be built from source: it can only be built with `setuptools<76`
    orjson: invalid-metadata: `orjson==3.6.0` could not be built from source: its metadata are invalid: `pyproject.toml` is using the `[project]` table, but the required `project.version` field is neither set nor present in the `project.dynamic` list
    own-words: ?: it could not be built: Error: this package needs Python < 3.10
    ownimport: undeclared-build-requirement: it could not be built: its build imports `requests` and does not declare it
    package-flit: no-package-found: `d @ file:///home/user/project/flit` could not be built from source: its build cannot tell which files belong to the package
    package-hatchling: no-package-found: `d @ file:///home/user/project/hatch` could not be built from source: its build cannot tell which files belong to the package
    package-poetry: no-package-found: `d @ file:///home/user/project/poetry2` could not be built from source: its build cannot tell which files belong to the package
    package-setuptools: no-package-found: `d @ file:///home/user/project/flat` could not be built from source: its build cannot tell which files belong to the package
    pkg_resources: build-tool-too-new: it could not be built: it can only be built with `setuptools<82`
    pycocotools: undeclared-build-requirement: `pycocotools==2.0.0` could not be built from source: its build imports `Cython` and does not declare it
    readme-hatchling: missing-own-file: `d @ file:///home/user/project/readmemissing` could not be built from source: its build reads `README.md`, which its sources do not have
    readme-poetry: missing-own-file: `d @ file:///home/user/project/poetry` could not be built from source: its build reads `README.md`, which its sources do not have
    requirements-txt: missing-own-file: it could not be built: its build reads `requirements.txt`, which its sources do not have
    setuptools-rust: missing-own-file: `d @ file:///home/user/project/rust` could not be built from source: its build reads `Cargo.toml`, which its sources do not have
    setuptools-scm: missing-history: `d @ file:///home/user/project/scm` could not be built from source: its version comes from a git history that is not here
    sklearn: wrong-name: `sklearn==0.0.post12` could not be built from source: `sklearn` is a wrong name for `scikit-learn`
    thinc: build-tool-too-new: `thinc==7.4.6`, which `spacy` needs, could not be built from source: it can only be built with `setuptools<74`
    unknown-backend: undeclared-build-requirement: `d @ file:///home/user/project/backend` could not be built from source: its build imports `custom_backend` and does not declare it
    use2to3: build-tool-too-new: it could not be built: it can only be built with `setuptools<58`
    ");
}

#[test]
fn what_the_machine_lacks() {
    assert_snapshot!(told_of("machine"), @"
    connect: needs-service: it could not be built: its build connects to a service that does not answer
    connectdns: host-unreachable: it could not be built: the network cannot be reached
    killed: out-of-memory: it could not be built: the memory did not suffice
    memory: out-of-memory: it could not be built: the memory did not suffice
    tokenizers: host-unreachable: `tokenizers==0.10.3` could not be built from source: `github.com` cannot be reached
    ");
}

#[test]
fn what_cannot_be_resolved() {
    assert_snapshot!(told_of("resolution"), @"
    index-401: credentials-needed: the requirements cannot be met: `https://index.example/401/simple` asks for credentials
    index-403: credentials-needed: the requirements cannot be met: `https://index.example/403/simple` asks for credentials
    index-500: host-unreachable: `https://index.example/500/simple/flask/` does not answer: HTTP status server error (500 Internal Server Error) for url (https://index.example/500/simple/flask/)
    no-folder: nothing-there: there is nothing at `file:///home/user/project/does-not-exist`
    no-project: no-project: there is neither `pyproject.toml` nor `setup.py` in `/home/user/project/noproj`
    nowheel-tf: no-wheel-for-interpreter: the requirements cannot be met: Because tensorflow==2.10.0 has no wheels with a matching Python ABI tag (e.g., `cp312`) and you require tensorflow==2.10.0, we can conclude that your requirements are unsatisfiable.
    nowheel-torch: no-wheel-for-interpreter: the requirements cannot be met: Because torch==1.13.1 has no wheels with a matching Python ABI tag (e.g., `cp313`) and you require torch==1.13.1, we can conclude that your requirements are unsatisfiable.
    requires-python-newer: requires-python: the requirements cannot be met: Because the current Python version (3.8.18) does not satisfy Python>=3.10 and numpy==2.1.0 depends on Python>=3.10, we can conclude that numpy==2.1.0 cannot be used. And because you require numpy==2.1.0, we can conclude that your requirements are unsatisfiable.
    requires-python-own: requires-python: the requirements cannot be met: Because the current Python version (3.12.1) does not satisfy Python>=3.99 and d==1 depends on Python>=3.99, we can conclude that d==1 cannot be used. And because only d==1 is available and you require d, we can conclude that your requirements are unsatisfiable.
    requires-python-requested: requires-python: the requirements cannot be met: Because the requested Python version (>=3.8) does not satisfy Python>=3.10 and numpy==2.1.0 depends on Python>=3.10, we can conclude that numpy==2.1.0 cannot be used. And because you require numpy==2.1.0, we can conclude that your requirements are unsatisfiable.
    unknown-host: host-unreachable: `https://git.example/x-1.0-py3-none-any.whl` does not answer: failed to lookup address information: Name or service not known
    unknown-name: not-in-index: the requirements cannot be met: Because this-package-does-not-exist-dhtl was not found in the package registry and you require this-package-does-not-exist-dhtl, we can conclude that your requirements are unsatisfiable.
    unknown-version: no-such-version: the requirements cannot be met: Because there is no version of flask==999.0 and you require flask==999.0, we can conclude that your requirements are unsatisfiable.
    url-401: credentials-needed: `x @ https://index.example/401/x-1.0.tar.gz` could not be fetched: `https://index.example/401/x-1.0.tar.gz` asks for credentials
    url-404: nothing-there: `x @ https://index.example/404/x-1.0.tar.gz` could not be fetched: there is nothing at `https://index.example/404/x-1.0.tar.gz`
    ");
}

#[test]
fn what_git_does_not_fetch() {
    assert_snapshot!(told_of("git"), @"
    http-401: credentials-needed: the git repository `https://index.example/401/a.git` cannot be fetched: `https://index.example` asks for credentials
    http-404: repository-not-found: the git repository `https://index.example/404/a.git` cannot be fetched: the repository does not exist, or you may not read it
    no-folder: repository-not-found: the git repository `file:///home/user/nonexist` cannot be fetched: the repository does not exist, or you may not read it
    revision: revision-not-found: the git repository `file:///home/user/repository` cannot be fetched: the repository has no revision `no-such-branch`
    unknown-host-ssh: host-unreachable: the git repository `ssh://git@git.example/a/b.git` cannot be fetched: `git.example` cannot be reached
    unknown-host: host-unreachable: the git repository `https://git.example/a/b.git` cannot be fetched: `git.example` cannot be reached
    ");
}

#[test]
fn a_package_of_the_system_is_the_next_command() {
    let failure = recognised(
        "error: Failed to build `psycopg2==2.9.9`\n  cause: Call to `build_wheel` failed\n\n\
        \x20        [stderr]\n         Error: pg_config executable not found.\n",
    );
    let hint = failure.hint().unwrap();
    assert!(
        hint.contains("apt-get install -y libpq-dev`, then run `dhtl regenerate`"),
        "{hint}"
    );
    let names = failure
        .system_needs()
        .into_iter()
        .map(|need| need.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["libpq"]);
}

#[test]
fn another_interpreter_is_the_next_command() {
    for (path, version) in [
        ("interpreter/lxml.txt", "3.11"),
        ("interpreter/llvmlite.txt", "3.9"),
        ("interpreter/collections.txt", "3.9"),
        ("resolution/nowheel-torch.txt", "3.11"),
        ("resolution/nowheel-tf.txt", "3.10"),
        ("resolution/requires-python-newer.txt", "3.10"),
    ] {
        let hint = recognised(&fixture(path)).hint().unwrap();
        assert!(
            hint.contains(&format!("`echo {version} > .python-version`")),
            "{path}: {hint}"
        );
    }
}

#[test]
fn the_last_lines_of_a_build_are_those_that_matter() {
    assert_snapshot!(shown(&recognised(&fixture("packaging/package-setuptools.txt"))), @"
    | error: Multiple top-level packages discovered in a flat-layout: ['app', 'data'].
    | To avoid accidental inclusion of unwanted files or directories,
    | setuptools will not proceed with this build.
    | If you are trying to create a single distribution with multiple packages
    | on purpose, you should not rely on automatic discovery.
    | Instead, consider the following options:
    | 1. set up custom discovery (`find` directive with `include` or `exclude`)
    | 2. use a `src-layout`
    correct it in the project, then run `dhtl regenerate` again
    ");
    assert_snapshot!(shown(&recognised(&fixture("packaging/thinc.txt"))), @r#"
    | ImportError: cannot import name 'msvccompiler' from 'distutils' (/home/user/.cache/uv/builds-v0/.tmpy3tN0s/lib/python3.12/site-packages/setuptools/_distutils/__init__.py). Did you mean: 'ccompiler'?
    write `build-constraint-dependencies = ["setuptools<74"]` under `[tool.uv]` in `pyproject.toml`, or `setuptools<74` into a file that `UV_BUILD_CONSTRAINT` names, then run `dhtl regenerate` again
    "#);
    assert_snapshot!(shown(&recognised(&fixture("interpreter/python-2-print.txt"))), @r#"
    |     print "hello"
    | SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?
    port it to Python 3, for example with `2to3 -w .` of Python 3.11
    "#);
    assert_snapshot!(shown(&recognised(&fixture("machine/tokenizers.txt"))), @"
    check the network and the proxy settings, then run `dhtl regenerate` again
    ");
}

#[test]
fn a_failure_is_found_in_the_requirement_that_asked_for_it() {
    let failure = recognised(&fixture("system/mysqlclient.txt"));
    assert_eq!(
        failure.culprit(),
        Some(DistributionName::new("mysqlclient"))
    );
    assert!(failure.mentions("MySQLclient>=2"));
    assert!(!failure.mentions("mysql>=2"));
    let failure = recognised(&fixture("git/unknown-host-ssh.txt"));
    assert!(failure.mentions("b @ git+ssh://git@git.example/a/b.git@4f2a"));
    assert!(!failure.mentions("c @ git+ssh://git@git.example/a/c.git@4f2a"));
}

#[test]
fn what_was_asked_for_is_to_blame_not_what_it_needs_to_be_built() {
    let failure = recognised(
        "error: Failed to download and build `pygobject==3.50.0`\n\
        \x20 cause: Failed to install requirements from `build-system.requires`\n\
        \x20 cause: Failed to build `pycairo==1.29.2`\n\
        \x20     ../meson.build:31:12: ERROR: Dependency \"cairo\" not found\n",
    );
    assert_eq!(failure.culprit(), Some(DistributionName::new("pygobject")));
}

#[test]
fn the_end_of_a_long_output_is_enough() {
    let text = fixture("system/pyaudio.txt");
    let end = text.split_once("[stderr]").unwrap().1;
    let failure = recognised(&format!("[stderr]{end}"));
    assert_eq!(failure.culprit(), Some(DistributionName::new("pyaudio")));
}

#[test]
fn the_beginning_of_a_long_output_is_in_the_log() {
    let log = "=== 2026-01-02T03:04:05Z uv pip sync a.txt\nerror: Failed to build `b==1`\n=== exit\n\
        === 2026-01-02T03:05:05Z uv pip sync a.txt\n=== in /home/user\nResolved 1 package\n\
        error: Failed to build `a==1`\n  cause: The build backend returned an error\n\n\
        \x20        [stdout]\n         error: something else\n=== exit status: 1 after 2.0 s\n";
    assert_snapshot!(output::head(log, "uv pip sync a.txt"), @r"
    error: Failed to build `a==1`
      cause: The build backend returned an error
    ");
    assert_eq!(output::head(log, "uv pip sync b.txt"), "");
}

#[test]
fn a_manifest_that_cannot_be_read_has_its_place() {
    let failure = recognised(
        "error: Failed to parse: pyproject.toml\n\
        \x20 cause: TOML parse error at line 4, column 17\n    |\n  4 | requires-python=\"three\"\n\
        \x20   |                 ^^^^^^^\n  Failed to parse version: Unexpected end:\n  three\n  ^^^^^\n",
    );
    assert_snapshot!(
        failure,
        @"`pyproject.toml:4`: failed to parse version: Unexpected end: three"
    );
}

#[test]
fn an_index_that_does_not_answer_is_worth_another_try() {
    let failure = recognised(
        "error: Request failed after 3 retries in 10.7s\n\
        \x20 cause: Failed to fetch: http://index.example/simple/flask/\n\
        \x20 cause: client error (Connect)\n  cause: Connection refused (os error 111)\n",
    );
    assert!(failure.is_passing());
    assert_eq!(failure.exit_code(), ExitCode::Prerequisite);
    assert_snapshot!(
        failure,
        @"`http://index.example/simple/flask/` does not answer: Connection refused (os error 111)"
    );
}

#[test]
fn contradictions_are_told_in_the_words_of_the_resolver() {
    let failure = recognised(
        "error: No solution found when resolving dependencies\n\
        \x20 cause: Because flask==3.0.0 depends on werkzeug>=3.0.0, we can conclude this.\n\
        \x20        And because you require werkzeug<2, they are unsatisfiable.\n\n\
        hint: something else\n",
    );
    assert_eq!(failure.cause(), None);
    assert_snapshot!(
        failure,
        @"the requirements cannot be met: Because flask==3.0.0 depends on werkzeug>=3.0.0, we can conclude this. And because you require werkzeug<2, they are unsatisfiable."
    );
}

#[test]
fn a_full_disk_and_a_stale_lock_are_recognised() {
    let full = recognised(
        "error: Failed to install: a.whl\n  cause: a: No space left on device (os error 28)\n",
    );
    assert!(full.to_string().starts_with("the disk is full"));
    let stale = recognised(
        "error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.\n",
    );
    assert!(stale.to_string().starts_with("`uv.lock` is out of date"));
}

#[test]
fn what_is_not_recognised_stays_as_it_is() {
    assert!(recognition::recognise("error: something new\n", None).is_none());
    let failure = recognition::unknown(&["error: something new".to_owned()]);
    assert_eq!(failure.to_string(), "uv failed: something new");
}

#[test]
fn a_cause_survives_the_way_through_json() {
    let cause = recognised(&fixture("system/pyodbc.txt")).cause().unwrap();
    let json = serde_json::to_string(&cause).unwrap();
    assert_eq!(json, r#"{"kind":"missing-header","header":"sql.h"}"#);
    assert_eq!(serde_json::from_str::<Cause>(&json).unwrap(), cause);
}

proptest! {
    #[test]
    fn odd_output_never_panics(text: String) {
        let _ = recognition::recognise(&text, None);
        let _ = recognition::recognise(&format!("error: Failed to build `a==1`\n{text}"), Some(PackageManager::Apt));
    }
}
