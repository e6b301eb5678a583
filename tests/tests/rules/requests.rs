//! What requests and responses leave out: generated functions against a naive walk of the descriptors.

#[path = "../shapes/random.rs"]
mod random;

use fastrand::Rng;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, MessageDescriptor, ReflectMessage, Value};
use protostore::{FieldBehavior, Kind, Timestamp, Wire};
use rules::proto::rules::v1::{self as proto, device};
use rules::{Device, Run, Work};

const OUTPUT_ONLY: i32 = 3;
const INPUT_ONLY: i32 = 4;

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn descriptor() -> MessageDescriptor {
    let pool = DescriptorPool::decode(rules::SCHEMA.descriptors).expect("the crate holds its descriptors");
    pool.get_message_by_name("rules.v1.Device").expect("the record's message is there")
}

fn says(field: &FieldDescriptor, behavior: i32) -> bool {
    let options = field.options();
    let mut extensions = options.extensions();
    let said = extensions.find(|(extension, _)| extension.full_name() == "google.api.field_behavior");
    said.is_some_and(|(_, value)| value.as_list().is_some_and(|list| list.contains(&Value::EnumNumber(behavior))))
}

/// Unsets every field of a message that has a behaviour, at every depth.
fn clear(message: &mut DynamicMessage, behavior: i32) {
    for field in message.descriptor().fields() {
        if says(&field, behavior) {
            message.clear_field(&field);
        } else if message.has_field(&field) {
            match message.get_field_mut(&field) {
                Value::Message(inner) => clear(inner, behavior),
                Value::List(list) => list.iter_mut().filter_map(Value::as_message_mut).for_each(|m| clear(m, behavior)),
                Value::Map(map) => map.values_mut().filter_map(Value::as_message_mut).for_each(|m| clear(m, behavior)),
                _ => {}
            }
        }
    }
}

fn cleared(message: &proto::Device, descriptor: &MessageDescriptor, behavior: i32) -> proto::Device {
    let mut dynamic = DynamicMessage::decode(descriptor.clone(), &message.encode_to_vec()[..]).expect("is decoded");
    clear(&mut dynamic, behavior);
    dynamic.transcode_to().expect("is a message of this type")
}

#[test]
fn the_walk_of_the_descriptors_finds_behaviours() {
    let with = |behavior| descriptor().fields().filter(|field| says(field, behavior)).count();
    assert_eq!((with(OUTPUT_ONLY), with(INPUT_ONLY)), (8, 3));
    assert_eq!(<proto::Device as FieldBehavior>::OUTPUT_ONLY.len(), 8);
    assert_eq!(<proto::Device as FieldBehavior>::INPUT_ONLY, ["password", "token", "notes"]);
    assert_eq!(<proto::device::Port as FieldBehavior>::OUTPUT_ONLY, ["status"]);
}

#[test]
fn requests_and_responses_leave_out_what_the_api_says_at_every_depth() {
    let (descriptor, mut rng) = (descriptor(), Rng::with_seed(0x0417));
    let mut differ = [0; 2];
    for _ in 0..300 {
        let message: proto::Device = random::message(&mut rng, &descriptor).transcode_to().expect("a device");
        let [output, input] = [OUTPUT_ONLY, INPUT_ONLY].map(|behavior| cleared(&message, &descriptor, behavior));
        let (mut without_output, mut without_input) = (message.clone(), message.clone());
        without_output.clear_output_only();
        without_input.clear_input_only();
        assert_eq!(without_output, output, "{message:?}");
        assert_eq!(without_input, input, "{message:?}");
        differ[0] += u32::from(output != message);
        differ[1] += u32::from(input != message);
        // A record of the same message, where the message is one of a record.
        let (given, expected) = (Device::from_request(message), Device::try_from(output));
        match (given, expected) {
            (Ok(given), Ok(expected)) => {
                let message = proto::Device::from(given.clone());
                assert_eq!(given, expected);
                assert_eq!(given.into_response(), cleared(&message, &descriptor, INPUT_ONLY));
            }
            (given, expected) => assert_eq!(given.map_err(|e| e.to_string()), expected.map_err(|e| e.to_string())),
        }
    }
    assert!(differ.iter().all(|n| *n > 100), "{differ:?}");
}

