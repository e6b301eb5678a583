//! Compiles protobuf files and lowers a store message to a schema, or to every diagnostic.
//!
//! [`compile`] turns files into descriptors, [`lower`] turns the descriptors of one store message into a
//! [`Schema`](protostore_schema::Schema).
//! Nothing is skipped: what cannot be stored exactly is a [`Diagnostic`] with its place and its repair.

mod annotations;
mod candidates;
mod code;
mod compile;
mod diagnostic;
mod files;
mod limits;
mod lower;
mod lowered;
mod names;
mod nearest;
mod option_text;
mod regular;
mod resolver;
mod served;
mod sources;

pub use candidates::Candidate;
pub use code::{Code, note_explanation};
pub use compile::{Compiled, DescriptorInputs, Inputs, PluginRequest, compile, compile_descriptors, compile_within};
pub use diagnostic::{Diagnostic, Diagnostics};
pub use limits::Limits;
pub use lower::{lower, lower_after};
pub use lowered::{Backfill, Dropped, Hook, Lowered};
pub use nearest::nearest;
pub use regular::{file_kind, read_regular};
pub use resolver::{carried, read_import};
