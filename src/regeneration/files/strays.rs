//! What nobody installed, and what lost the description that says who did.

use crate::files::claims::Claims;
use crate::files::finding::{FileFinding, Found};
use crate::files::own::is_own;
use crate::files::tree::Tree;
use crate::installed::{Distribution, Environment};

/// The distributions whose description cannot be read, but which left a `RECORD`: their files are not
/// strays.
pub(super) fn broken(environment: &Environment, tree: &Tree, base: &str) -> Vec<Distribution> {
    let mut folders = tree
        .entries()
        .iter()
        .filter_map(|entry| {
            let below = entry.path.strip_prefix(base)?.strip_prefix('/')?;
            let (folder, _) = below.split_once('/')?;
            folder.ends_with(".dist-info").then_some(folder)
        })
        .collect::<Vec<_>>();
    folders.dedup();
    folders
        .into_iter()
        .filter(|folder| {
            !environment
                .distributions
                .iter()
                .any(|distribution| distribution.folder == *folder)
        })
        .filter_map(|folder| Distribution::broken(&environment.site_packages.join(folder)))
        .collect()
}

/// The `METADATA` and `RECORD` files without which a distribution is not one.
pub(super) fn without_core_files(
    environment: &Environment,
    broken: &[Distribution],
    tree: &Tree,
    base: &str,
) -> Vec<FileFinding> {
    let distributions = environment.distributions.iter().chain(broken);
    distributions
        .filter(|distribution| !distribution.folder.is_empty())
        .flat_map(|distribution| {
            ["METADATA", "RECORD"].map(|file| {
                let path = format!("{base}/{}/{file}", distribution.folder);
                tree.get(&path).is_none().then(|| FileFinding {
                    place: environment
                        .site_packages
                        .join(&distribution.folder)
                        .join(file),
                    path,
                    found: Found::Missing,
                    owners: vec![distribution.name.clone()],
                    expected: None,
                    actual: None,
                })
            })
        })
        .flatten()
        .collect()
}

/// The folders of the descriptions that lost their `RECORD`: that is what is the matter, not what is
/// left there.
pub(super) fn undescribed<'a>(
    environment: &'a Environment,
    broken: &'a [Distribution],
) -> Vec<&'a str> {
    let distributions = environment.distributions.iter().chain(broken);
    distributions
        .filter(|distribution| distribution.record.is_empty())
        .map(|distribution| distribution.folder.as_str())
        .collect()
}

/// What nobody claims; folders as one where nobody claims anything in them.
pub(super) fn strays(
    tree: &Tree,
    claims: &Claims<'_>,
    undescribed: &[&str],
    base: &str,
) -> Vec<FileFinding> {
    let mut strays: Vec<FileFinding> = Vec::new();
    for entry in tree.entries() {
        let path = &entry.path;
        if claims.has(path) || is_own(path, base) || is_in_one_of(undescribed, path, base) {
            continue;
        }
        let is_covered = strays
            .last()
            .is_some_and(|last| last.path.ends_with('/') && path.starts_with(&last.path));
        if is_covered {
            continue;
        }
        strays.push(match whole_folder(path, claims, base) {
            Some(folder) => {
                let depth = path[folder.len()..].split('/').count();
                let place = entry.place.ancestors().nth(depth);
                let place = place.unwrap_or(&entry.place).to_owned();
                FileFinding::extra(folder, place)
            }
            None => FileFinding::extra(path.clone(), entry.place.clone()),
        });
    }
    strays
}

fn is_in_one_of(folders: &[&str], path: &str, base: &str) -> bool {
    let below = path
        .strip_prefix(base)
        .and_then(|path| path.strip_prefix('/'));
    below
        .and_then(|below| below.split_once('/'))
        .is_some_and(|(folder, _)| folders.contains(&folder))
}

/// The outermost folder around `path` in which nobody claims anything.
fn whole_folder(path: &str, claims: &Claims<'_>, base: &str) -> Option<String> {
    let below = path.strip_prefix(base)?.strip_prefix('/')?;
    let start = path.len() - below.len();
    below
        .match_indices('/')
        .map(|(index, _)| &path[..=start + index])
        .find(|folder| !claims.has_below(folder))
        .map(str::to_owned)
}
