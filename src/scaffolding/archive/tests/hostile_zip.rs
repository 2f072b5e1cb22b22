//! Zip archives that are made to do harm: each has its own refusal, and leaves nothing.

use std::io::{BufWriter, Write as _};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::super::{ArchiveError, Limits, LinkProblem, NameProblem};
use super::World;
use super::zip_writer::{ZipEntry, end, end64, zip};

fn fine() -> ZipEntry {
    ZipEntry::file("api/fine", b"fine")
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for (name, expected) in [
        ("../evil", NameProblem::Parent),
        ("api/../../evil", NameProblem::Parent),
        ("/evil", NameProblem::Absolute),
        ("C:/evil", NameProblem::Absolute),
        (r"..\evil", NameProblem::Backslash),
        (r"api\..\..\evil", NameProblem::Backslash),
        ("api/e\0vil", NameProblem::Nul),
    ] {
        let error = World::new().refusal(&zip(&[fine(), ZipEntry::file(name, b"evil")]));
        let ArchiveError::Name { problem, .. } = error else {
            panic!("{name}: {error}")
        };
        assert_eq!(problem, expected, "{name}");
    }
}

#[test]
fn links_that_lead_out_are_refused() {
    for target in ["/etc/passwd", "../../evil", "..", r"..\..\evil"] {
        let link = ZipEntry {
            mode: 0o120_777,
            ..ZipEntry::file("api/l", target.as_bytes())
        };
        let error = World::new().refusal(&zip(&[fine(), link]));
        let ArchiveError::Link { problem, .. } = error else {
            panic!("{target}: {error}")
        };
        assert_eq!(problem, LinkProblem::Escapes, "{target}");
    }
    let link = ZipEntry {
        mode: 0o120_777,
        ..ZipEntry::file("api/l", b"inner")
    };
    let error = World::new().refusal(&zip(&[link, ZipEntry::file("api/l/evil", b"evil")]));
    assert!(matches!(error, ArchiveError::ThroughLink { .. }), "{error}");
    let long = ZipEntry {
        mode: 0o120_777,
        ..ZipEntry::file("api/l", &[b'a'; 2000])
    };
    let error = World::new().refusal(&zip(&[fine(), long]));
    assert!(
        matches!(
            error,
            ArchiveError::Name {
                problem: NameProblem::TooLong,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn devices_and_pipes_are_refused() {
    for mode in [0o020_666, 0o060_666, 0o010_666, 0o140_666] {
        let entry = ZipEntry {
            mode,
            ..ZipEntry::file("api/special", b"")
        };
        let error = World::new().refusal(&zip(&[fine(), entry]));
        assert!(
            matches!(error, ArchiveError::SpecialFile { .. }),
            "{mode:o}: {error}"
        );
    }
}

#[test]
fn three_million_entries_are_refused_at_a_glance() {
    const ENTRIES: u64 = 3_000_000;
    let world = World::new();
    let archive = world.folder.path().join("archive.zip");
    let mut file = BufWriter::new(std::fs::File::create(&archive).unwrap());
    let first = fine().local();
    file.write_all(&first).unwrap();
    let mut directory_len = 0;
    for number in 0..ENTRIES {
        let header = ZipEntry::file(&number.to_string(), b"").central(0);
        directory_len += header.len() as u64;
        file.write_all(&header).unwrap();
    }
    let position = first.len() as u64 + directory_len;
    file.write_all(&end64(ENTRIES, directory_len, position))
        .unwrap();
    drop(file);
    let error = world.extract_to(&archive, None).unwrap_err();
    assert!(
        matches!(error, ArchiveError::TooManyEntries { limit: 200_000 }),
        "{error}"
    );
    world.assert_untouched();
}

#[test]
fn three_million_entries_that_claim_to_be_few_are_refused() {
    // A hole in the file stands for a directory of the length that three million entries have.
    let world = World::new();
    let archive = world.folder.path().join("archive.zip");
    let mut file = std::fs::File::create(&archive).unwrap();
    file.write_all(&fine().local()).unwrap();
    let len = 3_000_000 * 50;
    file.set_len(fine().local().len() as u64 + u64::from(len))
        .unwrap();
    std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0)).unwrap();
    let start = u32::try_from(fine().local().len()).unwrap();
    file.write_all(&end(1, len, start)).unwrap();
    drop(file);
    let error = world.extract_to(&archive, None).unwrap_err();
    assert!(matches!(error, ArchiveError::Metadata { .. }), "{error}");
    world.assert_untouched();
}

#[test]
fn an_end_that_lies_about_the_directory_is_refused() {
    let entries = [fine(), ZipEntry::file("api/second", b"2")];
    let whole = zip(&entries);
    let body = &whole[..whole.len() - 22];
    let start = u32::try_from(entries[0].local().len() + entries[1].local().len()).unwrap();
    let len = u32::try_from(body.len()).unwrap() - start;
    for (entries, len, start) in [
        (1, len, start),
        (3, len, start),
        (2, len - 1, start),
        (2, len, start + 1),
        (2, len, 0),
        (2, 0, start + len),
        (0, len, start),
    ] {
        let archive = [body, &end(entries, len, start)].concat();
        let error = World::new().refusal(&archive);
        assert!(
            matches!(error, ArchiveError::Corrupt { .. }),
            "{entries} {len} {start}: {error}"
        );
    }
}

#[test]
fn two_records_that_differ_are_refused() {
    // Readers that know zip64 would see no entry, others one.
    let entry = fine();
    let mut archive = entry.local();
    let start = u32::try_from(archive.len()).unwrap();
    let directory = entry.central(0);
    archive.extend_from_slice(&directory);
    let position = archive.len() as u64;
    let records = end64(0, directory.len() as u64, position);
    archive.extend_from_slice(&records[..records.len() - 22]);
    archive.extend(end(1, u32::try_from(directory.len()).unwrap(), start));
    let error = World::new().refusal(&archive);
    assert!(matches!(error, ArchiveError::Corrupt { .. }), "{error}");
}

#[test]
fn sizes_that_lie_are_refused() {
    let content = b"0123456789".repeat(10);
    let honest = ZipEntry {
        data: deflated(&content),
        method: 8,
        ..ZipEntry::file("api/file", &content)
    };
    for size in [0, 99, 101, u32::MAX - 1] {
        let error = World::new().refusal(&zip(&[ZipEntry {
            size,
            ..honest.clone()
        }]));
        assert!(
            matches!(
                error,
                ArchiveError::Size { .. } | ArchiveError::Corrupt { .. }
            ),
            "{size}: {error}"
        );
    }
    let error = World::new().refusal(&zip(&[ZipEntry { crc: 1, ..honest }]));
    assert!(matches!(error, ArchiveError::Corrupt { .. }), "{error}");
}

#[test]
fn a_zip_bomb_is_stopped() {
    let content = vec![0; 32 << 20];
    let bomb = ZipEntry {
        data: deflated(&content),
        method: 8,
        ..ZipEntry::file("api/bomb", &content)
    };
    let error = World::new().refusal(&zip(std::slice::from_ref(&bomb)));
    assert!(matches!(error, ArchiveError::Ratio { .. }), "{error}");
    // A small size on the label does not help.
    let error = World::new().refusal(&zip(&[ZipEntry { size: 10, ..bomb }]));
    assert!(
        matches!(
            error,
            ArchiveError::Ratio { .. } | ArchiveError::Corrupt { .. } | ArchiveError::Size { .. }
        ),
        "{error}"
    );
}

#[test]
fn entries_that_share_their_data_are_counted_each() {
    // The bomb of David Fifield: many entries, one body.
    let content = vec![0; 1 << 20];
    let body = ZipEntry {
        data: deflated(&content),
        method: 8,
        ..ZipEntry::file("api/000", &content)
    };
    let mut archive = body.local();
    let start = u32::try_from(archive.len()).unwrap();
    for number in 0..100 {
        let entry = ZipEntry {
            name: format!("api/{number:03}").into_bytes(),
            ..body.clone()
        };
        archive.extend(entry.central(0));
    }
    let len = u32::try_from(archive.len()).unwrap() - start;
    archive.extend(end(100, len, start));
    let limits = Limits {
        bytes: 10 << 20,
        ..Limits::default()
    };
    let error = World::with_limits(limits).refusal(&archive);
    assert!(
        matches!(
            error,
            ArchiveError::TooLarge { .. } | ArchiveError::Ratio { .. }
        ),
        "{error}"
    );
}

#[test]
fn names_are_used_once() {
    let error = World::new().refusal(&zip(&[fine(), fine()]));
    assert!(matches!(error, ArchiveError::Duplicate { .. }), "{error}");
    let below = ZipEntry::file("api/fine/below", b"");
    let error = World::new().refusal(&zip(&[fine(), below]));
    assert!(matches!(error, ArchiveError::Conflict { .. }), "{error}");
}

#[test]
fn encrypted_entries_are_refused() {
    let entry = ZipEntry {
        flags: 1,
        ..ZipEntry::file("api/secret", b"0123456789abcdef")
    };
    let error = World::new().refusal(&zip(&[fine(), entry]));
    assert!(matches!(error, ArchiveError::Encrypted { .. }), "{error}");
}

#[test]
fn rare_compression_is_refused_by_name() {
    for method in [1, 9, 12, 14, 93, 98, 12345] {
        let entry = ZipEntry {
            method,
            ..ZipEntry::file("api/rare", b"data")
        };
        let error = World::new().refusal(&zip(&[fine(), entry]));
        assert!(
            matches!(error, ArchiveError::Compression { .. }),
            "{method}: {error}"
        );
    }
}

#[test]
fn an_archive_that_is_cut_is_refused() {
    let whole = zip(&[fine(), ZipEntry::file("api/second", b"2")]);
    for len in (4..whole.len()).step_by(7) {
        let error = World::new().refusal(&whole[..len]);
        assert!(matches!(error, ArchiveError::Truncated), "{len}: {error}");
    }
}

#[test]
fn an_archive_with_nothing_in_it_is_refused() {
    let error = World::new().refusal(&zip(&[]));
    assert!(matches!(error, ArchiveError::Empty), "{error}");
}

#[test]
fn a_wheel_is_no_source() {
    let wheel = zip(&[
        ZipEntry::file("api/__init__.py", b""),
        ZipEntry::file("api-1.0.dist-info/WHEEL", b"Wheel-Version: 1.0\n"),
    ]);
    let error = World::new().refusal(&wheel);
    assert!(matches!(error, ArchiveError::Wheel { .. }), "{error}");
    let world = World::new();
    let error = world.extract("archive.whl", b"anything").unwrap_err();
    assert!(matches!(error, ArchiveError::Wheel { .. }), "{error}");
    world.assert_untouched();
}
