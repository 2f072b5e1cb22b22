//! uv from its official release archive, or from a mirror of it.

use std::io::Cursor;
use std::path::Path;

use dhtl_project_model::{Architecture, Digest, OperatingSystem, Platform};

use super::fetch_error::FetchError;
use super::locate::PROGRAM;
use super::pinned::PINNED;
use super::staging::Staging;
use super::{Uv, UvOrigin, UvRequest, unpack};
use crate::Environment;
use crate::http::{HttpClient, file_name};

/// No archive of uv is nearly as large.
const LARGEST_ARCHIVE: u64 = 200 * 1024 * 1024;

/// A digest and a file name.
const LARGEST_CHECKSUM: u64 = 4 * 1024;

/// Downloads the archive for this machine, checks it, and takes the program out of it.
pub(super) fn fetch(request: &UvRequest<'_>) -> Result<Uv, FetchError> {
    let target = target(Platform::current(), Path::new("/"))?;
    let extension = if cfg!(windows) { "zip" } else { "tar.gz" };
    let url = format!("{}/uv-{target}.{extension}", base_url(request.environment));
    let client = HttpClient::new(request.environment, request.cancel.clone());
    let expected = published_digest(&client, &format!("{url}.sha256"))?;
    let archive = client.get(&url, LARGEST_ARCHIVE)?;
    let actual = Digest::of(&archive);
    if actual != expected {
        return Err(FetchError::WrongDigest {
            file: file_name(&url),
            expected,
            actual,
        });
    }
    let staging = Staging::new(request.home)?;
    if cfg!(windows) {
        unpack::from_zip(Cursor::new(archive), PROGRAM, &staging.program())?;
    } else {
        let entry = format!("uv-{target}/{PROGRAM}");
        unpack::from_tar_gz(&archive[..], &entry, &staging.program())?;
    }
    staging.publish(UvOrigin::ManagedArchive, request)
}

/// The folder of the release, by the variables that uv's own installer reads, in its order.
fn base_url(environment: &Environment) -> String {
    let whole = ["UV_DOWNLOAD_URL", "INSTALLER_DOWNLOAD_URL"];
    if let Some(url) = whole.iter().find_map(|name| environment.var(name)) {
        return url.trim_end_matches('/').to_owned();
    }
    let hosts = ["UV_INSTALLER_GHE_BASE_URL", "UV_INSTALLER_GITHUB_BASE_URL"];
    let host = hosts
        .iter()
        .find_map(|name| environment.var(name))
        .unwrap_or("https://github.com");
    format!(
        "{}/astral-sh/uv/releases/download/{PINNED}",
        host.trim_end_matches('/')
    )
}

/// The digest at `url`, in the notation of `sha256sum`: the digest, then the name of the file.
fn published_digest(client: &HttpClient<'_>, url: &str) -> Result<Digest, FetchError> {
    let text = client.get(url, LARGEST_CHECKSUM)?;
    String::from_utf8_lossy(&text)
        .split_whitespace()
        .next()
        .and_then(|hex| format!("sha256:{hex}").parse().ok())
        .ok_or_else(|| FetchError::BadChecksumFile {
            url: url.to_owned(),
        })
}

/// The target triple of the archive for `platform`, whose files are below `root`.
fn target(platform: Platform, root: &Path) -> Result<String, FetchError> {
    // The types of the project model know no other architectures, but this program may run there.
    if !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
        return Err(FetchError::NoArchive(platform));
    }
    let architecture = match platform.architecture {
        Architecture::Arm64 => "aarch64",
        Architecture::X86_64 => "x86_64",
    };
    let system = match platform.operating_system {
        OperatingSystem::Darwin => "apple-darwin",
        OperatingSystem::Windows => "pc-windows-msvc",
        OperatingSystem::Linux => {
            // The static build runs everywhere; the other one is faster where its loader is.
            let loader = match platform.architecture {
                Architecture::Arm64 => "lib/ld-linux-aarch64.so.1",
                Architecture::X86_64 => "lib64/ld-linux-x86-64.so.2",
            };
            if root.join(loader).exists() {
                "unknown-linux-gnu"
            } else {
                "unknown-linux-musl"
            }
        }
    };
    Ok(format!("{architecture}-{system}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_is_used_the_way_the_installer_uses_it() {
        let check = |vars: &[(&str, &str)], expected: &str| {
            assert_eq!(
                base_url(&Environment::from_vars(vars.iter().copied())),
                expected
            );
        };
        check(
            &[],
            "https://github.com/astral-sh/uv/releases/download/0.13.8",
        );
        check(
            &[("UV_INSTALLER_GITHUB_BASE_URL", "https://mirror.example/gh/")],
            "https://mirror.example/gh/astral-sh/uv/releases/download/0.13.8",
        );
        check(
            &[
                ("UV_INSTALLER_GITHUB_BASE_URL", "https://mirror.example"),
                ("UV_DOWNLOAD_URL", "https://files.example/uv"),
            ],
            "https://files.example/uv",
        );
    }

    #[test]
    fn the_static_build_is_for_machines_without_the_usual_loader() {
        let root = tempfile::tempdir().unwrap();
        let linux = "linux-x86_64".parse().unwrap();
        assert_eq!(
            target(linux, root.path()).unwrap(),
            "x86_64-unknown-linux-musl"
        );
        std::fs::create_dir(root.path().join("lib64")).unwrap();
        std::fs::write(root.path().join("lib64/ld-linux-x86-64.so.2"), "").unwrap();
        assert_eq!(
            target(linux, root.path()).unwrap(),
            "x86_64-unknown-linux-gnu"
        );
    }
}
