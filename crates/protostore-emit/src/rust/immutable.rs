//! What of a child table is IMMUTABLE, as data for the run time, which compares a write with what is stored.

use proc_macro2::{Literal, TokenStream};
use protostore_schema::{ChildTable, Column, Form, Item, Node, Place, Scalar, Type};
use quote::quote;

/// A member of an element that keeps its value.
struct Member<'n> {
    column: &'n Column,
    /// Whether a message around that is unset is to it what its zero is.
    is_zero: bool,
}

/// Returns the constant of a child table; nothing where neither it nor one inside its elements is IMMUTABLE or holds what
/// is.
pub(super) fn constant(child: &ChildTable) -> Option<TokenStream> {
    if !child.with_nested().into_iter().any(concerns) {
        return None;
    }
    let columns = child.item_columns();
    let members = members(child).into_iter().map(|Member { column, is_zero }| {
        let at = columns.iter().position(|other| std::ptr::eq(*other, column)).expect("a member has a column");
        let (at, field) = (Literal::usize_unsuffixed(at), &column.name.proto);
        let zero = if is_zero {
            let zero = zero(&column.ty, column.form);
            quote!(Some(#zero))
        } else {
            quote!(None)
        };
        quote!(generated::ImmutableMember { at: #at, field: #field, zero: #zero })
    });
    let keyed = match child.place {
        Place::Position(_) => false,
        Place::Key(_) | Place::Alone(_) => true,
    };
    let (field, whole) = (&child.name.proto, child.immutable);
    Some(quote! {
        const IMMUTABLE: Option<&'static generated::Immutable> = Some(&generated::Immutable {
            field: #field,
            whole: #whole,
            keyed: #keyed,
            members: &[#(#members),*],
        });
    })
}

fn concerns(child: &ChildTable) -> bool {
    child.immutable || !members(child).is_empty()
}

fn members(child: &ChildTable) -> Vec<Member<'_>> {
    match &child.item {
        Item::Scalar(_) => Vec::new(),
        Item::Message { nodes, .. } => nodes.iter().flat_map(|node| below(node, false)).collect(),
    }
}

/// Returns the columns at or below a member that keep their values; `whole` says that the message around does.
fn below(node: &Node, whole: bool) -> Vec<Member<'_>> {
    match node {
        Node::Scalar(scalar) if whole => vec![Member { column: &scalar.column, is_zero: false }],
        Node::Scalar(scalar) if scalar.immutable => vec![Member { column: &scalar.column, is_zero: is_zero(scalar) }],
        Node::Scalar(_) | Node::Child(_) | Node::Absent(_) => Vec::new(),
        Node::Group(group) => {
            let whole = whole || group.immutable;
            let presence = whole.then_some(Member { column: &group.presence, is_zero: false });
            presence.into_iter().chain(group.nodes.iter().flat_map(|node| below(node, whole))).collect()
        }
        Node::Oneof(oneof) => oneof.variants.iter().flat_map(|variant| below(&variant.node, whole)).collect(),
    }
}

/// Returns whether the field is zero as long as the message around it is unset: a field without presence.
fn is_zero(scalar: &Scalar) -> bool {
    scalar.column.nullable && !scalar.optional_in_message && !scalar.null_for_zero
}

/// Returns the zero of a field without presence, as its column holds it.
fn zero(ty: &Type, form: Form) -> TokenStream {
    match (ty, form) {
        (_, Form::FullRange) => quote!(generated::Cell::Int(i64::MIN)),
        (Type::Repeated(repeated), Form::Json) => {
            let empty = if repeated.key.is_some() { "{}" } else { "[]" };
            quote!(generated::Cell::Text(#empty))
        }
        (Type::Float | Type::Double, Form::Own) => quote!(generated::Cell::Real(0.0)),
        (Type::String, Form::Own) => quote!(generated::Cell::Text("")),
        (Type::Bytes | Type::Repeated(_), _) | (_, Form::Bytes) => quote!(generated::Cell::Blob(&[])),
        _ => quote!(generated::Cell::Int(0)),
    }
}
