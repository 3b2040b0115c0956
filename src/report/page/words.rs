//! Everything that a page says, in one file, so that another language can follow. Numbers come in as text.

use super::{Folder, Of, Sort, Total, near};
use crate::analysis::overview::Overview;
use crate::analysis::score::{Observation, Record};
use crate::report::format::{hour, number};
use crate::report::why::Decided;

pub const LANGUAGE: &str = "en";
pub const NAME: &str = "qantar";
pub const SKIP: &str = "Skip to the answer";
pub const CONTENTS: &str = "Side by side";
pub const NUMBERS_BESIDE: &str = "The same numbers side by side";
pub const NUMBERS_BESIDE_LEAD: &str =
    "Of each folder the baseline: the median of its runs, and from 5 % to 95 % of them.";
pub const RESULTS: &str = "Results";
pub const IN_A_SENTENCE: &str = "In a sentence";
pub const TRUST: &str = "How far to trust this.";
pub const NOTHING_CLEAR: &str = "No action has an effect that can be told from chance.";
pub const SAME_IN_ALL: &str = "the same in all";
pub const TIME: &str = "When people went out, and what was done";
pub const TIME_ALONE: &str = "Over time";
pub const DEEDS: &str = "What was done, on the same clock";
pub const LANES_KEY: &str = "Full marks are the baseline's. Crossed: another arm does it at another hour, or not at all. Open: only another arm does it, or does it then.";
pub const WHEN: &str = "When";
pub const WHAT: &str = "What";
pub const WHO: &str = "Who";
pub const SORT: &str = "Sort";
pub const IN_RUNS: &str = "In runs";
pub const SOURCE: &str = "Source";
pub const NUMBERS: &str = "The numbers as a table";
pub const QUANTILES: &str = "The median, and from 5 % to 95 % of the runs.";
pub const BESIDE: &str = "Beside what was observed";
pub const BESIDE_LEAD: &str = "Diamonds are observations with the range that is accepted. Counts by officials are called official; sources stand in the record.";
pub const METRICS: &str = "Everything that was measured";
pub const DAY: &str = "Day";
pub const LOW_HIGH: &str = "lowest to highest median of the day";
pub const PLACES: &str = "Where, day by day";
pub const PER_100_000: &str = "People out that day per 100,000 residents";
pub const BY_HOUR: &str = "The map by the hour";
pub const BY_HOUR_LEAD: &str = "It opens at the hour with the most people out. A region leads to its row in the table.";
pub const HOUR: &str = "Hour";
pub const MAP_NUMBERS: &str = "The numbers of the maps as a table: people out on each day, median";
pub const REGION: &str = "Region";
pub const REGIONS: &str = "Regions";
pub const REGIONS_LEAD: &str = "Each line is drawn to its own height. Small figures: from 5 % to 95 % of the runs, or the median of the first hour.";
pub const TOWNS: &str = "Towns and villages";
pub const TOWN: &str = "Town";
pub const PEAK: &str = "Peak hour";
pub const PROTEST_IN: &str = "Protest in";
pub const VIOLENCE_IN: &str = "Violence in";
pub const KILLED: &str = "Civilians killed";
pub const EACH_REGION: &str = "Each region over time";
pub const EACH_REGION_NUMBERS: &str = "The numbers of each hour are in series.csv of the results.";
pub const WHY: &str = "Why people went out, and why they turned violent";
pub const WHY_LEAD: &str = "A decision is a sum: what stands above zero pushed, what hangs below held back, and the black line is all of it together. Where the line is above zero, those at the margin act: of going out, the keenest hundredth of a region's residents; of violence, the keenest tenth of these. It says what decided in the model, from its assumptions, and is no proof of what moved people.";
pub const WHY_LINK: &str = "why?";
pub const WHY_PART: &str = "In utility; above zero pushes";
pub const WHY_BESIDE: &str = "The two side by side, at the hour when most wanted to go out";
pub const WHY_BESIDE_LEAD: &str = "Rows in which the regions of the country lie furthest apart come first.";
pub const WHY_TOGETHER: &str = "all together";
pub const PICKS: [&str; 2] = ["Show", "beside"];
pub const WORLDS_LEAD: &str = "A world is a set of parameters that the record does not rule out; each runs with the same dice in all arms. Robust: one sign in at least 95 % of the worlds; leaning: in at least 80 %; open: in fewer. Effects are means over the dice of a world.";
pub const WORLDS_TABLE: &str = "The answer in worlds";
pub const VERDICT: &str = "How sure";
pub const WORLDS_AGREE: &str = "With the change, in how many worlds";
pub const WORLDS_EFFECT: &str = "Median effect, 5 % to 95 % of the worlds";
pub const WORLDS_DICE: &str = "Share of the dice in the spread";
pub const WORLDS_DECIDES: &str = "What it goes with";
pub const NOTHING_DECIDES: &str = "no parameter that can be told from chance";
pub const WORLDS_DOTS: &str = "A dot is a world: the effect there, against the parameter that goes with it most. Full dots lie above zero; the dashed line is the value that splits the signs best.";
pub const WAVES: &str = "What the record rules out, wave by wave";
pub const WAVES_LEAD: &str = "Each wave runs points all over what is left, learns from them what the model does elsewhere, and cuts away what lies too far from an observation. Bars count powers of ten, since a wave often leaves a hundredth of what was before it.";
pub const WAVE: &str = "Wave";
pub const RULED_OUT: &str = "How much is ruled out, in powers of ten";
pub const SPACE_LEFT: &str = "Left of the space";
pub const SPARED: &str = "Observations that a point may miss";
pub const UNSURE: &str = "Added to what is uncertain by emulators";
pub const RULES_OUT: &str = "Rules out alone";
pub const ALONE: &str = "Share of what was left";
pub const EMULATOR: &str = "How well it is foreseen";
pub const NOT_EMULATED: &str = "not emulated";
pub const RULES_NOTHING: &str = "No observation rules anything out in it.";
pub const LEFT: &str = "What is known of each parameter";
pub const LEFT_OF: &str = "Grey: the range that was sought. Dot and bar: the median and nine in ten of the worlds";
pub const VALUE_LEFT: &str = "Median, 5 % to 95 %";
pub const SOUGHT: &str = "Sought";
pub const KNOWN: &str = "How well";
pub const UNKNOWN: &str = "unknown";
pub const TIES: &str = "Known only in combination";
pub const WITH: &str = "with";
pub const EVENTS: &str = "The course of events: what always happens, and what is luck";
pub const EVENT: &str = "Event";
pub const MEDIAN: &str = "Median";
pub const SHOW: &str = "Show";
pub const WHERE: &str = "Where";
pub const EVERYWHERE: &str = "everywhere";
pub const SURE: &str = "How sure: the same with other dice";
pub const OUTCOME: &str = "Outcome";
pub const NEVER: &str = "never";
pub const TO: &str = "to";
pub const NO_DIFFERENCE: &str = "Nothing differs";
pub const DIFFERENCE: &str = "Mean difference, 95 % interval";
pub const RUNS_AGREE: &str = "With the change, in how many runs";
pub const FOREST_KEY: &str = "A dot is the mean difference as a share of the baseline's median, a bar its 95 % interval; an open dot cannot be told from chance. Shares beyond three times the baseline stand at the edge.";
pub const ABLATED: &str = "Which action mattered";
pub const ACTION: &str = "Action";
pub const EFFECT: &str = "What it did: with it less without it, 95 % interval";
pub const EFFECT_AXIS: &str = "Lower with it · 0 · higher with it";
pub const DEPENDS: &str = "What it depends on";
pub const PARAMETER: &str = "Parameter";
pub const VALUE: &str = "Value, 95 % interval";
pub const SHARE_OF_VARIANCE: &str = "Share of variance, with all interactions";
pub const ELEMENTARY_EFFECT: &str = "Mean size of the effect of a step";
/// Above the index of dependence.
pub const DEPENDENCE: &str = "how far it moves the outcome, 0 to 1";
pub const RECORD: &str = "Held against the record of what happened";
pub const RECORD_LEAD: &str = "Grey: the range that is accepted. Diamond: what was observed, where it is a number. Dot and bar: the median and nine in ten of the runs. Official figures are called official.";
pub const OBSERVATION: &str = "Observation";
pub const AGAINST: &str = "Runs against the record";
pub const OBSERVED: &str = "Observed";
pub const ACCEPTED: &str = "Accepted";
pub const RUNS_HERE: &str = "Runs";
pub const INSIDE: &str = "Inside";
pub const AGREES: &str = "Agrees";
pub const HOW: &str = "How this was made";
pub const SCENARIO: &str = "Scenario";
pub const DICE: &str = "Dice";
pub const PEOPLE: &str = "People";
pub const ARM: &str = "Arm";
pub const AS_WRITTEN: &str = "the scenario as it is written";
pub const VERSION: &str = "Version";
pub const AGAIN: &str = "The same bytes again";
pub const FILES: &str = "Files of the results, each with its SHA-256";
pub const LIMITS: &str = "What this must not be used for";
pub const LIMIT_LINES: [&str; 4] = [
    "This is a model: a tool to think with about one kind of collective event. It is not a forecast, and it knows nothing about any real person.",
    "It must not be used to plan or direct policing, to predict or profile people or groups, to choose whom to arrest, or to justify force. What repression “achieves” here is an assumption made explicit, and no evidence.",
    "A counterfactual says what would follow in the model from its assumptions. One wave is one observation.",
    "Where a scenario is of real events, real people died in them. Official figures are called official; several are contested by human rights organisations.",
];

