//! What `sweep` and `submit` are asked to study: the arguments that both have, turned into a sweep.

use std::path::{Path, PathBuf};

use clap::value_parser;
use qantar::analysis::named::Named;
use qantar::analysis::outcome::{Known, Mistake, Outcome};
use qantar::analysis::replicate::Replicate;
use qantar::scenario::Scenario;
use qantar::scenario::problem::{Place, Problem};
use qantar::study::Plan;
use qantar::study::sweep::{Ask, File, How, Sweep, load};
use qantar::suggest::nearest;
use qantar::table::Table;

/// What is studied.
#[derive(clap::Args)]
pub struct Asked {
    /// A scenario, a study file (*.study.toml), or the folder of a sweep that was begun.
    #[arg(value_name = "SCENARIO|STUDY|DIR")]
    pub file: PathBuf,
    /// Vary a key: lo:hi:step or a,b,c for a grid, lo..hi for a sample; can be repeated.
    #[arg(long, value_name = "KEY=VALUES")]
    vary: Vec<String>,
    /// Draw the points: lhs, sobol, morris (trajectories) or saltelli (base points), and how many.
    #[arg(long, value_name = "KIND:N")]
    sample: Option<String>,
    /// Take the points from a CSV whose header has the keys.
    #[arg(long, value_name = "CSV")]
    design: Option<PathBuf>,
    /// Seed of the design [default: that of the dice].
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(..=i64::MAX as u64))]
    design_seed: Option<u64>,
    /// Keep this number of every run, as in 'deaths = last(deaths_civilians)', or a total or an outcome that the
    /// scenario names, by its name; can be repeated [default: the totals, and what the scenario names].
    #[arg(long, value_name = "NAME=TEXT")]
    outcome: Vec<String>,
    /// Change the scenario of all points: a dotted key and its value, as in TOML; can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Seed of the dice [default: the scenario's].
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(..=i64::MAX as u64))]
    seed: Option<u64>,
    /// Runs of every point, with the same dice at each [default: 10 for a grid or a table, 1 for a sample].
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=1_000_000))]
    replicates: Option<u32>,
    /// Keep the series of every run too; they are large.
    #[arg(long)]
    series: bool,
    /// Folder of the results [default: results/<name>-sweep-<seed>].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A sweep, what is kept of its runs, and where.
pub struct Study {
    /// What is run.
    pub sweep: Sweep,
    /// What is kept of every run.
    pub outcomes: Outcomes,
    /// The folder of the results.
    pub out: PathBuf,
}

impl Asked {
    /// The study that is meant.
    pub fn study(&self) -> anyhow::Result<Study> {
        if self.file.is_dir() || with_ending(&self.file, ".partial").is_dir() {
            return Study::load(&self.file);
        }
        let file = File::is_one(&self.file).then(|| File::read(&self.file)).transpose()?;
        let path = file.as_ref().map_or(&self.file, |file| &file.scenario);
        let mut scenario = Scenario::read(path)?;
        let mut overrides = file.as_ref().map(File::set).unwrap_or_default();
        overrides.extend(self.set.clone());
        scenario.set(&overrides)?;
        let (known, totals) = (known(&scenario), scenario.family().named_totals());
        let named = [totals, scenario.outcomes()].concat();
        let mut ask = Ask::new(scenario);
        let mut how = How {
            overrides,
            seed: self.seed,
            design_seed: self.design_seed,
            replicates: self.replicates,
            series: self.series,
        };
        if let Some(file) = &file {
            file.tell(&mut ask, &mut how);
        }
        for text in &self.vary {
            let text = ask.text("--vary", text);
            ask.vary(&text);
        }
        if let Some(text) = &self.sample {
            let text = ask.text("--sample", text);
            ask.sample(&text);
        }
        if let Some(path) = &self.design {
            let text = ask.text("--design", &path.display().to_string());
            ask.table(&text, path);
        }
        for text in &self.outcome {
            let whole = ask.text("--outcome", text);
            let (name, start) = name_of(text);
            let place = Place::new(whole.place.source, start..text.len());
            ask.outcome(name, &text[start..], &place);
        }
        if !ask.has_outcomes() {
            let all = ask.text("the totals", "");
            for named in &named {
                ask.outcome(&named.name, &named.text, &all.place);
            }
        }
        ask.spell_out(|text| {
            let meant = named.iter().find(|named| named.name == text.trim());
            meant.map(|named| named.text.clone())
        });
        let mistakes: Vec<Problem> = ask
            .outcomes()
            .flat_map(|(outcome, place)| check(&outcome.text, place, known.as_ref(), &named))
            .collect();
        mistakes.into_iter().for_each(|problem| ask.problem(problem));
        let sweep = ask.plan(how)?;
        let outcomes = Outcomes::of(&sweep)?;
        let out = self.out.clone().unwrap_or_else(|| self.default_out(&sweep));
        Ok(Study { sweep, outcomes, out })
    }

