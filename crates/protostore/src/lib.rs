//! The run-time half of protostore: opens, migrates, reads and writes a store.

mod error;
mod info;
mod options;
mod schema;

pub use error::{Error, Kind, Result};
pub use info::Info;
pub use options::Options;
pub use schema::{
    Check, Child, Column, FieldKind, FieldOf, ForeignKey, Layout, Migration, Referrer, Schema, Stmt, Table,
};
