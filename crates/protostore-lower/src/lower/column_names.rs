//! Decides the SQL names of columns and child tables: `name`, else the path joined by `__`.

use protostore_schema::sql_name;

use super::draft::{Draft, Part, Shape, Spot};
use crate::names;

/// Names every column and child table. Names that are too long are shortened after they are joined.
pub(super) fn decide(draft: &mut Draft) {
    let mut long: Vec<String> = Vec::with_capacity(draft.spots.len());
    for spot in &draft.spots {
        long.push(long_name(draft, spot, &long));
    }
    let places: Vec<String> = draft.spots.iter().map(|spot| place_column(draft, spot)).collect();
    let key: Vec<String> = if draft.singleton {
        vec![names::SINGLETON.to_owned()]
    } else {
        draft.key.iter().map(|i| names::owner_column(&sql_name(&long[*i]))).collect()
    };
    for (i, long) in long.iter().enumerate() {
        let lists = draft.lists_around(&draft.spots[i]);
        let spot = &mut draft.spots[i];
        spot.sql = sql_name(long);
        if spot.has_table() {
            spot.owner = key.iter().cloned().chain(lists.iter().map(|list| places[*list].clone())).collect();
            spot.place_column.clone_from(&places[i]);
        }
    }
}

/// Returns the name before it is shortened: a table's in full, a column's from its table down.
fn long_name(draft: &Draft, spot: &Spot, long: &[String]) -> String {
    if let Some((name, _)) = &spot.column.name {
        return name.clone();
    }
    let own = spot.path.last().map_or("", String::as_str);
    let columns_around = match spot.parent {
        Some(parent) if !draft.spots[parent].has_table() => long[parent].as_str(),
        Some(_) | None => "",
    };
    match (&spot.shape, spot.part) {
        (Shape::Row(_) | Shape::Scalars(_) | Shape::Messages(_) | Shape::Map(_), _) => {
            let table = match draft.table_around(spot) {
                Some(around) => long[around].as_str(),
                None => draft.field.name(),
            };
            names::sql_join(table, &names::sql_join(columns_around, own))
        }
        (_, Part::MapKey) => place_column(draft, &draft.spots[spot.parent.unwrap_or_default()]),
        (Shape::Scalar(_) | Shape::Message(_) | Shape::Absent, _) => names::sql_join(columns_around, own),
    }
}

/// Returns the column that holds an element's place, numbered by depth from the second on.
fn place_column(draft: &Draft, spot: &Spot) -> String {
    let word = if matches!(spot.shape, Shape::Map(_)) { "_key" } else { "_position" };
    match draft.lists_around(spot).len() {
        0 => word.to_owned(),
        around => format!("{word}_{}", around + 1),
    }
}
