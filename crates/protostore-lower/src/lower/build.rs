//! Builds the model of a table once everything about its fields is decided.

use prost_reflect::MessageDescriptor;
use protostore_schema::{
    Absent, Alone, ChildTable, Column, Docs, ForeignKey, Form, Generated, Group, Item, Name, Node, Oneof, Place,
    Record, Reference, Role, Rules, Scalar, Table, Type, Variant,
};

use super::draft::{Composite, Draft, Part, Presence, Shape, Spot};
use super::kind;
use super::sql_names::oneof_sql;
use super::types::Types;
use crate::sources::Sources;
use crate::{annotations, names};

struct Build<'a> {
    draft: &'a Draft,
    drafts: &'a [Draft],
    types: &'a Types,
    sources: &'a Sources,
}

/// Builds the table of a draft.
pub(super) fn table(draft: &Draft, drafts: &[Draft], types: &Types, sources: &Sources) -> Table {
    let build = Build { draft, drafts, types, sources };
    let field = &draft.field;
    let ty = types.record(draft);
    let of_table = draft.indexes.iter().filter(|(child, _)| child.is_none());
    Table {
        number: field.number(),
        name: Name { proto: field.name().to_owned(), sql: draft.sql.clone(), rust: names::accessor(field.name()) },
        record: Record {
            module: names::module(&ty.rust),
            ty,
            docs: build.message_docs(&draft.message),
            file: draft.message.parent_file().name().to_owned(),
            nodes: build.nodes(None),
        },
        key: match draft.singleton {
            true => vec![names::SINGLETON.to_owned()],
            false => draft.key.iter().map(|i| draft.spots[*i].sql.clone()).collect(),
        },
        singleton: draft.singleton.then(|| singleton(Role::Singleton)),
        docs: sources.docs(field.parent_file().name(), field.path()),
        indexes: of_table.map(|(_, index)| index.clone()).collect(),
        foreign_keys: build.foreign_keys(None),
        append_only: draft.options.append_only,
        revision: draft.revision.map(|i| draft.spots[i].sql.clone()),
        hash_chain: draft.hash_chain.map(|i| draft.spots[i].sql.clone()),
        expire: draft.expire.map(|i| draft.spots[i].sql.clone()),
        soft_delete: draft.soft_delete.map(|i| draft.spots[i].sql.clone()),
        source: sources.source(&draft.name_place(sources)),
    }
}

