//! What can go wrong, and where: an error names its kind and, where there is one, the table, the field and the constraint.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use crate::schema::Layout;

mod excerpt;
#[cfg(feature = "grpc")]
mod status;
mod violation;

pub use excerpt::excerpt;
pub(crate) use violation::{Violation, missing, too_deep};

/// The result of everything in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What class of thing went wrong; each maps onto one gRPC code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The record is not there.
    NotFound,
    /// A record with this key or unique value is there already.
    AlreadyExists,
    /// The record names another that is not there.
    Reference,
    /// A value breaks a rule of the schema.
    Invalid,
    /// A value is valid in protobuf and wider than its column.
    OutOfRange,
    /// The store is not in the state that the request needs, for example because another record still names this one.
    Precondition,
    /// The request was undone for a reason outside of it, or its record has changed since it was read: it may be tried
    /// again, after reading.
    Aborted,
    /// A queue or the disk is full.
    Exhausted,
    /// The store was opened for reading alone, since a newer program has changed it so that this one must not write.
    ReadOnly,
    /// It took longer than it may, and was ended.
    Deadline,
    /// Whether the write is durable is not known.
    Unknown,
    /// What was read cannot have been written by this schema, or a page of the file is not as it was written.
    Damaged,
    /// The operating system could not read or write the files; it may be passing.
    Io,
    /// The store was closed, or has stopped after a failed commit.
    Stopped,
    /// The database refused, for a reason that has no kind of its own.
    Engine,
    /// The key file or what it holds cannot be used.
    Key,
    /// The database file cannot be opened.
    Open,
    /// The database file is open already, in this process or in another.
    InUse,
}

/// An error: eight bytes, with everything behind a pointer, so that a `Result` in a decoder stays small.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    table: Option<Cow<'static, str>>,
    field: Option<Cow<'static, str>>,
    constraint: Option<Cow<'static, str>>,
    message: Cow<'static, str>,
    violation: Option<Violation>,
    too_large: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Makes an error that names no place yet.
    #[cold]
    pub fn new(kind: Kind, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self(Box::new(Inner {
            kind,
            table: None,
            field: None,
            constraint: None,
            message,
            violation: None,
            too_large: false,
            source: None,
        }))
    }

    /// Says that `field` is required and was not set.
    #[cold]
    pub fn missing(field: impl Into<Cow<'static, str>>) -> Self {
        Self::invalid(field, "must be set")
    }

    /// Says that `field` breaks a rule, and which.
    #[cold]
    pub fn invalid(field: impl Into<Cow<'static, str>>, why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Invalid, why).at(field)
    }

    /// Puts `field` before the path that the error names: `image_path` in `root_drive` becomes `root_drive.image_path`.
    #[cold]
    #[must_use]
    pub fn at(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        let outer = field.into();
        self.0.field = Some(match self.0.field.take() {
            None => outer,
            Some(inner) => format!("{outer}.{inner}").into(),
        });
        self
    }

    /// Names the table, unless one is named already: the innermost place knows best.
    #[cold]
    #[must_use]
    pub fn in_table(mut self, table: impl Into<Cow<'static, str>>) -> Self {
        self.0.table.get_or_insert_with(|| table.into());
        self
    }

    /// Names the constraint that was broken.
    #[cold]
    #[must_use]
    pub fn by_constraint(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.constraint = Some(name.into());
        self
    }

    /// Keeps the error that led to this one.
    #[cold]
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Returns what class of thing went wrong.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Returns the table, by its SQL name.
    pub fn table(&self) -> Option<&str> {
        self.0.table.as_deref()
    }

    /// Returns the field, as a path of protobuf names from the record; several, joined by `, `, where they only fail together.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// Returns the constraint that was broken, by its name in the database.
    pub fn constraint(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }

    /// Returns what went wrong, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// For engines: says that a statement has broken a constraint, by its name, until the layout of the table explains it.
    ///
    /// The kind says which sort of constraint it is: [`Kind::AlreadyExists`] a key or unique index, [`Kind::Reference`] a
    /// foreign key, and any other a CHECK.
    ///
    /// ```
    /// # use protostore::{Error, Kind};
    /// /// Says what `23503` and the name of the constraint mean, as a server of PostgreSQL reports them.
    /// fn foreign_key(constraint: &str) -> Error {
    ///     Error::broken(Kind::Reference, constraint)
    /// }
    /// ```
    #[cold]
    #[must_use]
    pub fn broken(kind: Kind, constraint: &str) -> Self {
        let name = constraint.to_owned();
        let violation = match kind {
            Kind::AlreadyExists => Violation::UniqueIndex(name),
            Kind::Reference => Violation::Reference(name),
            _ => Violation::Check(name),
        };
        Self::new(kind, format!("breaks the constraint {constraint}")).violating(violation)
    }

    /// Keeps what the engine said about a broken constraint until the layout of the table explains it.
    #[cold]
    pub(crate) fn violating(mut self, violation: Violation) -> Self {
        self.0.violation = Some(violation);
        self
    }

    /// Returns the broken constraint that is not explained yet.
    pub(crate) fn violation(&self) -> Option<&Violation> {
        self.0.violation.as_ref()
    }

    /// Marks that an answer would have been larger than it may be: who asked may ask for less.
    #[cold]
    pub(crate) fn marked_too_large(mut self) -> Self {
        self.0.too_large = true;
        self
    }

    /// Says whether the answer would have been larger than it may be.
    pub(crate) fn is_too_large(&self) -> bool {
        self.0.too_large
    }

    /// Explains a broken constraint, and a field that is known by its column only, in the words of the schema.
    #[cold]
    #[must_use]
    pub(crate) fn explained(mut self, layout: &'static Layout) -> Self {
        let Some(violation) = self.0.violation.take() else {
            // A row that cannot be read knows its column only.
            let column = layout.columns.iter().find(|column| self.0.field.as_deref() == Some(column.name));
            if let (Kind::Damaged, Some(column)) = (self.0.kind, column) {
                self.0.field = Some(column.field.into());
            }
            return self.in_table(layout.record);
        };
        let explained = violation.explain(layout);
        match self.0.source.take() {
            Some(source) => explained.because(source),
            None => explained,
        }
    }

    /// Returns the same error once more, for another who waits for the same thing; the source stays with the first.
    #[cold]
    pub(crate) fn again(&self) -> Self {
        let Inner { kind, table, field, constraint, message, violation: _, too_large, source: _ } = &*self.0;
        Self(Box::new(Inner {
            kind: *kind,
            table: table.clone(),
            field: field.clone(),
            constraint: constraint.clone(),
            message: message.clone(),
            violation: None,
            too_large: *too_large,
            source: None,
        }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind: _, table, field, constraint: _, message, violation: _, too_large: _, source: _ } = &*self.0;
        match (table, field) {
            (Some(table), Some(field)) => write!(f, "{table}.{field}: {message}"),
            (Some(place), None) | (None, Some(place)) => write!(f, "{place}: {message}"),
            (None, None) => f.write_str(message),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, table, field, constraint, message, violation: _, too_large: _, source } = &*self.0;
        let mut out = f.debug_struct("Error");
        out.field("kind", kind);
        for (name, value) in [("table", table), ("field", field), ("constraint", constraint)] {
            if let Some(value) = value {
                out.field(name, value);
            }
        }
        out.field("message", message);
        if let Some(source) = source {
            out.field("source", source);
        }
        out.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
