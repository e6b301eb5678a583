//! Random names of fields: words that mean something elsewhere, every case, and some too long for SQL.

use std::collections::BTreeSet;

use fastrand::Rng;

const WORDS: [&str; 36] = [
    "type",
    "select",
    "match",
    "async",
    "self",
    "order",
    "rowid",
    "oid",
    "TABLE",
    "fooBar",
    "HTTPServer",
    "value",
    "key",
    "position",
    "owner",
    "item",
    "row",
    "field",
    "binder",
    "v",
    "gen",
    "box",
    "default",
    "group",
    "index",
    "from",
    "where",
    "record",
    "store",
    "crate",
    "super",
    "x9",
    "a_b",
    "Self",
    "insert",
    "union",
];

/// The names of one message so far.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// Returns a name that differs from all others in SQL, JSON and Rust.
    pub(super) fn draw(&mut self, rng: &mut Rng) -> String {
        loop {
            let word = WORDS[rng.usize(0..WORDS.len())];
            let name = match rng.u8(0..8) {
                0 => format!("{word}_{}", "of_many_words".repeat(rng.usize(1..5))),
                1..=3 => word.to_owned(),
                _ => format!("{word}{}", rng.u8(..)),
            };
            if self.0.insert(name.replace('_', "").to_ascii_lowercase()) {
                return name;
            }
        }
    }
}
