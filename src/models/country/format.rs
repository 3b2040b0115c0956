//! The format of scenarios of a country: the written tables of fields, and those that levers and rules bring.

use std::sync::LazyLock;

use super::{TOTALS, fields, kinds, map, shapes};
use crate::document::form::{Choice, Field, File, Format, Kind, More, Omitted, Section};
use crate::sim::forms::{Forms, Mechanism};
use crate::sim::parameters::Rules;
use crate::sim::policy::Lever;

/// The format.
pub static FORMAT: LazyLock<Format> = LazyLock::new(|| Format {
    noun: "scenario",
    sections: sections(),
    totals: TOTALS.iter().map(|total| total.name).collect(),
    files: &[
        ("region_table", File::Table("region")),
        ("place_table", File::Table("place")),
        (map::KEY, File::Json),
    ],
});

fn sections() -> Vec<Section> {
    let written = fields::SECTIONS.iter().map(|&(name, about, fields)| Section {
        more: more(name),
        ..Section::new(name, about, fields)
    });
    let levers: Vec<Field> = Lever::ALL.iter().map(|&of| kinds::lever(of, of.name())).collect();
    let about = "What a shock or an action moves, in `levers` and `promise`.";
    let levers = Section::new("lever", about, &levers);
    let mut groups: Vec<&str> = Rules::TABLE.iter().map(|parameter| parameter.group).collect();
    groups.dedup();
    let fields: Vec<Field> = groups.iter().copied().map(rules_group).chain([FORMS]).collect();
    let about = "Parameters of the rules that all regions share.";
    let rules = Section::new("rules", about, &fields);
    let forms: Vec<Field> = Forms::TABLE.iter().map(form).collect();
    let forms = Section::new("rules.forms", FORMS.meaning, &forms);
    let groups = groups.iter().map(|group| {
        let fields: Vec<Field> = Rules::TABLE.iter().filter(|p| p.group == *group).map(rule).collect();
        Section::new(&format!("rules.{group}"), about, &fields)
    });
    written.chain([levers, rules]).chain(groups).chain([forms]).collect()
}

/// What the keys of a section alone do not say.
fn more(section: &str) -> More {
    match section {
        "shock" | "action" => More {
            own: kinds::own_fields,
            unknown: kinds::of_another,
            ..More::NOTHING
        },
        "when" => More {
            shape: shapes::when,
            ..More::NOTHING
        },
        "distribution" => More {
            shape: shapes::distribution,
            ..More::NOTHING
        },
        _ => More::NOTHING,
    }
}

const FORMS: Field = Field::new(
    "forms",
    Kind::Part("rules", "forms"),
    "",
    Omitted::Words("the first form of each"),
    "Which form each of the mechanisms has that the literature has several for.",
);

fn form(mechanism: &Mechanism) -> Field {
    let kind = Kind::Choice(Choice::new("forms", mechanism.names));
    let omitted = Omitted::Value(mechanism.default);
    Field::new(mechanism.name, kind, "", omitted, mechanism.meaning).sourced(mechanism.rivals[0].source)
}

fn rules_group(group: &'static str) -> Field {
    Field {
        key: group,
        kind: Kind::Part("rules", group),
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
