//! What an API says of its fields beside their types: what is not shown, and what is refused.

#[path = "rules/behaviors.rs"]
mod behaviors;
#[path = "rules/columns.rs"]
mod columns;
#[path = "rules/edits.rs"]
mod edits;
#[path = "rules/forms.rs"]
mod forms;
#[path = "rules/redacted.rs"]
mod redacted;
#[path = "rules/refused.rs"]
mod refused;
#[path = "rules/requests.rs"]
mod requests;
#[path = "rules/values.rs"]
mod values;
