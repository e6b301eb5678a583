//! What an operation gives goes to the parameters that ask for it, wherever they are in the text.

use super::fixture::Network;
use super::held;
use crate::error::Kind;
use crate::generated::{Clock, Param, ParamRole, Stmt, stmt};
use crate::record::Keys;
use crate::session::{Session as _, now};
use crate::time::Timestamp;
use crate::value::{After, Limit, Now, Offset};

#[test]
fn each_value_goes_where_its_role_is() {
    static MIXED: Stmt = stmt!(
        0,
        [limit, now millis, after x, a, keys, now seconds, place "b.c", offset, after y],
        "SELECT format('%s %s %s %s %s %s %s %s %s', $1, $2, $3, $4, $5, $6, $7, $8, $9)"
    );
    let mut held = held();
    let mut read = |given| now(held.one::<_, String>(&MIXED, &given)).expect("runs");
    let (keys, key, time) = (
        Keys::of::<Network>(std::iter::once("n")).expect("a list"),
        || After(("x", "y")),
        Now(Timestamp::new(1, 234_567_891)),
    );
    let wanted = r#"7 1234 x a ["n"] 1 b 3 y"#;
    assert_eq!(read((("a", "b"), key(), keys, time, Limit(7), Offset(3))).as_deref(), Some(wanted));
}

#[test]
fn what_comes_first_in_the_list_need_not_be_given_first() {
    static TWO: Stmt = stmt!(0, [limit, after x], "SELECT format('%s %s', $1, $2)");
    let mut held = held();
    for turned in [false, true] {
        let read = match turned {
            false => now(held.one::<_, String>(&TWO, &(After("x"), Limit(7)))),
            true => now(held.one::<_, String>(&TWO, &(Limit(7), After("x")))),
        };
        assert_eq!(read.expect("runs").as_deref(), Some("7 x"));
    }
}

#[test]
fn what_is_not_asked_for_or_not_given_is_an_error() {
    static PAGE: Stmt = stmt!(0, [a, limit], "SELECT $1 + $2");
    static TIMED: Stmt = stmt!(1, [a, now nanos], "SELECT $1 + $2");
    let mut held = held();
    let refused = |outcome: crate::Result<Option<i64>>| outcome.expect_err("does not fit").kind();
    assert_eq!(refused(now(held.one(&PAGE, &(1,)))), Kind::Engine);
    assert_eq!(refused(now(held.one(&PAGE, &(1, 2)))), Kind::Engine);
    assert_eq!(refused(now(held.one(&PAGE, &(1, After(2))))), Kind::Engine);
    assert_eq!(refused(now(held.one(&PAGE, &(1, Limit(2), Offset(3))))), Kind::Engine);
    assert_eq!(refused(now(held.one(&TIMED, &(1, Now(None))))), Kind::Engine);
    // A time that no parameter asks for is no mistake: what readers see of other tables does not depend on it.
    assert_eq!(now(held.one::<_, i64>(&PAGE, &(1, Limit(2), Now(None)))).expect("runs"), Some(3));
}

#[test]
fn an_error_names_the_field_of_the_parameter() {
    static MIXED: Stmt = stmt!(0, [limit, after "x.y", a], "SELECT $1, $2, $3");
    let mut held = held();
    let field = |outcome: crate::Result<Option<i64>>| outcome.expect_err("holds NUL").field().map(str::to_owned);
    assert_eq!(field(now(held.one(&MIXED, &("\0", After("b"), Limit(1))))).as_deref(), Some("a"));
    assert_eq!(field(now(held.one(&MIXED, &("a", After("\0"), Limit(1))))).as_deref(), Some("x.y"));
}

#[test]
fn the_notation_says_each_role() {
    static ALL: Stmt = stmt!(
        3,
        [
            id, "a.b", "limit", type, place tags, after id, keys, keys tags, keys "a.b", now nanos, now micros, now instant,
            now rfc3339, limit, offset
        ],
        "text",
    );
    let of = |role, field| Param { role, field };
    let time = |clock| of(ParamRole::Now(clock), "");
    let wanted = [
        of(ParamRole::Value, "id"),
        of(ParamRole::Value, "a.b"),
        of(ParamRole::Value, "limit"),
        of(ParamRole::Value, "type"),
        of(ParamRole::Place, "tags"),
        of(ParamRole::After, "id"),
        of(ParamRole::Keys, ""),
        of(ParamRole::Keys, "tags"),
        of(ParamRole::Keys, "a.b"),
        time(Clock::Nanos),
        time(Clock::Micros),
        time(Clock::Instant),
        time(Clock::Rfc3339),
        of(ParamRole::Limit, ""),
        of(ParamRole::Offset, ""),
    ];
    assert_eq!((ALL.slot, ALL.text, ALL.params), (3, "text", &wanted[..]));
    // The text of each dialect, of which this build keeps that of its engine; with and without a list.
    static TWO: Stmt = stmt!(4, [id, limit], sqlite: concat!("a", " IS $1"), postgres: "another");
    static ROW: Stmt = stmt!(5, sqlite: "one", postgres: "another");
    static SAME: Stmt = stmt!(6, "one");
    assert_eq!((TWO.text, TWO.params.len()), ("a IS $1", 2));
    assert_eq!([(ROW.text, ROW.params), (SAME.text, SAME.params)], [("one", &[][..]); 2]);
}
