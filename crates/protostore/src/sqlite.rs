//! SQLite as an engine: one writer thread, reader threads, and connections for reads on the caller's thread.

mod alarms;
mod bind;
mod caches;
mod check;
mod checkpoint;
mod claim;
mod close;
pub(crate) mod codes;
mod commits;
mod counter;
mod engine;
mod fault;
mod fork;
mod haste;
mod held;
mod info;
mod job;
mod meter;
mod near;
#[cfg(any(test, feature = "testing"))]
pub(crate) mod old;
pub(crate) mod open;
mod options;
mod patience;
mod pool;
mod queue;
mod readers;
mod row;
mod session;
mod state;
#[cfg(any(test, feature = "testing"))]
pub(crate) mod strict;
#[cfg(test)]
mod tests;
mod trace;
mod transaction;
pub mod upkeep;
mod wakers;
mod warm;
mod watch;
mod writer;

pub use engine::Sqlite;
pub use held::Held;
pub use info::{CheckInfo, CheckState, LogInfo, SqliteInfo};
pub use options::{SqliteFile, SqliteOptions};
