//! Shocks and actions: their moments, what they move, who comes with them, and what ends.

use crate::metric::Metric;
use crate::sim::model::Site;
use crate::sim::policy::{Choice, Condition, Contingent, Intervention, Lever, Move, Side, When};

use super::super::difference;
use super::super::kinds::{self, ActionKind};
use super::super::words::{TO_ACTION, TO_PLACE, TO_REGION, TO_SITE};
use super::forces::force_kind;
use super::places::Places;
use crate::document::calendar::{self, Calendar};
use crate::document::check::Names;
use crate::document::problem::{Place, Problem};
use crate::document::tree::{Node, Value};
use crate::document::view::View;

/// The interventions of a document: shocks, then actions.
pub fn interventions(
    root: &View<'_>,
    names: &Names<'_>,
    places: &Places,
    sites: &[Site],
    calendar: &Calendar,
    ticks: u32,
    problems: &mut Vec<Problem>,
) -> Vec<Intervention> {
    let mut timeline = Timeline {
        root,
        names,
        places,
        sites,
        calendar,
        ticks,
        waits: Vec::new(),
        problems,
    };
    let entries = root.inner_entries("shock").chain(root.inner_entries("action"));
    let all: Vec<_> = entries
        .enumerate()
        .map(|(index, view)| timeline.intervention(index, &view))
        .collect();
    timeline.refuse_circles(&all);
    timeline.doubt_late(&all);
    all
}

struct Timeline<'a> {
    root: &'a View<'a>,
    names: &'a Names<'a>,
    places: &'a Places,
    sites: &'a [Site],
    calendar: &'a Calendar,
    ticks: u32,
    /// Who waits for whom, and where that is said.
    waits: Vec<(usize, usize, Place)>,
    problems: &'a mut Vec<Problem>,
}

