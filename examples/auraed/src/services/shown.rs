//! What the API shows of records: their messages, and what these show of other tables, all of one snapshot.

use protostore::{Error, Kind, Sqlite, View, Wire};

/// A record that the API shows as a message, without what is INPUT_ONLY.
pub(crate) trait Shown: Wire {
    /// Says that the message shows nothing of other tables.
    const ALONE: bool = true;

    /// Returns the messages of some records, with what they show of other tables as this snapshot has it.
    fn show(records: Vec<Self>, _: &mut View<'_, Sqlite>) -> Result<Vec<Self::Message>, Error> {
        Ok(records.into_iter().map(Wire::into_response).collect())
    }

    /// Returns the message of one record.
    fn show_one(self, r: &mut View<'_, Sqlite>) -> Result<Self::Message, Error> {
        let missing = || Error::new(Kind::Engine, "a record has no message").in_table(Self::TABLE.layout.name);
        Self::show(vec![self], r)?.pop().ok_or_else(missing)
    }
}
