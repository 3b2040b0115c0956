//! What a record says of ensembles: text for people, a document for programs.

use serde::Serialize;

use super::format::{day, number, wrapped};
use crate::analysis::implausible::{CUT, Standing, Target};
use crate::analysis::score::{Apart, Judgement, Observation, Record, Score, Use, apart};
use crate::analysis::spread::Spread;

/// Ensembles and the record that they are held against.
pub struct Scored<'r> {
    /// The record.
    pub record: &'r Record,
    /// How many replicates each ensemble has.
    pub replicates: u32,
    /// The ensembles, at least one.
    pub ensembles: &'r [Ensemble],
}

/// A scenario that was run many times.
#[derive(Clone, Debug)]
pub struct Ensemble {
    /// Name of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Seed of the dice.
    pub seed: u64,
    /// People that each simulated citizen stands for.
    pub persons_per_agent: u32,
    /// How it stands to the record.
    pub score: Score,
}

/// The whole text.
pub fn text(scored: &Scored<'_>) -> String {
    let Scored { record, ensembles, .. } = scored;
    let mut text = format!("{}\n", record.title);
    for ensemble in *ensembles {
        let Ensemble {
            scenario, title, seed, ..
        } = ensemble;
        text += &wrapped(
            "",
            &format!("{scenario}: {title}; seed {seed}, {} replicates", scored.replicates),
        );
    }
    for (number, pattern) in record.patterns.iter().enumerate() {
        let shown = |ensemble: &Ensemble| {
            let verdict = if ensemble.score.shows(record, number) {
                "shown"
            } else {
                "NOT SHOWN"
            };
            match ensembles.len() {
                1 => verdict.to_owned(),
                _ => format!("{verdict} by {}", ensemble.scenario),
            }
        };
        let shown: Vec<String> = ensembles.iter().map(shown).collect();
        let title = format!("{}: {}", pattern.title, shown.join(", "));
        text += &format!("\n{}", wrapped(&format!("{:<4} ", pattern.id), &title));
        let of_pattern = |observation: &Observation| observation.pattern == Some(number);
        text += &observations(scored, of_pattern);
    }
    let further = |observation: &Observation| observation.pattern.is_none();
    if record.observations.iter().any(further) {
        text += "\nFurther facts, which need not agree\n";
        text += &observations(scored, further);
    }
    text += "\n";
    text += &notes(scored);
    text += &pairs_told(scored);
    text += "\n";
    ensembles
        .iter()
        .map(|ensemble| verdict(record, ensemble))
        .fold(text, |text, line| text + &line)
}

fn observations(scored: &Scored<'_>, which: impl Fn(&Observation) -> bool) -> String {
    let Scored { record, ensembles, .. } = scored;
    let mut text = String::new();
    for (number, observation) in record.observations.iter().enumerate().filter(|(_, one)| which(one)) {
        text += &wrapped("  ", &head(record, observation));
        text += &wrapped("      ", &observed(record, observation));
        for ensemble in *ensembles {
            let judgement = &ensemble.score.judgements[number];
            let verdict = if judgement.agrees { "agrees" } else { "DIFFERS" };
            let name = match ensembles.len() {
                1 => String::new(),
                _ => format!("{}: ", ensemble.scenario),
            };
            let told = format!("{name}{}", ran(judgement, scored.replicates));
            text += &wrapped(&format!("      {verdict:<8} "), &told);
            if let Some(standing) = judgement.standing {
                text += &wrapped(
                    "               ",
                    &stands(observation, judgement, &standing, scored.replicates),
                );
            }
        }
    }
    text
}

fn head(record: &Record, observation: &Observation) -> String {
    let variant = observation.variant.map(|variant| &record.variants[variant].title);
    let unless = variant.map_or(String::new(), |title| format!(" [run with: {title}]"));
    format!("{}{unless}", observation.what)
}

fn observed(record: &Record, observation: &Observation) -> String {
    let official = if observation.official { " (official)" } else { "" };
    let dated = match observation.date.as_str() {
        "" => String::new(),
        date => format!(" {}", day(&format!("{}T00:00:00", &date[..10.min(date.len())]))),
    };
    // Without a number, what was observed is in the words.
    let value = match observation.value {
        Some(value) => format!("observed{dated} {}{official}, ", number(value)),
        None => String::new(),
    };
    let (low, high) = observation.accept;
    let unit = match observation.unit.as_str() {
        "" => String::new(),
        unit => format!(" {unit}"),
    };
    let range = match low == high {
        true => number(low),
        false => format!("{} to {}", number(low), number(high)),
    };
    let purpose = match observation.purpose {
        Use::Fit => "fitted",
        Use::Check => "not fitted",
        Use::Context => "context",
    };
    let sources: Vec<&str> = observation
        .sources
        .iter()
        .map(|&source| record.sources[source].id.as_str())
        .collect();
    let note = match observation.note.as_str() {
        "" => String::new(),
        note => format!("; note: {note}"),
    };
    format!(
        "{value}accepted {range}{unit} in {:.0} % of seeds; {purpose}, {} confidence [{}]{note}",
        100.0 * observation.seeds,
        observation.confidence.name(),
        sources.join(", ")
    )
}

