//! Which parts of a project need not have what they import.

use dhtl_project_model::{FileClass, ImportSite, ImportedModule};
use serde::Serialize;

/// A part of a project whose imports can be left out of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodePart {
    /// Tests and their support files.
    Tests,
    /// Documentation.
    Docs,
    /// Examples, tutorials and benchmarks, notebooks aside.
    Examples,
    /// Loose scripts and build files.
    Scripts,
    /// Notebooks, wherever they are.
    Notebooks,
}

impl CodePart {
    fn has(self, path: &str, class: FileClass) -> bool {
        let is_notebook = path
            .rsplit_once('.')
            .is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("ipynb"));
        match self {
            Self::Notebooks => is_notebook,
            _ if is_notebook => false,
            Self::Tests => class == FileClass::Tests,
            Self::Docs => class == FileClass::Docs,
            Self::Examples => class == FileClass::Examples,
            Self::Scripts => class == FileClass::Scripts,
        }
    }
}

/// Takes out of `imports` what only stands in `parts`.
pub(crate) fn leave_out(imports: &mut Vec<ImportedModule>, parts: &[CodePart]) {
    let is_wanted = |site: &ImportSite| {
        let class = site.class;
        !parts.iter().any(|part| part.has(&site.path, class))
    };
    if parts.is_empty() {
        return;
    }
    for import in imports.iter_mut() {
        import.sites.retain(is_wanted);
    }
    imports.retain(|import| !import.sites.is_empty());
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::{Condition, Origin};

    use super::*;

    #[track_caller]
    fn check(parts: &[CodePart], expected: &[&str]) {
        let sites = [
            ("pkg/a.py", FileClass::Package),
            ("tests/test_a.py", FileClass::Tests),
            ("docs/conf.py", FileClass::Docs),
            ("docs/tour.ipynb", FileClass::Docs),
            ("examples/b.py", FileClass::Examples),
            ("bin/c.py", FileClass::Scripts),
        ];
        let mut imports = vec![ImportedModule {
            module: "m".to_owned(),
            origin: Origin::ThirdParty,
            sites: sites
                .into_iter()
                .map(|(path, class)| ImportSite {
                    path: path.to_owned(),
                    line: 1,
                    condition: Condition::Always,
                    class,
                    members: Vec::new(),
                })
                .collect(),
        }];
        leave_out(&mut imports, parts);
        let left = imports
            .iter()
            .flat_map(|import| &import.sites)
            .map(|site| site.path.as_str())
            .collect::<Vec<_>>();
        assert_eq!(left, expected);
    }

    #[test]
    fn a_part_is_left_out_and_nothing_else() {
        use CodePart::{Docs, Examples, Notebooks, Scripts, Tests};
        let rest = ["pkg/a.py", "docs/tour.ipynb"];
        check(&[Tests, Docs, Examples, Scripts], &rest);
        check(&[Notebooks, Tests, Docs, Examples, Scripts], &["pkg/a.py"]);
        check(
            &[Tests],
            &[
                "pkg/a.py",
                "docs/conf.py",
                "docs/tour.ipynb",
                "examples/b.py",
                "bin/c.py",
            ],
        );
    }

    #[test]
    fn what_nothing_else_imports_is_gone() {
        let mut imports = vec![ImportedModule {
            module: "m".to_owned(),
            origin: Origin::ThirdParty,
            sites: vec![ImportSite {
                path: "tests/a.py".to_owned(),
                line: 1,
                condition: Condition::Always,
                class: FileClass::Tests,
                members: Vec::new(),
            }],
        }];
        leave_out(&mut imports, &[CodePart::Tests]);
        assert_eq!(imports, []);
    }
}
