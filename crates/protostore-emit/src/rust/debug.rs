//! `impl Debug` of types with a member that is `debug_redact`; the others derive it.

use proc_macro2::TokenStream;
use protostore_schema::{Node, Oneof};
use quote::quote;

use super::tokens::ident;

/// Returns the implementation for a record or message; nothing where it may show all that it holds.
pub(super) fn of_struct(name: &str, nodes: &[Node]) -> Option<TokenStream> {
    if !nodes.iter().any(is_redacted) {
        return None;
    }
    let ident_of = ident(name);
    let fields = nodes.iter().filter(|node| !matches!(node, Node::Absent(_))).map(|node| {
        let field = ident(&node.name().rust);
        let label = &node.name().rust;
        let value = if is_redacted(node) { quote!(generated::Redacted) } else { quote!(self.#field) };
        quote!(.field(#label, &#value))
    });
    Some(quote! {
        impl std::fmt::Debug for #ident_of {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(#name)#(#fields)*.finish()
            }
        }
    })
}

/// Returns the implementation for the members of a oneof; nothing where it may show all that it holds.
pub(super) fn of_oneof(oneof: &Oneof) -> Option<TokenStream> {
    if !oneof.variants.iter().any(|variant| is_redacted(&variant.node)) {
        return None;
    }
    let name = ident(&oneof.ty.rust);
    let arms = oneof.variants.iter().map(|variant| {
        let (variant_name, label) = (ident(&variant.rust), &variant.rust);
        if is_redacted(&variant.node) {
            quote!(Self::#variant_name(_) => f.debug_tuple(#label).field(&generated::Redacted).finish(),)
        } else {
            quote!(Self::#variant_name(v) => f.debug_tuple(#label).field(v).finish(),)
        }
    });
    Some(quote! {
        impl std::fmt::Debug for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { #(#arms)* }
            }
        }
    })
}

fn is_redacted(node: &Node) -> bool {
    match node {
        Node::Scalar(scalar) => scalar.column.redacted,
        Node::Group(group) => group.presence.redacted,
        Node::Child(child) => child.place.is_redacted(),
        // Its members tell for themselves.
        Node::Oneof(_) | Node::Absent(_) => false,
    }
}
