//! How one document is laid over another: an overlay over what it extends, a scenario over its tables of entries,
//! `--set` over all of them. Tables merge key by key, lists of entries by `id`, anything else is replaced.

use std::collections::BTreeSet;

use super::form::{Field, Format, Kind};
use super::problem::{Place, Problem};
use super::tree::{Entry, Node, Table, Value};
use crate::suggest::suggest;

/// Lay one document over another.
pub fn overlay(base: &mut Table, over: Table, problems: &mut Vec<Problem>) {
    for entry in over.entries {
        lay(base, entry, problems);
    }
}

fn lay(base: &mut Table, entry: Entry, problems: &mut Vec<Problem>) {
    // The length of a run is said in one way: what is laid over it replaces the other.
    if let Some(other) = other_way(&entry.key)
        && base
            .get(other)
            .is_some_and(|old| old.place.source != entry.node.place.source)
    {
        base.remove(other);
    }
    let empty = || Node {
        value: match &entry.node.value {
            Value::Table(table) => Value::Table(Table {
                inline: table.inline,
                ..Table::default()
            }),
            _ => Value::List(Vec::new()),
        },
        place: entry.node.place.clone(),
    };
    let old = base.entry(&entry.key, &entry.at, empty);
    match (&mut old.node.value, entry.node.value) {
        (Value::Table(base), Value::Table(over)) if !says_all(&entry.key, &over) => overlay(base, over, problems),
        (Value::List(base), Value::List(over)) if have_ids(&over) => by_id(&entry.key, base, over, problems),
        (_, value) => {
            old.at = entry.at;
            old.node = Node {
                value,
                place: entry.node.place,
            };
        }
    }
}

fn other_way(key: &str) -> Option<&'static str> {
    match key {
        "ticks" => Some("duration"),
        "duration" => Some("ticks"),
        _ => None,
    }
}

/// A moment or a distribution written in one go is one value: half of the old one would not go with it.
fn says_all(key: &str, table: &Table) -> bool {
    table.inline && (key == "when" || table.get("distribution").is_some())
}

/// Whether a list holds entries that have an `id`.
fn have_ids(list: &[Node]) -> bool {
    !list.is_empty()
        && list.iter().all(|node| node.table().is_some())
        && list
            .iter()
            .any(|node| node.table().is_some_and(|table| table.get("id").is_some()))
}

fn by_id(key: &str, base: &mut Vec<Node>, over: Vec<Node>, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for mut node in over {
        let Value::Table(table) = &mut node.value else { continue };
        let Some(id) = table.text("id").map(str::to_string) else {
            base.push(node);
            continue;
        };
        let place = table.get("id").map_or(&node.place, |id| &id.place).clone();
        if !seen.insert(id.clone()) {
            let problem = Problem::at(&place, format!("there are two entries `{id}` in `{key}`"));
            problems.push(problem.label("the second one").help("give each its own `id`"));
            continue;
        }
        let remove = says_remove(table, problems);
        let old = base.iter().position(|old| id_of(old) == Some(&id));
        match (old, remove) {
            (Some(old), true) => mark_removed(base, old, &place),
            (None, true) => {
                let known: Vec<_> = base.iter().filter_map(id_of).collect();
                let help = suggest(&id, &format!("entries in `{key}`"), known.iter().copied());
                let message = format!("there is no `{id}` in `{key}` to remove");
                problems.push(
                    Problem::at(&place, message)
                        .label("not in what this extends")
                        .help(help),
                );
            }
            (Some(old), false) => {
                let Value::Table(over) = node.value else { continue };
                if let Value::Table(base) = &mut base[old].value {
                    base.removed = None;
                    overlay(base, over, problems);
                }
            }
            (None, false) => {
                // Entries within the entry can be twice there, too.
                let Value::Table(over) = node.value else { continue };
                let mut table = Table {
                    inline: over.inline,
                    ..Table::default()
                };
                overlay(&mut table, over, problems);
                base.push(Node {
                    value: Value::Table(table),
                    place: node.place,
                });
            }
        }
    }
}

