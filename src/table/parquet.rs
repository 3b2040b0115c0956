//! Tables as Parquet: one row group for what is appended at a time, Snappy. The same tables give the same bytes. What is
//! missing is null and not NaN, so that averages of other programs leave it out; times are timestamps, in UTC.

use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use ::parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer};
use ::parquet::data_type::ByteArray;
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use ::parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use ::parquet::schema::types::{ColumnDescPtr, Type};
use bytes::Bytes;
use jiff::Timestamp;
use rayon::prelude::*;

use super::{Column, Kind, Table};

/// A Parquet file as it grows, one row group at a time; only that is in memory, and a few kB of each for the footer.
pub struct Writer<W: Write + Send> {
    file: SerializedFileWriter<W>,
}

impl<W: Write + Send> Writer<W> {
    /// Begin a file with these columns; whole numbers and text are never null.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W, schema: &[(&str, Kind)]) -> io::Result<Writer<W>> {
        // What the footer tells of each row group stays in memory until the end; an index of pages is not worth it.
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .build();
        let file =
            message(schema).and_then(|root| SerializedFileWriter::new(out, Arc::new(root), Arc::new(properties)));
        Ok(Writer {
            file: file.map_err(io_error)?,
        })
    }

    /// Append the rows of tables that have the columns of the schema, in its order, as one row group. Columns are
    /// encoded on the threads of the current pool of rayon; the bytes do not depend on them.
    ///
    /// # Errors
    /// Those of the file; an error too if there is a column that is not in the schema, or not of its kind there.
    pub fn append(&mut self, tables: &[Table]) -> io::Result<()> {
        self.row_group(tables).map_err(io_error)
    }

    fn row_group(&mut self, tables: &[Table]) -> Result<()> {
        let (schema, properties) = (self.file.schema_descr(), self.file.properties());
        let more = |table: &Table| table.columns().get(schema.num_columns()).map(|(name, _)| name.clone());
        if let Some(name) = tables.iter().find_map(more) {
            return Err(ParquetError::General(format!("column `{name}` is not in the schema")));
        }
        let encode = |at| encode(schema.column(at), properties.clone(), tables, at);
        let chunks: Vec<Chunk> = (0..schema.num_columns())
            .into_par_iter()
            .map(encode)
            .collect::<Result<_>>()?;
        let mut group = self.file.next_row_group()?;
        for (bytes, close) in chunks {
            group.append_column(&bytes, close)?;
        }
        group.close()?;
        Ok(())
    }

    /// Write the footer, without which the file cannot be read, and give back what was written to.
    ///
    /// # Errors
    /// Those of the file.
    pub fn finish(self) -> io::Result<W> {
        self.file.into_inner().map_err(io_error)
    }
}

/// A column of a row group, encoded, and what the footer tells of it.
type Chunk = (Bytes, ColumnCloseResult);

/// Encode the values that tables have in the column of this place.
fn encode(column: ColumnDescPtr, properties: WriterPropertiesPtr, tables: &[Table], at: usize) -> Result<Chunk> {
    let mut bytes = TrackedWrite::new(Vec::new());
    let pages = Box::new(SerializedPageWriter::new(&mut bytes));
    let mut writer = get_column_writer(column, properties, pages);
    for table in tables {
        let Some((name, column)) = table.columns().get(at) else {
            return Err(ParquetError::General("a table lacks a column of the schema".to_owned()));
        };
        match (&mut writer, column) {
            (ColumnWriter::Int64ColumnWriter(writer), Column::Int(values)) => writer.write_batch(values, None, None)?,
            (ColumnWriter::DoubleColumnWriter(writer), Column::Float(values)) => {
                let (values, there) = there(values.iter().map(|&value| (!value.is_nan()).then_some(value)));
                writer.write_batch(&values, Some(&there), None)?
            }
            (ColumnWriter::Int64ColumnWriter(writer), Column::Text(times)) => {
                let (values, there) = there(moments(times));
                writer.write_batch(&values, Some(&there), None)?
            }
            (ColumnWriter::ByteArrayColumnWriter(writer), Column::Text(values)) => {
                let values: Vec<ByteArray> = values.iter().map(|text| text.as_str().into()).collect();
                writer.write_batch(&values, None, None)?
            }
            _ => return Err(ParquetError::General(format!("column `{name}` is of another kind"))),
        };
    }
    let close = writer.close()?;
    Ok((bytes.into_inner()?.into(), close))
}

/// The values that are there, and for each whether it is.
fn there<T>(values: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<i16>) {
    let (mut all, mut there) = (Vec::new(), Vec::new());
    for value in values {
        there.push(i16::from(value.is_some()));
        all.extend(value);
    }
    (all, there)
}

/// Times in milliseconds since 1970; every tick has as many rows as there are regions, so the last is remembered.
fn moments(times: &[String]) -> impl Iterator<Item = Option<i64>> {
    let mut last = (String::new(), None);
    times.iter().map(move |time| {
        if last.0 != *time {
            last = (
                time.clone(),
                time.parse::<Timestamp>().ok().map(Timestamp::as_millisecond),
            );
        }
        last.1
    })
}

