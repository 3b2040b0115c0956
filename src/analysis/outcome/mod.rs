//! An outcome: a metric, or the events, of one replicate reduced over time and space to one number, written as text.
//! Records, comparisons, sweeps and calibrations all name what they look at in this one way.
//!
//! ```text
//! peak(participants)
//! last(deaths_civilians, region=almaty)
//! day(participants_today, date=2022-01-05) / day(participants_today, date=2022-01-04)
//! regions(day(participants_today, date=2022-01-04) >= 50)
//! distinct(site_seized+site_abandoned, subject=*-akimat, from=2022-01-04T20:00, to=2022-01-06T06:00)
//! ```
//!
//! An outcome is made of functions ([`FUNCTIONS`]), numbers, `+ - * /` and parentheses. Times are local, by the clock
//! of the scenario; `from` is within the window and `to` no longer, and `date` is a whole day. An outcome that a
//! replicate does not have is not a number: the hour of what never happened, a day that the run does not cover, a
//! share of nothing.

mod parse;
mod value;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};

use super::replicate::{COUNTRY, Replicate};
use crate::metric::Metric;
use crate::suggest::suggest;

/// A number of one replicate, as text says it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome(Node);

impl Outcome {
    /// Read an outcome.
    ///
    /// # Errors
    /// The first mistake, with its place in the text.
    pub fn parse(text: &str) -> Result<Outcome, Mistake> {
        parse::outcome(text).map(Outcome)
    }

    /// The number of a replicate; not a number if the replicate does not have it.
    ///
    /// # Panics
    /// If the series lacks a metric, as that of an older version may.
    pub fn of(&self, replicate: &Replicate<'_>) -> f64 {
        value::of(&self.0, replicate, None)
    }

    /// Every name and date in it that a scenario does not know.
    pub fn check(&self, known: &Known) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        check(&self.0, known, &mut mistakes);
        mistakes
    }
}

impl FromStr for Outcome {
    type Err = Mistake;

    fn from_str(text: &str) -> Result<Outcome, Mistake> {
        Outcome::parse(text)
    }
}

/// What is wrong with an outcome, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The bytes of the text that are wrong.
    pub span: Range<usize>,
    /// What is wrong, in a line.
    pub message: String,
    /// What is allowed, or was probably meant; may be empty.
    pub help: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mistake { span, message, help } = self;
        write!(f, "{message} (at character {})", span.start + 1)?;
        match help.is_empty() {
            true => Ok(()),
            false => write!(f, "; {help}"),
        }
    }
}

impl std::error::Error for Mistake {}

/// What a scenario knows, for [`Outcome::check`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// Ids of regions.
    pub regions: Vec<String>,
    /// Names of events.
    pub events: Vec<String>,
    /// Ids of sites, actions and contingents: the subjects of events.
    pub subjects: Vec<String>,
    /// The local times that a run covers.
    pub times: Option<Range<DateTime>>,
}

/// A function of outcomes, for people.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What comes first between its parentheses.
    takes: Takes,
    /// The keys that may follow.
    pub keys: &'static [&'static str],
    /// The keys that must.
    pub required: &'static [&'static str],
    /// What it is.
    pub meaning: &'static str,
    make: Make,
}

/// What comes first between the parentheses of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Metric,
    MetricAndLevel,
    Condition,
    Events,
    Regions,
}

/// What a function makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Make {
    Metric(OverTime),
    Events(OverEvents),
    Regions,
}

impl Function {
    /// How it is written, such as `peak(METRIC, region=, from=, to=, date=)`.
    pub fn form(&self) -> String {
        let first = match self.takes {
            Takes::Metric => "METRIC",
            Takes::MetricAndLevel => "METRIC, LEVEL",
            Takes::Condition => "METRIC > LEVEL",
            Takes::Events => "EVENT+EVENT..",
            Takes::Regions => "OUTCOME > LEVEL",
        };
        let keys: String = self.keys.iter().map(|key| format!(", {key}=")).collect();
        format!("{}({first}{keys})", self.name)
    }
}

const WINDOW: &[&str] = &["region", "from", "to", "date"];
const MOMENT: &[&str] = &["region", "from", "to", "date", "since"];
const EVENTS: &[&str] = &["region", "subject", "from", "to", "date"];

const fn metric(name: &'static str, over: OverTime, meaning: &'static str) -> Function {
    Function {
        name,
        takes: Takes::Metric,
        keys: WINDOW,
        required: &[],
        meaning,
        make: Make::Metric(over),
    }
}

