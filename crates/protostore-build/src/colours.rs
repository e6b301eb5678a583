//! Colours of a report on a terminal.

use std::ffi::OsStr;
use std::io::IsTerminal;

use clap::builder::styling::{AnsiColor, Style};
use protostore_evolve::plan::{DataEffect, DownEffect, Effect, Previous, Verdict};

/// Whether a report has the colours of a terminal.
///
/// ```
/// use protostore_build::{Colours, Report};
///
/// let report = Report::default();
/// assert_eq!(report.in_colours(Colours::None), report.to_string());
/// println!("{}", report.in_colours(Colours::of(&std::io::stdout())));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colours {
    /// Plain text.
    #[default]
    None,
    /// The escape sequences of ANSI.
    Ansi,
}

/// What a part of a report is, as far as its colour says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A title: of a version, of a section.
    Title,
    /// What changes nothing for clients, data and programs.
    Calm,
    /// What a reader must know of.
    Noted,
    /// What breaks, is dropped, or is asked.
    Loud,
    /// A command, or a line to write.
    Remedy,
    /// A comment in SQL.
    Comment,
}

impl Colours {
    /// Returns the colours that a stream shows: none where it is no terminal or a dumb one, or where `NO_COLOR` is set,
    /// <https://no-color.org>.
    #[must_use]
    pub fn of(stream: &impl IsTerminal) -> Self {
        let variable = |name| std::env::var_os(name);
        Self::shown(stream.is_terminal(), variable("NO_COLOR").as_deref(), variable("TERM").as_deref())
    }

    fn shown(is_terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> Self {
        let is_unwanted = no_color.is_some_and(|value| !value.is_empty());
        let is_dumb = term.is_some_and(|term| term == "dumb");
        if is_terminal && !is_unwanted && !is_dumb { Self::Ansi } else { Self::None }
    }

    /// Returns a text in the colour of what it is.
    pub(crate) fn paint(self, part: Part, text: &str) -> String {
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        let style = match part {
            Part::Title => Style::new().bold(),
            Part::Calm => colour(AnsiColor::Green),
            Part::Noted => colour(AnsiColor::Yellow),
            Part::Loud => colour(AnsiColor::Red).bold(),
            Part::Remedy => colour(AnsiColor::Cyan),
            Part::Comment => Style::new().dimmed(),
        };
        match self {
            Self::None => text.to_owned(),
            Self::Ansi => format!("{style}{text}{style:#}"),
        }
    }

    /// Returns the two lines of a verdict: its id by the worst that it says, and each word by what it means.
    pub(crate) fn verdict(self, verdict: &Verdict) -> [String; 2] {
        let Verdict { kind, at: _, says, wire, json, data, down, previous, passes: _ } = verdict;
        let effect = |effect: &Effect| match effect {
            Effect::Same => Part::Calm,
            Effect::Adds => Part::Noted,
            Effect::Breaks => Part::Loud,
        };
        let data_part = match data {
            DataEffect::Untouched | DataEffect::Exact => Part::Calm,
            DataEffect::Oracle | DataEffect::Guarded => Part::Noted,
            DataEffect::Dropped => Part::Loud,
        };
        let down_part = match down {
            DownEffect::Exact => Part::Calm,
            DownEffect::Loses(_) => Part::Noted,
            DownEffect::CopyOnly => Part::Loud,
        };
        let previous_part = match previous {
            Previous::ReadsAndWrites => Part::Calm,
            Previous::Reads => Part::Noted,
            Previous::Neither => Part::Loud,
        };
        let parts = [
            ("wire", wire.to_string(), effect(wire)),
            ("JSON", json.to_string(), effect(json)),
            ("stored data", data.to_string(), data_part),
            ("way back", down.to_string(), down_part),
            ("previous program", previous.to_string(), previous_part),
        ];
        let worst = [Part::Loud, Part::Noted].into_iter().find(|part| parts.iter().any(|(_, _, other)| other == part));
        let id = self.paint(worst.unwrap_or(Part::Calm), &kind.to_string());
        let words: Vec<String> =
            parts.iter().map(|(what, says, part)| format!("{what} {}", self.paint(*part, says))).collect();
        [format!("{id} {says}"), format!("    {}", words.join(", "))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protostore_evolve::plan::{At, ChangeKind};

    #[test]
    fn colours_are_for_terminals_that_want_them() {
        let of = |is_terminal, no_color: Option<&str>, term: Option<&str>| {
            Colours::shown(is_terminal, no_color.map(OsStr::new), term.map(OsStr::new))
        };
        assert_eq!(of(true, None, Some("xterm")), Colours::Ansi);
        // An empty value is none: https://no-color.org.
        assert_eq!(of(true, Some(""), None), Colours::Ansi);
        for plain in [of(false, None, Some("xterm")), of(true, Some("1"), None), of(true, None, Some("dumb"))] {
            assert_eq!(plain, Colours::None);
        }
    }

    #[test]
    fn a_verdict_has_the_words_of_its_text_in_either_case() {
        let at = At { table: Some(1), path: vec![2], ..At::default() };
        let kinds = [(Effect::Same, Previous::ReadsAndWrites, "32"), (Effect::Breaks, Previous::Reads, "31")];
        for (json, previous, colour) in kinds {
            let verdict = Verdict::new(ChangeKind::N01, at.clone(), "a is now called b").json(json).previous(previous);
            let text = |colours: Colours| colours.verdict(&verdict).map(|line| line + "\n").concat();
            assert_eq!(text(Colours::None), verdict.to_string());
            assert_eq!(plain(&text(Colours::Ansi)), verdict.to_string());
            let id = text(Colours::Ansi);
            assert!(id.split("N01").next().is_some_and(|style| style.contains(colour)), "{id:?}");
        }
    }

    /// Returns a text without escape sequences.
    fn plain(text: &str) -> String {
        let mut parts = text.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
    }
}
