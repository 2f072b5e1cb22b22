//! The environment of the process, read once and then passed on as a value.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Component, Path, PathBuf};

/// A snapshot of the process environment.
///
/// Everything that depends on an environment variable takes one of these, so that a test can bring
/// its own world and nobody is surprised by a variable read behind their back.
#[derive(Clone)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    home_dir: Option<PathBuf>,
}

impl Environment {
    /// Reads the environment of this process.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the home the lint points to"
    )]
    pub fn capture() -> Self {
        let mut environment = Self::from_vars(std::env::vars_os());
        if environment.home_dir.is_none() {
            // A service or a bare container may run without HOME; the user database still knows.
            environment.home_dir = std::env::home_dir().filter(|home| home.is_absolute());
        }
        environment
    }

    /// An environment that holds `vars` and nothing else.
    #[must_use]
    pub fn from_vars<I, K, V>(vars: I) -> Self
    where
        I: IntoIterator<Item = (K, V)>,
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let variables: BTreeMap<OsString, OsString> = vars
            .into_iter()
            .map(|(name, value)| (key(&name.into()), value.into()))
            .collect();
        let home_name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        let home_dir = variables
            .get(OsStr::new(home_name))
            .map(PathBuf::from)
            .filter(|home| home.is_absolute());
        Self {
            variables,
            home_dir,
        }
    }

    /// This environment less the variables called `names`.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        let mut environment = self.clone();
        for name in names {
            environment.variables.remove(&key(OsStr::new(name)));
        }
        environment
    }

    /// The value of `name`; nothing when it is unset, empty or not UTF-8.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        self.var_os(name).and_then(OsStr::to_str)
    }

    /// The value of `name`, whatever its encoding; nothing when it is unset or empty.
    #[must_use]
    pub fn var_os(&self, name: &str) -> Option<&OsStr> {
        let value = self.variables.get(&key(OsStr::new(name)))?;
        (!value.is_empty()).then_some(value.as_os_str())
    }

    /// The names of all variables that are UTF-8, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().filter_map(|name| name.to_str())
    }

    /// The first program called `name` on this environment's `PATH`, as an absolute path.
    #[must_use]
    pub fn find_program(&self, name: &str) -> Option<PathBuf> {
        self.all_programs(name).into_iter().next()
    }

    /// Every program called `name` on this environment's `PATH`, in its order.
    ///
    /// Relative entries of `PATH`, such as `.`, are passed over: what they find depends on the
    /// current folder, and that may be a repository nobody trusts.
    #[must_use]
    pub fn all_programs(&self, name: &str) -> Vec<PathBuf> {
        let is_plain = matches!(
            Path::new(name).components().collect::<Vec<_>>()[..],
            [Component::Normal(only)] if only == name
        );
        let Some(path) = self.search_path().filter(|_| is_plain) else {
            return Vec::new();
        };
        let Ok(found) = which::which_in_all(name, Some(path), std::env::temp_dir()) else {
            return Vec::new();
        };
        let mut programs: Vec<PathBuf> = Vec::new();
        for program in found.filter(|program| program.is_absolute()) {
            if !programs.contains(&program) {
                programs.push(program);
            }
        }
        programs
    }

    /// The user's home folder.
    #[must_use]
    pub fn home_dir(&self) -> Option<PathBuf> {
        self.home_dir.clone()
    }

    /// All variables, whatever their encoding.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.variables
            .iter()
            .map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    fn search_path(&self) -> Option<OsString> {
        let absolute: Vec<PathBuf> = std::env::split_paths(self.var_os("PATH")?)
            .filter(|dir| dir.is_absolute())
            .collect();
        if absolute.is_empty() {
            return None;
        }
        std::env::join_paths(absolute).ok()
    }
}

/// Names only: values may be secret, and debug output ends up in logs.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("names", &self.variables.keys())
            .finish_non_exhaustive()
    }
}

/// Windows does not tell `Path` from `PATH`.
fn key(name: &OsStr) -> OsString {
    if cfg!(windows) {
        name.to_ascii_uppercase()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_counts_as_unset() {
        let environment = Environment::from_vars([("EMPTY", ""), ("FULL", "x")]);
        assert_eq!(environment.var("EMPTY"), None);
        assert_eq!(environment.var("FULL"), Some("x"));
        assert_eq!(environment.var("ABSENT"), None);
    }

    #[test]
    fn values_do_not_show_in_debug_output() {
        let environment = Environment::from_vars([("API_KEY", "correct horse battery")]);
        let shown = format!("{environment:?}");
        assert!(shown.contains("API_KEY"), "{shown}");
        assert!(!shown.contains("horse"), "{shown}");
    }

    #[test]
    fn nothing_is_found_without_a_path() {
        assert_eq!(
            Environment::from_vars([("HOME", "/")]).find_program("sh"),
            None
        );
    }

    #[cfg(unix)]
    mod on_unix {
        use std::os::unix::fs::PermissionsExt;

        use super::*;

        fn program(dir: &Path, name: &str) -> PathBuf {
            std::fs::create_dir_all(dir).unwrap();
            let program = dir.join(name);
            std::fs::write(&program, "#!/bin/sh\n").unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
            program
        }

        #[test]
        fn programs_come_in_the_order_of_the_path() {
            let dir = tempfile::tempdir().unwrap();
            let first = program(&dir.path().join("a"), "tool");
            let second = program(&dir.path().join("b"), "tool");
            std::fs::write(dir.path().join("a/plain"), "no program").unwrap();
            let path = format!("{0}/a:{0}/nowhere:{0}/b:{0}/a", dir.path().display());
            let environment = Environment::from_vars([("PATH", path)]);
            assert_eq!(environment.all_programs("tool"), [first, second]);
            assert_eq!(environment.find_program("plain"), None);
        }

        #[test]
        fn relative_entries_and_names_with_folders_find_nothing() {
            let environment = Environment::from_vars([("PATH", ".:bin::/usr/bin:/bin")]);
            for name in ["./sh", "../bin/sh", "/bin/sh", "", ".", ".."] {
                assert_eq!(
                    environment.all_programs(name),
                    [""; 0].map(PathBuf::from),
                    "{name}"
                );
            }
            assert!(environment.find_program("sh").unwrap().is_absolute());
        }
    }
}
