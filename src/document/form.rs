//! What a key of the scenario format is: the form of an entry in the reference.

use strum::VariantArray;

use super::problem::{Place, Problem};
use super::tree::{self, Entry, Node, Table};

/// A format of documents: what may stand in them.
pub struct Format {
    /// What such a document is called.
    pub noun: &'static str,
    /// The sections; the first is the document itself.
    pub sections: Vec<Section>,
    /// Names that no outcome can have: those of the totals.
    pub totals: Vec<&'static str>,
    /// Keys that name a file, of which what it holds is read in their stead.
    pub files: &'static [(&'static str, File)],
}

/// What a file that a document names holds.
#[derive(Clone, Copy, Debug)]
pub enum File {
    /// A table of the entries at this key.
    Table(&'static str),
    /// JSON, which becomes the text at the key itself.
    Json,
}

/// A table of a document and what may stand in it.
pub struct Section {
    /// Its name in `explain`, such as `search` or `search.sampler`; that of a document itself may be empty.
    pub name: String,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// Its keys.
    pub fields: Vec<Field>,
    /// What else there is to know of it.
    pub more: More,
}

/// What keys alone do not say of the tables of a section.
#[derive(Clone, Copy)]
pub struct More {
    /// Keys that a table has by what else stands in it.
    pub own: fn(&Table) -> Vec<Field>,
    /// What is wrong with a key that is none, where more is known than that.
    pub unknown: fn(&Table, &Entry) -> Option<Problem>,
    /// What its keys must be to each other; of a table whose own place this is.
    pub shape: fn(&Table, &Place, &mut Vec<Problem>),
}

impl More {
    /// Nothing.
    pub const NOTHING: More = More {
        own: |_| Vec::new(),
        unknown: |_, _| None,
        shape: |_, _, _| {},
    };
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
    /// A number of a run, as `analysis::outcome` reads it, such as this one.
    Outcome(&'static str),
    /// A table of names and such numbers.
    Outcomes(&'static str),
    /// A table of keys of a scenario and of the values that each takes in turn, such as this; who asks for them reads them.
    Varied(&'static str),
    /// Entries of this section, each with an `id`.
    Entries(&'static str),
    /// A table of this part of a section, such as `rules` and `turnout`.
    Part(&'static str, &'static str),
}

/// Which words a choice is among.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    name: &'static str,
    words: fn() -> Vec<&'static str>,
}

impl Choice {
    /// A choice among words, by what they are called together.
    pub const fn new(name: &'static str, words: fn() -> Vec<&'static str>) -> Choice {
        Choice { name, words }
    }

    /// The words.
    pub fn words(self) -> Vec<&'static str> {
        (self.words)()
    }

    /// What the words are called together.
    pub fn name(self) -> &'static str {
        self.name
    }
}

/// The words of an enum that has one for each of its variants.
pub fn words_of<E: Copy + VariantArray + Into<&'static str>>() -> Vec<&'static str> {
    E::VARIANTS.iter().map(|&one| one.into()).collect()
}

/// What can be referred to.
#[derive(Clone, Copy, Debug)]
pub struct To {
    /// What one of them is called.
    pub name: &'static str,
    /// The keys of the lists whose entries they are, in the order in which they are counted.
    pub keys: &'static [&'static str],
    /// Ids that are always there, counted after those.
    pub also: fn() -> Vec<&'static str>,
}

impl To {
    /// Entries of a document, by what one is called and the keys of their lists.
    pub const fn new(name: &'static str, keys: &'static [&'static str]) -> To {
        To {
            name,
            keys,
            also: Vec::new,
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
            Kind::Reference(to) => format!("the id of one {}, in quotes", to.name),
            Kind::References(to) => format!("a list of ids of {}s, such as [\"a\", \"b\"]", to.name),
            Kind::When => "a local date and time, or a table such as { after = \"id\", hours = 6 }".to_string(),
            Kind::Whens => "a list of moments".to_string(),
            Kind::Range => "two numbers, the first not above the second, such as [4, 16]".to_string(),
            Kind::Texts => "a list of texts in quotes".to_string(),
            Kind::Outcome(example) => format!("an outcome in quotes, such as \"{example}\""),
            Kind::Outcomes(example) => format!("a table of names and outcomes, such as peak = \"{example}\""),
            Kind::Varied(example) => format!("a table of keys, such as {example}"),
            Kind::Table(_) | Kind::Part(..) => "a table of keys".to_string(),
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
            Kind::Part(section, part) => Some(self.section(&format!("{section}.{part}"))),
            Kind::When | Kind::Whens => Some(self.section("when")),
            _ => None,
        }
    }

    /// The field that a dotted key of `--set` leads to, in which entries are named by their ids, such as `list.id.key`;
    /// `None` if there is none, and for keys that only some tables of a section have.
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
    /// A section of these keys and no more.
    pub fn new(name: &str, about: &'static str, fields: &[Field]) -> Section {
        Section {
            name: name.to_owned(),
            about,
            fields: fields.to_vec(),
            more: More::NOTHING,
        }
    }

    /// The field of a key of a table, be it of all tables of the section or its own.
    pub fn field_of(&self, table: &Table, key: &str) -> Option<Field> {
        let own = || (self.more.own)(table).into_iter().find(|field| field.key == key);
        self.field(key).copied().or_else(own)
    }

    /// The field of a key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The full name of one of its keys, as in `search.parameter`; the keys of the document itself have no prefix.
    pub fn path(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_string()
        } else {
            format!("{}.{key}", self.name)
        }
    }
}
