//! What a page wrote, judged once for each time it is saved: what the checker says of it and where, what it extends, and
//! the comparison that it is.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::overlay::{Base, document};
use super::worlds;
use crate::analysis::score::Record;
use crate::document::problem::{Problem, Problems};
use crate::document::tree::{self, Table, Value};
use crate::scenario::Scenario;
use crate::sim::Simulation;
use crate::study::{self, Arm, Study};

/// A text and all that is known of it before anything is run.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What a page is told: the problems with their places, the document, an outline of the model, and the shocks and actions
    /// of what it extends, where that is not the scenario alone.
    pub told: Arc<Json>,
    /// The comparison that it is, with the file of the worlds of either arm; `None` if it is wrong.
    pub study: Option<(Arc<Study>, [PathBuf; 2])>,
}

/// What the room compares with.
pub struct Bench<'r> {
    /// The scenario that is served.
    pub base: &'r Base,
    /// The study of it alone.
    pub alone: &'r Study,
    /// What it is held against.
    pub record: Option<&'r Record>,
    /// The folder of the worlds of arms.
    pub folder: &'r Path,
}

impl Bench<'_> {
    /// Judge the overlay of a branch of this id.
    pub fn judge(&self, id: &str, text: &str) -> Judged {
        let read = read(self.base, id, text);
        let mut told = said(self.base, text, &read);
        let study = read.ok().map(|read| {
            let mut study = self.alone.clone();
            let arm = Arm::of(id, &read.scenario, read.model, read.calendar, Vec::new());
            study.add(arm).map(|()| (study, read.scenario))
        });
        let study = match study {
            Some(Ok((study, _))) => Some(study),
            Some(Err(error)) => {
                told["problems"] = problems(&wrong(self.base, error), text);
                None
            }
            None => None,
        };
        Judged {
            told: Arc::new(told),
            study: study.map(|study| {
                let files = [0, 1].map(|arm| worlds::file(self.folder, &study, self.record, arm));
                (Arc::new(study), files)
            }),
        }
    }
}

fn wrong(base: &Base, error: study::Error) -> Problems {
    match error {
        study::Error::Problems(problems) => problems,
        other => base.scenario.problems([Problem::nowhere(other.to_string())]),
    }
}

/// What a page is told of a text that is no branch.
pub fn checked(base: &Base, text: &str) -> Json {
    said(base, text, &read(base, "page", text))
}

struct Read {
    scenario: Scenario,
    model: Box<dyn Simulation>,
    calendar: crate::scenario::calendar::Calendar,
    warnings: Problems,
}

fn read(base: &Base, name: &str, text: &str) -> Result<Read, Problems> {
    let scenario = base.over(name, text)?;
    let (model, calendar, warnings) = scenario.judged()?;
    Ok(Read {
        scenario,
        model,
        calendar,
        warnings,
    })
}

fn said(base: &Base, text: &str, read: &Result<Read, Problems>) -> Json {
    let (list, outline) = match read {
        Ok(read) => (&read.warnings, Some(read.model.outline())),
        Err(problems) => (problems, None),
    };
    let (own, _) = tree::parse(0, text);
    json!({
        "problems": problems(list, text),
        "document": document(&own),
        "outline": outline,
        "base": extended(base, &own),
    })
}

/// The shocks and actions of what a document extends; nothing where that is the scenario that is served, which a page knows.
fn extended(base: &Base, own: &Table) -> Option<Json> {
    let extends = &own.entries.iter().find(|entry| entry.key == "extends")?.node;
    if extends.text() == Some(&base.file) {
        return None;
    }
    let alone = Table {
        entries: vec![own.entries.iter().find(|entry| entry.key == "extends")?.clone()],
        ..Table::default()
    };
    let text = format!("schema_version = 1\nextends = {}\n", document(&alone)["extends"]);
    let scenario = base.over("extended", &text).ok()?;
    Some(chronicle(&scenario))
}

