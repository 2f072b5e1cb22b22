//! What lock files say about one platform, read without following any of them.
//!
//! **Invariant:** pure functions from text to data. A lock that cannot be understood says nothing
//! here: whoever follows it reports what is wrong with it.

mod tables;
mod uv_graph;

use std::collections::{BTreeMap, BTreeSet};

use dhtl_project_model::{DistributionName, InterpreterSpec, LockKind, Platform};
use pep440_rs::{Version, VersionSpecifiers};

use crate::importers::{ImportRequest, import};
use crate::locked_set::{CompiledRequirement, CompiledRequirements};
use crate::markers::MarkerEnvironment;
use tables::{Table, tables};

/// A distribution as one lock has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pin {
    /// Its exact version; none for what comes from a folder, an address or a repository.
    pub(crate) version: Option<String>,
    /// The line of the lock, from 1, where that can be told.
    pub(crate) line: Option<usize>,
    /// The distributions of the lock that need it, where the lock says so.
    pub(crate) asked_by: BTreeSet<DistributionName>,
}

/// What a lock has for one platform.
pub(crate) type Pins = BTreeMap<DistributionName, Pin>;

/// A lock file, as text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LockText<'a> {
    /// Its path, relative to the root.
    pub(crate) path: &'a str,
    /// The notation it is written in.
    pub(crate) kind: LockKind,
    /// Its text.
    pub(crate) text: &'a str,
    /// The text of the `pyproject.toml` beside it.
    pub(crate) manifest: Option<&'a str>,
}

/// What `lock` has in one of the environments that `markers` describe.
pub(crate) fn pins(lock: &LockText<'_>, markers: &[MarkerEnvironment]) -> Pins {
    let text = lock.text.strip_prefix('\u{feff}').unwrap_or(lock.text);
    match lock.kind {
        LockKind::Uv => uv_graph::pins(&tables(text, "package"), markers),
        LockKind::HashedRequirements => of_requirements(text, markers),
        LockKind::Pipfile => imported(lock, markers, |name, _| line_of_key(text, name)),
        LockKind::Poetry | LockKind::Pdm | LockKind::Pylock => {
            let header = match lock.kind {
                LockKind::Pylock => "packages",
                _ => "package",
            };
            let tables = tables(text, header);
            let mut pins = imported(lock, markers, |name, version| {
                line_of_table(&tables, name, version)
            });
            add_askers(&mut pins, &tables, markers);
            pins
        }
    }
}

/// The marker environments of `spec` on `platform`: one where the interpreter is pinned, otherwise
/// one for every release line that is accepted, for it is not known yet which it will be.
pub(crate) fn marker_environments(
    spec: &InterpreterSpec,
    platform: Platform,
) -> Vec<MarkerEnvironment> {
    use std::str::FromStr as _;
    let environment =
        |version: &str| MarkerEnvironment::new(platform, &spec.implementation, version);
    if let Some(exact) = &spec.exact {
        return vec![environment(exact)];
    }
    let specifiers = VersionSpecifiers::from_str(&spec.request.specifiers).unwrap_or_default();
    let is_accepted = |version: &String| {
        Version::from_str(version).is_ok_and(|version| specifiers.contains(&version))
    };
    // Of each line a first and a late release: a bound may lie between them.
    let versions = RELEASE_LINES.flat_map(|line| [format!("3.{line}.0"), format!("3.{line}.30")]);
    let accepted = versions.clone().filter(is_accepted).collect::<Vec<_>>();
    let all = if accepted.is_empty() {
        versions.collect()
    } else {
        accepted
    };
    all.iter().map(|version| environment(version)).collect()
}

/// The release lines of Python 3 that a marker may tell apart.
const RELEASE_LINES: std::ops::Range<u32> = 6..16;

/// Whether `marker` holds in one of the environments; one that cannot be read does.
pub(crate) fn may_hold(marker: &str, markers: &[MarkerEnvironment]) -> bool {
    marker.trim().is_empty()
        || markers
            .iter()
            .any(|one| one.satisfies(marker).unwrap_or(true))
}

