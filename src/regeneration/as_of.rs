//! The moment that an unlocked project is resolved as of.
//!
//! What the project was last worked on with is what it is known to work with, and the same for
//! everyone who resolves the same commit, today or in a year.

use std::path::Path;

use dhtl_tools::{Runner, git, no_output};

/// Releases of the day of the commit may be what it is about.
const DAY: i64 = 24 * 60 * 60;

/// The day after the last commit, in the notation of RFC 3339; none outside a repository.
pub(crate) fn last_commit(root: &Path, runner: &dyn Runner) -> Option<String> {
    // A folder inside a repository that has nothing to do with it, such as an unpacked archive,
    // must not get that repository's date.
    if !root.join(".git").exists() {
        return None;
    }
    let completed = runner
        .run(&git::head_commit(root), &no_output)
        .ok()?
        .require_success()
        .ok()?;
    let seconds = committed_at(&completed.stdout)?;
    let moment = jiff::Timestamp::from_second(seconds.checked_add(DAY)?).ok()?;
    Some(moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Seconds since 1970, of the line `committer Name <mail> 1700000000 +0100`.
fn committed_at(commit: &str) -> Option<i64> {
    let header = commit.lines().take_while(|line| !line.is_empty());
    let mut committer = header.filter_map(|line| line.strip_prefix("committer "));
    let mut fields = committer.next()?.rsplit(' ').skip(1);
    fields.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_committer_counts_not_the_message() {
        let commit = "tree 4f2a\nauthor A <a@a.example> 1600000000 +0000\n\
            committer B C <b@b.example> 1700000000 +0100\n\ncommitter X <x@x.example> 1 +0000\n";
        assert_eq!(committed_at(commit), Some(1_700_000_000));
    }

    proptest! {
        #[test]
        fn odd_commits_do_not_panic(commit: String) {
            committed_at(&commit);
        }
    }
}
