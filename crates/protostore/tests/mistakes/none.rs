//! No mistake: the control, by which the run-time crate is found.
use protostore::columns::{Elements, Member};
use protostore::{Col, Field, Filter, Mask, Mutable, Order, Record, Store};

pub struct Machine;

pub fn compared(memory: Col<Machine, u32, Member>, name: Col<Machine, String, Member>) -> Filter<Machine> {
    memory.eq(512_u32) & name.eq("vm-1")
}

pub fn sorted(memory: Col<Machine, u32, Member>) -> Order<Machine> {
    memory.desc()
}

pub fn found(tags: Col<Machine, String, Elements>) -> Filter<Machine> {
    tags.eq("web")
}

pub fn masked<R: Record>(memory: Col<R, u32, Member>) -> (Mask<R>, Field<R>) {
    (Mask::from(memory), memory.field())
}

pub fn deleted<R: Mutable>(store: &Store, key: R::KeyRef<'_>) {
    let _ = store.table::<R>().delete(key);
}
