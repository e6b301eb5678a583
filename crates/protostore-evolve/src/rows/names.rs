//! N: other names of fields, and names and numbers that are used again.

use protostore_schema::{Field, Form, Message, Type};

use crate::draft::Draft;
use crate::plan::{At, ChangeKind, Effect, Place, Previous, Verdict, Word};
use crate::types::is_same_kind;
use crate::view::{Datum, Storage};

/// The name of a field that both versions have, in its proto file, in JSON and in SQL.
pub(crate) fn field(old: &Datum<'_>, new: &Datum<'_>, draft: &mut Draft<'_>) {
    let at = At::both(old, new);
    if old.field.name != new.field.name {
        return renamed(old, new, &at, draft);
    }
    if old.field.json != new.field.json {
        let says = format!("{} has another name in JSON", new.name);
        let verdict = Verdict::new(ChangeKind::N02, at.clone(), says).json(Effect::Breaks);
        let is_json = is_named_in_json(new);
        draft.verdict(if is_json { verdict.previous(Previous::Neither) } else { verdict });
    }
    if draft.is_mapped_anew() {
        // The row of the mapping says that names in SQL are others.
    } else if let Some((from, to)) = sql_names(old, new).filter(|_| !is_consequence(old, new, draft)) {
        let is_case = from.eq_ignore_ascii_case(to);
        let kind = match is_case {
            true => ChangeKind::N09,
            false if is_alias_of_rowid(old, from) => ChangeKind::N10,
            false => ChangeKind::N08,
        };
        let says = format!("{} is stored as {to:?}, it was {from:?}", new.name);
        draft.verdict(Verdict::new(kind, at, says).previous(by_sql_names(new, draft)));
    }
}

fn renamed(old: &Datum<'_>, new: &Datum<'_>, at: &At, draft: &mut Draft<'_>) {
    let (before, after) = (draft.old.schema, draft.new.schema);
    let (was, is) = (&old.field.name, &new.field.name);
    let is_same_type = is_same_kind(before, after, &old.field.kind, &new.field.kind);
    let is_same_label = old.many() == new.many();
    let names = (old.name.clone(), new.name.clone());
    let is_of_others = after.reach.message(&new.declared_by).is_some_and(|message| message.declared.others);
    if !is_same_type && !is_same_label && is_of_others && matches!(new.storage, Storage::Absent(_)) {
        // Whoever owns the store cannot take it back, and nothing stored is read as the other field.
        let says =
            format!("number {} of {} was {was}, and is {is}, which is not stored", new.field.number, new.declared_by);
        let verdict = Verdict::new(ChangeKind::N12, at.clone(), says).wire(Effect::Breaks).json(Effect::Breaks);
        return draft.verdict(verdict.previous(Previous::Neither));
    }
    if !is_same_type && !is_same_label {
        let why = format!(
            "number {} of {} was {} {was}, and is {} {is}: another name, type and label are another field; give {is} a \
             new number, and reserve {} and {was:?}",
            new.field.number,
            new.declared_by,
            old.type_words(),
            new.type_words(),
            new.field.number,
        );
        return draft.never(ChangeKind::N12, at, why);
    }
    let messages = (before.reach.message(&old.declared_by), after.reach.message(&new.declared_by));
    let holder = |message: Option<&Message>, name: &str| {
        let other = |field: &&Field| field.name == name && field.number != new.field.number;
        message.and_then(|message| message.fields.iter().find(other).cloned())
    };
    // Who had the new name, and who has the old one now.
    let (had, has) = (holder(messages.0, is), holder(messages.1, was));
    let had_lives = had.as_ref().is_some_and(|had| messages.1.is_some_and(|m| m.field(had.number).is_some()));
    let kind = match (&had, &has) {
        (Some(had), _) if !had_lives && is_moved(before, after, had, &new.field) => {
            let why = format!(
                "{is} was number {} of {}, and is number {} now: put the number back, {is} = {}",
                had.number, new.declared_by, new.field.number, had.number
            );
            return draft.never(ChangeKind::N11, at, why);
        }
        (None, None) if old.declared_by != new.declared_by && !is_entry(old, draft) => ChangeKind::T05,
        (None, None) if was.eq_ignore_ascii_case(is) => ChangeKind::N09,
        (None, None) if sql_names(old, new).is_some_and(|(from, _)| is_alias_of_rowid(old, from)) => ChangeKind::N10,
        (None, None) => ChangeKind::N01,
        _ => ChangeKind::N03,
    };
    let is_swap = matches!(kind, ChangeKind::N03 | ChangeKind::T05) || !is_same_type || !is_same_label;
    if is_swap {
        let risk = format!(
            "the values of {} will be read as {}: number {} had another name{}",
            old.name,
            new.name,
            new.field.number,
            if is_same_type && is_same_label { "" } else { " and another type" },
        );
        draft.accept(Word::Swap, kind, at, names, risk);
    }
    let previous = if is_named_in_json(new) { Previous::Neither } else { by_sql_names(new, draft) };
    let says = format!("{} is now called {}", old.name, new.name);
    draft.verdict(Verdict::new(kind, at.clone(), says).json(Effect::Breaks).previous(previous));
}