pub fn made_of(folder: &Folder) -> String {
    let made = &folder.made;
    // Whoever reads a number of the dead must not have to ask whether it is that of the model.
    let runs = match made.replicates {
        _ if folder.matched.is_some() => "a match of the model to the record".to_owned(),
        _ if folder.sensitivity.is_some() => "a sweep of the model".to_owned(),
        1 => "one run of the model".to_owned(),
        runs => format!("{} runs of the model", number(runs as f64)),
    };
    let arms = if made.arms.len() > 1 && made.arms.len() < 8 {
        format!(" for each of {} arms", made.arms.len())
    } else {
        String::new()
    };
    let people = if made.people > 0 {
        format!(", {} people", number(made.people as f64))
    } else {
        String::new()
    };
    format!("{runs}{arms}{people}")
}

pub fn caution(folder: &Folder) -> &'static str {
    if folder.matched.is_some() {
        return "Not ruled out is not the same as right: another model, other ranges or another record would leave other worlds. What is unknown here stays unknown in every answer that uses these worlds.";
    }
    if folder.contrasts.iter().any(|one| one.worlds.is_some()) {
        return "This is what follows in the model from its assumptions, and no proof of what would have happened. Runs are in worlds that the record does not rule out, so the ranges hold what is not known of the parameters as well as the dice; how far the model itself holds they do not say.";
    }
    let single = folder.made.replicates <= 1 && folder.sensitivity.is_none();
    match (single, folder.contrasts.is_empty() && folder.ablation.is_none()) {
        (true, _) => {
            "This is one run. Other dice give another course under the same assumptions, so nothing here is a finding yet: run it again with --replicates 20."
        }
        (false, true) => {
            "The ranges are those of chance under one set of assumptions; they do not say how far the assumptions hold. One wave is one observation: a way to think about what might have been, not a forecast, and not for policing."
        }
        (false, false) => {
            "This is what follows in the model from its assumptions, and no proof of what would have happened. The intervals are those of the dice; of many outcomes, about one interval in twenty misses zero by chance alone."
        }
    }
}

