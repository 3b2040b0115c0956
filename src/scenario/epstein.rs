//! Scenarios of Epstein's lattice: their keys, and from a document to a model.

use crate::models::epstein::engine::model::{Activation, Change, Groups, Jail, Model, Ratio, Shape, Term, Turn};

use super::check::{Names, check};
use super::fields::{ID, required, value, words};
use super::form::{Choice as C, Field, Kind};
use super::problem::{Place, Problem};
use super::schema::section;
use super::tree::Table;
use super::view::View;
use Kind::{Entries, Flag, Number, Text, Whole};

/// The keys of the document.
#[rustfmt::skip]
pub const ROOT: &[Field] = &[
    required("schema_version", Whole(1, 1), "", "Version of the scenario format, so that a file is never misread."),
    words("extends", Text, "", "stands alone", "Path of a scenario that this one is laid over: keys replace, changes merge by id, `remove = true` drops one."),
    required("model", Kind::Choice(C::Model), "", "Which model it is of: `epstein`."),
    words("title", Text, "", "the name of the file", "What the scenario is called in reports."),
    required("ticks", Whole(1, 1_000_000), "ticks", "How long the simulation lasts; in each tick everyone has one turn."),
    value("seed", Whole(0, i64::MAX), "", "1", "Seed of all chance; the same seed gives the same run to the last bit."),
    sourced(value("width", Whole(3, 4096), "sites", "40", "Sites from west to east; the edges are joined."), "Epstein 2002, table 2"),
    sourced(value("height", Whole(3, 4096), "sites", "40", "Sites from north to south; the edges are joined."), "Epstein 2002, table 2"),
    sourced(value("agent_density", Number(0.0, 1.0), "share", "0.7", "Share of sites that have an agent at the start."), "Epstein 2002, table 2"),
    sourced(value("cop_density", Number(0.0, 1.0), "share", "0.04", "Share of sites that have a cop at the start."), "Epstein 2002, table 2, run 2"),
    sourced(value("agent_vision", Number(1.0, 20.0), "sites", "7.0", "How far an agent sees and moves."), "Epstein 2002, table 2, run 2"),
    sourced(value("cop_vision", Number(1.0, 20.0), "sites", "7.0", "How far a cop sees and moves."), "Epstein 2002, table 2, run 2"),
    value("neighbourhood", Kind::Choice(C::Shape), "", "\"euclidean\"", "Which sites are within a vision: at most so far as the crow flies, along each axis, or in steps along the axes."),
    sourced(value("legitimacy", Number(0.0, 1.0), "share", "0.82", "Legitimacy L of the regime, as all see it; with two groups, of the other group's right to exist. Grievance is H (1 - L)."), "Epstein 2002, table 2, run 2"),
    sourced(value("threshold", Number(-1.0, 1.0), "1", "0.1", "An agent is active whose grievance less net risk is above this."), "Epstein 2002, table 2"),
    sourced(value("arrest_constant", Number(0.0, 100.0), "1", "2.3", "The constant k of the perceived probability of arrest, 1 - exp(-k C / A) for C cops and A active agents in sight, oneself counted."), "Epstein 2002: 0.9 for one cop and one active agent"),
    value("arrest_ratio", Kind::Choice(C::Ratio), "", "\"literal\"", "How C / A enters: as printed, rounded down (NetLogo) or rounded to the nearest, halves to even (Mesa)."),
    value("self_twice", Flag, "", "false", "Whether an agent that is active already counts itself once more among the active (NetLogo)."),
    value("activation", Kind::Choice(C::Activation), "", "\"random\"", "Whether all act one after the other in a new random order each tick, or all decide at once, then cops arrest, then all move."),
    value("turn", Kind::Choice(C::Turn), "", "\"move_first\"", "What one does first when it is its turn."),
    value("agents_move", Flag, "", "true", "Whether agents move."),
    value("cops_move", Flag, "", "true", "Whether cops move."),
    value("jail", Kind::Choice(C::Jail), "", "\"off\"", "Where a jailed agent is: off the lattice, to return to a random empty site; on its site, which stays taken; or on its site, which counts as empty."),
    sourced(value("max_jail_term", Whole(1, 1_000_000_000), "ticks", "30", "Longest jail term J; more than `ticks` is for ever."), "Epstein 2002, table 2, run 2"),
    value("jail_term", Kind::Choice(C::Term), "", "\"one_to_max\"", "From which whole numbers a term is drawn: 1 to J, 0 to J - 1 (NetLogo) or 0 to J (Mesa)."),
    value("term_in_turns", Flag, "", "false", "Whether a term is counted down on the agent's own turns, from the next one on (Mesa), and not in ticks from the arrest."),
    value("cop_steps", Flag, "", "false", "Whether a cop steps to the site of whom it arrests (NetLogo)."),
    value("groups", Whole(1, 2), "groups", "1", "One group that rebels (Model I), or two who kill each other (Model II): to be active is to kill a random agent of the other in sight."),
    sourced(value("cloning", Number(0.0, 1.0), "share", "0.05", "With two groups: probability per tick that an agent has a child, of its group and hardship, on an empty site next to it."), "Epstein 2002, table 2"),
    sourced(value("max_age", Whole(1, 1_000_000_000), "ticks", "200", "With two groups: highest age; the age of death is uniform up to it."), "Epstein 2002, table 2"),
    words("record", Text, "", "NAME.record.toml beside the scenario NAME.toml, if there is one", "Path of the record that runs are held against, for `qantar score`."),
    words("outcome", Kind::Outcomes, "", "none", "Numbers of a run that readers of this scenario ask for, each with a name: reports and comparisons tell them beside the totals. An empty text drops one of what this extends."),
    words("change", Entries("change"), "", "none", "What changes while it runs."),
];

