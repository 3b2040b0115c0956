//! The runs of a folder of results, one after the other, each with its series and its events.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::Context;
use qantar::study::rows::{events_schema, events_with};
use qantar::table::{Kind, Table, csv};

/// One run.
pub struct Run {
    /// The arm that it is of.
    pub arm: String,
    /// Its series.
    pub series: Table,
    /// Its events; of a run in which nothing happened there are none.
    pub events: Table,
}

/// The runs of a folder, whose series stand in this file and have this form. Rows of one replicate stand together, be it in
/// all arms or in one.
pub fn runs<'s>(
    folder: &Path,
    name: &str,
    schema: &'s [(&'s str, Kind)],
) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Run>> + use<'s>> {
    let mut events = events(folder)?;
    Ok(tables(folder, name, schema)?.map(move |series| {
        let (key, series) = series?;
        Ok(Run {
            events: events.remove(&key).unwrap_or_else(|| Table::empty(&events_schema())),
            arm: key.0,
            series,
        })
    }))
}

/// The rows of each run in a file of a folder, with its arm and its replicate.
pub fn tables<'s>(
    folder: &Path,
    name: &str,
    schema: &'s [(&'s str, Kind)],
) -> anyhow::Result<impl Iterator<Item = anyhow::Result<(Key, Table)>> + use<'s>> {
    let path = folder.join(name);
    let file = File::open(&path);
    let failed = move || format!("cannot read {}", path.display());
    let groups = csv::groups(BufReader::new(file.with_context(&failed)?), schema, "replicate").with_context(&failed)?;
    Ok(groups.flat_map(move |group| match group.with_context(&failed) {
        Ok(group) => by_arm(group)
            .into_iter()
            .map(|rows| Ok((key(&rows, 0), rows)))
            .collect(),
        Err(error) => vec![Err(error)],
    }))
}

/// An arm and a replicate.
pub type Key = (String, i64);

fn by_arm(group: Table) -> Vec<Table> {
    let mut arms = Vec::<(String, Vec<usize>)>::new();
    let names = group.column("arm").expect("a series has arms");
    for row in 0..group.rows() {
        match arms.iter_mut().find(|(name, _)| name == names.text(row)) {
            Some((_, rows)) => rows.push(row),
            None => arms.push((names.text(row).to_owned(), vec![row])),
        }
    }
    match arms.len() {
        1 => vec![group],
        _ => arms.into_iter().map(|(_, rows)| group.pick(&rows)).collect(),
    }
}

/// The events of each run.
fn events(folder: &Path) -> anyhow::Result<BTreeMap<Key, Table>> {
    let path = folder.join("events.csv");
    let failed = || format!("cannot read {}", path.display());
    let mut file = BufReader::new(File::open(&path).with_context(failed)?);
    let mut header = String::new();
    file.read_line(&mut header).with_context(failed)?;
    let places = header.trim_end().split(',').any(|column| column == "place");
    let file = header.as_bytes().chain(file);
    let all = csv::read(file, &events_with(places)).with_context(failed)?;
    let mut rows = BTreeMap::<_, Vec<usize>>::new();
    for row in 0..all.rows() {
        rows.entry(key(&all, row)).or_default().push(row);
    }
    Ok(rows.into_iter().map(|(key, rows)| (key, all.pick(&rows))).collect())
}

/// The arm and the replicate of a row.
fn key(table: &Table, row: usize) -> Key {
    let [arm, replicate] = ["arm", "replicate"].map(|name| table.column(name));
    let replicate = replicate.map_or(0, |column| column.number(row) as i64);
    (
        arm.map_or(String::new(), |column| column.text(row).to_owned()),
        replicate,
    )
}
