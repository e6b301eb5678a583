//! The run-time half of protostore: opens, migrates, reads and writes a store.
//!
//! It knows no schema: generated code says, as plain data and names, what the tables are, and implements [`Record`] for
//! each of them. What can be done with a record is written here, once.
//!
//! A [`Store`] is reached in two ways, the same underneath:
//!
//! - asynchronous: `store.table::<VirtualMachine>().get("vm-1").await`, one operation at a time; [`Store::write_async`] for
//!   a transaction over several;
//! - synchronous: `store.read(|view| …)` and `store.write(|tx| …)`, which need no runtime.
//!
//! A write is durable when the call returns. Whatever value comes back is exactly what went in; what a column cannot hold is
//! refused with an [`Error`] that names table and field.

// One suite runs over several engines.
#![cfg_attr(test, allow(clippy::duplicate_mod))]

#[cfg(not(unix))]
compile_error!(
    "protostore runs on Unix alone: a store relies on the modes and owners of files, on locks of the whole file and on \
     syncs of directories. Code generation (cargo-protostore) runs on Windows too."
);

// The fixture of the tests is written like generated code, which names this crate from outside.
#[cfg(test)]
extern crate self as protostore;

mod call;
mod clock;
pub mod edits;
mod engine;
mod error;
mod filter;
mod fixed;
pub mod generate;
#[doc(hidden)]
pub mod generated;
mod info;
mod key;
mod life;
mod mask;
mod merge;
mod meter;
mod number;
mod once;
mod ops;
mod options;
mod page_token;
mod progress;
mod random;
mod record;
mod redacted;
mod room;
mod rules;
mod schema;
mod session;
mod sqlite;
mod store;
pub mod stored;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod time;
mod value;

pub use call::CallOptions;
pub use engine::Engine;
pub use error::{Error, Kind, Result, excerpt};
pub use filter::{At, Col, Comparable, Cursor, Filter, Location, Operand, Order, Ordered, columns};
pub use fixed::Fixed;
pub use info::{Applied, Info, Newer, Upgraded};
pub use key::{FileKeys, Key, KeyId, KeySource};
pub use life::{Expiring, SoftDeleted};
pub use mask::{Field, Mask};
pub use merge::Merge;
pub use number::EnumNumber;
#[cfg(feature = "prost")]
pub use once::Proto;
pub use once::{Answer, RequestId};
pub use ops::{
    AllBy, Count, CountBy, Delete, DeleteBy, DeleteMany, Exists, ExistsBy, ExistsWhere, Find, First, Found, Get, GetBy,
    GetDeleted, GetMany, Insert, InsertMany, ListBy, Once, Op, Page, PageDeleted, PageOf, Purge, ReadOp, ShownBy,
    Sweep, Undelete, Update, Upsert, UpsertBy, Verified, Verify, WriteOp,
};
pub use options::Options;
pub use page_token::PageTokens;
pub use progress::Progress;
#[cfg(feature = "prost")]
pub use record::Wire;
pub use record::{
    Chained, FieldBehavior, Link, Mutable, Record, Revised, Revision, Singleton, chain_hash, chain_origin,
};
pub use room::{End, Room};
pub use schema::{
    Behaviors, Check, Child, Column, Constraint, Encoding, FieldKind, FieldOf, FieldPath, ForeignKey, Layout,
    Migration, Owner, ProtoEnum, ProtoKind, Recursion, Referrer, Role, Schema, Table, Ty, Unique,
};
pub use session::{Part, Session};
pub use sqlite::upkeep;
pub use sqlite::{CheckInfo, CheckState, Held, LogInfo, Sqlite, SqliteFile, SqliteInfo, SqliteOptions};
pub use store::{Committed, Filtered, SingletonOf, Store, TableOf, Tx, View, Write};
pub use time::{Duration, Timestamp};
pub use value::Bind;
