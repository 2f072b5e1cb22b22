//! Names of entries: checked once, and safe to join to a folder from then on.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{ArchiveError, Limits, NameProblem};

/// The longest name of a single file or folder that common file systems hold, in bytes.
const COMPONENT_LEN: usize = 255;

/// How this machine reads names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NameRules {
    /// Whether names must be possible on Windows.
    pub(crate) windows: bool,
    /// Whether names that differ only in case are one name.
    pub(crate) fold_case: bool,
}

impl NameRules {
    /// The rules of the machine this runs on.
    pub(super) const HOST: Self = Self {
        windows: cfg!(windows),
        fold_case: cfg!(any(windows, target_os = "macos")),
    };
}

/// The name of an entry: one or more plain components below the new folder, or that folder itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntryPath {
    components: Vec<OsString>,
    /// Whether the name ends like that of a folder.
    pub(super) names_folder: bool,
}

impl EntryPath {
    /// Checks the `name` of an entry.
    ///
    /// `.` and empty components are left out, as every program that unpacks does; `..` is never
    /// resolved, because there is no honest reason for it.
    pub(super) fn parse(
        name: &[u8],
        limits: &Limits,
        rules: NameRules,
    ) -> Result<Self, ArchiveError> {
        Self::check(name, limits, rules).map_err(|problem| ArchiveError::Name {
            name: shown(name),
            problem,
        })
    }

    /// The same, with the problem alone.
    pub(crate) fn check(
        name: &[u8],
        limits: &Limits,
        rules: NameRules,
    ) -> Result<Self, NameProblem> {
        check_text(name, limits)?;
        if name.is_empty() {
            return Err(NameProblem::Empty);
        }
        if name.starts_with(b"/") || has_drive(name) {
            return Err(NameProblem::Absolute);
        }
        let mut components = Vec::new();
        for component in name.split(|byte| *byte == b'/') {
            if component.is_empty() || component == b"." {
                continue;
            }
            if component == b".." {
                return Err(NameProblem::Parent);
            }
            components.push(check_component(component, rules)?);
        }
        if components.len() > limits.depth {
            return Err(NameProblem::TooDeep);
        }
        let names_folder = name.ends_with(b"/") || name.ends_with(b"/.") || components.is_empty();
        Ok(Self {
            components,
            names_folder,
        })
    }

    /// The components; none for the new folder itself.
    pub(super) fn components(&self) -> &[OsString] {
        &self.components
    }

    /// The path, relative to the new folder.
    pub(super) fn to_path(&self) -> PathBuf {
        self.components.iter().collect()
    }

    /// The path up to the first component that a version control program keeps its settings in.
    ///
    /// These settings name programs to run, so they must never come from an archive; a `.git`
    /// that is a file points to such settings elsewhere.
    pub(crate) fn version_control(&self) -> Option<PathBuf> {
        let position = self.components.iter().position(|component| {
            let component = component.to_string_lossy();
            is_read_as(&component, "git") || is_read_as(&component, "hg")
        })?;
        Some(self.components[..=position].iter().collect())
    }
}

/// The target of a symbolic link, as components that may be `..`.
pub(super) fn link_components(
    target: &[u8],
    limits: &Limits,
    rules: NameRules,
) -> Result<Vec<OsString>, NameProblem> {
    check_text(target, limits)?;
    if target.is_empty() {
        return Err(NameProblem::Empty);
    }
    if target.starts_with(b"/") || has_drive(target) {
        return Err(NameProblem::Absolute);
    }
    let components: Vec<OsString> = target
        .split(|byte| *byte == b'/')
        .filter(|component| !component.is_empty() && *component != b".")
        .map(|component| match component {
            b".." => Ok(OsString::from("..")),
            _ => check_component(component, rules),
        })
        .collect::<Result<_, _>>()?;
    if components.len() > limits.depth {
        return Err(NameProblem::TooDeep);
    }
    Ok(components)
}

/// A name from the archive, fit for a terminal: control characters are escaped, and it is not long.
pub(crate) fn shown(name: &[u8]) -> String {
    const SHOWN_LEN: usize = 200;
    let text = String::from_utf8_lossy(name);
    let mut shown: String = text
        .chars()
        .take(SHOWN_LEN)
        .flat_map(|character| {
            let plain = !character.is_control() && !is_ignorable(character);
            let escaped = (!plain).then(|| character.escape_unicode());
            plain
                .then_some(character)
                .into_iter()
                .chain(escaped.into_iter().flatten())
        })
        .collect();
    if text.chars().nth(SHOWN_LEN).is_some() {
        shown.push('…');
    }
    shown
}

