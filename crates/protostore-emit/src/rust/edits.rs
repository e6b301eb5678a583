//! What the run time needs to write single elements of a list or map: data, and the parameters of the record's row.

use proc_macro2::TokenStream;
use protostore_schema::{Form, Generated};
use quote::quote;

use super::form;
use super::statement::statement;
use super::types::Scope;
use crate::plan::{AroundPlan, ChildPlan, EditPlan, TablePlan, TouchPlan};

/// Returns the implementations for a child table; nothing where its elements are not written alone.
pub(super) fn implementation(scope: &Scope<'_, '_>, plan: &ChildPlan<'_>) -> Option<TokenStream> {
    let marker = scope.marker(plan.child);
    Some(match plan.edit.as_ref()? {
        EditPlan::List { next, remove_at, remove } => {
            let [next, remove_at] = [next, remove_at].map(statement);
            let remove = remove.as_ref().map(statement).map(|remove| {
                quote! {
                    impl generated::EditedValues for #marker {
                        const REMOVE: &'static generated::Stmt = &#remove;
                    }
                }
            });
            quote! {
                impl generated::EditedList for #marker {
                    const LIST: &'static generated::ListEdits =
                        &generated::ListEdits { next: #next, remove_at: #remove_at };
                }

                #remove
            }
        }
        EditPlan::Map { get, remove } => {
            let [get, remove] = [get, remove].map(statement);
            quote! {
                impl generated::EditedMap for #marker {
                    const MAP: &'static generated::MapEdits =
                        &generated::MapEdits { get: #get, remove: #remove };
                }
            }
        }
    })
}

/// Returns the constant that says which message a child table is in; nothing where it is always set.
pub(super) fn around(plan: &ChildPlan<'_>) -> Option<TokenStream> {
    let AroundPlan { field, set } = plan.around.as_ref()?;
    let set = statement(set);
    Some(quote! {
        const AROUND: Option<&'static generated::Around> =
            Some(&generated::Around { field: #field, set: #set });
    })
}

/// Returns the statement that writes the columns which every write changes, and what binds them.
pub(super) fn touch(scope: &Scope<'_, '_>, plan: &TablePlan<'_>) -> (Option<TokenStream>, Option<TokenStream>) {
    let Some(TouchPlan { columns, touch }) = &plan.touch else { return (None, None) };
    let touch = statement(touch);
    let puts = columns.iter().map(|column| {
        let form = form::of(scope, column);
        match column.generated {
            Some(Generated::UpdateTime) => form::put_value(form.as_ref(), &time(column.form)),
            Some(_) | None => form::put_reference(form.as_ref(), &quote!(revision)),
        }
    });
    let puts: Vec<TokenStream> = puts.collect();
    let (last, before) = puts.split_last().expect("a touch writes a column");
    let is_time = |of: &protostore_schema::Column| of.generated == Some(Generated::UpdateTime);
    let now = if columns.iter().any(|c| is_time(c)) { quote!(now) } else { quote!(_now) };
    let revision = if columns.iter().all(|c| is_time(c)) { quote!(_revision) } else { quote!(revision) };
    let constant = quote! {
        const TOUCH: Option<&'static generated::Stmt> = Some(&#touch);
    };
    let method = quote! {
        fn bind_touch<B: generated::Binder>(
            #now: protostore::Timestamp,
            #revision: &Self::Revision,
            binder: &mut B,
        ) -> protostore::Result<()> {
            #(#before?;)*
            #last
        }
    };
    (Some(constant), Some(method))
}

/// Returns the time of the write, as coarse as the column keeps it.
fn time(form: Form) -> TokenStream {
    let step = super::generated::step(form);
    if step == 1 {
        return quote!(now);
    }
    let step = proc_macro2::Literal::u32_unsuffixed(step);
    quote!(now.floor(#step))
}
