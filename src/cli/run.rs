//! `qantar run`: run a scenario, once or many times, and tell what happened.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::value_parser;
use qantar::analysis::named::Named;
use qantar::analysis::names::Names;
use qantar::analysis::overview::Collecting;
use qantar::analysis::replicate::{COUNTRY, Replicate};
use qantar::analysis::unmet::Unmet;
use qantar::metric::Metric;
use qantar::report::{self, Valued, json::Document, summary};
use qantar::scenario::Scenario;
use qantar::study::rows::{places_schema, read_outcomes, series_schema};
use qantar::study::{Command, Study};
use qantar::suggest::suggest;
use qantar::table::{Column, Kind};

use super::arguments::{Base, Explaining, Running};
use super::failure::Usage;
use super::outcomes;
use super::output::{self, Format, HELP, message};
use super::perform::{Finish, Shown, perform};
use super::plot;
use super::runs::{runs, tables};

/// Run a scenario, once or many times, and tell what happened.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// The scenario.
    file: PathBuf,
    #[command(flatten)]
    base: Base,
    /// How many replicates: runs of the same seed with independent dice.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..=1_000_000))]
    replicates: u32,
    /// Number of the first replicate.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = value_parser!(u32).range(..=2_000_000_000))]
    first_replicate: u32,
    /// Also keep the readings of each place, in places.csv.
    #[arg(long)]
    places: bool,
    /// Also tell a region hour by hour, by its id, with a plot; in text, of the first replicate.
    #[arg(long, value_name = "ID")]
    region: Option<String>,
    /// Also draw those who are active over time, as `qantar plot` does; the name of the file ends in .svg, .png or .pdf.
    #[arg(long, value_name = "FILE", conflicts_with = "shard")]
    plot: Option<PathBuf>,
    #[command(flatten)]
    explaining: Explaining,
    #[command(flatten)]
    running: Running,
}

const EXAMPLES: &str = "Examples:
  qantar run scenarios/tutorial.toml
  qantar run scenarios/tutorial.toml --seed 7 --replicates 100
  qantar run scenarios/tutorial.toml --replicates 1 --first-replicate 42 --out one   one of them alone
  qantar run scenarios/tutorial.toml --region vellmar    and what happened there, hour by hour
  qantar run scenarios/tutorial.toml --seed 8 --plot tutorial.svg    and a figure
  qantar run scenarios/tutorial.toml --format json --quiet | jq .totals";

impl Args {
    /// Run it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let scenario = self.base.read(&self.file, &self.running)?;
        let seed = self.base.seed(&scenario);
        let replicates = self.first_replicate..self.first_replicate + self.replicates;
        let mut study = Study::new(Command::Run, &scenario, self.base.set.clone(), seed, replicates)?;
        if self.places && !study.is_divided() {
            return Err(Usage(format!(
                "--places: no region of {} is divided into places, so series.csv has all there is; \
                `qantar explain place` tells how to divide one",
                self.file.display()
            ))
            .into());
        }
        study.identity.keeps.places = self.places;
        outcomes::keep(&mut study, &scenario, &[], &[])?;
        self.explaining.keep(&mut study)?;
        let regions = study.arms[0].model.regions();
        if let Some(id) = self.region.as_deref().filter(|id| !regions.contains(id)) {
            let help = suggest(id, "regions", regions);
            return Err(Usage(format!("--region {id}: there is no such region; {help}")).into());
        }
        Base::with_record(&mut study, &scenario);
        self.base.in_worlds(&mut study, &scenario)?;
        let name = format!("{}-{seed}", study.identity.scenario);
        if let Some(figure) = &self.plot {
            plot::Args::plain(Path::new(&name), figure, self.running.force, true).form()?;
        }
        let summary = Summary {
            next: (self.replicates == 1).then(|| self.next()),
            region: self.region.clone(),
            plot: self.plot.clone().map(|figure| (figure, self.running.force)),
        };
        perform(study, &name, &summary, &self.running)
    }

    /// What to try after a single run: more of them.
    fn next(&self) -> String {
        let seed = self.base.seed.map(|seed| format!(" --seed {seed}"));
        let out = self.running.out.iter().map(|out| format!(" --out {}", out.display()));
        let changes = self.base.set.iter().map(|change| format!(" --set '{change}'"));
        let places = self.places.then(|| " --places".to_owned());
        let explain = self.explaining.explain.then(|| " --explain".to_owned());
        let same: String = changes.chain(seed).chain(places).chain(explain).chain(out).collect();
        format!("next: qantar run {}{same} --replicates 20", self.file.display())
    }
}

