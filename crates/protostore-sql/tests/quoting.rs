//! Names and literals keep their text and their place, whatever is in them, in every statement and definition.

mod common;

use common::{DIALECTS, Token, tokens};
use protostore_sql::{
    Check, ColumnDef, Conflict, Ddl, Delete, Dialect, Event, Expr, ForeignKey, Index, IndexPart, Insert, Join, Key,
    Limit, Lit, Match, OnDelete, Op, Order, Param, ParamRole, Rows, Select, Source, Statement, Table, Trigger,
    TriggerStep, Ty, Update, View, What,
};

const HOSTILE: [&str; 14] = [
    "a' FROM \"b",
    "$1, ?2, ?, :x, @y",
    "-- x",
    "/* x",
    "\n WHERE , \n",
    "\r\n",
    "x'00'",
    "'; DROP TABLE t; --",
    " ON CONFLICT (a) DO UPDATE SET b = c RETURNING d",
    "returned FROM the customer, ORDER BY mail WHERE VALUES JOIN",
    "\"\"''",
    "a  b   ",
    "$body$ $_body$",
    "\\' \u{202e} é",
];

/// Returns the statements of every kind, with one text as each name and literal.
fn statements(x: &str) -> Vec<Statement<'_>> {
    let text = || Expr::text(x);
    let c = || Expr::column(x);
    // Long enough that lines break.
    let rows =
        || (0..9).map(|_| c().equals(text())).chain([Expr::Has(Match::Within, Box::new(c()), Lit::Text(x.into()))]);
    let some = || Select::from(x, [c(), text()]).rows(rows());
    let record = What::Record(vec![protostore_sql::Column { of: protostore_sql::Qualifier::Own, name: x.into() }]);
    let keys = Source::Keys(Some("o"), Param { field: x.into(), role: ParamRole::Keys, ty: None });
    let join = |in_order| Join {
        table: x.into(),
        alias: "j".into(),
        on: vec![Expr::of("j", x).equals(Expr::Key { of: Some("o"), part: Some(1), ty: Ty::Int8 })],
        in_order,
    };
    let insert = |rows, conflict| Insert { table: x.into(), columns: vec![x.into(), x.into()], rows, conflict };
    let set = || vec![(x.into(), Expr::Excluded(x.into())), (x.into(), text().coalesce(c()))];
    let upsert = Conflict::Update { columns: vec![x.into()], of: rows().collect(), set: set() };
    vec![
        some().order([Order { by: c(), descending: true, nullable: true }]).limit(Limit::Page).into(),
        Select::new(record, Source::Table(x.into(), None)).rows([Expr::Any(rows().collect())]).into(),
        Select::new(What::Exprs(vec![Expr::Count]), Source::Rows(Box::new(some()))).into(),
        Select::new(What::Exprs(vec![text()]), keys).join(join(true)).join(join(false)).rows(rows()).into(),
        Select::from(x, [Expr::Value(Box::new(some())), some().exists()]).rows([c().in_rows(some())]).into(),
        insert(Rows::Values(vec![text(), Expr::value(x)]), Some(upsert)).into(),
        insert(Rows::Select(some()), Some(Conflict::Nothing)).into(),
        Update { table: x.into(), set: set(), rows: rows().collect(), returning: vec![c(), text()] }.into(),
        Delete { table: x.into(), rows: vec![Expr::In(Box::new(c()), vec![text(), text()])] }.into(),
    ]
}

