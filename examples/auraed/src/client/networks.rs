//! The client's commands about networks and NICs.

use aurae::proto::aurae::net::v0::list_nics_request::Scope;
use aurae::proto::aurae::net::v0::net_service_client::NetServiceClient;
use aurae::proto::aurae::net::v0::{
    AttachNicRequest, CreateNetworkRequest, IpConfiguration, ListNicsRequest, Network, Nic,
};
use clap::Subcommand;
use tonic::transport::Channel;

use super::show;
use crate::Failure;

/// What to ask about networks and NICs.
#[derive(Debug, Subcommand)]
pub enum NetworkCommand {
    /// Makes a network.
    CreateNetwork {
        /// Its name.
        id: String,
        /// Its addresses, such as 10.0.0.0/24.
        cidr: String,
    },
    /// Gives a machine a NIC.
    AttachNic {
        /// The hardware address.
        mac_address: String,
        /// The machine.
        #[arg(long, value_name = "MACHINE")]
        vm: String,
        /// The network to be in.
        #[arg(long, value_name = "NETWORK")]
        network: Option<String>,
        /// Its address in the machine, such as 10.0.0.2/24.
        #[arg(long, value_name = "CIDR")]
        ip: Option<String>,
    },
    /// Shows NICs, page by page.
    ListNics {
        /// Only those of this machine.
        #[arg(long, value_name = "MACHINE", conflicts_with = "network")]
        vm: Option<String>,
        /// Only those in this network.
        #[arg(long, value_name = "NETWORK")]
        network: Option<String>,
    },
}

/// Asks, and returns what to print.
pub(super) async fn ask(channel: Channel, command: NetworkCommand) -> Result<String, Failure> {
    let mut networks = NetServiceClient::new(channel);
    match command {
        NetworkCommand::CreateNetwork { id, cidr } => {
            let network = Some(Network { id, cidr, ..Default::default() });
            Ok(show::network(networks.create_network(CreateNetworkRequest { network }).await?.get_ref()))
        }
        NetworkCommand::AttachNic { mac_address, vm, network, ip } => {
            let nic = Some(Nic {
                mac_address,
                machine_id: vm,
                network_id: network.unwrap_or_default(),
                ip: ip.map(|primary_address| IpConfiguration { primary_address, ..Default::default() }),
                ..Default::default()
            });
            Ok(show::nic(networks.attach_nic(AttachNicRequest { nic }).await?.get_ref()))
        }
        NetworkCommand::ListNics { vm, network } => {
            let scope = vm.map(Scope::MachineId).or(network.map(Scope::NetworkId));
            list(networks, scope).await
        }
    }
}

async fn list(mut networks: NetServiceClient<Channel>, scope: Option<Scope>) -> Result<String, Failure> {
    let mut shown = String::new();
    let mut page_token = String::new();
    loop {
        let request = ListNicsRequest { page_size: 0, page_token, scope: scope.clone() };
        let page = networks.list_nics(request).await?.into_inner();
        shown.extend(page.nics.iter().map(show::nic));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(shown);
        }
    }
}
