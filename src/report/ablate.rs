//! What a reader sees of actions that were taken away.

use serde::Serialize;

use super::compare::{cut, range, signed};
use super::format::{results_in, wrapped};
use crate::analysis::ablation::{Ablated, Effect};
use crate::analysis::contrast::{Asked, Contrast};
use crate::analysis::interval::FEW;
use crate::analysis::shapley::Contribution;
use crate::analysis::worlds::Answer;

/// What there is to tell.
pub struct Ablation<'r> {
    /// Title of the scenario.
    pub title: &'r str,
    /// Its name.
    pub scenario: &'r str,
    /// Seed of the dice.
    pub seed: u64,
    /// How many replicates.
    pub replicates: u32,
    /// How many plausible worlds the replicates are run in; `None` if all are of one.
    pub worlds: Option<usize>,
    /// How what all do together is shared out, if that was asked for.
    pub shared: Option<Sharing>,
    /// What was taken away.
    pub ablated: &'r [Ablated],
    /// What was compared.
    pub outcomes: &'r [Asked],
    /// What each did to each outcome, as [`crate::analysis::ablation::effects`] sorts them.
    pub effects: &'r [Effect],
    /// Where the results lie.
    pub folder: &'r str,
}

/// How what all actions do together is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sharing {
    /// By every coalition of them.
    Exact,
    /// By so many random orders of removal.
    Orders(usize),
}

/// Effects of an outcome that are listed; the rest is in the table.
const LISTED: usize = 15;

const CAUTION: &str = "Effects are those of an action beside all the others, and do not add up. They follow in the \
                       model from its assumptions, and are no proof of what an action did.";
const OF_DICE: &str = "An effect without a star may be one of those that chance alone puts among so many: a reason for \
                       more replicates, not a finding. The intervals are those of dice alone: run with --worlds FILE to \
                       carry what is not known.";

/// The summary: for each outcome, what mattered. Plain UTF-8.
pub fn text(ablation: &Ablation) -> String {
    let mut text = format!(
        "{}\nscenario {}, seed {}, {} replicates with and without each action, the same dice in all\n",
        ablation.title, ablation.scenario, ablation.seed, ablation.replicates
    );
    for (number, outcome) in ablation.outcomes.iter().enumerate() {
        let effects: Vec<&Effect> = ablation
            .effects
            .iter()
            .filter(|effect| effect.outcome == number)
            .collect();
        text += &format!("\nWhat each action did: {} with it minus without it\n", outcome.label);
        text += &match ablation.worlds {
            Some(_) => over_worlds(&effects, ablation),
            None => over_dice(&effects, ablation),
        };
    }
    let together: Vec<String> = ablation
        .ablated
        .iter()
        .filter(|ablated| !ablated.with_it.is_empty())
        .map(|ablated| format!("{} takes {} with it", ablated.name, ablated.with_it.join(", ")))
        .collect();
    if !together.is_empty() {
        text += "\n";
        text += &wrapped(
            "",
            &format!(
                "What waits for an action never happens without it: {}.",
                together.join("; ")
            ),
        );
    }
    let used = |effect: &Effect| effect.contrast.as_ref().map_or(0, |contrast| contrast.pairs);
    let (fewest, most) = ablation
        .effects
        .iter()
        .map(used)
        .fold((usize::MAX, 0), |(low, high), pairs| (low.min(pairs), high.max(pairs)));
    if let Some(worlds) = ablation.worlds {
        text += "\n";
        text += &wrapped(
            "",
            &format!(
                "Each action was taken away in {worlds} worlds that the record does not rule out: in how many of them the \
                 outcome falls or rises with it, and by how much. Robust: one sign in at least 95 % of the worlds; leaning: in \
                 at least 80 %; open: in fewer."
            ),
        );
    } else if most > 0 {
        text += "\n";
        let pairs = if fewest == most {
            most.to_string()
        } else {
            format!("{fewest} to {most}")
        };
        text += &wrapped(
            "",
            &format!(
                "* told from chance even as one of all the effects asked for here (Holm). Pairs of replicates used: \
                 {pairs} of {}.",
                ablation.replicates
            ),
        );
    }
    if let Some(shared) = &ablation.shared {
        let how = match shared {
            Sharing::Exact => "exactly, from every combination of them".to_owned(),
            Sharing::Orders(orders) => format!("averaged over {orders} random orders of taking them away"),
        };
        text += "\n";
        text += &wrapped(
            "",
            &format!(
                "The share is an action's part in what all of them do together, {how} (Shapley value), with its 95 % \
                 interval; shares add up to 100 %, and one is negative where an action works against the rest. Where no \
                 interval stands, it cannot be told whether all of them together do anything."
            ),
        );
    }
    text += "\n";
    text += &wrapped("", &ablation.caution());
    text + &results_in(ablation.folder)
}

