//! A line as plain data; whatever is not known in it is an error.

use serde_json::{Map, Value};

use super::Why;
use super::column::{Column, Form as ColumnForm, Ty};
use super::form::{Form, Stored};
use super::hook::Call;
use super::report::Lists;
use super::rows::Rows;
use super::rules::Rules;
use crate::stored::document::{Catalog, Scalar};

/// A step.
#[derive(Clone, Debug)]
pub(super) enum Line {
    Bits { rows: Rows, from: String, to: String, into: bool, single: bool },
    Text { rows: Rows, from: String, to: String },
    Reform { rows: Rows, from: String, to: String, was: Stored, is: Stored, within: Option<String> },
    Encode { rows: Rows, to: String, was: Stored, is: Stored, within: Option<String>, member: Member },
    Decode { rows: Rows, from: String, was: Stored, is: Stored, member: Member },
    Chain { rows: Rows, number: u32, to: String, message: String, fields: Vec<Member> },
    Keep { rows: Rows, into: String, to: String, message: String, fields: Vec<Member> },
    Hook { rows: Rows, kept: Rows, from: String, message: String, calls: Vec<Call> },
    Report { rows: Rows, column: String, field: String, rules: Rules },
    Lists { rows: Rows, field: String, lists: Lists },
}

/// A field of a message, by its place.
#[derive(Clone, Debug)]
pub(super) enum Member {
    /// In a column of the row.
    Column(Column),
    /// A message in columns of the same row, set where `presence` is not 0.
    Message { number: u32, presence: String, fields: Vec<Member> },
    /// In rows of a child table: a list with a position, a map with a key, or a message with neither.
    Rows(ChildRows),
}

/// Rows of a child table.
#[derive(Clone, Debug)]
pub(super) struct ChildRows {
    pub(super) number: u32,
    pub(super) table: String,
    /// The columns with the key of the row around, in its order.
    pub(super) owner: Vec<String>,
    pub(super) position: Option<String>,
    pub(super) key: Option<Column>,
    /// The message of an element; none of scalars.
    pub(super) message: Option<String>,
    pub(super) fields: Vec<Member>,
}

impl ChildRows {
    /// Returns whether it is a message in a row of its own, and no list or map.
    pub(super) fn is_alone(&self) -> bool {
        self.position.is_none() && self.key.is_none()
    }
}

impl Member {
    /// Returns the number of the field.
    pub(super) fn number(&self) -> u32 {
        match self {
            Self::Column(column) => column.number,
            Self::Message { number, .. } => *number,
            Self::Rows(rows) => rows.number,
        }
    }

    /// Looks up what columns of JSON are of, in a version.
    pub(super) fn resolve(&mut self, catalog: &Catalog) -> Result<(), Why> {
        match self {
            Self::Column(column) => column.resolve(catalog),
            Self::Message { fields, .. } => fields.iter_mut().try_for_each(|field| field.resolve(catalog)),
            Self::Rows(rows) => rows.fields.iter_mut().try_for_each(|field| field.resolve(catalog)),
        }
    }

    /// Returns whether it is this column.
    pub(super) fn is_column(&self, name: &str) -> bool {
        matches!(self, Self::Column(column) if column.name == name)
    }
}

