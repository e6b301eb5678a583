//! A round of the keeper: each batch is a request to the writer, as those of callers are, so that they share its groups.

use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, Params};

use super::keeper::{KeeperOptions, Kept, Work};
use crate::call::CallOptions;
use crate::error::{Error, Kind, Result};
use crate::fixed::Fixed;
use crate::life::SoftDelete;
use crate::once::KEPT_SECONDS;
use crate::ops::Batch;
use crate::session::{Part, Session, block, now};
use crate::sqlite::fault::fault;
use crate::sqlite::held::Held;
use crate::sqlite::job::Request;
use crate::sqlite::state::closed;
use crate::time::Timestamp;
use crate::value::{InForm, Kept as OwnedValue};

/// What the work of a round is called where it is asked what runs.
const NAME: &str = "the keeper";

/// Pages are given back while more than this share of the file holds nothing: they are needed again soon otherwise.
const SHARE: i64 = 4;

/// How many rows of an index SQLite looks at to count it: <https://www.sqlite.org/lang_analyze.html#approx>.
const LOOKS: u32 = 400;

/// Makes a round; adds what was done, also where the round fails in the middle.
pub(super) fn round(
    work: &Work,
    options: &KeeperOptions,
    optimize: bool,
    kept: &mut Kept,
    goes_on: &dyn Fn() -> bool,
) -> Result<()> {
    if work.read_only {
        return Ok(());
    }
    sweep(work, options, kept, goes_on)?;
    if let Some(age) = options.purge_after {
        for soft in work.schema.soft_deleted {
            kept.purged += purge(work, soft, age, options.batch, goes_on)?;
        }
    }
    kept.requests += forget(work, options.batch, goes_on)?;
    if optimize && goes_on() {
        write(work, |connection| {
            connection.execute_batch(&format!("PRAGMA analysis_limit = {LOOKS}; PRAGMA optimize")).map_err(fault)
        })?;
        kept.optimized += 1;
    }
    while options.vacuum > 0 && goes_on() {
        let given = vacuum(work, options.vacuum)?;
        kept.pages += given;
        if given == 0 {
            break;
        }
    }
    work.exchange.ask_for_checkpoint();
    // An empty request, after which the writer sees it.
    request(work, Request::closure(CallOptions::new(), NAME, |_| Ok(())))
}

fn sweep(work: &Work, options: &KeeperOptions, kept: &mut Kept, goes_on: &dyn Fn() -> bool) -> Result<()> {
    for expire in work.schema.expiring {
        while goes_on() {
            let fixed = Fixed::now();
            let batch = Batch { expire, limit: options.batch, by: fixed.time() };
            let swept = request(work, Request::operation(CallOptions::new(), batch, fixed))?;
            kept.swept += swept;
            // One that goes with another is not counted, so that a batch which is not full is no end.
            if swept == 0 {
                break;
            }
        }
    }
    Ok(())
}

/// Deletes for good what was deleted softly so long ago, the longest ago first; what others still name is passed over.
fn purge(
    work: &Work,
    soft: &'static SoftDelete,
    age: Duration,
    batch: usize,
    goes_on: &dyn Fn() -> bool,
) -> Result<u64> {
    let Some(before) = ago(age)? else { return Ok(0) };
    let before = OwnedValue::of(&InForm(soft.clock, before))?;
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let key: Vec<_> = soft.table.key.iter().map(|column| quoted(column)).collect();
    let (table, key, time) = (quoted(soft.table.layout.name), key.join(", "), quoted(soft.column));
    let find = format!("SELECT {key} FROM {table} WHERE {time} < ?1 ORDER BY {time}, {key} LIMIT ?2 OFFSET ?3");
    let limit = i64::try_from(batch).unwrap_or(i64::MAX);
    let (mut purged, mut passed) = (0, 0_i64);
    while goes_on() {
        let (find, before) = (find.clone(), before.clone());
        let run = move |held: &mut Held| {
            let keys = rows(held.connection(), &find, (value(&before), limit, passed))?;
            let mut gone = 0;
            for key in &keys {
                held.part_now(Part::Open)?;
                match now(held.run(&soft.purge, key)) {
                    Ok(rows) => {
                        held.part_now(Part::Keep)?;
                        gone += rows;
                    }
                    Err(e) if matches!(e.kind(), Kind::Reference | Kind::Precondition) => held.part_now(Part::Undo)?,
                    Err(e) => {
                        held.part_now(Part::Undo)?;
                        return Err(e);
                    }
                }
            }
            Ok((i64::try_from(keys.len()).unwrap_or(i64::MAX), gone))
        };
        let (found, gone) = request(work, Request::closure(CallOptions::new(), NAME, run))?;
        purged += gone;
        passed += found - i64::try_from(gone).unwrap_or(found).min(found);
        if found < limit {
            break;
        }
    }
    Ok(purged)
}

