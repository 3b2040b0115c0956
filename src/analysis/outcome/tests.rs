//! Outcomes of a world of two regions and two days, worked out by hand; and every outcome reads back as it is written.

use proptest::prelude::*;

use super::*;
use crate::metric::Metric;
use crate::table::{Column, Table};

fn texts(values: impl IntoIterator<Item = impl Into<String>>) -> Column {
    Column::Text(values.into_iter().map(Into::into).collect())
}

/// Participants in the west and in the south, in ticks of six hours from midnight of 4 January.
const WEST: [i64; 8] = [0, 10, 40, 20, 0, 60, 30, 0];
const SOUTH: [i64; 8] = [0, 0, 0, 5, 5, 100, 20, 10];

fn series() -> Table {
    let hours = (0..8).map(|tick| format!("2022-01-{:02}T{:02}:00:00+06:00", 4 + tick / 4, tick % 4 * 6));
    let rows = |values: &dyn Fn(usize) -> [i64; 3]| Column::Int((0..8).flat_map(values).collect());
    let mut columns = vec![
        ("tick", rows(&|tick| [tick as i64; 3])),
        ("time", texts(hours.flat_map(|hour| [hour.clone(), hour.clone(), hour]))),
        ("region", texts((0..8).flat_map(|_| ["west", "south", "all"]))),
    ];
    for metric in Metric::ALL {
        let values: &dyn Fn(usize) -> [i64; 3] = match metric {
            Metric::Participants => &|tick| [WEST[tick], SOUTH[tick], WEST[tick] + SOUTH[tick]],
            Metric::DetainedTotal => &|tick| [0, 2 * tick as i64, 2 * tick as i64],
            _ => &|_| [0; 3],
        };
        columns.push((metric.name(), rows(values)));
    }
    Table::new(columns)
}

fn events() -> Table {
    let rows = [
        (1, "west", "protest_begins", ""),
        (2, "west", "site_attacked", "aktau-akimat"),
        (3, "west", "site_seized", "aktau-akimat"),
        (5, "south", "site_attacked", "almaty-akimat"),
        (5, "south", "site_seized", "almaty-akimat"),
        (5, "south", "site_abandoned", "almaty-tv"),
        (6, "west", "site_seized", "aktau-akimat"),
        (7, "south", "site_retaken", "almaty-akimat"),
    ];
    Table::new(vec![
        ("tick", Column::Int(rows.iter().map(|row| row.0).collect())),
        ("region", texts(rows.map(|row| row.1))),
        ("event", texts(rows.map(|row| row.2))),
        ("subject", texts(rows.map(|row| row.3))),
    ])
}

/// The west, of which the port has all but one of the people out.
fn places() -> Table {
    let values = (0..8).flat_map(|tick| [(WEST[tick] - 1).max(0), WEST[tick].min(1), SOUTH[tick]]);
    let hours = (0..8).flat_map(|tick| [tick; 3]);
    Table::new(vec![
        ("tick", Column::Int(hours.collect())),
        ("region", texts((0..8).flat_map(|_| ["west", "west", "south"]))),
        ("place", texts((0..8).flat_map(|_| ["port", "oil-town", "south"]))),
        ("participants", Column::Int(values.collect())),
    ])
}

