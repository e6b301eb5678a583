//! Protobuf encoding written by hand from the specification of the wire format: fields by number, as `protoc` has them.
//! <https://protobuf.dev/programming-guides/encoding/>

use shapes::proto::shapes::v1::audit::{Choice, Step};
use shapes::proto::shapes::v1::{Audit, Entry};

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn number(&mut self, field: u64, value: u64) {
        self.varint(field << 3);
        self.varint(value);
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
    }

    /// A plain field: nothing where it is zero.
    fn plain(&mut self, field: u64, value: u64) {
        if value != 0 {
            self.number(field, value);
        }
    }

    fn text(&mut self, field: u64, text: &str) {
        if !text.is_empty() {
            self.bytes(field, text.as_bytes());
        }
    }
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

fn step(step: &Step) -> Vec<u8> {
    let mut w = Writer::default();
    step.words.iter().for_each(|word| w.bytes(1, word.as_bytes()));
    w.plain(2, i64::from(step.count) as u64);
    step.done.iter().for_each(|done| w.number(3, u64::from(*done)));
    w.0
}

/// The encoding of an [`Audit`] without its hash.
pub(crate) fn audit(message: &Audit) -> Vec<u8> {
    let mut w = Writer::default();
    w.plain(1, message.number as u64);
    if let Some(time) = &message.create_time {
        let mut inner = Writer::default();
        inner.plain(1, time.seconds as u64);
        inner.plain(2, i64::from(time.nanos) as u64);
        w.bytes(3, &inner.0);
    }
    message.maybe.iter().for_each(|text| w.bytes(4, text.as_bytes()));
    w.plain(5, i64::from(message.colour) as u64);
    w.plain(6, zigzag(message.zigzag.into()));
    w.text(7, &message.text);
    if message.fixed != 0 {
        w.varint(8 << 3 | 1);
        w.0.extend(message.fixed.to_le_bytes());
    }
    if let Some(real) = message.real {
        w.varint(9 << 3 | 1);
        w.0.extend(real.to_le_bytes());
    }
    if !message.reals.is_empty() {
        let reals: Vec<u8> = message.reals.iter().flat_map(|real| real.to_le_bytes()).collect();
        w.bytes(10, &reals);
    }
    if !message.numbers.is_empty() {
        let mut numbers = Writer::default();
        message.numbers.iter().for_each(|number| numbers.varint(zigzag(*number)));
        w.bytes(11, &numbers.0);
    }
    message.words.iter().for_each(|word| w.bytes(12, word.as_bytes()));
    message.steps.iter().for_each(|inner| w.bytes(13, &step(inner)));
    message.step.iter().for_each(|inner| w.bytes(14, &step(inner)));
    match &message.choice {
        Some(Choice::One(text)) => w.bytes(15, text.as_bytes()),
        Some(Choice::Other(inner)) => w.bytes(16, &step(inner)),
        Some(Choice::Third(is)) => w.number(17, u64::from(*is)),
        None => {}
    }
    message.packed.iter().for_each(|inner| w.bytes(18, &step(inner)));
    if let Some(any) = &message.any {
        let mut inner = Writer::default();
        inner.text(1, &any.type_url);
        if !any.value.is_empty() {
            inner.bytes(2, &any.value);
        }
        w.bytes(19, &inner.0);
    }
    if let Some(mask) = &message.mask {
        let mut inner = Writer::default();
        mask.paths.iter().for_each(|path| inner.bytes(1, path.as_bytes()));
        w.bytes(20, &inner.0);
    }
    if let Some(wrapped) = message.wrapped {
        let mut inner = Writer::default();
        inner.plain(1, wrapped.into());
        w.bytes(21, &inner.0);
    }
    w.0
}

/// The encoding of an [`Entry`] without its hash.
pub(crate) fn entry(message: &Entry) -> Vec<u8> {
    let mut w = Writer::default();
    w.plain(1, message.number.into());
    w.text(2, &message.text);
    w.0
}
