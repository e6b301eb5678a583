//! The part of `impl Record` that is about the field which every write changes.

use proc_macro2::TokenStream;
use protostore_schema::{Node, Scalar, Table};
use quote::quote;

use super::tokens::ident;
use super::types::Scope;

/// Returns the type of a record's revision, the constant that says where it is, and the methods that reach it.
pub(super) fn parts(scope: &Scope<'_, '_>, table: &Table) -> (TokenStream, TokenStream, TokenStream) {
    let Some(Scalar { name, optional, column, .. }) = scalar(table) else {
        return (quote!(()), TokenStream::new(), TokenStream::new());
    };
    let (field, ty) = (ident(&name.rust), scope.scalar(&column.ty));
    let (get, set) = if *optional {
        (quote!(self.#field.as_ref()), quote!(Some(revision)))
    } else {
        (quote!(Some(&self.#field)), quote!(revision))
    };
    let constant = quote! {
        const REVISION: Option<&'static generated::RevisionField> = Some(&REVISION);
    };
    let methods = quote! {
        fn revision(&self) -> Option<&#ty> { #get }
        fn set_revision(&mut self, revision: #ty) { self.#field = #set; }
    };
    (ty, constant, methods)
}

/// Returns what says that the record has a revision.
pub(super) fn marker(table: &Table) -> Option<TokenStream> {
    let name = ident(&table.record.ty.rust);
    table.revision.as_ref().map(|_| quote!(impl protostore::Revised for #name {}))
}

fn scalar(table: &Table) -> Option<&Scalar> {
    let column = table.revision_column()?;
    table.record.nodes.iter().find_map(|node| match node {
        Node::Scalar(scalar) if scalar.column.name.sql == column.name.sql => Some(scalar),
        Node::Scalar(_) | Node::Group(_) | Node::Oneof(_) | Node::Child(_) | Node::Absent(_) => None,
    })
}
