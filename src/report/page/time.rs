//! Over time: the curve, what was done below it, and every other metric to unfold.

use maud::{Markup, html};
use strum::VariantArray;

use super::{Of, Sort, framed, words};
use crate::analysis::overview::{Over, Overview, by_day};
use crate::analysis::score::Record;
use crate::analysis::spread::Five;
use crate::report::format::{hour, number};
use crate::report::picture::bands::{self, Line, Point};
use crate::report::picture::lanes::{self, Deed};
use crate::report::picture::scale::Timeline;

/// Arms that are drawn in one frame; more would hide each other.
const ARMS: usize = 6;
/// What is drawn large in a run of one arm, beside the first metric.
const WITH: &str = "violent";
const WIDTH: f64 = 860.0;

/// The picture that comes first.
pub fn section(of: &Of, overview: &Overview, timeline: &Timeline) -> Markup {
    let lines = lines(overview, None);
    let title = words::over_time(lines.iter().map(|line| line.name.as_str()));
    let drawn: Vec<Line> = lines.iter().map(Told::line).collect();
    let observed = record(of).map_or_else(Vec::new, |record| {
        points(record, &overview.arms[0].metrics[0].metric, &overview.times)
    });
    let picture = bands::picture(&title, &drawn, &observed, timeline, (WIDTH, 300.0));
    html! {
        section aria-labelledby=(of.id("time")) {
            h2 id=(of.id("time")) { @if of.folder.background.deeds.is_empty() { (words::TIME_ALONE) } @else { (words::TIME) } }
            p.lead { (words::time_lead(of)) }
            (framed(&picture))
            (lanes(of, overview, timeline))
            (numbers(&lines, overview))
        }
    }
}

struct Told<'o> {
    name: String,
    over: &'o Over,
    ink: usize,
}

impl Told<'_> {
    fn line(&self) -> Line<'_> {
        Line {
            name: &self.name,
            ticks: &self.over.ticks,
            ink: self.ink,
        }
    }
}

/// Of one arm, a metric and those of them who are violent; of several, a metric in each.
fn lines<'o>(overview: &'o Overview, metric: Option<&str>) -> Vec<Told<'o>> {
    let first = &overview.arms[0].metrics[0].metric;
    let name = metric.unwrap_or(first);
    let arms = overview.arms.iter().take(ARMS).enumerate();
    let mut lines: Vec<Told> = arms
        .filter_map(|(ink, arm)| {
            let over = arm.metric(name)?;
            let name = if overview.arms.len() > 1 {
                arm.name.clone()
            } else {
                words::metric(name)
            };
            Some(Told { name, over, ink })
        })
        .collect();
    let with = overview.arms[0]
        .metric(WITH)
        .filter(|_| metric.is_none() && overview.arms.len() == 1);
    lines.extend(with.map(|over| Told {
        name: words::metric(WITH),
        over,
        ink: 1,
    }));
    lines
}

/// Something that was done, by the median of when it was.
struct Done<'o> {
    tick: usize,
    deed: &'o super::Deed,
    /// What is said of it: announced, in effect.
    told: &'static str,
    /// In how many runs of how many.
    runs: (usize, usize),
    /// In which arms it was done then.
    held: Held,
    /// In which arms, in words; empty where all did it then.
    whose: String,
}

/// Whether a deed is the baseline's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    /// It is, in all arms.
    Same,
    /// It is, and another arm did it at another hour or not at all.
    Dropped,
    /// Only another arm did it, or did it then.
    Other,
}

