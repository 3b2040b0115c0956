//! What a key of the scenario format is: the form of an entry in the reference.

use crate::analysis::score::{Confidence, Use};
use crate::metric::Metric;
use crate::models::{self, epstein::engine::model as epstein};
use crate::sim::model::SiteKind;
use crate::sim::policy::{ForceKind, Side};

use super::kinds;
use super::problem::Place;
use super::tree::{self, Node};

/// A table of a scenario and what may stand in it.
pub struct Section {
    /// Its name in `explain`, such as `region` or `rules.turnout`.
    pub name: String,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// Its keys.
    pub fields: Vec<Field>,
}

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// What its value must be.
    pub kind: Kind,
    /// The unit of its value; empty where it has none.
    pub unit: &'static str,
    /// What holds when it is left out.
    pub omitted: Omitted,
    /// What it means, in a sentence or two.
    pub meaning: &'static str,
    /// Where a default comes from; empty where nothing is claimed.
    pub source: &'static str,
}

/// What holds when a key is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Omitted {
    /// It must not be left out.
    Required,
    /// This TOML value, read as if it had been written.
    Value(&'static str),
    /// This number.
    Number(f64),
    /// Nothing that could be written; in words.
    Words(&'static str),
}

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// Letters, digits, `-` and `_`, unique among its kind.
    Id,
    /// True or false.
    Flag,
    /// A whole number from the first to the second.
    Whole(i64, i64),
    /// A finite number from the first to the second.
    Number(f64, f64),
    /// A local date and time.
    Time,
    /// A name of the IANA database of time zones.
    Zone,
    /// A length of time in words, such as "2d 4h".
    Duration,
    /// Latitude and longitude.
    Position,
    /// Two hours of the day.
    Hours,
    /// One of these words.
    Choice(Choice),
    /// The `id` of an entry of the scenario.
    Reference(To),
    /// A list of such.
    References(To),
    /// A moment: a time, or a table of the section `when`.
    When,
    /// A list of moments.
    Whens,
    /// A table of this section.
    Table(&'static str),
    /// Two numbers, the first not above the second.
    Range,
    /// A list of texts.
    Texts,
    /// A number of a run, as `analysis::outcome` reads it.
    Outcome,
    /// A table of names and such numbers.
    Outcomes,
    /// Entries of this section, each with an `id`.
    Entries(&'static str),
    /// A table of this group of rules.
    Rules(&'static str),
}

/// Which words a choice is among.
#[derive(Clone, Copy, Debug)]
pub enum Choice {
    /// Shapes of a distribution.
    Distribution,
    /// Kinds of force.
    Force,
    /// Kinds of site.
    Site,
    /// Kinds of action.
    Action,
    /// Metrics.
    Metric,
    /// What a contingent does.
    Task,
    /// What a statement says.
    Stance,
    /// Who decides about options.
    Policy,
    /// What an option is.
    Option,
    /// Scales of a range that is searched.
    Scale,
    /// How distances are made one.
    Distance,
    /// How sure an observation is.
    Confidence,
    /// What an observation is used for.
    Use,
    /// Kinds of model.
    Model,
    /// How the ratio of cops to active agents enters.
    Ratio,
    /// Shapes of a neighbourhood.
    Shape,
    /// Orders in which a lattice changes.
    Activation,
    /// What comes first in a turn.
    Turn,
    /// Places of those in jail.
    Jail,
    /// Ways to draw a jail term.
    Term,
}

impl Choice {
    /// The words.
    pub fn words(self) -> Vec<&'static str> {
        match self {
            Choice::Distribution => vec!["uniform", "normal", "beta"],
            Choice::Force => ForceKind::ALL.iter().map(|kind| kind.name()).collect(),
            Choice::Site => SiteKind::ALL.iter().map(|kind| kind.name()).collect(),
            Choice::Action => kinds::KINDS.iter().map(|kind| kind.name).collect(),
            Choice::Metric => Metric::ALL.iter().map(|metric| metric.name()).collect(),
            Choice::Task => vec!["guard", "street"],
            Choice::Stance => kinds::STANCES.iter().map(|stance| stance.name).collect(),
            Choice::Policy => vec!["timeline", "reactive"],
            Choice::Option => Side::ALL.iter().map(|side| side.name()).collect(),
            Choice::Scale => vec!["linear", "log"],
            Choice::Distance => vec!["mean", "root_mean_square", "max"],
            Choice::Confidence => Confidence::ALL.iter().map(|confidence| confidence.name()).collect(),
            Choice::Use => Use::ALL.iter().map(|purpose| purpose.name()).collect(),
            Choice::Model => models::all().map(|family| family.name()).collect(),
            Choice::Ratio => epstein::Ratio::ALL.iter().map(|ratio| ratio.name()).collect(),
            Choice::Shape => epstein::Shape::ALL.iter().map(|shape| shape.name()).collect(),
            Choice::Activation => epstein::Activation::ALL.iter().map(|order| order.name()).collect(),
            Choice::Turn => epstein::Turn::ALL.iter().map(|turn| turn.name()).collect(),
            Choice::Jail => epstein::Jail::ALL.iter().map(|jail| jail.name()).collect(),
            Choice::Term => epstein::Term::ALL.iter().map(|term| term.name()).collect(),
        }
    }

    /// What the words are called together.
    pub fn name(self) -> &'static str {
        match self {
            Choice::Distribution => "distributions",
            Choice::Force => "kinds of force",
            Choice::Site => "kinds of site",
            Choice::Action => "kinds of action",
            Choice::Metric => "metrics",
            Choice::Task => "tasks",
            Choice::Stance => "stances",
            Choice::Policy => "policies",
            Choice::Option => "kinds of option",
            Choice::Scale => "scales",
            Choice::Distance => "distances",
            Choice::Confidence => "degrees of confidence",
            Choice::Use => "uses",
            Choice::Model => "models",
            Choice::Ratio => "ratios",
            Choice::Shape => "neighbourhoods",
            Choice::Activation => "activations",
            Choice::Turn => "turns",
            Choice::Jail => "jails",
            Choice::Term => "jail terms",
        }
    }
}

/// What can be referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// A region.
    Region,
    /// A site.
    Site,
    /// A shock or an action.
    Action,
    /// A pattern of a record.
    Pattern,
    /// A variant of a record.
    Variant,
    /// A source of a record.
    Source,
}

