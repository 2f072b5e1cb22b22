//! How much an archive may unpack to, counted while it does.

use dhtl_project_model::CancelToken;

use super::ArchiveError;

/// Small archives may grow by any factor: a few megabytes harm nobody.
const RATIO_FLOOR: u64 = 8 * 1024 * 1024;

/// The most an archive may unpack to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes, headers and padding included.
    pub bytes: u64,
    /// Files, folders and links, the folders that are only implied included.
    pub entries: u64,
    /// Bytes out for each byte of the archive, once more than eight mebibytes came out.
    pub ratio: u64,
    /// Bytes in the name of an entry or the target of a link.
    pub path_len: usize,
    /// Folders below each other.
    pub depth: usize,
}

impl Default for Limits {
    /// Four gibibytes, 200,000 entries, 200 to 1, names of 1024 bytes, 64 folders deep.
    fn default() -> Self {
        Self {
            bytes: 4 << 30,
            entries: 200_000,
            ratio: 200,
            path_len: 1024,
            depth: 64,
        }
    }
}

/// Counts what comes out, whatever the archive says about itself, and stops when it is told to.
#[derive(Debug)]
pub(super) struct Meter<'a> {
    limits: Limits,
    archive_size: u64,
    cancel: &'a CancelToken,
    bytes: u64,
    entries: u64,
}

impl<'a> Meter<'a> {
    /// For an archive of `archive_size` bytes.
    pub(super) fn new(limits: Limits, archive_size: u64, cancel: &'a CancelToken) -> Self {
        Self {
            limits,
            archive_size,
            cancel,
            bytes: 0,
            entries: 0,
        }
    }

    /// The limits it holds to.
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// `count` more bytes came out.
    pub(super) fn add_bytes(&mut self, count: usize) -> Result<(), ArchiveError> {
        if self.cancel.is_cancelled() {
            return Err(ArchiveError::Interrupted);
        }
        self.bytes = self.bytes.saturating_add(count as u64);
        let Limits { bytes, ratio, .. } = self.limits;
        if self.bytes > bytes {
            return Err(ArchiveError::TooLarge { limit: bytes });
        }
        if self.bytes > RATIO_FLOOR && self.bytes > self.archive_size.saturating_mul(ratio) {
            return Err(ArchiveError::Ratio { limit: ratio });
        }
        Ok(())
    }

    /// One more file, folder or link came out.
    pub(super) fn add_entry(&mut self) -> Result<(), ArchiveError> {
        if self.cancel.is_cancelled() {
            return Err(ArchiveError::Interrupted);
        }
        self.entries += 1;
        self.check_entries(self.entries)
    }

    /// Whether `count` entries are too many.
    pub(super) fn check_entries(&self, count: u64) -> Result<(), ArchiveError> {
        if count > self.limits.entries {
            return Err(ArchiveError::TooManyEntries {
                limit: self.limits.entries,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_byte_within_the_limit_is_fine() {
        let cancel = CancelToken::default();
        let limits = Limits {
            bytes: 10,
            ..Limits::default()
        };
        let mut meter = Meter::new(limits, 10, &cancel);
        meter.add_bytes(10).unwrap();
        let error = meter.add_bytes(1).unwrap_err();
        assert!(
            matches!(error, ArchiveError::TooLarge { limit: 10 }),
            "{error}"
        );
    }

    #[test]
    fn the_ratio_counts_only_beyond_the_floor() {
        let cancel = CancelToken::default();
        let mut meter = Meter::new(Limits::default(), 1, &cancel);
        meter.add_bytes(8 * 1024 * 1024).unwrap();
        let error = meter.add_bytes(1).unwrap_err();
        assert!(
            matches!(error, ArchiveError::Ratio { limit: 200 }),
            "{error}"
        );
    }

    #[test]
    fn cancelling_stops_the_count() {
        let cancel = CancelToken::default();
        let mut meter = Meter::new(Limits::default(), 1, &cancel);
        cancel.cancel();
        assert!(matches!(meter.add_bytes(1), Err(ArchiveError::Interrupted)));
        assert!(matches!(meter.add_entry(), Err(ArchiveError::Interrupted)));
    }
}
