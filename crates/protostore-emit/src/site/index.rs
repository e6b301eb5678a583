//! What the search finds: a script that is data, because a page on disk may not read other files.

/// Something that can be found.
pub(super) struct Entry {
    kind: Kind,
    name: String,
    /// What it is a part of.
    of: String,
    /// Its page and place, from the first page.
    place: String,
    /// What is said of it.
    text: String,
}

/// What is found, in the order in which equal finds are shown.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Store,
    Table,
    Column,
    Enum,
    Function,
    Value,
    Index,
}

impl Entry {
    /// Returns an entry.
    pub(super) fn new(kind: Kind, name: &str, of: &str, place: String, text: String) -> Self {
        Self { kind, name: name.to_owned(), of: of.to_owned(), place, text }
    }
}

/// Returns the script: an array with an array for each entry, a line each.
pub(super) fn file(entries: &[Entry]) -> String {
    let line = |Entry { kind, name, of, place, text }: &Entry| {
        let texts = [kind.word(), name, of, place, text];
        let line = serde_json::to_string(&texts).expect("text is JSON");
        // Within a script these could end it, or a line of it.
        line.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
    };
    let lines: Vec<String> = entries.iter().map(line).collect();
    format!("\"use strict\";\nwindow.protostoreIndex = [\n{}\n];\n", lines.join(",\n"))
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Table => "table",
            Self::Column => "column",
            Self::Enum => "enum",
            Self::Function => "function",
            Self::Value => "value",
            Self::Index => "index",
        }
    }
}
