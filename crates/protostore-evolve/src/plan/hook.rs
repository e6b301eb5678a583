//! A method of the program that gives values to rows that are there already.

use std::fmt;
use std::str::FromStr;

use super::{Plan, RustStep, Step};

/// A method of the program, and the place that it fills: of a field it gives the value in each row that has none, of a table
/// it rewrites each row.
///
/// Its text in the lock is `machine_owner 1:9`: the method, number of the table and path; `split_disk 1` of a table.
///
/// ```
/// use protostore_evolve::plan::Hook;
///
/// let hook: Hook = "machine_owner 1:9.2".parse().unwrap();
/// assert_eq!((hook.table, hook.path.as_slice()), (1, [9, 2].as_slice()));
/// assert_eq!(hook.to_string(), "machine_owner 1:9.2");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hook {
    /// The name of the method.
    pub method: String,
    /// The table's number.
    pub table: u32,
    /// Field numbers from the record down; none of a table.
    pub path: Vec<u32>,
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, table, path } = self;
        let path: Vec<_> = path.iter().map(u32::to_string).collect();
        if path.is_empty() { write!(f, "{method} {table}") } else { write!(f, "{method} {table}:{}", path.join(".")) }
    }
}

/// A text that is no hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAHook(String);

impl fmt::Display for NotAHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no hook, as `machine_owner 1:9` is", self.0)
    }
}

impl std::error::Error for NotAHook {}

impl FromStr for Hook {
    type Err = NotAHook;

    fn from_str(text: &str) -> Result<Self, NotAHook> {
        let read = || {
            let (method, place) = text.split_once(' ')?;
            let (table, path) = place.split_once(':').unwrap_or((place, ""));
            let path: Option<Vec<u32>> = path.split('.').filter(|n| !n.is_empty()).map(|n| n.parse().ok()).collect();
            Some(Self { method: method.to_owned(), table: table.parse().ok()?, path: path? })
        };
        read().filter(|hook: &Self| !hook.method.is_empty()).ok_or_else(|| NotAHook(text.to_owned()))
    }
}

impl Plan {
    /// Returns the methods of the program that the way up calls, in the order of its steps.
    #[must_use]
    pub fn hooks(&self) -> Vec<Hook> {
        let hook = |step: &Step| match step {
            Step::Rust { place, by: RustStep::Hook { method, path } } => {
                Some(Hook { method: method.clone(), table: place.table, path: path.clone() })
            }
            _ => None,
        };
        self.up.iter().filter_map(hook).collect()
    }
}
