//! Named columns of equal length: the one shape of every result.

pub mod csv;
#[cfg(feature = "parquet")]
pub mod parquet;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Int,
    /// Real numbers, in 64 bits.
    Float,
    /// Text.
    Text,
    /// Local times with their offset from UTC, as ISO 8601 writes them, or nothing: text, but in Parquet a timestamp.
    Time,
}

/// The values of one column.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Whole numbers.
    Int(Vec<i64>),
    /// Real numbers, in 64 bits.
    Float(Vec<f64>),
    /// Text.
    Text(Vec<String>),
}

impl Column {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Column::Int(values) => values.len(),
            Column::Float(values) => values.len(),
            Column::Text(values) => values.len(),
        }
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it holds; of times, text.
    pub fn kind(&self) -> Kind {
        match self {
            Column::Int(_) => Kind::Int,
            Column::Float(_) => Kind::Float,
            Column::Text(_) => Kind::Text,
        }
    }

    /// The number in a row; not a number where the column holds text.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn number(&self, row: usize) -> f64 {
        match self {
            Column::Int(values) => values[row] as f64,
            Column::Float(values) => values[row],
            Column::Text(_) => f64::NAN,
        }
    }

    /// The text in a row; empty where the column holds numbers.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn text(&self, row: usize) -> &str {
        match self {
            Column::Text(values) => &values[row],
            _ => "",
        }
    }
}

/// Named columns of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<(String, Column)>,
}

impl Table {
    /// A table of these columns.
    ///
    /// # Panics
    /// If the columns differ in length.
    pub fn new<N: Into<String>>(columns: Vec<(N, Column)>) -> Table {
        let columns: Vec<(String, Column)> = columns
            .into_iter()
            .map(|(name, column)| (name.into(), column))
            .collect();
        assert!(
            columns.windows(2).all(|pair| pair[0].1.len() == pair[1].1.len()),
            "columns differ in length"
        );
        Table { columns }
    }

    /// A table with these columns and no rows.
    pub fn empty(schema: &[(&str, Kind)]) -> Table {
        let columns = schema.iter().map(|&(name, kind)| match kind {
            Kind::Int => (name, Column::Int(Vec::new())),
            Kind::Float => (name, Column::Float(Vec::new())),
            Kind::Text | Kind::Time => (name, Column::Text(Vec::new())),
        });
        Table::new(columns.collect())
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }

    /// These rows alone, in this order.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn pick(&self, rows: &[usize]) -> Table {
        let columns = self.columns.iter().map(|(name, column)| {
            let column = match column {
                Column::Int(values) => Column::Int(rows.iter().map(|&row| values[row]).collect()),
                Column::Float(values) => Column::Float(rows.iter().map(|&row| values[row]).collect()),
                Column::Text(values) => Column::Text(rows.iter().map(|&row| values[row].clone()).collect()),
            };
            (name.clone(), column)
        });
        Table {
            columns: columns.collect(),
        }
    }

    /// The columns with their names, in order.
    pub fn columns(&self) -> &[(String, Column)] {
        &self.columns
    }

    /// The columns with their names, in order, taken out.
    pub fn into_columns(self) -> Vec<(String, Column)> {
        self.columns
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, column)| column)
    }
}