fn ran(judgement: &Judgement, replicates: u32) -> String {
    let Some(Spread { median, low, high }) = judgement.spread else {
        return "no replicate has it".to_owned();
    };
    let missing = match judgement.missing {
        0 => String::new(),
        some => format!("; {some} of {replicates} do not have it"),
    };
    format!(
        "median {}, 5 % to 95 %: {} to {}; {:.0} % of seeds inside{missing}",
        number(median),
        number(low),
        number(high),
        100.0 * judgement.inside
    )
}

fn stands(observation: &Observation, judgement: &Judgement, standing: &Standing, replicates: u32) -> String {
    let mark = if standing.implausibility > CUT {
        " (RULES IT OUT)"
    } else {
        ""
    };
    let have = replicates as usize - judgement.missing;
    let crps = standing.crps.map(|crps| {
        let unit = if observation.unit.is_empty() {
            String::new()
        } else {
            format!(" {}", observation.unit)
        };
        format!(
            ", rank {} of {have}, CRPS {}{unit}",
            number(standing.rank.floor()),
            number(crps)
        )
    });
    format!(
        "implausibility {:.1}{mark}, {:.0} % of what is uncertain is dice{}",
        standing.implausibility,
        100.0 * standing.dice,
        crps.unwrap_or_default()
    )
}

/// What has to be known to read the numbers.
fn notes(scored: &Scored<'_>) -> String {
    let mut notes = vec![
        "A pattern is shown when the median and at least the asked share of seeds lie in the accepted range. What was \
         fitted is no test of the model; what was not fitted is. One wave is one observation, and official figures are \
         contested: agreement shows that an account is possible, not that it is true."
            .to_owned(),
        "Implausibility is how far the mean lies from what was observed, in standard deviations of all that is uncertain: dice, \
         observation, and what a model of this kind may be off by. Beyond 3 the observation rules the scenario out. CRPS is \
         how far the ensemble is as a whole; lower is better."
            .to_owned(),
    ];
    for ensemble in scored.ensembles {
        let persons = ensemble.persons_per_agent;
        if persons != 1 {
            notes.push(format!(
                "{} was run with {persons} people for each simulated citizen: small crowds come in steps of {persons}, so \
                 patterns of the first days are not to be judged by it.",
                ensemble.scenario
            ));
        }
    }
    if scored.replicates < 20 {
        notes.push(format!(
            "{} replicates are few: the range from 5 % to 95 % is uncertain.",
            scored.replicates
        ));
    }
    notes.iter().map(|note| wrapped("", note)).collect()
}

fn verdict(record: &Record, ensemble: &Ensemble) -> String {
    let patterns = record.patterns.len();
    let shown = |&pattern: &usize| ensemble.score.shows(record, pattern);
    let (shown, not): (Vec<usize>, Vec<usize>) = (0..patterns).partition(shown);
    let ids: Vec<&str> = not
        .iter()
        .map(|&pattern| record.patterns[pattern].id.as_str())
        .collect();
    let verdict = match not.is_empty() {
        true => format!("all {patterns} patterns are shown"),
        false => format!(
            "{} of {patterns} patterns are shown, not {}",
            shown.len(),
            ids.join(", ")
        ),
    };
    let far = match ensemble.score.farthest(record) {
        Some((observation, far)) if far.is_finite() => {
            format!(
                "; the farthest observation is {} with an implausibility of {far:.1}",
                observation.id
            )
        }
        Some((observation, _)) => format!("; {} is in no two replicates", observation.id),
        None => String::new(),
    };
    let own = ensemble.score.own.map_or(String::new(), |share| {
        format!(
            ". A world of this very model would be ruled out by none of the observations in {:.0} of 100",
            100.0 * share
        )
    });
    wrapped("", &format!("{}: {verdict}{far}{own}", ensemble.scenario))
}

