//! `protostore export` and `import`: all rows as lines of JSON, or as a plain SQLite file.

use std::io::{self, BufReader};
use std::path::Path;

use protostore::upkeep::{Database, ExportOptions, Exported};

use crate::failure::{Answer, Failure};
use crate::output::{Output, Style};

/// Where an export goes.
pub(crate) enum To<'a> {
    /// Standard output, as lines of JSON.
    Lines,
    /// A file of plain SQLite, which may be replaced.
    Sqlite(&'a Path, bool),
}

/// Exports all rows.
pub(crate) fn export(database: &Database, to: &To<'_>, reveal: bool, out: &mut Output) -> Result<Answer, Failure> {
    let options = ExportOptions::new().reveal_redacted(reveal);
    match *to {
        To::Lines => {
            // What was printed before comes first, and who reads the lines may have seen enough.
            out.flush()?;
            let exported = database.export_lines(&mut io::stdout().lock(), &options);
            exported.map_err(|error| match broken(&error) {
                true => Failure::Closed,
                false => error.into(),
            })?;
        }
        To::Sqlite(path, replace) => {
            let exported = database.export_sqlite(path, &options.replace(replace))?;
            tell(&exported, &format!("{} is plain SQLite, with", path.display()), out)?;
        }
    }
    Ok(Answer::Yes)
}

/// Reads lines of JSON into a database of the same version that has no rows.
pub(crate) fn import(mut database: Database, lines: Option<&Path>, out: &mut Output) -> Result<Answer, Failure> {
    let imported = match lines {
        None => database.import_lines(&mut io::stdin().lock())?,
        Some(path) => {
            let file = std::fs::File::open(path);
            let file = file.map_err(|why| Failure::Io(format!("read {}", path.display()), why))?;
            database.import_lines(&mut BufReader::new(file))?
        }
    };
    database.close()?;
    tell(&imported, "imported", out)?;
    Ok(Answer::Yes)
}

fn tell(exported: &Exported, what: &str, out: &mut Output) -> Result<(), Failure> {
    let Exported { tables, rows, redacted, .. } = *exported;
    if out.is_json() {
        return out.line(&crate::output::object([
            ("tables", tables.to_string()),
            ("rows", rows.to_string()),
            ("redacted", redacted.to_string()),
        ]));
    }
    out.line(&format!("{what} {rows} rows in {tables} tables"))?;
    if redacted > 0 {
        let left_out =
            format!("{redacted} values were left out, as their fields are debug_redact: --reveal exports them");
        out.line(&out.styled(Style::Warning, &left_out))?;
    }
    Ok(())
}

/// Says whether an error is that the output is no longer read.
fn broken(error: &protostore::Error) -> bool {
    std::iter::successors(std::error::Error::source(error), |why| why.source())
        .any(|why| why.downcast_ref::<io::Error>().is_some_and(|why| why.kind() == io::ErrorKind::BrokenPipe))
}
