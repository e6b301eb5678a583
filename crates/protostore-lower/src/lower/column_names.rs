//! Decides the SQL names of columns and child tables: `name`, else the path joined by `__`.

use super::draft::{Draft, Shape};
use crate::names;

/// Names every column and child table. Names that are too long are shortened after they are joined.
pub(super) fn decide(draft: &mut Draft) {
    let mut long: Vec<String> = Vec::with_capacity(draft.spots.len());
    for spot in &draft.spots {
        let own = spot.path.last().map_or("", String::as_str);
        let name = spot.column.name.as_ref().map(|(name, _)| name.clone());
        // The columns of a child table are named from the element down.
        let prefix = match spot.parent {
            Some(parent) if draft.spots[parent].is_repeated() => "",
            Some(parent) => &long[parent],
            None => "",
        };
        long.push(name.unwrap_or_else(|| names::sql_join(prefix, own)));
    }
    for (i, long) in long.into_iter().enumerate() {
        let spot = &draft.spots[i];
        let sql = match (&spot.shape, &spot.column.name) {
            (Shape::Scalars(_) | Shape::Messages(_), None) => names::sql(&names::sql_join(draft.field.name(), &long)),
            _ => names::sql(&long),
        };
        draft.spots[i].sql = sql;
    }
    let owner: Vec<String> = draft.key.iter().map(|i| names::owner_column(&draft.spots[*i].sql)).collect();
    for spot in draft.spots.iter_mut().filter(|spot| spot.is_repeated()) {
        spot.owner.clone_from(&owner);
    }
}
