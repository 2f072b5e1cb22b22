//! What a system can be asked for, and who asks for it.

use std::collections::BTreeSet;

use dhtl_project_model::{DistributionName, SystemPackageManager};
use serde::Serialize;

use super::PackageManager;
use super::table::{Table, table};

/// Something that packages of the operating system provide, such as the client library of
/// `PostgreSQL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Capability {
    /// Its name in the table, such as `libpq`.
    pub(crate) name: String,
    /// What it is, to go into a sentence: `the client library of PostgreSQL`.
    pub(crate) provides: String,
    /// The packages for each package manager, in the order of [`PackageManager::ALL`].
    pub(super) packages: [Vec<String>; PackageManager::ALL.len()],
    /// Other packages, of any package manager, that people install for the same.
    pub(super) aliases: Vec<String>,
    /// The distributions that need it while they are built.
    pub(super) build: Vec<DistributionName>,
    /// The distributions that need it when they are used, also when they come as wheels.
    pub(super) run: Vec<DistributionName>,
    /// The distributions beside which nobody needs it to run: they bring it along.
    pub(super) unless: Vec<DistributionName>,
    /// The C headers it brings; one that ends in `/` stands for all headers in that folder.
    pub(super) headers: Vec<String>,
    /// The programs it brings.
    pub(crate) programs: Vec<String>,
    /// The modules of pkg-config it brings.
    pub(super) pkg_config: Vec<String>,
    /// The libraries it brings for linking, without `lib`.
    pub(super) libraries: Vec<String>,
    /// The shared libraries it brings for running, without `lib`.
    pub(super) shared: Vec<String>,
}

impl Capability {
    /// The packages that provide it under this package manager; empty where none is known.
    pub(crate) fn packages(&self, manager: PackageManager) -> &[String] {
        let index = PackageManager::ALL
            .iter()
            .position(|one| *one == manager)
            .unwrap_or_default();
        &self.packages[index]
    }

    /// Whether people install this package, of any package manager, for the same.
    pub(crate) fn is_alias(&self, package: &str) -> bool {
        self.aliases.iter().any(|alias| alias == package)
    }

    /// Whether it is nothing but programs: whoever has them has it.
    pub(crate) fn is_program(&self) -> bool {
        self.libraries.is_empty() && self.shared.is_empty() && !self.programs.is_empty()
    }
}

/// When a distribution needs something of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// While it is built from source.
    Build,
    /// When it is used.
    Run,
}

/// A distribution's need of something of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SystemNeed {
    /// Who needs it.
    pub(crate) distribution: DistributionName,
    /// When.
    pub(crate) role: Role,
    /// What.
    pub(crate) capability: &'static Capability,
}

/// What `distributions` need of a system with this package manager: all of them what they run
/// with, and those for which there are no wheels what they are built with. In the order of the
/// table, each capability once for each distribution and role.
pub(crate) fn needed_by(
    distributions: &BTreeSet<DistributionName>,
    manager: PackageManager,
) -> Vec<SystemNeed> {
    let Table {
        capabilities,
        without_wheels,
        ..
    } = table();
    let mut needs = Vec::new();
    for capability in capabilities {
        if capability.packages(manager).is_empty() {
            continue;
        }
        let is_brought = capability
            .unless
            .iter()
            .any(|name| distributions.contains(name));
        let built = capability
            .build
            .iter()
            .filter(|name| without_wheels.contains(name))
            .map(|name| (Role::Build, name));
        let used = capability
            .run
            .iter()
            .filter(|_| !is_brought)
            .map(|name| (Role::Run, name));
        let asked = built
            .chain(used)
            .filter(|(_, name)| distributions.contains(name));
        needs.extend(asked.map(|(role, name)| SystemNeed {
            distribution: name.clone(),
            role,
            capability,
        }));
    }
    needs
}

/// What brings this C header, such as `libpq-fe.h` or `sasl/sasl.h`.
pub(crate) fn for_header(header: &str) -> Option<&'static Capability> {
    let header = header.trim().replace('\\', "/");
    let mut candidate = header.as_str();
    loop {
        if let Some(capability) = table().by_header(candidate) {
            return Some(capability);
        }
        // Some write the folder that a compiler is usually told to look in: `postgresql/libpq-fe.h`.
        candidate = candidate.split_once('/')?.1;
    }
}

/// What brings this program, such as `pg_config`; a path is reduced to the name.
pub(crate) fn for_program(program: &str) -> Option<&'static Capability> {
    let name = program.trim().rsplit(['/', '\\']).next()?;
    let name = name.strip_suffix(".exe").unwrap_or(name);
    table().find(|capability| capability.programs.iter().any(|one| one == name))
}

/// What brings this module of pkg-config, such as `cairo` or `cairo >= 1.15.10`.
pub(crate) fn for_pkg_config(module: &str) -> Option<&'static Capability> {
    let is_name = |character: char| character.is_ascii_alphanumeric() || "-_.+".contains(character);
    let module = module.trim();
    let end = module
        .find(|character| !is_name(character))
        .unwrap_or(module.len());
    let name = &module[..end];
    table().find(|capability| capability.pkg_config.iter().any(|one| one == name))
}

