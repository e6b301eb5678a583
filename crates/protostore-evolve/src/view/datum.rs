//! One field of a record or of a message in it: what its proto file says of it, and where it is stored.

use protostore_schema::{Absent, ChildTable, Column, Field, Group, Kind, Label, Scalar, Table};

use super::sql_table::id;
use crate::plan::{ColumnId, Place};

/// What a table holds at a path of field numbers, wherever it is stored.
pub(crate) struct Datum<'s> {
    pub(crate) table: &'s Table,
    /// Field numbers from the record down; of a map, 1 is its key and 2 its value.
    pub(crate) path: Vec<u32>,
    /// For people: `machines.root_drive.image_path`.
    pub(crate) name: String,
    /// Full name of the message that declares it.
    pub(crate) declared_by: String,
    /// What the message says of it.
    pub(crate) field: Field,
    /// The SQL table of its own column, or of its owner, if it has a table itself.
    pub(crate) place: Place,
    /// The presence of the nearest flattened message around it in that SQL table.
    pub(crate) within: Option<ColumnId>,
    pub(crate) storage: Storage<'s>,
    /// The oneof of which it is a member.
    pub(crate) oneof: Option<Membership>,
    /// Whether it keeps the value of the insert, itself or with a message around it.
    pub(crate) immutable: bool,
}

/// Where a field is stored.
#[derive(Clone, Copy)]
pub(crate) enum Storage<'s> {
    /// In a column: a scalar, or a message or a list in one column.
    Column(&'s Scalar),
    /// In columns of the table around it, with a column that says whether it is set.
    Flattened(&'s Group),
    /// In a table of its own: a list, a map or a message.
    Child(&'s ChildTable),
    /// In a column of an element: the key of a map, or a value that is a scalar.
    Element(&'s Column),
    /// In the columns of an element: a message that is the value of a map.
    Inline,
    /// Nowhere: it is not stored, or shows rows of another table.
    Absent(&'s Absent),
}

impl Storage<'_> {
    /// Returns it in words.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Column(_) => "a column",
            Self::Flattened(_) => "columns",
            Self::Child(_) => "a table of its own",
            Self::Element(_) => "a column of an element",
            Self::Inline => "columns of an element",
            Self::Absent(_) => "nowhere",
        }
    }
}

/// The oneof of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Membership {
    /// Its name in the message.
    pub(crate) name: String,
    /// Whether one of the members must be set.
    pub(crate) required: bool,
}

