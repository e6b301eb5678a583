//! The targets: each takes bytes of a stranger and says by a panic that it found something.

pub mod targets;
