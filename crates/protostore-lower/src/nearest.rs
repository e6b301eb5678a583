//! Finds the name that was probably meant.

/// Returns the candidate that was probably meant: one at a small distance for its length.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let distances = candidates.iter().map(|candidate| (distance(word, candidate), *candidate));
    let limit = (word.chars().count() / 3).max(1);
    distances.filter(|(d, _)| *d <= limit).min().map(|(_, candidate)| candidate)
}

/// Returns the number of letters to add, drop, change or swap with a neighbour, without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let letters = |s: &str| -> Vec<char> { s.chars().take(128).map(|c| c.to_ascii_lowercase()).collect() };
    let (a, b) = (letters(a), letters(b));
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i];
        for j in 1..=b.len() {
            let mut cost = (row[j] + 1).min(next[j - 1] + 1).min(row[j - 1] + usize::from(a[i - 1] != b[j - 1]));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_is_near() {
        let names = ["mem_size_mb", "image_path", "id"];
        assert_eq!(nearest("mem_size", &names), None);
        assert_eq!(nearest("mem_siez_mb", &names), Some("mem_size_mb"));
        assert_eq!(nearest("imagePath", &names), Some("image_path"));
        assert_eq!(nearest("di", &names), Some("id"));
        assert_eq!(nearest("xyz", &names), None);
        assert_eq!(nearest("", &[]), None);
    }
}
