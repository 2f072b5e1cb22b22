//! What an archive will put where: decided on names alone, before the disk is asked.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::entry_path::{EntryPath, NameRules, shown};
use super::{ArchiveError, LinkProblem};

/// As many links as Linux follows before it gives up.
const MAX_HOPS: usize = 40;

/// The new folder itself.
pub(super) const ROOT: NodeId = NodeId(0);

/// A file, folder or link in a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NodeId(usize);

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NodeKind {
    /// A folder.
    Folder,
    /// A regular file.
    File,
    /// A symbolic link, with the components of its target.
    Link(Vec<OsString>),
}

/// What inserting an entry comes to.
#[derive(Debug)]
pub(super) struct Inserted {
    /// The entry.
    pub(super) id: NodeId,
    /// The folders to make, outermost first; the entry itself is among them when it is a new one.
    pub(super) new_folders: Vec<PathBuf>,
}

/// Every name of an archive, with the rules of this machine about what is one name.
#[derive(Debug)]
pub(super) struct Tree {
    fold_case: bool,
    nodes: Vec<Node>,
    children: HashMap<(NodeId, OsString), NodeId>,
}

#[derive(Debug)]
struct Node {
    parent: NodeId,
    /// As the archive first spelled it.
    name: OsString,
    kind: NodeKind,
}

impl Tree {
    /// An empty folder.
    pub(super) fn new(rules: NameRules) -> Self {
        let root = Node {
            parent: ROOT,
            name: OsString::new(),
            kind: NodeKind::Folder,
        };
        Self {
            fold_case: rules.fold_case,
            nodes: vec![root],
            children: HashMap::new(),
        }
    }

    /// Adds an entry, and the folders above it that are not there yet.
    ///
    /// A folder may come twice; nothing else may.
    pub(super) fn insert(
        &mut self,
        path: &EntryPath,
        kind: &NodeKind,
    ) -> Result<Inserted, ArchiveError> {
        let mut inserted = Inserted {
            id: ROOT,
            new_folders: Vec::new(),
        };
        let mut prefix = PathBuf::new();
        let last = path.components().len().saturating_sub(1);
        for (position, component) in path.components().iter().enumerate() {
            prefix.push(component);
            let wanted = if position == last {
                kind.clone()
            } else {
                NodeKind::Folder
            };
            if let Some(existing) = self.child(inserted.id, component) {
                self.check_shared(existing, component, &prefix, path, &wanted)?;
                inserted.id = existing;
                continue;
            }
            if wanted == NodeKind::Folder {
                inserted.new_folders.push(prefix.clone());
            }
            inserted.id = self.add(inserted.id, component, wanted);
        }
        Ok(inserted)
    }

    /// Whether a name that is taken may be used once more.
    fn check_shared(
        &self,
        existing: NodeId,
        component: &OsStr,
        prefix: &std::path::Path,
        path: &EntryPath,
        wanted: &NodeKind,
    ) -> Result<(), ArchiveError> {
        let node = &self.nodes[existing.0];
        let name = shown(prefix.as_os_str().as_encoded_bytes());
        if node.name != component {
            let other = shown(self.path_of(existing).as_os_str().as_encoded_bytes());
            return Err(ArchiveError::Collision { name, other });
        }
        match (&node.kind, wanted) {
            (NodeKind::Folder, NodeKind::Folder) => Ok(()),
            (NodeKind::Link(_), NodeKind::Folder) if prefix != path.to_path() => {
                let entry = shown(path.to_path().as_os_str().as_encoded_bytes());
                Err(ArchiveError::ThroughLink {
                    name: entry,
                    link: name,
                })
            }
            (NodeKind::Folder, _) | (_, NodeKind::Folder) => Err(ArchiveError::Conflict { name }),
            _ => Err(ArchiveError::Duplicate { name }),
        }
    }

