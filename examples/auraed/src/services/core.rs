//! The standard methods, written once for every record.

use std::time::Duration;

use aurae::Store;
use prost_types::FieldMask;
use protostore::{
    CallOptions, Error, FieldBehavior, Kind, Mask, Merge, Mutable, PageOf, PageTokens, ReadOp, Record, Wire,
};
use tonic::{Request, Response, Status};

use super::deadline;
use super::shown::Shown;
use crate::mask::UpdateMask;
use crate::page::Page;

/// What an answer is: the message, or the reason why there is none.
pub(super) type Answer<M> = Result<Response<M>, Status>;

/// What every service holds.
#[derive(Clone)]
pub(super) struct Core {
    pub(super) store: Store,
    /// How long a request may take; less, where its client says so.
    pub(super) within: Duration,
}

impl Core {
    /// Begins a request: returns its message, and this with a store that ends what the request asks of it in time.
    pub(super) fn begin<M>(&self, request: Request<M>) -> (Self, M) {
        let within = deadline::of(request.metadata()).map_or(self.within, |asked| asked.min(self.within));
        let store = self.store.with(CallOptions::new().within(within));
        (Self { store, within }, request.into_inner())
    }

    /// Returns what seals the tokens of pages.
    pub(super) fn tokens(&self) -> &PageTokens {
        self.store.page_tokens()
    }

    /// Returns one record as a message.
    pub(super) async fn get<R: Shown>(&self, key: R::KeyRef<'_>) -> Answer<R::Message> {
        if R::ALONE {
            let record = self.store.table::<R>().get(key).await?;
            return Ok(Response::new(record.ok_or_else(|| missing::<R>(key))?.into_response()));
        }
        let key = R::own_key(key);
        let read = self.store.read_async(move |r| {
            let key = R::borrow_key(&key);
            r.get::<R>(key)?.ok_or_else(|| missing::<R>(key))?.show_one(r)
        });
        Ok(Response::new(read.await?))
    }

    /// Returns a page of records as messages, and the token of the next page.
    pub(super) async fn list<R: Shown>(
        &self,
        page: &Page<'_, R>,
        list: impl ReadOp<Out = PageOf<R>> + 'static,
    ) -> Result<(Vec<R::Message>, String), Status> {
        let read = self.store.read_async(move |r| {
            let PageOf { records, next } = r.run(list)?;
            Ok((R::show(records, r)?, next))
        });
        let (messages, next) = read.await?;
        Ok((messages, page.token(next.as_ref())?))
    }

    /// Inserts a record and returns it as a message; no other can refer to it yet.
    pub(super) async fn create<R: Shown>(&self, record: R) -> Answer<R::Message> {
        Ok(Response::new(self.store.table::<R>().insert(record).await?.into_response()))
    }

    /// Changes the fields that the mask names, and returns the record as it is then.
    ///
    /// What is OUTPUT_ONLY is ignored, also in a mask, as [AIP-203](https://google.aip.dev/203) has it.
    pub(super) async fn update<R: Mutable + Shown>(
        &self,
        key: R::Key,
        mut given: R::Message,
        mask: Option<FieldMask>,
    ) -> Answer<R::Message> {
        given.clear_output_only();
        let UpdateMask { members, paths } = UpdateMask::<R>::of(mask, &given)?;
        let written = self.store.write_async(move |tx| {
            let key = R::borrow_key(&key);
            let old = tx.get::<R>(key)?.ok_or_else(|| missing::<R>(key))?.into_message();
            // The message may lack what is REQUIRED and not named, so it is made whole before it becomes a record.
            let (mut new, mut given) = (old.clone(), given.clone());
            given.keep_output_only(&old);
            new.merge_fields(&given, &paths)?;
            tx.update(&R::from_message(new)?, members.clone())?;
            tx.get::<R>(key)?.ok_or_else(|| missing::<R>(key))?.show_one(tx)
        });
        Ok(Response::new(written.await?))
    }

    /// Reads a record, changes it and writes it back, all in one transaction.
    pub(super) async fn change<R: Mutable + Shown>(
        &self,
        key: R::Key,
        change: impl Fn(&mut R) -> Result<(), Error> + Send + 'static,
    ) -> Answer<R::Message> {
        let written = self.store.write_async(move |tx| {
            let key = R::borrow_key(&key);
            let mut record = tx.get::<R>(key)?.ok_or_else(|| missing::<R>(key))?;
            change(&mut record)?;
            tx.update(&record, Mask::all())?;
            record.show_one(tx)
        });
        Ok(Response::new(written.await?))
    }

    /// Deletes a record, unless `refuse` says why not.
    pub(super) async fn delete<R: Mutable>(&self, key: R::Key, refuse: fn(&R) -> Result<(), Error>) -> Answer<()> {
        let deleted = self.store.write_async(move |tx| {
            let key = R::borrow_key(&key);
            refuse(&tx.get::<R>(key)?.ok_or_else(|| missing::<R>(key))?)?;
            tx.delete::<R>(key)
        });
        deleted.await?;
        Ok(Response::new(()))
    }

    /// Runs an operation that only reads.
    pub(super) async fn read<O: ReadOp + Sync + 'static>(&self, op: O) -> Result<O::Out, Status> {
        Ok(self.store.run(op).await?)
    }
}

/// Returns a value of a client as an error quotes it.
pub(super) fn quoted(value: &impl std::fmt::Debug) -> String {
    protostore::excerpt(&format!("{value:?}")).into_owned()
}

/// Says that there is no record of that key.
pub(super) fn missing<R: Record>(key: R::KeyRef<'_>) -> Error {
    Error::new(Kind::NotFound, format!("there is no {}", quoted(&R::own_key(key)))).in_table(R::TABLE.layout.name)
}

/// Says that the record is not in the state that the request needs.
pub(super) fn precondition<R: Record>(message: String) -> Error {
    Error::new(Kind::Precondition, message).in_table(R::TABLE.layout.name)
}

/// Turns the message of a request into the record that it describes, without what is OUTPUT_ONLY.
pub(super) fn record<R: Wire>(message: Option<R::Message>, field: &'static str) -> Result<R, Status> {
    Ok(R::from_request(set(message, field)?).map_err(|error| error.at(field))?)
}

/// Returns the message of a request, which must be set.
pub(super) fn set<M>(message: Option<M>, field: &'static str) -> Result<M, Status> {
    Ok(message.ok_or_else(|| Error::missing(field))?)
}