impl Timeline<'_> {
    fn intervention(&mut self, index: usize, view: &View<'_>) -> Intervention {
        let kind = kinds::named(&view.text("kind")).unwrap_or(&kinds::KINDS[0]);
        let credibility = if view.section.name == "shock" {
            1.0
        } else {
            kind.credibility
        };
        let words = kind.name == "statement";
        let usual = match words && stance(view).is_some() {
            true => Some(kinds::STATEMENT_DURATION),
            false => kind.duration,
        };
        let duration = view
            .minutes("duration")
            .or(usual.and_then(|text| calendar::minutes(text).ok()));
        if duration == Some(0.0) {
            let problem = Problem::at(view.place("duration"), "a duration of nothing would have no effect");
            self.problems.push(
                problem
                    .label("at least one tick")
                    .help("leave it out for an effect to the end"),
            );
        }
        let (promise, effect) = self.moves(view, kind);
        let (places, sites) = self.scope(view);
        Intervention {
            id: view.text("id"),
            when: self.moment(index, view),
            lag: self.calendar.ticks_for(view.minutes("lag").unwrap_or(0.0)),
            duration: duration.map(|minutes| self.calendar.ticks_for(minutes).max(1)),
            places,
            sites,
            hours: self.hours(view).or(kind.hours),
            credibility: view.number_given("credibility").unwrap_or(credibility),
            promise,
            effect,
            contingents: view
                .inner_entries("contingents")
                .map(|view| self.contingent(&view))
                .collect(),
            ends: view
                .references("ends", TO_ACTION, self.names)
                .into_iter()
                .map(|(index, _)| index)
                .collect(),
            words,
            option: self.option(view),
        }
    }

    /// When it is announced. One that never is has its moment read, so that what is wrong with that is told.
    fn moment(&mut self, index: usize, view: &View<'_>) -> When {
        let waits = self.waits.len();
        let when = view.given("when").map_or(When::At(0), |node| self.when(index, node));
        if view.flag_given("never") == Some(true) {
            self.waits.truncate(waits);
            return When::NEVER;
        }
        when
    }

    /// What an action is to a reactive government.
    fn option(&mut self, view: &View<'_>) -> Option<Choice> {
        let Some(option) = view.given("option") else {
            for key in ["cost", "cooldown"] {
                if view.given(key).is_some() {
                    let problem = Problem::at(view.place(key), format!("`{key}` is of no use without `option`"));
                    let help = "add `option = \"concession\"` or `option = \"repression\"`";
                    self.problems
                        .push(problem.label("nobody chooses this action").help(help));
                }
            }
            return None;
        };
        if view.section.name == "shock" {
            let problem = Problem::at(&option.place, "a shock is nobody's option");
            self.problems.push(
                problem
                    .label("not for a government to choose")
                    .help("make it an [[action]]"),
            );
        }
        let again = view.minutes("cooldown").map(|minutes| self.calendar.ticks_for(minutes));
        Some(Choice {
            side: option.text()?.parse::<Side>().ok()?,
            cost: view.number("cost"),
            again,
        })
    }

    /// Flags of the places, and the sites that are named.
    fn scope(&mut self, view: &View<'_>) -> (Vec<bool>, Vec<usize>) {
        let keys = ["regions", "places"].map(|key| (key, view.given(key)));
        let everywhere = keys.iter().all(|(_, given)| given.is_none());
        for (key, list) in keys.iter().filter_map(|(key, given)| Some((key, (*given)?))) {
            if matches!(&list.value, Value::List(list) if list.is_empty()) {
                let message = format!("an action in no {} does nothing", key.trim_end_matches('s'));
                let problem = Problem::at(&list.place, message).label("an empty list");
                self.problems
                    .push(problem.help(format!("leave `{key}` out for all of them")));
            }
        }
        let mut places = vec![everywhere; self.places.all.len()];
        let regions = view.references("regions", TO_REGION, self.names);
        let named = view.references("places", TO_PLACE, self.names);
        let of_regions = regions.iter().flat_map(|(region, _)| self.places.of_region(*region));
        let named_places = named.iter().map(|(place, _)| self.places.written(*place));
        of_regions.chain(named_places).for_each(|place| places[place] = true);
        let sites = view.references("sites", TO_SITE, self.names);
        for (site, place) in &sites {
            let at = self.sites[*site].place;
            let somewhere = !regions.is_empty() || !named.is_empty();
            if somewhere && !places[at] {
                let (site, at) = (&self.sites[*site].id, &self.places.all[at].id);
                let key = if named.is_empty() { "regions" } else { "places" };
                let problem = Problem::at(place, format!("the site `{site}` lies in `{at}`"));
                self.problems
                    .push(problem.label(format!("`{key}` of this action leaves that out")));
            }
        }
        (places, sites.into_iter().map(|(site, _)| site).collect())
    }

    fn hours(&mut self, view: &View<'_>) -> Option<(u32, u32)> {
        let node = view.given("hours")?;
        let hours: Vec<u32> = node
            .list()
            .iter()
            .filter_map(Node::number)
            .map(|hour| hour as u32)
            .collect();
        let [from, to] = hours[..] else { return None };
        if from == to {
            let problem = Problem::at(&node.place, "these hours are empty: they end where they begin");
            self.problems.push(
                problem
                    .label("from an hour to before another")
                    .help("leave `hours` out for all day"),
            );
        }
        Some((from, to))
    }

    /// What an intervention promises and what it moves: what its kind does, overlaid by its levers and its own
    /// parameters.
    fn moves(&mut self, view: &View<'_>, kind: &ActionKind) -> (Vec<Move>, Vec<Move>) {
        let mut moves = [kind.promise, kind.levers].map(|moves| {
            moves
                .iter()
                .map(|(lever, value)| Move {
                    lever: *lever,
                    value: *value,
                })
                .collect::<Vec<_>>()
        });
        for (lever, value) in stance(view).map_or(&[][..], |stance| stance.levers) {
            set(&mut moves[1], *lever, *value);
        }
        let tables = ["promise", "levers"].map(|key| view.inner(key).map(|view| view.table));
        for (moves, table) in moves.iter_mut().zip(tables) {
            for entry in table.iter().flat_map(|table| &table.entries) {
                let lever = Lever::ALL.iter().find(|lever| lever.name() == entry.key);
                if let (Some(lever), Some(value)) = (lever, entry.node.number()) {
                    set(moves, *lever, value);
                }
            }
        }
        for own in kind.own {
            let Some(node) = view.given(own.key) else { continue };
            let (at, key) = if own.promised { (0, "promise") } else { (1, "levers") };
            if tables[at].is_some_and(|table| table.get(own.lever.name()).is_some()) {
                let lever = own.lever.name();
                let problem = Problem::at(
                    &node.place,
                    format!("`{}` and `{key}.{lever}` set the same lever", own.key),
                );
                self.problems
                    .push(problem.label("said twice").help("keep one of the two"));
            }
            if let Some(value) = node.number() {
                set(&mut moves[at], own.lever, value);
            }
        }
        moves.into()
    }

    fn contingent(&mut self, view: &View<'_>) -> Contingent {
        let ticks = |key| self.calendar.ticks_for(view.minutes(key).unwrap_or(0.0));
        Contingent {
            id: view.text("id"),
            force: force_kind(&view.text("force")),
            officers: view.whole("officers"),
            place: self.places.place(view, self.names, self.problems),
            guards: view.text("task") == "guard",
            willing: view.number("willing"),
            decision_ticks: ticks("decide"),
            travel_ticks: ticks("travel"),
        }
    }

    fn when(&mut self, index: usize, node: &Node) -> When {
        match &node.value {
            Value::Time(time) => When::At(calendar::civil(time).map_or(0, |time| self.tick(time, &node.place))),
            Value::Table(table) => {
                let view = self.root.section("when", table, &node.place);
                self.condition(index, &view)
            }
            _ => When::At(0),
        }
    }

    fn tick(&mut self, time: jiff::civil::DateTime, place: &Place) -> u32 {
        if time < self.calendar.start {
            let start = self.calendar.start;
            let problem = Problem::at(place, "this is before the start of the scenario");
            self.problems.push(
                problem
                    .label(format!("the scenario starts at {start}"))
                    .help("move it, or let the scenario start earlier"),
            );
        }
        self.calendar.tick_of(time).unwrap_or(0)
    }

    fn condition(&mut self, index: usize, view: &View<'_>) -> When {
        let hours = |key| self.calendar.ticks_for(view.number_given(key).unwrap_or(0.0) * 60.0);
        if let Some(node) = view.given("after") {
            let ticks = hours("hours");
            let other = view.reference("after", TO_ACTION, self.names).unwrap_or(0);
            if view.reference("after", TO_ACTION, self.names).is_some() {
                self.waits.push((index, other, node.place.clone()));
            }
            return When::After {
                intervention: other,
                ticks,
            };
        }
        if let Some(name) = view.given("metric") {
            let above = view.given("above").is_some();
            return When::Crosses(Condition {
                metric: name.text().and_then(Metric::named).unwrap_or(Metric::Participants),
                area: match view.reference("place", TO_PLACE, self.names) {
                    Some(place) => Some(self.names.count(TO_REGION) + self.places.written(place)),
                    None => view.reference("region", TO_REGION, self.names),
                },
                above,
                level: view.number(if above { "above" } else { "below" }),
                ticks: hours("for_hours").max(1),
            });
        }
        let moments = |key: &str| view.given(key).map(Node::list);
        if let Some(list) = moments("all") {
            return When::All(list.iter().map(|node| self.when(index, node)).collect());
        }
        let list = moments("any").unwrap_or_default();
        When::Any(list.iter().map(|node| self.when(index, node)).collect())
    }

    /// What waits for itself never happens. Waiting for one of several is no such circle, as long as another of them
    /// can happen; so this asks what can happen, until no more can.
    fn refuse_circles(&mut self, all: &[Intervention]) {
        let mut happens = vec![false; all.len()];
        loop {
            let now: Vec<bool> = all
                .iter()
                .map(|intervention| can_happen(&intervention.when, &happens))
                .collect();
            if now == happens {
                break;
            }
            happens = now;
        }
        let stuck = |from: usize| self.waits.iter().find(|(who, whom, _)| *who == from && !happens[*whom]);
        for start in (0..all.len()).filter(|index| !happens[*index]) {
            let mut chain = vec![start];
            while let Some((_, next, _)) = stuck(chain[chain.len() - 1]) {
                let round = chain.contains(next);
                chain.push(*next);
                if round {
                    break;
                }
            }
            // What merely waits for a circle is put right with it.
            let Some((_, _, place)) = stuck(start).filter(|_| chain.last() == Some(&start)) else {
                continue;
            };
            let names: Vec<_> = chain[1..].iter().map(|index| format!("`{}`", all[*index].id)).collect();
            let message = format!("`{}` never happens", all[start].id);
            let label = match names[..] {
                [_] => "it waits for itself".to_string(),
                _ => format!("it waits for {}", names.join(", which waits for ")),
            };
            self.problems.push(
                Problem::at(place, message)
                    .label(label)
                    .help("give one of them a time of its own"),
            );
        }
    }

    /// What cannot come before the end of the run never happens.
    fn doubt_late(&mut self, all: &[Intervention]) {
        let entries = self
            .root
            .inner_entries("shock")
            .chain(self.root.inner_entries("action"));
        let earliest = difference::Timeline::of(all).announced;
        for ((view, action), tick) in entries.zip(all).zip(earliest) {
            let (Some(node), Some(tick)) = (view.given("when"), tick.filter(|tick| *tick >= self.ticks)) else {
                continue;
            };
            let dated = matches!(action.when, When::At(_));
            let message = match dated {
                true => format!(
                    "`{}` is announced after the end of the run, so it never happens",
                    action.id
                ),
                false => format!(
                    "`{}` cannot be announced before the end of the run, so it never happens",
                    action.id
                ),
            };
            let end = format!("the run ends at {}", self.calendar.local(self.ticks));
            let label = match dated {
                true => end,
                false => format!("{end}, and this comes at {} at the earliest", self.calendar.local(tick)),
            };
            let help = "let the run last longer, by `ticks` or `duration`, or move this";
            let problem = Problem::at(&node.place, message).label(label).help(help);
            self.problems.push(problem.warning());
        }
    }
}

/// The stance of a statement; of anything else it is for the reader.
fn stance(view: &View<'_>) -> Option<&'static kinds::Stance> {
    let given = view.given("stance").filter(|_| view.text("kind") == "statement")?;
    kinds::STANCES.iter().find(|stance| given.text() == Some(stance.name))
}

fn can_happen(when: &When, happens: &[bool]) -> bool {
    match when {
        When::At(_) | When::Crosses(_) => true,
        When::After { intervention, .. } => happens.get(*intervention).copied().unwrap_or(true),
        When::All(list) => list.iter().all(|when| can_happen(when, happens)),
        When::Any(list) => list.iter().any(|when| can_happen(when, happens)),
    }
}

fn set(moves: &mut Vec<Move>, lever: Lever, value: f64) {
    match moves.iter_mut().find(|old| old.lever == lever) {
        Some(old) => old.value = value,
        None => moves.push(Move { lever, value }),
    }
}
