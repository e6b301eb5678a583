//! Puts together what is said about a column on its field and in the `column` lists of its table and store.

use std::collections::BTreeMap;

use protostore_schema::{Form, OnDelete};

use super::Report;
use super::draft::{Draft, Said, Shape, Spot, Target, form_word, type_word};
use super::entries::{Entry, Rank};
use super::storage;
use crate::annotations::{self, ColumnOptions};
use crate::diagnostic::Place;
use crate::{Code, names};

/// Gives each field what all places say about it.
pub(super) fn merge(draft: &mut Draft, report: &mut Report<'_>) {
    for i in 0..draft.spots.len() {
        let field = &draft.spots[i].field;
        if let Some(options) = annotations::column_options(field) {
            let said = Said { anchor: annotations::column_anchor(field), entry: None };
            let said_of = [(options.field.is_some(), "field"), (options.message.is_some(), "message")];
            for (_, key) in said_of.into_iter().filter(|(is_said, _)| *is_said) {
                let text = format!("`{key}` is in an option on the field `{}` itself", field.name());
                let help = format!("take `{key}` away; it belongs in the `column` list of a table or store");
                report.add(Code::Misplaced, said.place(report.sources, &[(key, 0)]), text, help);
            }
            add(draft, i, &options, &said, report);
        }
        let numbers = std::mem::take(&mut draft.spots[i].entries);
        let entries: Vec<Entry> = draft.entries.get(&numbers).cloned().collect();
        let mut won = Won::default();
        for mut entry in entries {
            won.keep(&mut entry, &draft.spots[i].dotted(), report);
            add(draft, i, &entry.options, &entry.said, report);
        }
    }
}

/// The options that entries about one field gave so far, each with the rank of the entry.
#[derive(Default)]
struct Won {
    options: ColumnOptions,
    ranks: BTreeMap<&'static str, Rank>,
}

impl Won {
    /// Leaves an entry those options that none before it gave; two of one rank that disagree are refused.
    fn keep(&mut self, entry: &mut Entry, path: &str, report: &mut Report<'_>) {
        let Entry { options, said, rank } = entry;
        let mut disagree = Vec::new();
        macro_rules! keep {
            ($($key:ident),+) => {$(
                let key = stringify!($key);
                match self.ranks.get(key) {
                    Some(won) if options.$key.is_some() => {
                        if won == rank && self.options.$key != options.$key {
                            disagree.push(key);
                        }
                        options.$key = None;
                    }
                    Some(_) => {}
                    None if options.$key.is_some() => {
                        self.ranks.insert(key, *rank);
                        self.options.$key = options.$key.clone();
                    }
                    None => {}
                }
            )+};
        }
        keep!(name, references, index, unique, encoding, generated, required, immutable, storage, relation, backfill);
        for key in disagree {
            let text = format!("two entries of the `column` list disagree about the `{key}` of `{path}`");
            let help = "say it in one of them; an entry for the path wins over one for a message";
            report.add_once(Code::EntriesDisagree, said.place(report.sources, &[(key, 0)]), text, help);
        }
    }
}