/// Returns whether a name left one number for another with the same type and label: the field was given another number.
fn is_moved(old: &protostore_schema::Schema, new: &protostore_schema::Schema, before: &Field, after: &Field) -> bool {
    before.label == after.label && is_same_kind(old, new, &before.kind, &after.kind)
}

/// The entry of a map is called for its field.
fn is_entry(datum: &Datum<'_>, draft: &Draft<'_>) -> bool {
    draft.old.schema.reach.message(&datum.declared_by).is_some_and(|message| message.entry)
}

/// Returns whether its own name is in stored JSON: a list or map that is kept whole.
pub(super) fn is_named_in_json(datum: &Datum<'_>) -> bool {
    let Storage::Column(scalar) = datum.storage else { return false };
    scalar.column.form == Form::Json && matches!(scalar.column.ty, Type::Repeated(_))
}

/// Returns both SQL names of its column or child table, where they differ.
fn sql_names<'d>(old: &'d Datum<'_>, new: &'d Datum<'_>) -> Option<(&'d str, &'d str)> {
    let name = |datum: &'d Datum<'_>| match datum.storage {
        Storage::Child(child) => Some(child.name.sql.as_str()),
        Storage::Column(_) | Storage::Flattened(_) | Storage::Element(_) => {
            datum.column().map(|column| column.name.sql.as_str())
        }
        Storage::Inline | Storage::Absent(_) => None,
    };
    let names = (name(old)?, name(new)?);
    let is_one_place = old.child_place() == new.child_place() && old.place == new.place;
    let role = |datum: &Datum<'_>| datum.column().map(|column| column.role);
    (is_one_place && role(old) == role(new) && names.0 != names.1).then_some(names)
}

/// Returns whether another SQL name follows from that of the table or of a message around.
fn is_consequence(old: &Datum<'_>, new: &Datum<'_>, draft: &Draft<'_>) -> bool {
    let table = old.table.number;
    let is_child = matches!(new.storage, Storage::Child(_));
    let first = if is_child { 1 } else { new.place.path.len() + 1 };
    let is_other = |path: &[u32]| match (draft.old.datum(table, path), draft.new.datum(table, path)) {
        (Some(old), Some(new)) => old.field.name != new.field.name || sql_names(old, new).is_some(),
        _ => false,
    };
    let is_told = new.path.first().is_some_and(|_| (first..new.path.len()).any(|end| is_other(&new.path[..end])));
    let is_of_table = is_child && old.table.name.sql != new.table.name.sql;
    // A key's name in child tables is not the child's.
    is_told || is_of_table
}

/// Returns what names in SQL let the previous program do: nothing, where a column or table at or below a field has another
/// than in case.
fn by_sql_names(new: &Datum<'_>, draft: &Draft<'_>) -> Previous {
    let (before, after) = (draft.old, draft.new);
    let table = new.table.number;
    let columns = after.columns().iter().filter(|(id, _)| id.place.table == table && id.path.starts_with(&new.path));
    let mut columns = columns.filter_map(|(id, column)| Some((before.columns().get(id)?, column)));
    let below = |place: &Place| place.table == table && place.path.starts_with(&new.path);
    let places = after.places().iter().filter(|(place, _)| below(place));
    let mut places = places.filter_map(|(place, is)| Some((before.places().get(place)?, is)));
    let is_other = columns.any(|(was, is)| !was.name.sql.eq_ignore_ascii_case(&is.name.sql))
        || places.any(|(was, is)| !was.name.eq_ignore_ascii_case(is.name));
    if is_other { Previous::Neither } else { Previous::ReadsAndWrites }
}

/// Returns whether a column of a table with rowids is called as the rowid is, which SQLite then cannot rename or drop.
pub(super) fn is_alias_of_rowid(datum: &Datum<'_>, sql: &str) -> bool {
    datum.place.path.is_empty() && ["rowid", "oid", "_rowid_"].iter().any(|name| sql.eq_ignore_ascii_case(name))
}

/// Oneofs that have another name; they have no data, and no number.
pub(crate) fn oneofs(table: u32, draft: &mut Draft<'_>) {
    let (before, after) = (draft.old, draft.new);
    for new in after.oneofs_of(table) {
        let name = |view: &crate::view::OneofView<'_>| view.oneof.name.proto.clone();
        let is_there =
            |name: &str| before.oneofs_of(table).any(|old| old.around == new.around && old.oneof.name.proto == name);
        let own = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
        let shares = |old: &&crate::view::OneofView<'_>| old.members.iter().any(|path| new.members.contains(path));
        let Some(old) = before.oneofs_of(table).find(shares) else { continue };
        if own(&name(old)) == own(&name(new)) || is_there(&name(new)) {
            continue;
        }
        let (was, is) = (name(old), name(new));
        let of = |table: &protostore_schema::Table, oneof: &str| format!("{}.{oneof}", table.name.proto);
        let at = At {
            table: Some(table),
            path: new.around.clone(),
            value: None,
            from: before.table(table).map(|table| of(table, &was)).unwrap_or_default(),
            to: after.table(table).map(|table| of(table, &is)).unwrap_or_default(),
        };
        draft.verdict(Verdict::new(ChangeKind::N05, at, format!("oneof {was} is now called {is}")));
    }
}
