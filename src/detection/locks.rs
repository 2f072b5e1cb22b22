//! The lock files at the root.

use dhtl_project_model::{Declaration, DeclarationFormat, LockFile, LockKind, Requirement};

use crate::paths;
use crate::tree::Tree;

/// The lock files at the root of the project, the most preferred first.
///
/// A requirements file counts when each of its requirements is exact and has a hash: what
/// `pip install --require-hashes` takes.
pub(crate) fn find(tree: &Tree, declarations: &[Declaration]) -> Vec<LockFile> {
    const NAMES: [(&str, LockKind); 5] = [
        ("uv.lock", LockKind::Uv),
        ("pylock.toml", LockKind::Pylock),
        ("poetry.lock", LockKind::Poetry),
        ("pdm.lock", LockKind::Pdm),
        ("Pipfile.lock", LockKind::Pipfile),
    ];
    let named = NAMES
        .into_iter()
        .filter(|(name, _)| tree.contains(name))
        .map(|(name, kind)| LockFile {
            path: name.to_owned(),
            kind,
        });
    let hashed = declarations
        .iter()
        .filter(|declaration| is_hashed(declaration))
        .map(|declaration| LockFile {
            path: declaration.path.clone(),
            kind: LockKind::HashedRequirements,
        });
    let mut locks: Vec<LockFile> = named.chain(hashed).collect();
    locks.sort_by(|left, right| (left.kind, &left.path).cmp(&(right.kind, &right.path)));
    locks.dedup();
    locks
}

fn is_hashed(declaration: &Declaration) -> bool {
    let folder = paths::folder(&declaration.path);
    declaration.format == DeclarationFormat::Requirements
        && matches!(folder, "." | "requirements")
        && !declaration.requirements.is_empty()
        && declaration.requirements.iter().all(is_exact_and_hashed)
}

fn is_exact_and_hashed(requirement: &Requirement) -> bool {
    let specifier = requirement.text.split(';').next().unwrap_or_default();
    let is_exact = specifier.contains("==") && !specifier.contains(['*', ',']);
    !requirement.hashes.is_empty() && (is_exact || specifier.contains(" @ "))
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::{Evidence, RequirementSource, Scope};

    use super::*;
    use crate::tree::TreeFile;

    fn requirements(path: &str, lines: &[(&str, &[&str])]) -> Declaration {
        let requirements = lines.iter().map(|(text, hashes)| Requirement {
            text: (*text).to_owned(),
            name: None,
            source: RequirementSource::Index,
            editable: false,
            hashes: hashes.iter().map(|hash| (*hash).to_owned()).collect(),
            evidence: Evidence::file(path, "test"),
        });
        Declaration {
            path: path.to_owned(),
            format: DeclarationFormat::Requirements,
            scope: Scope::Runtime,
            requirements: requirements.collect(),
        }
    }

    #[test]
    fn locks_are_in_order_of_preference() {
        let files = ["Pipfile.lock", "poetry.lock", "sub/uv.lock"].map(|path| TreeFile {
            path: path.to_owned(),
        });
        let tree = Tree {
            files: files.to_vec(),
            ..Tree::default()
        };
        let declarations = [
            requirements(
                "requirements.txt",
                &[("a==1; os_name=='nt'", &["sha256:aa"])],
            ),
            requirements("dev.txt", &[("a==1", &["sha256:aa"]), ("b==2", &[])]),
            requirements("test.txt", &[("a>=1", &["sha256:aa"])]),
        ];
        let kinds: Vec<_> = find(&tree, &declarations)
            .into_iter()
            .map(|lock| (lock.path, lock.kind))
            .collect();
        assert_eq!(
            kinds,
            [
                ("poetry.lock".to_owned(), LockKind::Poetry),
                ("Pipfile.lock".to_owned(), LockKind::Pipfile),
                ("requirements.txt".to_owned(), LockKind::HashedRequirements),
            ]
        );
    }
}
