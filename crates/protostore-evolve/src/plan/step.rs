//! The steps of a plan.
//!
//! A step names tables and columns by identity. Where it concerns the older schema, names are those of the older one;
//! where it concerns the newer, of the newer: emission has both. In `down` the two are exchanged.

use serde::{Deserialize, Serialize};

use super::{ColumnId, Guard, Object, Place, Test};

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Stops the upgrade where a row meets the test.
    Guard(Guard),
    /// Makes a table with its columns and key, and no derived object.
    CreateTable {
        /// The table, of the newer schema.
        place: Place,
    },
    /// Drops a table with its rows; children go before.
    DropTable {
        /// The table, of the older schema.
        place: Place,
    },
    /// Gives a table the SQL name that it has in the newer schema.
    RenameTable {
        /// The table, which both schemas have.
        place: Place,
    },
    /// Gives a column the SQL name that it has in the newer schema.
    RenameColumn {
        /// The column, which both schemas have.
        column: ColumnId,
    },
    /// Adds a column, filled as it says in rows that are there.
    AddColumn {
        /// The column, of the newer schema.
        column: ColumnId,
        /// Its value in rows that are there.
        fill: Fill,
    },
    /// Drops a column with its values.
    DropColumn {
        /// The column, of the older schema.
        column: ColumnId,
    },
    /// Sets a column in some rows, after columns were added and before any is dropped.
    Fill {
        /// The column, of the newer schema.
        column: ColumnId,
        /// In which rows.
        rows: Test,
        /// To what.
        value: Fill,
    },
    /// Gives a column the type, form, default, nullability and foreign key of the newer schema; converts its values.
    Convert {
        /// The column, which both schemas have.
        column: ColumnId,
        /// What becomes of a value.
        by: Conversion,
    },
    /// Carries columns to another table: flattened <-> child, singular <-> repeated, map <-> repeated.
    Move {
        /// The table in which they are, of the older schema.
        from: Place,
        /// The table in which they will be, of the newer schema.
        to: Place,
        /// Each column, where it goes, and what becomes of its values.
        columns: Vec<(ColumnId, ColumnId, Conversion)>,
        /// Which rows there are.
        by: Motion,
    },
    /// Makes a row of a message's own table for rows that have none, where the developer's expression holds: `backfill` of
    /// the message.
    AddRows {
        /// The table of the rows around, which both schemas have.
        of: Place,
        /// The table of the message, of the newer schema.
        to: Place,
        /// For which rows around.
        rows: Test,
        /// An SQL expression over the row around, as the developer wrote it.
        sql: String,
        /// The values of the message's columns, which are zero or unset elsewhere; expressions are over the row around.
        values: Vec<(ColumnId, Fill)>,
    },
    /// Identifies rows by the key of the newer schema; child tables and referrers follow.
    Rekey {
        /// The table, which both schemas have.
        place: Place,
    },
    /// Hangs a child table under another parent of the same path.
    Reparent {
        /// The child table, which both schemas have.
        place: Place,
        /// Its parent in the newer schema.
        under: Place,
    },
    /// Deletes rows, with what their references say.
    Sweep {
        /// The table, of the older schema.
        place: Place,
        /// Which rows.
        rows: Test,
    },
    /// Raises the counter of a column to at least its greatest value.
    Count {
        /// The column, of the newer schema.
        column: ColumnId,
    },
    /// Counts the rows whose value breaks rules of the column that SQL cannot state. They stay, and the run time says how many
    /// there are and which is the first.
    Report {
        /// The column, of the newer schema.
        column: ColumnId,
    },
    /// Counts the lists that break how many elements they may have, or whether one may be there twice, as [`Step::Report`]
    /// counts values.
    ReportLists {
        /// The table of the elements, of the newer schema.
        place: Place,
    },
    /// Is done by the run time, since SQL cannot: encodes, decodes, hashes.
    Rust {
        /// The table, of the newer schema.
        place: Place,
        /// What is done.
        by: RustStep,
    },
    /// Drops a CHECK, NOT NULL, foreign key, index, trigger or view of the older schema.
    ///
    /// What goes with its table or column has no step: the objects of a table that is dropped but its views and triggers,
    /// NOT NULL of a column that is dropped or converted, a foreign key of one column.
    Drop(Object),
    /// Makes a CHECK, NOT NULL, foreign key, index, trigger or view of the newer schema.
    ///
    /// What comes with its column has no step: NOT NULL of a column that is converted, a foreign key of one column. All
    /// other objects of a table that is made have one, which a dialect may carry out as it makes the table.
    Make(Object),
    /// Asserts that no row was lost between two tables, or in the rebuild of one.
    SameCount {
        /// The table before, of the older schema.
        before: Place,
        /// The table after, of the newer schema.
        after: Place,
    },
    /// Asserts that each reference names a row.
    References,
}

