//! Tables as Parquet: one row group per appended table, Snappy. The same tables give the same bytes.

use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::Type;

use super::{Column, Kind, Table};

/// A Parquet file as it grows, one table at a time; only that table is in memory, and a few kB of each for the footer.
pub struct Writer<W: Write + Send> {
    file: SerializedFileWriter<W>,
}

impl<W: Write + Send> Writer<W> {
    /// Begin a file with these columns, none of them nullable.
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

    /// Append the rows of a table that has the columns of the schema, in its order.
    ///
    /// # Errors
    /// Those of the file; an error too if a column is not of the kind in the schema.
    pub fn append(&mut self, table: &Table) -> io::Result<()> {
        self.row_group(table).map_err(io_error)
    }

    fn row_group(&mut self, table: &Table) -> Result<()> {
        let mut group = self.file.next_row_group()?;
        for (name, column) in table.columns() {
            let missing = || ParquetError::General(format!("column `{name}` is not in the schema"));
            let mut writer = group.next_column()?.ok_or_else(missing)?;
            match column {
                Column::Int(values) => writer.typed::<Int64Type>().write_batch(values, None, None)?,
                Column::Float(values) => writer.typed::<DoubleType>().write_batch(values, None, None)?,
                Column::Text(values) => {
                    let values: Vec<ByteArray> = values.iter().map(|text| text.as_str().into()).collect();
                    writer.typed::<ByteArrayType>().write_batch(&values, None, None)?
                }
            };
            writer.close()?;
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

fn message(schema: &[(&str, Kind)]) -> Result<Type> {
    let field = |&(name, kind): &(&str, Kind)| {
        let (physical, logical) = match kind {
            Kind::Int => (Physical::INT64, None),
            Kind::Float => (Physical::DOUBLE, None),
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let field = Type::primitive_type_builder(name, physical);
        field
            .with_logical_type(logical)
            .with_repetition(Repetition::REQUIRED)
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
        writer.append(&part(1)).unwrap();
        writer.append(&part(2)).unwrap();
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
    fn the_same_tables_give_the_same_bytes() {
        assert_eq!(file(), file());
    }

    #[test]
    fn a_column_of_another_kind_or_one_too_many_is_an_error() {
        let one = |name: &str| Table::new(vec![(name, Column::Int(vec![1]))]);
        let mut writer = Writer::new(Vec::new(), &SCHEMA[..1]).unwrap();
        let two = Table::new(vec![("tick", Column::Int(vec![1])), ("more", Column::Int(vec![1]))]);
        assert!(writer.append(&two).unwrap_err().to_string().contains("`more`"));
        assert!(
            Writer::new(Vec::new(), &SCHEMA[..1])
                .unwrap()
                .append(&one("tick"))
                .is_ok()
        );
    }
}
