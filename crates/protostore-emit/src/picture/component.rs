//! A part of a picture whose boxes are connected: layers, order, heights, and the lines between.

use std::collections::BTreeMap;

use super::layers::layers;
use super::layout::{Edge, Shape, Size, Stroke};
use super::order::{Item, Segment, heights, sort};

/// Space between two boxes of a layer.
pub(super) const GAP: i32 = 26;
/// Space between two layers, in which lines go.
const CHANNEL: i32 = 84;
/// Space at the right of a box that refers to itself.
const LOOP: i32 = 34;

/// A part with its own corner.
pub(super) struct Part {
    pub(super) boxes: Vec<(usize, (i32, i32))>,
    pub(super) strokes: Vec<Stroke>,
    pub(super) size: Size,
}

/// What the pieces of lines are made of: where a line goes between two layers.
struct Piece {
    segment: usize,
    edge: usize,
    /// Whether it goes to the left.
    leftward: bool,
    leaves: bool,
    enters: bool,
}

/// Lays out the boxes of a part.
pub(super) fn part(all_sizes: &[Size], all_edges: &[Edge], boxes: Vec<usize>) -> Part {
    let index: BTreeMap<usize, usize> = boxes.iter().enumerate().map(|(own, at)| (*at, own)).collect();
    let sizes: Vec<Size> = boxes.iter().map(|at| all_sizes[*at]).collect();
    let inside = all_edges.iter().enumerate().filter(|(_, edge)| index.contains_key(&edge.from));
    let (numbers, edges): (Vec<usize>, Vec<Edge>) =
        inside.map(|(at, edge)| (at, Edge { from: index[&edge.from], to: index[&edge.to], ..edge.clone() })).unzip();
    let layers = layers(&sizes, &edges);
    let mut items: Vec<Item> =
        sizes.iter().zip(&layers).map(|(size, layer)| Item { layer: *layer, height: size.height }).collect();
    let (segments, pieces) = segments(&edges, &layers, &mut items);
    let order = sort(&items, &segments);
    let tops = heights(&items, &segments, &order);
    let columns = columns(&sizes, &edges, &layers);
    let corner = |at: usize| (columns[layers[at]].0, tops[at]);
    let mut strokes = Vec::new();
    let mut lanes = std::collections::BTreeSet::new();
    for Piece { segment, edge, leftward, leaves, enters } in pieces {
        let Segment { left, right, left_port, right_port } = segments[segment];
        let (x, width) = columns[items[left].layer];
        let left_x = sizes.get(left).map_or(x + width, |size| x + size.width);
        let at_left = (left_x, tops[left] + left_port);
        let at_right = (columns[items[right].layer].0, tops[right] + right_port);
        let (start, end) = if leftward { (at_right, at_left) } else { (at_left, at_right) };
        strokes.push(Stroke { edge: numbers[edge], start, end, shape: Shape::Curve, leaves, enters });
        for item in [left, right].into_iter().filter(|item| *item >= sizes.len() && lanes.insert(*item)) {
            let (x, width) = columns[items[item].layer];
            let y = tops[item] + LANE / 2;
            let (start, end) = ((x, y), (x + width, y));
            let straight =
                Stroke { edge: numbers[edge], start, end, shape: Shape::Curve, leaves: false, enters: false };
            strokes.push(straight);
        }
    }
    for (at, edge) in edges.iter().enumerate().filter(|(_, edge)| edge.from == edge.to) {
        let (x, y) = corner(edge.from);
        let side = x + sizes[edge.from].width;
        let (start, end) = ((side, y + edge.leave), (side, y + edge.enter));
        strokes.push(Stroke { edge: numbers[at], start, end, shape: Shape::Loop, leaves: true, enters: true });
    }
    let bottom = items.iter().zip(&tops).map(|(item, top)| top + item.height).max().unwrap_or(0);
    let right = columns.iter().map(|(x, width)| x + width).max().unwrap_or(0);
    Part {
        boxes: boxes.iter().enumerate().map(|(own, at)| (*at, corner(own))).collect(),
        strokes,
        size: Size { width: right, height: bottom },
    }
}

/// Height of the lane in which a line goes through a layer.
const LANE: i32 = 6;

/// Returns the pieces of lines between two layers each, and adds the lanes through layers between. Lines that end alike
/// at one box share their lanes.
fn segments(edges: &[Edge], layers: &[usize], items: &mut Vec<Item>) -> (Vec<Segment>, Vec<Piece>) {
    let mut lanes: BTreeMap<(usize, i32, u32, bool, usize), usize> = BTreeMap::new();
    let mut known: BTreeMap<(Segment, u32), usize> = BTreeMap::new();
    let (mut segments, mut pieces): (Vec<Segment>, Vec<Piece>) = (Vec::new(), Vec::new());
    for (at, edge) in edges.iter().enumerate().filter(|(_, edge)| edge.from != edge.to) {
        let leftward = layers[edge.to] < layers[edge.from];
        let step = |layer: usize| if leftward { layer - 1 } else { layer + 1 };
        let (mut here, mut port) = (edge.from, edge.leave);
        while here != edge.to {
            let next = step(items[here].layer);
            let is_last = next == layers[edge.to];
            let (to, to_port) = if is_last {
                (edge.to, edge.enter)
            } else {
                let lane = lanes.entry((edge.to, edge.enter, edge.bundle, leftward, next)).or_insert_with(|| {
                    items.push(Item { layer: next, height: LANE });
                    items.len() - 1
                });
                (*lane, LANE / 2)
            };
            let segment = match leftward {
                true => Segment { left: to, left_port: to_port, right: here, right_port: port },
                false => Segment { left: here, left_port: port, right: to, right_port: to_port },
            };
            let number = *known.entry((segment, edge.bundle)).or_insert(segments.len());
            let leaves = here == edge.from;
            // A lane that another line has already goes on as that one does.
            let is_new = number == segments.len();
            if is_new {
                segments.push(segment);
            }
            if is_new || leaves {
                pieces.push(Piece { segment: number, edge: at, leftward, leaves, enters: is_last });
            }
            (here, port) = (to, to_port);
        }
    }
    (segments, pieces)
}

/// Returns the left side and the width of each layer.
fn columns(sizes: &[Size], edges: &[Edge], layers: &[usize]) -> Vec<(i32, i32)> {
    let count = layers.iter().max().map_or(0, |last| last + 1);
    let mut x = 0;
    let column = |layer: usize| {
        let own = || (0..sizes.len()).filter(|at| layers[*at] == layer);
        let loops = |at: usize| edges.iter().any(|edge| edge.from == at && edge.to == at);
        let width = own().map(|at| sizes[at].width + if loops(at) { LOOP } else { 0 }).max().unwrap_or(0);
        let left = x;
        x += width + CHANNEL;
        (left, width)
    };
    (0..count).map(column).collect()
}
