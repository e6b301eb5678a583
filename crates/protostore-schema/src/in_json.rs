//! Finds what is in columns of JSON among the messages in reach.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Column, Document, DocumentEnum, DocumentField, DocumentKind, DocumentScalar, DocumentShape, Documents, Field, Form,
    Kind, Label, Message, Reach, Schema, Table, Type, is_well_known,
};

/// What a column of JSON holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonRoot {
    /// A value of this kind.
    One(Kind),
    /// All of a repeated or map field.
    Field {
        /// Full name of the message that declares it.
        owner: String,
        /// Its number.
        number: u32,
    },
}

impl Schema {
    /// Returns the messages and enums that columns of JSON hold.
    #[must_use]
    pub fn documents(&self) -> Documents {
        let roots = self.tables.iter().flat_map(|table| roots(table, |_| ()));
        self.reach.in_json(&self.store, roots.map(|((), root)| root))
    }
}

/// Returns what the columns of JSON of a table hold, each with what a function says of the column.
pub(crate) fn roots<'s, T: 's>(
    table: &'s Table,
    of: impl Fn(&Column) -> T + 's,
) -> impl Iterator<Item = (T, JsonRoot)> + 's {
    let items = table.descendants().into_iter().flat_map(|child| child.item_columns());
    let columns = table.columns().into_iter().chain(items).filter(|column| column.form == Form::Json);
    columns.filter_map(move |column| {
        let root = match &column.ty {
            Type::Repeated(repeated) => {
                let owner = repeated.owner.proto.clone();
                JsonRoot::Field { owner, number: column.path.last().copied()? }
            }
            _ => JsonRoot::One(column.kind.clone()?),
        };
        Some((of(column), root))
    })
}

impl Reach {
    /// Returns the messages and enums that the JSON of some roots holds, by full name. Where an Any is among them, these
    /// are all in reach that have JSON, but the message of that `store`.
    #[must_use]
    pub fn in_json(&self, store: &str, roots: impl IntoIterator<Item = JsonRoot>) -> Documents {
        let mut walk = Walk { reach: self, store, open: Vec::new(), enums: BTreeSet::new(), holds_any: false };
        let mut partial: BTreeMap<(&str, u32), DocumentField> = BTreeMap::new();
        for root in roots {
            match root {
                JsonRoot::One(kind) => {
                    walk.kind(&kind);
                }
                JsonRoot::Field { owner, number } => {
                    if let Some(message) = self.message(&owner)
                        && let Some(field) = message.field(number)
                    {
                        partial.insert((&message.proto, number), walk.field(message, field));
                    }
                }
            }
        }
        let mut whole: BTreeMap<&str, Vec<DocumentField>> = BTreeMap::new();
        while let Some(message) = walk.open.pop() {
            if !whole.contains_key(message.proto.as_str()) {
                let fields = message.fields.iter().map(|field| walk.field(message, field)).collect();
                whole.insert(&message.proto, fields);
            }
        }
        let mut messages: BTreeMap<&str, Document> = BTreeMap::new();
        for (proto, fields) in whole {
            messages.insert(proto, Document { proto: proto.to_owned(), fields, whole: true });
        }
        for ((proto, _), field) in partial {
            let none = || Document { proto: proto.to_owned(), fields: Vec::new(), whole: false };
            let message = messages.entry(proto).or_insert_with(none);
            if !message.whole {
                message.fields.push(field);
            }
        }
        let enums = walk.enums.iter().filter_map(|proto| self.enumeration(proto));
        let enums = enums.map(|e| DocumentEnum { proto: e.proto.clone(), values: e.values.clone() });
        Documents { enums: enums.collect(), messages: messages.into_values().collect(), holds_any: walk.holds_any }
    }
}

impl Message {
    /// Returns a group of it; a message that has one has no JSON.
    #[must_use]
    pub fn group(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.group)
    }

    /// Returns a name in JSON that two fields are read under, or that JSON has another use for.
    #[must_use]
    pub fn shared_json_name(&self) -> Option<String> {
        let mut taken: BTreeMap<String, u32> = BTreeMap::from([("@type".to_owned(), 0)]);
        let names =
            self.fields.iter().flat_map(|f| [f.name.clone(), f.json_name().into_owned()].map(|n| (n, f.number)));
        names.into_iter().find_map(|(name, number)| {
            let owner = *taken.entry(name.clone()).or_insert(number);
            (owner != number).then_some(name)
        })
    }
}

impl Message {
    fn is_in_any(&self) -> bool {
        !self.entry && self.group().is_none() && self.shared_json_name().is_none()
    }
}

