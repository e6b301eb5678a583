//! The columns of an SQL table as rows of `columns!`: a line for each.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use protostore_schema::{Column, ForeignKey, Form, Kind, Role, Schema};
use protostore_sql::Ty;
use quote::quote;

use super::tokens::lines;
use super::types::Scope;
use crate::sql::ty;

/// Returns the static with the columns of a table.
pub(super) fn item(
    scope: &Scope<'_, '_>,
    (name, table): (&Ident, &str),
    columns: &[&Column],
    foreign_keys: &[ForeignKey],
) -> TokenStream {
    let doc = lines([format!("The columns of `{table}`, in its order.")]);
    let rows = columns.iter().map(|column| {
        let ty = type_of(scope.schema(), column, foreign_keys);
        row(scope, column, ty)
    });
    quote! {
        generated::columns! {
            #doc
            static #name;
            #(#rows;)*
        }
    }
}

fn row(scope: &Scope<'_, '_>, column: &Column, ty: Ty) -> TokenStream {
    let (name, field, role) = (&column.name.sql, &column.name.proto, word(&format!("{:?}", column.role)));
    let path = column.path.iter().map(|number| Literal::u32_unsuffixed(*number));
    let kind = column.kind.as_ref().map(|kind| {
        let kind = self::kind(scope, kind);
        quote!((#kind))
    });
    let ty = word(&format!("{ty:?}"));
    let encoding = match column.form {
        Form::Own => None,
        form => {
            let encoding = word(&format!("{form:?}"));
            Some(quote!(as #encoding))
        }
    };
    let behaviors = match column.role {
        Role::OwnerKey | Role::Singleton => &[],
        Role::Value | Role::Presence | Role::Position | Role::MapKey => scope.behaviors(&column.path),
    };
    let behaviors = (!behaviors.is_empty()).then(|| {
        let behaviors = behaviors.iter().copied().map(word);
        quote!(, #(#behaviors)|*)
    });
    quote!(#name #field [#(#path),*] #role #kind #ty #encoding #behaviors)
}

fn kind(scope: &Scope<'_, '_>, kind: &Kind) -> TokenStream {
    match kind {
        Kind::Enum(proto) => match scope.enumeration(proto) {
            Some(path) => quote!(Enum #path),
            None => quote!(Enum #proto),
        },
        Kind::Message(proto) => quote!(Message #proto),
        kind => {
            let kind = word(&format!("{kind:?}"));
            quote!(#kind)
        }
    }
}

/// Returns the type of a column in SQL; a reference has that of the column that it refers to.
fn type_of(schema: &Schema, column: &Column, foreign_keys: &[ForeignKey]) -> Ty {
    let single = column.reference.as_ref().map(|reference| (&reference.table, &reference.column));
    let several = foreign_keys.iter().find_map(|key| {
        let at = key.columns.iter().position(|name| *name == column.name.sql)?;
        Some((&key.table, key.key.get(at)?))
    });
    let target = single.or(several).and_then(|(table, name)| {
        let table = schema.table(table);
        table.key_columns().into_iter().find(|key| key.name.sql == *name)
    });
    ty(target.unwrap_or(column))
}

/// Returns a word of the macro; none is a keyword.
fn word(word: &str) -> Ident {
    Ident::new(word, Span::call_site())
}

/// Returns the name of the static with the columns of a child table, of its type: no two are equal.
pub(super) fn name_of_child(marker: &Ident) -> Ident {
    let mut name = String::new();
    for c in marker.to_string().trim_start_matches("r#").chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(c.to_uppercase());
    }
    word(&format!("{name}_COLUMNS"))
}