fn sum(total: &Total, of_day: &str, killed: &str, runs: usize) -> Option<(String, String)> {
    let spread = total.spread?;
    let text = match total.name.as_str() {
        "participants_day" => of_day.replace("{}", &near(spread.median)),
        "deaths_civilians" => killed.replace("{}", &near(spread.median)),
        _ => format!("{}: {}", total.label, near(spread.median)),
    };
    let range = format!("{} to {}", near(spread.low), near(spread.high));
    Some((text, if runs > 1 { range } else { String::new() }))
}

/// The one or two totals of a headline.
pub fn happened(totals: &[&Total], runs: usize) -> String {
    let told: Vec<(String, String)> = totals
        .iter()
        .filter_map(|total| {
            sum(
                total,
                "on the biggest day {} people are out",
                "{} civilians are killed",
                runs,
            )
        })
        .collect();
    let first = capital(&told.iter().map(|one| one.0.as_str()).collect::<Vec<_>>().join("; ")) + ".";
    if runs == 1 {
        return first;
    }
    let ranges: Vec<&str> = told.iter().map(|one| one.1.as_str()).collect();
    let names: Vec<&str> = totals.iter().map(|total| total.name.as_str()).collect();
    let known = names == ["participants_day", "deaths_civilians"];
    let second = match (known, &ranges[..]) {
        (true, [out, killed]) => format!("Other dice give {out} people and {killed} killed."),
        (_, ranges) => format!("Other dice give {}.", ranges.join(", and ")),
    };
    format!("{first} {second}")
}

