//! CREATE TRIGGER; in PostgreSQL a function in PL/pgSQL and its trigger.

use super::definition::WIDTH;
use super::{Layout, Printer, expr};
use crate::{Dialect, Event, Expr, Name, Statement, Trigger, TriggerStep};

impl<'a> Printer<'a> {
    pub(super) fn trigger(&mut self, trigger: &Trigger<'a>) {
        if self.is_sqlite() { self.sqlite_trigger(trigger) } else { self.postgres_trigger(trigger) }
    }

    fn sqlite_trigger(&mut self, Trigger { name, table, before, when, steps }: &Trigger<'a>) {
        let (event, columns) = event(before);
        let head = |between: &str, on: &str| {
            self.piece(|p| {
                p.push("CREATE TRIGGER ");
                p.quoted(name);
                p.push(event);
                for (at, column) in columns.iter().enumerate() {
                    p.push(if at == 0 { " OF" } else { "," });
                    p.push(between);
                    p.quoted(column);
                }
                p.push(on);
                p.quoted(table);
            })
        };
        let line = head(" ", " ON ");
        self.push(&if line.len() > WIDTH && !columns.is_empty() { head("\n  ", "\nON ") } else { line });
        if let Some(when) = when {
            self.call("\nWHEN ", when, "");
        }
        self.push("\nBEGIN\n");
        for step in steps {
            self.push("  ");
            match step {
                TriggerStep::Refuse { says, when, .. } => self.raise_abort(says, when.as_ref()),
                TriggerStep::Do(statement) => self.indented(statement, 4),
            }
            self.push(";\n");
        }
        self.push("END;\n");
    }

    fn raise_abort(&mut self, says: &Name<'a>, when: Option<&Expr<'a>>) {
        let refuse = self.piece(|p| {
            p.push("SELECT RAISE(ABORT, ");
            p.quote_text(says);
            p.push(")");
        });
        self.push(&refuse);
        if let Some(when) = when {
            let when = self.piece(|p| p.call("WHERE ", when, ""));
            self.push(if refuse.len() + when.len() + 1 < WIDTH { " " } else { "\n    " });
            self.push(&when);
        }
    }

    /// Adds a statement inside a trigger.
    fn indented(&mut self, statement: &Statement<'a>, indent: usize) {
        let mut p = Printer::new(self.dialect);
        p.layout = Some(Layout::default());
        p.statement(statement);
        if let Some(layout) = &p.layout {
            self.push(&layout.lines(&p.out, 0..p.out.len(), indent));
        }
    }

    fn postgres_trigger(&mut self, trigger: &Trigger<'a>) {
        let (event, columns) = event(&trigger.before);
        let body = self.piece(|p| p.body(trigger));
        let mut tag = "$body$".to_owned();
        while body.contains(&tag) {
            tag.insert(1, '_');
        }
        self.push("CREATE FUNCTION ");
        self.quoted(&trigger.name);
        self.push("() RETURNS trigger LANGUAGE plpgsql AS ");
        self.push(&tag);
        self.push(&body);
        self.push(&tag);
        self.push(";\nCREATE TRIGGER ");
        self.quoted(&trigger.name);
        self.push(event);
        // CockroachDB has no columns here.
        if !columns.is_empty() && self.dialect != Dialect::Cockroach {
            self.push(" OF ");
            self.names(columns);
        }
        self.push(" ON ");
        self.quoted(&trigger.table);
        self.push("\n  FOR EACH ROW EXECUTE FUNCTION ");
        self.quoted(&trigger.name);
        self.push("();\n");
    }

    fn body(&mut self, Trigger { name: _, table, before, when, steps }: &Trigger<'a>) {
        let row = match before {
            Event::Update(_) => "  RETURN NEW;\n",
            Event::Delete => "  RETURN OLD;\n",
        };
        self.push("\nBEGIN\n");
        if let Some(when) = when {
            // The condition may query other tables, which PostgreSQL's WHEN may not.
            self.push("  IF NOT ");
            self.expr(when, expr::COMPARE);
            self.push(" THEN\n  ");
            self.push(row);
            self.push("  END IF;\n");
        }
        for step in steps {
            match step {
                TriggerStep::Refuse { says, code, column, when: None } => {
                    self.raise_exception(table, says, code, column.as_ref());
                }
                TriggerStep::Refuse { says, code, column, when: Some(when) } => {
                    self.call("  IF ", when, " THEN\n  ");
                    self.raise_exception(table, says, code, column.as_ref());
                    self.push("  END IF;\n");
                }
                TriggerStep::Do(statement) => {
                    self.push("  ");
                    self.indented(statement, 4);
                    self.push(";\n");
                }
            }
        }
        self.push(row);
        self.push("END\n");
    }

    fn raise_exception(&mut self, table: &str, says: &str, code: &str, column: Option<&Name<'a>>) {
        self.push("  RAISE EXCEPTION USING ERRCODE = ");
        self.quote_text(code);
        self.push(", MESSAGE = ");
        self.quote_text(says);
        self.push(", TABLE = ");
        self.quote_text(table);
        if let Some(column) = column {
            self.push(", COLUMN = ");
            self.quote_text(column);
        }
        self.push(";\n");
    }
}

/// Returns the words of an event, and its columns.
fn event<'e, 'a>(event: &'e Event<'a>) -> (&'static str, &'e [Name<'a>]) {
    match event {
        Event::Update(columns) => (" BEFORE UPDATE", columns),
        Event::Delete => (" BEFORE DELETE", &[]),
    }
}