/// Returns the definitions of every kind, with one text as each name and literal.
fn definitions(x: &str) -> Vec<Ddl<'_>> {
    let c = || Expr::column(x);
    let is_text = || c().compare(Op::NotEqual, Expr::text(x));
    let check = |all| Check { name: x.into(), all };
    let foreign_key = || ForeignKey {
        name: x.into(),
        columns: vec![x.into()],
        table: x.into(),
        key: vec![x.into()],
        on_delete: OnDelete::Cascade,
    };
    let table = Table {
        name: x.into(),
        docs: &[],
        columns: vec![ColumnDef {
            name: x.into(),
            docs: &[],
            ty: Ty::Text,
            nullable: false,
            default: Some(Lit::Text(x.into())),
            checks: vec![check(vec![is_text()]), check(vec![is_text(), is_text(), is_text()])],
            reference: Some(foreign_key()),
        }],
        checks: vec![check(vec![is_text(), Expr::Any(vec![is_text(), c().is_null()])])],
        key: Key { name: x.into(), columns: vec![x.into()] },
        foreign_keys: vec![foreign_key()],
        by_key: true,
    };
    let index = Index {
        name: x.into(),
        table: x.into(),
        unique: true,
        columns: vec![IndexPart { column: x.into(), descending: true, nullable: true }],
        of: Some(Expr::Any(vec![is_text(), c().not()])),
    };
    let refuse = |when| TriggerStep::Refuse { says: x.into(), code: "PS001", column: Some(x.into()), when };
    let trigger = |before, when| {
        let mut steps = vec![refuse(None), refuse(Some(Expr::old(x).compare(Op::Differs, Expr::new(x))))];
        // A trigger has no parameters.
        let no_params = |statement: &Statement<'_>| Dialect::Sqlite.print_once(statement).1.is_empty();
        steps.extend(statements(x).into_iter().filter(no_params).map(TriggerStep::Do));
        Ddl::Trigger(Trigger { name: x.into(), table: x.into(), before, when, steps })
    };
    let view = View { name: x.into(), table: x.into(), columns: vec![(c(), x.into()), (Expr::text(x), x.into())] };
    vec![
        Ddl::Table(table),
        Ddl::Index(index),
        trigger(Event::Update(vec![x.into(), x.into()]), Some(Expr::Any(vec![is_text(), is_text()]))),
        trigger(Event::Delete, None),
        Ddl::View(view),
    ]
}

/// Returns the tokens with one text in place of another; the tag around a function's body, which depends on the body, is
/// left out.
fn renamed(sql: &str, from: &str, to: &str) -> Vec<Token> {
    let is_tag =
        |token: &Token| matches!(token, Token::Bare(text) if text.ends_with("body$") || text.ends_with("body$;"));
    let rename = |token| match token {
        Token::Quoted(quote, text) if text == from => Token::Quoted(quote, to.to_owned()),
        other => other,
    };
    tokens(sql).into_iter().filter(|token| !is_tag(token)).map(rename).collect()
}

#[test]
fn statements_have_the_same_tokens_whatever_is_between_quotes() {
    for dialect in DIALECTS {
        for x in HOSTILE {
            for (hostile, plain) in statements(x).iter().zip(&statements("plain")) {
                let (flat, params) = dialect.print_once(hostile);
                let wrapped = dialect.print(hostile);
                assert_eq!(tokens(&flat), tokens(&wrapped.whole()), "{flat}");
                assert_eq!(params, wrapped.params);
                assert_eq!(wrapped.has_control, x.contains(char::is_control));
                // A size is part of the text.
                assert_eq!(tokens(&flat), renamed(&dialect.print_once(plain).0, "plain", x), "{flat}");
            }
        }
    }
}

#[test]
fn definitions_have_the_same_tokens_whatever_is_between_quotes() {
    for dialect in DIALECTS {
        for x in HOSTILE {
            for (hostile, plain) in definitions(x).into_iter().zip(definitions("plain")) {
                let [hostile, plain] = [hostile, plain].map(|ddl| dialect.print_ddl(&[ddl]).concat());
                assert_eq!(renamed(&hostile, "", ""), renamed(&plain, "plain", x), "{hostile}");
            }
        }
    }
}

#[test]
fn lines_break_in_every_long_statement() {
    for dialect in DIALECTS {
        for statement in statements("a_name_of_some_length_that_makes_lines_long") {
            let text = dialect.print(&statement).whole();
            assert!(text.contains('\n'), "{text}");
            // Nothing between two places to break is longer than this.
            assert!(text.lines().all(|line| line.len() < 240 && line == line.trim_end()), "{text}");
        }
    }
}
