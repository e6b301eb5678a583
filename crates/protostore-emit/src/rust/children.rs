//! `children.rs` beside a record's file: how each repeated field of a record is stored in its own table.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use protostore_schema::{Alone, ChildTable, Item, Node, Place, Table, TypeName, is_prelude_name};
use quote::quote;

use super::form::{self, Wrapper};
use super::tokens::{ident, lines, local};
use super::types::Scope;
use super::{bind, decode, metadata, record};
use crate::plan::{ChildPlan, TablePlan};

/// Returns the names of the types that stand for the child tables of a record, by path: with the field numbers behind
/// where the name alone is that of another type.
pub(super) fn markers(table: &Table, is_type: impl Fn(&str) -> bool) -> BTreeMap<&[u32], String> {
    let children = table.descendants();
    let name = |child: &ChildTable| child.name.rust.to_upper_camel_case();
    children
        .iter()
        .map(|child| {
            let own = name(child);
            let alone = children.iter().filter(|other| name(other) == own).count() == 1;
            let plain = own.starts_with(|c: char| c.is_ascii_uppercase()) && !is_prelude_name(&own);
            let numbers: String = child.path.iter().map(|n| format!("_{n}")).collect();
            let marker = if alone && plain && !is_type(&own) { own } else { format!("Of{own}{numbers}") };
            (&child.path[..], marker)
        })
        .collect()
}

/// How many child tables are in one list of types; the compiler goes as deep as a list is long.
const LIST: usize = 8;