fn check_text(text: &[u8], limits: &Limits) -> Result<(), NameProblem> {
    if text.len() > limits.path_len {
        return Err(NameProblem::TooLong);
    }
    if text.contains(&0) {
        return Err(NameProblem::Nul);
    }
    // Refused everywhere, so that an archive means the same on every machine.
    if text.contains(&b'\\') {
        return Err(NameProblem::Backslash);
    }
    Ok(())
}

/// Whether the name begins with a drive, such as `C:` alone or `C:/`.
fn has_drive(name: &[u8]) -> bool {
    matches!(name, [letter, b':'] | [letter, b':', b'/', ..] if letter.is_ascii_alphabetic())
}

fn check_component(component: &[u8], rules: NameRules) -> Result<OsString, NameProblem> {
    if component.len() > COMPONENT_LEN {
        return Err(NameProblem::TooLong);
    }
    if rules.windows && is_impossible_on_windows(&String::from_utf8_lossy(component)) {
        return Err(NameProblem::Windows);
    }
    to_os_string(component).ok_or(NameProblem::Encoding)
}

#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems cannot hold every name"
)]
fn to_os_string(component: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStringExt as _;
    Some(OsString::from_vec(component.to_vec()))
}

#[cfg(not(unix))]
fn to_os_string(component: &[u8]) -> Option<OsString> {
    std::str::from_utf8(component).ok().map(OsString::from)
}

/// Whether Windows cannot hold the name, or takes it for a device or a data stream.
///
/// Source: "Naming Files, Paths, and Namespaces" in the Win32 documentation.
fn is_impossible_on_windows(component: &str) -> bool {
    const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];
    if component.ends_with(['.', ' ']) {
        return true;
    }
    if component.contains(|character: char| character < ' ' || r#"<>:"|?*\"#.contains(character)) {
        return true;
    }
    let stem = component
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end_matches(' ')
        .to_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| {
            let mut characters = rest.chars();
            let digit = characters
                .next()
                .is_some_and(|digit| "0123456789¹²³".contains(digit));
            digit && characters.next().is_none()
        })
    };
    DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

