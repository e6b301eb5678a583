//! The pages beside the code: the manifest and the README with its diagram.

mod diagram;
mod manifest;
mod readme;

pub(crate) use manifest::manifest;
pub(crate) use readme::readme;
