//! Writes what a store's protobuf files say, or checks that it is what is there.
//!
//! [`codegen`] and [`check`] compute the same files; one writes them, the other compares, so they cannot disagree.

mod answers;
pub mod arguments;
mod asked;
mod base;
mod breadth;
mod build_script;
mod cache;
mod canonical;
mod check;
mod codegen;
mod colours;
mod config;
mod difference;
mod disk;
mod export;
mod failure;
mod finding;
mod format;
mod line_endings;
mod made;
mod moved;
mod next;
mod past;
mod plan;
mod plugin;
mod project;
mod protos;
mod report;
mod request;
mod scan;
mod site;
mod sql;
mod structure;
mod sync;
mod texts;
mod trial;
mod tried;

pub use build_script::build_script;
pub use check::{Comparison, check};
pub use codegen::{codegen, codegen_all};
pub use colours::Colours;
pub use config::{Config, ConfigError, Dependency};
pub use export::export_protos;
pub use failure::Failure;
pub use finding::Finding;
pub use format::Format;
pub use made::MadeVersion;
pub use plugin::answer_plugin;
pub use project::{CrateOptions, Invocation, Project, Protos};
pub use protos::proto_files;
pub use report::{FailOn, Report};
pub use request::{Accept, Mode, Release, Request, Slug};
pub use site::{Site, describe, docs};
