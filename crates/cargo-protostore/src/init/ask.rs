//! Questions on a terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::Stop;
use super::candidates::{Choice, Found};

/// Asks the one who sits at the terminal.
pub(crate) struct Ask;

impl Ask {
    /// Returns who can be asked: none where input or output is no terminal.
    pub(crate) fn on_terminal() -> Option<Self> {
        (std::io::stdin().is_terminal() && std::io::stdout().is_terminal()).then_some(Self)
    }

    /// Asks for a line; an empty one is the default.
    pub(crate) fn line(&mut self, question: &str, default: &str) -> Result<String, Stop> {
        let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
        print!("{question}{shown}: ");
        let fail =
            |error: std::io::Error| Stop::says(format!("the terminal cannot be read: {error}"), "use flags: --help");
        std::io::stdout().flush().map_err(fail)?;
        let mut line = String::new();
        if std::io::stdin().lock().read_line(&mut line).map_err(fail)? == 0 {
            return Err(Stop::says("the answer is missing", "answer, or use flags: `cargo protostore init --help`"));
        }
        let line = line.trim();
        Ok(if line.is_empty() { default.to_owned() } else { line.to_owned() })
    }

    /// Asks a question that is answered with yes or no; no is the default.
    pub(crate) fn yes(&mut self, question: &str) -> Result<bool, Stop> {
        let answer = self.line(&format!("{question}? y/n"), "n")?;
        Ok(answer.to_lowercase().starts_with('y'))
    }

    /// Asks which messages become tables.
    pub(crate) fn tables(&mut self, found: &[Found]) -> Result<Vec<Choice>, Stop> {
        println!("Messages that could be tables:");
        for (number, found) in (1..).zip(found) {
            println!("  {number:2}  {}", found.line());
        }
        let default = if found.first().is_some_and(|found| found.problem.is_none()) { "1" } else { "" };
        let answer =
            self.line("Tables, by number or name, with a key where another is meant (1 3=region,id)", default)?;
        let words: Vec<String> = answer.split_whitespace().map(|word| by_number(word, found)).collect();
        super::candidates::chosen(found, &words)
    }

    /// Asks where the run-time crate is.
    pub(crate) fn runtime(&mut self) -> Result<String, Stop> {
        self.line("Where the run-time crate is: a directory, or git = \"…\", rev = \"…\"", "")
    }
}

/// Returns a word with the name of the message in place of its number.
fn by_number(word: &str, found: &[Found]) -> String {
    let (number, key) = word.split_once('=').map_or((word, None), |(number, key)| (number, Some(key)));
    let at = number.parse::<usize>().ok().and_then(|number| found.get(number.checked_sub(1)?));
    match (at, key) {
        (Some(found), None) => found.candidate.message.clone(),
        (Some(found), Some(key)) => format!("{}={key}", found.candidate.message),
        (None, _) => word.to_owned(),
    }
}
