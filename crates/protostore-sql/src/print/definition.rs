//! Definitions: what all dialects print alike.

use super::{Layout, Printer};
use crate::{Ddl, Dialect, Expr, Index, IndexPart, View};

/// What a line of a definition may hold, beside its indentation.
pub(super) const WIDTH: usize = 110;

impl Dialect {
    /// Prints definitions; each text is statements with their semicolons and ends with a line break.
    ///
    /// Where a dialect adds foreign keys after all tables, they follow the tables and indexes, and triggers and views come
    /// last.
    #[must_use]
    pub fn print_ddl(self, all: &[Ddl<'_>]) -> Vec<String> {
        let (mut out, mut references, mut last) = (Vec::new(), Vec::new(), Vec::new());
        for ddl in all {
            let mut p = Printer::new(self);
            match ddl {
                Ddl::Table(table) => references.extend(p.table(table)),
                Ddl::Index(index) => p.index(index),
                Ddl::Trigger(trigger) => p.trigger(trigger),
                Ddl::View(view) => p.view(view),
                Ddl::Alter(alter) => references.extend(p.alter(alter)),
                Ddl::Drop(dropped) => p.drop(dropped),
                Ddl::Guard(name) => p.guard(name),
            }
            match ddl {
                Ddl::Trigger(_) | Ddl::View(_) if self != Self::Sqlite => last.push(p.out),
                Ddl::Table(_) | Ddl::Index(_) | Ddl::Trigger(_) | Ddl::View(_) => out.push(p.out),
                Ddl::Alter(_) | Ddl::Drop(_) | Ddl::Guard(_) => out.push(p.out),
            }
        }
        out.into_iter().chain(references).chain(last).collect()
    }
}

impl<'a> Printer<'a> {
    /// Prints a piece of a definition by itself, so that its length is known.
    pub(super) fn piece(&self, print: impl FnOnce(&mut Self)) -> String {
        let mut p = Printer::new(self.dialect);
        print(&mut p);
        p.out
    }

    /// Adds the lines of a comment.
    pub(super) fn comment(&mut self, docs: &[String], indent: &str) {
        for line in docs {
            self.push(indent);
            self.push("-- ");
            self.push(line);
            self.out.truncate(self.out.trim_end().len());
            self.push("\n");
        }
    }

    fn index(&mut self, Index { name, table, unique, columns, of }: &Index<'a>) {
        self.push(if *unique { "CREATE UNIQUE INDEX " } else { "CREATE INDEX " });
        self.quoted(name);
        self.push(" ON ");
        self.quoted(table);
        self.push(" (");
        self.each(columns, |p, IndexPart { column, descending, nullable }| {
            p.quoted(column);
            p.push(if *descending { " DESC" } else { "" });
            // SQLite orders NULL so by itself, and rejects the words in an index.
            if *nullable && !p.is_sqlite() {
                p.nulls(*descending);
            }
        });
        self.push(")");
        if let Some(of) = of {
            self.push("\n  WHERE ");
            self.all(&[of]);
        }
        self.push(";\n");
    }

    fn view(&mut self, View { name, table, columns }: &View<'a>) {
        self.push("CREATE VIEW ");
        self.quoted(name);
        self.push(" AS SELECT\n");
        for (at, (expr, name)) in columns.iter().enumerate() {
            self.push(if at == 0 { "  " } else { ",\n  " });
            self.in_parts(expr);
            if !matches!(expr, Expr::Column(column) if column.name == *name) {
                self.push(" AS ");
                self.quoted(name);
            }
        }
        self.push("\nFROM ");
        self.quoted(table);
        self.push(";\n");
    }

    /// Adds an expression, on several lines where it is long.
    fn in_parts(&mut self, expr: &Expr<'a>) {
        let mut p = Printer::new(self.dialect);
        p.layout = Some(Layout::default());
        p.expr(expr, 0);
        match &p.layout {
            Some(layout) if p.out.len() > super::layout::WIDTH => {
                let parts: Vec<&str> = layout.parts(&p.out).collect();
                self.push(&parts.join("\n    "));
            }
            Some(_) | None => self.push(&p.out),
        }
    }
}
