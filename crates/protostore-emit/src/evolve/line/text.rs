//! What a line says, as it is written.

use protostore_schema::Rules;
use serde::Serialize;

use super::super::cost::ByRow;
use super::super::member::Member;

/// A line.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line<'l> {
    /// Writes `to` from `from` in each row where that is not NULL: the bits of a number as an integer, or back.
    Bits {
        #[serde(flatten)]
        rows: Rows,
        from: String,
        to: String,
        /// Whether bits are made of numbers.
        into: bool,
        /// Whether a number has 32 bits.
        single: bool,
    },
    /// Writes `to`, text, from `from`, bytes, where that is not NULL. Bytes that are no UTF-8, or have NUL, stop the
    /// upgrade.
    Text {
        #[serde(flatten)]
        rows: Rows,
        from: String,
        to: String,
    },
    /// Writes `to` from `from` where that is not NULL: what is stored, in another form or as another message.
    Reform {
        #[serde(flatten)]
        rows: Rows,
        from: String,
        to: String,
        was: Stored<'l>,
        is: Stored<'l>,
        #[serde(skip_serializing_if = "Option::is_none")]
        within: Option<String>,
    },
    /// Writes `to` in each row from the member's columns or rows; NULL where it is a message that is not set, or where the
    /// message around, of which `within` is the presence, is not.
    Encode {
        #[serde(flatten)]
        rows: Rows,
        to: String,
        was: Stored<'l>,
        is: Stored<'l>,
        #[serde(skip_serializing_if = "Option::is_none")]
        within: Option<String>,
        member: Member<'l>,
    },
    /// Writes the member's columns or rows from `from`, in each row where that is not NULL.
    Decode {
        #[serde(flatten)]
        rows: Rows,
        from: String,
        was: Stored<'l>,
        is: Stored<'l>,
        member: Member<'l>,
    },
    /// Writes nothing: counts the rows whose `column` breaks rules that SQL cannot state, of the `field`.
    Report {
        #[serde(flatten)]
        rows: Rows,
        column: String,
        field: String,
        rules: Rules,
    },
    /// Writes nothing: counts the rows of `field` in which the elements in the table `of`, whose `owner` is their key, are
    /// fewer than `least` or more than `most`, or have the same value in the column `unique` more than once. A row in which
    /// the message `within` is not set has no list.
    Lists {
        #[serde(flatten)]
        rows: Rows,
        #[serde(skip_serializing_if = "Option::is_none")]
        within: Option<String>,
        of: String,
        owner: Vec<String>,
        field: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        least: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        most: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        unique: Option<String>,
    },
    /// Writes `to` in each row, in the order of the key: the hash of the record and of the row before.
    Chain {
        #[serde(flatten)]
        rows: Rows,
        /// The table's number.
        number: u32,
        to: String,
        /// The message of the record, by its members.
        message: &'l str,
        fields: Vec<Member<'l>>,
    },
    /// Writes each row, as the bytes of its record, into the column `to` of the table `into`, which has the columns of the key.
    Keep {
        #[serde(flatten)]
        rows: Rows,
        into: String,
        to: &'l str,
        message: &'l str,
        fields: Vec<Member<'l>>,
    },
    /// Hands each row that was kept to methods of the program, one after the other, with what it is now; writes what they
    /// change, and takes what was kept away.
    Hook {
        #[serde(flatten)]
        rows: Rows,
        /// What was kept: the table, the columns of the key as the older version names them, and that of the bytes.
        kept: Rows,
        from: &'l str,
        message: &'l str,
        calls: Vec<Call<'l>>,
    },
}

/// A method of the program, and the fields that it may change.
#[derive(Serialize)]
pub(in crate::evolve) struct Call<'l> {
    pub(in crate::evolve) method: &'l str,
    pub(in crate::evolve) fields: Vec<Member<'l>>,
}

/// The rows of a table, and what tells them apart.
#[derive(Serialize)]
pub(super) struct Rows {
    pub(super) table: String,
    pub(super) key: Vec<String>,
}

/// What a column of bytes or JSON holds, or columns and rows would as bytes.
#[derive(Serialize)]
pub(super) struct Stored<'l> {
    /// `bytes` of protobuf, canonical `json`, or the `paths` of a mask.
    pub(super) form: &'static str,
    /// The full name of the message; none where the bytes are the field's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<&'l str>,
    /// The number of the only field of that message that is there: of all of a list or map, or of a value that becomes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) field: Option<u32>,
}

/// A line as it is written, and what it does to which table.
pub(in crate::evolve) struct Run {
    pub(in crate::evolve) json: String,
    pub(in crate::evolve) table: String,
    pub(in crate::evolve) by: ByRow,
}

pub(super) fn print(line: &Line<'_>) -> Run {
    let (rows, by) = match line {
        Line::Report { rows, .. } | Line::Lists { rows, .. } => (rows, ByRow::Reads),
        Line::Bits { rows, .. } | Line::Text { rows, .. } | Line::Reform { rows, .. } => (rows, ByRow::Writes),
        Line::Encode { rows, .. } | Line::Chain { rows, .. } | Line::Keep { rows, .. } => (rows, ByRow::Writes),
        Line::Decode { rows, .. } | Line::Hook { rows, .. } => (rows, ByRow::Spreads),
    };
    let json = serde_json::to_string(line).expect("a line is plain data");
    Run { json, table: rows.table.clone(), by }
}
