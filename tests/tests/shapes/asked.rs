//! What the options of a field ask of its values, read by reflection: the generator's own reader is under test.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use prost_reflect::{DynamicMessage, FieldDescriptor, Value};

/// What is asked of one field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) encoding: Encoding,
    pub(crate) storage: Storage,
    pub(crate) required: bool,
    /// The table whose rows the field names.
    pub(crate) reference: Option<String>,
    pub(crate) generated: Option<Generated>,
}

/// The form of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    #[default]
    Own,
    FullRange,
    FloatBits,
    Seconds,
    Milliseconds,
    Microseconds,
    Rfc3339,
    Timestamptz,
}

/// The shape of a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Storage {
    #[default]
    Own,
    ChildTable,
    Json,
    Bytes,
    NotStored,
}

/// What the store makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generated {
    Uuid,
    Sequence,
    Time,
}

/// What a table asks of the fields of its record, by path.
#[derive(Debug, Default)]
pub(crate) struct Asks {
    listed: BTreeMap<String, DynamicMessage>,
    known: RefCell<BTreeMap<String, Rc<Ask>>>,
}

impl Asks {
    /// Reads the `column` list of a field of a store message.
    pub(crate) fn of_table(field: &FieldDescriptor) -> Self {
        let mut listed = BTreeMap::new();
        if let Some(options) = extension(field, "protostore.v1.table")
            && let Some(Value::List(columns)) = options.get_field_by_name("column").as_deref()
        {
            let columns = columns.iter().filter_map(Value::as_message);
            listed.extend(columns.map(|column| (text(column, "field"), column.clone())));
        }
        Self { listed, known: RefCell::default() }
    }

    /// Returns what is asked of the field at `path`, on the field itself and in the list.
    pub(crate) fn of(&self, path: &str, field: &FieldDescriptor) -> Rc<Ask> {
        if let Some(ask) = self.known.borrow().get(path) {
            return Rc::clone(ask);
        }
        let mut ask = Ask::default();
        for options in extension(field, "protostore.v1.column").iter().chain(self.listed.get(path)) {
            read(options, field, &mut ask);
        }
        // REQUIRED of `google.api.field_behavior`.
        ask.required |= behaviors(field).contains(&2);
        let ask = Rc::new(ask);
        self.known.borrow_mut().insert(path.to_owned(), Rc::clone(&ask));
        ask
    }
}

fn read(options: &DynamicMessage, field: &FieldDescriptor, ask: &mut Ask) {
    match number(options, "encoding") {
        1 => ask.encoding = Encoding::FullRange,
        2 => ask.encoding = Encoding::FloatBits,
        3 => ask.encoding = Encoding::Seconds,
        4 => ask.encoding = Encoding::Milliseconds,
        5 => ask.encoding = Encoding::Microseconds,
        6 => ask.encoding = Encoding::Rfc3339,
        7 => ask.encoding = Encoding::Timestamptz,
        _ => {}
    }
    match number(options, "storage") {
        2 if !field.is_list() && !field.is_map() => ask.storage = Storage::ChildTable,
        3 => ask.storage = Storage::Json,
        4 => ask.storage = Storage::Bytes,
        5 => ask.storage = Storage::NotStored,
        _ => {}
    }
    ask.generated = match number(options, "generated") {
        1 | 2 => Some(Generated::Uuid),
        3 => Some(Generated::Sequence),
        4 | 5 => Some(Generated::Time),
        _ => ask.generated,
    };
    ask.required |= matches!(options.get_field_by_name("required").as_deref(), Some(Value::Bool(true)));
    if let Some(Value::Message(target)) = options.get_field_by_name("references").as_deref()
        && options.has_field_by_name("references")
    {
        ask.reference = Some(text(target, "table"));
    }
}

fn behaviors(field: &FieldDescriptor) -> Vec<i32> {
    let options = field.options();
    let of = options.extensions().find(|(extension, _)| extension.full_name() == "google.api.field_behavior");
    let Some((_, Value::List(numbers))) = of else { return Vec::new() };
    numbers.iter().filter_map(Value::as_enum_number).collect()
}

fn extension(field: &FieldDescriptor, name: &str) -> Option<DynamicMessage> {
    let options = field.options();
    let found = options.extensions().find(|(extension, _)| extension.full_name() == name);
    found.and_then(|(_, value)| value.as_message().cloned())
}

fn number(options: &DynamicMessage, name: &str) -> i32 {
    options.get_field_by_name(name).and_then(|value| value.as_enum_number()).unwrap_or_default()
}

fn text(options: &DynamicMessage, name: &str) -> String {
    options.get_field_by_name(name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
