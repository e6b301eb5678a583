//! Random edits of a proto, as a developer would make them, and how each carries values.

use fastrand::Rng;

use super::draw::{add_field, is_named_by_text};
use super::proto::{Field, Label, Proto, Table, Ty};
use crate::lab::Rule;

/// An edit: changes the proto where it finds something to change, and says how values are carried.
pub(super) type Edit = fn(&mut Rng, &mut Proto) -> Option<Rule>;

/// The edit after which bits are other numbers, in either direction.
pub(super) const SIGN: &str = "read the sign anew";

/// Every edit, by its name.
pub(super) const EDITS: &[(&str, Edit)] = &[
    ("rename a field", rename_field),
    ("rename a message", rename_message),
    ("rename a table", rename_table),
    ("swap two names", swap_names),
    ("change a name's case", change_case),
    ("name a column", name_column),
    ("change a JSON name", json_name),
    ("add a field", new_field),
    ("add a member", new_member),
    ("drop a field", drop_field),
    ("add a table", new_table),
    ("drop a table", drop_table),
    ("rename an enum's value", rename_value),
    ("drop an enum's value", drop_value),
    ("make it optional or not", presence),
    ("widen a number", widen),
    (SIGN, sign),
    ("narrow a number", narrow),
    ("take another group", group),
    ("make a text bytes", text_to_bytes),
    ("wrap or unwrap", wrap),
    ("make it a list", to_list),
    ("make a list one", from_list),
    ("make a map a list", map_to_list),
    ("store it otherwise", storage),
    ("store it otherwise again", storage),
    ("encode it otherwise", encoding),
    ("index", index),
    ("make it unique or not", unique),
    ("refer to a table or not", reference),
    ("say what a delete does", on_delete),
    ("require it or not", required),
    ("put it into a oneof", into_oneof),
    ("take it out of a oneof", out_of_oneof),
    ("rename a oneof", rename_oneof),
    ("append only or not", append_only),
    ("store it no more", not_stored),
];

/// Returns a field that fits, and is no key.
fn find<'a>(rng: &mut Rng, proto: &'a mut Proto, fits: impl Fn(&Field) -> bool) -> Option<&'a mut Field> {
    let all: Vec<(usize, usize)> = proto
        .messages
        .iter()
        .enumerate()
        .flat_map(|(m, message)| (usize::from(message.keyed)..message.fields.len()).map(move |f| (m, f)))
        .filter(|(m, f)| fits(&proto.messages[*m].fields[*f]))
        .collect();
    let (m, f) = *rng.choice(&all)?;
    Some(&mut proto.messages[m].fields[f])
}

fn rename_field(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let name = proto.name("named");
    find(rng, proto, |_| true)?.name = name;
    Some(Rule::Wire)
}

fn rename_message(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let parts = proto.messages.iter().position(|message| message.name.starts_with("Part"))?;
    let name = proto.name("Part");
    let at = rng.usize(parts..proto.messages.len());
    proto.messages[at].name = name;
    Some(Rule::Wire)
}

fn rename_table(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let name = proto.name("lines");
    let at = rng.usize(0..proto.tables.len());
    let before = std::mem::replace(&mut proto.tables[at].name, name.clone());
    for field in proto.messages.iter_mut().flat_map(|message| &mut message.fields) {
        for option in &mut field.column {
            *option = option.replace(&format!("\"{before}\""), &format!("\"{name}\""));
        }
    }
    Some(Rule::Wire)
}

fn swap_names(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let at = rng.usize(0..proto.messages.len());
    let message = &mut proto.messages[at];
    let first = usize::from(message.keyed);
    let count = message.fields.len();
    if count < first + 2 {
        return None;
    }
    let (a, b) = (rng.usize(first..count - 1), count - 1);
    let (left, right) = message.fields.split_at_mut(b);
    std::mem::swap(&mut left[a].name, &mut right[0].name);
    Some(Rule::Wire)
}

fn change_case(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let field = find(rng, proto, |field| field.name.starts_with("field"))?;
    field.name = field.name.replace("field", "Field");
    Some(Rule::Wire)
}