/// Whether some file system takes `component` for `.<name>`.
///
/// Source: `is_hfs_dotgit` and `is_ntfs_dotgit` of git: macOS ignores case and some characters,
/// Windows ignores case, trailing dots and spaces and what follows a colon, and has short names.
fn is_read_as(component: &str, name: &str) -> bool {
    let visible: String = component
        .chars()
        .filter(|character| !is_ignorable(*character))
        .collect();
    let folded = visible.to_lowercase();
    let before_stream = folded.split(':').next().unwrap_or_default();
    let plain = before_stream.trim_end_matches(['.', ' ']);
    let short = plain
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('~'));
    plain.strip_prefix('.') == Some(name)
        || short.is_some_and(|number| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// Whether macOS leaves the character out when it compares names; terminals do not show it either.
fn is_ignorable(character: char) -> bool {
    matches!(
        character,
        '\u{200c}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{206a}'..='\u{206f}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const UNIX: NameRules = NameRules {
        windows: false,
        fold_case: false,
    };
    const WINDOWS: NameRules = NameRules {
        windows: true,
        fold_case: true,
    };

    #[track_caller]
    fn check(name: &str, expected: &[&str]) {
        let path = EntryPath::parse(name.as_bytes(), &Limits::default(), UNIX).unwrap();
        assert_eq!(path.components(), expected, "{name:?}");
    }

    #[track_caller]
    fn check_refused(name: &[u8], rules: NameRules, expected: NameProblem) {
        let error = EntryPath::parse(name, &Limits::default(), rules).unwrap_err();
        let ArchiveError::Name { problem, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(problem, expected, "{}", shown(name));
    }

    #[test]
    fn plain_names_are_taken_apart() {
        check("api-1.0/setup.py", &["api-1.0", "setup.py"]);
        check("./a//b/./c/", &["a", "b", "c"]);
        check("./", &[]);
        check("a/...", &["a", "..."]);
        check("a/..b", &["a", "..b"]);
        check("docs/a:b.txt", &["docs", "a:b.txt"]);
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["/etc/passwd", "//server/share", "C:", "c:/windows"] {
            check_refused(name.as_bytes(), UNIX, NameProblem::Absolute);
        }
        for name in ["..", "../a", "a/../b", "a/..", "./../a"] {
            check_refused(name.as_bytes(), UNIX, NameProblem::Parent);
        }
        for name in [r"..\a", r"a\b", r"\\server\share", r"C:\windows"] {
            check_refused(name.as_bytes(), UNIX, NameProblem::Backslash);
        }
        check_refused(b"a\0b", UNIX, NameProblem::Nul);
        check_refused(b"", UNIX, NameProblem::Empty);
    }

    #[test]
    fn length_and_depth_are_limited() {
        check_refused(&[b'a'; 256], UNIX, NameProblem::TooLong);
        check_refused("a/".repeat(513).as_bytes(), UNIX, NameProblem::TooLong);
        check_refused("a/".repeat(65).as_bytes(), UNIX, NameProblem::TooDeep);
        assert!(EntryPath::parse("a/".repeat(64).as_bytes(), &Limits::default(), UNIX).is_ok());
        assert!(EntryPath::parse(&[b'a'; 255], &Limits::default(), UNIX).is_ok());
    }

    #[test]
    fn names_that_windows_cannot_hold_are_refused_there() {
        let names = [
            "CON", "con.txt", "a/NUL", "nul .txt", "com1", "LPT9.log", "COM¹", "CONOUT$", "a.",
            "a ", "a/b./c", "a:b", "a?", "a*b", "a\tb", "\"a\"", "a|b", "<a>", "d:evil",
        ];
        for name in names {
            check_refused(name.as_bytes(), WINDOWS, NameProblem::Windows);
            assert!(
                EntryPath::parse(name.as_bytes(), &Limits::default(), UNIX).is_ok(),
                "{name}"
            );
        }
        for name in ["console", "com", "com10", "auxiliary.py", "a.b", "nul_.txt"] {
            let path = EntryPath::parse(name.as_bytes(), &Limits::default(), WINDOWS);
            assert!(path.is_ok(), "{name}");
        }
    }

    #[test]
    fn every_spelling_of_dot_git_is_known() {
        let spellings = [
            ".git",
            ".GIT",
            ".git.",
            ".git ",
            ".git. .",
            ".git::$INDEX_ALLOCATION",
            "git~1",
            "GIT~12",
            ".g\u{200c}it",
            ".hg",
            ".Hg",
        ];
        for spelling in spellings {
            let name = format!("api/{spelling}/config");
            let path = EntryPath::parse(name.as_bytes(), &Limits::default(), UNIX).unwrap();
            let expected = PathBuf::from("api").join(spelling);
            assert_eq!(path.version_control(), Some(expected), "{spelling:?}");
        }
        for spelling in [
            ".gitignore",
            ".github",
            "git",
            "git~",
            "git~a",
            "x.git",
            ".hgignore",
        ] {
            let path = EntryPath::parse(spelling.as_bytes(), &Limits::default(), UNIX).unwrap();
            assert_eq!(path.version_control(), None, "{spelling:?}");
        }
    }

    #[test]
    fn link_targets_may_go_up_but_not_to_the_root() {
        let limits = Limits::default();
        assert_eq!(
            link_components(b"../a/./b", &limits, UNIX).unwrap(),
            ["..", "a", "b"]
        );
        assert_eq!(
            link_components(b"/etc", &limits, UNIX),
            Err(NameProblem::Absolute)
        );
        assert_eq!(
            link_components(br"..\a", &limits, UNIX),
            Err(NameProblem::Backslash)
        );
        assert_eq!(link_components(b"", &limits, UNIX), Err(NameProblem::Empty));
        assert_eq!(
            link_components(b"a/.. /b", &limits, WINDOWS),
            Err(NameProblem::Windows)
        );
    }

    #[test]
    fn what_is_shown_cannot_write_to_the_terminal() {
        assert_eq!(shown(b"a\x1b[2Jb\n"), r"a\u{1b}[2Jb\u{a}");
        assert_eq!(shown("a\u{202e}b".as_bytes()), r"a\u{202e}b");
        assert_eq!(shown(&[b'a'; 300]).chars().count(), 201);
    }

    proptest! {
        #[test]
        fn an_accepted_name_stays_below_the_folder(name in proptest::collection::vec(
            prop_oneof![Just(b'.'), Just(b'/'), Just(b'\\'), Just(b':'), any::<u8>()], 0..12,
        )) {
            if let Ok(path) = EntryPath::parse(&name, &Limits::default(), NameRules::HOST) {
                let path = path.to_path();
                let normal = |part| matches!(part, std::path::Component::Normal(_));
                prop_assert!(path.components().all(normal), "{path:?}");
            }
        }
    }
}
