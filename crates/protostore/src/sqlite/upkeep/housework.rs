//! A round of the keeper: each batch is a request to the writer, as those of callers are, so that they share its groups.

use rusqlite::Connection;

use super::keeper::{KeeperOptions, Kept, Work};
use crate::call::CallOptions;
use crate::error::{Error, Kind, Result};
use crate::fixed::Fixed;
use crate::ops::Batch;
use crate::session::block;
use crate::sqlite::fault::fault;
use crate::sqlite::held::Held;
use crate::sqlite::job::Request;
use crate::sqlite::state::closed;

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
