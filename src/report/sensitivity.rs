//! What a reader sees of a sensitivity analysis.

use serde::Serialize;

use super::compare::{cut, signed};
use super::format::{number, wrapped};
use crate::analysis::interval::Interval;
use crate::analysis::sensitivity::Method;
use crate::analysis::sensitivity::morris::Effect;
use crate::analysis::sensitivity::pawn::Dependence;
use crate::analysis::sensitivity::sobol::Shares;
use crate::analysis::spread::Spread;

/// What there is to tell.
#[derive(Clone, Debug, Serialize)]
pub struct Sensitivity {
    /// The form of this document, `qantar-sensitivity/1`.
    pub format: &'static str,
    /// Name of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Method of the design.
    pub design: String,
    /// How many points it has.
    pub points: usize,
    /// Replicates of each.
    pub replicates: usize,
    /// How many plausible worlds replicates are run in; 0 if all are of one.
    pub worlds: usize,
    /// Which indices; `null` if there are so few points that they are told one by one.
    pub method: Option<Method>,
    /// The parameters, by key.
    pub parameters: Vec<String>,
    /// Outcome by outcome.
    pub outcomes: Vec<Of>,
    /// What the reader should know of the numbers.
    pub notes: Vec<String>,
}

/// What is known of an outcome.
#[derive(Clone, Debug, Serialize)]
pub struct Of {
    /// The outcome.
    pub outcome: String,
    /// How many runs do not have it.
    pub missing: usize,
    /// The share of its variance over all runs that is chance; `null` if it cannot be told.
    pub chance: Option<f64>,
    /// The part of that which is dice, the rest being worlds; `null` if no world has two replicates, or there are none.
    pub dice: Option<f64>,
    /// What it depends on.
    #[serde(flatten)]
    pub answer: Answer,
}

/// What an outcome depends on, parameter by parameter; or how it varies at each point.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Shares of variance.
    Shares(Shares),
    /// Elementary effects.
    Effects(Vec<Effect>),
    /// How far its distribution moves.
    Dependence(Vec<Dependence>),
    /// The values of the parameters at each point, and the spread over replicates.
    Bands(Vec<(Vec<String>, Spread)>),
    /// Why nothing can be said.
    Nothing(String),
}

/// Points that are listed; the rest is in the table.
const LISTED: usize = 20;

/// Tables and bars. Plain UTF-8.
pub fn text(sensitivity: &Sensitivity) -> String {
    let Sensitivity {
        title,
        scenario,
        design,
        points,
        replicates,
        ..
    } = sensitivity;
    let plural = if *replicates == 1 { "replicate" } else { "replicates" };
    let mut text = format!(
        "{title}\nscenario {scenario}, a sweep of {} points ({design}) with {replicates} {plural} of each\n",
        number(*points as f64)
    );
    for of in &sensitivity.outcomes {
        text += &format!("\n{}\n", of.outcome);
        text += &match &of.answer {
            Answer::Shares(shares) => of_shares(&sensitivity.parameters, shares),
            Answer::Effects(effects) => of_effects(&sensitivity.parameters, effects),
            Answer::Dependence(all) => of_dependence(&sensitivity.parameters, all),
            Answer::Bands(bands) => of_bands(&sensitivity.parameters, bands),
            Answer::Nothing(why) => wrapped("  ", why),
        };
        let chance = match of.chance {
            Some(chance) if sensitivity.worlds > 0 => format!(
                "{} of the variance over all runs is what differs between replicates, {}; the rest is these parameters.",
                percent(chance),
                of.dice.map_or(
                    "worlds and dice together (with more replicates than worlds they are told apart)".to_owned(),
                    |dice| format!("{} worlds and {} dice", percent(chance - dice), percent(dice))
                )
            ),
            Some(chance) => format!(
                "{} of the variance over all runs is chance (the dice), the rest is parameters.",
                percent(chance)
            ),
            None if *replicates < 2 => {
                "How much of it is chance cannot be told from one replicate of each point; sweep with --replicates 4."
                    .to_owned()
            }
            None => "How much of it is chance cannot be told: a run lacks a value, or nothing varies.".to_owned(),
        };
        text += &wrapped("  ", &chance);
        if of.missing > 0 {
            text += &wrapped(
                "  ",
                &format!(
                    "{} runs have no value of it; averages are over the others.",
                    number(of.missing as f64)
                ),
            );
        }
    }
    for note in &sensitivity.notes {
        text += "\n";
        text += &wrapped("", note);
    }
    text
}

