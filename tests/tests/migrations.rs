//! Plans as SQL, run with rows on the SQLite of the encrypted build: the same tests as those of emission, which run on the
//! plain one.

#[path = "../../crates/protostore-emit/tests/migrations/mod.rs"]
mod migrations;
