//! A proto as data, so that edits can be drawn: messages, enums and tables, printed as a file.

use std::fmt::Write as _;

/// A store with all that it holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Proto {
    pub(super) enums: Vec<Enum>,
    /// A message holds only later ones.
    pub(super) messages: Vec<Message>,
    pub(super) tables: Vec<Table>,
    /// Numbers and names of tables that are gone.
    pub(super) gone: Vec<(u32, String)>,
    /// How many names were given.
    pub(super) names: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Enum {
    pub(super) name: String,
    pub(super) values: Vec<(i32, String)>,
    pub(super) gone: Vec<(i32, String)>,
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) name: String,
    pub(super) fields: Vec<Field>,
    pub(super) gone: Vec<(u32, String)>,
    pub(super) next: u32,
    /// Whether it is the record of a table with a key, its first field.
    pub(super) keyed: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) number: u32,
    pub(super) message: usize,
    pub(super) singleton: bool,
    pub(super) append_only: bool,
}

/// What a field is.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) label: Label,
    pub(super) ty: Ty,
    pub(super) oneof: Option<String>,
    /// Those of `(protostore.v1.column)`: `storage: BYTES`.
    pub(super) column: Vec<String>,
    /// Other options: `json_name = "x"`.
    pub(super) other: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Implicit,
    Optional,
    Repeated,
    /// Values of a map with keys of this type.
    Map(&'static str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    Scalar(&'static str),
    Enum(usize),
    Message(usize),
    /// A type of `google.protobuf`.
    Known(&'static str),
}

impl Proto {
    /// Returns a name that no other thing has or had.
    pub(super) fn name(&mut self, of: &str) -> String {
        self.names += 1;
        format!("{of}{}", self.names)
    }

    /// Returns the body of the file.
    pub(super) fn print(&self) -> String {
        let mut text = String::new();
        for one in &self.enums {
            let _ = writeln!(text, "enum {} {{", one.name);
            for (number, name) in &one.values {
                let _ = writeln!(text, "  {name} = {number};");
            }
            reserved(&mut text, &one.gone);
            text.push_str("}\n");
        }
        for message in &self.messages {
            let _ = writeln!(text, "message {} {{", message.name);
            let mut printed: Vec<&str> = Vec::new();
            for field in &message.fields {
                match field.oneof.as_deref() {
                    None => self.field(&mut text, field),
                    Some(oneof) if printed.contains(&oneof) => {}
                    Some(oneof) => {
                        printed.push(oneof);
                        let _ = writeln!(text, "  oneof {oneof} {{");
                        let members = message.fields.iter().filter(|f| f.oneof.as_deref() == Some(oneof));
                        members.for_each(|member| self.field(&mut text, member));
                        text.push_str("  }\n");
                    }
                }
            }
            reserved(&mut text, &message.gone);
            text.push_str("}\n");
        }
        text.push_str("message LabStore {\n  option (protostore.v1.store) = {name: \"lab\"};\n");
        for table in &self.tables {
            let label = if table.singleton { "" } else { "repeated " };
            let message = &self.messages[table.message].name;
            let options = if table.append_only { " [(protostore.v1.table) = {append_only: true}]" } else { "" };
            let _ = writeln!(text, "  {label}{message} {} = {}{options};", table.name, table.number);
        }
        reserved(&mut text, &self.gone);
        text.push_str("}\n");
        text
    }

    fn field(&self, text: &mut String, field: &Field) {
        let ty = match &field.ty {
            Ty::Scalar(name) => (*name).to_owned(),
            Ty::Enum(at) => self.enums[*at].name.clone(),
            Ty::Message(at) => self.messages[*at].name.clone(),
            Ty::Known(name) => format!("google.protobuf.{name}"),
        };
        let ty = match &field.label {
            Label::Implicit => ty,
            Label::Optional => format!("optional {ty}"),
            Label::Repeated => format!("repeated {ty}"),
            Label::Map(key) => format!("map<{key}, {ty}>"),
        };
        let mut options = field.other.clone();
        if !field.column.is_empty() {
            options.push(format!("(protostore.v1.column) = {{{}}}", field.column.join(" ")));
        }
        let options = if options.is_empty() { String::new() } else { format!(" [{}]", options.join(", ")) };
        let _ = writeln!(text, "  {ty} {} = {}{options};", field.name, field.number);
    }
}

fn reserved<N: std::fmt::Display>(text: &mut String, gone: &[(N, String)]) {
    for (number, name) in gone {
        let _ = writeln!(text, "  reserved {number};\n  reserved \"{name}\";");
    }
}

impl Field {
    pub(super) fn new(number: u32, name: String, label: Label, ty: Ty) -> Self {
        Self { number, name, label, ty, oneof: None, column: Vec::new(), other: Vec::new() }
    }

    /// Says whether an option of the column is there that begins so.
    pub(super) fn says(&self, option: &str) -> bool {
        self.column.iter().any(|said| said.starts_with(option))
    }

    pub(super) fn is_message(&self) -> bool {
        matches!(self.ty, Ty::Message(_))
    }

    /// Says whether it is one value, as far as its label goes.
    pub(super) fn is_single(&self) -> bool {
        matches!(self.label, Label::Implicit | Label::Optional)
    }
}
