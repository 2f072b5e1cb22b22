//! The newest Python that pinned packages can be installed for.
//!
//! Packages with compiled parts have wheels for the versions of Python that were there when they were
//! released; for a later one the same release has to be compiled, which mostly fails. The table was
//! written from memory in November 2026; about a dozen of its entries were compared with what pip offers.
//! The others, and those of Django, are still to be checked against the lists of files of the releases.

use dhtl_project_model::Evidence;

use super::modules::is_installable;
use super::parts::Part;
use crate::versions::Statement;

/// The first releases of a package for Python 3.9 to 3.13, empty where no later Python was shut out.
type Firsts = [&'static str; 5];

const PACKAGES: [(&str, Firsts); 18] = [
    ("aiohttp", ["3.7", "3.8", "3.8.3", "3.9", "3.10.5"]),
    ("cffi", ["1.14.3", "1.15", "1.15.1", "1.16", "1.17"]),
    ("django", ["2.2", "3.2", "4.0", "4.2", "4.2"]),
    ("gevent", ["20.9", "21.8", "22.10", "23.9", "24.10"]),
    ("greenlet", ["0.4.17", "1.1", "1.1.3", "3.0", "3.1"]),
    ("grpcio", ["1.33", "1.41", "1.49.1", "1.59", "1.66.2"]),
    ("lxml", ["4.6", "4.6.5", "4.9.2", "4.9.3", "5.3"]),
    ("matplotlib", ["3.3.3", "3.5", "3.6", "3.8", "3.9.2"]),
    ("numpy", ["1.19.3", "1.21.3", "1.23.2", "1.26", "2.1"]),
    ("pandas", ["1.1.3", "1.3.3", "1.5.1", "2.1.1", "2.2.3"]),
    ("pillow", ["8.0", "8.4", "9.3", "10.1", "11.0"]),
    (
        "psycopg2-binary",
        ["2.8.6", "2.9.2", "2.9.5", "2.9.9", "2.9.10"],
    ),
    ("pyyaml", ["5.4", "6.0", "6.0", "6.0.1", "6.0.2"]),
    ("scikit-learn", ["0.24", "1.0.2", "1.1.3", "1.3.1", "1.5.2"]),
    ("scipy", ["1.5.4", "1.7.2", "1.9.2", "1.11.2", "1.14.1"]),
    ("tensorflow", ["2.5", "2.8", "2.12", "2.16", "2.20"]),
    ("torch", ["1.8", "1.11", "2.0", "2.2", "2.6"]),
    ("torchvision", ["0.9", "0.12", "0.15", "0.17", "0.21"]),
];

/// The minor version of Python that the first entry of [`Firsts`] is about.
const OLDEST: usize = 9;

/// What the pins of a part say about the version of Python: the lowest ceiling.
pub(super) fn of(part: &Part<'_>) -> Option<Statement> {
    let is_package = is_installable(part);
    PACKAGES
        .iter()
        .filter_map(|(name, firsts)| {
            let (text, evidence) = part.declared.get(*name)?;
            // A package says itself what it needs; lists beside it are for those who work on it.
            let is_aside = is_package && is_requirements(&evidence.path);
            if is_aside {
                return None;
            }
            Some((ceiling(&newest(text)?, firsts)?, evidence))
        })
        .min_by_key(|(minor, _)| *minor)
        .map(|(minor, evidence)| Statement {
            text: format!("<3.{}", minor + 1),
            evidence: Evidence {
                rule: "package-without-wheels".into(),
                ..evidence.clone()
            },
        })
}

fn is_requirements(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending);
    matches!(ending, Some("txt" | "in"))
}

/// The newest minor version of Python that a release of a package is for; none where it is for
/// whatever the table ends with.
fn ceiling(release: &[u32], firsts: &Firsts) -> Option<usize> {
    let reached = firsts
        .iter()
        .take_while(|first| number(first).as_slice() <= release);
    let reached = reached.count();
    (reached < firsts.len()).then(|| OLDEST + reached - 1)
}

/// The release that `name==1.2.3` or `name~=1.2.3` admits at most, as far as that is told.
fn newest(requirement: &str) -> Option<Vec<u32>> {
    let requirement = requirement.split(';').next().unwrap_or_default();
    let start = requirement.find(['=', '~', '<', '>', '!'])?;
    let pin = requirement[start..].split(',').find_map(|one| {
        let one = one.trim();
        one.strip_prefix("==")
            .map(|version| version.trim_start_matches('='))
    })?;
    let pin = pin.trim();
    (!pin.contains('*')).then(|| number(pin))
}

/// The numbers of a version: `[1, 26]` of `1.26.0`, without what is zero at the end.
fn number(version: &str) -> Vec<u32> {
    let parts = version.split('.');
    let mut numbers: Vec<u32> = parts.map_while(|part| part.parse().ok()).collect();
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_numpy(text: &str) -> Option<usize> {
        let (_, firsts) = PACKAGES.iter().find(|(name, _)| *name == "numpy")?;
        ceiling(&newest(text)?, firsts)
    }

    #[test]
    fn a_pin_reaches_as_far_as_its_wheels() {
        assert_eq!(of_numpy("numpy==1.26.0"), Some(12));
        assert_eq!(of_numpy("numpy==1.24.3"), Some(11));
        assert_eq!(of_numpy("numpy == 1.19.3 ; python_version < '4'"), Some(9));
        assert_eq!(of_numpy("numpy==1.16"), Some(8));
        assert_eq!(of_numpy("numpy==2.1.0"), None);
        assert_eq!(of_numpy("numpy>=1.24"), None);
        assert_eq!(of_numpy("numpy==1.*"), None);
        assert_eq!(of_numpy("numpy"), None);
    }

    #[test]
    fn releases_of_the_table_are_in_order() {
        for (name, firsts) in PACKAGES {
            assert!(firsts.is_sorted_by_key(|first| number(first)), "{name}");
        }
    }
}
