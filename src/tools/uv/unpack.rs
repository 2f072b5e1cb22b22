//! Takes one program out of an archive, and nothing else.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek};
use std::path::Path;

use flate2::read::GzDecoder;

use super::fetch_error::FetchError;

/// The largest program that is unpacked; uv is about 40 MB.
const LARGEST_PROGRAM: u64 = 300 * 1024 * 1024;

/// Writes the file called exactly `entry` in a zip archive to the new file `program`.
pub(super) fn from_zip(
    archive: impl Read + Seek,
    entry: &str,
    program: &Path,
) -> Result<(), FetchError> {
    let mut archive =
        zip::ZipArchive::new(archive).map_err(|error| FetchError::Damaged(error.to_string()))?;
    let mut file = match archive.by_name(entry) {
        Ok(file) if file.is_file() => file,
        Ok(_) | Err(zip::result::ZipError::FileNotFound) => {
            return Err(FetchError::NotInArchive {
                entry: entry.to_owned(),
            });
        }
        Err(error) => return Err(FetchError::Damaged(error.to_string())),
    };
    write_program(&mut file, program)
}

/// Writes the file called exactly `entry` in a gzipped tar archive to the new file `program`.
pub(super) fn from_tar_gz(
    archive: impl Read,
    entry: &str,
    program: &Path,
) -> Result<(), FetchError> {
    let damaged = |error: io::Error| FetchError::Damaged(error.to_string());
    // The limit is for everything before the entry too, which is unpacked while it is skipped.
    let mut archive = tar::Archive::new(GzDecoder::new(archive).take(2 * LARGEST_PROGRAM));
    for file in archive.entries().map_err(damaged)? {
        let mut file = file.map_err(damaged)?;
        let is_wanted = file.path_bytes() == entry.as_bytes();
        if is_wanted && file.header().entry_type() == tar::EntryType::Regular {
            return write_program(&mut file, program);
        }
    }
    Err(FetchError::NotInArchive {
        entry: entry.to_owned(),
    })
}

/// The sizes in an archive's headers are not trusted: what is written is counted.
fn write_program(contents: &mut dyn Read, program: &Path) -> Result<(), FetchError> {
    let mut file = create(program).map_err(FetchError::write(program))?;
    let mut buffer = vec![0; 256 * 1024];
    let mut written: u64 = 0;
    loop {
        let count = match contents.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(FetchError::Damaged(error.to_string())),
        };
        written += count as u64;
        if written > LARGEST_PROGRAM {
            let what = "the program in the archive".to_owned();
            return Err(FetchError::TooLarge {
                what,
                limit: LARGEST_PROGRAM,
            });
        }
        io::Write::write_all(&mut file, &buffer[..count]).map_err(FetchError::write(program))?;
    }
    // A power cut after the rename must not leave an empty program in the final place.
    file.sync_all().map_err(FetchError::write(program))
}

/// A new file that may be run.
fn create(program: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o755);
    options.open(program)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use proptest::prelude::*;

    use super::*;

    fn zip_with(name: &str, contents: &[u8]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file("../outside", options).unwrap();
        writer.start_file(name, options).unwrap();
        writer.write_all(contents).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn only_the_named_entry_of_a_zip_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("inner/uv");
        std::fs::create_dir(dir.path().join("inner")).unwrap();
        let archive = zip_with("uv.data/scripts/uv", b"program");
        from_zip(Cursor::new(archive), "uv.data/scripts/uv", &program).unwrap();
        assert_eq!(std::fs::read(&program).unwrap(), b"program");
        assert!(!dir.path().join("outside").exists());
    }

    #[test]
    fn a_missing_entry_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let archive = Cursor::new(zip_with("other", b"x"));
        let error = from_zip(archive, "uv", &dir.path().join("uv")).unwrap_err();
        assert_eq!(error.to_string(), "`uv` is not in the archive");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_a_tar_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        builder
            .append_link(&mut header, "uv-x/uv", "/etc/passwd")
            .unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&builder.into_inner().unwrap()).unwrap();
        let archive = gzip.finish().unwrap();
        let program = dir.path().join("uv");
        let error = from_tar_gz(&archive[..], "uv-x/uv", &program).unwrap_err();
        assert!(matches!(error, FetchError::NotInArchive { .. }), "{error}");
        assert!(!program.exists());
    }

    proptest! {
        #[test]
        fn damaged_archives_are_refused(bytes: Vec<u8>) {
            let dir = tempfile::tempdir().unwrap();
            let program = dir.path().join("uv");
            prop_assert!(from_zip(Cursor::new(&bytes), "uv", &program).is_err());
            prop_assert!(from_tar_gz(&bytes[..], "uv", &program).is_err());
            prop_assert!(!program.exists());
        }
    }
}
