//! What the tests of the suite begin with: records, and how errors are compared.

use protostore::{Engine, EnumNumber, Error, Kind, Store, Timestamp};

use super::fixture::{Boot, Drive, Image, Machine, Mount, Network, Nic, State};

/// Writes the network `lan` and the images 1 to 3.
pub(super) fn fill<E: Engine>(store: &Store<E>) {
    let written = store.write(|tx| {
        tx.insert(&Network { id: "lan".into(), cidr: "10.0.0.0/8".into() })?;
        (1..=3).try_for_each(|number| tx.insert(&Image { number, digest: vec![0, 255, 1] }).map(|_| ()))
    });
    written.expect("the first records are written");
}

/// A machine with something in every field.
pub(super) fn machine(id: &str) -> Machine {
    Machine {
        id: id.into(),
        state: State::Unrecognized(EnumNumber::__new(-7)),
        mem_size_mb: 1024,
        vcpu_count: Some(u64::MAX >> 1),
        weight: f64::NEG_INFINITY,
        root_drive: Some(Drive {
            image_path: "é\"'\\😀".into(),
            read_only: true,
            labels: vec!["a".into(), String::new()],
        }),
        boot: Some(Boot::ImageId(0)),
        created_at: Timestamp::new(-1, 999_999_999),
        network_id: "lan".into(),
        parent_id: String::new(),
        kernel_args: vec!["console=ttyS0".into(), "quiet".into(), "quiet".into()],
        mounts: vec![
            Mount { host_path: "/a".into(), size: 1, read_only: None },
            Mount { host_path: "/b".into(), size: 2, read_only: Some(false) },
        ],
        image_ids: vec![2, 1, 2],
    }
}

/// A NIC of a machine.
pub(super) fn nic(machine_id: &str, name: &str) -> Nic {
    Nic {
        machine_id: machine_id.into(),
        name: name.into(),
        mac_address: format!("{machine_id}/{name}"),
        network_id: "lan".into(),
        mtu: 1500,
        lease: protostore::Duration::new(-3, -1),
        addresses: vec!["10.0.0.1".into(), "fe80::1".into()],
    }
}

/// What an error says, to be compared at once.
pub(super) fn told(e: &Error) -> (Kind, Option<&str>, Option<&str>, Option<&str>, &str) {
    (e.kind(), e.table(), e.field(), e.constraint(), e.message())
}
