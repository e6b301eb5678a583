//! What a synchronous closure writes through: all of it is kept, or nothing.

use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::view::View;
use crate::engine::Engine;
use crate::error::Result;
use crate::fixed::Fixed;
use crate::mask::Mask;
use crate::meter::Meter;
use crate::once::{Answer, RequestId};
use crate::ops::{self, Delete, DeleteMany, InsertMany, Op, Update, WriteOp, once, prepare};
use crate::record::{Make, Mutable, Record, Revised, check};
use crate::session::{Part, Session};

/// One transaction of the store; it reads, as a [`View`] does, what it has written.
///
/// Each operation is prepared when it is called: the present time, and the ids that are made for it, are fixed then. A closure
/// that runs again calls them anew, so that they may get other ones.
///
/// An operation that is refused undoes itself alone, so that a closure may go on after it: where it does, the closure is
/// undone and runs again, with the means to undo each operation alone. [`Tx::part`] undoes several together.
pub struct Tx<'a, E: Engine>(View<'a, E>);

impl<'a, E: Engine> Tx<'a, E> {
    pub(crate) fn new(session: &'a mut E::Session) -> Self {
        Self(View::going_on(session))
    }

    /// Writes a record that is not there yet, and returns it as it is stored: with what the store made.
    pub fn insert<R: Record>(&mut self, record: &R) -> Result<R> {
        check::storable(record)?;
        let mut record = record.clone();
        let mut fixed = Fixed::now();
        Make::insert(&mut record, &mut fixed, 0)?;
        self.operation("insert", R::TABLE.layout.name, |session| {
            E::wait(ops::insert(session, record, fixed.present()?))
        })
    }

    /// Writes records that are not there yet, all of them or none, and returns them as they are stored: as one operation, and
    /// without a copy of a record in which the store makes nothing that it takes from the database.
    ///
    /// ```
    /// # use protostore::{Engine, Record, Result, Tx};
    /// /// Inserts a batch, and counts it.
    /// fn insert_batch<R: Record, E: Engine>(tx: &mut Tx<'_, E>, batch: &[R]) -> Result<usize> {
    ///     Ok(tx.insert_many(batch.to_vec())?.len())
    /// }
    /// ```
    pub fn insert_many<R: Record>(&mut self, records: Vec<R>) -> Result<Vec<R>> {
        let mut op = InsertMany::new(records);
        let fixed = prepare(&mut op)?;
        let stored = self.operation(InsertMany::<R>::NAME, R::TABLE.layout.name, |session| {
            E::wait(op.run_prepared(session, &fixed))
        });
        match stored? {
            Some(stored) => Ok(stored),
            None => op.into_out(),
        }
    }

    /// Writes a record in place of the one with its key, if there is one, and returns it as it is stored.
    pub fn upsert<R: Mutable>(&mut self, record: &R) -> Result<R> {
        check::storable(record)?;
        let mut record = record.clone();
        let mut fixed = Fixed::now();
        let made = Make::upsert(&mut record, &mut fixed)?;
        self.operation("upsert", R::TABLE.layout.name, |session| {
            E::wait(ops::upsert(session, record, &made, fixed.present()?))
        })
    }

    /// Writes the members of a record that the mask names; the record must be there. Returns its new revision.
    pub fn update<R: Mutable>(&mut self, record: &R, mask: impl Into<Mask<R>>) -> Result<R::Revision> {
        let mask = mask.into();
        check::storable_in(record, &mask)?;
        self.run(Update::new(record.clone(), mask))
    }

    /// Deletes a record and its children, and says whether there was one.
    pub fn delete<R: Mutable>(&mut self, key: R::KeyRef<'_>) -> Result<bool> {
        self.run(Delete::<R>::new(R::own_key(key)))
    }

    /// Deletes a record of that revision and its children, and says whether there was one; another is left alone.
    pub fn delete_if<R: Revised>(&mut self, key: R::KeyRef<'_>, revision: R::Revision) -> Result<bool> {
        self.run(Delete::<R>::new(R::own_key(key)).if_revision(revision))
    }

