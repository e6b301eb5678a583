//! `impl Decode`: a row's columns, from left to right, as a record.

use proc_macro2::{Literal, TokenStream};
use protostore_schema::{Alone, Item, Node, Oneof, Place, Scalar, Table, TypeName};
use quote::quote;

use super::form;
use super::tokens::{ident, local};
use super::types::{Scope, is_unit};

/// Returns the implementation of `generated::Decode`. Repeated fields are empty until they are loaded.
pub(super) fn record(scope: &Scope<'_, '_>, table: &Table) -> TokenStream {
    let name = ident(&table.record.ty.rust);
    let fields = fields(scope, &table.record.nodes);
    let row = if table.columns().is_empty() { quote!(_row) } else { quote!(row) };
    quote! {
        impl generated::Decode for #name {
            fn decode<R: generated::Row>(#row: &mut R) -> protostore::Result<Self> {
                Ok(Self { #fields })
            }
        }
    }
}

/// Returns the expression of an element, of type `Result`.
pub(super) fn item(scope: &Scope<'_, '_>, item: &Item) -> TokenStream {
    match item {
        Item::Scalar(column) => match form::of(scope, column) {
            None => quote!(row.take()),
            form => {
                let value = form::take(form.as_ref());
                quote!(Ok(#value))
            }
        },
        Item::Message { message, nodes, .. } => {
            let message = structure(scope, message, nodes);
            quote!(Ok(#message))
        }
    }
}

/// Returns a message with its members.
fn structure(scope: &Scope<'_, '_>, message: &TypeName, nodes: &[Node]) -> TokenStream {
    if is_unit(message) {
        return quote!(());
    }
    let (ty, fields) = (scope.path(message), fields(scope, nodes));
    quote!(#ty { #fields })
}

fn fields(scope: &Scope<'_, '_>, nodes: &[Node]) -> TokenStream {
    let stored = nodes.iter().filter(|node| !matches!(node, Node::Absent(_)));
    let fields = stored.map(|node| {
        let (name, value) = (ident(&node.name().rust), value(scope, node));
        quote! { #name: #value, }
    });
    quote!(#(#fields)*)
}

fn value(scope: &Scope<'_, '_>, node: &Node) -> TokenStream {
    match node {
        Node::Scalar(scalar) => scalar_of(scope, scalar),
        Node::Group(group) => {
            let message = structure(scope, &group.message, &group.nodes);
            if group.required && is_unit(&group.message) {
                return quote!(row.skip(1));
            }
            if group.required {
                return quote! { { row.skip(1); #message } };
            }
            optional(&message, node)
        }
        Node::Oneof(oneof) => oneof_of(scope, oneof),
        Node::Absent(_) => unreachable!("a record has no such field"),
        Node::Child(child) => match child.place {
            Place::Position(_) => quote!(Vec::new()),
            Place::Key(_) => quote!(std::collections::BTreeMap::new()),
            Place::Alone(Alone { required: true, .. }) => quote!(Default::default()),
            Place::Alone(_) => quote!(None),
        },
    }
}

fn scalar_of(scope: &Scope<'_, '_>, scalar: &Scalar) -> TokenStream {
    let form = form::of(scope, &scalar.column);
    if scalar.null_for_zero {
        form::take_or_default(form.as_ref())
    } else if scalar.optional && form.is_some() {
        form::take_optional(form.as_ref(), &scope.scalar(&scalar.column.ty))
    } else {
        form::take(form.as_ref())
    }
}

/// Returns a message that its presence column tells to be set or not.
fn optional(message: &TokenStream, node: &Node) -> TokenStream {
    let columns = node.columns().len() - 1;
    let skipped = Literal::usize_unsuffixed(columns);
    let skip = (columns > 0).then(|| quote!(row.skip(#skipped);));
    quote!(if row.take()? { Some(#message) } else { #skip None })
}

fn oneof_of(scope: &Scope<'_, '_>, oneof: &Oneof) -> TokenStream {
    let ty = scope.path(&oneof.ty);
    // A member in a table of its own is put in when its row is read.
    let here = || oneof.variants.iter().filter(|v| !matches!(v.node, Node::Child(_)));
    let locals: Vec<_> = here().map(|v| local(&v.node.name().rust)).collect();
    let values = here().map(|variant| {
        let name = ident(&variant.rust);
        match &variant.node {
            Node::Group(group) => {
                let message = structure(scope, &group.message, &group.nodes);
                optional(&quote!(#ty::#name(#message)), &variant.node)
            }
            Node::Scalar(scalar) => {
                let form = form::of(scope, &scalar.column);
                let value = form::take_optional(form.as_ref(), &scope.scalar(&scalar.column.ty));
                quote!(#value.map(#ty::#name))
            }
            Node::Oneof(_) | Node::Child(_) | Node::Absent(_) => {
                unreachable!("a member of a oneof is a field of one value")
            }
        }
    });
    let Some((first, rest)) = locals.split_first() else { return quote!(None) };
    if rest.is_empty() {
        return quote!(#(#values)*);
    }
    quote! { { #(let #locals = #values;)* #first #(.or(#rest))* } }
}
