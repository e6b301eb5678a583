//! Functions that return operations: get and list by an index, join tables from both sides, and the filters of partial
//! indexes.

use proc_macro2::{Ident, Literal, TokenStream};
use protostore_schema::{Column, Table, Type};
use quote::{format_ident, quote};

use super::bind::Key;
use super::form::{self, Wrapper};
use super::functions::Functions;
use super::statement::{reading, statement};
use super::tokens::{ident, lines, local};
use super::types::Scope;
use crate::plan::{ChildPlan, ListingPlan, Lookup, LookupKind, Partial, RangePlan, RowsPlan, Statement, TablePlan};

/// Returns the accessors of a table beside those by key.
pub(super) fn functions(scope: &Scope<'_, '_>, plan: &TablePlan<'_>, names: &mut Functions) -> Vec<TokenStream> {
    let mut all: Vec<TokenStream> = plan.lookups.iter().map(|l| lookup(scope, plan, l, names)).collect();
    let children = plan.children.iter().flat_map(ChildPlan::with_nested);
    all.extend(children.flat_map(|c| named(scope, plan, c, names)));
    all.extend(plan.partials.iter().map(|p| partial(plan, p, names)));
    all
}

/// Returns the condition of a partial index as a filter, which the index serves.
fn partial(plan: &TablePlan<'_>, partial: &Partial<'_>, names: &mut Functions) -> TokenStream {
    let (function, record) = (ident(&names.take(&partial.rust)), ident(&plan.table.record.ty.rust));
    let condition = super::condition::tree(&partial.said, &plan.table.columns());
    let doc = lines([format!(
        "Holds for the rows of `{}` where `{}`. Joined with others by `and`, the index of these rows serves.",
        plan.table.name.proto, partial.shown
    )]);
    quote! {
        #doc
        #[must_use]
        pub fn #function() -> protostore::Filter<#record> {
            use protostore::generated::sql;

            protostore::Filter::of_index(#condition)
        }
    }
}

