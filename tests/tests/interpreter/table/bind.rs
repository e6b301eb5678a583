//! The columns of a message's members, in the order of the statements.

use prost_reflect::{DynamicMessage, Value};
use protostore::Error;
use protostore::generated::Binder;
use protostore_schema::{Alone, Column, Node, Place, Scalar, Type};

use super::{Parameters, field, put, set_message};

/// The row so far.
pub(super) struct Bound<'a> {
    pub(super) table: &'a str,
    pub(super) parameters: Parameters,
}

impl Bound<'_> {
    /// Puts a value, or names the column that does not hold it.
    pub(super) fn put(&mut self, column: &Column, value: &Value) -> Result<(), Error> {
        let refused = |e: Error| e.at(column.name.proto.clone()).in_table(self.table.to_owned());
        put(&mut self.parameters, column, value).map_err(refused)
    }

    fn missing(&self, field: &str) -> Error {
        Error::missing(field.to_owned()).in_table(self.table.to_owned())
    }
}

/// Appends the columns of a message's members; of a message that is not set, all but the presences are NULL.
pub(super) fn bind(nodes: &[Node], message: Option<&DynamicMessage>, row: &mut Bound<'_>) -> Result<(), Error> {
    for node in nodes {
        match node {
            Node::Scalar(scalar) => bind_scalar(scalar, message, row)?,
            Node::Group(group) => {
                let inner = message.and_then(|m| set_message(m, &group.name.proto));
                if group.required && message.is_some() && inner.is_none() {
                    return Err(row.missing(&group.presence.name.proto));
                }
                row.parameters.int(inner.is_some().into())?;
                bind(&group.nodes, inner.as_ref(), row)?;
            }
            Node::Oneof(oneof) => {
                for variant in &oneof.variants {
                    bind(std::slice::from_ref(&variant.node), message, row)?;
                }
            }
            Node::Absent(absent) => {
                if let Some(message) = message
                    && message.has_field(&field(message, &absent.name.proto))
                {
                    let says = "is not stored, so it must not be set";
                    return Err(Error::invalid(absent.name.proto.clone(), says).in_table(row.table.to_owned()));
                }
            }
            Node::Child(child) => {
                if let (Place::Alone(Alone { required: true, .. }), Some(message)) = (&child.place, message)
                    && set_message(message, &child.field.proto).is_none()
                {
                    return Err(row.missing(&child.name.proto));
                }
            }
        }
    }
    Ok(())
}

fn bind_scalar(scalar: &Scalar, message: Option<&DynamicMessage>, row: &mut Bound<'_>) -> Result<(), Error> {
    let Some(message) = message else { return row.parameters.null() };
    let field = field(message, &scalar.name.proto);
    let is_set = message.has_field(&field);
    if !is_set && (scalar.optional || scalar.null_for_zero) {
        return row.parameters.null();
    }
    if !is_set && scalar.optional_in_message {
        return Err(row.missing(&scalar.column.name.proto));
    }
    let value = message.get_field(&field).into_owned();
    if let Type::Repeated(_) = scalar.column.ty {
        let mut alone = DynamicMessage::new(field.parent_message().clone());
        alone.set_field(&field, value);
        return row.put(&scalar.column, &Value::Message(alone));
    }
    row.put(&scalar.column, &value)
}
