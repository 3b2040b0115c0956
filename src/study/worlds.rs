//! Plausible worlds of a study: parameter sets that a record does not rule out. Replicate r runs in the r-th of them, the
//! same world and the same dice in all arms.

use super::arm::Arm;
use super::error::Error;
use super::matching::WORLDS;
use super::plan::Study;
use crate::analysis::worlds::Worlds;
use crate::scenario::problem::{Problem, Problems};
use crate::scenario::search::present;

impl Study {
    /// Run each replicate in the next of these worlds: the text of a table whose header has dotted keys.
    ///
    /// # Errors
    /// If the text is no such table, or the scenario cannot have the values of one of the worlds.
    pub fn in_worlds(&mut self, text: String) -> Result<(), Error> {
        let worlds = Worlds::read(&text).map_err(|why| Problems::new(&[], [Problem::nowhere(why)]))?;
        self.worlds = Some(worlds);
        self.given.push((WORLDS, text));
        let count = self.worlds.as_ref().map_or(0, |worlds| worlds.rows.len()) as u32;
        // All have the same keys, so the first and the last tell nearly every mistake.
        for world in [0, count - 1] {
            self.arms[0].with(&self.of_world(&self.arms[0], world))?;
        }
        Ok(())
    }

    /// In how many worlds its replicates run; `None` if all are of one.
    pub fn worlds_run(&self) -> Option<usize> {
        let worlds = self.worlds.as_ref()?;
        Some(worlds.rows.len().min(self.identity.replicates as usize))
    }

    /// What the world of a replicate sets in an arm, but for what the arm itself was told: by assignments, or by having another
    /// number there than the baseline, or none, since it lacks the action whose lever it would be.
    pub(super) fn of_world(&self, arm: &Arm, replicate: u32) -> Vec<String> {
        let mut all = self
            .worlds
            .as_ref()
            .map_or_else(Vec::new, |worlds| worlds.assignments(replicate));
        let key = |text: &str| text.split('=').next().unwrap_or_default().trim().to_owned();
        let own: Vec<String> = arm.identity.overrides.iter().map(|text| key(text)).collect();
        let baseline = &self.arms[0];
        let differs = |key: &str| {
            let here = present(baseline.scenario(), key);
            here.is_some() && present(arm.scenario(), key) != here
        };
        all.retain(|assignment| {
            let key = key(assignment);
            !own.contains(&key) && !differs(&key)
        });
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Job;
    use crate::study::tests::study;

    #[test]
    fn replicates_run_in_the_next_world_and_what_an_arm_says_wins() {
        let mut study = study(1, 0..4);
        let scenario = study.arms[0].scenario().clone();
        let mut changed = scenario.clone();
        let set = vec!["rules.turnout.base_cost=0.3".to_owned()];
        changed.set(&set).unwrap();
        study.add(Arm::new("own", &changed, set).unwrap()).unwrap();
        study
            .in_worlds("rules.turnout.base_cost,rules.turnout.crowd_weight\n0.1,0.2\n0.2,0.3\n".to_owned())
            .unwrap();
        let told = |arm, replicate| study.of_world(&study.arms[arm], replicate);
        assert_eq!(
            told(0, 1),
            ["rules.turnout.base_cost=0.2", "rules.turnout.crowd_weight=0.3"]
        );
        assert_eq!(told(0, 2), told(0, 0));
        assert_eq!(told(1, 1), ["rules.turnout.crowd_weight=0.3"]);
        // So it is where a file says it, as an overlay does.
        let mut overlay = scenario.clone();
        overlay.set(&["rules.turnout.crowd_weight=0.9".to_owned()]).unwrap();
        study.add(Arm::new("file", &overlay, Vec::new()).unwrap()).unwrap();
        let last = study.arms.len() - 1;
        let told = study.of_world(&study.arms[last], 1);
        assert_eq!(told, ["rules.turnout.base_cost=0.2"]);
        let job = |replicate| Job {
            point: 0,
            replicate,
            arm: 0,
        };
        assert!(study.model(job(0)).is_ok());
        assert!(
            study
                .in_worlds("a,b\n".to_owned())
                .unwrap_err()
                .to_string()
                .contains("no worlds")
        );
        assert!(study.in_worlds("rules.turnout.base_cst\n0.1\n".to_owned()).is_err());
    }
}
