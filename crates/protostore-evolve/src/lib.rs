//! What changed between two schemas, and the lock that chains a store's migrations.
//!
//! Things are told apart by number, never by name: a table by its own, a column by its table's and the path of its
//! field, an enum's value by its number. So a rename is seen as a rename.
//! Text goes in and comes out; nothing here knows protobuf, SQL or a disk.

mod at;
mod chain;
mod draft;
mod evolve;
mod fault;
mod history;
mod lock;
mod merge;
mod objects;
mod order;
mod path;
pub mod plan;
mod rows;
mod slug;
mod steps_text;
mod structure;
mod types;
pub mod value;
mod view;

pub use evolve::evolve;
pub use fault::Fault;
pub use history::{History, NotOldest, Version};
pub use lock::{LOCK_FORMAT, Lock, LockError, Locked, LockedMigration, MigrationTexts, VersionTexts};
pub use merge::{Clash, clashes, merge};
pub use path::{FileKind, VersionFile, down_path, migration_path, plan_path, snapshot_path};