/// For each pair of ensembles, what the record can tell apart.
fn pairs_told(scored: &Scored<'_>) -> String {
    let record = scored.record;
    let mut text = String::new();
    for pair in pairs(scored) {
        let (a, b) = (&scored.ensembles[pair.first], &scored.ensembles[pair.second]);
        if text.is_empty() {
            text += "\nWhat the record can tell apart\n";
        }
        let names = format!("{} and {}", a.scenario, b.scenario);
        if pair.apart.is_empty() {
            text += &wrapped(
                "  ",
                &format!(
                    "{names}: nothing. All {} observations come out alike, so as far as this record goes the two are \
                     equifinal: it cannot say which of them it was, and other evidence has to.",
                    record.observations.len()
                ),
            );
            continue;
        }
        text += &wrapped(
            "  ",
            &format!(
                "{names}: {} of {} observations; in the others they come out alike (equifinal)",
                pair.apart.len(),
                record.observations.len()
            ),
        );
        for (number, how) in &pair.apart {
            let (judged_a, judged_b) = (&a.score.judgements[*number], &b.score.judgements[*number]);
            let why = match how {
                Apart::Agreement if judged_a.agrees => format!("only {} agrees", a.scenario),
                Apart::Agreement => format!("only {} agrees", b.scenario),
                Apart::Range if judged_a.agrees => "both agree, in ranges that do not overlap".to_owned(),
                Apart::Range => "neither agrees, in ranges that do not overlap".to_owned(),
            };
            let median =
                |judgement: &Judgement| judgement.spread.map_or("none".to_owned(), |spread| number_of(&spread));
            let told = format!("{why} (medians {} and {})", median(judged_a), median(judged_b));
            text += &wrapped(&format!("    {}: ", record.observations[*number].id), &told);
        }
    }
    text
}

fn number_of(spread: &Spread) -> String {
    number(spread.median)
}

struct Pair {
    first: usize,
    second: usize,
    /// The observations that tell them apart.
    apart: Vec<(usize, Apart)>,
}

fn pairs(scored: &Scored<'_>) -> Vec<Pair> {
    let ensembles = scored.ensembles;
    let of_pair = |first: usize, second: usize| {
        let (a, b) = (&ensembles[first].score.judgements, &ensembles[second].score.judgements);
        let told = a.iter().zip(b).map(|(a, b)| apart(a, b)).enumerate();
        Pair {
            first,
            second,
            apart: told.filter_map(|(number, how)| Some((number, how?))).collect(),
        }
    };
    let seconds = |first: usize| (first + 1..ensembles.len()).map(move |second| (first, second));
    (0..ensembles.len())
        .flat_map(seconds)
        .map(|(first, second)| of_pair(first, second))
        .collect()
}

/// The document that `--format json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Document<'r> {
    /// The form of this document, `qantar-score/1`.
    pub format: &'static str,
    /// Title of the record.
    pub record: &'r str,
    /// How many replicates each ensemble has.
    pub replicates: u32,
    /// Whether every scenario shows every pattern.
    pub passes: bool,
    /// What was observed.
    pub observations: Vec<ObservationOf<'r>>,
    /// The ensembles.
    pub scenarios: Vec<EnsembleOf<'r>>,
    /// What the record can tell apart, for each pair.
    pub pairs: Vec<PairOf<'r>>,
}

/// An observation of the record.
#[derive(Clone, Debug, Serialize)]
pub struct ObservationOf<'r> {
    /// Its id.
    pub id: &'r str,
    /// The pattern that it is part of; `null` if it need not agree.
    pub pattern: Option<&'r str>,
    /// What was observed.
    pub what: &'r str,
    /// As a number.
    pub value: Option<f64>,
    /// Unit of all its numbers.
    pub unit: &'r str,
    /// Local date; may be empty.
    pub date: &'r str,
    /// The number of a run that should agree.
    pub outcome: String,
    /// The lowest and the highest number that agree.
    pub accept: [f64; 2],
    /// What is known of it and how well, for the implausibility of a run.
    pub target: Target,
    /// Why a model of this kind may be off by the discrepancy; may be empty.
    pub reason: &'r str,
    /// Share of the replicates that have to agree.
    pub seeds: f64,
    /// How sure it is.
    pub confidence: &'static str,
    /// Whether it is an official figure.
    pub official: bool,
    /// `fit`, `check` or `context`.
    #[serde(rename = "use")]
    pub purpose: &'static str,
    /// The variant that it is about.
    pub variant: Option<&'r str>,
    /// Where it is known from.
    pub sources: Vec<&'r str>,
    /// How it differs from what a run has; may be empty.
    pub note: &'r str,
}

/// An ensemble and how it stands to the record.
#[derive(Clone, Debug, Serialize)]
pub struct EnsembleOf<'r> {
    /// Name of the scenario.
    pub scenario: &'r str,
    /// Its title.
    pub title: &'r str,
    /// Seed of the dice.
    pub seed: u64,
    /// People that each simulated citizen stands for.
    pub persons_per_agent: u32,
    /// Whether it shows every pattern.
    pub passes: bool,
    /// How often a world of this very model would be ruled out by no observation; `null` of too few replicates.
    pub own: Option<f64>,
    /// The patterns.
    pub patterns: Vec<PatternOf<'r>>,
    /// Its observations, in the order of those of the record.
    pub judgements: Vec<JudgementOf<'r>>,
}