fn message(schema: &[(&str, Kind)]) -> Result<Type> {
    let field = |&(name, kind): &(&str, Kind)| {
        let (physical, logical, repetition) = match kind {
            Kind::Int => (Physical::INT64, None, Repetition::REQUIRED),
            Kind::Float => (Physical::DOUBLE, None, Repetition::OPTIONAL),
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED),
            Kind::Time => {
                let logical = LogicalType::timestamp(true, TimeUnit::MILLIS);
                (Physical::INT64, Some(logical), Repetition::OPTIONAL)
            }
        };
        let field = Type::primitive_type_builder(name, physical);
        field
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()
            .map(Arc::new)
    };
    Type::group_type_builder("qantar")
        .with_fields(schema.iter().map(field).collect::<Result<_>>()?)
        .build()
}

fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::Field;

    use super::*;

    const SCHEMA: [(&str, Kind); 3] = [("tick", Kind::Int), ("legitimacy", Kind::Float), ("region", Kind::Text)];

    fn part(tick: i64) -> Table {
        Table::new(vec![
            ("tick", Column::Int(vec![tick, tick])),
            ("legitimacy", Column::Float(vec![0.1, 2.0])),
            ("region", Column::Text(vec!["almaty".into(), "шымкент".into()])),
        ])
    }

    fn file() -> Vec<u8> {
        let mut writer = Writer::new(Vec::new(), &SCHEMA).unwrap();
        writer.append(&[part(1)]).unwrap();
        writer.append(&[part(2)]).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn what_is_written_reads_back() {
        let bytes = tempfile::tempfile().unwrap();
        (&bytes).write_all(&file()).unwrap();
        let reader = SerializedFileReader::new(bytes).unwrap();
        assert_eq!(reader.metadata().num_row_groups(), 2);
        let rows: Vec<Vec<Field>> = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| {
                row.unwrap()
                    .into_columns()
                    .into_iter()
                    .map(|(_, field)| field)
                    .collect()
            })
            .collect();
        let row = |tick, share, region: &str| vec![Field::Long(tick), Field::Double(share), Field::Str(region.into())];
        let expected = [
            row(1, 0.1, "almaty"),
            row(1, 2.0, "шымкент"),
            row(2, 0.1, "almaty"),
            row(2, 2.0, "шымкент"),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn what_is_missing_is_null_and_times_are_moments() {
        let schema = [("share", Kind::Float), ("time", Kind::Time)];
        let times = ["1970-01-01T06:00:01+06:00", ""].map(str::to_owned);
        let table = Table::new(vec![
            ("share", Column::Float(vec![f64::NAN, 0.5])),
            ("time", Column::Text(times.into())),
        ]);
        let mut writer = Writer::new(Vec::new(), &schema).unwrap();
        writer.append(&[table]).unwrap();
        let reader = SerializedFileReader::new(Bytes::from(writer.finish().unwrap())).unwrap();
        let rows = reader.get_row_iter(None).unwrap().map(|row| {
            let columns = row.unwrap().into_columns().into_iter();
            columns.map(|(_, field)| field).collect::<Vec<_>>()
        });
        let expected = [
            vec![Field::Null, Field::TimestampMillis(1000)],
            vec![Field::Double(0.5), Field::Null],
        ];
        assert_eq!(rows.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_same_tables_give_the_same_bytes_on_any_number_of_threads() {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(file)
        };
        assert_eq!(on(1), on(3));
    }

    #[test]
    fn several_tables_make_one_row_group() {
        let mut writer = Writer::new(Vec::new(), &SCHEMA).unwrap();
        writer.append(&[part(1), part(2)]).unwrap();
        let bytes = Bytes::from(writer.finish().unwrap());
        let reader = SerializedFileReader::new(bytes).unwrap();
        assert_eq!(reader.metadata().num_row_groups(), 1);
        assert_eq!(reader.metadata().file_metadata().num_rows(), 4);
    }

    #[test]
    fn a_column_of_another_kind_or_one_too_many_is_an_error() {
        let one = |name: &str| Table::new(vec![(name, Column::Int(vec![1]))]);
        let mut writer = Writer::new(Vec::new(), &SCHEMA[..1]).unwrap();
        let two = Table::new(vec![("tick", Column::Int(vec![1])), ("more", Column::Int(vec![1]))]);
        assert!(writer.append(&[two]).unwrap_err().to_string().contains("`more`"));
        let other = Table::new(vec![("tick", Column::Float(vec![1.0]))]);
        let error = writer.append(&[other]).unwrap_err().to_string();
        assert!(error.contains("`tick` is of another kind"), "{error}");
        assert!(
            Writer::new(Vec::new(), &SCHEMA[..1])
                .unwrap()
                .append(&[one("tick")])
                .is_ok()
        );
    }
}
