//! Every way in which running a program, or getting one, can fail.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use dhtl_project_model::{Diagnostic, ExitCode};

/// What went wrong with an external program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// There is no such program.
    #[error("`{program}` was not found{}", if program.contains(['/', '\\']) { "" } else { " on PATH" })]
    NotFound {
        /// The program, as it was asked for.
        program: String,
    },
    /// The folder to run it in does not exist.
    #[error("cannot run `{command}` in `{}`: there is no such folder", cwd.display())]
    NoFolder {
        /// The command line.
        command: String,
        /// The folder.
        cwd: PathBuf,
    },
    /// The operating system refused to start it.
    #[error("cannot start `{command}`")]
    CannotStart {
        /// The command line.
        command: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The state of the running program could not be read.
    #[error("lost track of `{command}`")]
    Lost {
        /// The command line.
        command: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// It ran and reported a failure.
    #[error("`{command}` {}{}", ending(*exit_code), indented(last_lines))]
    Failed {
        /// The command line.
        command: String,
        /// Its exit code; none when a signal ended it.
        exit_code: Option<i32>,
        /// The last lines it printed that say something.
        last_lines: Vec<String>,
        /// Where everything it printed can be read.
        log: Option<PathBuf>,
    },
    /// It took too long and was stopped.
    #[error("`{command}` did not finish within {}{}", duration(*limit), indented(last_lines))]
    TimedOut {
        /// The command line.
        command: String,
        /// How long it was allowed to take.
        limit: Duration,
        /// The last lines it printed that say something.
        last_lines: Vec<String>,
    },
    /// The user stopped it.
    #[error("interrupted")]
    Cancelled,
    /// The log of the command cannot be written.
    #[error("cannot write the log `{}`", path.display())]
    Log {
        /// The log.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A value would have been read as an option.
    #[error("the {what} `{value}` begins with `-` and would be read as an option")]
    LooksLikeOption {
        /// What the value is for.
        what: &'static str,
        /// The value.
        value: String,
    },
    /// A value that has to be there is empty.
    #[error("the {what} is empty")]
    Empty {
        /// What the value is for.
        what: &'static str,
    },
    /// There is no place to keep anything.
    #[error("no home folder is known")]
    NoHome,
    /// The place to keep things in cannot be used.
    #[error("cannot use `{}`", path.display())]
    Home {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// There is no usable `uv`, and none could be fetched.
    #[error(
        "no usable `uv` is on PATH, and none could be fetched{}",
        list(attempts)
    )]
    NoUv {
        /// What was tried, in order.
        attempts: Vec<FetchAttempt>,
    },
}

/// One way to get a program, and why it did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchAttempt {
    /// The way, such as `pip`.
    pub way: &'static str,
    /// Why it failed.
    pub reason: String,
}

impl Diagnostic for ToolError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::NotFound { .. } | Self::NoHome | Self::Home { .. } | Self::NoUv { .. } => {
                ExitCode::Prerequisite
            }
            Self::LooksLikeOption { .. } | Self::Empty { .. } => ExitCode::Usage,
            Self::Cancelled => ExitCode::Interrupted,
            Self::NoFolder { .. }
            | Self::CannotStart { .. }
            | Self::Lost { .. }
            | Self::Failed { .. }
            | Self::TimedOut { .. }
            | Self::Log { .. } => ExitCode::External,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { program } => Some(installation_hint(program)),
            Self::Failed { log: Some(log), .. } => {
                Some(format!("read everything it printed in `{}`", log.display()))
            }
            Self::TimedOut { .. } => Some(
                "check the network and the load of this machine, then run the same command again"
                    .to_owned(),
            ),
            Self::Cancelled => Some("run the same command again; it goes on where it stopped".to_owned()),
            Self::Log { .. } | Self::CannotStart { .. } => {
                Some("check the free space with `df -h` and the permissions with `ls -ld`".to_owned())
            }
            Self::NoHome => Some("name a folder for dhtl with `export DHTL_HOME=~/.dhtl`".to_owned()),
            Self::Home { .. } => Some(
                "check its permissions and the free space, or name another folder with `export DHTL_HOME=…`"
                    .to_owned(),
            ),
            Self::LooksLikeOption { .. } => Some("write a path as `./-name`".to_owned()),
            Self::NoUv { .. } => Some(uv_hint()),
            Self::NoFolder { .. }
            | Self::Lost { .. }
            | Self::Failed { log: None, .. }
            | Self::Empty { .. } => None,
        }
    }
}

