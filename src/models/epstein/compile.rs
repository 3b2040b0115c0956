//! From a document to a lattice as it is run.

use std::str::FromStr;

use strum::VariantArray;

use super::engine::model::{Activation, Change, Groups, Jail, Model};
use super::format::FORMAT;
use crate::document::check::{Names, check};
use crate::document::problem::Problem;
use crate::document::tree::Table;
use crate::document::view::View;

/// The model of a document; it means something only if no problem was added.
pub fn compile(root: &Table, problems: &mut Vec<Problem>) -> Model {
    check(&FORMAT, root, &Names::of(root), problems);
    let view = View::of(&FORMAT, root);
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
        shape: word(&view, "neighbourhood"),
        legitimacy: view.number("legitimacy"),
        threshold: view.number("threshold"),
        arrest_constant: view.number("arrest_constant"),
        ratio: word(&view, "arrest_ratio"),
        self_twice: view.flag_given("self_twice").unwrap_or(false),
        activation: word(&view, "activation"),
        turn: word(&view, "turn"),
        agents_move: view.flag_given("agents_move").unwrap_or(true),
        cops_move: view.flag_given("cops_move").unwrap_or(true),
        jail: word(&view, "jail"),
        max_jail_term: view.whole("max_jail_term"),
        term: word(&view, "jail_term"),
        term_in_turns: view.flag_given("term_in_turns").unwrap_or(false),
        cop_steps: view.flag_given("cop_steps").unwrap_or(false),
        groups: (view.whole("groups") == 2).then(|| Groups {
            cloning: view.number("cloning"),
            max_age: view.whole("max_age"),
        }),
        changes: view
            .inner_entries("change")
            .map(|change| self::change(&change))
            .collect(),
    };
    together(&view, &model, problems);
    model
}

/// The word at a key, or its default.
fn word<T: Copy + FromStr + VariantArray>(view: &View<'_>, key: &str) -> T {
    view.text(key).parse().unwrap_or(T::VARIANTS[0])
}

fn change(view: &View<'_>) -> Change {
    Change {
        id: view.text("id"),
        at: view.whole("at"),
        every: view.whole("every"),
        times: match view.flag_given("never") {
            Some(true) => 0,
            _ => view.whole("times"),
        },
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
    for change in view.inner_entries("change") {
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
