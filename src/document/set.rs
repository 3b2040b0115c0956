//! `--set path=value`: a TOML dotted key and a TOML value, in which entries are named by their `id`.

use super::form::{File, Format, Kind};
use super::merge::assign;
use super::problem::{Place, Problem};
use super::tree::{self, Entry, Node, Table, Value};

/// Read an assignment as a document of its own; a value that is no TOML but plain words is text.
pub fn read(source: usize, text: &str) -> Result<Table, Vec<Problem>> {
    let whole = Place::new(source, 0..text.len());
    let Some((key, value)) = text.split_once('=') else {
        let help = "write `--set key=value`, such as `--set seed=7`";
        return Err(vec![
            Problem::at(&whole, "an assignment needs `=`")
                .label("no `=` here")
                .help(help),
        ]);
    };
    let (table, problems) = tree::parse(source, text);
    if problems.is_empty() && table.entries.len() == 1 {
        return Ok(table);
    }
    if !is_words(value.trim()) {
        let help = "the value is written as in a scenario; text with other signs stands in quotes";
        return Err(problems.into_iter().map(|problem| problem.help(help)).collect());
    }
    let (mut table, problems) = tree::parse(source, &format!("{key}=0"));
    if !problems.is_empty() {
        return Err(problems);
    }
    let start = text.len() - value.trim_start().len();
    let place = Place::new(source, start..start + value.trim().len());
    let node = Node {
        value: Value::Text(value.trim().to_string()),
        place,
    };
    put(&mut table, node);
    Ok(table)
}

/// Words that need no quotes on a command line, such as `Asia/Almaty` or `2d 4h`.
fn is_words(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|c| c.is_alphanumeric() || "-_./:+ ".contains(c))
}

/// Put the value at the end of the path of a document that holds one value.
fn put(table: &mut Table, node: Node) {
    match &mut table.entries[0].node {
        Node {
            value: Value::Table(inner),
            ..
        } => put(inner, node),
        old => *old = node,
    }
}

/// Lay an assignment over a document.
pub fn lay(format: &Format, root: &mut Table, over: Table, problems: &mut Vec<Problem>) {
    for Entry { key, at, node } in over.entries {
        let table = |(named, file): &(&str, File)| *named == key && matches!(file, File::Table(_));
        if matches!(key.as_str(), "extends" | "record" | "worlds") || format.files.iter().any(table) {
            let problem = Problem::at(&at, format!("`{key}` cannot be set"));
            problems.push(
                problem
                    .label("files are read before anything is set")
                    .help("write it in a scenario file"),
            );
            continue;
        }
        // Where there are no entries yet, an `id` in the path is still the name of one, of one that is not there.
        let entries = format
            .root()
            .field(&key)
            .is_some_and(|field| matches!(field.kind, Kind::Entries(_)));
        if entries && matches!(node.value, Value::Table(_)) {
            root.entry(&key, &at, || Node {
                value: Value::List(Vec::new()),
                place: at.clone(),
            });
        }
        let one = Table {
            entries: vec![Entry { key, at, node }],
            ..Table::default()
        };
        assign(root, one, problems);
    }
}

#[cfg(test)]
mod tests {
    use super::super::write::to_toml;
    use super::*;

    fn read_as(text: &str) -> String {
        to_toml(&read(0, text).unwrap())
    }

    #[test]
    fn a_value_is_toml_or_else_plain_words_are_text() {
        assert_eq!(read_as("ticks=20"), "ticks = 20\n");
        assert_eq!(read_as("zone=Asia/Almaty"), "zone = \"Asia/Almaty\"\n");
        assert_eq!(read_as("action.x.lag=2d 4h"), "\n[action.x]\nlag = \"2d 4h\"\n");
        assert_eq!(read_as("action.x.lag=3h"), "\n[action.x]\nlag = \"3h\"\n");
        assert_eq!(
            read_as("action.x.regions=[\"a\", \"b\"]"),
            "\n[action.x]\nregions = [\"a\", \"b\"]\n"
        );
        assert_eq!(read_as("start=2022-01-01T00:00:00"), "start = 2022-01-01T00:00:00\n");
    }

    #[test]
    fn a_value_of_plain_words_remembers_where_it_stands() {
        let text = "zone = Asia/Almaty ";
        let table = read(3, text).unwrap();
        let place = &table.get("zone").unwrap().place;
        assert_eq!((place.source, &text[place.start..place.end]), (3, "Asia/Almaty"));
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in ["ticks", "ticks=", "ticks=[1", "=3", "ticks=1\nseed=2"] {
            assert!(read(0, text).is_err(), "{text}");
        }
    }
}