pub fn nothing_told(runs: usize) -> String {
    format!("{} runs, as they are told below.", number(runs as f64))
}

pub fn against(label: &str, arm: &str, baseline: &str, agreement: &str) -> String {
    match arm == baseline {
        true => format!("{label} {arm}, as in the baseline ({agreement})"),
        false => format!("{label} {arm} instead of {baseline} ({agreement})"),
    }
}

pub fn arm_sentence(arm: &str, told: &[String]) -> String {
    match told.is_empty() {
        true => format!("“{arm}” is the same as the baseline."),
        false => format!("With “{arm}”: {}.", told.join("; ")),
    }
}

pub fn higher_lower(higher: usize, lower: usize, pairs: usize) -> String {
    match (higher, lower) {
        (0, 0) => SAME_IN_ALL.to_owned(),
        (higher, 0) => format!("higher in {higher} of {pairs}"),
        (0, lower) => format!("lower in {lower} of {pairs}"),
        (higher, lower) if higher >= lower => format!("higher in {higher}, lower in {lower} of {pairs}"),
        (higher, lower) => format!("lower in {lower}, higher in {higher} of {pairs}"),
    }
}

pub fn scored(agree: usize, observations: usize, shown: usize, patterns: usize) -> String {
    format!(
        "{agree} of {observations} observations of the record agree with the runs, and {shown} of {patterns} patterns are shown."
    )
}

pub fn over_time<'n>(names: impl Iterator<Item = &'n str>) -> String {
    format!("Over time: {}", names.collect::<Vec<_>>().join(", "))
}

pub fn curves_beside<'n>(metric: &str, names: impl Iterator<Item = &'n str>) -> String {
    let names = names.collect::<Vec<_>>().join(", ");
    format!(
        "{} over time in the baseline of each: {names}",
        self::outcome(&self::metric(metric))
    )
}

pub fn curves_beside_lead(metric: &str, drawn: usize, of: usize) -> String {
    let rest = match of > drawn {
        true => " Folders with another clock, or more than can be told apart, are not drawn here.",
        false => "",
    };
    format!("The baseline of each: {metric} over time, the median of its runs.{rest}")
}

pub fn time_lead(of: &Of) -> String {
    let runs = match of.runs() {
        1 => "One run.",
        _ => "The line is the median of the runs.",
    };
    let nights = if of.folder.background.daylight.is_some() {
        " Nights are shaded."
    } else {
        ""
    };
    let deeds = if of.folder.background.deeds.is_empty() {
        ""
    } else {
        " What governments and others do stands in the scenario; the crowd comes out of the rules."
    };
    format!("{runs}{nights}{deeds}")
}

pub fn metric(name: &str) -> String {
    match name {
        "participants" => "people out".to_owned(),
        "violent" => "of them violent".to_owned(),
        other => other.replace('_', " "),
    }
}

