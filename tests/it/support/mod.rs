//! What the tests have in common: a world of their own, and words for what happened in it.

mod archives;
#[cfg(target_os = "linux")]
mod disk;
mod file_server;
mod folder;
#[cfg(unix)]
mod github;
mod outcome;
mod outside;
mod projects;
mod redaction;
#[cfg(unix)]
mod signals;
mod world;

pub(crate) use archives::{EndlessZip, TarEntry, tar_gz};
#[cfg(target_os = "linux")]
pub(crate) use disk::Disk;
pub(crate) use file_server::FileServer;
pub(crate) use folder::{files, listing};
#[cfg(unix)]
pub(crate) use github::{GitHub, Mood};
pub(crate) use outcome::Outcome;
#[cfg(unix)]
pub(crate) use outside::pipe;
pub(crate) use outside::python;
pub(crate) use outside::skip;
#[cfg(unix)]
pub(crate) use outside::skip_without;
pub(crate) use projects::parcel;
pub(crate) use redaction::Redaction;
#[cfg(target_os = "linux")]
pub(crate) use signals::processes_of;
#[cfg(unix)]
pub(crate) use signals::{To, interrupt, send, start};
pub(crate) use world::World;
