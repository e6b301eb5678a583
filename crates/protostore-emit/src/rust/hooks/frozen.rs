//! Messages as a version had them, from its snapshot: those that records of some tables hold, and nothing else.
//!
//! They are written by number and kind as the snapshot has them, so later protos never change them.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Literal, TokenStream};
use protostore_schema::{EnumType, Field, Kind, Label, Message, Schema, is_well_known};
use quote::quote;

use crate::rust::tokens::{ident, lines};

/// The messages and enums that records of some tables hold.
pub(super) struct Frozen<'s> {
    schema: &'s Schema,
    /// The Rust name of each, by full name.
    names: BTreeMap<&'s str, String>,
    /// Whether a field is left out of what people read, so that none of these shows what it holds.
    is_redacted: bool,
}

/// A type of a field: all of it, and of an `Option` what is inside.
pub(super) struct FieldType {
    pub(super) whole: TokenStream,
    pub(super) value: TokenStream,
    pub(super) is_option: bool,
}

impl<'s> Frozen<'s> {
    pub(super) fn new(schema: &'s Schema, tables: &BTreeSet<u32>) -> Self {
        let tables: Vec<_> = schema.tables.iter().filter(|table| tables.contains(&table.number)).collect();
        let mut frozen = Self { schema, names: BTreeMap::new(), is_redacted: false };
        let known = schema.type_names();
        let mut taken = BTreeSet::new();
        for table in &tables {
            frozen.is_redacted |= table.all_columns().iter().any(|column| column.redacted)
                || table.descendants().iter().flat_map(|child| child.item_columns()).any(|column| column.redacted);
            if taken.insert(table.record.ty.rust.clone()) {
                frozen.names.entry(&table.record.ty.proto).or_insert_with(|| table.record.ty.rust.clone());
            }
        }
        for proto in frozen.reached(tables.iter().map(|table| table.record.ty.proto.as_str())) {
            if frozen.names.contains_key(proto) {
                continue;
            }
            let candidates = [known.get(proto).map(|name| (*name).to_owned()), Some(short(proto)), Some(long(proto))];
            let numbered = (2..).map(|number| Some(format!("{}{number}", long(proto))));
            let mut all = candidates.into_iter().chain(numbered).flatten();
            let name = all.find(|name| taken.insert(name.clone())).unwrap_or_default();
            frozen.names.insert(proto, name);
        }
        // A oneof's type has no name in the way.
        frozen
    }

    /// Returns the Rust name of a message.
    pub(super) fn name(&self, proto: &str) -> &str {
        self.names.get(proto).map_or("", String::as_str)
    }

