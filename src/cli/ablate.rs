//! `qantar ablate`: each action taken away in turn, in the same worlds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::Context;
use clap::value_parser;
use qantar::analysis::ablation::{self, Ablated, Effect, Orders, effects};
use qantar::analysis::shapley;
use qantar::metric::Readings;
use qantar::report::ablate::{Ablation, Document, text};
use qantar::report::format::number;
use qantar::scenario::Scenario;
use qantar::sim::{Observer, event::Event};
use qantar::study::rows::outcomes_schema;
use qantar::study::{self, Arm, BASELINE, Findings, Folder, Keeps, Plan, Progress};
use qantar::suggest::suggest;
use qantar::table::csv;

use super::failure::Usage;
use super::outcomes::Outcomes;
use super::output::{self, Format, HELP, message};
use super::{progress, run::threads, signals::Signals};

/// Which government action mattered? Each is taken away in turn, in the same worlds.
///
/// An action that is taken away never happens, and neither does what waits for it. Its effect is the outcome with it
/// minus the outcome without it, replicate by replicate. Actions work together, so the effects do not add up; with
/// --shapley, actions are also taken away one after the other in random orders, and what goes with each is its
/// contribution to what they all do together.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// The scenario.
    file: PathBuf,
    /// Only these actions, by id.
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    actions: Vec<String>,
    /// Only actions of these kinds.
    #[arg(long, value_name = "KIND,...", value_delimiter = ',')]
    kind: Vec<String>,
    /// Take away together all actions of one kind, or of one actor.
    #[arg(long, value_enum)]
    group: Option<Group>,
    /// Also draw so many random orders of removal, and share out what all actions do together.
    #[arg(long, value_name = "ORDERS", value_parser = value_parser!(u32).range(2..=10_000))]
    shapley: Option<u32>,
    /// Change the scenario: a dotted key and its value, as in TOML; can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// What is compared: a total or an outcome that the scenario names, by its name, or an outcome such as
    /// `peak(violent, region=almaty)`; can be repeated [default: the totals that matter
    /// first, such as participants_day and deaths_civilians, and what the scenario names].
    #[arg(long, value_name = "TEXT")]
    outcome: Vec<String>,
    /// Seed of the dice [default: the scenario's].
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(..=i64::MAX as u64))]
    seed: Option<u64>,
    /// How many replicates of the scenario with and without each action, at least 2.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = value_parser!(u32).range(2..=1_000_000))]
    replicates: u32,
    /// Only tell how many runs there are and how long they may take.
    #[arg(long)]
    dry_run: bool,
    /// Threads; the results do not depend on them [default: one per core].
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Folder of the results [default: results/<scenario>-<seed>-ablate].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace results that are there already.
    #[arg(long)]
    force: bool,
    /// Form of the summary on stdout.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// No progress and no hints.
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "Examples:
  qantar ablate scenarios/tutorial.toml --replicates 100
  qantar ablate scenarios/kazakhstan-2022.toml --set persons_per_agent=100 --dry-run
  qantar ablate scenarios/kazakhstan-2022.toml --set persons_per_agent=100 --group kind
  qantar ablate scenarios/kazakhstan-2022.toml --kind internet_shutdown,curfew --outcome deaths_civilians
  qantar ablate scenarios/tutorial.toml --shapley 20 --replicates 50";

/// What is taken away together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Group {
    /// Actions of one kind.
    Kind,
    /// Actions of one actor.
    By,
}

