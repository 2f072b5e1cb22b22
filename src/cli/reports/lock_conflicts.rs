//! The list of what the locks of a project disagree on.

use std::fmt;

use dhtl_regeneration::LockConflict;
use dhtl_terminal::{Count, Mark, dim};

/// A line for each of the first conflicts, and how many more there are.
pub(super) fn render_lock_conflicts(
    conflicts: &[LockConflict],
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let Some(first) = conflicts.first() else {
        return Ok(());
    };
    writeln!(
        out,
        "{} Locks disagree on {}; {} leads:",
        Mark::Attention,
        Count(conflicts.len(), "distribution"),
        first.kept.path
    )?;
    for conflict in conflicts.iter().take(MOST_CONFLICTS) {
        writeln!(out, "    {}", dim(conflict))?;
    }
    let more = conflicts.len().saturating_sub(MOST_CONFLICTS);
    if more > 0 {
        writeln!(out, "    {}", dim(format!("and {more} more")))?;
    }
    Ok(())
}

/// Text names no more conflicts than these; JSON names all.
const MOST_CONFLICTS: usize = 10;
