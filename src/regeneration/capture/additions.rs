//! The lock of what was added to the project's own distributions, for every platform.

use std::fs;

use dhtl_project_model::DistributionName;
use dhtl_tools::{Runner as _, no_output};

use crate::RegenerationError;
use crate::application::inference::constraints;
use crate::capture::lock::Locker;
use crate::installed::Environment;
use crate::locked_set::{CompiledRequirements, LockedSet};
use crate::plan::{INFERENCE, INFERENCE_INPUT, SUPPLEMENT, SUPPLEMENT_INPUT, base_locks};
use crate::proof::whole_set;
use crate::resolution::sources::name_of;
use crate::state::{StateDir, one_per_line, write_whole};
use crate::uv::{Reach, VENV};

/// What the universal resolution reads and writes, in the state folder.
const INPUT: &str = "additions.in";
const CONSTRAINTS: &str = "additions-constraints.txt";
const DRAFT: &str = "additions.draft";

impl Locker<'_> {
    /// What is declared or imported besides, locked for every platform at the versions that are
    /// installed here; where that cannot be resolved, the lock of this platform. None where nothing
    /// was added.
    pub(super) fn additions(&self) -> Result<Option<String>, RegenerationError> {
        let state = StateDir::of(self.subject.root());
        let read = |name| fs::read_to_string(state.file(name)).unwrap_or_default();
        let here = read(SUPPLEMENT) + &read(INFERENCE);
        if here.trim().is_empty() {
            return Ok(None);
        }
        let pinned = CompiledRequirements::parse(&here);
        let is_pinned = |line: &&str| {
            let name = DistributionName::new(name_of(line));
            let mut requirements = pinned.requirements.iter();
            requirements.any(|requirement| requirement.name.as_ref() == Some(&name))
        };
        let asked_for = read(SUPPLEMENT_INPUT) + &read(INFERENCE_INPUT);
        let input = one_per_line(asked_for.lines().filter(is_pinned));
        let Some((base, whole)) = self.locked()? else {
            return Ok(Some(here));
        };
        write_whole(&state.file(INPUT), &input)?;
        write_whole(&state.file(CONSTRAINTS), constraints(&whole))?;
        // An old draft would decide over versions. There may be none.
        let _ = fs::remove_file(state.file(DRAFT));
        let (input, draft) = (StateDir::relative(INPUT), StateDir::relative(DRAFT));
        let constraints = StateDir::relative(CONSTRAINTS);
        let command = if read(SUPPLEMENT).trim().is_empty() {
            let reach = Reach::EveryPlatform;
            self.uv
                .compile_inferred(&input, &constraints, reach, &draft)
        } else {
            let arguments = [input, "--constraint".to_owned(), constraints];
            self.uv.compile(&arguments, Reach::EveryPlatform, &draft)
        };
        if !self.runner.run(&command, &no_output)?.success() {
            return Ok(Some(here));
        }
        let text = read(DRAFT);
        let left_out = |name: &DistributionName| {
            let mut shortfalls = self.shortfalls.iter();
            base.contains_key(name)
                || shortfalls.any(|shortfall| shortfall.distribution.as_ref() == Some(name))
        };
        Ok(Some(
            CompiledRequirements::parse(&text).without_all(&text, left_out),
        ))
    }

    /// What the project's own lock asks for on this platform, and that with what was added.
    fn locked(&self) -> Result<Option<(LockedSet, LockedSet)>, RegenerationError> {
        let Some(environment) = Environment::read(&self.subject.root().join(VENV))? else {
            return Ok(None);
        };
        let base = base_locks(&self.subject.spec);
        let added = [SUPPLEMENT, INFERENCE].map(StateDir::relative);
        let own = whole_set(self.subject, &base, &[], &environment)?;
        let is_there = |lock: &String| self.subject.root().join(lock).is_file();
        let added = added.into_iter().filter(is_there).collect::<Vec<_>>();
        let whole = whole_set(self.subject, &base, &added, &environment)?;
        Ok(own.zip(whole))
    }
}
