//! The text of a plan for people: what changes for whom, what must be said, and the steps.

use std::fmt;

use super::{Ask, DataEffect, DownEffect, Effect, Line, Plan, Previous, Verdict};

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "version {} `{}`, after version {}", self.to, self.slug, self.from)?;
        let (reader, writer) = (self.reader, self.writer);
        match reader == writer {
            true => writeln!(f, "programs from version {writer} on read and write the file")?,
            false => writeln!(f, "programs from version {writer} on write the file, from version {reader} on read it")?,
        }
        self.verdicts.iter().try_for_each(|verdict| write!(f, "\n{verdict}"))?;
        self.asks.iter().try_for_each(|ask| write!(f, "\n{ask}"))
    }
}

impl fmt::Display for Verdict {
    /// Two lines: what changed, and what that does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, at: _, says, wire, json, data, down, previous, passes: _ } = self;
        writeln!(f, "{kind} {says}")?;
        writeln!(f, "    wire {wire}, JSON {json}, stored data {data}, way back {down}, previous program {previous}")
    }
}

impl fmt::Display for Ask {
    /// What is at risk, and what to write.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, at, risk, line, instead } = self;
        writeln!(f, "{kind} {risk}")?;
        let mut write = |or: &str, line: &Line| match line {
            Line::Accept(accepted) => writeln!(f, "    {or}--accept {}:{}", accepted.word, at.present()),
            Line::Proto { file, after: 0, text } if file.is_empty() => writeln!(f, "    {or}write: {text}"),
            Line::Proto { file, after: 0, text } => writeln!(f, "    {or}write in {file}: {text}"),
            Line::Proto { file, after, text } => writeln!(f, "    {or}write after line {after} of {file}: {text}"),
        };
        match line {
            None => writeln!(f, "    no answer makes this change possible"),
            Some(line) => {
                write("", line)?;
                instead.iter().try_for_each(|line| write("or ", line))
            }
        }
    }
}

impl fmt::Display for super::ChangeKind {
    /// The id: `T07`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "same",
            Self::Adds => "adds",
            Self::Breaks => "breaks",
        })
    }
}

impl fmt::Display for DataEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Untouched => "untouched",
            Self::Exact => "kept",
            Self::Oracle => "as a new program reads it",
            Self::Guarded => "kept where it fits",
            Self::Dropped => "dropped",
        })
    }
}

impl fmt::Display for DownEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => f.write_str("exact"),
            Self::Loses(what) => write!(f, "loses {what}"),
            Self::CopyOnly => f.write_str("only by the copy"),
        }
    }
}

impl fmt::Display for Previous {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadsAndWrites => "reads and writes",
            Self::Reads => "reads",
            Self::Neither => "rejected",
        })
    }
}
