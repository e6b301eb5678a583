//! Which Rust types a store needs beside its records, and in which file each is defined.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use protostore_schema::{ChildTable, Column, Docs, Encoded, Enum, Item, Node, Oneof, Schema, Table, Type, TypeName};
use quote::quote;

use super::children;
use super::documents::Names;
use super::field_behaviors::{self, Said};
use super::tokens::ident;

/// A type that is no record.
pub(super) enum Definition<'s> {
    /// A message inside records.
    Message { name: &'s TypeName, docs: &'s Docs, nodes: &'s [Node] },
    /// The members of a oneof.
    Oneof(&'s Oneof),
    /// An enum.
    Enum(&'s Enum),
}

/// The types of a store, each in the file of the only table that uses it, or else in `types.rs`.
pub(super) struct Types<'s> {
    definitions: Vec<(String, Definition<'s>)>,
    modules: BTreeMap<String, String>,
    /// What stands for the messages in JSON.
    documents: Names,
    /// The types that stand for child tables, by the module of their record.
    markers: BTreeMap<String, BTreeMap<&'s [u32], String>>,
    /// What is said of fields, by the module of their record.
    behaviors: BTreeMap<String, Said>,
    schema: &'s Schema,
    /// The packages whose messages other crates have.
    external: &'s [String],
}

impl<'s> Types<'s> {
    /// Returns the types that the tables of a schema use.
    pub(super) fn of(schema: &'s Schema, external: &'s [String]) -> Self {
        let mut found = Found { schema, definitions: Vec::new(), users: BTreeMap::new() };
        for table in &schema.tables {
            found.nodes(&table.record.module, &table.record.nodes);
            for column in table.descendants().into_iter().flat_map(|c| c.key_columns()) {
                found.scalar(&table.record.module, &column.ty);
            }
        }
        let modules = found
            .users
            .into_iter()
            .map(|(name, users)| {
                let mut users = users.into_iter();
                let first = users.next().expect("a type that was found has a user");
                (name, if users.next().is_some() { "types".to_owned() } else { first })
            })
            .collect();
        let definitions = found.definitions;
        let records = schema.tables.iter().map(|t| t.record.ty.rust.as_str());
        let names: BTreeSet<&str> = definitions.iter().map(|(_, d)| d.rust()).chain(records).collect();
        let is_type = |name: &str| names.contains(name);
        let markers = schema.tables.iter().map(|t| (t.record.module.clone(), children::markers(t, is_type))).collect();
        let said = |t: &Table| (t.record.module.clone(), field_behaviors::of_table(&schema.behaviors, t));
        let behaviors = schema.tables.iter().map(said).collect();
        Self { definitions, modules, documents: Names::of(&schema.documents()), markers, behaviors, schema, external }
    }

    /// Returns what stands for the messages in JSON.
    pub(super) fn documents(&self) -> &Names {
        &self.documents
    }

    /// Returns whether several tables use a type.
    pub(super) fn has_shared(&self) -> bool {
        self.modules.values().any(|module| module == "types")
    }

    /// Returns the types that are defined in a module, in the order of first use.
    pub(super) fn of_module(&self, module: &str) -> impl Iterator<Item = &Definition<'s>> {
        self.definitions.iter().filter(move |(name, _)| self.modules[name] == module).map(|(_, d)| d)
    }

    /// Returns every type's Rust name with its module.
    pub(super) fn exports(&self) -> impl Iterator<Item = (&str, &str)> {
        self.definitions.iter().map(|(name, d)| (self.modules[name].as_str(), d.rust()))
    }

    /// Returns how types are spelled in a module.
    pub(super) fn scope<'t>(&'t self, module: &'t str) -> Scope<'t, 's> {
        Scope { types: self, module }
    }
}

/// Returns whether a message is of one of these packages, or of one below.
pub(super) fn is_external(packages: &[String], proto: &str) -> bool {
    packages.iter().any(|package| proto.strip_prefix(package.as_str()).is_some_and(|rest| rest.starts_with('.')))
}

/// How types are spelled in one module.
pub(super) struct Scope<'t, 's> {
    types: &'t Types<'s>,
    module: &'t str,
}

impl Scope<'_, '_> {
    /// Returns whether another crate declares a message.
    pub(super) fn is_external(&self, proto: &str) -> bool {
        is_external(self.types.external, proto)
    }

    /// Returns the path of a type.
    pub(super) fn path(&self, name: &TypeName) -> TokenStream {
        if is_unit(name) {
            return quote!(());
        }
        self.spelled(&name.proto, &name.rust)
    }