/// Pairs of parameters that are listed; the rest is in the table.
const PAIRS: usize = 10;

fn of_shares(parameters: &[String], all: &Shares) -> String {
    let shares = &all.of;
    let mut text = format!(
        "  {:<36} {:>7} {:>13} {:>7} {:>13}\n",
        "share of variance", "alone", "95 %", "in all", "95 %"
    );
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|&a, &b| shares[b].total.total_cmp(&shares[a].total));
    for &p in &order {
        let share = &shares[p];
        text += &format!(
            "  {:<36} {:>7.2} {:>13} {:>7.2} {:>13}\n",
            cut(&parameters[p], 35),
            share.first,
            range(share.first_interval),
            share.total,
            range(share.total_interval)
        );
    }
    let rows: Vec<(&str, f64)> = order
        .iter()
        .map(|&p| (parameters[p].as_str(), shares[p].total))
        .collect();
    text += &bars("in all", &rows);
    let mut pairs: Vec<_> = all.pairs.iter().filter(|pair| !pair.interval.holds_zero()).collect();
    pairs.sort_by(|a, b| b.second.abs().total_cmp(&a.second.abs()));
    if !all.pairs.is_empty() {
        text += match pairs.is_empty() {
            true => "  no two parameters do anything only together that can be told from zero\n",
            false => "  only together\n",
        };
    }
    for pair in pairs.iter().take(PAIRS) {
        let [a, b] = pair.parameters.map(|p| &parameters[p]);
        text += &format!(
            "  {:<58} {:>7.2} {:>13}\n",
            cut(&format!("{a}, {b}"), 57),
            pair.second,
            range(pair.interval)
        );
    }
    text + &wrapped(
        "  ",
        &format!(
            "Dice made {} of the variance of the averages; they are taken away here, and one parameter's share may come \
             out a little below 0 or above 1.",
            percent(all.dice)
        ),
    )
}

fn of_dependence(parameters: &[String], all: &[Dependence]) -> String {
    let mut text = format!(
        "  {:<44} {:>9} {:>12} {:>8}\n",
        "how far it moves the distribution", "index", "by chance", "way"
    );
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|&a, &b| all[b].index.total_cmp(&all[a].index));
    for &p in &order {
        let of = &all[p];
        let mark = if of.is_clear() { "*" } else { " " };
        let key = cut(&parameters[p], 43);
        text += &format!(
            "{mark} {key:<44} {:>9.2} {:>12.2} {:>8}\n",
            of.index,
            of.nothing,
            format!("{:+.2}", of.rank)
        );
    }
    text + &wrapped(
        "  ",
        "* above what 95 of 100 parameters that do nothing would show (PAWN index, 0 to 1). The way is the rank correlation: \
         + if the outcome grows with the parameter.",
    )
}

fn of_effects(parameters: &[String], effects: &[Effect]) -> String {
    let mut text = format!(
        "  {:<26} {:>8} {:>17} {:>8} {:>15}\n",
        "effect over the range", "mu*", "95 %", "mu", "sigma"
    );
    let mut order: Vec<usize> = (0..effects.len()).collect();
    order.sort_by(|&a, &b| effects[b].mu_star.total_cmp(&effects[a].mu_star));
    for &p in &order {
        let effect = &effects[p];
        let Interval { low, high } = effect.mu_star_interval;
        text += &format!(
            "  {:<26} {:>8} {:>17} {:>8} {:>15}\n",
            cut(&parameters[p], 25),
            number(effect.mu_star),
            format!("{} to {}", number(low), number(high)),
            signed(effect.mu),
            number(effect.sigma)
        );
    }
    let rows: Vec<(&str, f64)> = order
        .iter()
        .map(|&p| (parameters[p].as_str(), effects[p].mu_star))
        .collect();
    text + &bars("mu*", &rows)
}

