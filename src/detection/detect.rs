//! From a folder to a [`Project`].

use std::path::{Path, PathBuf};

use dhtl_project_model::{
    Evidence, Found, InterpreterConstraint, Language, Problem, Project, PythonProject,
    ordered_problems,
};

use crate::manifests::Manifests;
use crate::root::{find_root, nested_root};
use crate::threads::{both, divided};
use crate::tree::Tree;
use crate::{
    DetectError, code, declarations, git_setup, interpreter, language_packages, languages, layout,
    locks, metadata, sub_projects, system_packages,
};

/// What to detect.
#[derive(Debug, Clone)]
pub struct DetectRequest<'a> {
    /// The folder the search for the root begins in.
    pub start: &'a Path,
    /// The root, where the user names it: no search.
    pub root: Option<&'a Path>,
    /// What `.dhtconfig` says about the interpreter: the most binding statement.
    pub config_python: Option<InterpreterConstraint>,
}

/// Reads the project that `request` names; runs and writes nothing.
///
/// A file that cannot be read or understood is a [`Problem`] of the project.
pub fn detect(request: &DetectRequest<'_>) -> Result<Project, DetectError> {
    detect_with_tree(request).map(|(project, _)| project)
}

/// The same, with the files that were listed for it.
pub fn detect_with_tree(request: &DetectRequest<'_>) -> Result<(Project, Tree), DetectError> {
    let declared = declared_root(request)?;
    let tree = tree(request, declared.as_ref())?;
    let (root, root_evidence) = match declared {
        Some(found) => found,
        None => loose_code(&tree).ok_or_else(|| DetectError::NoProject {
            start: tree.root.clone(),
        })?,
    };
    let languages = languages::find(&tree);
    if languages.is_empty() && !tree.contains(".dhtconfig") {
        return Err(DetectError::NoProject { start: root });
    }
    let project = divided(&tree, || {
        read(request, (root, root_evidence), &tree, languages)
    })?;
    Ok((project, tree))
}

/// The same for any folder, whatever is in it: for those who know more languages than this crate.
///
/// A folder that declares nothing is its own root, and a project need not have a language. What
/// `.dhtconfig` says about the interpreter is asked of `config_python` once the root is known.
pub fn detect_any<E: From<DetectError>>(
    start: &Path,
    root: Option<&Path>,
    config_python: impl FnOnce(&Path) -> Result<Option<InterpreterConstraint>, E>,
) -> Result<(Project, Tree), E> {
    let mut request = DetectRequest {
        start,
        root,
        config_python: None,
    };
    let mut declared = declared_root(&request)?;
    if let Some((outer, _)) = &declared
        && root.is_none()
    {
        declared = nested_root(start, outer).or(declared);
    }
    let tree = tree(&request, declared.as_ref())?;
    let root = declared
        .or_else(|| loose_code(&tree))
        .unwrap_or_else(|| (tree.root.clone(), Evidence::file(".", "root-named")));
    request.config_python = config_python(&root.0)?;
    let languages = languages::find(&tree);
    let project = divided(&tree, || read(&request, root, &tree, languages))?;
    Ok((project, tree))
}

/// What the files of `tree` say about a project in these languages.
fn read(
    request: &DetectRequest<'_>,
    (root, root_evidence): (PathBuf, Evidence),
    tree: &Tree,
    languages: Vec<Found<Language>>,
) -> Result<Project, DetectError> {
    let manifests = Manifests::read(tree);
    let mut problems = tree.problems.clone();
    problems.extend(manifests.problems.iter().cloned());
    let is_python = languages
        .iter()
        .any(|language| language.value == Language::Python);
    let (read, (system_packages, unread)) = both(
        || is_python.then(|| python(&manifests, request.config_python.clone())),
        || system_packages::collect(&manifests).hints(),
    );
    problems.extend(unread);
    let (git, unread) = git_setup::collect(tree);
    problems.extend(unread);
    let (language_packages, unread) = language_packages::find(tree);
    problems.extend(unread);
    let (python, env_vars) = if let Some(read) = read.transpose()? {
        problems.extend(read.problems);
        (Some(read.project), read.env_vars)
    } else {
        let facts = code::scan(tree, &code::LayoutHints::default());
        problems.extend(facts.problems);
        (None, facts.env_vars)
    };
    let problems = ordered_problems(problems);
    let name = name(&manifests, &root);
    Ok(Project {
        name,
        root,
        root_evidence,
        languages,
        python,
        language_packages,
        env_vars,
        system_packages,
        git,
        problems,
    })
}

