//! The form in which a value is in its column: how generated code wraps it on the way in, and takes it out again.

use proc_macro2::{Ident, TokenStream};
use protostore_schema::{Column, Form, Repeated, Type};
use quote::quote;

use super::tokens::ident;
use super::types::{Scope, encoded};

/// A wrapper of `protostore::stored`.
pub(super) struct Wrapper {
    /// Its path, which is also the function that wraps a value.
    pub(super) path: TokenStream,
    /// The type that is read: the path and its argument.
    pub(super) read: TokenStream,
    /// Whether it wraps the value itself, and not a reference.
    copies: bool,
    /// For all of a repeated field: the message that declares it, and its name there.
    part: Option<Part>,
}

/// A repeated field that is stored as a whole.
struct Part {
    /// The message that declares it.
    owner: TokenStream,
    /// Its name there.
    field: Ident,
    /// What turns its collection into that of the record and back, where another crate chose the types.
    collect: Option<TokenStream>,
}

/// Returns the wrapper of a column's values, if they are not in it as they are.
pub(super) fn of(scope: &Scope<'_, '_>, column: &Column) -> Option<Wrapper> {
    let own = scope.scalar(&column.ty);
    match column.form {
        Form::Own => own_form(scope, &column.ty, &own),
        Form::FullRange => Some(Wrapper::copying(&quote!(FullRange), None)),
        Form::FloatBits if column.ty == Type::Float => Some(Wrapper::copying(&quote!(FloatBits), None)),
        Form::FloatBits => Some(Wrapper::copying(&quote!(DoubleBits), None)),
        Form::Seconds => Some(Wrapper::copying(&quote!(Seconds), Some(&own))),
        Form::Milliseconds => Some(Wrapper::copying(&quote!(Milliseconds), Some(&own))),
        Form::Microseconds => Some(Wrapper::copying(&quote!(Microseconds), Some(&own))),
        Form::Timestamptz => Some(Wrapper::copying(&quote!(Timestamptz), None)),
        Form::Rfc3339 => Some(Wrapper::copying(&quote!(Rfc3339), None)),
        Form::Json => Some(json(scope, column, &own)),
        Form::Bytes if column.ty == Type::String => Some(Wrapper::borrowing(&quote!(Utf8), Some(&own))),
        Form::Bytes => Some(Wrapper::borrowing(&quote!(Encoded), Some(&own))),
    }
}

fn own_form(scope: &Scope<'_, '_>, ty: &Type, own: &TokenStream) -> Option<Wrapper> {
    match ty {
        Type::Bool | Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 | Type::Float | Type::Double => None,
        Type::String | Type::Bytes | Type::Enum(_) | Type::Timestamp | Type::Duration => None,
        Type::Struct | Type::Value | Type::ListValue => Some(Wrapper::borrowing(&quote!(Json), Some(own))),
        Type::Any => Some(Wrapper::borrowing(&quote!(Encoded), Some(own))),
        Type::FieldMask => Some(Wrapper::borrowing(&quote!(Paths), None)),
        Type::Message(_) => Some(Wrapper::borrowing(&quote!(Encoded), Some(own))),
        Type::Repeated(repeated) => {
            let part = part(scope, repeated);
            let wrapper = Wrapper::borrowing(&quote!(Encoded), Some(&part.owner));
            Some(Wrapper { part: Some(part), ..wrapper })
        }
    }
}

