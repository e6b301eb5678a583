//! A laboratory: two protos, the plan between them, and a database with rows that goes from one to the other and back.

mod bits;
mod convert;
mod database;
mod fates;
mod hashes;
mod mapping;
mod number;
mod planned;
mod rows;
mod running;
mod skew;
mod store;
mod trial;

pub(crate) use convert::{Carry, Rule};
pub(crate) use database::Database;
pub(crate) use fates::{Fate, are_mixed, settle};
pub(crate) use hashes::link;
pub(crate) use planned::{Planned, answered, needs_run_time};
pub(crate) use rows::{Rows, draw};
pub(crate) use running::{Admitted, Doors, Running};
pub(crate) use skew::Skew;
pub(crate) use store::Store;
pub(crate) use trial::{Outcome, Trial, same_database, spell};
