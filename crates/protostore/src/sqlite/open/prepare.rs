//! Bringing a file that was proven into the state in which it is served.

use std::path::PathBuf;

use rusqlite::Connection;

use super::identity::{Class, Standing};
use super::migrate::{self, Reporter};
use super::place::Place;
use super::refusal::Refusal;
use super::{Access, Log, Moved, copy, integrity};
use crate::info::Upgraded;
use crate::progress::Listener;
use crate::schema::Schema;
use crate::upgrade::Hooks;

/// What is known about the file, and what has been done to it.
pub(super) struct Preparation<'a> {
    pub(super) schema: &'static Schema,
    pub(super) class: Class,
    pub(super) place: &'a Place,
    pub(super) standing: &'a Standing,
    /// The version that the file had.
    pub(super) version: u32,
    /// Whether the last run was not closed,
    pub(super) crashed: bool,
    /// and whether damage is then looked for before the file is served.
    pub(super) check_first: bool,
    /// How the pages of a copy are to be; none where no copy is made before an upgrade.
    pub(super) access: Option<Access<'a>>,
    /// Who is told how far an upgrade is.
    pub(super) listener: &'a Listener,
    /// The methods of the program that an upgrade calls.
    pub(super) hooks: Option<&'a Hooks>,
    /// The upgrade that was made, and where the copy from before is.
    pub(super) upgraded: Option<(Upgraded, Option<PathBuf>)>,
}

impl Preparation<'_> {
    /// Brings the file to the newest version, and lets it say that a log must be beside it. One that may only be read stays
    /// as it is. It may be called again after it failed: what was upgraded is not upgraded again.
    pub(super) fn run(&mut self, writer: &mut Connection, log: &mut Log) -> Result<(), Refusal> {
        if self.standing.is_read_only() {
            log.forbid();
            return Ok(());
        }
        if self.crashed {
            let (store, check_first) = (self.schema.store, self.check_first);
            tracing::warn!(store, check_first, "the last run was not closed; looking for damage");
            if log.empty(writer).map_err(|why| Refusal::Engine("move its log into it", why))? == Moved::Nothing {
                return Err(Refusal::Locked(None));
            }
            if check_first {
                integrity::check(writer)?;
            }
        }
        if *self.standing == Standing::Older && self.upgraded.is_none() {
            self.upgraded = Some(self.upgrade(writer)?);
        }
        match log.begin(writer).map_err(|why| Refusal::Engine("be prepared", why))? {
            Moved::Whole => Ok(()),
            Moved::Nothing => Err(Refusal::Locked(None)),
        }
    }

    /// Upgrades the file, after it was copied.
    fn upgrade(&self, writer: &mut Connection) -> Result<(Upgraded, Option<PathBuf>), Refusal> {
        let Self { schema, class, place, version: from, access, listener, hooks, .. } = *self;
        if class == Class::Real {
            copy::room(writer, place)?;
        }
        let reporter = Reporter::new(listener);
        let made = access.map(|access| copy::copy(writer, place, access, schema, &reporter)).transpose()?;
        let upgraded = migrate::upgrade(writer, schema, class, from, made.as_ref(), (hooks, &reporter))?;
        if let Some(newest) = &made {
            copy::replace(place, newest);
        }
        let took_ms = upgraded.took.as_millis();
        tracing::info!(path = %place.path.display(), from, to = upgraded.to, took_ms, "upgraded the database");
        Ok((upgraded, made))
    }
}
