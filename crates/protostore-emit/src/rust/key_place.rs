//! Where the parts of a key are in a record: `self.id`, `self.meta.name`.
//!
//! A field of a message that occurs elsewhere too may be an `Option` in Rust, and so may the message.

use proc_macro2::TokenStream;
use protostore_schema::{Column, Node, Scalar, Table, Type};
use quote::quote;

use super::tokens::ident;

/// A field on the way to a part of a key, from the record down.
struct Step<'n> {
    field: &'n str,
    /// Whether it is an `Option`.
    optional: bool,
}

/// Returns the value of a part of the key, borrowed where its type is; the zero value where it is not set.
pub(super) fn value(table: &Table, column: &Column) -> TokenStream {
    let steps = steps(&table.record.nodes, &column.name.sql).expect("a key column is in its record");
    let last = match column.ty {
        Type::String => Last::Borrowed(quote!(as_str)),
        Type::Bytes => Last::Borrowed(quote!(as_slice)),
        _ => Last::Copied,
    };
    if steps.iter().any(|step| step.optional) {
        let found = option(&steps, &last);
        return quote!(#found.unwrap_or_default());
    }
    let fields = steps.iter().map(|step| ident(step.field));
    match last {
        Last::Borrowed(_) => quote!(&self #(.#fields)*),
        Last::Copied | Last::Asked => quote!(self #(.#fields)*),
    }
}

/// Returns the method that refuses a record of which a part of the key is not set; nothing where none can be.
pub(super) fn check(table: &Table) -> Option<TokenStream> {
    if table.singleton.is_some() {
        return None;
    }
    let checks: Vec<TokenStream> = table
        .key_columns()
        .into_iter()
        .filter_map(|column| {
            let steps = steps(&table.record.nodes, &column.name.sql)?;
            let (found, path) = (option(&steps, &Last::Asked), &column.name.proto);
            let is_optional = steps.iter().any(|step| step.optional);
            is_optional.then(|| quote!(if #found.is_none() { return Err(protostore::Error::missing(#path)); }))
        })
        .collect();
    (!checks.is_empty()).then(|| {
        quote! {
            fn check_key(&self) -> protostore::Result<()> {
                #(#checks)*
                Ok(())
            }
        }
    })
}

/// What is done with the field at the end of the way.
enum Last {
    /// Its value is borrowed, by this method where it is no `Option`.
    Borrowed(TokenStream),
    /// Its value is copied.
    Copied,
    /// It is only asked whether it is set.
    Asked,
}

/// Returns an `Option` of the value at the end of a way with an `Option` on it.
fn option(steps: &[Step<'_>], last: &Last) -> TokenStream {
    let mut place = quote!(self);
    let mut is_found = false;
    for (at, Step { field, optional }) in steps.iter().enumerate() {
        let field = ident(field);
        let is_last = at + 1 == steps.len();
        let of = |owner: TokenStream| match (is_last, optional, last) {
            (true, true, Last::Borrowed(_)) => quote!(#owner.#field.as_deref()),
            (true, false, Last::Borrowed(borrow)) => quote!(#owner.#field.#borrow()),
            (true, _, Last::Copied | Last::Asked) => quote!(#owner.#field),
            (false, true, _) => quote!(#owner.#field.as_ref()),
            (false, false, _) if is_found => quote!(&#owner.#field),
            (false, false, _) => quote!(#owner.#field),
        };
        place = match (is_found, optional) {
            (false, _) => of(place),
            (true, true) if is_last && matches!(last, Last::Asked) => quote!(#place.filter(|v| v.#field.is_some())),
            (true, true) => {
                let inner = of(quote!(v));
                quote!(#place.and_then(|v| #inner))
            }
            (true, false) if is_last && matches!(last, Last::Asked) => place,
            (true, false) => {
                let inner = of(quote!(v));
                quote!(#place.map(|v| #inner))
            }
        };
        is_found |= optional;
    }
    place
}

fn steps<'n>(nodes: &'n [Node], sql: &str) -> Option<Vec<Step<'n>>> {
    nodes.iter().find_map(|node| match node {
        Node::Scalar(Scalar { name, optional, column, .. }) if column.name.sql == sql => {
            Some(vec![Step { field: &name.rust, optional: *optional }])
        }
        Node::Group(group) => {
            let mut steps = steps(&group.nodes, sql)?;
            steps.insert(0, Step { field: &group.name.rust, optional: !group.required });
            Some(steps)
        }
        Node::Scalar(_) | Node::Oneof(_) | Node::Child(_) | Node::Absent(_) => None,
    })
}
