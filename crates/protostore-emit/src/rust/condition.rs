//! The condition of a partial index as Rust that builds the tree of it, as a filter has it.

use proc_macro2::{Literal as Token, TokenStream};
use protostore_schema::{Column, Condition, Literal};
use protostore_sql::Op;
use quote::quote;

use crate::sql::{Comparison, comparison};

/// Returns an expression of `protostore::generated::sql::Expr`, which is imported as `sql`, over columns of the table `t`: the name that
/// filters give the table of a record.
pub(super) fn tree(said: &Condition, columns: &[&Column]) -> TokenStream {
    let all = |parts: &[Condition]| {
        let parts = parts.iter().map(|part| tree(part, columns));
        quote!([#(#parts),*])
    };
    match said {
        Condition::Compare { column: name, operator, literal } => {
            let (column, given) = (column(name), value(literal));
            match comparison(columns, name, *operator, literal) {
                Comparison::Holds => column,
                Comparison::HoldsNot => quote!(#column.not()),
                Comparison::Of(Op::Equal) => quote!(#column.equals(#given)),
                Comparison::Of(op) => {
                    let op = quote::format_ident!("{op:?}");
                    quote!(#column.compare(sql::Op::#op, #given))
                }
            }
        }
        Condition::Set { column: name, set } => {
            let column = column(name);
            if *set { quote!(#column.not_null()) } else { quote!(#column.is_null()) }
        }
        Condition::All(parts) => {
            let parts = all(parts);
            quote!(sql::Expr::all(#parts))
        }
        Condition::Any(parts) => {
            let parts = all(parts);
            quote!(sql::Expr::any(#parts))
        }
        Condition::Not(inner) => {
            let inner = tree(inner, columns);
            quote!(#inner.not_true())
        }
    }
}

fn column(name: &str) -> TokenStream {
    quote!(sql::Expr::of("t", #name))
}

fn value(literal: &Literal) -> TokenStream {
    match literal {
        Literal::Integer(number) => {
            let number = Token::i64_unsuffixed(*number);
            quote!(sql::Expr::int(#number))
        }
        Literal::Real(decimal) => quote!(sql::Expr::Lit(sql::Lit::Real(#decimal.into()))),
        Literal::Text(text) => quote!(sql::Expr::text(#text)),
        Literal::Bytes(bytes) => {
            let bytes = Token::byte_string(bytes);
            quote!(sql::Expr::Lit(sql::Lit::Bytes(#bytes.into())))
        }
    }
}
