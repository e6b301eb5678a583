//! Work on many tables, by several threads: what comes of it is the same by any number of them.

use std::num::NonZero;
use std::thread;

/// Tables that are worth a thread.
const LEAST: usize = 8;

/// Returns what a function returns for each item, one after the other in the order of the items.
pub(super) fn concat<Item: Sync, Of: Send>(items: &[Item], of: impl Fn(&Item) -> Vec<Of> + Sync) -> Vec<Of> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    in_shares(items, items.len().div_ceil(processors).max(LEAST), of)
}

fn in_shares<Item: Sync, Of: Send>(items: &[Item], share: usize, of: impl Fn(&Item) -> Vec<Of> + Sync) -> Vec<Of> {
    if items.len() <= share {
        return items.iter().flat_map(of).collect();
    }
    thread::scope(|scope| {
        let of = &of;
        let shares =
            items.chunks(share).map(|share| scope.spawn(move || share.iter().flat_map(of).collect::<Vec<_>>()));
        let shares: Vec<_> = shares.collect();
        let joined = shares.into_iter().map(|thread| thread.join());
        joined.flat_map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::in_shares;

    #[test]
    fn any_number_of_threads_keeps_the_order() {
        let items: Vec<u32> = (0..50).collect();
        let wanted: Vec<u32> = items.iter().flat_map(|item| vec![*item; *item as usize % 3]).collect();
        for share in [1, 7, 49, 50, 1000] {
            assert_eq!(in_shares(&items, share, |item| vec![*item; *item as usize % 3]), wanted, "{share}");
        }
    }
}
