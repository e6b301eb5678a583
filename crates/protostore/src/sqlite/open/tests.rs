//! Opening, from inside: what needs the connections themselves, processes that are killed, and schemas at several versions.

mod copies;
mod creation;
mod fixture;
mod locking;
mod migrating;
mod refusals;
mod secrecy;
mod serving;