/// Take out what an overlaid entry says of being removed.
fn says_remove(table: &mut Table, problems: &mut Vec<Problem>) -> bool {
    match table.remove("remove").map(|entry| entry.node) {
        None => false,
        Some(Node {
            value: Value::Flag(remove),
            ..
        }) => remove,
        Some(node) => {
            problems.push(Problem::at(&node.place, "`remove` must be true or false").label("neither"));
            false
        }
    }
}

/// Drop an entry. It stays as a mark until [`settle`] has seen who refers to it.
fn mark_removed(list: &mut [Node], place: usize, at: &Place) {
    if let Value::Table(table) = &mut list[place].value {
        table.removed = Some(at.clone());
    }
}

/// Let go of the entries that were removed. One that can stay without ever happening, as its format says, and that others
/// refer to stays so: then neither does what waits for it happen, and that is told.
pub fn settle(format: &Format, root: &mut Table, problems: &mut Vec<Problem>) {
    let can_never = |field: &&Field| {
        let section = format.within(field);
        section.is_some_and(|section| section.field("never").is_some())
    };
    let lists: Vec<&Field> = format.root().fields.iter().filter(can_never).collect();
    let keys: Vec<&str> = lists.iter().map(|field| field.key).collect();
    let mut waiting: Vec<(String, Vec<String>)> = Vec::new();
    for field in lists {
        for (table, _) in root.tables(field.key).filter(|(table, _)| table.removed.is_none()) {
            let mut named = Vec::new();
            refers(format, field, table, &keys, &mut named);
            waiting.push((table.text("id").unwrap_or_default().to_owned(), named));
        }
    }
    for entry in &mut root.entries {
        let can_stay = keys.contains(&entry.key.as_str());
        let Value::List(list) = &mut entry.node.value else {
            continue;
        };
        list.retain_mut(|node| {
            let Value::Table(table) = &mut node.value else {
                return true;
            };
            let Some(at) = table.removed.take() else { return true };
            let id = table.text("id").unwrap_or_default().to_owned();
            let who = waiting.iter().filter(|(_, named)| named.contains(&id));
            let who: Vec<String> = who.map(|(waits, _)| format!("`{waits}`")).collect();
            if !can_stay || who.is_empty() {
                return false;
            }
            let flag = || Node {
                value: Value::Flag(true),
                place: at.clone(),
            };
            table.remove("never");
            table.entry("never", &at, flag);
            let message = format!("`{id}` never happens, and {} refers to it", who.join(", "));
            let help = "what waits for it alone never happens either; `qantar ablate` tells what does";
            problems.push(Problem::at(&at, message).label("removed here").help(help).warning());
            true
        });
    }
}

/// The ids of entries in these lists that a table at a field names, at any depth.
fn refers(format: &Format, field: &Field, table: &Table, lists: &[&str], named: &mut Vec<String>) {
    let Some(section) = format.within(field) else { return };
    for (inner, node) in section
        .fields
        .iter()
        .filter_map(|inner| Some((inner, table.get(inner.key)?)))
    {
        let nodes = match &node.value {
            Value::List(list) => list.as_slice(),
            _ => std::slice::from_ref(node),
        };
        match inner.kind {
            Kind::Reference(to) | Kind::References(to) if to.keys.iter().any(|key| lists.contains(key)) => {
                named.extend(nodes.iter().filter_map(Node::text).map(str::to_owned));
            }
            _ => {
                let tables = nodes.iter().filter_map(Node::table);
                tables.for_each(|table| refers(format, inner, table, lists, named));
            }
        }
    }
}

/// The values that two documents both set, and not to the same: their paths, and where the second does.
pub fn conflicts(one: &Table, two: &Table) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    both(one, two, "", &mut found);
    found
}

