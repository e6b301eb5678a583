//! The same by hand, as it is ordinarily written: rusqlite, statements from its cache, the pragmas of the store.

use std::path::Path;

use aurae::{Guest, IpConfiguration, Nic, RateLimit, TokenBucket};
use protostore::{Duration, Timestamp};
use rusqlite::{Connection, Result, Row, ToSql, params};

use crate::PAGE;
use crate::rows::{SPARE, guests, machines, nics};

/// Reads guests, with a condition: a text that is in the program, as one writes it by hand.
macro_rules! guests {
    ($rest:literal) => {
        concat!(
            "SELECT id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time FROM guests ",
            $rest
        )
    };
}

/// The columns of a NIC between two other texts.
macro_rules! nics {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "mac_address, machine_id, network_id, host_device, ip, ip__primary_address, ip__gateway, mtu, receive_limit, \
             receive_limit__bandwidth, receive_limit__bandwidth__size, receive_limit__bandwidth__one_time_burst, \
             receive_limit__bandwidth__refill_time, receive_limit__operations, receive_limit__operations__size, \
             receive_limit__operations__one_time_burst, receive_limit__operations__refill_time, transmit_limit, \
             transmit_limit__bandwidth, transmit_limit__bandwidth__size, transmit_limit__bandwidth__one_time_burst, \
             transmit_limit__bandwidth__refill_time, transmit_limit__operations, transmit_limit__operations__size, \
             transmit_limit__operations__one_time_burst, transmit_limit__operations__refill_time, create_time",
            $after
        )
    };
}

const NICS_OF: &str = nics!("SELECT ", " FROM nics WHERE machine_id = ?1 ORDER BY mac_address LIMIT ?2");

const NICS_AFTER: &str = nics!("SELECT ", " FROM nics WHERE mac_address > ?1 ORDER BY mac_address LIMIT ?2");

const INSERT_NIC: &str = nics!(
    "INSERT INTO nics (",
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, \
      ?24, ?25, ?26, ?27)"
);

pub(crate) struct ByHand(Connection);

impl ByHand {
    /// Makes a file with the tables of the store and its settings; the cache of one connection is that of all of the store's.
    pub(crate) fn open(path: &Path) -> Self {
        let db = Connection::open(path).expect("opens");
        #[cfg(feature = "sqlcipher")]
        db.pragma_update(None, "key", format!("x'{}'", "07".repeat(32))).expect("takes the key");
        let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
            PRAGMA recursive_triggers = ON; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; \
            PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4096";
        db.execute_batch(settings).expect("sets");
        db.execute_batch(aurae::SCHEMA.whole).expect("makes the tables");
        Self(db)
    }

    pub(crate) fn fill(&self, count: usize) {
        self.machines(count + SPARE);
        self.insert(&guests(0, count));
        self.insert_nics(&nics(0, count));
    }

    /// Inserts the machines that the other records name.
    fn machines(&self, count: usize) {
        let tx = self.0.unchecked_transaction().expect("begins");
        for machine in machines(count) {
            let sql = "INSERT INTO virtual_machines (id, mem_size_mb, vcpu_count) VALUES (?1, ?2, ?3)";
            let mut insert = tx.prepare_cached(sql).expect("prepares");
            insert.execute(params![machine.id, machine.mem_size_mb, machine.vcpu_count]).expect("inserts");
        }
        tx.commit().expect("commits");
    }

    /// Inserts NICs and their name servers in a transaction.
    pub(crate) fn insert_nics(&self, nics: &[Nic]) {
        let tx = self.0.unchecked_transaction().expect("begins");
        for nic in nics {
            self.insert_nic(nic);
        }
        tx.commit().expect("commits");
    }

