//! How two versions of a file differ, in a few lines.

use similar::TextDiff;

/// More lines than these say no more than that the file is another.
const LINES: usize = 20;

/// Returns a unified diff, from what is there to what should be.
pub(crate) fn difference(there: &[u8], wanted: &[u8]) -> Vec<String> {
    let (Ok(there_text), Ok(wanted_text)) = (std::str::from_utf8(there), std::str::from_utf8(wanted)) else {
        return vec![format!("{} bytes are there, {} should be", there.len(), wanted.len())];
    };
    // Lines that differ in their ends alone look alike.
    let (there_text, wanted_text) = (there_text.replace("\r\n", "\n"), wanted_text.replace("\r\n", "\n"));
    let diff = TextDiff::from_lines(&there_text, &wanted_text);
    let text = diff.unified_diff().context_radius(1).missing_newline_hint(false).to_string();
    let mut lines: Vec<_> = text.lines().map(|line| line.trim_end().to_owned()).collect();
    if lines.len() > LINES {
        let more = lines.len() - LINES;
        lines.truncate(LINES);
        lines.push(format!("… and {more} lines more"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn a_changed_line_is_shown_with_its_neighbours() {
        assert_eq!(difference(b"a\nb\nc\nd\n", b"a\nB\nc\nd\n"), ["@@ -1,3 +1,3 @@", " a", "-b", "+B", " c"]);
    }

    #[test]
    fn line_endings_are_no_difference() {
        assert_eq!(difference(b"a\r\nb\r\n", b"a\nB\n"), ["@@ -1,2 +1,2 @@", " a", "-b", "+B"]);
    }

    #[test]
    fn a_long_one_is_cut_and_bytes_are_counted() {
        let long: String = (0..100).map(|n| format!("{n}\n")).collect();
        assert_eq!(difference(b"", long.as_bytes()).last().unwrap(), "… and 81 lines more");
        assert_eq!(difference(&[0xff], b"ab"), ["1 bytes are there, 2 should be"]);
    }
}
