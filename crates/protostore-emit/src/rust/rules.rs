//! What refuses a value that breaks a rule, before it is written: `check_field` of a record, `Checked` of what is inside.

use proc_macro2::{Literal, TokenStream, TokenTree};
use protostore_schema::{Alone, ChildTable, Column, Counted, Item, Node, Oneof, Place, Rules, Table, Type};
use quote::quote;

use super::asks::{asks, most};
use super::form;
use super::tokens::ident;
use super::types::Scope;
use crate::says::says;

/// Returns the constant that says that there are rules, and the method; nothing where there are none.
pub(super) fn methods(table: &Table) -> TokenStream {
    let nodes = &table.record.nodes;
    if !nodes.iter().any(has_rules) {
        return TokenStream::new();
    }
    let ruled = nodes.iter().enumerate().filter(|(_, node)| has_rules(node));
    let arms: Vec<_> = ruled.map(|(i, node)| (Literal::usize_unsuffixed(i), steps(node))).collect();
    let body = if let [(index, steps)] = arms.as_slice() {
        quote! {
            if field != #index {
                return Ok(());
            }
            #(#steps)*
        }
    } else {
        let arms = arms.iter().map(|(index, steps)| quote!(#index => { #(#steps)* }));
        quote!(match field { #(#arms)* _ => {} })
    };
    let now = now(&body);
    quote! {
        const RULES: bool = true;

        fn check_field(&self, field: usize, #now: protostore::Timestamp) -> protostore::Result<()> {
            #body
            Ok(())
        }
    }
}

/// Returns the implementation for a message inside records; nothing where it has no rules.
pub(super) fn of_message(name: &str, nodes: &[Node]) -> Option<TokenStream> {
    if !nodes.iter().any(has_rules) {
        return None;
    }
    // A static belongs to a block of its own where several fields have one.
    let alone = nodes.iter().filter(|node| has_rules(node)).count() == 1;
    let steps = nodes.iter().flat_map(|node| {
        let is_plain = matches!(node, Node::Scalar(scalar) if !scalar.optional) && !alone;
        steps(node).into_iter().map(move |step| if is_plain { quote!({ #step }) } else { step })
    });
    Some(checked(&ident(name), &quote!(#(#steps)*)))
}

/// Returns the implementation for the members of a oneof; nothing where none has rules.
pub(super) fn of_oneof(oneof: &Oneof) -> Option<TokenStream> {
    if !oneof.variants.iter().any(|v| has_rules(&v.node)) {
        return None;
    }
    let name = ident(&oneof.ty.rust);
    let arms: Vec<_> = oneof
        .variants
        .iter()
        .filter(|v| has_rules(&v.node))
        .map(|variant| {
            let step = match &variant.node {
                Node::Scalar(scalar) => value(&scalar.name.proto, &scalar.column, &quote!(v)),
                node => inside(&node.name().proto, &quote!(v)),
            };
            (ident(&variant.rust), step)
        })
        .collect();
    let body = match (arms.as_slice(), oneof.variants.len()) {
        ([(member, step)], 1) => quote!(let Self::#member(v) = self; #step),
        ([(member, step)], _) => quote!(if let Self::#member(v) = self { #step }),
        (arms, all) => {
            let rest = (arms.len() < all).then(|| quote!(_ => {}));
            let arms = arms.iter().map(|(member, step)| quote!(Self::#member(v) => { #step }));
            quote!(match self { #(#arms)* #rest })
        }
    };
    Some(checked(&name, &body))
}

fn checked(name: &proc_macro2::Ident, body: &TokenStream) -> TokenStream {
    let now = now(body);
    quote! {
        impl generated::rules::Checked for #name {
            fn check(&self, #now: protostore::Timestamp) -> protostore::Result<()> {
                #body
                Ok(())
            }
        }
    }
}

/// Returns the name of the parameter that says what time it is, as it is written where the body does not use it.
fn now(body: &TokenStream) -> TokenStream {
    if uses_now(body) { quote!(now) } else { quote!(_now) }
}

fn uses_now(tokens: &TokenStream) -> bool {
    // A field may have that name as well.
    let mut is_field = false;
    tokens.clone().into_iter().any(|token| {
        let uses = match &token {
            TokenTree::Ident(ident) => ident == "now" && !is_field,
            TokenTree::Group(group) => uses_now(&group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        };
        is_field = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
        uses
    })
}

/// Returns whether anything is asked of a member, or of what is inside it.
fn has_rules(node: &Node) -> bool {
    match node {
        Node::Scalar(scalar) => !scalar.column.rules.is_empty(),
        Node::Group(group) => group.nodes.iter().any(has_rules),
        Node::Oneof(oneof) => oneof.required || oneof.variants.iter().any(|v| has_rules(&v.node)),
        Node::Child(child) => {
            let key = child.place.column().is_some_and(|key| !key.rules.is_empty());
            key || !child.counted.is_empty() || has_item_rules(&child.item)
        }
        Node::Absent(_) => false,
    }
}

/// Returns what a list or map says of rules to a write of one element: the constant, where all elements together are kept
/// to some, and the method that looks at the element.
pub(super) fn of_element(scope: &Scope<'_, '_>, child: &ChildTable) -> TokenStream {
    let counted = (!child.counted.is_empty()).then(|| {
        quote!(
            const COUNTED: bool = true;
        )
    });
    let label = &child.name.proto;
    let key = child.place.column().filter(|key| !key.rules.is_empty()).map(|key| {
        let reference = form::of(scope, key).map_or_else(|| quote!(place), |_| quote!(&place.0));
        value(label, key, &reference)
    });
    let item = match &child.item {
        Item::Scalar(column) if !column.rules.is_empty() => Some(value(label, column, &quote!(v))),
        Item::Message { .. } if has_item_rules(&child.item) => Some(inside(label, &quote!(v))),
        Item::Scalar(_) | Item::Message { .. } => None,
    };
    if key.is_none() && item.is_none() {
        return quote!(#counted);
    }
    let place = if key.is_some() { quote!(place) } else { quote!(_place) };
    let v = if item.is_some() { quote!(v) } else { quote!(_v) };
    let key = key.map(|key| quote!({ #key }));
    quote! {
        #counted

        fn check(#place: &Self::Place, #v: &Self::Item, now: protostore::Timestamp) -> protostore::Result<()> {
            #key
            #item
            Ok(())
        }
    }
}

fn has_item_rules(item: &Item) -> bool {
    match item {
        Item::Scalar(column) => !column.rules.is_empty(),
        Item::Message { nodes, .. } => nodes.iter().any(has_rules),
    }
}

/// Returns the statements that look at a member of `self`.
fn steps(node: &Node) -> Vec<TokenStream> {
    if !has_rules(node) {
        return Vec::new();
    }
    let (label, field) = (&node.name().proto, ident(&node.name().rust));
    match node {
        Node::Scalar(scalar) if scalar.optional => {
            let step = value(label, &scalar.column, &quote!(v));
            vec![quote!(if let Some(v) = &self.#field { #step })]
        }
        Node::Scalar(scalar) => vec![value(label, &scalar.column, &quote!(&self.#field))],
        Node::Group(group) if group.required => vec![inside(label, &quote!(&self.#field))],
        Node::Group(_) => {
            let step = inside(label, &quote!(v));
            vec![quote!(if let Some(v) = &self.#field { #step })]
        }
        Node::Oneof(oneof) => {
            let own = label.rsplit('.').next().unwrap_or_default();
            let unset =
                oneof.required.then(|| quote!(if self.#field.is_none() { return Err(generated::rules::unset(#own)); }));
            let members = oneof
                .variants
                .iter()
                .any(|v| has_rules(&v.node))
                .then(|| quote!(if let Some(v) = &self.#field { generated::rules::Checked::check(v, now)?; }));
            unset.into_iter().chain(members).collect()
        }
        Node::Child(ChildTable { place: Place::Alone(Alone { required: true, .. }), .. }) => {
            vec![inside(label, &quote!(&self.#field))]
        }
        Node::Child(ChildTable { place: Place::Alone(_), .. }) => {
            let step = inside(label, &quote!(v));
            vec![quote!(if let Some(v) = &self.#field { #step })]
        }
        Node::Child(child) => elements(label, &quote!(self.#field), child),
        Node::Absent(_) => Vec::new(),
    }
}

fn elements(label: &str, field: &TokenStream, child: &ChildTable) -> Vec<TokenStream> {
    let is_map = matches!(child.place, Place::Key(_));
    let Counted { min, max, unique } = child.counted;
    let mut steps = Vec::new();
    if min.is_some() || max.is_some() {
        let (few, many) =
            if is_map { ("map.min_pairs", "map.max_pairs") } else { ("repeated.min_items", "repeated.max_items") };
        let (min, max) = (Literal::u64_unsuffixed(min.unwrap_or(0)), most(max));
        steps.push(quote!(generated::rules::counted(#label, [#few, #many], #field.len(), #min, #max)?;));
    }
    if unique {
        let is_enum = matches!(&child.item, Item::Scalar(column) if matches!(column.ty, Type::Enum(_)));
        let values =
            if is_enum { quote!(&#field.iter().map(|v| i32::from(*v)).collect::<Vec<_>>()) } else { quote!(&#field) };
        steps.push(quote!(generated::rules::unique(#label, #values)?;));
    }
    if let Some(key) = child.place.column().filter(|key| !key.rules.is_empty()) {
        let step = value(label, key, &quote!(v));
        steps.push(quote!(for v in #field.keys() { #step }));
    }
    let step = match &child.item {
        Item::Scalar(column) if !column.rules.is_empty() => Some(value(label, column, &quote!(v))),
        Item::Message { .. } if has_item_rules(&child.item) => Some(inside(label, &quote!(v))),
        Item::Scalar(_) | Item::Message { .. } => None,
    };
    let values = if is_map { quote!(#field.values()) } else { quote!(&#field) };
    steps.extend(step.map(|step| quote!(for v in #values { #step })));
    steps
}

/// Returns the statement that looks inside a message.
fn inside(label: &str, reference: &TokenStream) -> TokenStream {
    quote!(generated::rules::Checked::check(#reference, now).map_err(|e| e.at(#label))?;)
}

/// Returns the statements that look at a value, by a reference to it.
fn value(label: &str, column: &Column, reference: &TokenStream) -> TokenStream {
    let Rules { but_zero, all } = &column.rules;
    let rules = all.iter().map(|rule| {
        let (name, asks, says) = (&rule.name, asks(&rule.asks), says(&rule.asks));
        quote!(generated::rules::Rule::new(#name, #asks, #says))
    });
    let new = if *but_zero { quote!(but_zero) } else { quote!(new) };
    let reference = if !matches!(column.ty, Type::Enum(_)) {
        reference.clone()
    } else if reference.to_string() == "v" {
        quote!(&i32::from(*v))
    } else {
        let place = reference.clone().into_iter().skip(1).collect::<TokenStream>();
        quote!(&i32::from(#place))
    };
    quote! {
        static RULES: generated::rules::Rules = generated::rules::Rules::#new(#label, &[#(#rules),*]);
        RULES.check(#reference, now)?;
    }
}