/// The value of a column in rows that are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// The zero of its type, in its form.
    Zero,
    /// NULL.
    Unset,
    /// Zero where the message of that presence column is set, NULL where it is not.
    ZeroWhereSet(ColumnId),
    /// The value of another column.
    Copy(ColumnId),
    /// An SQL expression over the columns of the same row, as the developer wrote it in `backfill`.
    Sql(String),
    /// The next number of the column's counter, in the order of the key.
    Numbered,
}

/// What becomes of the values of a column. NULL remains NULL unless it says otherwise.
///
/// Each is a function of the value alone, in SQL that a stock shell runs. What SQL cannot say is a [`RustStep`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conversion {
    /// The same value, in a column of another type, default, nullability or reference.
    Same,
    /// Zero, as the newer column writes it, becomes NULL. Of several it is the last.
    ZeroToUnset,
    /// NULL becomes zero, as the newer column writes it; inside a message only where the message is set. Of several it
    /// is the last.
    UnsetToZero,
    /// The 32 bits are read anew, with a sign or without.
    Bits32 {
        /// Whether the new value has a sign.
        signed: bool,
    },
    /// The same number in another type of number; a guard with [`Test::Inexact`] found that there is one.
    Number {
        /// The newer type.
        to: Number,
    },
    /// The UTF-8 of a text, as bytes.
    TextToBytes,
    /// A number of 64 bits into the form of the full range, or out of it: its highest bit is flipped. So it also reads
    /// 64 bits with another sign.
    FullRange {
        /// Whether the new form is the full range.
        into: bool,
    },
    /// A time in another unit: multiplied by `up`, then divided by `down` without remainder.
    Scale {
        /// The factor.
        up: u64,
        /// The divisor.
        down: u64,
    },
    /// A time into RFC 3339 from a number of this many nanoseconds, or out of it.
    Rfc3339 {
        /// Whether the new form is text.
        into: bool,
        /// Nanoseconds of the unit of the other form: 1, 1,000, 1,000,000 or 1,000,000,000.
        unit: u64,
    },
    /// One after the other, from the first.
    Then(Vec<Self>),
}

/// A type of number, as SQL has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Number {
    /// An INTEGER of 64 bits.
    Integer,
    /// A REAL.
    Double,
    /// A REAL whose value 32 bits of IEEE 754 hold.
    Float,
}

/// Which rows a table gets from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Motion {
    /// From an owner's row one row, with position 0, or alone, where the test holds.
    OneRow(Test),
    /// Into an owner's row the values of its only row in the other table; a guard found that there is at most one. The
    /// presence at the path of the other table, where the owner has one, becomes 1 in rows that have such a row.
    OnlyRow,
    /// Keys of a map become positions, in the order of the keys, and the keys a column of the elements.
    KeysToPositions,
    /// A column of the elements becomes the key of a map; a guard found that keys are unique.
    PositionsToKeys,
}

/// What the run time does by itself, in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RustStep {
    /// Columns, or rows of child tables, become a message or list in one column of bytes or JSON.
    Encode {
        /// The column, of the newer schema.
        into: ColumnId,
    },
    /// A message or list in one column becomes columns, or rows of child tables.
    Decode {
        /// The column, of the older schema.
        from: ColumnId,
    },
    /// A message or list in one column is written in another form, or as another version of its message.
    Reform {
        /// The column, which both schemas have.
        column: ColumnId,
    },
    /// Floating-point numbers become their bits, or bits numbers.
    Bits {
        /// The column, which both schemas have.
        column: ColumnId,
        /// Whether the new form is the bits.
        into: bool,
    },
    /// Bytes become text: UTF-8 without NUL, or the upgrade stops.
    Text {
        /// The column, which both schemas have.
        column: ColumnId,
    },
    /// Each row gets its hash and that of those before, in the order of the key.
    Chain {
        /// The column of the hash, of the newer schema.
        column: ColumnId,
    },
    /// A method of the program gives a field its value in each row that has none, or rewrites each row: it gets the row as
    /// it was before the migration. It runs when tables have their final form, and before guards look at what it fills.
    Hook {
        /// The name of the method.
        method: String,
        /// Field numbers from the record down; none where it rewrites the rows.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        path: Vec<u32>,
    },
}
