use std::path::PathBuf;
use std::process::ExitCode;

use qantar::analysis::score::Record;
use qantar::scenario::{Scenario, outcomes, record};
use qantar::sim::epstein::model as epstein;
use qantar::sim::model::Model;

use super::failure::Usage;
use super::output::{color, data, message};

/// Find everything that is wrong with scenarios
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  qantar check my.toml\n  qantar check my.toml --set region.almaty.urban=0.9")]
pub struct Args {
    /// Scenario files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Set a key to a TOML value, as in region.almaty.urban=0.9; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Args {
    /// Print a line for each scenario that is whole and every problem of those that are not.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let mut bad = 0;
        for file in &self.files {
            let checked = Scenario::read(file).and_then(|mut scenario| {
                scenario.set(&self.set)?;
                let model = scenario.simulation()?;
                let known = outcomes::known(&*model, &scenario.calendar());
                let record = scenario.record().map(|path| record::read(path, &known)).transpose()?;
                Ok(match model.country() {
                    Some(model) => summary(&scenario, model, record.as_ref()),
                    None => lattice(&scenario.lattice()?),
                })
            });
            match checked {
                Ok(summary) => data(&format!("{}: {summary}\n", file.display()))?,
                // The last one is left to be printed as the error of the command.
                Err(problems) if self.files.len() == 1 => return Err(problems.into()),
                Err(problems) => {
                    bad += 1;
                    message(&format!("{}\n", problems.render(color(&std::io::stderr()))));
                }
            }
        }
        match bad {
            0 => Ok(ExitCode::SUCCESS),
            _ => Err(Usage(format!("{bad} of {} scenarios have problems", self.files.len())).into()),
        }
    }
}

fn summary(scenario: &Scenario, model: &Model, record: Option<&Record>) -> String {
    let people: u64 = model.regions.iter().map(|region| u64::from(region.population)).sum();
    let agents: u64 = (0..model.regions.len())
        .map(|region| u64::from(model.agents(region)))
        .sum();
    let calendar = scenario.calendar();
    let counts = [
        count(model.regions.len(), "region"),
        format!("{people} people as {agents} agents"),
        count(model.sites.len(), "site"),
        count(model.forces.len(), "force"),
        count(model.interventions.len(), "action"),
        format!(
            "{} of {} minutes",
            count(model.clock.ticks as usize, "tick"),
            model.clock.tick_minutes
        ),
    ];
    let record = record.map_or(String::new(), |record| {
        format!("; a record of {}", count(record.observations.len(), "observation"))
    });
    format!(
        "{} from {} to {}{record}",
        counts.join(", "),
        calendar.short(0),
        calendar.short(model.clock.ticks)
    )
}

fn lattice(model: &epstein::Model) -> String {
    format!(
        "{} by {} sites, {}, {}, {}, {}",
        model.width,
        model.height,
        count(model.agents as usize, "agent"),
        count(model.cops as usize, "cop"),
        count(model.changes.len(), "change"),
        count(model.ticks as usize, "tick")
    )
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
