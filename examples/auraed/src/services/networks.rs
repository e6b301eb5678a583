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
        let (core, request) = self.0.begin(request);
        core.get::<Network>(&request.id).await
    }

    async fn list_networks(&self, request: Request<ListNetworksRequest>) -> Answer<ListNetworksResponse> {
        let (core, ListNetworksRequest { page_size, page_token }) = self.0.begin(request);
        let page = Page::<Network>::of(core.tokens(), vec!["ListNetworks"], page_size, &page_token)?;
        let (networks, next_page_token) = core.list(&page, page.all()).await?;
        Ok(Response::new(ListNetworksResponse { networks, next_page_token }))
    }

    async fn create_network(&self, request: Request<CreateNetworkRequest>) -> Answer<proto::Network> {
        let (core, request) = self.0.begin(request);
        let network: Network = record(request.network, "network")?;
        core.create(network).await
    }

    async fn update_network(&self, request: Request<UpdateNetworkRequest>) -> Answer<proto::Network> {
        let (core, UpdateNetworkRequest { network, update_mask }) = self.0.begin(request);
        let given = set(network, "network")?;
        core.update::<Network>(given.id.clone(), given, update_mask).await
    }

    async fn delete_network(&self, request: Request<DeleteNetworkRequest>) -> Answer<()> {
        let (core, request) = self.0.begin(request);
        core.delete::<Network>(request.id, |_| Ok(())).await
    }

    async fn get_nic(&self, request: Request<GetNicRequest>) -> Answer<proto::Nic> {
        let (core, request) = self.0.begin(request);
        core.get::<Nic>(&request.mac_address).await
    }

    async fn list_nics(&self, request: Request<ListNicsRequest>) -> Answer<ListNicsResponse> {
        let (core, ListNicsRequest { page_size, page_token, scope }) = self.0.begin(request);
        let question = match &scope {
            None => vec!["ListNics"],
            Some(Scope::MachineId(machine)) => vec!["ListNics", "machine_id", machine],
            Some(Scope::NetworkId(network)) => vec!["ListNics", "network_id", network],
        };
        let page = Page::of(core.tokens(), question, page_size, &page_token)?;
        let (nics, next_page_token) = match &scope {
            None => core.list(&page, page.all()).await?,
            Some(Scope::MachineId(machine)) => core.list(&page, page.list(nic::list_by_machine_id(machine))).await?,
            Some(Scope::NetworkId(network)) => core.list(&page, page.list(nic::list_by_network_id(network))).await?,
        };
        Ok(Response::new(ListNicsResponse { nics, next_page_token }))
    }

    async fn attach_nic(&self, request: Request<AttachNicRequest>) -> Answer<proto::Nic> {
        let (core, request) = self.0.begin(request);
        let nic: Nic = record(request.nic, "nic")?;
        core.create(nic).await
    }

    async fn update_nic(&self, request: Request<UpdateNicRequest>) -> Answer<proto::Nic> {
        let (core, UpdateNicRequest { nic, update_mask }) = self.0.begin(request);
        let given = set(nic, "nic")?;
        core.update::<Nic>(given.mac_address.clone(), given, update_mask).await
    }

    async fn detach_nic(&self, request: Request<DetachNicRequest>) -> Answer<()> {
        let (core, request) = self.0.begin(request);
        core.delete::<Nic>(request.mac_address, |_| Ok(())).await
    }
}

impl Shown for Network {}

impl Shown for Nic {}