fn of_bands(parameters: &[String], bands: &[(Vec<String>, Spread)]) -> String {
    let mut text = format!(
        "  {:<44} {:>10} {:>10} {:>10}\n",
        cut(&parameters.join(", "), 43),
        "median",
        "5 %",
        "95 %"
    );
    for (values, spread) in bands.iter().take(LISTED) {
        let [median, low, high] = [spread.median, spread.low, spread.high].map(number);
        text += &format!(
            "  {:<44} {median:>10} {low:>10} {high:>10}\n",
            cut(&values.join(", "), 43)
        );
    }
    match bands.len() > LISTED {
        true => text + &format!("  and {} more points; --csv writes them all\n", bands.len() - LISTED),
        false => text,
    }
}

/// A bar for each row, the longest 40 characters.
fn bars(title: &str, rows: &[(&str, f64)]) -> String {
    let longest = rows.iter().map(|row| row.1).fold(0.0, f64::max);
    if longest <= 0.0 {
        return String::new();
    }
    let mut text = format!("  {title}\n");
    for (name, value) in rows {
        // Eighths of a character, as block elements from U+2588, full, to U+258F, one eighth.
        let eighths = (value.max(0.0) / longest * 320.0).round() as u32;
        let rest = match eighths % 8 {
            0 => String::new(),
            rest => char::from_u32(0x2590 - rest).into_iter().collect(),
        };
        let bar = "█".repeat(eighths as usize / 8) + &rest;
        text += format!("  {:<34} {bar}", cut(name, 34)).trim_end();
        text += "\n";
    }
    text
}

fn range(interval: Interval) -> String {
    format!("{:.2} to {:.2}", interval.low, interval.high)
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sensitivity::sobol::Share;

    fn told(answer: Answer) -> String {
        text(&Sensitivity {
            format: "qantar-sensitivity/1",
            scenario: "towns".to_owned(),
            title: "Two towns".to_owned(),
            design: "saltelli".to_owned(),
            points: 1280,
            replicates: 3,
            worlds: 0,
            method: Some(Method::Sobol),
            parameters: ["rules.turnout.base_cost", "region.north.urban"]
                .map(str::to_owned)
                .to_vec(),
            outcomes: vec![Of {
                outcome: "deaths_civilians".to_owned(),
                missing: 0,
                chance: Some(0.25),
                dice: None,
                answer,
            }],
            notes: vec!["A note.".to_owned()],
        })
    }

    fn share(first: f64, total: f64) -> Share {
        let around = |value: f64| Interval {
            low: value - 0.05,
            high: value + 0.05,
        };
        Share {
            first,
            first_interval: around(first),
            total,
            total_interval: around(total),
        }
    }

    #[test]
    fn the_parameter_that_matters_most_comes_first_and_has_the_longest_bar() {
        let text = told(Answer::Shares(Shares {
            of: vec![share(0.1, 0.2), share(0.7, 0.8)],
            pairs: Vec::new(),
            dice: 0.1,
        }));
        let north = "  region.north.urban                      0.70  0.65 to 0.75    0.80  0.75 to 0.85\n";
        assert!(text.contains(north), "{text}");
        assert!(text.find("region.north").unwrap() < text.find("rules.turnout").unwrap());
        assert!(
            text.contains(&format!("region.north.urban                 {}\n", "█".repeat(40))),
            "{text}"
        );
        assert!(
            text.contains(&format!("rules.turnout.base_cost            {}\n", "█".repeat(10))),
            "{text}"
        );
        assert!(text.contains("25 % of the variance over all runs is chance"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 82), "{text}");
    }

    #[test]
    fn points_beyond_the_first_twenty_are_counted() {
        let spread = Spread::of(&[1.0, 2.0, 3.0]);
        let bands = (0..25)
            .map(|n| (vec![n.to_string(), "0.5".to_owned()], spread))
            .collect();
        let text = told(Answer::Bands(bands));
        assert!(text.contains("and 5 more points"), "{text}");
    }
}
