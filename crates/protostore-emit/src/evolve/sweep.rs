//! Rows that are deleted, with what references to them say: foreign keys are off while a migration runs.

use protostore_evolve::plan::{Place, Step};
use protostore_sql::{Expr, ForeignKey, Name, OnDelete, Select, Update};

use super::print::delete;
use super::script::Script;
use super::test::condition;
use super::way::{Stage, Way};

/// Deletes the rows that steps name.
pub(super) fn all(way: &Way<'_>, script: &mut Script) {
    for step in way.steps {
        let Step::Sweep { place, rows } = step else { continue };
        let Some(table) = way.old.table(place) else { continue };
        script.begin(format!("Rows of `{}` that must not live again.", table.record.name.proto));
        let rows = vec![condition(&way.seen(Stage::Before), place, rows)];
        below(way, script, place, &rows, &mut vec![place.clone()]);
    }
}

/// Deletes rows after those that refer to them. A reference that says nothing stays, and stops the upgrade at its end;
/// so do rows that lead back to a table around them.
fn below<'w>(way: &Way<'w>, script: &mut Script, place: &Place, rows: &[Expr<'w>], around: &mut Vec<Place>) {
    let Some(table) = way.old.table(place) else { return };
    for other in &way.old.places.tables {
        let definition = way.old.definition(other);
        let single = definition.columns.iter().filter_map(|column| column.reference.as_ref());
        for key in single.chain(&definition.foreign_keys).filter(|key| key.table == table.name) {
            let referring = || vec![refers(key, table.name, rows)];
            match key.on_delete {
                OnDelete::NoAction => {}
                OnDelete::Cascade if around.contains(&other.place) => {}
                OnDelete::Cascade => {
                    around.push(other.place.clone());
                    below(way, script, &other.place, &referring(), around);
                    around.pop();
                }
                OnDelete::SetNull => script.statement(Update {
                    table: other.name.to_owned().into(),
                    set: key.columns.iter().map(|column| (column.clone(), Expr::Null)).collect(),
                    rows: referring(),
                    returning: Vec::new(),
                }),
            }
        }
    }
    script.statement(delete(table.name, rows.to_vec()));
}

fn refers<'w>(key: &ForeignKey<'w>, table: &str, rows: &[Expr<'w>]) -> Expr<'w> {
    let columns = |names: &[Name<'w>]| names.iter().map(|name| Expr::column(name.clone())).collect::<Vec<_>>();
    let named = Select::from(table.to_owned(), columns(&key.key)).rows(rows.iter().cloned());
    Expr::tuple(columns(&key.columns)).in_rows(named)
}
