//! What is known to be right, so that it need not be read again.

use std::path::Path;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::files::tree::{Facts, folder_facts};
use crate::state::{StateDir, read_regular, write_whole};

/// The name of the stamp in the state folder.
const NAME: &str = "files.stamp";
/// The first bytes of a stamp; what begins otherwise is none.
const MAGIC: &[u8] = b"dhtl-files-1\n";
/// Times of files advance in steps of this many nanoseconds at most, on the systems that have fine
/// ones at all: the ticks of the kernel's clock.
const TICK: i128 = 20_000_000;
/// The same for every file system: that of FAT is the coarsest.
const COARSE_TICK: i128 = 2_000_000_000;

/// After this, another tick of the clock has begun, though the clock itself be a tick behind.
pub(super) const A_TICK_AND_MORE: Duration = Duration::from_millis(35);

/// The files that were right when they were last read.
///
/// A set of [`Token`]s: no path and no time stands in it, so nothing of it can be trusted that does
/// not fit the file as it is now.
#[derive(Debug)]
pub(super) struct Stamp {
    /// What binds it to one environment.
    environment: [u8; 32],
    /// In order.
    tokens: Vec<Token>,
}

/// Stands for one file of one environment, with what the system says of it and the hashes that are
/// recorded for it.
pub(super) type Token = [u8; 16];

/// The time by the clock that files are stamped with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    time: i128,
    /// The file system that has fine times.
    fine: Option<u64>,
}

impl Stamp {
    /// The stamp of the environment in `venv`; an empty one where there is none that can be trusted.
    pub(super) fn load(state: &StateDir, venv: &Path) -> Self {
        let bytes = if state.is_ours() {
            read_regular(&state.file(NAME)).unwrap_or_default()
        } else {
            Vec::new()
        };
        let tokens = bytes.strip_prefix(MAGIC).unwrap_or_default();
        let mut tokens = tokens.as_chunks::<16>().0.to_vec();
        if !tokens.is_sorted() {
            tokens.clear();
        }
        Self {
            environment: binding(venv),
            tokens,
        }
    }

    /// The token of a file.
    pub(super) fn token<'a>(
        &self,
        path: &'a str,
        facts: &Facts,
        hashes: impl Iterator<Item = &'a str>,
    ) -> Token {
        let mut sha256 = Sha256::new();
        sha256.update(self.environment);
        for number in [facts.size, facts.inode, facts.device] {
            sha256.update(number.to_le_bytes());
        }
        for time in [facts.modified, facts.changed] {
            sha256.update(time.to_le_bytes());
        }
        for text in std::iter::once(path).chain(hashes) {
            sha256.update((text.len() as u64).to_le_bytes());
            sha256.update(text);
        }
        let digest: [u8; 32] = sha256.finalize().into();
        let mut token = Token::default();
        token.copy_from_slice(&digest[..16]);
        token
    }

    /// Whether the file of this token was right, and is the same.
    pub(super) fn knows(&self, token: &Token) -> bool {
        self.tokens.binary_search(token).is_ok()
    }

    /// Writes `tokens` in place of what was known. A stamp only saves time, so that it cannot be
    /// written is no failure.
    pub(super) fn replace(&self, state: &StateDir, mut tokens: Vec<Token>) {
        tokens.sort_unstable();
        tokens.dedup();
        if tokens == self.tokens || !state.is_ours() {
            return;
        }
        let mut bytes = MAGIC.to_vec();
        bytes.extend(tokens.as_flattened());
        let _ = write_whole(&state.file(NAME), &bytes);
    }
}

impl Now {
    /// The time at which a file would be stamped now; none where nothing can be written.
    pub(super) fn read(state: &StateDir) -> Option<Self> {
        if !state.is_ours() {
            return None;
        }
        let probe = tempfile::NamedTempFile::new_in(state.path()).ok()?;
        let facts = Facts::of(&probe.as_file().metadata().ok()?);
        let time = facts.changed.max(facts.modified);
        Some(Self {
            time,
            // Some file systems keep seconds only.
            fine: (time % 1_000_000_000 != 0).then_some(facts.device),
        })
    }

    /// Whether every change from now on of a file on `device` that was last changed at that time
    /// shows in what the system says of it.
    ///
    /// It would not where the file was changed within the same tick of the clock.
    pub(super) fn would_see_changes(self, last_change: i128, device: u64) -> bool {
        let has_fine_times = cfg!(unix) && self.fine == Some(device);
        let tick = if has_fine_times { TICK } else { COARSE_TICK };
        last_change < self.time - tick
    }

    /// Whether waiting for a tick of the clock would make the difference for such a file.
    pub(super) fn is_racy(self, last_change: i128, device: u64) -> bool {
        let is_near = (last_change - self.time).abs() <= TICK;
        cfg!(unix) && self.fine == Some(device) && is_near
    }
}

/// Stands for the environment in `venv`, and for no other, nor for a copy of it.
pub(super) fn binding(venv: &Path) -> [u8; 32] {
    let place = venv.canonicalize().unwrap_or_else(|_| venv.to_owned());
    let mut sha256 = Sha256::new();
    sha256.update(place.as_os_str().as_encoded_bytes());
    if let Some(facts) = folder_facts(&place) {
        sha256.update([0]);
        sha256.update(facts.inode.to_le_bytes());
        sha256.update(facts.device.to_le_bytes());
    }
    sha256.finalize().into()
}
