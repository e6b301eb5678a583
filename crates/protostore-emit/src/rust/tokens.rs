//! Identifiers, comments and literals as tokens, and tokens as a formatted file.

use proc_macro2::{Delimiter, Ident, Literal, Span, TokenStream, TokenTree};
use protostore_schema::{Docs, plain_text};
use quote::quote;

/// Returns a name as an identifier, raw where it is a keyword.
pub(super) fn ident(name: &str) -> Ident {
    match name {
        "self" | "super" | "crate" | "Self" | "_" => Ident::new(&format!("{name}_"), Span::call_site()),
        // Reserved since edition 2024, which syn reads without.
        "gen" => Ident::new_raw(name, Span::call_site()),
        _ => plain(name).unwrap_or_else(|| Ident::new_raw(name, Span::call_site())),
    }
}

/// Returns a name as an identifier where it is one as it is, and no keyword.
pub(super) fn plain(name: &str) -> Option<Ident> {
    let is_identifier = is_plain(name) || syn::parse_str::<Ident>(name).is_ok();
    is_identifier.then(|| Ident::new(name, Span::call_site()))
}

/// Words that syn reads as no identifier.
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "super", "trait", "true", "try",
    "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "self", "Self",
];

/// Returns whether a name is an identifier for certain, without a parser: nearly all are.
fn is_plain(name: &str) -> bool {
    let is_first = |byte: &u8| byte.is_ascii_alphabetic();
    let is_next = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    name.as_bytes().first().is_some_and(is_first) && name.as_bytes().iter().all(is_next) && !KEYWORDS.contains(&name)
}

/// Returns a name as a local variable, which may not shadow what generated functions are given. A field that begins with a
/// digit has an underscore before it, and Rust's style has no two inside a name.
pub(super) fn local(name: &str) -> Ident {
    match name {
        "binder" | "row" | "field" | "owner" | "item" | "value" | "key" | "v" => ident(&format!("{name}_")),
        _ => ident(&name.replace("__", "_")),
    }
}

