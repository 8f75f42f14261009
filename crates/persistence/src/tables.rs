//! Every table as lines of text: for what moves whole databases. It asks the database which tables and columns there are,
//! so that a migration need not tell it; and both engines write the same line for the same row.

mod rows;

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{BigInt, Text};

use crate::connection::{AnyConnection, on_engine};

pub(crate) use self::rows::Row;

/// What describes the tables themselves, or can be made anew from what is in the others.
const NOT_CONTENT: [&str; 3] = ["__diesel_schema_migrations", "migration_lease", "search_blocks"];

/// A table, as both engines know it.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    name: String,
    /// In the order of their names.
    columns: Vec<Column>,
    /// Where the primary key's columns are among these, in the key's order.
    key: Vec<usize>,
    left_out: &'static str,
}

#[derive(Clone, Debug)]
struct Column {
    name: String,
    kind: Kind,
}

/// What a column holds; dates and fractions are nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Integer,
    Text,
    Bytes,
}

/// A column, as the database describes it.
#[derive(QueryableByName)]
struct Described {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    /// The place in the primary key, from 1; 0 is none.
    #[diesel(sql_type = BigInt)]
    place: i64,
}

const ON_SQLITE: &str = r"
    SELECT tables.name AS table_name, columns.name AS column_name, columns.type AS kind, columns.pk AS place
    FROM pragma_table_list AS tables JOIN pragma_table_info(tables.name) AS columns
    WHERE tables.schema = 'main' AND tables.type = 'table' AND tables.name NOT LIKE 'sqlite\_%' ESCAPE '\'
    ORDER BY columns.name";

const ON_MYSQL: &str = "
    SELECT CAST(columns.table_name AS CHAR) AS table_name, CAST(columns.column_name AS CHAR) AS column_name,
           CAST(columns.data_type AS CHAR) AS kind, CAST(IFNULL(keys_.ordinal_position, 0) AS SIGNED) AS place
    FROM information_schema.columns AS columns
    JOIN information_schema.tables AS tables
        ON tables.table_schema = columns.table_schema AND tables.table_name = columns.table_name
    LEFT JOIN information_schema.key_column_usage AS keys_
        ON keys_.table_schema = columns.table_schema AND keys_.table_name = columns.table_name
        AND keys_.column_name = columns.column_name AND keys_.constraint_name = 'PRIMARY'
    WHERE columns.table_schema = DATABASE() AND tables.table_type = 'BASE TABLE'
        AND IFNULL(columns.generation_expression, '') = ''
    ORDER BY BINARY columns.column_name";

impl Table {
    /// All tables with content, in the order of their names.
    pub(crate) fn all(connection: &mut AnyConnection) -> QueryResult<Vec<Self>> {
        let query = if is_sqlite(connection) { ON_SQLITE } else { ON_MYSQL };
        let described: Vec<Described> = on_engine!(connection, engine => diesel::sql_query(query).load(engine)?);
        let mut tables: BTreeMap<String, Vec<Described>> = BTreeMap::new();
        for column in described.into_iter().filter(|column| !NOT_CONTENT.contains(&column.table_name.as_str())) {
            tables.entry(column.table_name.clone()).or_default().push(column);
        }
        tables.into_iter().map(|(name, columns)| Self::of(name, columns)).collect()
    }

    fn of(name: String, described: Vec<Described>) -> QueryResult<Self> {
        let mut key: Vec<(i64, usize)> =
            described.iter().enumerate().filter(|(_, c)| c.place > 0).map(|(at, c)| (c.place, at)).collect();
        key.sort_unstable();
        if key.is_empty() {
            return Err(Error::QueryBuilderError(format!("the table {name} has no primary key").into()));
        }
        let column = |Described { column_name: name, kind, .. }: Described| Column::of(name, &kind);
        let columns = described.into_iter().map(column).collect::<QueryResult<_>>()?;
        Ok(Self { name, columns, key: key.into_iter().map(|(_, at)| at).collect(), left_out: "" })
    }

    /// The same table without the rows for which this SQL holds.
    pub(crate) fn without(self, left_out: &'static str) -> Self {
        Self { left_out, ..self }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether rows of the other are rows of this: they may be on different engines.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let names = |table: &Self| table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        self.name == other.name && self.key == other.key && names(self) == names(other)
    }
}

impl Column {
    fn of(name: String, kind: &str) -> QueryResult<Self> {
        let kind = kind.to_ascii_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
        let kind = if has(&["INT", "BOOL"]) {
            Kind::Integer
        } else if has(&["BLOB", "BINARY"]) {
            Kind::Bytes
        } else if has(&["CHAR", "TEXT"]) {
            Kind::Text
        } else {
            return Err(Error::QueryBuilderError(format!("the column {name} is of the unknown kind {kind}").into()));
        };
        Ok(Self { name, kind })
    }
}

fn is_sqlite(connection: &AnyConnection) -> bool {
    matches!(connection, AnyConnection::Sqlite(_))
}
