//! Upkeep of the store while it serves: no other process can open its file.

use std::fs::DirBuilder;
use std::ops::ControlFlow;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Component, Path, PathBuf};

use aurae::Store;
use aurae::proto::aurae::upkeep::v0::back_up_response::{Progress, Response as Step};
use aurae::proto::aurae::upkeep::v0::upkeep_service_server::UpkeepService;
use aurae::proto::aurae::upkeep::v0::{
    BackUpRequest, BackUpResponse, Backup, GetStatusRequest, Status as StoreStatus, VerifyRequest, VerifyResponse,
    verify_response,
};
use protostore::upkeep::{Anchor, Check, CopyOptions, Stage, VerifyReport};
use protostore::{Error, Key, Kind};
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::spawn_blocking;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

/// How many responses wait for a client that reads slowly.
const WAITING: usize = 16;

/// The service.
#[derive(Clone)]
pub(super) struct Upkeep {
    pub(super) store: Store,
    /// The file with the key of backups: it is read for each, so that the daemon does not hold it while it serves.
    pub(super) key_file: PathBuf,
    /// Where they are put.
    pub(super) backups: PathBuf,
}

#[tonic::async_trait]
impl UpkeepService for Upkeep {
    type BackUpStream = ReceiverStream<Result<BackUpResponse, Status>>;
    type VerifyStream = ReceiverStream<Result<VerifyResponse, Status>>;

    async fn get_status(&self, request: Request<GetStatusRequest>) -> Result<Response<StoreStatus>, Status> {
        let (store, count_rows) = (self.store.clone(), request.into_inner().count_rows);
        blocking(move || status(&store, count_rows)).await.map(Response::new)
    }

    async fn back_up(&self, request: Request<BackUpRequest>) -> Result<Response<Self::BackUpStream>, Status> {
        let path = self.backups.join(name(&request.get_ref().name)?);
        let (upkeep, (send, responses)) = (self.clone(), channel(WAITING));
        spawn_blocking(move || {
            let made = upkeep.back_up(&path, &send);
            // A client that has gone is told nothing.
            let _ = send.blocking_send(made.map_err(Status::from));
        });
        Ok(Response::new(ReceiverStream::new(responses)))
    }

    async fn verify(&self, request: Request<VerifyRequest>) -> Result<Response<Self::VerifyStream>, Status> {
        let anchor = Anchor::new().at_least(request.into_inner().at_least);
        let (store, (send, responses)) = (self.store.clone(), channel(1));
        spawn_blocking(move || {
            let report = store.verify(&anchor).map(|report| found(&report));
            let _ = send.blocking_send(report.map_err(Status::from));
        });
        Ok(Response::new(ReceiverStream::new(responses)))
    }
}

impl Upkeep {
    /// Makes a backup, and tells how far it is; it ends where its client has gone.
    fn back_up(&self, path: &Path, send: &Sender<Result<BackUpResponse, Status>>) -> Result<BackUpResponse, Error> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.backups).map_err(|why| {
            let what = format!("the directory for backups, {}, cannot be made", self.backups.display());
            Error::new(Kind::Io, what).because(why)
        })?;
        let told = send.clone();
        let options = CopyOptions::new().progress(move |at| {
            let progress = Progress { done: at.done, of: at.of, checks: at.stage == Stage::Checks };
            // One that reads slowly is told less often.
            let _ = told.try_send(Ok(BackUpResponse { response: Some(Step::Progress(progress)) }));
            if told.is_closed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let copied = self.store.backup(path, &Key::from_pem_file(&self.key_file)?, &options)?;
        let backup = Backup {
            path: copied.path.display().to_string(),
            key_id: copied.key_id.unwrap_or_default(),
            sequence: copied.sequence,
            bytes: copied.bytes,
            took: prost_types::Duration::try_from(copied.took).ok(),
        };
        Ok(BackUpResponse { response: Some(Step::Backup(backup)) })
    }
}

/// Returns the name of a file, which leads into no other directory.
fn name(name: &str) -> Result<&str, Status> {
    let mut parts = Path::new(name).components();
    let is_name = matches!((parts.next(), parts.next()), (Some(Component::Normal(only)), None) if only == name);
    if is_name {
        return Ok(name);
    }
    let what = format!("must be the name of a file, without a directory, and is {}", super::core::quoted(&name));
    Err(Error::invalid("name", what).into())
}

fn status(store: &Store, count_rows: bool) -> Result<StoreStatus, Error> {
    let status = store.status()?;
    let rows = if count_rows { store.count_rows()? } else { Vec::new() };
    Ok(StoreStatus {
        path: status.file.path.display().to_string(),
        store: status.file.store,
        version: status.file.version,
        semver: status.file.semver,
        key_id: status.file.key_id.unwrap_or_default(),
        sequence: status.file.sequence,
        file_bytes: status.file.sizes.file,
        free_bytes: status.file.sizes.free,
        log_bytes: status.file.sizes.log,
        waiting: status.queue.waiting as u64,
        groups: status.groups.groups,
        requests: status.groups.requests,
        keeper_rounds: status.keeper.rounds,
        keeper_failure: status.keeper.failure.unwrap_or_default(),
        rows: rows.into_iter().map(|rows| (rows.table, rows.rows)).collect(),
        cache_bytes: status.cache.bytes,
        cache_hits: status.cache.hits,
        cache_misses: status.cache.misses,
        newest_group: status.groups.newest,
        largest_group: status.groups.largest,
        newest_commit: prost_types::Duration::try_from(status.groups.commit).ok(),
        longest_commit: prost_types::Duration::try_from(status.groups.longest_commit).ok(),
    })
}

fn found(report: &VerifyReport) -> VerifyResponse {
    let check = |name: Check, left_out: Option<&str>, findings: &[String]| verify_response::Check {
        name: name.name().to_owned(),
        left_out: left_out.unwrap_or_default().to_owned(),
        findings: findings.to_vec(),
    };
    let checks = report.checks.iter().map(|made| check(made.check, made.left_out, &made.findings));
    VerifyResponse { sound: report.is_sound(), sequence: report.sequence, checks: checks.collect() }
}

/// Runs work that waits for the disk away from the threads that serve.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Status> {
    match spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(panic) => Err(Status::internal(panic.to_string())),
    }
}
