//! The numbers of the messages' fields, by which some fields of a message are written into another: one macro at the end
//! of each file.
//!
//! What prost writes says of each field its number and whether it is a message, so that names agree with it.

use std::collections::BTreeMap;

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Field, Fields, Item, Lit, Meta, Token, Type};

/// The messages of `google.protobuf` that the run time merges; another one is written as a whole.
const WELL_KNOWN: [&str; 7] = ["Any", "Duration", "FieldMask", "ListValue", "Struct", "Timestamp", "Value"];

/// Lines are at most this long, as far as names allow.
const WIDTH: usize = 100;

/// Returns the macro for the messages of files, each with the path of its module; nothing where they have none.
///
/// `crate_type` is the type by which the generated crate implements traits for messages of other crates.
pub(crate) fn emit(files: &[(String, syn::File)], crate_type: Option<&str>) -> String {
    let (mut messages, mut oneofs) = (Vec::new(), BTreeMap::new());
    for (module, file) in files {
        collect(&file.items, module, &mut messages, &mut oneofs);
    }
    if messages.is_empty() {
        return String::new();
    }
    let messages: String = messages.iter().map(|message| print(message, &oneofs)).collect();
    let of = crate_type.map(|of| format!("    in {of};\n")).unwrap_or_default();
    format!("\n::protostore::generated::merge! {{\n{of}{messages}}}\n")
}

/// A message, by its path from the file's module.
struct Message {
    path: String,
    fields: Vec<Number>,
    messages: Vec<Number>,
    required: Vec<Number>,
    /// The field of each oneof, and the path of its type.
    oneofs: Vec<(String, String)>,
}

/// The members of a oneof.
struct Oneof {
    fields: Vec<Number>,
    messages: Vec<Number>,
}

/// The number and the Rust name of a field.
type Number = (u32, String);

fn collect(items: &[Item], around: &str, messages: &mut Vec<Message>, oneofs: &mut BTreeMap<String, Oneof>) {
    for item in items {
        match item {
            Item::Struct(of) if derives(&of.attrs, "Message") => {
                messages.push(message(around, &of.ident.to_string(), &of.fields));
            }
            Item::Enum(of) if derives(&of.attrs, "Oneof") => {
                let (mut fields, mut inside) = (Vec::new(), Vec::new());
                for variant in &of.variants {
                    let ty = variant.fields.iter().next().map(|field| &field.ty);
                    let Some(said) = Said::of(&metas(&variant.attrs), ty) else { continue };
                    let number = (said.number, variant.ident.to_string());
                    if said.is_message { inside.push(number) } else { fields.push(number) }
                }
                oneofs.insert(format!("{around}{}", of.ident), Oneof { fields, messages: inside });
            }
            Item::Mod(of) => {
                if let Some((_, inner)) = &of.content {
                    collect(inner, &format!("{around}{}::", of.ident), messages, oneofs);
                }
            }
            _ => {}
        }
    }
}

fn message(around: &str, name: &str, fields: &Fields) -> Message {
    let path = format!("{around}{name}");
    let mut message =
        Message { path, fields: Vec::new(), messages: Vec::new(), required: Vec::new(), oneofs: Vec::new() };
    for Field { attrs, ident, ty, .. } in fields {
        let name = ident.as_ref().map(ToString::to_string).unwrap_or_default();
        let metas = metas(attrs);
        if let Some(oneof) = text_of(&metas, "oneof") {
            message.oneofs.push((name, format!("{around}{oneof}")));
        } else if let Some(said) = Said::of(&metas, Some(ty)) {
            let number = (said.number, name);
            match (said.is_message, said.is_required) {
                (false, _) => message.fields.push(number),
                (true, false) => message.messages.push(number),
                (true, true) => message.required.push(number),
            }
        }
    }
    message
}

/// What prost says of a field.
struct Said {
    number: u32,
    /// Whether it is one message whose fields the run time can write.
    is_message: bool,
    is_required: bool,
}

impl Said {
    fn of(metas: &[Meta], ty: Option<&Type>) -> Option<Self> {
        let number = text_of(metas, "tag")?.parse().ok()?;
        let has = |word: &str| metas.iter().any(|meta| meta.path().is_ident(word));
        let is_message = (has("message") || has("group")) && !has("repeated") && ty.is_none_or(is_merged);
        Some(Self { number, is_message, is_required: has("required") })
    }
}

/// Returns whether the run time merges messages of a type, which is alone or in an `Option` or `Box`.
fn is_merged(ty: &Type) -> bool {
    let text = quote::quote!(#ty).to_string().replace(' ', "");
    match text.split_once("::prost_types::") {
        Some((_, name)) => WELL_KNOWN.contains(&name.trim_end_matches('>')),
        None => true,
    }
}

fn derives(attrs: &[Attribute], name: &str) -> bool {
    let derives = attrs.iter().filter(|attr| attr.path().is_ident("derive"));
    let paths =
        derives.filter_map(|attr| attr.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated).ok());
    let is = |path: &syn::Path| {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        names == ["prost", name]
    };
    paths.flatten().any(|path| is(&path))
}

/// Returns what prost's attributes say.
fn metas(attrs: &[Attribute]) -> Vec<Meta> {
    let prost = attrs.iter().filter(|attr| attr.path().is_ident("prost"));
    let metas = prost.filter_map(|attr| attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok());
    metas.flatten().collect()
}

/// Returns the text that prost's attribute gives to a word: `tag = "1"`.
fn text_of(metas: &[Meta], word: &str) -> Option<String> {
    metas.iter().find_map(|meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident(word) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

fn print(message: &Message, oneofs: &BTreeMap<String, Oneof>) -> String {
    let Message { path, fields, messages, required, oneofs: own } = message;
    let own: String = own
        .iter()
        .filter_map(|(name, of)| {
            let Oneof { fields, messages } = oneofs.get(of)?;
            let inner = line(3, "fields", fields) + &line(3, "messages", messages);
            Some(format!("        oneof {name} {of} {{\n{inner}        }}\n"))
        })
        .collect();
    let inner = line(2, "fields", fields) + &line(2, "messages", messages) + &line(2, "required", required) + &own;
    if inner.is_empty() { format!("    {path} {{}}\n") } else { format!("    {path} {{\n{inner}    }}\n") }
}

/// Returns numbers and names in lines that are not too long.
fn line(depth: usize, word: &str, numbers: &[Number]) -> String {
    let Some(((first, name), rest)) = numbers.split_first() else { return String::new() };
    let indent = "    ".repeat(depth);
    let (mut text, mut width) = (String::new(), 0);
    let mut add = |text: &mut String, part: &str, fresh: bool| {
        if fresh || width + part.len() + 2 > WIDTH {
            let deeper = if fresh { "" } else { "    " };
            if !fresh {
                text.push('\n');
            }
            text.push_str(&indent);
            text.push_str(deeper);
            width = indent.len() + deeper.len();
        } else {
            text.push(' ');
            width += 1;
        }
        text.push_str(part);
        width += part.len();
    };
    let ends = |last: bool| if last { ";" } else { "," };
    add(&mut text, &format!("{word} {first} {name}{}", ends(rest.is_empty())), true);
    for (at, (number, name)) in rest.iter().enumerate() {
        add(&mut text, &format!("{number} {name}{}", ends(at + 1 == rest.len())), false);
    }
    text + "\n"
}
