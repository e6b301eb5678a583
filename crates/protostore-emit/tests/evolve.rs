//! Plans as SQL, printed and run with rows on the plain SQLite.

mod migrations;
