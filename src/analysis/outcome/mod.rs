//! An outcome: a metric, or the events, of one replicate reduced over time and space to one number, written as text.
//! Records, comparisons, sweeps and calibrations all name what they look at in this one way.
//!
//! ```text
//! peak(participants)
//! last(deaths_civilians, region=almaty)
//! peak(participants, place=zhanaozen)
//! day(participants_today, date=2022-01-05) / day(participants_today, date=2022-01-04)
//! regions(day(participants_today, date=2022-01-04) >= 50)
//! distinct(site_seized+site_abandoned, subject=*-akimat, from=2022-01-04T20:00, to=2022-01-06T06:00)
//! episodes(participants > 0.5 * peak(participants))
//! ```
//!
//! An outcome is made of functions ([`FUNCTIONS`]), numbers, `+ - * /` and parentheses; a level is an outcome, too.
//! Metrics, events and ids are names until [`Outcome::check`] holds them against what a scenario knows. Times are local, by the clock
//! of the scenario; `from` is within the window and `to` no longer, and `date` is a whole day. An outcome that a
//! replicate does not have is not a number: the hour of what never happened, a day that the run does not cover, a
//! share of nothing.

mod check;
mod parse;
mod reading;
mod unit;
mod value;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};

use super::replicate::Replicate;
use crate::metric::Description;

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

    /// Whether the values of single places are in it.
    pub fn is_of_places(&self) -> bool {
        self.0.is_of_places()
    }

    /// Every name and date in it that a scenario does not know.
    pub fn check(&self, known: &Known) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        check::node(&self.0, known, &mut mistakes);
        mistakes
    }

    /// Its unit, as it follows from those of the metrics in it; empty where it has none, or none that can be named.
    pub fn unit(&self, metrics: &[Description]) -> String {
        unit::of(&self.0, metrics).unwrap_or_default()
    }
}

impl FromStr for Outcome {
    type Err = Mistake;

    fn from_str(text: &str) -> Result<Outcome, Mistake> {
        Outcome::parse(text)
    }
}

