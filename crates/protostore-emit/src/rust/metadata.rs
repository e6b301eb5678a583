//! `static TABLE`: what the run time knows of a table, as data.

use proc_macro2::{Ident, Literal, TokenStream};
use protostore_schema::{ChildTable, Column, Index, Node, Role, Type, foreign_key_name, key_name};
use quote::quote;

use super::column_rows;
use super::statement::{reading, statement};
use super::tokens::{ident, sql};
use super::types::Scope;
use crate::plan::{ChildPlan, RecursionPlan, ReferencePlan, RevisionPlan, SequencePlan, Statement, TablePlan};
use crate::sql::{Check, checks, child_checks};

/// Returns the static with the table's columns.
pub(super) fn columns(scope: &Scope<'_, '_>, TablePlan { table, .. }: &TablePlan<'_>) -> TokenStream {
    let name = (&ident("COLUMNS"), table.name.sql.as_str());
    column_rows::item(scope, name, &table.all_columns(), &table.foreign_keys)
}

/// Returns the static with a child table's columns.
pub(super) fn child_columns(scope: &Scope<'_, '_>, child: &ChildTable) -> TokenStream {
    let name = (&column_rows::name_of_child(&scope.marker(child)), child.name.sql.as_str());
    column_rows::item(scope, name, &child.columns(), &child.foreign_keys)
}

