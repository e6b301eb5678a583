//! What statements ask for beside the values of a key: the present time, which stands still here.

use protostore::generated::{Clock, ParamRole};
use protostore_emit::Statement;
use rusqlite::types::Value as Sql;

use super::Row;

/// The present time of every statement, in seconds since 1970: the beginning of 2020.
pub(crate) const NOW: i64 = 1_577_836_800;

/// Returns what a statement is given, in the order of its parameters: the values of a key, and the present time in each
/// form in which it is asked for.
pub(super) fn given(statement: &Statement, key: &Row) -> Row {
    let mut values = key.iter();
    let of = |role: &ParamRole| match role {
        ParamRole::Now(clock) => now(*clock),
        _ => values.next().expect("a statement asks for the values of a key").clone(),
    };
    statement.params().iter().map(|param| &param.role).map(of).collect()
}

fn now(clock: Clock) -> Sql {
    match clock {
        Clock::Seconds => Sql::Integer(NOW),
        Clock::Millis => Sql::Integer(NOW * 1_000),
        Clock::Micros | Clock::Instant => Sql::Integer(NOW * 1_000_000),
        Clock::Nanos => Sql::Integer(NOW * 1_000_000_000),
        Clock::Rfc3339 => Sql::Text("2020-01-01T00:00:00.000000000Z".to_owned()),
    }
}