pub fn outcome(label: &str) -> String {
    capital(&label.replace('-', " "))
}

/// What is said of an event that is about a deed; `None` if it is about none.
pub fn done(event: &str) -> Option<&'static str> {
    match event {
        "action_in_effect" => Some("in effect"),
        "action_announced" => Some("announced"),
        "statement" => Some("said"),
        _ => None,
    }
}

/// A deed at its hour, and whose it is where not all arms have it.
pub fn deed(hour: &str, title: &str, told: &str, whose: &str) -> String {
    let whose = if whose.is_empty() {
        String::new()
    } else {
        format!("; {whose}")
    };
    format!("{hour}: {title} ({told}{whose})")
}

/// Which arms did something then.
pub fn only_in(arms: &[&str]) -> String {
    let named: Vec<String> = arms.iter().map(|arm| format!("“{arm}”")).collect();
    format!("then only in {}", named.join(", "))
}

pub fn sort(sort: Sort) -> &'static str {
    match sort {
        Sort::Shock => "Prices, banks and other",
        Sort::Concede => "Concessions and talks",
        Sort::Words => "Words and claims",
        Sort::Network => "Network, media, borders",
        Sort::Police => "Police and law",
        Sort::Troops => "Troops moved",
    }
}

pub fn deeds(number_of: usize) -> String {
    format!("All {number_of} as a table, with their sources")
}

pub fn metrics(number_of: usize) -> String {
    format!("{number_of} metrics over time; those that stay at zero are left out")
}

/// From one number to another; with a dash where no minus stands beside it.
pub fn range(low: String, high: String) -> String {
    let between = if low.starts_with('-') || high.starts_with('-') {
        " to "
    } else {
        "–"
    };
    low + between + &high
}

pub fn of(some: usize, all: usize) -> String {
    format!("{some} of {all}")
}

pub fn observed(observation: &Observation, value: &str, day: &str) -> String {
    let official = if observation.official { ", official" } else { "" };
    format!(
        "{day}: observed {value} {}{official}. {}",
        observation.unit, observation.what
    )
}

pub fn places_lead(runs: usize, (outlines, towns): (bool, bool), arm: &str, arms: usize) -> String {
    let median = if runs > 1 {
        format!("The median of {} runs", number(runs as f64))
    } else {
        "One run".to_owned()
    };
    let which = if arms > 1 {
        format!(" of “{arm}”")
    } else {
        String::new()
    };
    let form = match (outlines, towns) {
        (true, true) => {
            "Circles are cities and towns, the larger the more people live there; towns with nobody out are left out."
        }
        (true, false) => "Cities are circles.",
        (false, _) => "Each tile is a region; they stand as the regions lie to each other.",
    };
    format!("{median}{which}. {form}")
}

pub fn towns(out: usize, all: usize) -> String {
    format!(
        "Somebody was out in {} of {} places, villages of a region counted as one. What decided in a town: qantar why, with --place and its id.",
        number(out as f64),
        number(all as f64)
    )
}

pub fn maps_of(arm: &str) -> String {
    format!("The same maps of “{arm}”")
}

pub fn map_of(day: &str) -> String {
    format!("Map of {day}: people out per 100,000 residents")
}

pub fn out(number: &str) -> String {
    format!("{number} out")
}

pub fn most(region: &str) -> String {
    format!("most: {region}")
}

pub fn why_in(region: &str) -> String {
    format!("Why? What decided in {region}")
}

pub fn why_more(left_out: usize) -> String {
    format!(
        "The first arms; {} more regions of further arms are in explain.csv.",
        number(left_out as f64)
    )
}

pub fn decision(decided: Decided) -> &'static str {
    match decided {
        Decided::Turnout => "Going out",
        Decided::Violence => "Violence of those who are out",
    }
}

pub fn why_of(decided: Decided, place: &str) -> String {
    format!("{}: what pushed and what held back in {place}", decision(decided))
}