/// Returns the table's metadata.
pub(super) fn table(scope: &Scope<'_, '_>, plan: &TablePlan<'_>) -> TokenStream {
    let TablePlan {
        table,
        get,
        insert,
        upsert,
        delete,
        page_first,
        page_after,
        get_many,
        delete_many,
        references,
        referrers,
        recursions,
        touches,
        sequences,
        ..
    } = plan;
    let (number, record) = (Literal::u32_unsuffixed(table.number), &table.record.ty.proto);
    let name = &table.name.sql;
    let key = &table.key;
    let constraints = constraints(name, key.iter().map(String::as_str), &table.indexes, None);
    let columns = ident("COLUMNS");
    let layout = layout((name, name), &columns, &constraints, references, &checks(&table.record.nodes));
    let children = table.descendants().into_iter().map(|child| scope.marker(child));
    let fields = table.record.nodes.iter().map(|node| field(node, key));
    let referrers = referrers.iter().map(|plan| referrer(plan.table, plan.relation, &plan.columns, &plan.names));
    let recursions = recursions.iter().map(|RecursionPlan { table, columns }| {
        let field = together(columns);
        quote!(protostore::Recursion::new(#table, #field))
    });
    let sequences = sequences.iter().map(sequence);
    let [get, page_first, page_after] = [get, page_first, page_after].map(reading);
    let [insert, upsert, delete] = [insert, upsert, delete].map(statement);
    let [get_many, delete_many] = [get_many, delete_many].map(statement);
    let doc = super::tokens::lines([format!("What the run time knows of `{}`.", table.name.proto)]);
    quote! {
        #doc
        pub static TABLE: protostore::Table = protostore::Table {
            layout: #layout,
            number: #number,
            record: #record,
            key: &[#(#key),*],
            fields: &[#(#fields),*],
            referrers: &[#(#referrers),*],
            recursions: &[#(#recursions),*],
            touches: &[#(#touches),*],
            children: generated::child_tables![#(children::#children),*],
            sequences: &[#(#sequences),*],
            get: #get,
            insert: #insert,
            upsert: #upsert,
            delete: #delete,
            page_first: #page_first,
            page_after: #page_after,
            get_many: #get_many,
            delete_many: #delete_many,
        };
    }
}

/// Returns the metadata of the field that every write changes.
pub(super) fn revision(plan: &RevisionPlan<'_>) -> TokenStream {
    let RevisionPlan { member, counter, read } = plan;
    let (member, counter) = (Literal::u16_unsuffixed(*member), sequence(counter));
    let read = statement(read);
    quote! {
        /// The field that every write changes.
        static REVISION: generated::RevisionField = generated::RevisionField {
            member: #member,
            counter: #counter,
            read: #read,
        };
    }
}

/// Returns a child table's metadata.
pub(super) fn child(scope: &Scope<'_, '_>, plan: &ChildPlan<'_>) -> TokenStream {
    let ChildPlan { record, parent, child, member, insert, delete, load, load_many, load_range, references, .. } = plan;
    let checks = child_checks(child);
    let key = child.key_columns();
    let key = key.iter().map(|column| column.name.sql.as_str());
    let constraints = constraints(&child.name.sql, key, &child.indexes, Some((child, parent)));
    let columns = column_rows::name_of_child(&scope.marker(child));
    let layout = layout((&child.name.sql, record), &columns, &constraints, references, &checks);
    let path = child.path.iter().map(|number| Literal::u32_unsuffixed(*number));
    let field = &child.name.proto;
    let behaviors = scope.behaviors(&child.path).iter().map(|word| ident(word));
    let (member, key) = (Literal::u16_unsuffixed(*member), Literal::usize_unsuffixed(child.key_columns().len()));
    let [insert, load, load_many, load_range] = [insert, load, load_many, load_range].map(statement);
    let delete = match delete {
        Some(delete) => {
            let delete = statement(delete);
            quote!(Some(#delete))
        }
        None => quote!(None),
    };
    quote! {
        protostore::Child {
            layout: #layout,
            field: #field,
            path: &[#(#path),*],
            behaviors: generated::behaviors!(#(#behaviors)|*),
            member: #member,
            key: #key,
            insert: #insert,
            delete: #delete,
            load: #load,
            load_many: #load_many,
            load_range: #load_range,
        }
    }
}

/// Returns the macro that begins the statements of a table which read records: its columns are once in the file.
pub(super) fn select(plan: &TablePlan<'_>) -> TokenStream {
    let text = sql(&plan.get.text().head, false);
    let doc = super::tokens::lines([format!(
        "Reads rows of `{}`, the columns in the order in which a record is decoded.",
        plan.table.name.proto
    )]);
    quote! {
        #doc
        macro_rules! select {
            ($rest:literal) => { concat!(#text, "\n", $rest) };
        }
    }
}

/// Returns the key, the unique indexes and the foreign key to the table around, each by its name and columns.
fn constraints<'c>(
    table: &str,
    key: impl Iterator<Item = &'c str>,
    indexes: &[Index],
    around: Option<(&ChildTable, &str)>,
) -> TokenStream {
    let name = key_name(table);
    let uniques = indexes.iter().filter(|index| index.unique).map(|Index { name, columns, .. }| {
        let columns = columns.iter().map(|column| &column.column);
        quote!(protostore::Unique::new(#name, &[#(#columns),*]))
    });
    let owner = match around {
        None => quote!(None),
        Some((child, around)) => {
            let columns: Vec<&str> = child.owner.iter().map(|column| column.name.sql.as_str()).collect();
            let name = foreign_key_name(table, columns.iter().copied());
            quote!(Some(protostore::Owner::new(#name, &[#(#columns),*], #around)))
        }
    };
    quote! {
        key: protostore::Unique::new(#name, &[#(#key),*]),
        uniques: &[#(#uniques),*],
        owner: #owner,
    }
}

fn layout(
    (name, record): (&str, &str),
    columns: &Ident,
    constraints: &TokenStream,
    references: &[ReferencePlan<'_>],
    checks: &[Check<'_>],
) -> TokenStream {
    let relation = name;
    let references = references.iter().map(|plan| {
        let ReferencePlan { columns, table, key, hides, exists } = plan;
        let name = foreign_key(relation, columns);
        let (field, exists) = (together(columns), statement(exists));
        let columns = columns.iter().map(|column| &column.name.sql);
        quote! {
            protostore::ForeignKey {
                name: #name,
                columns: &[#(#columns),*],
                field: #field,
                table: #table,
                key: &[#(#key),*],
                hides: #hides,
                exists: #exists,
            }
        }
    });
    let checks = checks
        .iter()
        .map(|Check { name, place: _, all: _, field, says }| quote!(protostore::Check::new(#name, #field, #says)));
    quote! {
        protostore::Layout {
            name: #name,
            record: #record,
            columns: #columns,
            #constraints
            references: &[#(#references),*],
            checks: &[#(#checks),*],
        }
    }
}

fn sequence(plan: &SequencePlan<'_>) -> TokenStream {
    let (table, path, text) = (Literal::u32_unsuffixed(plan.table.number), plan.path(), plan.column.ty == Type::String);
    let (field, rows, column) = (&plan.column.name.proto, &plan.table.name.sql, &plan.column.name.sql);
    quote! {
        generated::Sequence {
            field: #field,
            table: #table,
            path: #path,
            rows: #rows,
            column: #column,
            text: #text,
        }
    }
}

/// Returns columns of a relation which keep the records that they name from being deleted.
pub(super) fn referrer(table: &str, relation: &str, columns: &[&Column], names: &Statement) -> TokenStream {
    let (name, field, names) = (foreign_key(relation, columns), together(columns), statement(names));
    let columns = columns.iter().map(|column| &column.name.sql);
    quote! {
        protostore::Referrer {
            name: #name,
            table: #table,
            columns: &[#(#columns),*],
            field: #field,
            names: #names,
        }
    }
}

/// Returns the name of the foreign key of columns.
fn foreign_key(relation: &str, columns: &[&Column]) -> String {
    foreign_key_name(relation, columns.iter().map(|column| column.name.sql.as_str()))
}

/// Returns the fields of columns as a refusal names them.
pub(super) fn together(columns: &[&Column]) -> String {
    columns.iter().map(|column| column.name.proto.as_str()).collect::<Vec<_>>().join(", ")
}

fn field(node: &Node, key: &[String]) -> TokenStream {
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let mut paths = vec![last(&node.name().proto)];
    if let Node::Oneof(oneof) = node {
        paths.extend(oneof.variants.iter().map(|v| last(&v.node.name().proto)));
    }
    let numbers = numbers(node).into_iter().map(Literal::u32_unsuffixed);
    let kind = match node {
        Node::Scalar(scalar) if scalar.column.role == Role::Value && key.contains(&scalar.column.name.sql) => {
            quote!(key)
        }
        Node::Child(_) => quote!(children),
        Node::Oneof(_) if node.columns().is_empty() => quote!(children),
        Node::Scalar(_) | Node::Group(_) | Node::Oneof(_) | Node::Absent(_) => quote!(value),
    };
    quote!(protostore::FieldOf::#kind(&[#(#paths),*], &[#(#numbers),*]))
}

/// Returns the numbers of a member's fields: one, or those of the members of a oneof.
fn numbers(node: &Node) -> Vec<u32> {
    match node {
        Node::Scalar(scalar) => scalar.column.path.clone(),
        Node::Group(group) => group.presence.path.clone(),
        Node::Child(child) => child.path.clone(),
        Node::Oneof(oneof) => oneof.variants.iter().flat_map(|variant| numbers(&variant.node)).collect(),
        Node::Absent(_) => Vec::new(),
    }
}
