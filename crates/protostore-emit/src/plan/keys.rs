//! A JSON list of keys as rows: a key is a value, or an array of its parts.

use protostore_schema::{Column, Type};

use crate::sql::{list, quote};

/// Returns the condition that ties rows to the keys of `json_each(…) o`: `c."_id" = o.value`.
pub(super) fn ties(alias: &str, key: &[&Column]) -> String {
    let ties = key
        .iter()
        .zip(parts("o.value", key))
        .map(|(part, value)| format!("{alias}.{} = {value}", quote(&part.name.sql)));
    ties.collect::<Vec<_>>().join(" AND ")
}

/// Returns the condition that a row's key is in the list that is the first parameter.
pub(super) fn listed(key: &[&Column]) -> String {
    let (names, values) = (list(key.iter().map(|part| part.name.sql.as_str())), parts("value", key).join(", "));
    let names = if key.len() == 1 { names } else { format!("({names})") };
    format!("{names} IN (SELECT {values} FROM json_each(?1))")
}

/// Returns the parts of a key, each as its column holds it.
fn parts(value: &str, key: &[&Column]) -> Vec<String> {
    let one = key.len() == 1;
    let part = |(i, column): (usize, &&Column)| {
        let part = if one { value.to_owned() } else { format!("{value} ->> {i}") };
        if column.ty == Type::Bytes { format!("unhex({part})") } else { part }
    };
    key.iter().enumerate().map(part).collect()
}