/// What did something that can be told from the luck of the dice.
fn over_dice(effects: &[&Effect], ablation: &Ablation) -> String {
    let mut text = String::new();
    let clear: Vec<&&Effect> = effects.iter().filter(|effect| effect.is_clear()).collect();
    if clear.is_empty() {
        text += "  None did anything that can be told from chance.\n";
    } else {
        let share = if ablation.shared.is_some() { "share" } else { "" };
        let few = clear
            .iter()
            .filter_map(|effect| effect.contrast.as_ref())
            .any(|c| c.pairs < FEW);
        let interval = if few { "interval" } else { "95 % interval" };
        let heads = format!("  {:<29} {:>8} {:>19} {:>19}", "", "effect", interval, share);
        text += heads.trim_end();
        text += "\n";
    }
    for effect in clear.iter().take(LISTED) {
        let ablated = &ablation.ablated[effect.ablated];
        let Some(contrast) = &effect.contrast else { continue };
        let share = effect.contribution.filter(|contribution| contribution.share.is_some());
        let mark = if contrast.is_clear_among_all() { "*" } else { " " };
        let line = format!(
            "{mark} {:<29} {:>8} {:>19} {:>19}",
            cut(&ablated.name, 28),
            signed(contrast.difference),
            contrast.interval.map_or(String::new(), range),
            share.map_or(String::new(), told_share)
        );
        text += line.trim_end();
        text += "\n";
    }
    let rest = effects.len() - clear.len();
    if clear.len() > LISTED {
        text += &format!("  and {} more with smaller effects\n", clear.len() - LISTED);
    }
    if rest > 0 && !clear.is_empty() {
        text += &format!("  {rest} more: no effect that can be told from chance\n");
    }
    text
}

/// What did something in worlds that the record does not rule out, the largest effect first.
fn over_worlds(effects: &[&Effect], ablation: &Ablation) -> String {
    let answers = effects
        .iter()
        .filter_map(|effect| Some((effect, effect.worlds.as_ref()?)));
    let moved: Vec<_> = answers.filter(|(_, answer)| answer.lower + answer.higher > 0).collect();
    if moved.is_empty() {
        return "  None did anything in any world.\n".to_owned();
    }
    let mut text = format!(
        "  {:<29} {:>9} {:>9} {:>19} {:>9}\n",
        "", "fall/rise", "median", "5 to 95 %", ""
    );
    for (effect, answer) in moved.iter().take(LISTED) {
        text += &format!(
            "  {:<29} {:>9} {:>9} {:>19} {:>9}\n",
            cut(&ablation.ablated[effect.ablated].name, 28),
            format!("{}/{}", answer.lower, answer.higher),
            signed(answer.effect.median),
            format!("{} to {}", signed(answer.effect.low), signed(answer.effect.high)),
            answer.verdict.name()
        );
    }
    if moved.len() > LISTED {
        text += &format!("  and {} more with smaller effects\n", moved.len() - LISTED);
    }
    if moved.len() < effects.len() {
        text += &format!("  {} more: nothing in any world\n", effects.len() - moved.len());
    }
    text
}

/// A share with its interval.
fn told_share(contribution: Contribution) -> String {
    let percent = |share: f64| format!("{:.0}", 100.0 * share);
    let interval = contribution
        .share_interval
        .map(|interval| format!(" ({} to {})", percent(interval.low), percent(interval.high)));
    let share = contribution
        .share
        .map_or(String::new(), |share| format!("{} %", percent(share)));
    share + &interval.unwrap_or_default()
}

impl Ablation<'_> {
    fn caution(&self) -> String {
        match self.worlds {
            Some(_) => CAUTION.to_owned(),
            None => format!("{CAUTION} {OF_DICE}"),
        }
    }
}

/// The document that `--format json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Document<'r> {
    /// The form of this document, `qantar-ablate/1`.
    pub format: &'static str,
    /// Name of the scenario.
    pub scenario: &'r str,
    /// Its title.
    pub title: &'r str,
    /// Seed of the dice.
    pub seed: u64,
    /// How many replicates.
    pub replicates: u32,
    /// How many plausible worlds the replicates are run in; `null` if all are of one.
    pub worlds: Option<usize>,
    /// How what all do together is shared out; `null` if that was not asked for.
    pub shared: Option<Sharing>,
    /// What each action did to each outcome, the largest first within each outcome.
    pub effects: Vec<Did<'r>>,
    /// The caution that goes with the numbers.
    pub caution: String,
    /// Where the results lie.
    pub folder: &'r str,
}

/// What an action did to an outcome.
#[derive(Clone, Debug, Serialize)]
pub struct Did<'r> {
    /// The outcome.
    pub outcome: &'r str,
    /// Its unit; empty for an expression.
    pub unit: &'r str,
    /// The action, or the group of them.
    pub action: &'r str,
    /// The actions that were taken away.
    pub never: &'r [String],
    /// What waits for one of them.
    pub never_with_it: &'r [String],
    /// `baseline` is without it and `arm` with it, so that `difference` is what it did; `null` if never defined.
    pub effect: Option<&'r Contrast>,
    /// Its part beside the others; `null` if that was not asked for.
    pub contribution: Option<Contribution>,
    /// What it did in plausible worlds; `null` if all replicates are of one.
    pub worlds: Option<&'r Answer>,
}

impl<'r> Document<'r> {
    /// The document of an ablation.
    pub fn of(ablation: &'r Ablation) -> Document<'r> {
        let did = |effect: &'r Effect| {
            let (outcome, ablated) = (&ablation.outcomes[effect.outcome], &ablation.ablated[effect.ablated]);
            Did {
                outcome: &outcome.name,
                unit: &outcome.unit,
                action: &ablated.name,
                never: &ablated.actions,
                never_with_it: &ablated.with_it,
                effect: effect.contrast.as_ref(),
                contribution: effect.contribution,
                worlds: effect.worlds.as_ref(),
            }
        };
        Document {
            format: "qantar-ablate/1",
            scenario: ablation.scenario,
            title: ablation.title,
            seed: ablation.seed,
            replicates: ablation.replicates,
            worlds: ablation.worlds,
            shared: ablation.shared,
            effects: ablation.effects.iter().map(did).collect(),
            caution: ablation.caution(),
            folder: ablation.folder,
        }
    }
}
