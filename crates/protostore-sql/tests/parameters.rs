//! How parameters are numbered, and what a statement says of them.

mod common;

use common::{both, c};
use protostore_sql::{Clock, Dialect, Expr, Limit, Op, Param, ParamRole, Select, Source, Statement, Ty, What};

#[test]
fn numbers_follow_the_text_and_no_number_is_left_out() {
    let last = || Expr::param("id", ParamRole::After);
    let select = Select::from("t", [c("id")]).rows([
        c("a").equals(Expr::value("id")),
        c("id").compare(Op::Greater, last()),
        c("b").equals(Expr::value("id")),
    ]);
    let text = Dialect::Sqlite.print(&select.into());
    assert_eq!(text.whole(), r#"SELECT "id" FROM "t" WHERE "a" = $1 AND "id" > $2 AND "b" = $1"#);
    assert_eq!(text.params.iter().map(|p| p.role).collect::<Vec<_>>(), [ParamRole::Value, ParamRole::After]);
}

#[test]
fn a_type_is_no_part_of_a_parameters_identity() {
    let given = |ty| Expr::Param(Param { field: "n".into(), role: ParamRole::Value, ty });
    let select = Select::from("t", [given(Some(Ty::Int8)), given(None)]);
    let [sqlite, postgres] = both(select);
    assert_eq!(sqlite, r#"SELECT CAST($1 AS BIGINT), $1 FROM "t""#);
    assert_eq!(sqlite, postgres);
}

#[test]
fn clocks_of_one_form_are_one_parameter() {
    let now = |clock| Expr::param("", ParamRole::Now(clock));
    let later = |name, clock| c(name).compare(Op::Greater, now(clock));
    let select = Select::from("t", [Expr::Count]).rows([
        later("a", Clock::Nanos),
        later("b", Clock::Seconds),
        later("c", Clock::Nanos),
    ]);
    assert_eq!(both(select)[0], r#"SELECT count(*) FROM "t" WHERE "a" > $1 AND "b" > $2 AND "c" > $1"#);
}

#[test]
fn a_page_is_bounded_by_the_last_parameter() {
    for sql in both(Select::from("t", [c("id")]).rows([c("id").equals(Expr::value("id"))]).limit(Limit::Page)) {
        assert_eq!(sql, r#"SELECT "id" FROM "t" WHERE "id" = $1 LIMIT $2"#);
    }
}

#[test]
fn the_head_of_a_record_is_the_same_in_every_dialect_and_has_no_parameters() {
    let column = |name: &'static str| protostore_sql::Column { of: protostore_sql::Qualifier::Own, name: name.into() };
    let record = What::Record(vec![column("id"), column("name")]);
    let select =
        Select::new(record, Source::Table("t".into(), None)).rows([c("id").compare(Op::Same, Expr::value("id"))]);
    let statement: Statement<'_> = select.into();
    let [sqlite, postgres] = [Dialect::Sqlite, Dialect::Postgres].map(|dialect| dialect.print(&statement));
    assert_eq!(sqlite.head, r#"SELECT "id", "name" FROM "t""#);
    assert_eq!(sqlite.head, postgres.head);
    assert_eq!(sqlite.rest, r#"WHERE "id" IS $1"#);
    assert_eq!(postgres.rest, r#"WHERE ("id" = $1 OR ($1 IS NULL AND "id" IS NULL))"#);
    assert_eq!(sqlite.whole(), format!("{}\n{}", sqlite.head, sqlite.rest));
}

#[test]
fn many_parts_are_joined_in_halves() {
    let nth = |n| Expr::param("a", ParamRole::Nth(n));
    let all = (0..40_000).map(|n| c("a").equals(nth(n % 20_000))).collect();
    let (text, params) = Dialect::Sqlite.print_once(&Select::from("t", [Expr::Count]).rows([Expr::Any(all)]).into());
    assert_eq!(params.len(), 20_000);
    let depth = |depth: &mut i32, c: char| {
        *depth += i32::from(c == '(') - i32::from(c == ')');
        Some(*depth)
    };
    assert!(text.chars().scan(0, depth).max() < Some(20));
    assert!(text.ends_with(&")".repeat(5)));
}