/// What brings this library: `pq`, `-lpq` and `libpq.a` for linking, `libGL.so.1` for running.
pub(crate) fn for_library(library: &str) -> Option<&'static Capability> {
    let library = library.trim();
    let name = library.strip_prefix("-l").unwrap_or(library);
    let for_running = name.contains(".so") || name.contains(".dylib");
    let name = name
        .split_once(".so")
        .or_else(|| name.split_once(".dylib"))
        .map_or(name, |(name, _)| name);
    let name = name.strip_suffix(".a").unwrap_or(name);
    let name = if library.starts_with("-l") {
        name
    } else {
        name.strip_prefix("lib").unwrap_or(name)
    };
    let shared = for_running
        .then(|| table().find(|capability| capability.shared.iter().any(|one| one == name)))
        .flatten();
    shared.or_else(|| table().find(|capability| capability.libraries.iter().any(|one| one == name)))
}

/// What this distribution needs while it is built from source; empty where nothing is known.
pub(crate) fn for_distribution_build(distribution: &DistributionName) -> Vec<&'static Capability> {
    table()
        .capabilities
        .iter()
        .filter(|capability| capability.build.contains(distribution))
        .collect()
}

/// What somebody who installs this package is after, where anybody is known to need it.
///
/// What an `environment.yml` lists besides Python's packages is often an export of everything that
/// conda installed, so it counts only for what is run with.
pub(super) fn hinted_at(
    manager: SystemPackageManager,
    package: &str,
) -> impl Iterator<Item = &'static Capability> {
    let own = PackageManager::ALL
        .into_iter()
        .find(|one| one.name() == manager.to_string());
    table().capabilities.iter().filter(move |capability| {
        let is_same = |one: &String| one == package;
        let named = match own {
            Some(own) => capability.packages(own).iter().any(is_same),
            None => capability.name == package,
        };
        let is_needed = match own {
            Some(_) => !capability.build.is_empty() || !capability.run.is_empty(),
            None => !capability.run.is_empty(),
        };
        is_needed && (named || capability.aliases.iter().any(is_same))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(capability: Option<&'static Capability>) -> Option<&'static str> {
        capability.map(|capability| capability.name.as_str())
    }

    #[test]
    fn headers_are_found_by_name_by_folder_and_behind_folders() {
        for (header, expected) in [
            ("libpq-fe.h", Some("libpq")),
            ("postgresql/libpq-fe.h", Some("libpq")),
            ("openssl/ssl.h", Some("openssl")),
            ("sasl/sasl.h", Some("sasl")),
            ("GL\\gl.h", Some("opengl")),
            ("GL/osmesa.h", Some("osmesa")),
            ("Python.h", Some("python-headers")),
            ("numpy/arrayobject.h", None),
            ("", None),
        ] {
            assert_eq!(name(for_header(header)), expected, "{header}");
        }
    }

    #[test]
    fn programs_modules_and_libraries_are_found() {
        for (program, expected) in [
            ("pg_config", Some("libpq")),
            ("/usr/bin/mysql_config", Some("mysql")),
            ("C:\\tools\\cmake.exe", Some("cmake")),
            ("gcc", Some("c-compiler")),
            ("sudo", None),
        ] {
            assert_eq!(name(for_program(program)), expected, "{program}");
        }
        for (module, expected) in [
            ("cairo >= 1.15.10", Some("cairo")),
            ("girepository-2.0", Some("girepository-2")),
            ("gobject-introspection-1.0", Some("girepository")),
            ("dbus-1", Some("dbus")),
            ("nothing", None),
        ] {
            assert_eq!(name(for_pkg_config(module)), expected, "{module}");
        }
        for (library, expected) in [
            ("-lpq", Some("libpq")),
            ("pq", Some("libpq")),
            ("libpq.a", Some("libpq")),
            ("libpq.so.5", Some("libpq-runtime")),
            ("libGL.so.1", Some("libgl")),
            ("-lGL", Some("opengl")),
            ("-llibfoo", None),
        ] {
            assert_eq!(name(for_library(library)), expected, "{library}");
        }
    }

    #[test]
    fn what_has_wheels_needs_only_what_it_runs_with() {
        let distributions = ["pycairo", "lxml", "pytesseract"]
            .map(DistributionName::new)
            .into();
        let needs: Vec<_> = needed_by(&distributions, PackageManager::Apt)
            .into_iter()
            .map(|need| {
                format!(
                    "{} {:?} {}",
                    need.distribution, need.role, need.capability.name
                )
            })
            .collect();
        assert_eq!(
            needs,
            [
                "pycairo Build c-compiler",
                "pycairo Build cairo",
                "pycairo Build pkg-config",
                "pytesseract Run tesseract",
            ]
        );
        let built = for_distribution_build(&DistributionName::new("lxml"));
        let built: Vec<_> = built.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(built, ["libxml2", "libxslt"]);
    }
}
