//! Whom a declaration is for.

use dhtl_project_model::{Declaration, DeclarationFormat, Scope};

/// Whom a declaration is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Role {
    /// Everybody who installs the project.
    Runtime,
    /// Everybody who runs it from its repository: a plain `requirements.txt` and the like.
    Environment,
    /// Those who ask for it by the name of an extra or of a list that is not for development.
    Extra,
    /// Those who work on the project.
    Development,
    /// Whatever builds the project.
    Build,
}

impl Role {
    /// The role of everything in `declaration`.
    pub(super) fn of(declaration: &Declaration) -> Self {
        let format = declaration.format;
        match &declaration.scope {
            Scope::Runtime if is_manifest(format) => Self::Runtime,
            Scope::Runtime => Self::Environment,
            Scope::Extra(_) => Self::Extra,
            // Poetry's own name for what stands outside of groups.
            Scope::Group(name) if format == DeclarationFormat::Poetry && name == "main" => {
                Self::Runtime
            }
            Scope::Group(name) if !is_development(name) => Self::Extra,
            Scope::Group(_) => Self::Development,
            Scope::Build => Self::Build,
        }
    }

    /// Whether what the project's packages import may be declared in this role.
    pub(super) fn serves_runtime(self) -> bool {
        self <= Self::Extra
    }
}

/// Whether what the file says becomes metadata of the installed project.
fn is_manifest(format: DeclarationFormat) -> bool {
    matches!(
        format,
        DeclarationFormat::Pep621
            | DeclarationFormat::Poetry
            | DeclarationFormat::Pdm
            | DeclarationFormat::Flit
            | DeclarationFormat::SetupCfg
            | DeclarationFormat::SetupPy
    )
}

/// Whether a list of this name is for those who work on the project.
fn is_development(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "bench",
        "benchmark",
        "benchmarks",
        "build",
        "checks",
        "ci",
        "coverage",
        "debug",
        "dev",
        "devel",
        "develop",
        "development",
        "doc",
        "docs",
        "documentation",
        "examples",
        "format",
        "formatting",
        "formatters",
        "lint",
        "linters",
        "linting",
        "mypy",
        "nox",
        "pkgutils",
        "precommit",
        "qa",
        "quality",
        "release",
        "static",
        "style",
        "test",
        "testing",
        "tests",
        "tooling",
        "tools",
        "tox",
        "type",
        "types",
        "typecheck",
        "typing",
        "tutorial",
    ];
    name.to_ascii_lowercase()
        .split(['-', '_', '.', '/'])
        .any(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: DeclarationFormat, scope: Scope, expected: Role) {
        let declaration = Declaration {
            path: "pyproject.toml".to_owned(),
            format,
            scope,
            requirements: Vec::new(),
        };
        assert_eq!(Role::of(&declaration), expected, "{declaration:?}");
    }

    #[test]
    fn format_and_scope_say_whom_a_declaration_is_for() {
        use DeclarationFormat::{Pep621, Poetry, Requirements, SetupPy};
        let group = |name: &str| Scope::Group(name.to_owned());
        check(Pep621, Scope::Runtime, Role::Runtime);
        check(SetupPy, Scope::Extra("x".to_owned()), Role::Extra);
        check(Requirements, Scope::Runtime, Role::Environment);
        check(Requirements, group("extras-redis"), Role::Extra);
        check(Requirements, group("test-ci-base"), Role::Development);
        check(Poetry, group("main"), Role::Runtime);
        check(Poetry, group("gpu"), Role::Extra);
        check(Poetry, group("dev"), Role::Development);
        check(Pep621, Scope::Build, Role::Build);
    }
}
