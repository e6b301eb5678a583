//! Steps that the run time carries out itself: what they do, what they refuse, and that nothing else has changed then.

use protostore::{Migration, Schema};
use sha2::{Digest, Sha256};

use super::store::{Home, connect, key, options, schema, step, strings};

/// What the messages were at every version here.
const SNAPSHOT: &str = r#"{"format": 1, "store": "test.v1.Store", "reach": {
  "messages": [
    {"proto": "t.Note", "fields": [
      {"number": 1, "name": "title", "kind": "string", "label": "implicit"},
      {"number": 2, "name": "size_mb", "kind": "sint64", "label": "implicit"},
      {"number": 3, "name": "colour", "kind": {"enum": "t.Colour"}, "label": "optional"},
      {"number": 4, "name": "inner", "kind": {"message": "t.Inner"}, "label": "optional"},
      {"number": 5, "name": "tags", "kind": "string", "label": "repeated"},
      {"number": 6, "name": "numbers", "kind": "int32", "label": "repeated", "packed": true},
      {"number": 7, "name": "by_name", "kind": {"message": "t.Note.ByNameEntry"}, "label": "map"},
      {"number": 8, "name": "inners", "kind": {"message": "t.Inner"}, "label": "repeated"},
      {"number": 9, "name": "at", "kind": {"message": "google.protobuf.Timestamp"}, "label": "optional"},
      {"number": 10, "name": "limit", "kind": {"message": "google.protobuf.UInt64Value"}, "label": "optional"},
      {"number": 11, "name": "alone", "kind": {"message": "t.Inner"}, "label": "optional"},
      {"number": 12, "name": "text", "kind": "string", "label": "optional", "oneof": "either"},
      {"number": 13, "name": "ratio", "kind": "double", "label": "optional", "oneof": "either"}]},
    {"proto": "t.Note.ByNameEntry", "entry": true, "fields": [
      {"number": 1, "name": "key", "kind": "string", "label": "implicit"},
      {"number": 2, "name": "value", "kind": {"message": "t.Inner"}, "label": "optional"}]},
    {"proto": "t.Inner", "fields": [
      {"number": 1, "name": "flag", "kind": "bool", "label": "implicit"},
      {"number": 2, "name": "words", "kind": "bytes", "label": "repeated"},
      {"number": 3, "name": "deep", "kind": {"message": "t.Inner"}, "label": "optional"}]}],
  "enums": [{"proto": "t.Colour", "values": [["NONE", 0], ["RED", 1]]}]}}"#;

const fn told(step: Migration) -> Migration {
    Migration { snapshot: SNAPSHOT, ..step }
}

fn upgrades(home: &Home, program: &'static Schema) {
    let store = options().copy_before_upgrade(false).open(program, home.path(), &key());
    store.unwrap_or_else(|e| panic!("upgrades: {e}")).close().expect("closes");
}

mod scalars {
    use super::*;

    const FIRST: &str = r#"CREATE TABLE "samples" ("a" TEXT NOT NULL, "b" INTEGER NOT NULL, "load" REAL, "single" REAL, "raw" BLOB,
        PRIMARY KEY ("a", "b")) STRICT;"#;
    const SECOND: &str = r#"
ALTER TABLE "samples" ADD COLUMN "load_bits" INTEGER;
-- the bits of samples.load
-- protostore: {"bits":{"table":"samples","key":["a","b"],"from":"load","to":"load_bits","into":true,"single":false}}
ALTER TABLE "samples" ADD COLUMN "single_bits" INTEGER;
-- protostore: {"bits":{"table":"samples","key":["a","b"],"from":"single","to":"single_bits","into":true,"single":true}}
ALTER TABLE "samples" ADD COLUMN "text" TEXT;
-- protostore: {"text":{"table":"samples","key":["a","b"],"from":"raw","to":"text"}}
"#;
    const THIRD: &str = r#"
