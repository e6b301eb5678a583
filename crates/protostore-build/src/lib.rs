//! Writes what a store's protobuf files say, or checks that it is what is there.
//!
//! [`codegen`] and [`check`] compute the same files; one writes them, the other compares, so they cannot disagree.

mod answers;
mod breadth;
mod canonical;
mod check;
mod codegen;
mod difference;
mod disk;
mod failure;
mod line_endings;
mod moved;
mod past;
mod plan;
mod project;
mod protos;
mod report;
mod run_time;
mod scan;
mod sql;
mod structure;
mod sync;
mod texts;
mod trial;

pub use check::check;
pub use codegen::{Mode, codegen};
pub use failure::Failure;
pub use project::{Invocation, Project, Protos};
pub use report::{Finding, Report};