/// The root that is named or that a file declares.
fn declared_root(request: &DetectRequest<'_>) -> Result<Option<(PathBuf, Evidence)>, DetectError> {
    let named = request.root.unwrap_or(request.start);
    if !named.is_dir() {
        return Err(DetectError::NotAFolder {
            path: named.to_owned(),
        });
    }
    if let Some(root) = request.root {
        let root = std::path::absolute(root).map_err(|source| DetectError::Unreadable {
            path: root.to_owned(),
            source,
        })?;
        return Ok(Some((root, Evidence::file(".", "root-named"))));
    }
    Ok(find_root(request.start))
}

/// The files below the declared root, or else below the folder itself.
fn tree(
    request: &DetectRequest<'_>,
    declared: Option<&(PathBuf, Evidence)>,
) -> Result<Tree, DetectError> {
    Tree::read(declared.map_or(request.start, |(root, _)| root))
}

/// A folder that declares nothing is a project as well when it holds code and is named.
fn loose_code(tree: &Tree) -> Option<(PathBuf, Evidence)> {
    let mut files = tree.files.iter();
    let file = files.find(|file| languages::is_python(&file.path))?;
    let evidence = Evidence::file(&file.path, "root-python-files");
    Some((tree.root.clone(), evidence))
}

/// The Python side of a project, and what its code and files say beyond it.
struct PythonSide {
    project: PythonProject,
    env_vars: Vec<dhtl_project_model::EnvVar>,
    problems: Vec<Problem>,
}

fn python(
    manifests: &Manifests<'_>,
    config_python: Option<InterpreterConstraint>,
) -> Result<PythonSide, DetectError> {
    let layout = layout::hints(manifests);
    let (facts, (collected, mut stated)) = both(
        || code::scan(manifests.tree, &layout),
        || {
            both(
                || declarations::collect(manifests),
                || interpreter::collect(manifests),
            )
        },
    );
    stated.constraints.extend(config_python);
    stated
        .constraints
        .sort_by_key(|constraint| constraint.source);
    let interpreter = interpreter::decide(&stated.constraints)?;
    let sub_projects = sub_projects::find(manifests);
    let undeclared = code::undeclared(&facts.imports, &collected.declarations, &sub_projects);
    let project = PythonProject {
        locks: locks::find(manifests.tree, &collected.declarations),
        declarations: collected.declarations,
        interpreter_constraints: stated.constraints,
        interpreter,
        import_roots: facts.import_roots,
        sub_projects,
        exclusions: declarations::uv::exclusions(manifests),
        installable: metadata::installable(manifests, "."),
        imports: facts.imports,
        undeclared,
    };
    let problems = [facts.problems, collected.problems, stated.problems]
        .into_iter()
        .flatten()
        .collect();
    Ok(PythonSide {
        project,
        env_vars: facts.env_vars,
        problems,
    })
}

