//! The services: what each method does to the store.

mod cells;
mod core;
mod deadline;
mod images;
mod machines;
mod networks;
mod shown;
mod upkeep;

use std::path::PathBuf;

use aurae::Store;
use aurae::proto::aurae::cells::v0::cell_service_server::CellServiceServer;
use aurae::proto::aurae::images::v0::image_service_server::ImageServiceServer;
use aurae::proto::aurae::net::v0::net_service_server::NetServiceServer;
use aurae::proto::aurae::upkeep::v0::upkeep_service_server::UpkeepServiceServer;
use aurae::proto::aurae::vms::v0::vm_service_server::VmServiceServer;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use self::core::Core;
use crate::Failure;
use crate::limits::Limits;

/// The services as health checks name them; the empty name stands for the daemon.
const NAMES: [&str; 5] = [
    "",
    "aurae.vms.v0.VmService",
    "aurae.net.v0.NetService",
    "aurae.cells.v0.CellService",
    "aurae.images.v0.ImageService",
];

/// Returns the services, with health and reflection beside them, and the handle that changes their health.
pub(crate) async fn routes(store: &Store, limits: &Limits) -> Result<(HealthReporter, Routes), Failure> {
    let core = Core { store: store.clone(), within: limits.within() };
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(aurae::SCHEMA.descriptors)
        .build_v1()
        .map_err(Failure::Reflection)?;
    let (health, checks) = tonic_health::server::health_reporter();
    for name in NAMES {
        health.set_service_status(name, ServingStatus::Serving).await;
    }
    // Each generated server has these methods of its own, and no trait for them.
    macro_rules! bounded {
        ($server:expr) => {
            $server.max_decoding_message_size(limits.max_request).max_encoding_message_size(limits.max_response)
        };
    }
    let mut routes = Routes::builder();
    routes
        .add_service(checks)
        .add_service(reflection)
        .add_service(bounded!(VmServiceServer::new(machines::Machines(core.clone()))))
        .add_service(bounded!(NetServiceServer::new(networks::Networks(core.clone()))))
        .add_service(bounded!(CellServiceServer::new(cells::Cells(core.clone()))))
        .add_service(bounded!(ImageServiceServer::new(images::Images(core))));
    Ok((health, routes.routes()))
}

/// Adds the service that looks after the store, which encrypts backups with the key of this file and puts them into this
/// directory.
///
/// It is for whoever may use the Unix socket: over TCP, every user of this host could ask it.
pub(crate) fn with_upkeep(routes: Routes, store: &Store, key_file: PathBuf, backups: PathBuf) -> Routes {
    let upkeep = upkeep::Upkeep { store: store.clone(), key_file, backups };
    routes.add_service(UpkeepServiceServer::new(upkeep))
}

/// Tells whoever watches that no more requests are taken.
pub(crate) async fn not_serving(health: &HealthReporter) {
    for name in NAMES {
        health.set_service_status(name, ServingStatus::NotServing).await;
    }
}
