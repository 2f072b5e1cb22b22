//! `dhtl setup-from`.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use clap::Args;
use dhtl_detection::DetectRequest;
use dhtl_project_model::{Digest, ExitCode, Progress as _, StepOutcome, StepTitle};
use dhtl_scaffolding::{
    ArchiveFile, ArchiveRequest, ExtractRequest, Limits, archive_address, check_new_folder,
    extract, obtain,
};
use dhtl_terminal::Count;
use dhtl_tools::http::{HttpClient, Transfer};

use super::new_folder::{NewFolderArgs, regenerate};
use super::regeneration::{Place, RegenerationArgs};
use crate::context::Context;
use crate::failure::Failure;

/// Unpack an archive of a project and make its environment
#[derive(Debug, Args)]
pub(crate) struct SetupFromArgs {
    /// The archive, or its address: `.tar.gz`, `.tar.bz2`, `.tar.xz`, `.tar.zst`, `.tar` or `.zip`
    archive: OsString,
    #[command(flatten)]
    place: NewFolderArgs,
    /// Refuse any other archive than the one with this digest
    #[arg(long, value_name = "DIGITS", value_parser = digest)]
    sha256: Option<Digest>,
    #[command(flatten)]
    regeneration: RegenerationArgs,
}

/// The digest as people publish it, with and without the name of the algorithm.
fn digest(text: &str) -> Result<Digest, String> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    format!("sha256:{digits}")
        .parse()
        .map_err(|_| "a SHA-256 digest has 64 hexadecimal digits".to_owned())
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &SetupFromArgs) -> Result<ExitCode, Failure> {
    let current_folder = context.current_folder()?;
    if let Some(folder) = args.place.folder() {
        check_new_folder(&current_folder, folder)?;
    }
    let archive = archive(context, args)?;
    context.terminal.status("Unpacking the archive.");
    let extracted = extract(&ExtractRequest {
        archive: archive.path(),
        destination: args.place.folder(),
        parent: &current_folder,
        limits: Limits::default(),
        cancel: &context.cancel,
        output: &|line| context.terminal.status(line),
    })?;
    drop(archive);
    let entries = usize::try_from(extracted.entries).unwrap_or(usize::MAX);
    let count = Count::of(entries, "entry", "entries");
    let heading = format!(
        "Archive unpacked into {} ({count})",
        extracted.folder.display()
    );
    // What surrounds the new folder has nothing to do with it.
    let root = context.root.as_deref().unwrap_or(&extracted.folder);
    if let Err(error) = dhtl_detection::detect(&DetectRequest {
        start: &extracted.folder,
        root: Some(root),
        config_python: None,
    }) {
        // It was made for a project, and there is none.
        let _ = std::fs::remove_dir_all(&extracted.folder);
        return Err(error.into());
    }
    let place = Place {
        start: &extracted.folder,
        root: Some(root),
    };
    regenerate(context, &args.regeneration, place, heading)
}

const STEP: &str = "download";

/// The archive on this machine, as it is meant to be.
fn archive(context: &Context, args: &SetupFromArgs) -> Result<ArchiveFile, Failure> {
    let home = context.home()?;
    let client = HttpClient::new(&context.environment, context.cancel.clone());
    let steps = context.terminal.steps();
    let begun = Instant::now();
    let address = archive_address(&args.archive);
    if address.is_some_and(is_changeable) && args.sha256.is_none() {
        context
            .terminal
            .warning("`http://` is not encrypted: `--sha256` makes sure that nobody changes it");
    }
    if address.is_some() {
        steps.planned(&[StepTitle {
            id: STEP.to_owned(),
            title: "Download the archive".to_owned(),
        }]);
        steps.started(STEP);
    }
    let obtained = obtain(&ArchiveRequest {
        source: &args.archive,
        sha256: args.sha256,
        current_folder: std::path::Path::new(""),
        client: &client,
        downloads: &home.downloads_dir(),
        progress: &|transfer| steps.output(STEP, &so_far(transfer)),
        retrying: &|reason, delay: Duration| steps.retrying(STEP, reason, delay),
    });
    if address.is_some() {
        let outcome = match &obtained {
            Ok(archive) => StepOutcome::Done(bytes(archive.fetched().unwrap_or_default())),
            Err(_) if context.cancel.is_cancelled() => StepOutcome::Interrupted,
            Err(error) => StepOutcome::Failed(error.to_string()),
        };
        steps.finished(STEP, &outcome, begun.elapsed());
    }
    Ok(obtained?)
}

/// Whether everybody on the way could change what comes from there.
fn is_changeable(url: &str) -> bool {
    !url.to_ascii_lowercase().starts_with("https://")
}

/// How far a download is.
fn so_far(transfer: Transfer) -> String {
    let done = bytes(transfer.done);
    match transfer.total {
        Some(total) if total > 0 => {
            let percent = transfer.done.saturating_mul(100) / total;
            format!("{done} of {} ({percent} %)", bytes(total))
        }
        _ => done,
    }
}

/// A size in the unit that people would use.
fn bytes(count: u64) -> String {
    const UNITS: [&str; 3] = ["KiB", "MiB", "GiB"];
    if count < 1024 {
        return Count(usize::try_from(count).unwrap_or(usize::MAX), "byte").to_string();
    }
    let (mut tenths, mut unit) = (count * 10 / 1024, 0);
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}
