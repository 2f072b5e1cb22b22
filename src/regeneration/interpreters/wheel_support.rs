//! Which interpreters the pinned distributions of a project have wheels for.
//!
//! Sources: "File name convention" and "Platform compatibility tags" of the packaging
//! specifications (PEP 427, PEP 425, PEP 600, PEP 656).

use std::collections::{BTreeMap, BTreeSet};

use dhtl_project_model::{Architecture, DistributionName, OperatingSystem, Platform};

use crate::locked_set::{CompiledRequirements, LockedSet};
use crate::markers::MarkerEnvironment;

/// The wheels of pinned distributions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WheelSupport {
    /// Every wheel of the pinned versions, by distribution.
    wheels: BTreeMap<DistributionName, Vec<Wheel>>,
    /// The oldest minor release that all of them accept, where that is known.
    oldest: Option<u64>,
    /// What is pinned for which interpreters; everything for every one where that is not known.
    pinned: Option<CompiledRequirements>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Wheel {
    version: String,
    pythons: Vec<String>,
    abis: Vec<String>,
    platforms: Vec<String>,
}

impl WheelSupport {
    /// Collects the file names of wheels wherever they stand in `text`, such as that of a lock file.
    ///
    /// Locks write them in many ways, but a wheel's name says by itself what it is.
    pub(crate) fn in_text(text: &str) -> Self {
        let mut wheels: BTreeMap<DistributionName, Vec<Wheel>> = BTreeMap::new();
        for (end, _) in text.match_indices(".whl") {
            let before = &text[..end];
            let is_part =
                |character: char| character.is_ascii_alphanumeric() || "-_.+!%".contains(character);
            let start = before
                .rfind(|character| !is_part(character))
                .map_or(0, |index| {
                    index + before[index..].chars().next().map_or(1, char::len_utf8)
                });
            if let Some((name, wheel)) = Wheel::parse(&before[start..]) {
                let known = wheels.entry(name).or_default();
                if !known.contains(&wheel) {
                    known.push(wheel);
                }
            }
        }
        Self {
            wheels,
            oldest: None,
            pinned: None,
        }
    }

    /// The same, where markers decide what is installed for which interpreter.
    pub(crate) fn of(self, pinned: CompiledRequirements) -> Self {
        Self {
            pinned: Some(pinned),
            ..self
        }
    }

    /// The same, where no minor release before `oldest` will do.
    pub(crate) fn not_before(self, oldest: u64) -> Self {
        Self {
            oldest: Some(oldest),
            ..self
        }
    }

    /// The pinned distributions, each with its version, that have wheels, but none for this minor
    /// release of `CPython` on `platform`: what would have to be built from source.
    pub(crate) fn lacking(&self, minor: u64, platform: Platform) -> BTreeSet<String> {
        let pinned = self.pinned_for(minor, platform);
        let is_lacking = |name: &DistributionName, wheels: &[Wheel]| {
            let version = match &pinned {
                None => None,
                Some(pinned) => Some(pinned.get(name)?.clone()),
            };
            let is_meant = |wheel: &&Wheel| {
                version
                    .iter()
                    .flatten()
                    .all(|version| wheel.version == *version)
            };
            let mut meant = wheels.iter().filter(is_meant);
            let fitting = meant.clone().any(|wheel| wheel.fits(minor, platform));
            let any = meant.clone().any(|wheel| wheel.fits_platform(platform));
            (any && !fitting).then(|| meant.next_back().map(|wheel| wheel.version.clone()))?
        };
        let lacking = self.wheels.iter().filter_map(|(name, wheels)| {
            is_lacking(name, wheels).map(|version| format!("{name}=={version}"))
        });
        lacking.collect()
    }

    /// What is pinned for a minor release of `CPython`; none where that is not known.
    fn pinned_for(&self, minor: u64, platform: Platform) -> Option<LockedSet> {
        let markers = MarkerEnvironment::new(platform, "cpython", &format!("3.{minor}.0"));
        self.pinned.as_ref()?.evaluate("pins", &markers).ok()
    }

    /// Whether a minor release of `CPython` is older than what is pinned accepts.
    pub(crate) fn is_too_old(&self, minor: u64) -> bool {
        self.oldest.is_some_and(|oldest| minor < oldest)
    }
}

impl Wheel {
    /// `name-version(-build)?-python-abi-platform`.
    fn parse(stem: &str) -> Option<(DistributionName, Self)> {
        let parts = stem.split('-').collect::<Vec<_>>();
        if !(5..=6).contains(&parts.len()) || parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let tags = |part: &str| part.split('.').map(str::to_owned).collect::<Vec<_>>();
        let last = parts.len();
        let wheel = Self {
            version: parts[1].replace("%2B", "+"),
            pythons: tags(parts[last - 3]),
            abis: tags(parts[last - 2]),
            platforms: tags(parts[last - 1]),
        };
        Some((DistributionName::new(parts[0]), wheel))
    }

