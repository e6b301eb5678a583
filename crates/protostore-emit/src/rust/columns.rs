//! `mod columns`: the fields of a record as typed constants, by which masks, filters and orders name them.
//!
//! A message, a oneof, a list of messages is a constant and a module of the same name, with the fields inside it.
//! Every path is absolute, because the modules are named as fields are.

use proc_macro2::{Ident, Literal, TokenStream};
use protostore_schema::{ChildTable, Column, Form, Item, Name, Node, Oneof, Place, Scalar, Table, Type};
use quote::quote;

use super::form;
use super::tokens::{ident, lines, message};
use super::types::Scope;

/// Returns the declaration of the module, which is a file of its own.
pub(super) fn module() -> TokenStream {
    quote! {
        #[allow(non_upper_case_globals, reason = "spelled as the fields are")]
        pub mod columns;
    }
}

/// Returns the items of the module of a record's fields; `outside` spells types with their module.
pub(super) fn items(scope: &Scope<'_, '_>, outside: &Scope<'_, '_>, table: &Table) -> Vec<TokenStream> {
    let (module, record) = (ident(&table.record.module), ident(&table.record.ty.rust));
    let of = Of { scope, outside, key: &table.key, module, record };
    let nodes = table.record.nodes.iter().enumerate().filter(|(_, node)| !matches!(node, Node::Absent(_)));
    let fields = nodes.map(|(i, node)| of.node(node, Around::Record(Literal::usize_unsuffixed(i))));
    let import = (!is_empty(table)).then(|| of.import());
    import.into_iter().chain(fields).collect()
}

/// Returns whether no field of a record is stored, so that the module has nothing to name.
pub(super) fn is_empty(table: &Table) -> bool {
    table.record.nodes.iter().all(|node| matches!(node, Node::Absent(_)))
}

/// Returns the fields whose module of what is inside them has the name of a module beside it.
pub(super) fn meeting_modules(table: &Table) -> Vec<&str> {
    let beside = |node: &&Node| ["children", "columns"].contains(&node.name().rust.as_str());
    let has_module = |node: &&Node| match node {
        Node::Scalar(_) | Node::Absent(_) => false,
        Node::Group(group) => has_fields(&group.nodes),
        Node::Oneof(_) => true,
        Node::Child(child) => match &child.item {
            Item::Scalar(_) => false,
            Item::Message { nodes, .. } => has_fields(nodes),
        },
    };
    table.record.nodes.iter().filter(beside).filter(has_module).map(|node| node.name().rust.as_str()).collect()
}

fn has_fields(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| !matches!(node, Node::Absent(_)))
}

/// The record whose fields are named.
struct Of<'s, 't, 'n> {
    scope: &'s Scope<'t, 'n>,
    outside: &'s Scope<'t, 'n>,
    key: &'s [String],
    module: Ident,
    record: Ident,
}

/// What a field is in.
#[derive(Clone)]
enum Around<'s> {
    /// The record itself, at this place.
    Record(Literal),
    /// A message or oneof in the record's row; the column says whether the message is set.
    Inside(Option<&'s str>),
    /// The row of a message in a table of its own, of which each record has one at most; the column as below.
    Apart(&'s ChildTable, Option<&'s str>),
    /// The elements of a list or map; the column says whether the message around the field is set, inside the element.
    Element(&'s ChildTable, Option<&'s str>),
}

impl<'s> Around<'s> {
    /// Returns the inside of a message or oneof that is here.
    fn inside(&self, presence: Option<&'s str>) -> Self {
        match self {
            Self::Record(_) | Self::Inside(_) => Self::Inside(presence),
            Self::Apart(child, _) => Self::Apart(child, presence),
            Self::Element(child, _) => Self::Element(child, presence),
        }
    }

    fn presence(&self) -> Option<&'s str> {
        match self {
            Self::Record(_) => None,
            Self::Inside(presence) | Self::Apart(_, presence) | Self::Element(_, presence) => *presence,
        }
    }
}

