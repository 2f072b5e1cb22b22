//! Archives as people and tools make them.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use dhtl_project_model::{Diagnostic as _, ExitCode};
use flate2::Compression;
use flate2::write::GzEncoder;
use liblzma::write::XzEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::super::{ArchiveError, ArchiveFormat};
use super::tar_writer::TarWriter;
use super::{World, pairs};
use crate::DestinationError;

/// A long name, which takes an extended header in every tar format.
fn long_name() -> String {
    format!(
        "api-1.0/{}/{}.py",
        "package".repeat(20),
        "module".repeat(20)
    )
}

/// What an honest program makes of a small project.
fn project_tar() -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Directory);
    header.set_size(0);
    header.set_mode(0o555);
    builder
        .append_data(&mut header, "api-1.0/", std::io::empty())
        .unwrap();
    for (name, mode, content) in [
        ("api-1.0/setup.py", 0o644, "import setuptools\n"),
        ("api-1.0/run", 0o6755, "#!/bin/sh\n"),
        (long_name().as_str(), 0o600, ""),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(mode);
        builder
            .append_data(&mut header, name, content.as_bytes())
            .unwrap();
    }
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Link);
    header.set_size(0);
    builder
        .append_link(&mut header, "api-1.0/copy.py", "api-1.0/setup.py")
        .unwrap();
    builder.into_inner().unwrap()
}

fn project_zip() -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    writer.add_directory("api-1.0/", options).unwrap();
    for (name, mode, content) in [
        ("api-1.0/setup.py", 0o644, "import setuptools\n"),
        ("api-1.0/run", 0o755, "#!/bin/sh\n"),
        (long_name().as_str(), 0o600, ""),
        ("api-1.0/copy.py", 0o644, "import setuptools\n"),
    ] {
        writer
            .start_file(name, options.unix_permissions(mode))
            .unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn xz(content: &[u8]) -> Vec<u8> {
    let mut encoder = XzEncoder::new(Vec::new(), 9);
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 19).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[track_caller]
fn check_project(content: &[u8], expected: ArchiveFormat) {
    let world = World::new();
    // The name says nothing.
    let extracted = world.extract("archive.bin", content).unwrap();
    assert_eq!(extracted.folder, world.parent().join("api-1.0"));
    assert_eq!(extracted.format, expected);
    assert_eq!(extracted.entries, 6);
    assert_eq!(extracted.bytes, 18 + 10 + 18);
    let long_name = long_name();
    let long_folder = long_name.rsplit_once('/').unwrap().0.to_owned() + "/";
    let expected = pairs(&[
        ("api-1.0/", ""),
        ("api-1.0/copy.py", "import setuptools\n"),
        ("api-1.0/run", "#!/bin/sh\n"),
        ("api-1.0/setup.py", "import setuptools\n"),
        (&long_folder, ""),
        (&long_name, ""),
    ]);
    assert_eq!(world.contents(), expected);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // What the umask of this process leaves of everything.
        let probe = world.folder.path().join("probe");
        fs::create_dir(&probe).unwrap();
        let kept = fs::metadata(&probe).unwrap().permissions().mode();
        for (name, mode) in [
            ("", 0o755),
            ("setup.py", 0o644),
            ("run", 0o755),
            ("copy.py", 0o644),
        ] {
            let metadata = fs::metadata(extracted.folder.join(name)).unwrap();
            let found = metadata.permissions().mode() & 0o7777;
            assert_eq!(found, mode & kept & 0o777, "{name}: {found:o}");
        }
    }
}

#[test]
fn every_format_gives_the_same_project() {
    check_project(&project_tar(), ArchiveFormat::Tar);
    check_project(&gzip(&project_tar()), ArchiveFormat::TarGz);
    check_project(&bzip2(&project_tar()), ArchiveFormat::TarBz2);
    check_project(&xz(&project_tar()), ArchiveFormat::TarXz);
    check_project(&zstd(&project_tar()), ArchiveFormat::TarZst);
    check_project(&project_zip(), ArchiveFormat::Zip);
}

#[test]
fn compressed_parts_in_a_row_are_one_archive() {
    let tar = project_tar();
    let (start, end) = tar.split_at(700);
    check_project(&[gzip(start), gzip(end)].concat(), ArchiveFormat::TarGz);
    check_project(&[bzip2(start), bzip2(end)].concat(), ArchiveFormat::TarBz2);
    check_project(&[xz(start), xz(end)].concat(), ArchiveFormat::TarXz);
    check_project(&[zstd(start), zstd(end)].concat(), ArchiveFormat::TarZst);
}

