//! A case of the matrix: a file of `cases/`, named for the change, holds some.

use std::collections::BTreeMap;
use std::path::Path;

use protostore_evolve::plan::{ChangeKind, Word};
use serde::Deserialize;
use serde::de::value::StrDeserializer;

use super::place::Place;
use crate::lab::{Carry, Fate, Rule, Store};

/// The cases of one change.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    case: Vec<Case>,
}

/// A change of a few lines, in some places; or of a whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// What changes, in a few words.
    pub(super) name: String,
    /// The lines of the message before.
    #[serde(default)]
    pub(super) old: String,
    /// The lines of the message after, as a developer writes them first.
    #[serde(default)]
    pub(super) new: String,
    /// The lines after the developer wrote what was asked for; by default `new`.
    pub(super) answered: Option<String>,
    /// What each line of a proto that is asked for says, at least.
    #[serde(default)]
    pub(super) lines: Vec<String>,
    /// Messages and enums beside it, in both versions, and in one of them.
    #[serde(default)]
    types: String,
    #[serde(default)]
    old_types: String,
    #[serde(default)]
    new_types: String,
    answered_types: Option<String>,
    /// Options of the table of records, in both versions, and in one of them.
    #[serde(default)]
    table: String,
    #[serde(default)]
    old_table: String,
    #[serde(default)]
    new_table: String,
    /// Whether these are bodies of whole files.
    #[serde(default)]
    whole: bool,
    /// Where it is tried.
    pub(super) places: Vec<Place>,
    /// Around what it is tried, where the lines themselves make the place.
    around: Option<Place>,
    /// As what it counts once the developer wrote what was asked for.
    pub(super) becomes: Option<String>,
    /// What else the plan says has changed.
    #[serde(default)]
    pub(super) also: Vec<String>,
    /// The acceptances that are asked for.
    #[serde(default)]
    pub(super) accept: Vec<Word>,
    /// Whether nothing makes it possible.
    #[serde(default)]
    pub(super) never: bool,
    /// Whether it makes no version.
    #[serde(default)]
    pub(super) no_version: bool,
    /// The verdict: to clients of bytes and JSON, to stored data, the way back, the previous program.
    #[serde(default)]
    pub(super) wire: String,
    #[serde(default)]
    pub(super) json: String,
    #[serde(default)]
    pub(super) data: String,
    #[serde(default)]
    pub(super) down: String,
    #[serde(default)]
    pub(super) previous: String,
    /// The previous program, in places where it is another than elsewhere.
    #[serde(default)]
    pub(super) previous_at: BTreeMap<Place, String>,
    /// Whether values are carried by number of field, not by protobuf's bytes.
    #[serde(default)]
    by_value: bool,
    /// What a field is in rows that are there: `owner = "root"`; `code = "@id"` is what another field is,
    /// `drive = {size = 1}` a message where there is none, and `revision = "#"` the number of the row in the order of its id.
    #[serde(default)]
    fill: BTreeMap<String, toml::Value>,
    /// The same on the way back.
    #[serde(default)]
    fill_back: BTreeMap<String, toml::Value>,
    /// Whether the way back is not tried, because numbers that the store gave are never given again.
    #[serde(default)]
    pub(super) only_up: bool,
    /// Fields of the record that get the value of a former one: `"meta.owner" = "owner"`.
    #[serde(default)]
    moved: BTreeMap<String, String>,
    /// Rows that the upgrade deletes, or that stop it: `{field = "{path}end", is = "past", then = "goes"}`, where `{path}` is
    /// the path to the message.
    #[serde(default)]
    fates: Vec<Fate>,
    /// The same on the way back.
    #[serde(default)]
    fates_back: Vec<Fate>,
    /// A field whose texts are to be small letters from now on: the upgrade tells how many rows have others.
    pub(super) letters: Option<String>,
    /// Whether the upgrade makes the hashes of chained tables.
    #[serde(default)]
    is_chained: bool,
    /// Whether the newer version is made by the second mapping, which these tests alone have.
    #[serde(default)]
    is_mapped_anew: bool,
    /// Acceptances of the table of records that nothing asks for, and that the change takes all the same.
    #[serde(default)]
    pub(super) given: Vec<Word>,
}

/// Which version of the protos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Old,
    /// As the developer writes it first.
    New,
    /// With the lines that were asked for.
    Answered,
}

impl Case {
    /// Returns the body of the file.
    pub(super) fn file(&self, place: Place, side: Side) -> String {
        let (lines, types, table) = match side {
            Side::Old => (&self.old, &self.old_types, &self.old_table),
            Side::New => (&self.new, &self.new_types, &self.new_table),
            Side::Answered => (
                self.answered.as_ref().unwrap_or(&self.new),
                self.answered_types.as_ref().unwrap_or(&self.new_types),
                &self.new_table,
            ),
        };
        if self.whole {
            return lines.clone();
        }
        let table = [self.table.as_str(), table.as_str()].join(" ");
        self.around.unwrap_or(place).file(lines, &format!("{}\n{types}", self.types), table.trim())
    }

    /// Returns the store of a version.
    pub(super) fn store(&self, place: Place, side: Side) -> Result<Store, String> {
        let store = Store::new(&self.file(place, side))?;
        Ok(if self.is_mapped_anew && side != Side::Old { store.by_second_mapping() } else { store })
    }

    /// Returns how rows are carried, up and back.
    pub(super) fn carry(&self, place: Place) -> (Carry, Carry) {
        let rule = if self.by_value { Rule::Value } else { Rule::Wire };
        let Self { fill, fill_back, moved, fates, fates_back, is_chained, .. } = self;
        let at = |fates: &[Fate]| fates.iter().map(|fate| fate.at(place.path())).collect::<Vec<_>>();
        let (fates, fates_back, is_chained) = (at(fates), at(fates_back), *is_chained);
        let up = Carry { rule, fill: fill.clone(), moved: moved.clone(), fates, is_chained };
        let moved = moved.iter().map(|(to, from)| (from.clone(), to.clone())).collect();
        (up, Carry { rule, moved, fill: fill_back.clone(), fates: fates_back, is_chained: false })
    }
}

/// Returns the cases of every change, from `cases/`.
pub(super) fn all() -> BTreeMap<ChangeKind, Vec<Case>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).expect("the folder of cases") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let Some(kind) = kind(&name) else { continue };
        let text = std::fs::read_to_string(&path).expect("a case");
        let file: CaseFile = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        found.insert(kind, file.case);
    }
    found
}

/// Returns the change of an id.
pub(super) fn kind(id: &str) -> Option<ChangeKind> {
    let from = StrDeserializer::<serde::de::value::Error>::new(id);
    ChangeKind::deserialize(from).ok()
}

/// Returns every change that there is.
pub(super) fn kinds() -> Vec<ChangeKind> {
    ChangeKind::ALL.iter().copied().filter(|kind| *kind != ChangeKind::Other).collect()
}
