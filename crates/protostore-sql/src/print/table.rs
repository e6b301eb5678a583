//! CREATE TABLE, and the foreign keys that PostgreSQL adds after all tables.

use super::Printer;
use super::definition::WIDTH;
use crate::{Check, ColumnDef, Expr, ForeignKey, Key, Name, OnDelete, Table};

impl<'a> Printer<'a> {
    /// Adds a table, and returns the statements that add its foreign keys later.
    pub(super) fn table(&mut self, table: &Table<'a>) -> Vec<String> {
        let Table { name, docs, columns, checks, key, foreign_keys, by_key } = table;
        let mut parts: Vec<String> = columns.iter().map(|column| self.column_def(column)).collect();
        parts.extend(checks.iter().filter_map(|check| self.check_of_several(check)));
        parts.push(self.piece(|p| p.primary_key(key)));
        let mut later = Vec::new();
        if self.is_sqlite() {
            parts.extend(foreign_keys.iter().map(|key| self.piece(|p| p.foreign_key("  ", key))));
        } else {
            let all = columns.iter().filter_map(|column| column.reference.as_ref()).chain(foreign_keys);
            later.extend(all.map(|key| self.piece(|p| p.add_foreign_key(name, key))));
        }
        self.comment(docs, "");
        self.push("CREATE TABLE ");
        self.quoted(name);
        self.push(" (\n");
        self.push(&parts.join(",\n"));
        self.push("\n)");
        self.push(match (self.is_sqlite(), by_key) {
            (true, true) => " STRICT, WITHOUT ROWID;\n",
            (true, false) => " STRICT;\n",
            (false, _) => ";\n",
        });
        later
    }

    /// Adds the name of a constraint that SQLite could neither rename nor drop, and therefore is not told.
    fn constraint(&mut self, name: &Name<'a>) {
        if !self.is_sqlite() {
            self.push("CONSTRAINT ");
            self.quoted(name);
            self.push(" ");
        }
    }

    fn primary_key(&mut self, Key { name, columns }: &Key<'a>) {
        self.push("  ");
        self.constraint(name);
        self.push("PRIMARY KEY (");
        self.names(columns);
        self.push(")");
    }

    /// Returns a column and its constraints, clause by clause.
    pub(super) fn column_clauses(&self, column: &ColumnDef<'a>) -> Vec<String> {
        let ColumnDef { name, docs: _, ty, nullable, default, checks, reference } = column;
        let mut clauses = vec![self.piece(|p| {
            p.quoted(name);
            p.push(" ");
            p.push(p.column_type(*ty));
            p.push(if *nullable { "" } else { " NOT NULL" });
            if let Some(default) = default {
                p.push(" DEFAULT ");
                p.lit(default);
            }
        })];
        clauses.extend(checks.iter().filter_map(|check| self.check(check)));
        if let Some(key) = reference.as_ref().filter(|_| self.is_sqlite()) {
            clauses.push(self.piece(|p| p.references(key)));
        }
        clauses
    }

    fn column_def(&self, column: &ColumnDef<'a>) -> String {
        let clauses = self.column_clauses(column);
        let line = clauses.join(" ");
        self.piece(|p| {
            p.comment(column.docs, "  ");
            p.push("  ");
            p.push(&if line.len() <= WIDTH { line } else { clauses.join("\n    ") });
        })
    }

    /// Returns the CHECK of one column, if the dialect's types leave anything of it.
    fn check(&self, check: &Check<'a>) -> Option<String> {
        let all = self.stated(check)?;
        let begin = self.piece(|p| p.check_name(&check.name));
        let condition = self.piece(|p| match all[..] {
            [one] => p.expr(one, 0),
            _ => p.all(&all),
        });
        let line = format!("{begin}{condition})");
        Some(if line.len() <= WIDTH { line } else { format!("{begin}\n      {condition}\n    )") })
    }

    /// Returns the CHECK of several columns, a line for each condition.
    fn check_of_several(&self, check: &Check<'a>) -> Option<String> {
        let all = self.stated(check)?;
        Some(self.piece(|p| {
            p.push("  ");
            p.check_name(&check.name);
            for (at, condition) in all.into_iter().enumerate() {
                p.push(if at == 0 { "\n    " } else { "\n    AND " });
                p.all(&[condition]);
            }
            p.push("\n  )");
        }))
    }

    pub(super) fn check_name(&mut self, name: &str) {
        self.push("CONSTRAINT ");
        self.quoted(name);
        self.push(" CHECK (");
    }

    /// Returns the conditions that the dialect's types do not imply; none if they imply all.
    pub(super) fn stated<'c>(&self, check: &'c Check<'a>) -> Option<Vec<&'c Expr<'a>>> {
        let all: Vec<_> = check.all.iter().filter(|condition| self.is_sqlite() || !is_implied(condition)).collect();
        (!all.is_empty()).then_some(all)
    }

    fn references(&mut self, ForeignKey { table, key, on_delete, .. }: &ForeignKey<'a>) {
        self.push("REFERENCES ");
        self.quoted(table);
        self.push(" (");
        self.names(key);
        self.push(")");
        self.push(match on_delete {
            // NO ACTION, and not RESTRICT, whose outcome depends on the order in which tables were created.
            OnDelete::NoAction => "",
            OnDelete::Cascade => " ON DELETE CASCADE",
            OnDelete::SetNull => " ON DELETE SET NULL",
        });
    }

    fn foreign_key(&mut self, before: &str, key: &ForeignKey<'a>) {
        self.push(before);
        self.constraint(&key.name);
        self.push("FOREIGN KEY (");
        self.names(&key.columns);
        self.push(") ");
        self.references(key);
    }

    pub(super) fn add_foreign_key(&mut self, table: &str, key: &ForeignKey<'a>) {
        self.push("ALTER TABLE ");
        self.quoted(table);
        self.foreign_key(" ADD ", key);
        self.push(";\n");
    }
}

/// Returns whether types imply a condition.
fn is_implied(expr: &Expr<'_>) -> bool {
    match expr {
        Expr::ByType(_) => true,
        Expr::All(parts) => parts.iter().all(is_implied),
        Expr::Any(parts) => parts.iter().any(is_implied),
        _ => false,
    }
}