#[test]
fn several_things_at_the_top_go_into_a_folder_named_after_the_archive() {
    for (name, expected) in [
        ("archive-1.0.tar.gz", "archive-1.0"),
        ("archive.TGZ", "archive"),
        ("archive.v2.zip", "archive.v2"),
        ("archive", "archive-unpacked"),
    ] {
        let world = World::new();
        let tar = TarWriter::default()
            .file("setup.py", "1")
            .file("api/__init__.py", "2")
            .end();
        let extracted = world.extract(name, &tar).unwrap();
        assert_eq!(extracted.folder, world.parent().join(expected), "{name}");
        assert!(extracted.folder.join("api/__init__.py").is_file());
    }
}

#[test]
fn a_named_folder_is_the_top_folder() {
    let world = World::new();
    let archive = world.archive("archive.tar", &project_tar());
    let extracted = world.extract_to(&archive, Some(Path::new("mine"))).unwrap();
    assert_eq!(extracted.folder, world.parent().join("mine"));
    assert!(extracted.folder.join("setup.py").is_file());
}

#[test]
fn what_exists_is_not_overwritten() {
    for destination in [None, Some(Path::new("api-1.0"))] {
        let world = World::new();
        fs::create_dir(world.parent().join("api-1.0")).unwrap();
        fs::write(world.parent().join("api-1.0/mine"), "mine").unwrap();
        let archive = world.archive("archive.tar", &project_tar());
        let error = world.extract_to(&archive, destination).unwrap_err();
        assert!(
            matches!(
                error,
                ArchiveError::Destination(DestinationError::Exists { .. })
            ),
            "{error}"
        );
        assert_eq!(error.exit_code(), ExitCode::Usage);
        assert_eq!(
            world.contents(),
            pairs(&[("api-1.0/", ""), ("api-1.0/mine", "mine")])
        );
    }
}

#[test]
fn an_empty_folder_is_filled() {
    let world = World::new();
    fs::create_dir(world.parent().join("api-1.0")).unwrap();
    let extracted = world.extract("archive.tar", &project_tar()).unwrap();
    assert!(extracted.folder.join("setup.py").is_file());
}

#[cfg(unix)]
#[test]
fn links_that_stay_inside_are_kept() {
    let world = World::new();
    let tar = TarWriter::default()
        .symlink("api/latest", "versions/2")
        .symlink("api/versions/home", "..")
        .symlink("api/here", "./")
        .symlink("api/broken", "missing/file")
        .file("api/versions/2/file", "2")
        .end();
    world.extract("archive.tar", &tar).unwrap();
    let expected = pairs(&[
        ("api/", ""),
        ("api/broken", "-> missing/file"),
        ("api/here", "-> ."),
        ("api/latest", "-> versions/2"),
        ("api/versions/", ""),
        ("api/versions/2/", ""),
        ("api/versions/2/file", "2"),
        ("api/versions/home", "-> .."),
    ]);
    assert_eq!(world.contents(), expected);
}

#[test]
fn repositories_are_left_out_and_named() {
    let world = World::new();
    let tar = TarWriter::default()
        .file("api/setup.py", "1")
        .file("api/.git/config", "[core]\n\tfsmonitor = evil\n")
        .file("api/.git/hooks/post-checkout", "evil")
        .file("api/vendored/.GIT", "gitdir: /elsewhere\n")
        .symlink("api/vendored/inner/.git", "../../setup.py")
        .file("api/.gitignore", "2")
        .end();
    world.extract("archive.tar", &tar).unwrap();
    let expected = pairs(&[("api/", ""), ("api/.gitignore", "2"), ("api/setup.py", "1")]);
    assert_eq!(world.contents(), expected);
    assert_eq!(
        *world.output.lock().unwrap(),
        [
            "left out `api/.git` of the archive (2 entries)",
            "left out `api/vendored/.GIT` of the archive (1 entry)",
            "left out `api/vendored/inner/.git` of the archive (1 entry)",
        ]
    );
}

#[test]
fn what_macos_adds_is_left_out() {
    let world = World::new();
    let tar = TarWriter::default()
        .file("api/setup.py", "1")
        .file("__MACOSX/api/._setup.py", "2");
    world.extract("archive.tar", &tar.end()).unwrap();
    assert_eq!(
        world.contents(),
        pairs(&[("api/", ""), ("api/setup.py", "1")])
    );
}

