//! The way back from a version, by the steps that the database itself has: no program that knows the versions is needed.

use rusqlite::Connection;

use super::super::bookkeeping::versions::Back;
use super::super::bookkeeping::{self};
use super::split::{Kind, split};
use super::{Cause, Reporter, run, structure};
use crate::info::Broken;

/// Says whether the steps back from a version can be carried out without its program, or why not.
pub(in crate::sqlite::open) fn is_runnable(versions: &[Back], back: &Back) -> Result<(), String> {
    let text = back.down.as_deref().unwrap_or_default();
    let mut lines = split(text)?.into_iter().filter(|piece| piece.kind == Kind::Line).peekable();
    if lines.peek().is_some() && versions.iter().any(|v| v.version <= back.version && v.snapshot.is_none()) {
        return Err("it reads messages of versions whose snapshots the database does not have".to_owned());
    }
    lines.try_for_each(|piece| line_is_known(piece.text))
}

/// Carries out the steps back from one version; or the step that failed, and why.
pub(in crate::sqlite::open) fn down(
    connection: &Connection,
    versions: &[Back],
    back: &Back,
    reporter: &Reporter,
) -> Result<(), (String, Cause)> {
    let text = back.down.as_deref().unwrap_or_default();
    let line = |json: &str| line(connection, json, versions, back.version, reporter);
    run::pieces(connection, text, (back.version, &back.slug), reporter, &line, &mut |_| false).map(drop)
}

/// Returns a database in memory with the structure that a version has: what its program said, or else what the steps back
/// make of that of a later version, without rows.
pub(in crate::sqlite::open) fn model(versions: &[Back], version: u32) -> Result<Connection, Cause> {
    let mut later = versions.iter().filter(|back| back.version >= version);
    let known = later.find(|back| back.whole.is_some()).ok_or("it does not say what its structure is to be")?;
    let model = Connection::open_in_memory()?;
    model.execute_batch(known.whole.as_deref().unwrap_or_default())?;
    bookkeeping::lay(&model)?;
    for back in versions.iter().rev().filter(|back| back.version > version && back.version <= known.version) {
        let text = back.down.as_deref().unwrap_or_default();
        let silent = Reporter::new(&crate::progress::Listener::default());
        // Without rows, what is left to the run time has nothing to do.
        run::pieces(&model, text, (back.version, &back.slug), &silent, &|_| Ok(None), &mut |_| false)
            .map_err(|(step, why)| format!("at {step} of the way back from version {}: {why}", back.version))?;
    }
    Ok(model)
}

/// Refuses where a database has not the structure of the model; returns the definitions of the model.
pub(in crate::sqlite::open) fn is_like(connection: &Connection, model: &Connection) -> Result<String, Cause> {
    structure::compare_with(connection, model)?;
    Ok(structure::definitions(model)?)
}

#[cfg(feature = "prost")]
fn line(
    connection: &Connection,
    json: &str,
    versions: &[Back],
    from: u32,
    reporter: &Reporter,
) -> Result<Option<Broken>, Cause> {
    use crate::stored::document::Catalog;

    let until = |version: u32| {
        let known = versions.iter().filter(|back| back.version <= version);
        Catalog::of(&known.filter_map(|back| back.snapshot.as_deref()).collect::<Vec<_>>())
    };
    super::steps::between(connection, json, [&|| until(from), &|| until(from - 1)], (None, reporter))
}

#[cfg(feature = "prost")]
fn line_is_known(json: &str) -> Result<(), String> {
    super::steps::read(json).map_err(|why| format!("only the program of the store can carry out a step of it ({why})"))
}

#[cfg(not(feature = "prost"))]
fn line(_: &Connection, _: &str, _: &[Back], _: u32, _: &Reporter) -> Result<Option<Broken>, Cause> {
    Err("this program was built without the feature prost, which such a step needs".into())
}

#[cfg(not(feature = "prost"))]
fn line_is_known(_: &str) -> Result<(), String> {
    Err("this program was built without the feature prost, which a step of it needs".to_owned())
}
