//! The part of `impl Record` that is about values which the store makes.

use proc_macro2::{Literal, TokenStream};
use protostore_schema::{Form, Generated, Node, Scalar, Table};
use quote::quote;

use super::tokens::ident;

/// Returns the constants that say that values are made, and whether a write keeps something of the row that is there, and
/// the methods; nothing where no value is made.
pub(super) fn methods(table: &Table) -> (TokenStream, TokenStream) {
    let made: Vec<(usize, &Scalar, Generated)> = table
        .record
        .nodes
        .iter()
        .enumerate()
        .filter_map(|(member, node)| match node {
            Node::Scalar(scalar) => Some((member, scalar, scalar.column.generated?)),
            Node::Group(_) | Node::Oneof(_) | Node::Child(_) | Node::Absent(_) => None,
        })
        .collect();
    if made.is_empty() {
        return (TokenStream::new(), TokenStream::new());
    }
    let is_key = |scalar: &Scalar| table.key.contains(&scalar.column.name.sql);
    let completed = made.iter().map(|(member, scalar, generated)| complete(*member, scalar, *generated));
    // A record that is found by another index than its key keeps the key.
    let by_index = !table.append_only && table.indexes.iter().any(|index| index.unique);
    let mut kept =
        made.iter().filter(|(_, scalar, generated)| !is_key(scalar) && *generated != Generated::UpdateTime).peekable();
    let keeps = kept
        .peek()
        .map(|_| {
            quote!(
                const KEEPS: bool = true;
            )
        })
        .unwrap_or_default();
    let keys = made.iter().filter(|(_, scalar, _)| by_index && is_key(scalar));
    let kept: Vec<_> = kept.chain(keys).map(|(member, scalar, generated)| keep(*member, scalar, *generated)).collect();
    let keep = (!kept.is_empty()).then(|| {
        let uses_made = made.iter().any(|(_, scalar, generated)| {
            (by_index || !is_key(scalar)) && !matches!(generated, Generated::CreateTime | Generated::UpdateTime)
        });
        let made = if uses_made { quote!(made) } else { quote!(_: &generated::Made) };
        let made = if uses_made { quote!(#made: &generated::Made) } else { made };
        quote! { fn keep(&mut self, old: &Self, #made) { #(#kept)* } }
    });
    let numbered: Vec<_> = made
        .iter()
        .filter(|(_, _, generated)| *generated == Generated::Sequence)
        .enumerate()
        .map(|(n, (_, scalar, _))| {
            let (n, field) = (Literal::usize_unsuffixed(n), ident(&scalar.name.rust));
            quote!(#n => Some(&mut self.#field),)
        })
        .collect();
    let numbered = (!numbered.is_empty()).then(|| {
        quote! {
            fn numbered(&mut self, sequence: usize) -> Option<&mut (dyn generated::Numbered + Send)> {
                match sequence {
                    #(#numbered)*
                    _ => None,
                }
            }
        }
    });
    let methods = quote! {
        fn complete(&mut self, make: &mut generated::Make) -> protostore::Result<()> {
            #(#completed)*
            Ok(())
        }
        #keep
        #numbered
    };
    let constants = quote! {
        const MAKES: bool = true;
        #keeps
    };
    (constants, methods)
}

fn complete(member: usize, scalar: &Scalar, generated: Generated) -> TokenStream {
    let (member, field, path) =
        (Literal::usize_unsuffixed(member), ident(&scalar.name.rust), &scalar.column.name.proto);
    let step = Literal::u32_unsuffixed(step(scalar.column.form));
    match generated {
        Generated::UuidV7 => quote!(make.uuid_v7(#member, #path, &mut self.#field)?;),
        Generated::UuidV4 => quote!(make.uuid_v4(#member, #path, &mut self.#field)?;),
        Generated::Sequence => quote!(make.sequence(#member, &self.#field);),
        Generated::CreateTime => quote!(make.create_time(#member, #step, &mut self.#field);),
        Generated::UpdateTime => quote!(make.update_time(#member, #step, &mut self.#field);),
    }
}

/// Returns the unit of a time that is made, in nanoseconds.
pub(super) fn step(form: Form) -> u32 {
    match form {
        Form::Seconds => 1_000_000_000,
        Form::Milliseconds => 1_000_000,
        Form::Microseconds | Form::Timestamptz => 1_000,
        Form::Own | Form::FullRange | Form::FloatBits | Form::Rfc3339 | Form::Json | Form::Bytes => 1,
    }
}

fn keep(member: usize, scalar: &Scalar, generated: Generated) -> TokenStream {
    let (member, field) = (Literal::usize_unsuffixed(member), ident(&scalar.name.rust));
    match generated {
        Generated::CreateTime => quote!(self.#field = old.#field;),
        _ => quote!(made.keep(#member, &mut self.#field, &old.#field);),
    }
}
