//! error: a column of `u32` cannot be compared with `&str`
//! give a value of `u32`
//! a number needs the type of its column, as in `7_u32`
use protostore::columns::Member;
use protostore::{Col, Filter};

pub struct Machine;

pub fn mistake(memory: Col<Machine, u32, Member>) -> Filter<Machine> {
    memory.eq("512")
}
