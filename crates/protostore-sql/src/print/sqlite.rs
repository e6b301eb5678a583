//! What only SQLite is told.

use super::Printer;
use super::dialect::size;
use crate::{Expr, Length, Lit, Match, Param, Show, Ty};

impl<'a> Printer<'a> {
    pub(super) fn sqlite_type(ty: Ty) -> &'static str {
        match ty {
            Ty::Bool | Ty::Int4 | Ty::Int8 | Ty::Instant => "INTEGER",
            Ty::Real4 | Ty::Real8 => "REAL",
            Ty::Text | Ty::Json | Ty::Uuid => "TEXT",
            Ty::Bytes => "BLOB",
        }
    }

    pub(super) fn sqlite_lit(&mut self, lit: &Lit<'a>) {
        match lit {
            Lit::Bool(truth) => self.push(if *truth { "1" } else { "0" }),
            Lit::Int(number) | Lit::Instant(number) => self.push(&number.to_string()),
            Lit::Real(decimal) => self.push(decimal),
            Lit::Text(text) => self.quote_text(text),
            Lit::Bytes(bytes) => {
                self.push("x'");
                self.hex(bytes);
                self.push("'");
            }
        }
    }

    pub(super) fn sqlite_keys(&mut self, alias: Option<&str>, keys: &Param<'a>) {
        self.push("json_each(");
        self.param(keys);
        self.push(")");
        if let Some(alias) = alias {
            self.push(" ");
            self.push(alias);
        }
    }

    pub(super) fn sqlite_key(&mut self, of: Option<&str>, part: Option<usize>, ty: Ty) {
        self.push(if ty == Ty::Bytes { "unhex(" } else { "" });
        if let Some(of) = of {
            self.push(of);
            self.push(".");
        }
        self.push("value");
        if let Some(part) = part {
            self.push(" ->> ");
            self.number(part);
        }
        self.push(if ty == Ty::Bytes { ")" } else { "" });
    }

    pub(super) fn sqlite_length(&mut self, unit: Length, of: &Expr<'a>) {
        match unit {
            Length::Characters | Length::Bytes => self.call("length(", of, ")"),
            Length::BytesOfText => self.call("length(CAST(", of, " AS BLOB))"),
        }
    }

    pub(super) fn sqlite_has(&mut self, part: Match, of: &Expr<'a>, lit: &Lit<'a>) {
        match part {
            Match::First | Match::Last => {
                self.call("substr(", of, ", ");
                self.push(if part == Match::First { "1, " } else { "-" });
                self.number(size(lit));
                self.push(") = ");
                self.lit(lit);
            }
            Match::Within | Match::Nowhere => {
                self.call("instr(", of, ", ");
                self.lit(lit);
                self.push(if part == Match::Within { ") > 0" } else { ") = 0" });
            }
        }
    }

    /// Returns the column `c` made legible. The text is one piece, as people read it once.
    pub(super) fn sqlite_shown(show: Show, c: &str) -> String {
        let set = |shown: String| format!("CASE WHEN {c} IS NOT NULL THEN {shown} END");
        match show {
            Show::Truth => format!("CASE {c} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"),
            Show::Hex => set(format!("hex({c})")),
            Show::Text => format!("CAST({c} AS TEXT)"),
            Show::Number => c.to_owned(),
            Show::Bits { digits } => set(format!("printf('%0{digits}X', {c})")),
            // SQLite has no XOR, but a difference of OR and AND.
            Show::Unsigned => {
                let sign = "(-9223372036854775807 - 1)";
                set(format!("printf('%u', ({c} | {sign}) - ({c} & {sign}))"))
            }
            Show::Timestamptz => Self::sqlite_shown(Show::Instant { per_second: 1_000_000 }, c),
            // Years beyond 9999 are shown as the number.
            Show::Instant { per_second: 1 } => {
                format!("coalesce(strftime('%Y-%m-%dT%H:%M:%SZ', {c}, 'unixepoch'), {c})")
            }
            // Division truncates toward zero, hence the correction before 1970.
            Show::Instant { per_second } => {
                let digits = per_second.ilog10();
                let text = format!(
                    "strftime('%Y-%m-%dT%H:%M:%S', {c} / {per_second} - ({c} % {per_second} < 0), 'unixepoch') \
                     || printf('.%0{digits}dZ', ({c} % {per_second} + {per_second}) % {per_second})"
                );
                // Nanoseconds in 64 bits end in 2262.
                if digits == 9 { text } else { format!("coalesce({text}, {c})") }
            }
            // Protobuf's own spelling, `-1.500000000s`.
            Show::Duration { per_second: 1 } => set(format!("printf('%ds', {c})")),
            Show::Duration { per_second } => set(format!(
                "printf('%s%d.%0{}ds', CASE WHEN {c} < 0 THEN '-' ELSE '' END, abs({c} / {per_second}), \
                 abs({c} % {per_second}))",
                per_second.ilog10()
            )),
        }
    }
}
