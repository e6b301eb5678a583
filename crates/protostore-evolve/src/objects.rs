//! Derived objects, by difference of both sets: what is dropped before tables and columns change, and made after.

use std::collections::BTreeSet;

use crate::plan::{ColumnId, Object, ObjectKind, Place, RustStep, Step};

/// What the steps of a plan do to tables and columns, as far as objects must give way to it.
#[derive(Default)]
struct Disturbed {
    /// Renamed, dropped or converted.
    columns: BTreeSet<ColumnId>,
    converted: BTreeSet<ColumnId>,
    dropped: BTreeSet<ColumnId>,
    renamed_places: BTreeSet<Place>,
    dropped_places: BTreeSet<Place>,
    /// How many ALTERs there are at least; of some, one is too many for a view.
    alters: usize,
    /// Whether a name changes, or goes, that a view or trigger of any table may say.
    names: bool,
}

/// Returns the objects to drop, and those to make.
pub(crate) fn steps(old: &[Object], new: &[Object], steps: &[Step]) -> (Vec<Step>, Vec<Step>) {
    let disturbed = disturbed(steps);
    let (before, after): (BTreeSet<Key<'_>>, BTreeSet<Key<'_>>) =
        (old.iter().map(key).collect(), new.iter().map(key).collect());
    let is_kept = |object: &&Object, others: &BTreeSet<Key<'_>>| {
        others.contains(&key(object)) && !disturbed.must_give_way(object)
    };
    let dropped = old.iter().filter(|object| !is_kept(object, &after) && !disturbed.goes_along(object));
    let made = new.iter().filter(|object| !is_kept(object, &before) && !disturbed.comes_along(object));
    let (mut dropped, mut made): (Vec<&Object>, Vec<&Object>) = (dropped.collect(), made.collect());
    // Views first, since they keep what they show from changing, and last.
    dropped.sort_by_key(|object| (std::cmp::Reverse(rank(object.kind)), key(object)));
    made.sort_by_key(|object| (rank(object.kind), key(object)));
    (dropped.into_iter().map(brief).map(Step::Drop).collect(), made.into_iter().map(brief).map(Step::Make).collect())
}

/// Returns an object as a plan has it. What a view or trigger says is a function of the schema, and long.
fn brief(object: &Object) -> Object {
    match object.kind {
        ObjectKind::View | ObjectKind::Trigger => {
            Object { columns: Vec::new(), canonical: String::new(), ..object.clone() }
        }
        ObjectKind::Check | ObjectKind::NotNull | ObjectKind::ForeignKey | ObjectKind::Index | ObjectKind::Unique => {
            object.clone()
        }
    }
}

type Key<'o> = (&'o Place, ObjectKind, &'o str, &'o str);

fn key(object: &Object) -> Key<'_> {
    // SQLite knows a foreign key by no name.
    let name = if object.kind == ObjectKind::ForeignKey { "" } else { &object.name };
    (&object.place, object.kind, name, &object.canonical)
}

fn rank(kind: ObjectKind) -> u8 {
    match kind {
        ObjectKind::NotNull => 0,
        ObjectKind::Check => 1,
        ObjectKind::ForeignKey => 2,
        ObjectKind::Index | ObjectKind::Unique => 3,
        ObjectKind::Trigger => 4,
        ObjectKind::View => 5,
    }
}

impl Disturbed {
    /// Returns whether an object that both schemas have is dropped and made all the same.
    ///
    /// SQLite rewrites a renamed column in what names it, but neither the names of constraints nor the aliases of
    /// views; it refuses to drop a column that a CHECK, an index, a trigger or a view names.
    fn must_give_way(&self, object: &Object) -> bool {
        let is_named = object.columns.iter().any(|column| self.columns.contains(column));
        match object.kind {
            // They come with their column, whatever it is called.
            ObjectKind::NotNull | ObjectKind::ForeignKey => false,
            ObjectKind::Check | ObjectKind::Index | ObjectKind::Unique => {
                is_named || self.renamed_places.contains(&object.place)
            }
            // Each ALTER reads every view anew.
            ObjectKind::View => is_named || self.names || self.alters > 2,
            ObjectKind::Trigger => is_named || self.names,
        }
    }

