//! Completion of the names of tables and columns, and of commands, in the line that a person types.

use protostore::upkeep::{Database, Value};
use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

/// The words that a line can be completed with, sorted.
pub(super) struct Names(Vec<String>);

impl Names {
    /// Reads the names of all tables, views and columns. Without them, commands are completed alone.
    pub(super) fn of(database: &Database) -> Self {
        const COMMANDS: [&str; 7] = [".tables", ".show", ".schema", ".status", ".format", ".help", ".quit"];
        let mut names: Vec<String> = COMMANDS.map(str::to_owned).into();
        let sql = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')
                   UNION SELECT c.name FROM sqlite_schema s, pragma_table_info(s.name) c";
        let read = database.each_row(sql, &[], |_, row| {
            if let [Value::Text(name)] = &row[..] {
                names.push(name.clone());
            }
            Ok(true)
        });
        if read.is_err() {
            names.truncate(COMMANDS.len());
        }
        names.sort();
        Self(names)
    }
}

impl Completer for Names {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let begin = line[..at]
            .rfind(|c| !is_part(c))
            .map_or(0, |before| before + line[before..].chars().next().map_or(1, char::len_utf8));
        let word = &line[begin..at];
        let fits = |name: &&String| !word.is_empty() && name.starts_with(word);
        Ok((begin, self.0.iter().filter(fits).cloned().collect()))
    }
}

impl Helper for Names {}
impl Highlighter for Names {}
impl Validator for Names {}

impl Hinter for Names {
    type Hint = String;
}
