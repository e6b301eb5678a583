//! Where boxes are: what is connected is laid out in layers, and the parts are packed beside and below each other.

use super::component::{self, Part};
use super::pack;

/// Width and height of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A line from a box to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Where it leaves, from the top of the box.
    pub(super) leave: i32,
    /// Where it enters, from the top of the other box.
    pub(super) enter: i32,
    /// Lines to one box with one number may join on their way.
    pub(super) bundle: u32,
}

/// Where everything is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// The left upper corner of each box.
    pub(super) boxes: Vec<(i32, i32)>,
    pub(super) strokes: Vec<Stroke>,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A piece of a line, between two layers or through one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stroke {
    /// The line; where several joined, the first.
    pub(super) edge: usize,
    pub(super) start: (i32, i32),
    pub(super) end: (i32, i32),
    pub(super) shape: Shape,
    /// Whether it begins at the box that refers.
    pub(super) leaves: bool,
    /// Whether it ends at the box that is referred to.
    pub(super) enters: bool,
}

/// How a piece of a line goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// From side to side.
    Curve,
    /// Out of a box at the right and back into it.
    Loop,
}

/// Space around the whole.
const MARGIN: i32 = 24;

/// Returns where everything is.
pub(super) fn layout(sizes: &[Size], edges: &[Edge]) -> Layout {
    let parts: Vec<Part> =
        connected(sizes.len(), edges).into_iter().map(|boxes| component::part(sizes, edges, boxes)).collect();
    let (corners, size) = pack::pack(&parts.iter().map(|part| part.size).collect::<Vec<_>>());
    let mut layout = Layout {
        boxes: vec![(0, 0); sizes.len()],
        strokes: Vec::new(),
        width: size.width + 2 * MARGIN,
        height: size.height + 2 * MARGIN,
    };
    for (part, (x, y)) in parts.into_iter().zip(corners) {
        let moved = |(px, py): (i32, i32)| (px + x + MARGIN, py + y + MARGIN);
        for (at, corner) in part.boxes {
            layout.boxes[at] = moved(corner);
        }
        let strokes = part.strokes.into_iter();
        layout.strokes.extend(strokes.map(|s| Stroke { start: moved(s.start), end: moved(s.end), ..s }));
    }
    layout
}

/// Returns the boxes that lines connect, by the first of each.
fn connected(boxes: usize, edges: &[Edge]) -> Vec<Vec<usize>> {
    let mut near = vec![Vec::new(); boxes];
    for Edge { from, to, .. } in edges {
        near[*from].push(*to);
        near[*to].push(*from);
    }
    let mut seen = vec![false; boxes];
    let mut parts = Vec::new();
    for first in 0..boxes {
        let (mut part, mut open) = (Vec::new(), vec![first]);
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                part.push(at);
                open.extend(&near[at]);
            }
        }
        part.sort_unstable();
        parts.extend(Some(part).filter(|part| !part.is_empty()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{Edge, Size, layout};

    fn edge(from: usize, to: usize) -> Edge {
        Edge { from, to, leave: 20, enter: 10, bundle: 0 }
    }

    /// Some hundred graphs, with rings, loops and boxes alone.
    fn graphs() -> impl Iterator<Item = (Vec<Size>, Vec<Edge>)> {
        (0..300).map(|seed| {
            let mut random = fastrand::Rng::with_seed(seed);
            let boxes = random.usize(1..40);
            let size = |random: &mut fastrand::Rng| Size { width: random.i32(100..300), height: random.i32(40..300) };
            let sizes = (0..boxes).map(|_| size(&mut random)).collect();
            let lines = random.usize(0..boxes * 2);
            let edges = (0..lines).map(|_| edge(random.usize(0..boxes), random.usize(0..boxes))).collect();
            (sizes, edges)
        })
    }

    #[test]
    fn no_two_boxes_meet_and_all_are_in_the_picture() {
        for (sizes, edges) in graphs() {
            let layout = layout(&sizes, &edges);
            let corners: Vec<_> = layout.boxes.iter().zip(&sizes).collect();
            for (at, ((x, y), size)) in corners.iter().enumerate() {
                assert!(*x > 0 && *y > 0 && x + size.width < layout.width && y + size.height < layout.height);
                for ((ox, oy), other) in &corners[..at] {
                    let beside = x + size.width < *ox || ox + other.width < *x;
                    let below = y + size.height < *oy || oy + other.height < *y;
                    assert!(beside || below, "{sizes:?} {edges:?}");
                }
            }
        }
    }

    #[test]
    fn each_line_leaves_its_box_and_enters_the_other() {
        for (sizes, edges) in graphs() {
            let layout = layout(&sizes, &edges);
            for edge in &edges {
                let side = |at: usize, port: i32| {
                    let (x, y) = layout.boxes[at];
                    [(x, y + port), (x + sizes[at].width, y + port)]
                };
                let leaves = |s: &super::Stroke| s.leaves && side(edge.from, edge.leave).contains(&s.start);
                let enters = |s: &super::Stroke| s.enters && side(edge.to, edge.enter).contains(&s.end);
                assert!(layout.strokes.iter().any(leaves), "{edge:?}");
                assert!(layout.strokes.iter().any(enters), "{edge:?}");
            }
        }
    }

    #[test]
    fn a_picture_of_many_boxes_is_no_strip() {
        let size = Size { width: 200, height: 200 };
        let star: Vec<Edge> = (1..100).map(|from| edge(from, 0)).collect();
        let chain: Vec<Edge> = (1..100).map(|from| edge(from, from - 1)).collect();
        for (edges, most) in [(Vec::new(), 3), (star, 3), (chain, 60)] {
            let layout = layout(&vec![size; 100], &edges);
            let (long, short) = (layout.width.max(layout.height), layout.width.min(layout.height));
            assert!(long < short * most, "{} by {}", layout.width, layout.height);
        }
    }
}