impl Node {
    fn is_of_places(&self) -> bool {
        match self {
            Node::Number(_) | Node::Events { .. } => false,
            Node::Minus(node) => node.is_of_places(),
            Node::Binary(left, _, right) => left.is_of_places() || right.is_of_places(),
            Node::Metric { level, scope, .. } => !scope.places.is_empty() || level.is_of_places(),
            Node::Regions {
                function, of, level, ..
            } => *function == PLACES || of.is_of_places() || level.is_of_places(),
        }
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
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// What is measured.
    pub metrics: &'static [Description],
    /// Ids of regions.
    pub regions: Vec<String>,
    /// Ids of places; none where no region is divided.
    pub places: Vec<String>,
    /// Names of events.
    pub events: Vec<String>,
    /// Ids of sites, actions and contingents: the subjects of events.
    pub subjects: Vec<String>,
    /// The local times that a run covers; `None` where they are not known.
    pub times: Option<Range<DateTime>>,
    /// Whether ticks are no dates at all.
    pub undated: bool,
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
    /// How it is written, such as `peak(METRIC, region=, place=, from=, to=, date=)`.
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

const WINDOW: &[&str] = &["region", "place", "from", "to", "date"];
const MOMENT: &[&str] = &["region", "place", "from", "to", "date", "since", "else"];
const EVENTS: &[&str] = &["region", "place", "subject", "from", "to", "date"];

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

/// The function that counts places and not regions.
const PLACES: &str = "places";

/// Every function of outcomes.
#[rustfmt::skip]
pub const FUNCTIONS: &[Function] = &[
    metric("peak", OverTime::Peak, "The largest value."),
    metric("lowest", OverTime::Lowest, "The smallest value."),
    metric("mean", OverTime::Mean, "The mean over time."),
    metric("sum", OverTime::Sum, "The sum over time, in the metric's unit times hours: of people, person-hours."),
    metric("start", OverTime::Start, "The value in the first tick of the window or the run."),
    metric("last", OverTime::Last, "The value at the end of the window or the run."),
    Function { keys: &["region", "place", "time"], required: &["time"], ..metric("at", OverTime::Last, "The value in the tick that holds this local time.") },
    Function { keys: &["region", "place", "date"], required: &["date"], ..metric("day", OverTime::Last, "The value in the last tick of this local day; of what is counted since midnight, that day's count.") },
    Function { takes: Takes::MetricAndLevel, ..metric("time_above", OverTime::TimeAbove, "Hours in which it is above the level.") },
    Function { takes: Takes::Condition, keys: MOMENT, ..metric("first", OverTime::First, "Hours from the start, or from `since`, to the first tick in which this holds; where there is none, what `else` says, a number or `end`.") },
    Function { keys: MOMENT, ..metric("time_of_peak", OverTime::TimeOfPeak, "Hours from the start, or from `since`, to the first tick that has the largest value, if that is above zero.") },
    Function { takes: Takes::Condition, keys: &["region", "place", "from", "to", "date", "mean"], ..metric("episodes", OverTime::Episodes, "How many times it begins to hold, for however long; or of these episodes the `mean` of their `size`, the sum over time, of their `length` in hours, or of the `wait` between two in hours; 0 where there is none.") },
    Function { name: "regions", takes: Takes::Regions, keys: &["region"], required: &[], make: Make::Regions, meaning: "How many regions have an outcome, taken in the region alone, for which this holds." },
    Function { name: PLACES, takes: Takes::Regions, keys: &[], required: &[], make: Make::Regions, meaning: "How many places have an outcome, taken in the place alone, for which this holds." },
    Function { name: "events", takes: Takes::Events, keys: EVENTS, required: &[], make: Make::Events(OverEvents::Count), meaning: "How many such events there are; `subject` is the id of a site, action or contingent, in which `*` stands for any characters." },
    Function { name: "distinct", takes: Takes::Events, keys: &["region", "place", "subject", "from", "to", "date", "by"], required: &[], make: Make::Events(OverEvents::Distinct), meaning: "How many different subjects such events have; or `by=region` or `by=place` in how many of these they are, or `by=pattern` how many of the patterns of `subject` they match." },
    Function { name: "first_event", takes: Takes::Events, keys: &["region", "place", "subject", "from", "to", "date", "since", "else"], required: &[], make: Make::Events(OverEvents::First), meaning: "Hours from the start, or from `since`, to the first such event; where there is none, what `else` says, a number or `end`." },
    Function { name: "last_event", takes: Takes::Events, keys: &["region", "place", "subject", "from", "to", "date", "since", "else"], required: &[], make: Make::Events(OverEvents::Last), meaning: "Hours from the start, or from `since`, to the last such event." },
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
        metric: Word,
        compare: Compare,
        level: Box<Node>,
        part: Part,
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
        function: &'static str,
        of: Box<Node>,
        compare: Compare,
        level: Box<Node>,
        regions: Vec<Word>,
        at: Span,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OverTime {
    Peak,
    Lowest,
    Mean,
    Sum,
    Start,
    Last,
    TimeAbove,
    First,
    TimeOfPeak,
    Episodes,
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
    Place,
    Pattern,
}

impl By {
    const ALL: [(&'static str, By); 4] = [
        ("subject", By::Subject),
        ("region", By::Region),
        ("place", By::Place),
        ("pattern", By::Pattern),
    ];
}

/// What is asked of episodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Count,
    Size,
    Length,
    Wait,
}

impl Part {
    /// Those of which there is a mean.
    const ALL: [(&'static str, Part); 3] = [("size", Part::Size), ("length", Part::Length), ("wait", Part::Wait)];
}

/// The moment of what never happens.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Never {
    Number(f64),
    End,
}

/// Where and when.
#[derive(Clone, Debug, PartialEq)]
struct Scope {
    regions: Vec<Word>,
    places: Vec<Word>,
    window: Window,
    since: Option<DateTime>,
    never: Option<Never>,
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
                part,
                scope,
            } => {
                write!(f, "{function}({}", metric.text)?;
                match over {
                    OverTime::TimeAbove => write!(f, ", {level}")?,
                    OverTime::First | OverTime::Episodes => write!(f, " {compare} {level}")?,
                    _ => {}
                }
                if let Some((name, _)) = Part::ALL.iter().find(|(_, known)| known == part) {
                    write!(f, ", mean={name}")?;
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
                function,
                of,
                compare,
                level,
                regions,
                ..
            } => {
                write!(f, "{function}({of} {compare} {level}")?;
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
        key(f, "place", &self.places)?;
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
        if let Some(since) = self.since {
            write!(f, ", since={}", parse::time(since))?;
        }
        match self.never {
            Some(Never::Number(number)) => write!(f, ", else={number}"),
            Some(Never::End) => write!(f, ", else=end"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
