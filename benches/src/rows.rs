//! The records that are read and written.

use aurae::{Guest, IpConfiguration, Nic, VirtualMachine};

/// How many machines there are without a guest.
pub(crate) const SPARE: usize = 4096;

/// Returns the key of a record; in the order of their numbers.
pub(crate) fn key(n: usize) -> String {
    format!("02:00:{:02x}:{:02x}:{:02x}:00", n >> 16 & 255, n >> 8 & 255, n & 255)
}

/// Returns the key of the machine of a record.
pub(crate) fn machine(n: usize) -> String {
    format!("machine-{n:08}")
}

pub(crate) fn machines(count: usize) -> Vec<VirtualMachine> {
    (0..count)
        .map(|n| VirtualMachine { id: machine(n), mem_size_mb: 64, vcpu_count: 1, ..Default::default() })
        .collect()
}

pub(crate) fn guests(from: usize, count: usize) -> Vec<Guest> {
    let guest = |n| Guest {
        id: key(n),
        machine_id: machine(n),
        version: format!("1.{n}.0"),
        key_fingerprint: vec![7; 32],
        load: n as f64 / 7.0,
        clock_offset_us: n as i64,
        ..Guest::default()
    };
    (from..from + count).map(guest).collect()
}

pub(crate) fn nics(from: usize, count: usize) -> Vec<Nic> {
    let nic = |n| Nic {
        mac_address: key(n),
        machine_id: machine(n),
        ip: Some(IpConfiguration {
            primary_address: "10.0.0.2/8".to_owned(),
            gateway: None,
            nameservers: vec!["10.0.0.1".to_owned(), "fe80::1".to_owned()],
        }),
        mtu: Some(1500),
        ..Nic::default()
    };
    (from..from + count).map(nic).collect()
}
