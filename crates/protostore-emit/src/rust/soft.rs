//! Rows that are kept when they are deleted: the data that the run time goes by.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::metadata::{referrer, together};
use super::statement::{reading, statement};
use super::tokens::{ident, lines};
use crate::plan::{CascadePlan, KeeperPlan, NamesPlan, SoftPlan, TablePlan, most};

/// Returns the data and the trait of a table whose rows are kept.
pub(super) fn items(plan: &TablePlan<'_>) -> Option<TokenStream> {
    let soft = plan.soft.as_ref()?;
    let name = ident(&plan.table.record.ty.rust);
    let doc = lines([format!("How rows of `{}` are kept when they are deleted.", plan.table.name.proto)]);
    let (column, field) = (&soft.column.name.sql, &soft.column.name.proto);
    let (member, clock) =
        (Literal::u16_unsuffixed(soft.member), super::life::clock(crate::plan::clock(soft.column.form)));
    let SoftPlan { deleted, restore, settle, purge, get, page_first, page_after, .. } = soft;
    let [deleted, restore, settle, purge] = [deleted, restore, settle, purge].map(statement);
    let [get, first, after] = [get, page_first, page_after].map(reading);
    let cascades = soft.cascades.iter().map(cascade);
    let keepers = soft.keepers.iter().map(keeper);
    let names = soft.names.iter().map(named);
    let revision = match &plan.revision {
        None => quote!(None),
        Some(revision) => {
            let most = Literal::i64_unsuffixed(most(revision));
            quote!(Some(generated::Revisions { counter: &REVISION.counter, most: #most }))
        }
    };
    Some(quote! {
        #doc
        pub static SOFT_DELETE: generated::SoftDelete = generated::SoftDelete {
            table: &TABLE,
            column: #column,
            field: #field,
            member: #member,
            clock: #clock,
            deleted: #deleted,
            restore: #restore,
            settle: #settle,
            purge: #purge,
            revision: #revision,
            cascades: &[#(#cascades),*],
            keepers: &[#(#keepers),*],
            names: &[#(#names),*],
            get: #get,
            page_first: #first,
            page_after: #after,
        };

        impl protostore::SoftDeleted for #name {
            const SOFT_DELETE: &'static generated::SoftDelete = &SOFT_DELETE;
        }
    })
}

fn cascade(plan: &CascadePlan<'_>) -> TokenStream {
    let module = ident(&plan.to.record.module);
    let [delete, restore] = [&plan.delete, &plan.restore].map(statement);
    quote!(generated::Cascade { to: &super::#module::SOFT_DELETE, delete: #delete, restore: #restore })
}

fn keeper(plan: &KeeperPlan<'_>) -> TokenStream {
    referrer(plan.table, plan.relation, &plan.columns, &plan.names)
}

fn named(plan: &NamesPlan<'_>) -> TokenStream {
    let (table, field, to, missing) = (plan.table, together(&plan.columns), plan.to, statement(&plan.missing));
    quote!(generated::Names { table: #table, field: #field, to: #to, missing: #missing })
}
