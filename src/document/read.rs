//! From files to one document: the scenario, what it extends, and the tables of entries beside them.

use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::form::File;
use super::merge::{conflicts, overlay};
use super::problem::{Place, Problem, Source};
use super::tree::{self, Entry, Node, Table, Value};

/// What was read.
#[derive(Default)]
pub struct Reading {
    /// Keys that name a file that is read in their stead.
    files: Vec<(&'static str, File)>,
    /// Every text, in the order of reading.
    pub sources: Vec<Source>,
    /// What keeps the texts from being understood at all: no file, no TOML.
    pub broken: Vec<Problem>,
    /// What is wrong but lets the rest be judged too.
    pub problems: Vec<Problem>,
    /// The record of what happened that belongs to the scenario: its own before that of what it extends, and a
    /// named one before one that lies beside.
    pub record: Option<PathBuf>,
    /// The table of plausible worlds: its own before that of what it extends.
    pub worlds: Option<PathBuf>,
    /// The files that are being read, each extended by the one before.
    chain: Vec<PathBuf>,
    /// What each file says itself, in the order in which they are laid over each other.
    layers: Vec<Table>,
    /// The files that are laid already, each with its layers and those of what it extends.
    laid: Vec<(PathBuf, Range<usize>)>,
    /// Layers that the file laid last shares with those before it.
    common: Vec<Range<usize>>,
}

impl Reading {
    /// Nothing yet; of documents in which these keys name a file that is read in their stead.
    pub fn of(files: Vec<(&'static str, File)>) -> Reading {
        Reading {
            files,
            ..Reading::default()
        }
    }

    /// Read a file and all that it refers to. `from` is where it is named, if it is named in a scenario.
    pub fn file(&mut self, path: &Path, from: Option<&Place>) -> Table {
        self.over(path, from, Table::default())
    }

    /// Lay a file over what there is, with all that it refers to.
    fn over(&mut self, path: &Path, from: Option<&Place>, below: Table) -> Table {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                self.unreadable(path, from, &error);
                return below;
            }
        };
        let name = path.display().to_string();
        let first = self.layers.len();
        self.chain.push(identity(path));
        let beside = Some(path.with_extension("record.toml")).filter(|path| path.is_file());
        let table = self.document_over(name, text, path.parent().unwrap_or(Path::new("")), beside, below);
        self.chain.pop();
        self.laid.push((identity(path), first..self.layers.len()));
        table
    }

    /// Understand a text, with the files that it refers to, which lie in or below `folder`; `beside` is the record
    /// that it has if it names none.
    pub fn document(&mut self, name: String, text: String, folder: &Path, beside: Option<PathBuf>) -> Table {
        self.document_over(name, text, folder, beside, Table::default())
    }

    fn document_over(
        &mut self,
        name: String,
        text: String,
        folder: &Path,
        beside: Option<PathBuf>,
        mut table: Table,
    ) -> Table {
        let source = self.sources.len();
        let (mut own, broken) = tree::parse(source, &text);
        self.sources.push(Source { name, text });
        self.broken.extend(broken);
        let bases = self.bases(&mut own);
        let first = self.layers.len();
        for (base, place) in &bases {
            let before = self.layers.len();
            self.common.clear();
            table = self.extended(&folder.join(base), place, table);
            self.tell_conflicts(&own, first..before);
        }
        self.layers.push(own.clone());
        for (key, file) in self.files.clone() {
            let Some((named, place)) = take_text(&mut own, key) else {
                continue;
            };
            match file {
                File::Table(entries) => {
                    let listed = self.table(&folder.join(named), &place, entries);
                    overlay(&mut table, listed, &mut self.problems);
                }
                File::Json => {
                    let text = self.json(named, folder, &place);
                    let node = || Node {
                        value: Value::Text(text),
                        place: place.clone(),
                    };
                    own.entry(key, &place, node);
                }
            }
        }
        let named = take_text(&mut own, "record").map(|(record, _)| folder.join(record));
        self.record = named.or(beside).or(self.record.take());
        let worlds = take_text(&mut own, "worlds").map(|(worlds, _)| folder.join(worlds));
        self.worlds = worlds.or(self.worlds.take());
        overlay(&mut table, own, &mut self.problems);
        table
    }

    /// The text itself, as a scenario that was written out has it, or what is in the file; without line breaks, so that
    /// it is one line of a scenario that is written out.
    fn json(&mut self, named: String, folder: &Path, place: &Place) -> String {
        let text = match named.trim_start().starts_with('{') {
            true => named,
            false => {
                let path = folder.join(named);
                fs::read_to_string(&path).unwrap_or_else(|error| {
                    self.unreadable(&path, Some(place), &error);
                    String::new()
                })
            }
        };
        text.split(['\n', '\r']).map(str::trim).collect()
    }

