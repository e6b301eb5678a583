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
//! Most programs need these:
//!
//! | | |
//! | --- | --- |
//! | [`Key`] | the private key that encrypts the file |
//! | [`Options`] | how a store is opened: [`Options::open`] |
//! | [`Store`], [`TableOf`] | the open store, and one of its tables |
//! | [`View`], [`Tx`] | what is read at one moment, and what is written together |
//! | [`Filter`], [`Col`], [`Order`] | which records, in which order |
//! | [`Mask`] | which fields an update writes |
//! | [`Error`], [`Kind`] | why something was refused, and what to do about it |
//! | [`Timestamp`], [`Duration`] | times, to the nanosecond |
//! | [`CallOptions`] | the deadline of a request |
//!
//! The others are in modules, by what one looks for: [`operations`] that calls return, what [`filters`] are made of, what
//! [`records`] are and can, [`requests`] that may come twice, the [`file`](mod@file) and its [`upkeep`], what generated code says of
//! a store as [`metadata`], and what an [engine](engines) is.
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
mod trace;
mod upgrade;
mod value;

pub use call::CallOptions;
pub use error::{Error, Kind, Result, excerpt};
pub use filter::{Col, Filter, Order};
pub use key::Key;
pub use mask::Mask;
pub use options::Options;
pub use record::Record;
pub use sqlite::upkeep;
pub use store::{Committed, Filtered, SingletonOf, Store, TableOf, Tx, View, Write};
pub use time::{Duration, Timestamp};

// Each of the others is documented in the module that it belongs to, and is here by the name that generated code has.
#[doc(hidden)]
pub use engines::*;
#[doc(hidden)]
pub use file::*;
#[doc(hidden)]
pub use filters::*;
#[doc(hidden)]
pub use metadata::*;
#[doc(hidden)]
pub use operations::*;
#[doc(hidden)]
pub use records::*;
#[doc(hidden)]
pub use requests::*;

pub mod operations {
    //! What calls return before they run: each is a struct that [`Store::run`](crate::Store::run),
    //! [`View::run`](crate::View::run) or [`Tx::run`](crate::Tx::run) carries out.
    //!
    //! Generated functions make them, and methods of some change what is done: `host::list_by_rack_id("r12").size(50)` is a
    //! [`ListBy`], and `.count()` makes it a [`CountBy`].
    pub use crate::ops::{
        AllBy, Count, CountBy, Delete, DeleteBy, DeleteMany, Exists, ExistsBy, ExistsWhere, Find, First, Found, Get,
        GetBy, GetDeleted, GetMany, Insert, InsertMany, ListBy, Once, Op, Page, PageDeleted, PageOf, Purge, ReadOp,
        ShownBy, Sweep, Undelete, Update, Upsert, UpsertBy, Verified, Verify, WriteOp,
    };
    pub use crate::room::{End, Room};
}

pub mod filters {
    //! What a [`Filter`](crate::Filter) and an [`Order`](crate::Order) are made of: columns, what they are compared with, and
    //! the place at which a page ended.
    pub use crate::filter::{At, Comparable, Cursor, Location, Operand, Ordered, columns};
    pub use crate::page_token::PageTokens;
}

pub mod records {
    //! What records are and can, as traits that generated code implements: which may change, expire or be deleted for a
    //! while, which have a revision or a chain of hashes.
    pub use crate::life::{Expiring, SoftDeleted};
    pub use crate::mask::Field;
    pub use crate::merge::Merge;
    pub use crate::number::EnumNumber;
    #[cfg(feature = "prost")]
    pub use crate::record::Wire;
    pub use crate::record::{
        Chained, FieldBehavior, Link, Mutable, Revised, Revision, Singleton, chain_hash, chain_origin,
    };
    pub use crate::value::Bind;
}

pub mod requests {
    //! Requests that a client may send again, because it did not see the answer.
    #[cfg(feature = "prost")]
    pub use crate::once::Proto;
    pub use crate::once::{Answer, RequestId};
}

pub mod file {
    //! The file of a store: its key, its log, its versions, and what an open store knows of it.
    pub use crate::info::{Applied, Broken, Info, Newer, Upgraded};
    pub use crate::key::{FileKeys, KeyId, KeySource};
    pub use crate::progress::Progress;
    pub use crate::sqlite::{CheckInfo, CheckState, Held, LogInfo, SqliteFile, SqliteInfo, SqliteOptions};
    pub use crate::upgrade::RowRejected;
}

pub mod metadata {
    //! What generated code says of a store, as plain data: tables, columns, constraints and migrations.
    pub use crate::schema::{
        Behaviors, Check, Child, Column, Constraint, Encoding, FieldKind, FieldOf, FieldPath, ForeignKey, Layout,
        Migration, Owner, ProtoEnum, ProtoKind, Recursion, Referrer, Role, Schema, Table, Ty, Unique,
    };
}

pub mod engines {
    //! The database below a store, and what an operation is written against.
    pub use crate::engine::Engine;
    pub use crate::fixed::Fixed;
    pub use crate::session::{Part, Session};
    pub use crate::sqlite::Sqlite;
}
