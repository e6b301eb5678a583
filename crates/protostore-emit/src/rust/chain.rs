//! How the rows of a chained table are linked: the data that the run time works with.

use proc_macro2::TokenStream;
use protostore_schema::{Column, Node, Scalar, Table, Type};
use quote::quote;

use super::statement::statement;
use super::tokens::{ident, message};
use crate::plan::TablePlan;

/// Returns the constant of `impl Record` that says how rows are linked.
pub(super) fn constant(table: &Table) -> Option<TokenStream> {
    table.hash_chain.as_ref().map(|_| {
        quote!(
            const CHAIN: Option<&'static generated::Chain<Self>> = Some(&CHAIN);
        )
    })
}

/// Returns what says that the rows are linked.
pub(super) fn marker(table: &Table) -> Option<TokenStream> {
    let name = ident(&table.record.ty.rust);
    table.hash_chain.as_ref().map(|_| quote!(impl protostore::Chained for #name {}))
}

/// Returns how the rows are linked.
pub(super) fn chain(plan: &TablePlan<'_>) -> Option<TokenStream> {
    let (table, last) = (plan.table, statement(plan.chain.as_ref()?));
    let (hash, key) = (scalar(table, table.hash_column()?)?, scalar(table, table.key_columns().first()?)?);
    let (record, message) = (ident(&table.record.ty.rust), message(&table.record.ty.message));
    let (path, number, field) = (&hash.column.name.proto, ident(&key.name.rust), ident(&hash.name.rust));
    let (get, set) = if hash.optional {
        (quote!(record.#field.as_deref().unwrap_or_default()), quote!(Some(hash)))
    } else {
        (quote!(&record.#field), quote!(hash))
    };
    let of_number = if key.column.ty == Type::Int64 { quote!(Some) } else { quote!(|number| number.try_into().ok()) };
    Some(quote! {
        /// How a row is linked to the one before.
        static CHAIN: generated::Chain<#record> = generated::Chain {
            field: #path,
            last: #last,
            number: |record| generated::Numbered::number(&record.#number),
            key: #of_number,
            hash: |record| #get,
            set: |record, hash| record.#field = #set,
            encode: |record| {
                let mut message = #message::from(record.clone());
                message.#field = Default::default();
                prost::Message::encode_to_vec(&message)
            },
        };
    })
}

fn scalar<'t>(table: &'t Table, column: &Column) -> Option<&'t Scalar> {
    table.record.nodes.iter().find_map(|node| match node {
        Node::Scalar(scalar) if scalar.column.name.sql == column.name.sql => Some(scalar),
        Node::Scalar(_) | Node::Group(_) | Node::Oneof(_) | Node::Child(_) | Node::Absent(_) => None,
    })
}
