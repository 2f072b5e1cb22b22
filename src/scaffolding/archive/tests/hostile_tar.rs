//! Tar archives that are made to do harm: each has its own refusal, and leaves nothing.

use std::io::Write as _;

use dhtl_project_model::{Diagnostic as _, ExitCode};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::{ArchiveError, Limits, LinkProblem, NameProblem};
use super::World;
use super::tar_writer::{TarWriter, seal};

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn tar() -> TarWriter {
    TarWriter::default()
}

#[track_caller]
fn check_name(name: &str, expected: NameProblem) {
    for archive in [
        tar().file("api/fine", "fine").file(name, "evil").end(),
        tar().file("api/fine", "fine").folder(name).end(),
        tar().file("api/fine", "fine").symlink(name, "fine").end(),
        tar()
            .file("api/fine", "fine")
            .hard_link(name, "api/fine")
            .end(),
        tar().pax("path", name).file("api/fine", "evil").end(),
        tar()
            .extension(b'L', format!("{name}\0").as_bytes())
            .file("api/fine", "evil")
            .end(),
        gzip(&tar().file(name, "evil").end()),
    ] {
        let error = World::new().refusal(&archive);
        assert_eq!(error.exit_code(), ExitCode::Invalid);
        let ArchiveError::Name { problem, .. } = error else {
            panic!("{name}: {error}")
        };
        assert_eq!(problem, expected, "{name}");
    }
}

#[test]
fn a_name_with_dots_is_refused() {
    check_name("../evil", NameProblem::Parent);
    check_name("api/../../evil", NameProblem::Parent);
    check_name("api/..", NameProblem::Parent);
}

#[test]
fn an_absolute_name_is_refused() {
    check_name("/evil", NameProblem::Absolute);
    check_name("//server/share/evil", NameProblem::Absolute);
    check_name("C:/evil", NameProblem::Absolute);
}

#[test]
fn a_backslash_is_refused() {
    check_name(r"..\evil", NameProblem::Backslash);
    check_name(r"\\?\C:\evil", NameProblem::Backslash);
}

