//! What an image for development is built from.

use dhtl_project_model::Digest;

use crate::interpreters::choice;
use crate::subject::Subject;
use crate::system_packages::PackageManager;

/// What most builds of distributions need, and git, which requirements may point to.
const ALWAYS: [&str; 3] = ["build-essential", "ca-certificates", "git"];

/// An image with an interpreter and the packages of the system that a project needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    /// What it is called; another content has another name.
    pub(super) tag: String,
    /// The image that it is built upon.
    pub(super) base: String,
    /// What it is built from.
    pub(super) dockerfile: String,
}

impl Image {
    /// The image for the environment of `subject`, which was read for the system of the image.
    pub(super) fn of(subject: &Subject) -> Self {
        let spec = &subject.spec.interpreter;
        let base = base(
            &spec.implementation,
            spec.exact.as_deref(),
            &choice::wanted(spec),
        );
        let name = subject.spec.project.as_str();
        Self::with(name, &base, &subject.spec.system_packages)
    }

    fn with(project: &str, base: &str, packages: &[String]) -> Self {
        let mut packages = packages.to_vec();
        packages.extend(ALWAYS.map(str::to_owned));
        packages.sort();
        packages.dedup();
        let install = PackageManager::Apt
            .instruction(&packages)
            .unwrap_or_default();
        let dockerfile = format!(
            "# The image that `dhtl regenerate --container` works in. It is written anew by every run.\n\
             FROM {base}\n{install}\n"
        );
        let digest = Digest::of(&dockerfile).to_string();
        let short = digest.rsplit(':').next().unwrap_or_default();
        let short = short.get(..12).unwrap_or(short);
        Self {
            tag: format!("dhtl-{}:{short}", name(project)),
            base: base.to_owned(),
            dockerfile,
        }
    }
}

/// The official image with this interpreter: the exact release where one is pinned, or else the
/// release line that `wanted` names first.
fn base(implementation: &str, exact: Option<&str>, wanted: &str) -> String {
    let repository = if implementation == "pypy" {
        "pypy"
    } else {
        "python"
    };
    match exact.map(str::to_owned).or_else(|| release_line(wanted)) {
        // Images of PyPy are named by the release line of Python that they speak.
        Some(version) if repository == "pypy" => {
            let line = release_line(&version).unwrap_or(version);
            format!("{repository}:{line}-slim")
        }
        Some(version) => format!("{repository}:{version}-slim"),
        None => format!("{repository}:3-slim"),
    }
}

/// The first release line that a text names, such as `3.6` for `cpython ==3.6.*`.
fn release_line(wanted: &str) -> Option<String> {
    let versions = wanted.split(|one: char| !(one.is_ascii_digit() || one == '.'));
    let mut lines = versions.filter_map(|version| {
        let (major, rest) = version.split_once('.')?;
        let minor = rest.split('.').next()?;
        (!major.is_empty() && !minor.is_empty()).then(|| format!("{major}.{minor}"))
    });
    lines.next()
}

/// A name that images may have: lower case letters, digits and single separators.
///
/// Source: the reference grammar of the distribution project.
fn name(project: &str) -> String {
    let is_fine = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit();
    let words = project
        .split(|one| !is_fine(one))
        .filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("-");
    if name.is_empty() {
        "project".to_owned()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_the_official_image_of_the_release() {
        for (implementation, exact, wanted, expected) in [
            (
                "cpython",
                Some("3.8.1"),
                "cpython ==3.8.1",
                "python:3.8.1-slim",
            ),
            ("cpython", None, "cpython >=3.7,<3.9", "python:3.7-slim"),
            ("cpython", None, "cpython", "python:3-slim"),
            ("pypy", Some("3.10.14"), "pypy ==3.10.14", "pypy:3.10-slim"),
        ] {
            assert_eq!(base(implementation, exact, wanted), expected);
        }
    }

    #[test]
    fn the_image_has_what_the_project_needs_of_the_system() {
        let packages = ["libpq-dev".to_owned()];
        let image = Image::with("A.b__C", "python:3.8-slim", &packages);
        insta::assert_snapshot!(image.dockerfile, @"
        # The image that `dhtl regenerate --container` works in. It is written anew by every run.
        FROM python:3.8-slim
        RUN apt-get update && apt-get install -y --no-install-recommends build-essential ca-certificates git libpq-dev && rm -rf /var/lib/apt/lists/*
        ");
        assert!(image.tag.starts_with("dhtl-b:"), "{}", image.tag);
        let other = Image::with("A.b__C", "python:3.9-slim", &packages);
        assert_ne!(image.tag, other.tag);
    }
}
