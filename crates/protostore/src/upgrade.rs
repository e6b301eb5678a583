//! What an upgrade asks of the program: methods that give values to rows which no SQL can give.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// Why a method of the program gives a row no value: the end of a sentence that names the table and the key. The upgrade
/// stops, and nothing of it has changed.
///
/// ```
/// use protostore::RowRejected;
///
/// fn owner_of(id: &str) -> Result<String, RowRejected> {
///     let (_, owner) = id.split_once('@').ok_or(RowRejected::because("has no owner in the directory"))?;
///     Ok(owner.to_owned())
/// }
///
/// assert_eq!(owner_of("vm-1@ops").unwrap(), "ops");
/// assert_eq!(owner_of("vm-1").unwrap_err().to_string(), "has no owner in the directory");
/// ```
///
/// Whatever is an [`Error`](std::error::Error) becomes one by `?`.
#[derive(Clone, PartialEq, Eq)]
pub struct RowRejected(String);

impl RowRejected {
    /// Says why.
    pub fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl<E: std::error::Error> From<E> for RowRejected {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for RowRejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RowRejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowRejected({:?})", self.0)
    }
}

/// A row that an upgrade hands to a method of the program.
#[derive(Debug)]
pub struct UpgradedRow<'r> {
    /// The version that is being reached.
    pub version: u32,
    /// The name of the method.
    pub method: &'r str,
    /// The record as it was, encoded as the version before had it.
    pub old: &'r [u8],
    /// The fields that the method may change as the steps left them, encoded as this version has them.
    pub new: &'r [u8],
}

#[cfg(feature = "prost")]
impl UpgradedRow<'_> {
    /// Lets a function change the record, and returns its bytes.
    ///
    /// # Errors
    /// As the function says, or if the bytes are no such records.
    pub fn edit<Old, New>(
        &self,
        edit: impl FnOnce(&Old, &mut New) -> Result<(), RowRejected>,
    ) -> Result<Vec<u8>, RowRejected>
    where
        Old: prost::Message + Default,
        New: prost::Message + Default,
    {
        let old = Old::decode(self.old)?;
        let mut new = New::decode(self.new)?;
        edit(&old, &mut new)?;
        Ok(new.encode_to_vec())
    }

    /// Says that the program has no such method, which it was asked for before the upgrade began.
    #[must_use]
    pub fn unknown(&self) -> RowRejected {
        RowRejected::because(format!("{} is no method of this program", self.method))
    }
}

/// Returns whether a field of a record has no value: it is unset, or zero where that is the same.
pub fn has_no_value<T: Default + PartialEq>(field: &T) -> bool {
    *field == T::default()
}

/// The methods of a program; an upgrade calls them one row after the other.
#[derive(Clone)]
pub(crate) struct Hooks {
    names: &'static [&'static str],
    #[cfg_attr(
        not(feature = "prost"),
        allow(dead_code, reason = "only steps of the run time call methods, and they need prost")
    )]
    call: Arc<Mutex<Call>>,
}

type Call = dyn FnMut(&UpgradedRow<'_>) -> Result<Vec<u8>, RowRejected> + Send;

#[cfg_attr(
    not(feature = "prost"),
    allow(dead_code, reason = "only steps of the run time call methods, and they need prost")
)]
impl Hooks {
    /// Those of these names, which one function calls.
    pub(crate) fn new(
        names: &'static [&'static str],
        call: impl FnMut(&UpgradedRow<'_>) -> Result<Vec<u8>, RowRejected> + Send + 'static,
    ) -> Self {
        Self { names, call: Arc::new(Mutex::new(call)) }
    }

    /// Returns whether there is one of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// Calls one. A panic in it is why the row is rejected.
    pub(crate) fn call(&self, row: &UpgradedRow<'_>) -> Result<Vec<u8>, RowRejected> {
        let mut call = self.call.lock().unwrap_or_else(PoisonError::into_inner);
        catch_unwind(AssertUnwindSafe(|| call(row))).unwrap_or_else(|panic| {
            let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
            let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
            Err(RowRejected::because(words.map_or_else(|| "panicked".to_owned(), |words| format!("panicked: {words}"))))
        })
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names).finish()
    }
}

/// The methods of a program, for the options of generated code.
impl<E: crate::Engine> crate::Options<E> {
    /// Sets the methods of the program that upgrades call.
    #[doc(hidden)]
    #[must_use]
    pub fn __upgrades(
        mut self,
        names: &'static [&'static str],
        call: impl FnMut(&UpgradedRow<'_>) -> Result<Vec<u8>, RowRejected> + Send + 'static,
    ) -> Self {
        self.hooks = Some(Hooks::new(names, call));
        self
    }
}
