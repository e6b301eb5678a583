//! Records as a person reads them: the name, then a line for each field that is set.

use std::fmt::{Display, Write};

use aurae::proto::aurae::cells::v0::executable::Outcome;
use aurae::proto::aurae::cells::v0::{Cell, Executable};
use aurae::proto::aurae::images::v0::Image;
use aurae::proto::aurae::net::v0::{Network, Nic};
use aurae::proto::aurae::vms::v0::drive::Source;
use aurae::proto::aurae::vms::v0::virtual_machine::Boot;
use aurae::proto::aurae::vms::v0::{Drive, VirtualMachine};

/// A record that is being written down.
struct Lines(String);

impl Lines {
    fn of(kind: &str, name: &str) -> Self {
        Self(format!("{kind} {name}\n"))
    }

    fn line(mut self, label: &str, value: impl Display) -> Self {
        // Writing to a `String` does not fail.
        let _ = writeln!(self.0, "  {label:<10} {value}");
        self
    }

    fn some(self, label: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.line(label, value),
            None => self,
        }
    }

    fn words(self, label: &str, words: &[String]) -> Self {
        if words.is_empty() { self } else { self.line(label, words.join(" ")) }
    }

    fn text(self, label: &str, text: &str) -> Self {
        if text.is_empty() { self } else { self.line(label, text) }
    }
}

/// Shows a machine.
pub(super) fn machine(machine: &VirtualMachine) -> String {
    let mut lines = Lines::of("machine", &machine.id)
        .line("memory", format_args!("{} MiB", machine.mem_size_mb))
        .line("processors", machine.vcpu_count)
        .line("state", state_name(machine.state().as_str_name(), "STATE_"));
    lines = match &machine.boot {
        Some(Boot::Kernel(kernel)) => lines
            .line("kernel", format_args!("{} {}", kernel.image_id, kernel.arguments.join(" ")).to_string().trim_end()),
        Some(Boot::FirmwarePath(path)) => lines.line("firmware", path),
        Some(Boot::SnapshotPath(path)) => lines.line("snapshot", path),
        None => lines,
    };
    lines = lines.some("root", machine.root_drive.as_ref().map(drive));
    lines = machine.drives.iter().fold(lines, |lines, other| lines.line("drive", drive(other)));
    lines
        .words("images", &machine.image_ids)
        .words("tags", &machine.tags)
        .some("created", machine.create_time.as_ref())
        .some("started", machine.start_time.as_ref())
        .0
}

/// Shows an image.
pub(super) fn image(image: &Image) -> String {
    Lines::of("image", &image.id)
        .line("path", &image.path)
        .line("format", state_name(image.format().as_str_name(), "FORMAT_"))
        .some("created", image.create_time.as_ref())
        .0
}

/// Shows a network.
pub(super) fn network(network: &Network) -> String {
    Lines::of("network", &network.id)
        .line("cidr", &network.cidr)
        .some("gateway", network.gateway.as_ref())
        .words("servers", &network.nameservers)
        .some("created", network.create_time.as_ref())
        .0
}

/// Shows a NIC.
pub(super) fn nic(nic: &Nic) -> String {
    Lines::of("nic", &nic.mac_address)
        .line("machine", &nic.machine_id)
        .text("network", &nic.network_id)
        .some("ip", nic.ip.as_ref().map(|ip| &ip.primary_address))
        .some("device", nic.host_device.as_ref())
        .some("created", nic.create_time.as_ref())
        .0
}

/// Shows a cell.
pub(super) fn cell(cell: &Cell) -> String {
    Lines::of("cell", &cell.name)
        .text("inside", &cell.parent_name)
        .some("cpu weight", cell.cpu.as_ref().and_then(|cpu| cpu.weight))
        .some("memory max", cell.memory.as_ref().and_then(|memory| memory.max))
        .words("networks", &cell.network_ids)
        .some("created", cell.create_time.as_ref())
        .0
}

/// Shows an executable.
pub(super) fn executable(executable: &Executable) -> String {
    let lines = Lines::of("executable", &format!("{}/{}", executable.cell_name, executable.name))
        .line("command", &executable.command)
        .words("arguments", &executable.arguments)
        .line("state", state_name(executable.state().as_str_name(), "STATE_"))
        .some("started", executable.start_time.as_ref())
        .some("ended", executable.end_time.as_ref());
    match executable.outcome {
        Some(Outcome::ExitCode(code)) => lines.line("exit code", code),
        Some(Outcome::Signal(signal)) => lines.line("signal", signal),
        None => lines,
    }
    .0
}

fn drive(drive: &Drive) -> String {
    let source = match &drive.source {
        Some(Source::HostPath(path)) => path.clone(),
        Some(Source::ImageId(image)) => format!("image {image}"),
        None => "nothing".to_owned(),
    };
    if drive.read_only { format!("{source} (read-only)") } else { source }
}

/// Returns the name of an enum's value as one says it: `STATE_RUNNING` is `running`.
fn state_name(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_lowercase().replace('_', " ")
}
