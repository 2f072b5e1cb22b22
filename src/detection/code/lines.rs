//! From offsets to lines.

use memchr::memchr_iter;
use ruff_text_size::TextSize;

/// The line starts of a text.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    starts: Vec<u32>,
    /// Where line numbers of a notebook's code stand in its file.
    renumbered: Option<&'a [u32]>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &str, renumbered: Option<&'a [u32]>) -> Self {
        let mut starts = vec![0];
        let behind = |newline| u32::try_from(newline + 1).unwrap_or(u32::MAX);
        starts.extend(memchr_iter(b'\n', text.as_bytes()).map(behind));
        Self { starts, renumbered }
    }

    /// The line of `offset`, counted from 1.
    pub(super) fn line(&self, offset: TextSize) -> u32 {
        let index = self
            .starts
            .partition_point(|start| *start <= offset.to_u32());
        match self.renumbered {
            Some(lines) => {
                let last = lines.last().copied().unwrap_or(1);
                lines.get(index.saturating_sub(1)).copied().unwrap_or(last)
            }
            None => u32::try_from(index).unwrap_or(u32::MAX),
        }
    }
}
