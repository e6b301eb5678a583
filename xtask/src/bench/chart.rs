//! The picture of a comparison: bars of median ratios on a scale of powers of two.

use std::fmt::Write as _;

use super::Row;

const LINE: f64 = 20.0;
const LABEL: f64 = 360.0;
const WIDTH: f64 = 900.0;

/// The ratios at the ends of the scale.
const LEAST: f64 = 1.0 / 16.0;
const MOST: f64 = 16.0;

/// Draws some tables below one another.
pub(super) fn of(tables: &[(String, Vec<Row>)]) -> String {
    let lines: usize = tables.iter().map(|(_, rows)| rows.len() + 2).sum();
    let height = LINE * (lines + 2) as f64;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Time as a multiple of rusqlite written by hand</title>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    let top = height - LINE;
    let mut ratio = LEAST;
    while ratio <= MOST {
        let at = place(ratio);
        let (colour, label) = (if (ratio - 1.0).abs() < f64::EPSILON { "#404040" } else { "#d0d0d0" }, label(ratio));
        let _ = writeln!(out, "<line x1=\"{at:.1}\" y1=\"{LINE}\" x2=\"{at:.1}\" y2=\"{top}\" stroke=\"{colour}\"/>");
        let _ = writeln!(out, "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>", top + 14.0);
        ratio *= 2.0;
    }
    let mut y = LINE;
    for (title, rows) in tables {
        y += LINE;
        let _ = writeln!(out, "<text x=\"8\" y=\"{y}\" font-weight=\"bold\">{title}</text>");
        for row in rows {
            y += LINE;
            bar(&mut out, row, y);
        }
        y += LINE;
    }
    out.push_str("</svg>\n");
    out
}

fn bar(out: &mut String, row: &Row, y: f64) {
    let median = &row.ratios[1];
    let ratio: f64 = median.parse().unwrap_or(1.0);
    let (one, end) = (place(1.0), place(ratio));
    let (from, to) = (one.min(end), one.max(end));
    let colour = match row.who.as_str() {
        "store" => "#1f6f4a",
        _ => "#9a9a9a",
    };
    let _ =
        writeln!(out, "<text x=\"{:.1}\" y=\"{y}\" text-anchor=\"end\">{}, {}</text>", LABEL - 8.0, row.what, row.who);
    let (top, width) = (y - 11.0, to - from);
    let _ =
        writeln!(out, "<rect x=\"{from:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"14\" fill=\"{colour}\"/>");
    let _ = writeln!(out, "<text x=\"{:.1}\" y=\"{y}\">{median}</text>", to + 4.0);
}

/// Returns where a ratio is on the scale.
fn place(ratio: f64) -> f64 {
    let (least, most) = (LEAST.log2(), MOST.log2());
    let at = (ratio.clamp(LEAST, MOST).log2() - least) / (most - least);
    LABEL + at * (WIDTH - LABEL - 48.0)
}

fn label(ratio: f64) -> String {
    if ratio < 1.0 { format!("1/{:.0}", 1.0 / ratio) } else { format!("{ratio:.0}") }
}
