//! Which modules come with Python itself.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::table::Table;

/// Module and the last minor version of Python 3 that has it; how it was made stands in its header.
const MODULES: Table = Table::new(include_str!("standard_library.tsv"));

/// The names alone. Most imports are of the standard library and every one is looked up, so the
/// table is not searched each time.
static NAMES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| MODULES.pairs().map(|(module, _)| module).collect());

/// Whether the standard library of any Python from 3.8 to 3.14 has the top-level module that the
/// dotted name `module` begins with.
///
/// `_typeshed`, which only type checkers know, counts too.
#[must_use]
pub fn is_standard_library(module: &str) -> bool {
    NAMES.contains(super::top_level(module))
}

/// The last minor version of Python 3 whose standard library has `module`; none where 3.14 still
/// has it or no version ever had.
///
/// `distutils` gives 11: Python 3.12 removed it (PEP 632); `cgi` gives 12 (PEP 594).
#[must_use]
pub fn last_minor_with(module: &str) -> Option<u8> {
    MODULES.get(super::top_level(module))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports_table::tests::check_sorted;

    #[test]
    fn the_file_is_sorted() {
        check_sorted(MODULES);
    }

    #[test]
    fn modules_of_any_supported_version_count() {
        for module in [
            "os.path",
            "tomllib",
            "distutils.core",
            "asyncore",
            "imp",
            "_typeshed",
        ] {
            assert!(is_standard_library(module), "{module}");
        }
        for module in [
            "tomli",
            "typing_extensions",
            "pkg_resources",
            "StringIO",
            "",
            ".",
        ] {
            assert!(!is_standard_library(module), "{module}");
        }
    }

    #[test]
    fn removals_are_known() {
        let removals: Vec<_> = [
            "imp",
            "distutils.util",
            "asyncore",
            "cgi",
            "binhex",
            "os",
            "yaml",
        ]
        .map(last_minor_with)
        .into();
        assert_eq!(
            removals,
            [Some(11), Some(11), Some(11), Some(12), Some(10), None, None]
        );
    }
}
