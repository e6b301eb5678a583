//! error: a mask names fields of the record itself, not what is inside of them
//! name the field around it: an update then writes all of that field
use protostore::columns::Inner;
use protostore::{Col, Mask, Record};

pub fn mistake<R: Record>(path: Col<R, String, Inner>) -> Mask<R> {
    Mask::from(path)
}
