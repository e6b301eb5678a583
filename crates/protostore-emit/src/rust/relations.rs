//! Functions about the fields that show rows of another table: of one record, of many, and into the message of the API.

use proc_macro2::TokenStream;
use quote::quote;

use super::accessors::Arguments;
use super::bind::Key;
use super::functions::Functions;
use super::statement::statement;
use super::tokens::{ident, lines, message};
use super::types::Scope;
use crate::plan::{RelationPlan, TablePlan};

/// Returns the functions of a table's relations.
pub(super) fn functions(scope: &Scope<'_, '_>, plan: &TablePlan<'_>, names: &mut Functions) -> Vec<TokenStream> {
    plan.relations.iter().map(|relation| functions_of(scope, plan, relation, names)).collect()
}

fn functions_of(
    scope: &Scope<'_, '_>,
    plan: &TablePlan<'_>,
    relation: &RelationPlan<'_>,
    names: &mut Functions,
) -> TokenStream {
    let RelationPlan { field, relation, target, one, many } = relation;
    let (owner, record) = (ident(&plan.table.record.ty.rust), ident(&target.record.ty.rust));
    let message = message(&plan.table.record.ty.message);
    let key = Key::of(scope, plan.table).owned();
    let arguments = Arguments::of_key(scope, plan.table);
    let (declared, given) = (&arguments.declared, &arguments.given);
    let (of, of_all, fill) = (
        ident(&names.take(&format!("{}_of", field.rust))),
        ident(&names.take(&format!("{}_of_all", field.rust))),
        ident(&names.take(&format!("fill_{}", field.rust))),
    );
    let (one, many, member) = (statement(one), statement(many), ident(&field.rust));
    let filled = match (relation.many, relation.boxed) {
        (true, _) => quote!(rows.into_iter().map(Into::into).collect()),
        (false, true) => quote!(rows.into_iter().next().map(|row| Box::new(row.into()))),
        (false, false) => quote!(rows.into_iter().next().map(Into::into)),
    };
    let (table, shown) = (&plan.table.name.proto, &target.name.proto);
    let of_doc = lines([format!("Lists the rows of `{shown}` that one row shows as `{}`, by key.", field.proto)]);
    let all_doc = lines([
        format!("Lists the rows of `{shown}` that each of these rows of `{table}` shows as `{}`, by key.", field.proto),
        String::new(),
        "There is a list for each record, in the order of the records, and the number of queries does not depend on \
         how many there are."
            .to_owned(),
    ]);
    let fill_doc = lines([format!("Puts rows into `{}` of the message, which no record holds.", field.proto)]);
    quote! {
        #of_doc
        #[must_use]
        pub fn #of(#declared) -> protostore::AllBy<crate::#record, #key> {
            static ROWS: generated::Stmt = #one;
            protostore::AllBy::new(&ROWS, #given)
        }

        #all_doc
        #[must_use]
        pub fn #of_all(records: &[#owner]) -> protostore::ShownBy<#owner, crate::#record> {
            static ROWS: generated::Stmt = #many;
            protostore::ShownBy::new(&ROWS, records)
        }

        #fill_doc
        pub fn #fill(message: &mut #message, rows: impl IntoIterator<Item = crate::#record>) {
            message.#member = #filled;
        }
    }
}
