//! What is printed of an error, and its exit code.

use std::io;
use std::process::ExitCode;

use qantar::scenario::problem::Problems;
use qantar::study;

use super::output::{color, message};

/// Exit code of a failure that is not the user's mistake.
const FAILED: u8 = 1;
/// Exit code of a mistake in the arguments or the scenario.
const USAGE: u8 = 2;
/// Exit code of what was finished but is not clean.
pub const DIFFERS: u8 = 3;

/// A mistake in how a command was used, as against a failure while it ran.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Print an error with its causes and give its exit code.
pub fn report(error: &anyhow::Error) -> ExitCode {
    let of_study = match error.downcast_ref::<study::Error>() {
        Some(study::Error::Problems(problems)) => Some(problems),
        _ => None,
    };
    if let Some(problems) = error.downcast_ref::<Problems>().or(of_study) {
        message(&problems.render(color(&io::stderr())));
        return USAGE.into();
    }
    #[cfg(feature = "serve")]
    if let Some(qantar::serve::Error::Scenario(problems)) = error.downcast_ref() {
        message(&problems.render(color(&io::stderr())));
        return USAGE.into();
    }
    // A reader who has read enough, such as `head`, is not an error.
    if error
        .downcast_ref::<io::Error>()
        .is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    {
        return ExitCode::SUCCESS;
    }
    let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
    message(&format!("error: {}", chain.join(": ")));
    if error.is::<Usage>() {
        return USAGE.into();
    }
    use study::Error;
    match error.downcast_ref::<Error>() {
        Some(
            Error::Exists { .. }
            | Error::Foreign(_)
            | Error::OtherStudy { .. }
            | Error::NoStudy(_)
            | Error::Older { .. }
            | Error::Outcome { .. }
            | Error::Arm { .. },
        ) => USAGE.into(),
        _ => FAILED.into(),
    }
}
