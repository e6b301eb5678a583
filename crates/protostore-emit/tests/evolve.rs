//! Plans as SQL, printed and run with rows.
//!
//! Alone, these tests run on the plain SQLite; with the whole workspace, on that of the encrypted build. `cargo xtask
//! test` does both.

mod migrations;