    fn add(&mut self, parent: NodeId, name: &OsStr, kind: NodeKind) -> NodeId {
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node {
            parent,
            name: name.to_owned(),
            kind,
        });
        self.children.insert((parent, self.folded(name)), id);
        id
    }

    /// What is called `name` in `folder`, in any spelling that is the same on this machine.
    pub(super) fn child(&self, folder: NodeId, name: &OsStr) -> Option<NodeId> {
        self.children.get(&(folder, self.folded(name))).copied()
    }

    /// What `path` leads to, with no link on the way.
    pub(super) fn get(&self, path: &EntryPath) -> Option<NodeId> {
        path.components()
            .iter()
            .try_fold(ROOT, |folder, component| self.child(folder, component))
    }

    /// What a node stands for.
    pub(super) fn kind(&self, id: NodeId) -> &NodeKind {
        &self.nodes[id.0].kind
    }

    /// The only thing at the top, when that is a folder.
    pub(super) fn only_top_folder(&self) -> Option<NodeId> {
        let mut tops = (1..self.nodes.len()).filter(|index| self.nodes[*index].parent == ROOT);
        let top = NodeId(tops.next()?);
        (tops.next().is_none() && *self.kind(top) == NodeKind::Folder).then_some(top)
    }

    /// The path of a node, relative to the root.
    pub(super) fn path_of(&self, id: NodeId) -> PathBuf {
        let mut names = Vec::new();
        let mut current = id;
        while current != ROOT {
            names.push(&self.nodes[current.0].name);
            current = self.nodes[current.0].parent;
        }
        names.into_iter().rev().collect()
    }

    /// Follows a link as the operating system will, and never above `root`.
    ///
    /// Returns what it leads to, or nothing when that does not exist. A `..` after a name that
    /// the archive does not have is refused: only names that are known to be folders can be left
    /// again, because on the disk a name may turn out to be another spelling of a link.
    pub(super) fn resolve(
        &self,
        link: NodeId,
        root: NodeId,
    ) -> Result<Option<NodeId>, LinkProblem> {
        let NodeKind::Link(target) = self.kind(link) else {
            return Ok(Some(link));
        };
        let mut rest: Vec<&OsString> = target.iter().rev().collect();
        let mut at = Some(self.nodes[link.0].parent);
        let mut hops = 0;
        while let Some(component) = rest.pop() {
            if component == ".." {
                let folder = at.filter(|id| *self.kind(*id) == NodeKind::Folder && *id != root);
                at = Some(self.nodes[folder.ok_or(LinkProblem::Escapes)?.0].parent);
                continue;
            }
            let next = at.and_then(|folder| self.child(folder, component));
            let Some(next) = next else {
                at = None;
                continue;
            };
            if let NodeKind::Link(target) = self.kind(next) {
                hops += 1;
                if hops > MAX_HOPS {
                    return Err(LinkProblem::Endless);
                }
                rest.extend(target.iter().rev());
            } else {
                at = Some(next);
            }
        }
        Ok(at)
    }

    fn folded(&self, name: &OsStr) -> OsString {
        if self.fold_case {
            name.to_string_lossy().to_lowercase().into()
        } else {
            name.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Limits;
    use crate::archive::entry_path::link_components;

    const UNIX: NameRules = NameRules {
        windows: false,
        fold_case: false,
    };
    const MAC: NameRules = NameRules {
        windows: false,
        fold_case: true,
    };

    fn path(name: &str) -> EntryPath {
        EntryPath::parse(name.as_bytes(), &Limits::default(), UNIX).unwrap()
    }

    fn link(target: &str) -> NodeKind {
        NodeKind::Link(link_components(target.as_bytes(), &Limits::default(), UNIX).unwrap())
    }

    fn tree(entries: &[(&str, NodeKind)]) -> Tree {
        let mut tree = Tree::new(UNIX);
        for (name, kind) in entries {
            tree.insert(&path(name), kind).unwrap();
        }
        tree
    }

    #[test]
    fn folders_on_the_way_are_made_once() {
        let mut tree = Tree::new(UNIX);
        let inserted = tree.insert(&path("a/b/c"), &NodeKind::File).unwrap();
        assert_eq!(
            inserted.new_folders,
            [PathBuf::from("a"), PathBuf::from("a/b")]
        );
        let inserted = tree.insert(&path("a/b/d/"), &NodeKind::Folder).unwrap();
        assert_eq!(inserted.new_folders, [PathBuf::from("a/b/d")]);
        let inserted = tree.insert(&path("a/b/"), &NodeKind::Folder).unwrap();
        assert!(inserted.new_folders.is_empty());
    }

    #[test]
    fn a_name_is_one_thing() {
        let mut tree = tree(&[("file", NodeKind::File), ("folder", NodeKind::Folder)]);
        tree.insert(&path("link"), &link("folder")).unwrap();
        let mut refuse = |name: &str, kind| tree.insert(&path(name), &kind).unwrap_err();
        assert!(matches!(
            refuse("file", NodeKind::File),
            ArchiveError::Duplicate { .. }
        ));
        assert!(matches!(
            refuse("link", NodeKind::File),
            ArchiveError::Duplicate { .. }
        ));
        assert!(matches!(
            refuse("link", NodeKind::Folder),
            ArchiveError::Conflict { .. }
        ));
        assert!(matches!(
            refuse("folder", NodeKind::File),
            ArchiveError::Conflict { .. }
        ));
        assert!(matches!(
            refuse("folder", link("file")),
            ArchiveError::Conflict { .. }
        ));
        assert!(matches!(
            refuse("file/below", NodeKind::File),
            ArchiveError::Conflict { .. }
        ));
        assert!(matches!(
            refuse("link/below", NodeKind::File),
            ArchiveError::ThroughLink { .. }
        ));
    }

    #[test]
    fn case_matters_where_the_machine_says_so() {
        let mut tree = Tree::new(MAC);
        tree.insert(&path("Docs/a"), &NodeKind::File).unwrap();
        tree.insert(&path("Docs/b"), &NodeKind::File).unwrap();
        for name in ["docs/c", "Docs/A"] {
            let error = tree.insert(&path(name), &NodeKind::File).unwrap_err();
            assert!(
                matches!(error, ArchiveError::Collision { .. }),
                "{name}: {error}"
            );
        }
        let mut tree = Tree::new(UNIX);
        tree.insert(&path("Docs/a"), &NodeKind::File).unwrap();
        tree.insert(&path("docs/a"), &NodeKind::File).unwrap();
    }

    #[track_caller]
    fn check(entries: &[(&str, NodeKind)], expected: Result<Option<&str>, LinkProblem>) {
        let tree = tree(entries);
        let link = tree.get(&path(entries.last().unwrap().0)).unwrap();
        let resolved = tree.resolve(link, ROOT);
        let paths = resolved.map(|node| node.map(|id| tree.path_of(id)));
        assert_eq!(paths, expected.map(|path| path.map(PathBuf::from)));
    }

    #[test]
    fn links_are_followed_as_the_system_does() {
        let file = || ("a/b/file", NodeKind::File);
        check(&[file(), ("l", link("a/b/file"))], Ok(Some("a/b/file")));
        check(&[file(), ("a/l", link("../a/b"))], Ok(Some("a/b")));
        check(&[file(), ("a/l", link(".."))], Ok(Some("")));
        check(&[file(), ("l", link("a/missing/file"))], Ok(None));
        check(
            &[file(), ("d", link("a/b")), ("l", link("d/file"))],
            Ok(Some("a/b/file")),
        );
        // `d/..` is `a`, not the root.
        check(
            &[file(), ("d", link("a/b")), ("l", link("d/../b"))],
            Ok(Some("a/b")),
        );
    }

    #[test]
    fn links_never_lead_out() {
        let folder = || ("a/b/c", NodeKind::Folder);
        check(&[folder(), ("l", link(".."))], Err(LinkProblem::Escapes));
        check(
            &[folder(), ("a/l", link("../../x"))],
            Err(LinkProblem::Escapes),
        );
        // Harmless by its text, but `up` is the root already.
        check(
            &[
                folder(),
                ("a/b/up", link("../..")),
                ("l", link("a/b/up/..")),
            ],
            Err(LinkProblem::Escapes),
        );
        // A name that is not there might be another spelling of one that is.
        check(
            &[folder(), ("l", link("missing/../a"))],
            Err(LinkProblem::Escapes),
        );
    }

    #[test]
    fn a_link_may_leave_for_another_part_only_below_the_top_folder() {
        let tree = tree(&[("api/file", NodeKind::File), ("api/l", link("../other"))]);
        let id = tree.get(&path("api/l")).unwrap();
        assert_eq!(tree.resolve(id, ROOT), Ok(None));
        assert_eq!(
            tree.resolve(id, tree.only_top_folder().unwrap()),
            Err(LinkProblem::Escapes)
        );
    }

    #[test]
    fn endless_links_end() {
        check(&[("l", link("l"))], Err(LinkProblem::Endless));
        check(
            &[("a", link("b")), ("b", link("a/x"))],
            Err(LinkProblem::Endless),
        );
    }

    #[test]
    fn chains_of_links_are_followed_as_far_as_linux_does() {
        let chain = |len: usize| {
            let mut entries = vec![("end".to_owned(), NodeKind::File)];
            entries.push(("0".to_owned(), link("end")));
            entries.extend((1..=len).map(|hop| (hop.to_string(), link(&(hop - 1).to_string()))));
            let entries: Vec<_> = entries
                .iter()
                .map(|(name, kind)| (name.as_str(), kind.clone()))
                .collect();
            let tree = tree(&entries);
            let last = tree.get(&path(&len.to_string())).unwrap();
            tree.resolve(last, ROOT)
                .map(|node| node.map(|id| tree.path_of(id)))
        };
        assert_eq!(chain(40), Ok(Some("end".into())));
        assert_eq!(chain(41), Err(LinkProblem::Endless));
    }

    #[test]
    fn the_top_folder_counts_only_when_it_is_alone() {
        let top = |entries: &[(&str, NodeKind)]| {
            let tree = tree(entries);
            tree.only_top_folder().map(|id| tree.path_of(id))
        };
        assert_eq!(
            top(&[("api/a", NodeKind::File), ("api/b", NodeKind::File)]),
            Some("api".into())
        );
        assert_eq!(
            top(&[("api/a", NodeKind::File), ("b", NodeKind::File)]),
            None
        );
        assert_eq!(top(&[("a", NodeKind::File)]), None);
        assert_eq!(top(&[("a", link("b"))]), None);
        assert_eq!(top(&[]), None);
    }
}
