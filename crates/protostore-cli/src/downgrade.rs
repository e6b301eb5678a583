//! `protostore downgrade`: back to an earlier version of the schema, after it was said what that loses.
#![allow(clippy::print_stderr, reason = "a question is for the terminal")]

use std::io::{IsTerminal as _, stdin};

use protostore::upkeep::{DowngradeOptions, WayBack};

use crate::args::File;
use crate::failure::{Answer, Failure};
use crate::output::{Output, escaped, list, object, text};
use crate::status::millis;
use crate::{key, open};

/// Says what going back loses, asks, and goes back.
pub(crate) fn run(file: &File, to: u32, yes: bool, out: &mut Output) -> Result<Answer, Failure> {
    let (database, key) = (open::read(file)?, key::of(file)?);
    let way = database.way_back(to, &key)?;
    if !out.is_json() {
        way.to_string().lines().try_for_each(|line| out.line(&escaped(line)))?;
    }
    if !yes && !confirmed(out)? {
        out.line("nothing was changed")?;
        return Ok(Answer::No);
    }
    let done = database.downgrade(&way, &key, &DowngradeOptions::new())?;
    if out.is_json() {
        out.line(&json(&way, &millis(done.took)))?;
    } else {
        out.line(&format!("the database has version {} of its schema again", done.to))?;
    }
    Ok(Answer::Yes)
}

/// Asks on the terminal.
fn confirmed(out: &mut Output) -> Result<bool, Failure> {
    if !stdin().is_terminal() {
        return Err(Failure::Unconfirmed("--yes"));
    }
    out.flush()?;
    eprint!("go back? Type yes: ");
    let mut answer = String::new();
    stdin().read_line(&mut answer).map_err(|why| Failure::Io("read the answer".to_owned(), why))?;
    Ok(answer.trim() == "yes")
}

fn json(way: &WayBack, took_ms: &str) -> String {
    let losses = way.losses.iter().map(|loss| {
        object([("version", loss.version.to_string()), ("slug", text(&loss.slug)), ("loses", text(&loss.what))])
    });
    let copy = way.copy.as_ref().map(|copy| {
        object([
            ("file", text(&copy.path.display().to_string())),
            ("version", copy.version.to_string()),
            ("commits", copy.commits.to_string()),
        ])
    });
    object([
        ("from", way.from.to_string()),
        ("to", way.to.to_string()),
        ("losses", list(losses)),
        ("copy", copy.unwrap_or_else(|| "null".to_owned())),
        ("took_ms", took_ms.to_owned()),
    ])
}