fn name_column(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let name = proto.name("column");
    let field = find(rng, proto, |field| !field.says("name") && !field.says("storage: NOT_STORED"))?;
    field.column.push(format!("name: \"{name}\""));
    Some(Rule::Wire)
}

fn json_name(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let name = proto.name("json");
    find(rng, proto, |field| field.other.is_empty())?.other.push(format!("json_name = \"{name}\""));
    Some(Rule::Wire)
}

fn new_field(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let at = rng.usize(0..proto.messages.len());
    add_field(rng, proto, at);
    Some(Rule::Wire)
}

fn new_member(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let (m, oneof) =
        proto.messages.iter().enumerate().find_map(|(m, message)| {
            message.fields.iter().find_map(|field| field.oneof.clone()).map(|oneof| (m, oneof))
        })?;
    let ty = if rng.bool() { Ty::Scalar("int32") } else { Ty::Scalar("string") };
    let name = proto.name("member");
    let message = &mut proto.messages[m];
    let mut field = Field::new(message.next, name, Label::Implicit, ty);
    message.next += 1;
    field.oneof = Some(oneof);
    message.fields.push(field);
    Some(Rule::Wire)
}

fn drop_field(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let at = rng.usize(0..proto.messages.len());
    let message = &mut proto.messages[at];
    let first = usize::from(message.keyed);
    if message.fields.len() < first + 2 {
        return None;
    }
    let gone = message.fields.remove(rng.usize(first..message.fields.len()));
    message.gone.push((gone.number, gone.name));
    Some(Rule::Wire)
}

fn new_table(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let message = proto.messages.iter().position(|message| message.name.starts_with("Part"))?;
    let used = proto.tables.iter().any(|table| table.message >= message);
    let last = proto.tables.iter().map(|table| table.number).chain(proto.gone.iter().map(|gone| gone.0)).max()?;
    if used || rng.bool() {
        return None;
    }
    let name = proto.name("rows");
    proto.tables.push(Table { name, number: last + 1, message, singleton: true, append_only: false });
    Some(Rule::Wire)
}

fn drop_table(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let named = |table: &Table| {
        let quoted = format!("\"{}\"", table.name);
        proto.messages.iter().flat_map(|m| &m.fields).any(|f| f.column.iter().any(|o| o.contains(&quoted)))
    };
    let free: Vec<usize> = (0..proto.tables.len()).filter(|at| !named(&proto.tables[*at])).collect();
    if proto.tables.len() < 2 {
        return None;
    }
    let table = proto.tables.remove(*rng.choice(&free)?);
    proto.gone.push((table.number, table.name));
    Some(Rule::Wire)
}

fn rename_value(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let name = proto.name("VALUE_");
    let at = rng.usize(0..proto.enums.len());
    let values = &mut proto.enums[at].values;
    let value = rng.usize(0..values.len());
    values[value].1 = name;
    Some(Rule::Wire)
}

fn drop_value(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let at = rng.usize(0..proto.enums.len());
    let one = &mut proto.enums[at];
    if one.values.len() < 2 {
        return None;
    }
    let value = one.values.remove(rng.usize(1..one.values.len()));
    one.gone.push(value);
    Some(Rule::Wire)
}

fn presence(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let plain = |f: &Field| {
        f.is_single() && f.oneof.is_none() && matches!(f.ty, Ty::Scalar(_) | Ty::Enum(_)) && !f.says("required")
    };
    let field = find(rng, proto, plain)?;
    field.label = if field.label == Label::Implicit { Label::Optional } else { Label::Implicit };
    Some(Rule::Wire)
}

/// Changes the type of a field whose values have no options.
fn retype(rng: &mut Rng, proto: &mut Proto, pairs: &[(&'static str, &'static str)], rule: Rule) -> Option<Rule> {
    let (from, to) = *rng.choice(pairs)?;
    let fits =
        |f: &Field| f.ty == Ty::Scalar(from) && !f.says("references") && !f.says("encoding") && !f.says("storage");
    find(rng, proto, fits)?.ty = Ty::Scalar(to);
    Some(rule)
}

fn widen(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let pairs =
        [("int32", "int64"), ("uint32", "uint64"), ("uint32", "int64"), ("sint32", "sint64"), ("bool", "int32")];
    retype(rng, proto, &pairs, Rule::Wire)
}