fn name(manifests: &Manifests<'_>, root: &Path) -> Found<String> {
    metadata::declared_name(manifests, ".")
        .or_else(|| languages::declared_name(manifests.tree))
        .unwrap_or_else(|| Found {
            value: root.file_name().map_or_else(
                || "project".to_owned(),
                |name| name.to_string_lossy().into_owned(),
            ),
            evidence: Evidence::file(".", "folder-name"),
        })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use dhtl_project_model::{Diagnostic as _, ExitCode, InterpreterSource, LockKind};

    use super::*;

    fn detected(files: &[(&str, &str)], start: &str) -> Result<Project, DetectError> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let start = folder.path().join(start);
        detect(&DetectRequest {
            start: &start,
            root: None,
            config_python: None,
        })
    }

    #[test]
    fn a_whole_project_is_detected() {
        let pyproject = "\
[project]
name = 'shop'
requires-python = '>=3.11'
dependencies = ['flask']
[build-system]
requires = ['hatchling']
";
        let files = [
            ("pyproject.toml", pyproject),
            ("uv.lock", ""),
            (".python-version", "3.12"),
            ("src/shop/__init__.py", "import flask\n"),
            ("sub/pyproject.toml", "[project]\nname = 'sub'\n"),
            ("Pipfile", "broken = ["),
        ];
        let project = detected(&files, "src/shop").unwrap();
        assert_eq!(project.name.value, "shop");
        assert_eq!(
            project.root_evidence.to_string(),
            "pyproject.toml (root-nearest-manifest)"
        );
        let python = project.python.unwrap();
        assert_eq!(python.interpreter.specifiers, "==3.12.*,>=3.11");
        assert_eq!(python.locks[0].kind, LockKind::Uv);
        assert_eq!(python.sub_projects[0].name.as_deref(), Some("sub"));
        assert_eq!(
            python.installable.unwrap().to_string(),
            "pyproject.toml:1 (installable-pyproject)"
        );
        assert_eq!(python.undeclared, []);
        let problems: Vec<_> = project
            .problems
            .iter()
            .map(|problem| problem.evidence.to_string())
            .collect();
        assert_eq!(problems, ["Pipfile:1 (toml-syntax)"]);
    }

    #[test]
    fn loose_code_is_a_project_and_an_empty_folder_is_none() {
        let project = detected(&[("loose/x.py", "")], "loose").unwrap();
        assert_eq!(
            project.root_evidence.to_string(),
            "x.py (root-python-files)"
        );
        assert_eq!(project.name.value, "loose");
        let error = detected(&[("notes.md", "")], ".").unwrap_err();
        assert!(matches!(error, DetectError::NoProject { .. }));
        assert_eq!(error.exit_code(), ExitCode::Invalid);
        assert!(error.hint().is_some());
        let error = detected(&[("x.py", "")], "x.py").unwrap_err();
        assert!(matches!(error, DetectError::NotAFolder { .. }));
    }

    #[test]
    fn the_named_root_and_the_config_win() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("a");
        fs::create_dir_all(root.join("b")).unwrap();
        fs::write(root.join("setup.py"), "").unwrap();
        fs::write(root.join("b/pyproject.toml"), "[project]\nname='b'").unwrap();
        let config_python = InterpreterConstraint {
            source: InterpreterSource::Config,
            specifiers: "==3.11.4".to_owned(),
            evidence: Evidence::at(".dhtconfig", 3, "config-python"),
        };
        let request = DetectRequest {
            start: &root.join("b"),
            root: Some(&root),
            config_python: Some(config_python),
        };
        let project = detect(&request).unwrap();
        assert_eq!(project.root, root);
        assert_eq!(project.python.unwrap().interpreter.specifiers, "==3.11.4");
    }

    #[test]
    fn any_folder_can_be_read_and_is_its_own_root() {
        let folder = tempfile::tempdir().unwrap();
        let any = |start: &Path, root: Option<&Path>| {
            let found = detect_any(start, root, |_| Ok::<_, DetectError>(None));
            found.unwrap().0
        };
        let inner = folder.path().join("services/shop/lib");
        fs::create_dir_all(&inner).unwrap();
        fs::write(folder.path().join("package.json"), "{}").unwrap();
        let real = |path: &Path| fs::canonicalize(path).unwrap();
        assert_eq!(real(&any(&inner, None).root), real(folder.path()));
        // A manifest of a language that is only detected makes its folder a root.
        fs::write(folder.path().join("services/shop/Gemfile"), "").unwrap();
        let shop = folder.path().join("services/shop");
        assert_eq!(real(&any(&inner, None).root), real(&shop));
        let named = any(&inner, Some(&inner));
        assert_eq!(real(&named.root), real(&inner));
        assert_eq!((named.languages, named.python), (Vec::new(), None));
    }

    #[test]
    fn other_languages_have_names_as_well() {
        let files = [("package.json", r#"{"name": "web"}"#), ("index.js", "")];
        let project = detected(&files, ".").unwrap();
        assert_eq!(project.name.value, "web");
        assert_eq!(project.python, None);
    }
}
