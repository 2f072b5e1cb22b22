//! What the project's Python code says: imports and environment variables, read from syntax trees.
//!
//! Every file is read once, several at a time. `syntax` turns one into what it says, knowing
//! nothing of the others; `origin` then tells whose each module is, knowing all of them.

mod class;
mod compose;
mod conditions;
mod dynaconf;
mod env_libraries;
mod env_reads;
mod env_vars;
mod expressions;
mod facts;
mod index;
mod javascript;
pub mod javascript_tokens;
mod lines;
mod listing;
mod marks;
mod module_reader;
mod native;
pub(crate) mod nesting;
mod notebook;
mod origin;
mod outline;
mod reachability;
mod roots;
mod search_path;
mod settings;
mod source;
mod statements;
mod syntax;
mod test_data;
#[cfg(test)]
mod tests;
pub(crate) mod undeclared;
mod words;

use std::collections::{BTreeMap, HashMap};

use dhtl_project_model::{
    EnvVar, FileClass, Found, ImportRoot, ImportSite, ImportedModule, Origin, Problem,
};

use crate::threads::{both, fold, map};
use crate::tree::{Tree, TreeFile};
use class::class_of;
use env_vars::EnvVars;
use facts::{EnvRead, FileFacts, Import};
use index::{Index, split};
use origin::{Origins, Site};
use reachability::Reading;
use roots::Roots;

pub use env_vars::{is_env_template, is_set_by_platform};
pub(crate) use listing::statements as import_statements;
pub(crate) use undeclared::undeclared;

/// What the build configuration says about where the project's own modules are.
#[derive(Debug, Clone, Default)]
pub(crate) struct LayoutHints {
    /// The import roots that are declared, relative to the project root.
    pub(crate) package_roots: Vec<Found<String>>,
    /// The distribution names of the project and of its sub-projects.
    pub(crate) own_names: Vec<String>,
}

/// Everything the code says.
#[derive(Debug, Clone, Default)]
pub(crate) struct CodeFacts {
    /// The folders that imports of the project's own modules start from.
    pub(crate) import_roots: Vec<ImportRoot>,
    /// What is imported, ordered by module.
    pub(crate) imports: Vec<ImportedModule>,
    /// The environment variables that are read, taken or listed in templates, ordered by name.
    pub(crate) env_vars: Vec<EnvVar>,
    /// Files that could not be read or understood, ordered by path.
    pub(crate) problems: Vec<Problem>,
}

/// Reads all Python code of `tree`.
pub(crate) fn scan(tree: &Tree, layout: &LayoutHints) -> CodeFacts {
    let files: Vec<&TreeFile> = tree.files.iter().filter(|file| is_code(file)).collect();
    let (mut index, facts) = both(
        || Index::new(tree),
        || read_all(tree, &files, Reading::Outline),
    );
    index.set_own_names(&layout.own_names);

    for (file, facts) in files.iter().zip(&facts) {
        if facts.shares_package {
            index.share(split(&file.path).0);
        }
    }
    let roots = Roots::find(tree, &mut index, layout);
    gather(tree, &files, facts, &index, &roots, &layout.own_names)
}

fn read_all(tree: &Tree, files: &[&TreeFile], reading: Reading) -> Vec<FileFacts> {
    map(files, |file| {
        source::with_bytes(tree, file, |bytes| {
            syntax::read_file(&file.path, bytes, reading)
        })
        .unwrap_or_else(|problem| FileFacts {
            problem: Some(problem),
            ..FileFacts::default()
        })
    })
}

fn is_code(file: &TreeFile) -> bool {
    ["py", "pyi", "pyw", "ipynb"]
        .iter()
        .any(|extension| source::has_extension(&file.path, extension))
}

fn gather(
    tree: &Tree,
    files: &[&TreeFile],
    mut facts: Vec<FileFacts>,
    index: &Index<'_>,
    roots: &Roots,
    own_names: &[String],
) -> CodeFacts {
    let search_paths = search_paths(files, &mut facts);
    let on_path = search_paths
        .iter()
        .map(|(folder, file)| (folder.as_str(), *file));
    let native = native::modules(tree);
    let origins = Origins::new(index, &roots.roots, own_names, &native, on_path);
    let read: Vec<(&TreeFile, FileFacts)> = files.iter().copied().zip(facts).collect();
    let gathered = fold(
        read,
        Gathered::default,
        |mut gathered, (file, facts)| {
            gathered.add(file, facts, &origins);
            gathered
        },
        Gathered::followed_by,
    );
    let mut env_vars = EnvVars::default();
    for (path, class, reads) in gathered.env_reads {
        env_vars.add_code(path, class, reads);
    }
    let too_many = env_vars.add_other_files(tree, index);
    CodeFacts {
        import_roots: roots.describe(index),
        imports: gathered.imports.finish(),
        env_vars: env_vars.finish(),
        problems: gathered.problems.into_iter().chain(too_many).collect(),
    }
}

