//! What only generated code uses: its traits, its constructors and its macros. No part of the API: a run time may change
//! anything here together with the [`format!`] of generated code.

mod columns;
mod format;
pub mod merge;
mod options;
mod stmt;

pub use crate::__behaviors as behaviors;
pub use crate::__child_tables as child_tables;
pub use crate::__columns as columns;
pub use crate::__format as format;
pub use crate::__merge as merge;
pub use crate::__options as options;
pub use crate::__stmt as stmt;
pub use crate::life::{Cascade, Expire, Life, Names, Revisions, SoftDelete};
pub use crate::record::{
    Around, Both, By, Chain, ChainOf, ChildTable, Children, EditedList, EditedMap, EditedValues, Element, Fill,
    Immutable, ImmutableMember, ListEdits, Made, Make, MapEdits, MapKey, Nested, Numbered, RevisionField, Sequence,
    chain_of, entries, positions,
};
pub use crate::redacted::Redacted;
pub use crate::schema::{Listing, OrderBy, Param, ParamRole, Range, Stmt};
pub use crate::upgrade::{UpgradedRow, has_no_value};
pub use crate::value::{Bad, Binder, Cell, Decode, Row, Value, Zero, is_set, nonzero};
pub use protostore_sql::Clock;
pub use stmt::of_engine;

/// SQL as trees: what the condition of a partial index is built of.
pub use protostore_sql as sql;

/// What the rules of fields are made of.
pub mod rules {
    #[cfg(feature = "pattern")]
    pub use crate::rules::Pattern;
    pub use crate::rules::{Asks, Checked, Format, Literal, Rule, Rules, Subject, Subjected, counted, unique, unset};
}
