//! error: nothing is equal to what a column of `protostore::columns::Message` holds
//! ask `is_set` or `is_unset`, or compare a field inside of it
use protostore::columns::{Member, Message};
use protostore::{Col, Filter, Operand};

pub struct Machine;

pub fn mistake(kernel: Col<Machine, Message, Member>, other: impl Operand<Message>) -> Filter<Machine> {
    kernel.eq(other)
}
