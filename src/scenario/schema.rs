//! The shape of the reference of the scenario format: sections of fields. One table serves the check of a scenario,
//! its defaults, `qantar explain` and the JSON schema, so that none of them can drift from the others.

use std::sync::LazyLock;

use crate::sim::parameters::Rules;
use crate::sim::policy::Lever;

use super::fields;
use super::form::{Field, Kind, Omitted, Section};
use super::tree::Table;

impl Field {
    /// The section of the tables that stand at this key, if tables do.
    pub fn section(&self) -> Option<&'static Section> {
        match self.kind {
            Kind::Table(name) | Kind::Entries(name) => Some(section(name)),
            Kind::Rules(group) => Some(section(&format!("rules.{group}"))),
            Kind::When | Kind::Whens => Some(section("when")),
            _ => None,
        }
    }
}

/// Every section; the first is the document itself, whose name is empty.
pub fn sections() -> &'static [Section] {
    &SECTIONS
}

/// The section of a name that a field of the reference gives.
pub fn section(name: &str) -> &'static Section {
    let found = SECTIONS.iter().find(|section| section.name == name);
    found.expect("a field names only sections that exist; a test goes over all of them")
}

/// The section of a document itself, which depends on its model.
pub(super) fn root(document: &Table) -> &'static Section {
    match document.text("model") {
        Some("epstein") => section("epstein"),
        _ => section(""),
    }
}

/// The field that a dotted key of `--set` leads to, such as `region.almaty.urban`; `None` if there is none, and for
/// the keys that belong to one kind of action only.
pub fn field(path: &str) -> Option<&'static Field> {
    let mut keys = path.split('.').map(str::trim);
    let mut here = section("");
    loop {
        let field = here.field(keys.next()?)?;
        if matches!(field.kind, Kind::Entries(_)) {
            keys.next()?;
        }
        let rest = keys.clone().next().is_some();
        match field.section() {
            Some(inner) if rest => here = inner,
            _ => return (!rest && !matches!(field.kind, Kind::Entries(_))).then_some(field),
        }
    }
}

static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(|| {
    let written = fields::SECTIONS.iter().map(|(name, about, fields)| Section {
        name: name.to_string(),
        about,
        fields: fields.to_vec(),
    });
    let levers = Section {
        name: "lever".to_string(),
        about: "What a shock or an action moves, in `levers` and `promise`.",
        fields: Lever::ALL.iter().map(lever).collect(),
    };
    let mut groups: Vec<&str> = Rules::TABLE.iter().map(|parameter| parameter.group).collect();
    groups.dedup();
    let rules = Section {
        name: "rules".to_string(),
        about: "Parameters of the rules that all regions share.",
        fields: groups.iter().copied().map(rules_group).collect(),
    };
    let groups = groups.iter().map(|group| Section {
        name: format!("rules.{group}"),
        about: "Parameters of the rules that all regions share.",
        fields: Rules::TABLE.iter().filter(|p| p.group == *group).map(rule).collect(),
    });
    written.chain([levers, rules]).chain(groups).collect()
});

fn lever(lever: &Lever) -> Field {
    let (low, high) = lever.range();
    Field {
        key: lever.name(),
        kind: Kind::Number(low, high),
        unit: lever.unit(),
        omitted: Omitted::Words("not moved"),
        meaning: lever.meaning(),
        source: "",
    }
}

fn rules_group(group: &'static str) -> Field {
    Field {
        key: group,
        kind: Kind::Rules(group),
        unit: "",
        omitted: Omitted::Words("every parameter at its default"),
        meaning: "A group of parameters.",
        source: "",
    }
}

fn rule(parameter: &crate::sim::parameters::Parameter) -> Field {
    Field {
        key: parameter.name,
        kind: Kind::Number(parameter.range.0, parameter.range.1),
        unit: parameter.unit,
        omitted: Omitted::Number(parameter.default),
        meaning: parameter.meaning,
        source: parameter.source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_that_a_field_names_is_described_and_every_default_can_be_read() {
        for field in sections().iter().flat_map(|section| &section.fields) {
            field.section();
            let readable = !matches!(field.omitted, Omitted::Value(_)) || field.default_node().is_some();
            assert!(readable, "{}: {:?}", field.key, field.omitted);
            assert!(field.meaning.ends_with('.'), "{}: {}", field.key, field.meaning);
        }
    }

    #[test]
    fn a_dotted_key_leads_to_its_field() {
        let unit = |path| field(path).map(|field| field.unit);
        assert_eq!(unit("ticks"), Some("ticks"));
        assert_eq!(unit("region.almaty.urban"), Some("share"));
        assert_eq!(unit("site.tv.loss.weapons"), Some("weapons"));
        assert!(unit("rules.policing.alarm").is_some());
        for path in ["region.almaty", "region", "ticks.more", "region.almaty.urbn", ""] {
            assert!(unit(path).is_none(), "{path}");
        }
    }

    #[test]
    fn no_section_has_a_key_twice() {
        for section in sections() {
            for (i, field) in section.fields.iter().enumerate() {
                assert!(
                    section.fields[..i].iter().all(|other| other.key != field.key),
                    "{}",
                    section.path(field.key)
                );
            }
        }
    }
}