    fn default_out(&self, sweep: &Sweep) -> PathBuf {
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let stem = match File::is_one(&self.file) {
            true => name.trim_end_matches(".study.toml").to_owned(),
            false => format!("{}-sweep", sweep.identity.scenario),
        };
        Path::new("results").join(format!("{stem}-{}", sweep.identity.seed))
    }
}

impl Study {
    /// The sweep that was begun in a folder.
    pub fn load(dir: &Path) -> anyhow::Result<Study> {
        let (sweep, _) = load(dir)?;
        let name = dir.to_string_lossy();
        Ok(Study {
            outcomes: Outcomes::of(&sweep)?,
            sweep,
            out: PathBuf::from(name.trim_end_matches('/').trim_end_matches(".partial")),
        })
    }
}

/// The name that a folder has until it is whole.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let name = path.to_string_lossy();
    PathBuf::from(format!("{}{ending}", name.trim_end_matches('/')))
}

/// The name of an outcome, and where its text begins: `name = text`, or a text that is its own name.
fn name_of(text: &str) -> (&str, usize) {
    let word = |name: &str| {
        let mut letters = name.chars();
        letters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && letters.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    };
    match text.split_once('=') {
        Some((name, rest)) if word(name.trim()) => {
            let start = text.len() - rest.trim_start().len();
            (name.trim(), start)
        }
        _ => (text.trim(), text.len() - text.trim_start().len()),
    }
}

fn check(text: &str, place: &Place, known: Option<&Known>, named: &[Named]) -> Vec<Problem> {
    let problem = |mistake: &Mistake| {
        let start = (place.start + mistake.span.start).min(place.end);
        let end = (place.start + mistake.span.end).clamp(start, place.end.max(start));
        let problem = Problem::at(&Place::new(place.source, start..end), &mistake.message);
        problem.help(&mistake.help)
    };
    match Outcome::parse(text) {
        Ok(outcome) => {
            let mistakes = known.map_or(Vec::new(), |known| outcome.check(known));
            mistakes.iter().map(problem).collect()
        }
        Err(mistake) => {
            let names = named.iter().map(|named| named.name.as_str());
            let name = nearest(text.trim(), names);
            let meant = name.map_or(String::new(), |name| format!("or did you mean `{name}`?"));
            vec![problem(&mistake).help(meant)]
        }
    }
}

/// What outcomes of the runs of a scenario can name. Of one that does not compile nothing is known, and its own problems
/// are told anyway.
fn known(scenario: &Scenario) -> Option<Known> {
    let plan = Plan::new(scenario, Vec::new(), 1, 0..1).ok();
    plan.map(|plan| plan.known())
}

/// What is kept of every run.
pub struct Outcomes(Vec<Outcome>);

impl Outcomes {
    fn of(sweep: &Sweep) -> anyhow::Result<Outcomes> {
        let texts = sweep.identity.outcomes.iter().map(|outcome| outcome.text.parse());
        Ok(Outcomes(texts.collect::<Result<_, _>>()?))
    }

    /// Their values in one run, from its series and its events.
    pub fn values(&self, series: &Table, events: &Table) -> Vec<f64> {
        let replicate = Replicate::of(series, events);
        self.0.iter().map(|outcome| outcome.of(&replicate)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn an_outcome_has_a_name_or_is_its_own() {
        let text = |text: &'static str| {
            let (name, start) = name_of(text);
            (name, &text[start..])
        };
        assert_eq!(text("deaths = last(x)"), ("deaths", "last(x)"));
        assert_eq!(text("damage"), ("damage", "damage"));
        let own = "regions(last(x, region=a) >= 5)";
        assert_eq!(text(own), (own, own));
    }
}