fn sign(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let pairs = [("int32", "uint32"), ("uint32", "int32"), ("fixed32", "sfixed32"), ("sfixed32", "fixed32")];
    retype(rng, proto, &pairs, Rule::Wire)
}

fn narrow(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let pairs =
        [("int64", "int32"), ("uint64", "uint32"), ("sint64", "sint32"), ("int32", "bool"), ("double", "float")];
    retype(rng, proto, &pairs, Rule::Value)
}

fn group(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let pairs =
        [("int32", "sint32"), ("sint32", "uint32"), ("float", "double"), ("int32", "double"), ("int64", "sfixed64")];
    retype(rng, proto, &pairs, Rule::Value)
}

fn text_to_bytes(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let pairs = [("string", "bytes"), ("bytes", "string")];
    retype(rng, proto, &pairs, Rule::Value)
}

fn wrap(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let pairs =
        [("string", "StringValue"), ("int32", "Int32Value"), ("bytes", "BytesValue"), ("double", "DoubleValue")];
    let (scalar, wrapper) = *rng.choice(&pairs)?;
    if rng.bool() {
        let fits = |f: &Field| f.label == Label::Optional && f.ty == Ty::Scalar(scalar) && f.column.is_empty();
        let field = find(rng, proto, fits)?;
        (field.label, field.ty) = (Label::Implicit, Ty::Known(wrapper));
    } else {
        let fits = |f: &Field| f.label == Label::Implicit && f.oneof.is_none() && f.ty == Ty::Known(wrapper);
        let field = find(rng, proto, fits)?;
        (field.label, field.ty) = (Label::Optional, Ty::Scalar(scalar));
    }
    Some(Rule::Value)
}

fn to_list(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    find(rng, proto, |f| f.is_single() && f.oneof.is_none() && f.column.is_empty())?.label = Label::Repeated;
    Some(Rule::Value)
}

fn from_list(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let field = find(rng, proto, |f| f.label == Label::Repeated && f.column.is_empty())?;
    field.label = if matches!(field.ty, Ty::Scalar(_) | Ty::Enum(_)) { Label::Optional } else { Label::Implicit };
    Some(Rule::Value)
}

fn map_to_list(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let fits = |f: &Field| matches!(f.label, Label::Map(_)) && f.column.is_empty() && !matches!(f.ty, Ty::Message(_));
    let name = proto.name("PartEntry");
    let at = proto.messages.len();
    let field = find(rng, proto, fits)?;
    let Label::Map(key) = field.label else { return None };
    let value = std::mem::replace(&mut field.ty, Ty::Message(at));
    field.label = Label::Repeated;
    let fields = vec![
        Field::new(1, "key".to_owned(), Label::Implicit, Ty::Scalar(key)),
        Field::new(2, "value".to_owned(), Label::Implicit, value),
    ];
    proto.messages.push(super::proto::Message { name, fields, gone: Vec::new(), next: 3, keyed: false });
    Some(Rule::Value)
}

fn storage(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let field = find(rng, proto, |f| f.is_message() && f.oneof.is_none() && !f.says("name"))?;
    let all: &[&str] = if field.is_single() { &["", "CHILD_TABLE", "JSON", "BYTES"] } else { &["", "JSON", "BYTES"] };
    field.column.retain(|option| !option.starts_with("storage"));
    let chosen = *rng.choice(all)?;
    if !chosen.is_empty() {
        field.column.push(format!("storage: {chosen}"));
    }
    Some(Rule::Wire)
}

fn encoding(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let all = |ty: &Ty| -> &'static [&'static str] {
        match ty {
            Ty::Scalar("uint64" | "fixed64") => &["", "FULL_RANGE"],
            Ty::Scalar("float" | "double") => &["", "FLOAT_BITS"],
            Ty::Known("Timestamp") => &["", "SECONDS", "MILLISECONDS", "MICROSECONDS", "RFC3339", "TIMESTAMPTZ"],
            Ty::Known("Duration") => &["", "SECONDS", "MILLISECONDS", "MICROSECONDS"],
            _ => &[],
        }
    };
    let fits = |f: &Field| !matches!(f.label, Label::Map(_)) && !all(&f.ty).is_empty() && !f.says("storage");
    let field = find(rng, proto, fits)?;
    field.column.retain(|option| !option.starts_with("encoding"));
    let chosen = *rng.choice(all(&field.ty))?;
    if !chosen.is_empty() {
        field.column.push(format!("encoding: {chosen}"));
    }
    Some(Rule::Wire)
}