/// Reads the JSON of a line.
pub(super) fn read(json: &str) -> Result<Line, Why> {
    let value: Value = serde_json::from_str(json).map_err(|why| why.to_string())?;
    let (step, mut of) = only(value)?;
    let line = match step.as_str() {
        "bits" => Line::Bits {
            rows: of.rows()?,
            from: of.text("from")?,
            to: of.text("to")?,
            into: of.flag("into")?,
            single: of.flag("single")?,
        },
        "text" => Line::Text { rows: of.rows()?, from: of.text("from")?, to: of.text("to")? },
        "reform" => Line::Reform {
            rows: of.rows()?,
            from: of.text("from")?,
            to: of.text("to")?,
            was: of.stored("was")?,
            is: of.stored("is")?,
            within: of.optional("within").map(text).transpose()?,
        },
        "encode" => Line::Encode {
            rows: of.rows()?,
            to: of.text("to")?,
            was: of.stored("was")?,
            is: of.stored("is")?,
            within: of.optional("within").map(text).transpose()?,
            member: member(of.take("member")?)?,
        },
        "decode" => Line::Decode {
            rows: of.rows()?,
            from: of.text("from")?,
            was: of.stored("was")?,
            is: of.stored("is")?,
            member: member(of.take("member")?)?,
        },
        "chain" => Line::Chain {
            rows: of.rows()?,
            number: of.number("number")?,
            to: of.text("to")?,
            message: of.text("message")?,
            fields: of.members("fields")?,
        },
        "keep" => Line::Keep {
            rows: of.rows()?,
            into: of.text("into")?,
            to: of.text("to")?,
            message: of.text("message")?,
            fields: of.members("fields")?,
        },
        "hook" => Line::Hook {
            rows: of.rows()?,
            kept: of.inner("kept")?.whole(Members::rows)?,
            from: of.text("from")?,
            message: of.text("message")?,
            calls: of.all("calls")?.into_iter().map(call).collect::<Result<_, Why>>()?,
        },
        "report" => Line::Report {
            rows: of.rows()?,
            column: of.text("column")?,
            field: of.text("field")?,
            rules: Rules::read(of.take("rules")?)?,
        },
        "lists" => Line::Lists {
            rows: of.rows()?,
            field: of.text("field")?,
            lists: Lists {
                within: of.optional("within").map(text).transpose()?,
                of: of.text("of")?,
                owner: of.texts("owner")?,
                least: of.limit("least")?,
                most: of.limit("most")?,
                unique: of.optional("unique").map(text).transpose()?,
            },
        },
        other => return Err(format!("there is no step {other}")),
    };
    of.end(line)
}

fn call(value: Value) -> Result<Call, Why> {
    let Value::Object(object) = value else { return Err("a call is no object".to_owned()) };
    Members(object).whole(|of| Ok(Call { method: of.text("method")?, fields: of.members("fields")? }))
}

fn member(value: Value) -> Result<Member, Why> {
    let (kind, mut of) = only(value)?;
    let member = match kind.as_str() {
        "column" => {
            let column = of.column()?;
            Member::Column(column)
        }
        "message" => Member::Message {
            number: of.number("number")?,
            presence: of.text("presence")?,
            fields: of.members("fields")?,
        },
        "rows" => Member::Rows(ChildRows {
            number: of.number("number")?,
            table: of.text("table")?,
            owner: of.texts("owner")?,
            position: of.optional("position").map(text).transpose()?,
            key: match of.optional("key").map(member).transpose()? {
                None => None,
                Some(Member::Column(column)) => Some(column),
                Some(_) => return Err("the key of a map is no column".to_owned()),
            },
            message: of.optional("message").map(text).transpose()?,
            fields: of.members("fields")?,
        }),
        other => return Err(format!("there is no member {other}")),
    };
    of.end(member)
}

/// The members of an object that have not been read yet.
struct Members(Map<String, Value>);

/// Takes an object of one member apart, which is an object.
fn only(value: Value) -> Result<(String, Members), Why> {
    let Value::Object(object) = value else { return Err("it is no object".to_owned()) };
    let mut members = object.into_iter();
    match (members.next(), members.next()) {
        (Some((name, Value::Object(of))), None) => Ok((name, Members(of))),
        _ => Err("it is no object of one object".to_owned()),
    }
}

fn text(value: Value) -> Result<String, Why> {
    if let Value::String(text) = value { Ok(text) } else { Err(format!("{value} is no text")) }
}

