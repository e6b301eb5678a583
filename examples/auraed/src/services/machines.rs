//! Machines, the images that they use, and the daemons inside them.

use aurae::proto::aurae::vms::v0::vm_service_server::VmService;
use aurae::proto::aurae::vms::v0::{self as proto, *};
use aurae::{Guest, Transition, VirtualMachine, VirtualMachineState as State, guest, virtual_machine};
use protostore::{Error, FieldBehavior, Sqlite, Timestamp, View, Wire};
use tonic::{Request, Response};

use super::core::{Answer, Core, missing, precondition, quoted, record, set};
use super::shown::Shown;
use crate::page::Page;

/// The service.
pub(super) struct Machines(pub(super) Core);

#[tonic::async_trait]
impl VmService for Machines {
    async fn get_virtual_machine(&self, request: Request<GetVirtualMachineRequest>) -> Answer<proto::VirtualMachine> {
        let (core, request) = self.0.begin(request);
        core.get::<VirtualMachine>(&request.id).await
    }

    async fn list_virtual_machines(
        &self,
        request: Request<ListVirtualMachinesRequest>,
    ) -> Answer<ListVirtualMachinesResponse> {
        let (core, ListVirtualMachinesRequest { page_size, page_token, image_id }) = self.0.begin(request);
        let page = Page::of(core.tokens(), vec!["ListVirtualMachines", &image_id], page_size, &page_token)?;
        let (virtual_machines, next_page_token) = match image_id.as_str() {
            "" => core.list(&page, page.all()).await?,
            image => core.list(&page, page.list(virtual_machine::list_by_image_ids(image))).await?,
        };
        Ok(Response::new(ListVirtualMachinesResponse { virtual_machines, next_page_token }))
    }

    async fn create_virtual_machine(
        &self,
        request: Request<CreateVirtualMachineRequest>,
    ) -> Answer<proto::VirtualMachine> {
        let (core, request) = self.0.begin(request);
        let mut machine: VirtualMachine = record(request.virtual_machine, "virtual_machine")?;
        enter(&mut machine, State::Reserved);
        core.create(machine).await
    }

    async fn update_virtual_machine(
        &self,
        request: Request<UpdateVirtualMachineRequest>,
    ) -> Answer<proto::VirtualMachine> {
        let (core, UpdateVirtualMachineRequest { virtual_machine, update_mask }) = self.0.begin(request);
        let given = set(virtual_machine, "virtual_machine")?;
        core.update::<VirtualMachine>(given.id.clone(), given, update_mask).await
    }

    async fn delete_virtual_machine(&self, request: Request<DeleteVirtualMachineRequest>) -> Answer<()> {
        let (core, request) = self.0.begin(request);
        core.delete::<VirtualMachine>(request.id, must_not_run).await
    }

    async fn start_virtual_machine(
        &self,
        request: Request<StartVirtualMachineRequest>,
    ) -> Answer<proto::VirtualMachine> {
        let (core, request) = self.0.begin(request);
        let now = Timestamp::now();
        let start = move |machine: &mut VirtualMachine| {
            must_not_run(machine)?;
            machine.start_time = Some(now);
            enter(machine, State::Running);
            Ok(())
        };
        core.change(request.id, start).await
    }

    async fn stop_virtual_machine(&self, request: Request<StopVirtualMachineRequest>) -> Answer<proto::VirtualMachine> {
        let (core, request) = self.0.begin(request);
        let stop = |machine: &mut VirtualMachine| {
            if machine.state != State::Running {
                return Err(precondition::<VirtualMachine>(format!("{} does not run", quoted(&machine.id))));
            }
            enter(machine, State::Stopped);
            Ok(())
        };
        core.change(request.id, stop).await
    }

    async fn attach_image(&self, request: Request<AttachImageRequest>) -> Answer<proto::VirtualMachine> {
        let (core, AttachImageRequest { id, image_id }) = self.0.begin(request);
        let attached = core.store.write_async(move |tx| {
            tx.run(virtual_machine::image_ids.of(&id).append(image_id.as_str()))?;
            tx.get::<VirtualMachine>(&id)?.ok_or_else(|| missing::<VirtualMachine>(&id))?.show_one(tx)
        });
        Ok(Response::new(attached.await?))
    }

    async fn detach_image(&self, request: Request<DetachImageRequest>) -> Answer<proto::VirtualMachine> {
        let (core, DetachImageRequest { id, image_id }) = self.0.begin(request);
        let detached = core.store.write_async(move |tx| {
            tx.run(virtual_machine::image_ids.of(&id).remove(image_id.as_str()))?;
            tx.get::<VirtualMachine>(&id)?.ok_or_else(|| missing::<VirtualMachine>(&id))?.show_one(tx)
        });
        Ok(Response::new(detached.await?))
    }

