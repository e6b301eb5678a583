//! Values that are nested deeper than a column takes are refused where they come from, however deep they are.

use prost_types::value::Kind as Content;
use prost_types::{ListValue, Value};
use protostore::generated::{Binder, ChildTable, Decode, ListEdits, Row, columns as rows, stmt};
use protostore::stored::{Encoded, Json};
use protostore::{
    Child, Col, Delete, Error, Field, FieldKind, FieldOf, Kind, Layout, Migration, Owner, Record, Result, Schema,
    Store, Table, Unique, columns,
};

use super::Db;

/// A document as JSON, as protobuf's own bytes, and a list of such.
#[derive(Clone, Debug, Default, PartialEq)]
struct Doc {
    id: String,
    body: Option<Value>,
    bytes: Option<Value>,
    all: Vec<Value>,
}

struct All;

const SQL: &str = r#"CREATE TABLE "docs" ("id" TEXT NOT NULL PRIMARY KEY, "body" TEXT, "bytes" BLOB) STRICT;
CREATE TABLE "docs__all" ("_id" TEXT NOT NULL REFERENCES "docs" ("id") ON DELETE CASCADE,
  "_position" INTEGER NOT NULL, "value" TEXT NOT NULL, PRIMARY KEY ("_id", "_position")) STRICT, WITHOUT ROWID;"#;

