//! Where two files of results first differ.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use csv::{Reader, ReaderBuilder, StringRecord};

use super::error::{Error, at};
use super::identity::text_difference;
use super::manifest::Digested;

/// The first place where a file is not the same there and here, as a sentence without its end; `None` if the bytes
/// are the same. In a CSV it is told by arm, point, replicate, tick, region and column.
///
/// # Errors
/// If one of them cannot be read.
pub fn first_difference(there: &Path, here: &Path) -> Result<Option<String>, Error> {
    if Digested::of(there)?.sha256 == Digested::of(here)?.sha256 {
        return Ok(None);
    }
    let difference = match there.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => row_difference(there, here, |_| true)?,
        Some("toml") => {
            let text = |path: &Path| fs::read_to_string(path).map_err(at(path));
            text_difference(&text(there)?, &text(here)?)
        }
        _ => None,
    };
    Ok(difference.or_else(|| Some("its bytes differ, though none of its values does".to_owned())))
}

/// The first place where the rows of some runs are not the same there and here, where there are rows of these runs
/// alone; `None` if they are.
///
/// # Errors
/// If one of them cannot be read.
pub fn first_difference_of_runs(there: &Path, here: &Path) -> Result<Option<String>, Error> {
    let mut reader = open(here)?;
    let Some(header) = next(&mut reader, here)? else {
        return first_difference(there, here);
    };
    let columns = ["point", "replicate"].map(|name| header.iter().position(|column| column == name));
    let run =
        |record: &StringRecord| columns.map(|column| column.and_then(|column| record.get(column)).map(str::to_owned));
    let mut runs = BTreeSet::from([run(&header)]);
    while let Some(record) = next(&mut reader, here)? {
        runs.insert(run(&record));
    }
    row_difference(there, here, |record| runs.contains(&run(record)))
}

fn open(path: &Path) -> Result<Reader<File>, Error> {
    let file = File::open(path).map_err(at(path))?;
    Ok(ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file))
}

fn next(reader: &mut Reader<File>, path: &Path) -> Result<Option<StringRecord>, Error> {
    let record = reader.records().next().transpose();
    record.map_err(io::Error::from).map_err(at(path))
}

/// `wanted` tells which rows there count.
fn row_difference(there: &Path, here: &Path, wanted: impl Fn(&StringRecord) -> bool) -> Result<Option<String>, Error> {
    let next_wanted = |reader: &mut Reader<File>| -> Result<Option<StringRecord>, Error> {
        loop {
            match next(reader, there)? {
                Some(record) if !wanted(&record) => {}
                other => return Ok(other),
            }
        }
    };
    let (mut old, mut new) = (open(there)?, open(here)?);
    let mut header = None;
    loop {
        match (next_wanted(&mut old)?, next(&mut new, here)?) {
            (None, None) => return Ok(None),
            (Some(a), Some(b)) if a == b => header = header.or(Some(a)),
            (Some(a), Some(b)) => {
                let Some(header) = header else {
                    return Ok(Some("its columns differ".to_owned()));
                };
                return Ok(Some(value_difference(&header, &a, &b)));
            }
            (Some(row), None) => return Ok(Some(extra(header, &row, "there"))),
            (None, Some(row)) => return Ok(Some(extra(header, &row, "here"))),
        }
    }
}

fn value_difference(header: &StringRecord, a: &StringRecord, b: &StringRecord) -> String {
    let column = (0..header.len())
        .find(|&column| a.get(column) != b.get(column))
        .unwrap_or(header.len());
    let value = |record: &StringRecord| record.get(column).unwrap_or("nothing").to_owned();
    format!(
        "{}: {} is {} there, {} here",
        place(header, b),
        header.get(column).unwrap_or("a further field"),
        value(a),
        value(b)
    )
}

fn extra(header: Option<StringRecord>, row: &StringRecord, side: &str) -> String {
    format!("{}: a row is only {side}", place(&header.unwrap_or_default(), row))
}

fn place(header: &StringRecord, row: &StringRecord) -> String {
    let value = |name: &str| {
        let column = header.iter().position(|other| other == name)?;
        Some(format!("{name} {}", row.get(column)?))
    };
    let known: Vec<String> = ["arm", "point", "replicate", "tick", "region"]
        .into_iter()
        .filter_map(value)
        .collect();
    known.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differ(there: &str, here: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
        fs::write(&a, there).unwrap();
        fs::write(&b, here).unwrap();
        first_difference(&a, &b).unwrap()
    }

    fn differ_in_runs(there: &str, here: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
        fs::write(&a, there).unwrap();
        fs::write(&b, here).unwrap();
        first_difference_of_runs(&a, &b).unwrap()
    }

    #[test]
    fn of_some_runs_only_their_rows_are_compared() {
        let there = "point,replicate,peak\n0,0,5\n0,1,6\n1,0,7\n1,1,8\n";
        let here = "point,replicate,peak\n0,1,6\n1,0,7\n";
        assert_eq!(differ_in_runs(there, here), None);
        let wrong = here.replace("1,0,7", "1,0,9");
        assert_eq!(
            differ_in_runs(there, &wrong).unwrap(),
            "point 1, replicate 0: peak is 7 there, 9 here"
        );
        let missing = there.replace("1,0,7\n", "");
        assert_eq!(
            differ_in_runs(&missing, here).unwrap(),
            "point 1, replicate 0: a row is only here"
        );
        let other = here.replace("peak", "deaths");
        assert_eq!(differ_in_runs(there, &other).unwrap(), "its columns differ");
    }

    const TEXT: &str = "replicate,tick,region,violent\n0,0,west,1\n0,1,west,2\n";

    #[test]
    fn equal_files_do_not_differ() {
        assert_eq!(differ(TEXT, TEXT), None);
    }

    #[test]
    fn the_first_different_value_is_named_by_replicate_tick_region_and_column() {
        let other = TEXT.replace("0,1,west,2", "0,1,west,3");
        let place = "replicate 0, tick 1, region west: violent is 2 there, 3 here";
        assert_eq!(differ(TEXT, &other).unwrap(), place);
    }

    #[test]
    fn a_missing_row_a_changed_header_and_mere_bytes_are_told_apart() {
        let shorter = TEXT.replace("0,1,west,2\n", "");
        assert_eq!(
            differ(TEXT, &shorter).unwrap(),
            "replicate 0, tick 1, region west: a row is only there"
        );
        assert_eq!(
            differ(TEXT, &TEXT.replace("violent", "looting")).unwrap(),
            "its columns differ"
        );
        let bytes = differ(TEXT, &TEXT.replace('\n', "\r\n")).unwrap();
        assert_eq!(bytes, "its bytes differ, though none of its values does");
    }
}
