//! From a document as written to a model as meant, or every problem. All of the document is judged even when parts
//! of it are wrong: what cannot be read takes its default, and no model leaves here while a problem is left.

mod distribution;
mod earth;
mod forces;
mod geography;
mod interventions;
mod places;

pub use earth::{daylight, degrees};

use crate::sim::forms::Forms;
use crate::sim::model::{Clock, Model};
use crate::sim::parameters::{Parameter, Rules};
use crate::sim::policy::Policy;

use crate::document::calendar::{self, Calendar};
use crate::document::check::{Names, check};
use crate::document::problem::Problem;
use crate::document::tree::{Table, Value};
use crate::document::view::View;

use super::words::{TO_PLACE, TO_REGION};
use super::{format::FORMAT, map};
use crate::analysis::replicate::COUNTRY;

/// More simulated citizens than this do not fit into the memory of any machine that this runs on.
const MOST_AGENTS: u64 = 1 << 31;

/// The model of a document and its clock; they mean something only if no problem was added.
pub fn compile(document: &Table, problems: &mut Vec<Problem>) -> (Model, Calendar) {
    let names = Names::of(document);
    check(&FORMAT, document, &names, problems);
    map::check(document, &names, problems);
    let view = View::of(&FORMAT, document);
    let root = &view;
    unique_actions(root, problems);
    ids_of_areas(root, &names, problems);
    let calendar = calendar(root, problems);
    let ticks = ticks(root, &calendar, problems);
    let regions = places::regions(root);
    let places = places::Places::of(root, &regions, &names, &calendar, problems);
    let geography = geography::Geography::of(root, &regions, &places, &names, problems);
    geography::tell_swapped(root, calendar.hours_ahead_of_utc(), problems);
    let forces = forces::forces(root, &places, &names, problems);
    let sites = forces::sites(root, &places, &names, problems);
    forces::enough_guards(root, &regions, &places, &sites, &forces, problems);
    let interventions = interventions::interventions(root, &names, &places, &sites, &calendar, ticks, problems);
    let model = Model {
        clock: clock(&calendar, ticks),
        persons_per_agent: root.whole("persons_per_agent"),
        regions,
        places: places.all,
        ties: geography.ties,
        distances: geography.distances,
        sites,
        forces,
        interventions,
        policy: policy(root),
        rules: rules(root, problems),
    };
    fits_into_memory(root, &model, problems);
    (model, calendar)
}

/// The clock of a document; a clock that is wrong adds problems and is replaced by any that works.
fn calendar(view: &View<'_>, problems: &mut Vec<Problem>) -> Calendar {
    let tick_minutes = view.whole("tick_minutes");
    if 1440 % tick_minutes != 0 {
        let problem = Problem::at(
            view.place("tick_minutes"),
            "`tick_minutes` must divide the 1440 minutes of a day",
        );
        problems.push(
            problem
                .label("some day would end within a tick")
                .help("such as 5, 10, 15, 30 or 60"),
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

/// How many ticks a run lasts, by `ticks` or by `duration`.
fn ticks(view: &View<'_>, calendar: &Calendar, problems: &mut Vec<Problem>) -> u32 {
    let Some(minutes) = view.minutes("duration") else {
        return view.whole("ticks");
    };
    if view.given("ticks").is_some() {
        let problem = Problem::at(view.place("duration"), "a run lasts either `ticks` or `duration`");
        problems.push(problem.label("said twice").help("keep one of the two"));
    }
    let ticks = calendar.ticks_for(minutes);
    if !(1..=100_000).contains(&ticks) {
        let problem = Problem::at(view.place("duration"), "`duration` is out of range");
        problems.push(problem.label(format!("{ticks} ticks, and not 1 to 100000")));
    }
    ticks.clamp(1, 100_000)
}

fn clock(calendar: &Calendar, ticks: u32) -> Clock {
    Clock {
        start_minute: calendar.start.hour() as u32 * 60 + calendar.start.minute() as u32,
        tick_minutes: calendar.tick_minutes,
        ticks,
    }
}

fn policy(view: &View<'_>) -> Policy {
    let reactive = view
        .inner("government")
        .is_some_and(|government| government.text("policy") == "reactive");
    if reactive { Policy::Reactive } else { Policy::Timeline }
}

fn rules(root: &View<'_>, problems: &mut Vec<Problem>) -> Rules {
    let mut rules = Rules::default();
    let given = root.given("rules").and_then(|node| node.table());
    let rate = forces::per_tenge(root);
    let money = |parameter: &&Parameter| parameter.unit.starts_with("million of the currency");
    for parameter in Rules::TABLE.iter().filter(money) {
        (parameter.set)(&mut rules, parameter.default * rate);
    }
    for parameter in Rules::TABLE {
        let group = given.and_then(|table| table.get(parameter.group)?.table());
        if let Some(value) = group.and_then(|group| group.get(parameter.name)?.number()) {
            (parameter.set)(&mut rules, value);
        }
    }
    let group = |name: &str| given.and_then(|table| table.get(name)?.table());
    for mechanism in Forms::TABLE {
        let form = group("forms").and_then(|forms| forms.get(mechanism.name)?.text());
        if let Some(number) = mechanism.rivals.iter().position(|rival| form == Some(rival.name)) {
            (mechanism.choose)(&mut rules.forms, number);
        }
    }
    for parameter in Rules::TABLE {
        let node = group(parameter.group).and_then(|group| group.get(parameter.name));
        let key = format!("{}.{}", parameter.group, parameter.name);
        let (Some(node), Some((mechanism, reader))) = (node, rules.forms.that_reads(&key)) else {
            continue;
        };
        // What the default form reads is often set by what is extended; what only a rival reads is set for that rival.
        if reader.name != mechanism.rivals[0].name {
            let (name, form) = (mechanism.name, reader.name);
            let problem = Problem::at(&node.place, format!("`rules.{key}` has no effect here"));
            let problem = problem.label(format!("it is read under `rules.forms.{name} = \"{form}\"`"));
            problems.push(problem.help("choose that form, or leave the parameter out").warning());
        }
    }
    rules
}

/// In results, regions and places stand beside the whole country and beside each other.
fn ids_of_areas(root: &View<'_>, names: &Names<'_>, problems: &mut Vec<Problem>) {
    for to in [TO_REGION, TO_PLACE] {
        for (table, home) in root.table.tables(to.name) {
            let Some(id) = table.text("id") else { continue };
            let place = table.get("id").map_or(home, |node| &node.place);
            if id == COUNTRY {
                let problem = Problem::at(place, format!("a {} cannot be called `{id}`", to.name));
                let label = "in results this is the whole country";
                problems.push(problem.label(label).help(format!("give the {} another id", to.name)));
            }
            if to.name == TO_PLACE.name && names.index(TO_REGION, id).is_some() {
                let problem = Problem::at(place, format!("a region is called `{id}` already"));
                let help = "in results a place stands beside its region; give it another id, such as `ID-city`";
                problems.push(problem.label("the same id for a place").help(help));
            }
        }
    }
}

/// A shock and an action are named in the same places, so that their names must differ too.
fn unique_actions(root: &View<'_>, problems: &mut Vec<Problem>) {
    for action in root.inner_entries("action") {
        let Some(id) = action.table.text("id") else { continue };
        if root
            .table
            .tables("shock")
            .any(|(shock, _)| shock.text("id") == Some(id))
        {
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
    let agents: u64 = (0..model.places.len())
        .map(|place| u64::from(model.agents(place)))
        .sum();
    if agents <= MOST_AGENTS {
        return;
    }
    let people: u64 = model.places.iter().map(|place| u64::from(place.population)).sum();
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