/// What was done in the arms that are drawn, first to last; what several did at the same hour is one.
fn done<'o>(of: &'o Of, overview: &'o Overview) -> Vec<Done<'o>> {
    let known = &of.folder.background.deeds;
    let arms = &overview.arms[..overview.arms.len().min(ARMS)];
    let mut all: Vec<(Done, Vec<usize>)> = Vec::new();
    for (number, arm) in arms.iter().enumerate() {
        for happening in &arm.happenings {
            let told = words::done(&happening.event);
            let deed = known.iter().find(|deed| deed.id == happening.subject);
            let (Some(told), Some(deed), Some(tick)) = (told, deed, happening.median()) else {
                continue;
            };
            let same = |(one, _): &&mut (Done, Vec<usize>)| {
                one.tick == tick && one.told == told && std::ptr::eq(one.deed, deed)
            };
            if let Some((_, arms)) = all.iter_mut().find(same) {
                arms.push(number);
                continue;
            }
            let done = Done {
                tick,
                deed,
                told,
                runs: (happening.runs(), arm.runs),
                held: Held::Same,
                whose: String::new(),
            };
            all.push((done, vec![number]));
        }
    }
    let named = |numbers: &[usize]| -> Vec<&str> { numbers.iter().map(|&arm| arms[arm].name.as_str()).collect() };
    let mut told: Vec<Done> = Vec::new();
    for (mut done, own) in all {
        if own.len() < arms.len() {
            done.held = if own[0] == 0 { Held::Dropped } else { Held::Other };
            done.whose = words::only_in(&named(&own));
        }
        told.push(done);
    }
    told.sort_by_key(|done| done.tick);
    told
}

/// What was done below the curve, and as a table.
fn lanes(of: &Of, overview: &Overview, timeline: &Timeline) -> Markup {
    let deeds = done(of, overview);
    if deeds.is_empty() {
        return html! {};
    }
    let sorts: Vec<Sort> = Sort::VARIANTS
        .iter()
        .copied()
        .filter(|sort| deeds.iter().any(|done| done.deed.sort == *sort))
        .collect();
    let names: Vec<&str> = sorts.iter().map(|sort| words::sort(*sort)).collect();
    let about = |done: &Done| {
        words::deed(
            &hour(&overview.times[done.tick]),
            &done.deed.title,
            done.told,
            &done.whose,
        )
    };
    let marks: Vec<Deed> = deeds
        .iter()
        .map(|done| Deed {
            lane: sorts.iter().position(|sort| *sort == done.deed.sort).unwrap_or(0),
            tick: done.tick,
            form: match done.held {
                Held::Same => lanes::Form::Full,
                Held::Dropped => lanes::Form::Crossed,
                Held::Other => lanes::Form::Open,
            },
            about: about(done),
        })
        .collect();
    let differ = deeds.iter().any(|done| done.held != Held::Same);
    let picture = lanes::picture(words::DEEDS, &names, &marks, timeline, WIDTH);
    html! {
        (framed(&picture))
        @if differ { p.small { (words::LANES_KEY) } }
        details {
            summary { (words::deeds(deeds.len())) }
            div.frame tabindex="0" role="group" aria-label=(words::DEEDS) {
                table {
                    thead { tr {
                        th scope="col" { (words::WHEN) } th scope="col" { (words::WHAT) } th scope="col" { (words::WHO) }
                        th scope="col" { (words::SORT) } th scope="col" { (words::IN_RUNS) } th scope="col" { (words::SOURCE) }
                    } }
                    tbody { @for done in &deeds {
                        tr {
                            td.nowrap { (hour(&overview.times[done.tick])) }
                            th scope="row" { (done.deed.title) " " span.r { (done.told) @if !done.whose.is_empty() { "; " (done.whose) } } }
                            td { (done.deed.by) } td { (words::sort(done.deed.sort)) }
                            td.nowrap { (words::of(done.runs.0, done.runs.1)) } td.small { (done.deed.source) }
                        }
                    } }
                }
            }
        }
    }
}

/// The table that says what the curve says.
fn numbers(lines: &[Told], overview: &Overview) -> Markup {
    let cell = |five: &Five| html! { td { span.n { (super::near(five.median)) } " " span.r { (words::range(super::near(five.low), super::near(five.high))) } } };
    html! {
        details {
            summary { (words::NUMBERS) }
            p.small { (words::QUANTILES) }
            div.frame.tall tabindex="0" role="group" aria-label=(words::NUMBERS) {
                table {
                    thead { tr { th scope="col" { (words::WHEN) } @for line in lines { th scope="col" { (line.name) } } } }
                    tbody { @for tick in 0..overview.times.len() { tr {
                        th.nowrap scope="row" { (moment(overview, tick)) }
                        @for line in lines { (cell(&line.over.ticks[tick])) }
                    } } }
                }
            }
        }
    }
}

