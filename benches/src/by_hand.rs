//! The same by hand, as it is ordinarily written: rusqlite, statements from its cache, the pragmas of the store.

use std::path::Path;

use aurae::{Guest, IpConfiguration, Nic, RateLimit, TokenBucket};
use protostore::{Duration, Timestamp};
use rusqlite::{Connection, Result, Row, ToSql, params};

use crate::PAGE;
use crate::rows::{guests, machines, nics};

const GUEST: &str =
    "SELECT id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time FROM guests";

const NIC: &str = "SELECT mac_address, machine_id, network_id, host_device, ip, ip__primary_address, ip__gateway, mtu, \
    receive_limit, receive_limit__bandwidth, receive_limit__bandwidth__size, receive_limit__bandwidth__one_time_burst, \
    receive_limit__bandwidth__refill_time, receive_limit__operations, receive_limit__operations__size, \
    receive_limit__operations__one_time_burst, receive_limit__operations__refill_time, transmit_limit, \
    transmit_limit__bandwidth, transmit_limit__bandwidth__size, transmit_limit__bandwidth__one_time_burst, \
    transmit_limit__bandwidth__refill_time, transmit_limit__operations, transmit_limit__operations__size, \
    transmit_limit__operations__one_time_burst, transmit_limit__operations__refill_time, create_time FROM nics";

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
        let tx = self.0.unchecked_transaction().expect("begins");
        for machine in machines(count) {
            let sql = "INSERT INTO virtual_machines (id, mem_size_mb, vcpu_count) VALUES (?1, ?2, ?3)";
            let mut insert = tx.prepare_cached(sql).expect("prepares");
            insert.execute(params![machine.id, machine.mem_size_mb, machine.vcpu_count]).expect("inserts");
        }
        guests(0, count).iter().for_each(|guest| self.insert_one(guest));
        for nic in nics(count) {
            let ip = nic.ip.expect("is set");
            let sql =
                "INSERT INTO nics (mac_address, machine_id, ip, ip__primary_address, mtu) VALUES (?1, ?2, 1, ?3, ?4)";
            let mut insert = tx.prepare_cached(sql).expect("prepares");
            insert.execute(params![nic.mac_address, nic.machine_id, ip.primary_address, nic.mtu]).expect("inserts");
            let sql = "INSERT INTO nics__ip__nameservers (_mac_address, _position, value) VALUES (?1, ?2, ?3)";
            let mut insert = tx.prepare_cached(sql).expect("prepares");
            for (position, server) in ip.nameservers.iter().enumerate() {
                insert.execute(params![nic.mac_address, position as i64, server]).expect("inserts");
            }
        }
        tx.commit().expect("commits");
    }

    pub(crate) fn guest(&self, id: &str) -> Guest {
        let mut get = self.0.prepare_cached(&format!("{GUEST} WHERE id = ?1")).expect("prepares");
        get.query_row([id], guest).expect("reads")
    }

    pub(crate) fn guest_of(&self, machine: &str) -> Guest {
        let mut get = self.0.prepare_cached(&format!("{GUEST} WHERE machine_id = ?1")).expect("prepares");
        get.query_row([machine], guest).expect("reads")
    }

    pub(crate) fn page(&self, after: &str) -> Vec<Guest> {
        let mut page = self.0.prepare_cached(&format!("{GUEST} WHERE id > ?1 ORDER BY id LIMIT ?2")).expect("prepares");
        let rows = page.query_map(params![after, PAGE as i64], guest).expect("reads");
        rows.collect::<Result<_>>().expect("reads")
    }

    /// The NICs of a machine in a page, with their name servers.
    pub(crate) fn nics_of(&self, machine: &str) -> Vec<Nic> {
        self.nics_by("WHERE machine_id = ?1 ORDER BY mac_address LIMIT ?2", &machine)
    }

    /// A page of NICs, with their name servers.
    pub(crate) fn nics(&self, after: &str) -> Vec<Nic> {
        self.nics_by("WHERE mac_address > ?1 ORDER BY mac_address LIMIT ?2", &after)
    }

    /// Reads NICs in a snapshot, and the name servers of each by a statement.
    fn nics_by(&self, which: &str, by: &dyn ToSql) -> Vec<Nic> {
        let tx = self.0.unchecked_transaction().expect("begins");
        let mut page = tx.prepare_cached(&format!("{NIC} {which}")).expect("prepares");
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

fn time(nanos: i64) -> Option<Timestamp> {
    Timestamp::new(nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000) as i32)
}

fn duration(nanos: i64) -> Option<Duration> {
    Duration::new(nanos / 1_000_000_000, (nanos % 1_000_000_000) as i32)
}
