//! ALTER and DROP, and the table that guards write to.

use super::Printer;
use super::definition::WIDTH;
use super::expr::ALL;
use crate::{Alter, Alteration, Check, Dropped};

impl<'a> Printer<'a> {
    /// Adds an ALTER, and returns the statements that add its foreign keys.
    pub(super) fn alter(&mut self, Alter { table, by }: &Alter<'a>) -> Vec<String> {
        if let Alteration::AddCheck(check) = by {
            self.add_check(table, check);
            return Vec::new();
        }
        let mut later = Vec::new();
        self.alter_table(table);
        match by {
            Alteration::RenameTo(name) => {
                self.push("RENAME TO ");
                self.quoted(name);
            }
            Alteration::RenameColumn(from, to) => {
                self.push("RENAME COLUMN ");
                self.quoted(from);
                self.push(" TO ");
                self.quoted(to);
            }
            Alteration::AddColumn(column) => {
                let clauses = self.column_clauses(column);
                self.push("ADD COLUMN ");
                let length = self.out.len() + clauses.iter().map(|clause| clause.len() + 1).sum::<usize>();
                self.push(&clauses.join(if length > WIDTH { "\n  " } else { " " }));
                let key = column.reference.as_ref().filter(|_| !self.is_sqlite());
                later.extend(key.map(|key| self.piece(|p| p.add_foreign_key(table, key))));
            }
            Alteration::DropColumn(name) => {
                self.push("DROP COLUMN ");
                self.quoted(name);
            }
            Alteration::SetNotNull(name) | Alteration::DropNotNull(name) => {
                self.push("ALTER COLUMN ");
                self.quoted(name);
                let is_set = matches!(by, Alteration::SetNotNull(_));
                self.push(if is_set { " SET NOT NULL" } else { " DROP NOT NULL" });
            }
            Alteration::AddCheck(_) => {}
            Alteration::DropCheck(name) => {
                self.push("DROP CONSTRAINT ");
                self.quoted(name);
            }
        }
        self.push(";\n");
        later
    }

    fn alter_table(&mut self, table: &str) {
        self.push("ALTER TABLE ");
        self.quoted(table);
        self.push(" ");
    }

    fn add_check(&mut self, table: &str, check: &Check<'a>) {
        let Some(all) = self.stated(check) else { return };
        self.alter_table(table);
        self.push("ADD ");
        self.check_name(&check.name);
        let one = |p: &mut Self, condition| p.expr(condition, if all.len() == 1 { 0 } else { ALL });
        let line = self.piece(|p| if all.len() == 1 { p.expr(all[0], 0) } else { p.all(&all) });
        if self.out.len() + line.len() + 2 <= WIDTH {
            self.push(&line);
        } else {
            for (at, condition) in all.iter().copied().enumerate() {
                self.push(if at == 0 { "\n  " } else { "\n  AND " });
                one(self, condition);
            }
            self.push("\n");
        }
        self.push(");\n");
    }

    pub(super) fn drop(&mut self, dropped: &Dropped<'a>) {
        let (word, name) = match dropped {
            Dropped::Table(name) => ("DROP TABLE ", name),
            Dropped::Index(name) => ("DROP INDEX ", name),
            Dropped::Trigger(name, _) => ("DROP TRIGGER ", name),
            Dropped::View(name) => ("DROP VIEW ", name),
        };
        self.push(word);
        self.quoted(name);
        if let (Dropped::Trigger(name, table), false) = (dropped, self.is_sqlite()) {
            self.push(" ON ");
            self.quoted(table);
            self.push(";\nDROP FUNCTION ");
            self.quoted(name);
            self.push("()");
        }
        self.push(";\n");
    }

    pub(super) fn guard(&mut self, name: &str) {
        let text = if self.is_sqlite() { "TEXT" } else { "TEXT COLLATE \"C\"" };
        let count = if self.is_sqlite() { "INTEGER" } else { "INT8" };
        self.push("CREATE TABLE ");
        self.quoted(name);
        for (part, ty) in [(" (\"says\" ", text), (" NOT NULL, \"found\" ", count), (" NOT NULL, \"first\" ", text)] {
            self.push(part);
            self.push(ty);
        }
        let refuse = [name, "__refuse"].concat();
        if self.is_sqlite() {
            self.push(") STRICT;\nCREATE TRIGGER ");
            self.quoted(&refuse);
            self.push(" BEFORE INSERT ON ");
            self.quoted(name);
            self.push(" WHEN NEW.\"found\" > 0\nBEGIN\n  SELECT RAISE(ABORT, ");
            self.push("format('%s: %d rows, the first is %s', NEW.\"says\", NEW.\"found\", NEW.\"first\"));\nEND;\n");
            return;
        }
        self.push(");\nCREATE FUNCTION ");
        self.quoted(&refuse);
        self.push("() RETURNS trigger LANGUAGE plpgsql AS $body$\nBEGIN\n  IF NEW.\"found\" > 0 THEN\n");
        self.push("    RAISE EXCEPTION '%: % rows, the first is %', NEW.\"says\", NEW.\"found\", NEW.\"first\";\n");
        self.push("  END IF;\n  RETURN NEW;\nEND\n$body$;\nCREATE TRIGGER ");
        self.quoted(&refuse);
        self.push(" BEFORE INSERT ON ");
        self.quoted(name);
        self.push("\n  FOR EACH ROW EXECUTE FUNCTION ");
        self.quoted(&refuse);
        self.push("();\n");
    }
}