struct Walk<'a> {
    reach: &'a Reach,
    store: &'a str,
    /// Messages whose fields were not looked at yet.
    open: Vec<&'a Message>,
    enums: BTreeSet<&'a str>,
    holds_any: bool,
}

impl<'a> Walk<'a> {
    fn field(&mut self, message: &Message, field: &Field) -> DocumentField {
        let entry = match &field.kind {
            Kind::Message(entry) if field.label == Label::Map => self.reach.message(entry),
            _ => None,
        };
        let of_entry = |number| entry.and_then(|entry| entry.field(number)).map(|field| &field.kind);
        let shape = match field.label {
            Label::Map => DocumentShape::Map(of_entry(1).and_then(scalar).unwrap_or(DocumentScalar::String)),
            Label::Repeated if field.packed => DocumentShape::Packed,
            Label::Repeated => DocumentShape::List,
            Label::Optional | Label::Required => DocumentShape::Optional,
            Label::Implicit => DocumentShape::Plain,
        };
        let members = message.fields.iter().filter(|other| other.oneof.is_some() && other.oneof == field.oneof);
        DocumentField {
            number: field.number,
            name: field.name.clone(),
            json: field.json_name().into_owned(),
            shape,
            kind: self.kind(of_entry(2).unwrap_or(&field.kind)),
            oneof: members.map(|member| member.number).min(),
        }
    }

    fn kind(&mut self, kind: &Kind) -> DocumentKind {
        match kind {
            Kind::Enum(proto) => match self.reach.enumeration(proto) {
                Some(of) => {
                    self.enums.insert(&of.proto);
                    DocumentKind::Enum(proto.clone())
                }
                None => DocumentKind::Null,
            },
            Kind::Message(proto) if is_well_known(proto) => self.known(proto),
            Kind::Message(proto) => {
                self.open.extend(self.reach.message(proto));
                DocumentKind::Message(proto.clone())
            }
            kind => DocumentKind::Scalar(scalar(kind).unwrap_or(DocumentScalar::Bytes)),
        }
    }

    /// Returns the notation that JSON has for a message of `google.protobuf`.
    fn known(&mut self, proto: &str) -> DocumentKind {
        match proto.rsplit('.').next().unwrap_or_default() {
            "Timestamp" => DocumentKind::Timestamp,
            "Duration" => DocumentKind::Duration,
            "FieldMask" => DocumentKind::FieldMask,
            "Struct" => DocumentKind::Struct,
            "Value" => DocumentKind::Value,
            "ListValue" => DocumentKind::ListValue,
            "Empty" => DocumentKind::Empty,
            "BoolValue" => DocumentKind::Wrapper(DocumentScalar::Bool),
            "Int32Value" => DocumentKind::Wrapper(DocumentScalar::Int32),
            "Int64Value" => DocumentKind::Wrapper(DocumentScalar::Int64),
            "UInt32Value" => DocumentKind::Wrapper(DocumentScalar::Uint32),
            "UInt64Value" => DocumentKind::Wrapper(DocumentScalar::Uint64),
            "FloatValue" => DocumentKind::Wrapper(DocumentScalar::Float),
            "DoubleValue" => DocumentKind::Wrapper(DocumentScalar::Double),
            "StringValue" => DocumentKind::Wrapper(DocumentScalar::String),
            "BytesValue" => DocumentKind::Wrapper(DocumentScalar::Bytes),
            _ => {
                if !std::mem::replace(&mut self.holds_any, true) {
                    let store = self.store;
                    self.open.extend(self.reach.messages.iter().filter(|of| of.proto != store && of.is_in_any()));
                }
                DocumentKind::Any
            }
        }
    }
}

fn scalar(kind: &Kind) -> Option<DocumentScalar> {
    Some(match kind {
        Kind::Bool => DocumentScalar::Bool,
        Kind::Int32 => DocumentScalar::Int32,
        Kind::Sint32 => DocumentScalar::Sint32,
        Kind::Sfixed32 => DocumentScalar::Sfixed32,
        Kind::Int64 => DocumentScalar::Int64,
        Kind::Sint64 => DocumentScalar::Sint64,
        Kind::Sfixed64 => DocumentScalar::Sfixed64,
        Kind::Uint32 => DocumentScalar::Uint32,
        Kind::Fixed32 => DocumentScalar::Fixed32,
        Kind::Uint64 => DocumentScalar::Uint64,
        Kind::Fixed64 => DocumentScalar::Fixed64,
        Kind::Float => DocumentScalar::Float,
        Kind::Double => DocumentScalar::Double,
        Kind::String => DocumentScalar::String,
        Kind::Bytes => DocumentScalar::Bytes,
        Kind::Enum(_) | Kind::Message(_) => return None,
    })
}
