//! Records that name one another in every way in which a delete can go from table to table, each of a table of one row a
//! record: what is written of them is one statement.
#![allow(dead_code, missing_docs, unreachable_pub)]

use protostore::generated::{Binder, Decode, Listing, Row, Stmt};
use protostore::{
    Check, Column, Field, FieldKind, FieldOf, ForeignKey, Layout, ListBy, Migration, Record, Recursion, Referrer,
    Result, Schema, Table, Unique,
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
    name: "web",
    version: 1,
    semver: "1.0.0",
    mapping: 1,
    slots: 140,
    migrations: &[Migration { version: 1, slug: "initial", sqlite: SQL }],
    tables: &[&left::TABLE, &right::TABLE, &hold::TABLE, &note::TABLE, &fixed::TABLE, &log::TABLE, &tally::TABLE],
    expiring: &[],
    snapshot: "{}",
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

            const fn stmt(slot: u32, sqlite: &'static str, fields: &'static [&'static str]) -> Stmt {
                Stmt::new($number * 20 + slot, sqlite, fields)
            }

            pub static TABLE: Table = Table {
                layout: Layout {
                    name: $table,
                    record: $table,
                    columns: &[Column::new("id", "id"), Column::new("of", "of"), Column::new("mark", "mark")],
                    key: Unique::new(concat!($table, "__key"), &["id"]),
                    uniques: &[],
                    owner: None,
                    references: &[ForeignKey {
                        name: concat!($table, "__of__fk"),
                        columns: &["of"],
                        field: "of",
                        table: $of,
                        key: &["id"],
                        exists: stmt(0, concat!(r#"SELECT 1 FROM ""#, $of, r#"" WHERE "id" = ?1"#), &["of"]),
                    }],
                    checks: &[Check::new("mark__check", "mark", "must be less than 1000")],
                },
                number: $number,
                record: concat!("fixture.v1.", stringify!($record)),
                key: &["id"],
                fields: &[
                    FieldOf { paths: &["id"], columns: &["id"], kind: FieldKind::Key },
                    FieldOf { paths: &["of"], columns: &["of"], kind: FieldKind::Value },
                    FieldOf { paths: &["mark"], columns: &["mark"], kind: FieldKind::Value },
                ],
                referrers: $kept,
                recursions: $recursions,
                children: &[],
                sequences: &[],
                get: stmt(1, concat!(r#"SELECT "id", "of", "mark" FROM ""#, $table, r#"" WHERE "id" = ?1"#), &["id"]),
                insert: stmt(
                    2,
                    concat!(r#"INSERT INTO ""#, $table, r#"" ("id", "of", "mark") VALUES (?1, ?2, ?3)"#),
                    &["id", "of", "mark"],
                ),
                upsert: stmt(
                    3,
                    concat!(
                        r#"INSERT INTO ""#,
                        $table,
                        r#"" ("id", "of", "mark") VALUES (?1, ?2, ?3) ON CONFLICT ("id") "#,
                        r#"DO UPDATE SET "of" = excluded."of", "mark" = excluded."mark""#
                    ),
                    &["id", "of", "mark"],
                ),
                delete: stmt(4, concat!(r#"DELETE FROM ""#, $table, r#"" WHERE "id" = ?1"#), &["id"]),
                page_first: stmt(5, concat!(r#"SELECT "id", "of", "mark" FROM ""#, $table, r#"" ORDER BY "id""#), &[]),
                page_after: stmt(
                    6,
                    concat!(r#"SELECT "id", "of", "mark" FROM ""#, $table, r#"" WHERE "id" > ?1 ORDER BY "id""#),
                    &["id"],
                ),
                get_many: stmt(
                    7,
                    concat!(
                        r#"SELECT o.key, t."id", t."of", t."mark" FROM json_each(?1) o CROSS JOIN ""#,
                        $table,
                        r#"" t ON t."id" = o.value"#
                    ),
                    &["id"],
                ),
                delete_many: stmt(
                    8,
                    concat!(r#"DELETE FROM ""#, $table, r#"" WHERE "id" IN (SELECT value FROM json_each(?1))"#),
                    &["id"],
                ),
            };

            static BY_MARK: Listing = Listing {
                first: stmt(
                    9,
                    concat!(r#"SELECT "id", "of", "mark" FROM ""#, $table, r#"" WHERE "mark" = ?1 ORDER BY "id""#),
                    &["mark"],
                ),
                after: stmt(
                    10,
                    concat!(
                        r#"SELECT "id", "of", "mark" FROM ""#,
                        $table,
                        r#"" WHERE "mark" = ?1 AND "id" > ?2 ORDER BY "id""#
                    ),
                    &["mark", "id"],
                ),
                count: stmt(
                    11,
                    concat!(r#"SELECT count(*) FROM (SELECT 1 FROM ""#, $table, r#"" WHERE "mark" = ?1 LIMIT ?2)"#),
                    &["mark", ""],
                ),
                delete: stmt(12, concat!(r#"DELETE FROM ""#, $table, r#"" WHERE "mark" = ?1"#), &["mark"]),
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
    names: Stmt::new(19, r#"SELECT 1 FROM "holds" WHERE "of" = ?1 LIMIT 1"#, &["id"]),
}];

node!(left, Left, "lefts", 0, "rights", false, ROUND, HELD);
node!(right, Right, "rights", 1, "lefts", false, ROUND, &[]);
node!(hold, Hold, "holds", 2, "lefts", false, &[], &[]);
node!(note, Note, "notes", 3, "lefts", false, &[], &[]);
node!(fixed, Fixed, "fixed", 4, "lefts", true, &[], &[]);
node!(log, Log, "logs", 5, "lefts", false, &[], &[]);
node!(tally, Tally, "tallies", 6, "lefts", false, &[], &[]);