/// Whether a requirement in the notation of PEP 508 applies in one of the environments.
pub(crate) fn may_apply(requirement: &str, markers: &[MarkerEnvironment]) -> bool {
    // In a URL only ` ;` ends the URL.
    let separator = if requirement.contains('@') { " ;" } else { ";" };
    let marker = requirement.split_once(separator);
    may_hold(marker.map_or("", |(_, marker)| marker), markers)
}

fn of_requirements(text: &str, markers: &[MarkerEnvironment]) -> Pins {
    let compiled = CompiledRequirements::parse(text);
    let lines = text.lines().collect::<Vec<_>>();
    let mut pins = Pins::new();
    for requirement in applicable(&compiled, markers) {
        let Some(name) = &requirement.name else {
            continue;
        };
        let range = requirement.lines();
        let own = lines.get(range.clone()).unwrap_or_default();
        pins.insert(
            name.clone(),
            Pin {
                version: requirement.exact_version(),
                line: Some(range.start + 1),
                asked_by: via(own),
            },
        );
    }
    pins
}

/// The names in the comments of pip-tools and uv: `# via flask`, or one in each line after `# via`.
fn via(lines: &[&str]) -> BTreeSet<DistributionName> {
    let mut is_list = false;
    let mut askers = BTreeSet::new();
    for line in lines {
        let Some((_, comment)) = line.split_once('#') else {
            is_list = false;
            continue;
        };
        let comment = comment.trim();
        let named = match comment.strip_prefix("via") {
            Some(rest) => {
                is_list = true;
                rest.trim()
            }
            None if is_list => comment,
            None => "",
        };
        // `-r requirements.in` and `api (pyproject.toml)` are files and the project itself.
        let is_name = !named.is_empty() && !named.starts_with('-') && !named.contains([' ', '/']);
        askers.extend(is_name.then(|| DistributionName::new(named)));
    }
    askers
}

fn imported(
    lock: &LockText<'_>,
    markers: &[MarkerEnvironment],
    line_of: impl Fn(&DistributionName, Option<&str>) -> Option<usize>,
) -> Pins {
    let request = ImportRequest {
        path: lock.path,
        text: lock.text,
        manifest: lock.manifest,
        kind: lock.kind,
    };
    let Ok(imported) = import(&request) else {
        return Pins::new();
    };
    let compiled = CompiledRequirements::parse(&imported.text);
    let mut pins = Pins::new();
    for requirement in applicable(&compiled, markers) {
        let Some(name) = &requirement.name else {
            continue;
        };
        let version = requirement.exact_version();
        let line = line_of(name, version.as_deref());
        let asked_by = BTreeSet::new();
        pins.insert(
            name.clone(),
            Pin {
                version,
                line,
                asked_by,
            },
        );
    }
    pins
}

fn applicable<'a>(
    compiled: &'a CompiledRequirements,
    markers: &'a [MarkerEnvironment],
) -> impl Iterator<Item = &'a CompiledRequirement> {
    let requirements = compiled.requirements.iter();
    requirements.filter(|requirement| may_hold(requirement.marker(), markers))
}

fn line_of_table(
    tables: &[Table],
    name: &DistributionName,
    version: Option<&str>,
) -> Option<usize> {
    let own = || tables.iter().filter(|table| table.name == *name);
    own()
        .find(|table| table.version.as_deref() == version)
        .or_else(|| own().next())
        .map(|table| table.line)
}

/// The line of a JSON key that opens an object.
fn line_of_key(text: &str, name: &DistributionName) -> Option<usize> {
    let is_own = |line: &str| {
        let key = line.trim().strip_prefix('"')?.split_once('"')?;
        let (key, rest) = key;
        (rest.trim_start().starts_with(':') && rest.contains('{')).then_some(())?;
        (DistributionName::new(key) == *name).then_some(())
    };
    let index = text.lines().position(|line| is_own(line).is_some())?;
    Some(index + 1)
}

