//! What stays of a table as formatted Rust, without the detour over tokens: a long history has a hundred thousand lines of it.

use proc_macro2::Literal;

use crate::sample::Kept;

/// Columns of a line, as the printer of all other Rust has them.
const MARGIN: usize = 89;

/// What a line has at least, however far it is indented.
const LEAST: usize = 60;

/// The indentation of a level.
const INDENT: usize = 4;

/// Returns an item of the list `kept` of a test, with its comma, as it is inside of a function.
pub(super) fn kept(kept: &Kept) -> String {
    let Kept { table, key, columns } = kept;
    let mut out = Lines { text: String::new(), indent: 3 * INDENT };
    out.line("Kept {");
    out.indent += INDENT;
    out.pair("table: ", table, false);
    out.pairs("key: ", key, false);
    out.pairs("columns: ", columns, true);
    out.indent -= INDENT;
    out.line("},");
    out.text
}

struct Lines {
    text: String,
    indent: usize,
}

impl Lines {
    fn line(&mut self, text: &str) {
        self.text.extend(std::iter::repeat_n(' ', self.indent));
        self.text += text;
        self.text.push('\n');
    }

    /// Returns whether what is between parentheses or brackets is on one line with what is around it. Of the last of several
    /// the comma does not count, which is there only where each has a line of its own.
    fn fits(&self, before: &str, inner: &str, is_last: bool) -> bool {
        let after = if is_last { 1 } else { 2 };
        before.len() + inner.len() + after <= MARGIN.saturating_sub(self.indent).max(LEAST)
    }

    fn pair(&mut self, name: &str, (one, other): &(String, String), is_last: bool) {
        let [one, other] = [one, other].map(|name| Literal::string(name).to_string());
        let (before, inner) = (format!("{name}("), format!("{one}, {other}"));
        if self.fits(&before, &inner, is_last) {
            return self.line(&format!("{before}{inner}),"));
        }
        self.line(&before);
        self.indent += INDENT;
        self.line(&format!("{one},"));
        self.line(&format!("{other},"));
        self.indent -= INDENT;
        self.line("),");
    }

    fn pairs(&mut self, name: &str, pairs: &[(String, String)], is_last: bool) {
        let inner: Vec<String> = pairs
            .iter()
            .map(|(one, other)| format!("({}, {})", Literal::string(one), Literal::string(other)))
            .collect();
        let (before, inner) = (format!("{name}&["), inner.join(", "));
        if inner.is_empty() || self.fits(&before, &inner, is_last) {
            return self.line(&format!("{before}{inner}],"));
        }
        self.line(&before);
        self.indent += INDENT;
        for (at, pair) in (1..).zip(pairs) {
            self.pair("", pair, at == pairs.len());
        }
        self.indent -= INDENT;
        self.line("],");
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    /// Returns the list as the printer of all other Rust has it.
    fn usual(all: &[Kept]) -> String {
        let kept = all.iter().map(|Kept { table: (old, new), key, columns }| {
            let pairs = |pairs: &[(String, String)]| {
                let pairs = pairs.iter().map(|(old, new)| quote!((#old, #new)));
                quote!(&[#(#pairs),*])
            };
            let (key, columns) = (pairs(key), pairs(columns));
            quote!(Kept { table: (#old, #new), key: #key, columns: #columns })
        });
        let file = syn::parse_quote! { fn f() { let old = Old { kept: &[#(#kept),*], }; } };
        let text = prettyplease::unparse(&file);
        let (_, list) = text.split_once("kept: &[\n").expect("a list on lines of its own");
        list.rsplit_once("        ],\n").expect("its end").0.to_owned()
    }

    #[test]
    fn names_of_every_length_are_printed_as_all_other_rust_is() {
        let name = |begin: &str, length: usize| format!("{begin}{}", "x".repeat(length));
        for length in 0..50 {
            let pair = |one: usize, other: usize| (name("a", one), name("é\"\\\n", other));
            let some = |count: usize| (0..count).map(|at| pair(length + at, at)).collect::<Vec<_>>();
            for count in 0..4 {
                let one = Kept { table: pair(length, length), key: some(count), columns: some(3 - count) };
                let other = Kept { table: pair(1, 2 * length), key: some(1), columns: some(count) };
                let wanted = usual(&[one, other]);
                let one = Kept { table: pair(length, length), key: some(count), columns: some(3 - count) };
                let other = Kept { table: pair(1, 2 * length), key: some(1), columns: some(count) };
                assert_eq!(kept(&one) + &kept(&other), wanted, "{length}, {count}");
            }
        }
    }
}
