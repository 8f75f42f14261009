//! Reading and writing rows as lines.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{BigInt, Text};

use super::{Column, Kind, Table, is_sqlite};
use crate::connection::{AnyConnection, on_engine};

/// How long a statement may get, in bytes, before the rows that are left take another: far below what servers accept.
const LONGEST_STATEMENT: usize = 1 << 20;
/// A field without a value.
const NULL: &str = "-";

/// A row as a line: its columns in the order of their names, between commas. A number is written as such, a text or bytes
/// as `x` and hexadecimal digits, what is not there as `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row(String);

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Row {
    /// The line.
    pub(crate) fn line(&self) -> &str {
        &self.0
    }
}

impl Table {
    /// The next rows in the order of the key, `limit` at most.
    pub(crate) fn rows_after(
        &self,
        connection: &mut AnyConnection,
        last: Option<&Row>,
        limit: usize,
    ) -> QueryResult<Vec<Row>> {
        let condition = match last {
            Some(row) => format!("({}) AND {}", self.is_after(row, is_sqlite(connection))?, self.is_in()),
            None => self.is_in(),
        };
        self.lines(connection, &format!("WHERE {condition} ORDER BY {} LIMIT {limit}", self.keys("ASC")))
    }

    /// The last row in the order of the key.
    pub(crate) fn last_row(&self, connection: &mut AnyConnection) -> QueryResult<Option<Row>> {
        let query = format!("WHERE {} ORDER BY {} LIMIT 1", self.is_in(), self.keys("DESC"));
        Ok(self.lines(connection, &query)?.pop())
    }

    /// How many rows there are. Reads all of them.
    pub(crate) fn count(&self, connection: &mut AnyConnection) -> QueryResult<u64> {
        let query = format!("SELECT COUNT(*) AS count FROM `{}` WHERE {}", self.name, self.is_in());
        let count: Count = on_engine!(connection, engine => diesel::sql_query(query).get_result(engine)?);
        Ok(u64::try_from(count.count).unwrap_or(0))
    }

    /// Writes rows that are not there yet.
    pub(crate) fn insert(&self, connection: &mut AnyConnection, rows: &[Row]) -> QueryResult<()> {
        let names: Vec<String> = self.columns.iter().map(|column| format!("`{}`", column.name)).collect();
        let start = format!("INSERT INTO `{}` ({}) VALUES ", self.name, names.join(","));
        let mut statement = String::new();
        for row in rows {
            let values = self.literals(row, is_sqlite(connection))?.join(",");
            statement += if statement.is_empty() { &start } else { "," };
            statement += &format!("({values})");
            if statement.len() > LONGEST_STATEMENT {
                connection.batch_execute(&std::mem::take(&mut statement))?;
            }
        }
        if statement.is_empty() { Ok(()) } else { connection.batch_execute(&statement) }
    }

    /// Removes every row.
    pub(crate) fn clear(&self, connection: &mut AnyConnection) -> QueryResult<()> {
        connection.batch_execute(&format!("DELETE FROM `{}` WHERE {}", self.name, self.is_in()))
    }

    fn lines(&self, connection: &mut AnyConnection, rest: &str) -> QueryResult<Vec<Row>> {
        let fields: Vec<String> = self.columns.iter().map(Column::field).collect();
        let query = format!("SELECT CONCAT_WS(',', {}) AS line FROM `{}` {rest}", fields.join(", "), self.name);
        let lines: Vec<Line> = on_engine!(connection, engine => diesel::sql_query(query).load(engine)?);
        Ok(lines.into_iter().map(|line| Row(line.line)).collect())
    }

    fn is_in(&self) -> String {
        if self.left_out.is_empty() { "1 = 1".to_owned() } else { format!("NOT ({})", self.left_out) }
    }

    fn keys(&self, direction: &str) -> String {
        let key = |at: &usize| format!("`{}` {direction}", self.columns[*at].name);
        self.key.iter().map(key).collect::<Vec<_>>().join(", ")
    }

    /// In words that make every engine go down the key's index: MySQL reads everything for `(a, b) > (x, y)`.
    fn is_after(&self, row: &Row, sqlite: bool) -> QueryResult<String> {
        let literals = self.literals(row, sqlite)?;
        let mut condition = String::new();
        for at in self.key.iter().rev() {
            let (name, value) = (&self.columns[*at].name, &literals[*at]);
            condition = match condition.as_str() {
                "" => format!("`{name}` > {value}"),
                rest => format!("`{name}` >= {value} AND (`{name}` > {value} OR ({rest}))"),
            };
        }
        Ok(condition)
    }

    fn literals(&self, row: &Row, sqlite: bool) -> QueryResult<Vec<String>> {
        let fields: Vec<&str> = row.0.split(',').collect();
        if fields.len() != self.columns.len() {
            return Err(not_a_row(&self.name));
        }
        let literal = |(column, field): (&Column, &str)| column.kind.literal(field, sqlite);
        let literals: Option<Vec<String>> = self.columns.iter().zip(fields).map(literal).collect();
        literals.ok_or_else(|| not_a_row(&self.name))
    }
}

impl Column {
    /// The SQL that writes a value of the column down.
    fn field(&self) -> String {
        let name = &self.name;
        match self.kind {
            Kind::Integer => format!("COALESCE(CAST(`{name}` AS CHAR), '{NULL}')"),
            Kind::Text | Kind::Bytes => {
                format!("CASE WHEN `{name}` IS NULL THEN '{NULL}' ELSE CONCAT('x', HEX(`{name}`)) END")
            }
        }
    }
}

impl Kind {
    /// The SQL for a value that was written down; nothing if it was not written by us. What is in a line goes into
    /// statements, so nothing but digits gets through.
    fn literal(self, field: &str, sqlite: bool) -> Option<String> {
        if field == NULL {
            return Some("NULL".to_owned());
        }
        if self == Self::Integer {
            return field.parse::<i64>().ok().map(|number| number.to_string());
        }
        let digits = field.strip_prefix('x')?;
        let is_hex = digits.len().is_multiple_of(2) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| match (self, sqlite) {
            (Self::Text, true) => format!("CAST(X'{digits}' AS TEXT)"),
            (Self::Text, false) => format!("_utf8mb4 X'{digits}'"),
            (Self::Integer | Self::Bytes, _) => format!("X'{digits}'"),
        })
    }
}

fn not_a_row(table: &str) -> Error {
    Error::QueryBuilderError(format!("a line is no row of the table {table}").into())
}