    fn fits(&self, minor: u64, platform: Platform) -> bool {
        self.fits_platform(platform)
            && self
                .pythons
                .iter()
                .any(|python| self.abis.iter().any(|abi| fits_python(python, abi, minor)))
    }

    fn fits_platform(&self, platform: Platform) -> bool {
        self.platforms
            .iter()
            .any(|tag| fits_platform(tag, platform))
    }
}

/// Whether the tags of a wheel accept a minor release of `CPython` 3.
fn fits_python(python: &str, abi: &str, minor: u64) -> bool {
    let of = |prefix: &str| {
        python
            .strip_prefix(prefix)
            .and_then(|number| number.parse::<u64>().ok())
    };
    if python == "py3" {
        return abi == "none";
    }
    match (of("py3"), of("cp3"), abi) {
        (Some(oldest), _, "none") | (_, Some(oldest), "abi3") => oldest <= minor,
        (_, Some(exact), "none") => exact == minor,
        // Until 3.7 the name of the ABI ends in `m`; a free-threaded one ends in `t`.
        (_, Some(exact), abi) => {
            exact == minor && abi.trim_end_matches('m') == format!("cp3{minor}")
        }
        _ => false,
    }
}

fn fits_platform(tag: &str, platform: Platform) -> bool {
    if tag == "any" {
        return true;
    }
    let is_arm = platform.architecture == Architecture::Arm64;
    match platform.operating_system {
        OperatingSystem::Linux => {
            let architecture = if is_arm { "_aarch64" } else { "_x86_64" };
            tag.contains("linux") && tag.ends_with(architecture)
        }
        OperatingSystem::Darwin => {
            let architecture = if is_arm { "_arm64" } else { "_x86_64" };
            tag.starts_with("macosx_")
                && (tag.ends_with(architecture)
                    || tag.ends_with("_universal2")
                    || !is_arm && (tag.ends_with("_intel") || tag.ends_with("_fat64")))
        }
        OperatingSystem::Windows => tag == if is_arm { "win_arm64" } else { "win_amd64" },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LOCK: &str = r#"
files = [
    {file = "numpy-1.21.6-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", hash = "x"},
    {file = "numpy-1.21.6-cp37-cp37m-manylinux_2_12_x86_64.manylinux2010_x86_64.whl", hash = "x"},
    {file = "numpy-1.21.6.zip", hash = "x"},
]
wheels = [{ url = "https://files.example/a/b/cryptography-36.0.0-cp36-abi3-macosx_10_10_universal2.whl" }]
'Flask-2.0.1-py3-none-any.whl' only_mac-1.0-1-cp39-cp39-macosx_11_0_arm64.whl
"#;

    #[track_caller]
    fn check(minor: u64, platform: &str, expected: &[&str]) {
        let support = WheelSupport::in_text(LOCK);
        let lacking = support.lacking(minor, platform.parse().unwrap());
        assert_eq!(
            lacking.iter().map(String::as_str).collect::<Vec<_>>(),
            expected
        );
    }

    #[test]
    fn what_would_be_built_is_known_from_file_names() {
        check(10, "linux-x86_64", &[]);
        check(7, "linux-x86_64", &[]);
        check(13, "linux-x86_64", &["numpy==1.21.6"]);
        check(9, "darwin-arm64", &[]);
        check(10, "darwin-arm64", &["only-mac==1.0"]);
    }

    #[test]
    fn what_is_not_for_an_interpreter_needs_no_wheel_for_it() {
        let text = "backport-1.0-cp38-cp38-win_amd64.whl \
                    two-1.0-cp38-cp38-win_amd64.whl two-2.0-cp312-cp312-win_amd64.whl";
        let pinned = "backport==1.0 ; python_version < '3.9'\n\
                      two==1.0 ; python_version < '3.9'\ntwo==2.0 ; python_version >= '3.9'\n";
        let support = WheelSupport::in_text(text).of(CompiledRequirements::parse(pinned));
        let windows = "windows-x86_64".parse().unwrap();
        assert!(support.lacking(8, windows).is_empty());
        assert!(support.lacking(12, windows).is_empty());
        let lacking = support.lacking(13, windows).into_iter().collect::<Vec<_>>();
        assert_eq!(lacking, ["two==2.0"]);
    }

    #[test]
    fn free_threaded_wheels_are_for_nobody_else() {
        let text = "x-1.0-cp313-cp313t-win_amd64.whl x-1.0-cp312-cp312-win_amd64.whl";
        let support = WheelSupport::in_text(text);
        let windows = "windows-x86_64".parse().unwrap();
        assert_eq!(support.lacking(13, windows).len(), 1);
        assert_eq!(support.lacking(12, windows).len(), 0);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(?s)[a-z0-9.\"é/-]{0,40}.whl.{0,20}.whl") {
            let _ = WheelSupport::in_text(&text).lacking(12, Platform::current());
        }
    }
}
