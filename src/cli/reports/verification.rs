//! What is installed, held against a digest.

use std::fmt;

use dhtl_regeneration::{ExpectedFrom, Verification};
use dhtl_terminal::{Mark, Report, dim};
use serde::Serialize;

/// The answer of `verify-environment`.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct VerificationReport(pub(crate) Verification);

impl Report for VerificationReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let verification = &self.0;
        let source = match verification.expected_from {
            ExpectedFrom::CommandLine => "named",
            ExpectedFrom::Config => "recorded",
        };
        let actual = verification.actual;
        if verification.matches {
            let mark = Mark::Good;
            return writeln!(out, "{mark} Environment is the {source} one: {actual}");
        }
        writeln!(out, "{} Environment is not the {source} one", Mark::Bad)?;
        writeln!(out, "    expected {}", verification.expected)?;
        writeln!(out, "    actual   {actual}")?;
        self.reasons(out)?;
        let next = match (
            &verification.differences,
            verification.unchanged_since_regenerate,
        ) {
            (Some(differences), Some(true)) if differences.is_empty() => {
                "It is as the last `dhtl regenerate` left it; record it with `dhtl setup`."
            }
            (_, Some(false)) => {
                "It was changed since the last `dhtl regenerate`; run that again to repair it."
            }
            _ => "Repair it with `dhtl regenerate`.",
        };
        writeln!(out, "\n{next}")
    }
}

impl VerificationReport {
    fn reasons(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let verification = &self.0;
        let mark = Mark::Attention;
        for difference in verification.differences.iter().flatten() {
            let repair = dim(format!("repair: {}", difference.repair));
            writeln!(out, "  - {difference} {repair}")?;
        }
        match &verification.differences {
            None => writeln!(
                out,
                "{mark} No lock says which distributions must be installed"
            )?,
            Some(differences) if differences.is_empty() => writeln!(
                out,
                "{mark} Every distribution has the version of the lock: other files of it differ"
            )?,
            Some(_) => {}
        }
        let other = verification.recorded_on.as_ref();
        match other.filter(|_| verification.expected_from == ExpectedFrom::Config) {
            Some(platform) => writeln!(
                out,
                "{mark} It was recorded on {platform}, and installed files differ by platform; \
                 `dhtl validate-env` compares what does not"
            ),
            None => Ok(()),
        }
    }
}
