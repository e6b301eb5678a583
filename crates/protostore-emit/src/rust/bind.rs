//! `impl Record`: the key, and how each member is bound to the columns that hold it.

use proc_macro2::{Literal, TokenStream};
use protostore_schema::{Node, Oneof, Scalar, Table, Type};
use quote::quote;

use super::form::{self, Wrapper};
use super::key_place;
use super::tokens::{ident, local};
use super::types::Scope;
use crate::plan::TablePlan;

/// Returns the implementation of `protostore::Record`.
pub(super) fn record(scope: &Scope<'_, '_>, plan: &TablePlan<'_>) -> TokenStream {
    let table = plan.table;
    let name = ident(&table.record.ty.rust);
    let key = Key::of(scope, table);
    let (owned, borrowed, of_record, of_key, owning) =
        (key.owned(), key.borrowed(), key.of_record(), key.of_key(), key.owning());
    let children = super::children::list(scope, &table.children(), &quote!(children::));
    let arms = table.record.nodes.iter().enumerate().filter_map(|(i, node)| {
        let index = Literal::usize_unsuffixed(i);
        let steps = member(scope, node, &Parent::Value(quote!(self)), &node.name().rust);
        let single = steps.len() == 1;
        let body = sequence(steps)?;
        Some(if single {
            quote! { #index => #body, }
        } else {
            quote! { #index => { #body } }
        })
    });
    let check_key = key_place::check(table);
    let life = super::life::constant(table);
    let (keeps, generated) = super::generated::methods(table);
    let (revision, revised, revisions) = super::revision::parts(scope, table);
    let marker = super::revision::marker(table);
    let (chain, chained) = (super::chain::constant(table), super::chain::marker(table));
    let (touch, touched) = super::edits::touch(scope, plan);
    let bind = if table.columns().is_empty() {
        quote! {
            fn bind_field<B: generated::Binder>(&self, _: usize, _: &mut B) -> protostore::Result<()> { Ok(()) }
        }
    } else {
        quote! {
            fn bind_field<B: generated::Binder>(&self, field: usize, binder: &mut B) -> protostore::Result<()> {
                match field {
                    #(#arms)*
                    _ => Ok(()),
                }
            }
        }
    };
    let mutable = (!table.append_only).then(|| quote!(impl protostore::Mutable for #name {}));
    let rules = super::rules::methods(table);
    let fires = crate::sql::refuses_updates(table).then(|| {
        quote!(
            const FIRES: bool = true;
        )
    });
    let misnamed =
        table.record.nodes.iter().any(|node| node.name().rust == "key").then(
            || quote!(#[allow(clippy::misnamed_getters, reason = "a field is called `key`, and is not the key")]),
        );
    quote! {
        impl protostore::Record for #name {
            type Key = #owned;
            type KeyRef<'a> = #borrowed;
            type Children = #children;
            type Revision = #revision;
            const TABLE: &'static protostore::Table = &TABLE;
            #keeps
            #revised
            #chain
            #fires
            #rules
            #life
            #touch

            #misnamed
            fn key(&self) -> Self::KeyRef<'_> { #of_record }
            fn borrow_key(key: &Self::Key) -> Self::KeyRef<'_> { #of_key }
            fn own_key(key: Self::KeyRef<'_>) -> Self::Key { #owning }
            #check_key
            #bind
            #generated
            #revisions
            #touched
        }

        #mutable
        #marker

        #chained
    }
}

/// Returns the body that binds an element of a child table; nothing where it has no columns.
pub(super) fn item(scope: &Scope<'_, '_>, nodes: &[Node]) -> Option<TokenStream> {
    let parent = Parent::Value(quote!(item));
    let steps = nodes.iter().flat_map(|node| member(scope, node, &parent, &node.name().rust)).collect();
    sequence(steps)
}

/// Where a member's value is found.
enum Parent {
    /// In a struct that is there: `self`, `item`.
    Value(TokenStream),
    /// In a local of type `Option<&Message>`.
    Maybe(proc_macro2::Ident),
}

/// How long an argument may be, counted with a space between its tokens.
const MOST_OF_A_LINE: usize = 62;

/// A step: a binding that later steps use, or a call that may fail.
enum Step {
    Let(TokenStream),
    Put(TokenStream),
}

fn sequence(mut steps: Vec<Step>) -> Option<TokenStream> {
    let Some(Step::Put(last)) = steps.pop() else { return None };
    if steps.is_empty() {
        return Some(last);
    }
    let steps = steps.into_iter().map(|step| match step {
        Step::Let(tokens) => tokens,
        Step::Put(call) => quote!(#call?;),
    });
    Some(quote! { #(#steps)* #last })
}

fn member(scope: &Scope<'_, '_>, node: &Node, parent: &Parent, path: &str) -> Vec<Step> {
    match node {
        Node::Scalar(scalar) => scalar_of(scope, scalar, parent),
        Node::Group(group) => {
            let (field, name) = (ident(&group.name.rust), local(path));
            let found = match (parent, group.required) {
                (Parent::Value(value), false) => quote!(#value.#field.as_ref()),
                (Parent::Value(value), true) => quote!(Some(&#value.#field)),
                (Parent::Maybe(parent), false) => quote!(#parent.and_then(|v| v.#field.as_ref())),
                (Parent::Maybe(parent), true) => quote!(#parent.map(|v| &v.#field)),
            };
            let mut steps = vec![Step::Let(quote!(let #name = #found;))];
            steps.extend(group_of(scope, &group.nodes, name, path));
            steps
        }
        Node::Oneof(oneof) => oneof_of(scope, oneof, parent, path),
        Node::Child(_) | Node::Absent(_) => Vec::new(),
    }
}

fn group_of(scope: &Scope<'_, '_>, nodes: &[Node], name: proc_macro2::Ident, path: &str) -> Vec<Step> {
    let mut steps = vec![Step::Put(quote!(binder.put(&#name.is_some())))];
    let parent = Parent::Maybe(name);
    for node in nodes {
        steps.extend(member(scope, node, &parent, &format!("{path}_{}", node.name().rust)));
    }
    steps
}

fn scalar_of(scope: &Scope<'_, '_>, scalar: &Scalar, parent: &Parent) -> Vec<Step> {
    let (field, form) = (ident(&scalar.name.rust), form::of(scope, &scalar.column));
    let form = form.as_ref();
    let optional = match parent {
        Parent::Value(value) if scalar.null_for_zero => quote!(generated::nonzero(&#value.#field)),
        Parent::Value(value) if scalar.optional && form.is_some() => quote!(#value.#field.as_ref()),
        Parent::Value(value) => return vec![Step::Put(form::put_value(form, &quote!(#value.#field)))],
        Parent::Maybe(parent) if scalar.null_for_zero => quote!(#parent.and_then(|v| generated::nonzero(&v.#field))),
        Parent::Maybe(parent) if scalar.optional => quote!(#parent.and_then(|v| v.#field.as_ref())),
        Parent::Maybe(parent) => quote!(#parent.map(|v| &v.#field)),
    };
    // As an argument, what is this long would be broken over five lines.
    if optional.to_string().len() <= MOST_OF_A_LINE {
        return vec![Step::Put(form::put_optional(form, &optional))];
    }
    vec![Step::Let(quote!(let value = #optional;)), Step::Put(form::put_optional(form, &quote!(value)))]
}

fn oneof_of(scope: &Scope<'_, '_>, oneof: &Oneof, parent: &Parent, path: &str) -> Vec<Step> {
    let (field, ty) = (ident(&oneof.name.rust), scope.path(&oneof.ty));
    let (mut steps, set, whole) = match parent {
        Parent::Value(value) => (Vec::new(), quote!(&#value.#field), quote!(#value.#field.as_ref())),
        Parent::Maybe(parent) => {
            let name = local(path);
            let binding = quote!(let #name = #parent.and_then(|v| v.#field.as_ref()););
            (vec![Step::Let(binding)], quote!(#name), quote!(#name))
        }
    };
    let here: Vec<_> = oneof.variants.iter().filter(|v| !matches!(v.node, Node::Child(_))).collect();
    if here.is_empty() {
        return Vec::new();
    }
    for variant in here {
        let name = ident(&variant.rust);
        let arms = if oneof.variants.len() == 1 {
            quote!(#whole.map(|#ty::#name(v)| v))
        } else {
            quote!(match #set { Some(#ty::#name(v)) => Some(v), _ => None })
        };
        match &variant.node {
            Node::Group(group) => {
                let path = format!("{path}_{}", group.name.rust);
                let name = local(&path);
                steps.push(Step::Let(quote!(let #name = #arms;)));
                steps.extend(group_of(scope, &group.nodes, name, &path));
            }
            Node::Scalar(scalar) => {
                let name = local(&format!("{path}_{}", scalar.name.rust));
                steps.push(Step::Let(quote!(let #name = #arms;)));
                let form = form::of(scope, &scalar.column);
                steps.push(Step::Put(form::put_optional(form.as_ref(), &quote!(#name))));
            }
            Node::Oneof(_) | Node::Child(_) | Node::Absent(_) => {
                unreachable!("a member of a oneof is a field of one value")
            }
        }
    }
    steps
}

/// The key of a record: one value or a tuple; that of a singleton says nothing.
pub(super) struct Key {
    singleton: bool,
    parts: Vec<Part>,
}

/// A field of a key.
struct Part {
    /// The value in a record, borrowed where its type is.
    value: TokenStream,
    /// The type that owns it: where the value is wrapped, the wrapper.
    owned: TokenStream,
    /// The type that borrows it, if that is another.
    borrowed: Option<TokenStream>,
    form: Option<Wrapper>,
}

impl Key {
    /// Returns the key of a table's record.
    pub(super) fn of(scope: &Scope<'_, '_>, table: &Table) -> Self {
        let columns = if table.singleton.is_some() { Vec::new() } else { table.key_columns() };
        let parts = columns.into_iter().map(|column| {
            let value = key_place::value(table, column);
            let borrowed = match column.ty {
                Type::String => Some(quote!(&'a str)),
                Type::Bytes => Some(quote!(&'a [u8])),
                _ => None,
            };
            let form = form::of(scope, column);
            let owned = form.as_ref().map_or_else(|| scope.scalar(&column.ty), |form| form.read.clone());
            Part { value, owned, borrowed, form }
        });
        Self { singleton: table.singleton.is_some(), parts: parts.collect() }
    }

    /// Returns the type that owns a key: `String`, `(String, u64)`.
    pub(super) fn owned(&self) -> TokenStream {
        self.tuple(|_, part| part.owned.clone())
    }

    /// Returns the type that borrows a key: `&'a str`, `(&'a str, u64)`.
    fn borrowed(&self) -> TokenStream {
        self.tuple(|_, part| part.borrowed.as_ref().unwrap_or(&part.owned).clone())
    }

    fn of_record(&self) -> TokenStream {
        self.tuple(|_, Part { value, form, .. }| match form {
            Some(Wrapper { path, .. }) => quote!(#path(#value)),
            None => value.clone(),
        })
    }

    fn of_key(&self) -> TokenStream {
        if self.singleton {
            return quote!(*key);
        }
        self.tuple(|index, part| match (index, &part.borrowed) {
            (None, Some(_)) => quote!(key),
            (None, None) => quote!(*key),
            (Some(index), Some(_)) => quote!(&key.#index),
            (Some(index), None) => quote!(key.#index),
        })
    }

    fn owning(&self) -> TokenStream {
        if self.singleton {
            return quote!(key);
        }
        self.tuple(|index, part| {
            let key = index.map_or_else(|| quote!(key), |index| quote!(key.#index));
            if part.borrowed.is_some() { quote!(#key.to_owned()) } else { key }
        })
    }

    /// Returns what `part` makes of each field, which it is given with its place in the tuple, if there are several.
    fn tuple(&self, part: impl Fn(Option<Literal>, &Part) -> TokenStream) -> TokenStream {
        if self.singleton {
            return quote!(protostore::Singleton);
        }
        if let [one] = &self.parts[..] {
            return part(None, one);
        }
        let parts = self.parts.iter().enumerate().map(|(at, one)| part(Some(Literal::usize_unsuffixed(at)), one));
        quote!((#(#parts),*))
    }
}
