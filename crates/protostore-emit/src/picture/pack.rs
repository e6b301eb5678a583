//! Parts of a picture on shelves: the tallest first, as wide as the whole is to be.

use super::layout::Size;

/// Space between two parts.
const BETWEEN: i32 = 48;

/// Returns the left upper corner of each part, and the size of the whole.
pub(super) fn pack(parts: &[Size]) -> (Vec<(i32, i32)>, Size) {
    let area: i64 = parts.iter().map(|p| i64::from(p.width + BETWEEN) * i64::from(p.height + BETWEEN)).sum();
    let widest = parts.iter().map(|part| part.width).max().unwrap_or(0);
    let wanted = i32::try_from((area * 3 / 2).isqrt()).unwrap_or(i32::MAX);
    let width = widest.max(wanted);
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(parts[*at].height), *at));
    let mut corners = vec![(0, 0); parts.len()];
    let (mut x, mut y, mut shelf, mut reached) = (0, 0, 0, 0);
    for at in order {
        if x > 0 && x + parts[at].width > width {
            y += shelf + BETWEEN;
            (x, shelf) = (0, 0);
        }
        corners[at] = (x, y);
        shelf = shelf.max(parts[at].height);
        reached = reached.max(x + parts[at].width);
        x += parts[at].width + BETWEEN;
    }
    (corners, Size { width: reached, height: y + shelf })
}
