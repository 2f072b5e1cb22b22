//! Which Python files are read for how they are run, and the reading of them.
//!
//! Detection has read every file for its imports; here only those are parsed again that import a
//! framework and have one of its words in them, and those whose names say that something starts
//! there.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use dhtl_project_model::{Evidence, FileClass, Origin, Problem, PythonProject};

use super::frameworks::{FRAMEWORKS, Framework, WORDS};
use super::modules;
use super::parts::Part;
use super::syntax::{self, Module};
use crate::places;
use crate::sources::Sources;

/// More files than any application starts from.
const MOST: usize = 600;

/// Files in which applications begin, whatever they import.
const BEGINNINGS: [&str; 19] = [
    "__init__.py",
    "__main__.py",
    "app.py",
    "application.py",
    "asgi.py",
    "bot.py",
    "celery.py",
    "config.py",
    "database.py",
    "db.py",
    "index.py",
    "main.py",
    "manage.py",
    "run.py",
    "server.py",
    "start.py",
    "web.py",
    "worker.py",
    "wsgi.py",
];

/// The import of a framework.
#[derive(Debug, Clone)]
pub(super) struct FrameworkImport {
    /// Which.
    pub(super) framework: &'static Framework,
    /// The file.
    pub(super) path: String,
    /// The line.
    pub(super) line: u32,
}

/// What is read of the Python code of a project.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// The imports of frameworks in the project's own code, ordered by file and line.
    pub(super) imports: Vec<FrameworkImport>,
    /// The files that were read, ordered by path.
    pub(super) modules: Vec<Module>,
}

impl Code {
    /// What the file at `path` says.
    pub(super) fn module(&self, path: &str) -> Option<&Module> {
        let index = self
            .modules
            .binary_search_by(|module| module.path.as_str().cmp(path));
        self.modules.get(index.ok()?)
    }

    /// Reads what matters of the code.
    pub(super) fn read(sources: &Sources<'_>, python: &PythonProject, parts: &[Part<'_>]) -> Self {
        let imports = framework_imports(python);
        let mut paths: BTreeSet<&str> = imports
            .iter()
            .filter(|import| import.framework.is_parsed)
            .map(|import| import.path.as_str())
            .collect();
        let likely: Vec<&str> = sources
            .tree
            .files
            .iter()
            .map(|file| file.path.as_str())
            .filter(|path| places::is_python(path))
            .filter(|path| is_beginning(path) || is_at_top(path, parts))
            .collect();
        paths.extend(likely);
        let homes = homes(sources, parts);
        let spiders = sources.tree.files.iter().map(|file| file.path.as_str());
        paths.extend(spiders.filter(|path| places::is_python(path) && is_of_home(path, &homes)));
        let texts: Vec<(&str, String)> = paths
            .into_iter()
            .filter(|path| places::is_python(path))
            .filter(|path| is_of_interest(path) || is_of_home(path, &homes))
            .take(MOST)
            .filter_map(|path| Some((path, sources.tree.text(path).ok()?)))
            .collect();
        let (modules, problems) = parse_all(texts, parts);
        for problem in problems {
            sources.report(problem);
        }
        Self { imports, modules }
    }
}

/// Whether a file is neither test data nor an example, nor documentation.
fn is_of_interest(path: &str) -> bool {
    let is_aside =
        |folder: &str| folder.starts_with("docs") || matches!(folder, "t" | "examples_src");
    !places::is_foreign(path)
        && !places::is_documentation(path)
        && !places::folder(path).split('/').any(is_aside)
}

/// The packages of Django and Scrapy that are called as folders of examples are: `tutorial`.
fn homes(sources: &Sources<'_>, parts: &[Part<'_>]) -> Vec<String> {
    let is_started = |part: &&Part<'_>| part.has("manage.py") || part.has("scrapy.cfg");
    parts
        .iter()
        .filter(is_started)
        .flat_map(|part| {
            let files = part.files.iter();
            let settings = files.filter(|path| places::file_name(path) == "settings.py");
            let folders = settings.map(|path| places::folder(path));
            let own = folders.filter(|folder| {
                places::folder(folder) == part.folder
                    && !places::file_name(folder).starts_with("test")
            });
            own.map(str::to_owned)
        })
        .filter(|folder| {
            sources
                .tree
                .contains(&places::inside(folder, "__init__.py"))
                && places::is_foreign(&places::inside(folder, "settings.py"))
        })
        .collect()
}

