//! The digest of the files that configure a project's environment.

use std::collections::BTreeSet;
use std::fs;

use dhtl_project_model::Digest;

use crate::RegenerationError;
use crate::plan::COMMITTED_INFERENCE;
use crate::subject::Subject;

/// The digest of the configuration files: `validation.config_checksum` of `.dhtconfig`.
///
/// The files are those that declare requirements, those that constrain the interpreter without
/// being mere hints, the lock files, and `.dht/inferred.lock`. Fields, in order: the tag
/// `dhtl-config-1`; for every file that exists, by path, its path and its content with `\r\n`
/// written as `\n`. `.dhtconfig` itself holds the digest and does not count.
pub(crate) fn config_checksum(subject: &Subject) -> Result<Digest, RegenerationError> {
    let mut fields = vec![b"dhtl-config-1".to_vec()];
    for path in files(subject) {
        let file = subject.root().join(&path);
        let content = match fs::read(&file) {
            Ok(content) => content,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(RegenerationError::io("read", file)(error)),
        };
        fields.extend([path.into_bytes(), with_unix_line_ends(&content)]);
    }
    Ok(Digest::of_fields(fields))
}

fn files(subject: &Subject) -> BTreeSet<String> {
    let python = subject.python();
    let declared = python
        .declarations
        .iter()
        .map(|declaration| declaration.path.clone());
    let locks = python.locks.iter().map(|lock| lock.path.clone());
    let constraints = python
        .interpreter_constraints
        .iter()
        .filter(|constraint| !constraint.source.is_hint())
        .map(|constraint| constraint.evidence.path.clone());
    let mut files: BTreeSet<String> = declared.chain(locks).chain(constraints).collect();
    files.extend(subject.spec.requirements_files.iter().cloned());
    files.insert(COMMITTED_INFERENCE.to_owned());
    files.remove(dhtl_project_model::config::FILE_NAME);
    files
}

fn with_unix_line_ends(content: &[u8]) -> Vec<u8> {
    let mut normalised = Vec::with_capacity(content.len());
    for (index, byte) in content.iter().enumerate() {
        if *byte != b'\r' || content.get(index + 1) != Some(&b'\n') {
            normalised.push(*byte);
        }
    }
    normalised
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_do_not_count() {
        assert_eq!(with_unix_line_ends(b"a\r\nb\rc\n"), b"a\nb\rc\n");
    }
}
