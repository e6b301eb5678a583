//! What a generated module offers, as it is read: the record, and the signatures of the functions over its table.

use proc_macro2::TokenStream;
use protostore_schema::Schema;

use super::functions::Functions;
use super::types::Types;
use super::{accessors, record, relations};
use crate::plan::{DIALECTS, Plan};

/// What the module of one table offers.
pub(crate) struct Signatures {
    /// The record, with its fields and their comments.
    pub(crate) record: String,
    /// The functions, in the order of the generated file.
    pub(crate) functions: Vec<Function>,
}

/// A function, without its body.
pub(crate) struct Function {
    pub(crate) name: String,
    /// From `pub fn` to the type that it returns.
    pub(crate) signature: String,
    /// The lines of its comment.
    pub(crate) docs: Vec<String>,
}

/// Returns what the module of each table offers, taken from the same tokens as the generated file.
pub(crate) fn signatures(schema: &Schema) -> Vec<Signatures> {
    let types = Types::of(schema, &[]);
    let plan = Plan::of(schema, DIALECTS);
    let of_table = |plan| {
        let table: &crate::plan::TablePlan<'_> = plan;
        let scope = types.scope(&table.table.record.module);
        let mut names = Functions::of(table.table);
        let mut items = accessors::functions(&scope, table, &mut names);
        items.extend(relations::functions(&scope, table, &mut names));
        Signatures {
            record: prettyplease::unparse(&file(record::record(&scope, table.table))),
            functions: items.into_iter().flat_map(|item| functions(file(item))).collect(),
        }
    };
    plan.tables.iter().map(of_table).collect()
}

fn file(tokens: TokenStream) -> syn::File {
    syn::parse2(tokens).unwrap_or_else(|e| panic!("emitted Rust does not parse: {e}"))
}

fn functions(file: syn::File) -> impl Iterator<Item = Function> {
    file.items.into_iter().filter_map(|item| match item {
        syn::Item::Fn(function) => Some(self::function(function)),
        _ => None,
    })
}

fn function(mut function: syn::ItemFn) -> Function {
    let docs = function.attrs.iter().filter_map(doc).collect();
    let name = function.sig.ident.to_string();
    function.attrs.clear();
    function.block.stmts.clear();
    let text = prettyplease::unparse(&syn::File { shebang: None, attrs: Vec::new(), items: vec![function.into()] });
    Function { name, signature: text.trim_end().trim_end_matches("{}").trim_end().to_owned(), docs }
}

/// Returns the line of a comment.
fn doc(attribute: &syn::Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else { return None };
    attribute.path().is_ident("doc").then(|| text.value().trim_start_matches(' ').to_owned())
}
