//! What `codegen` is asked to do with a schema that changed.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use protostore_evolve::plan::Word;

/// What to do with a schema that changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Append a version.
    #[default]
    Write,
    /// Rewrite the newest version from the one before, as long as it is not released.
    Amend,
}

/// What `codegen` is asked to do: [`Request::default`] appends a version to each store that changed.
///
/// ```
/// use protostore_build::{Mode, Request};
///
/// let request = Request { accept: vec!["narrow:machines.mem_size_mb".parse()?], ..Request::default() };
/// assert_eq!(request.mode, Mode::Write);
/// assert_eq!(request.flags(), "--accept narrow:machines.mem_size_mb");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The only store that is written, by the name of its crate; without it, each.
    pub store: Option<String>,
    /// Whether a version is added, or the newest one rewritten.
    pub mode: Mode,
    /// Whether the versions of this branch are put on top of those of another: git's own merge cannot.
    pub rebase: Option<Rebase>,
    /// What the version is called, in snake_case; without it, after its first change.
    pub name: Option<Slug>,
    /// The risks that are accepted.
    pub accept: Vec<Accept>,
    /// The oldest version whose files are still upgraded, where this run drops those below it.
    pub oldest: Option<u32>,
    /// Whether the newest version is released with this run.
    pub release: Option<Release>,
    /// Whether the plan is printed and nothing is written.
    pub dry_run: bool,
    /// A commit, branch or tag of git: what it has is not rewritten.
    pub against: Option<String>,
    /// Where it is kept that nothing changed, by hashes of all that this follows from: the directory that Cargo builds
    /// in. Without it everything is computed.
    pub cache: Option<PathBuf>,
}

/// On top of which versions those of this branch are put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rebase {
    /// Those of the other side of the merge, rebase or cherry-pick that git is in the middle of.
    Other,
    /// Those of a commit, branch or tag.
    Onto(String),
}

/// What is done to the newest version besides, so that it is never rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// It is released under the version of the data that it has.
    AsItIs,
    /// It is released, and the data leaves 0.x: its version is 1.0.0.
    Stable,
}

/// The answer to a question: `narrow:machines.mem_size_mb`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Accept {
    /// Which risk is accepted.
    pub word: Word,
    /// Where: the table, or the path of the field, by present names.
    pub place: String,
}

/// What a version is called, in a few words that can be part of a file name: `rename_memory`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    /// Returns the words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Request {
    /// Returns the flags that say this, as they are typed; `--dry-run` aside.
    #[must_use]
    pub fn flags(&self) -> String {
        let Self { store, mode, rebase, name, accept, oldest, release, dry_run: _, against, cache: _ } = self;
        let mut flags: Vec<String> = Vec::new();
        flags.extend(store.as_ref().map(|store| format!("--store {store}")));
        flags.extend((*mode == Mode::Amend).then(|| "--amend".to_owned()));
        flags.extend(rebase.as_ref().map(|rebase| match rebase {
            Rebase::Other => "--rebase".to_owned(),
            Rebase::Onto(base) => format!("--rebase {base}"),
        }));
        flags.extend(name.as_ref().map(|name| format!("--name {}", name.as_str())));
        flags.extend(accept.iter().map(|accept| format!("--accept {accept}")));
        flags.extend(oldest.map(|oldest| format!("--oldest {oldest}")));
        flags.extend(release.map(|release| match release {
            Release::AsItIs => "--release".to_owned(),
            Release::Stable => "--release 1.0.0".to_owned(),
        }));
        flags.extend(against.as_ref().map(|against| format!("--against {against}")));
        flags.join(" ")
    }

    /// Returns whether nothing is asked for but what the protos say.
    pub(crate) fn is_plain(&self) -> bool {
        *self == Self { cache: self.cache.clone(), ..Self::default() }
    }

    /// Returns the accepted risks as evolution takes them.
    pub(crate) fn accepted(&self) -> Vec<(Word, String)> {
        self.accept.iter().map(|Accept { word, place }| (*word, place.clone())).collect()
    }
}

impl From<Mode> for Request {
    fn from(mode: Mode) -> Self {
        Self { mode, ..Self::default() }
    }
}

impl FromStr for Accept {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, place) = text.split_once(':').filter(|(_, place)| !place.is_empty()).ok_or_else(|| {
            format!("write a word and a place, such as `narrow:machines.mem_size_mb`, in place of `{text}`")
        })?;
        let known = Word::ALL.into_iter().find(|known| known.as_str() == word).ok_or_else(|| {
            let words: Vec<_> = Word::ALL.iter().map(|word| word.as_str()).collect();
            format!("`{word}` is none of the words {}", words.join(", "))
        })?;
        Ok(Self { word: known, place: place.to_owned() })
    }
}

impl fmt::Display for Accept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.word, self.place)
    }
}

impl FromStr for Slug {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        match text {
            "" => Err("a version needs a name of at least one character".to_owned()),
            _ if text.len() > 64 => Err("the name of a version has 64 characters at most".to_owned()),
            _ if text.chars().all(is_plain) => Ok(Self(text.to_owned())),
            _ => Err(format!("`{text}` is not in snake_case: a name has a to z, 0 to 9 and _")),
        }
    }
}

impl FromStr for Rebase {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(if text.is_empty() { Self::Other } else { Self::Onto(text.to_owned()) })
    }
}

impl FromStr for Release {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "" => Ok(Self::AsItIs),
            "1.0.0" => Ok(Self::Stable),
            _ => Err(format!("`{text}` is not 1.0.0: what changed decides on every other version of the data")),
        }
    }
}
