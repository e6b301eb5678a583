//! What a migration says of values and rows.

use super::Printer;
use super::expr::{COMPARE, PLUS, SIGN};
use crate::{Clock, Expr, Recode, Repeated, Ty};

impl<'a> Printer<'a> {
    /// Adds values as one text.
    pub(super) fn as_text(&mut self, of: &[Expr<'a>]) {
        if self.is_sqlite() {
            for (at, part) in of.iter().enumerate() {
                self.push(if at == 0 { "" } else { " || ', ' || " });
                self.expr(part, SIGN);
            }
        } else {
            self.push("concat_ws(', '");
            of.iter().for_each(|part| self.call(", ", part, ""));
            self.push(")");
        }
    }

    pub(super) fn sum(&mut self, of: &[Expr<'a>]) {
        for (at, part) in of.iter().enumerate() {
            self.push(if at == 0 { "" } else { " + " });
            self.expr(part, SIGN);
        }
    }

    pub(super) fn row_number(&mut self, within: &[Expr<'a>], by: &[Expr<'a>]) {
        self.push("row_number() OVER (");
        for (words, all) in [("PARTITION BY ", within), ("ORDER BY ", by)] {
            if !all.is_empty() {
                self.push(if words.starts_with('O') && !within.is_empty() { " " } else { "" });
                self.push(words);
                self.each(all, |p, part| p.expr(part, COMPARE));
            }
        }
        self.push(")");
    }

    pub(super) fn repeated(&mut self, Repeated { of, table, rows }: &Repeated<'a>) {
        self.expr(&Expr::tuple(of.to_vec()), PLUS);
        self.push(" IN (");
        self.depth = self.depth.saturating_add(1);
        self.push("SELECT ");
        self.each(of, |p, part| p.expr(part, 0));
        self.clause("FROM");
        self.quoted(table);
        if !rows.is_empty() {
            self.clause("WHERE");
            self.all(rows);
        }
        self.clause("GROUP BY");
        self.each(of, |p, part| p.expr(part, COMPARE));
        self.depth = self.depth.saturating_sub(1);
        self.push(" HAVING count(*) > 1)");
    }

    /// Adds the present time. SQLite's is of milliseconds.
    pub(super) fn now(&mut self, clock: Clock) {
        let sqlite = match clock {
            Clock::Seconds => "unixepoch()",
            Clock::Millis => "CAST(round(unixepoch('subsec') * 1000) AS INTEGER)",
            Clock::Micros | Clock::Instant => "(CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000)",
            Clock::Nanos => "(CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000000)",
            Clock::Rfc3339 => "strftime('%Y-%m-%dT%H:%M:%f000000Z')",
        };
        let postgres = match clock {
            Clock::Seconds => "CAST(floor(extract(epoch FROM now())) AS INT8)",
            Clock::Millis => "CAST(floor(extract(epoch FROM now()) * 1000) AS INT8)",
            Clock::Micros => "CAST(extract(epoch FROM now()) * 1000000 AS INT8)",
            Clock::Instant => "now()",
            Clock::Nanos => "CAST(extract(epoch FROM now()) * 1000000000 AS INT8)",
            Clock::Rfc3339 => "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"000Z\"')",
        };
        self.push(if self.is_sqlite() { sqlite } else { postgres });
    }

    pub(super) fn recoded(&mut self, recode: Recode, of: &Expr<'a>) {
        match recode {
            Recode::Scaled { up, down } => {
                self.expr(of, SIGN);
                for (sign, by) in [(" * ", up), (" / ", down)] {
                    if by != 1 {
                        self.push(sign);
                        self.push(&by.to_string());
                    }
                }
            }
            Recode::Utf8 if self.is_sqlite() => {
                self.call("CAST(", of, " AS ");
                self.push(self.cast_type(Ty::Bytes));
                self.push(")");
            }
            Recode::Utf8 => self.call("convert_to(", of, ", 'UTF8')"),
            Recode::ToRfc3339 { per_second } => {
                let c = self.piece(|p| p.atom(of));
                self.push(&if self.is_sqlite() { to_rfc3339(&c, per_second) } else { to_char(&c, per_second) });
            }
            Recode::FromRfc3339 { per_second } => {
                let c = self.piece(|p| p.atom(of));
                let (seconds, digits) = match self.is_sqlite() {
                    true => {
                        (format!("CAST(strftime('%s', substr({c}, 1, 19)) AS INTEGER)"), format!("substr({c}, 21, 9)"))
                    }
                    false => (
                        format!("CAST(extract(epoch FROM CAST(substr({c}, 1, 19) || 'Z' AS TIMESTAMPTZ)) AS INT8)"),
                        format!("substr({c}, 21, 9)"),
                    ),
                };
                let whole = if self.is_sqlite() { "INTEGER" } else { "INT8" };
                let finer = format!("CAST({digits} AS {whole}) / {}", 1_000_000_000 / per_second);
                // Before 1970 seconds are taken one less, so that the first of the range do not overflow.
                self.push(&format!(
                    "CASE WHEN {c} < '1970' THEN ({seconds} + 1) * {per_second} + ({finer} - {per_second}) \
                     ELSE {seconds} * {per_second} + {finer} END"
                ));
            }
        }
    }

    /// Adds whether a number is one of IEEE 754 with 32 bits. Rounding to 24 bits, as T. J. Dekker does it, changes nothing;
    /// below the least normal number, neither does rounding to a multiple of 2^-149.
    pub(super) fn is_single(&mut self, of: &Expr<'a>) {
        let c = self.piece(|p| p.atom(of));
        self.push(&match self.is_sqlite() {
            true => format!(
                "CASE WHEN abs({c} + 0.0) > 3.4028234663852886e38 THEN abs({c} + 0.0) = 9e999 \
                 WHEN abs({c} + 0.0) < 1.1754943508222875e-38 \
                 THEN ({c} + 9.4663308626521417e-30) - 9.4663308626521417e-30 = {c} \
                 ELSE {c} * 536870913.0 - ({c} * 536870913.0 - {c}) = {c} END"
            ),
            false => format!("(CAST(CAST({c} AS FLOAT4) AS FLOAT8) = {c})"),
        });
    }
}

fn to_rfc3339(c: &str, per_second: i64) -> String {
    let nanos = 1_000_000_000 / per_second;
    if per_second == 1 {
        return format!("(strftime('%Y-%m-%dT%H:%M:%S', {c}, 'unixepoch') || '.000000000Z')");
    }
    format!(
        "(strftime('%Y-%m-%dT%H:%M:%S', {c} / {per_second} - ({c} % {per_second} < 0), 'unixepoch') \
         || printf('.%09dZ', ({c} % {per_second} + {per_second}) % {per_second} * {nanos}))"
    )
}

fn to_char(c: &str, per_second: i64) -> String {
    let nanos = 1_000_000_000 / per_second;
    format!(
        "(to_char(to_timestamp(floor({c}::numeric / {per_second})) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS') \
         || '.' || lpad((({c} % {per_second} + {per_second}) % {per_second} * {nanos})::text, 9, '0') || 'Z')"
    )
}
