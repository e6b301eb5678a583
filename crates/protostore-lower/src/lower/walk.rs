//! Walks the messages of a record and writes down each field that has a column or a table of its own.

use std::collections::BTreeMap;

use prost_reflect::{Cardinality, FieldDescriptor, Kind, MessageDescriptor};

use protostore_schema::{Counted, Rules};

use super::Report;
use super::draft::{self, Draft, Merged, Part, Presence, Shape, Spot};
use super::ways::{Entry, Met, Repair};
use super::{refusals, relations, storage};
use crate::{Code, Limits};

/// Messages inside messages; a snapshot of deeper ones could not be read back.
const DEPTH: usize = 16;
/// Fields of one table, in all of its messages. Beyond it the walk ends, as messages that hold each other twice double
/// the number at each step.
pub(super) const FIELDS: usize = 2_000;

/// What the other tables of the store say about a field's message or type.
pub(super) struct Surroundings {
    /// Tables by the full name of their record's message.
    pub(super) records: BTreeMap<String, String>,
}

/// Fills in the fields of each table, and returns whether it could. No further table is walked beyond the limit of the store: tables of one large message
/// cost a line each.
pub(super) fn fill(drafts: &mut [Draft], limits: &Limits, report: &mut Report<'_>) -> bool {
    let table = |draft: &Draft| draft.field.name().to_owned();
    let around =
        Surroundings { records: drafts.iter().map(|d| (d.message.full_name().to_owned(), table(d))).collect() };
    let mut fields = 0;
    for draft in drafts {
        if fields > limits.store_fields {
            let (name, most) = (draft.field.name(), limits.store_fields);
            let text = format!("the tables before `{name}` have {fields} fields; a store has {most} at most");
            report.add(Code::TooManyTables, draft.name_place(report.sources), text, "write several stores");
            return false;
        }
        refusals::check_options(&draft.field, report);
        let message = draft.message.clone();
        let mut walk = Walk { draft, around: &around, stack: Vec::new() };
        walk.message(&message, None, report);
        fields += walk.draft.spots.len();
    }
    true
}

/// Returns the fields of a message in the order of declaration; the descriptors have them in the order of numbers.
pub(super) fn in_order(message: &MessageDescriptor) -> Vec<FieldDescriptor> {
    let mut fields: Vec<_> = message.fields().collect();
    fields.sort_by_key(|field| field.path().last().copied());
    fields
}

/// Returns whether the walk ended before all fields were seen; those that were rejected count as well.
pub(super) fn is_full(draft: &Draft) -> bool {
    draft.spots.len() + draft.refused.len() >= FIELDS
}

struct Walk<'a> {
    draft: &'a mut Draft,
    around: &'a Surroundings,
    /// The messages around, with the fields that lead into them.
    stack: Vec<String>,
}