fn is_of_home(path: &str, homes: &[String]) -> bool {
    homes
        .iter()
        .filter_map(|home| places::relative(path, home))
        .any(is_of_interest)
}

/// Whether a file lies in the folder of a part itself, or in its `src`.
fn is_at_top(path: &str, parts: &[Part<'_>]) -> bool {
    let folder = places::folder(path);
    places::is_python(path)
        && parts
            .iter()
            .any(|part| part.folder == folder || places::inside(&part.folder, "src") == folder)
}

fn is_beginning(path: &str) -> bool {
    let depth = path.bytes().filter(|byte| *byte == b'/').count();
    let name = places::file_name(path);
    let is_settings = || {
        places::is_python(name)
            && (name.contains("settings") || places::file_name(places::folder(path)) == "settings")
    };
    depth <= 5 && (BEGINNINGS.binary_search(&name).is_ok() || is_settings())
}

fn framework_imports(python: &PythonProject) -> Vec<FrameworkImport> {
    let mut found = Vec::new();
    let own: Vec<&str> = python
        .import_roots
        .iter()
        .flat_map(|root| &root.modules)
        .map(String::as_str)
        .collect();
    for import in &python.imports {
        let top = import.module.split('.').next().unwrap_or_default();
        if import.origin == Origin::Own || own.contains(&top) {
            continue;
        }
        let whole = framework_of(&import.module);
        for site in &import.sites {
            // `from aiohttp import web`.
            let of_member = |member: &String| framework_of(&format!("{}.{member}", import.module));
            let Some(framework) = whole.or_else(|| site.members.iter().find_map(of_member)) else {
                continue;
            };
            let is_own = matches!(site.class, FileClass::Package | FileClass::Scripts)
                || places::is_notebook(&site.path);
            if is_own && is_of_interest(&site.path) {
                found.push(FrameworkImport {
                    framework,
                    path: site.path.clone(),
                    line: site.line,
                });
            }
        }
    }
    found.sort_by(|left, right| (&left.path, left.line).cmp(&(&right.path, right.line)));
    found
}

/// The framework that a module is a part of, the longest name first.
fn framework_of(module: &str) -> Option<&'static Framework> {
    FRAMEWORKS
        .iter()
        .filter(|framework| {
            module
                .strip_prefix(framework.module)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
        .max_by_key(|framework| framework.module.len())
}

/// Whether what a file is about may be told without any of the words: what a package hands out, and
/// functions that others serve.
fn is_told_without_words(path: &str, parts: &[Part<'_>]) -> bool {
    let name = places::file_name(path);
    let is_of = |part: &Part<'_>| {
        let folder = places::folder(places::folder(path));
        let is_package = folder == part.folder || folder == places::inside(&part.folder, "src");
        match name {
            "__init__.py" => is_package && modules::is_installable(part),
            "main.py" => part.declares(&["functions-framework"]),
            _ => false,
        }
    };
    matches!(name, "__init__.py" | "main.py")
        && parts.iter().any(|part| part.owns(path) && is_of(part))
}

fn parse_all(texts: Vec<(&str, String)>, parts: &[Part<'_>]) -> (Vec<Module>, Vec<Problem>) {
    // A table of all steps takes longer to build than the few files take to be searched without.
    let words = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(WORDS);
    let Ok(words) = words else {
        return (Vec::new(), Vec::new());
    };
    let mut modules = Vec::new();
    let mut problems = Vec::new();
    for (path, text) in texts {
        if !words.is_match(text.as_bytes()) && !is_told_without_words(path, parts) {
            continue;
        }
        match syntax::read(path, &text) {
            Some(module) => modules.push(module),
            None => problems.push(Problem {
                message: "nested too deeply to be read".to_owned(),
                evidence: Evidence::file(path, "python-syntax"),
            }),
        }
    }
    (modules, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_beginnings_are_in_order() {
        assert!(BEGINNINGS.is_sorted());
    }

    #[test]
    fn the_longest_module_decides() {
        let name = |module| framework_of(module).map(|framework| framework.name);
        assert_eq!(name("flask.views"), Some("flask"));
        assert_eq!(name("aiohttp.web"), Some("aiohttp"));
        assert_eq!(name("aiohttp"), None);
        assert_eq!(name("flasks"), None);
    }
}