#[test]
fn an_outcome_of_a_place_is_read_from_the_rows_of_places() {
    let (series, places) = (series(), places());
    let at = ["port", "oil-town", "", "south"];
    let events = Table::new(vec![
        ("tick", Column::Int(vec![1, 2, 3, 5])),
        ("region", texts(["west", "west", "west", "south"])),
        ("place", texts(at)),
        ("event", texts(["protest_begins"; 4])),
        ("subject", texts([""; 4])),
    ]);
    let value = |text: &str| {
        let replicate = Replicate::of(&series, &events).with_places(Some(&places));
        Outcome::parse(text).unwrap().of(&replicate)
    };
    let most = WEST.iter().copied().max().unwrap() as f64;
    assert_eq!(value("peak(participants, place=port)"), most - 1.0);
    assert_eq!(value("peak(participants, place=oil-town)"), 1.0);
    assert_eq!(
        value("peak(participants, place=port+oil-town) - peak(participants, region=west)"),
        0.0
    );
    assert_eq!(value("events(protest_begins, place=oil-town+south)"), 2.0);
    assert_eq!(value("events(protest_begins, region=west)"), 3.0);
    assert_eq!(value("distinct(protest_begins, by=region)"), 2.0);
    assert_eq!(value("distinct(protest_begins, place=port+south, by=place)"), 2.0);
    assert_eq!(
        value("first_event(protest_begins, place=oil-town) - first_event(protest_begins, place=port)"),
        6.0
    );
    assert_eq!(value("places(peak(participants) > 1)"), 2.0);
    assert_eq!(value("places(events(protest_begins) >= 1)"), 3.0);
    let without = Replicate::of(&series, &events);
    assert!(
        Outcome::parse("peak(participants, place=port)")
            .unwrap()
            .of(&without)
            .is_nan()
    );
    let told = |text: &str| Outcome::parse(text).unwrap_err().message;
    assert_eq!(
        told("peak(violent, region=west, place=port)"),
        "a number is of regions or of places"
    );
    assert_eq!(
        told("regions(peak(violent, place=port) > 1)"),
        "within `regions` or `places` each is taken alone"
    );
}

fn value(text: &str) -> f64 {
    let (series, events) = (series(), events());
    let outcome = Outcome::parse(text).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
    outcome.of(&Replicate::of(&series, &events))
}

