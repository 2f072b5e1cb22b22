//! A small script in the environment that starts a program from elsewhere.
//!
//! Source: seed 001 section 5B, `create_venv_wrapper`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::RegenerationError;
use crate::programs::scripts::{script_file, scripts_path};
use crate::state::{read_regular, remove_whatever, write_whole};

/// A small script in the environment that starts a program from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrapper {
    /// What one types.
    pub(crate) name: String,
    /// Whose program it is: `tool ruff`, `binary node`.
    pub(crate) owner: String,
    /// The program.
    pub(crate) program: PathBuf,
    /// Its first argument, such as the script that an interpreter runs.
    pub(crate) first_argument: Option<PathBuf>,
    /// Variables that it needs.
    pub(crate) variables: Vec<(&'static str, String)>,
    /// The folder that comes first on its `PATH`.
    pub(crate) first_on_path: Option<PathBuf>,
}

/// What is in the place of a wrapper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrapperState {
    /// The wrapper.
    Intact,
    /// Nothing.
    Missing,
    /// Something else.
    Modified,
}

impl Wrapper {
    /// A wrapper called `name` that starts `program` and nothing more.
    pub(crate) fn new(
        name: impl Into<String>,
        owner: impl Into<String>,
        program: impl Into<PathBuf>,
    ) -> Self {
        Self {
            name: name.into(),
            owner: owner.into(),
            program: program.into(),
            first_argument: None,
            variables: Vec::new(),
            first_on_path: None,
        }
    }

    /// The file, relative to the root of the project, with `/` between its parts.
    pub(crate) fn path(&self) -> String {
        format!("{}/{}", scripts_path(), self.file_name())
    }

    /// The name of the file.
    pub(crate) fn file_name(&self) -> String {
        script_file(&self.name)
    }

    /// What is in its place in the project at `root`.
    pub(crate) fn state(&self, root: &Path) -> WrapperState {
        let place = root.join(self.path());
        let Ok(metadata) = place.symlink_metadata() else {
            return WrapperState::Missing;
        };
        let is_same = metadata.is_file()
            && is_executable(&metadata)
            && read_regular(&place).is_ok_and(|content| content == self.content());
        if is_same {
            WrapperState::Intact
        } else {
            WrapperState::Modified
        }
    }

    /// Puts it in its place, whatever is there.
    pub(crate) fn write(&self, root: &Path) -> Result<(), RegenerationError> {
        let place = root.join(self.path());
        // A link there would have its target changed, and a folder cannot be replaced by a file.
        remove_whatever(&place)?;
        write_whole(&place, self.content())?;
        make_executable(&place)
    }

    /// The script.
    fn content(&self) -> Vec<u8> {
        if cfg!(windows) {
            self.batch_file()
        } else {
            self.shell_script()
        }
    }

    fn shell_script(&self) -> Vec<u8> {
        let mut script = format!("#!/bin/sh\n# {}\n", self.remark()).into_bytes();
        for (name, value) in &self.variables {
            script.extend(format!("{name}=").bytes());
            script.extend(quoted(value.as_bytes()));
            script.extend(format!("\nexport {name}\n").bytes());
        }
        if let Some(folder) = &self.first_on_path {
            script.extend(b"PATH=");
            script.extend(quoted(&bytes(folder)));
            script.extend(b":\"$PATH\"\nexport PATH\n");
        }
        script.extend(b"exec ");
        script.extend(quoted(&bytes(&self.program)));
        if let Some(argument) = &self.first_argument {
            script.push(b' ');
            script.extend(quoted(&bytes(argument)));
        }
        script.extend(b" \"$@\"\n");
        script
    }

    fn batch_file(&self) -> Vec<u8> {
        // A percent sign would begin a variable.
        let shown = |path: &Path| path.display().to_string().replace('%', "%%");
        let mut lines = vec![
            "@echo off".to_owned(),
            format!("rem {}", self.remark()),
            "setlocal".to_owned(),
        ];
        for (name, value) in &self.variables {
            lines.push(format!("set \"{name}={value}\""));
        }
        if let Some(folder) = &self.first_on_path {
            lines.push(format!("set \"PATH={};%PATH%\"", shown(folder)));
        }
        let argument = self.first_argument.as_deref().map(shown);
        let argument = argument.map_or_else(String::new, |argument| format!(" \"{argument}\""));
        lines.push(format!("\"{}\"{argument} %*", shown(&self.program)));
        (lines.join("\r\n") + "\r\n").into_bytes()
    }

    fn remark(&self) -> String {
        let owner = &self.owner;
        format!("Made by dhtl for the {owner}; `dhtl regenerate` makes it anew.")
    }
}

/// The bytes as one word of a POSIX shell.
fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for byte in bytes {
        match byte {
            b'\'' => quoted.extend(b"'\\''"),
            _ => quoted.push(*byte),
        }
    }
    quoted.push(b'\'');
    quoted
}

#[cfg(unix)]
fn bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
fn bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &fs::Metadata) -> bool {
    true
}

#[cfg(unix)]
fn make_executable(place: &Path) -> Result<(), RegenerationError> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(place, fs::Permissions::from_mode(0o755))
        .map_err(RegenerationError::io("write", place))
}

#[cfg(not(unix))]
fn make_executable(_place: &Path) -> Result<(), RegenerationError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npm() -> Wrapper {
        Wrapper {
            first_argument: Some("/srv/a b/npm-cli.js".into()),
            variables: vec![("RUSTUP_TOOLCHAIN", "1.70.0".to_owned())],
            first_on_path: Some("/srv/it's/bin".into()),
            ..Wrapper::new("npm", "binary node", "/srv/node")
        }
    }

    #[test]
    fn a_shell_script_quotes_every_path() {
        insta::assert_snapshot!(String::from_utf8(npm().shell_script()).unwrap(), @r#"
        #!/bin/sh
        # Made by dhtl for the binary node; `dhtl regenerate` makes it anew.
        RUSTUP_TOOLCHAIN='1.70.0'
        export RUSTUP_TOOLCHAIN
        PATH='/srv/it'\''s/bin':"$PATH"
        export PATH
        exec '/srv/node' '/srv/a b/npm-cli.js' "$@"
        "#);
    }

    #[test]
    fn a_batch_file_passes_everything_on() {
        let batch_file = String::from_utf8(npm().batch_file()).unwrap();
        insta::assert_snapshot!(batch_file.replace("\r\n", "\n"), @r#"
        @echo off
        rem Made by dhtl for the binary node; `dhtl regenerate` makes it anew.
        setlocal
        set "RUSTUP_TOOLCHAIN=1.70.0"
        set "PATH=/srv/it's/bin;%PATH%"
        "/srv/node" "/srv/a b/npm-cli.js" %*
        "#);
    }

    #[test]
    fn whatever_is_in_its_place_is_seen_and_replaced() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join(npm().path());
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        assert_eq!(npm().state(root.path()), WrapperState::Missing);
        fs::create_dir(&place).unwrap();
        assert_eq!(npm().state(root.path()), WrapperState::Modified);
        npm().write(root.path()).unwrap();
        assert_eq!(npm().state(root.path()), WrapperState::Intact);
        fs::write(&place, "exit 0\n").unwrap();
        assert_eq!(npm().state(root.path()), WrapperState::Modified);
        npm().write(root.path()).unwrap();
        assert_eq!(npm().state(root.path()), WrapperState::Intact);
    }

    #[cfg(unix)]
    #[test]
    fn a_wrapper_that_cannot_be_run_is_none() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join(npm().path());
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        npm().write(root.path()).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(npm().state(root.path()), WrapperState::Modified);
    }
}