/// Returns the wrapper of a message, or of all of a repeated field, as JSON.
fn json(scope: &Scope<'_, '_>, column: &Column, own: &TokenStream) -> Wrapper {
    let of = scope.document(column);
    let text = quote!(protostore::stored::document::Text);
    let part = match &column.ty {
        Type::Repeated(repeated) => Some(part(scope, repeated)),
        _ => None,
    };
    let message = part.as_ref().map_or(own, |part| &part.owner);
    let read = quote!(#text<#of, #message>);
    Wrapper { path: quote!(#text::<#of, _>::of), read, copies: false, part }
}

/// Returns what turns a repeated field's collection into another one of the same elements.
pub(super) fn collected(repeated: &Repeated) -> TokenStream {
    match (&repeated.key, repeated.element == Type::Bytes) {
        (_, false) => quote!(.into_iter().collect()),
        (None, true) => quote!(.into_iter().map(Into::into).collect()),
        (Some(_), true) => quote!(.into_iter().map(|(k, v)| (k, v.into())).collect()),
    }
}

fn part(scope: &Scope<'_, '_>, repeated: &Repeated) -> Part {
    let collect = scope.is_external(&repeated.owner.proto).then(|| collected(repeated));
    Part { owner: encoded(&repeated.owner), field: ident(&repeated.field), collect }
}

impl Part {
    /// Returns the message that has the field alone, with what is behind a reference.
    fn alone(&self, reference: &TokenStream) -> TokenStream {
        let Self { owner, field, collect } = self;
        match collect {
            None => quote!(protostore::stored::only(|m: &mut #owner| m.#field.clone_from(#reference))),
            Some(collect) => {
                quote!(protostore::stored::only(|m: &mut #owner| m.#field = Clone::clone(#reference)#collect))
            }
        }
    }
}

impl Wrapper {
    /// Returns the wrapper of that name, of a reference to what cannot be copied.
    fn borrowing(name: &TokenStream, of: Option<&TokenStream>) -> Self {
        let path = quote!(protostore::stored::#name);
        let read = of.map_or_else(|| path.clone(), |of| quote!(#path<#of>));
        Self { path, read, copies: false, part: None }
    }

    /// Returns the wrapper of that name, of a number or a time.
    fn copying(name: &TokenStream, of: Option<&TokenStream>) -> Self {
        Self { copies: true, ..Self::borrowing(name, of) }
    }
}

/// Returns what is put for a value at a place.
pub(super) fn put_value(form: Option<&Wrapper>, place: &TokenStream) -> TokenStream {
    match form {
        Some(Wrapper { path, part: Some(part), .. }) => {
            let whole = part.alone(&quote!(&#place));
            quote!(binder.put(&#path(&#whole)))
        }
        None => quote!(binder.put(&#place)),
        Some(Wrapper { path, copies: true, .. }) => quote!(binder.put(&#path(#place))),
        Some(Wrapper { path, copies: false, .. }) => quote!(binder.put(&#path(&#place))),
    }
}

/// Returns what is put for an expression of type `&T`.
pub(super) fn put_reference(form: Option<&Wrapper>, reference: &TokenStream) -> TokenStream {
    match form {
        None => quote!(binder.put(#reference)),
        Some(Wrapper { path, copies: true, .. }) => quote!(binder.put(&#path(*#reference))),
        Some(Wrapper { path, copies: false, .. }) => quote!(binder.put(&#path(#reference))),
    }
}

/// Returns what is put for an expression of type `Option<&T>`.
pub(super) fn put_optional(form: Option<&Wrapper>, option: &TokenStream) -> TokenStream {
    match form {
        Some(Wrapper { path, part: Some(part), .. }) => {
            let whole = part.alone(&quote!(v));
            quote!(binder.put(&#option.map(|v| #whole).as_ref().map(#path)))
        }
        None => quote!(binder.put(&#option)),
        Some(Wrapper { path, copies: true, .. }) => quote!(binder.put(&#option.copied().map(#path))),
        Some(Wrapper { path, copies: false, .. }) => quote!(binder.put(&#option.map(#path))),
    }
}

/// Returns the next column as a value.
pub(super) fn take(form: Option<&Wrapper>) -> TokenStream {
    match form {
        None => quote!(row.take()?),
        Some(Wrapper { read, part: Some(Part { field, collect, owner: _ }), .. }) => {
            quote!(row.take::<#read>()?.0.#field #collect)
        }
        Some(Wrapper { read, .. }) => quote!(row.take::<#read>()?.0),
    }
}

/// Returns the next column as an option of `ty`.
pub(super) fn take_optional(form: Option<&Wrapper>, ty: &TokenStream) -> TokenStream {
    match form {
        None => quote!(row.take::<Option<#ty>>()?),
        Some(Wrapper { read, .. }) => quote!(row.take::<Option<#read>>()?.map(|v| v.0)),
    }
}

/// Returns the next column as a value of which NULL is the zero.
pub(super) fn take_or_default(form: Option<&Wrapper>) -> TokenStream {
    match form {
        None => quote!(row.take_or_default()?),
        Some(Wrapper { read, .. }) => quote!(row.take::<Option<#read>>()?.map(|v| v.0).unwrap_or_default()),
    }
}
