//! A column as a snapshot has it: what it is by default is left out.

use serde::{Deserialize, Serialize};

use crate::{Column, Docs, Form, Generated, Kind, Name, Reference, Role, Rules, Type};

/// A column in a snapshot.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnText {
    name: Name,
    path: Vec<u32>,
    #[serde(default, skip_serializing_if = "is_value")]
    role: Role,
    /// Left out where it is the first that comes to mind for the type; null where there is none against expectation.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    kind: Option<Option<Kind>>,
    #[serde(rename = "type")]
    ty: Type,
    #[serde(default, skip_serializing_if = "Form::is_own")]
    form: Form,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    nullable: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    default_zero: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    non_zero: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    generated: Option<Generated>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    redacted: bool,
    #[serde(default, skip_serializing_if = "Rules::is_empty")]
    rules: Rules,
}

impl From<Column> for ColumnText {
    fn from(column: Column) -> Self {
        let kind = written_kind(&column);
        let Column { name, path, role, kind: _, ty, form, nullable, default_zero, non_zero, .. } = column;
        let Column { reference, generated, redacted, rules, docs: _, .. } = column;
        Self {
            name,
            path,
            role,
            kind,
            ty,
            form,
            nullable,
            default_zero,
            non_zero,
            reference,
            generated,
            redacted,
            rules,
        }
    }
}

impl From<ColumnText> for Column {
    fn from(text: ColumnText) -> Self {
        let ColumnText { name, path, role, kind, ty, form, nullable, default_zero, non_zero, .. } = text;
        let ColumnText { reference, generated, redacted, rules, .. } = text;
        let kind = kind.unwrap_or_else(|| usual(role, &ty));
        let docs = Docs::default();
        Self {
            name,
            path,
            role,
            kind,
            ty,
            form,
            nullable,
            default_zero,
            non_zero,
            reference,
            generated,
            redacted,
            rules,
            docs,
        }
    }
}

/// Returns the kind of a column, where it is not the usual one.
pub(crate) fn written_kind(column: &Column) -> Option<Option<Kind>> {
    (column.kind != usual(column.role, &column.ty)).then(|| column.kind.clone())
}

/// Returns the kind that a column of a type mostly is of.
pub(crate) fn usual(role: Role, ty: &Type) -> Option<Kind> {
    let known = |name: &str| Kind::Message(format!("google.protobuf.{name}"));
    if matches!(role, Role::Position | Role::Singleton) {
        return None;
    }
    Some(match ty {
        Type::Bool => Kind::Bool,
        Type::Int32 => Kind::Int32,
        Type::Int64 => Kind::Int64,
        Type::Uint32 => Kind::Uint32,
        Type::Uint64 => Kind::Uint64,
        Type::Float => Kind::Float,
        Type::Double => Kind::Double,
        Type::String => Kind::String,
        Type::Bytes => Kind::Bytes,
        Type::Enum(proto) => Kind::Enum(proto.clone()),
        Type::Timestamp => known("Timestamp"),
        Type::Duration => known("Duration"),
        Type::Struct => known("Struct"),
        Type::Value => known("Value"),
        Type::ListValue => known("ListValue"),
        Type::Any => known("Any"),
        Type::FieldMask => known("FieldMask"),
        Type::Message(message) => Kind::Message(message.proto.clone()),
        Type::Repeated(of) => return usual(role, &of.element),
    })
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
pub(crate) fn is_value(role: &Role) -> bool {
    *role == Role::Value
}

/// Tells null from what is left out.
pub(crate) fn there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Kind>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
