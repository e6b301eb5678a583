//! Reads and writes of single elements of a list or map, without the record that holds them.
//!
//! They begin at the column of the field: `virtual_machine::drives.of("vm-1").append(drive)` is an operation, for
//! [`Store::run`](crate::Store::run), [`Store::apply`](crate::Store::apply) or [`Tx::run`](crate::Tx::run).

pub use crate::ops::{
    Append, Change, Clear, Edit, Entries, Entry, Given, Items, ListOf, MapOf, Put, Remove, RemoveAt, RemoveKey,
};