impl Args {
    /// Run it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let (mut plan, asked) = self.plan()?;
        let outcomes = Outcomes::read(&self.outcome, plan.family.first_totals(), &plan)?;
        plan.identity.outcomes = outcomes.names();
        if self.dry_run {
            return self.estimate(&plan, &asked);
        }
        let folder = Folder::open(&plan, &self.out(&plan), self.force)?;
        let (done, runs) = (folder.done(&plan), plan.jobs().count());
        if done > 0 && !self.quiet {
            let kept = folder.partial().display();
            message(&format!("resuming: {done} of {runs} runs are done in {kept}"));
        }
        let progress = Progress::default();
        let signals = Signals::set(&progress.stop)?;
        let kept = Mutex::new(None);
        let findings = Findings {
            outcomes: &|series, events| outcomes.of(series, events),
            files: &|partial: &Path| {
                let effects = found(partial, &plan, &asked, &outcomes).map_err(io::Error::other)?;
                let files = files(&effects, &asked, &outcomes)?;
                *kept.lock().expect("no thread has panicked") = Some(effects);
                Ok(files)
            },
        };
        let work = || study::execute_with(&plan, &folder, threads(self.threads), &progress, &findings);
        match progress::shown(&plan, &progress, self.quiet, work) {
            Err(stopped @ study::Error::Interrupted { .. }) => {
                message(&stopped.to_string());
                return Ok(signals.exit_code());
            }
            result => result?,
        };
        // Where only the name of the folder was missing, nothing was worked out.
        let effects = match kept.into_inner().expect("no thread has panicked") {
            Some(effects) => effects,
            None => found(folder.out(), &plan, &asked, &outcomes)?,
        };
        self.tell(&plan, &asked, &outcomes, &effects, folder.out())?;
        Ok(ExitCode::SUCCESS)
    }

    /// The plan, and what is taken away in it.
    fn plan(&self) -> anyhow::Result<(Plan, Asked)> {
        let mut scenario = Scenario::read(&self.file)?;
        scenario.set(&self.set)?;
        let seed = self.seed.unwrap_or_else(|| scenario.seed());
        let mut plan = Plan::new(&scenario, self.set.clone(), seed, 0..self.replicates)?;
        plan.identity.keeps = Keeps::Outcomes;
        let groups = self.groups(&scenario, &plan)?;
        let mut arms = BTreeMap::from([(BTreeSet::new(), BASELINE.to_owned())]);
        let mut arm = |plan: &mut Plan, away: &[usize]| -> anyhow::Result<String> {
            let set: BTreeSet<usize> = away.iter().copied().collect();
            if let Some(name) = arms.get(&set) {
                return Ok(name.clone());
            }
            let name = match away {
                [only] => groups[*only].0.clone(),
                _ => format!("without-{:05}", arms.len()),
            };
            let actions = set.iter().flat_map(|&place| &groups[place].1);
            let actions: Vec<&str> = actions.map(String::as_str).collect();
            plan.add(Arm::without(&name, &plan.arms[0], &actions))?;
            arms.insert(set, name.clone());
            Ok(name)
        };
        let mut ablated = Vec::new();
        for (place, (name, actions)) in groups.iter().enumerate() {
            let arm = arm(&mut plan, &[place])?;
            let [baseline, without] = [&plan.arms[0], plan.arms.last().expect("one was added")];
            let mut with_it = baseline.model.never_in(without.model.as_ref());
            with_it.retain(|id| !actions.contains(id));
            ablated.push(Ablated {
                name: name.clone(),
                arm,
                actions: actions.clone(),
                with_it,
            });
        }
        let mut orders = None;
        if let Some(count) = self.shapley {
            let drawn = shapley::orders(groups.len(), count as usize, seed);
            let mut path = |order: &Vec<usize>| {
                let steps = 0..=order.len();
                steps
                    .map(|away| arm(&mut plan, &order[..away]))
                    .collect::<anyhow::Result<Vec<_>>>()
            };
            let arms = drawn.iter().map(&mut path).collect::<anyhow::Result<Vec<_>>>()?;
            orders = Some(Orders { orders: drawn, arms });
        }
        Ok((plan, Asked { ablated, orders }))
    }

    /// What is taken away together, by name. Statements that nothing waits for are left out, unless they are named.
    fn groups(&self, scenario: &Scenario, plan: &Plan) -> anyhow::Result<Vec<(String, Vec<String>)>> {
        let all = scenario.actions();
        let model_actions = plan.arms[0].model.actions();
        let mut mistakes = Vec::new();
        let mut check = |asked: &[String], place: usize, option: &str, what: &str| {
            let known: BTreeSet<&str> = all.iter().map(|action| action[place].as_str()).collect();
            for word in asked.iter().filter(|word| !known.contains(word.as_str())) {
                let help = suggest(word, what, known.iter().copied());
                mistakes.push(format!("{option} {word}: there is none in the scenario; {help}"));
            }
        };
        check(&self.actions, 0, "--actions", "actions");
        check(&self.kind, 1, "--kind", "kinds of action");
        if !mistakes.is_empty() {
            return Err(Usage(mistakes.join("\n       ")).into());
        }
        let moves = |id: &str| model_actions.contains(&(id, true));
        let named = |action: &&[String; 3]| match self.actions.is_empty() {
            true => moves(&action[0]),
            false => self.actions.contains(&action[0]),
        };
        let of_kind = |action: &&[String; 3]| self.kind.is_empty() || self.kind.contains(&action[1]);
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for [id, kind, by] in all.iter().filter(named).filter(of_kind) {
            let name = match self.group {
                None => id.clone(),
                Some(Group::Kind) => kind.clone(),
                Some(Group::By) => plain(by),
            };
            match groups.iter_mut().find(|(other, _)| *other == name) {
                Some((_, ids)) => ids.push(id.clone()),
                None => groups.push((name, vec![id.clone()])),
            }
        }
        match groups.is_empty() {
            true => Err(Usage("there is no action to take away: none is left that moves anything".to_owned()).into()),
            false => Ok(groups),
        }
    }

    fn out(&self, plan: &Plan) -> PathBuf {
        let identity = &plan.identity;
        let default = || Path::new("results").join(format!("{}-{}-ablate", identity.scenario, identity.seed));
        self.out.clone().unwrap_or_else(default)
    }

    /// One run is timed, on all threads.
    fn estimate(&self, plan: &Plan, asked: &Asked) -> anyhow::Result<ExitCode> {
        struct Nobody;
        impl Observer for Nobody {
            fn tick(&mut self, _: &Readings, _: &[Event]) -> ControlFlow<()> {
                ControlFlow::Continue(())
            }
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads(self.threads))
            .build()
            .context("cannot start threads")?;
        let watch = Instant::now();
        let _ = pool.install(|| plan.arms[0].model.run(&plan.dice(0), &mut Nobody));
        let (runs, seconds) = (plan.jobs().count(), watch.elapsed().as_secs_f64());
        output::data(&format!(
            "{} to take away, {} arms, {} replicates of each: {} runs\none run took {seconds:.2} s, so all of them may \
             take about {}\n",
            asked.ablated.len(),
            number(plan.arms.len() as f64),
            plan.identity.replicates,
            number(runs as f64),
            duration(seconds * runs as f64)
        ))?;
        Ok(ExitCode::SUCCESS)
    }

    fn tell(
        &self,
        plan: &Plan,
        asked: &Asked,
        outcomes: &Outcomes,
        effects: &[Effect],
        folder: &Path,
    ) -> anyhow::Result<()> {
        let shown = folder.display().to_string();
        let ablation = Ablation {
            title: &plan.identity.title,
            scenario: &plan.identity.scenario,
            seed: plan.identity.seed,
            replicates: plan.identity.replicates,
            orders: asked.orders.as_ref().map(|orders| orders.orders.len()),
            ablated: &asked.ablated,
            outcomes: outcomes.asked(),
            effects,
            folder: &shown,
        };
        match self.format {
            Format::Text => output::data(&text(&ablation))?,
            Format::Json => output::json(&Document::of(&ablation))?,
        }
        if !self.quiet {
            message(&format!("next: qantar reproduce {shown}"));
        }
        Ok(())
    }
}

