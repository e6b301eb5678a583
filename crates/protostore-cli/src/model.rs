//! The schema that a file carries: its tables, and the messages of their records.

use prost_reflect::{DescriptorPool, MessageDescriptor};
use protostore::upkeep::Database;
use protostore_schema::{Schema, Table};

use crate::failure::Failure;

/// The schema of a file.
pub(crate) struct Model {
    schema: Schema,
    pool: DescriptorPool,
}

impl Model {
    /// Reads it from the newest version of the file.
    pub(crate) fn of(database: &Database) -> Result<Self, Failure> {
        let unusable = |why: &dyn std::fmt::Display| Failure::Model(why.to_string());
        let (snapshot, descriptors) = database.model()?;
        let schema = Schema::from_snapshot(&snapshot).map_err(|why| unusable(&why))?;
        let pool = DescriptorPool::decode(descriptors.as_slice()).map_err(|why| unusable(&why))?;
        Ok(Self { schema, pool })
    }

    /// Returns the tables, by number.
    pub(crate) fn tables(&self) -> &[Table] {
        &self.schema.tables
    }

    /// Returns the table of that name.
    pub(crate) fn table(&self, name: &str) -> Result<&Table, Failure> {
        let found = self.tables().iter().find(|table| table.name.proto == name || table.name.sql == name);
        let known = || self.tables().iter().map(|table| table.name.proto.clone()).collect();
        found.ok_or_else(|| Failure::NoTable(name.to_owned(), known()))
    }

    /// Returns the message of the records of a table.
    pub(crate) fn record(&self, table: &Table) -> Result<MessageDescriptor, Failure> {
        let name = &table.record.ty.proto;
        let found = self.pool.get_message_by_name(name);
        found.ok_or_else(|| Failure::Model(format!("its descriptors have no message {name}")))
    }
}
