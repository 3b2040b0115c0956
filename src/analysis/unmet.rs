//! What never happened in some or all of many runs, what it waited for, and how near that came.

use serde::Serialize;

use super::replicate::{Events, Replicate};

/// Something that is done in a scenario, or not done, as it may wait for what does not come.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unmet {
    /// Its id.
    pub action: String,
    /// In how many runs it never happened.
    pub runs: usize,
    /// When it happens, with how near that came in each of these runs, in their order.
    pub when: When,
    /// Ids of those that end it, even before it began.
    pub ended_by: Vec<String>,
    /// The first tick at which one of these took effect; `None` in a run in which none did.
    pub ended: Vec<Option<usize>>,
}

/// When something happens.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "waits_for")]
pub enum When {
    /// A tick, from 0; one after the end never comes.
    Date {
        /// The tick.
        tick: usize,
    },
    /// Some time after another took effect.
    Action {
        /// The id of the other.
        action: String,
        /// So many ticks later.
        ticks: usize,
        /// The tick at which the other took effect, run by run.
        since: Vec<Option<usize>>,
    },
    /// A metric beyond a level for some time.
    Metric {
        /// Its name.
        metric: &'static str,
        /// The id of the region or place; `all` is the whole country.
        area: String,
        /// Above the level, or below it.
        above: bool,
        /// The level, in the metric's unit.
        level: f64,
        /// For so many ticks in a row.
        ticks: usize,
        /// How near it came, run by run; nothing if the readings of the area are not kept.
        came: Vec<Came>,
    },
    /// All of these at one time.
    All {
        /// The parts.
        of: Vec<When>,
    },
    /// Any of these.
    Any {
        /// The parts.
        of: Vec<When>,
    },
    /// A government that chooses it.
    Choice,
    /// Nothing: the scenario says that it never happens.
    Nothing,
}

/// How near a metric came to its level in a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Came {
    /// The value that was nearest to the level, or farthest beyond it.
    pub value: f64,
    /// The first tick that had it.
    pub tick: usize,
    /// Most ticks in a row for which it was beyond the level.
    pub ticks: usize,
}

impl Unmet {
    /// An action before any run is known.
    pub fn new(action: &str, when: When, ended_by: Vec<String>) -> Unmet {
        Unmet {
            action: action.to_owned(),
            runs: 0,
            when,
            ended_by,
            ended: Vec::new(),
        }
    }

    /// Add a run. Where it happened, there is nothing to add.
    ///
    /// # Panics
    /// If the run lacks the metric or the region that it waits for.
    pub fn add(&mut self, run: &Replicate) {
        // The words of every family for it.
        const HAPPENS: [&str; 4] = ["statement", "action_announced", "action_in_effect", "change"];
        let mut events = run.events().iter();
        if events.any(|event| event.subject == self.action && HAPPENS.contains(&event.event)) {
            return;
        }
        self.runs += 1;
        self.when.add(run);
        let ended = self
            .ended_by
            .iter()
            .filter_map(|other| took_effect(run.events(), other));
        self.ended.push(ended.min());
    }
}

impl When {
    /// The metrics that it waits for, each with the area in which it does.
    pub fn watched(&self) -> Vec<(&'static str, &str)> {
        match self {
            When::Metric { metric, area, .. } => vec![(metric, area)],
            When::All { of } | When::Any { of } => of.iter().flat_map(When::watched).collect(),
            _ => Vec::new(),
        }
    }

    fn add(&mut self, run: &Replicate) {
        match self {
            When::Action { action, since, .. } => since.push(took_effect(run.events(), action)),
            When::Metric {
                metric,
                area,
                above,
                level,
                ticks: _,
                came,
            } => {
                let rows = [Some(run.series()), run.places()];
                let found = rows
                    .into_iter()
                    .flatten()
                    .find_map(|rows| Some((rows, rows.find(area)?)));
                if let Some((rows, at)) = found {
                    let value = rows.values(metric);
                    // A condition is judged by the tick before, so nobody has judged the last one.
                    let judged = (0..run.ticks().saturating_sub(1)).map(|tick| value(tick, at));
                    came.extend(nearest(judged, *above, *level));
                }
            }
            When::All { of } | When::Any { of } => of.iter_mut().for_each(|part| part.add(run)),
            When::Date { .. } | When::Choice | When::Nothing => {}
        }
    }
}

/// When an action took effect first; of words, when they were said.
fn took_effect(events: &Events, action: &str) -> Option<usize> {
    let first = |event: &str| {
        let mut all = events.iter();
        all.find(|one| one.event == event && one.subject == action)
            .map(|one| one.tick)
    };
    first("action_in_effect").or_else(|| first("statement"))
}

