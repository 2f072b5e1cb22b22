//! From a file to the name that Python imports it by.

use dhtl_detection::formats::toml::{Node, TomlFile};
use dhtl_project_model::{Origin, PythonProject};

use super::parts::Part;
use crate::places;

/// The name of a module, and the folder that it is imported from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ModuleName {
    /// The dotted name.
    pub(super) name: String,
    /// The folder it starts from, relative to the folder of the part; none where that is the part's
    /// own folder, or where the module is installed.
    pub(super) folder: Option<String>,
}

/// The name of the module in the file `path`.
///
/// An installed project is imported by the names below `src`, or below its own folder. In any other
/// the imports in the file tell: from which folder around it do they lead to files?
pub(super) fn name_of(part: &Part<'_>, python: &PythonProject, path: &str) -> ModuleName {
    let relative = part.relative(path);
    let relative = relative.strip_suffix(".py").unwrap_or(relative);
    let relative = relative.strip_suffix("/__init__").unwrap_or(relative);
    let dotted = |path: &str| path.replace('/', ".");
    // A build that puts `src/py` on the path says so.
    let root = python.import_roots.iter().find_map(|root| {
        let inside = root.path.starts_with("src/") && is_installable(part);
        let root = places::relative(&root.path, &part.folder).filter(|_| inside)?;
        places::relative(relative, root)
    });
    if let Some(below) = root {
        return ModuleName {
            name: dotted(below),
            folder: None,
        };
    }
    if let Some(below) = relative.strip_prefix("src/")
        && !part.has("src/__init__.py")
        && is_installable(part)
    {
        return ModuleName {
            name: dotted(below),
            folder: None,
        };
    }
    let folder = import_folder(part, python, path, relative);
    let below = match &folder {
        Some(folder) => places::relative(relative, folder).unwrap_or(relative),
        None => relative,
    };
    ModuleName {
        name: dotted(below),
        folder,
    }
}

/// Whether the install command puts the part itself on the import path.
pub(super) fn is_installable(part: &Part<'_>) -> bool {
    let Some(file) = &part.pyproject else {
        return part.has("setup.py");
    };
    if file.get(&["tool", "poetry"]).is_some() {
        return has_package_of_poetry(part, file);
    }
    let package = file.get(&["tool", "uv", "package"]).and_then(Node::as_bool);
    package.unwrap_or_else(|| part.has("setup.py") || file.get(&["build-system"]).is_some())
}

/// Whether poetry finds a package of the project's own name to install; otherwise it refuses to.
fn has_package_of_poetry(part: &Part<'_>, file: &TomlFile) -> bool {
    if file.get(&["tool", "poetry", "packages"]).is_some() {
        return true;
    }
    let is_off = file
        .get(&["tool", "poetry", "package-mode"])
        .is_some_and(|node| node.as_bool() == Some(false));
    let name = file
        .get(&["tool", "poetry", "name"])
        .or_else(|| file.get(&["project", "name"]));
    let Some(name) = name.and_then(Node::as_str) else {
        return false;
    };
    let module = name.replace(['-', '.'], "_").to_lowercase();
    let places = [format!("{module}.py"), format!("src/{module}.py")];
    // A folder of the name will do, even without an `__init__.py`.
    let folders = [module.clone(), format!("src/{module}")];
    !is_off
        && (places.iter().any(|place| part.has(place))
            || folders.iter().any(|folder| part.has_code_below(folder)))
}

/// The folder around the file that its own imports start from; none for that of the part.
fn import_folder(
    part: &Part<'_>,
    python: &PythonProject,
    path: &str,
    relative: &str,
) -> Option<String> {
    let mut folders: Vec<&str> = std::iter::successors(Some(places::folder(relative)), |inner| {
        (*inner != ".").then(|| places::folder(inner))
    })
    .collect();
    folders.pop();
    if folders.is_empty() {
        return None;
    }
    let mut tops: Vec<&str> = python
        .imports
        .iter()
        .filter(|import| import.origin == Origin::Own)
        .filter(|import| import.sites.iter().any(|site| site.path == path))
        .filter_map(|import| import.module.split('.').next())
        .collect();
    tops.sort_unstable();
    tops.dedup();
    let holds = |folder: &str, top: &str| {
        let base = places::inside(folder, top);
        part.has(&format!("{base}.py")) || part.has_code_below(&base)
    };
    let outer_holds = tops.iter().any(|top| holds(".", top));
    if outer_holds || tops.is_empty() {
        return None;
    }
    folders
        .into_iter()
        .rev()
        .find(|folder| {
            tops.iter().any(|top| holds(folder, top)) && !part.has(&format!("{folder}/__init__.py"))
        })
        .map(str::to_owned)
}
