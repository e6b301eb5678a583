//! Machines, the images that they use, and the daemons inside them.

use aurae::proto::aurae::vms::v0::vm_service_server::VmService;
use aurae::proto::aurae::vms::v0::{self as proto, *};
use aurae::{Guest, Transition, VirtualMachine, VirtualMachineState as State, guest, virtual_machine};
use protostore::{Error, Timestamp};
use tonic::{Request, Response};

use super::core::{Answer, Core, missing, precondition, quoted, record, set};
use crate::page::Page;

/// The service.
pub(super) struct Machines(pub(super) Core);

#[tonic::async_trait]
impl VmService for Machines {
    async fn get_virtual_machine(&self, request: Request<GetVirtualMachineRequest>) -> Answer<proto::VirtualMachine> {
        self.shown(self.0.get::<VirtualMachine, _>(&request.into_inner().id).await?).await
    }

    async fn list_virtual_machines(
        &self,
        request: Request<ListVirtualMachinesRequest>,
    ) -> Answer<ListVirtualMachinesResponse> {
        let ListVirtualMachinesRequest { page_size, page_token, image_id } = request.into_inner();
        let page = Page::of(&self.0.tokens, vec!["ListVirtualMachines", &image_id], page_size, &page_token)?;
        let found = match image_id.as_str() {
            "" => self.0.page::<VirtualMachine>(&page).await?,
            image => self.0.read(page.list(virtual_machine::list_by_image_ids(image))).await?,
        };
        let nics = self.0.read(virtual_machine::nics_of_all(&found.records)).await?;
        let guests = self.0.read(virtual_machine::guest_of_all(&found.records)).await?;
        let (mut virtual_machines, next_page_token) = page.answer(found);
        for ((machine, nics), guests) in virtual_machines.iter_mut().zip(nics).zip(guests) {
            virtual_machine::fill_nics(machine, nics);
            virtual_machine::fill_guest(machine, guests);
        }
        Ok(Response::new(ListVirtualMachinesResponse { virtual_machines, next_page_token }))
    }

    async fn create_virtual_machine(
        &self,
        request: Request<CreateVirtualMachineRequest>,
    ) -> Answer<proto::VirtualMachine> {
        let given = request.into_inner().virtual_machine.map(without_shown);
        let mut machine: VirtualMachine = record(given, "virtual_machine")?;
        machine.transitions.clear();
        machine.create_time = None;
        machine.start_time = None;
        enter(&mut machine, State::Reserved);
        self.0.create(machine).await
    }

    async fn update_virtual_machine(
        &self,
        request: Request<UpdateVirtualMachineRequest>,
    ) -> Answer<proto::VirtualMachine> {
        let UpdateVirtualMachineRequest { virtual_machine, update_mask } = request.into_inner();
        let given = without_shown(set(virtual_machine, "virtual_machine")?);
        self.shown(self.0.update(given.id.clone(), given, update_mask, keep).await?).await
    }

    async fn delete_virtual_machine(&self, request: Request<DeleteVirtualMachineRequest>) -> Answer<()> {
        self.0.delete::<VirtualMachine>(request.into_inner().id, must_not_run).await
    }

    async fn start_virtual_machine(
        &self,
        request: Request<StartVirtualMachineRequest>,
    ) -> Answer<proto::VirtualMachine> {
        let now = Timestamp::now();
        let start = move |machine: &mut VirtualMachine| {
            must_not_run(machine)?;
            machine.start_time = Some(now);
            enter(machine, State::Running);
            Ok(())
        };
        self.shown(self.0.change(request.into_inner().id, start).await?).await
    }

    async fn stop_virtual_machine(&self, request: Request<StopVirtualMachineRequest>) -> Answer<proto::VirtualMachine> {
        let stop = |machine: &mut VirtualMachine| {
            if machine.state != State::Running {
                return Err(precondition::<VirtualMachine>(format!("{} does not run", quoted(&machine.id))));
            }
            enter(machine, State::Stopped);
            Ok(())
        };
        self.shown(self.0.change(request.into_inner().id, stop).await?).await
    }

