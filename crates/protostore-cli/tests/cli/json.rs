//! What `show --format json` prints is the record, whole: it reads back as the message that went in.

use std::process::Command;

use aurae::proto::aurae::vms::v0 as api;
use aurae::{
    Drive, DriveSource, Image, ImageFormat, KernelBoot, Mount, RateLimit, TokenBucket, Topology, VirtualMachine,
    VirtualMachineBoot,
};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage};
use protostore::{Duration, Key, Timestamp};

/// Returns a machine in which every kind of field occurs: messages in messages, a oneof, lists, lists of messages.
fn machine(id: &str) -> VirtualMachine {
    let bucket = TokenBucket { size: u64::MAX / 2, one_time_burst: Some(0), refill_time: Duration::new(0, 1) };
    let drive = |name: &str| Drive {
        name: name.to_owned(),
        source: Some(DriveSource::HostPath("/dev/\u{2028}é\"'".to_owned())),
        mount: Some(Mount::default()),
        limit: Some(RateLimit { bandwidth: Some(bucket.clone()), operations: None }),
        ..Drive::default()
    };
    let kernel = KernelBoot {
        image_id: "alpine".into(),
        arguments: vec![String::new(), "quiet".into()],
        ..KernelBoot::default()
    };
    VirtualMachine {
        id: id.to_owned(),
        mem_size_mb: u32::MAX,
        vcpu_count: 1,
        topology: Some(Topology::default()),
        boot: Some(VirtualMachineBoot::Kernel(kernel)),
        root_drive: Some(drive("root")),
        drives: vec![drive("a"), drive("b")],
        image_ids: vec!["alpine".into()],
        tags: vec!["x".into(), String::new()],
        stop_timeout: Duration::new(-1, -999_999_999),
        create_time: Timestamp::new(-1, 999_999_999),
        ..VirtualMachine::default()
    }
}

#[test]
fn a_record_reads_back_as_the_message_that_went_in() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let path = home.path().join("aurae.db");
    let store = aurae::Options::new().plaintext(true).open(&path, &Key::from_secret([7; 32])).expect("opens");
    let image = Image { id: "alpine".into(), path: "/i".into(), format: ImageFormat::Raw, ..Image::default() };
    let plain = VirtualMachine { id: "b".into(), mem_size_mb: 1, vcpu_count: 1, ..VirtualMachine::default() };
    let machines = [machine("a"), plain];
    let inserted = machines.clone();
    store
        .write(move |tx| {
            tx.insert(&image)?;
            inserted.iter().try_for_each(|machine| tx.insert(machine).map(drop))
        })
        .expect("inserts");
    let stored = ["a", "b"].map(|id| store.read(|r| r.get::<VirtualMachine>(id)).expect("reads").expect("is there"));
    store.close().expect("closes");

    let mut command = Command::new(env!("CARGO_BIN_EXE_protostore"));
    command.args(["show", "--plaintext", "--format", "json"]).arg(&path).arg("virtual_machines");
    let output = command.output().expect("the command runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let pool = DescriptorPool::decode(aurae::proto::DESCRIPTORS).expect("descriptors");
    let of = pool.get_message_by_name("aurae.vms.v0.VirtualMachine").expect("a message");
    let text = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    for (line, stored) in lines.into_iter().zip(stored) {
        let mut json = serde_json::Deserializer::from_str(line);
        let read = DynamicMessage::deserialize(of.clone(), &mut json).unwrap_or_else(|why| panic!("{why}: {line}"));
        let read = api::VirtualMachine::decode(read.encode_to_vec().as_slice()).expect("the same message");
        assert_eq!(read, api::VirtualMachine::from(stored), "{line}");
    }
}