/// When a tick begins.
pub fn moment(overview: &Overview, tick: usize) -> String {
    match overview.times[tick].as_str() {
        "" => tick.to_string(),
        time => hour(time),
    }
}

/// The metrics of which something was observed, beside it; nothing where no record is known.
pub fn beside(of: &Of, overview: &Overview, timeline: &Timeline) -> Markup {
    let Some(record) = record(of) else {
        return html! {};
    };
    let observed = |name: &str| !points(record, name, &overview.times).is_empty();
    let metrics: Vec<_> = of
        .folder
        .metrics
        .iter()
        .filter(|metric| observed(metric.name))
        .collect();
    if metrics.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby=(of.id("beside")) {
            h2 id=(of.id("beside")) { (words::BESIDE) }
            p.lead { (words::BESIDE_LEAD) }
            div.cards {
                @for metric in metrics {
                    @let lines = lines(overview, Some(metric.name));
                    (card(metric.name, metric.meaning, metric.unit, &lines, overview, Some(record), timeline))
                }
            }
        }
    }
}

fn record<'f>(of: &'f Of) -> Option<&'f Record> {
    let scored = of.folder.score.as_ref().map(|(record, _)| record);
    scored.or(of.folder.background.record.as_ref())
}

/// Every metric, small, to unfold; observations of the record beside those that have any.
pub fn all(of: &Of, overview: &Overview, timeline: &Timeline) -> Markup {
    let record = record(of);
    html! {
        section aria-labelledby=(of.id("metrics")) {
            h2 id=(of.id("metrics")) { (words::METRICS) }
            details {
                summary { (words::metrics(of.folder.metrics.len())) }
                div.cards {
                    @for metric in of.folder.metrics {
                        @let lines = lines(overview, Some(metric.name));
                        @if lines.iter().any(|line| line.over.ticks.iter().any(|five| five.high != 0.0)) {
                            (card(metric.name, metric.meaning, metric.unit, &lines, overview, record, timeline))
                        }
                    }
                }
            }
        }
    }
}

fn card(
    name: &str,
    meaning: &str,
    unit: &str,
    lines: &[Told],
    overview: &Overview,
    record: Option<&Record>,
    timeline: &Timeline,
) -> Markup {
    let points = record.map_or_else(Vec::new, |record| points(record, name, &overview.times));
    let drawn: Vec<Line> = lines.iter().map(Told::line).collect();
    let picture = bands::picture(name, &drawn, &points, timeline, (430.0, 190.0));
    html! {
        div.card {
            h3 { (words::metric(name)) " " span.r { (unit) } }
            p.small { (meaning) }
            (framed(&picture))
            @if !overview.day_ends.is_empty() { details {
                summary { (words::NUMBERS) }
                table {
                    thead { tr { th scope="col" { (words::DAY) } @for line in lines { th scope="col" { (line.name) ", " (words::LOW_HIGH) } } } }
                    tbody { @for (day, &end) in overview.day_ends.iter().enumerate() { tr {
                        th scope="row" { (crate::report::format::day(&overview.times[end])) }
                        @for line in lines {
                            @let (low, high) = by_day(line.over, &overview.day_ends)[day];
                            td { (words::range(number(low), number(high))) }
                        }
                    } } }
                }
                @for point in &points { p.small { (point.about) } }
            } }
        }
    }
}

/// What was observed of a metric of the whole at a moment.
fn points(record: &Record, metric: &str, times: &[String]) -> Vec<Point> {
    let mut points = Vec::new();
    for observation in record.observations.iter().filter(|one| one.variant.is_none()) {
        let reading = observation.outcome.reading().filter(|reading| reading.metric == metric);
        let tick = reading.and_then(|reading| reading.tick(times));
        if let (Some(tick), Some(value)) = (tick, observation.value) {
            points.push(Point {
                tick,
                value,
                accept: observation.accept,
                about: words::observed(observation, &number(value), &crate::report::format::day(&times[tick])),
            });
        }
    }
    points
}