/// The shocks and actions of a scenario, as a page reads them.
pub fn chronicle(scenario: &Scenario) -> Json {
    let (root, _) = tree::parse(0, &scenario.to_toml());
    let of = |key: &str| -> Vec<Json> { root.tables(key).map(|(table, _)| document(table)).collect() };
    json!({ "shock": of("shock"), "action": of("action") })
}

/// What is wrong with what a page wrote, each at its line and column, from 1, and with the entry and the key in which it
/// stands; what stands in another file says so.
pub fn problems(problems: &Problems, text: &str) -> Json {
    let (root, _) = tree::parse(0, text);
    let one = |problem: &Problem| {
        let own = problem.place.as_ref().filter(|place| place.source == 0);
        let spot = |at: usize| {
            let before = text.get(..at).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count() + 1;
            (line, column)
        };
        let place = own.map(|place| (spot(place.start), spot(place.end)));
        let entry = own.and_then(|place| entry_at(&root, place.start));
        json!({
            "message": problem.message,
            "label": problem.label,
            "help": problem.help,
            "warning": problem.warning,
            "line": place.map(|(from, _)| from.0),
            "column": place.map(|(from, _)| from.1),
            "end_line": place.map(|(_, to)| to.0),
            "end_column": place.map(|(_, to)| to.1),
            "elsewhere": own.is_none() && problem.place.is_some(),
            "section": entry.map(|entry| entry.0),
            "id": entry.map(|entry| entry.1),
            "key": entry.map(|entry| entry.2),
        })
    };
    problems.list().iter().map(one).collect()
}

/// The list of entries, the id and the key in which a byte of a document stands; the key is empty on the head of an entry.
fn entry_at(root: &Table, at: usize) -> Option<(&str, &str, &str)> {
    for section in &root.entries {
        let Value::List(list) = &section.node.value else {
            continue;
        };
        for node in list {
            let Some(table) = node.table() else { continue };
            let id = table.text("id").unwrap_or_default();
            let within = |entry: &&tree::Entry| (entry.at.start..entry.node.place.end.max(entry.at.end)).contains(&at);
            if let Some(entry) = table.entries.iter().find(within) {
                return Some((&section.key, id, &entry.key));
            }
            if (node.place.start..node.place.end).contains(&at) {
                return Some((&section.key, id, ""));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kazakhstan() -> Base {
        Base::read(Path::new("scenarios/kazakhstan-2022.toml")).unwrap()
    }

    #[test]
    fn problems_stand_at_their_line_and_column_as_a_page_counts_them_and_name_their_entry() {
        let base = kazakhstan();
        let text = format!(
            "{}# ы😀\naction = [{{ id = \"lpg-50\", credibilty = 0.1 }}]\n",
            base.empty()
        );
        let told = checked(&base, &text);
        let first = &told["problems"][0];
        assert_eq!((&first["line"], &first["column"]), (&json!(4), &json!(28)), "{told}");
        assert_eq!(
            [&first["section"], &first["id"], &first["key"]],
            [&json!("action"), &json!("lpg-50"), &json!("credibilty")]
        );
        let help = first["help"][0].as_str().unwrap();
        assert!(help.contains("did you mean `credibility`?"), "{told}");
        let text = format!("{}# one\n[[action]]\nid = \"new\"\n", base.empty());
        let told = checked(&base, &text);
        let first = &told["problems"][0];
        assert_eq!(
            [&first["section"], &first["id"]],
            [&json!("action"), &json!("new")],
            "{told}"
        );
    }

    #[test]
    fn a_text_over_what_comes_with_the_scenario_tells_the_actions_of_that() {
        let base = kazakhstan();
        assert_eq!(checked(&base, &base.empty())["base"], Json::Null);
        let over = "schema_version = 1\nextends = \"kazakhstan-2022/what-if/no-csto.toml\"\n";
        let told = checked(&base, over);
        let actions = |told: &Json| told["action"].as_array().map_or(0, Vec::len);
        let (whole, without) = (actions(&chronicle(&base.scenario)), actions(&told["base"]));
        assert!(0 < without && without < whole, "{without} of {whole}");
    }
}
