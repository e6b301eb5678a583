//! The order of boxes in their layers, by which few lines cross, and then their heights, by which lines are short.

/// A box, or the lane of a line through a layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) layer: usize,
    pub(super) height: i32,
}

/// A piece of a line between two layers that are beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment {
    pub(super) left: usize,
    /// Where it is, from the top of the item.
    pub(super) left_port: i32,
    pub(super) right: usize,
    pub(super) right_port: i32,
}

/// How often each layer is sorted by the next.
const SWEEPS: usize = 10;
/// Space between two items, unless both are lanes.
const GAP: i32 = super::component::GAP;
/// Space between two lanes.
const LANES: i32 = 4;

/// What an item is near: the other end of each piece, with both ports.
type Near = Vec<Vec<(usize, i32, i32)>>;

/// Returns the items of each layer, from the top.
pub(super) fn sort(items: &[Item], segments: &[Segment]) -> Vec<Vec<usize>> {
    let count = items.iter().map(|item| item.layer + 1).max().unwrap_or(0);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); count];
    (0..items.len()).for_each(|at| order[items[at].layer].push(at));
    order.iter_mut().for_each(|layer| lanes_between(items, layer));
    let (lefts, rights) = near(items, segments);
    let mut best = order.clone();
    let mut fewest = crossings(items, segments, &order);
    for sweep in 0..SWEEPS {
        let rightward = sweep % 2 == 0;
        let layers: Vec<usize> =
            if rightward { (1..count).collect() } else { (0..count.saturating_sub(1)).rev().collect() };
        for layer in layers {
            let places = places(items.len(), &order);
            let near = if rightward { &lefts } else { &rights };
            // A thousand a place, so that ports of one item have places between.
            let wanted = |at: &usize| {
                let ends = &near[*at];
                let sum: i64 = ends.iter().map(|end| at_port(items, &places, (end.0, end.1))).sum();
                i64::try_from(ends.len()).ok().filter(|number| *number > 0).map_or(places[*at] * 1000, |n| sum / n)
            };
            let mut sorted: Vec<(i64, usize)> = order[layer].iter().map(|at| (wanted(at), *at)).collect();
            sorted.sort_by_key(|(wanted, at)| (*wanted, places[*at]));
            order[layer] = sorted.into_iter().map(|(_, at)| at).collect();
        }
        let found = crossings(items, segments, &order);
        if found < fewest {
            (fewest, best) = (found, order.clone());
        }
    }
    best
}

/// Puts the lanes between the boxes: where nothing else decides, a lane through several layers is then straight, and no layer
/// is below the one before.
fn lanes_between(items: &[Item], layer: &mut Vec<usize>) {
    let (mut boxes, lanes): (Vec<usize>, Vec<usize>) = layer.iter().partition(|at| !is_lane(&items[**at]));
    let below = boxes.split_off(boxes.len() / 2);
    *layer = boxes.into_iter().chain(lanes).chain(below).collect();
}

fn is_lane(item: &Item) -> bool {
    item.height < GAP
}

/// Returns what is near each item at its left and at its right.
fn near(items: &[Item], segments: &[Segment]) -> (Near, Near) {
    let (mut lefts, mut rights) = (vec![Vec::new(); items.len()], vec![Vec::new(); items.len()]);
    for Segment { left, left_port, right, right_port } in segments {
        lefts[*right].push((*left, *left_port, *right_port));
        rights[*left].push((*right, *right_port, *left_port));
    }
    (lefts, rights)
}

fn places(items: usize, order: &[Vec<usize>]) -> Vec<i64> {
    let mut places = vec![0; items];
    for layer in order {
        for (place, at) in (0..).zip(layer) {
            places[*at] = place;
        }
    }
    places
}

fn at_port(items: &[Item], places: &[i64], (item, port): (usize, i32)) -> i64 {
    places[item] * 1000 + i64::from(port) * 999 / i64::from(items[item].height.max(1))
}

