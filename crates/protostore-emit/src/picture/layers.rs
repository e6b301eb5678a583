//! The layer of each box: what is referred to is left of what refers to it, and no layer is taller than the picture is to be.

use super::component::GAP;
use super::layout::{Edge, Size};

/// Returns the layer of each box, from the left; only lines of a ring lead to the right.
pub(super) fn layers(sizes: &[Size], edges: &[Edge]) -> Vec<usize> {
    let boxes = sizes.len();
    let mut targets = vec![Vec::new(); boxes];
    for Edge { from, to, .. } in edges.iter().filter(|edge| edge.from != edge.to) {
        targets[*from].push(*to);
    }
    // Behind all that it refers to, unless a ring leads back.
    let (mut order, mut state) = (Vec::new(), vec![State::New; boxes]);
    let mut forward = vec![Vec::new(); boxes];
    for first in 0..boxes {
        visit(first, &targets, &mut state, &mut order, &mut forward);
    }
    let area: i64 = sizes.iter().map(|s| i64::from(s.width + 2 * GAP) * i64::from(s.height + GAP)).sum();
    let tallest = sizes.iter().map(|size| size.height).max().unwrap_or(0);
    let most = i32::try_from((area * 2 / 3).isqrt()).unwrap_or(i32::MAX).max(tallest + GAP);
    let mut layers = vec![0; boxes];
    let mut heights: Vec<i32> = Vec::new();
    for at in &order {
        let mut layer = forward[*at].iter().map(|to| layers[*to] + 1).max().unwrap_or(0);
        let height = sizes[*at].height + GAP;
        while heights.get(layer).is_some_and(|full| *full > 0 && full + height > most) {
            layer += 1;
        }
        heights.resize(heights.len().max(layer + 1), 0);
        heights[layer] += height;
        layers[*at] = layer;
    }
    nearer(sizes, &order, &forward, &mut layers, &mut heights, most);
    layers
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// Appends a box behind those that it refers to; a line that leads back into an open one is left out.
fn visit(
    first: usize,
    targets: &[Vec<usize>],
    state: &mut [State],
    order: &mut Vec<usize>,
    forward: &mut [Vec<usize>],
) {
    if state[first] != State::New {
        return;
    }
    state[first] = State::Open;
    let mut open = vec![(first, 0)];
    while let Some((at, next)) = open.pop() {
        let Some(to) = targets[at].get(next) else {
            state[at] = State::Done;
            order.push(at);
            continue;
        };
        open.push((at, next + 1));
        if state[*to] != State::Open {
            forward[at].push(*to);
        }
        if state[*to] == State::New {
            state[*to] = State::Open;
            open.push((*to, 0));
        }
    }
}

/// Moves what is referred to towards the nearest box that refers to it, where there is room.
fn nearer(
    sizes: &[Size],
    order: &[usize],
    forward: &[Vec<usize>],
    layers: &mut [usize],
    heights: &mut [i32],
    most: i32,
) {
    let mut nearest = vec![usize::MAX; sizes.len()];
    for at in order.iter().rev() {
        let height = sizes[*at].height + GAP;
        let limit = nearest[*at];
        if limit != usize::MAX {
            let room = |layer: &usize| heights[*layer] + height <= most;
            if let Some(layer) = (layers[*at] + 1..limit).rev().find(room) {
                heights[layers[*at]] -= height;
                heights[layer] += height;
                layers[*at] = layer;
            }
        }
        for to in &forward[*at] {
            nearest[*to] = nearest[*to].min(layers[*at]);
        }
    }
}