impl Walk<'_> {
    fn message(&mut self, message: &MessageDescriptor, parent: Option<usize>, report: &mut Report<'_>) {
        refusals::check_message(message, report);
        self.stack.push(message.full_name().to_owned());
        for field in in_order(message) {
            if is_full(self.draft) {
                break;
            }
            self.field(field, parent, report);
        }
        self.stack.pop();
    }

    fn field(&mut self, field: FieldDescriptor, parent: Option<usize>, report: &mut Report<'_>) {
        let around = parent.map(|i| &self.draft.spots[i]);
        let mut path = around.map(|s| s.path.clone()).unwrap_or_default();
        let mut numbers = around.map(|s| s.numbers.clone()).unwrap_or_default();
        let outer_child = around.and_then(|s| s.child);
        path.push(field.name().to_owned());
        numbers.push(field.number());

        refusals::check_options(&field, report);
        let part = match around.map(|s| &s.shape) {
            Some(Shape::Map(_)) if field.number() == 1 => Part::MapKey,
            Some(Shape::Map(_)) => Part::MapValue,
            _ => Part::Field,
        };
        let entries = self.draft.entries.about(&self.stack, &path);
        let stated = match relations::is_asked(self.draft, &field, &entries) && part == Part::Field {
            true => Some(Shape::Absent),
            false => storage::asked(self.draft, &field, &entries).and_then(|asked| storage::shape(&field, part, asked)),
        };
        let goes_on = matches!(stated, None | Some(Shape::Row(_)));
        let refused = refusals::refuses_shape(
            &field,
            stated.as_ref(),
            self.around,
            &Met { draft: self.draft, field: &field, path: &path },
            report,
        ) || (goes_on
            && (self.recurses(&field, &path, stated.as_ref(), report)
                || self.is_too_deep(&field, &path, stated.as_ref(), report)));
        if refused {
            self.draft.refused.push(path);
            return;
        }
        let index = self.draft.spots.len();
        let repeated = stated.is_none() && (field.is_list() || field.is_map());
        let (shape, inner) = match (draft::column_type(&field.kind()), field.kind(), repeated) {
            _ if stated.is_some() => {
                let inner = match &stated {
                    Some(Shape::Row(message)) => Some(message.clone()),
                    _ => None,
                };
                (stated.unwrap_or(Shape::Absent), inner)
            }
            (Some(ty), _, false) => (Shape::Scalar(ty), None),
            (Some(ty), _, true) => (Shape::Scalars(ty), None),
            (None, Kind::Message(message), false) => (Shape::Message(message.clone()), Some(message)),
            (None, Kind::Message(entry), true) if field.is_map() => (Shape::Map(entry.clone()), Some(entry)),
            (None, Kind::Message(message), true) => (Shape::Messages(message.clone()), Some(message)),
            (None, ..) => return,
        };
        self.draft.spots.push(Spot {
            parent,
            child: if repeated || matches!(shape, Shape::Row(_)) { Some(index) } else { outer_child },
            numbers,
            path,
            shape,
            part,
            presence: presence(&field),
            required: false,
            open: false,
            immutable: false,
            rules: Rules::default(),
            counted: Counted::default(),
            key: false,
            relation: None,
            composite: false,
            reference_rejected: false,
            entries,
            column: Merged::default(),
            sql: String::new(),
            owner: Vec::new(),
            place_column: String::new(),
            field,
        });
        if let Some(message) = inner {
            self.message(&message, Some(index), report);
        }
    }

    /// Refuses a field whose message is one of those around it, and names the way from it to itself.
    fn recurses(
        &self,
        field: &FieldDescriptor,
        path: &[String],
        stated: Option<&Shape>,
        report: &mut Report<'_>,
    ) -> bool {
        let Kind::Message(message) = field.kind() else { return false };
        let Some(start) = self.stack.iter().position(|name| name == message.full_name()) else { return false };
        let is_entry = |name: &str| field.parent_pool().get_message_by_name(name).is_some_and(|of| of.is_map_entry());
        let names =
            self.stack[start..].iter().map(String::as_str).filter(|name| !is_entry(name)).chain([message.full_name()]);
        let cycle: Vec<_> = names.map(|name| name.rsplit('.').next().unwrap_or(name)).collect();
        let text = format!("`{}` contains itself: {}", message.name(), cycle.join(" -> "));
        let repair = Repair {
            on_field: "write `[(protostore.v1.column) = {storage: JSON}]` on the field, or `BYTES`, or `NOT_STORED`"
                .to_owned(),
            entry: Entry::bytes(stated),
            besides: format!("or make `{}` a table of its own and refer to it by key", message.name()),
        };
        report.add_way(
            Code::Recursion,
            draft::type_place(field, report.sources),
            text,
            repair,
            &Met { draft: self.draft, field, path },
        );
        true
    }

    fn is_too_deep(
        &self,
        field: &FieldDescriptor,
        path: &[String],
        stated: Option<&Shape>,
        report: &mut Report<'_>,
    ) -> bool {
        let too_deep = path.len() > DEPTH && matches!(field.kind(), Kind::Message(_));
        if too_deep {
            let text = format!("messages are nested more than {DEPTH} deep");
            let repair = Repair {
                on_field: "write `[(protostore.v1.column) = {storage: JSON}]` on the field, or `BYTES`".to_owned(),
                entry: Entry::bytes(stated),
                besides: "or store the inner messages as tables of their own and refer to them by key".to_owned(),
            };
            report.add_way(
                Code::TooDeep,
                draft::type_place(field, report.sources),
                text,
                repair,
                &Met { draft: self.draft, field, path },
            );
        }
        too_deep
    }
}

fn presence(field: &FieldDescriptor) -> Presence {
    let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
    match field.cardinality() {
        Cardinality::Repeated => Presence::Implicit,
        Cardinality::Required => Presence::Required,
        Cardinality::Optional if oneof.is_some() => Presence::Member,
        Cardinality::Optional if field.supports_presence() => Presence::Explicit,
        Cardinality::Optional => Presence::Implicit,
    }
}
