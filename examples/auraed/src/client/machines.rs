//! The client's commands about machines and images.

use aurae::proto::aurae::images::v0::image::Format;
use aurae::proto::aurae::images::v0::image_service_client::ImageServiceClient;
use aurae::proto::aurae::images::v0::{CreateImageRequest, Image};
use aurae::proto::aurae::vms::v0::drive::Source;
use aurae::proto::aurae::vms::v0::virtual_machine::Boot;
use aurae::proto::aurae::vms::v0::vm_service_client::VmServiceClient;
use aurae::proto::aurae::vms::v0::{
    AttachImageRequest, CreateVirtualMachineRequest, DeleteVirtualMachineRequest, Drive, GetVirtualMachineRequest,
    KernelBoot, ListVirtualMachinesRequest, StartVirtualMachineRequest, StopVirtualMachineRequest,
    UpdateVirtualMachineRequest, VirtualMachine,
};
use clap::{Subcommand, ValueEnum};
use prost_types::FieldMask;
use tonic::transport::Channel;

use super::show;
use crate::Failure;

/// What to ask about machines and images.
#[derive(Debug, Subcommand)]
pub enum MachineCommand {
    /// Reserves a machine.
    CreateVm {
        /// Its name.
        id: String,
        /// Its memory, in units of 2^20 bytes.
        #[arg(long, value_name = "MB", default_value_t = 512)]
        memory: u32,
        /// Its processors.
        #[arg(long, value_name = "COUNT", default_value_t = 1)]
        vcpus: u32,
        /// The image of the kernel that it boots.
        #[arg(long, value_name = "IMAGE")]
        kernel: Option<String>,
        /// What the kernel is told, a word each time.
        #[arg(long = "kernel-arg", value_name = "WORD", requires = "kernel", allow_hyphen_values = true)]
        kernel_args: Vec<String>,
        /// The file or device with its root file system.
        #[arg(long, value_name = "PATH")]
        root: Option<String>,
        /// A word to find it by; may be given many times.
        #[arg(long, value_name = "WORD")]
        tag: Vec<String>,
    },
    /// Shows a machine.
    GetVm {
        /// The machine.
        id: String,
    },
    /// Shows all machines, page by page.
    ListVms {
        /// Only those that use this image.
        #[arg(long, value_name = "IMAGE")]
        image: Option<String>,
        /// Machines to ask for at a time.
        #[arg(long, value_name = "COUNT", default_value_t = 0)]
        page_size: i32,
    },
    /// Changes the memory or the processors of a machine.
    UpdateVm {
        /// The machine.
        id: String,
        /// Its memory, in units of 2^20 bytes.
        #[arg(long, value_name = "MB")]
        memory: Option<u32>,
        /// Its processors.
        #[arg(long, value_name = "COUNT")]
        vcpus: Option<u32>,
    },
    /// Starts a machine.
    StartVm {
        /// The machine.
        id: String,
    },
    /// Stops a machine.
    StopVm {
        /// The machine.
        id: String,
    },
    /// Gives a machine back, with its NICs.
    DeleteVm {
        /// The machine.
        id: String,
    },
    /// Records an image.
    CreateImage {
        /// Its name.
        id: String,
        /// Where its file lies.
        path: String,
        /// What it holds.
        #[arg(long, value_enum, default_value = "raw")]
        format: Contents,
    },
    /// Lets a machine use one more image.
    AttachImage {
        /// The machine.
        id: String,
        /// The image.
        image: String,
    },
}

/// What an image holds.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Contents {
    /// A kernel.
    Kernel,
    /// The initial file system of a kernel.
    Initrd,
    /// The blocks of a disk.
    Raw,
    /// A disk in QEMU's format.
    Qcow2,
}

/// Asks, and returns what to print.
pub(super) async fn ask(channel: Channel, command: MachineCommand) -> Result<String, Failure> {
    let mut machines = VmServiceClient::new(channel.clone());
    let answer = match command {
        MachineCommand::CreateVm { id, memory, vcpus, kernel, kernel_args, root, tag } => {
            let boot = kernel.map(|image| Boot::Kernel(kernel_boot(image, kernel_args)));
            let root_drive = root.map(|path| Drive { source: Some(Source::HostPath(path)), ..Default::default() });
            let virtual_machine = Some(VirtualMachine {
                id,
                mem_size_mb: memory,
                vcpu_count: vcpus,
                boot,
                root_drive,
                tags: tag,
                ..Default::default()
            });
            machines.create_virtual_machine(CreateVirtualMachineRequest { virtual_machine }).await?
        }
        MachineCommand::UpdateVm { id, memory, vcpus } => {
            let paths = [("mem_size_mb", memory.is_some()), ("vcpu_count", vcpus.is_some())];
            let paths = paths.iter().filter(|(_, given)| *given).map(|(path, _)| (*path).to_owned()).collect();
            let virtual_machine = Some(VirtualMachine {
                id,
                mem_size_mb: memory.unwrap_or_default(),
                vcpu_count: vcpus.unwrap_or_default(),
                ..Default::default()
            });
            let update_mask = Some(FieldMask { paths });
            machines.update_virtual_machine(UpdateVirtualMachineRequest { virtual_machine, update_mask }).await?
        }
        MachineCommand::GetVm { id } => machines.get_virtual_machine(GetVirtualMachineRequest { id }).await?,
        MachineCommand::StartVm { id } => machines.start_virtual_machine(StartVirtualMachineRequest { id }).await?,
        MachineCommand::StopVm { id } => machines.stop_virtual_machine(StopVirtualMachineRequest { id }).await?,
        MachineCommand::AttachImage { id, image } => {
            machines.attach_image(AttachImageRequest { id, image_id: image }).await?
        }
        MachineCommand::DeleteVm { id } => {
            let deleted = format!("deleted {id}\n");
            machines.delete_virtual_machine(DeleteVirtualMachineRequest { id }).await?;
            return Ok(deleted);
        }
        MachineCommand::ListVms { image, page_size } => {
            return list(machines, image.unwrap_or_default(), page_size).await;
        }
        MachineCommand::CreateImage { id, path, format } => {
            let image = Some(Image { id, path, format: format.into(), ..Default::default() });
            let answer = ImageServiceClient::new(channel).create_image(CreateImageRequest { image }).await?;
            return Ok(show::image(answer.get_ref()));
        }
    };
    Ok(show::machine(answer.get_ref()))
}

async fn list(mut machines: VmServiceClient<Channel>, image_id: String, page_size: i32) -> Result<String, Failure> {
    let mut shown = String::new();
    let mut page_token = String::new();
    loop {
        let request = ListVirtualMachinesRequest { page_size, page_token, image_id: image_id.clone() };
        let page = machines.list_virtual_machines(request).await?.into_inner();
        shown.extend(page.virtual_machines.iter().map(show::machine));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(shown);
        }
    }
}

fn kernel_boot(image_id: String, arguments: Vec<String>) -> KernelBoot {
    KernelBoot { image_id, arguments, ..Default::default() }
}

impl From<Contents> for i32 {
    fn from(contents: Contents) -> Self {
        match contents {
            Contents::Kernel => Format::Kernel.into(),
            Contents::Initrd => Format::Initrd.into(),
            Contents::Raw => Format::Raw.into(),
            Contents::Qcow2 => Format::Qcow2.into(),
        }
    }
}
