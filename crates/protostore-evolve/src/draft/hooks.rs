//! Hooks: methods of the program that give values to rows that are there already.

use super::{Direction, Draft};
use crate::plan::{At, ChangeKind, Conversion, DataEffect, Place, RustStep, Step, Verdict};
use crate::view::Datum;

impl Draft<'_> {
    /// Returns whether the proto names a method that gives a field its value.
    pub(crate) fn has_hook(&self, new: &Datum<'_>) -> bool {
        self.direction == Direction::Up && self.answers.hooks.contains_key(&(new.table.number, new.path.clone()))
    }

    /// Returns whether the proto names a method that gives a field, or a message around it, its value.
    pub(crate) fn has_hook_around(&self, new: &Datum<'_>) -> bool {
        let given = |end: usize| self.answers.hooks.contains_key(&(new.table.number, new.path[..end].to_vec()));
        self.direction == Direction::Up && (1..=new.path.len()).any(given)
    }

    /// Returns whether the proto names a method that rewrites the rows of a table.
    pub(crate) fn rewrites(&self, table: u32) -> bool {
        self.direction == Direction::Up && self.answers.hooks.contains_key(&(table, Vec::new()))
    }

    /// Lets the method that the proto names give a field its value.
    pub(crate) fn hook(&mut self, kind: ChangeKind, new: &Datum<'_>) {
        let key = (new.table.number, new.path.clone());
        let Some(method) = self.answers.hooks.get(&key).cloned() else { return };
        self.call(kind, &At::field(None, Some(new)), method, key);
    }

    /// Lets the methods that the proto names for tables rewrite their rows, where something of a table changes. One that was
    /// called by an earlier version, in a table that does not change, has been left behind.
    pub(crate) fn rewrite_rows(&mut self) {
        if self.direction == Direction::Down {
            return;
        }
        let of_tables: Vec<(u32, String)> = self
            .answers
            .hooks
            .iter()
            .filter(|((_, path), _)| path.is_empty())
            .map(|((table, _), method)| (*table, method.clone()))
            .collect();
        for (table, method) in of_tables {
            let Some(new) = self.new.table(table) else { continue };
            let at = At::table(self.old.table(table), Some(new));
            let changes = self.verdicts.iter().any(|verdict| verdict.at.table == Some(table));
            let asks = self.asks.iter().any(|ask| ask.at.table == Some(table));
            if !changes && !asks {
                if self.version_of(&method).is_none() {
                    let why = format!(
                        "nothing of {} changes in this version, so that {method} has nothing to rewrite: take the \
                         `backfill` away, or make the change with it",
                        new.name.proto
                    );
                    self.never(ChangeKind::T30, &at, why);
                }
                continue;
            }
            if self.old.table(table).is_none() {
                let why = format!("{} is new and has no rows for {method}: take the `backfill` away", new.name.proto);
                self.never(ChangeKind::T30, &at, why);
                continue;
            }
            let says = format!("the rows of {} are rewritten by {method} of the program", new.name.proto);
            let verdict = Verdict::new(ChangeKind::T30, at.clone(), says).data(DataEffect::Guarded);
            self.verdict(verdict.loses(format!("what {method} changes in rows of {}", new.name.proto)).passes(4));
            self.call(ChangeKind::T30, &at, method, (table, Vec::new()));
        }
    }

    fn call(&mut self, kind: ChangeKind, at: &At, method: String, (table, path): (u32, Vec<u32>)) {
        let place = Place { table, path: Vec::new() };
        if let Some(version) = self.version_of(&method) {
            let why = format!(
                "{method} is the method of version {version}, which older files still call: give this `backfill` \
                 another name"
            );
            return self.never(kind, at, why);
        }
        if self.new.table(table).is_some_and(|table| table.hash_chain.is_some())
            && self.old.table(table).is_some_and(|table| table.hash_chain.is_some())
        {
            let why = format!("rows of a hash chain never change, so that {method} cannot write them: leave it out");
            return self.never(kind, at, why);
        }
        self.values.steps.push(Step::Rust { place, by: RustStep::Hook { method, path } });
    }

    /// Returns the version whose method has this name.
    fn version_of(&self, method: &str) -> Option<u32> {
        let of_it = |version: &&crate::Version| version.hooks.iter().any(|hook| hook.method == method);
        self.history.versions.iter().find(of_it).map(|version| version.number)
    }

    /// Rejects a hook over rows whose key changes in the same version: it gets each row as it was, by its key.
    pub(crate) fn check_hooks(&mut self, steps: &[Step]) {
        let hooks: Vec<(Place, String, Vec<u32>)> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Rust { place, by: RustStep::Hook { method, path } } => {
                    Some((place.clone(), method.clone(), path.clone()))
                }
                _ => None,
            })
            .collect();
        for (place, method, path) in hooks {
            let key = |view: &crate::view::View<'_>| view.places().get(&place).map(|table| table.key.clone());
            let key_columns = key(self.new).unwrap_or_default();
            let changes_key = |step: &Step| match step {
                Step::Rekey { place: of } => *of == place,
                Step::Convert { column, by } => *by != Conversion::Same && key_columns.contains(column),
                Step::Rust { by: RustStep::Text { column } | RustStep::Bits { column, .. }, .. } => {
                    key_columns.contains(column)
                }
                _ => false,
            };
            if key(self.old) == key(self.new) && !steps.iter().any(changes_key) {
                continue;
            }
            let (old, new) = (self.old, self.new);
            let at = match new.datum(place.table, &path) {
                Some(datum) if !path.is_empty() => At::field(old.datum(place.table, &path), Some(datum)),
                _ => At::table(old.table(place.table), new.table(place.table)),
            };
            let why = format!(
                "the key of {} changes, and {method} gets its rows by their key: change the key in a version of its own",
                new.table(place.table).map_or("", |table| &table.name.proto)
            );
            self.never(ChangeKind::T30, &at, why);
        }
    }
}
