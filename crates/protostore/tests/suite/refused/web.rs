//! Records that name one another in every way in which a delete can go from table to table, each of a table of one row a
//! record: what is written of them is one statement.
#![allow(dead_code, missing_docs, unreachable_pub)]

use protostore::generated::{Binder, Decode, Listing, OrderBy, Range, Row, columns, stmt};
use protostore::{
    Check, Field, FieldKind, FieldOf, ForeignKey, Layout, ListBy, Migration, Record, Recursion, Referrer, Result,
    Schema, Table, Unique,
};

/// The tables, `of` and how it names; what a delete or an update of theirs fires comes last.
const SQL: &str = r#"
CREATE TABLE "lefts" ("id" TEXT NOT NULL PRIMARY KEY, "of" TEXT REFERENCES "rights" ("id") ON DELETE CASCADE,
  "mark" INTEGER UNIQUE CONSTRAINT "mark__check" CHECK ("mark" IS NULL OR "mark" < 1000)) STRICT;
CREATE TABLE "rights" ("id" TEXT NOT NULL PRIMARY KEY, "of" TEXT REFERENCES "lefts" ("id") ON DELETE CASCADE,
  "mark" INTEGER UNIQUE) STRICT;
CREATE TABLE "holds" ("id" TEXT NOT NULL PRIMARY KEY, "of" TEXT REFERENCES "lefts" ("id"), "mark" INTEGER UNIQUE) STRICT;
CREATE TABLE "notes" ("id" TEXT NOT NULL PRIMARY KEY, "of" TEXT REFERENCES "lefts" ("id") ON DELETE SET NULL,
  "mark" INTEGER UNIQUE) STRICT;
CREATE TABLE "fixed" ("id" TEXT NOT NULL PRIMARY KEY, "of" TEXT REFERENCES "lefts" ("id") ON DELETE SET NULL,
  "mark" INTEGER UNIQUE) STRICT;
CREATE TABLE "logs" ("id" TEXT NOT NULL PRIMARY KEY, "of" TEXT REFERENCES "lefts" ("id") ON DELETE CASCADE,
  "mark" INTEGER UNIQUE) STRICT;
CREATE TABLE "tallies" ("id" TEXT NOT NULL PRIMARY KEY, "of" TEXT, "mark" INTEGER UNIQUE) STRICT;
CREATE INDEX "lefts__of" ON "lefts" ("of");
CREATE INDEX "rights__of" ON "rights" ("of");
CREATE INDEX "holds__of" ON "holds" ("of");
CREATE INDEX "notes__of" ON "notes" ("of");
CREATE INDEX "fixed__of" ON "fixed" ("of");
CREATE INDEX "logs__of" ON "logs" ("of");
CREATE TRIGGER "fixed__immutable" BEFORE UPDATE OF "of" ON "fixed" BEGIN
  SELECT RAISE(ABORT, 'fixed.of is immutable') WHERE NEW."of" IS NOT OLD."of";
END;
CREATE TRIGGER "logs__no_delete" BEFORE DELETE ON "logs" BEGIN SELECT RAISE(ABORT, 'logs is append-only'); END;
CREATE TRIGGER "rights__counts" BEFORE DELETE ON "rights" WHEN OLD."mark" = 99 BEGIN
  UPDATE "tallies" SET "mark" = "mark" + 1;
END;
"#;

