//! What the dialects spell differently, and what is one text for all.

mod common;

use common::{both, c};
use protostore_sql::{
    Alter, Alteration, Check, Clock, ColumnDef, Conflict, Ddl, Delete, Dialect, Dropped, Event, Expr, ForeignKey,
    Insert, Key, Limit, Lit, Op, Order, Param, ParamRole, Recode, Repeated, Rows, Select, Source, Table, Trigger,
    TriggerStep, Ty, View, What,
};

fn nth(field: &str, n: u32) -> Expr<'_> {
    Expr::param(field, ParamRole::Nth(n))
}

#[test]
fn an_upsert_meets_a_partial_unique_index_in_both() {
    let set = |name: &'static str| (name.into(), Expr::Excluded(name.into()));
    let [sqlite, postgres] = both(Insert {
        table: "facts".into(),
        columns: ["id", "key"].map(Into::into).into(),
        rows: Rows::Values(["id", "key"].map(Expr::value).into()),
        conflict: Some(Conflict::Update {
            columns: vec!["key".into()],
            of: vec![c("delete_time").is_null()],
            set: vec![set("id")],
        }),
    });
    assert_eq!(sqlite, postgres);
    let conflict = r#"ON CONFLICT ("key") WHERE "delete_time" IS NULL DO UPDATE SET "id" = excluded."id""#;
    assert_eq!(sqlite, format!(r#"INSERT INTO "facts" ("id", "key") VALUES ($1, $2) {conflict}"#));
}

#[test]
fn a_filter_an_order_and_a_cursor() {
    let inside = Select::of("cells__tags", "c", [Expr::int(1)])
        .rows([Expr::of("c", "_name").equals(Expr::of("t", "name")), Expr::of("c", "value").equals(nth("tags", 0))]);
    let filter = Expr::Any(vec![
        Expr::NotTrue(Box::new(inside.exists())),
        Expr::All(vec![
            Expr::of("t", "parent").coalesce(Expr::text("")).compare(Op::Differs, nth("parent", 1)),
            Expr::of("t", "depth").compare(Op::AtMost, nth("depth", 2)),
        ]),
    ]);
    let time = Order { by: Expr::of("t", "create_time"), descending: true, nullable: true };
    let [sqlite, postgres] = both(
        Select::of("cells", "t", [Expr::of("t", "name")])
            .rows([filter])
            .order([time, Order::by(Expr::of("t", "name"))])
            .limit(Limit::Page),
    );
    let rows = r#"((EXISTS (SELECT 1 FROM "cells__tags" c WHERE c."_name" = t."name" AND c."value" = $1)) IS NOT TRUE OR (coalesce(t."parent", '') DIFFERS $2 AND t."depth" <= $3))"#;
    let common = format!(
        r#"SELECT t."name" FROM "cells" t WHERE {rows} ORDER BY t."create_time" DESC NULLS LAST, t."name" LIMIT $4"#
    );
    assert_eq!(sqlite, common.replace("DIFFERS", "IS NOT"));
    assert_eq!(postgres, common.replace("DIFFERS", "IS DISTINCT FROM"));
}

#[test]
fn a_list_of_keys() {
    let key = |part, ty| Expr::Key { of: Some("o"), part, ty };
    let keys = Source::Keys(Some("o"), Param { field: "".into(), role: ParamRole::Keys, ty: None });
    let what = vec![Expr::KeyPlace { of: "o" }, key(None, Ty::Text), key(Some(0), Ty::Int8), key(Some(1), Ty::Bytes)];
    let [sqlite, postgres] = both(Select::new(What::Exprs(what), keys));
    assert_eq!(sqlite, "SELECT o.key, o.value, o.value ->> 0, unhex(o.value ->> 1) FROM json_each($1) o");
    assert_eq!(
        postgres,
        "SELECT o.n - 1, (o.v #>> '{}'), (o.v ->> 0)::INT8, decode(o.v ->> 1, 'hex') \
         FROM jsonb_array_elements($1::text::jsonb) WITH ORDINALITY o(v, n)"
    );
}

#[test]
fn constants() {
    let lits = [Lit::Bool(true), Lit::Int(i64::MIN), Lit::Real("9e999".into()), Lit::Bytes([0, 255].as_slice().into())];
    let print = |dialect: Dialect| lits.clone().map(|lit| dialect.print_expr(&Expr::Lit(lit)));
    assert_eq!(print(Dialect::Sqlite), ["1", "-9223372036854775808", "9e999", "x'00FF'"]);
    let min = "CAST('-9223372036854775808' AS INT8)";
    assert_eq!(print(Dialect::Postgres), ["TRUE", min, "'Infinity'", "'\\x00FF'::bytea"]);
}

#[test]
fn parentheses_are_where_one_binds_less() {
    let print = |expr: &Expr<'_>| Dialect::Sqlite.print_expr(expr);
    let both = || Expr::All(vec![c("a"), c("b")]);
    assert_eq!(print(&Expr::Any(vec![both(), c("d")])), r#"("a" AND "b") OR "d""#);
    assert_eq!(print(&both().not()), r#"NOT ("a" AND "b")"#);
    assert_eq!(print(&c("a").not_null().equals(c("b"))), r#"("a" IS NOT NULL) = "b""#);
    assert_eq!(print(&Expr::Plus(Box::new(c("a").coalesce(Expr::int(-1))), 1)), r#"coalesce("a", -1) + 1"#);
    assert_eq!(print(&Expr::Any(vec![Expr::All(vec![c("a")])])), r#""a""#);
    assert_eq!(print(&Expr::All(vec![Expr::Any(vec![]), Expr::All(vec![])])), "FALSE AND TRUE");
}

#[test]
fn a_list_of_no_values_holds_nowhere() {
    let [sqlite, postgres] = both(Delete { table: "t".into(), rows: vec![Expr::In(Box::new(c("a")), vec![])] });
    assert_eq!(sqlite, r#"DELETE FROM "t" WHERE FALSE"#);
    assert_eq!(sqlite, postgres);
}

#[test]
fn conditions_that_mean_the_same_are_equal_under_other_names() {
    let old = Expr::All(vec![Expr::Any(vec![c("set"), c("a").is_null()]), c("b").not_null().equals(c("set"))]);
    let new =
        Expr::All(vec![c("renamed").not_null().equals(c("is_set")), Expr::Any(vec![c("a").is_null(), c("is_set")])]);
    assert_ne!(old, new);
    assert_eq!(old.clone().canonical("t", &identity), new.clone().canonical("t", &identity));
    let other = Expr::All(vec![old, c("b").equals(Expr::int(1))]);
    assert_ne!(other.canonical("t", &identity), new.canonical("t", &identity));
}

fn identity(table: &str, column: Option<&str>) -> String {
    let column = match column {
        Some("set" | "is_set") => "/1 presence",
        Some("b" | "renamed") => "/2",
        Some(other) => other,
        None => "",
    };
    format!("{}{column}", if table == "new" { "t" } else { table })
}

/// A column in a table of a subselect is that table's, and a trigger's words and name say nothing that is not said anyhow.
#[test]
fn definitions_that_mean_the_same_are_equal_under_other_names() {
    let view = |table: &'static str, b: &'static str| {
        let inner = Select::of("u", "x", [Expr::of("x", "b")]).rows([Expr::column("b").is_null()]);
        let columns = vec![(c(b), b.into()), (Expr::Value(Box::new(inner)), "n".into())];
        Ddl::View(View { name: format!("{table}_readable").into(), table: table.into(), columns })
    };
    assert_eq!(view("t", "b").canonical(&identity), view("new", "renamed").canonical(&identity));
    assert_ne!(view("t", "b").canonical(&identity), view("t", "c").canonical(&identity));
    let text = Dialect::Sqlite.print_ddl(&[view("new", "renamed").canonical(&identity)]).concat();
    assert!(text.contains("SELECT x.\"u/2\" FROM \"u\" x WHERE \"u/2\" IS NULL"), "{text}");
    let trigger = |name: &'static str, table: &'static str, column: &'static str| {
        let when = Expr::new(column).compare(Op::Differs, Expr::old(column));
        let says = format!("{table}.{column} is immutable").into();
        Ddl::Trigger(Trigger {
            name: name.into(),
            table: table.into(),
            before: Event::Update(vec![column.into()]),
            when: None,
            steps: vec![TriggerStep::Refuse { says, code: "PS001", column: Some(column.into()), when: Some(when) }],
        })
    };
    assert_eq!(trigger("one", "t", "b").canonical(&identity), trigger("two", "new", "renamed").canonical(&identity));
    assert_ne!(trigger("one", "t", "b").canonical(&identity), trigger("one", "t", "c").canonical(&identity));
}

#[test]
fn a_condition_that_a_type_implies_is_no_check_elsewhere() {
    let range = || Expr::Between(Box::new(c("n")), Lit::Int(0), Lit::Int(9)).by_type();
    let print = |dialect: Dialect, all| {
        let column = ColumnDef {
            name: "n".into(),
            docs: &[],
            ty: Ty::Int4,
            nullable: true,
            default: None,
            checks: vec![Check { name: "n__check".into(), all }],
            reference: None,
        };
        let table = Table {
            name: "t".into(),
            docs: &[],
            columns: vec![column],
            checks: Vec::new(),
            key: Key { name: "t__key".into(), columns: vec!["n".into()] },
            foreign_keys: Vec::new(),
            by_key: false,
        };
        dialect.print_ddl(&[Ddl::Table(table)]).concat()
    };
    let only = || vec![Expr::Any(vec![c("n").is_null(), range()])];
    assert!(print(Dialect::Sqlite, only()).contains(r#"CHECK ("n" IS NULL OR "n" BETWEEN 0 AND 9)"#));
    assert!(!print(Dialect::Postgres, only()).contains("CHECK"));
    let more = || Expr::All(vec![range(), c("n").compare(Op::NotEqual, Expr::int(0))]);
    let nullable = print(Dialect::Postgres, vec![Expr::Any(vec![c("n").is_null(), more()])]);
    assert!(nullable.contains(r#"CHECK ("n" IS NULL OR ("n" <> 0))"#), "{nullable}");
    assert!(print(Dialect::Postgres, vec![range(), more()]).contains(r#"CHECK ("n" <> 0)"#));
    assert!(print(Dialect::Postgres, only()).contains(r#"CONSTRAINT "t__key" PRIMARY KEY ("n")"#));
}

#[test]
fn a_trigger_is_a_function_in_postgresql() {
    let refuse = TriggerStep::Refuse {
        says: "cells.parent is immutable".into(),
        code: "PS001",
        column: Some("parent".into()),
        when: Some(Expr::new("parent").compare(Op::Differs, Expr::old("parent"))),
    };
    let trigger = [Ddl::Trigger(Trigger {
        name: "cells__immutable".into(),
        table: "cells".into(),
        before: Event::Update(vec!["parent".into()]),
        when: None,
        steps: vec![refuse],
    })];
    assert_eq!(
        Dialect::Sqlite.print_ddl(&trigger).concat(),
        r#"CREATE TRIGGER "cells__immutable" BEFORE UPDATE OF "parent" ON "cells"
BEGIN
  SELECT RAISE(ABORT, 'cells.parent is immutable') WHERE NEW."parent" IS NOT OLD."parent";
END;
"#
    );
    assert_eq!(
        Dialect::Postgres.print_ddl(&trigger).concat(),
        r#"CREATE FUNCTION "cells__immutable"() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF NEW."parent" IS DISTINCT FROM OLD."parent" THEN
    RAISE EXCEPTION USING ERRCODE = 'PS001', MESSAGE = 'cells.parent is immutable', TABLE = 'cells', COLUMN = 'parent';
  END IF;
  RETURN NEW;
END
$body$;
CREATE TRIGGER "cells__immutable" BEFORE UPDATE OF "parent" ON "cells"
  FOR EACH ROW EXECUTE FUNCTION "cells__immutable"();
"#
    );
}

#[test]
fn a_table_changes_by_the_same_words() {
    let print = |dialect: Dialect, by: Alteration<'static>| {
        dialect.print_ddl(&[Ddl::Alter(Alter { table: "t".into(), by })]).concat()
    };
    let reference = || ForeignKey {
        name: "t__c__fk".into(),
        columns: vec!["c".into()],
        table: "u".into(),
        key: vec!["id".into()],
        on_delete: protostore_sql::OnDelete::Cascade,
    };
    let column = || ColumnDef {
        name: "c".into(),
        docs: &[],
        ty: Ty::Bool,
        nullable: false,
        default: Some(Lit::Bool(false)),
        checks: vec![Check {
            name: "c__check".into(),
            all: vec![Expr::In(Box::new(c("c")), vec![Expr::int(0)]).by_type()],
        }],
        reference: Some(reference()),
    };
    let both = |by: Alteration<'static>| [print(Dialect::Sqlite, by.clone()), print(Dialect::Postgres, by)];
    let same = |by, text: &str| assert_eq!(both(by), [text, text]);
    same(Alteration::RenameTo("a\"b".into()), "ALTER TABLE \"t\" RENAME TO \"a\"\"b\";\n");
    same(Alteration::RenameColumn("a".into(), "b".into()), "ALTER TABLE \"t\" RENAME COLUMN \"a\" TO \"b\";\n");
    same(Alteration::DropColumn("a".into()), "ALTER TABLE \"t\" DROP COLUMN \"a\";\n");
    same(Alteration::SetNotNull("a".into()), "ALTER TABLE \"t\" ALTER COLUMN \"a\" SET NOT NULL;\n");
    same(Alteration::DropNotNull("a".into()), "ALTER TABLE \"t\" ALTER COLUMN \"a\" DROP NOT NULL;\n");
    same(Alteration::DropCheck("a".into()), "ALTER TABLE \"t\" DROP CONSTRAINT \"a\";\n");
    let [sqlite, postgres] = both(Alteration::AddColumn(column()));
    assert_eq!(
        sqlite,
        "ALTER TABLE \"t\" ADD COLUMN \"c\" INTEGER NOT NULL DEFAULT 0\n  \
         CONSTRAINT \"c__check\" CHECK (\"c\" IN (0))\n  REFERENCES \"u\" (\"id\") ON DELETE CASCADE;\n"
    );
    assert_eq!(
        postgres,
        "ALTER TABLE \"t\" ADD COLUMN \"c\" BOOL NOT NULL DEFAULT FALSE;\nALTER TABLE \"t\" ADD CONSTRAINT \"t__c__fk\" \
         FOREIGN KEY (\"c\") REFERENCES \"u\" (\"id\") ON DELETE CASCADE;\n"
    );
    let check = |all| Alteration::AddCheck(Check { name: "k".into(), all });
    same(
        check(vec![c("a"), c("b").is_null()]),
        "ALTER TABLE \"t\" ADD CONSTRAINT \"k\" CHECK (\"a\" AND \"b\" IS NULL);\n",
    );
    assert_eq!(print(Dialect::Postgres, check(vec![c("a").by_type()])), "", "a type implies it");
}

#[test]
fn things_are_dropped_by_name() {
    let print = |dialect: Dialect, of: Dropped<'static>| dialect.print_ddl(&[Ddl::Drop(of)]).concat();
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        assert_eq!(print(dialect, Dropped::Table("a".into())), "DROP TABLE \"a\";\n");
        assert_eq!(print(dialect, Dropped::Index("a".into())), "DROP INDEX \"a\";\n");
        assert_eq!(print(dialect, Dropped::View("a".into())), "DROP VIEW \"a\";\n");
    }
    let trigger = || Dropped::Trigger("a".into(), "t".into());
    assert_eq!(print(Dialect::Sqlite, trigger()), "DROP TRIGGER \"a\";\n");
    assert_eq!(print(Dialect::Postgres, trigger()), "DROP TRIGGER \"a\" ON \"t\";\nDROP FUNCTION \"a\"();\n");
}

#[test]
fn what_a_migration_says_of_values_and_rows() {
    let both = |e: Expr<'static>| [Dialect::Sqlite.print_expr(&e), Dialect::Postgres.print_expr(&e)];
    let a = || Box::new(c("a"));
    let same = |e, text: &str| assert_eq!(both(e), [text, text]);
    same(Expr::NullIf(a(), Box::new(Expr::int(0))), "nullif(\"a\", 0)");
    same(Expr::Min(a()).is_null(), "min(\"a\") IS NULL");
    same(Expr::Sum(vec![c("a"), Expr::Plus(a(), 1)]).equals(Expr::Null), "\"a\" + (\"a\" + 1) = NULL");
    same(Expr::Recoded(Recode::Scaled { up: 1000, down: 1 }, a()), "\"a\" * 1000");
    let there = Expr::Recoded(Recode::Scaled { up: 1, down: 7 }, a());
    same(Expr::Recoded(Recode::Scaled { up: 7, down: 1 }, Box::new(there)), "(\"a\" / 7) * 7");
    same(Expr::Written("1 -- no end".into()), "(1 -- no end)");
    let by = vec![c("k")];
    same(
        Expr::RowNumber { within: vec![c("a")], by: by.clone() },
        "row_number() OVER (PARTITION BY \"a\" ORDER BY \"k\")",
    );
    same(Expr::RowNumber { within: vec![], by }, "row_number() OVER (ORDER BY \"k\")");
    same(
        Expr::Repeated(Box::new(Repeated {
            of: vec![c("a"), c("b")],
            table: "t".into(),
            rows: vec![c("a").not_null()],
        })),
        "(\"a\", \"b\") IN (SELECT \"a\", \"b\" FROM \"t\" WHERE \"a\" IS NOT NULL GROUP BY \"a\", \"b\" HAVING count(*) > 1)",
    );
    assert_eq!(both(Expr::Listed(vec![c("a"), c("b")])), ["\"a\" || ', ' || \"b\"", "concat_ws(', ', \"a\", \"b\")"]);
    assert_eq!(both(Expr::Recoded(Recode::Utf8, a())), ["CAST(\"a\" AS BLOB)", "convert_to(\"a\", 'UTF8')"]);
    assert_eq!(both(Expr::Now(Clock::Seconds)), ["unixepoch()", "CAST(floor(extract(epoch FROM now())) AS INT8)"]);
    assert_eq!(both(Expr::IsSingle(a()))[1], "(CAST(CAST(\"a\" AS FLOAT4) AS FLOAT8) = \"a\")");
}

/// Filters build these trees at run time; a node that only migrations have must not make all others larger.
#[test]
fn an_expression_has_72_bytes() {
    assert_eq!(size_of::<Expr<'_>>(), 72);
}
