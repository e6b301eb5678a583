//! When a step may run where two versions are served at once.

use serde::{Deserialize, Serialize};

use super::{ObjectKind, Step};

/// When a step may run where two versions are served at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before any program of the newer version runs: it adds what the older does not know.
    Expand,
    /// In batches, while both run.
    Backfill,
    /// After the last program of the older version ended.
    Contract,
}

impl Step {
    /// Returns when it may run where two versions are served at once; on SQLite all phases are one transaction.
    ///
    /// ```
    /// use protostore_evolve::plan::{Phase, Place, Step};
    ///
    /// let place = Place { table: 1, path: Vec::new() };
    /// assert_eq!(Step::CreateTable { place: place.clone() }.phase(), Phase::Expand);
    /// assert_eq!(Step::DropTable { place }.phase(), Phase::Contract);
    /// ```
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self {
            Self::CreateTable { .. } | Self::AddColumn { .. } | Self::Count { .. } => Phase::Expand,
            Self::Make(object) => match object.kind {
                ObjectKind::Index => Phase::Expand,
                ObjectKind::Check
                | ObjectKind::NotNull
                | ObjectKind::ForeignKey
                | ObjectKind::Unique
                | ObjectKind::Trigger
                | ObjectKind::View => Phase::Contract,
            },
            Self::Fill { .. } | Self::Convert { .. } | Self::Move { .. } | Self::AddRows { .. } | Self::Rust { .. } => {
                Phase::Backfill
            }
            Self::Guard(_)
            | Self::DropTable { .. }
            | Self::RenameTable { .. }
            | Self::RenameColumn { .. }
            | Self::DropColumn { .. }
            | Self::Rekey { .. }
            | Self::Reparent { .. }
            | Self::Sweep { .. }
            | Self::Report { .. }
            | Self::ReportLists { .. }
            | Self::Drop(_)
            | Self::SameCount { .. }
            | Self::References => Phase::Contract,
        }
    }
}