/// Every function of outcomes.
#[rustfmt::skip]
pub const FUNCTIONS: &[Function] = &[
    metric("peak", OverTime::Peak, "The largest value."),
    metric("lowest", OverTime::Lowest, "The smallest value."),
    metric("mean", OverTime::Mean, "The mean over time."),
    metric("sum", OverTime::Sum, "The sum over time, in the metric's unit times hours: of people, person-hours."),
    metric("last", OverTime::Last, "The value at the end of the window or the run."),
    Function { keys: &["region", "time"], required: &["time"], ..metric("at", OverTime::Last, "The value in the tick that holds this local time.") },
    Function { keys: &["region", "date"], required: &["date"], ..metric("day", OverTime::Last, "The value in the last tick of this local day; of what is counted since midnight, that day's count.") },
    Function { takes: Takes::MetricAndLevel, ..metric("time_above", OverTime::TimeAbove, "Hours in which it is above the level.") },
    Function { takes: Takes::Condition, keys: MOMENT, ..metric("first", OverTime::First, "Hours from the start, or from `since`, to the first tick in which this holds.") },
    Function { keys: MOMENT, ..metric("time_of_peak", OverTime::TimeOfPeak, "Hours from the start, or from `since`, to the first tick that has the largest value, if that is above zero.") },
    Function { name: "regions", takes: Takes::Regions, keys: &["region"], required: &[], make: Make::Regions, meaning: "How many regions have an outcome, taken in the region alone, for which this holds." },
    Function { name: "events", takes: Takes::Events, keys: EVENTS, required: &[], make: Make::Events(OverEvents::Count), meaning: "How many such events there are; `subject` is the id of a site, action or contingent, in which `*` stands for any characters." },
    Function { name: "distinct", takes: Takes::Events, keys: &["region", "subject", "from", "to", "date", "by"], required: &[], make: Make::Events(OverEvents::Distinct), meaning: "How many different subjects such events have; or `by=region` in how many regions they are, or `by=pattern` how many of the patterns of `subject` they match." },
    Function { name: "first_event", takes: Takes::Events, keys: &["region", "subject", "from", "to", "date", "since"], required: &[], make: Make::Events(OverEvents::First), meaning: "Hours from the start, or from `since`, to the first such event." },
    Function { name: "last_event", takes: Takes::Events, keys: &["region", "subject", "from", "to", "date", "since"], required: &[], make: Make::Events(OverEvents::Last), meaning: "Hours from the start, or from `since`, to the last such event." },
];