/// Forgets the answers of requests that are older than a day.
fn forget(work: &Work, batch: usize, goes_on: &dyn Fn() -> bool) -> Result<u64> {
    const OLD: &str = r#"DELETE FROM "protostore__requests" WHERE ("principal", "method", "id") IN
        (SELECT "principal", "method", "id" FROM "protostore__requests" WHERE "time" < ?1 ORDER BY "time" LIMIT ?2)"#;
    let mut forgotten = 0;
    while goes_on() {
        let Some(before) = ago(Duration::from_secs(KEPT_SECONDS.unsigned_abs()))? else { break };
        let run = move |held: &mut Held| now(held.run_dynamic(OLD, &[], &(before, batch as u64)));
        let gone = request(work, Request::closure(CallOptions::new(), NAME, run))?;
        forgotten += gone;
        if gone < batch as u64 {
            break;
        }
    }
    Ok(forgotten)
}

/// Returns the time so long ago; none where there was none.
fn ago(age: Duration) -> Result<Option<Timestamp>> {
    let now = Fixed::now().present()?;
    let seconds = i64::try_from(age.as_secs()).ok().and_then(|age| now.seconds().checked_sub(age));
    Ok(seconds.and_then(|seconds| Timestamp::new(seconds, now.nanos().cast_signed())))
}

/// Reads the rows of a statement as they are.
fn rows(connection: &Connection, sql: &str, parameters: impl Params) -> Result<Vec<Vec<OwnedValue>>> {
    let mut statement = connection.prepare(sql).map_err(fault)?;
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        let owned = |at| {
            Ok(match row.get(at)? {
                Value::Null => OwnedValue::Null,
                Value::Integer(value) => OwnedValue::Int(value),
                Value::Real(value) => OwnedValue::Real(value),
                Value::Text(value) => OwnedValue::Text(value),
                Value::Blob(value) => OwnedValue::Blob(value),
            })
        };
        (0..columns).map(owned).collect()
    };
    statement.query_map(parameters, row).and_then(Iterator::collect).map_err(fault)
}

/// The same for a value that is bound.
fn value(value: &OwnedValue) -> Value {
    match value {
        OwnedValue::Null => Value::Null,
        OwnedValue::Int(value) => Value::Integer(*value),
        OwnedValue::Real(value) => Value::Real(*value),
        OwnedValue::Text(value) => Value::Text(value.clone()),
        OwnedValue::Blob(value) => Value::Blob(value.clone()),
    }
}

/// Gives pages that hold nothing back to the disk, and returns how many.
fn vacuum(work: &Work, pages: u32) -> Result<u64> {
    write(work, move |connection| {
        let count = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0)).map_err(fault);
        let (free, all) = (count("PRAGMA freelist_count")?, count("PRAGMA page_count")?);
        if free <= all / SHARE {
            return Ok(0);
        }
        // It returns a row for each page, and gives it back when the next is asked for.
        let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})")).map_err(fault)?;
        let mut rows = statement.query([]).map_err(fault)?;
        while rows.next().map_err(fault)?.is_some() {}
        drop(rows);
        Ok((free - count("PRAGMA freelist_count")?).unsigned_abs())
    })
}

/// Runs work of ours over the connection that writes, as a request that is a commit.
fn write<T: Send + 'static>(work: &Work, mut run: impl FnMut(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
    let run = move |held: &mut Held| {
        let out = run(held.connection())?;
        // What moves pages changes no row, and a group that has changed none is no commit of the store.
        held.connection().execute(r#"UPDATE "protostore__state" SET "closed" = 0"#, []).map_err(fault)?;
        Ok(out)
    };
    request(work, Request::closure(CallOptions::new(), NAME, run))
}

/// Hands a request to the writer and waits for it.
fn request<T: Send + 'static>(work: &Work, request: Request<T>) -> Result<T> {
    work.state.accepts()?;
    let Request { job, claim: _, answer } = request;
    if work.requests.push(job).is_err() {
        return Err(Error::new(Kind::Exhausted, "too many requests wait for the store, so that its keeper waits"));
    }
    let answer = block(answer);
    answer.unwrap_or_else(|_| Err(work.state.accepts().err().unwrap_or_else(closed))).map(|done| done.value)
}