impl Of<'_, '_, '_> {
    fn node(&self, node: &Node, around: Around<'_>) -> TokenStream {
        match node {
            Node::Scalar(scalar) => self.scalar(scalar, &around),
            Node::Group(group) => {
                let presence = group.presence.name.sql.as_str();
                let message = quote!(::protostore::columns::Message);
                let column = self.column(&message, &around, presence);
                let constant = constant(&group.name, &column, &quote!(.message()));
                let inner = around.inside(Some(presence));
                let module = self.submodule(&group.name.rust, group.nodes.iter().map(|n| (n, inner.clone())));
                quote!(#constant #module)
            }
            Node::Oneof(oneof) => self.oneof(oneof, &around),
            Node::Child(child) => self.child(child, &around),
            Node::Absent(_) => TokenStream::new(),
        }
    }

    fn scalar(&self, scalar: &Scalar, around: &Around<'_>) -> TokenStream {
        let ty = self.ty(&scalar.column);
        let zero = scalar.null_for_zero.then(|| {
            let nil = match scalar.column.ty {
                Type::String => quote!(Text),
                Type::Bytes => quote!(Blob),
                _ => quote!(Int),
            };
            let within = match around.presence() {
                Some(presence) => quote!(Some(#presence)),
                None => quote!(None),
            };
            quote!(.zero(::protostore::columns::Nil::#nil, #within))
        });
        let column = self.column(&ty, around, &scalar.column.name.sql);
        constant(&scalar.name, &column, &quote!(#zero))
    }

    fn oneof(&self, oneof: &Oneof, around: &Around<'_>) -> TokenStream {
        let (mut members, mut rows) = (Vec::new(), Vec::new());
        for variant in &oneof.variants {
            match &variant.node {
                Node::Group(group) => members.push((group.presence.name.sql.as_str(), true)),
                Node::Scalar(scalar) => members.push((scalar.column.name.sql.as_str(), false)),
                Node::Child(child) => rows.push(self.tied(child, around)),
                Node::Oneof(_) | Node::Absent(_) => unreachable!("a member of a oneof is a field of one value"),
            }
        }
        let members = members.into_iter().map(|(column, message)| quote!((#column, #message)));
        let ty = quote!(::protostore::columns::Oneof);
        let rows = (!rows.is_empty()).then(|| quote!(.or_rows(&[#(#rows),*])));
        let constant = constant(&oneof.name, &self.column(&ty, around, ""), &quote!(.oneof(&[#(#members),*]) #rows));
        let inner = around.inside(around.presence());
        let module = self.submodule(&oneof.name.rust, oneof.variants.iter().map(|v| (&v.node, inner.clone())));
        quote!(#constant #module)
    }

    fn child(&self, child: &ChildTable, around: &Around<'_>) -> TokenStream {
        let inside = match (&child.place, around) {
            (Place::Alone(_), Around::Record(_) | Around::Inside(_) | Around::Apart(..)) => Around::Apart(child, None),
            _ => Around::Element(child, None),
        };
        match &child.item {
            Item::Scalar(column) => {
                let ty = self.ty(column);
                constant(&child.field, &self.elements(&ty, child, around, &column.name.sql), &quote!())
            }
            Item::Message { nodes, .. } => {
                let ty = quote!(::protostore::columns::Message);
                let constant = constant(&child.field, &self.elements(&ty, child, around, ""), &quote!(.row()));
                let module = self.submodule(&child.field.rust, nodes.iter().map(|n| (n, inside.clone())));
                quote!(#constant #module)
            }
        }
    }

    /// Returns the type and the constructor of a column of one value, or of one in each element.
    fn column(&self, ty: &TokenStream, around: &Around<'_>, column: &str) -> (TokenStream, TokenStream) {
        let record = &self.record;
        match around {
            Around::Record(index) => {
                (quote!(::protostore::Col<#record, #ty>), quote!(::protostore::Col::member(#index, #column)))
            }
            Around::Inside(_) => (
                quote!(::protostore::Col<#record, #ty, ::protostore::columns::Inner>),
                quote!(::protostore::Col::inner(#column)),
            ),
            Around::Apart(child, _) => self.inner_apart(ty, child, column),
            Around::Element(child, _) => self.inner_elements(ty, child, column),
        }
    }

    /// Returns the type and the constructor of a repeated field, a map or a message in a table of its own.
    fn elements(
        &self,
        ty: &TokenStream,
        child: &ChildTable,
        around: &Around<'_>,
        column: &str,
    ) -> (TokenStream, TokenStream) {
        let (record, table) = (&self.record, self.table(child));
        let of = |place: TokenStream| quote!(::protostore::Col<#record, #ty, ::protostore::columns::#place>);
        match (around, &child.place) {
            (Around::Record(index), Place::Position(_)) => {
                (of(quote!(List<#table>)), quote!(::protostore::Col::list(#index, #column)))
            }
            (Around::Inside(_), Place::Position(_)) => {
                (of(quote!(InnerList<#table>)), quote!(::protostore::Col::inner_list(#column)))
            }
            (Around::Record(index), Place::Key(key)) => {
                let key = &key.name.sql;
                (of(quote!(Map<#table>)), quote!(::protostore::Col::map(#index, #key, #column)))
            }
            (Around::Inside(_), Place::Key(key)) => {
                let key = &key.name.sql;
                (of(quote!(InnerMap<#table>)), quote!(::protostore::Col::inner_map(#key, #column)))
            }
            (Around::Record(index), Place::Alone(_)) => {
                let data = self.data(child);
                (of(quote!(Apart)), quote!(::protostore::Col::apart(#index, #data, #column)))
            }
            (Around::Inside(_) | Around::Apart(..), Place::Alone(_)) => self.inner_apart(ty, child, column),
            (Around::Apart(..) | Around::Element(..), _) => self.inner_elements(ty, child, column),
        }
    }

    fn inner_apart(&self, ty: &TokenStream, child: &ChildTable, column: &str) -> (TokenStream, TokenStream) {
        let (record, data) = (&self.record, self.data(child));
        (
            quote!(::protostore::Col<#record, #ty, ::protostore::columns::InnerApart>),
            quote!(::protostore::Col::inner_apart(#data, #column)),
        )
    }

    /// Returns a member's table, and how its columns are tied to the row that the oneof is in.
    fn tied(&self, child: &ChildTable, around: &Around<'_>) -> TokenStream {
        let data = self.data(child);
        let owner: Vec<&str> = match around {
            Around::Record(_) | Around::Inside(_) => self.key.iter().map(String::as_str).collect(),
            Around::Apart(outer, _) | Around::Element(outer, _) => {
                outer.key_columns().into_iter().map(|c| c.name.sql.as_str()).collect()
            }
        };
        let ties = child.owner.iter().zip(owner).map(|(own, key)| {
            let own = &own.name.sql;
            quote!((#own, #key))
        });
        quote!((#data, &[#(#ties),*]))
    }

    fn inner_elements(&self, ty: &TokenStream, child: &ChildTable, column: &str) -> (TokenStream, TokenStream) {
        let (record, data) = (&self.record, self.data(child));
        match &child.place {
            Place::Position(_) | Place::Alone(_) => (
                quote!(::protostore::Col<#record, #ty, ::protostore::columns::Elements>),
                quote!(::protostore::Col::elements(#data, #column)),
            ),
            Place::Key(key) => {
                let (key, ty_of_key) = (&key.name.sql, self.ty(key));
                (
                    quote!(::protostore::Col<#record, #ty, ::protostore::columns::Entries<#ty_of_key>>),
                    quote!(::protostore::Col::entries(#data, #key, #column)),
                )
            }
        }
    }

    /// Returns the fields inside a message, oneof or element; nothing where it has none.
    fn submodule<'n>(&self, name: &str, nodes: impl Iterator<Item = (&'n Node, Around<'n>)>) -> TokenStream {
        let stored = nodes.filter(|(node, _)| !matches!(node, Node::Absent(_)));
        let fields: Vec<TokenStream> = stored.map(|(node, around)| self.node(node, around)).collect();
        if fields.is_empty() {
            return TokenStream::new();
        }
        let (doc, name, import) = (lines([format!("Inside `{name}`.")]), ident(name), self.import());
        quote! {
            #doc
            pub mod #name {
                #import
                #(#fields)*
            }
        }
    }

    fn import(&self) -> TokenStream {
        let (module, record) = (&self.module, &self.record);
        quote!(use crate::records::#module::#record;)
    }

    /// Returns the type that stands for a child table.
    fn table(&self, child: &ChildTable) -> TokenStream {
        let (module, marker) = (&self.module, self.scope.marker(child));
        quote!(crate::records::#module::children::#marker)
    }

    fn data(&self, child: &ChildTable) -> TokenStream {
        let table = self.table(child);
        quote!(<#table as ::protostore::generated::ChildTable>::CHILD)
    }

    /// Returns what a column holds, in the form in which it does.
    fn ty(&self, column: &Column) -> TokenStream {
        let encoded = match &column.ty {
            Type::Message(message) => Some(message),
            Type::Repeated(repeated) => Some(&repeated.owner),
            _ => None,
        };
        if let Some(encoded) = encoded {
            let message = message(&encoded.message);
            if column.form == Form::Json {
                let of = self.scope.document(column);
                return quote!(::protostore::stored::document::Text<#of, crate::#message>);
            }
            return quote!(::protostore::stored::Encoded<crate::#message>);
        }
        if let Some(form) = form::of(self.outside, column) {
            let read = form.read;
            return quote!(::#read);
        }
        let spelled = self.outside.scalar(&column.ty);
        match column.ty {
            Type::Enum(_) => quote!(crate::records::#spelled),
            Type::Timestamp | Type::Duration => quote!(::#spelled),
            _ => spelled,
        }
    }
}

fn constant(name: &Name, (ty, made): &(TokenStream, TokenStream), more: &TokenStream) -> TokenStream {
    let doc = lines([format!("`{}`.", name.proto.rsplit('.').next().unwrap_or_default())]);
    let name = ident(&name.rust);
    quote! { #doc pub const #name: #ty = #made #more; }
}
