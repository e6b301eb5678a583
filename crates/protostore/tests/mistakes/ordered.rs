//! columns::Message` have no order in the database
//! ask `is_set` or `is_unset`, or take a field inside of it
use protostore::columns::{Member, Message};
use protostore::{Col, Order};

pub struct Machine;

pub fn mistake(kernel: Col<Machine, Message, Member>) -> Order<Machine> {
    kernel.asc()
}