/// What is taken away, and in which orders.
struct Asked {
    ablated: Vec<Ablated>,
    orders: Option<Orders>,
}

/// The effects, from a folder in which the outcomes of all arms are put together.
fn found(folder: &Path, plan: &Plan, asked: &Asked, outcomes: &Outcomes) -> anyhow::Result<Vec<Effect>> {
    let path = folder.join("outcomes.csv");
    let failed = || format!("cannot read {}", path.display());
    let file = File::open(&path).with_context(failed)?;
    let table = csv::read(file, &outcomes_schema(&plan.identity.outcomes)).with_context(failed)?;
    Ok(effects(
        &table,
        BASELINE,
        &asked.ablated,
        outcomes.asked(),
        asked.orders.as_ref(),
    ))
}

/// The name of the file of effects.
pub const ABLATION: &str = "ablation.csv";

fn files(effects: &[Effect], asked: &Asked, outcomes: &Outcomes) -> io::Result<Vec<study::Named>> {
    let mut bytes = Vec::new();
    csv::write(
        &ablation::table(effects, &asked.ablated, outcomes.asked()),
        true,
        &mut bytes,
    )?;
    Ok(vec![(ABLATION.to_owned(), bytes)])
}

/// An actor as the name of an arm.
fn plain(by: &str) -> String {
    let words: Vec<&str> = by
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    match words.is_empty() {
        true => "nobody-named".to_owned(),
        false => words.join("-"),
    }
}

fn duration(seconds: f64) -> String {
    match seconds {
        short if short < 90.0 => format!("{short:.0} s"),
        long if long < 5400.0 => format!("{:.0} min", long / 60.0),
        longer => format!("{:.1} h", longer / 3600.0),
    }
}