static SCHEMA: Schema = Schema {
    store: "fixture.store.v1.DocStore",
    formerly: &[],
    name: "docs",
    version: 1,
    semver: "1.0.0",
    mapping: 1,
    slots: 20,
    migrations: &[Migration {
        version: 1,
        slug: "initial",
        store: "fixture.store.v1.DocStore",
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

static TABLE: Table = Table {
    layout: Layout {
        name: "docs",
        record: "docs",
        columns: rows! {
            "id" "id" [1] Value(String) Text;
            "body" "body" [2] Value(Message "google.protobuf.Value") Json;
            "bytes" "bytes" [3] Value(Message "google.protobuf.Value") Bytes;
        },
        key: Unique::new("docs___key", &["id"]),
        uniques: &[],
        owner: None,
        references: &[],
        checks: &[],
    },
    number: 1,
    record: "fixture.v1.Doc",
    key: &["id"],
    fields: &[
        FieldOf { paths: &["id"], numbers: &[1], kind: FieldKind::Key },
        FieldOf { paths: &["body"], numbers: &[2], kind: FieldKind::Value },
        FieldOf { paths: &["bytes"], numbers: &[3], kind: FieldKind::Value },
        FieldOf { paths: &["all"], numbers: &[4], kind: FieldKind::Children },
    ],
    referrers: &[],
    recursions: &[],
    touches: &[],
    children: &[All::CHILD],
    sequences: &[],
    get: stmt!(0, [id], r#"SELECT "id", "body", "bytes" FROM "docs" WHERE "id" = $1"#),
    insert: stmt!(1, r#"INSERT INTO "docs" ("id", "body", "bytes") VALUES ($1, $2, $3)"#),
    upsert: stmt!(
        2,
        r#"INSERT INTO "docs" ("id", "body", "bytes") VALUES ($1, $2, $3)
           ON CONFLICT ("id") DO UPDATE SET "body" = excluded."body", "bytes" = excluded."bytes""#
    ),
    delete: stmt!(3, [id], r#"DELETE FROM "docs" WHERE "id" = $1"#),
    page_first: stmt!(4, [limit], r#"SELECT "id", "body", "bytes" FROM "docs" ORDER BY "id" LIMIT $1"#),
    page_after: stmt!(5, [after id, limit], r#"SELECT "id", "body", "bytes" FROM "docs" WHERE "id" > $1 ORDER BY "id" LIMIT $2"#),
    get_many: stmt!(6, [], "SELECT 1"),
    delete_many: stmt!(7, [], "SELECT 1"),
};

impl protostore::Mutable for Doc {}

impl Record for Doc {
    type Key = String;
    type KeyRef<'a> = &'a str;
    type Children = (All, ());
    type Revision = ();
    const TABLE: &'static Table = &TABLE;
    fn key(&self) -> &str {
        &self.id
    }
    fn borrow_key(key: &String) -> &str {
        key
    }
    fn own_key(key: &str) -> String {
        key.to_owned()
    }
    fn bind_field<B: Binder>(&self, field: usize, b: &mut B) -> Result<()> {
        match field {
            0 => b.put(&self.id),
            1 => b.put(&self.body.as_ref().map(Json)),
            2 => b.put(&self.bytes.as_ref().map(Encoded)),
            _ => Ok(()),
        }
    }
}

impl Decode for Doc {
    fn decode<R: Row>(r: &mut R) -> Result<Self> {
        Ok(Self {
            id: r.take()?,
            body: r.take::<Option<Json<Value>>>()?.map(|v| v.0),
            bytes: r.take::<Option<Encoded<Value>>>()?.map(|v| v.0),
            all: Vec::new(),
        })
    }
}

impl ChildTable for All {
    type Owner = Doc;
    type Place = i64;
    type Item = Value;
    type Nested = ();
    const CHILD: &'static Child = &Child {
        layout: Layout {
            name: "docs__all",
            record: "docs",
            columns: rows! {
                "_id" "id" [1] OwnerKey(String) Text;
                "_position" "all" [4] Position Int8;
                "value" "all" [4] Value(Message "google.protobuf.Value") Json;
            },
            key: Unique::new("docs__all___key", &["_id", "_position"]),
            uniques: &[],
            owner: Some(Owner::new("docs__all___id__fk", &["_id"], "docs")),
            references: &[],
            checks: &[],
        },
        field: "all",
        path: &[4],
        behaviors: protostore::Behaviors::NONE,
        member: 3,
        key: 2,
        insert: stmt!(8, r#"INSERT INTO "docs__all" ("_id", "_position", "value") VALUES ($1, $2, $3)"#),
        delete: Some(stmt!(9, [id], r#"DELETE FROM "docs__all" WHERE "_id" = $1"#)),
        load: stmt!(
            10,
            [id],
            r#"SELECT 0, "_position", "value" FROM "docs__all" WHERE "_id" = $1 ORDER BY "_position""#
        ),
        load_many: stmt!(11, [], "SELECT 1"),
        load_range: stmt!(14, [id, to id], "SELECT 1"),
    };
    fn items(owner: &Doc) -> Vec<(i64, &Value)> {
        protostore::generated::positions(&owner.all)
    }
    fn put(owner: &mut Doc, _place: i64, item: Value) -> bool {
        owner.all.push(item);
        true
    }
    fn bind_item<B: Binder>(item: &Value, b: &mut B) -> Result<()> {
        b.put(&Json(item))
    }
    fn decode_item<R: Row>(r: &mut R) -> Result<Value> {
        Ok(r.take::<Json<Value>>()?.0)
    }
}

impl protostore::generated::EditedList for All {
    const LIST: &'static ListEdits = &ListEdits {
        next: stmt!(12, [id], r#"SELECT coalesce(max("_position") + 1, 0) FROM "docs__all" WHERE "_id" = $1"#),
        remove_at: stmt!(13, [], "SELECT 1"),
    };
}

/// Where a value is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Body,
    Bytes,
    All,
}

use Place::{All as LISTED, Body as BODY, Bytes as BYTES};

impl Place {
    const fn field(self) -> Field<Doc> {
        Field::new(match self {
            BODY => 1,
            BYTES => 2,
            LISTED => 3,
        })
    }
}

const LIST: Col<Doc, Value, columns::List<All>> = Col::list(3, "value");

/// A value in so many lists.
fn nested(depth: usize) -> Value {
    let mut value = Value { kind: Some(Content::NumberValue(1.0)) };
    for _ in 0..depth {
        value = Value { kind: Some(Content::ListValue(ListValue { values: vec![value] })) };
    }
    value
}

/// A document with a value in one of its places.
fn doc(id: &str, place: Place, depth: usize) -> Doc {
    let value = nested(depth);
    let doc = Doc { id: id.into(), ..Doc::default() };
    match place {
        BODY => Doc { body: Some(value), ..doc },
        BYTES => Doc { bytes: Some(value), ..doc },
        LISTED => Doc { all: vec![Value { kind: Some(Content::BoolValue(true)) }, value], ..doc },
    }
}

/// Tries every way in with a value of this depth.
fn refused(store: &Store<Db>, place: Place, depth: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let docs = store.table::<Doc>();
    let deep = || doc("a", place, depth);
    let mut errors: Vec<Error> = vec![
        runtime.block_on(docs.insert(deep())).expect_err("insert"),
        runtime.block_on(docs.insert_many(vec![doc("b", BODY, 1), deep()])).expect_err("insert_many"),
        runtime.block_on(docs.upsert(deep())).expect_err("upsert"),
        runtime.block_on(docs.update(deep(), [place.field()])).expect_err("update"),
        runtime.block_on(docs.update(deep(), [if place == BODY { BYTES } else { BODY }.field()])).expect_err("beside"),
    ];
    type Inside = fn(&mut protostore::Tx<'_, Db>, &Doc, Place) -> Result<()>;
    let inside: [Inside; 3] = [
        |tx, doc, _| tx.insert(doc).map(|_| ()),
        |tx, doc, _| tx.upsert(doc).map(|_| ()),
        |tx, doc, place| tx.update(doc, [place.field()]),
    ];
    for write in inside {
        let deep = deep();
        errors.push(store.write(move |tx| write(tx, &deep, place)).expect_err("in a closure"));
    }
    if place == LISTED {
        errors.push(runtime.block_on(store.apply(LIST.of("there").append(nested(depth)))).expect_err("append"));
    }
    let why = if place == BYTES {
        "must not be nested deeper than 100 messages"
    } else {
        "must not hold more than 100 objects and arrays within one another"
    };
    for e in errors {
        assert_eq!((e.kind(), e.message()), (Kind::Invalid, why), "{e}");
        assert_eq!(
            e.field(),
            Some(if place == BODY {
                "body"
            } else if place == BYTES {
                "bytes"
            } else {
                "all"
            }),
            "{e}"
        );
    }
}

#[test]
fn a_value_that_is_nested_too_deep_is_refused_at_every_way_in_however_deep_it_is() {
    let all = || {
        let store = super::empty(&SCHEMA);
        let there = doc("there", BODY, 100);
        store.write(move |tx| tx.insert(&there)).expect("as deep as may be");
        for depth in [101, 5_000, 20_000] {
            refused(&store, BODY, depth);
            refused(&store, LISTED, depth);
        }
        // Encoding takes time by the square of the depth.
        for depth in [101, 500] {
            refused(&store, BYTES, depth);
        }
        let there = store.read(|view| view.get::<Doc>("there")).expect("reads");
        assert_eq!(there, Some(doc("there", BODY, 100)));
        for id in ["a", "b"] {
            assert!(!store.read(|view| view.exists::<Doc>(id)).expect("reads"), "nothing of it is kept");
        }
        assert!(store.write(|tx| tx.run(Delete::<Doc>::new("there".into()))).expect("the store goes on"));
    };
    // Whoever makes such a value needs the stack to drop it.
    let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(all).expect("a thread");
    thread.join().expect("nothing ends the process");
}
