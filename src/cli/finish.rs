//! What is made of a study whose folder alone says what it is.

use qantar::study::{Command, Study};

use super::perform::Finish;
use super::{ablate, calibrate, compare, matching, run, score, sweep};

/// What the command that made a study makes of it.
pub fn finish_of(study: &Study) -> anyhow::Result<Box<dyn Finish>> {
    Ok(match &study.identity.made_by {
        Command::Run => Box::new(run::Summary::default()),
        Command::Compare { .. } => Box::new(compare::Contrasts::default()),
        Command::Ablate { .. } => Box::new(ablate::Effects::default()),
        Command::Sweep => Box::new(sweep::Runs),
        Command::Score => Box::new(score::Verdict),
        Command::Calibrate { .. } => Box::new(calibrate::Posterior::of(study)?),
        Command::Match { self_test } => matching::of(study, *self_test)?,
    })
}