/// Returns child tables as a list of types: `(A, (B, ()))`; many of them as a tree of lists.
pub(super) fn list(scope: &Scope<'_, '_>, children: &[&ChildTable], module: &TokenStream) -> TokenStream {
    if children.len() > LIST {
        let (first, second) = children.split_at(children.len() / 2);
        let (first, second) = (list(scope, first, module), list(scope, second, module));
        return quote!(generated::Both<#first, #second>);
    }
    children.iter().rev().fold(quote!(()), |rest, child| {
        let marker = scope.marker(child);
        quote!((#module #marker, #rest))
    })
}

/// Returns the declaration of the module, or nothing where the record has no repeated field.
pub(super) fn module(scope: &Scope<'_, '_>, plan: &TablePlan<'_>) -> Option<TokenStream> {
    let numbered = plan.table.descendants().iter().any(|child| scope.marker(child).to_string().contains('_'));
    let allow =
        numbered.then(|| quote!(#[allow(non_camel_case_types, reason = "field numbers tell two of one name apart")]));
    (!plan.children.is_empty()).then(|| {
        quote! {
            #[doc(hidden)]
            #allow
            pub mod children;
        }
    })
}

/// Returns what is in the module.
pub(super) fn items(scope: &Scope<'_, '_>, plan: &TablePlan<'_>) -> Vec<TokenStream> {
    let record = ident(&plan.table.record.ty.rust);
    let children = plan
        .children
        .iter()
        .flat_map(|child| implementations(scope, &quote!(#record), &plan.table.record.nodes, child));
    std::iter::once(quote!(
        use super::*;
    ))
    .chain(children)
    .collect()
}

/// Returns the implementation of a child table, and those of the ones inside its elements.
fn implementations(
    scope: &Scope<'_, '_>,
    owner: &TokenStream,
    around: &[Node],
    plan: &ChildPlan<'_>,
) -> Vec<TokenStream> {
    let mut all = vec![metadata::child_columns(scope, plan.child), implementation(scope, owner, around, plan)];
    if let Item::Message { message, nodes, .. } = &plan.child.item {
        let owner = scope.path(message);
        all.extend(plan.nested.iter().flat_map(|inner| implementations(scope, &owner, nodes, inner)));
    }
    all
}

fn implementation(scope: &Scope<'_, '_>, owner: &TokenStream, around: &[Node], plan: &ChildPlan<'_>) -> TokenStream {
    let child = plan.child;
    let (marker, item, data) =
        (scope.marker(child), record::item_type(scope, &child.item), metadata::child(scope, plan));
    let doc = lines([format!("The elements of `{}`, in `{}`.", child.name.proto, child.name.sql)]);
    let place = match &child.place {
        Place::Position(_) => quote!(i64),
        Place::Key(key) => form::of(scope, key).map_or_else(|| scope.scalar(&key.ty), |form| form.read),
        Place::Alone(_) => quote!(()),
    };
    let nested = list(scope, &child.nested(), &TokenStream::new());
    let (items, put) = access(scope, around, child);
    let bound = match &child.item {
        Item::Scalar(column) => Some(form::put_reference(form::of(scope, column).as_ref(), &quote!(item))),
        Item::Message { nodes, .. } => bind::item(scope, nodes),
    };
    let bind_item = match bound {
        Some(body) => quote! {
            fn bind_item<B: generated::Binder>(item: &Self::Item, binder: &mut B) -> protostore::Result<()> { #body }
        },
        None => quote! {
            fn bind_item<B: generated::Binder>(_item: &Self::Item, _binder: &mut B) -> protostore::Result<()> { Ok(()) }
        },
    };
    let decoded = decode::item(scope, &child.item);
    let row = if child.item_columns().is_empty() { quote!(_row) } else { quote!(row) };
    let place_name = if matches!(child.place, Place::Key(_)) { quote!(place) } else { quote!(_place) };
    let (message, edits) = (super::edits::around(plan), super::edits::implementation(scope, plan));
    let immutable = super::immutable::constant(child);
    let rules = plan.edit.as_ref().map(|_| super::rules::of_element(scope, child));
    let required = matches!(child.place, Place::Alone(Alone { required: true, .. })).then(|| {
        quote!(
            const REQUIRED: bool = true;
        )
    });
    quote! {
        #doc
        #[derive(Debug)]
        pub struct #marker;

        impl generated::ChildTable for #marker {
            type Owner = #owner;
            type Place = #place;
            type Item = #item;
            type Nested = #nested;
            const CHILD: &'static protostore::Child = &#data;
            #required
            #immutable
            #message
            #rules

            fn items(owner: &Self::Owner) -> Vec<(Self::Place, &Self::Item)> { #items }
            fn put(owner: &mut Self::Owner, #place_name: Self::Place, item: Self::Item) -> bool { #put }
            #bind_item
            fn decode_item<R: generated::Row>(#row: &mut R) -> protostore::Result<Self::Item> { #decoded }
        }

        #edits
    }
}

/// Returns how the elements are found in their owner and put there: nowhere, where a message around them is not set, or
/// where another member of their oneof is.
fn access(scope: &Scope<'_, '_>, around: &[Node], child: &ChildTable) -> (TokenStream, TokenStream) {
    let steps = steps_to(around, child).expect("a child table is in its owner");
    let (mut read, mut write, mut place) = (Vec::new(), Vec::new(), quote!(owner));
    for node in steps {
        match node {
            Step::Group { field, required: true } => {
                let field = ident(field);
                place = quote!(#place.#field);
            }
            Step::Group { field, required: false } => {
                let (field, name) = (ident(field), local(field));
                read.push(quote!(let Some(#name) = &#place.#field else { return Vec::new() };));
                write.push(quote!(let Some(#name) = &mut #place.#field else { return false };));
                place = quote!(#name);
            }
            Step::Member { oneof, ty, variant } => {
                let (field, ty, variant, name) = (ident(oneof), scope.path(ty), ident(variant), local(oneof));
                read.push(quote!(let Some(#ty::#variant(#name)) = &#place.#field else { return Vec::new() };));
                write.push(quote!(let Some(#ty::#variant(#name)) = &mut #place.#field else { return false };));
                place = quote!(#name);
            }
            Step::Put { oneof, ty, variant } => {
                let (field, ty, variant) = (ident(oneof), scope.path(ty), ident(variant));
                return (
                    quote! {
                        #(#read)*
                        match &#place.#field { Some(#ty::#variant(item)) => vec![((), item)], _ => Vec::new() }
                    },
                    quote!(#(#write)* #place.#field.replace(#ty::#variant(item)).is_none()),
                );
            }
        }
    }
    let field = ident(&child.field.rust);
    match &child.place {
        Place::Alone(Alone { required: true, .. }) => {
            (quote!(#(#read)* vec![((), &#place.#field)]), quote!(#(#write)* #place.#field = item; true))
        }
        Place::Alone(_) => (
            quote!(#(#read)* #place.#field.iter().map(|item| ((), item)).collect()),
            quote!(#(#write)* #place.#field.replace(item).is_none()),
        ),
        Place::Position(_) => {
            (quote!(#(#read)* generated::positions(&#place.#field)), quote!(#(#write)* #place.#field.push(item); true))
        }
        Place::Key(key) => match form::of(scope, key) {
            None => (
                quote!(#(#read)* generated::entries(&#place.#field)),
                quote!(#(#write)* #place.#field.insert(place, item); true),
            ),
            Some(Wrapper { path, .. }) => (
                quote!(#(#read)* generated::entries(&#place.#field).into_iter().map(|(key, item)| (#path(key), item)).collect()),
                quote!(#(#write)* #place.#field.insert(place.0, item); true),
            ),
        },
    }
}

enum Step<'s> {
    Group {
        field: &'s str,
        required: bool,
    },
    Member {
        oneof: &'s str,
        ty: &'s TypeName,
        variant: &'s str,
    },
    /// The message itself, as a member.
    Put {
        oneof: &'s str,
        ty: &'s TypeName,
        variant: &'s str,
    },
}

fn steps_to<'s>(nodes: &'s [Node], child: &ChildTable) -> Option<Vec<Step<'s>>> {
    nodes.iter().find_map(|node| match node {
        Node::Child(found) => (found.path == child.path).then(Vec::new),
        Node::Scalar(_) | Node::Absent(_) => None,
        Node::Group(group) => {
            let mut steps = steps_to(&group.nodes, child)?;
            steps.insert(0, Step::Group { field: &group.name.rust, required: group.required });
            Some(steps)
        }
        Node::Oneof(oneof) => oneof.variants.iter().find_map(|v| {
            let (name, ty, variant) = (&oneof.name.rust, &oneof.ty, &v.rust);
            match &v.node {
                Node::Child(found) => (found.path == child.path).then(|| vec![Step::Put { oneof: name, ty, variant }]),
                Node::Group(group) => {
                    let mut steps = steps_to(&group.nodes, child)?;
                    steps.insert(0, Step::Member { oneof: name, ty, variant });
                    Some(steps)
                }
                Node::Scalar(_) | Node::Oneof(_) | Node::Absent(_) => None,
            }
        }),
    })
}
