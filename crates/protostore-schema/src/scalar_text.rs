//! A field of one value as a snapshot has it: on one line with its column.

use serde::{Deserialize, Serialize};

use crate::column_text::{self, there, usual};
use crate::{Column, Docs, Form, Generated, Kind, Name, Reference, Role, Rules, Scalar, Type};

/// A field and its column in a snapshot.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScalarText {
    /// The column's.
    name: Name,
    /// The field's own, where it is not the last part of the column's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<Name>,
    path: Vec<u32>,
    #[serde(default, skip_serializing_if = "column_text::is_value")]
    role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    kind: Option<Option<Kind>>,
    #[serde(rename = "type")]
    ty: Type,
    #[serde(default, skip_serializing_if = "Form::is_own")]
    form: Form,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
    /// Where it is not `optional`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    optional_in_message: Option<bool>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    open: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    null_for_zero: bool,
    /// Where it is not `optional`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nullable: Option<bool>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    default_zero: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    non_zero: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    immutable: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deprecated: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    generated: Option<Generated>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    redacted: bool,
    #[serde(default, skip_serializing_if = "Rules::is_empty")]
    rules: Rules,
}

impl From<Scalar> for ScalarText {
    fn from(scalar: Scalar) -> Self {
        let Scalar { name, optional, optional_in_message, open, null_for_zero, immutable, deprecated, column } = scalar;
        let field = Some(name).filter(|name| *name != own(&column.name));
        let optional_in_message = Some(optional_in_message).filter(|is| *is != optional);
        let kind = column_text::written_kind(&column);
        let Column { name, path, role, kind: _, ty, form, nullable, default_zero, non_zero, .. } = column;
        let Column { reference, generated, redacted, rules, docs: _, .. } = column;
        let nullable = Some(nullable).filter(|is| *is != optional);
        Self {
            name,
            field,
            path,
            role,
            kind,
            ty,
            form,
            optional,
            optional_in_message,
            open,
            null_for_zero,
            nullable,
            default_zero,
            non_zero,
            immutable,
            deprecated,
            reference,
            generated,
            redacted,
            rules,
        }
    }
}

impl From<ScalarText> for Scalar {
    fn from(text: ScalarText) -> Self {
        let ScalarText { name, field, path, role, kind, ty, form, nullable, default_zero, non_zero, .. } = text;
        let ScalarText { optional, optional_in_message, open, null_for_zero, immutable, deprecated, .. } = text;
        let ScalarText { reference, generated, redacted, rules, .. } = text;
        let field = field.unwrap_or_else(|| own(&name));
        let kind = kind.unwrap_or_else(|| usual(role, &ty));
        let optional_in_message = optional_in_message.unwrap_or(optional);
        let nullable = nullable.unwrap_or(optional);
        let docs = Docs::default();
        let column = Column {
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
        };
        Self { name: field, optional, optional_in_message, open, null_for_zero, immutable, deprecated, column }
    }
}

/// Returns the name that a field mostly has whose column has this one.
fn own(column: &Name) -> Name {
    let own = column.proto.rsplit('.').next().unwrap_or_default().to_owned();
    Name { sql: own.clone(), rust: own.clone(), proto: own }
}
