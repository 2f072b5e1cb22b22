//! What the project's Python code says: imports and environment variables, read from syntax trees.
//!
//! Every file is read once, several at a time. `syntax` turns one into what it says, knowing
//! nothing of the others; `origin` then tells whose each module is, knowing all of them.

mod class;
mod conditions;
mod env_reads;
mod env_vars;
mod expressions;
mod facts;
mod index;
mod lines;
mod module_reader;
mod native;
pub(crate) mod nesting;
mod notebook;
mod origin;
mod outline;
mod roots;
mod search_path;
mod settings;
mod source;
mod statements;
mod syntax;
mod test_data;
#[cfg(test)]
mod tests;
mod undeclared;

use std::collections::{BTreeMap, HashMap};

use dhtl_project_model::{
    EnvVar, FileClass, Found, ImportRoot, ImportSite, ImportedModule, Origin, Problem,
};
use rayon::prelude::*;

use crate::tree::{Tree, TreeFile};
use class::class_of;
use env_vars::EnvVars;
use facts::{EnvRead, FileFacts, Import};
use index::{Index, split};
use origin::{Origins, Site};
use roots::Roots;

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
    /// The environment variables that are read or listed in templates, ordered by name.
    pub(crate) env_vars: Vec<EnvVar>,
    /// Files that could not be read or understood, ordered by path.
    pub(crate) problems: Vec<Problem>,
}

/// Reads all Python code of `tree`.
pub(crate) fn scan(tree: &Tree, layout: &LayoutHints) -> CodeFacts {
    let mut index = Index::new(tree);
    let files: Vec<&TreeFile> = tree.files.iter().filter(|file| is_code(file)).collect();
    let facts = read_all(tree, &files);
    for (file, facts) in files.iter().zip(&facts) {
        if facts.shares_package {
            index.share(split(&file.path).0);
        }
    }
    let roots = Roots::find(tree, &mut index, layout);
    gather(tree, &files, facts, &index, &roots, &layout.own_names)
}

fn read_all(tree: &Tree, files: &[&TreeFile]) -> Vec<FileFacts> {
    let read = |max_depth: usize| -> Vec<FileFacts> {
        files
            .par_iter()
            // One buffer for each thread, not one for each file.
            .map_init(Vec::new, |bytes, file| {
                match source::read(tree, file, bytes) {
                    Ok(()) => syntax::read_file(&file.path, bytes, max_depth),
                    Err(problem) => FileFacts {
                        problem: Some(problem),
                        ..FileFacts::default()
                    },
                }
            })
            .collect()
    };
    // Deep trees need deep stacks. Where a system refuses them, the ordinary ones have to do.
    match rayon::ThreadPoolBuilder::new()
        .stack_size(nesting::STACK)
        .build()
    {
        Ok(pool) => pool.install(|| read(nesting::MAX_DEPTH)),
        Err(_) => read(nesting::MAX_DEPTH_ON_SMALL_STACK),
    }
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
    let search_paths: Vec<(String, &str)> = files
        .iter()
        .zip(&mut facts)
        .flat_map(|(file, facts)| {
            let folders = std::mem::take(&mut facts.search_path);
            folders
                .into_iter()
                .map(|folder| (folder, file.path.as_str()))
        })
        .collect();
    let on_path = search_paths
        .iter()
        .map(|(folder, file)| (folder.as_str(), *file));
    let native = native::modules(tree);
    let origins = Origins::new(index, &roots.roots, own_names, &native, on_path);
    let placed: Vec<Placed> = files
        .par_iter()
        .zip(facts)
        .map(|(file, facts)| Placed::new(file, facts, &origins))
        .collect();
    let mut imports = Imports::default();
    let mut env_vars = EnvVars::default();
    let mut problems = Vec::new();
    for (file, placed) in files.iter().zip(placed) {
        imports.add(&file.path, placed.class, placed.imports);
        env_vars.add_code(&file.path, placed.class, placed.env_reads);
        problems.extend(
            placed
                .problem
                .filter(|_| !test_data::is_test_data(&file.path)),
        );
    }
    env_vars.add_templates(tree);
    CodeFacts {
        import_roots: roots.describe(index),
        imports: imports.finish(),
        env_vars: env_vars.finish(),
        problems,
    }
}

/// What a file says, with every import under its absolute name and the origin it has there.
struct Placed {
    class: FileClass,
    imports: Vec<(Origin, Import)>,
    env_reads: Vec<EnvRead>,
    problem: Option<Problem>,
}

impl Placed {
    fn new(file: &TreeFile, facts: FileFacts, origins: &Origins<'_>) -> Self {
        let site = Site {
            path: &file.path,
            class: class_of(&file.path, origins.index),
        };
        let mut imports = Vec::with_capacity(facts.imports.len());
        for import in facts.imports {
            place(import, site, origins, &mut imports);
        }
        Self {
            class: site.class,
            imports,
            env_reads: facts.env_reads,
            problem: facts.problem,
        }
    }
}

/// Adds `import` to `placed`: once, or twice where only some members are the project's own.
fn place(
    import: Import,
    site: Site<'_>,
    origins: &Origins<'_>,
    placed: &mut Vec<(Origin, Import)>,
) {
    if import.level > 0 {
        let module = absolute(&import, site, origins.index);
        placed.extend(module.map(|module| (Origin::Own, Import { module, ..import })));
        return;
    }
    let origin = origins.of(&import.module, site);
    if origin != Origin::ThirdParty || import.members.is_empty() {
        placed.push((origin, import));
        return;
    }
    let own = origins.own_members(&import.module, &import.members, site);
    let mut others = import;
    if !own.is_empty() {
        others.members.retain(|member| !own.contains(member));
        placed.push((
            Origin::Own,
            Import {
                members: own,
                ..others.clone()
            },
        ));
    }
    if !others.members.is_empty() {
        placed.push((Origin::ThirdParty, others));
    }
}

/// Imports by module and origin: where sites disagree about whose a module is, it has two entries.
#[derive(Default)]
struct Imports(HashMap<String, BTreeMap<Origin, Vec<ImportSite>>>);

impl Imports {
    fn add(&mut self, path: &str, class: FileClass, imports: Vec<(Origin, Import)>) {
        for (origin, import) in imports {
            let Import {
                module,
                members,
                line,
                condition,
                level: _,
            } = import;
            let path = path.to_owned();
            let site = ImportSite {
                path,
                line,
                condition,
                class,
                members,
            };
            self.0
                .entry(module)
                .or_default()
                .entry(origin)
                .or_default()
                .push(site);
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