/// Returns a path of names separated by `::`, below the crate's module `proto`.
pub(super) fn message(path: &str) -> TokenStream {
    let parts = path.split("::").map(ident);
    quote! { proto #(:: #parts)* }
}

/// Returns comment lines as documentation.
pub(super) fn docs(docs: &Docs) -> TokenStream {
    lines(docs.0.iter().map(|line| escape(line)))
}

/// Returns text as documentation.
pub(super) fn lines(lines: impl IntoIterator<Item = impl AsRef<str>>) -> TokenStream {
    let lines = lines.into_iter().map(|line| {
        let line = plain_text(line.as_ref());
        if line.is_empty() { String::new() } else { format!(" {line}") }
    });
    quote! { #(#[doc = #lines])* }
}

/// Proto comments are no Markdown: what rustdoc would take for a link or a tag is shown as it is.
fn escape(line: &str) -> String {
    let mut out = String::new();
    let mut code = false;
    for c in line.trim_start_matches(' ').chars() {
        match c {
            '`' => code = !code,
            '[' | ']' | '<' | '>' if !code => out.push('\\'),
            _ => {}
        }
        out.push(c);
    }
    out
}

/// Returns SQL as a raw string literal. Text with characters that a source file does not keep as they are, or whose lines
/// could be taken for lines of Rust, has escapes.
pub(super) fn sql(text: &str, has_control: bool) -> TokenStream {
    if has_control || text.chars().any(|c| c != '\n' && c.escape_debug().len() > 2) {
        let text = Literal::string(text);
        return quote!(#text);
    }
    let hashes = "#".repeat(longest_hashes(text) + 1);
    format!("r{hashes}\"{text}\"{hashes}").parse().expect("a raw string is a token")
}

fn longest_hashes(text: &str) -> usize {
    text.split('"').skip(1).map(|rest| rest.chars().take_while(|c| *c == '#').count()).max().unwrap_or(0)
}

/// Returns a file: its head as inner documentation, then the items, a blank line between two.
pub(super) fn file(head: &[String], items: &[TokenStream]) -> String {
    join(head, "", &body(items))
}

/// Returns the root of the crate, whose items are there only for a run time that reads their format.
pub(super) fn root_file(head: &[String], format: u32, command: &str, items: &[TokenStream]) -> String {
    let command = Literal::string(command);
    let items: String = body(items)
        .lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") })
        .collect();
    join(head, "", &format!("protostore::generated::format! {{\n    {format}, {command};\n\n{items}}}\n"))
}

/// Returns a file below `records/`, which imports the modules that its items name. Where fields are deprecated, what stores
/// them names them all the same; modules inside are in the same file, or below it.
pub(super) fn records_file(head: &[String], has_deprecated: bool, items: &[TokenStream]) -> String {
    let body = body(items);
    let generated = match (mentions(&body, "generated::"), mentions(&body, "stmt!")) {
        (true, true) => "use protostore::generated::{self, stmt};\n",
        (true, false) => "use protostore::generated;\n",
        (false, true) => "use protostore::generated::stmt;\n",
        (false, false) => "",
    };
    let own = [("proto::", "use crate::proto;\n"), ("types::", "use crate::records::types;\n")];
    let own = own.into_iter().filter(|(name, _)| mentions(&body, name)).map(|(_, line)| line);
    let uses = own.chain([generated]).collect::<String>();
    let allow = "#![allow(deprecated, reason = \"deprecated fields are stored too\")]\n";
    match (has_deprecated, uses.is_empty()) {
        (false, _) => join(head, &uses, &body),
        (true, true) => join(head, allow, &body),
        (true, false) => join(head, &format!("{allow}\n{uses}"), &body),
    }
}

fn body(items: &[TokenStream]) -> String {
    let items: Vec<String> = items.iter().filter(|i| !i.is_empty()).map(|item| spaced(&format(item))).collect();
    items.join("\n")
}

fn join(head: &[String], uses: &str, body: &str) -> String {
    let head = head.iter().map(|line| plain_text(line));
    let mut text: String = head.map(|line| format!("//! {line}").trim_end().to_owned() + "\n").collect();
    for part in [uses, body].into_iter().filter(|part| !part.is_empty()) {
        text.push('\n');
        text += part;
    }
    text
}

/// Returns whether a module of the crate is named by a path that begins with it.
fn mentions(body: &str, path: &str) -> bool {
    body.match_indices(path).any(|(at, _)| !body[..at].ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c)))
}

fn format(item: &TokenStream) -> String {
    let file: syn::File =
        syn::parse2(item.clone()).unwrap_or_else(|e| panic!("emitted Rust does not parse: {e}\n{item}"));
    match &file.items[..] {
        [syn::Item::Macro(call)] if call.mac.path.segments.last().is_some_and(|name| name.ident == "columns") => {
            rows(&call.mac)
        }
        _ => prettyplease::unparse(&file),
    }
}

/// Prints a macro whose rows end with a semicolon, a line for each.
fn rows(call: &syn::Macro) -> String {
    let path = &call.path;
    let mut text = format!("{} {{\n", quote!(#path!).to_string().replace(' ', ""));
    let mut row: Vec<TokenTree> = Vec::new();
    for token in call.tokens.clone() {
        let ends = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ';');
        let is_doc = matches!(&row[..], [TokenTree::Punct(hash)] if hash.as_char() == '#');
        row.push(token);
        if is_doc {
            let attribute: syn::ItemMod = syn::parse_quote!(#(#row)* mod m {});
            let docs =
                prettyplease::unparse(&syn::File { shebang: None, attrs: Vec::new(), items: vec![attribute.into()] });
            text.extend(docs.lines().filter(|line| line.starts_with("///")).map(|line| format!("    {line}\n")));
            row.clear();
        } else if ends {
            text += &format!("    {}\n", words(&row));
            row.clear();
        }
    }
    text + "}\n"
}

/// Prints the tokens of a row, with a space between two unless they belong together.
fn words(row: &[TokenTree]) -> String {
    let mut text = String::new();
    for token in row {
        let printed = match token {
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let [open, close] = match group.delimiter() {
                    Delimiter::Parenthesis => ["(", ")"],
                    Delimiter::Bracket => ["[", "]"],
                    Delimiter::Brace => ["{ ", " }"],
                    Delimiter::None => ["", ""],
                };
                format!("{open}{}{close}", words(&inner))
            }
            token => token.to_string(),
        };
        let joins = matches!(token, TokenTree::Punct(punct) if ",;:".contains(punct.as_char()))
            || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis);
        if !text.is_empty() && !joins && !text.ends_with("::") {
            text.push(' ');
        }
        text += &printed;
    }
    text
}

/// Puts a blank line between items and between the members of an `impl` or a module.
fn spaced(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    for (i, line) in lines.iter().enumerate() {
        out += line;
        out.push('\n');
        let Some(next) = lines.get(i + 1) else { continue };
        let same_level = indent(line) == indent(next);
        let ends_block = matches!(line.trim_start(), "}" | "};") && indent(line) <= 4;
        let ends_item = line.ends_with(';') && starts_item(next) && !line.trim_start().starts_with("pub const");
        let goes_on = matches!(next.trim_start(), "}" | "};" | ")" | "") || next.trim_start().starts_with("else");
        if same_level && !goes_on && (ends_block || ends_item) {
            out.push('\n');
        }
    }
    out
}

fn starts_item(line: &str) -> bool {
    let line = line.trim_start();
    ["fn ", "pub fn ", "impl ", "pub struct ", "pub enum ", "///", "#["].iter().any(|start| line.starts_with(start))
        && !line.starts_with("#[doc")
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_is_an_identifier() {
        let plain = ["a", "Z9", "some_name", "union", "auto", "raw", "dyn_"];
        assert!(plain.iter().all(|name| is_plain(name) && syn::parse_str::<Ident>(name).is_ok()));
        for word in KEYWORDS.into_iter().chain(["_", "9a", "a-b", "a b", "é", ""]) {
            assert!(!is_plain(word), "{word}");
            assert!(word == "é" || syn::parse_str::<Ident>(word).is_err(), "{word}");
        }
    }

    #[test]
    fn sql_keeps_every_byte_in_the_formatted_file() {
        let hostile =
            ["'a' FROM \"b\"", "\n}\nfn x() {\n", "}\n\n\n;\n///", "\r\n\t\u{0}", "\u{202e}", "\"#\"##", "\\ \\n é  "];
        for text in hostile {
            for sql in [text.to_owned(), format!("SELECT '{text}'\nFROM \"t\"")] {
                let literal = super::sql(&sql, text.contains(char::is_control));
                let printed = file(&[], &[quote!(mod m { fn f() { g(#literal); } fn h() {} })]);
                let literals: Vec<String> = strings(printed.parse().expect("tokens"));
                assert_eq!(literals, [sql], "{printed}");
            }
        }
    }

    /// Returns the values of the string literals among tokens.
    fn strings(tokens: TokenStream) -> Vec<String> {
        let inside = |token| match token {
            proc_macro2::TokenTree::Group(group) => strings(group.stream()),
            proc_macro2::TokenTree::Literal(literal) => {
                vec![syn::parse2::<syn::LitStr>(quote!(#literal)).expect("text").value()]
            }
            proc_macro2::TokenTree::Ident(_) | proc_macro2::TokenTree::Punct(_) => Vec::new(),
        };
        tokens.into_iter().flat_map(inside).collect()
    }
}