fn port(number: u32, status: &str) -> device::Port {
    device::Port { number, status: status.to_owned(), secret: "s".to_owned() }
}

#[test]
fn an_update_keeps_what_the_service_gave() {
    let stored = proto::Device {
        label: "old".to_owned(),
        state: "up".to_owned(),
        port: Some(port(1, "open")),
        ports: vec![port(1, "open")],
        named: [("a".to_owned(), port(1, "open"))].into(),
        source: Some(device::Source::Found("here".to_owned())),
        count: Some(3),
        branch: Some(device::Branch { status: "green".to_owned(), ..device::Branch::default() }),
        ..proto::Device::default()
    };
    let request = || proto::Device {
        label: "new".to_owned(),
        state: "down".to_owned(),
        port: Some(port(2, "forged")),
        ports: vec![port(2, "forged")],
        named: [("a".to_owned(), port(2, "forged")), ("b".to_owned(), port(3, "forged"))].into(),
        apart: Some(port(4, "forged")),
        source: Some(device::Source::SeenFrom(port(5, "forged"))),
        branch: Some(device::Branch { name: "n".to_owned(), ..device::Branch::default() }),
        ..proto::Device::default()
    };
    let mut given = request();
    given.keep_output_only(&stored);
    let expected = proto::Device {
        state: "up".to_owned(),
        port: Some(port(2, "open")),
        // An element of a list is not known again.
        ports: vec![port(2, "")],
        named: [("a".to_owned(), port(2, "open")), ("b".to_owned(), port(3, ""))].into(),
        apart: Some(port(4, "")),
        source: Some(device::Source::Found("here".to_owned())),
        count: Some(3),
        branch: Some(device::Branch { name: "n".to_owned(), status: "green".to_owned(), ..device::Branch::default() }),
        ..request()
    };
    assert_eq!(given, expected);
    // A member that a caller may set takes the place of one that the service found.
    let mut given = proto::Device { source: Some(device::Source::Url("u".to_owned())), ..proto::Device::default() };
    given.keep_output_only(&stored);
    assert_eq!(given.source, Some(device::Source::Url("u".to_owned())));
}

#[test]
fn a_caller_sets_neither_time_and_shown_fields_are_ignored() {
    let store = rules::open_test().expect("a TEST store");
    let old = prost_types::Timestamp { seconds: 1, nanos: 0 };
    let message = proto::Device {
        id: "d".to_owned(),
        shown: "forged".to_owned(),
        state: "forged".to_owned(),
        create_time: Some(old),
        update_time: Some(old),
        ..proto::Device::default()
    };
    let before = Timestamp::now();
    // `TryFrom` stays exact: a field that is not stored must not be set.
    assert_eq!(Device::try_from(message.clone()).expect_err("sets `shown`").field(), Some("shown"));
    let stored = wait(store.devices().insert(Device::from_request(message).expect("a record"))).expect("is inserted");
    assert!(stored.create_time >= Some(before) && stored.update_time >= Some(before), "{stored:?}");
    assert_eq!(stored.state, "");
    // Without `from_request`, a creation time that is given is kept, and the time of the last write is the store's.
    let given = Device {
        id: "e".to_owned(),
        create_time: Timestamp::new(1, 0),
        update_time: Timestamp::new(1, 0),
        ..Device::default()
    };
    let stored = wait(store.devices().insert(given)).expect("is inserted");
    assert_eq!(stored.create_time, Timestamp::new(1, 0));
    assert!(stored.update_time >= Some(before));
}

#[test]
fn records_that_a_service_found_to_reference_each_other_can_be_deleted() {
    let store = rules::open_test().expect("a TEST store");
    let work = Work { name: "w".to_owned(), last_run: "r".to_owned() };
    let run = Run { name: "r".to_owned(), work: "w".to_owned() };
    wait(store.works().insert(work)).expect("names a run that is not there yet");
    wait(store.runs().insert(run.clone())).expect("is inserted");
    assert!(wait(store.works().delete("w")).expect("is deleted, although the run names it"));
    assert_eq!(wait(store.runs().get("r")).unwrap(), Some(run), "the name outlives what it names");
    assert!(wait(store.runs().delete("r")).expect("is deleted"));
    let missing = wait(store.runs().update(Run::default(), rules::run::work)).expect_err("there is no such run");
    assert_eq!(missing.kind(), Kind::NotFound);
}