/// Returns how many pairs of pieces cross.
fn crossings(items: &[Item], segments: &[Segment], order: &[Vec<usize>]) -> usize {
    let places = places(items.len(), order);
    let mut channels: Vec<Vec<(i64, i64)>> = vec![Vec::new(); order.len()];
    for segment in segments {
        let left = at_port(items, &places, (segment.left, segment.left_port));
        let right = at_port(items, &places, (segment.right, segment.right_port));
        channels[items[segment.left].layer].push((left, right));
    }
    let of_channel = |mut ends: Vec<(i64, i64)>| {
        ends.sort_unstable();
        inversions(&mut ends.into_iter().map(|(_, right)| right).collect::<Vec<_>>())
    };
    channels.into_iter().map(of_channel).sum()
}

/// Sorts numbers; returns how many pairs were the other way round.
fn inversions(numbers: &mut [i64]) -> usize {
    let middle = numbers.len() / 2;
    if middle == 0 {
        return 0;
    }
    let (low, high) = numbers.split_at_mut(middle);
    let mut count = inversions(low) + inversions(high);
    let mut merged = Vec::with_capacity(low.len() + high.len());
    let (mut l, mut h) = (0, 0);
    while l < low.len() || h < high.len() {
        if h == high.len() || (l < low.len() && low[l] <= high[h]) {
            merged.push(low[l]);
            l += 1;
        } else {
            count += low.len() - l;
            merged.push(high[h]);
            h += 1;
        }
    }
    numbers.copy_from_slice(&merged);
    count
}

/// Returns the top of each item: near what it is connected to, in the order of its layer; the highest is at 0.
pub(super) fn heights(items: &[Item], segments: &[Segment], order: &[Vec<usize>]) -> Vec<i32> {
    let mut tops = vec![0; items.len()];
    for layer in order {
        let mut top = 0;
        for pair in layer.windows(2) {
            tops[pair[0]] = top;
            top += items[pair[0]].height + gap(items, pair);
        }
        layer.last().into_iter().for_each(|last| tops[*last] = top);
    }
    let (lefts, rights) = near(items, segments);
    for sweep in 0..SWEEPS {
        let rightward = sweep % 2 == 0;
        let layers: Vec<usize> = if rightward { (0..order.len()).collect() } else { (0..order.len()).rev().collect() };
        for layer in layers {
            let near = if rightward { &lefts } else { &rights };
            let wanted: Vec<i32> =
                order[layer].iter().map(|at| wanted(&near[*at], &tops).unwrap_or(tops[*at])).collect();
            for (at, top) in order[layer].iter().zip(without_overlap(items, &order[layer], &wanted)) {
                tops[*at] = top;
            }
        }
    }
    let highest = tops.iter().copied().min().unwrap_or(0);
    tops.iter().map(|top| top - highest).collect()
}

/// Returns the top at which the lines of an item are level on average.
fn wanted(near: &[(usize, i32, i32)], tops: &[i32]) -> Option<i32> {
    let number = i32::try_from(near.len()).ok().filter(|number| *number > 0)?;
    Some(near.iter().map(|(at, port, own)| tops[*at] + port - own).sum::<i32>() / number)
}

fn gap(items: &[Item], pair: &[usize]) -> i32 {
    if pair.iter().all(|at| is_lane(&items[*at])) { LANES } else { GAP }
}

/// Returns the tops that are nearest to those that are wanted and let no item overlap: items that would, move as one, by
/// the mean of what they want.
fn without_overlap(items: &[Item], layer: &[usize], wanted: &[i32]) -> Vec<i32> {
    let mut offsets = vec![0; layer.len()];
    for (at, pair) in layer.windows(2).enumerate() {
        offsets[at + 1] = offsets[at] + items[pair[0]].height + gap(items, pair);
    }
    // Blocks of items: the sum of what they want, and their number.
    let mut blocks: Vec<(i32, i32)> = Vec::new();
    for (wanted, offset) in wanted.iter().zip(&offsets) {
        blocks.push((wanted - offset, 1));
        while let [.., (sum, number), (next, others)] = blocks[..]
            && sum.div_euclid(number) >= next.div_euclid(others)
        {
            blocks.truncate(blocks.len() - 2);
            blocks.push((sum + next, number + others));
        }
    }
    let tops = blocks.iter().flat_map(|(sum, number)| (0..*number).map(|_| sum.div_euclid(*number)));
    tops.zip(offsets).map(|(top, offset)| top + offset).collect()
}