/// A part of an outcome.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Number(f64),
    Minus(Box<Node>),
    Binary(Box<Node>, Sign, Box<Node>),
    Metric {
        function: &'static str,
        over: OverTime,
        metric: Metric,
        compare: Compare,
        level: f64,
        scope: Scope,
    },
    Events {
        function: &'static str,
        over: OverEvents,
        names: Vec<Word>,
        subjects: Vec<Word>,
        by: By,
        scope: Scope,
    },
    Regions {
        of: Box<Node>,
        compare: Compare,
        level: f64,
        regions: Vec<Word>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OverTime {
    Peak,
    Lowest,
    Mean,
    Sum,
    Last,
    TimeAbove,
    First,
    TimeOfPeak,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OverEvents {
    Count,
    Distinct,
    First,
    Last,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Subject,
    Region,
    Pattern,
}

impl By {
    const ALL: [(&'static str, By); 3] = [
        ("subject", By::Subject),
        ("region", By::Region),
        ("pattern", By::Pattern),
    ];
}

/// Where and when.
#[derive(Clone, Debug, PartialEq)]
struct Scope {
    regions: Vec<Word>,
    window: Window,
    since: Option<DateTime>,
    at: Span,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Window {
    Span(Option<DateTime>, Option<DateTime>),
    Date(Date),
    Time(DateTime),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Plus,
    Minus,
    Times,
    Over,
}

impl Sign {
    const ALL: [(char, Sign); 4] = [
        ('+', Sign::Plus),
        ('-', Sign::Minus),
        ('*', Sign::Times),
        ('/', Sign::Over),
    ];

    /// What binds closer has the higher.
    fn rank(self) -> u8 {
        match self {
            Sign::Plus | Sign::Minus => 1,
            Sign::Times | Sign::Over => 2,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compare {
    Above,
    AtLeast,
    Below,
    AtMost,
}

impl Compare {
    /// The longer ones first, as they are looked for.
    const ALL: [(&'static str, Compare); 4] = [
        (">=", Compare::AtLeast),
        ("<=", Compare::AtMost),
        (">", Compare::Above),
        ("<", Compare::Below),
    ];

    fn holds(self, value: f64, level: f64) -> bool {
        match self {
            Compare::Above => value > level,
            Compare::AtLeast => value >= level,
            Compare::Below => value < level,
            Compare::AtMost => value <= level,
        }
    }
}

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq)]
struct Word {
    text: String,
    at: Span,
}

/// Bytes of the text. Two outcomes are equal wherever their parts stand.
#[derive(Clone, Debug)]
struct Span(Range<usize>);

impl PartialEq for Span {
    fn eq(&self, _: &Span) -> bool {
        true
    }
}

/// Whether a text is like a pattern, in which `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(head) else {
        return false;
    };
    let (inner, end) = tail.rsplit_once('*').unwrap_or(("", tail));
    for piece in inner.split('*') {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(end)
}

fn check(node: &Node, known: &Known, mistakes: &mut Vec<Mistake>) {
    let mut words = |words: &[Word], what: &str, plural: &str, all: &[String], like: fn(&str, &str) -> bool| {
        for word in words {
            if !all.iter().any(|name| like(&word.text, name)) {
                mistakes.push(Mistake {
                    span: word.at.0.clone(),
                    message: format!("there is no {what} `{}`", word.text),
                    help: suggest(&word.text, plural, all.iter().map(String::as_str)),
                });
            }
        }
    };
    let region = |word: &str, name: &str| word == name || word == COUNTRY;
    let scope = match node {
        Node::Number(_) => return,
        Node::Minus(node) => return check(node, known, mistakes),
        Node::Binary(left, _, right) => {
            check(left, known, mistakes);
            return check(right, known, mistakes);
        }
        Node::Regions { of, regions, .. } => {
            words(regions, "region", "regions", &known.regions, region);
            return check(of, known, mistakes);
        }
        Node::Metric { scope, .. } => scope,
        Node::Events {
            names, subjects, scope, ..
        } => {
            words(names, "event", "events", &known.events, |word, name| word == name);
            words(subjects, "site or action", "ids", &known.subjects, matches);
            scope
        }
    };
    words(&scope.regions, "region", "regions", &known.regions, region);
    if let Some(run) = &known.times {
        let (from, to) = scope.window.bounds();
        let outside = from.is_some_and(|from| from >= run.end) || to.is_some_and(|to| to <= run.start);
        if outside {
            mistakes.push(Mistake {
                span: scope.at.0.clone(),
                message: "a run does not cover this time".to_owned(),
                help: format!("it goes from {} to {}", parse::time(run.start), parse::time(run.end)),
            });
        }
    }
}

impl Window {
    /// From when, and until before when.
    fn bounds(self) -> (Option<DateTime>, Option<DateTime>) {
        match self {
            Window::Span(from, to) => (from, to),
            Window::Date(date) => (
                Some(date.to_datetime(jiff::civil::Time::midnight())),
                date.tomorrow()
                    .ok()
                    .map(|next| next.to_datetime(jiff::civil::Time::midnight())),
            ),
            Window::Time(time) => (Some(time), time.checked_add(jiff::Span::new().nanoseconds(1)).ok()),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Number(number) => write!(f, "{number}"),
            Node::Minus(node) => {
                write!(f, "-")?;
                operand(f, node, 3)
            }
            Node::Binary(left, sign, right) => {
                operand(f, left, sign.rank())?;
                let (sign_text, _) = Sign::ALL[*sign as usize];
                write!(f, " {sign_text} ")?;
                // What stands to the right of a sign of the same rank is done later only if it is in parentheses.
                operand(f, right, sign.rank() + 1)
            }
            Node::Metric {
                function,
                over,
                metric,
                compare,
                level,
                scope,
            } => {
                write!(f, "{function}({}", metric.name())?;
                match over {
                    OverTime::TimeAbove => write!(f, ", {level}")?,
                    OverTime::First => write!(f, " {compare} {level}")?,
                    _ => {}
                }
                write!(f, "{scope})")
            }
            Node::Events {
                function,
                names,
                subjects,
                by,
                scope,
                ..
            } => {
                write!(f, "{function}({}", list(names))?;
                key(f, "subject", subjects)?;
                if *by != By::Subject {
                    write!(f, ", by={}", By::ALL[*by as usize].0)?;
                }
                write!(f, "{scope})")
            }
            Node::Regions {
                of,
                compare,
                level,
                regions,
            } => {
                write!(f, "regions({of} {compare} {level}")?;
                key(f, "region", regions)?;
                write!(f, ")")
            }
        }
    }
}

/// An operand, in parentheses if what is in it binds less than `rank`.
fn operand(f: &mut fmt::Formatter<'_>, node: &Node, rank: u8) -> fmt::Result {
    match node {
        Node::Binary(_, sign, _) if sign.rank() < rank => write!(f, "({node})"),
        _ => write!(f, "{node}"),
    }
}

fn list(words: &[Word]) -> String {
    words
        .iter()
        .map(|word| word.text.as_str())
        .collect::<Vec<_>>()
        .join("+")
}

fn key(f: &mut fmt::Formatter<'_>, key: &str, words: &[Word]) -> fmt::Result {
    match words.is_empty() {
        true => Ok(()),
        false => write!(f, ", {key}={}", list(words)),
    }
}

impl fmt::Display for Compare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, _) = Compare::ALL
            .iter()
            .find(|(_, compare)| compare == self)
            .expect("all are listed");
        f.write_str(text)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        key(f, "region", &self.regions)?;
        match self.window {
            Window::Span(from, to) => {
                for (key, at) in [("from", from), ("to", to)] {
                    if let Some(at) = at {
                        write!(f, ", {key}={}", parse::time(at))?;
                    }
                }
            }
            Window::Date(date) => write!(f, ", date={date}")?,
            Window::Time(at) => write!(f, ", time={}", parse::time(at))?,
        }
        self.since
            .map_or(Ok(()), |since| write!(f, ", since={}", parse::time(since)))
    }
}

#[cfg(test)]
mod tests;
