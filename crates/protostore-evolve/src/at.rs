//! Where a change is, from the data of both schemas.

use protostore_schema::Table;

use crate::plan::At;
use crate::view::Datum;

impl At {
    /// Returns the place of a field that at least one of both schemas has.
    pub(crate) fn field(old: Option<&Datum<'_>>, new: Option<&Datum<'_>>) -> Self {
        let Some(datum) = new.or(old) else { return Self::default() };
        let name = |datum: Option<&Datum<'_>>| datum.map(|datum| datum.name.clone()).unwrap_or_default();
        Self { table: Some(datum.table.number), path: datum.path.clone(), value: None, from: name(old), to: name(new) }
    }

    /// Returns the place of a field of both schemas.
    pub(crate) fn both(old: &Datum<'_>, new: &Datum<'_>) -> Self {
        Self::field(Some(old), Some(new))
    }

    /// Returns the place of a table that at least one of both schemas has.
    pub(crate) fn table(old: Option<&Table>, new: Option<&Table>) -> Self {
        let name = |table: Option<&Table>| table.map(|table| table.name.proto.clone()).unwrap_or_default();
        Self { table: new.or(old).map(|table| table.number), from: name(old), to: name(new), ..Self::default() }
    }
}