fn lookup(scope: &Scope<'_, '_>, plan: &TablePlan<'_>, lookup: &Lookup<'_>, names: &mut Functions) -> TokenStream {
    let name = names.take(&lookup.rust);
    let (function, record) = (ident(&name), ident(&plan.table.record.ty.rust));
    let arguments = lookup.by.iter().map(|(name, column)| (local(name), *column));
    let arguments = Arguments::with_none(scope, arguments, &lookup.none);
    let (declared, given, by) = (&arguments.declared, &arguments.given, &arguments.owned);
    let of = lookup.of.as_ref().map(|of| format!(" where `{of}`")).unwrap_or_default();
    let fields: Vec<String> = lookup.by.iter().map(|(_, column)| format!("`{}`", column.name.proto)).collect();
    match &lookup.kind {
        LookupKind::Get(get) => {
            let doc = lines([format!(
                "Gets the row of `{}` with this {}{of}, by its unique index.",
                plan.table.name.proto,
                fields.join(" and ")
            )]);
            let (statement, text) = (format_ident!("{}", name.to_uppercase()), reading(get));
            let upsert = (!plan.table.append_only).then(|| upsert(plan, lookup, &name, &statement, names));
            quote! {
                static #statement: generated::Stmt = #text;

                #doc
                #[must_use]
                pub fn #function(#declared) -> protostore::GetBy<#record, #by> {
                    protostore::GetBy::new(&#statement, #given)
                }

                #upsert
            }
        }
        LookupKind::List { listing, through } => {
            let what = match through {
                Some(_) => {
                    let fields = fields.join(" and ");
                    format!("Lists the rows of `{}` whose {fields} hold `{}`", plan.table.name.proto, lookup.by[0].0)
                }
                None => format!("Lists the rows of `{}` with this {}", plan.table.name.proto, fields.join(" and ")),
            };
            let doc = lines([format!("{what}{of}, in pages by {}.", order(plan.table, listing))]);
            // What comes through elements begins with their table, and has no head in common with other reads.
            let read = if through.is_some() { statement } else { reading };
            let (first, after) = (read(&listing.first), listing.after.iter().map(|range| self::range(range, read)));
            let order = listing.order.iter().map(|(column, descending)| {
                let (name, way) = (&column.name.sql, if *descending { quote!(desc) } else { quote!(asc) });
                quote!(generated::OrderBy::#way(#name))
            });
            let (count, delete) = (statement(&listing.count), statement(&listing.delete));
            let allow = (lookup.by.len() > 5)
                .then(|| quote!(#[allow(clippy::type_complexity, reason = "as long as the index is")]));
            quote! {
                #doc
                #allow
                #[must_use]
                pub fn #function(#declared) -> protostore::ListBy<#record, #by> {
                    static LISTING: generated::Listing = generated::Listing {
                        order: &[#(#order),*],
                        first: #first,
                        after: &[#(#after),*],
                        count: #count,
                        delete: #delete,
                    };
                    protostore::ListBy::new(&LISTING, #given)
                }
            }
        }
    }
}

/// Returns a range of the rows after a place.
fn range(plan: &RangePlan, read: fn(&Statement) -> TokenStream) -> TokenStream {
    let literal = |value: &usize| Literal::usize_unsuffixed(*value);
    let (read, values) = (read(&plan.statement), plan.values.iter().map(literal));
    let of = plan.of.map(|(value, is_null)| {
        let (value, is) = (literal(&value), if is_null { quote!(null) } else { quote!(set) });
        quote!(.#is(#value))
    });
    quote!(generated::Range::new(#read, &[#(#values),*])#of)
}

/// Returns the order of a list, in words.
fn order(table: &Table, listing: &ListingPlan<'_>) -> String {
    let order = || listing.order.iter();
    let is_key =
        order().map(|(column, _)| &column.name.sql).eq(&table.key) && order().all(|(_, descending)| !descending);
    if is_key || listing.order.is_empty() {
        return "key".to_owned();
    }
    let by = |(column, descending): &(&Column, bool)| {
        format!("`{}`{}", column.name.proto, if *descending { " descending" } else { "" })
    };
    order().map(by).collect::<Vec<_>>().join(", ")
}

/// Returns the function that writes a record in place of the one with its values in a unique index.
fn upsert(
    plan: &TablePlan<'_>,
    lookup: &Lookup<'_>,
    get: &str,
    statement: &Ident,
    names: &mut Functions,
) -> TokenStream {
    let record = ident(&plan.table.record.ty.rust);
    let function = ident(&names.take(&format!("upsert{}", get.strip_prefix("get").unwrap_or(get))));
    let new = if lookup.of.is_some() { quote!(partial) } else { quote!(new) };
    let fields: Vec<String> = lookup.by.iter().map(|(_, column)| format!("`{}`", column.name.proto)).collect();
    let of = lookup.of.as_ref().map(|of| format!(" where `{of}`")).unwrap_or_default();
    let doc = lines([format!(
        "Writes a row of `{}` in place of the one with its {}{of}, which keeps its key, or inserts it.",
        plan.table.name.proto,
        fields.join(" and ")
    )]);
    quote! {
        #doc
        #[must_use]
        pub fn #function(record: #record) -> protostore::UpsertBy<#record> {
            protostore::UpsertBy::#new(record, &#statement)
        }
    }
}

/// Returns the functions that list what the elements of a record name.
fn named(
    scope: &Scope<'_, '_>,
    plan: &TablePlan<'_>,
    child: &ChildPlan<'_>,
    names: &mut Functions,
) -> Vec<TokenStream> {
    let field = &child.child.name;
    let key_type = Key::of(scope, plan.table).owned();
    let owner = Arguments::of_key(scope, plan.table);
    let (declared, given) = (&owner.declared, &owner.given);
    let mut function = |RowsPlan { target, rows }: &RowsPlan<'_>| {
        let name = names.take(&format!("{}_by_{}", target.name.rust, field.rust));
        let (name, record, rows) = (ident(&name), ident(&target.record.ty.rust), statement(rows));
        let doc = lines([format!(
            "Lists the rows of `{}` that `{}` of one row names, in its order.",
            target.name.proto, field.proto
        )]);
        quote! {
            #doc
            #[must_use]
            pub fn #name(#declared) -> protostore::AllBy<crate::#record, #key_type> {
                static ROWS: generated::Stmt = #rows;
                protostore::AllBy::new(&ROWS, #given)
            }
        }
    };
    child.rows.iter().map(&mut function).collect()
}

/// The parameters of a function and what becomes of them.
pub(super) struct Arguments {
    pub(super) declared: TokenStream,
    pub(super) given: TokenStream,
    owned: TokenStream,
}

impl Arguments {
    /// Returns the parts of a table's key; a singleton's needs none.
    pub(super) fn of_key(scope: &Scope<'_, '_>, table: &Table) -> Self {
        if table.singleton.is_some() {
            let key = quote!(protostore::Singleton);
            return Self { declared: TokenStream::new(), given: key.clone(), owned: key };
        }
        Self::of(scope, table.key_columns().into_iter().map(|c| (local(&c.name.rust), c)))
    }

    fn of<'c>(scope: &Scope<'_, '_>, columns: impl Iterator<Item = (Ident, &'c Column)>) -> Self {
        Self::with_none(scope, columns, &[])
    }

    /// Returns the parameters, of which the zero value of those columns is none.
    fn with_none<'c>(
        scope: &Scope<'_, '_>,
        columns: impl Iterator<Item = (Ident, &'c Column)>,
        none: &[String],
    ) -> Self {
        let (mut declared, mut given, mut owned) = (Vec::new(), Vec::new(), Vec::new());
        for (name, column) in columns {
            let ty = scope.scalar(&column.ty);
            if let Some(Wrapper { path, read, .. }) = form::of(scope, column) {
                declared.push(quote!(#name: #ty));
                given.push(quote!(#path(#name)));
                owned.push(read);
                continue;
            }
            match column.ty {
                Type::String | Type::Bytes if none.contains(&column.name.sql) => {
                    declared.push(quote!(#name: impl Into<#ty>));
                    given.push(quote!(Some(#name.into()).filter(|v: &#ty| !v.is_empty())));
                    owned.push(quote!(Option<#ty>));
                    continue;
                }
                Type::String | Type::Bytes => {
                    declared.push(quote!(#name: impl Into<#ty>));
                    given.push(quote!(#name.into()));
                }
                _ => {
                    declared.push(quote!(#name: #ty));
                    given.push(quote!(#name));
                }
            }
            owned.push(ty);
        }
        let one = owned.len() == 1;
        let tuple = |parts: Vec<TokenStream>| if one { quote!(#(#parts)*) } else { quote!((#(#parts),*)) };
        Self { declared: quote!(#(#declared,)*), given: tuple(given), owned: tuple(owned) }
    }
}
