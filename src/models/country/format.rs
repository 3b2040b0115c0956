//! The format of scenarios of a country: the written tables of fields, and those that levers and rules bring.

use std::sync::LazyLock;

use super::{TOTALS, fields};
use crate::document::form::{Choice, Field, Format, Kind, Omitted, Section};
use crate::sim::forms::{Forms, Mechanism};
use crate::sim::parameters::Rules;
use crate::sim::policy::Lever;

/// The format.
pub static FORMAT: LazyLock<Format> = LazyLock::new(|| Format {
    noun: "scenario",
    sections: sections(),
    totals: TOTALS.iter().map(|total| total.name).collect(),
});

fn sections() -> Vec<Section> {
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
        fields: groups.iter().copied().map(rules_group).chain([FORMS]).collect(),
    };
    let forms = Section {
        name: "rules.forms".to_string(),
        about: "Which form each of the mechanisms has that the literature has several for.",
        fields: Forms::TABLE.iter().map(form).collect(),
    };
    let groups = groups.iter().map(|group| Section {
        name: format!("rules.{group}"),
        about: "Parameters of the rules that all regions share.",
        fields: Rules::TABLE.iter().filter(|p| p.group == *group).map(rule).collect(),
    });
    written.chain([levers, rules]).chain(groups).chain([forms]).collect()
}

const FORMS: Field = Field::new(
    "forms",
    Kind::Rules("forms"),
    "",
    Omitted::Words("the first form of each"),
    "Which form each of the mechanisms has that the literature has several for.",
);

fn form(mechanism: &Mechanism) -> Field {
    let kind = Kind::Choice(Choice::Words("forms", mechanism.names));
    let omitted = Omitted::Value(mechanism.default);
    Field::new(mechanism.name, kind, "", omitted, mechanism.meaning).sourced(mechanism.rivals[0].source)
}

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
    fn a_dotted_key_leads_to_its_field() {
        let unit = |path| FORMAT.field(path).map(|field| field.unit);
        assert_eq!(unit("ticks"), Some("ticks"));
        assert_eq!(unit("region.almaty.urban"), Some("share"));
        assert_eq!(unit("site.tv.loss.weapons"), Some("weapons"));
        assert!(unit("rules.policing.alarm").is_some());
        for path in ["region.almaty", "region", "ticks.more", "region.almaty.urbn", ""] {
            assert!(unit(path).is_none(), "{path}");
        }
    }
}
