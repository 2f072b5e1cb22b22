//! What the machine did not have: memory, disk, a service.

use super::{Place, exception};
use crate::failure::cause::Cause;

/// A compiler that the kernel killed, or Python without memory.
pub(super) fn memory(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let is_memory = [
        "Killed signal terminated program",
        "virtual memory exhausted",
        "Cannot allocate memory",
        "out of memory allocating",
        "LLVM ERROR: out of memory",
        "(signal: 9 (SIGKILL))",
        "(signal: 9, SIGKILL: kill)",
        "compiler is out of heap space",
    ];
    let is_it = text == "MemoryError"
        || text == "Killed"
        || exception(text, "MemoryError").is_some()
        || is_memory.iter().any(|part| text.contains(part));
    is_it.then_some(Cause::OutOfMemory)
}

/// A disk without space.
pub(super) fn disk(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let is_it = [
        "No space left on device",
        "There is not enough space on the disk",
    ];
    is_it
        .iter()
        .any(|part| text.contains(part))
        .then_some(Cause::DiskFull)
}

/// A connection that a build tried to open and that was refused or never answered.
pub(super) fn service(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let is_failure = [
        "Connection refused",
        "Connection reset by peer",
        "Connection timed out",
        "Network is unreachable",
        "timed out>",
        "actively refused it",
        "could not connect to server",
    ];
    // uv's own connections are its own affair; they are told in causes.
    let is_own = text.starts_with("cause:");
    let is_it = !is_own && is_failure.iter().any(|part| text.contains(part));
    is_it.then_some(Cause::NeedsService)
}