ALTER TABLE "samples" ADD COLUMN "load_again" REAL;
-- protostore: {"bits":{"table":"samples","key":["a","b"],"from":"load_bits","to":"load_again","into":false,"single":false}}
ALTER TABLE "samples" ADD COLUMN "single_again" REAL;
-- protostore: {"bits":{"table":"samples","key":["a","b"],"from":"single_bits","to":"single_again","into":false,"single":true}}
"#;
    const WHOLE_2: &str = r#"CREATE TABLE "samples" ("a" TEXT NOT NULL, "b" INTEGER NOT NULL, "load" REAL, "single" REAL, "raw" BLOB,
        "load_bits" INTEGER, "single_bits" INTEGER, "text" TEXT, PRIMARY KEY ("a", "b")) STRICT;"#;
    const WHOLE_3: &str = r#"CREATE TABLE "samples" ("a" TEXT NOT NULL, "b" INTEGER NOT NULL, "load" REAL, "single" REAL, "raw" BLOB,
        "load_bits" INTEGER, "single_bits" INTEGER, "text" TEXT, "load_again" REAL, "single_again" REAL,
        PRIMARY KEY ("a", "b")) STRICT;"#;
    static STEPS: [Migration; 3] = [
        told(step(1, "initial", FIRST, (1, 1))),
        told(step(2, "bits", SECOND, (2, 2))),
        told(step(3, "back", THIRD, (3, 3))),
    ];
    static ONE: Schema = schema(STEPS.split_at(1).0, FIRST);
    static TWO: Schema = schema(STEPS.split_at(2).0, WHOLE_2);
    static THREE: Schema = schema(&STEPS, WHOLE_3);

    fn filled(rows: &str) -> Home {
        let home = Home::new();
        home.close(&ONE);
        home.by_hand(&format!("INSERT INTO samples (a, b, load, single, raw) VALUES {rows}"));
        home
    }

    #[test]
    fn numbers_become_their_bits_and_bytes_text_and_back() {
        let home = filled("('x', 1, 1.5, 0.5, x'c3a9'), ('x', 2, NULL, NULL, NULL), ('y', 1, 9e999, -2.0, x'')");
        upgrades(&home, &TWO);
        let rows = "SELECT a || b || ' ' || coalesce(load_bits, '-') || ' ' || coalesce(single_bits, '-') || ' ' || coalesce(text, '-') \
                    FROM samples ORDER BY a, b";
        let bits = |real: f64| real.to_bits().cast_signed();
        let expected = [
            format!("x1 {} {} é", bits(1.5), 0.5_f32.to_bits()),
            "x2 - - -".to_owned(),
            format!("y1 {} {} ", bits(f64::INFINITY), (-2.0_f32).to_bits()),
        ];
        assert_eq!(strings(&connect(&home.path()), rows), expected);
        upgrades(&home, &THREE);
        let differing = "SELECT a || b FROM samples WHERE load IS NOT load_again OR single IS NOT single_again";
        assert_eq!(strings(&connect(&home.path()), differing), [""; 0]);
    }

    #[test]
    fn many_rows_are_taken_some_at_a_time_and_none_is_left() {
        let home = filled("('x', 0, 0.0, 0.0, x'')");
        home.by_hand(
            r#"WITH RECURSIVE "up"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "up" WHERE "n" < 2500)
               INSERT INTO samples SELECT 'key ' || ("n" % 3), "n", "n" / 7.0, "n" / 8.0, CAST("n" AS BLOB) FROM "up""#,
        );
        upgrades(&home, &THREE);
        let wrong = "SELECT count(*) || '' FROM samples WHERE load_again IS NOT load OR single_again IS NOT single \
                     OR text IS NOT CAST(raw AS TEXT) OR load_bits IS NULL";
        assert_eq!(strings(&connect(&home.path()), wrong), ["0"]);
    }

    #[test]
    fn what_does_not_fit_is_named_by_table_key_and_reason_and_nothing_has_changed() {
        for (row, words) in [
            ("('x', 1, NULL, NULL, x'ff')", "no UTF-8"),
            ("('x', 1, NULL, NULL, x'6100')", "NUL"),
            ("('x', 1, NULL, 0.1, NULL)", "0.1 is no float of 32 bits"),
        ] {
            let home = filled(&format!("('w', 7, 1.0, 1.0, x'61'), {row}"));
            let before = home.contents();
            home.refused(&TWO, &["version 2 bits", "the row x, 1 of samples", words, "nothing of it was changed"]);
            assert_eq!(home.contents(), before);
        }
        for (bits, words) in [(f64::NAN.to_bits(), "NaN"), ((-0.0_f64).to_bits(), "-0.0")] {
            let home = filled("('w', 7, 1.0, 1.0, x'61'), ('x', 1, NULL, NULL, NULL)");
            upgrades(&home, &TWO);
            home.by_hand(&format!("UPDATE samples SET load_bits = {} WHERE a = 'x'", bits.cast_signed()));
            home.refused(&THREE, &["version 3 back", "the row x, 1 of samples", words]);
        }
    }

    #[test]
    fn a_line_that_this_program_does_not_know_is_named() {
        const UNKNOWN: [&str; 4] = [
            "-- protostore: {\"sum\": {\"name\": \"mine\"}}\n",
            "-- protostore: {\"text\": {\"table\": \"samples\", \"key\": [], \"from\": \"raw\", \"to\": \"raw\", \"more\": 1}}\n",
            "-- protostore: {\"text\": {\"table\": \"samples\"}}\n",
            "-- protostore: {\"text\"\n",
        ];
        static STEPS: [[Migration; 2]; 4] = [
            [told(step(1, "initial", FIRST, (1, 1))), told(step(2, "unknown", UNKNOWN[0], (2, 2)))],
            [told(step(1, "initial", FIRST, (1, 1))), told(step(2, "unknown", UNKNOWN[1], (2, 2)))],
            [told(step(1, "initial", FIRST, (1, 1))), told(step(2, "unknown", UNKNOWN[2], (2, 2)))],
            [told(step(1, "initial", FIRST, (1, 1))), told(step(2, "unknown", UNKNOWN[3], (2, 2)))],
        ];
        static PROGRAMS: [Schema; 4] =
            [schema(&STEPS[0], FIRST), schema(&STEPS[1], FIRST), schema(&STEPS[2], FIRST), schema(&STEPS[3], FIRST)];
        for (program, words) in PROGRAMS.iter().zip(["no step sum", "more is not known", "it has no key", "EOF"]) {
            let home = filled("('x', 1, 1.0, 1.0, x'61')");
            home.refused(program, &["version 2 unknown", "the line is not one that this program knows", words]);
        }
    }
}

