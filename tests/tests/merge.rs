//! Some fields of a message written into another by generated code, compared with the same by the descriptors: random
//! messages of every record, and random paths.

#[path = "merge/draw.rs"]
mod draw;
#[path = "merge/records.rs"]
mod records;
#[path = "metadata/stores.rs"]
mod stores;

use std::cell::RefCell;
use std::collections::BTreeSet;

use fastrand::Rng;
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, MessageDescriptor, ReflectMessage, Value};
use protostore::{Merge, Schema, Wire};

use records::each_record;

/// Returns the field of a path's first number, and the message that it may go into: of a list or map none.
fn step(message: &MessageDescriptor, number: u32) -> Option<(FieldDescriptor, Option<MessageDescriptor>)> {
    let field = message.get_field(number)?;
    let single = !field.is_list() && !field.is_map();
    let inner = field.kind().as_message().filter(|_| single).cloned();
    Some((field, inner))
}

/// Returns whether the descriptors have a field at a path.
fn is_path(message: &MessageDescriptor, path: &[u32]) -> bool {
    match path {
        [] => true,
        [number, rest @ ..] => match step(message, *number) {
            None => false,
            Some((_, Some(inner))) => is_path(&inner, rest),
            Some((_, None)) => rest.is_empty(),
        },
    }
}

/// Writes a field of one message into another, as AIP-161 and the documentation of [`Merge`] have it.
fn write(own: &mut DynamicMessage, from: &DynamicMessage, path: &[u32]) {
    let [number, rest @ ..] = path else {
        own.clone_from(from);
        return;
    };
    let (field, _) = step(&own.descriptor(), *number).expect("a path that is there");
    if rest.is_empty() {
        match from.has_field(&field) {
            true => own.set_field(&field, from.get_field(&field).into_owned()),
            false => own.clear_field(&field),
        }
        return;
    }
    if !own.has_field(&field) && !from.has_field(&field) {
        return;
    }
    let [mut inner, given] = [&*own, from].map(|message| match message.get_field(&field).into_owned() {
        Value::Message(inner) => inner,
        other => panic!("{} is no message: {other:?}", field.full_name()),
    });
    write(&mut inner, &given, rest);
    own.set_field(&field, Value::Message(inner));
}

fn descriptor(schema: &Schema, record: &str) -> MessageDescriptor {
    let pool = DescriptorPool::decode(schema.descriptors).expect("the descriptors are a set");
    pool.get_message_by_name(record).expect("the record's message")
}

fn decoded<M: prost::Message + Default>(message: &DynamicMessage) -> M {
    M::decode(&message.encode_to_vec()[..]).expect("the message's bytes")
}

fn merges_as_the_descriptors_do<R: Wire>(schema: &'static Schema) {
    let descriptor = descriptor(schema, R::TABLE.record);
    for seed in 0..40 {
        let mut rng = Rng::with_seed(seed);
        let [own, from] = [0, 1].map(|_| draw::message(&mut rng, &descriptor, 3));
        let paths: Vec<Vec<u32>> = (0..rng.usize(0..4)).map(|_| draw::path(&mut rng, &descriptor)).collect();
        let mut expected = own.clone();
        paths.iter().for_each(|path| write(&mut expected, &from, path));
        let mut merged: R::Message = decoded(&own);
        merged.merge_fields(&decoded(&from), &paths).expect("the paths are there");
        assert!(
            merged == decoded(&expected),
            "{} seed {seed}, {paths:?}\nof {own:?}\nand {from:?}\nis {merged:?}\nand not {expected:?}",
            R::TABLE.record
        );
        let twice = {
            let mut twice = merged.clone();
            twice.merge_fields(&decoded(&from), paths.iter().rev()).expect("the paths are there");
            twice
        };
        assert!(twice == merged, "{}: again, in another order, changes it: {paths:?}", R::TABLE.record);
        MET.with_borrow_mut(|met| met.extend(paths.iter().map(Vec::len)));
    }
}

thread_local! {
    /// How long the paths were.
    static MET: RefCell<BTreeSet<usize>> = const { RefCell::new(BTreeSet::new()) };
}

#[test]
fn fields_are_merged_as_the_descriptors_have_them() {
    each_record!(merges_as_the_descriptors_do);
    MET.with_borrow(|met| assert!([0, 1, 2, 3].iter().all(|length| met.contains(length)), "{met:?}"));
}

fn has_the_paths_of_the_descriptors<R: Wire>(schema: &'static Schema) {
    let descriptor = descriptor(schema, R::TABLE.record);
    let mut rng = Rng::with_seed(7);
    for _ in 0..200 {
        let mut path = draw::path(&mut rng, &descriptor);
        match rng.u8(0..4) {
            0 => path.push(rng.u32(0..4)),
            1 => path.extend([1, 1]),
            2 => {
                path.pop();
                path.push(rng.u32(0..40));
            }
            _ => {}
        }
        assert_eq!(R::Message::has_path(&path), is_path(&descriptor, &path), "{}: {path:?}", R::TABLE.record);
        let before = R::Message::default();
        let mut after = before.clone();
        let merged = after.merge_fields(&decoded(&draw::message(&mut rng, &descriptor, 2)), [vec![1], path.clone()]);
        assert_eq!(merged.is_ok(), is_path(&descriptor, &path), "{path:?}");
        assert!(merged.is_ok() || after == before, "a path that is not there has written something");
    }
    for field in R::TABLE.paths() {
        let in_list = !is_path(&descriptor, field.numbers);
        assert_eq!(R::Message::has_path(field.numbers), !in_list, "{}", field.field);
    }
}

#[test]
fn a_message_has_the_paths_of_its_descriptor_and_no_others() {
    each_record!(has_the_paths_of_the_descriptors);
}

thread_local! {
    static RECORDS: RefCell<BTreeSet<(&'static str, u32)>> = const { RefCell::new(BTreeSet::new()) };
}

fn counts<R: Wire>(schema: &'static Schema) {
    RECORDS.with_borrow_mut(|met| met.insert((schema.name, R::TABLE.number)));
}

#[test]
fn every_record_of_the_stores_is_tried() {
    each_record!(counts);
    let tables = stores::STORES.iter().flat_map(|schema| schema.tables.iter().map(|table| (schema.name, table.number)));
    RECORDS.with_borrow(|met| assert_eq!(*met, tables.collect(), "list the record in `merge/records.rs`"));
}

/// The control: a merge that replaces the whole message where it should replace a field in it is noticed.
#[test]
fn a_merge_of_too_much_is_noticed() {
    let descriptor = descriptor(&aurae::SCHEMA, "aurae.vms.v0.VirtualMachine");
    let differs = (0..40).any(|seed| {
        let mut rng = Rng::with_seed(seed);
        let [own, from] = [0, 1].map(|_| draw::message(&mut rng, &descriptor, 3));
        let [mut field, mut whole] = [own.clone(), own];
        write(&mut field, &from, &[8, 1]);
        write(&mut whole, &from, &[8]);
        field != whole
    });
    assert!(differs);
}