pub fn why_height(moment: &str, out: f64, violent: f64) -> String {
    let violent = if violent.is_finite() {
        format!("; of these {} want to be violent", share(violent))
    } else {
        String::new()
    };
    format!(
        "Most want to go out at {moment}: {} of the residents{violent}.",
        share(out)
    )
}

fn share(share: f64) -> String {
    match share * 100.0 {
        0.0 => "none".to_owned(),
        percent if percent < 0.005 => "less than 0.01 %".to_owned(),
        percent if percent < 10.0 => format!("{percent:.2} %"),
        percent => format!("{percent:.0} %"),
    }
}

pub fn among(region: &str, share: &str) -> String {
    format!("{region}: {share} per 100,000")
}

pub fn go_to(region: &str) -> String {
    format!("{region}: go to its row")
}

pub fn under(step: &str) -> String {
    format!("under {step}")
}

pub fn over(step: &str) -> String {
    format!("{step} and more")
}

pub fn course_of(region: &str) -> String {
    format!("People out over time in {region}")
}

pub fn events_lead(runs: usize) -> String {
    match runs {
        1 => "One dot: this run has happened once. More runs tell what is luck.".to_owned(),
        _ => "One dot is one run. Dots close together: it happens then whatever the dice. Dots apart, or few: luck."
            .to_owned(),
    }
}

pub fn all_events(number_of: usize) -> String {
    format!("All {number_of} events")
}

pub fn event_sort(name: &str) -> &'static str {
    match name {
        "protest" => "protest begins",
        "violence" => "violence and first deaths",
        "sites" => "sites seized and retaken",
        "attacks" => "attacks",
        _ => "forces",
    }
}

pub fn event(event: &str, region: &str, subject: &str) -> String {
    let what = match event {
        "protest_begins" => "Protest begins",
        "violence_begins" => "Violence begins",
        "first_civilian_death" => "First civilian killed",
        "first_officer_death" => "First officer killed",
        "site_seized" => "Seized",
        "site_abandoned" => "Taken without guards",
        "site_retaken" => "Retaken",
        "site_attacked" => "Under attack",
        "symbolic_act" => "Symbol torn down",
        "officers_refuse" => "Officers refuse",
        "reinforcement_departs" => "Reinforcements leave",
        "reinforcement_arrives" => "Reinforcements arrive",
        "contingent_committed" => "Contingent committed",
        "contingent_arrives" => "Contingent arrives",
        "contingent_declined" => "Contingent not sent",
        "contingent_leaves" => "Contingent leaves",
        other => other,
    };
    let at = if subject.is_empty() {
        region.to_owned()
    } else {
        subject.replace('-', " ")
    };
    format!("{what}: {at}")
}

pub fn between(overview: &Overview) -> String {
    match (overview.times.first(), overview.times.last()) {
        (Some(first), Some(last)) if !first.is_empty() => format!("When: {} to {}", hour(first), hour(last)),
        _ => "When, by ticks".to_owned(),
    }
}

pub fn sure_lead(runs: usize) -> String {
    match runs {
        1 => "One run gives one number each. --replicates 20 shows how far they vary.".to_owned(),
        runs => format!(
            "The median of {} runs, and from 5 % to 95 % of them. Nothing but the dice differs between them.",
            number(runs as f64)
        ),
    }
}

pub fn wave(number_of: usize) -> String {
    format!("Wave {number_of}: what rules out most")
}

pub fn wave_left(number_of: usize, left: &str) -> String {
    format!("Wave {number_of} leaves {left} of the space")
}

pub fn emulator(explained: f64, within: f64) -> String {
    format!(
        "{} of the variance; {} within two deviations",
        percent(explained),
        percent(within)
    )
}

pub fn left_lead(worlds: usize) -> String {
    format!(
        "Over the {}: points that their own runs do not rule out.",
        crate::report::format::count(worlds as f64, "world", "worlds")
    )
}

pub fn narrower(sharpness: f64) -> String {
    format!("{} narrower than sought", percent(sharpness))
}

pub fn correlation(value: f64) -> String {
    format!("correlation {value:+.2}")
}

pub fn worlds(arm: &str) -> String {
    format!("In all worlds that the record does not rule out: {arm}")
}