impl Members {
    fn optional(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    fn take(&mut self, name: &str) -> Result<Value, Why> {
        self.optional(name).ok_or_else(|| format!("it has no {name}"))
    }

    fn text(&mut self, name: &str) -> Result<String, Why> {
        self.take(name).and_then(text)
    }

    fn texts(&mut self, name: &str) -> Result<Vec<String>, Why> {
        self.all(name)?.into_iter().map(text).collect()
    }

    fn members(&mut self, name: &str) -> Result<Vec<Member>, Why> {
        self.all(name)?.into_iter().map(member).collect()
    }

    fn all(&mut self, name: &str) -> Result<Vec<Value>, Why> {
        if let Value::Array(items) = self.take(name)? { Ok(items) } else { Err(format!("{name} is no list")) }
    }

    fn flag(&mut self, name: &str) -> Result<bool, Why> {
        self.take(name)?.as_bool().ok_or_else(|| format!("{name} is neither true nor false"))
    }

    fn number(&mut self, name: &str) -> Result<u32, Why> {
        let number = self.take(name)?.as_u64().and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| format!("{name} is no number"))
    }

    fn limit(&mut self, name: &str) -> Result<Option<u64>, Why> {
        let limit = self.optional(name).map(|limit| limit.as_u64().ok_or_else(|| format!("{name} is no number")));
        limit.transpose()
    }

    fn rows(&mut self) -> Result<Rows, Why> {
        Ok(Rows { table: self.text("table")?, key: self.texts("key")? })
    }

    fn stored(&mut self, name: &str) -> Result<Stored, Why> {
        let Value::Object(object) = self.take(name)? else { return Err(format!("{name} is no object")) };
        let mut of = Self(object);
        let form = match of.text("form")?.as_str() {
            "bytes" => Form::Bytes,
            "json" => Form::Json,
            "paths" => Form::Paths,
            other => return Err(format!("there is no form {other}")),
        };
        let message = of.optional("message").map(text).transpose()?;
        let field = if of.0.contains_key("field") { Some(of.number("field")?) } else { None };
        of.end(Stored { form, message, field })
    }

    fn column(&mut self) -> Result<Column, Why> {
        let of = self.take("ty")?;
        let ty = Ty::named(&of).ok_or("it has a type that is not known")?;
        let kind = self.optional("kind");
        let scalar = kind.as_ref().and_then(Value::as_str).and_then(Scalar::named);
        let wrapper = kind.as_ref().and_then(|kind| kind["message"].as_str()).map(str::to_owned);
        let form = match self.optional("form") {
            None => ColumnForm::Own,
            Some(form) => form.as_str().and_then(ColumnForm::named).ok_or("it has a form that is not known")?,
        };
        Ok(Column {
            number: self.number("number")?,
            name: self.text("column")?,
            scalar,
            wrapper,
            ty,
            form,
            optional: self.flag("optional")?,
            owner: of["repeated"]["owner"].as_str().map(str::to_owned),
            document: None,
        })
    }

    fn inner(&mut self, name: &str) -> Result<Self, Why> {
        if let Value::Object(object) = self.take(name)? {
            Ok(Self(object))
        } else {
            Err(format!("{name} is no object"))
        }
    }

    fn whole<T>(mut self, read: impl FnOnce(&mut Self) -> Result<T, Why>) -> Result<T, Why> {
        let done = read(&mut self)?;
        self.end(done)
    }

    fn end<T>(self, done: T) -> Result<T, Why> {
        match self.0.keys().next() {
            None => Ok(done),
            Some(name) => Err(format!("{name} is not known")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The migrations that the emitter's own tests hold still, and those of the store whose upgrades ask the program.
    const GOLDEN: [&str; 2] = [
        concat!(env!("CARGO_MANIFEST_DIR"), "/../protostore-emit/tests/migrations/golden"),
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/hooks/generated/fleet/migrations/sqlite"),
    ];

    #[test]
    fn every_line_that_the_emitter_prints_is_known() {
        let mut steps = std::collections::BTreeSet::new();
        let files = GOLDEN.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
        for path in files.map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
            let text = std::fs::read_to_string(path).unwrap();
            for json in text.lines().filter_map(|line| line.strip_prefix("-- protostore: ")) {
                read(json).unwrap_or_else(|why| panic!("{why}: {json}"));
                steps.extend(json.split('"').nth(1).map(str::to_owned));
            }
        }
        let all = ["bits", "chain", "decode", "encode", "hook", "keep", "lists", "reform", "report", "text"]
            .map(str::to_owned);
        assert!(steps.iter().eq(all.iter()), "{steps:?}");
    }
}
