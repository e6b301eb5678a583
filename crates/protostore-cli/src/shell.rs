//! `protostore shell`: SQL, and commands that begin with a dot.

mod complete;
mod dot;

use std::io::{IsTerminal as _, Read as _};

use protostore::upkeep::{Database, Step, Value};
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Config, Editor};

use self::complete::Names;
use crate::args::Expanded;
use crate::failure::{Answer, Failure};
use crate::output::{Output, Style, list, object, text};
use crate::show::hex;
use crate::table::{Cell, Table};

/// What the shell goes on with after a line.
pub(crate) enum Next {
    /// The next line.
    Line,
    /// Nothing.
    Quit,
}

/// Runs the scripts that were given; without one, what the terminal or standard input says.
pub(crate) fn run(mut database: Database, sql: &[String], out: &mut Output) -> Result<Answer, Failure> {
    let ran = if !sql.is_empty() {
        sql.iter().try_for_each(|script| execute(&mut database, script, out))
    } else if std::io::stdin().is_terminal() {
        converse(&mut database, out)
    } else {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        read.map_err(|why| Failure::Io("read standard input".to_owned(), why))?;
        lines(&mut database, &text, out)
    };
    if database.is_in_transaction() {
        out.line(&out.styled(Style::Warning, "a transaction was left open, and is undone"))?;
    }
    database.close()?;
    ran.map(|()| Answer::Yes)
}

/// Runs what standard input says: lines that begin with a dot are commands, the rest is SQL.
fn lines(database: &mut Database, text: &str, out: &mut Output) -> Result<(), Failure> {
    let mut script = String::new();
    for line in text.lines() {
        if script.trim().is_empty() && line.trim_start().starts_with('.') {
            if let Next::Quit = dot::run(database, line, out)? {
                return Ok(());
            }
        } else {
            script += line;
            script.push('\n');
            if is_complete(&script) {
                execute(database, &script, out)?;
                script.clear();
            }
        }
    }
    execute(database, &script, out)
}

/// Reads from the terminal, until its end; an error ends a script and not the shell.
fn converse(database: &mut Database, out: &mut Output) -> Result<(), Failure> {
    let terminal = |why: ReadlineError| Failure::Io("read the terminal".to_owned(), std::io::Error::other(why));
    // What is typed is data, so no file keeps it.
    let mut editor: Editor<Names, MemHistory> =
        Editor::with_history(Config::default(), MemHistory::new()).map_err(terminal)?;
    editor.set_helper(Some(Names::of(database)));
    let about = database.status()?;
    out.line(&format!("{} version {}; .help lists commands, SQL ends with ;", about.store, about.version))?;
    let mut script = String::new();
    loop {
        out.flush()?;
        let prompt = if script.is_empty() { "protostore> " } else { "       ...> " };
        let line = match editor.readline(prompt) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => {
                script.clear();
                continue;
            }
            Err(ReadlineError::Eof) => return Ok(()),
            Err(why) => return Err(terminal(why)),
        };
        let done = if script.is_empty() && line.trim_start().starts_with('.') {
            // What does not fit into the history is forgotten.
            let _ = editor.add_history_entry(&line);
            dot::run(database, &line, out)
        } else {
            script += &line;
            script.push('\n');
            if !is_complete(&script) {
                continue;
            }
            let _ = editor.add_history_entry(script.trim());
            let ran = execute(database, &std::mem::take(&mut script), out);
            ran.map(|()| Next::Line)
        };
        match done {
            Ok(Next::Line) => {}
            Ok(Next::Quit) => return Ok(()),
            Err(Failure::Closed) => return Err(Failure::Closed),
            Err(failure) => {
                out.flush()?;
                out.complain(&failure);
            }
        }
    }
}

/// Says whether a script ends with a semicolon outside of a string, a name, a comment and the body of a trigger.
fn is_complete(script: &str) -> bool {
    let mut rest = script;
    let mut ends = false;
    while let Some(c) = rest.chars().next() {
        let after = |end: &str, from: usize| rest[from..].find(end).map(|at| &rest[from + at + end.len()..]);
        rest = match c {
            '\'' | '"' | '`' => match after(&c.to_string(), 1) {
                Some(after) => {
                    ends = false;
                    after
                }
                None => return false,
            },
            '-' if rest.starts_with("--") => after("\n", 2).unwrap_or_default(),
            '/' if rest.starts_with("/*") => match after("*/", 2) {
                Some(after) => after,
                None => return false,
            },
            c => {
                ends = c == ';' || (ends && c.is_whitespace());
                &rest[c.len_utf8()..]
            }
        };
    }
    ends
}

/// Runs a script, and prints what it returns.
pub(crate) fn execute(database: &mut Database, script: &str, out: &mut Output) -> Result<(), Failure> {
    let (mut names, mut table) = (Vec::new(), Table::default());
    let mut failure = None;
    let ran = database.run(script, |step| {
        print(step, &mut names, &mut table, out).map_err(|why| {
            failure = Some(why);
            protostore::Error::new(protostore::Kind::Stopped, "the output ended")
        })
    });
    match (ran, failure) {
        (_, Some(failure)) => Err(failure),
        (Err(why), None) => Err(Failure::Script(why)),
        (Ok(()), None) => Ok(()),
    }
}

fn print(step: Step<'_>, names: &mut Vec<String>, table: &mut Table, out: &mut Output) -> Result<(), Failure> {
    match step {
        Step::Columns(columns) => {
            *names = columns.to_vec();
            *table = Table::new(columns);
            Ok(())
        }
        Step::Row(row) if out.is_json() => {
            let members = names.iter().zip(&row).map(|(name, value)| (name.as_str(), json(value)));
            let line = object(members);
            out.line(&line)
        }
        Step::Row(row) => {
            table.push(row.iter().map(cell).collect());
            Ok(())
        }
        Step::End(count) if !out.is_json() => {
            table.print(Expanded::Auto, out)?;
            let rows = if count == 1 { "row" } else { "rows" };
            out.line(&out.styled(Style::Dim, &format!("({count} {rows})")))
        }
        Step::Changed(rows) if out.is_json() => out.line(&object([("changed", rows.to_string())])),
        Step::Changed(rows) => {
            let rows = format!("{rows} {} changed", if rows == 1 { "row" } else { "rows" });
            out.line(&out.styled(Style::Dim, &rows))
        }
        Step::End(_) => Ok(()),
    }
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => None,
        Value::Integer(v) => Some(v.to_string()),
        Value::Real(v) => Some(v.to_string()),
        Value::Text(v) => Some(v.clone()),
        Value::Blob(v) => Some(hex(v)),
    }
}

fn json(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Integer(v) => v.to_string(),
        Value::Real(v) => serde_json::Value::from(*v).to_string(),
        Value::Text(v) => text(v),
        // As a list of its bytes it is no text that could be taken for one.
        Value::Blob(v) => list(v.iter().map(u8::to_string)),
    }
}

#[cfg(test)]
mod tests {
    use super::is_complete;

    #[test]
    fn a_script_is_complete_at_a_semicolon_of_its_own() {
        for script in ["SELECT 1;", "SELECT ';'; \n", "SELECT 1; -- ;", "/* ; */ SELECT \"a;\" ;"] {
            assert!(is_complete(script), "{script}");
        }
        for script in ["SELECT 1", "SELECT ';", "SELECT 1 -- ;\n", "/* ;", "SELECT 1; SELECT 2", ""] {
            assert!(!is_complete(script), "{script}");
        }
    }
}