impl Datum<'_> {
    /// Returns its column: of a value, of the presence of a message, or of the elements of a list of scalars.
    pub(crate) fn column(&self) -> Option<&Column> {
        match self.storage {
            Storage::Column(scalar) => Some(&scalar.column),
            Storage::Flattened(group) => Some(&group.presence),
            Storage::Element(column) => Some(column),
            Storage::Child(child) => match &child.item {
                protostore_schema::Item::Scalar(column) => Some(column).filter(|column| column.path == child.path),
                protostore_schema::Item::Message { .. } => None,
            },
            Storage::Inline | Storage::Absent(_) => None,
        }
    }

    /// Returns what its column is called in a plan.
    pub(crate) fn column_id(&self) -> Option<ColumnId> {
        let place = self.child_place().unwrap_or_else(|| self.place.clone());
        self.column().map(|column| id(&place, column))
    }

    /// Returns by what a `backfill` says whether it is set: its column, or, of a message in a table of its own, a presence
    /// that no column holds.
    pub(crate) fn backfilled_by(&self) -> Option<ColumnId> {
        let is_alone = matches!(self.storage, Storage::Child(child)
            if matches!(child.place, protostore_schema::Place::Alone(_)));
        let alone = || {
            let place = self.child_place().filter(|_| is_alone)?;
            Some(ColumnId { place, path: self.path.clone(), role: protostore_schema::Role::Presence })
        };
        self.column_id().or_else(alone)
    }

    /// Returns the table that it has to itself.
    pub(crate) fn child_place(&self) -> Option<Place> {
        let has_table = matches!(self.storage, Storage::Child(_));
        has_table.then(|| Place { table: self.table.number, path: self.path.clone() })
    }

    /// Returns whether it is stored at all.
    pub(crate) fn is_stored(&self) -> bool {
        !matches!(self.storage, Storage::Absent(_))
    }

    /// Returns whether one column holds all of it: a scalar, or a message or list as bytes or JSON.
    pub(crate) fn is_one_column(&self) -> bool {
        matches!(self.storage, Storage::Column(_) | Storage::Element(_))
    }

    /// Returns whether one column holds a message or a list as bytes or JSON; of a list of such messages, for each
    /// element.
    pub(crate) fn is_document(&self) -> bool {
        let column = self.column().filter(|_| !matches!(self.storage, Storage::Flattened(_)));
        column.is_some_and(|column| {
            matches!(column.ty, protostore_schema::Type::Message(_) | protostore_schema::Type::Repeated(_))
        })
    }

    /// Returns whether it is neither in a flattened message nor in an element.
    pub(crate) fn is_at_top(&self) -> bool {
        self.within.is_none() && !self.is_in_element()
    }

    /// Returns whether it is in a child table of its record.
    pub(crate) fn is_in_element(&self) -> bool {
        !self.place.path.is_empty()
    }

    /// Returns whether it is a part of the key of its record.
    pub(crate) fn is_key(&self) -> bool {
        let Storage::Column(scalar) = self.storage else { return false };
        self.place.path.is_empty() && self.table.key.contains(&scalar.column.name.sql)
    }

    /// Returns whether its table says what it must be: a part of the key, the revision, or the hash of a chain.
    pub(crate) fn is_of_table(&self) -> bool {
        let Storage::Column(scalar) = self.storage else { return false };
        let name = Some(&scalar.column.name.sql);
        let is_made = [&self.table.revision, &self.table.hash_chain].into_iter().any(|made| made.as_ref() == name);
        self.place.path.is_empty() && (self.is_key() || is_made)
    }

    /// Returns whether it refers to a row of another table, alone or with other fields.
    pub(crate) fn refers(&self) -> bool {
        let Some(column) = self.column() else { return false };
        let keys = match (self.storage, self.place.path.is_empty()) {
            (Storage::Child(child), _) => child.foreign_keys.as_slice(),
            (_, true) => self.table.foreign_keys.as_slice(),
            (_, false) => {
                let around = self.table.descendants().into_iter().find(|child| child.path == self.place.path);
                around.map(|child| child.foreign_keys.as_slice()).unwrap_or_default()
            }
        };
        column.reference.is_some() || keys.iter().any(|key| key.columns.contains(&column.name.sql))
    }

    /// Returns whether it must be set.
    pub(crate) fn is_required(&self) -> bool {
        match self.storage {
            Storage::Column(scalar) => match self.field.label {
                Label::Required => true,
                Label::Implicit if self.refers() => !scalar.null_for_zero,
                Label::Implicit => scalar.column.non_zero,
                Label::Optional => scalar.open || !scalar.optional,
                Label::Repeated | Label::Map => false,
            },
            Storage::Flattened(group) => group.required || group.open,
            Storage::Child(child) => match child.place {
                protostore_schema::Place::Alone(alone) => alone.required,
                protostore_schema::Place::Position(_) | protostore_schema::Place::Key(_) => {
                    child.counted.min.is_some_and(|min| min > 0)
                }
            },
            Storage::Element(_) | Storage::Inline | Storage::Absent(_) => false,
        }
    }

    /// Returns the full name of its message, if its values are messages; of a map, that of the entries.
    pub(crate) fn message(&self) -> Option<&str> {
        match &self.field.kind {
            Kind::Message(proto) => Some(proto),
            _ => None,
        }
    }

    /// Returns the full name of its enum, if its values are enums.
    pub(crate) fn enumeration(&self) -> Option<&str> {
        match &self.field.kind {
            Kind::Enum(proto) => Some(proto),
            _ => None,
        }
    }

    /// Returns its type in words: `int32`, `repeated aurae.v0.Drive`.
    pub(crate) fn type_words(&self) -> String {
        let kind = match &self.field.kind {
            Kind::Enum(proto) | Kind::Message(proto) => proto.clone(),
            scalar => scalar.word().to_owned(),
        };
        match self.field.label {
            Label::Implicit => kind,
            Label::Optional if self.field.oneof.is_some() || self.message().is_some() => kind,
            Label::Optional => format!("optional {kind}"),
            Label::Required => format!("required {kind}"),
            Label::Repeated => format!("repeated {kind}"),
            Label::Map => format!("map {kind}"),
        }
    }
}

impl Datum<'_> {
    /// Returns whether it has one value at most, any number, or any number under keys.
    pub(crate) fn many(&self) -> Many {
        match self.field.label {
            Label::Implicit | Label::Optional | Label::Required => Many::One,
            Label::Repeated => Many::List,
            Label::Map => Many::Map,
        }
    }
}

/// How many values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Many {
    /// One or none.
    One,
    /// Any number, in order.
    List,
    /// Any number, under keys.
    Map,
}

impl Datum<'_> {
    /// Returns whether it is zero rather than unset where the message around it is set.
    pub(crate) fn is_zero_where_set(&self) -> bool {
        match self.storage {
            Storage::Column(scalar) => {
                matches!(self.field.label, Label::Implicit | Label::Required) && !scalar.null_for_zero
            }
            // JSON and bytes of a list that is empty.
            Storage::Flattened(_) | Storage::Child(_) | Storage::Element(_) | Storage::Inline | Storage::Absent(_) => {
                false
            }
        }
    }
}
