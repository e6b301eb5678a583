//! A record of a store whose fields have forms of their own, written like generated code.

use protostore::generated::{Binder, Decode, Row, columns, stmt};
use protostore::stored::{DoubleBits, FullRange, Milliseconds, Rfc3339, Utf8};
use protostore::{
    FieldKind, FieldOf, Kind, Layout, Migration, Options, Record, Result, Schema, Table, Timestamp, Unique,
};

/// A measurement.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sample {
    number: u64,
    value: f64,
    taken: Option<Timestamp>,
    seen: Option<Timestamp>,
    note: String,
}

impl protostore::Mutable for Sample {}

impl Record for Sample {
    type Key = FullRange;
    type KeyRef<'a> = FullRange;
    type Children = ();
    type Revision = ();
    const TABLE: &'static Table = &TABLE;
    fn key(&self) -> FullRange {
        FullRange(self.number)
    }
    fn borrow_key(key: &FullRange) -> FullRange {
        *key
    }
    fn own_key(key: FullRange) -> FullRange {
        key
    }
    fn bind_field<B: Binder>(&self, field: usize, b: &mut B) -> Result<()> {
        match field {
            0 => b.put(&FullRange(self.number)),
            1 => b.put(&DoubleBits(self.value)),
            2 => b.put(&self.taken.map(Milliseconds)),
            3 => b.put(&self.seen.map(Rfc3339)),
            4 => b.put(&Utf8(&self.note)),
            _ => Ok(()),
        }
    }
}

impl Decode for Sample {
    fn decode<R: Row>(r: &mut R) -> Result<Self> {
        Ok(Self {
            number: r.take::<FullRange>()?.0,
            value: r.take::<DoubleBits>()?.0,
            taken: r.take::<Option<Milliseconds<_>>>()?.map(|v| v.0),
            seen: r.take::<Option<Rfc3339>>()?.map(|v| v.0),
            note: r.take::<Utf8<_>>()?.0,
        })
    }
}

static TABLE: Table = Table {
    layout: Layout {
        name: "samples",
        record: "samples",
        columns: columns! {
            "number" "number" [1] Value(Uint64) Int8;
            "value" "value" [2] Value(Double) Real8;
            "taken" "taken" [3] Value(Message "google.protobuf.Timestamp") Int8;
            "seen" "seen" [4] Value(Message "google.protobuf.Timestamp") Int8;
            "note" "note" [5] Value(String) Text;
        },
        key: Unique::new("samples___key", &["number"]),
        uniques: &[],
        owner: None,
        references: &[],
        checks: &[],
    },
    number: 1,
    record: "fixture.v1.Sample",
    key: &["number"],
    fields: &[
        FieldOf { paths: &["number"], numbers: &[1], kind: FieldKind::Key },
        FieldOf { paths: &["value"], numbers: &[2], kind: FieldKind::Value },
        FieldOf { paths: &["taken"], numbers: &[3], kind: FieldKind::Value },
        FieldOf { paths: &["seen"], numbers: &[4], kind: FieldKind::Value },
        FieldOf { paths: &["note"], numbers: &[5], kind: FieldKind::Value },
    ],
    referrers: &[],
    recursions: &[],
    touches: &[],
    children: &[],
    sequences: &[],
    get: stmt!(0, [number], r#"SELECT * FROM "samples" WHERE "number" = $1"#),
    insert: stmt!(1, r#"INSERT INTO "samples" VALUES ($1, $2, $3, $4, $5)"#),
    upsert: stmt!(2, r#"INSERT OR REPLACE INTO "samples" VALUES ($1, $2, $3, $4, $5)"#),
    delete: stmt!(3, [number], r#"DELETE FROM "samples" WHERE "number" = $1"#),
    page_first: stmt!(4, [limit], r#"SELECT * FROM "samples" ORDER BY "number" LIMIT $1"#),
    page_after: stmt!(5, [after number, limit], r#"SELECT * FROM "samples" WHERE "number" > $1 ORDER BY "number" LIMIT $2"#),
    get_many: stmt!(
        6,
        [keys],
        r#"SELECT o.key, t.* FROM json_each($1) o CROSS JOIN "samples" t ON t."number" = o.value"#
    ),
    delete_many: stmt!(7, [keys], r#"DELETE FROM "samples" WHERE "number" IN (SELECT value FROM json_each($1))"#),
};

const SQL: &str = r#"CREATE TABLE "samples" ("number" INTEGER NOT NULL PRIMARY KEY, "value" INTEGER NOT NULL,
"taken" INTEGER, "seen" TEXT, "note" BLOB NOT NULL) STRICT;"#;

static SCHEMA: Schema = Schema {
    store: "fixture.v1.Samples",
    formerly: &[],
    name: "samples",
    version: 1,
    semver: "1.0.0",
    mapping: 1,
    slots: 8,
    migrations: &[Migration {
        version: 1,
        slug: "initial",
        store: "fixture.v1.Samples",
        semver: "1.0.0",
        mapping: 1,
        text: SQL,
        down: None,
        loses: &[],
        chain: "the chain of version 1",
        reader: 1,
        writer: 1,
        until: None,
        snapshot: "{}",
    }],
    whole: SQL,
    tables: &[&TABLE],
    expiring: &[],
    soft_deleted: &[],
    chained: &[],
    descriptors: b"",
};

#[test]
fn records_come_back_and_pages_follow_the_order_of_the_key() {
    let store = Options::new().readers(1).open_test(&SCHEMA).expect("a TEST store opens");
    let numbers = [0, 1, (1 << 63) - 1, 1 << 63, u64::MAX];
    let sample = |number| Sample {
        number,
        value: -0.0,
        taken: Timestamp::new(-1, 1_000_000),
        seen: (number > 1).then(|| Timestamp::new(-62_135_596_800, 1).expect("is a time")),
        note: "a\0b".into(),
    };
    store
        .write(move |tx| numbers.iter().rev().try_for_each(|n| tx.insert(&sample(*n)).map(|_| ())))
        .expect("is written");
    for number in numbers {
        let found = store.read(|r| r.get::<Sample>(FullRange(number))).expect("is read").expect("is found");
        assert_eq!(found, sample(number));
        assert!(found.value.is_sign_negative());
    }
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = store.read(|r| r.page::<Sample>(after.take(), 2)).expect("is read");
        seen.extend(page.records.iter().map(|sample| sample.number));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, numbers);
}

#[test]
fn a_refusal_names_table_and_field() {
    let store = Options::new().readers(1).open_test(&SCHEMA).expect("a TEST store opens");
    let refused = |sample: Sample| {
        let error = store.write(move |tx| tx.insert(&sample)).expect_err("is refused");
        (error.kind(), error.to_string())
    };
    let finer = refused(Sample { taken: Timestamp::new(0, 1), ..Sample::default() });
    let words = "must be a whole number of milliseconds: round it, or encode the field in a finer unit";
    assert_eq!(finer, (Kind::Invalid, format!("samples.taken: {words}")));
    let beyond = refused(Sample { seen: Timestamp::new(253_402_300_800, 0), ..Sample::default() });
    assert_eq!(beyond, (Kind::OutOfRange, "samples.seen: must be between the years 1 and 9999".to_owned()));
}
