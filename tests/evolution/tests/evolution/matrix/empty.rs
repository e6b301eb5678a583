//! Cells of the matrix without a case: each has its reason, or the evolver rejects the change by name.

use std::collections::BTreeSet;
use std::path::Path;

use protostore_evolve::plan::ChangeKind;
use serde::Deserialize;

use super::case::kind;
use super::place::{PLACES, Place};

/// What `cases/empty.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EmptyFile {
    /// Cells in which a change cannot occur, or need not be tried.
    empty: Vec<Empty>,
    /// Cases that the evolver rejects by name: `S03`, `S03/element`, `S03/element/a message from JSON to BYTES`.
    #[serde(default)]
    rejected: Vec<String>,
    /// Cases that the product gets wrong: each must fail, so that the list cannot go stale.
    #[serde(default)]
    wrong: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Empty {
    ids: Vec<String>,
    /// All places where there are none.
    #[serde(default)]
    places: Vec<Place>,
    reason: String,
}

/// A change in a place.
pub(super) type Cell = (ChangeKind, Place);

/// The cells without a case, and the cases that are rejected.
pub(super) struct Excused {
    pub(super) empty: BTreeSet<Cell>,
    /// Beginnings of the names of cases.
    pub(super) rejected: Vec<String>,
    pub(super) wrong: Vec<String>,
}

impl Excused {
    /// Says whether the evolver rejects a case.
    pub(super) fn is_rejected(&self, name: &str) -> bool {
        self.rejected.iter().any(|one| begins(name, one))
    }

    /// Says whether the product is known to get a case wrong.
    pub(super) fn is_wrong(&self, name: &str) -> bool {
        self.wrong.iter().any(|one| begins(name, one))
    }
}

/// Says whether the name of a case begins with whole parts.
pub(super) fn begins(name: &str, beginning: &str) -> bool {
    name.strip_prefix(beginning).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Reads `cases/empty.toml`.
pub(super) fn excused() -> Excused {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/empty.toml");
    let text = std::fs::read_to_string(&path).expect("the reasons of empty cells");
    let file: EmptyFile = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let cells = |ids: &[String], places: &[Place]| -> Vec<Cell> {
        let places = if places.is_empty() { &PLACES[..] } else { places };
        let kinds = ids.iter().map(|id| kind(id).unwrap_or_else(|| panic!("{id} is no change")));
        kinds.flat_map(|kind| places.iter().map(move |place| (kind, *place))).collect()
    };
    assert!(file.empty.iter().all(|empty| empty.reason.len() > 10), "an empty cell needs its reason");
    Excused {
        empty: file.empty.iter().flat_map(|e| cells(&e.ids, &e.places)).collect(),
        rejected: file.rejected,
        wrong: file.wrong,
    }
}