/// The keys of a change.
#[rustfmt::skip]
pub const CHANGE: &[Field] = &[
    ID,
    required("at", Whole(0, 1_000_000), "ticks", "The tick at whose start it takes effect."),
    value("every", Whole(1, 1_000_000), "ticks", "1", "Ticks until it does so again."),
    value("times", Whole(1, 1_000_000), "", "1", "How often it does so in all."),
    words("legitimacy", Number(0.0, 1.0), "share", "as it is", "What legitimacy is set to."),
    value("legitimacy_by", Number(-1.0, 1.0), "share", "0.0", "What is added to legitimacy, which stays from 0 to 1."),
    words("cops", Whole(0, 16_000_000), "cops", "as many as there are", "How many cops there are then: they come to random empty sites, or random ones leave."),
    value("cops_by", Whole(-16_000_000, 16_000_000), "cops", "0", "How many cops come, or leave if it is negative."),
];

const fn sourced(field: Field, source: &'static str) -> Field {
    Field { source, ..field }
}

/// The model of a document; it means something only if no problem was added.
pub fn compile(root: &Table, problems: &mut Vec<Problem>) -> Model {
    check(section("epstein"), root, &Names::of(root), problems);
    let home = Place::new(0, 0..0);
    let view = View {
        section: section("epstein"),
        table: root,
        home: &home,
    };
    let sites = view.number("width") * view.number("height");
    let of_sites = |key: &str| libm::round(view.number(key) * sites) as u32;
    let model = Model {
        ticks: view.whole("ticks"),
        width: view.whole("width"),
        height: view.whole("height"),
        agents: of_sites("agent_density"),
        cops: of_sites("cop_density"),
        agent_vision: view.number("agent_vision"),
        cop_vision: view.number("cop_vision"),
        shape: word(&view, "neighbourhood", Shape::ALL, Shape::name),
        legitimacy: view.number("legitimacy"),
        threshold: view.number("threshold"),
        arrest_constant: view.number("arrest_constant"),
        ratio: word(&view, "arrest_ratio", Ratio::ALL, Ratio::name),
        self_twice: view.flag_given("self_twice").unwrap_or(false),
        activation: word(&view, "activation", Activation::ALL, Activation::name),
        turn: word(&view, "turn", Turn::ALL, Turn::name),
        agents_move: view.flag_given("agents_move").unwrap_or(true),
        cops_move: view.flag_given("cops_move").unwrap_or(true),
        jail: word(&view, "jail", Jail::ALL, Jail::name),
        max_jail_term: view.whole("max_jail_term"),
        term: word(&view, "jail_term", Term::ALL, Term::name),
        term_in_turns: view.flag_given("term_in_turns").unwrap_or(false),
        cop_steps: view.flag_given("cop_steps").unwrap_or(false),
        groups: (view.whole("groups") == 2).then(|| Groups {
            cloning: view.number("cloning"),
            max_age: view.whole("max_age"),
        }),
        changes: View::entries(root, "change")
            .map(|change| self::change(&change))
            .collect(),
    };
    together(&view, &model, problems);
    model
}

