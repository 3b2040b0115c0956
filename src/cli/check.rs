use std::path::PathBuf;
use std::process::ExitCode;

use qantar::analysis::names::Names;
use qantar::analysis::score::Record;
use qantar::models::country::country;
use qantar::report::format::{count, listed, number, wrapped};
use qantar::scenario::{Scenario, calendar::Calendar, record};
use qantar::sim::model::Model;
use qantar::study::trial::{ATTRIBUTES, Attribute, Out, Trial, trial};
use qantar::study::{Command, Study};

use super::failure::Usage;
use super::output::{color, data, message, warn};

/// Find everything that is wrong with scenarios
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  qantar new my && qantar check my.toml\n  qantar check my.toml --set region.capital.urban=0.9\n  \
    qantar check my.toml --run"
)]
pub struct Args {
    /// Scenario files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Set a key to a TOML value, as in region.almaty.urban=0.9; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Also run each without what happens and with it, and say what looks implausible
    #[arg(long)]
    run: bool,
}

impl Args {
    /// Print a line for each scenario that is whole and every problem of those that are not.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let (mut bad, mut doubtful) = (0, 0);
        for file in &self.files {
            let checked = Scenario::read(file).and_then(|mut scenario| {
                scenario.set(&self.set)?;
                let study = Study::new(Command::Run, &scenario, Vec::new(), 1, 0..1)?;
                let record = scenario
                    .record()
                    .map(|path| record::read(path, &study.known()))
                    .transpose()?;
                let (mut text, mut fails) = (summary(&study, record.as_ref()) + "\n", false);
                if let Some(model) = country(study.arms[0].model.as_ref()).filter(|_| self.run) {
                    let trial = trial(model, scenario.seed());
                    text += &tried(&trial, model, &scenario, &study.calendar);
                    fails = trial.precedes() || trial.nothing_moves();
                }
                Ok((text, fails, scenario.warnings()))
            });
            match checked {
                Ok((text, fails, warnings)) => {
                    warn(&warnings);
                    data(&format!("{}: {text}", file.display()))?;
                    doubtful += usize::from(fails);
                }
                // The last one is left to be printed as the error of the command.
                Err(problems) if self.files.len() == 1 => return Err(problems.into()),
                Err(problems) => {
                    bad += 1;
                    message(&format!("{}\n", problems.render(color(&std::io::stderr()))));
                }
            }
        }
        match bad {
            // Done, but not as one would expect of a country.
            0 if doubtful > 0 => Ok(ExitCode::from(3)),
            0 => Ok(ExitCode::SUCCESS),
            _ => Err(Usage(format!("{bad} of {} scenarios have problems", self.files.len())).into()),
        }
    }
}

fn summary(study: &Study, record: Option<&Record>) -> String {
    let model = &study.arms[0].model;
    let (mut text, calendar) = (model.outline(), &study.calendar);
    if calendar.is_dated() {
        text += &format!(" from {} to {}", calendar.short(0), calendar.short(model.ticks()));
    }
    if let Some(record) = record {
        let count = record.observations.len();
        text += &format!("; a record of {count} observation{}", if count == 1 { "" } else { "s" });
    }
    text
}

/// What a trial showed, and which attribute to look at where it is not what a country shows.
fn tried(trial: &Trial, model: &Model, scenario: &Scenario, calendar: &Calendar) -> String {
    let names = scenario.names();
    let out = |out: &Out| crowd(out, model, &names, calendar);
    let hours = |ticks: u32| number(f64::from(ticks) * model.clock.hours());
    let line = |what: &str, said: String| wrapped(&format!("  {what:<28}"), &said);
    let mut text = line(
        "without shocks and actions",
        format!("{} in {} hours", out(&trial.null), hours(trial.ticks.0)),
    );
    text += &line(
        "with them",
        format!("{} in {} hours", out(&trial.short), hours(trial.ticks.1)),
    );
    let cause = trial
        .cause
        .map_or(String::new(), |tick| format!(", on {},", calendar.short(tick)));
    if trial.precedes() {
        let said =
            format!("people are out before anything has happened{cause} so a comparison would not show what it does");
        text += &line("the protest has no cause:", said);
    } else if trial.nothing_moves() {
        let said = format!("nobody goes out whatever happens{cause} so every comparison would show nothing");
        text += &line("nothing moves anybody:", said);
    }
    let helping: Vec<_> = trial.tried.iter().filter(|tried| tried.helps).collect();
    for tried in &helping {
        let attribute = ATTRIBUTES.iter().find(|attribute| attribute.key == tried.key);
        let lies = attribute.map_or(String::new(), |attribute| lies(attribute, model));
        let said = format!("with {} in every region: {}; {lies}", tried.value, out(&tried.out));
        text += &line(tried.key, said);
    }
    if helping.is_empty() && !trial.tried.is_empty() {
        let said = "no attribute alone, as it is in the shipped countries, changes that; look at several, at `rules`, and at \
                    whether a shock reaches the regions";
        text += &line("which attribute:", said.to_owned());
    }
    let outside = |attribute: &&Attribute| {
        let (here, there) = (attribute.range(model), attribute.shipped_range());
        let named = helping.iter().any(|tried| tried.key == attribute.key);
        !named && (here.0 < there.0 - 1e-9 || here.1 > there.1 + 1e-9)
    };
    for attribute in ATTRIBUTES.iter().filter(outside) {
        text += &line(&format!("unusual: {}", attribute.key), lies(attribute, model));
    }
    if !trial.unpoliced.is_empty() {
        let regions: Vec<String> = trial.unpoliced.iter().map(|id| names.region(id).to_owned()).collect();
        text += &line("no police:", format!("no [[force]] is based in {}", listed(&regions)));
    }
    text
}

fn crowd(out: &Out, model: &Model, names: &Names, calendar: &Calendar) -> String {
    if out.most == 0.0 {
        return "nobody is out".to_owned();
    }
    let people = count(out.most, "person is", "people are");
    let most = names.region(&model.regions[out.region].id);
    match out.first {
        Some(tick) => format!(
            "up to {people} out at once, most in {most}, from {} on",
            calendar.short(tick)
        ),
        None => format!("no more than {people} out at once"),
    }
}

/// Where an attribute lies here and in each shipped country.
fn lies(attribute: &Attribute, model: &Model) -> String {
    let range = |low: f64, high: f64| match low == high {
        true => number(low),
        false => format!("{} to {}", number(low), number(high)),
    };
    let (low, high) = attribute.range(model);
    let shipped = attribute
        .shipped
        .iter()
        .map(|(name, [low, usual, high])| match low == high {
            true => format!("{name} {}", number(*low)),
            false => format!("{name} {}, usually {}", range(*low, *high), number(*usual)),
        });
    format!("here {}; {}", range(low, high), shipped.collect::<Vec<_>>().join("; "))
}
