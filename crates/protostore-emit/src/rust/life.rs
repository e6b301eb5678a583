//! How long a row lives: the data that the run time goes by, and the traits that say what can be done.

use proc_macro2::TokenStream;
use protostore_schema::{Form, Schema, Table};
use quote::quote;

use super::metadata::statement;
use super::tokens::{ident, lines};
use crate::plan::{ExpirePlan, TablePlan};

/// Returns what a statement says of the rows that it finds.
pub(super) fn live(live: Option<&[Form]>) -> Option<TokenStream> {
    let clocks = live?.iter().map(|form| clock(*form));
    Some(quote!(.live(&[#(#clocks),*])))
}

/// Returns the form of a time.
pub(super) fn clock(form: Form) -> TokenStream {
    let clock = match form {
        Form::Own => quote!(Nanoseconds),
        Form::Seconds => quote!(Seconds),
        Form::Milliseconds => quote!(Milliseconds),
        Form::Microseconds | Form::Timestamptz => quote!(Microseconds),
        Form::Rfc3339 => quote!(Rfc3339),
        Form::FullRange | Form::FloatBits | Form::Bytes | Form::Json => unreachable!("a time has no such form"),
    };
    quote!(protostore::Clock::#clock)
}

/// Returns the constant of `impl Record`; nothing for rows that are there until they are deleted.
pub(super) fn constant(table: &Table) -> Option<TokenStream> {
    let part = match (&table.expire, &table.soft_delete) {
        (None, None) => return None,
        (Some(_), _) => quote!(expire: Some(&EXPIRE)),
        (None, Some(_)) => quote!(soft_delete: Some(&SOFT_DELETE)),
    };
    Some(quote! {
        const LIFE: protostore::Life = protostore::Life { #part, ..protostore::Life::NONE };
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
    let (sql, clock, clear, sweep) = (&column.name.sql, clock(column.form), statement(clear), statement(sweep));
    let doc = lines([format!("When rows of `{}` are gone.", table.name.proto)]);
    quote! {
        #doc
        pub static EXPIRE: protostore::Expire = protostore::Expire {
            column: #sql,
            clock: #clock,
            uniques: &[#(&[#(#uniques),*]),*],
            clear: #clear,
            sweep: #sweep,
        };

        impl protostore::Expiring for #name {
            const EXPIRE: &'static protostore::Expire = &EXPIRE;
        }
    }
}

/// Returns the method of the store that sweeps every table; nothing where none has rows that expire.
pub(super) fn sweep(schema: &Schema) -> Option<TokenStream> {
    let mut tables = schema.tables.iter().filter(|table| table.expire.is_some()).peekable();
    tables.peek()?;
    let tables = tables.map(|table| {
        let module = ident(&table.record.module);
        quote!(&records::#module::EXPIRE)
    });
    Some(quote! {
        /// Deletes the rows of every table that have expired by now, in batches, and returns how many they were.
        ///
        /// # Errors
        /// Where a batch could not be deleted; those before it stay deleted.
        pub async fn sweep(&self) -> protostore::Result<u64> {
            self.0.sweep_each(&[#(#tables),*]).await
        }
    })
}
