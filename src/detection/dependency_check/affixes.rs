//! What names of distributions have around the names of their modules.

/// In front of the name of the module, the longest first.
const PREFIXES: [&str; 8] = [
    "python3-", "python-", "django-", "flask-", "google-", "py-", "python", "py",
];
/// Behind it.
const SUFFIXES: [&str; 14] = [
    "-python", "-client", "-binary", "-sdk", "-lib", "-api", "-core", "-py", "-ng", "py", "2", "3",
    "-cffi", "-wheel",
];

/// Whether a distribution may provide an unknown module, judging by their names alone: reason
/// enough to leave both in peace, never to name one for the other.
pub(super) fn is_relative(distribution: &str, module: &str) -> bool {
    let module = module.to_ascii_lowercase();
    // `a`, `a.b`, `a.b.c`, each as one word.
    let packages: Vec<String> = module
        .match_indices('.')
        .map(|(end, _)| end)
        .chain([module.len()])
        .map(|end| module[..end].replace(['.', '_'], ""))
        .collect();
    let module = module.replace(['.', '_'], "-");
    let top_level = module.split('-').next().unwrap_or(&module);
    let first_part = |name: &str| {
        name.split_once('-')
            .is_some_and(|(first, _)| first == top_level && first.len() > 3)
    };
    let bare = without_affixes(distribution);
    let is_package = |name: &str| {
        let name = compact(name);
        packages.contains(&name)
    };
    is_package(distribution)
        || is_package(bare)
        || compact(bare) == compact(without_affixes(&module))
        || compact(bare) == top_level
        || first_part(distribution)
        || first_part(bare)
}

fn without_affixes(name: &str) -> &str {
    let name = PREFIXES
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .filter(|rest| rest.len() > 1)
        .unwrap_or(name);
    SUFFIXES
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .filter(|rest| rest.len() > 1)
        .unwrap_or(name)
}

fn compact(name: &str) -> String {
    name.replace('-', "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usual_affixes_do_not_part_relatives() {
        for (distribution, module) in [
            ("python-frobnicate", "frobnicate"),
            ("pyfrob", "frob"),
            ("frob-client", "frob"),
            ("foo-bar", "foobar"),
            ("foo-bar", "foo_bar.baz"),
            ("acme-core", "acme.core"),
            ("acme-billing", "acme"),
        ] {
            assert!(is_relative(distribution, module), "{distribution} {module}");
        }
    }

    #[test]
    fn strangers_are_no_relatives() {
        for (distribution, module) in [("flask", "requests"), ("py", "os2"), ("a-b", "a")] {
            assert!(
                !is_relative(distribution, module),
                "{distribution} {module}"
            );
        }
    }

    proptest! {
        #[test]
        fn odd_names_never_panic(distribution in "[a-z0-9-]{0,12}", module in "\\PC{0,12}") {
            let _ = is_relative(&distribution, &module);
        }
    }
}
