//! Where a file of a template goes: checked once, and safe to join to a folder from then on.

use crate::Limits;
use crate::archive::{EntryPath, NameRules, shown};

use super::TemplateError;

/// Checks the rendered `path` of a file of `template`, and returns it as it is.
///
/// It has to be a plain path below the new folder, possible on every system, so that a project
/// that is made on one can be cloned on all.
pub(super) fn checked(template: &str, path: &str) -> Result<String, TemplateError> {
    let refused = |problem| TemplateError::Path {
        template: template.to_owned(),
        path: shown(path.as_bytes()),
        problem,
    };
    let rules = NameRules {
        windows: true,
        fold_case: true,
    };
    let entry = EntryPath::check(path.as_bytes(), &Limits::default(), rules).map_err(refused)?;
    if entry.version_control().is_some() {
        return Err(TemplateError::VersionControl {
            template: template.to_owned(),
            path: shown(path.as_bytes()),
        });
    }
    // A part that renders to nothing would move the file to another folder.
    let is_plain = path
        .split('/')
        .all(|part| !matches!(part, "" | ".") && part.trim() == part);
    if !is_plain {
        return Err(refused(crate::NameProblem::Empty));
    }
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_paths_pass() {
        for path in [
            "a",
            "src/a/__init__.py",
            ".github/workflows/ci.yml",
            ".gitignore",
        ] {
            assert_eq!(checked("t", path).unwrap(), path);
        }
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for path in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../a",
            "a/../../b",
            "a//b",
            "a/",
            "./a",
            "C:/a",
            "a\\b",
            "a\0b",
            "con",
            "a/nul.txt",
            "a:b",
            " a",
            "a ",
            "a.",
            "a/ /b",
        ] {
            let error = checked("t", path).unwrap_err();
            assert!(
                matches!(error, TemplateError::Path { .. }),
                "{path:?}: {error}"
            );
        }
    }

    #[test]
    fn hooks_and_settings_of_git_are_refused() {
        for path in [
            ".git/hooks/pre-commit",
            ".GIT/config",
            "a/.git",
            "git~1/config",
            ".hg/hgrc",
        ] {
            let error = checked("t", path).unwrap_err();
            assert!(
                matches!(error, TemplateError::VersionControl { .. }),
                "{path:?}: {error}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_passes_stays_below_the_folder(path in "[a./\\\\: ~gitGIT\u{200c}-]{0,12}") {
            if let Ok(passed) = checked("t", &path) {
                let parts: Vec<_> = std::path::Path::new(&passed).components().collect();
                prop_assert!(!parts.is_empty());
                for part in parts {
                    let plain = matches!(part, std::path::Component::Normal(_));
                    prop_assert!(plain, "{passed:?}");
                }
            }
        }
    }
}
