//! The format of scenarios of Epstein's lattice.

use std::sync::LazyLock;

use super::TOTALS;
use super::engine::model::{Activation, Jail, Ratio, Shape, Term, Turn};
use crate::document::form::{Choice, Field, Format, Kind, Section, required, value, words, words_of};
use Kind::{Entries, Flag, Number, Text, Whole};

/// The format.
pub static FORMAT: LazyLock<Format> = LazyLock::new(|| Format {
    noun: "scenario",
    sections: vec![
        Section::new(
            "epstein",
            "A scenario of Epstein's lattice, `model = \"epstein\"`; these keys stand in the document itself.",
            ROOT,
        ),
        Section::new("change", "What changes on Epstein's lattice while it runs.", CHANGE),
    ],
    totals: TOTALS.iter().map(|total| total.name).collect(),
    files: &[],
});

/// The keys of the document.
#[rustfmt::skip]
const ROOT: &[Field] = &[
    required("schema_version", Whole(1, 1), "", "Version of the scenario format, so that a file is never misread."),
    words("extends", Text, "", "stands alone", "Path of a scenario that this one is laid over: keys replace, changes merge by id, `remove = true` drops one."),
    required("model", Kind::Model, "", "Which model it is of: `epstein`."),
    words("title", Text, "", "the name of the file", "What the scenario is called in reports."),
    required("ticks", Whole(1, 1_000_000), "ticks", "How long the simulation lasts; in each tick everyone has one turn."),
    value("seed", Whole(0, i64::MAX), "", "1", "Seed of all chance; the same seed gives the same run to the last bit."),
    value("width", Whole(3, 4096), "sites", "40", "Sites from west to east; the edges are joined.").sourced("Epstein 2002, table 2"),
    value("height", Whole(3, 4096), "sites", "40", "Sites from north to south; the edges are joined.").sourced("Epstein 2002, table 2"),
    value("agent_density", Number(0.0, 1.0), "share", "0.7", "Share of sites that have an agent at the start.").sourced("Epstein 2002, table 2"),
    value("cop_density", Number(0.0, 1.0), "share", "0.04", "Share of sites that have a cop at the start.").sourced("Epstein 2002, table 2, run 2"),
    value("agent_vision", Number(1.0, 20.0), "sites", "7.0", "How far an agent sees and moves.").sourced("Epstein 2002, table 2, run 2"),
    value("cop_vision", Number(1.0, 20.0), "sites", "7.0", "How far a cop sees and moves.").sourced("Epstein 2002, table 2, run 2"),
    value("neighbourhood", Kind::Choice(Choice::new("neighbourhoods", words_of::<Shape>)), "", "\"euclidean\"", "Which sites are within a vision: at most so far as the crow flies, along each axis, or in steps along the axes."),
    value("legitimacy", Number(0.0, 1.0), "share", "0.82", "Legitimacy L of the regime, as all see it; with two groups, of the other group's right to exist. Grievance is H (1 - L).").sourced("Epstein 2002, table 2, run 2"),
    value("threshold", Number(-1.0, 1.0), "1", "0.1", "An agent is active whose grievance less net risk is above this.").sourced("Epstein 2002, table 2"),
    value("arrest_constant", Number(0.0, 100.0), "1", "2.3", "The constant k of the perceived probability of arrest, 1 - exp(-k C / A) for C cops and A active agents in sight, oneself counted.").sourced("Epstein 2002: 0.9 for one cop and one active agent"),
    value("arrest_ratio", Kind::Choice(Choice::new("ratios", words_of::<Ratio>)), "", "\"literal\"", "How C / A enters: as printed, rounded down (NetLogo) or rounded to the nearest, halves to even (Mesa)."),
    value("self_twice", Flag, "", "false", "Whether an agent that is active already counts itself once more among the active (NetLogo)."),
    value("activation", Kind::Choice(Choice::new("activations", words_of::<Activation>)), "", "\"random\"", "Whether all act one after the other in a new random order each tick, or all decide at once, then cops arrest, then all move."),
    value("turn", Kind::Choice(Choice::new("turns", words_of::<Turn>)), "", "\"move_first\"", "What one does first when it is its turn."),
    value("agents_move", Flag, "", "true", "Whether agents move."),
    value("cops_move", Flag, "", "true", "Whether cops move."),
    value("jail", Kind::Choice(Choice::new("jails", words_of::<Jail>)), "", "\"off\"", "Where a jailed agent is: off the lattice, to return to a random empty site; on its site, which stays taken; or on its site, which counts as empty."),
    value("max_jail_term", Whole(1, 1_000_000_000), "ticks", "30", "Longest jail term J; more than `ticks` is for ever.").sourced("Epstein 2002, table 2, run 2"),
    value("jail_term", Kind::Choice(Choice::new("jail terms", words_of::<Term>)), "", "\"one_to_max\"", "From which whole numbers a term is drawn: 1 to J, 0 to J - 1 (NetLogo) or 0 to J (Mesa)."),
    value("term_in_turns", Flag, "", "false", "Whether a term is counted down on the agent's own turns, from the next one on (Mesa), and not in ticks from the arrest."),
    value("cop_steps", Flag, "", "false", "Whether a cop steps to the site of whom it arrests (NetLogo)."),
    value("groups", Whole(1, 2), "groups", "1", "One group that rebels (Model I), or two who kill each other (Model II): to be active is to kill a random agent of the other in sight."),
    value("cloning", Number(0.0, 1.0), "share", "0.05", "With two groups: probability per tick that an agent has a child, of its group and hardship, on an empty site next to it.").sourced("Epstein 2002, table 2"),
    value("max_age", Whole(1, 1_000_000_000), "ticks", "200", "With two groups: highest age; the age of death is uniform up to it.").sourced("Epstein 2002, table 2"),
    words("record", Text, "", "NAME.record.toml beside the scenario NAME.toml, if there is one", "Path of the record that runs are held against, for `qantar score`."),
    words("outcome", Kind::Outcomes("peak(active)"), "", "none", "Numbers of a run that readers of this scenario ask for, each with a name: reports and comparisons tell them beside the totals. An empty text drops one of what this extends."),
    words("change", Entries("change"), "", "none", "What changes while it runs."),
];

/// The keys of a change.
#[rustfmt::skip]
const CHANGE: &[Field] = &[
    required("id", Kind::Id, "", "Its name within the scenario: letters, digits, `-` and `_`, unique among its kind."),
    required("at", Whole(0, 1_000_000), "ticks", "The tick at whose start it takes effect."),
    value("every", Whole(1, 1_000_000), "ticks", "1", "Ticks until it does so again."),
    value("times", Whole(1, 1_000_000), "", "1", "How often it does so in all."),
    value("never", Flag, "", "false", "Whether it never takes effect; the rest stays as it is."),
    words("legitimacy", Number(0.0, 1.0), "share", "as it is", "What legitimacy is set to."),
    value("legitimacy_by", Number(-1.0, 1.0), "share", "0.0", "What is added to legitimacy, which stays from 0 to 1."),
    words("cops", Whole(0, 16_000_000), "cops", "as many as there are", "How many cops there are then: they come to random empty sites, or random ones leave."),
    value("cops_by", Whole(-16_000_000, 16_000_000), "cops", "0", "How many cops come, or leave if it is negative."),
];