    /// Writes every column, as the store does.
    fn insert_nic(&self, nic: &Nic) {
        let mut insert = self.0.prepare_cached(INSERT_NIC).expect("prepares");
        let Nic {
            mac_address,
            machine_id,
            network_id,
            host_device,
            ip,
            mtu,
            receive_limit,
            transmit_limit,
            create_time: _,
        } = nic;
        let network = (!network_id.is_empty()).then_some(network_id);
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        let (address, gateway) =
            (ip.as_ref().map(|ip| &ip.primary_address), ip.as_ref().and_then(|ip| ip.gateway.as_ref()));
        let [receive, transmit] = [limits(receive_limit.as_ref()), limits(transmit_limit.as_ref())];
        let all = params![
            mac_address,
            machine_id,
            network,
            host_device,
            ip.is_some(),
            address,
            gateway,
            mtu,
            receive.is_set,
            receive.of[0].0,
            receive.of[0].1,
            receive.of[0].2,
            receive.of[0].3,
            receive.of[1].0,
            receive.of[1].1,
            receive.of[1].2,
            receive.of[1].3,
            transmit.is_set,
            transmit.of[0].0,
            transmit.of[0].1,
            transmit.of[0].2,
            transmit.of[0].3,
            transmit.of[1].0,
            transmit.of[1].1,
            transmit.of[1].2,
            transmit.of[1].3,
            now.as_nanos() as i64
        ];
        insert.execute(all).expect("inserts");
        let sql = "INSERT INTO nics__ip__nameservers (_mac_address, _position, value) VALUES (?1, ?2, ?3)";
        let mut insert = self.0.prepare_cached(sql).expect("prepares");
        for (position, server) in nic.ip.iter().flat_map(|ip| &ip.nameservers).enumerate() {
            insert.execute(params![mac_address, position as i64, server]).expect("inserts");
        }
    }

    /// Deletes NICs in a transaction; their name servers go with them.
    pub(crate) fn delete_nics(&self, nics: &[Nic]) {
        let tx = self.0.unchecked_transaction().expect("begins");
        for nic in nics {
            let mut delete = tx.prepare_cached("DELETE FROM nics WHERE mac_address = ?1").expect("prepares");
            delete.execute([&nic.mac_address]).expect("deletes");
        }
        tx.commit().expect("commits");
    }

    /// Writes a field of a guest, and commits.
    pub(crate) fn set_offset(&self, id: &str, offset: i64) {
        let mut update =
            self.0.prepare_cached("UPDATE guests SET clock_offset_us = ?2 WHERE id = ?1").expect("prepares");
        update.execute(params![id, offset]).expect("updates");
    }

    pub(crate) fn guest(&self, id: &str) -> Guest {
        let mut get = self.0.prepare_cached(guests!("WHERE id = ?1")).expect("prepares");
        get.query_row([id], guest).expect("reads")
    }

    pub(crate) fn guest_of(&self, machine: &str) -> Guest {
        let mut get = self.0.prepare_cached(guests!("WHERE machine_id = ?1")).expect("prepares");
        get.query_row([machine], guest).expect("reads")
    }

    pub(crate) fn page(&self, after: &str) -> Vec<Guest> {
        let mut page = self.0.prepare_cached(guests!("WHERE id > ?1 ORDER BY id LIMIT ?2")).expect("prepares");
        let rows = page.query_map(params![after, PAGE as i64], guest).expect("reads");
        rows.collect::<Result<_>>().expect("reads")
    }

    /// The NICs of a machine in a page, with their name servers.
    pub(crate) fn nics_of(&self, machine: &str) -> Vec<Nic> {
        self.nics_by(NICS_OF, &machine)
    }

    /// A page of NICs, with their name servers.
    pub(crate) fn nics(&self, after: &str) -> Vec<Nic> {
        self.nics_by(NICS_AFTER, &after)
    }

    /// Reads NICs in a snapshot, and the name servers of each by a statement.
    fn nics_by(&self, sql: &str, by: &dyn ToSql) -> Vec<Nic> {
        let tx = self.0.unchecked_transaction().expect("begins");
        let mut page = tx.prepare_cached(sql).expect("prepares");
        let rows = page.query_map(params![by, PAGE as i64], nic).expect("reads");
        let mut nics: Vec<Nic> = rows.collect::<Result<_>>().expect("reads");
        let sql = "SELECT value FROM nics__ip__nameservers WHERE _mac_address = ?1 ORDER BY _position";
        let mut servers = tx.prepare_cached(sql).expect("prepares");
        for nic in &mut nics {
            if let Some(ip) = &mut nic.ip {
                let rows = servers.query_map([&nic.mac_address], |row| row.get(0)).expect("reads");
                ip.nameservers = rows.collect::<Result<_>>().expect("reads");
            }
        }
        nics
    }