/// What a run makes of its tables.
#[derive(Default)]
pub struct Summary {
    /// What to try next.
    pub next: Option<String>,
    /// The region that is told hour by hour.
    pub region: Option<String>,
    /// The file of a figure, and whether it replaces one that is there.
    pub plot: Option<(PathBuf, bool)>,
}

impl Finish for Summary {
    fn tell(&self, study: &Study, folder: &Path, shown: &Shown) -> anyhow::Result<ExitCode> {
        let table = read_outcomes(study, folder)?;
        // Arm, replicate and seed are before them.
        let columns = table.columns().iter().skip(3);
        let valued = |(named, (_, column)): (Named, &(String, Column))| Valued {
            named,
            values: (0..table.rows()).map(|row| column.number(row)).collect(),
        };
        let mut totals: Vec<Valued> = outcomes::named(study)?.into_iter().zip(columns).map(valued).collect();
        let named = totals.split_off(totals.len() - study.named.len());
        let schema = series_schema(study.family().metrics());
        let (mut unmet, mut first) = (study.family().unmet(study.arms[0].model.as_ref()), None);
        // The course over all replicates is one of people.
        let people = study.family().metrics()[0].name == Metric::Participants.name();
        let mut collecting = (people && table.rows() > 1).then(Collecting::default);
        let of_places = watched_places(study, folder, &unmet);
        let mut of_places = match of_places.is_empty() {
            true => None,
            false => Some(tables(folder, "places.csv", &of_places)?),
        };
        for run in runs(folder, "series.csv", &schema)? {
            let run = run?;
            // Both files have the runs in one order.
            let places = of_places.as_mut().and_then(Iterator::next).transpose()?;
            let replicate = Replicate::of(&run.series, &run.events).with_places(places.as_ref().map(|(_, rows)| rows));
            unmet.iter_mut().for_each(|one| one.add(&replicate));
            if let Some(collecting) = &mut collecting {
                collecting.add(&run.arm, &run.series, None, &run.events);
            }
            first.get_or_insert(run);
        }
        let first = first.with_context(|| format!("{} has no rows", folder.display()))?;
        let overview = collecting.map(Collecting::finish);
        // Results say what they are of; what they do not say has no name but its id.
        let names = Scenario::read(&folder.join("scenario.toml"))
            .map_or_else(|_| Names::default(), |scenario| scenario.names());
        let run = report::Run {
            title: &study.identity.title,
            scenario: &study.identity.scenario,
            seed: study.identity.seed,
            first_replicate: study.identity.first_replicate,
            active: &study.family().metrics()[0],
            totals: &totals,
            outcomes: &named,
            series: &first.series,
            events: &first.events,
            course: overview.as_ref().map(|overview| &overview.arms[0]),
            unmet: &unmet,
            names: &names,
            folder: &shown.folder,
        };
        match shown.format {
            Format::Text => {
                let color = output::color(&io::stdout());
                let course = study.family().course(&run, color);
                output::data(&summary::text(&run, &course))?;
                if let Some(id) = &self.region {
                    let name = names.region(id);
                    let first = run.first_replicate;
                    output::data(&report::region::text(name, id, first, run.series, color))?;
                }
            }
            Format::Json => shown.json(&Document::of(&run), study, folder)?,
        }
        if let Some((figure, force)) = &self.plot {
            plot::Args::plain(folder, figure, *force, shown.quiet).draw()?;
        }
        match &self.next {
            Some(next) if !shown.quiet => message(next),
            _ => shown.then_reproduce(),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The columns of `places.csv` that tell how near what is done came where it waits for a place; none if it is not kept, or
/// nothing does.
fn watched_places(study: &Study, folder: &Path, unmet: &[Unmet]) -> Vec<(&'static str, Kind)> {
    let regions = study.arms[0].model.regions();
    let watched = unmet.iter().flat_map(|one| one.when.watched());
    let apart = watched.filter(|(_, area)| *area != COUNTRY && !regions.contains(area));
    let metrics: Vec<&str> = apart.map(|(metric, _)| metric).collect();
    if metrics.is_empty() || !folder.join("places.csv").is_file() {
        return Vec::new();
    }
    let mut columns = places_schema(study.family().metrics());
    columns.retain(|(name, _)| ["arm", "replicate", "place"].contains(name) || metrics.contains(name));
    columns
}