    /// Returns whether an object of the older schema goes with its column or table.
    fn goes_along(&self, object: &Object) -> bool {
        if self.dropped_places.contains(&object.place) {
            return !matches!(object.kind, ObjectKind::View | ObjectKind::Trigger);
        }
        let all = |columns: &BTreeSet<ColumnId>| object.columns.iter().all(|column| columns.contains(column));
        match object.kind {
            ObjectKind::NotNull => all(&self.dropped) || all(&self.converted),
            ObjectKind::ForeignKey => object.columns.len() == 1,
            ObjectKind::Check | ObjectKind::Index | ObjectKind::Unique | ObjectKind::Trigger | ObjectKind::View => {
                false
            }
        }
    }

    /// Returns whether an object of the newer schema comes with its column.
    fn comes_along(&self, object: &Object) -> bool {
        match object.kind {
            ObjectKind::NotNull => object.columns.iter().all(|column| self.converted.contains(column)),
            ObjectKind::ForeignKey => object.columns.len() == 1,
            ObjectKind::Check | ObjectKind::Index | ObjectKind::Unique | ObjectKind::Trigger | ObjectKind::View => {
                false
            }
        }
    }
}

fn disturbed(steps: &[Step]) -> Disturbed {
    let mut all = Disturbed::default();
    for step in steps {
        match step {
            Step::RenameTable { place } => {
                all.renamed_places.insert(place.clone());
                (all.names, all.alters) = (true, all.alters + 1);
            }
            Step::RenameColumn { column } => {
                all.columns.insert(column.clone());
                (all.names, all.alters) = (true, all.alters + 1);
            }
            Step::DropColumn { column } => {
                all.columns.insert(column.clone());
                all.dropped.insert(column.clone());
                (all.names, all.alters) = (true, all.alters + 1);
            }
            Step::Convert { column, .. } => {
                all.columns.insert(column.clone());
                all.converted.insert(column.clone());
                (all.names, all.alters) = (true, all.alters + 4);
            }
            Step::DropTable { place } => {
                all.dropped_places.insert(place.clone());
                (all.names, all.alters) = (true, all.alters + 1);
            }
            Step::Rust {
                by: RustStep::Text { column } | RustStep::Bits { column, .. } | RustStep::Reform { column },
                ..
            } => {
                all.columns.insert(column.clone());
                all.converted.insert(column.clone());
                (all.names, all.alters) = (true, all.alters + 4);
            }
            // One column takes the place of another, as where a value becomes a list that one column holds.
            Step::Rust { by: RustStep::Encode { into: column } | RustStep::Decode { from: column }, .. } => {
                if !steps.iter().any(|step| is_added_or_dropped(step, column)) {
                    all.columns.insert(column.clone());
                    all.converted.insert(column.clone());
                }
                (all.names, all.alters) = (true, all.alters + 4);
            }
            Step::Move { .. } | Step::Rekey { .. } | Step::Reparent { .. } | Step::Rust { .. } => {
                (all.names, all.alters) = (true, all.alters + 4);
            }
            // Rows that are changed or deleted must fire no trigger.
            Step::Fill { .. } | Step::Sweep { .. } => all.names = true,
            Step::AddColumn { fill, .. } => {
                all.alters += 1;
                all.names |= !matches!(fill, crate::plan::Fill::Zero | crate::plan::Fill::Unset);
            }
            // Rows that are made must fire no trigger.
            Step::AddRows { .. } => all.names = true,
            Step::CreateTable { .. } => all.alters += 1,
            Step::Guard(_) | Step::Count { .. } | Step::SameCount { .. } | Step::References => {}
            Step::Report { .. } | Step::ReportLists { .. } | Step::Drop(_) | Step::Make(_) => {}
        }
    }
    all
}

fn is_added_or_dropped(step: &Step, of: &ColumnId) -> bool {
    matches!(step, Step::AddColumn { column, .. } | Step::DropColumn { column } if column == of)
}
