//! error: a record has any number of values of this field, so it cannot be sorted by it
//! sort by a field that has one value in each record
use protostore::columns::Elements;
use protostore::{Col, Order};

pub struct Machine;

pub fn mistake(tags: Col<Machine, String, Elements>) -> Order<Machine> {
    tags.asc()
}