#[test]
fn metrics_are_reduced_over_time_and_regions() {
    for (text, expected) in [
        ("peak(participants)", 160.0),
        ("peak(participants, region=west)", 60.0),
        ("peak(participants, region=west+south)", 160.0),
        ("peak(participants, date=2022-01-04)", 40.0),
        ("lowest(participants, date=2022-01-05)", 5.0),
        ("mean(participants, date=2022-01-05)", (5.0 + 160.0 + 50.0 + 10.0) / 4.0),
        ("sum(participants, region=south)", 140.0 * 6.0),
        ("last(detained_total)", 14.0),
        ("last(detained_total, to=2022-01-05)", 6.0),
        ("at(participants, time=2022-01-04T17:59)", 40.0),
        ("at(participants, time=2022-01-04T18:00)", 25.0),
        ("day(participants, date=2022-01-04)", 25.0),
        ("day(participants, date=2022-01-04, region=south)", 5.0),
        ("time_above(participants, 25)", 3.0 * 6.0),
        ("first(participants > 0)", 6.0),
        ("first(participants >= 40, region=south)", 30.0),
        ("first(participants < 40, from=2022-01-04T12:00)", 18.0),
        ("time_of_peak(participants)", 30.0),
        ("time_of_peak(participants, since=2022-01-05)", 6.0),
        ("time_of_peak(participants, region=west, date=2022-01-04)", 12.0),
        ("start(participants, from=2022-01-04T12:00)", 40.0),
        ("first(participants > 0.5 * peak(participants))", 30.0),
        ("first(participants > 1000, else=end)", 48.0),
        ("first(participants > 1000, else=-1)", -1.0),
        (
            "first(participants > 1000, to=2022-01-05, since=2022-01-04T12:00, else=end)",
            12.0,
        ),
        ("first_event(officers_refuse, else=end)", 48.0),
        ("episodes(participants > 15)", 2.0),
        (
            "episodes(participants > 15, mean=size)",
            6.0 * (40.0 + 25.0 + 160.0 + 50.0) / 2.0,
        ),
        ("episodes(participants > 15, mean=length)", 12.0),
        ("episodes(participants > 15, mean=wait)", 6.0),
        ("episodes(participants > 1000, mean=wait)", 0.0),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn events_are_counted_and_told_apart() {
    for (text, expected) in [
        ("events(site_seized)", 3.0),
        ("events(site_seized+site_abandoned, region=south)", 2.0),
        ("events(site_seized, from=2022-01-04T18:00, to=2022-01-05T12:00)", 2.0),
        ("events(site_seized, date=2022-01-05, subject=*-akimat)", 2.0),
        ("distinct(site_seized, subject=*-akimat)", 2.0),
        ("distinct(site_seized+site_abandoned)", 3.0),
        ("distinct(site_attacked, by=region)", 2.0),
        (
            "distinct(site_seized, subject=aktau-*+almaty-*+taraz-*, by=pattern)",
            2.0,
        ),
        ("first_event(site_seized, subject=almaty-*)", 30.0),
        ("last_event(site_seized)", 36.0),
        (
            "last_event(site_retaken) - first_event(site_seized, subject=almaty-akimat)",
            12.0,
        ),
        ("events(officers_refuse)", 0.0),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn regions_are_counted_in_which_an_outcome_holds() {
    for (text, expected) in [
        ("regions(day(participants, date=2022-01-04) > 0)", 2.0),
        ("regions(peak(participants) >= 100)", 1.0),
        ("regions(peak(participants) >= 50, region=west)", 1.0),
        ("regions(events(site_seized) > 1)", 1.0),
        ("regions(peak(participants) / last(detained_total) > 5)", 2.0),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn arithmetic_goes_by_its_usual_order() {
    for (text, expected) in [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("10 - (4 - 3)", 9.0),
        ("-2 * -3", 6.0),
        ("12 / 3 / 2", 2.0),
        ("1.5e3", 1500.0),
        ("100 * peak(participants, region=west) / peak(participants)", 37.5),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn what_a_replicate_does_not_have_is_not_a_number() {
    for text in [
        "first(participants > 1000)",
        "time_of_peak(violent)",
        "first_event(officers_refuse)",
        "day(participants, date=2022-01-06)",
        "at(participants, time=2022-01-03T23:59)",
        "events(site_seized, date=2023-01-01)",
        "peak(participants, region=nowhere)",
        "last(violent) / last(violent)",
    ] {
        assert!(value(text).is_nan(), "{text}");
    }
}

#[test]
fn a_replicate_without_ticks_has_nothing() {
    let (series, events) = (series(), events());
    let none = |table: &Table| {
        let columns = table.columns().iter().map(|(name, column)| match column {
            Column::Text(_) => (name.clone(), Column::Text(vec![])),
            _ => (name.clone(), Column::Int(vec![])),
        });
        Table::new(columns.collect())
    };
    let (series, events) = (none(&series), none(&events));
    let replicate = Replicate::of(&series, &events);
    for text in ["peak(participants)", "events(site_seized)", "first(participants > 0)"] {
        assert!(Outcome::parse(text).unwrap().of(&replicate).is_nan(), "{text}");
    }
}

#[test]
fn a_star_stands_for_any_characters() {
    for (pattern, text, expected) in [
        ("*", "", true),
        ("a*", "akimat", true),
        ("*-akimat", "almaty-akimat", true),
        ("*-akimat", "almaty-akimat-2", false),
        ("a*a*t", "almaty-akimat", true),
        ("aa*aa", "aaa", false),
        ("almaty-tv", "almaty-tv", true),
        ("almaty-tv", "almaty", false),
        ("**", "x", true),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}

fn told(text: &str) -> String {
    let mistake = Outcome::parse(text).expect_err(text);
    assert!(text.is_char_boundary(mistake.span.start) && text.is_char_boundary(mistake.span.end));
    format!(
        "`{}`: {}; {}",
        &text[mistake.span.clone()],
        mistake.message,
        mistake.help
    )
}

#[test]
fn a_mistake_has_a_place_and_a_remedy() {
    for (text, expected) in [
        (
            "peek(participants)",
            "`peek`: there is no function `peek`; did you mean `peak`?",
        ),
        (
            "participants",
            "`participants`: there is no function `participants`; a metric stands in a function, such as `peak(participants)`",
        ),
        (
            "peak(fear, reigon=a)",
            "`reigon`: `peak` has no key `reigon`; did you mean `region`?",
        ),
        ("peak(fear, region=a, region=b)", "`region`: `region` is given twice; "),
        (
            "day(violent)",
            "`)`: `date=` is missing here; day(METRIC, region=, place=, date=)",
        ),
        (
            "day(violent, date=5 Jan)",
            "`5 Jan`: `5 Jan` is not a date; such as 2022-01-04",
        ),
        (
            "at(violent, time=2022-13-01)",
            "`2022-13-01`: `2022-13-01` is not a local time; such as 2022-01-04T23:00, or 2022-01-04 for its midnight",
        ),
        (
            "at(violent, time=2022-01-01T00:00+06:00)",
            "`2022-01-01T00:00+06:00`: `2022-01-01T00:00+06:00` is not a local time; such as 2022-01-04T23:00, or 2022-01-04 for its midnight",
        ),
        (
            "peak(violent, from=2022-01-05, to=2022-01-04)",
            "`2022-01-04`: this window ends before it begins; `to` is no longer within it",
        ),
        (
            "peak(violent, from=2022-01-05, date=2022-01-04)",
            "`from`: a window is either a `date`, or `from` and `to`; ",
        ),
        (
            "first(violent)",
            "`)`: a comparison is missing here; `>`, `>=`, `<` or `<=`, and a number",
        ),
        ("first(violent > many)", "`m`: a number is missing here; "),
        (
            "time_above(violent)",
            "`)`: `,` and a level are missing here; time_above(METRIC, LEVEL, region=, place=, from=, to=, date=)",
        ),
        (
            "regions(peak(violent, region=a) > 1)",
            "`region`: within `regions` or `places` each is taken alone; to count some regions only, put it behind the comparison",
        ),
        (
            "distinct(site_seized, by=pattern)",
            "`pattern`: there are no patterns to count; add `subject=`",
        ),
        (
            "distinct(site_seized, by=town)",
            "`town`: nothing is counted by `town`; ways to count: subject, region, place, pattern",
        ),
        (
            "first(violent > maen(fear))",
            "`maen`: there is no function `maen`; did you mean `mean`?",
        ),
        (
            "first(violent > 1, else=soon)",
            "`soon`: `soon` is neither a number nor `end`; `end` is the end of the window or the run",
        ),
        (
            "episodes(violent > 1, mean=height)",
            "`height`: nothing is a mean of `height`; means: size, length, wait",
        ),
        ("events(site_seized+)", "``: an event is missing here; "),
        ("peak(violent", "``: `)` is missing here; "),
        (
            "peak(violent) 2",
            "`2`: this is too much; between two outcomes stands `+`, `-`, `*` or `/`",
        ),
        (
            "1 +",
            "``: an outcome is missing here; such as `peak(participants)`, a number, or an outcome in parentheses",
        ),
        ("1.2.3", "`1.2.3`: `1.2.3` is not a number; "),
        ("1e999", "`1e999`: `1e999` is not a number; "),
    ] {
        assert_eq!(told(text), expected);
    }
    assert!(told(&"(".repeat(100_000)).contains("nested too deeply"));
}

#[test]
fn what_a_scenario_does_not_know_is_told_all_at_once() {
    let text = "last(violent, region=wset) + peak(participant) + mean(fear, region=west+south) + events(site_siezed, subject=taraz-*, date=2023-01-01)";
    let known = Known {
        metrics: Metric::DESCRIPTIONS,
        undated: false,
        regions: vec!["west".to_owned(), "south".to_owned()],
        places: vec!["aktau".to_owned(), "zhanaozen".to_owned()],
        events: vec!["site_seized".to_owned()],
        subjects: vec!["almaty-tv".to_owned()],
        times: Some("2022-01-04T00:00".parse().unwrap()..="2022-01-06T00:00".parse().unwrap())
            .map(|times: std::ops::RangeInclusive<DateTime>| *times.start()..*times.end()),
    };
    let told: Vec<String> = Outcome::parse(text)
        .unwrap()
        .check(&known)
        .into_iter()
        .map(|mistake| {
            format!(
                "`{}`: {}; {}",
                &text[mistake.span.clone()],
                mistake.message,
                mistake.help
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "`wset`: there is no region `wset`; did you mean `west`?",
            "`participant`: there is no metric `participant`; did you mean `participants`?",
            "`south`: `fear` is a mean over people, so it is read in one region; or in the whole country, without `region`",
            "`site_siezed`: there is no event `site_siezed`; did you mean `site_seized`?",
            "`taraz-*`: there is no site or action `taraz-*`; ids: almaty-tv",
            "`events`: a run does not cover this time; it goes from 2022-01-04 to 2022-01-06",
        ]
    );
    let of_places = "peak(violent, place=aktua) + last(fear, place=aktau+zhanaozen)";
    let told = |known: &Known| -> Vec<String> {
        let mistakes = Outcome::parse(of_places).unwrap().check(known).into_iter();
        mistakes
            .map(|mistake| format!("{}; {}", mistake.message, mistake.help))
            .collect()
    };
    assert_eq!(
        told(&known),
        [
            "there is no place `aktua`; did you mean `aktau`?",
            "`fear` is a mean over people, so it is read in one place; or in the whole country, without `place`",
        ]
    );
    let undivided = Known {
        places: vec![],
        ..known.clone()
    };
    assert_eq!(
        told(&undivided)[0],
        "there is no place `aktua`; no region of this scenario is divided into places; `region=` takes a region"
    );
    let counted = Outcome::parse("places(peak(violent) > 1)").unwrap();
    assert_eq!(counted.check(&known), []);
    assert_eq!(counted.check(&undivided)[0].message, "there are no places to count");
    let good = "last(violent, region=west+south) + peak(fear, region=all) + events(site_seized, subject=*-tv)";
    assert_eq!(Outcome::parse(good).unwrap().check(&known), []);
    let undated = Known { undated: true, ..known };
    let mistakes = Outcome::parse("peak(violent, date=2022-01-04)")
        .unwrap()
        .check(&undated);
    assert_eq!(mistakes[0].message, "the ticks of this model are no dates");
}

#[test]
fn a_unit_follows_from_the_units_of_the_metrics() {
    for (text, expected) in [
        ("peak(participants)", "people"),
        ("last(damage) * 2", "million of the currency"),
        ("sum(participants) / 24", "people x hours"),
        ("first(participants > 0)", "hours"),
        ("peak(participants) / peak(participants_today)", "1"),
        ("peak(participants) + last(damage)", ""),
        ("distinct(site_seized, by=region)", "regions"),
        ("regions(peak(participants) > 5)", "regions"),
        ("episodes(participants > 5)", "episodes"),
        ("episodes(participants > 5, mean=size)", "people x hours"),
        ("episodes(participants > 5, mean=wait)", "hours"),
        ("1 - last(legitimacy)", "share"),
    ] {
        assert_eq!(
            Outcome::parse(text).unwrap().unit(Metric::DESCRIPTIONS),
            expected,
            "{text}"
        );
    }
}

fn word(pattern: &'static str) -> impl Strategy<Value = Word> {
    pattern.prop_map(|text| Word { text, at: Span(0..0) })
}

fn words(pattern: &'static str, least: usize) -> impl Strategy<Value = Vec<Word>> {
    prop::collection::vec(word(pattern), least..3)
}

fn moment() -> impl Strategy<Value = DateTime> {
    (0i64..20_000_000).prop_map(|seconds| {
        let start: DateTime = "2022-01-01T00:00:00".parse().unwrap();
        start.saturating_add(jiff::Span::new().seconds(seconds * 60 % 20_000_000))
    })
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        (0u32..100_000).prop_map(f64::from),
        prop::num::f64::POSITIVE | prop::num::f64::NORMAL
    ]
    .prop_map(f64::abs)
}

fn level() -> impl Strategy<Value = Box<Node>> {
    let number = || number().prop_map(Node::Number);
    let minus = number().prop_map(|number| Node::Minus(Box::new(number)));
    prop_oneof![
        number(),
        minus,
        (number(), number()).prop_map(|(a, b)| Node::Binary(Box::new(a), Sign::Times, Box::new(b)))
    ]
    .prop_map(Box::new)
}

fn never() -> impl Strategy<Value = Option<Never>> {
    prop_oneof![
        Just(None),
        Just(Some(Never::End)),
        number().prop_map(|number| Some(Never::Number(-number)))
    ]
}

fn part() -> impl Strategy<Value = Part> {
    prop::sample::select(vec![Part::Count, Part::Size, Part::Length, Part::Wait])
}

fn compare() -> impl Strategy<Value = Compare> {
    prop::sample::select(Compare::ALL.map(|(_, compare)| compare).to_vec())
}

/// A scope that a function can have.
fn scope(function: &'static Function, alone: bool) -> impl Strategy<Value = Scope> {
    let window = match function.required {
        ["time"] => moment().prop_map(Window::Time).boxed(),
        ["date"] => moment().prop_map(|time| Window::Date(time.date())).boxed(),
        _ => prop_oneof![
            Just(Window::Span(None, None)),
            moment().prop_map(|from| Window::Span(Some(from), None)),
            moment().prop_map(|to| Window::Span(None, Some(to))),
            moment().prop_map(|from| Window::Span(Some(from), from.checked_add(jiff::Span::new().hours(5)).ok())),
            moment().prop_map(|time| Window::Date(time.date())),
        ]
        .boxed(),
    };
    let since = match function.keys.contains(&"since") {
        true => prop::option::of(moment()).boxed(),
        false => Just(None).boxed(),
    };
    let among = match alone {
        true => Just((vec![], false)).boxed(),
        false => (words("[a-z][a-z0-9-]{0,8}", 0), any::<bool>()).boxed(),
    };
    let never = match function.keys.contains(&"else") {
        true => never().boxed(),
        false => Just(None).boxed(),
    };
    (among, window, since, never).prop_map(|((among, of_places), window, since, never)| {
        let (regions, places) = if of_places { (vec![], among) } else { (among, vec![]) };
        Scope {
            regions,
            places,
            window,
            since,
            never,
            at: Span(0..0),
        }
    })
}

fn function(alone: bool) -> impl Strategy<Value = Node> {
    prop::sample::select(FUNCTIONS.iter().collect::<Vec<_>>())
        .prop_filter("of one kind", |function| function.make != Make::Regions)
        .prop_flat_map(move |function| {
            let scope = scope(function, alone);
            match function.make {
                Make::Metric(over) => (word("[a-z_]{1,9}"), compare(), level(), part(), scope)
                    .prop_map(move |(metric, compare, level, part, scope)| {
                        let (compare, level) = match over {
                            OverTime::First | OverTime::Episodes => (compare, level),
                            OverTime::TimeAbove => (Compare::Above, level),
                            _ => (Compare::Above, Box::new(Node::Number(0.0))),
                        };
                        Node::Metric {
                            function: function.name,
                            over,
                            metric,
                            compare,
                            level,
                            part: if over == OverTime::Episodes { part } else { Part::Count },
                            scope,
                        }
                    })
                    .boxed(),
                Make::Events(over) => (
                    words("[a-z_]{1,9}", 1),
                    words("[a-z*-]{1,9}", 0),
                    prop::sample::select(By::ALL.map(|(_, by)| by).to_vec()),
                    scope,
                )
                    .prop_map(move |(names, subjects, by, scope)| Node::Events {
                        function: function.name,
                        over,
                        names,
                        by: match by {
                            By::Pattern if subjects.is_empty() => By::Subject,
                            by if function.keys.contains(&"by") => by,
                            _ => By::Subject,
                        },
                        subjects,
                        scope,
                    })
                    .boxed(),
                Make::Regions => unreachable!("filtered out"),
            }
        })
}

fn node(alone: bool) -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![number().prop_map(Node::Number), function(alone)];
    leaf.prop_recursive(5, 24, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|node| Node::Minus(Box::new(node))),
            (
                inner.clone(),
                prop::sample::select(Sign::ALL.map(|(_, sign)| sign).to_vec()),
                inner
            )
                .prop_map(|(left, sign, right)| Node::Binary(Box::new(left), sign, Box::new(right))),
        ]
    })
}

fn any_node() -> impl Strategy<Value = Node> {
    let among = (words("[a-z][a-z0-9-]{0,8}", 0), any::<bool>());
    let regions =
        (node(true), compare(), level(), among).prop_map(|(of, compare, level, (regions, of_places))| Node::Regions {
            function: if of_places { PLACES } else { "regions" },
            of: Box::new(of),
            compare,
            level,
            regions: if of_places { vec![] } else { regions },
            at: Span(0..0),
        });
    prop_oneof![node(false), regions]
}

proptest! {
    #[test]
    fn every_outcome_reads_back_as_it_is_written(node in any_node()) {
        let outcome = Outcome(node);
        let text = outcome.to_string();
        let again = Outcome::parse(&text);
        prop_assert_eq!(again.as_ref(), Ok(&outcome), "{}", text);
    }

    #[test]
    fn no_text_makes_the_reader_fall_over(text in "[ a-z0-9_()+*/<>=,.:T-]{0,40}|\\PC{0,20}") {
        if let Err(mistake) = Outcome::parse(&text) {
            prop_assert!(text.get(mistake.span.clone()).is_some(), "{}: {:?}", text, mistake);
        }
    }
}
