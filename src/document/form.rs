//! What a key of the scenario format is: the form of an entry in the reference.

use crate::analysis::implausible::Scale;
use crate::analysis::score::{Confidence, Use};
use crate::metric::Metric;
use crate::sim::model::SiteKind;
use crate::sim::policy::{ForceKind, Side};

use super::kinds;
use super::problem::Place;
use super::tree::{self, Node};

/// A format of documents: what may stand in them.
pub struct Format {
    /// What such a document is called.
    pub noun: &'static str,
    /// The sections; the first is the document itself.
    pub sections: Vec<Section>,
    /// Names that no outcome can have: those of the totals.
    pub totals: Vec<&'static str>,
}

/// A table of a document and what may stand in it.
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
    /// It must not be left out, unless this other key is there.
    Unless(&'static str),
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
    /// The name of a family of models.
    Model,
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
    /// A table of keys of a scenario and of the values that each takes in turn; who asks for them reads them.
    Varied,
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
    /// Kinds of place.
    Place,
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
    /// How differences from an observation are measured.
    Measure,
    /// How sure an observation is.
    Confidence,
    /// What an observation is used for.
    Use,
    /// Words of a format of its own, by what they are called together.
    Words(&'static str, fn() -> Vec<&'static str>),
}

impl Choice {
    /// The words.
    pub fn words(self) -> Vec<&'static str> {
        match self {
            Choice::Distribution => vec!["uniform", "normal", "beta"],
            Choice::Place => vec!["city", "town", "rural"],
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
            Choice::Measure => Scale::ALL.iter().map(|scale| scale.name()).collect(),
            Choice::Confidence => Confidence::ALL.iter().map(|confidence| confidence.name()).collect(),
            Choice::Use => Use::ALL.iter().map(|purpose| purpose.name()).collect(),
            Choice::Words(_, words) => words(),
        }
    }

    /// What the words are called together.
    pub fn name(self) -> &'static str {
        match self {
            Choice::Distribution => "distributions",
            Choice::Place => "kinds of place",
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
            Choice::Measure => "scales",
            Choice::Confidence => "degrees of confidence",
            Choice::Use => "uses",
            Choice::Words(name, _) => name,
        }
    }
}

/// What can be referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// A region.
    Region,
    /// A place.
    Place,
    /// A region or a place.
    Area,
    /// A site.
    Site,
    /// A kind of site.
    SiteKind,
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
            To::Place => "place",
            To::Area => "region or place",
            To::Site => "site",
            To::SiteKind => "site kind",
            To::Action => "action",
            To::Pattern => "pattern",
            To::Variant => "variant",
            To::Source => "source",
        }
    }
}

/// A key that must not be left out.
pub const fn required(key: &'static str, kind: Kind, unit: &'static str, meaning: &'static str) -> Field {
    Field::new(key, kind, unit, Omitted::Required, meaning)
}

/// A key with a default that could be written.
pub const fn value(
    key: &'static str,
    kind: Kind,
    unit: &'static str,
    toml: &'static str,
    meaning: &'static str,
) -> Field {
    Field::new(key, kind, unit, Omitted::Value(toml), meaning)
}

/// A key whose default is told in words.
pub const fn words(
    key: &'static str,
    kind: Kind,
    unit: &'static str,
    words: &'static str,
    meaning: &'static str,
) -> Field {
    Field::new(key, kind, unit, Omitted::Words(words), meaning)
}

impl Field {
    /// A field of a format.
    pub const fn new(
        key: &'static str,
        kind: Kind,
        unit: &'static str,
        omitted: Omitted,
        meaning: &'static str,
    ) -> Field {
        Field {
            key,
            kind,
            unit,
            omitted,
            meaning,
            source: "",
        }
    }

    /// With where its default comes from.
    pub const fn sourced(self, source: &'static str) -> Field {
        Field { source, ..self }
    }

    /// What the value must be, in a few words with the range.
    pub fn expected(&self) -> String {
        match self.kind {
            Kind::Text => "text in quotes".to_string(),
            Kind::Id => "an id in quotes: letters, digits, `-` and `_`".to_string(),
            Kind::Flag => "true or false".to_string(),
            Kind::Whole(..) => format!("a whole number, {}", self.range()),
            Kind::Number(..) => format!("a number, {}", self.range()),
            Kind::Model => "one of the models, in quotes".to_string(),
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
            Kind::Varied => "a table of keys, such as vary.region.almaty.urban = \"0.5..0.9\"".to_string(),
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
    pub fn default_node(&self) -> Option<Node> {
        match self.omitted {
            Omitted::Value(text) => tree::parse_value(text, &Place::new(0, 0..0)),
            _ => None,
        }
    }
}

impl Format {
    /// The section of the document itself.
    pub fn root(&self) -> &Section {
        &self.sections[0]
    }

    /// The section of a name that a field of the format gives.
    ///
    /// # Panics
    /// If there is none; a test goes over all fields of all formats.
    pub fn section(&self, name: &str) -> &Section {
        let found = self.sections.iter().find(|section| section.name == name);
        found.unwrap_or_else(|| panic!("the format has a section `{name}`"))
    }

    /// The section of the tables that stand at a key, if tables do.
    pub fn within(&self, field: &Field) -> Option<&Section> {
        match field.kind {
            Kind::Table(name) | Kind::Entries(name) => Some(self.section(name)),
            Kind::Rules(group) => Some(self.section(&format!("rules.{group}"))),
            Kind::When | Kind::Whens => Some(self.section("when")),
            _ => None,
        }
    }

    /// The field that a dotted key of `--set` leads to, such as `region.almaty.urban`; `None` if there is none, and for
    /// the keys that belong to one kind of action only.
    pub fn field(&self, path: &str) -> Option<&Field> {
        let mut keys = path.split('.').map(str::trim);
        let mut here = self.root();
        loop {
            let field = here.field(keys.next()?)?;
            if matches!(field.kind, Kind::Entries(_)) {
                keys.next()?;
            }
            let rest = keys.clone().next().is_some();
            match self.within(field) {
                Some(inner) if rest => here = inner,
                _ => return (!rest && !matches!(field.kind, Kind::Entries(_))).then_some(field),
            }
        }
    }
}

impl Section {
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
