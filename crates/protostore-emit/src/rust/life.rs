//! How long a row lives: the data that the run time goes by, and the traits that say what can be done.

use proc_macro2::TokenStream;
use protostore_schema::{Schema, Table};
use protostore_sql::Clock;
use quote::quote;

use super::statement::statement;
use super::tokens::{ident, lines};
use crate::plan::{ExpirePlan, TablePlan};

/// Returns the form of the present time.
pub(super) fn clock(clock: Clock) -> TokenStream {
    let clock = ident(&format!("{clock:?}"));
    quote!(generated::Clock::#clock)
}

/// Returns the constant of `impl Record`; nothing for rows that are there until they are deleted.
pub(super) fn constant(table: &Table) -> Option<TokenStream> {
    let part = match (&table.expire, &table.soft_delete) {
        (None, None) => return None,
        (Some(_), _) => quote!(expire: Some(&EXPIRE)),
        (None, Some(_)) => quote!(soft_delete: Some(&SOFT_DELETE)),
    };
    Some(quote! {
        const LIFE: generated::Life = generated::Life { #part, ..generated::Life::NONE };
    })
}

/// Returns the data and the traits of a table.
pub(super) fn items(plan: &TablePlan<'_>) -> Vec<TokenStream> {
    let expires = plan.expire.iter().map(|expire| expires(plan.table, expire));
    expires.chain(super::soft::items(plan)).collect()
}

fn expires(table: &Table, plan: &ExpirePlan<'_>) -> TokenStream {
    let ExpirePlan { column, uniques, clear, sweep } = plan;
    let name = ident(&table.record.ty.rust);
    let (sql, clock) = (&column.name.sql, clock(crate::plan::clock(column.form)));
    let (clear, sweep) = (statement(clear), statement(sweep));
    let doc = lines([format!("When rows of `{}` are gone.", table.name.proto)]);
    quote! {
        #doc
        pub static EXPIRE: generated::Expire = generated::Expire {
            table: &TABLE,
            column: #sql,
            clock: #clock,
            uniques: &[#(&[#(#uniques),*]),*],
            clear: #clear,
            sweep: #sweep,
        };

        impl protostore::Expiring for #name {
            const EXPIRE: &'static generated::Expire = &EXPIRE;
        }
    }
}

/// Returns the method of the store that sweeps every table; nothing where none has rows that expire.
pub(super) fn sweep(schema: &Schema) -> Option<TokenStream> {
    let expires = schema.tables.iter().any(|table| table.expire.is_some());
    expires.then(|| {
        quote! {
            /// Deletes the rows of every table that have expired by now, in batches, and returns how many they were.
            ///
            /// # Errors
            /// Where a batch could not be deleted; those before it stay deleted.
            pub async fn sweep(&self) -> protostore::Result<u64> {
                self.0.sweep_each(SCHEMA.expiring).await
            }
        }
    })
}
