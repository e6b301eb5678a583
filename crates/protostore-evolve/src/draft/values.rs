//! What rows say of values, for the steps that both schemas' tables and columns ask for.

use std::collections::BTreeMap;

use crate::plan::{ColumnId, Conversion, Fill, Guard, Motion, Place, Step};

/// What becomes of values.
#[derive(Default)]
pub(crate) struct Values {
    pub(crate) guards: Vec<Guard>,
    /// Values of columns that are added.
    pub(crate) fills: BTreeMap<ColumnId, Fill>,
    /// By the newer column: the older one, and what is done to its values, one after the other.
    pub(crate) conversions: BTreeMap<ColumnId, (ColumnId, Vec<Conversion>)>,
    /// By the older and the newer table: which rows go over.
    pub(crate) motions: BTreeMap<(Place, Place), Motion>,
    /// Steps that no difference of tables and columns tells.
    pub(crate) steps: Vec<Step>,
    /// Table number and path of what the run time carries over as a whole.
    pub(crate) recoded: Vec<(u32, Vec<u32>)>,
}

impl Values {
    /// Returns whether the run time carries over a column or table at this path.
    pub(crate) fn is_recoded(&self, table: u32, path: &[u32]) -> bool {
        self.recoded.iter().any(|(of, around)| *of == table && path.starts_with(around))
    }
}
