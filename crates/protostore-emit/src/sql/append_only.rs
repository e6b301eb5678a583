//! CREATE TRIGGER: what SQL refuses to do to the rows of an append-only table.

use protostore_schema::{Table, trigger_name};
use protostore_sql::{Ddl, Event, Trigger, TriggerStep};

/// Returns the triggers of `name`, which is the table itself or one of its child tables; none where rows may change.
///
/// The run time reads the table from the message.
pub(super) fn of<'s>(table: &Table, name: &'s str) -> Vec<Ddl<'s>> {
    let trigger = |refused: &str, before| {
        let says = format!("{} is append-only", table.name.sql).into();
        Ddl::Trigger(Trigger {
            name: trigger_name(name, refused).into(),
            table: name.into(),
            before,
            when: None,
            steps: vec![TriggerStep::Refuse { says, code: "PS002", column: None, when: None }],
        })
    };
    match table.append_only {
        true => vec![trigger("update", Event::Update(Vec::new())), trigger("delete", Event::Delete)],
        false => Vec::new(),
    }
}