    /// Returns the fields on a path from a message down.
    pub(super) fn fields(&self, message: &str, path: &[u32]) -> Option<Vec<&'s Field>> {
        let (first, rest) = path.split_first()?;
        let field = self.schema.reach.message(message)?.field(*first)?;
        let mut fields = vec![field];
        if !rest.is_empty() {
            let Kind::Message(inner) = &field.kind else { return None };
            fields.extend(self.fields(inner, rest)?);
        }
        Some(fields)
    }

    /// Returns the path of names and the type of a field, with the module before names of types.
    pub(super) fn field(&self, message: &str, path: &[u32], module: &TokenStream) -> Option<(String, FieldType)> {
        let fields = self.fields(message, path)?;
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let around = match fields.len() {
            1 => message,
            count => match &fields[count - 2].kind {
                Kind::Message(inner) => inner,
                _ => return None,
            },
        };
        let ty = self.ty(self.schema.reach.message(around)?, fields.last()?, module);
        Some((names.join("."), ty))
    }

    /// Returns every type, sorted by its name.
    pub(super) fn items(&self) -> Vec<TokenStream> {
        let mut items: BTreeMap<&str, TokenStream> = BTreeMap::new();
        for (proto, name) in &self.names {
            if let Some(message) = self.schema.reach.message(proto) {
                items.insert(name, self.structure(message, name));
            } else if let Some(enumeration) = self.schema.reach.enumeration(proto) {
                items.insert(name, self.enumeration(enumeration, name));
            }
        }
        items.into_values().collect()
    }

    /// Returns the full names of the messages and enums that some messages reach, themselves among them, sorted.
    fn reached(&self, roots: impl Iterator<Item = &'s str>) -> BTreeSet<&'s str> {
        let mut open: Vec<&'s str> = roots.collect();
        let mut reached = BTreeSet::new();
        while let Some(proto) = open.pop() {
            let message = self.schema.reach.message(proto);
            let is_type =
                message.is_some_and(|message| !message.entry) || self.schema.reach.enumeration(proto).is_some();
            if is_type && !reached.insert(proto) {
                continue;
            }
            for field in message.map_or([].as_slice(), |message| &message.fields) {
                if let Kind::Message(inner) | Kind::Enum(inner) = &field.kind
                    && !is_well_known(inner)
                    && !reached.contains(inner.as_str())
                {
                    open.push(inner);
                }
            }
        }
        reached
    }

    fn structure(&self, message: &'s Message, name: &str) -> TokenStream {
        let (doc, ident_of) = (lines([format!("The message `{}`.", message.proto)]), ident(name));
        let mut oneofs: Vec<(&str, Vec<&Field>)> = Vec::new();
        let mut fields = Vec::new();
        for field in &message.fields {
            match &field.oneof {
                None => fields.push(self.member(message, field)),
                Some(oneof) => match oneofs.iter_mut().find(|(known, _)| known == oneof) {
                    Some((_, members)) => members.push(field),
                    None => oneofs.push((oneof, vec![field])),
                },
            }
        }
        let types = oneofs.iter().map(|(oneof, members)| self.oneof(message, &self.oneof_name(name, oneof), members));
        let types: Vec<_> = types.collect();
        fields.extend(oneofs.iter().map(|(oneof, members)| {
            let (field, ty) = (ident(oneof), self.oneof_name(name, oneof));
            let tags = members.iter().map(|member| member.number.to_string()).collect::<Vec<_>>().join(", ");
            let (doc, of) = (lines([format!("The oneof `{oneof}`.")]), ident(&ty));
            quote! { #doc #[prost(oneof = #ty, tags = #tags)] pub #field: ::core::option::Option<#of>, }
        }));
        let skip = self.is_redacted.then(|| quote!(#[prost(skip_debug)]));
        let debug = self.debug(name);
        quote! {
            #doc
            #[derive(Clone, PartialEq, ::prost::Message)]
            #skip
            pub struct #ident_of { #(#fields)* }

            #debug

            #(#types)*
        }
    }

    fn member(&self, message: &Message, field: &Field) -> TokenStream {
        let (name, tag) = (ident(&field.name), field.number.to_string());
        let doc = lines([format!("Field {}, `{}`.", field.number, field.name)]);
        let FieldType { whole, .. } = self.ty(message, field, &quote!());
        let attribute = match field.label {
            Label::Map => {
                let (key, value) = self.entry(field);
                let text = format!("{}, {}", key.map_or("string", word), value.map_or("string", word));
                quote!(btree_map = #text)
            }
            Label::Repeated => {
                let kind = attribute(field);
                // What is not packed is told; prost packs numbers otherwise.
                let packed = (is_packable(&field.kind) && !field.packed).then(|| quote!(, packed = "false"));
                quote!(#kind, repeated #packed)
            }
            Label::Implicit => attribute(field),
            Label::Optional => {
                let (kind, boxed) = (attribute(field), self.is_boxed(message, field).then(|| quote!(, boxed)));
                quote!(#kind, optional #boxed)
            }
            Label::Required => {
                let (kind, boxed) = (attribute(field), self.is_boxed(message, field).then(|| quote!(, boxed)));
                quote!(#kind, required #boxed)
            }
        };
        quote! { #doc #[prost(#attribute, tag = #tag)] pub #name: #whole, }
    }

    fn oneof(&self, message: &Message, name: &str, members: &[&Field]) -> TokenStream {
        let (doc, ident_of) = (lines([format!("The members of a oneof of `{}`.", message.proto)]), ident(name));
        let variants = members.iter().map(|field| {
            let (variant, tag, kind) = (ident(&pascal(&field.name)), field.number.to_string(), attribute(field));
            let boxed = self.is_boxed(message, field);
            let (mut ty, word) = (self.value(&field.kind, &quote!()), boxed.then(|| quote!(, boxed)));
            if boxed {
                ty = quote!(::std::boxed::Box<#ty>);
            }
            let doc = lines([format!("Field {}, `{}`.", field.number, field.name)]);
            quote! { #doc #[prost(#kind #word, tag = #tag)] #variant(#ty), }
        });
        let skip = self.is_redacted.then(|| quote!(#[prost(skip_debug)]));
        let debug = self.debug(name);
        quote! {
            #doc
            #[derive(Clone, PartialEq, ::prost::Oneof)]
            #skip
            pub enum #ident_of { #(#variants)* }

            #debug
        }
    }

    /// Returns what shows nothing of a type's values, where a field is redacted.
    fn debug(&self, name: &str) -> Option<TokenStream> {
        let ident_of = ident(name);
        self.is_redacted.then(|| {
            quote! {
                impl ::core::fmt::Debug for #ident_of {
                    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        f.debug_struct(#name).finish_non_exhaustive()
                    }
                }
            }
        })
    }

    fn enumeration(&self, of: &EnumType, name: &str) -> TokenStream {
        let (doc, ident_of) = (lines([format!("The enum `{}`.", of.proto)]), ident(name));
        let known = self.schema.enums.iter().find(|known| known.name.proto == of.proto);
        let mut numbers = BTreeSet::new();
        let mut taken = BTreeSet::new();
        let values = of.values.iter().filter(|(_, number)| numbers.insert(*number));
        let values: Vec<_> = values
            .filter_map(|(value, number)| {
                let rust = known.and_then(|known| known.values.iter().find(|v| v.number == *number));
                let rust = rust.map_or_else(|| value.clone(), |value| value.name.rust.clone());
                let (doc, number) = (lines([format!("`{value}`.")]), Literal::i32_unsuffixed(*number));
                let variant = ident(&rust);
                taken.insert(rust).then(|| quote! { #doc #variant = #number, })
            })
            .collect();
        quote! {
            #doc
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
            #[repr(i32)]
            pub enum #ident_of { #(#values)* }
        }
    }

    fn oneof_name(&self, message: &str, oneof: &str) -> String {
        let mut name = format!("{message}{}", pascal(oneof));
        while self.names.values().any(|taken| *taken == name) {
            name.push_str("OneOf");
        }
        name
    }

    fn ty(&self, message: &Message, field: &Field, module: &TokenStream) -> FieldType {
        let value = match field.label {
            Label::Map => {
                let (key, value) = self.entry(field);
                let of = |field: Option<&Field>| {
                    field
                        .map_or_else(|| quote!(::prost::alloc::string::String), |field| self.value(&field.kind, module))
                };
                let (key, value) = (of(key), of(value));
                quote!(::std::collections::BTreeMap<#key, #value>)
            }
            Label::Repeated => {
                let item = self.value(&field.kind, module);
                quote!(::std::vec::Vec<#item>)
            }
            Label::Implicit | Label::Optional | Label::Required => {
                let value = self.value(&field.kind, module);
                if self.is_boxed(message, field) { quote!(::std::boxed::Box<#value>) } else { value }
            }
        };
        let is_option = field.label == Label::Optional;
        let whole = if is_option { quote!(::core::option::Option<#value>) } else { value.clone() };
        FieldType { whole, value, is_option }
    }

    /// Returns the key and the value of a map's entries.
    fn entry(&self, field: &Field) -> (Option<&'s Field>, Option<&'s Field>) {
        let Kind::Message(entry) = &field.kind else { return (None, None) };
        let entry = self.schema.reach.message(entry);
        (entry.and_then(|entry| entry.field(1)), entry.and_then(|entry| entry.field(2)))
    }

    fn value(&self, kind: &Kind, module: &TokenStream) -> TokenStream {
        match kind {
            Kind::Bool => quote!(bool),
            // An enum is its number, since a newer value may have no name.
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 | Kind::Enum(_) => quote!(i32),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => quote!(i64),
            Kind::Uint32 | Kind::Fixed32 => quote!(u32),
            Kind::Uint64 | Kind::Fixed64 => quote!(u64),
            Kind::Float => quote!(f32),
            Kind::Double => quote!(f64),
            Kind::String => quote!(::prost::alloc::string::String),
            Kind::Bytes => quote!(::prost::alloc::vec::Vec<u8>),
            Kind::Message(proto) if is_well_known(proto) => well_known(proto),
            Kind::Message(proto) => {
                let name = ident(self.name(proto));
                quote!(#module #name)
            }
        }
    }

    /// Returns whether a message leads back to itself through a field of one message, which Rust keeps in a box.
    fn is_boxed(&self, message: &Message, field: &Field) -> bool {
        let Kind::Message(first) = &field.kind else { return false };
        let (mut open, mut seen) = (vec![first.as_str()], BTreeSet::new());
        while let Some(proto) = open.pop() {
            if proto == message.proto {
                return true;
            }
            if !seen.insert(proto) {
                continue;
            }
            let fields = self.schema.reach.message(proto).map_or([].as_slice(), |message| &message.fields);
            for field in fields.iter().filter(|field| !matches!(field.label, Label::Repeated | Label::Map)) {
                if let Kind::Message(inner) = &field.kind {
                    open.push(inner);
                }
            }
        }
        false
    }
}

/// Returns prost's word for the kind of a field, as an attribute.
fn attribute(field: &Field) -> TokenStream {
    match &field.kind {
        Kind::Bytes => quote!(bytes = "vec"),
        _ => {
            let word = ident(word(field));
            quote!(#word)
        }
    }
}

fn word(field: &Field) -> &'static str {
    match &field.kind {
        Kind::Enum(_) => "int32",
        Kind::Message(_) if field.group => "group",
        kind => kind.word(),
    }
}

fn is_packable(kind: &Kind) -> bool {
    !matches!(kind, Kind::String | Kind::Bytes | Kind::Message(_))
}

/// Returns prost's type of a message that each version of protobuf has as it is.
fn well_known(proto: &str) -> TokenStream {
    match proto.strip_prefix("google.protobuf.").unwrap_or_default() {
        "BoolValue" => quote!(bool),
        "Int32Value" => quote!(i32),
        "Int64Value" => quote!(i64),
        "UInt32Value" => quote!(u32),
        "UInt64Value" => quote!(u64),
        "FloatValue" => quote!(f32),
        "DoubleValue" => quote!(f64),
        "StringValue" => quote!(::prost::alloc::string::String),
        "BytesValue" => quote!(::prost::alloc::vec::Vec<u8>),
        "Empty" => quote!(()),
        name => {
            let name = ident(name);
            quote!(::prost_types::#name)
        }
    }
}

/// Returns the names of a message and of those around it, without the package: `OuterInner`.
fn short(proto: &str) -> String {
    let parts: Vec<&str> = proto.split('.').collect();
    let from = parts.iter().position(|part| part.starts_with(|c: char| c.is_ascii_uppercase()));
    parts[from.unwrap_or(parts.len() - 1)..].iter().map(|part| pascal(part)).collect()
}

/// Returns the whole name of a message as one word.
fn long(proto: &str) -> String {
    proto.split('.').map(pascal).collect()
}

/// Returns a name in UpperCamelCase.
fn pascal(name: &str) -> String {
    let mut word = String::new();
    let mut upper = true;
    for c in name.chars() {
        if c == '_' {
            upper = true;
        } else {
            word.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        }
    }
    word
}