    /// What a document extends: a path or a list of them.
    fn bases(&mut self, own: &mut Table) -> Vec<(String, Place)> {
        let Some(entry) = own.remove("extends") else {
            return Vec::new();
        };
        let one = |node: &Node| Some((node.text()?.to_owned(), node.place.clone()));
        let all: Option<Vec<_>> = match &entry.node.value {
            Value::List(list) => list.iter().map(one).collect(),
            _ => one(&entry.node).map(|one| vec![one]),
        };
        all.filter(|all| !all.is_empty()).unwrap_or_else(|| {
            let problem = Problem::at(
                &entry.node.place,
                "`extends` must be a path in quotes, or a list of paths",
            );
            let help = "such as extends = \"base.toml\", or extends = [\"a.toml\", \"b.toml\"]";
            self.broken
                .push(problem.label(format!("this is {}", entry.node.found())).help(help));
            Vec::new()
        })
    }

    /// Where what was laid last contradicts what was laid before it, in a list of what is extended; what both have in
    /// common is none of it. The later one counts, unless the document itself says what is meant.
    fn tell_conflicts(&mut self, own: &Table, before: Range<usize>) {
        let after = before.end..self.layers.len();
        let mut told = Vec::new();
        for old in before.filter(|layer| !self.common.iter().any(|common| common.contains(layer))) {
            for new in after.clone() {
                told.extend(conflicts(&self.layers[old], &self.layers[new]));
            }
        }
        for (path, place) in told {
            if path != "title" && path != "schema_version" && !says(own, &path) {
                let message = format!("`{path}` is set otherwise by what stands before this in `extends`");
                let help = "the later one counts; set it in the file that extends both, and this is told no more";
                let problem = Problem::at(&place, message).label("this counts").help(help);
                self.problems.push(problem.warning());
            }
        }
    }

    fn extended(&mut self, path: &Path, place: &Place, below: Table) -> Table {
        if self.chain.contains(&identity(path)) {
            let message = format!("`{}` extends itself, by way of others or directly", path.display());
            let help = "let one of the files in the circle stand alone";
            self.broken.push(
                Problem::at(place, message)
                    .label("this leads back to where it began")
                    .help(help),
            );
            return below;
        }
        // What two of a list both extend is laid once, below both.
        match self.laid.iter().find(|(laid, _)| *laid == identity(path)) {
            Some((_, layers)) => {
                self.common.push(layers.clone());
                below
            }
            None => self.over(path, Some(place), below),
        }
    }

    fn unreadable(&mut self, path: &Path, from: Option<&Place>, error: &std::io::Error) {
        let why = match error.kind() {
            ErrorKind::NotFound => "there is no such file".to_string(),
            _ => error.to_string(),
        };
        let message = format!("cannot read {}: {why}", path.display());
        self.broken.push(match from {
            Some(place) => {
                let problem = Problem::at(place, message).label("this file");
                problem.help("a path is relative to the folder of the file that names it")
            }
            None => Problem::nowhere(message),
        });
    }

    /// A table of entries of a kind in CSV: a header of keys, a row for each. A cell is a TOML value, or else text; an
    /// empty one says nothing.
    fn table(&mut self, path: &Path, from: &Place, kind: &str) -> Table {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                self.unreadable(path, Some(from), &error);
                return Table::default();
            }
        };
        let source = self.sources.len();
        let name = path.display().to_string();
        let rows = cells(source, &text);
        self.sources.push(Source { name, text });
        let Some((header, rows)) = rows.split_first() else {
            let problem = Problem::at(from, format!("the table of {kind}s {} is empty", path.display()));
            self.broken
                .push(problem.help(format!("its first line names the keys, each further line is a {kind}")));
            return Table::default();
        };
        if !header.iter().any(|cell| cell.text == "id") {
            let mut problem = Problem::at(&header[0].place, format!("the table of {kind}s has no column `id`"))
                .label("the names of the columns are read from here");
            if header.len() == 1 && header[0].text.contains([';', '\t']) {
                problem = problem.help("semicolons or tabs stand between the cells; save the table with commas");
            }
            self.broken.push(problem);
        }
        for (i, cell) in header.iter().enumerate() {
            if header[..i].iter().any(|other| other.text == cell.text) {
                self.broken.push(Problem::at(
                    &cell.place,
                    format!("there are two columns `{}`", cell.text),
                ));
            }
        }
        let mut list = Vec::new();
        for row in rows {
            if row.len() == header.len() {
                list.push(entry(header, row));
            } else {
                let place = Place::new(source, row[0].place.start..row[row.len() - 1].place.end);
                let message = format!("this row has {} cells and the header has {}", row.len(), header.len());
                let help = "an empty cell keeps its comma; text with a comma in it stands in quotes";
                self.broken
                    .push(Problem::at(&place, message).label("this row").help(help));
            }
        }
        let whole = Place::new(source, 0..0);
        Table {
            entries: vec![Entry {
                key: kind.to_string(),
                at: whole.clone(),
                node: Node {
                    value: Value::List(list),
                    place: whole,
                },
            }],
            ..Table::default()
        }
    }
}

