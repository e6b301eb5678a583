//! A parameter taken out of a list and kept, to ask the database about it after a refusal.

use super::{Bind, Binder};
use crate::error::{Error, Kind, Result};

/// One parameter, owned.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kept {
    /// NULL.
    Null,
    /// An integer.
    Int(i64),
    /// A real number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Kept {
    /// Keeps all parameters of a list, or says why one is refused.
    pub(crate) fn all(list: &impl Bind) -> Result<Vec<Self>> {
        let mut all = All(Vec::new());
        list.bind(&mut all)?;
        Ok(all.0)
    }

    /// Keeps the only parameter of a value, or says why it is refused.
    pub(crate) fn of(value: &impl Bind) -> Result<Self> {
        let mut pick = Pick { before: 0, found: None };
        value.bind(&mut pick)?;
        Ok(pick.found.unwrap_or(Self::Null))
    }
}

impl Bind for [Kept] {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.iter().try_for_each(|value| value.bind(b))
    }
}

impl Bind for Vec<Kept> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.iter().try_for_each(|value| value.bind(b))
    }
}

impl Bind for Kept {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        match self {
            Self::Null => b.null(),
            Self::Int(v) => b.int(*v),
            Self::Real(v) => b.real(*v),
            Self::Text(v) => b.text(v),
            Self::Blob(v) => b.blob(v),
        }
    }
}

/// A binder that keeps one parameter of a list and lets the others pass.
pub(crate) struct Pick {
    before: usize,
    found: Option<Kept>,
}

impl Pick {
    /// Returns parameter `at` of `list`, counted from 0.
    pub(crate) fn from(list: &impl Bind, at: usize) -> Option<Kept> {
        let mut pick = Self { before: at, found: None };
        list.bind(&mut pick).ok()?;
        pick.found
    }

    /// Says whether a value of a list is refused: what no column holds is in no row.
    pub(crate) fn refuses(list: &impl Bind) -> bool {
        list.bind(&mut Self { before: usize::MAX, found: None }).is_err()
    }

    fn see(&mut self, keep: impl FnOnce() -> Kept) -> Result<()> {
        if self.found.is_none() {
            match self.before.checked_sub(1) {
                Some(before) => self.before = before,
                None => self.found = Some(keep()),
            }
        }
        Ok(())
    }
}

impl Binder for Pick {
    fn null(&mut self) -> Result<()> {
        self.see(|| Kept::Null)
    }

    fn int(&mut self, v: i64) -> Result<()> {
        self.see(|| Kept::Int(v))
    }

    fn real(&mut self, v: f64) -> Result<()> {
        self.see(|| Kept::Real(v))
    }

    fn text(&mut self, v: &str) -> Result<()> {
        self.see(|| Kept::Text(v.to_owned()))
    }

    fn blob(&mut self, v: &[u8]) -> Result<()> {
        self.see(|| Kept::Blob(v.to_vec()))
    }

    fn refuse(&self, kind: Kind, why: &'static str) -> Error {
        Error::new(kind, why)
    }
}

/// All parameters of a list.
struct All(Vec<Kept>);

impl All {
    fn push(&mut self, value: Kept) -> Result<()> {
        self.0.push(value);
        Ok(())
    }
}

impl Binder for All {
    fn null(&mut self) -> Result<()> {
        self.push(Kept::Null)
    }

    fn int(&mut self, v: i64) -> Result<()> {
        self.push(Kept::Int(v))
    }

    fn real(&mut self, v: f64) -> Result<()> {
        self.push(Kept::Real(v))
    }

    fn text(&mut self, v: &str) -> Result<()> {
        self.push(Kept::Text(v.to_owned()))
    }

    fn blob(&mut self, v: &[u8]) -> Result<()> {
        self.push(Kept::Blob(v.to_vec()))
    }

    fn refuse(&self, kind: Kind, why: &'static str) -> Error {
        Error::new(kind, why)
    }
}
