//! The folder that holds what dhtl keeps for the user.

use std::path::{Path, PathBuf};

use crate::{Environment, ToolError};

/// `$DHTL_HOME`, by default `dhtl` in the platform's data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home(PathBuf);

impl Home {
    /// Where the home is; it need not exist yet.
    ///
    /// `DHTL_HOME` wins. Otherwise it is `$XDG_DATA_HOME/dhtl` or `~/.local/share/dhtl` (XDG Base
    /// Directory Specification), `~/Library/Application Support/dhtl` on macOS and
    /// `%LOCALAPPDATA%\dhtl` on Windows. Fails when the environment names no home folder at all.
    pub fn locate(environment: &Environment) -> Result<Self, ToolError> {
        if let Some(home) = environment.var_os("DHTL_HOME") {
            // Children run in other folders, so a relative home would be another one for each.
            return std::path::absolute(home)
                .map(Self)
                .map_err(|source| ToolError::Home {
                    path: home.into(),
                    source,
                });
        }
        data_dir(environment)
            .map(|dir| Self(dir.join("dhtl")))
            .ok_or(ToolError::NoHome)
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where what comes from the network is kept until it is used.
    #[must_use]
    pub fn downloads_dir(&self) -> PathBuf {
        self.0.join("downloads")
    }

    /// Where managed programs are.
    #[must_use]
    pub fn bin_dir(&self) -> PathBuf {
        self.0.join("bin")
    }
}

fn data_dir(environment: &Environment) -> Option<PathBuf> {
    let home = environment.home_dir();
    if cfg!(windows) {
        return environment
            .var_os("LOCALAPPDATA")
            .map(PathBuf::from)
            .filter(|dir| dir.is_absolute())
            .or_else(|| Some(home?.join("AppData").join("Local")));
    }
    if cfg!(target_os = "macos") {
        return Some(home?.join("Library").join("Application Support"));
    }
    environment
        .var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        // The specification: a relative path is invalid and is to be ignored.
        .filter(|dir| dir.is_absolute())
        .or_else(|| Some(home?.join(".local").join("share")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[track_caller]
    fn check(vars: &[(&str, &str)], expected: &str) {
        let environment = Environment::from_vars(vars.iter().copied());
        assert_eq!(
            Home::locate(&environment).unwrap().path(),
            Path::new(expected)
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_most_explicit_variable_wins() {
        check(&[("HOME", "/home/ada")], "/home/ada/.local/share/dhtl");
        check(
            &[("HOME", "/home/ada"), ("XDG_DATA_HOME", "/data")],
            "/data/dhtl",
        );
        check(
            &[("HOME", "/home/ada"), ("XDG_DATA_HOME", "data")],
            "/home/ada/.local/share/dhtl",
        );
        check(
            &[("XDG_DATA_HOME", "/data"), ("DHTL_HOME", "/opt/dhtl")],
            "/opt/dhtl",
        );
    }

    #[test]
    fn a_relative_home_becomes_absolute() {
        let environment = Environment::from_vars([("DHTL_HOME", "here")]);
        let home = Home::locate(&environment).unwrap();
        assert!(
            home.path().is_absolute() && home.path().ends_with("here"),
            "{home:?}"
        );
    }

    #[test]
    fn without_any_home_the_error_says_so() {
        let error = Home::locate(&Environment::from_vars([("PATH", "/bin")])).unwrap_err();
        assert!(matches!(error, ToolError::NoHome), "{error}");
    }
}
