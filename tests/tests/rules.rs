//! What an API says of its fields beside their types: what is not shown, and what is refused.

#[path = "rules/redacted.rs"]
mod redacted;