/// Whether a document sets a value at a path, in which entries are named by their id.
fn says(table: &Table, path: &str) -> bool {
    let (key, rest) = path.split_once('.').unwrap_or((path, ""));
    let Some(node) = table.get(key) else { return false };
    match (&node.value, rest) {
        (_, "") => true,
        (Value::Table(inner), _) => says(inner, rest),
        (Value::List(list), _) => {
            let (id, rest) = rest.split_once('.').unwrap_or((rest, ""));
            let entry = list
                .iter()
                .filter_map(Node::table)
                .find(|table| table.text("id") == Some(id));
            entry.is_some_and(|table| says(table, rest))
        }
        _ => false,
    }
}

/// The same file by whatever path: two paths lead to one file when the system says so.
fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Take a key out if its value is text; if it is anything else it stays, to be complained of.
fn take_text(table: &mut Table, key: &str) -> Option<(String, Place)> {
    let text = table.text(key)?.to_string();
    table.remove(key).map(|entry| (text, entry.node.place))
}

struct Cell {
    text: String,
    place: Place,
}

fn entry(header: &[Cell], row: &[Cell]) -> Node {
    let mut entry = Table::default();
    for (key, cell) in header.iter().zip(row).filter(|(_, cell)| !cell.text.is_empty()) {
        let text = || Node {
            value: Value::Text(cell.text.clone()),
            place: cell.place.clone(),
        };
        let node = match key.text.as_str() {
            "id" | "name" => text(),
            _ => tree::parse_value(&cell.text, &cell.place).unwrap_or_else(text),
        };
        put(&mut entry, &key.text, &key.place, node);
    }
    Node {
        value: Value::Table(entry),
        place: row[0].place.clone(),
    }
}

/// Put a value at a dotted key.
fn put(table: &mut Table, key: &str, at: &Place, node: Node) {
    let Some((first, rest)) = key.split_once('.') else {
        table.entry(key, at, || node);
        return;
    };
    let inner = table.entry(first, at, || Node {
        value: Value::Table(Table::default()),
        place: node.place.clone(),
    });
    if let Value::Table(inner) = &mut inner.node.value {
        put(inner, rest, at, node);
    }
}

/// The cells of a CSV text, row by row, each with its place.
fn cells(source: usize, text: &str) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    for record in reader.records().flatten() {
        let start = record.position().map_or(0, |position| position.byte() as usize);
        let spans = spans(text, start, record.len());
        let cell = |(text, span): (&str, (usize, usize))| Cell {
            text: text.trim().to_string(),
            place: Place::new(source, span.0..span.1),
        };
        rows.push(record.iter().zip(spans).map(cell).collect());
    }
    rows
}

/// Where so many cells of one row stand, quotes included: the CSV reader tells only where the row begins.
fn spans(text: &str, start: usize, cells: usize) -> Vec<(usize, usize)> {
    let skipped = text[start..].trim_start_matches(['\r', '\n', '\u{feff}']);
    let mut from = text.len() - skipped.len();
    let (mut spans, mut within_quotes) = (Vec::with_capacity(cells), false);
    for (i, c) in text.as_bytes().iter().enumerate().skip(from) {
        match c {
            b'"' => within_quotes = !within_quotes,
            b',' | b'\n' | b'\r' if !within_quotes => {
                spans.push((from, i));
                from = i + 1;
                if spans.len() == cells {
                    return spans;
                }
            }
            _ => {}
        }
    }
    spans.resize(cells, (from.min(text.len()), text.len()));
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_of_a_csv_table_knows_its_place() {
        let text = "\u{feff}id,name,urban\r\n\r\na,\"Semey, \"\"Abai\"\"\",0.5\r\nb,,";
        let rows = cells(0, text);
        let at: Vec<Vec<&str>> = rows
            .iter()
            .map(|row| row.iter().map(|c| &text[c.place.start..c.place.end]).collect())
            .collect();
        assert_eq!(
            at,
            [
                vec!["id", "name", "urban"],
                vec!["a", "\"Semey, \"\"Abai\"\"\"", "0.5"],
                vec!["b", "", ""]
            ]
        );
        assert_eq!(rows[1][1].text, "Semey, \"Abai\"");
    }

    #[test]
    fn a_cell_is_a_toml_value_or_else_text_and_dots_lead_into_tables() {
        let rows = cells(
            0,
            "id,position,hardship.mean,population,name\n7,\"[43.6, 51.2]\",0.5,1000,12 months\n",
        );
        let node = entry(&rows[0], &rows[1]);
        let table = node.table().unwrap();
        assert_eq!(table.text("id"), Some("7"));
        assert_eq!(table.text("name"), Some("12 months"));
        assert_eq!(table.get("position").unwrap().list().len(), 2);
        assert_eq!(
            table
                .get("hardship")
                .unwrap()
                .table()
                .unwrap()
                .get("mean")
                .unwrap()
                .number(),
            Some(0.5)
        );
        assert_eq!(table.get("population").unwrap().value, Value::Whole(1000));
    }
}
