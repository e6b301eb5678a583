//! Conversions with the messages of the API: change the proto, and what was not regenerated does not compile.

use proc_macro2::{Ident, TokenStream};
use protostore_schema::{Absent, Alone, ChildTable, Group, Item, Node, Oneof, Place, Scalar, Table, Type, TypeName};
use quote::quote;

use super::form;
use super::tokens::{ident, message};
use super::types::{Definition, Scope, is_unit};

/// Returns the conversions of a record.
pub(super) fn record(scope: &Scope<'_, '_>, table: &Table) -> Vec<TokenStream> {
    let name = ident(&table.record.ty.rust);
    structure(scope, &quote!(#name), &table.record.ty, &table.record.nodes)
}

/// Returns the conversions of a type inside records.
pub(super) fn definition(scope: &Scope<'_, '_>, definition: &Definition<'_>) -> Vec<TokenStream> {
    match definition {
        Definition::Message { name, nodes, .. } => structure(scope, &scope.path(name), name, nodes),
        Definition::Oneof(oneof) => members(scope, oneof),
        Definition::Enum(_) => Vec::new(),
    }
}

fn structure(scope: &Scope<'_, '_>, record: &TokenStream, name: &TypeName, nodes: &[Node]) -> Vec<TokenStream> {
    let message = message(&name.message);
    let declared = Declared::of(scope, name);
    let allow = declared.allow();
    let names: Vec<_> = nodes.iter().map(|n| ident(&n.name().rust)).collect();
    let into = nodes.iter().map(|node| into_message(declared, node));
    let stored: Vec<&Node> = nodes.iter().filter(|node| !matches!(node, Node::Absent(_))).collect();
    let kept = stored.iter().map(|n| ident(&n.name().rust));
    let from = stored.iter().map(|node| from_message(scope, declared, node));
    let absent = nodes.iter().filter_map(refuse_absent);
    let value = if nodes.is_empty() { quote!(_) } else { quote!(value) };
    let of_record = if stored.is_empty() { quote!(_) } else { quote!(value) };
    vec![
        quote! {
            #allow
            impl From<#record> for #message {
                fn from(#of_record: #record) -> Self {
                    Self { #(#names: #into,)* }
                }
            }
        },
        quote! {
            #allow
            impl TryFrom<#message> for #record {
                type Error = protostore::Error;
                fn try_from(#value: #message) -> protostore::Result<Self> {
                    #(#absent)*
                    Ok(Self { #(#kept: #from,)* })
                }
            }
        },
    ]
}

/// Returns the refusal of a message that sets a field which is not stored.
fn refuse_absent(node: &Node) -> Option<TokenStream> {
    let Node::Absent(Absent { name, deprecated: _, relation }) = node else { return None };
    let (field, name) = (ident(&name.rust), &name.proto);
    let why = match relation {
        Some(_) => "shows rows of another table, so it must not be set",
        None => "is not stored, so it must not be set",
    };
    Some(quote! {
        if generated::is_set(&value.#field) {
            return Err(protostore::Error::invalid(#name, #why));
        }
    })
}

fn members(scope: &Scope<'_, '_>, oneof: &Oneof) -> Vec<TokenStream> {
    let (record, message) = (scope.path(&oneof.ty), message(&oneof.ty.message));
    let declared = Declared::of(scope, &oneof.ty);
    let allow = declared.allow();
    let variants: Vec<_> = oneof.variants.iter().map(|v| ident(&v.rust)).collect();
    let into = oneof.variants.iter().map(|v| match &v.node {
        Node::Scalar(scalar) if declared.is_plain(&scalar.column.ty) => quote!(v),
        node if single(node).is_some_and(|of| is_unit(of.message)) => quote!(v),
        node if single(node).is_some_and(|of| of.boxed) => quote!(Box::new(v.into())),
        _ => quote!(v.into()),
    });
    let from = oneof.variants.iter().map(|v| {
        let field = &v.node.name().proto;
        match &v.node {
            Node::Scalar(scalar) => match &scalar.column.ty {
                ty if declared.is_into(ty) => quote!(v.into()),
                Type::Timestamp | Type::Duration => quote!(v.try_into().map_err(|e: protostore::Error| e.at(#field))?),
                _ => quote!(v),
            },
            node if single(node).is_some_and(|of| is_unit(of.message)) => quote!(v),
            node if single(node).is_some_and(|of| of.boxed) => {
                quote!((*v).try_into().map_err(|e: protostore::Error| e.at(#field))?)
            }
            _ => quote!(v.try_into().map_err(|e: protostore::Error| e.at(#field))?),
        }
    });
    vec![
        quote! {
            #allow
            impl From<#record> for #message {
                fn from(value: #record) -> Self {
                    match value { #(#record::#variants(v) => Self::#variants(#into),)* }
                }
            }
        },
        quote! {
            #allow
            impl TryFrom<#message> for #record {
                type Error = protostore::Error;
                fn try_from(value: #message) -> protostore::Result<Self> {
                    Ok(match value { #(#message::#variants(v) => Self::#variants(#from),)* })
                }
            }
        },
    ]
}

/// Whose type a message is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Declared {
    /// The generated crate's own.
    Here,
    /// That of another crate, which chose the types of maps and bytes as prost allows it.
    Elsewhere,
}

impl Declared {
    fn of(scope: &Scope<'_, '_>, name: &TypeName) -> Self {
        if scope.is_external(&name.proto) { Self::Elsewhere } else { Self::Here }
    }

    /// Returns what is said of conversions between types that may be the same.
    fn allow(self) -> Option<TokenStream> {
        let allow =
            quote!(#[allow(clippy::useless_conversion, reason = "another crate chose the types of the message")]);
        (self == Self::Elsewhere).then_some(allow)
    }

    /// Returns whether record and message hold a value in the same type.
    fn is_plain(self, ty: &Type) -> bool {
        is_plain(ty) && !self.is_into(ty)
    }

    /// Returns whether a value becomes that of the other type by `Into`, both ways.
    fn is_into(self, ty: &Type) -> bool {
        matches!(ty, Type::Enum(_)) || self == Self::Elsewhere && *ty == Type::Bytes
    }

    /// Returns what turns all of a repeated field that is in one column into the collection of the other type.
    fn whole(self, scalar: &Scalar) -> Option<TokenStream> {
        match (self, &scalar.column.ty) {
            (Self::Elsewhere, Type::Repeated(repeated)) => Some(form::collected(repeated)),
            _ => None,
        }
    }

    /// Returns the collection of the other type, of elements that are in the same one.
    fn collection(self, field: &Ident, place: &Place) -> TokenStream {
        match (self, place) {
            (Self::Elsewhere, Place::Key(_)) => quote!(value.#field.into_iter().collect()),
            _ => quote!(value.#field),
        }
    }
}

/// Returns whether record and message hold a value in the same type, where protostore declares both.
fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Bool | Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 => true,
        Type::Float | Type::Double | Type::String | Type::Bytes => true,
        Type::Struct | Type::Value | Type::ListValue | Type::Any | Type::FieldMask => true,
        Type::Message(_) | Type::Repeated(_) => true,
        Type::Enum(_) | Type::Timestamp | Type::Duration => false,
    }
}

/// A message that is not repeated, in columns or in a table of its own.
struct Single<'n> {
    message: &'n TypeName,
    required: bool,
    boxed: bool,
}

fn single(node: &Node) -> Option<Single<'_>> {
    match node {
        Node::Group(Group { message, required, boxed, .. }) => {
            Some(Single { message, required: *required, boxed: *boxed })
        }
        Node::Child(ChildTable {
            place: Place::Alone(Alone { required, boxed, redacted: _ }),
            item: Item::Message { message, .. },
            ..
        }) => Some(Single { message, required: *required, boxed: *boxed }),
        Node::Scalar(_) | Node::Oneof(_) | Node::Child(_) | Node::Absent(_) => None,
    }
}

fn into_message(declared: Declared, node: &Node) -> TokenStream {
    let field = ident(&node.name().rust);
    if let Some(Single { message, required, boxed }) = single(node) {
        return match (is_unit(message), required, boxed) {
            (true, true, _) => quote!(Some(())),
            (true, false, _) => quote!(value.#field),
            (false, true, true) => quote!(Some(Box::new(value.#field.into()))),
            (false, false, true) => quote!(value.#field.map(|v| Box::new(v.into()))),
            (false, true, false) => quote!(Some(value.#field.into())),
            (false, false, false) => quote!(value.#field.map(Into::into)),
        };
    }
    match node {
        Node::Scalar(scalar) if declared.whole(scalar).is_some() => {
            let collected = declared.whole(scalar);
            quote!(value.#field #collected)
        }
        Node::Scalar(Scalar { optional, optional_in_message, column, .. }) => {
            match (optional, optional_in_message, declared.is_plain(&column.ty)) {
                (true, _, true) | (false, false, true) => quote!(value.#field),
                (true, _, false) => quote!(value.#field.map(Into::into)),
                (false, true, true) => quote!(Some(value.#field)),
                (false, true, false) => quote!(Some(value.#field.into())),
                (false, false, false) => quote!(value.#field.into()),
            }
        }
        Node::Absent(_) => quote!(Default::default()),
        Node::Oneof(_) => quote!(value.#field.map(Into::into)),
        Node::Group(_) => unreachable!("a group is one message"),
        Node::Child(child) => match (&child.item, &child.place) {
            (Item::Scalar(column), place) if declared.is_plain(&column.ty) => declared.collection(&field, place),
            (Item::Message { message, .. }, place) if is_unit(message) => declared.collection(&field, place),
            (_, Place::Position(_) | Place::Alone(_)) => quote!(value.#field.into_iter().map(Into::into).collect()),
            (_, Place::Key(_)) => quote!(value.#field.into_iter().map(|(k, v)| (k, v.into())).collect()),
        },
    }
}

fn from_message(scope: &Scope<'_, '_>, declared: Declared, node: &Node) -> TokenStream {
    let (field, name) = (ident(&node.name().rust), node.name().proto.rsplit('.').next().unwrap_or_default());
    let at = quote!(map_err(|e| e.at(#name))?);
    if let Some(Single { message, required, boxed }) = single(node) {
        let ty = scope.path(message);
        let set = if is_unit(message) {
            quote!(value.#field)
        } else if boxed {
            quote!(value.#field.map(|v| #ty::try_from(*v)).transpose().#at)
        } else {
            quote!(value.#field.map(#ty::try_from).transpose().#at)
        };
        return if required { quote!(#set.ok_or_else(|| protostore::Error::missing(#name))?) } else { set };
    }
    match node {
        Node::Scalar(scalar) if declared.whole(scalar).is_some() => {
            let collected = declared.whole(scalar);
            quote!(value.#field #collected)
        }
        Node::Scalar(scalar) => scalar_from(scope, declared, scalar),
        Node::Oneof(oneof) => {
            // The members name themselves.
            let ty = scope.path(&oneof.ty);
            quote!(value.#field.map(#ty::try_from).transpose()?)
        }
        Node::Child(child) => children_from(scope, declared, child),
        Node::Group(_) => unreachable!("a group is one message"),
        Node::Absent(_) => unreachable!("a record has no such field"),
    }
}

/// Returns the elements of a repeated field, or the entries of a map.
fn children_from(scope: &Scope<'_, '_>, declared: Declared, child: &ChildTable) -> TokenStream {
    let (field, name) = (ident(&child.field.rust), &child.field.proto);
    let ty = match &child.item {
        Item::Scalar(column) if declared.is_plain(&column.ty) => return declared.collection(&field, &child.place),
        Item::Scalar(column) if declared.is_into(&column.ty) => {
            let each = match &child.place {
                Place::Position(_) | Place::Alone(_) => quote!(Into::into),
                Place::Key(_) => quote!(|(k, v)| (k, v.into())),
            };
            return quote!(value.#field.into_iter().map(#each).collect());
        }
        Item::Scalar(column) => scope.scalar(&column.ty),
        Item::Message { message, .. } if is_unit(message) => return declared.collection(&field, &child.place),
        Item::Message { message, .. } => scope.path(message),
    };
    let each = match &child.place {
        Place::Position(_) | Place::Alone(_) => quote!(#ty::try_from),
        Place::Key(_) => quote!(|(k, v)| Ok((k, #ty::try_from(v).map_err(|e| e.at("value"))?))),
    };
    quote!(value.#field.into_iter().map(#each).collect::<protostore::Result<_>>().map_err(|e| e.at(#name))?)
}

fn scalar_from(scope: &Scope<'_, '_>, declared: Declared, scalar: &Scalar) -> TokenStream {
    let (field, name) = (ident(&scalar.name.rust), scalar.name.proto.rsplit('.').next().unwrap_or_default());
    let optional = match &scalar.column.ty {
        ty if declared.is_plain(ty) => quote!(value.#field),
        ty if declared.is_into(ty) => quote!(value.#field.map(Into::into)),
        ty => {
            let ty = scope.scalar(ty);
            quote!(value.#field.map(#ty::try_from).transpose().map_err(|e| e.at(#name))?)
        }
    };
    match (scalar.optional, scalar.optional_in_message) {
        (true, _) => optional,
        (false, true) => quote!(#optional.ok_or_else(|| protostore::Error::missing(#name))?),
        (false, false) => match &scalar.column.ty {
            ty if declared.is_plain(ty) => quote!(value.#field),
            ty if declared.is_into(ty) => quote!(value.#field.into()),
            _ => quote!(value.#field.try_into().map_err(|e: protostore::Error| e.at(#name))?),
        },
    }
}
