//! The client's commands about the store as a whole.

use aurae::proto::aurae::upkeep::v0::back_up_response::Response as Step;
use aurae::proto::aurae::upkeep::v0::upkeep_service_client::UpkeepServiceClient;
use aurae::proto::aurae::upkeep::v0::{BackUpRequest, GetStatusRequest, VerifyRequest, VerifyResponse};
use clap::Subcommand;
use tonic::transport::Channel;

use crate::Failure;

/// What to ask about the store as a whole; the daemon answers over its Unix socket alone.
#[derive(Debug, Subcommand)]
pub enum UpkeepCommand {
    /// Shows what the store does, and what its file says.
    Status {
        /// Counts the rows of each table, which reads all of them.
        #[arg(long)]
        rows: bool,
    },
    /// Copies the store into a file of the daemon's directory for backups, while it serves.
    Backup {
        /// The name of the file, which no file has yet.
        name: String,
    },
    /// Searches the store for damage, while it serves; fails where something is wrong.
    Verify {
        /// A commit that the store must have, from an earlier status or search.
        #[arg(long, value_name = "SEQUENCE", default_value_t = 0)]
        at_least: u64,
    },
}

/// Asks, and returns what to print.
pub(super) async fn ask(channel: Channel, command: UpkeepCommand) -> Result<String, Failure> {
    let mut upkeep = UpkeepServiceClient::new(channel);
    match command {
        UpkeepCommand::Status { rows } => status(&mut upkeep, rows).await,
        UpkeepCommand::Backup { name } => {
            let mut steps = upkeep.back_up(BackUpRequest { name }).await?.into_inner();
            while let Some(step) = steps.message().await? {
                if let Some(Step::Backup(backup)) = step.response {
                    return Ok(format!(
                        "backup {}\n  key        {}\n  sequence   {}\n  bytes      {}\n",
                        backup.path, backup.key_id, backup.sequence, backup.bytes
                    ));
                }
            }
            Err(Failure::Cut)
        }
        UpkeepCommand::Verify { at_least } => {
            let mut found = upkeep.verify(VerifyRequest { at_least }).await?.into_inner();
            let VerifyResponse { sound, sequence, checks } = found.message().await?.ok_or(Failure::Cut)?;
            let mut shown = format!("sequence     {sequence}\n");
            for check in checks {
                let state = match (check.left_out.as_str(), check.findings.len()) {
                    ("", 0) => "sound".to_owned(),
                    ("", found) => format!("{found} found"),
                    (why, _) => format!("not checked: {why}"),
                };
                shown += &format!("{:<12} {state}\n", check.name);
                shown.extend(check.findings.iter().map(|finding| format!("  {finding}\n")));
            }
            if sound { Ok(shown) } else { Err(Failure::Unsound(shown)) }
        }
    }
}

async fn status(upkeep: &mut UpkeepServiceClient<Channel>, count_rows: bool) -> Result<String, Failure> {
    let status = upkeep.get_status(GetStatusRequest { count_rows }).await?.into_inner();
    let mut shown = format!("store {}\n", status.store);
    let mut line = |label: &str, value: String| shown += &format!("  {label:<10} {value}\n");
    line("file", status.path);
    line("version", format!("{} ({})", status.version, status.semver));
    line("key", status.key_id);
    line("sequence", status.sequence.to_string());
    line("bytes", format!("{}, {} of them free", status.file_bytes, status.free_bytes));
    line("log", format!("{} bytes", status.log_bytes));
    line("waiting", format!("{} requests", status.waiting));
    line("committed", format!("{} requests in {} groups", status.requests, status.groups));
    line("group", format!("{} requests in the newest, {} in the largest", status.newest_group, status.largest_group));
    let [newest, longest] = [status.newest_commit, status.longest_commit].map(milliseconds);
    line("commit", format!("{newest} ms the newest, {longest} ms the longest"));
    let (hits, misses) = (status.cache_hits, status.cache_misses);
    line("cache", format!("{} bytes, {hits} pages found in it and {misses} read", status.cache_bytes));
    line("keeper", format!("{} rounds", status.keeper_rounds));
    if !status.keeper_failure.is_empty() {
        line("failed", status.keeper_failure);
    }
    let mut rows: Vec<_> = status.rows.into_iter().collect();
    rows.sort();
    rows.into_iter().for_each(|(table, rows)| line("rows", format!("{rows} of {table}")));
    Ok(shown)
}

/// Writes a duration in milliseconds; one that the daemon does not say is `?`.
fn milliseconds(duration: Option<prost_types::Duration>) -> String {
    let duration = duration.and_then(|duration| std::time::Duration::try_from(duration).ok());
    duration.map_or_else(|| "?".to_owned(), |duration| format!("{:.1}", duration.as_secs_f64() * 1e3))
}