/// Sets an option of a column, or takes it away.
fn toggle(field: &mut Field, option: &str) {
    if field.says(option) {
        field.column.retain(|said| !said.starts_with(option));
    } else {
        field.column.push(option.to_owned());
    }
}

fn indexable(f: &Field) -> bool {
    f.is_single() && matches!(f.ty, Ty::Scalar("string" | "int32" | "int64") | Ty::Enum(_)) && !f.says("references")
}

fn index(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    toggle(find(rng, proto, |f| indexable(f) && !f.says("unique"))?, "index: true");
    Some(Rule::Wire)
}

fn unique(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    toggle(find(rng, proto, |f| indexable(f) && f.label == Label::Optional && !f.says("index"))?, "unique: true");
    Some(Rule::Wire)
}

fn reference(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let targets: Vec<String> =
        proto.tables.iter().filter(|table| is_named_by_text(proto, table)).map(|table| table.name.clone()).collect();
    let target = rng.choice(&targets)?;
    let fits = |f: &Field| {
        f.ty == Ty::Scalar("string")
            && !matches!(f.label, Label::Map(_))
            && f.oneof.is_none()
            && !f.says("index")
            && !f.says("unique")
            && !f.says("required")
            && !f.says("storage")
    };
    let field = find(rng, proto, fits)?;
    if field.says("references") {
        field.column.retain(|said| !said.starts_with("references"));
    } else {
        field.column.push(format!("references: {{table: \"{target}\"}}"));
    }
    Some(Rule::Wire)
}

fn on_delete(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let field = find(rng, proto, |f| f.says("references"))?;
    let option = field.column.iter_mut().find(|said| said.starts_with("references"))?;
    *option = if option.contains("CASCADE") {
        option.replace(" on_delete: CASCADE", "")
    } else {
        option.replace("\"}", "\" on_delete: CASCADE}")
    };
    Some(Rule::Wire)
}

fn required(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let plain = |f: &Field| {
        f.is_single()
            && f.oneof.is_none()
            && f.ty != Ty::Scalar("bool")
            && matches!(f.ty, Ty::Scalar(_))
            && !f.says("references")
    };
    toggle(find(rng, proto, plain)?, "required: true");
    Some(Rule::Wire)
}

fn into_oneof(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let name = proto.name("choice");
    let fits = |f: &Field| f.is_single() && f.oneof.is_none() && !f.says("required") && !f.says("references");
    let field = find(rng, proto, fits)?;
    (field.label, field.oneof) = (Label::Implicit, Some(name));
    Some(Rule::Wire)
}

fn out_of_oneof(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let field = find(rng, proto, |f| f.oneof.is_some())?;
    field.oneof = None;
    if matches!(field.ty, Ty::Scalar(_) | Ty::Enum(_)) {
        field.label = Label::Optional;
    }
    Some(Rule::Wire)
}

fn rename_oneof(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let name = proto.name("choice");
    let before = find(rng, proto, |f| f.oneof.is_some())?.oneof.clone();
    for field in proto.messages.iter_mut().flat_map(|message| &mut message.fields) {
        if field.oneof == before {
            field.oneof = Some(name.clone());
        }
    }
    Some(Rule::Wire)
}

fn append_only(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let at = rng.usize(0..proto.tables.len());
    let table = &mut proto.tables[at];
    table.append_only = !table.append_only;
    Some(Rule::Wire)
}

fn not_stored(rng: &mut Rng, proto: &mut Proto) -> Option<Rule> {
    let fits = |f: &Field| f.oneof.is_none() && f.column.is_empty() && f.other.is_empty();
    find(rng, proto, fits)?.column.push("storage: NOT_STORED".to_owned());
    Some(Rule::Wire)
}