/// What files put on `sys.path`, each folder with its file.
fn search_paths<'t>(files: &[&'t TreeFile], facts: &mut [FileFacts]) -> Vec<(String, &'t str)> {
    files
        .iter()
        .zip(facts)
        .flat_map(|(file, facts)| {
            let folders = std::mem::take(&mut facts.search_path);
            folders
                .into_iter()
                .map(|folder| (folder, file.path.as_str()))
        })
        .collect()
}

/// What a run of files says, with every import under its absolute name and the origin it has there.
#[derive(Default)]
struct Gathered<'a> {
    imports: Imports,
    env_reads: Vec<(&'a str, FileClass, Vec<EnvRead>)>,
    problems: Vec<Problem>,
}

impl<'a> Gathered<'a> {
    fn add(&mut self, file: &'a TreeFile, facts: FileFacts, origins: &Origins<'_>) {
        let site = Site {
            path: &file.path,
            class: class_of(&file.path, origins.index),
        };
        for import in facts.imports {
            place(import, site, origins, &mut self.imports);
        }
        if !facts.env_reads.is_empty() {
            self.env_reads
                .push((&file.path, site.class, facts.env_reads));
        }
        self.problems.extend(
            facts
                .problem
                .filter(|_| !test_data::is_test_data(&file.path)),
        );
    }

    /// The same with what the files behind these say.
    fn followed_by(mut self, later: Self) -> Self {
        self.imports.append(later.imports);
        self.env_reads.extend(later.env_reads);
        self.problems.extend(later.problems);
        self
    }
}

/// Adds `import` to `placed`: once, or twice where only some members are the project's own.
fn place(import: Import, site: Site<'_>, origins: &Origins<'_>, placed: &mut Imports) {
    if import.level > 0 {
        if let Some(module) = absolute(&import, site, origins.index) {
            placed.add(site, Origin::Own, Import { module, ..import });
        }
        return;
    }
    let origin = origins.of(&import.module, site);
    if origin != Origin::ThirdParty || import.members.is_empty() {
        placed.add(site, origin, import);
        return;
    }
    let own = origins.own_members(&import.module, &import.members, site);
    let mut others = import;
    if !own.is_empty() {
        others.members.retain(|member| !own.contains(member));
        let own = Import {
            members: own,
            ..others.clone()
        };
        placed.add(site, Origin::Own, own);
    }
    if !others.members.is_empty() {
        placed.add(site, Origin::ThirdParty, others);
    }
}

/// Imports by module and origin: where sites disagree about whose a module is, it has two entries.
#[derive(Default)]
struct Imports(HashMap<String, BTreeMap<Origin, Vec<ImportSite>>>);

impl Imports {
    fn add(&mut self, site: Site<'_>, origin: Origin, import: Import) {
        let at = ImportSite {
            path: site.path.to_owned(),
            line: import.line,
            condition: import.condition,
            class: site.class,
            members: import.members,
        };
        let by_origin = self.0.entry(import.module).or_default();
        by_origin.entry(origin).or_default().push(at);
    }

    /// Adds the sites of `later` behind the own ones.
    fn append(&mut self, later: Self) {
        for (module, by_origin) in later.0 {
            let known = self.0.entry(module).or_default();
            for (origin, mut sites) in by_origin {
                known.entry(origin).or_default().append(&mut sites);
            }
        }
    }

    fn finish(self) -> Vec<ImportedModule> {
        let mut imports: Vec<_> = self
            .0
            .into_iter()
            .flat_map(|(module, by_origin)| {
                by_origin.into_iter().map(move |(origin, mut sites)| {
                    sites.shrink_to_fit();
                    ImportedModule {
                        module: module.clone(),
                        origin,
                        sites,
                    }
                })
            })
            .collect();
        imports
            .sort_by(|left, right| (&left.module, left.origin).cmp(&(&right.module, right.origin)));
        imports
    }
}

/// The absolute name of a relative import; none where it leads above the import root, or where
/// `from . import x` stands in a file that is in no package.
fn absolute(import: &Import, site: Site<'_>, index: &Index<'_>) -> Option<String> {
    let (folder, _) = split(site.path);
    let root = index.root_of(folder);
    let below = folder
        .strip_prefix(root)
        .unwrap_or(folder)
        .trim_start_matches('/');
    let mut parts: Vec<&str> = below.split('/').filter(|part| !part.is_empty()).collect();
    for _ in 1..import.level {
        parts.pop()?;
    }
    if !import.module.is_empty() {
        parts.push(&import.module);
    }
    (!parts.is_empty()).then(|| parts.join("."))
}