#[test]
fn deep_nesting_is_refused() {
    let name = "a/".repeat(65) + "file";
    let archive = tar().pax("path", &name).file("x", "").end();
    let error = World::new().refusal(&archive);
    assert!(
        matches!(
            error,
            ArchiveError::Name {
                problem: NameProblem::TooDeep,
                ..
            }
        ),
        "{error}"
    );
    let archive = tar().pax("path", &"a/".repeat(5000)).file("x", "").end();
    let error = World::new().refusal(&archive);
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

#[track_caller]
fn check_link(archive: TarWriter, expected: LinkProblem) {
    let error = World::new().refusal(&archive.end());
    assert_eq!(error.exit_code(), ExitCode::Invalid);
    let ArchiveError::Link { problem, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(problem, expected);
}

#[test]
fn symbolic_links_that_lead_out_are_refused() {
    let api = || tar().file("api/file", "");
    check_link(api().symlink("api/l", "/etc/passwd"), LinkProblem::Escapes);
    check_link(
        api().symlink("api/l", "../../etc/passwd"),
        LinkProblem::Escapes,
    );
    check_link(api().symlink("api/l", r"..\..\evil"), LinkProblem::Escapes);
    check_link(api().symlink("api/l", "C:/evil"), LinkProblem::Escapes);
    // Inside the archive, but not inside the folder that remains of it.
    check_link(api().symlink("api/l", "../api/file"), LinkProblem::Escapes);
    check_link(api().symlink("api/l", ".."), LinkProblem::Escapes);
    check_link(
        tar().pax("linkpath", "../../evil").symlink("api/l", "x"),
        LinkProblem::Escapes,
    );
    check_link(
        tar().extension(b'K', b"../../evil\0").symlink("api/l", "x"),
        LinkProblem::Escapes,
    );
}

#[test]
fn symbolic_links_that_lead_out_together_are_refused() {
    let archive = tar()
        .folder("api/a/b/c")
        .symlink("api/a/b/up", "../..")
        .symlink("api/out", "a/b/up/../../evil");
    check_link(archive, LinkProblem::Escapes);
    // In the other order, too.
    let archive = tar()
        .symlink("api/out", "a/b/up/../../evil")
        .folder("api/a/b/c")
        .symlink("api/a/b/up", "../..");
    check_link(archive, LinkProblem::Escapes);
}

#[test]
fn endless_links_are_refused() {
    check_link(
        tar().symlink("api/a", "b").symlink("api/b", "a"),
        LinkProblem::Endless,
    );
}

#[test]
fn nothing_is_written_through_a_link() {
    for archive in [
        tar()
            .symlink("api/out", "../..")
            .file("api/out/evil", "evil"),
        tar()
            .symlink("api/out", "inner")
            .folder("api/inner")
            .file("api/out/evil", "evil"),
        tar().symlink("api/out", "/").folder("api/out/tmp"),
        tar().symlink("api/out", ".").symlink("api/out/l", ".."),
        tar()
            .file("api/f", "")
            .symlink("api/out", ".")
            .hard_link("api/out/l", "api/f"),
    ] {
        let error = World::new().refusal(&archive.end());
        assert!(
            matches!(
                error,
                ArchiveError::ThroughLink { .. }
                    | ArchiveError::Link {
                        problem: LinkProblem::Escapes,
                        ..
                    }
            ),
            "{error}"
        );
    }
    let archive = tar()
        .symlink("api/out", "inner")
        .file("api/out/evil", "evil")
        .end();
    let error = World::new().refusal(&archive);
    assert!(matches!(error, ArchiveError::ThroughLink { .. }), "{error}");
    // A file in the place of a link would be written to where the link leads.
    let archive = tar()
        .symlink("api/out", "inner")
        .file("api/out", "evil")
        .end();
    let error = World::new().refusal(&archive);
    assert!(matches!(error, ArchiveError::Duplicate { .. }), "{error}");
    // And the other way round: the folder is there, and becomes a link.
    let archive = tar()
        .file("api/out/file", "")
        .symlink("api/out", "inner")
        .end();
    let error = World::new().refusal(&archive);
    assert!(matches!(error, ArchiveError::Conflict { .. }), "{error}");
}

#[test]
fn hard_links_lead_to_earlier_files_only() {
    let api = || tar().file("api/file", "text").symlink("api/soft", "file");
    check_link(
        api().hard_link("api/l", "/etc/passwd"),
        LinkProblem::Escapes,
    );
    check_link(
        api().hard_link("api/l", "../../etc/passwd"),
        LinkProblem::Escapes,
    );
    check_link(
        api().hard_link("api/l", "api/missing"),
        LinkProblem::NoSuchFile,
    );
    check_link(api().hard_link("api/l", "api"), LinkProblem::NoSuchFile);
    check_link(
        api().hard_link("api/l", "api/soft"),
        LinkProblem::NoSuchFile,
    );
    check_link(api().hard_link("api/l", "api/l"), LinkProblem::NoSuchFile);
    check_link(
        tar()
            .symlink("api/d", "..")
            .hard_link("api/l", "api/d/file"),
        LinkProblem::NoSuchFile,
    );
}

#[test]
fn devices_pipes_and_the_unknown_are_refused() {
    for kind in [b'3', b'4', b'6', b'D', b'M', b'V', b'X', b'z'] {
        let archive = tar()
            .file("api/file", "")
            .header(kind, b"api/null", b"", 0)
            .end();
        let error = World::new().refusal(&archive);
        assert!(
            matches!(error, ArchiveError::SpecialFile { .. }),
            "{kind}: {error}"
        );
    }
}

#[test]
fn sparse_files_are_refused() {
    let archive = tar().header(b'S', b"api/sparse", b"", 0).end();
    let error = World::new().refusal(&archive);
    assert!(matches!(error, ArchiveError::Sparse { .. }), "{error}");
    let archive = tar()
        .pax("GNU.sparse.realsize", "99999999999")
        .file("api/sparse", "x")
        .end();
    let error = World::new().refusal(&archive);
    assert!(matches!(error, ArchiveError::Sparse { .. }), "{error}");
}

#[test]
fn a_name_is_used_once() {
    let check = |archive: TarWriter| World::new().refusal(&archive.end());
    let error = check(tar().file("api/a", "1").file("api/a", "2"));
    assert!(matches!(error, ArchiveError::Duplicate { .. }), "{error}");
    let error = check(tar().file("api/a", "1").file("./api//a", "2"));
    assert!(matches!(error, ArchiveError::Duplicate { .. }), "{error}");
    let error = check(tar().file("api/a/b", "1").file("api/a", "2"));
    assert!(matches!(error, ArchiveError::Conflict { .. }), "{error}");
    let error = check(tar().file("api/a", "1").file("api/a/b", "2"));
    assert!(matches!(error, ArchiveError::Conflict { .. }), "{error}");
}

#[test]
fn a_huge_extended_header_is_refused_before_it_is_read() {
    // Two gibibytes are announced, and nothing follows: whoever believes it runs out of memory.
    for kind in *b"xgLK" {
        let archive = tar().header(kind, b"pax", b"", 2 << 30).end();
        let error = World::new().refusal(&archive);
        assert!(
            matches!(error, ArchiveError::Metadata { .. }),
            "{}: {error}",
            char::from(kind)
        );
    }
}

#[test]
fn two_readings_of_one_archive_are_refused() {
    let hidden = tar().file("api/hidden", "evil").cut();
    let archive = tar()
        .pax("size", "0")
        .header(b'0', b"api/a", b"", hidden.len() as u64)
        .content(&hidden)
        .end();
    let error = World::new().refusal(&archive);
    assert!(matches!(error, ArchiveError::Corrupt { .. }), "{error}");
    for kind in *b"125" {
        let archive = tar()
            .file("api/a", "")
            .header(kind, b"api/b", b"api/a", hidden.len() as u64)
            .content(&hidden)
            .end();
        let error = World::new().refusal(&archive);
        assert!(
            matches!(error, ArchiveError::Corrupt { .. }),
            "{}: {error}",
            char::from(kind)
        );
    }
    let archive = tar()
        .extension(b'g', b"14 path=a/b/c\n")
        .file("api/a", "")
        .end();
    let error = World::new().refusal(&archive);
    assert!(matches!(error, ArchiveError::Corrupt { .. }), "{error}");
}

#[test]
fn a_gzip_bomb_is_stopped() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    bomb.write_all(&tar().header(b'0', b"api/bomb", b"", 1 << 30).cut())
        .unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..64 {
        bomb.write_all(&zeros).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    let error = World::new().refusal(&bomb);
    assert!(
        matches!(error, ArchiveError::Ratio { limit: 200 }),
        "{error}"
    );
    let limits = Limits {
        bytes: 1 << 20,
        ..Limits::default()
    };
    let error = World::with_limits(limits).refusal(&bomb);
    assert!(matches!(error, ArchiveError::TooLarge { .. }), "{error}");
    // Limits that trust the header would let this pass: the content itself is counted.
    let limits = Limits {
        bytes: 2 << 30,
        ratio: u64::MAX,
        ..Limits::default()
    };
    let error = World::with_limits(limits).refusal(&bomb);
    assert!(matches!(error, ArchiveError::Truncated), "{error}");
}

#[test]
fn a_bomb_behind_the_end_of_the_archive_is_stopped() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    bomb.write_all(&tar().file("api/file", "text").end())
        .unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..64 {
        bomb.write_all(&zeros).unwrap();
    }
    let error = World::new().refusal(&bomb.finish().unwrap());
    assert!(matches!(error, ArchiveError::Ratio { .. }), "{error}");
}

#[test]
fn hard_links_do_not_multiply_for_free() {
    let limits = Limits {
        bytes: 1 << 20,
        ..Limits::default()
    };
    let content = "x".repeat(100_000);
    let mut archive = tar().file("api/file", &content);
    for number in 0..20 {
        archive = archive.hard_link(&format!("api/{number}"), "api/file");
    }
    let error = World::with_limits(limits).refusal(&archive.end());
    assert!(matches!(error, ArchiveError::TooLarge { .. }), "{error}");
}

#[test]
fn too_many_entries_are_refused() {
    let limits = Limits {
        entries: 10,
        ..Limits::default()
    };
    let mut archive = tar();
    for number in 0..10 {
        archive = archive.file(&format!("api/{number}"), "");
    }
    let error = World::with_limits(limits).refusal(&archive.end());
    assert!(
        matches!(error, ArchiveError::TooManyEntries { limit: 10 }),
        "{error}"
    );
    // Folders count although no entry says so.
    let archive = tar().file(&("a/".repeat(11) + "file"), "").end();
    let error = World::with_limits(limits).refusal(&archive);
    assert!(
        matches!(error, ArchiveError::TooManyEntries { limit: 10 }),
        "{error}"
    );
}

#[test]
fn an_archive_that_is_cut_is_refused_wherever_it_is_cut() {
    let whole = tar()
        .file("api/a", "text")
        .file("api/b", &"text".repeat(1000))
        .end();
    for len in [512, 515, 1024, 1536, 2048, whole.len() - 1024] {
        let error = World::new().refusal(&whole[..len]);
        assert!(matches!(error, ArchiveError::Truncated), "{len}: {error}");
    }
    let compressed = gzip(&whole);
    for len in 18..compressed.len() {
        let error = World::new().refusal(&compressed[..len]);
        assert!(matches!(error, ArchiveError::Truncated), "{len}: {error}");
    }
}

#[test]
fn a_damaged_archive_is_refused() {
    let mut archive = tar().file("api/a", "text").file("api/b", "text").end();
    archive[1030] ^= 1;
    let error = World::new().refusal(&archive);
    assert!(matches!(error, ArchiveError::Corrupt { .. }), "{error}");
    let mut compressed = gzip(&tar().file("api/a", "text").end());
    let checksum = compressed.len() - 8;
    compressed[checksum] ^= 1;
    let error = World::new().refusal(&compressed);
    assert!(matches!(error, ArchiveError::Corrupt { .. }), "{error}");
}

#[test]
fn a_size_that_is_no_number_or_too_large_is_refused() {
    let mut block: [u8; 512] = tar().file("api/a", "").cut().try_into().unwrap();
    block[124..136].copy_from_slice(b"not a number");
    seal(&mut block);
    let error = World::new().refusal(&block);
    assert!(matches!(error, ArchiveError::Corrupt { .. }), "{error}");
    // A negative number, in the binary form of GNU.
    block[124..136].fill(0xff);
    seal(&mut block);
    let error = World::new().refusal(&block);
    assert!(matches!(error, ArchiveError::TooLarge { .. }), "{error}");
}

#[test]
fn an_archive_with_nothing_in_it_is_refused() {
    for archive in [
        tar().end(),
        gzip(&tar().end()),
        tar().folder("./").end(),
        Vec::new(),
    ] {
        let error = World::new().refusal(&archive);
        assert!(matches!(error, ArchiveError::Empty), "{error}");
    }
}

#[test]
fn a_repository_without_a_work_tree_is_refused() {
    let archive = tar()
        .file("api/HEAD", "ref: refs/heads/main\n")
        .file("api/config", "[core]\n\tfsmonitor = evil\n")
        .folder("api/objects")
        .folder("api/refs");
    let error = World::new().refusal(&archive.end());
    assert!(matches!(error, ArchiveError::BareRepository), "{error}");
}

#[test]
fn read_only_folders_do_not_keep_anything_behind() {
    let mut block: [u8; 512] = tar().folder("api/locked").cut().try_into().unwrap();
    block[100..108].copy_from_slice(b"0000000\0");
    seal(&mut block);
    let mut archive = block.to_vec();
    archive.extend(
        tar()
            .file("api/locked/file", "text")
            .file("../evil", "evil")
            .end(),
    );
    let error = World::new().refusal(&archive);
    assert!(matches!(error, ArchiveError::Name { .. }), "{error}");
}

#[test]
fn an_interrupt_leaves_nothing() {
    let world = World::new();
    world.cancel.cancel();
    let error = world.refusal(&tar().file("api/a", "text").end());
    assert!(matches!(error, ArchiveError::Interrupted), "{error}");
    assert_eq!(error.exit_code(), ExitCode::Interrupted);
}