    /// Deletes the records of these keys and their children, all of them or none, and returns how many there were.
    pub fn delete_many<'k, R: Mutable>(&mut self, keys: impl IntoIterator<Item = R::KeyRef<'k>>) -> Result<u64> {
        self.run(DeleteMany::<R>::new(keys.into_iter().map(R::own_key).collect()))
    }

    /// Runs any operation.
    pub fn run<O: Op>(&mut self, mut op: O) -> Result<O::Out> {
        let fixed = prepare(&mut op)?;
        self.replay(&op, &fixed)
    }

    /// Runs an operation with what was fixed for it when it was prepared, here or elsewhere: as a replica applies what
    /// another has logged.
    ///
    /// What [`Op::prepare`] refuses is not looked for again.
    pub fn replay<O: Op>(&mut self, op: &O, fixed: &Fixed) -> Result<O::Out> {
        self.operation(O::NAME, O::TABLE, |session| E::wait(op.run(session, fixed)))
    }

    /// Runs a closure in a part of the transaction: if it returns an error or panics, what it did is undone alone, and the
    /// transaction goes on. Parts nest.
    ///
    /// ```
    /// # use protostore::{Engine, Kind, Record, Result, Tx};
    /// /// Inserts all of a group or, where one of them is there already, none of it.
    /// fn insert_group<R: Record, E: Engine>(tx: &mut Tx<'_, E>, group: &[R]) -> Result<bool> {
    ///     let inserted = tx.part(|tx| group.iter().try_for_each(|record| tx.insert(record).map(drop)));
    ///     match inserted {
    ///         Ok(()) => Ok(true),
    ///         Err(e) if e.kind() == Kind::AlreadyExists => Ok(false),
    ///         Err(e) => Err(e),
    ///     }
    /// }
    /// ```
    pub fn part<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.inside(Part::Open, true, f)
    }

    /// Runs a closure, returns what it returned, and undoes what it did: it says what would happen.
    ///
    /// What is made for its operations, such as an id or a time, is not what a later run gets. On SQLite, the numbers that
    /// it took from sequences are given again.
    ///
    /// ```
    /// # use protostore::{Engine, Mutable, Result, Tx};
    /// /// Says whether a record could be deleted: an error says what keeps it.
    /// fn can_go<R: Mutable, E: Engine>(tx: &mut Tx<'_, E>, key: R::KeyRef<'_>) -> Result<bool> {
    ///     tx.dry_run(|tx| tx.delete::<R>(key))
    /// }
    /// ```
    pub fn dry_run<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.inside(Part::Open, false, f)
    }

    /// Runs a closure once, however often its request comes: what was answered is answered the same again, for a day, also
    /// after a crash, and the closure does not run.
    ///
    /// ```
    /// # use protostore::{Answer, Engine, Record, RequestId, Result, Tx};
    /// /// Inserts a record with what belongs to it.
    /// fn create<R: Record + Answer, E: Engine>(tx: &mut Tx<'_, E>, request: &RequestId, all: &[R]) -> Result<u64> {
    ///     tx.once(request, |tx| {
    ///         all.iter().try_for_each(|record| tx.insert(record).map(drop))?;
    ///         Ok(all.len() as u64)
    ///     })
    /// }
    /// ```
    ///
    /// The same id with another request is rejected with [`Kind::Invalid`](crate::Kind::Invalid). Where the closure fails,
    /// nothing was answered.
    pub fn once<A: Answer>(&mut self, request: &RequestId, f: impl FnOnce(&mut Self) -> Result<A>) -> Result<A> {
        let now = Fixed::now().present()?;
        let found = self.inside(Part::Operation, true, |tx| E::wait(once::answered(tx.0.session, request, now)))?;
        if let Some(answer) = found {
            return A::from_answer(&answer);
        }
        let answer = f(self)?;
        let kept = answer.to_answer();
        self.inside(Part::Operation, true, |tx| E::wait(once::keep(tx.0.session, request, kept, now)))?;
        Ok(answer)
    }

    /// Runs an operation, with the means to undo it alone.
    fn operation<T>(
        &mut self,
        name: &'static str,
        table: &'static str,
        run: impl FnOnce(&mut E::Session) -> Result<T>,
    ) -> Result<T> {
        let meter = Meter::begin(name, table);
        let done = meter.inside(|| self.inside(Part::Operation, true, |tx| run(tx.0.session)));
        meter.end(&done);
        done
    }

    fn inside<T>(&mut self, part: Part, kept: bool, run: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        E::wait(self.0.session.part(part))?;
        let done = catch_unwind(AssertUnwindSafe(|| run(self)));
        let end = if kept && matches!(done, Ok(Ok(_))) { Part::Keep } else { Part::Undo };
        let ended = E::wait(self.0.session.part(end));
        let done = done.unwrap_or_else(|panic| resume_unwind(panic))?;
        ended.map(|()| done)
    }
}

impl<'a, E: Engine> Deref for Tx<'a, E> {
    type Target = View<'a, E>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<E: Engine> DerefMut for Tx<'_, E> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<E: Engine> std::fmt::Debug for Tx<'_, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}
