//! What the authors of a distribution got wrong, or left out.

use dhtl_detection::imports_table::is_standard_library;

use super::{Place, after, between, exception, quoted};
use crate::failure::cause::Cause;

/// A module that the build imports and does not declare.
pub(super) fn undeclared(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let says_so = [
        ("Cython is required", "Cython"),
        ("Cython is not installed", "Cython"),
        ("Please install Cython", "Cython"),
        ("requires Cython", "Cython"),
        ("Please install numpy", "numpy"),
        ("NumPy must be installed", "numpy"),
        ("numpy is not installed", "numpy"),
        ("requires PyTorch to be installed", "torch"),
    ];
    if let Some((_, module)) = says_so.iter().find(|(part, _)| text.contains(part)) {
        return Some(undeclared_module(module));
    }
    let message =
        exception(text, "ModuleNotFoundError").or_else(|| exception(text, "ImportError"))?;
    let module = after(message, "No module named ")?;
    let module = quoted(module).unwrap_or(module);
    let is_name = |character: char| character.is_alphanumeric() || "_.".contains(character);
    let is_it = module.chars().all(is_name) && !is_standard_library(module);
    is_it.then(|| undeclared_module(module))
}

fn undeclared_module(module: &str) -> Cause {
    Cause::UndeclaredBuildRequirement {
        module: module.to_owned(),
    }
}

/// A file that the sources should have.
pub(super) fn own_file(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let readme = after(text, "Readme file does not exist: ")
        .or_else(|| between(text, "Readme path `", &['`']))
        .or_else(|| {
            between(text, "can't find manifest for Rust extension ", &['\n'])
                .and(Some("Cargo.toml"))
        });
    let file = readme.or_else(|| {
        let message = exception(text, "FileNotFoundError")
            .or_else(|| exception(text, "IOError"))
            .or_else(|| exception(text, "OSError"))
            .or_else(|| text.strip_prefix("error: "))?;
        let rest = after(message, "[Errno 2] No such file or directory: ")?;
        quoted(rest)
    })?;
    let name = file
        .rsplit(['/', '\\'])
        .next()
        .filter(|name| !name.is_empty())?;
    Some(Cause::MissingOwnFile {
        file: name.to_owned(),
    })
}

/// A version that nobody can tell, and files that nobody lists.
pub(super) fn layout(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let is_without_history = [
        "was unable to detect version for",
        "Unable to determine version from",
        "Versioning for this project requires either an sdist tarball",
        "Error getting the version from source `vcs`",
    ];
    if is_without_history.iter().any(|part| text.contains(part)) {
        return Some(Cause::MissingHistory);
    }
    let is_without_package = [
        "Unable to determine which files to ship inside the wheel",
        "top-level packages discovered in a flat-layout",
        "top-level modules discovered in a flat-layout",
        "No file/folder found for package",
        "No file/folder found for module",
        "Expected a Python module at:",
    ];
    is_without_package
        .iter()
        .any(|part| text.contains(part))
        .then_some(Cause::NoPackageFound)
}

/// Metadata that the build does not accept.
pub(super) fn metadata(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    if exception(text, "UnicodeDecodeError").is_some() {
        return Some(Cause::WrongEncoding);
    }
    let detail = exception(text, "InvalidVersion")
        .or_else(|| exception(text, "InvalidRequirement"))
        .or_else(|| {
            exception(text, "ValueError")
                .filter(|message| message.contains("pyproject.toml config"))
        })
        .or_else(|| {
            text.contains(" setup command: ")
                .then(|| after(text, " setup command: "))?
        })
        .or_else(|| text.strip_prefix("configuration error: "))
        .or_else(|| {
            text.contains("field is neither set nor present")
                .then_some(text)
        })
        .or_else(|| after(text, "The Poetry configuration is invalid:"))?;
    let detail = detail.split(';').next().unwrap_or(detail).trim();
    Some(Cause::InvalidMetadata {
        detail: detail.trim_end_matches(['.', ':']).to_owned(),
    })
}
