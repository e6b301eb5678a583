//! The form in which a value stands in its column: how generated code wraps it on the way in, and takes it out again.

use proc_macro2::TokenStream;
use protostore_schema::{Column, Type};
use quote::quote;

use super::types::Scope;

/// A wrapper of `protostore::stored`.
pub(super) struct Form {
    /// Its path, which is also the function that wraps a value.
    path: TokenStream,
    /// The type that is read: the path and its argument.
    read: TokenStream,
    /// Whether it wraps the value itself, and not a reference.
    copies: bool,
}

/// Returns the wrapper of a column's values, if they do not stand in it as they are.
pub(super) fn of(scope: &Scope<'_, '_>, column: &Column) -> Option<Form> {
    let own = scope.scalar(&column.ty);
    match &column.ty {
        Type::Bool | Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 | Type::Float | Type::Double => None,
        Type::String | Type::Bytes | Type::Enum(_) | Type::Timestamp | Type::Duration => None,
        Type::Struct | Type::Value | Type::ListValue => Some(Form::borrowing(&quote!(Json), Some(&own))),
        Type::Any => Some(Form::borrowing(&quote!(Encoded), Some(&own))),
        Type::FieldMask => Some(Form::borrowing(&quote!(Paths), None)),
    }
}

impl Form {
    fn borrowing(name: &TokenStream, of: Option<&TokenStream>) -> Self {
        let path = quote!(protostore::stored::#name);
        let read = of.map_or_else(|| path.clone(), |of| quote!(#path<#of>));
        Self { path, read, copies: false }
    }
}

/// Returns what is put for a value at a place.
pub(super) fn put_value(form: Option<&Form>, place: &TokenStream) -> TokenStream {
    match form {
        None => quote!(binder.put(&#place)),
        Some(Form { path, copies: true, .. }) => quote!(binder.put(&#path(#place))),
        Some(Form { path, copies: false, .. }) => quote!(binder.put(&#path(&#place))),
    }
}

/// Returns what is put for an expression of type `&T`.
pub(super) fn put_reference(form: Option<&Form>, reference: &TokenStream) -> TokenStream {
    match form {
        None => quote!(binder.put(#reference)),
        Some(Form { path, copies: true, .. }) => quote!(binder.put(&#path(*#reference))),
        Some(Form { path, copies: false, .. }) => quote!(binder.put(&#path(#reference))),
    }
}

/// Returns what is put for an expression of type `Option<&T>`.
pub(super) fn put_optional(form: Option<&Form>, option: &TokenStream) -> TokenStream {
    match form {
        None => quote!(binder.put(&#option)),
        Some(Form { path, copies: true, .. }) => quote!(binder.put(&#option.copied().map(#path))),
        Some(Form { path, copies: false, .. }) => quote!(binder.put(&#option.map(#path))),
    }
}

/// Returns the next column as a value.
pub(super) fn take(form: Option<&Form>) -> TokenStream {
    match form {
        None => quote!(row.take()?),
        Some(Form { read, .. }) => quote!(row.take::<#read>()?.0),
    }
}

/// Returns the next column as an option of `ty`.
pub(super) fn take_optional(form: Option<&Form>, ty: &TokenStream) -> TokenStream {
    match form {
        None => quote!(row.take::<Option<#ty>>()?),
        Some(Form { read, .. }) => quote!(row.take::<Option<#read>>()?.map(|v| v.0)),
    }
}

/// Returns the next column as a value of which NULL is the zero.
pub(super) fn take_or_default(form: Option<&Form>) -> TokenStream {
    match form {
        None => quote!(row.take_or_default()?),
        Some(Form { read, .. }) => quote!(row.take::<Option<#read>>()?.map(|v| v.0).unwrap_or_default()),
    }
}