#[test]
fn comments_and_attributes_are_skipped() {
    let world = World::new();
    let tar = TarWriter::default()
        .extension(
            b'g',
            b"52 comment=0123456789012345678901234567890123456789\n",
        )
        .pax("SCHILY.xattr.user.note", "line\nline")
        .file("api/setup.py", "1")
        .end();
    world.extract("archive.tar", &tar).unwrap();
    assert_eq!(
        world.contents(),
        pairs(&[("api/", ""), ("api/setup.py", "1")])
    );
}

#[test]
fn old_archives_end_the_names_of_folders_with_a_slash() {
    let world = World::new();
    let tar = TarWriter::default()
        .header(0, b"api/empty/", b"", 0)
        .file("api/f", "")
        .end();
    world.extract("archive.tar", &tar).unwrap();
    assert_eq!(
        world.contents(),
        pairs(&[("api/", ""), ("api/empty/", ""), ("api/f", "")])
    );
}

#[cfg(target_os = "linux")]
#[test]
fn names_need_not_be_unicode() {
    use std::os::unix::ffi::OsStrExt as _;
    let world = World::new();
    let tar = TarWriter::default()
        .header(b'0', b"api/caf\xe9", b"", 0)
        .end();
    let extracted = world.extract("archive.tar", &tar).unwrap();
    let name = fs::read_dir(extracted.folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .file_name();
    assert_eq!(name.as_bytes(), b"caf\xe9");
}

#[test]
fn what_is_no_archive_is_told_apart() {
    let world = World::new();
    let refuse = |name: &str, content: &[u8]| world.extract(name, content).unwrap_err();
    let error = refuse("archive.tar.gz", b"<html>not found</html>");
    assert!(
        matches!(error, ArchiveError::Unrecognised { .. }),
        "{error}"
    );
    let error = refuse("archive.tar.gz", b"LZIP\x01");
    assert!(
        matches!(error, ArchiveError::Unsupported { format: "lzip", .. }),
        "{error}"
    );
    for content in [
        b"short".to_vec(),
        b"longer than a block".repeat(100),
        Vec::new(),
    ] {
        for archive in [
            gzip(&content),
            bzip2(&content),
            xz(&content),
            zstd(&content),
        ] {
            let error = refuse("archive.tar.gz", &archive);
            assert!(matches!(error, ArchiveError::NotATar), "{error}");
        }
    }
    let error = world
        .extract_to(&world.parent().join("missing.zip"), None)
        .unwrap_err();
    assert!(matches!(error, ArchiveError::NotFound { .. }), "{error}");
    assert_eq!(error.exit_code(), ExitCode::Usage);
    let error = world.extract_to(&world.parent(), None).unwrap_err();
    assert!(matches!(error, ArchiveError::NotAFile { .. }), "{error}");
    world.assert_untouched();
}

#[test]
fn every_compressed_format_notices_that_it_was_cut_or_damaged() {
    let content: String = (0..2000).map(|number| number.to_string()).collect();
    let tar = TarWriter::default().file("api/file", &content).end();
    for whole in [gzip(&tar), bzip2(&tar), xz(&tar), zstd(&tar)] {
        for len in [whole.len() / 2, whole.len() - 1] {
            let error = World::new().refusal(&whole[..len]);
            assert!(matches!(error, ArchiveError::Truncated), "{len}: {error}");
        }
        let mut damaged = whole.clone();
        damaged[whole.len() / 2] ^= 0x55;
        let error = World::new().refusal(&damaged);
        assert!(
            matches!(
                error,
                // bzip2 says only after a block that it was damaged.
                ArchiveError::Corrupt { .. } | ArchiveError::Truncated | ArchiveError::NotATar
            ),
            "{error}"
        );
    }
}

#[test]
fn windows_that_need_gigabytes_are_refused() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(31).unwrap();
    encoder.include_contentsize(false).unwrap();
    encoder.write_all(&project_tar()).unwrap();
    let error = World::new().refusal(&encoder.finish().unwrap());
    assert!(matches!(error, ArchiveError::Memory), "{error}");

    // The block header of xz says how large the dictionary is: 40 stands for four gibibytes.
    let mut archive = xz(&project_tar());
    archive[16] = 40;
    let mut crc = flate2::Crc::new();
    crc.update(&archive[12..20]);
    archive[20..24].copy_from_slice(&crc.sum().to_le_bytes());
    let error = World::new().refusal(&archive);
    assert!(matches!(error, ArchiveError::Memory), "{error}");
}
