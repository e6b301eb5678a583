//! Two branches of one history: what both say otherwise about the same thing, and the schema that both lead to together.

use std::collections::BTreeMap;

use protostore_schema::{Field, Message, Schema, SnapshotError};
use serde_json::{Map, Value};

/// What two branches say otherwise of the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The full name of the message; of a table the store message.
    pub message: String,
    /// The number of the field or table.
    pub number: u32,
    /// What the base has at it; none where it is gone there.
    pub base: Option<String>,
    /// What the own branch has at it.
    pub own: String,
    /// The least number that neither branch ever used.
    pub free: u32,
}

/// Returns the numbers that two branches use otherwise since `fork`, and that `merged`, the protos of both together, does
/// not settle as the base has them.
#[must_use]
pub fn clashes(fork: &Schema, base: &Schema, own: &Schema, merged: &Schema) -> Vec<Clash> {
    let sides = [fork, base, own, merged].map(numbers);
    let [was, theirs, ours, now] = &sides;
    let mut clashes = Vec::new();
    for (place, says) in ours {
        let [was, theirs, now] = [was, theirs, now].map(|side| side.get(place));
        let changed = was != Some(says);
        let differs = theirs != Some(says) && theirs != was;
        // Both changed it, and what is there now is not what the base has.
        if !changed || !differs || now == theirs {
            continue;
        }
        // Of two names for the same thing the protos have chosen one.
        let is_renaming = was.is_some() && theirs.is_some() && now.is_some();
        if is_renaming {
            continue;
        }
        let (message, number) = place.clone();
        let used = sides.iter().flatten().filter(|((of, _), _)| *of == message).map(|((_, number), _)| *number);
        let free = used.chain(reserved(&message, [fork, base, own, merged])).max().unwrap_or(0) + 1;
        clashes.push(Clash { message, number, base: theirs.cloned(), own: says.clone(), free });
    }
    clashes
}

/// Returns what each number of each message is, and each number of a table: `string owner`.
fn numbers(schema: &Schema) -> BTreeMap<(String, u32), String> {
    let field = |message: &Message, field: &Field| {
        ((message.proto.clone(), field.number), format!("{} {} {:?}", kind(field), field.name, field.label))
    };
    let fields = schema.reach.messages.iter().flat_map(|message| message.fields.iter().map(move |f| field(message, f)));
    let tables = schema.tables.iter().map(|table| {
        let says = format!("{} {}", table.record.ty.proto, table.name.proto);
        ((schema.store.clone(), table.number), says)
    });
    fields.chain(tables).collect()
}

fn kind(field: &Field) -> String {
    serde_json::to_string(&field.kind).unwrap_or_default().replace(['"', '{', '}'], "")
}

fn reserved(message: &str, schemas: [&Schema; 4]) -> Vec<u32> {
    let messages = schemas.into_iter().flat_map(|schema| schema.reach.messages.iter());
    let ends = messages.filter(|of| of.proto == message).flat_map(|of| of.reserved.iter().map(|(_, end)| *end));
    // `reserved 7 to max` leaves nothing free above.
    ends.filter(|end| *end < 10_000).collect()
}

/// Returns what a schema becomes with the changes of another branch: those from `fork` to `own` over `base`, by the numbers
/// and names of things. Where both changed the same thing, it is as the base has it.
///
/// # Errors
/// If what comes out is no schema.
pub fn merge(fork: &Schema, base: &Schema, own: &Schema) -> Result<Schema, SnapshotError> {
    let value = |schema: &Schema| serde_json::from_str::<Value>(&schema.to_snapshot()).unwrap_or_default();
    let merged = merged(Some(&value(fork)), Some(&value(base)), Some(&value(own)));
    Schema::from_snapshot(&merged.unwrap_or_default().to_string())
}

fn find<'v>(side: &[(String, &'v Value)], id: &str) -> Option<&'v Value> {
    side.iter().find(|(of, _)| of == id).map(|(_, value)| *value)
}

fn merged(fork: Option<&Value>, base: Option<&Value>, own: Option<&Value>) -> Option<Value> {
    match (fork, base, own) {
        _ if fork == own || base == own => base.cloned(),
        _ if fork == base => own.cloned(),
        (fork, Some(Value::Object(base)), Some(Value::Object(own))) => {
            let none = Map::new();
            let fork = fork.and_then(Value::as_object).unwrap_or(&none);
            let keys = base.keys().chain(own.keys().filter(|key| !base.contains_key(*key)));
            let member = |key: &String| Some((key.clone(), merged(fork.get(key), base.get(key), own.get(key))?));
            Some(Value::Object(keys.filter_map(member).collect()))
        }
        (fork, Some(Value::Array(base)), Some(Value::Array(own))) => {
            let fork = fork.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let [Some(fork), Some(base), Some(own)] = [fork, base, own].map(identified) else {
                return Some(Value::Array(base.clone()));
            };
            let ids = base.iter().chain(own.iter().filter(|(id, _)| find(&base, id).is_none())).map(|(id, _)| id);
            let element = |id: &String| merged(find(&fork, id), find(&base, id), find(&own, id));
            Some(Value::Array(ids.filter_map(element).collect()))
        }
        _ => base.cloned(),
    }
}

/// Returns the elements of a list by what tells them apart; nothing where nothing does, so that it is one value.
fn identified(list: &[Value]) -> Option<Vec<(String, &Value)>> {
    let identity = |value: &Value| match value {
        Value::Object(object) => {
            let parts = ["proto", "number", "path", "role"].map(|key| object.get(key).map(Value::to_string));
            let named = || object.get("name").map(|name| name.get("proto").unwrap_or(name).to_string());
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            if parts.is_empty() { named() } else { Some(parts.join(" ")) }
        }
        scalar => Some(scalar.to_string()),
    };
    let elements: Option<Vec<_>> = list.iter().map(|value| Some((identity(value)?, value))).collect();
    let mut ids: Vec<&String> = elements.as_ref()?.iter().map(|(id, _)| id).collect();
    ids.sort_unstable();
    let unique = ids.windows(2).all(|pair| pair[0] != pair[1]);
    elements.filter(|_| unique)
}