/// Whether a pattern is shown.
#[derive(Clone, Debug, Serialize)]
pub struct PatternOf<'r> {
    /// Its id.
    pub id: &'r str,
    /// What it is.
    pub title: &'r str,
    /// Whether all its observations agree.
    pub passes: bool,
}

/// How an ensemble stands to an observation.
#[derive(Clone, Debug, Serialize)]
pub struct JudgementOf<'r> {
    /// The observation.
    pub id: &'r str,
    /// The median of the replicates; `null` if none has the outcome.
    pub median: Option<f64>,
    /// The 5 % quantile.
    pub low: Option<f64>,
    /// The 95 % quantile.
    pub high: Option<f64>,
    /// Share of the replicates that agree.
    pub inside: f64,
    /// How many replicates do not have the outcome.
    pub missing: usize,
    /// Whether the median and enough replicates agree.
    pub agrees: bool,
    /// How far it is, by all that is uncertain; `null` if no two replicates have the outcome.
    pub standing: Option<Standing>,
}

/// What tells two scenarios apart.
#[derive(Clone, Debug, Serialize)]
pub struct PairOf<'r> {
    /// Their names.
    pub scenarios: [&'r str; 2],
    /// Whether nothing does.
    pub equifinal: bool,
    /// The observations that do.
    pub apart: Vec<ApartBy<'r>>,
}

/// An observation that tells two scenarios apart.
#[derive(Clone, Debug, Serialize)]
pub struct ApartBy<'r> {
    /// Its id.
    pub id: &'r str,
    /// `agreement` if only one agrees with it, `range` if their ranges do not overlap.
    pub by: &'static str,
}

impl<'r> Document<'r> {
    /// The document of a score.
    pub fn of(scored: &Scored<'r>) -> Document<'r> {
        let record = scored.record;
        let apart_by = |(number, how): &(usize, Apart)| ApartBy {
            id: &record.observations[*number].id,
            by: match how {
                Apart::Agreement => "agreement",
                Apart::Range => "range",
            },
        };
        Document {
            format: "qantar-score/1",
            record: &record.title,
            replicates: scored.replicates,
            passes: scored.ensembles.iter().all(|ensemble| ensemble.score.passes(record)),
            observations: record
                .observations
                .iter()
                .map(|one| observation_of(record, one))
                .collect(),
            scenarios: scored
                .ensembles
                .iter()
                .map(|ensemble| ensemble_of(record, ensemble))
                .collect(),
            pairs: pairs(scored)
                .iter()
                .map(|pair| PairOf {
                    scenarios: [pair.first, pair.second].map(|number| scored.ensembles[number].scenario.as_str()),
                    equifinal: pair.apart.is_empty(),
                    apart: pair.apart.iter().map(apart_by).collect(),
                })
                .collect(),
        }
    }
}

fn observation_of<'r>(record: &'r Record, observation: &'r Observation) -> ObservationOf<'r> {
    ObservationOf {
        id: &observation.id,
        pattern: observation.pattern.map(|pattern| record.patterns[pattern].id.as_str()),
        what: &observation.what,
        value: observation.value,
        unit: &observation.unit,
        date: &observation.date,
        outcome: observation.outcome.to_string(),
        accept: [observation.accept.0, observation.accept.1],
        target: observation.target,
        reason: &observation.reason,
        seeds: observation.seeds,
        confidence: observation.confidence.name(),
        official: observation.official,
        purpose: observation.purpose.name(),
        variant: observation.variant.map(|variant| record.variants[variant].id.as_str()),
        sources: observation
            .sources
            .iter()
            .map(|&source| record.sources[source].id.as_str())
            .collect(),
        note: &observation.note,
    }
}

fn ensemble_of<'r>(record: &'r Record, ensemble: &'r Ensemble) -> EnsembleOf<'r> {
    let patterns = record.patterns.iter().enumerate().map(|(number, pattern)| PatternOf {
        id: &pattern.id,
        title: &pattern.title,
        passes: ensemble.score.shows(record, number),
    });
    let judged = record.observations.iter().zip(&ensemble.score.judgements);
    let judgements = judged.map(|(observation, judgement)| JudgementOf {
        id: &observation.id,
        median: judgement.spread.map(|spread| spread.median),
        low: judgement.spread.map(|spread| spread.low),
        high: judgement.spread.map(|spread| spread.high),
        inside: judgement.inside,
        missing: judgement.missing,
        agrees: judgement.agrees,
        standing: judgement.standing,
    });
    EnsembleOf {
        scenario: &ensemble.scenario,
        title: &ensemble.title,
        seed: ensemble.seed,
        persons_per_agent: ensemble.persons_per_agent,
        passes: ensemble.score.passes(record),
        own: ensemble.score.own,
        patterns: patterns.collect(),
        judgements: judgements.collect(),
    }
}