/// Adds what one place says; a value that another place gave differently is a contradiction.
fn add(draft: &mut Draft, i: usize, options: &ColumnOptions, said: &Said, report: &mut Report<'_>) {
    let ColumnOptions {
        field: _,
        message: _,
        name,
        references,
        index,
        unique,
        encoding,
        generated,
        required,
        immutable,
        storage,
        relation,
        backfill,
    } = options;
    let path = draft.spots[i].dotted();
    if let Some(asked) = storage
        && let Some(storage) = storage::check(&draft.spots[i], *asked, said, report)
    {
        set(&mut draft.spots[i].column.storage, storage, "storage", &path, said, report);
    }
    if let Some(relation) = relation {
        set(&mut draft.spots[i].column.relation, relation.clone(), "relation", &path, said, report);
    }
    if draft.spots[i].shape_is_absent() {
        let others = [
            (name.is_some(), "name"),
            (references.is_some(), "references"),
            (index.is_some(), "index"),
            (unique.is_some(), "unique"),
            (encoding.is_some(), "encoding"),
            (generated.is_some(), "generated"),
            (*required == Some(true), "required"),
            (*immutable == Some(true), "immutable"),
            (backfill.is_some(), "backfill"),
        ];
        for (_, key) in others.into_iter().filter(|(is_said, _)| *is_said) {
            let text = format!("`{path}` is not stored, so it has no `{key}`");
            let help = "take it away, or store the field";
            report.add(Code::CannotApply, said.place(report.sources, &[(key, 0)]), text, help);
        }
        return;
    }
    if generated.is_some() && draft.spots[i].form() == Form::Bytes {
        let text = format!("`{path}` is stored as BYTES, so it is not generated");
        let place = said.place(report.sources, &[("generated", 0)]);
        report.add(Code::CannotApply, place, text, "take `storage` away; what is generated holds no NUL");
    }
    let is_message = draft.spots[i].ty().is_none();
    let unordered = draft.spots[i].ty().filter(|ty| !ty.can_be_indexed()).map(|ty| type_word(ty).to_owned());
    let column = &mut draft.spots[i].column;
    if let Some(name) = name {
        if names::is_sql(name) {
            set(&mut column.name, name.clone(), "name", &path, said, report);
        } else {
            let text = format!("`{name}` cannot be a SQL name");
            let help = "write at most 63 letters, digits and `_`, beginning with a letter";
            report.add(Code::BadName, said.place(report.sources, &[("name", 0)]), text, help);
        }
    }
    if let Some(references) = references {
        let place = said.place(report.sources, &[("references", 0)]);
        if is_message {
            let text = format!("`{path}` is a message, so it cannot be a reference");
            let help = "put `references` on the field that holds the key of the other row";
            report.add(Code::CannotApply, place, text, help);
        } else if let Some(on_delete) = references.on_delete {
            if references.not_enforced && references.says_on_delete {
                let text = format!("the reference of `{path}` is not enforced, so nothing happens on a delete");
                let place = said.place(report.sources, &[("references", 0), ("on_delete", 0)]);
                report.add(Code::NotEnforced, place, text, "take `on_delete` away, or `not_enforced`");
            }
            let enforced = !references.not_enforced;
            let on_delete = if enforced { on_delete } else { OnDelete::Restrict };
            let target = Target { table: references.table.clone(), on_delete, enforced };
            set(&mut column.reference, target, "references", &path, said, report);
        } else {
            let help = "write RESTRICT, CASCADE or SET_NULL";
            report.add(Code::CannotApply, place, format!("the `on_delete` of `{path}` is not known"), help);
        }
    }
    if let Some(asked) = encoding {
        let place = said.place(report.sources, &[("encoding", 0)]);
        if let Some(form) = form(&draft.spots[i], *asked, place, report) {
            set(&mut draft.spots[i].column.encoding, form, "encoding", &path, said, report);
        }
    }
    let column = &mut draft.spots[i].column;
    if let Some(backfill) = backfill {
        set(&mut column.backfill, backfill.clone(), "backfill", &path, said, report);
    }
    if let Some(required) = required {
        set(&mut column.required, *required, "required", &path, said, report);
    }
    if let Some(immutable) = immutable {
        set(&mut column.immutable, *immutable, "immutable", &path, said, report);
    }
    if let Some(generated) = generated {
        set(&mut column.generated, *generated, "generated", &path, said, report);
    }
    for (value, slot, key) in [(index, &mut column.index, "index"), (unique, &mut column.unique, "unique")] {
        let Some(value) = value else { continue };
        if is_message {
            let text = format!("`{path}` is a message, so it cannot have an index");
            let help = "put the index on a field of the message";
            report.add(Code::CannotApply, said.place(report.sources, &[(key, 0)]), text, help);
        } else if let Some(ty) = &unordered {
            let text = format!("`{path}` is a `{ty}`, so it cannot have an index");
            let help = "put the index on a field of one scalar";
            report.add(Code::CannotApply, said.place(report.sources, &[(key, 0)]), text, help);
        } else {
            set(slot, *value, key, &path, said, report);
        }
    }
}

/// Returns the form that is asked for, or says why values of the field cannot be in it.
fn form(spot: &Spot, asked: Option<Form>, place: Place, report: &mut Report<'_>) -> Option<Form> {
    let path = spot.dotted();
    let (text, help) = match (asked, spot.ty()) {
        (None, _) => {
            let help = "write FULL_RANGE, FLOAT_BITS, SECONDS, MILLISECONDS, MICROSECONDS, RFC3339 or TIMESTAMPTZ";
            (format!("the `encoding` of `{path}` is not known"), help.to_owned())
        }
        (Some(form), Some(ty)) if form.is_of(ty) => return Some(form),
        (Some(_), None) if matches!(spot.shape, Shape::Map(_)) => {
            let help = format!("say it of the key or the value: `column: {{field: \"{path}.value\" encoding: …}}`");
            (format!("`{path}` is a map, so it has no `encoding`"), help)
        }
        (Some(_), None) => {
            let help = "put `encoding` on a field of the message".to_owned();
            (format!("`{path}` is a message, so it has no `encoding`"), help)
        }
        (Some(form), Some(ty)) => {
            let help = match form {
                Form::Own => "take it away",
                Form::FullRange => "FULL_RANGE is for uint64 and fixed64",
                Form::FloatBits => "FLOAT_BITS is for float and double",
                Form::Seconds | Form::Milliseconds | Form::Microseconds => "units are for Timestamp and Duration",
                Form::Rfc3339 => "RFC3339 is for Timestamp",
                Form::Timestamptz => "TIMESTAMPTZ is for Timestamp",
                Form::Json => "write `storage: JSON`",
                Form::Bytes => "write `storage: BYTES`",
            };
            (format!("`{path}` is of type `{}`, which has no {}", type_word(ty), form_word(form)), help.to_owned())
        }
    };
    report.add(Code::CannotApply, place, text, help);
    None
}

fn set<T: PartialEq>(
    slot: &mut Option<(T, Said)>,
    value: T,
    key: &'static str,
    path: &str,
    said: &Said,
    report: &mut Report<'_>,
) {
    match slot {
        Some((old, _)) if *old != value => {
            let text = format!("the `column` list and the field `{path}` itself disagree about its `{key}`");
            let help = "say it in one of the two places";
            report.add(Code::Contradiction, said.place(report.sources, &[(key, 0)]), text, help);
        }
        Some(_) => {}
        None => *slot = Some((value, said.clone())),
    }
}