fn uv_hint() -> String {
    let installer = if cfg!(windows) {
        "powershell -ExecutionPolicy ByPass -c \"irm https://astral.sh/uv/install.ps1 | iex\""
    } else {
        "curl -LsSf https://astral.sh/uv/install.sh | sh"
    };
    format!(
        "install it with one of `python3 -m pip install uv`, `{installer}`, \
         `cargo install --locked uv`, then run the same command again"
    )
}

fn installation_hint(program: &str) -> String {
    if program.contains(['/', '\\']) {
        return format!(
            "check the path with `ls -l {}`",
            crate::quote::quote(program)
        );
    }
    let package = match program {
        "python" | "pip" | "pip3" => "python3",
        "node" | "npm" | "npx" => "node",
        "docker" => "docker",
        other => other,
    };
    let command = if cfg!(target_os = "macos") {
        format!("brew install {package}")
    } else if cfg!(windows) {
        format!("winget install {package}")
    } else {
        let package = match package {
            "python3" => "python3-pip",
            "node" => "nodejs",
            "docker" => "docker.io",
            other => other,
        };
        format!("sudo apt install {package}")
    };
    format!("install it, for instance with `{command}`, and check with `{program} --version`")
}

fn ending(exit_code: Option<i32>) -> String {
    exit_code.map_or_else(
        || "was killed".to_owned(),
        |code| format!("failed with exit code {code}"),
    )
}

fn indented(lines: &[String]) -> String {
    lines.iter().fold(String::new(), |mut text, line| {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n    {line}");
        text
    })
}

fn list(attempts: &[FetchAttempt]) -> String {
    attempts.iter().fold(String::new(), |mut text, attempt| {
        let reason = attempt.reason.replace('\n', "\n  ");
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {}: {reason}", attempt.way);
        text
    })
}

/// `limit` in the unit people would use.
fn duration(limit: Duration) -> String {
    let seconds = limit.as_secs();
    match seconds {
        0 => format!("{} ms", limit.as_millis()),
        1..=119 => format!("{seconds} s"),
        _ if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_what_the_program_said_last() {
        let error = ToolError::Failed {
            command: "uv sync".to_owned(),
            exit_code: Some(2),
            last_lines: vec!["error: no interpreter".to_owned(), "  try 3.12".to_owned()],
            log: Some(PathBuf::from(".dht/state/uv.log")),
        };
        insta::assert_snapshot!(error, @r"
        `uv sync` failed with exit code 2
            error: no interpreter
              try 3.12
        ");
        assert_eq!(error.exit_code(), ExitCode::External);
        assert_eq!(
            error.hint().as_deref(),
            Some("read everything it printed in `.dht/state/uv.log`")
        );
    }

    #[test]
    fn a_missing_program_names_the_next_command() {
        let error = ToolError::NotFound {
            program: "git".to_owned(),
        };
        assert_eq!(error.to_string(), "`git` was not found on PATH");
        assert_eq!(error.exit_code(), ExitCode::Prerequisite);
        assert!(
            error.hint().unwrap().contains("install git"),
            "{:?}",
            error.hint()
        );
    }

    #[test]
    fn a_time_limit_is_written_the_way_people_say_it() {
        for (limit, expected) in [
            (Duration::from_millis(300), "300 ms"),
            (Duration::from_secs(90), "90 s"),
            (Duration::from_mins(30), "30 min"),
            (Duration::from_secs(150), "2 min 30 s"),
        ] {
            assert_eq!(duration(limit), expected);
        }
    }
}