fn add_askers(pins: &mut Pins, tables: &[Table], markers: &[MarkerEnvironment]) {
    for table in tables {
        if !pins.contains_key(&table.name) {
            continue;
        }
        for edge in &table.edges {
            if may_hold(&edge.marker, markers)
                && let Some(pin) = pins.get_mut(&edge.name)
            {
                pin.asked_by.insert(table.name.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn linux() -> Vec<MarkerEnvironment> {
        let platform = "linux-x86_64".parse().unwrap();
        vec![MarkerEnvironment::new(platform, "cpython", "3.11.7")]
    }

    fn shown(kind: LockKind, text: &str) -> String {
        let lock = LockText {
            path: "lock",
            kind,
            text,
            manifest: None,
        };
        let mut shown = String::new();
        for (name, pin) in pins(&lock, &linux()) {
            let version = pin.version.unwrap_or_default();
            let line = pin.line.unwrap_or_default();
            let by = pin.asked_by.iter().map(ToString::to_string);
            let by = by.collect::<Vec<_>>().join(" ");
            writeln!(shown, "{name} {version} at {line} for [{by}]").unwrap();
        }
        shown
    }

    #[test]
    fn a_lock_of_uv_has_what_is_reached_on_the_platform() {
        let text = r#"version = 1
requires-python = ">=3.9"

[[package]]
name = "api"
version = "1.0"
source = { editable = "." }
dependencies = [
    { name = "httpx", extra = ["http2"] },
    { name = "pywin32", marker = "sys_platform == 'win32'" },
]

[package.dev-dependencies]
dev = [
    { name = "pytest" },
]

[package.metadata]
requires-dist = [{ name = "never", specifier = ">=1" }]

[[package]]
name = "httpx"
version = "0.27.0"
source = { registry = "https://index.example/simple" }
dependencies = [
    { name = "idna", version = "3.7", source = { registry = "https://index.example/simple" }, marker = "python_full_version >= '3.10'" },
    { name = "idna", version = "2.10", source = { registry = "https://index.example/simple" }, marker = "python_full_version < '3.10'" },
]
wheels = [
    { url = "https://files.example/httpx-0.27.0-py3-none-any.whl", hash = "sha256:aa" },
]

[package.optional-dependencies]
http2 = [
    { name = "h2" },
]
socks = [
    { name = "socksio" },
]

[[package]]
name = "idna"
version = "2.10"

[[package]]
name = "idna"
version = "3.7"

[[package]]
name = "h2"
version = "4.1.0"

[[package]]
name = "socksio"
version = "1.0.0"

[[package]]
name = "pywin32"
version = "306"
dependencies = [{ name = "windows-only" }]

[[package]]
name = "windows-only"
version = "1"

[[package]]
name = "pytest"
version = "8.0.0"
"#;
        insta::assert_snapshot!(shown(LockKind::Uv, text), @"
        api 1.0 at 5 for []
        h2 4.1.0 at 50 for [httpx]
        httpx 0.27.0 at 22 for [api]
        idna 3.7 at 46 for [httpx]
        pytest 8.0.0 at 67 for [api]
        ");
    }

    #[test]
    fn a_lock_of_poetry_names_who_asks() {
        let text = r#"[[package]]
name = "flask"
version = "2.0.0"
description = "with = [ and \" in it"
optional = false
python-versions = ">=3.8"
groups = ["main"]
files = [
    {file = "flask-2.0.0.tar.gz", hash = "sha256:0000000000000000000000000000000000000000000000000000000000000000"},
]

[package.dependencies]
Werkzeug = ">=2"
importlib-metadata = {version = ">=3.6", markers = "python_version < \"3.10\""}

[[package]]
name = "werkzeug"
version = "2.0.1"
optional = false
python-versions = "*"
groups = ["main"]
files = []

[metadata]
lock-version = "2.1"
python-versions = ">=3.9"
content-hash = "x"
"#;
        insta::assert_snapshot!(shown(LockKind::Poetry, text), @"
        flask 2.0.0 at 2 for []
        werkzeug 2.0.1 at 17 for [flask]
        ");
    }

    #[test]
    fn the_other_locks_are_understood() {
        let pdm = "[metadata]\nlock_version = \"4.4\"\n\n[[package]]\nname = \"a\"\nversion = \"1\"\n\
                   groups = [\"default\"]\ndependencies = [\n    \"b>=1; sys_platform == 'linux'\",\n]\n\
                   files = []\n\n[[package]]\nname = \"b\"\nversion = \"2\"\ngroups = [\"default\"]\nfiles = []\n";
        insta::assert_snapshot!(shown(LockKind::Pdm, pdm), @"
        a 1 at 5 for []
        b 2 at 14 for [a]
        ");
        let pipfile = "{\n  \"_meta\": {},\n  \"default\": {\n    \"Idna\": {\n      \"version\": \"==3.6\"\n    }\n  },\n  \"develop\": {}\n}\n";
        insta::assert_snapshot!(shown(LockKind::Pipfile, pipfile), @"idna 3.6 at 4 for []");
        let requirements = "# by pip-tools\nidna==3.6 \\\n    --hash=sha256:aa\n    # via\n    #   -r requirements.in\n    #   httpx\nhttpx==0.1\n    # via api (pyproject.toml)\ncolorama==1 ; sys_platform == 'win32'\n    # via click\n";
        insta::assert_snapshot!(shown(LockKind::HashedRequirements, requirements), @"
        httpx 0.1 at 7 for []
        idna 3.6 at 2 for [httpx]
        ");
        let pylock = "lock-version = \"1.0\"\ncreated-by = \"x\"\n\n[[packages]]\nname = \"a\"\nversion = \"1\"\n\
                      dependencies = [{name = \"b\"}]\n\n[[packages]]\nname = \"b\"\nversion = \"2\"\n\
                      marker = \"sys_platform == 'linux'\"\n";
        insta::assert_snapshot!(shown(LockKind::Pylock, pylock), @"
        a 1 at 5 for []
        b 2 at 10 for [a]
        ");
    }

    #[test]
    fn an_interpreter_that_is_not_chosen_yet_may_be_any_that_is_accepted() {
        use dhtl_project_model::InterpreterRequest;
        let spec = |exact: Option<&str>, specifiers: &str| InterpreterSpec {
            exact: exact.map(str::to_owned),
            implementation: "cpython".to_owned(),
            request: InterpreterRequest {
                specifiers: specifiers.to_owned(),
                ..InterpreterRequest::default()
            },
        };
        let platform = "darwin-arm64".parse().unwrap();
        let holds = |spec: &InterpreterSpec, marker: &str| {
            may_hold(marker, &marker_environments(spec, platform))
        };
        let old = "python_version < '3.9'";
        assert!(holds(&spec(None, ""), old));
        assert!(!holds(&spec(None, ">=3.9"), old));
        assert!(!holds(&spec(Some("3.12.1"), ""), old));
        assert!(holds(
            &spec(None, ">=3.9.5,<3.10"),
            "python_version == '3.9'"
        ));
        assert!(holds(&spec(None, ""), "sys_platform == 'darwin'"));
        assert!(!holds(&spec(None, ""), "sys_platform == 'linux'"));
        assert!(holds(&spec(None, ""), "no marker at all"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(?s)(\\[\\[package\\]\\]\n)?(name|version|dependencies| = |[\\[\\]{}\"',=\n# aé]){0,40}") {
            for kind in [
                LockKind::Uv,
                LockKind::Poetry,
                LockKind::Pdm,
                LockKind::Pylock,
                LockKind::Pipfile,
                LockKind::HashedRequirements,
            ] {
                let _ = shown(kind, &text);
            }
        }
    }
}