fn both(one: &Table, two: &Table, path: &str, found: &mut Vec<(String, Place)>) {
    for entry in &two.entries {
        let Some(old) = one.get(&entry.key) else { continue };
        let path = match path {
            "" => entry.key.clone(),
            _ => format!("{path}.{}", entry.key),
        };
        match (&old.value, &entry.node.value) {
            (Value::Table(a), Value::Table(b)) if !says_all(&entry.key, b) => both(a, b, &path, found),
            (Value::List(a), Value::List(b)) if have_ids(b) => {
                for node in b {
                    let same = a.iter().find(|old| id_of(old).is_some() && id_of(old) == id_of(node));
                    if let (Some(Value::Table(a)), Value::Table(b)) = (same.map(|node| &node.value), &node.value) {
                        both(a, b, &format!("{path}.{}", id_of(node).unwrap_or_default()), found);
                    }
                }
            }
            _ if super::write::inline(old) != super::write::inline(&entry.node) => {
                found.push((path, entry.node.place.clone()));
            }
            _ => {}
        }
    }
}

/// The `id` of an entry.
pub fn id_of(node: &Node) -> Option<&str> {
    node.table().and_then(|table| table.text("id"))
}

/// Lay what a `--set` argument says over a document: as an overlay, but where a list of entries stands the next
/// key of the path is the `id` of one of them.
pub fn assign(base: &mut Table, over: Table, problems: &mut Vec<Problem>) {
    for entry in over.entries {
        let old = base.entries.iter_mut().find(|old| old.key == entry.key);
        match (old.map(|old| &mut old.node.value), entry.node.value) {
            (Some(Value::Table(base)), Value::Table(over)) if !says_all(&entry.key, &over) => {
                assign(base, over, problems)
            }
            (Some(Value::List(list)), Value::Table(over)) => assign_by_id(&entry.key, list, over, problems),
            (_, value) => {
                let node = Node {
                    value,
                    place: entry.node.place,
                };
                lay(base, Entry { node, ..entry }, problems);
            }
        }
    }
}

