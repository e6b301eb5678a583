//! The client's commands about cells and executables.

use aurae::proto::aurae::cells::v0::cell_service_client::CellServiceClient;
use aurae::proto::aurae::cells::v0::{
    Cell, CpuController, CreateCellRequest, Executable, ListCellsRequest, ListExecutablesRequest, MemoryController,
    StartExecutableRequest,
};
use clap::Subcommand;
use tonic::transport::Channel;

use super::show;
use crate::Failure;

/// What to ask about cells and executables.
#[derive(Debug, Subcommand)]
pub enum CellCommand {
    /// Reserves a cell.
    CreateCell {
        /// Its name.
        name: String,
        /// The cell around it.
        #[arg(long, value_name = "CELL")]
        parent: Option<String>,
        /// Its share of processor time, from 1 to 10000.
        #[arg(long, value_name = "WEIGHT")]
        cpu_weight: Option<u64>,
        /// The most memory that it may use, in bytes.
        #[arg(long, value_name = "BYTES")]
        memory_max: Option<i64>,
        /// A network to be in; may be given many times.
        #[arg(long, value_name = "NETWORK")]
        network: Vec<String>,
    },
    /// Shows cells, page by page.
    ListCells {
        /// Only those right inside this one.
        #[arg(long, value_name = "CELL")]
        parent: Option<String>,
    },
    /// Starts an executable in a cell.
    StartExecutable {
        /// The cell.
        cell: String,
        /// Its name.
        name: String,
        /// The file to run, and what it is told.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    /// Shows executables, page by page.
    ListExecutables {
        /// Only those of this cell.
        #[arg(long, value_name = "CELL")]
        cell: Option<String>,
    },
}

/// Asks, and returns what to print.
pub(super) async fn ask(channel: Channel, command: CellCommand) -> Result<String, Failure> {
    let mut cells = CellServiceClient::new(channel);
    match command {
        CellCommand::CreateCell { name, parent, cpu_weight, memory_max, network } => {
            let cell = Some(Cell {
                name,
                parent_name: parent.unwrap_or_default(),
                cpu: cpu_weight.map(|weight| CpuController { weight: Some(weight), ..Default::default() }),
                memory: memory_max.map(|max| MemoryController { max: Some(max), ..Default::default() }),
                network_ids: network,
                ..Default::default()
            });
            Ok(show::cell(cells.create_cell(CreateCellRequest { cell }).await?.get_ref()))
        }
        CellCommand::ListCells { parent } => list(cells, parent.unwrap_or_default()).await,
        CellCommand::StartExecutable { cell, name, command } => {
            let mut words = command.into_iter();
            let executable = Some(Executable {
                cell_name: cell,
                name,
                command: words.next().unwrap_or_default(),
                arguments: words.collect(),
                ..Default::default()
            });
            Ok(show::executable(cells.start_executable(StartExecutableRequest { executable }).await?.get_ref()))
        }
        CellCommand::ListExecutables { cell } => list_executables(cells, cell.unwrap_or_default()).await,
    }
}

async fn list(mut cells: CellServiceClient<Channel>, parent_name: String) -> Result<String, Failure> {
    let mut shown = String::new();
    let mut page_token = String::new();
    loop {
        let request = ListCellsRequest { page_size: 0, page_token, parent_name: parent_name.clone() };
        let page = cells.list_cells(request).await?.into_inner();
        shown.extend(page.cells.iter().map(show::cell));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(shown);
        }
    }
}

async fn list_executables(mut cells: CellServiceClient<Channel>, cell_name: String) -> Result<String, Failure> {
    let mut shown = String::new();
    let mut page_token = String::new();
    loop {
        let request = ListExecutablesRequest { page_size: 0, page_token, cell_name: cell_name.clone() };
        let page = cells.list_executables(request).await?.into_inner();
        shown.extend(page.executables.iter().map(show::executable));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(shown);
        }
    }
}