impl To {
    /// What one of them is called.
    pub fn name(self) -> &'static str {
        match self {
            To::Region => "region",
            To::Site => "site",
            To::Action => "action",
            To::Pattern => "pattern",
            To::Variant => "variant",
            To::Source => "source",
        }
    }
}

impl Field {
    /// What the value must be, in a few words with the range.
    pub fn expected(&self) -> String {
        match self.kind {
            Kind::Text => "text in quotes".to_string(),
            Kind::Id => "an id in quotes: letters, digits, `-` and `_`".to_string(),
            Kind::Flag => "true or false".to_string(),
            Kind::Whole(..) => format!("a whole number, {}", self.range()),
            Kind::Number(..) => format!("a number, {}", self.range()),
            Kind::Time => "a local date and time, such as 2022-01-04T18:00:00".to_string(),
            Kind::Zone => "a time zone, such as \"Asia/Almaty\"".to_string(),
            Kind::Duration => "a duration in quotes, such as \"30m\", \"6h\" or \"2d 4h\"".to_string(),
            Kind::Position => "latitude and longitude in degrees, such as [43.2, 76.9]".to_string(),
            Kind::Hours => "two hours of the day, such as [23, 7]".to_string(),
            Kind::Choice(choice) => format!("one of the {}, in quotes", choice.name()),
            Kind::Reference(to) => format!("the id of one {}, in quotes", to.name()),
            Kind::References(to) => format!("a list of ids of {}s, such as [\"a\", \"b\"]", to.name()),
            Kind::When => "a local date and time, or a table such as { after = \"id\", hours = 6 }".to_string(),
            Kind::Whens => "a list of moments".to_string(),
            Kind::Range => "two numbers, the first not above the second, such as [4, 16]".to_string(),
            Kind::Texts => "a list of texts in quotes".to_string(),
            Kind::Outcome => "an outcome in quotes, such as \"peak(participants)\"".to_string(),
            Kind::Outcomes => "a table of names and outcomes, such as peak = \"peak(participants)\"".to_string(),
            Kind::Table(_) | Kind::Rules(_) => "a table of keys".to_string(),
            Kind::Entries(_) => format!("a list of entries, such as [[{}]]", self.key),
        }
    }

    /// The range of a number with its unit, as in "0 to 1 (share)"; empty for anything else.
    pub fn range(&self) -> String {
        let range = match self.kind {
            Kind::Whole(low, high) if low == high => low.to_string(),
            Kind::Whole(low, high) => format!("{low} to {high}"),
            Kind::Number(low, high) => format!("{low} to {high}"),
            _ => return String::new(),
        };
        if self.unit.is_empty() {
            range
        } else {
            format!("{range} ({})", self.unit)
        }
    }

    /// The default as a value, if it is one.
    pub(super) fn default_node(&self) -> Option<Node> {
        match self.omitted {
            Omitted::Value(text) => tree::parse_value(text, &Place::new(0, 0..0)),
            _ => None,
        }
    }
}

impl Section {
    /// Whether it is part of a record, which is a document of its own.
    pub fn is_of_record(&self) -> bool {
        self.name == "record" || self.name.starts_with("record.")
    }

    /// The field of a key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The full name of one of its keys, as in `region.exposure`; the keys of the document itself have no prefix.
    pub fn path(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_string()
        } else {
            format!("{}.{key}", self.name)
        }
    }
}
