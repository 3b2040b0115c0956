//! `qantar ablate`: each action taken away in turn, in the same worlds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;

use clap::value_parser;
use qantar::analysis::ablation::{self, Ablated, Effect, Orders, Shared, effects};
use qantar::analysis::shapley;
use qantar::report::ablate::{Ablation, Document, Sharing, text};
use qantar::scenario::Scenario;
use qantar::study::rows::read_outcomes;
use qantar::study::{Arm, BASELINE, Command, Named, Study};
use qantar::suggest::suggest;
use qantar::table::csv;

use super::arguments::{Base, Running};
use super::failure::Usage;
use super::outcomes;
use super::output::{self, Format, HELP};
use super::perform::{Finish, Shown, estimate, perform};

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
    /// Also share out what all actions do together: by so many random orders of removal, or exactly where every
    /// combination of actions takes no more runs than that.
    #[arg(long, value_name = "ORDERS", value_parser = value_parser!(u32).range(2..=10_000))]
    shapley: Option<u32>,
    #[command(flatten)]
    base: Base,
    /// What is compared: a total or an outcome that the scenario names, by its name, or an outcome such as
    /// `peak(violent, region=almaty)`; can be repeated [default: the totals that matter
    /// first, such as participants_day and deaths_civilians, and what the scenario names].
    #[arg(long, value_name = "TEXT")]
    outcome: Vec<String>,
    /// How many replicates of the scenario with and without each action, at least 2.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = value_parser!(u32).range(2..=1_000_000))]
    replicates: u32,
    /// Only tell how many runs there are and how long they may take.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    running: Running,
}

const EXAMPLES: &str = "Examples:
  qantar ablate scenarios/tutorial.toml --replicates 100
  qantar ablate scenarios/kazakhstan-2022.toml --set persons_per_agent=100 --dry-run
  qantar ablate scenarios/kazakhstan-2022.toml --set persons_per_agent=100 --group kind
  qantar ablate scenarios/kazakhstan-2022.toml --kind internet_shutdown,curfew --outcome deaths_civilians \\
      --out results/two-kinds
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
        let scenario = self.base.read(&self.file, &self.running)?;
        let seed = self.base.seed(&scenario);
        let (set, replicates) = (self.base.set.clone(), 0..self.replicates);
        // Which actions can be taken away is asked of the model.
        let mut study = Study::new(Command::Run, &scenario, set, seed, replicates)?;
        let made_by = Command::Ablate {
            groups: self.groups(&scenario, &study)?,
            orders: self.shapley,
        };
        study.identity.made_by = made_by;
        study.identity.keeps = qantar::study::Keeps::default();
        let removed = Removed::of(&study);
        for (name, actions) in removed.arms.iter().skip(1) {
            let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
            study.add(Arm::without(name, &study.arms[0], &actions))?;
        }
        let first = study.family().first_totals();
        outcomes::keep(&mut study, &scenario, &self.outcome, first)?;
        self.base.in_worlds(&mut study, &scenario)?;
        self.base.name_worlds(&self.file, &study, &self.running);
        let name = format!("{}-{seed}-ablate", study.identity.scenario);
        if self.dry_run {
            return estimate(&study, study.job(0), &name, &self.running, study.jobs());
        }
        perform(study, &name, &Effects::default(), &self.running)
    }

    /// What is taken away together, by name. Statements that nothing waits for are left out, unless they are named.
    fn groups(&self, scenario: &Scenario, study: &Study) -> anyhow::Result<Vec<(String, Vec<String>)>> {
        let all = scenario.actions();
        let model_actions = study.arms[0].model.actions();
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
}

/// What is taken away, and in which orders: a pure function of the groups of a study, their orders and its seed.
struct Removed {
    /// Each arm, and the actions that never happen in it; the baseline first.
    arms: Vec<(String, Vec<String>)>,
    /// The arm of each group alone.
    alone: Vec<String>,
    shared: Option<Shared>,
}

