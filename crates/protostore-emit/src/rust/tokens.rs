//! Identifiers, comments and literals as tokens, and tokens as a formatted file.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use protostore_schema::Docs;
use quote::quote;

/// Returns a name as an identifier, raw where it is a keyword.
pub(super) fn ident(name: &str) -> Ident {
    match name {
        "self" | "super" | "crate" | "Self" | "_" => Ident::new(&format!("{name}_"), Span::call_site()),
        // Reserved since edition 2024, which syn reads without.
        "gen" => Ident::new_raw(name, Span::call_site()),
        _ if syn::parse_str::<Ident>(name).is_ok() => Ident::new(name, Span::call_site()),
        _ => Ident::new_raw(name, Span::call_site()),
    }
}

/// Returns a name as a local variable, which may not shadow what generated functions are given.
pub(super) fn local(name: &str) -> Ident {
    match name {
        "binder" | "row" | "field" | "owner" | "item" | "value" | "key" | "v" => ident(&format!("{name}_")),
        _ => ident(name),
    }
}

/// Returns a path of names parted by `::`, below the crate's module `proto`.
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
        let line = line.as_ref();
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

/// Returns SQL as a raw string literal, wrapped between its columns; one with characters that a source file does not keep
/// as they are, or whose lines could be taken for lines of Rust, with escapes.
pub(super) fn sql(text: &str) -> TokenStream {
    if text.chars().any(|c| c.is_control() || c.escape_debug().len() > 2) {
        let text = Literal::string(text);
        return quote!(#text);
    }
    let text = wrapped(text);
    let hashes = "#".repeat(longest_hashes(&text) + 1);
    format!("r{hashes}\"{text}\"{hashes}").parse().expect("a raw string is a token")
}

/// Breaks a long statement after commas and before its clauses, at blanks that are part of no literal and no name.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 100;
    if text.len() <= WIDTH {
        return text.to_owned();
    }
    let words = words(text);
    let mut out = String::with_capacity(text.len() + 64);
    let mut width = 0;
    for (at, word) in words.iter().enumerate() {
        let after_comma = at > 0 && words[at - 1].ends_with(',');
        if at > 0 && begins_clause(&words, at) {
            out.push('\n');
            width = 0;
        } else if after_comma && width + 1 + unbroken(&words[at..]) > WIDTH {
            out.push_str("\n    ");
            width = 4;
        } else if at > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += word.len();
    }
    out
}

/// Returns the length of what follows up to the next comma or clause.
fn unbroken(words: &[&str]) -> usize {
    let comma = words.iter().position(|word| word.ends_with(',')).map(|at| at + 1);
    let clause = (1..words.len()).find(|at| begins_clause(words, *at));
    let until = comma.into_iter().chain(clause).min().unwrap_or(words.len());
    let blank = usize::from(comma.is_some_and(|comma| comma == until && comma < words.len()));
    words[..until].iter().map(|word| word.len() + 1).sum::<usize>() - 1 + blank
}

/// Returns whether a clause begins with a word, where the word before it is none of its own.
fn begins_clause(words: &[&str], at: usize) -> bool {
    match (words[at], words.get(at + 1).copied()) {
        ("FROM" | "VALUES" | "WHERE", Some(_)) => true,
        ("JOIN", Some(_)) => words[at - 1] != "CROSS",
        ("ON", Some("CONFLICT")) | ("DO", Some("UPDATE")) | ("ORDER", Some("BY")) | ("CROSS", Some("JOIN")) => true,
        _ => false,
    }
}

/// Splits a statement at the blanks outside of quotes. A doubled quote ends a literal and begins it again.
fn words(text: &str) -> Vec<&str> {
    let mut quote = None;
    text.split(|c| {
        match quote {
            Some(open) => quote = (c != open).then_some(open),
            None => quote = matches!(c, '\'' | '"').then_some(c),
        }
        quote.is_none() && c == ' '
    })
    .collect()
}

fn longest_hashes(text: &str) -> usize {
    text.split('"').skip(1).map(|rest| rest.chars().take_while(|c| *c == '#').count()).max().unwrap_or(0)
}

/// Returns a file: its head as inner documentation, then the items, a blank line between two.
pub(super) fn file(head: &[String], items: &[TokenStream]) -> String {
    join(head, "", &body(items))
}

/// Returns a file below `records/`, which imports the modules that its items name.
pub(super) fn records_file(head: &[String], items: &[TokenStream]) -> String {
    let body = body(items);
    let imports = [("proto::", "use crate::proto;\n"), ("types::", "use crate::records::types;\n")];
    let uses: String = imports.into_iter().filter(|(name, _)| mentions(&body, name)).map(|(_, line)| line).collect();
    join(head, &uses, &body)
}

fn body(items: &[TokenStream]) -> String {
    let items: Vec<String> = items.iter().filter(|i| !i.is_empty()).map(|item| spaced(&format(item))).collect();
    items.join("\n")
}

fn join(head: &[String], uses: &str, body: &str) -> String {
    let mut text: String = head.iter().map(|line| format!("//! {line}").trim_end().to_owned() + "\n").collect();
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
    let file = syn::parse2(item.clone()).unwrap_or_else(|e| panic!("emitted Rust does not parse: {e}\n{item}"));
    prettyplease::unparse(&file)
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

    /// Returns what is left without the blanks and line breaks between tokens.
    fn dense(text: &str) -> String {
        let mut quote = None;
        let is_kept = |c: &char| {
            match quote {
                Some(open) => quote = (*c != open).then_some(open),
                None => quote = matches!(c, '\'' | '"').then_some(*c),
            }
            quote.is_some() || !c.is_whitespace()
        };
        text.chars().filter(is_kept).collect()
    }

    #[test]
    fn lines_break_between_tokens_only() {
        let clauses = " ON CONFLICT (a) DO UPDATE SET a, b FROM c WHERE d ORDER BY e CROSS JOIN f VALUES g, ";
        for quote in ["'", "\""] {
            for inner in
                [clauses, "it's, \"x\"\" FROM y", "-- $1 ?1, WHERE ", "'' \"\" , ", "a\nb, WHERE \r\n", "\u{202e} #\"#"]
            {
                let literal = format!("{quote}{}{quote}", inner.replace(quote, &quote.repeat(2)));
                let columns = "\"a_column_of_some_length\", ".repeat(9);
                let text = format!("SELECT {columns}{literal} FROM \"t\" WHERE {literal} = ?1 ORDER BY {literal}");
                let printed = syn::parse2::<syn::LitStr>(sql(&text)).expect("a string literal").value();
                assert_eq!(dense(&printed), dense(&text));
            }
        }
    }
}