/// The word at a key, or its default.
fn word<T: Copy>(view: &View<'_>, key: &str, all: &[T], name: impl Fn(T) -> &'static str) -> T {
    let text = view.text(key);
    all.iter().copied().find(|&one| name(one) == text).unwrap_or(all[0])
}

fn change(view: &View<'_>) -> Change {
    Change {
        id: view.text("id"),
        at: view.whole("at"),
        every: view.whole("every"),
        times: view.whole("times"),
        legitimacy: view.number_given("legitimacy"),
        legitimacy_by: view.number("legitimacy_by"),
        cops: view.number_given("cops").map(|cops| cops as u32),
        cops_by: view.number("cops_by") as i64,
    }
}

/// What several keys must be to each other.
fn together(view: &View<'_>, model: &Model, problems: &mut Vec<Problem>) {
    let vision = model.agent_vision.max(model.cop_vision);
    let least = 2 * vision as u32 + 1;
    for (key, length) in [("width", model.width), ("height", model.height)] {
        if length < least {
            let message = format!("`{key}` is too small for a vision of {vision}");
            let problem = Problem::at(view.place(key), message).label(format!("at least {least} sites"));
            problems.push(problem.help("or else one would see a site from two sides, round the edges"));
        }
    }
    if u64::from(model.agents) + u64::from(model.cops) > u64::from(model.sites()) {
        let problem = Problem::at(view.place("cop_density"), "there are more agents and cops than sites");
        problems.push(
            problem
                .label("with `agent_density` more than 1")
                .help("a site has room for one of them"),
        );
    }
    if model.cop_steps && model.jail == Jail::InPlace {
        let problem = Problem::at(view.place("cop_steps"), "no cop can step to a site that stays taken");
        problems.push(
            problem
                .label("not with `jail = \"in_place\"`")
                .help("let `jail` be \"open\" or \"off\""),
        );
    }
    if model.groups.is_some() && model.activation == Activation::Synchronous {
        let problem = Problem::at(view.place("activation"), "two groups act one after the other");
        problems.push(
            problem
                .label("not with `groups = 2`")
                .help("let `activation` be \"random\""),
        );
    }
    for change in View::entries(view.table, "change") {
        if change.table.get("at").is_some() && change.whole("at") >= model.ticks {
            let problem = Problem::at(change.place("at"), "`change.at` is after the end of the run");
            problems.push(problem.label(format!("`ticks` is {}", model.ticks)));
        }
        let effects = ["legitimacy", "legitimacy_by", "cops", "cops_by"];
        if effects.iter().all(|key| change.given(key).is_none()) {
            let problem = Problem::at(change.home, "this change changes nothing");
            problems.push(
                problem
                    .label("no effect")
                    .help(format!("name one of `{}`", effects.join("`, `"))),
            );
        }
    }
}
