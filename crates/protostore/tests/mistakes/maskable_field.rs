//! error: a mask names fields of the record itself, not what is inside of them
//! name the field around it: an update then writes all of that field
use protostore::columns::Inner;
use protostore::{Col, Field};

pub struct Machine;

pub fn mistake(path: Col<Machine, String, Inner>) -> Field<Machine> {
    path.field()
}
