//! `stmt!(…)`: a statement as generated code declares it, its slot, its parameters and its text.

use proc_macro2::{Literal, TokenStream};
use protostore_sql::{Clock, Dialect, Param, ParamRole, Text};
use quote::quote;

use super::tokens::{self, ident, sql};
use crate::plan::Statement;

/// Returns a statement that reads records of the file's table, and begins with the macro `select!`.
pub(super) fn reading(statement: &Statement) -> TokenStream {
    declared(statement, |text| {
        let rest = sql(&text.rest, text.has_control);
        quote!(select!(#rest))
    })
}

/// Returns a statement with its whole text.
pub(super) fn statement(statement: &Statement) -> TokenStream {
    declared(statement, |text| sql(&text.whole(), text.has_control))
}

fn declared(statement: &Statement, token: impl Fn(&Text<'_>) -> TokenStream) -> TokenStream {
    let slot = Literal::u32_unsuffixed(statement.slot);
    let params = (!statement.row).then(|| {
        let params = statement.params().iter().map(param);
        quote!([#(#params),*],)
    });
    let first = statement.text();
    let text = match statement.texts.iter().all(|(_, text)| text.head == first.head && text.rest == first.rest) {
        true => token(first),
        false => {
            let texts = statement.texts.iter().map(|(dialect, text)| {
                let (dialect, text) = (ident(label(*dialect)), token(text));
                quote!(#dialect: #text)
            });
            quote!(#(#texts),*)
        }
    };
    quote!(stmt!(#slot, #params #text))
}

/// Returns what `stmt!` calls a dialect.
fn label(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
        Dialect::Cockroach => "cockroach",
    }
}

/// Returns a parameter: the path of its field, and before it what it carries, unless that is the field's value.
fn param(Param { field, role, ty: _ }: &Param<'_>) -> TokenStream {
    let named = |word: &str| {
        let word = ident(word);
        let field = (!field.is_empty()).then(|| path(field));
        quote!(#word #field)
    };
    match role {
        ParamRole::Value => path(field),
        ParamRole::Place => named("place"),
        ParamRole::After => {
            let field = path(field);
            quote!(after #field)
        }
        ParamRole::To => {
            let field = path(field);
            quote!(to #field)
        }
        ParamRole::Keys => named("keys"),
        ParamRole::Limit => quote!(limit),
        ParamRole::Offset => quote!(offset),
        ParamRole::Now(clock) => {
            let clock = ident(match clock {
                Clock::Nanos => "nanos",
                Clock::Seconds => "seconds",
                Clock::Millis => "millis",
                Clock::Micros => "micros",
                Clock::Instant => "instant",
                Clock::Rfc3339 => "rfc3339",
            });
            quote!(now #clock)
        }
        ParamRole::Nth(_) => unreachable!("only statements that are made at run time have numbered values"),
    }
}

/// Returns the path of a field, in quotes where it is no plain word, or one of the notation.
fn path(field: &str) -> TokenStream {
    let is_word = matches!(field, "after" | "keys" | "limit" | "now" | "offset" | "place" | "to");
    match tokens::plain(field) {
        Some(field) if !is_word => quote!(#field),
        _ => quote!(#field),
    }
}

#[cfg(test)]
mod tests {
    use protostore_sql::{Expr, Limit, Op, Select};

    use super::*;

    /// Returns `stmt!(…)` of a statement printed in some dialects, as it is without spaces.
    fn declared_in(dialects: &[Dialect], select: Select<'_>) -> String {
        let sql = select.into();
        let texts = dialects.iter().map(|dialect| (*dialect, dialect.print(&sql).into_owned())).collect();
        let name = String::new();
        let statement = Statement { slot: 7, name, texts, row: false, whole: false, paged: false, seeks: false };
        super::statement(&statement).to_string().replace(' ', "")
    }

    fn page(rows: Expr<'_>) -> Select<'_> {
        Select::from("t", [Expr::column("a")]).rows([rows]).limit(Limit::Page)
    }

    #[test]
    fn a_text_is_given_for_each_dialect_where_they_differ() {
        let equal = || page(Expr::column("a").equals(Expr::value("a.b")));
        let one = r##"stmt!(7,["a.b",limit],r#"SELECT"a"FROM"t"WHERE"a"=$1LIMIT$2"#)"##;
        let same = || page(Expr::column("a").compare(Op::Same, Expr::param("type", ParamRole::After)));
        let [sqlite, postgres] = [
            r##"r#"SELECT"a"FROM"t"WHERE"a"IS$1LIMIT$2"#"##,
            r##"r#"SELECT"a"FROM"t"WHERE("a"=$1OR($1ISNULLAND"a"ISNULL))LIMIT$2"#"##,
        ];
        let both = [Dialect::Sqlite, Dialect::Postgres];
        assert_eq!(declared_in(&both, equal()), one);
        assert_eq!(declared_in(&both[..1], equal()), one);
        assert_eq!(declared_in(&both[..1], same()), format!(r#"stmt!(7,[after"type",limit],{sqlite})"#));
        let both = declared_in(&both, same());
        assert_eq!(both, format!(r#"stmt!(7,[after"type",limit],sqlite:{sqlite},postgres:{postgres})"#));
    }
}
