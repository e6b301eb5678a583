//! What two versions of a field can differ in.

use protostore_schema::{Asks, Label, Rules};

use super::{Datum, Storage};

/// What a comparison of two versions of a field must explain: a difference without a verdict is rejected.
#[derive(PartialEq)]
pub(crate) struct Facets {
    kind: &'static str,
    label: Label,
    packed: bool,
    group: bool,
    storage: &'static str,
    required: bool,
    immutable: bool,
    oneof: bool,
    counted: Option<protostore_schema::Counted>,
    column: Option<ColumnFacets>,
}

#[derive(PartialEq)]
struct ColumnFacets {
    ty: std::mem::Discriminant<protostore_schema::Type>,
    form: protostore_schema::Form,
    nullable: bool,
    default_zero: bool,
    non_zero: bool,
    null_for_zero: bool,
    reference: Option<(protostore_schema::OnDelete, bool)>,
    generated: Option<protostore_schema::Generated>,
    redacted: bool,
    rules: Rules,
}

/// Returns rules without the numbers of a closed enum, which are the enum's.
fn without_numbers(rules: &Rules) -> Rules {
    let mut rules = rules.clone();
    for rule in rules.all.iter_mut().filter(|rule| rule.name == "enum.defined_only") {
        rule.asks = Asks::In(Vec::new());
    }
    rules
}

impl Facets {
    /// Leaves out which default its column has, which no message says.
    pub(crate) fn without_default(self) -> Self {
        Self { column: self.column.map(|column| ColumnFacets { default_zero: false, ..column }), ..self }
    }
}

impl Datum<'_> {
    /// Returns everything about it but names and what is inside its message.
    pub(crate) fn facets(&self) -> Facets {
        let child = match self.storage {
            Storage::Child(child) => Some(child),
            _ => None,
        };
        Facets {
            kind: self.field.kind.word(),
            label: self.field.label,
            packed: self.field.packed,
            group: self.field.group,
            storage: self.storage.word(),
            required: self.is_required(),
            immutable: self.immutable,
            oneof: self.oneof.is_some(),
            counted: child.map(|child| child.counted),
            column: self.column().map(|column| ColumnFacets {
                ty: std::mem::discriminant(&column.ty),
                form: column.form,
                nullable: column.nullable,
                default_zero: column.default_zero,
                non_zero: column.non_zero,
                null_for_zero: matches!(self.storage, Storage::Column(scalar) if scalar.null_for_zero),
                reference: column.reference.as_ref().map(|to| (to.on_delete, to.enforced)),
                generated: column.generated,
                redacted: column.redacted,
                rules: without_numbers(&column.rules),
            }),
        }
    }
}
