//! Tables as CSV: comma-separated, quoted where needed, one line feed per row. A real number is written with the
//! fewest digits that read back as the same 64 bits, and always with a point or an exponent, so that a column of
//! real numbers that happen to be whole is still one.

use std::fmt::Write as _;
use std::io;

use ::csv::{Reader, ReaderBuilder, StringRecord, WriterBuilder};

use super::{Column, Kind, Table};

/// Write a table; without its header it can be appended to one written before.
///
/// # Errors
/// Those of `out`.
pub fn write(table: &Table, header: bool, out: impl io::Write) -> io::Result<()> {
    let mut writer = WriterBuilder::new().has_headers(false).from_writer(out);
    if header {
        writer.write_record(table.columns().iter().map(|(name, _)| name))?;
    }
    let mut number = String::new();
    for row in 0..table.rows() {
        for (_, column) in table.columns() {
            number.clear();
            match column {
                Column::Int(values) => write!(number, "{}", values[row]),
                Column::Float(values) => write!(number, "{:?}", values[row]),
                Column::Text(_) => Ok(()),
            }
            .expect("writing to a string cannot fail");
            match column {
                Column::Text(values) => writer.write_field(&values[row])?,
                _ => writer.write_field(&number)?,
            }
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}

/// A table with its header, as it is written.
pub fn text(table: &Table) -> Vec<u8> {
    let mut text = Vec::new();
    write(table, true, &mut text).expect("memory can be written");
    text
}

/// Read the columns of a schema from CSV with a header, in the order of the schema; other columns are left out.
///
/// # Errors
/// Those of `input`; `InvalidData`, with line, column and value, where a column is missing or a value is not of
/// its kind.
pub fn read(input: impl io::Read, schema: &[(&str, Kind)]) -> io::Result<Table> {
    let mut reader = ReaderBuilder::new().from_reader(input);
    let places = places(&mut reader, schema)?;
    collect(&mut reader, schema, &places)
}

/// Read CSV that has no header and exactly the columns of the schema: what [`write()`] wrote without one.
///
/// # Errors
/// As [`read`].
pub fn read_headless(input: impl io::Read, schema: &[(&str, Kind)]) -> io::Result<Table> {
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(input);
    collect(&mut reader, schema, &(0..schema.len()).collect::<Vec<_>>())
}

/// Read a long CSV as one table for each run of rows that agree in the column `by`, such as `replicate`, so
/// that only one of them is in memory at a time.
///
/// # Errors
/// As [`read`]; after an error there is no further table.
///
/// # Panics
/// If `by` is not in the schema.
pub fn groups<'s>(
    input: impl io::Read + 's,
    schema: &'s [(&'s str, Kind)],
    by: &str,
) -> io::Result<impl Iterator<Item = io::Result<Table>> + 's> {
    let mut reader = ReaderBuilder::new().from_reader(input);
    let places = places(&mut reader, schema)?;
    let key = schema
        .iter()
        .position(|(name, _)| *name == by)
        .expect("`by` is a column of the schema");
    let mut record = StringRecord::new();
    let mut more = reader.read_record(&mut record)?;
    Ok(std::iter::from_fn(move || {
        if !more {
            return None;
        }
        let mut group = Builder::new(schema, &places);
        let value = record[places[key]].to_owned();
        let mut step = || -> io::Result<()> {
            while more && record[places[key]] == value {
                group.push(&record)?;
                more = reader.read_record(&mut record)?;
            }
            Ok(())
        };
        let result = step();
        more &= result.is_ok();
        Some(result.map(|()| group.table()))
    }))
}

fn places<R: io::Read>(reader: &mut Reader<R>, schema: &[(&str, Kind)]) -> io::Result<Vec<usize>> {
    let header = reader.headers()?;
    let place = |name: &str| header.iter().position(|other| other == name);
    schema
        .iter()
        .map(|(name, _)| place(name).ok_or_else(|| invalid(format!("there is no column `{name}`"))))
        .collect()
}

fn collect<R: io::Read>(reader: &mut Reader<R>, schema: &[(&str, Kind)], places: &[usize]) -> io::Result<Table> {
    let mut all = Builder::new(schema, places);
    let mut record = StringRecord::new();
    while reader.read_record(&mut record)? {
        all.push(&record)?;
    }
    Ok(all.table())
}

/// A table as it grows row by row.
struct Builder<'s> {
    places: &'s [usize],
    columns: Vec<(String, Column)>,
}

impl<'s> Builder<'s> {
    fn new(schema: &[(&str, Kind)], places: &'s [usize]) -> Builder<'s> {
        let columns = Table::empty(schema).into_columns();
        Builder { places, columns }
    }

    fn push(&mut self, record: &StringRecord) -> io::Result<()> {
        for ((name, column), &place) in self.columns.iter_mut().zip(self.places) {
            let line = record.position().map_or(0, |position| position.line());
            let text = record
                .get(place)
                .ok_or_else(|| invalid(format!("line {line} has no field for column `{name}`")))?;
            let wrong = |noun| invalid(format!("line {line}, column `{name}`: `{text}` is not {noun}"));
            match column {
                Column::Int(values) => values.push(text.parse().map_err(|_| wrong("a whole number"))?),
                Column::Float(values) => values.push(text.parse().map_err(|_| wrong("a number"))?),
                Column::Text(values) => values.push(text.to_owned()),
            }
        }
        Ok(())
    }

    fn table(self) -> Table {
        Table::new(self.columns)
    }
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: [(&str, Kind); 3] = [("replicate", Kind::Int), ("share", Kind::Float), ("region", Kind::Text)];

    fn table() -> Table {
        Table::new(vec![
            ("replicate", Column::Int(vec![0, 0, -7])),
            ("share", Column::Float(vec![1.0, 0.1 + 0.2, 1e-300])),
            (
                "region",
                Column::Text(vec!["almaty".into(), "say \"a, b\"\nc".into(), String::new()]),
            ),
        ])
    }

    fn text(table: &Table, header: bool) -> String {
        let mut out = Vec::new();
        write(table, header, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_bits() {
        assert_eq!(read(text(&table(), true).as_bytes(), &SCHEMA).unwrap(), table());
        assert_eq!(
            read_headless(text(&table(), false).as_bytes(), &SCHEMA).unwrap(),
            table()
        );
    }

    #[test]
    fn a_whole_real_number_keeps_its_point() {
        let one = Table::new(vec![("share", Column::Float(vec![1.0]))]);
        assert_eq!(text(&one, true), "share\n1.0\n");
    }

    #[test]
    fn a_part_without_header_appends_to_one_with() {
        let both = text(&table(), true) + &text(&table(), false);
        assert_eq!(read(both.as_bytes(), &SCHEMA).unwrap().rows(), 6);
    }

    #[test]
    fn groups_are_runs_of_equal_keys() {
        let text = text(&table(), true);
        let groups: Vec<Table> = groups(text.as_bytes(), &SCHEMA, "replicate")
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(groups.iter().map(Table::rows).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(groups[1].column("replicate"), Some(&Column::Int(vec![-7])));
    }

    #[test]
    fn a_wrong_value_is_named_with_its_line_and_column() {
        let error = |text: &str| read(text.as_bytes(), &SCHEMA).unwrap_err().to_string();
        assert_eq!(
            error("replicate,share,region\n0,1.0,a\n0,much,a\n"),
            "line 3, column `share`: `much` is not a number"
        );
        assert_eq!(error("replicate,region\n"), "there is no column `share`");
    }
}
