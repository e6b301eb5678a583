//! `mod children`: how each repeated field of a record is stored in its own table.

use heck::ToUpperCamelCase;
use proc_macro2::{Ident, TokenStream};
use protostore_schema::{ChildTable, Node};
use quote::quote;

use super::tokens::{ident, lines, local};
use super::types::Scope;
use super::{bind, decode, metadata, record};
use crate::plan::{ChildPlan, TablePlan};

/// Returns the name of the type that stands for a child table.
pub(super) fn marker(child: &ChildTable) -> Ident {
    ident(&child.name.rust.to_upper_camel_case())
}

/// Returns the module, or nothing where the record has no repeated field.
pub(super) fn module(scope: &Scope<'_, '_>, plan: &TablePlan<'_>) -> Option<TokenStream> {
    let children = plan.children.iter().map(|child| implementation(scope, plan, child));
    (!plan.children.is_empty()).then(|| {
        quote! {
            /// How the repeated fields are stored, each in a table of its own.
            pub mod children {
                use super::*;
                #(#children)*
            }
        }
    })
}

fn implementation(scope: &Scope<'_, '_>, plan: &TablePlan<'_>, child: &ChildPlan<'_>) -> TokenStream {
    let (marker, owner) = (marker(child.child), ident(&plan.table.record.ty.rust));
    let (item, child_data) = (record::item_type(scope, &child.child.item), metadata::child(child));
    let doc = lines([format!("The elements of `{}`, in `{}`.", child.child.name.proto, child.child.name.sql)]);
    let (items, items_mut) = access(scope, plan, child.child);
    let bound = match &child.child.item {
        protostore_schema::Item::Scalar(_) => Some(quote!(binder.put(item))),
        protostore_schema::Item::Message { nodes, .. } => bind::item(scope, nodes),
    };
    let bind_item = match bound {
        Some(body) => quote! {
            fn bind_item<B: protostore::Binder>(item: &Self::Item, binder: &mut B) -> protostore::Result<()> { #body }
        },
        None => quote! {
            fn bind_item<B: protostore::Binder>(_item: &Self::Item, _binder: &mut B) -> protostore::Result<()> { Ok(()) }
        },
    };
    let decoded = decode::item(scope, &child.child.item);
    let row = if child.child.item_columns().is_empty() { quote!(_row) } else { quote!(row) };
    quote! {
        #doc
        #[derive(Debug)]
        pub struct #marker;

        impl protostore::ChildTable for #marker {
            type Owner = #owner;
            type Item = #item;
            const CHILD: &'static protostore::Child = &#child_data;

            fn items(owner: &Self::Owner) -> &[Self::Item] { #items }
            fn items_mut(owner: &mut Self::Owner) -> Option<&mut Vec<Self::Item>> { #items_mut }
            #bind_item
            fn decode_item<R: protostore::Row>(#row: &mut R) -> protostore::Result<Self::Item> { #decoded }
        }
    }
}

/// Returns how the elements are found in a record: nowhere, where a message around them is not set.
fn access(scope: &Scope<'_, '_>, plan: &TablePlan<'_>, child: &ChildTable) -> (TokenStream, TokenStream) {
    let steps = steps_to(&plan.table.record.nodes, child).expect("a child table stands in its record");
    let (mut read, mut write, mut place) = (Vec::new(), Vec::new(), quote!(owner));
    for node in steps {
        match node {
            Step::Group { field, required: true } => {
                let field = ident(field);
                place = quote!(#place.#field);
            }
            Step::Group { field, required: false } => {
                let (field, name) = (ident(field), local(field));
                read.push(quote!(let Some(#name) = &#place.#field else { return &[] };));
                write.push(quote!(let #name = #place.#field.as_mut()?;));
                place = quote!(#name);
            }
            Step::Member { oneof, ty, variant, alone } => {
                let (field, ty, variant, name) = (ident(oneof), scope.path(ty), ident(variant), local(oneof));
                read.push(quote!(let Some(#ty::#variant(#name)) = &#place.#field else { return &[] };));
                write.push(if alone {
                    quote!(let #ty::#variant(#name) = #place.#field.as_mut()?;)
                } else {
                    quote!(let Some(#ty::#variant(#name)) = &mut #place.#field else { return None };)
                });
                place = quote!(#name);
            }
        }
    }
    let field = ident(&child.field.rust);
    (quote!(#(#read)* &#place.#field), quote!(#(#write)* Some(&mut #place.#field)))
}

enum Step<'s> {
    Group { field: &'s str, required: bool },
    Member { oneof: &'s str, ty: &'s protostore_schema::TypeName, variant: &'s str, alone: bool },
}

fn steps_to<'s>(nodes: &'s [Node], child: &ChildTable) -> Option<Vec<Step<'s>>> {
    nodes.iter().find_map(|node| match node {
        Node::Child(found) => (found.path == child.path).then(Vec::new),
        Node::Scalar(_) => None,
        Node::Group(group) => {
            let mut steps = steps_to(&group.nodes, child)?;
            steps.insert(0, Step::Group { field: &group.name.rust, required: group.required });
            Some(steps)
        }
        Node::Oneof(oneof) => oneof.variants.iter().find_map(|v| {
            let Node::Group(group) = &v.node else { return None };
            let mut steps = steps_to(&group.nodes, child)?;
            let alone = oneof.variants.len() == 1;
            steps.insert(0, Step::Member { oneof: &oneof.name.rust, ty: &oneof.ty, variant: &v.rust, alone });
            Some(steps)
        }),
    })
}