    /// Inserts guests in a transaction.
    pub(crate) fn insert(&self, guests: &[Guest]) {
        let tx = self.0.unchecked_transaction().expect("begins");
        guests.iter().for_each(|guest| self.insert_one(guest));
        tx.commit().expect("commits");
    }

    fn insert_one(&self, guest: &Guest) {
        let sql = "INSERT INTO guests (id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let mut insert = self.0.prepare_cached(sql).expect("prepares");
        let Guest { id, machine_id, version, key_fingerprint, load, clock_offset_us, .. } = guest;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        let (uptime, now) = (None::<i64>, now.as_nanos() as i64);
        let all = params![id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, now];
        insert.execute(all).expect("inserts");
    }

    pub(crate) fn delete(&self, guests: &[Guest]) {
        let tx = self.0.unchecked_transaction().expect("begins");
        for guest in guests {
            tx.prepare_cached("DELETE FROM guests WHERE id = ?1")
                .expect("prepares")
                .execute([&guest.id])
                .expect("deletes");
        }
        tx.commit().expect("commits");
    }
}

fn guest(row: &Row<'_>) -> Result<Guest> {
    Ok(Guest {
        id: row.get(0)?,
        machine_id: row.get(1)?,
        version: row.get(2)?,
        key_fingerprint: row.get(3)?,
        uptime: row.get::<_, Option<i64>>(4)?.and_then(duration),
        load: row.get(5)?,
        clock_offset_us: row.get(6)?,
        report_time: row.get::<_, Option<i64>>(7)?.and_then(time),
    })
}

fn nic(row: &Row<'_>) -> Result<Nic> {
    let ip = |row: &Row<'_>| -> Result<_> {
        Ok(IpConfiguration { primary_address: row.get(5)?, gateway: row.get(6)?, nameservers: Vec::new() })
    };
    Ok(Nic {
        mac_address: row.get(0)?,
        machine_id: row.get(1)?,
        network_id: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
        host_device: row.get(3)?,
        ip: if row.get(4)? { Some(ip(row)?) } else { None },
        mtu: row.get(7)?,
        receive_limit: limit(row, 8)?,
        transmit_limit: limit(row, 17)?,
        create_time: row.get::<_, Option<i64>>(26)?.and_then(time),
    })
}

fn limit(row: &Row<'_>, at: usize) -> Result<Option<RateLimit>> {
    let is_set: bool = row.get(at)?;
    Ok(if is_set {
        Some(RateLimit { bandwidth: bucket(row, at + 1)?, operations: bucket(row, at + 5)? })
    } else {
        None
    })
}

fn bucket(row: &Row<'_>, at: usize) -> Result<Option<TokenBucket>> {
    let is_set: bool = row.get(at)?;
    if !is_set {
        return Ok(None);
    }
    Ok(Some(TokenBucket {
        size: row.get::<_, i64>(at + 1)?.cast_unsigned(),
        one_time_burst: row.get::<_, Option<i64>>(at + 2)?.map(i64::cast_unsigned),
        refill_time: row.get::<_, Option<i64>>(at + 3)?.and_then(duration),
    }))
}

/// The columns of a limit: whether it is set, and those of its two buckets.
struct Limits {
    is_set: bool,
    of: [(bool, Option<i64>, Option<i64>, Option<i64>); 2],
}

fn limits(limit: Option<&RateLimit>) -> Limits {
    let bucket = |bucket: Option<&TokenBucket>| match bucket {
        None => (false, None, None, None),
        Some(TokenBucket { size, one_time_burst, refill_time }) => {
            let refill = refill_time.map(|time| time.seconds() * 1_000_000_000 + i64::from(time.nanos()));
            (true, Some(size.cast_signed()), one_time_burst.map(u64::cast_signed), refill)
        }
    };
    let (bandwidth, operations) =
        (limit.and_then(|limit| limit.bandwidth.as_ref()), limit.and_then(|l| l.operations.as_ref()));
    Limits { is_set: limit.is_some(), of: [bucket(bandwidth), bucket(operations)] }
}

fn time(nanos: i64) -> Option<Timestamp> {
    Timestamp::new(nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000) as i32)
}

fn duration(nanos: i64) -> Option<Duration> {
    Duration::new(nanos / 1_000_000_000, (nanos % 1_000_000_000) as i32)
}
