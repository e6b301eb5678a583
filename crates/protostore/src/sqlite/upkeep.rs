//! Upkeep: backups, restoring them, other keys, verification, and what a store says about itself.
//!
//! What is done to an open store are methods of [`Store`](crate::Store): `backup`, `verify`, `status`, `keep`. What is done to
//! a file that no store has open needs no generated code: [`Database`], [`restore()`] and [`rotate()`].
//!
//! ```
//! # fn f(store: &protostore::Store, key: &protostore::Key) -> protostore::Result<()> {
//! use protostore::upkeep::{Anchor, CopyOptions};
//!
//! // While writing goes on.
//! let backup = store.backup("aurae.backup", key, &CopyOptions::new())?;
//! println!("{} has everything up to commit {}", backup.path.display(), backup.sequence);
//!
//! let report = store.verify(&Anchor::new().at_least(backup.sequence))?;
//! assert!(report.is_sound(), "{report}");
//! # Ok(()) }
//! ```

mod copies;
mod database;
mod downgrade;
mod exchange;
#[cfg(feature = "prost")]
mod export;
mod housework;
mod keeper;
mod rehearsal;
mod served;
mod sql;
mod status;
mod verify;

pub(in crate::sqlite) use exchange::Exchange;
pub(in crate::sqlite) use keeper::{Keeper, Work};

pub use copies::{Copied, CopyOptions, CopyProgress, Stage};
pub use database::{Database, FileOptions, restore, rotate};
pub use downgrade::{CopyBack, DowngradeOptions, Downgraded, Loss, TableChange, WayBack, downgrade};
#[cfg(feature = "prost")]
pub use export::{ExportOptions, Exported};
pub use keeper::{KeeperInfo, KeeperOptions, Kept};
pub use rehearsal::{PendingVersion, Rehearsal, Stop};
pub use sql::{Step, Value};
pub use status::{CacheStatus, FileStatus, GroupStatus, QueueStatus, Sizes, Status, TableRows, VersionStatus};
pub use verify::{Anchor, ChainHead, Check, Checked, VerifyReport};
