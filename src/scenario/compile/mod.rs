//! From a document as written to a model as meant, or every problem. All of the document is judged even when parts
//! of it are wrong: what cannot be read takes its default, and no model leaves here while a problem is left.

mod geography;
mod interventions;
mod places;

pub(super) use geography::{daylight, degrees};

use crate::sim::model::{Clock, Model};
use crate::sim::parameters::Rules;
use crate::sim::policy::Policy;

use super::atlas;
use super::calendar::{self, Calendar};
use super::check::{Names, check};
use super::problem::{Place, Problem};
use super::schema::{self, section};
use super::tree::{Table, Value};
use super::view::View;

/// More simulated citizens than this do not fit into the memory of any machine that this runs on.
const MOST_AGENTS: u64 = 1 << 31;

/// The model of a document; it means something only if no problem was added.
pub fn compile(root: &Table, problems: &mut Vec<Problem>) -> Model {
    let names = Names::of(root);
    check(schema::root(root), root, &names, problems);
    atlas::check(root, &names, problems);
    let home = Place::new(0, 0..0);
    let view = View {
        section: section(""),
        table: root,
        home: &home,
    };
    unique_actions(root, problems);
    let calendar = calendar(&view, problems);
    let regions = places::regions(root, &calendar);
    let geography = geography::Geography::of(root, &regions, &names, problems);
    let forces = places::forces(root, &names);
    let sites = places::sites(root, &names);
    places::enough_guards(root, &regions, &sites, &forces, problems);
    let interventions = interventions::interventions(root, &names, &sites, &calendar, problems);
    let model = Model {
        clock: clock(&view, &calendar),
        persons_per_agent: view.whole("persons_per_agent"),
        regions,
        ties: geography.ties,
        distances: geography.distances,
        sites,
        forces,
        interventions,
        policy: policy(&view),
        rules: rules(root),
    };
    fits_into_memory(&view, &model, problems);
    model
}

/// The clock of a document; a clock that is wrong adds problems and is replaced by any that works.
pub fn calendar(view: &View<'_>, problems: &mut Vec<Problem>) -> Calendar {
    let tick_minutes = view.whole("tick_minutes");
    if 1440 % tick_minutes != 0 {
        let problem = Problem::at(
            view.place("tick_minutes"),
            "`tick_minutes` must divide the 1440 minutes of a day",
        );
        problems.push(
            problem
                .label("some day would end within a tick")
                .help("such as 5, 10, 15, 30, 60, 120 or 360"),
        );
        return Calendar::fallback();
    }
    let start = view.given("start").and_then(|node| match &node.value {
        Value::Time(time) => calendar::civil(time),
        _ => None,
    });
    let (Some(start), Some(zone)) = (start, view.given("zone").and_then(|node| node.text())) else {
        return Calendar::fallback();
    };
    if start.second() != 0 || start.subsec_nanosecond() != 0 {
        problems
            .push(Problem::at(view.place("start"), "`start` must be a whole minute").label("leave the seconds at 00"));
    }
    match Calendar::new(start, zone, tick_minutes) {
        Ok(calendar) => calendar,
        Err(why) => {
            // A zone that does not exist has been complained of where it stands.
            if jiff::tz::TimeZone::get(zone).is_ok() {
                problems.push(Problem::at(view.place("start"), "`start` is no time in its zone").label(why));
            }
            Calendar::fallback()
        }
    }
}

fn clock(view: &View<'_>, calendar: &Calendar) -> Clock {
    Clock {
        start_minute: calendar.start.hour() as u32 * 60 + calendar.start.minute() as u32,
        tick_minutes: calendar.tick_minutes,
        ticks: view.whole("ticks"),
    }
}

fn policy(view: &View<'_>) -> Policy {
    let reactive = view
        .inner("government")
        .is_some_and(|government| government.text("policy") == "reactive");
    if reactive { Policy::Reactive } else { Policy::Timeline }
}

fn rules(root: &Table) -> Rules {
    let mut rules = Rules::default();
    let given = root.get("rules").and_then(|node| node.table());
    let rate = places::per_tenge(root);
    for parameter in Rules::TABLE
        .iter()
        .filter(|parameter| parameter.unit.starts_with("million of the currency"))
    {
        (parameter.set)(&mut rules, parameter.default * rate);
    }
    for parameter in Rules::TABLE {
        let group = given.and_then(|table| table.get(parameter.group)?.table());
        if let Some(value) = group.and_then(|group| group.get(parameter.name)?.number()) {
            (parameter.set)(&mut rules, value);
        }
    }
    rules
}

/// A shock and an action are named in the same places, so that their names must differ too.
fn unique_actions(root: &Table, problems: &mut Vec<Problem>) {
    for action in View::entries(root, "action") {
        let Some(id) = action.table.text("id") else { continue };
        if root.tables("shock").any(|(shock, _)| shock.text("id") == Some(id)) {
            let problem = Problem::at(
                action.home,
                format!("there is a shock `{id}` as well as an action `{id}`"),
            );
            problems.push(
                problem
                    .label("the second one")
                    .help("both can be named in `after` and `ends`; give each its own `id`"),
            );
        }
    }
}

fn fits_into_memory(view: &View<'_>, model: &Model, problems: &mut Vec<Problem>) {
    let agents: u64 = (0..model.regions.len())
        .map(|region| u64::from(model.agents(region)))
        .sum();
    if agents <= MOST_AGENTS {
        return;
    }
    let people: u64 = model.regions.iter().map(|region| u64::from(region.population)).sum();
    let place = match view.given("persons_per_agent") {
        Some(node) => &node.place,
        None => view.place("region"),
    };
    let problem = Problem::at(
        place,
        format!("{agents} simulated citizens are more than fit into memory"),
    );
    let help = format!(
        "let each stand for more people: `persons_per_agent = {}`",
        people.div_ceil(MOST_AGENTS / 16)
    );
    problems.push(problem.label(format!("at most {MOST_AGENTS}")).help(help));
}
