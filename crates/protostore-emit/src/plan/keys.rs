//! A JSON list of keys as rows: a key is a value, or an array of its parts.

use protostore_schema::Column;
use protostore_sql::{Expr, Param, ParamRole, Select, Source, What};

use crate::sql::ty;

/// Returns the rows of a list of keys, which is of `field` where a refusal names one.
pub(super) fn rows<'s>(alias: Option<&'static str>, field: &'s str) -> Source<'s> {
    Source::Keys(alias, Param { field: field.into(), role: ParamRole::Keys, ty: None })
}

/// Returns the condition that ties rows to the keys of a list `o`: `c."_id" = o.value`.
pub(super) fn ties<'s>(alias: &'static str, key: &[&'s Column]) -> Vec<Expr<'s>> {
    key.iter().zip(parts(Some("o"), key)).map(|(c, value)| Expr::of(alias, &c.name.sql).equals(value)).collect()
}

/// Returns the condition that a row's key is in a list.
pub(super) fn listed<'s>(key: &[&'s Column]) -> Expr<'s> {
    Expr::tuple(super::own(key)).in_rows(Select::new(What::Exprs(parts(None, key)), rows(None, "")))
}

/// Returns the parts of a key, each as its column holds it.
fn parts<'s>(of: Option<&'static str>, key: &[&Column]) -> Vec<Expr<'s>> {
    let part = |at| (key.len() > 1).then_some(at);
    key.iter().enumerate().map(|(at, column)| Expr::Key { of, part: part(at), ty: ty(column) }).collect()
}