    /// Returns the type of a column's values.
    pub(super) fn scalar(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Bool => quote!(bool),
            Type::Int32 => quote!(i32),
            Type::Int64 => quote!(i64),
            Type::Uint32 => quote!(u32),
            Type::Uint64 => quote!(u64),
            Type::Float => quote!(f32),
            Type::Double => quote!(f64),
            Type::String => quote!(String),
            Type::Bytes => quote!(Vec<u8>),
            Type::Timestamp => quote!(protostore::Timestamp),
            Type::Duration => quote!(protostore::Duration),
            Type::Struct => quote!(prost_types::Struct),
            Type::Value => quote!(prost_types::Value),
            Type::ListValue => quote!(prost_types::ListValue),
            Type::Any => quote!(prost_types::Any),
            Type::FieldMask => quote!(prost_types::FieldMask),
            Type::Message(message) => encoded(message),
            Type::Repeated(repeated) => {
                let element = self.of_api(&repeated.element);
                match &repeated.key {
                    None => quote!(Vec<#element>),
                    Some(key) => {
                        let key = self.of_api(key);
                        quote!(std::collections::BTreeMap<#key, #element>)
                    }
                }
            }
            Type::Enum(proto) => self.spelled(proto, self.rust_name(proto)),
        }
    }

    /// Returns the type that stands for a child table of the module's record.
    pub(super) fn marker(&self, child: &ChildTable) -> Ident {
        ident(&self.types.markers[self.module][&child.path[..]])
    }

    /// Returns the type of an enum; none where records hold it only in what is stored as one value.
    pub(super) fn enumeration(&self, proto: &str) -> Option<TokenStream> {
        let found = self.types.definitions.iter().find(|(name, _)| name == proto);
        found.map(|(_, definition)| self.spelled(proto, definition.rust()))
    }

    /// Returns what is said of a field of the module's record.
    pub(super) fn behaviors(&self, path: &[u32]) -> &[&'static str] {
        let said = self.types.behaviors.get(self.module).and_then(|said| said.get(path));
        said.map_or(&[], Vec::as_slice)
    }

    /// Returns the schema.
    pub(super) fn schema(&self) -> &Schema {
        self.types.schema
    }

    /// Returns the type that says what a column of JSON is of.
    pub(super) fn document(&self, column: &Column) -> TokenStream {
        self.types.documents.of_column(column)
    }

    /// Returns the type that the API's messages have for a value.
    fn of_api(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Enum(_) => quote!(i32),
            Type::Timestamp => quote!(prost_types::Timestamp),
            Type::Duration => quote!(prost_types::Duration),
            ty => self.scalar(ty),
        }
    }

    fn rust_name(&self, proto: &str) -> &str {
        let found = self.types.definitions.iter().find(|(name, _)| name == proto);
        found.map(|(_, d)| d.rust()).expect("a column's enum is among the types")
    }

    fn spelled(&self, proto: &str, rust: &str) -> TokenStream {
        let (module, name) = (&self.types.modules[proto], ident(rust));
        if module == self.module {
            return quote!(#name);
        }
        let module = ident(module);
        quote!(#module::#name)
    }
}

impl Definition<'_> {
    fn rust(&self) -> &str {
        match self {
            Self::Message { name, .. } => &name.rust,
            Self::Oneof(oneof) => &oneof.ty.rust,
            Self::Enum(e) => &e.name.rust,
        }
    }
}

/// Returns the type of a message that is kept as the API has it.
pub(super) fn encoded(Encoded { proto, message, boxed }: &Encoded) -> TokenStream {
    if proto == "google.protobuf.Empty" {
        return quote!(());
    }
    let path = super::tokens::message(message);
    if *boxed { quote!(Box<#path>) } else { path }
}

/// Returns whether a message is `()` in Rust, as prost has `google.protobuf.Empty`.
pub(super) fn is_unit(name: &TypeName) -> bool {
    name.rust == "()"
}

struct Found<'s> {
    schema: &'s Schema,
    definitions: Vec<(String, Definition<'s>)>,
    users: BTreeMap<String, BTreeSet<String>>,
}

impl<'s> Found<'s> {
    fn nodes(&mut self, module: &str, nodes: &'s [Node]) {
        for node in nodes {
            match node {
                Node::Scalar(scalar) => self.scalar(module, &scalar.column.ty),
                Node::Group(group) => self.message(module, &group.message, &group.message_docs, &group.nodes),
                Node::Oneof(oneof) => {
                    self.add(module, &oneof.ty.proto, Definition::Oneof(oneof));
                    for variant in &oneof.variants {
                        self.nodes(module, std::slice::from_ref(&variant.node));
                    }
                }
                Node::Absent(_) => {}
                Node::Child(child) => match &child.item {
                    Item::Scalar(column) => self.scalar(module, &column.ty),
                    Item::Message { message, docs, nodes, .. } => self.message(module, message, docs, nodes),
                },
            }
        }
    }

    fn message(&mut self, module: &str, name: &'s TypeName, docs: &'s Docs, nodes: &'s [Node]) {
        if is_unit(name) {
            return;
        }
        self.add(module, &name.proto, Definition::Message { name, docs, nodes });
        self.nodes(module, nodes);
    }

    fn scalar(&mut self, module: &str, ty: &Type) {
        if let Type::Enum(proto) = ty {
            self.add(module, proto, Definition::Enum(self.schema.enumeration(proto)));
        }
    }

    fn add(&mut self, module: &str, proto: &str, definition: Definition<'s>) {
        if self.users.entry(proto.to_owned()).or_default().is_empty() {
            self.definitions.push((proto.to_owned(), definition));
        }
        self.users.entry(proto.to_owned()).or_default().insert(module.to_owned());
    }
}
