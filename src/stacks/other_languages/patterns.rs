//! Which folders the patterns of a workspace name.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A longer pattern names nothing: those with braces in each other take stack to be read.
const LONGEST: usize = 1000;

/// The patterns of the members of a workspace, without those that it leaves out.
pub(super) struct Patterns(Option<Gitignore>);

impl Patterns {
    /// The folders that `members` name and `excluded` do not. What is no pattern names nothing.
    pub(super) fn new<'p>(
        members: impl IntoIterator<Item = &'p str>,
        excluded: impl IntoIterator<Item = &'p str>,
    ) -> Self {
        let mut builder = GitignoreBuilder::new("");
        let members = members.into_iter().map(|pattern| ("", pattern));
        for (mark, pattern) in members.chain(excluded.into_iter().map(|pattern| ("!", pattern))) {
            let pattern = pattern.trim_start_matches("./").trim_matches('/');
            if !pattern.is_empty() && pattern != "." && pattern.len() <= LONGEST {
                let _ = builder.add_line(None, &format!("{mark}/{pattern}"));
            }
        }
        Self(builder.build().ok())
    }

    /// Whether `folder`, as seen from the workspace, is one of them.
    pub(super) fn name(&self, folder: &str) -> bool {
        self.0
            .as_ref()
            .is_some_and(|patterns| patterns.matched(folder, true).is_ignore())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_without_end_name_nothing() {
        let deep = "{".repeat(200_000) + &"}".repeat(200_000);
        let patterns = Patterns::new([deep.as_str(), "a/*"], []);
        assert!(patterns.name("a/b") && !patterns.name("b"));
    }
}