    async fn list_attached_images(
        &self,
        request: Request<ListAttachedImagesRequest>,
    ) -> Answer<ListAttachedImagesResponse> {
        let (core, request) = self.0.begin(request);
        let id = request.id;
        let listed = core.store.read_async(move |r| {
            if !r.exists::<VirtualMachine>(&id)? {
                return Err(missing::<VirtualMachine>(&id));
            }
            r.run(virtual_machine::images_by_image_ids(id.as_str()))
        });
        Ok(Response::new(ListAttachedImagesResponse {
            images: listed.await?.into_iter().map(Wire::into_response).collect(),
        }))
    }

    async fn get_guest(&self, request: Request<GetGuestRequest>) -> Answer<proto::Guest> {
        let (core, request) = self.0.begin(request);
        let machine = request.machine_id;
        let found = core.read(guest::get_by_machine_id(machine.as_str())).await?;
        Ok(Response::new(found.ok_or_else(|| missing::<Guest>(&machine))?.into_response()))
    }

    async fn report_guest(&self, request: Request<ReportGuestRequest>) -> Answer<proto::Guest> {
        let (core, request) = self.0.begin(request);
        let guest: Guest = record(request.guest, "guest")?;
        Ok(Response::new(core.store.guests().upsert(guest).await?.into_response()))
    }
}

impl Shown for VirtualMachine {
    const ALONE: bool = false;

    /// Adds its interfaces and the daemon inside it.
    fn show(machines: Vec<Self>, r: &mut View<'_, Sqlite>) -> Result<Vec<Self::Message>, Error> {
        let nics = r.run(virtual_machine::nics_of_all(&machines))?;
        let guests = r.run(virtual_machine::guest_of_all(&machines))?;
        let shown = machines.into_iter().zip(nics).zip(guests).map(|((machine, nics), guests)| {
            let mut message = proto::VirtualMachine::from(machine);
            virtual_machine::fill_nics(&mut message, nics);
            virtual_machine::fill_guest(&mut message, guests);
            message.clear_input_only();
            message
        });
        Ok(shown.collect())
    }
}

/// Puts a machine into a state, and notes when.
fn enter(machine: &mut VirtualMachine, state: State) {
    machine.state = state;
    machine.transitions.push(Transition { state, time: Some(Timestamp::now()), reason: None });
}

fn must_not_run(machine: &VirtualMachine) -> Result<(), Error> {
    match machine.state {
        State::Starting | State::Running | State::Stopping => {
            Err(precondition::<VirtualMachine>(format!("{} runs: stop it first", quoted(&machine.id))))
        }
        State::Unspecified | State::Reserved | State::Stopped | State::Failed | State::Unrecognized(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use aurae::Nic;

    use super::*;

    const MACHINE: &str = "vm-1";

    /// Whatever is read while interfaces come and the machine says how many, the machine is never behind by two.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_machine_and_what_it_shows_are_of_one_snapshot() {
        let store = aurae::open_test().unwrap();
        let machine = |count: u32| VirtualMachine {
            id: MACHINE.into(),
            mem_size_mb: 1 + count,
            vcpu_count: 1,
            ..VirtualMachine::default()
        };
        store.virtual_machines().insert(machine(0)).await.unwrap();
        let ended = AtomicBool::new(false);
        let mut read = 0;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for count in 1..=200u32 {
                    let nic = Nic {
                        mac_address: format!("52:54:00:00:00:{count:02x}"),
                        machine_id: MACHINE.into(),
                        ..Nic::default()
                    };
                    store.write(move |tx| tx.insert(&nic).map(|_| ())).unwrap();
                    let counted = machine(count);
                    store.write(move |tx| tx.update(&counted, virtual_machine::mem_size_mb).map(|_| ())).unwrap();
                }
                ended.store(true, Ordering::Release);
            });
            let service = Machines(Core { store: store.clone(), within: Duration::from_secs(60) });
            let handle = tokio::runtime::Handle::current();
            scope.spawn({
                let (ended, read) = (&ended, &mut read);
                move || {
                    while !ended.load(Ordering::Acquire) {
                        let get =
                            service.get_virtual_machine(Request::new(GetVirtualMachineRequest { id: MACHINE.into() }));
                        let one = handle.block_on(get).unwrap().into_inner();
                        let list = service.list_virtual_machines(Request::new(ListVirtualMachinesRequest::default()));
                        let page = handle.block_on(list).unwrap().into_inner();
                        let start = service
                            .start_virtual_machine(Request::new(StartVirtualMachineRequest { id: MACHINE.into() }));
                        let stop = service
                            .stop_virtual_machine(Request::new(StopVirtualMachineRequest { id: MACHINE.into() }));
                        let (started, stopped) = (handle.block_on(start).unwrap(), handle.block_on(stop).unwrap());
                        let written = [started.into_inner(), stopped.into_inner()];
                        for shown in [one].into_iter().chain(page.virtual_machines).chain(written) {
                            let (counted, there) = (shown.mem_size_mb as usize - 1, shown.nics.len());
                            assert!(counted == there || counted + 1 == there, "{counted} counted, {there} shown");
                            *read += 1;
                        }
                    }
                }
            });
        });
        assert!(read > 5, "only {read} machines were read");
    }
}