/// How near values came, tick after tick; `None` if there are none.
fn nearest(values: impl Iterator<Item = f64>, above: bool, level: f64) -> Option<Came> {
    let (mut came, mut streak) = (None::<Came>, 0);
    for (tick, value) in values.enumerate() {
        let beyond = |line: f64| if above { value > line } else { value < line };
        streak = if beyond(level) { streak + 1 } else { 0 };
        let came = came.get_or_insert(Came { value, tick, ticks: 0 });
        if beyond(came.value) {
            (came.value, came.tick) = (value, tick);
        }
        came.ticks = came.ticks.max(streak);
    }
    came
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Column, Table};

    fn text(values: &[&str]) -> Column {
        Column::Text(values.iter().map(|&value| value.to_owned()).collect())
    }

    fn series(out: &[i64]) -> Table {
        let hours: Vec<String> = (0..out.len())
            .map(|hour| format!("2022-01-05T{hour:02}:00:00+06:00"))
            .collect();
        Table::new(vec![
            ("time", Column::Text(hours)),
            ("region", text(&vec!["all"; out.len()])),
            ("participants", Column::Int(out.to_vec())),
        ])
    }

    fn events(rows: &[(i64, &str, &str)]) -> Table {
        Table::new(vec![
            ("tick", Column::Int(rows.iter().map(|row| row.0).collect())),
            ("region", text(&vec!["all"; rows.len()])),
            ("event", text(&rows.iter().map(|row| row.1).collect::<Vec<_>>())),
            ("subject", text(&rows.iter().map(|row| row.2).collect::<Vec<_>>())),
        ])
    }

    fn out(above: bool, level: f64, area: &str) -> When {
        When::Metric {
            metric: "participants",
            area: area.to_owned(),
            above,
            level,
            ticks: 2,
            came: Vec::new(),
        }
    }

    fn came(when: &When) -> Vec<(f64, usize, usize)> {
        match when {
            When::Metric { came, .. } => came.iter().map(|came| (came.value, came.tick, came.ticks)).collect(),
            _ => panic!("{when:?} is of no metric"),
        }
    }

    #[test]
    fn a_condition_that_never_held_is_told_by_the_nearest_value_that_was_judged_and_the_longest_time_beyond() {
        let mut action = Unmet::new("curfew", out(true, 40.0, "all"), Vec::new());
        let runs = [[3, 30, 30, 7, 90], [3, 50, 30, 50, 90], [50, 50, 0, 0, 0]];
        let happened = [
            &[][..],
            &[(2, "protest_begins", "")],
            &[(2, "action_in_effect", "curfew")],
        ];
        for (run, events_of) in runs.iter().zip(happened) {
            action.add(&Replicate::of(&series(run), &events(events_of)));
        }
        assert_eq!(action.runs, 2, "in the third run it happened");
        assert_eq!(
            came(&action.when),
            [(30.0, 1, 0), (50.0, 1, 1)],
            "nobody judged the 90 of the last tick"
        );

        let mut below = Unmet::new("curfew", out(false, 2.0, "all"), Vec::new());
        below.add(&Replicate::of(&series(&[9, 4, 4, 8]), &events(&[])));
        assert_eq!(came(&below.when), [(4.0, 1, 0)]);
        let mut unknown = Unmet::new("curfew", out(true, 2.0, "aktau"), Vec::new());
        unknown.add(&Replicate::of(&series(&[9, 4, 4, 8]), &events(&[])));
        assert_eq!(came(&unknown.when), [], "readings of the place are not kept");
    }

    #[test]
    fn what_waits_for_another_or_was_ended_by_one_is_told_when_that_took_effect() {
        let when = When::Any {
            of: vec![
                When::Action {
                    action: "cut".to_owned(),
                    ticks: 5,
                    since: Vec::new(),
                },
                When::Date { tick: 90 },
            ],
        };
        let mut action = Unmet::new("curfew", when, vec!["lift".to_owned()]);
        let announced = events(&[(1, "action_announced", "cut"), (2, "action_in_effect", "lift")]);
        for events in [announced, events(&[(3, "statement", "cut")])] {
            action.add(&Replicate::of(&series(&[0; 4]), &events));
        }
        let When::Any { of } = &action.when else {
            panic!("it waits for any of two")
        };
        let When::Action { since, .. } = &of[0] else {
            panic!("the first is another action")
        };
        assert_eq!((since, &action.ended), (&vec![None, Some(3)], &vec![Some(2), None]));
    }
}