pub fn worlds_of(outcome: &str, key: &str) -> String {
    format!("The effect on {outcome} in each world, against {key}")
}

pub fn decides(rank: f64, split: &str, tells: f64) -> String {
    format!(
        "rank correlation {rank:+.2}; split at {split}, it tells the sign in {}",
        percent(tells)
    )
}

pub fn differs(arm: &str) -> String {
    format!("What would be different: {arm}")
}

pub fn differs_lead(runs: usize, changes: &[String]) -> String {
    let change = if changes.is_empty() {
        String::new()
    } else {
        format!(" The change: {}.", changes.join(", "))
    };
    format!(
        "{} with the same dice, so that a difference is what the change did and not luck.{change}",
        crate::report::format::count(runs as f64, "pair of runs", "pairs of runs")
    )
}

/// What stands above differences as shares: the ends of their axis, or only its middle where nothing differs.
pub fn share_axis((low, high): (f64, f64), differs: bool) -> String {
    let end = |share: f64| format!("{} %", number((share * 1000.0).round() / 10.0));
    match differs {
        true => format!("{} · 0 · {}", end(low), end(high)),
        false => NO_DIFFERENCE.to_owned(),
    }
}

pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

pub fn strongest_action(action: &str, outcome: &str, effect: f64, (low, high): (f64, f64)) -> String {
    let way = if effect > 0.0 { "raises" } else { "lowers" };
    let [effect, one, other] = [effect, low, high].map(f64::abs);
    let [effect, low, high] = [effect, one.min(other), one.max(other)].map(number);
    format!(
        "Of all actions “{action}” weighs most: it {way} {} by {effect} (95 % interval {low} to {high}).",
        outcome
    )
}

pub fn ablated_lead(runs: usize) -> String {
    format!(
        "Each action is taken away in turn, in {} runs with the same dice. Effects do not add up: actions work together. An open dot cannot be told from chance.",
        number(runs as f64)
    )
}

pub fn depends_lead(points: usize, replicates: usize, design: &str) -> String {
    format!(
        "{} points ({design}) with {} of each.",
        number(points as f64),
        crate::report::format::count(replicates as f64, "run", "runs")
    )
}

pub fn strongest_parameter(outcome: &str, first: &str, second: Option<&str>) -> String {
    let then = second.map_or(String::new(), |second| format!(", then on {second}"));
    format!("{} depends most on {first}{then}.", self::outcome(outcome))
}

pub fn swept(points: usize, parameters: &[String]) -> String {
    format!(
        "{} points of {}, each told below.",
        number(points as f64),
        parameters.join(", ")
    )
}

pub fn chance(share: f64) -> String {
    format!(
        "{} of the variance over all runs is chance (the dice), the rest is parameters.",
        percent(share)
    )
}

pub fn from_zero(highest: &str) -> String {
    format!("0 to {highest}")
}

pub fn more_points(number_of: usize) -> String {
    format!("{} more points are in runs.csv.", number(number_of as f64))
}

pub fn shown(shown: bool) -> &'static str {
    if shown { "shown" } else { "not shown" }
}

pub fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

pub fn other_observations(number_of: usize) -> String {
    format!("{number_of} further observations, which need not agree")
}

pub fn known_from(observation: &Observation, record: &Record) -> String {
    let sources: Vec<&str> = observation
        .sources
        .iter()
        .map(|&source| record.sources[source].citation.as_str())
        .collect();
    let official = if observation.official { "official; " } else { "" };
    format!(
        "{official}{} confidence; {}; used to {}",
        observation.confidence.name(),
        sources.join("; "),
        observation.purpose.name()
    )
}

pub fn dice(seed: u64, runs: usize) -> String {
    format!(
        "seed {seed}, {}",
        crate::report::format::count(runs as f64, "run", "runs")
    )
}

pub fn people(people: &str, persons_per_agent: u32) -> String {
    match persons_per_agent {
        1 => format!("{people}, each simulated"),
        each => format!("{people}, {each} to each simulated citizen"),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