mod chains {
    use super::*;

    const FIRST: &str =
        r#"CREATE TABLE "audits" ("number" INTEGER NOT NULL PRIMARY KEY, "title" TEXT NOT NULL DEFAULT '') STRICT;"#;
    const SECOND: &str = r#"
ALTER TABLE "audits" ADD COLUMN "hash" BLOB;
-- protostore: {"chain":{"table":"audits","key":["number"],"number":5,"to":"hash","message":"t.Note","fields":[{"column":{"number":1,"column":"title","kind":"string","ty":"string","optional":false}},{"column":{"number":2,"column":"number","kind":"sint64","ty":"int64","optional":false}},{"column":{"number":9,"column":"hash","kind":"bytes","ty":"bytes","optional":false}}]}}
"#;
    const WHOLE: &str = r#"CREATE TABLE "audits" ("number" INTEGER NOT NULL PRIMARY KEY, "title" TEXT NOT NULL DEFAULT '', "hash" BLOB) STRICT;"#;
    static STEPS: [Migration; 2] = [told(step(1, "initial", FIRST, (1, 1))), told(step(2, "chain", SECOND, (2, 2)))];
    static ONE: Schema = schema(STEPS.split_at(1).0, FIRST);
    static TWO: Schema = schema(&STEPS, WHOLE);