fn assign_by_id(key: &str, list: &mut [Node], over: Table, problems: &mut Vec<Problem>) {
    for entry in over.entries {
        if let Some(old) = list.iter().position(|node| id_of(node) == Some(&entry.key)) {
            if let (Value::Table(base), Value::Table(mut over)) = (&mut list[old].value, entry.node.value) {
                if over.get("id").is_some() {
                    let problem = Problem::at(&entry.at, format!("the id of `{}` cannot be changed", entry.key));
                    let help = "others refer to it by this name; a name for readers is its `name` or `title`";
                    problems.push(problem.label("an entry keeps its id").help(help));
                } else if says_remove(&mut over, problems) {
                    mark_removed(list, old, &entry.at);
                } else {
                    assign(base, over, problems);
                }
            } else {
                let message = format!("`{}` of `{key}` is a table of keys, not one value", entry.key);
                let help = format!("name the key too, as in `{key}.{}.KEY=VALUE`", entry.key);
                problems.push(Problem::at(&entry.at, message).label("which key of it?").help(help));
            }
            continue;
        }
        let known: Vec<_> = list.iter().filter_map(id_of).collect();
        let help = suggest(&entry.key, &format!("entries in `{key}`"), known.iter().copied());
        let message = format!("there is no `{}` in `{key}`", entry.key);
        problems.push(
            Problem::at(&entry.at, message)
                .label("no entry with this id")
                .help(help),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::parse;
    use super::super::write::to_toml;
    use super::*;
    use crate::models::FAMILIES;

    fn merged(how: fn(&mut Table, Table, &mut Vec<Problem>), base: &str, over: &str) -> (String, Vec<String>) {
        let (mut table, mut problems) = (Table::default(), Vec::new());
        overlay(&mut table, parse(0, base).0, &mut problems);
        how(&mut table, parse(1, over).0, &mut problems);
        settle(FAMILIES[0].format(), &mut table, &mut problems);
        (to_toml(&table), problems.into_iter().map(|p| p.message).collect())
    }

    const BASE: &str = "ticks = 10\n[ties]\ndecay = 1.0\nsize = 0.5\n[[region]]\nid = \"a\"\nurban = 0.1\n\
        [[region]]\nid = \"b\"\n[[action]]\nid = \"x\"\nwhen = { after = \"y\", hours = 2 }\n";

    #[test]
    fn tables_merge_by_key_and_entries_by_id_and_new_ones_come_last() {
        let over = "ticks = 20\n[ties]\nsize = 0.7\n[[region]]\nid = \"c\"\n[[region]]\nid = \"a\"\nurban = 0.9\n";
        let (text, problems) = merged(overlay, BASE, over);
        assert!(problems.is_empty(), "{problems:?}");
        let expected = "ticks = 20\n\n[ties]\ndecay = 1.0\nsize = 0.7\n\n[[region]]\nid = \"a\"\nurban = 0.9\n\n\
            [[region]]\nid = \"b\"\n\n[[region]]\nid = \"c\"\n\n\
            [[action]]\nid = \"x\"\nwhen = { after = \"y\", hours = 2 }\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn remove_can_be_set_from_the_command_line() {
        let base = "[[action]]\nid = \"a\"\n[[action]]\nid = \"b\"\n";
        let (merged, problems) = merged(assign, base, "action.a.remove = true");
        assert_eq!((merged.as_str(), problems.len()), ("\n[[action]]\nid = \"b\"\n", 0));
    }

    #[test]
    fn what_others_wait_for_is_not_dropped_but_never_happens() {
        let base = format!("{BASE}[[action]]\nid = \"y\"\nkind = \"curfew\"\n");
        let (text, problems) = merged(assign, &base, "action.y.remove = true");
        assert!(text.contains("id = \"y\"\nkind = \"curfew\"\nnever = true"), "{text}");
        assert_eq!(problems, ["`y` never happens, and `x` refers to it"]);
        let (text, problems) = merged(assign, &base, "action.x.remove = true");
        assert!(!text.contains("\"x\"") && problems.is_empty(), "{text}");
    }

    #[test]
    fn what_two_documents_say_differently_is_a_conflict() {
        let read = |text: &str| parse(0, text).0;
        let one = read("ticks = 5\n[ties]\nsize = 0.1\n[[region]]\nid = \"a\"\nurban = 0.2\n");
        let two = read("ticks = 5\n[ties]\nsize = 0.2\ndecay = 1.0\n[[region]]\nid = \"a\"\nurban = 0.3\n");
        let paths: Vec<String> = conflicts(&one, &two).into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["ties.size", "region.a.urban"]);
    }

    #[test]
    fn remove_drops_an_entry_and_complains_of_one_that_is_not_there() {
        let over = "[[region]]\nid = \"b\"\nremove = true\n[[region]]\nid = \"q\"\nremove = true\n";
        let (text, problems) = merged(overlay, BASE, over);
        assert!(
            text.contains("\"a\"") && !text.contains("\"b\"") && !text.contains("\"q\""),
            "{text}"
        );
        assert_eq!(problems, ["there is no `q` in `region` to remove"]);
    }

    #[test]
    fn two_entries_of_one_id_in_one_document_are_a_mistake_and_no_merge() {
        let (_, problems) = merged(overlay, BASE, "[[region]]\nid = \"z\"\n[[region]]\nid = \"z\"\n");
        assert_eq!(problems, ["there are two entries `z` in `region`"]);
    }

    #[test]
    fn a_moment_written_in_one_go_replaces_the_old_one() {
        let (text, _) = merged(
            overlay,
            BASE,
            "[[action]]\nid = \"x\"\nwhen = { metric = \"violent\", above = 1 }\n",
        );
        assert!(text.contains("when = { metric = \"violent\", above = 1 }"), "{text}");
    }

    #[test]
    fn an_assignment_names_an_entry_by_its_id_and_changes_one_key_of_it() {
        let (text, problems) = merged(assign, BASE, "region.b.urban = 0.3\naction.x.when.hours = 5\n");
        assert!(problems.is_empty(), "{problems:?}");
        assert!(text.contains("id = \"b\"\nurban = 0.3"), "{text}");
        assert!(text.contains("when = { after = \"y\", hours = 5 }"), "{text}");
    }

    #[test]
    fn an_assignment_to_an_entry_that_is_not_there_makes_none() {
        let (text, problems) = merged(assign, BASE, "region.q.urban = 0.3\n");
        assert_eq!(problems, ["there is no `q` in `region`"]);
        assert!(!text.contains("0.3"), "{text}");
    }
}
