//! How each required binary stands, from files alone.

use std::path::PathBuf;

use dhtl_project_model::config::{Binary, Document};
use dhtl_tools::Environment;

use crate::RegenerationError;
use crate::binaries::asking::find;
use crate::binaries::installers::isolated;
use crate::binaries::memory::Memory;
use crate::binaries::version::accepts;
use crate::files::FileCheck;
use crate::programs::{Flaw, Register, scripts_path};
use crate::state::StateDir;
use crate::subject::Subject;

/// The kind of owner that wrappers of binaries have.
pub(super) const KIND: &str = "binary ";
/// Binaries depend on no interpreter.
pub(super) const MADE_FOR: &str = "any interpreter";

/// All required binaries of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BinaryFindings {
    /// The binaries, in the order of `.dhtconfig`.
    pub(crate) binaries: Vec<(Binary, BinaryStanding)>,
    /// The files of wrappers of binaries that are not required any more, with their owners.
    pub(crate) leftovers: Vec<(String, String)>,
}

/// How a required binary stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BinaryStanding {
    /// It is there, in a version that will do.
    Present,
    /// It is there in another version.
    OtherVersion(String),
    /// It is there, and nobody has asked it since it changed.
    Unknown(PathBuf),
    /// dhtl installed it, and something is the matter with it, in words.
    Damaged(String),
    /// It is not there.
    Missing,
}

impl BinaryFindings {
    /// The binaries that `subject` requires. Reads files only.
    pub(crate) fn of(
        subject: &Subject,
        environment: &Environment,
        depth: FileCheck,
    ) -> Result<Self, RegenerationError> {
        let state = StateDir::of(subject.root());
        let register = Register::load(&state);
        let required = required(subject);
        let leftovers = register
            .of_kind(KIND)
            .filter(|(_, owner)| !required.iter().any(|one| owner_of(one) == *owner))
            .filter(|(file, _)| {
                let place = subject.root().join(scripts_path()).join(file);
                place.symlink_metadata().is_ok()
            })
            .map(|(file, owner)| (file.to_owned(), owner.to_owned()))
            .collect();
        let memory = Memory::load(&state);
        let binaries = required.iter().map(|binary| {
            let standing = standing(binary, subject, (environment, &register, &memory), depth)?;
            Ok((binary.clone(), standing))
        });
        Ok(Self {
            binaries: binaries.collect::<Result<_, RegenerationError>>()?,
            leftovers,
        })
    }

    /// The binaries that are not there, or of which that is not known.
    pub(crate) fn lacking(&self) -> impl Iterator<Item = &(Binary, BinaryStanding)> {
        let lacking = self.binaries.iter();
        lacking.filter(|(_, standing)| *standing != BinaryStanding::Present)
    }

    /// Whether dhtl has anything to do.
    pub(crate) fn need_work(&self) -> bool {
        !self.leftovers.is_empty() || self.lacking().next().is_some()
    }
}

/// The binaries that `.dhtconfig` requires.
pub(super) fn required(subject: &Subject) -> &[Binary] {
    let config = subject.document.as_ref().map(Document::config);
    let binaries = config.and_then(|config| config.binaries.as_ref());
    binaries.map_or(&[], |binaries| binaries.required.as_slice())
}

/// Whose the wrappers of a binary are.
pub(super) fn owner_of(binary: &Binary) -> String {
    format!("{KIND}{}", binary.name)
}

/// Whether this version of a binary is one that is required.
pub(super) fn will_do(binary: &Binary, version: &str) -> bool {
    let wanted = binary.version.as_deref();
    wanted.is_none_or(|wanted| accepts(wanted, version))
}

fn standing(
    binary: &Binary,
    subject: &Subject,
    (environment, register, memory): (&Environment, &Register, &Memory),
    depth: FileCheck,
) -> Result<BinaryStanding, RegenerationError> {
    let root = subject.root();
    let Some(program) = find(root, &binary.name, environment) else {
        return Ok(BinaryStanding::Missing);
    };
    let file = program.file_name().unwrap_or_default().to_string_lossy();
    let is_wrapper = program.starts_with(root.join(scripts_path())) && register.has(&file);
    let own = isolated(binary, root);
    let owner = owner_of(binary);
    let scripts = root.join(scripts_path());
    if is_wrapper && let Some(broken) = register.broken(&owner, &scripts) {
        let why = format!("one whose wrapper `{broken}` is gone or starts nothing");
        return Ok(BinaryStanding::Damaged(why));
    }
    if is_wrapper && own.folder.is_dir() {
        match own.inspect(MADE_FOR, depth, |version| will_do(binary, version))? {
            Err(Flaw::OtherVersion(version)) => return Ok(BinaryStanding::OtherVersion(version)),
            Err(Flaw::Damaged(why)) => return Ok(BinaryStanding::Damaged(why)),
            Ok(_) | Err(Flaw::Missing) => {}
        }
    }
    if binary.version.is_none() {
        return Ok(BinaryStanding::Present);
    }
    Ok(match memory.version(&binary.name, &program) {
        Some(version) if will_do(binary, version) => BinaryStanding::Present,
        Some(version) => BinaryStanding::OtherVersion(version.to_owned()),
        None => BinaryStanding::Unknown(program),
    })
}
