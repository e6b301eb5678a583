//! Failing operations, power cuts and kills: three harnesses that break what is below a store, and look at what it keeps.
//!
//! - [`vfs`] is a layer between SQLite and the operating system: it counts, fails and records what SQLite does to its files.
//! - [`facts`] fills databases for upkeep, and says whether a file of one is whole.
//! - [`versions`] is a second version of the store, to which files are upgraded.
//! - [`work`] is the workload: a fixed list of writes, and the state of the store after each of them.
//! - [`images`] makes, of a recording, the files that a power cut could have left.
//!
//! Each harness has a control: a fault that a sound store cannot survive, such as a disk that forgets what it has synced.
//! A harness that does not notice its control is of no use, so that is a failure as well.

pub mod child;
pub mod facts;
pub mod images;
pub mod plan;
pub mod versions;
pub mod vfs;
pub mod work;
