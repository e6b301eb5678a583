//! Networks, and the NICs that are in them.

use aurae::proto::aurae::net::v0::list_nics_request::Scope;
use aurae::proto::aurae::net::v0::net_service_server::NetService;
use aurae::proto::aurae::net::v0::{self as proto, *};
use aurae::{Network, Nic, nic};
use tonic::{Request, Response};

use super::core::{Answer, Core, record, set};
use super::shown::Shown;
use crate::page::Page;

/// The service.
pub(super) struct Networks(pub(super) Core);

#[tonic::async_trait]
impl NetService for Networks {
    async fn get_network(&self, request: Request<GetNetworkRequest>) -> Answer<proto::Network> {
        self.0.get::<Network>(&request.into_inner().id).await
    }

    async fn list_networks(&self, request: Request<ListNetworksRequest>) -> Answer<ListNetworksResponse> {
        let ListNetworksRequest { page_size, page_token } = request.into_inner();
        let page = Page::of(self.0.tokens(), vec!["ListNetworks"], page_size, &page_token)?;
        let (networks, next_page_token) = self.0.list(&page, page.all::<Network>()).await?;
        Ok(Response::new(ListNetworksResponse { networks, next_page_token }))
    }

    async fn create_network(&self, request: Request<CreateNetworkRequest>) -> Answer<proto::Network> {
        let network: Network = record(request.into_inner().network, "network")?;
        self.0.create(network).await
    }

    async fn update_network(&self, request: Request<UpdateNetworkRequest>) -> Answer<proto::Network> {
        let UpdateNetworkRequest { network, update_mask } = request.into_inner();
        let given = set(network, "network")?;
        self.0.update::<Network>(given.id.clone(), given, update_mask).await
    }

    async fn delete_network(&self, request: Request<DeleteNetworkRequest>) -> Answer<()> {
        self.0.delete::<Network>(request.into_inner().id, |_| Ok(())).await
    }

    async fn get_nic(&self, request: Request<GetNicRequest>) -> Answer<proto::Nic> {
        self.0.get::<Nic>(&request.into_inner().mac_address).await
    }

    async fn list_nics(&self, request: Request<ListNicsRequest>) -> Answer<ListNicsResponse> {
        let ListNicsRequest { page_size, page_token, scope } = request.into_inner();
        let question = match &scope {
            None => vec!["ListNics"],
            Some(Scope::MachineId(machine)) => vec!["ListNics", "machine_id", machine],
            Some(Scope::NetworkId(network)) => vec!["ListNics", "network_id", network],
        };
        let page = Page::of(self.0.tokens(), question, page_size, &page_token)?;
        let (nics, next_page_token) = match &scope {
            None => self.0.list(&page, page.all::<Nic>()).await?,
            Some(Scope::MachineId(machine)) => self.0.list(&page, page.list(nic::list_by_machine_id(machine))).await?,
            Some(Scope::NetworkId(network)) => self.0.list(&page, page.list(nic::list_by_network_id(network))).await?,
        };
        Ok(Response::new(ListNicsResponse { nics, next_page_token }))
    }

    async fn attach_nic(&self, request: Request<AttachNicRequest>) -> Answer<proto::Nic> {
        let nic: Nic = record(request.into_inner().nic, "nic")?;
        self.0.create(nic).await
    }

    async fn update_nic(&self, request: Request<UpdateNicRequest>) -> Answer<proto::Nic> {
        let UpdateNicRequest { nic, update_mask } = request.into_inner();
        let given = set(nic, "nic")?;
        self.0.update::<Nic>(given.mac_address.clone(), given, update_mask).await
    }

    async fn detach_nic(&self, request: Request<DetachNicRequest>) -> Answer<()> {
        self.0.delete::<Nic>(request.into_inner().mac_address, |_| Ok(())).await
    }
}

impl Shown for Network {}

impl Shown for Nic {}
