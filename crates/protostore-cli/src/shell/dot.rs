//! Commands of the shell that begin with a dot.

use clap::{Parser, Subcommand};
use protostore::upkeep::{Database, Value};

use super::Next;
use crate::args::{Format, What};
use crate::failure::Failure;
use crate::output::{Output, object, text};
use crate::{show, status, tables};

/// Commands of the shell; everything else is SQL.
#[derive(Debug, Parser)]
#[command(name = "", no_binary_name = true, disable_help_flag = true, disable_help_subcommand = true)]
struct Dot {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the tables, with the number of records in each.
    #[command(name = ".tables")]
    Tables,
    /// Print the records of a table, or one of them.
    #[command(name = ".show")]
    Show(What),
    /// Print the definitions in SQL, of all tables or of one.
    #[command(name = ".schema")]
    Schema {
        /// The table.
        table: Option<String>,
    },
    /// Say what the file is.
    #[command(name = ".status")]
    Status,
    /// Print results as text or as JSON.
    #[command(name = ".format")]
    Format {
        /// How.
        format: Format,
    },
    /// List these commands.
    #[command(name = ".help")]
    Help,
    /// End the shell.
    #[command(name = ".quit", alias = ".exit")]
    Quit,
}

/// Runs one command.
pub(super) fn run(database: &Database, line: &str, out: &mut Output) -> Result<Next, Failure> {
    let words = words(line).ok_or_else(|| Failure::Key(format!("a quote is not closed: {line}")))?;
    match Dot::try_parse_from(words).map_err(usage)?.command {
        Command::Tables => tables::run(database, out)?,
        Command::Show(what) => show::run(database, &what, out)?,
        Command::Status => status::run(database, &[], out)?,
        Command::Schema { table } => {
            schema(database, table, out)?;
            return Ok(Next::Line);
        }
        Command::Format { format } => {
            out.set_format(format);
            return Ok(Next::Line);
        }
        Command::Help => {
            for command in <Dot as clap::CommandFactory>::command().get_subcommands() {
                let about = command.get_about().map(ToString::to_string).unwrap_or_default();
                out.line(&format!("{:<10} {about}", command.get_name()))?;
            }
            return Ok(Next::Line);
        }
        Command::Quit => return Ok(Next::Quit),
    };
    Ok(Next::Line)
}

/// Prints definitions in the order in which they were made.
fn schema(database: &Database, table: Option<String>, out: &mut Output) -> Result<(), Failure> {
    let of = if table.is_some() { "WHERE sql NOT NULL AND tbl_name = ?1" } else { "WHERE sql NOT NULL" };
    let sql = format!("SELECT name, sql FROM sqlite_schema {of} ORDER BY rowid");
    let mut lines = Vec::new();
    let parameters: Vec<Value> = table.into_iter().map(Value::Text).collect();
    database.each_row(&sql, &parameters, |_, row| {
        if let [Value::Text(name), Value::Text(sql)] = &row[..] {
            lines.push((name.clone(), sql.clone()));
        }
        Ok(true)
    })?;
    for (name, sql) in lines {
        if out.is_json() {
            out.line(&object([("name", text(&name)), ("sql", text(&sql))]))?;
        } else {
            out.line(&format!("{sql};"))?;
        }
    }
    Ok(())
}

fn usage(error: clap::Error) -> Failure {
    let said = error.to_string();
    let line = said.lines().next().unwrap_or_default();
    Failure::Key(format!("{}; .help lists commands", line.trim_start_matches("error: ")))
}

/// Splits a line at blanks, as far as they are not quoted; nothing where a quote is not closed.
fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_split_at_blanks_that_are_not_quoted() {
        assert_eq!(words(" .show t 'a b' \"\" c").unwrap(), [".show", "t", "a b", "", "c"]);
        assert_eq!(words(".show 'a"), None);
    }
}
