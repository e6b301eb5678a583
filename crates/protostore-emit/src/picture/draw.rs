//! A layout as SVG: lines first, so that a box is over them.

use protostore_schema::Schema;

use super::boxes::{HEAD, PAD, ROW, TableBox, width};
use super::layout::{Layout, Shape, Stroke};
use super::{Link, mark_of_rows, mark_of_target};
use crate::markup::{Element, el};
use crate::page::Relation;

/// The colours of a picture that is a file of its own. On a page, that of the page has them.
const STYLE: &str = include_str!("picture.css");

/// How far a curve goes straight on before it turns.
const BEND: i32 = 44;

/// Returns the picture.
pub(super) fn draw(
    schema: &Schema,
    boxes: &[TableBox<'_>],
    relations: &[&Relation<'_>],
    layout: &Layout,
    link: Option<Link<'_>>,
) -> Element {
    let Layout { boxes: corners, strokes, width, height } = layout;
    let title = format!("The tables of {}", schema.name);
    let counts = match (boxes.len(), relations.len()) {
        (1, 0) => "One table.".to_owned(),
        (tables, lines) => format!("{tables} tables and {lines} relations between them."),
    };
    let mut svg = el("svg")
        .set("xmlns", "http://www.w3.org/2000/svg")
        .set("viewBox", format!("0 0 {width} {height}"))
        .set("width", width)
        .set("height", height)
        .set("role", "img")
        .set("class", "picture")
        .with(el("title").text(title))
        .with(el("desc").text(counts));
    svg = match link {
        None => svg.with(el("style").text(STYLE)),
        // A page may show it smaller, as long as it can be read.
        Some(_) => svg.set("style", format!("min-width: {}px", width * 7 / 10)),
    };
    svg.with(marks())
        .with(el("rect").set("class", "paper").set("width", width).set("height", height))
        .all(strokes.iter().map(|stroke| line(stroke, relations[stroke.edge])))
        .all(boxes.iter().zip(corners).map(|(table, corner)| linked(table, *corner, link)))
}

/// Returns what is at the ends of lines: one bar, a bar and a ring, or a foot of three toes.
fn marks() -> Element {
    let mark = |name: &'static str, shapes: Vec<Element>| {
        el("marker")
            .set("id", format!("mark-{name}"))
            .set("viewBox", "0 0 18 12")
            .set("refX", "17")
            .set("refY", "6")
            .set("markerWidth", "18")
            .set("markerHeight", "12")
            .set("markerUnits", "userSpaceOnUse")
            .set("orient", "auto-start-reverse")
            .all(shapes)
    };
    let path = |d: &str| el("path").set("class", "mark").set("d", d);
    let ring = || el("circle").set("class", "ring").set("cx", 5).set("cy", 6).set("r", 3);
    el("defs")
        .with(mark("one", vec![path("M8 1V11M12 1V11")]))
        .with(mark("at-most-one", vec![ring(), path("M12 1V11")]))
        .with(mark("many", vec![ring(), path("M8 6L17 1M8 6L17 11")]))
}

fn line(stroke: &Stroke, relation: &Relation<'_>) -> Element {
    let Stroke { edge: _, start: (x, y), end: (to_x, to_y), shape, leaves, enters } = stroke;
    let d = match shape {
        Shape::Curve if y == to_y => format!("M{x} {y}H{to_x}"),
        Shape::Curve => {
            let bend = if x > to_x { -BEND } else { BEND };
            format!("M{x} {y}C{} {y} {} {to_y} {to_x} {to_y}", x + bend, to_x - bend)
        }
        Shape::Loop => format!("M{x} {y}C{} {y} {} {to_y} {to_x} {to_y}", x + BEND, to_x + BEND),
    };
    let class = if relation.enforced { "line" } else { "line loose" };
    let mut path = el("path").set("class", class).set("d", d);
    if *leaves {
        path = path.set("marker-start", format!("url(#mark-{})", mark_of_rows(relation.rows)));
        path = path.with(el("title").text(format!("{}: {} to {}", relation.label, relation.from, relation.to)));
    }
    if *enters {
        path = path.set("marker-end", format!("url(#mark-{})", mark_of_target(relation.target)));
    }
    path
}

fn linked(table: &TableBox<'_>, corner: (i32, i32), link: Option<Link<'_>>) -> Element {
    let drawn = drawn(table, corner);
    match link {
        Some(link) => el("a").set("href", link(table.record, table.name)).with(drawn),
        None => drawn,
    }
}

fn drawn(table: &TableBox<'_>, (x, y): (i32, i32)) -> Element {
    let size = table.size();
    let class = if table.is_record() { "table" } else { "table part" };
    let at = |x: i32, y: i32| el("text").set("x", x).set("y", y);
    let mut group = el("g").set("class", class).set("transform", format!("translate({x} {y})"));
    group = group.with(el("title").text(said(table.name, &table.docs)));
    let paper =
        |class, height| el("rect").set("class", class).set("width", size.width).set("height", height).set("rx", 4);
    group = group.with(paper("box", size.height)).with(paper("head", HEAD));
    group = group.with(at(PAD, 17).set("class", "name").text(table.name));
    let names = PAD + table.marks();
    for (row, top) in table.rows.iter().zip((0..).map(|row| HEAD + row * ROW)) {
        if !row.mark.is_empty() {
            group = group.with(at(PAD, top + 13).set("class", "key").text(row.mark));
        }
        let name = at(names, top + 13).text(row.name);
        let name = if row.docs.is_empty() { name } else { name.with(el("title").text(row.docs.as_str())) };
        group = group.with(if row.is_key { name.set("class", "own") } else { name });
        group = group.with(at(size.width - PAD - width(&row.ty), top + 13).set("class", "type").text(row.ty.as_str()));
    }
    if table.more > 0 {
        let top = size.height - 4 - ROW;
        let text = if table.more == 1 { "1 more column".to_owned() } else { format!("{} more columns", table.more) };
        group = group.with(at(names, top + 13).set("class", "more").text(text));
    }
    group
}

fn said(name: &str, docs: &str) -> String {
    if docs.is_empty() { name.to_owned() } else { format!("{name}: {docs}") }
}