pub static SCHEMA: Schema = Schema {
    store: "fixture.store.v1.WebStore",
    formerly: &[],
    name: "web",
    version: 1,
    semver: "1.0.0",
    mapping: 1,
    slots: 140,
    migrations: &[Migration {
        version: 1,
        slug: "initial",
        store: "fixture.store.v1.WebStore",
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
    tables: &[&left::TABLE, &right::TABLE, &hold::TABLE, &note::TABLE, &fixed::TABLE, &log::TABLE, &tally::TABLE],
    expiring: &[],
    soft_deleted: &[],
    chained: &[],
    descriptors: b"",
};

/// Writes a record and its table.
macro_rules! node {
    ($module:ident, $record:ident, $table:literal, $number:literal, $of:literal, $fires:literal, $recursions:expr, $kept:expr) => {
        pub mod $module {
            use super::*;

            #[derive(Clone, Debug, Default, PartialEq)]
            pub struct $record {
                pub id: String,
                pub of: String,
                pub mark: i64,
            }

            impl protostore::Mutable for $record {}

            impl Record for $record {
                type Key = String;
                type KeyRef<'a> = &'a str;
                type Children = ();
                type Revision = ();
                const TABLE: &'static Table = &TABLE;
                const FIRES: bool = $fires;
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
                        1 => b.put(&protostore::generated::nonzero(&self.of)),
                        2 => b.put(&protostore::generated::nonzero(&self.mark)),
                        _ => Ok(()),
                    }
                }
            }

            impl Decode for $record {
                fn decode<R: Row>(r: &mut R) -> Result<Self> {
                    Ok(Self { id: r.take()?, of: r.take_or_default()?, mark: r.take_or_default()? })
                }
            }

            pub const OF: Field<$record> = Field::new(1);
            pub const MARK: Field<$record> = Field::new(2);

            pub static TABLE: Table = Table {
                layout: Layout {
                    name: $table,
                    record: $table,
                    columns: columns! {
    "id" "id" [1] Value(String) Text;
    "of" "of" [2] Value(String) Text;
    "mark" "mark" [3] Value(Int64) Int8;
},
                    key: Unique::new(concat!($table, "___key"), &["id"]),
                    uniques: &[Unique::new(concat!($table, "_unique_mark"), &["mark"])],
                    owner: None,
                    references: &[ForeignKey {
                        name: concat!($table, "__of__fk"),
                        columns: &["of"],
                        field: "of",
                        table: $of,
                        key: &["id"],
                        hides: false,
                        exists: stmt!($number * 20 + 0, [of], concat!(r#"SELECT 1 FROM ""#, $of, r#"" WHERE "id" = $1"#)),
                    }],
                    checks: &[Check::new("mark__check", "mark", "must be less than 1000")],
                },
                number: $number,
                record: concat!("fixture.v1.", stringify!($record)),
                key: &["id"],
                fields: &[
                    FieldOf { paths: &["id"], numbers: &[1], kind: FieldKind::Key },
                    FieldOf { paths: &["of"], numbers: &[2], kind: FieldKind::Value },
                    FieldOf { paths: &["mark"], numbers: &[3], kind: FieldKind::Value },
                ],
                referrers: $kept,
                recursions: $recursions,
                touches: &[],
                children: &[],
                sequences: &[],
                get: stmt!($number * 20 + 1, [id], concat!(r#"SELECT "id", "of", "mark" FROM ""#, $table, r#"" WHERE "id" = $1"#)),
                insert: stmt!($number * 20 + 2, concat!(r#"INSERT INTO ""#, $table, r#"" ("id", "of", "mark") VALUES ($1, $2, $3)"#)),
                upsert: stmt!($number * 20 + 3, concat!(
                        r#"INSERT INTO ""#,
                        $table,
                        r#"" ("id", "of", "mark") VALUES ($1, $2, $3) ON CONFLICT ("id") "#,
                        r#"DO UPDATE SET "of" = excluded."of", "mark" = excluded."mark""#
                    )),
                delete: stmt!($number * 20 + 4, [id], concat!(r#"DELETE FROM ""#, $table, r#"" WHERE "id" = $1"#)),
                page_first: stmt!($number * 20 + 5, [limit], concat!(r#"SELECT "id", "of", "mark" FROM ""#, $table, r#"" ORDER BY "id" LIMIT $1"#)),
                page_after: stmt!($number * 20 + 6, [after id, limit], concat!(r#"SELECT "id", "of", "mark" FROM ""#, $table, r#"" WHERE "id" > $1 ORDER BY "id" LIMIT $2"#)),
                get_many: stmt!($number * 20 + 7, [keys], concat!(
                        r#"SELECT o.key, t."id", t."of", t."mark" FROM json_each($1) o CROSS JOIN ""#,
                        $table,
                        r#"" t ON t."id" = o.value"#
                    )),
                delete_many: stmt!($number * 20 + 8, [keys], concat!(r#"DELETE FROM ""#, $table, r#"" WHERE "id" IN (SELECT value FROM json_each($1))"#)),
            };

            static BY_MARK: Listing = Listing {
    order: &[OrderBy::asc("id")],
                first: stmt!($number * 20 + 9, [mark, limit], concat!(r#"SELECT "id", "of", "mark" FROM ""#, $table, r#"" WHERE "mark" = $1 ORDER BY "id" LIMIT $2"#)),
                after: &[Range::new(stmt!($number * 20 + 10, [mark, after id, limit], concat!(
                        r#"SELECT "id", "of", "mark" FROM ""#,
                        $table,
                        r#"" WHERE "mark" = $1 AND "id" > $2 ORDER BY "id" LIMIT $3"#
                    )), &[0])],
                count: stmt!($number * 20 + 11, [mark, limit], concat!(r#"SELECT count(*) FROM (SELECT 1 FROM ""#, $table, r#"" WHERE "mark" = $1 LIMIT $2)"#)),
                delete: stmt!($number * 20 + 12, [mark], concat!(r#"DELETE FROM ""#, $table, r#"" WHERE "mark" = $1"#)),
            };

            pub fn list_by_mark(mark: i64) -> ListBy<$record, i64> {
                ListBy::new(&BY_MARK, mark)
            }
        }

        pub use $module::$record;
    };
}

const ROUND: &[Recursion] = &[Recursion::new("lefts", "of"), Recursion::new("rights", "of")];

const HELD: &[Referrer] = &[Referrer {
    name: "holds__of__fk",
    table: "holds",
    columns: &["of"],
    field: "of",
    names: stmt!(19, [id], r#"SELECT 1 FROM "holds" WHERE "of" = $1 LIMIT 1"#),
}];

node!(left, Left, "lefts", 0, "rights", false, ROUND, HELD);
node!(right, Right, "rights", 1, "lefts", false, ROUND, &[]);
node!(hold, Hold, "holds", 2, "lefts", false, &[], &[]);
node!(note, Note, "notes", 3, "lefts", false, &[], &[]);
node!(fixed, Fixed, "fixed", 4, "lefts", true, &[], &[]);
node!(log, Log, "logs", 5, "lefts", false, &[], &[]);
node!(tally, Tally, "tallies", 6, "lefts", false, &[], &[]);
