//! The two digests that say whether environments are the same.
//!
//! How they are built is part of the promise to the user: `docs/proof.md` describes it, and a
//! change here needs a new tag in the first field.

use dhtl_project_model::Digest;

use crate::installed::{Distribution, Environment, RecordEntry};

/// The digest of an installed set, for one platform.
///
/// Fields, in order: the tag `dhtl-venv-1`; then for every distribution, by name: `distribution`,
/// its name, its version (empty when editable: it follows the source), and for every file that
/// counts, by path, the path and its recorded hash. See [`counts`] for the files that do not count,
/// because they hold paths, times or the name of the installer.
pub(crate) fn venv_checksum(environment: &Environment) -> Digest {
    let mut fields = vec!["dhtl-venv-1"];
    for distribution in &environment.distributions {
        fields.extend(["distribution", distribution.name.as_str()]);
        if distribution.editable {
            fields.push("");
            continue;
        }
        fields.push(&distribution.version);
        for entry in distribution.record.iter().filter(|entry| counts(entry)) {
            fields.extend([entry.path.as_str(), hash(distribution, entry)]);
        }
    }
    Digest::of_fields(fields)
}

/// What the platform-independent digest is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FingerprintInputs<'a> {
    /// `cpython`, `pypy`.
    pub(crate) implementation: &'a str,
    /// The exact version.
    pub(crate) python_version: &'a str,
    /// The lock files: path and content, in the order in which they are installed.
    pub(crate) locks: &'a [(String, String)],
    /// The pinned tools: name and version, by name.
    pub(crate) tools: &'a [(String, String)],
}

/// The digest of what an environment is made from, the same on every platform.
///
/// Fields, in order: the tag `dhtl-fingerprint-1`, the implementation, the exact version; for every
/// lock `lock`, its path and its content; for every tool `tool`, its name and its version. Of a
/// lock, comments, blank lines and line ends do not count: compilers write the time and the paths
/// of their run there.
pub(crate) fn fingerprint(inputs: &FingerprintInputs<'_>) -> Digest {
    let mut fields = vec![
        "dhtl-fingerprint-1".to_owned(),
        inputs.implementation.to_owned(),
        inputs.python_version.to_owned(),
    ];
    for (path, content) in inputs.locks {
        fields.extend(["lock".to_owned(), path.clone(), essence(content)]);
    }
    for (name, version) in inputs.tools {
        fields.extend(["tool".to_owned(), name.clone(), version.clone()]);
    }
    Digest::of_fields(fields)
}

fn essence(content: &str) -> String {
    content
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty() && !line.trim_start().starts_with('#'))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether a file is part of what was published, and not of how it came here.
///
/// Left out: everything in `*.dist-info` but the entry points (the rest names the builder and the
/// installer), compiled bytecode (holds times), and scripts outside the folder of the
/// distributions (their first line is the path of the environment).
fn counts(entry: &RecordEntry) -> bool {
    let path = entry.path.as_str();
    let in_dist_info = path
        .split('/')
        .next()
        .is_some_and(|folder| folder.ends_with(".dist-info"));
    let is_script = path.starts_with("../") || path.starts_with('/');
    let is_bytecode = path.rsplit('.').next() == Some("pyc");
    !is_script && !is_bytecode && (!in_dist_info || path.ends_with("/entry_points.txt"))
}

/// Native code that was built on the spot differs in every build, so only its presence counts.
fn hash<'a>(distribution: &Distribution, entry: &'a RecordEntry) -> &'a str {
    let is_native = matches!(
        entry.path.rsplit('.').next(),
        Some("so" | "pyd" | "dylib" | "dll" | "a" | "o")
    );
    if distribution.built_here && is_native {
        ""
    } else {
        &entry.hash
    }
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::DistributionName;

    use super::*;

    fn environment(entries: &[(&str, &str)]) -> Environment {
        let record = entries
            .iter()
            .map(|(path, hash)| RecordEntry {
                path: (*path).into(),
                hash: (*hash).into(),
            })
            .collect();
        Environment {
            python_version: "3.11.7".into(),
            implementation: "cpython".into(),
            site_packages: "site-packages".into(),
            distributions: vec![Distribution {
                name: DistributionName::new("flask"),
                version: "3.0.0".into(),
                folder: String::new(),
                editable: false,
                built_here: false,
                record,
            }],
        }
    }

    #[test]
    fn a_changed_file_changes_the_checksum() {
        let before = environment(&[("flask/app.py", "sha256=a")]);
        let after = environment(&[("flask/app.py", "sha256=b")]);
        assert_ne!(venv_checksum(&before), venv_checksum(&after));
    }

    #[test]
    fn traces_of_the_installation_do_not_count() {
        let plain = environment(&[("flask/app.py", "sha256=a")]);
        let traced = environment(&[
            ("../../../bin/flask", "sha256=c"),
            ("flask-3.0.0.dist-info/INSTALLER", "sha256=d"),
            ("flask/__pycache__/app.cpython-311.pyc", ""),
            ("flask/app.py", "sha256=a"),
        ]);
        assert_eq!(venv_checksum(&plain), venv_checksum(&traced));
    }

    #[test]
    fn native_code_built_here_counts_by_its_presence() {
        let built = |hash| {
            let mut environment = environment(&[("flask/_speedups.so", hash)]);
            environment.distributions[0].built_here = true;
            environment
        };
        assert_eq!(
            venv_checksum(&built("sha256=a")),
            venv_checksum(&built("sha256=b"))
        );
        assert_ne!(
            venv_checksum(&built("sha256=a")),
            venv_checksum(&environment(&[]))
        );
    }

    #[test]
    fn comments_of_a_lock_do_not_count() {
        let of = |content: &str| {
            fingerprint(&FingerprintInputs {
                implementation: "cpython",
                python_version: "3.11.7",
                locks: &[("requirements.lock".into(), content.into())],
                tools: &[],
            })
        };
        assert_eq!(of("# made by uv\nflask==3.0.0\n"), of("flask==3.0.0\r\n"));
        assert_ne!(of("flask==3.0.0\n"), of("flask==3.0.1\n"));
    }
}