impl Build<'_> {
    /// Builds the members of a message; a oneof is where its first member is.
    fn nodes(&self, parent: Option<usize>) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        for i in self.draft.members(parent) {
            let spot = &self.draft.spots[i];
            match spot.field.containing_oneof().filter(|oneof| !oneof.is_synthetic()) {
                None => nodes.push(self.node(i)),
                Some(oneof) => {
                    let member = Variant { rust: names::variant(spot.field.name()), node: self.node(i) };
                    let same = |node: &&mut Node| matches!(node, Node::Oneof(o) if o.ty.proto == oneof.full_name());
                    if let Some(Node::Oneof(known)) = nodes.iter_mut().find(same) {
                        known.variants.push(member);
                    } else {
                        nodes.push(Node::Oneof(Oneof {
                            name: self.oneof_name(parent, oneof.name()),
                            ty: self.types.oneof(&oneof),
                            docs: self.sources.docs(oneof.parent_file().name(), oneof.path()),
                            required: annotations::oneof_required(&oneof) == Ok(true),
                            variants: vec![member],
                        }));
                    }
                }
            }
        }
        nodes
    }

    fn node(&self, i: usize) -> Node {
        let spot = &self.draft.spots[i];
        match &spot.shape {
            Shape::Scalar(ty) => Node::Scalar(self.scalar(i, ty)),
            Shape::Message(message) => Node::Group(self.group(i, message)),
            Shape::Row(message) => Node::Child(self.child(i, self.messages(i, message))),
            Shape::Scalars(ty) => Node::Child(self.child(i, Item::Scalar(self.element(spot, ty)))),
            Shape::Messages(message) => Node::Child(self.child(i, self.messages(i, message))),
            Shape::Map(_) => Node::Child(self.child(i, self.map_value(i))),
            Shape::Absent => {
                let deprecated = annotations::is_deprecated(&spot.field);
                Node::Absent(Absent { name: own_name(spot), deprecated, relation: spot.relation.clone() })
            }
        }
    }

    /// Builds the elements of a list of messages, or the values of a map, of which `around` holds the fields.
    fn messages(&self, around: usize, message: &MessageDescriptor) -> Item {
        Item::Message {
            message: self.types.message(message),
            docs: self.message_docs(message),
            file: message.parent_file().name().to_owned(),
            nodes: self.nodes(Some(around)),
        }
    }

    fn map_value(&self, map: usize) -> Item {
        let value = self.draft.entry(map, Part::MapValue).expect("the entry of a map has a value");
        let spot = &self.draft.spots[value];
        match &spot.shape {
            Shape::Message(message) => self.messages(value, message),
            Shape::Scalar(ty) => Item::Scalar(self.element(spot, ty)),
            Shape::Row(_) | Shape::Scalars(_) | Shape::Messages(_) | Shape::Map(_) | Shape::Absent => {
                unreachable!("a map's value is one value")
            }
        }
    }

    fn scalar(&self, i: usize, ty: &Type) -> Scalar {
        let spot = &self.draft.spots[i];
        let needed = spot.required || spot.key;
        let (optional, optional_in_message) = match spot.presence {
            Presence::Implicit | Presence::Required => (false, false),
            Presence::Explicit => (!needed || spot.open, true),
            Presence::Member => (true, true),
        };
        let nullable = match spot.presence {
            _ if spot.key => false,
            _ if self.draft.is_inside(spot) => true,
            Presence::Implicit => spot.null_for_zero(),
            Presence::Explicit => !needed,
            Presence::Required => false,
            Presence::Member => true,
        };
        let generated = spot.column.generated.as_ref().map(|(generated, _)| *generated);
        // What the store counts and chains is never zero.
        let own = [self.draft.revision, self.draft.hash_chain].contains(&Some(i));
        let numbered = generated == Some(Generated::Sequence) || own;
        let refers = spot.column.reference.is_some() || spot.composite || spot.null_for_zero();
        let has_default = spot.presence == Presence::Implicit && !spot.key && !refers && !self.draft.is_inside(spot);
        let is_text = matches!(ty, Type::String | Type::Bytes);
        let column = Column {
            nullable,
            default_zero: has_default,
            non_zero: (is_text && (spot.key || spot.column.reference.is_some() || spot.composite))
                || (spot.required && spot.presence == Presence::Implicit)
                || numbered,
            generated,
            reference: self.reference(spot),
            docs: self.field_docs(spot),
            ..self.column(spot, self.column_name(spot), Role::Value, ty.clone())
        };
        Scalar {
            name: own_name(spot),
            optional,
            optional_in_message,
            open: spot.open,
            null_for_zero: spot.null_for_zero(),
            immutable: spot.immutable,
            deprecated: annotations::is_deprecated(&spot.field),
            column,
        }
    }

    fn group(&self, i: usize, message: &MessageDescriptor) -> Group {
        let spot = &self.draft.spots[i];
        let mut around = std::iter::successors(Some(i), |at| self.draft.spots[*at].parent)
            .map(|at| &self.draft.spots[at])
            .take_while(|at| !at.has_table());
        let presence = Column {
            // Inside a message that may be unset, a required one is unset as well.
            non_zero: around.all(|at| at.required),
            docs: self.field_docs(spot),
            ..self.column(spot, self.column_name(spot), Role::Presence, Type::Bool)
        };
        Group {
            name: own_name(spot),
            message: self.types.message(message),
            message_docs: self.message_docs(message),
            message_file: message.parent_file().name().to_owned(),
            required: spot.required && !spot.open,
            open: spot.open,
            boxed: super::storage::is_boxed(&spot.field),
            immutable: spot.immutable,
            deprecated: annotations::is_deprecated(&spot.field),
            presence,
            nodes: self.nodes(Some(i)),
        }
    }

    /// Builds the column of a repeated scalar's elements.
    fn element(&self, spot: &Spot, ty: &Type) -> Column {
        let is_text = matches!(ty, Type::String | Type::Bytes);
        Column {
            non_zero: is_text && (spot.column.reference.is_some() || spot.composite),
            reference: self.reference(spot),
            ..self.column(spot, made_name(spot, "value", "value"), Role::Value, ty.clone())
        }
    }

    /// Builds the column that tells an element from the others of its owner.
    fn place(&self, i: usize) -> Place {
        let spot = &self.draft.spots[i];
        let sql = &spot.place_column;
        if let Shape::Row(_) = spot.shape {
            return Place::Alone(Alone {
                required: spot.required,
                boxed: super::storage::is_boxed(&spot.field),
                redacted: self.draft.is_redacted(spot),
            });
        }
        match self.draft.entry(i, Part::MapKey).map(|key| &self.draft.spots[key]) {
            Some(key) if matches!(spot.shape, Shape::Map(_)) => {
                let ty = key.ty().cloned().unwrap_or(Type::String);
                let name = made_name(key, sql, "key");
                Place::Key(Column { reference: self.reference(key), ..self.column(key, name, Role::MapKey, ty) })
            }
            _ => Place::Position(self.column(spot, made_name(spot, sql, "position"), Role::Position, Type::Int64)),
        }
    }

    fn child(&self, i: usize, item: Item) -> ChildTable {
        let spot = &self.draft.spots[i];
        let lists = self.draft.lists_around(spot);
        let around = lists.into_iter().filter_map(|list| self.place(list).column().cloned());
        let path: Vec<&str> = spot.path.iter().map(String::as_str).collect();
        let owner = self.draft.key.iter().zip(&spot.owner).filter_map(|(key, sql)| {
            let key = &self.draft.spots[*key];
            let name = Name { sql: sql.clone(), ..self.column_name(key) };
            Some(self.column(key, name, Role::OwnerKey, key.ty()?.clone()))
        });
        let of_singleton = self.draft.singleton.then(|| singleton(Role::OwnerKey));
        let of_child = self.draft.indexes.iter().filter(|(child, _)| *child == Some(i));
        ChildTable {
            name: Name { proto: spot.dotted(), sql: spot.sql.clone(), rust: names::path(&path) },
            field: own_name(spot),
            path: spot.numbers.clone(),
            deprecated: annotations::is_deprecated(&spot.field),
            docs: self.field_docs(spot),
            owner: of_singleton
                .into_iter()
                .chain(owner)
                .chain(around.map(|column| Column { reference: None, ..column }))
                .collect(),
            place: self.place(i),
            item,
            counted: spot.counted,
            immutable: spot.immutable,
            indexes: of_child.map(|(_, index)| index.clone()).collect(),
            foreign_keys: self.foreign_keys(Some(i)),
        }
    }

    /// Builds a column that is never NULL and about which nothing else is said.
    fn column(&self, spot: &Spot, name: Name, role: Role, ty: Type) -> Column {
        let form = match role {
            Role::Value | Role::OwnerKey | Role::MapKey => spot.form(),
            Role::Presence | Role::Position | Role::Singleton => Form::Own,
        };
        Column {
            name,
            path: spot.numbers.clone(),
            role,
            kind: match role {
                Role::Value | Role::Presence | Role::OwnerKey | Role::MapKey => Some(kind::of_field(&spot.field)),
                Role::Position | Role::Singleton => None,
            },
            ty,
            form,
            nullable: false,
            // SQLite cannot alter a default, so none depends on what is required.
            default_zero: role == Role::Presence,
            non_zero: false,
            reference: None,
            generated: None,
            redacted: self.draft.is_redacted(spot),
            rules: match role {
                Role::Value | Role::MapKey => spot.rules.clone(),
                Role::Presence | Role::OwnerKey | Role::Position | Role::Singleton => Rules::default(),
            },
            docs: Docs::default(),
        }
    }

    /// Names a column: in a child table SQL and Rust have the path from the element down.
    fn column_name(&self, spot: &Spot) -> Name {
        let skipped = spot.child.map_or(0, |child| self.draft.spots[child].path.len());
        let path: Vec<&str> = spot.path.iter().skip(skipped).map(String::as_str).collect();
        Name { proto: spot.dotted(), sql: spot.sql.clone(), rust: names::path(&path) }
    }

    fn oneof_name(&self, parent: Option<usize>, oneof: &str) -> Name {
        let around = parent.map(|p| format!("{}.", self.draft.spots[p].dotted())).unwrap_or_default();
        Name { proto: format!("{around}{oneof}"), sql: oneof_sql(self.draft, parent, oneof), rust: names::field(oneof) }
    }

    /// Builds the references of several columns of the table, or of a child table.
    fn foreign_keys(&self, child: Option<usize>) -> Vec<ForeignKey> {
        let keys = self.draft.foreign_keys.iter().filter(|key| key.child == child);
        keys.filter_map(|Composite { number: _, child: _, spots: _, columns, target }| {
            let other = self.drafts.iter().find(|draft| draft.field.name() == target.table)?;
            Some(ForeignKey {
                columns: columns.clone(),
                table: other.sql.clone(),
                key: other.key.iter().map(|i| other.spots[*i].sql.clone()).collect(),
                on_delete: target.on_delete,
                enforced: target.enforced,
            })
        })
        .collect()
    }

    fn reference(&self, spot: &Spot) -> Option<Reference> {
        let (target, _) = spot.column.reference.as_ref()?;
        let other = self.drafts.iter().find(|draft| draft.field.name() == target.table)?;
        let column = other.spots[*other.key.first()?].sql.clone();
        Some(Reference { table: other.sql.clone(), column, on_delete: target.on_delete, enforced: target.enforced })
    }

    fn field_docs(&self, spot: &Spot) -> Docs {
        self.sources.docs(spot.field.parent_file().name(), spot.field.path())
    }

    fn message_docs(&self, message: &MessageDescriptor) -> Docs {
        self.sources.docs(message.parent_file().name(), message.path())
    }
}

/// Names a field without the path to it.
fn own_name(spot: &Spot) -> Name {
    let name = spot.field.name();
    Name { proto: name.to_owned(), sql: name.to_owned(), rust: names::field(name) }
}

/// Names a column that a child table has beside the element's own.
fn made_name(spot: &Spot, sql: &str, rust: &str) -> Name {
    Name { proto: spot.dotted(), sql: sql.to_owned(), rust: rust.to_owned() }
}

/// Builds the key of a table of at most one row, or the copy of it in a child table.
fn singleton(role: Role) -> Column {
    let name = names::SINGLETON.to_owned();
    Column {
        name: Name { proto: name.clone(), sql: name, rust: "singleton".to_owned() },
        path: Vec::new(),
        role,
        kind: None,
        ty: Type::Int32,
        form: Form::Own,
        nullable: false,
        default_zero: false,
        non_zero: false,
        reference: None,
        generated: None,
        redacted: false,
        rules: Rules::default(),
        docs: Docs::default(),
    }
}
