//! The study of a folder, made again from what the folder holds, without the arguments that began it.

use std::fs;
use std::io;
use std::path::Path;

use super::arm::Arm;
use super::error::{Error, at};
use super::identity::Command;
use super::matching::WORLDS;
use super::place;
use super::plan::{DESIGN, RECORD, SCENARIO, Study, arm_scenario};
use crate::scenario::Scenario;

impl Study {
    /// The study of a folder, whole or not.
    ///
    /// # Errors
    /// If there is none, it is in an older format, or a file of it cannot be read.
    pub fn load(path: &Path) -> Result<Study, Error> {
        let identity = place::identity(path)?;
        let text = |name: &str| {
            let file = path.join(name);
            fs::read_to_string(&file).map_err(at(&file))
        };
        let base = Scenario::from_text(&identity.scenario, &text(SCENARIO)?)?;
        let replicates = identity.first_replicate..identity.first_replicate + identity.replicates;
        let overrides = identity.overrides.clone();
        let mut study = Study::new(identity.made_by.clone(), &base, overrides, identity.seed, replicates)?;
        for arm in &identity.arms {
            study.add(match &arm.without[..] {
                [] => {
                    let scenario = Scenario::from_text(&arm.scenario, &text(&arm_scenario(&arm.name))?)?;
                    Arm::new(&arm.name, &scenario, arm.overrides.clone())?
                }
                actions => {
                    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
                    Arm::without(&arm.name, &study.arms[0], &actions)
                }
            })?;
        }
        if let Some(design) = &identity.design {
            let listed = design.is_listed();
            let file = path.join(DESIGN);
            let table = listed.then(|| table(&file).map_err(at(&file))).transpose()?;
            study.vary(design.clone(), table);
        }
        for &name in given(&identity.made_by) {
            study.given.push((name, text(name)?));
        }
        let runs = matches!(identity.made_by, Command::Run | Command::Compare { .. });
        if runs && path.join(RECORD).is_file() {
            study.given.push((RECORD, text(RECORD)?));
        }
        let worlds = path.join(WORLDS);
        if !matches!(identity.made_by, Command::Match { .. }) && worlds.is_file() {
            study.in_worlds(text(WORLDS)?)?;
        }
        study.keep(identity.outcomes.clone())?;
        // What this version would say of itself is not what is in the folder.
        study.identity = identity;
        Ok(study)
    }
}

/// The files beside scenario and design that the studies of a command are given.
fn given(command: &Command) -> &'static [&'static str] {
    match command {
        Command::Score => &[RECORD],
        Command::Calibrate { .. } | Command::Match { .. } => &["search.toml", RECORD],
        _ => &[],
    }
}

fn table(path: &Path) -> io::Result<Vec<Vec<String>>> {
    let mut reader = csv::Reader::from_path(path).map_err(io::Error::from)?;
    let rows = reader
        .records()
        .map(|record| Ok(record?.iter().map(str::to_owned).collect()));
    rows.collect()
}