    #[test]
    fn each_row_gets_the_hash_of_its_record_and_of_those_before() {
        let home = Home::new();
        home.close(&ONE);
        home.by_hand("INSERT INTO audits VALUES (7, 'seven'), (-1, ''), (3, 'three')");
        upgrades(&home, &TWO);
        // A string under 1 and a zigzag varint under 2, as prost writes them: what is zero is left out.
        let records: [&[u8]; 3] = [b"\x10\x01", b"\x0a\x05three\x10\x06", b"\x0a\x05seven\x10\x0e"];
        let mut before = Sha256::digest("protostore.v1.hash_chain/5").to_vec();
        let mut expected = Vec::new();
        for record in records {
            before = Sha256::new().chain_update(&before).chain_update(record).finalize().to_vec();
            expected.push(before.iter().map(|byte| format!("{byte:02X}")).collect::<String>());
        }
        assert_eq!(strings(&connect(&home.path()), "SELECT hex(hash) FROM audits ORDER BY number"), expected);
    }
}

mod messages {
    use super::*;

    const FIRST: &str = r#"
CREATE TABLE "notes" ("id" TEXT NOT NULL PRIMARY KEY, "note" INTEGER NOT NULL DEFAULT 0, "note__title" TEXT,
  "note__size_mb" INTEGER, "note__colour" INTEGER, "note__inner" INTEGER NOT NULL DEFAULT 0, "note__inner__flag" INTEGER,
  "note__at" INTEGER, "note__limit" INTEGER, "note__text" TEXT, "note__ratio" REAL) STRICT;
CREATE TABLE "notes__tags" ("_id" TEXT NOT NULL, "_position" INTEGER NOT NULL, "value" TEXT NOT NULL,
  PRIMARY KEY ("_id", "_position")) STRICT, WITHOUT ROWID;
CREATE TABLE "notes__numbers" ("_id" TEXT NOT NULL, "_position" INTEGER NOT NULL, "value" INTEGER NOT NULL,
  PRIMARY KEY ("_id", "_position")) STRICT, WITHOUT ROWID;
CREATE TABLE "notes__by_name" ("_id" TEXT NOT NULL, "_key" TEXT NOT NULL, "flag" INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY ("_id", "_key")) STRICT, WITHOUT ROWID;
CREATE TABLE "notes__inners" ("_id" TEXT NOT NULL, "_position" INTEGER NOT NULL, "flag" INTEGER NOT NULL DEFAULT 0,
  "deep" INTEGER NOT NULL DEFAULT 0, "deep__flag" INTEGER, PRIMARY KEY ("_id", "_position")) STRICT, WITHOUT ROWID;
CREATE TABLE "notes__inners__words" ("_id" TEXT NOT NULL, "_at" INTEGER NOT NULL, "_position" INTEGER NOT NULL,
  "value" BLOB NOT NULL, PRIMARY KEY ("_id", "_at", "_position")) STRICT, WITHOUT ROWID;
CREATE TABLE "notes__alone" ("_id" TEXT NOT NULL PRIMARY KEY, "flag" INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
"#;

    macro_rules! member {
        () => {
            concat!(
                r#"{"message":{"number":4,"presence":"note","fields":["#,
                r#"{"column":{"number":1,"column":"note__title","kind":"string","ty":"string","optional":false}},"#,
                r#"{"column":{"number":2,"column":"note__size_mb","kind":"sint64","ty":"int64","optional":false}},"#,
                r#"{"column":{"number":3,"column":"note__colour","kind":{"enum":"t.Colour"},"ty":{"enum":"t.Colour"},"optional":true}},"#,
                r#"{"message":{"number":4,"presence":"note__inner","fields":["#,
                r#"{"column":{"number":1,"column":"note__inner__flag","kind":"bool","ty":"bool","optional":false}}]}},"#,
                r#"{"rows":{"number":5,"table":"notes__tags","owner":["_id"],"position":"_position","fields":["#,
                r#"{"column":{"number":5,"column":"value","kind":"string","ty":"string","optional":false}}]}},"#,
                r#"{"rows":{"number":6,"table":"notes__numbers","owner":["_id"],"position":"_position","fields":["#,
                r#"{"column":{"number":6,"column":"value","kind":"int32","ty":"int32","optional":false}}]}},"#,
                r#"{"rows":{"number":7,"table":"notes__by_name","owner":["_id"],"#,
                r#""key":{"column":{"number":1,"column":"_key","kind":"string","ty":"string","optional":false}},"message":"t.Inner","fields":["#,
                r#"{"column":{"number":1,"column":"flag","kind":"bool","ty":"bool","optional":false}}]}},"#,
                r#"{"rows":{"number":8,"table":"notes__inners","owner":["_id"],"position":"_position","message":"t.Inner","fields":["#,
                r#"{"column":{"number":1,"column":"flag","kind":"bool","ty":"bool","optional":false}},"#,
                r#"{"rows":{"number":2,"table":"notes__inners__words","owner":["_id","_at"],"position":"_position","fields":["#,
                r#"{"column":{"number":2,"column":"value","kind":"bytes","ty":"bytes","optional":false}}]}},"#,
                r#"{"message":{"number":3,"presence":"deep","fields":["#,
                r#"{"column":{"number":1,"column":"deep__flag","kind":"bool","ty":"bool","optional":false}}]}}]}},"#,
                r#"{"column":{"number":9,"column":"note__at","kind":{"message":"google.protobuf.Timestamp"},"ty":"timestamp","optional":true}},"#,
                r#"{"column":{"number":10,"column":"note__limit","kind":{"message":"google.protobuf.UInt64Value"},"ty":"uint64","form":"full_range","optional":true}},"#,
                r#"{"rows":{"number":11,"table":"notes__alone","owner":["_id"],"message":"t.Inner","fields":["#,
                r#"{"column":{"number":1,"column":"flag","kind":"bool","ty":"bool","optional":false}}]}},"#,
                r#"{"column":{"number":12,"column":"note__text","kind":"string","ty":"string","optional":true}},"#,
                r#"{"column":{"number":13,"column":"note__ratio","kind":"double","ty":"double","optional":true}}]}}"#,
            )
        };
    }

    macro_rules! line {
        ($step:literal, $rest:literal) => {
            concat!(
                "-- protostore: {\"",
                $step,
                "\":{\"table\":\"notes\",\"key\":[\"id\"],",
                $rest,
                ",\"member\":",
                member!(),
                "}}\n"
            )
        };
    }

    const EMPTIED: &str = r#"
UPDATE "notes" SET "note" = 0, "note__title" = NULL, "note__size_mb" = NULL, "note__colour" = NULL, "note__inner" = 0,
  "note__inner__flag" = NULL, "note__at" = NULL, "note__limit" = NULL, "note__text" = NULL, "note__ratio" = NULL;
DELETE FROM "notes__tags"; DELETE FROM "notes__numbers"; DELETE FROM "notes__by_name"; DELETE FROM "notes__inners";
DELETE FROM "notes__inners__words"; DELETE FROM "notes__alone";
"#;
    const BYTES: &str = r#"{"form":"bytes","message":"t.Note"}"#;
    const ENCODE: &str = concat!(
        "ALTER TABLE \"notes\" ADD COLUMN \"bytes\" BLOB;\n",
        line!(
            "encode",
            r#""to":"bytes","was":{"form":"bytes","message":"t.Note"},"is":{"form":"bytes","message":"t.Note"}"#
        ),
        "ALTER TABLE \"notes\" ADD COLUMN \"json\" TEXT;\n",
        line!(
            "encode",
            r#""to":"json","was":{"form":"bytes","message":"t.Note"},"is":{"form":"json","message":"t.Note"}"#
        ),
    );
    /// Each form is taken apart where the columns are empty, and written in the other form.
    const BACK: &str = concat!(
        "ALTER TABLE \"notes\" ADD COLUMN \"json_of_bytes\" TEXT;\n",
        r#"-- protostore: {"reform":{"table":"notes","key":["id"],"from":"bytes","to":"json_of_bytes","was":{"form":"bytes","message":"t.Note"},"is":{"form":"json","message":"t.Note"}}}"#,
        "\nALTER TABLE \"notes\" ADD COLUMN \"bytes_of_json\" BLOB;\n",
        r#"-- protostore: {"reform":{"table":"notes","key":["id"],"from":"json","to":"bytes_of_json","was":{"form":"json","message":"t.Note"},"is":{"form":"bytes","message":"t.Note"}}}"#,
        "\n",
    );
    fn whole(first: &str, columns: &str) -> String {
        first.replacen("\"note__ratio\" REAL)", &format!("\"note__ratio\" REAL{columns})"), 1)
    }

    fn program(steps: Vec<(&'static str, String)>, columns: &str) -> &'static Schema {
        let mut migrations = vec![told(step(1, "initial", FIRST, (1, 1)))];
        for (at, (slug, text)) in (2..).zip(steps) {
            migrations.push(told(step(at, slug, text.leak(), (at, at))));
        }
        let program = schema(migrations.leak(), whole(FIRST, columns).leak());
        Box::leak(Box::new(program))
    }

    const FILLED: &str = r#"
INSERT INTO "notes" VALUES
  ('full', 1, 'title', -5, 1, 1, 1, 1500000000, 9223372036854775807, NULL, 0.0),
  ('zero', 1, '', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL),
  ('sets', 1, '', 0, 0, 1, 0, 0, -9223372036854775808, '', NULL),
  ('none', 0, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "notes__tags" VALUES ('full', 0, 'b'), ('full', 1, ''), ('full', 2, 'a');
INSERT INTO "notes__numbers" VALUES ('full', 0, -1), ('full', 1, 0), ('full', 2, 300);
INSERT INTO "notes__by_name" VALUES ('full', '', 1), ('full', 'x', 0);
INSERT INTO "notes__inners" VALUES ('full', 0, 0, 0, NULL), ('full', 1, 1, 1, 0), ('sets', 0, 0, 1, 1);
INSERT INTO "notes__inners__words" VALUES ('full', 1, 0, x'00ff'), ('full', 1, 1, x'');
INSERT INTO "notes__alone" VALUES ('full', 0), ('sets', 1);
"#;

    fn filled() -> Home {
        let home = Home::new();
        home.close(program(Vec::new(), ""));
        home.by_hand(FILLED);
        home
    }

    const ADDED: &str = ", \"bytes\" BLOB, \"json\" TEXT";

    #[test]
    fn columns_and_rows_become_a_message_as_protobuf_and_json_write_it() {
        let home = filled();
        upgrades(&home, program(vec![("encode", ENCODE.to_owned())], ADDED));
        let json = strings(&connect(&home.path()), "SELECT coalesce(json, '-') FROM notes ORDER BY id");
        let full = concat!(
            r#"{"title":"title","sizeMb":"-5","colour":"RED","inner":{"flag":true},"tags":["b","","a"],"numbers":[-1,0,300],"#,
            r#""byName":{"":{"flag":true},"x":{}},"inners":[{},{"flag":true,"words":["AP8=",""],"deep":{}}],"#,
            r#""at":"1970-01-01T00:00:01.500Z","limit":"18446744073709551615","alone":{},"ratio":0}"#
        );
        let sets = concat!(
            r#"{"colour":"NONE","inner":{},"inners":[{"deep":{"flag":true}}],"at":"1970-01-01T00:00:00Z","limit":"0","#,
            r#""alone":{"flag":true},"text":""}"#
        );
        assert_eq!(json, [full, "-", sets, "{}"]);
        let bytes = strings(
            &connect(&home.path()),
            "SELECT CASE WHEN bytes IS NULL THEN '-' ELSE hex(bytes) END FROM notes ORDER BY id",
        );
        assert_eq!(
            (bytes[1].as_str(), bytes[3].as_str()),
            ("-", ""),
            "what is not set is NULL, and what is empty is not"
        );
        assert!(bytes[0].starts_with("0A057469746C65100918012202080"), "{}", bytes[0]);
    }

    #[test]
    fn a_message_becomes_what_it_was_made_of_from_either_form() {
        let expected = filled().contents();
        for form in ["bytes", "json"] {
            let home = filled();
            let was = BYTES.replace("bytes", form);
            let decode = line!("decode", "\"from\":\"FROM\",\"was\":WAS,\"is\":IS");
            let decode = decode.replace("FROM", form).replace("WAS", &was).replace(":IS,", &format!(":{BYTES},"));
            let steps = vec![("encode", ENCODE.to_owned()), ("decode", format!("{EMPTIED}{decode}"))];
            let drop =
                "ALTER TABLE \"notes\" DROP COLUMN \"bytes\"; ALTER TABLE \"notes\" DROP COLUMN \"json\";".to_owned();
            upgrades(&home, program([steps, vec![("drop", drop)]].concat(), ""));
            let found = home.contents();
            for (table, rows) in expected.iter().filter(|(table, _)| table.starts_with("notes")) {
                assert_eq!(found[table], *rows, "{table} from {form}");
            }
        }
    }

    #[test]
    fn a_group_of_proto2_is_written_with_its_tags_and_read() {
        let inner = r#""name": "inner", "kind": {"message": "t.Inner"}, "label": "optional""#;
        let groups: &str = SNAPSHOT.replacen(inner, &format!("{inner}, \"group\": true"), 1).leak();
        assert_ne!(groups, SNAPSHOT);
        let with_groups = |program: &'static Schema| -> &'static Schema {
            let mut migrations: Vec<Migration> = Vec::new();
            for of in program.migrations {
                let versions = (of.reader, of.writer);
                migrations.push(Migration { snapshot: groups, ..step(of.version, of.slug, of.text, versions) });
            }
            Box::leak(Box::new(schema(migrations.leak(), program.whole)))
        };
        let expected = filled().contents();
        let home = Home::new();
        home.close(with_groups(program(Vec::new(), "")));
        home.by_hand(FILLED);
        let decode = line!("decode", "\"from\":\"bytes\",\"was\":IS,\"is\":IS").replace("IS", BYTES);
        let encode = ("encode", ENCODE.to_owned());
        upgrades(&home, with_groups(program(vec![encode.clone()], ADDED)));
        let bytes = strings(&connect(&home.path()), "SELECT hex(bytes) FROM notes WHERE id = 'full'");
        // The tag that begins field 4, its flag, and the tag that ends it.
        assert!(bytes[0].contains("23080124"), "{bytes:?}");
        let drop =
            "ALTER TABLE \"notes\" DROP COLUMN \"bytes\"; ALTER TABLE \"notes\" DROP COLUMN \"json\";".to_owned();
        let steps = vec![encode, ("decode", format!("{EMPTIED}{decode}")), ("drop", drop)];
        upgrades(&home, with_groups(program(steps, "")));
        let found = home.contents();
        for (table, rows) in expected.iter().filter(|(table, _)| table.starts_with("notes")) {
            assert_eq!(found[table], *rows, "{table}");
        }
    }

    #[test]
    fn either_form_becomes_the_other() {
        let home = filled();
        let added = format!("{ADDED}, \"json_of_bytes\" TEXT, \"bytes_of_json\" BLOB");
        upgrades(&home, program(vec![("encode", ENCODE.to_owned()), ("reform", BACK.to_owned())], &added));
        let differing = "SELECT id FROM notes WHERE json IS NOT json_of_bytes OR bytes IS NOT bytes_of_json";
        assert_eq!(strings(&connect(&home.path()), differing), [""; 0]);
    }

    #[test]
    fn a_message_whose_fields_change_is_written_anew_or_the_row_is_named() {
        let newer = SNAPSHOT
            .replace(r#""kind": "sint64""#, r#""kind": "fixed32""#)
            .replace(r#""name": "title""#, r#""name": "caption""#)
            .replace(
                r#""kind": "int32", "label": "repeated", "packed": true"#,
                r#""kind": "double", "label": "repeated""#,
            );
        assert_ne!(newer, SNAPSHOT);
        let reform = concat!(
            "ALTER TABLE \"notes\" ADD COLUMN \"newer\" TEXT;\n",
            r#"-- protostore: {"reform":{"table":"notes","key":["id"],"from":"json","to":"newer","was":{"form":"json","message":"t.Note"},"is":{"form":"json","message":"t.Note"}}}"#,
            "\n",
        );
        let added = format!("{ADDED}, \"newer\" TEXT");
        let program = program(vec![("encode", ENCODE.to_owned()), ("newer", reform.to_owned())], &added);
        let mut migrations: Vec<Migration> = Vec::new();
        for of in program.migrations {
            let snapshot = if of.version == 3 { &*newer.clone().leak() } else { of.snapshot };
            migrations.push(Migration { snapshot, ..step(of.version, of.slug, of.text, (of.reader, of.writer)) });
        }
        let program: &'static Schema = Box::leak(Box::new(schema(migrations.leak(), program.whole)));
        let home = filled();
        let refused = home.refused(program, &["version 3 newer", "the row full of notes", "sizeMb: -5 does not fit"]);
        assert!(refused.to_string().contains("nothing of it was changed"));
        home.by_hand("UPDATE notes SET note__size_mb = 5 WHERE id = 'full'");
        upgrades(&home, program);
        let json = strings(&connect(&home.path()), "SELECT newer FROM notes WHERE id = 'full'");
        assert!(json[0].starts_with(r#"{"caption":"title","sizeMb":5,"colour":"RED""#), "{json:?}");
        assert!(json[0].contains(r#""numbers":[-1,0,300]"#), "{json:?}");
    }

    #[test]
    fn json_is_read_under_every_name_that_a_number_had_whatever_its_message_is_called() {
        let store = r#"{"proto": "test.v1.Store", "fields": [
            {"number": 1, "name": "notes", "kind": {"message": "t.Note"}, "label": "repeated"}]},"#;
        let first = SNAPSHOT.replacen(r#""messages": ["#, &format!(r#""messages": [{store}"#), 1);
        let then = first
            .replace("t.Note", "t.Memo")
            .replace("t.Inner", "u.Part")
            .replace("t.Colour", "u.Paint")
            .replace(r#""name": "title""#, r#""name": "caption""#)
            .replace(r#""name": "flag""#, r#""name": "mark""#)
            .replace(r#"["RED", 1]"#, r#"["CRIMSON", 1]"#);
        let reform = concat!(
            "ALTER TABLE \"notes\" ADD COLUMN \"newer\" TEXT;\n",
            r#"-- protostore: {"reform":{"table":"notes","key":["id"],"from":"json","to":"newer","was":{"form":"json","message":"t.Memo"},"is":{"form":"json","message":"t.Memo"}}}"#,
            "\n",
        );
        let steps = [("encode", ENCODE), ("rename", "-- Only names."), ("reform", reform)];
        let steps = steps.map(|(slug, text)| (slug, text.to_owned())).to_vec();
        let program = program(steps, &format!("{ADDED}, \"newer\" TEXT"));
        let mut migrations: Vec<Migration> = Vec::new();
        for of in program.migrations {
            let snapshot = if of.version > 2 { &*then.clone().leak() } else { &*first.clone().leak() };
            migrations.push(Migration { snapshot, ..step(of.version, of.slug, of.text, (of.reader, of.writer)) });
        }
        let program: &'static Schema = Box::leak(Box::new(schema(migrations.leak(), program.whole)));
        let home = filled();
        upgrades(&home, program);
        let json = strings(&connect(&home.path()), "SELECT newer FROM notes WHERE id = 'full'");
        let expected = r#"{"caption":"title","sizeMb":"-5","colour":"CRIMSON","inner":{"mark":true},"#;
        assert!(json[0].starts_with(expected), "{json:?}");
    }

    #[test]
    fn bytes_that_are_no_message_are_named() {
        let home = filled();
        let steps = || vec![("encode", ENCODE.to_owned())];
        upgrades(&home, program(steps(), ADDED));
        home.by_hand(
            "UPDATE notes SET bytes = x'ff' WHERE id = 'zero'; UPDATE notes SET json = '{\"no\":1}' WHERE id = 'sets'",
        );
        let added = format!("{ADDED}, \"json_of_bytes\" TEXT, \"bytes_of_json\" BLOB");
        let again = program([steps(), vec![("reform", BACK.to_owned())]].concat(), &added);
        home.refused(again, &["the row zero of notes", "no message of their type"]);
        home.by_hand("UPDATE notes SET bytes = x'' WHERE id = 'zero'");
        home.refused(again, &["the row sets of notes", "no JSON of its message"]);
    }
}
