//! A table of one column, which values are bound to and read from as statements of a store do it.

use protostore::generated::{Bad, Binder, Cell, Row, Value};
use protostore::{Bind, Error, Kind, Result};
use rusqlite::Connection;
use rusqlite::types::{Value as Sql, ValueRef};

/// `CREATE TABLE t (n INTEGER PRIMARY KEY, v …) STRICT`, in memory.
pub(crate) struct Table(Connection);

impl Table {
    /// Makes a table whose column is of this type.
    pub(crate) fn of(class: &str) -> Self {
        let connection = Connection::open_in_memory().expect("a database in memory opens");
        let sql = format!("CREATE TABLE t (n INTEGER PRIMARY KEY, v {class} NOT NULL) STRICT");
        connection.execute_batch(&sql).expect("the table is made");
        Self(connection)
    }

    /// Appends a row.
    pub(crate) fn put<T: Bind>(&self, value: &T) -> Result<()> {
        let mut one = One(None);
        one.put(value)?;
        let bound = one.0.expect("a value is one parameter");
        let mut insert = self.0.prepare_cached("INSERT INTO t (v) VALUES (?1)").expect("the statement is good");
        insert.execute([bound]).expect("the column takes the value");
        Ok(())
    }

    /// Appends rows and returns what comes back, in the order of insertion.
    pub(crate) fn pass<T: Bind, U: Value>(&self, values: impl IntoIterator<Item = T>) -> Vec<U> {
        self.0.execute_batch("DELETE FROM t; BEGIN").expect("the table is emptied");
        for value in values {
            self.put(&value).expect("the value is accepted");
        }
        self.0.execute_batch("COMMIT").expect("the rows are committed");
        self.take("SELECT v FROM t ORDER BY n")
    }

    /// Returns the values in the order of the column.
    pub(crate) fn ordered<T: Value>(&self) -> Vec<T> {
        self.take("SELECT v FROM t ORDER BY v, n")
    }

    /// Returns the values of a statement's first column.
    pub(crate) fn take<T: Value>(&self, sql: &str) -> Vec<T> {
        let mut select = self.0.prepare(sql).expect("the statement is good");
        let mut rows = select.query([]).expect("the statement runs");
        let mut taken = Vec::new();
        while let Some(row) = rows.next().expect("the statement steps") {
            let mut cell = Columns(row.get_ref(0).expect("there is a column"));
            taken.push(cell.take().expect("the value is read"));
        }
        taken
    }
}

/// Returns what a value is bound as.
pub(crate) fn bound<T: Bind>(value: &T) -> Result<Sql> {
    let mut one = One(None);
    one.put(value)?;
    Ok(one.0.expect("a value is one parameter"))
}

struct One(Option<Sql>);

impl One {
    fn set(&mut self, value: Sql) -> Result<()> {
        assert_eq!(self.0.replace(value), None, "a value is one parameter");
        Ok(())
    }
}

impl Binder for One {
    fn null(&mut self) -> Result<()> {
        self.set(Sql::Null)
    }

    fn int(&mut self, v: i64) -> Result<()> {
        self.set(Sql::Integer(v))
    }

    fn real(&mut self, v: f64) -> Result<()> {
        self.set(Sql::Real(v))
    }

    fn text(&mut self, v: &str) -> Result<()> {
        assert!(!v.contains('\0'), "a binder is promised text without NUL");
        self.set(Sql::Text(v.into()))
    }

    fn blob(&mut self, v: &[u8]) -> Result<()> {
        self.set(Sql::Blob(v.into()))
    }

    fn refuse(&self, kind: Kind, why: &'static str) -> Error {
        Error::new(kind, why)
    }
}

struct Columns<'r>(ValueRef<'r>);

impl Row for Columns<'_> {
    fn cell(&mut self) -> Result<Cell<'_>> {
        Ok(match self.0 {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(v) => Cell::Int(v),
            ValueRef::Real(v) => Cell::Real(v),
            ValueRef::Text(v) => Cell::Text(std::str::from_utf8(v).expect("text is UTF-8")),
            ValueRef::Blob(v) => Cell::Blob(v),
        })
    }

    fn skip(&mut self, _: usize) {}

    fn bad(&self, bad: Bad) -> Error {
        Error::new(Kind::Damaged, format!("{bad:?}"))
    }
}