impl Removed {
    fn of(study: &Study) -> Removed {
        let (groups, count) = match &study.identity.made_by {
            Command::Ablate { groups, orders } => (&groups[..], *orders),
            _ => (&[][..], None),
        };
        let mut arms = vec![(BASELINE.to_owned(), Vec::new())];
        let mut names = BTreeMap::from([(BTreeSet::new(), BASELINE.to_owned())]);
        let mut arm = |away: &[usize]| -> String {
            let set: BTreeSet<usize> = away.iter().copied().collect();
            if let Some(name) = names.get(&set) {
                return name.clone();
            }
            let name = match away {
                [only] => groups[*only].0.clone(),
                _ => format!("without-{:05}", names.len()),
            };
            let actions = set.iter().flat_map(|&place| groups[place].1.clone());
            arms.push((name.clone(), actions.collect()));
            names.insert(set, name.clone());
            name
        };
        let alone = (0..groups.len()).map(|place| arm(&[place])).collect();
        let coalitions = 1usize.checked_shl(groups.len() as u32).unwrap_or(usize::MAX);
        let shared = count.map(|count| match coalitions <= count as usize * groups.len() {
            // Every coalition is not more than the orders would need, and then nothing is left to chance.
            true => {
                let away = |mask: usize| (0..groups.len()).filter(move |place| mask >> place & 1 == 1);
                let arms = (0..coalitions).map(|mask| arm(&away(mask).collect::<Vec<_>>()));
                Shared::Exactly(arms.collect())
            }
            false => {
                let orders = shapley::orders(groups.len(), count as usize, study.identity.seed);
                let mut path = |order: &Vec<usize>| (0..=order.len()).map(|away| arm(&order[..away])).collect();
                let arms = orders.iter().map(&mut path).collect();
                Shared::Estimated(Orders { orders, arms })
            }
        });
        Removed { arms, alone, shared }
    }

    /// What each group is, with what waits for it.
    fn ablated(&self, study: &Study) -> Vec<Ablated> {
        let Command::Ablate { groups, .. } = &study.identity.made_by else {
            return Vec::new();
        };
        let ablated = |((name, actions), arm): (&(String, Vec<String>), &String)| {
            let without = study.arms.iter().find(|other| other.identity.name == *arm);
            let never = |without: &Arm| study.arms[0].model.never_in(without.model.as_ref());
            let mut with_it = without.map_or_else(Vec::new, never);
            with_it.retain(|id| !actions.contains(id));
            Ablated {
                name: name.clone(),
                arm: arm.clone(),
                actions: actions.clone(),
                with_it,
            }
        };
        groups.iter().zip(&self.alone).map(ablated).collect()
    }
}

/// What an ablation makes of its tables.
#[derive(Default)]
pub struct Effects(OnceLock<(Vec<Ablated>, Vec<Effect>, Option<Shared>)>);

impl Effects {
    fn found(&self, study: &Study, folder: &Path) -> anyhow::Result<&(Vec<Ablated>, Vec<Effect>, Option<Shared>)> {
        if let Some(found) = self.0.get() {
            return Ok(found);
        }
        let removed = Removed::of(study);
        let ablated = removed.ablated(study);
        let (table, asked) = (read_outcomes(study, folder)?, outcomes::asked(study)?);
        let effects = effects(
            &table,
            BASELINE,
            &ablated,
            &asked,
            removed.shared.as_ref(),
            study.worlds.as_ref(),
        );
        Ok(self.0.get_or_init(|| (ablated, effects, removed.shared)))
    }
}

impl Finish for Effects {
    fn files(&self, study: &Study, folder: &Path) -> anyhow::Result<Vec<Named>> {
        let (ablated, effects, _) = self.found(study, folder)?;
        let table = ablation::table(effects, ablated, &outcomes::asked(study)?);
        let mut bytes = Vec::new();
        csv::write(&table, true, &mut bytes)?;
        Ok(vec![("ablation.csv".to_owned(), bytes)])
    }

    fn tell(&self, study: &Study, folder: &Path, shown: &Shown) -> anyhow::Result<ExitCode> {
        let (ablated, effects, shared) = self.found(study, folder)?;
        let asked = outcomes::asked(study)?;
        let ablation = Ablation {
            title: &study.identity.title,
            scenario: &study.identity.scenario,
            seed: study.identity.seed,
            replicates: study.identity.replicates,
            worlds: study.worlds_run(),
            shared: shared.as_ref().map(|shared| match shared {
                Shared::Exactly(_) => Sharing::Exact,
                Shared::Estimated(orders) => Sharing::Orders(orders.orders.len()),
            }),
            ablated,
            outcomes: &asked,
            effects,
            folder: &shown.folder,
        };
        match shown.format {
            Format::Text => output::data(&text(&ablation))?,
            Format::Json => shown.json(&Document::of(&ablation), study, folder)?,
        }
        shown.then_reproduce();
        Ok(ExitCode::SUCCESS)
    }
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