    async fn attach_image(&self, request: Request<AttachImageRequest>) -> Answer<proto::VirtualMachine> {
        let AttachImageRequest { id, image_id } = request.into_inner();
        let attached = self.0.store.write_async(move |tx| {
            tx.run(virtual_machine::image_ids.of(&id).append(image_id.as_str()))?;
            tx.get::<VirtualMachine>(&id)?.ok_or_else(|| missing::<VirtualMachine>(&id))
        });
        self.shown(Response::new(attached.await?.into())).await
    }

    async fn detach_image(&self, request: Request<DetachImageRequest>) -> Answer<proto::VirtualMachine> {
        let DetachImageRequest { id, image_id } = request.into_inner();
        let detached = self.0.store.write_async(move |tx| {
            tx.run(virtual_machine::image_ids.of(&id).remove(image_id.as_str()))?;
            tx.get::<VirtualMachine>(&id)?.ok_or_else(|| missing::<VirtualMachine>(&id))
        });
        self.shown(Response::new(detached.await?.into())).await
    }

    async fn list_attached_images(
        &self,
        request: Request<ListAttachedImagesRequest>,
    ) -> Answer<ListAttachedImagesResponse> {
        let id = request.into_inner().id;
        let listed = self.0.store.read_async(move |r| {
            if !r.exists::<VirtualMachine>(&id)? {
                return Err(missing::<VirtualMachine>(&id));
            }
            r.run(virtual_machine::images_by_image_ids(id.as_str()))
        });
        Ok(Response::new(ListAttachedImagesResponse { images: listed.await?.into_iter().map(Into::into).collect() }))
    }

    async fn get_guest(&self, request: Request<GetGuestRequest>) -> Answer<proto::Guest> {
        let machine = request.into_inner().machine_id;
        let found = self.0.read(guest::get_by_machine_id(machine.as_str())).await?;
        Ok(Response::new(found.ok_or_else(|| missing::<Guest>(&machine))?.into()))
    }

    async fn report_guest(&self, request: Request<ReportGuestRequest>) -> Answer<proto::Guest> {
        let guest: Guest = record(request.into_inner().guest, "guest")?;
        Ok(Response::new(self.0.store.guests().upsert(guest).await?.into()))
    }
}

impl Machines {
    /// Adds what a machine shows of other tables: its interfaces, and the daemon inside it.
    async fn shown(&self, mut answer: Response<proto::VirtualMachine>) -> Answer<proto::VirtualMachine> {
        let machine = answer.get_mut();
        let id = machine.id.clone();
        let read = self.0.store.read_async(move |r| {
            Ok((r.run(virtual_machine::nics_of(id.as_str()))?, r.run(virtual_machine::guest_of(id.as_str()))?))
        });
        let (nics, guests) = read.await?;
        virtual_machine::fill_nics(machine, nics);
        virtual_machine::fill_guest(machine, guests);
        Ok(answer)
    }
}

/// Takes away what a machine only shows: in a request it is ignored, as [AIP-203](https://google.aip.dev/203) has it.
fn without_shown(mut machine: proto::VirtualMachine) -> proto::VirtualMachine {
    machine.nics.clear();
    machine.guest = None;
    machine
}

/// Puts a machine into a state, and notes when.
fn enter(machine: &mut VirtualMachine, state: State) {
    machine.state = state;
    machine.transitions.push(Transition { state, time: Some(Timestamp::now()), reason: None });
}

/// Takes over what the daemon alone decides.
fn keep(old: &VirtualMachine, new: &mut VirtualMachine) {
    new.state = old.state;
    new.transitions.clone_from(&old.transitions);
    new.start_time = old.start_time;
}

fn must_not_run(machine: &VirtualMachine) -> Result<(), Error> {
    match machine.state {
        State::Starting | State::Running | State::Stopping => {
            Err(precondition::<VirtualMachine>(format!("{} runs: stop it first", quoted(&machine.id))))
        }
        State::Unspecified | State::Reserved | State::Stopped | State::Failed | State::Unrecognized(_) => Ok(()),
    }
}
