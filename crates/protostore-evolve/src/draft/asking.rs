//! Questions: what must be said before a change is made, and whether it was.

use protostore_schema::{Declared, Source};

use super::{Direction, Draft};
use crate::plan::{Acceptance, Ask, At, ChangeKind, ColumnId, Line, Word};

impl Draft<'_> {
    /// Asks for `--accept word:place`, unless it was given, now or before the version is written anew; the change is
    /// planned in either case.
    ///
    /// `from` and `to` are what it was and is, as the lock keeps them; `risk` is a sentence: which data, and how.
    pub(crate) fn accept(
        &mut self,
        word: Word,
        kind: ChangeKind,
        at: &At,
        changes: (impl Into<String>, impl Into<String>),
        risk: impl Into<String>,
    ) {
        self.accept_or_write(word, kind, at, changes, risk, None);
    }

    /// The same, where a line of a proto file leaves nothing at risk.
    pub(crate) fn accept_or_write(
        &mut self,
        word: Word,
        kind: ChangeKind,
        at: &At,
        (from, to): (impl Into<String>, impl Into<String>),
        risk: impl Into<String>,
        instead: Option<Line>,
    ) {
        if self.direction == Direction::Down {
            return;
        }
        // Every risk is one of stored data.
        let Some(table) = at.table else { return self.never(kind, at, risk) };
        let given = (word, at.present().to_owned());
        let line = Acceptance { word, table, path: at.path.clone(), from: from.into(), to: to.into() };
        if self.answers.kept.contains(&line) {
            self.accepted.insert(line);
        } else if self.answers.accept.contains(&given) {
            self.used.insert(given);
            self.accepted.insert(line);
        } else {
            self.ask(kind, at, risk, Some(Line::Accept(line)), instead);
        }
    }

    /// Returns whether `--accept word:place` was given where it is not asked for, and takes it as used.
    pub(crate) fn accepts(&mut self, word: Word, at: &At, (from, to): (impl Into<String>, impl Into<String>)) -> bool {
        let given = (word, at.present().to_owned());
        let Some(table) = at.table.filter(|_| self.direction == Direction::Up) else { return false };
        let line = Acceptance { word, table, path: at.path.clone(), from: from.into(), to: to.into() };
        let is_given = self.answers.accept.contains(&given);
        if is_given {
            self.used.insert(given);
        }
        let is_answered = is_given || self.answers.kept.contains(&line);
        if is_answered {
            self.accepted.insert(line);
        }
        is_answered
    }

    /// Asks for a line of a proto file.
    pub(crate) fn write(
        &mut self,
        kind: ChangeKind,
        at: &At,
        source: &Source,
        text: impl Into<String>,
        risk: impl Into<String>,
    ) {
        let line = Line::Proto { file: source.file.clone(), after: source.line, text: text.into() };
        self.ask(kind, at, risk, Some(line), None);
    }

    /// Asks for a `reserved` in a message or enum.
    pub(crate) fn reserve(&mut self, kind: ChangeKind, at: &At, of: &Declared, text: String, risk: String) {
        let end = Source { line: of.after, ..of.source.clone() };
        self.write(kind, at, &end, text, risk);
    }

    /// Rejects a change that no line makes possible; the sentence says why and what to do instead.
    pub(crate) fn never(&mut self, kind: ChangeKind, at: &At, why: impl Into<String>) {
        self.rejected.push(at.clone());
        self.ask(kind, at, why, None, None);
    }

    /// Rejects a change that no row of the tables describes.
    pub(crate) fn unknown(&mut self, at: &At, what: impl std::fmt::Display) {
        let is_rejected = |other: &At| (other.table, &other.path, other.value) == (at.table, &at.path, at.value);
        if self.rejected.iter().any(is_rejected) {
            return;
        }
        self.never(ChangeKind::Other, at, format!("{what}: no rule says what becomes of stored data, so put it back"));
    }

    /// Returns the `backfill` that the proto gives for a column of the newer schema.
    pub(crate) fn backfill(&self, column: &ColumnId) -> Option<String> {
        self.answers.backfills.get(column).cloned().filter(|_| self.direction == Direction::Up)
    }

    /// Returns whether the proto says of a field that is gone that it is `dropped`.
    pub(crate) fn is_dropped(&self, table: u32, path: &[u32], name: &str) -> bool {
        // An entry about a message has the names from that message down.
        let is_name = |was: &str| name.strip_suffix(was).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        self.answers.dropped.iter().any(|(of, at, was)| *of == table && at == path && is_name(was))
    }

    /// Returns the `--accept` that no change needs, as they were given.
    pub(crate) fn unneeded(&self) -> Vec<(Word, String)> {
        self.answers.accept.iter().filter(|given| !self.used.contains(given)).cloned().collect()
    }

    fn ask(&mut self, kind: ChangeKind, at: &At, risk: impl Into<String>, line: Option<Line>, instead: Option<Line>) {
        if self.direction == Direction::Down {
            return;
        }
        let ask = Ask { kind, at: at.clone(), risk: risk.into(), line, instead };
        self.asked.push((kind, at.clone()));
        // One line of a message answers for each place where the message is.
        let is_same = |other: &&mut Ask| other.kind == kind && other.line.is_some() && other.line == ask.line;
        if !self.asks.iter_mut().any(|other| is_same(&other)) {
            self.asks.push(ask);
        }
    }
}
