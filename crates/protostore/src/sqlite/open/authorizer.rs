//! What no statement may do once the store is open, whoever wrote it: reach other files, change how this one is kept, or
//! change the schema, which migrations alone do.

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::refusal::Refusal;

/// Pragmas that work with a value: they look, or keep house. All others may only be asked for their value.
const WITH_VALUE: [&str; 17] = [
    "analysis_limit",
    "cache_size",
    "cipher_integrity_check",
    "foreign_key_check",
    "foreign_key_list",
    "incremental_vacuum",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "max_page_count",
    "optimize",
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
    "wal_checkpoint",
];

/// Pragmas of SQLCipher that only look; the others change something even without a value.
const CIPHER: [&str; 5] =
    ["cipher_integrity_check", "cipher_salt", "cipher_settings", "cipher_status", "cipher_version"];

/// Puts the rules in force for every statement that is prepared from now on.
pub(super) fn install(connection: &mut Connection) -> Result<(), Refusal> {
    connection
        .authorizer(Some(
            |context: AuthContext<'_>| if denied(&context.action) { Authorization::Deny } else { Authorization::Allow },
        ))
        .map_err(|why| Refusal::Engine("set the authorizer", why))
}

/// The same for statements that a person writes: these do not move the log either, which only the store knows how to do.
pub(super) fn install_for_scripts(connection: &mut Connection) -> Result<(), Refusal> {
    let may = |context: AuthContext<'_>| {
        let moves = matches!(context.action, AuthAction::Pragma { pragma_name, .. }
            if pragma_name.eq_ignore_ascii_case("wal_checkpoint"));
        if moves || denied(&context.action) { Authorization::Deny } else { Authorization::Allow }
    };
    connection.authorizer(Some(may)).map_err(|why| Refusal::Engine("set the authorizer", why))
}

/// Lets everything be done again.
pub(super) fn remove(connection: &mut Connection) -> Result<(), Refusal> {
    let none = None::<fn(AuthContext<'_>) -> Authorization>;
    connection.authorizer(none).map_err(|why| Refusal::Engine("set the authorizer", why))
}

fn denied(action: &AuthAction<'_>) -> bool {
    match *action {
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => true,
        AuthAction::Pragma { pragma_name, pragma_value } => !pragma(pragma_name, pragma_value.is_some()),
        AuthAction::Function { function_name } => {
            ["load_extension", "sqlcipher_export"].iter().any(|name| function_name.eq_ignore_ascii_case(name))
        }
        // ANALYZE makes its tables when it first runs.
        AuthAction::CreateTable { table_name } => !table_name.starts_with("sqlite_"),
        AuthAction::CreateIndex { .. }
        | AuthAction::CreateTrigger { .. }
        | AuthAction::CreateView { .. }
        | AuthAction::CreateVtable { .. }
        | AuthAction::CreateTempTrigger { .. }
        | AuthAction::DropIndex { .. }
        | AuthAction::DropTable { .. }
        | AuthAction::DropTrigger { .. }
        | AuthAction::DropView { .. }
        | AuthAction::DropVtable { .. }
        | AuthAction::AlterTable { .. } => true,
        _ => false,
    }
}

fn pragma(name: &str, has_value: bool) -> bool {
    let name = name.to_ascii_lowercase();
    let among = |list: &[&str]| list.contains(&name.as_str());
    let keys = name.starts_with("cipher") || name.ends_with("key");
    if has_value { among(&WITH_VALUE) } else { among(&CIPHER) || !keys }
}
