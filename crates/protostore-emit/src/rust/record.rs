//! The types: a struct for a record or message, an enum for a oneof or an enum.

use proc_macro2::TokenStream;
use protostore_schema::{Alone, ChildTable, Docs, Enum, Item, Node, Oneof, Place, Scalar, Table, Type};
use quote::quote;

use super::tokens::{docs, ident, lines};
use super::types::{Definition, Scope};
use super::{debug, rules};

/// Returns the struct of a table's record.
pub(super) fn record(scope: &Scope<'_, '_>, table: &Table) -> TokenStream {
    structure(scope, &table.record.ty.rust, &table.record.docs, &table.record.nodes)
}

/// Returns the type of something inside records.
pub(super) fn definition(scope: &Scope<'_, '_>, definition: &Definition<'_>) -> TokenStream {
    match definition {
        Definition::Message { name, docs, nodes } => {
            let (structure, checked) =
                (structure(scope, &name.rust, docs, nodes), rules::of_message(&name.rust, nodes));
            quote!(#structure #checked)
        }
        Definition::Oneof(oneof) => {
            let (members, checked) = (members(scope, oneof), rules::of_oneof(oneof));
            quote!(#members #checked)
        }
        Definition::Enum(e) => enumeration(e),
    }
}

fn structure(scope: &Scope<'_, '_>, name: &str, comment: &Docs, nodes: &[Node]) -> TokenStream {
    let (doc, ident) = (described(comment, || format!("The message `{name}`.")), ident(name));
    let fields = nodes.iter().filter_map(|node| field(scope, node));
    let debug = debug::of_struct(name, nodes);
    let derived = debug.is_none().then(|| quote!(Debug,));
    quote! {
        #doc
        #[derive(Clone, #derived Default, PartialEq)]
        pub struct #ident { #(#fields)* }

        #debug
    }
}

fn field(scope: &Scope<'_, '_>, node: &Node) -> Option<TokenStream> {
    let name = ident(&node.name().rust);
    let (comment, deprecated, ty) = match node {
        Node::Absent(_) => return None,
        Node::Scalar(scalar) => (&scalar.column.docs, scalar.deprecated, scalar_type(scope, scalar)),
        Node::Group(group) => {
            let ty = scope.path(&group.message);
            let ty = if group.required { ty } else { quote!(Option<#ty>) };
            (&group.presence.docs, group.deprecated, ty)
        }
        Node::Oneof(oneof) => {
            let ty = scope.path(&oneof.ty);
            (&oneof.docs, false, quote!(Option<#ty>))
        }
        Node::Child(child) => {
            let ty = item_type(scope, &child.item);
            let ty = match &child.place {
                Place::Position(_) => quote!(Vec<#ty>),
                Place::Key(key) => {
                    let key = scope.scalar(&key.ty);
                    quote!(std::collections::BTreeMap<#key, #ty>)
                }
                Place::Alone(Alone { required: true, .. }) => ty,
                Place::Alone(_) => quote!(Option<#ty>),
            };
            (&child.docs, child.deprecated, ty)
        }
    };
    let doc = described(comment, || undescribed(node));
    let mark = deprecated.then(|| quote!(#[deprecated]));
    Some(quote! { #doc #mark pub #name: #ty, })
}

/// Returns whether a field is marked `deprecated`.
fn is_deprecated(node: &Node) -> bool {
    match node {
        Node::Scalar(scalar) => scalar.deprecated,
        Node::Group(group) => group.deprecated,
        Node::Child(child) => child.deprecated,
        Node::Absent(absent) => absent.deprecated,
        Node::Oneof(_) => false,
    }
}

/// Returns whether a field of a message, or of a message inside it, is marked `deprecated`: the module that stores them
/// names them all.
pub(super) fn has_deprecated(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| {
        let inside = match node {
            Node::Group(group) => has_deprecated(&group.nodes),
            Node::Oneof(oneof) => {
                oneof.variants.iter().any(|variant| has_deprecated(std::slice::from_ref(&variant.node)))
            }
            Node::Child(ChildTable { item: Item::Message { nodes, .. }, .. }) => has_deprecated(nodes),
            Node::Child(_) | Node::Scalar(_) | Node::Absent(_) => false,
        };
        is_deprecated(node) || inside
    })
}

/// Returns what a member is, where the proto is silent.
fn undescribed(node: &Node) -> String {
    let name = node.name().proto.rsplit('.').next().unwrap_or_default();
    let path = match node {
        Node::Scalar(scalar) => &scalar.column.path,
        Node::Group(group) => &group.presence.path,
        Node::Child(child) => &child.path,
        Node::Oneof(_) => return format!("The oneof `{name}`."),
        Node::Absent(_) => unreachable!("a record has no such field"),
    };
    format!("Field {}, `{name}`.", path.last().copied().unwrap_or_default())
}

/// Returns the comment, or says what the item is where the proto is silent.
fn described(comment: &Docs, otherwise: impl FnOnce() -> String) -> TokenStream {
    if comment.is_empty() { lines([otherwise()]) } else { docs(comment) }
}

fn scalar_type(scope: &Scope<'_, '_>, scalar: &Scalar) -> TokenStream {
    let ty = scope.scalar(&scalar.column.ty);
    if scalar.optional { quote!(Option<#ty>) } else { ty }
}

/// Returns the type of an element.
pub(super) fn item_type(scope: &Scope<'_, '_>, item: &Item) -> TokenStream {
    match item {
        Item::Scalar(column) => scope.scalar(&column.ty),
        Item::Message { message, .. } => scope.path(message),
    }
}

fn members(scope: &Scope<'_, '_>, oneof: &Oneof) -> TokenStream {
    let (doc, name) =
        (described(&oneof.docs, || format!("The members of `{}`.", oneof.ty.proto)), ident(&oneof.ty.rust));
    let holds_message = oneof.variants.iter().any(|v| match &v.node {
        Node::Group(_) | Node::Child(_) => true,
        Node::Scalar(scalar) => matches!(scalar.column.ty, Type::Message(_)),
        Node::Oneof(_) | Node::Absent(_) => false,
    });
    let allow =
        holds_message.then(|| quote!(#[allow(clippy::large_enum_variant, reason = "as large as the messages are")]));
    let variants = oneof.variants.iter().map(|variant| {
        let name = ident(&variant.rust);
        let (comment, ty) = match &variant.node {
            Node::Scalar(scalar) => (&scalar.column.docs, scope.scalar(&scalar.column.ty)),
            Node::Group(group) => (&group.presence.docs, scope.path(&group.message)),
            Node::Child(child) => (&child.docs, item_type(scope, &child.item)),
            Node::Oneof(_) | Node::Absent(_) => {
                unreachable!("a member of a oneof is a field of one value")
            }
        };
        let doc = described(comment, || undescribed(&variant.node));
        let mark = is_deprecated(&variant.node).then(|| quote!(#[deprecated]));
        quote! { #doc #mark #name(#ty), }
    });
    let debug = debug::of_oneof(oneof);
    let derived = debug.is_none().then(|| quote!(Debug,));
    quote! {
        #doc
        #allow
        #[derive(Clone, #derived PartialEq)]
        pub enum #name { #(#variants)* }

        #debug
    }
}

fn enumeration(e: &Enum) -> TokenStream {
    let name = ident(&e.name.rust);
    let doc = described(&e.docs, || format!("The enum `{}`.", e.name.proto));
    let variants = e.values.iter().enumerate().map(|(i, value)| {
        let (doc, name) = (described(&value.docs, || format!("`{}`.", value.name.proto)), ident(&value.name.rust));
        let default = (i == 0).then(|| quote!(#[default]));
        quote! { #doc #default #name, }
    });
    let full = &e.name.proto;
    let rust: Vec<_> = e.values.iter().map(|v| ident(&v.name.rust)).collect();
    let proto: Vec<_> = e.values.iter().map(|v| v.name.proto.as_str()).collect();
    let numbers: Vec<_> = e.values.iter().map(|v| proc_macro2::Literal::i32_unsuffixed(v.number)).collect();
    quote! {
        #doc
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum #name {
            #(#variants)*
            /// A number that this version has no name for, kept as it is.
            Unrecognized(protostore::EnumNumber),
        }

        impl #name {
            /// The enum in the proto file, and its values.
            pub const PROTO_ENUM: &'static protostore::ProtoEnum = &protostore::ProtoEnum {
                name: #full,
                values: &[#((#proto, #numbers)),*],
            };

            /// Returns the number that is stored and sent.
            #[must_use]
            pub const fn number(self) -> i32 {
                match self {
                    #(Self::#rust => #numbers,)*
                    Self::Unrecognized(number) => number.get(),
                }
            }

            /// Returns the name in the proto file, if the number has one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                Self::PROTO_ENUM.name_of(self.number())
            }
        }

        impl From<i32> for #name {
            fn from(number: i32) -> Self {
                match number {
                    #(#numbers => Self::#rust,)*
                    _ => Self::Unrecognized(protostore::EnumNumber::__new(number)),
                }
            }
        }

        impl From<#name> for i32 {
            fn from(value: #name) -> Self {
                value.number()
            }
        }

        impl protostore::Bind for #name {
            fn bind<B: generated::Binder>(&self, binder: &mut B) -> protostore::Result<()> {
                binder.int(self.number().into())
            }
        }

        impl generated::Value for #name {
            fn read(cell: generated::Cell<'_>) -> Result<Self, generated::Bad> {
                i32::read(cell).map(Self::from)
            }
        }

        impl protostore::Comparable for #name {}

        impl protostore::Ordered for #name {}
    }
}
