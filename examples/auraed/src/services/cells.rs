//! Cells, and the executables in them.

use aurae::proto::aurae::cells::v0::cell_service_server::CellService;
use aurae::proto::aurae::cells::v0::{self as proto, *};
use aurae::{Cell, Executable, ExecutableOutcome, ExecutableState as State, cell, executable};
use protostore::{Error, Timestamp};
use tonic::{Request, Response};

use super::core::{Answer, Core, precondition, quoted, record, set};
use super::shown::Shown;
use crate::page::Page;

/// The signal that ends an executable.
const SIGTERM: u32 = 15;

/// The service.
pub(super) struct Cells(pub(super) Core);

#[tonic::async_trait]
impl CellService for Cells {
    async fn get_cell(&self, request: Request<GetCellRequest>) -> Answer<proto::Cell> {
        let (core, request) = self.0.begin(request);
        core.get::<Cell>(&request.name).await
    }

    async fn list_cells(&self, request: Request<ListCellsRequest>) -> Answer<ListCellsResponse> {
        let (core, ListCellsRequest { page_size, page_token, parent_name }) = self.0.begin(request);
        let page = Page::of(core.tokens(), vec!["ListCells", &parent_name], page_size, &page_token)?;
        let (cells, next_page_token) = match parent_name.as_str() {
            "" => core.list(&page, page.all()).await?,
            parent => core.list(&page, page.list(cell::list_by_parent_name(parent))).await?,
        };
        Ok(Response::new(ListCellsResponse { cells, next_page_token }))
    }

    async fn create_cell(&self, request: Request<CreateCellRequest>) -> Answer<proto::Cell> {
        let (core, request) = self.0.begin(request);
        let mut cell: Cell = record(request.cell, "cell")?;
        cell.cgroup_v2 = true;
        core.create(cell).await
    }

    async fn update_cell(&self, request: Request<UpdateCellRequest>) -> Answer<proto::Cell> {
        let (core, UpdateCellRequest { cell, update_mask }) = self.0.begin(request);
        let given = set(cell, "cell")?;
        core.update::<Cell>(given.name.clone(), given, update_mask).await
    }

    async fn delete_cell(&self, request: Request<DeleteCellRequest>) -> Answer<()> {
        let (core, request) = self.0.begin(request);
        core.delete::<Cell>(request.name, |_| Ok(())).await
    }

    async fn get_executable(&self, request: Request<GetExecutableRequest>) -> Answer<proto::Executable> {
        let (core, GetExecutableRequest { cell_name, name }) = self.0.begin(request);
        core.get::<Executable>((&cell_name, &name)).await
    }

    async fn list_executables(&self, request: Request<ListExecutablesRequest>) -> Answer<ListExecutablesResponse> {
        let (core, ListExecutablesRequest { page_size, page_token, cell_name }) = self.0.begin(request);
        let page = Page::of(core.tokens(), vec!["ListExecutables", &cell_name], page_size, &page_token)?;
        let (executables, next_page_token) = match cell_name.as_str() {
            "" => core.list(&page, page.all()).await?,
            cell => core.list(&page, page.list(executable::list_by_cell_name(cell))).await?,
        };
        Ok(Response::new(ListExecutablesResponse { executables, next_page_token }))
    }

    async fn start_executable(&self, request: Request<StartExecutableRequest>) -> Answer<proto::Executable> {
        let (core, request) = self.0.begin(request);
        let mut executable: Executable = record(request.executable, "executable")?;
        executable.state = State::Running;
        executable.start_time = Some(Timestamp::now());
        core.create(executable).await
    }

    async fn stop_executable(&self, request: Request<StopExecutableRequest>) -> Answer<proto::Executable> {
        let (core, StopExecutableRequest { cell_name, name }) = self.0.begin(request);
        let now = Timestamp::now();
        let stop = move |executable: &mut Executable| {
            if executable.state == State::Ended {
                return Err(precondition::<Executable>(format!("{} has ended", quoted(&executable.name))));
            }
            executable.state = State::Ended;
            executable.pid = None;
            executable.outcome = Some(ExecutableOutcome::Signal(SIGTERM));
            executable.end_time = Some(now);
            Ok(())
        };
        core.change((cell_name, name), stop).await
    }

    async fn delete_executable(&self, request: Request<DeleteExecutableRequest>) -> Answer<()> {
        let (core, DeleteExecutableRequest { cell_name, name }) = self.0.begin(request);
        core.delete::<Executable>((cell_name, name), must_have_ended).await
    }
}

impl Shown for Cell {}

impl Shown for Executable {}

fn must_have_ended(executable: &Executable) -> Result<(), Error> {
    match executable.state {
        State::Running | State::Stopping => {
            Err(precondition::<Executable>(format!("{} runs: stop it first", quoted(&executable.name))))
        }
        State::Unspecified | State::Ended | State::Unrecognized(_) => Ok(()),
    }
}
