//! Builds that were written for older tools than those of today.

use super::{Place, after, between, exception, quoted};
use crate::failure::cause::Cause;

/// What setuptools once had, and the first version without it.
///
/// Source: tried with setuptools 57 to 82, and its change log.
const OF_SETUPTOOLS: [(&str, &str); 15] = [
    ("use_2to3 is invalid", "58"),
    ("module 'distutils.util' has no attribute 'run_2to3'", "58"),
    ("cannot import name 'Feature' from 'setuptools'", "46"),
    ("cannot import name 'convert_path' from 'setuptools'", "70"),
    ("No module named 'setuptools.extern'", "71"),
    ("unexpected keyword argument 'strip_trailing_zero'", "71"),
    ("No module named 'setuptools.command.test'", "72"),
    ("No module named 'distutils.msvccompiler'", "74"),
    ("cannot import name 'msvccompiler' from 'distutils'", "74"),
    ("No module named 'distutils.command.upload'", "75"),
    ("name 'CCompiler' is not defined", "76"),
    ("Invalid dash-separated key", "78"),
    ("got an unexpected keyword argument 'dry_run'", "81"),
    ("No module named 'pkg_resources'", "82"),
    ("No module named pkg_resources", "82"),
];

/// Builds that need an older setuptools.
pub(super) fn old_setuptools(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let (_, below) = OF_SETUPTOOLS.iter().find(|(part, _)| text.contains(part))?;
    Some(Cause::BuildToolTooNew {
        distribution: "setuptools".to_owned(),
        below: (*below).to_owned(),
    })
}

/// Builds that need Cython before version 3.
pub(super) fn old_cython(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let is_it = exception(text, "AttributeError")
        .is_some_and(|message| message.contains("cython_sources"))
        || text.contains("dangling 'DEF'")
        || text.contains("Cannot assign type 'void (*)") && text.contains("noexcept")
        || text.contains("undeclared name not builtin: long")
        || text.contains("undeclared name not builtin: unicode");
    is_it.then(|| Cause::BuildToolTooNew {
        distribution: "Cython".to_owned(),
        below: "3".to_owned(),
    })
}

/// Builds that `CMake` 4 does not do any more.
pub(super) fn old_cmake(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let is_it = text.contains("Compatibility with CMake < 3.5 has been removed");
    is_it.then_some(Cause::CmakeTooNew)
}

/// Code that gcc 14 and clang 16 refuse and older compilers only warned of.
pub(super) fn strict_compiler(place: Place<'_>) -> Option<Cause> {
    const CHECKS: [&str; 5] = [
        "implicit-function-declaration",
        "implicit-int",
        "incompatible-function-pointer-types",
        "incompatible-pointer-types",
        "int-conversion",
    ];
    let message = after(place.text(), ": error: ")?;
    let flag = message
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once("[-W"))
        .map(|(_, flag)| {
            flag.trim_start_matches("error=")
                .trim_start_matches("error,-W")
        })?;
    CHECKS.contains(&flag).then(|| Cause::CompilerTooStrict {
        check: flag.to_owned(),
    })
}

/// The requirements that a build names and that cannot be met.
pub(super) fn unmet(explanation: &str) -> Option<Cause> {
    let rest = after(explanation, "Failed to resolve requirements from ")?;
    let requirement = between(rest, "No solution found when resolving: ", &['`'])
        .or_else(|| quoted(after(rest, "No solution found when resolving: ")?))?;
    Some(Cause::UnmetBuildRequirement {
        requirement: requirement.to_owned(),
    })
}
