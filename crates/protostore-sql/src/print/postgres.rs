//! What only PostgreSQL and CockroachDB are told.

use super::Printer;
use super::dialect::size;
use crate::{Dialect, Expr, Length, Lit, Match, Param, Show, Ty};

impl<'a> Printer<'a> {
    pub(super) fn postgres_type(&self, ty: Ty) -> &'static str {
        match ty {
            Ty::Bool => "BOOL",
            Ty::Int4 => "INT4",
            Ty::Int8 => "INT8",
            Ty::Real4 => "FLOAT4",
            Ty::Real8 => "FLOAT8",
            // CockroachDB compares by bytes without being told.
            Ty::Text if self.dialect == Dialect::Cockroach => "STRING",
            Ty::Text => "TEXT COLLATE \"C\"",
            Ty::Bytes => "BYTEA",
            Ty::Json => "JSONB",
            Ty::Uuid => "UUID",
            Ty::Instant => "TIMESTAMPTZ",
        }
    }

    pub(super) fn postgres_lit(&mut self, lit: &Lit<'a>) {
        match lit {
            Lit::Bool(truth) => self.push(if *truth { "TRUE" } else { "FALSE" }),
            // The number without its sign is too large for the type.
            Lit::Int(i64::MIN) => self.push("CAST('-9223372036854775808' AS INT8)"),
            Lit::Int(number) => self.push(&number.to_string()),
            Lit::Real(decimal) => match decimal.as_ref() {
                "9e999" => self.push("'Infinity'"),
                "-9e999" => self.push("'-Infinity'"),
                finite => self.push(finite),
            },
            Lit::Text(text) => self.quote_text(text),
            Lit::Bytes(bytes) => {
                self.push("'\\x");
                self.hex(bytes);
                self.push("'::bytea");
            }
            Lit::Instant(micros) if *micros <= -i64::MAX => self.push("'-infinity'::timestamptz"),
            Lit::Instant(micros) => {
                self.push("(TIMESTAMPTZ 'epoch' + INTERVAL '");
                self.push(&micros.to_string());
                self.push(" microseconds')");
            }
        }
    }

    pub(super) fn postgres_keys(&mut self, alias: Option<&str>, keys: &Param<'a>) {
        self.push("jsonb_array_elements(");
        self.param(keys);
        self.push("::text::jsonb) WITH ORDINALITY ");
        self.push(alias.unwrap_or("o"));
        self.push("(v, n)");
    }

    pub(super) fn postgres_key(&mut self, of: Option<&str>, part: Option<usize>, ty: Ty) {
        self.push(if ty == Ty::Bytes { "decode(" } else { "(" });
        self.push(of.unwrap_or("o"));
        match part {
            None => self.push(".v #>> '{}'"),
            Some(part) => {
                self.push(".v ->> ");
                self.number(part);
            }
        }
        match ty {
            Ty::Text => self.push(")"),
            Ty::Bytes => self.push(", 'hex')"),
            ty => {
                self.push(")::");
                self.push(self.postgres_type(ty));
            }
        }
    }

    /// Adds `(a = b OR (b IS NULL AND a IS NULL))`: `IS NOT DISTINCT FROM` would read the whole table.
    pub(super) fn postgres_same(&mut self, a: &Expr<'a>, b: &Expr<'a>) {
        self.push("(");
        self.atom(a);
        self.push(" = ");
        self.atom(b);
        self.push(" OR (");
        self.atom(b);
        self.push(" IS NULL AND ");
        self.atom(a);
        self.push(" IS NULL))");
    }

    pub(super) fn postgres_length(&mut self, unit: Length, of: &Expr<'a>) {
        match unit {
            Length::Characters => self.call("length(", of, ")"),
            Length::BytesOfText | Length::Bytes => self.call("octet_length(", of, ")"),
        }
    }

    pub(super) fn postgres_has(&mut self, part: Match, of: &Expr<'a>, lit: &Lit<'a>) {
        match (part, lit) {
            (Match::First, _) => self.call("substr(", of, ", 1, "),
            // There is no `right` of bytes.
            (Match::Last, Lit::Bytes(bytes)) => {
                self.call("substr(", of, ", ");
                self.call("octet_length(", of, ") - ");
                self.number(bytes.len().saturating_sub(1));
                self.push(", ");
            }
            (Match::Last, _) => self.call("right(", of, ", "),
            (Match::Within | Match::Nowhere, _) => {
                self.push("position(");
                self.lit(lit);
                self.call(" IN ", of, if part == Match::Within { ") > 0" } else { ") = 0" });
                return;
            }
        }
        self.number(size(lit));
        self.push(") = ");
        self.lit(lit);
    }

    /// Returns the column `c` made legible. The text is one piece, as people read it once.
    pub(super) fn postgres_shown(show: Show, c: &str) -> String {
        let utc =
            |time: &str, form: &str| format!("to_char({time} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS{form}')");
        match show {
            Show::Truth | Show::Number => format!("{c}::text"),
            Show::Text => format!("convert_from({c}, 'UTF8')"),
            Show::Hex => format!("upper(encode({c}, 'hex'))"),
            Show::Bits { digits } => format!("upper(lpad(to_hex({c}), {digits}, '0'))"),
            Show::Unsigned => format!("({c}::numeric + 9223372036854775808)::text"),
            Show::Timestamptz => utc(c, ".US\"Z\""),
            Show::Instant { per_second: 1 } => utc(&format!("to_timestamp({c})"), "\"Z\""),
            Show::Instant { per_second } => {
                let seconds = utc(&format!("to_timestamp(floor({c}::numeric / {per_second}))"), ".");
                let digits = per_second.ilog10();
                format!(
                    "{seconds} || lpad((({c} % {per_second} + {per_second}) % {per_second})::text, {digits}, '0') || 'Z'"
                )
            }
            Show::Duration { per_second: 1 } => format!("{c}::text || 's'"),
            Show::Duration { per_second } => format!(
                "CASE WHEN {c} < 0 THEN '-' ELSE '' END || abs(div({c}, {per_second}))::text || '.' \
                 || lpad(abs({c} % {per_second})::text, {}, '0') || 's'",
                per_second.ilog10()
            ),
        }
    }
}
