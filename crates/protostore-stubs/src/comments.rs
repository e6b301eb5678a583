//! Makes comments safe as documentation: what a proto quotes as code must not be compiled as a doctest, and rustc rejects
//! some characters.

use prost_types::FileDescriptorProto;
use protostore_schema::plain_text;

/// Rewrites the comments of a file; detached ones, which describe nothing, are left out.
pub(crate) fn tame(file: &mut FileDescriptorProto) {
    for location in file.source_code_info.iter_mut().flat_map(|info| &mut info.location) {
        location.leading_detached_comments.clear();
        for comment in [&mut location.leading_comments, &mut location.trailing_comments].into_iter().flatten() {
            *comment = tame_text(comment);
        }
    }
}

/// Rustdoc compiles whatever is in a fence without a language and whatever is indented by four more than the text.
/// So each fence says that it is text, one that is left open is closed, and no line outside keeps more than four spaces.
fn tame_text(comment: &str) -> String {
    let mut lines = Vec::new();
    let mut fence: Option<String> = None;
    for line in comment.lines().map(plain_text) {
        let line = line.as_str();
        let text = line.trim();
        let marker: String = ["```", "~~~"].into_iter().filter(|m| text.starts_with(m)).collect();
        match (&fence, marker.is_empty()) {
            (None, true) => lines.push(capped(line)),
            (None, false) => {
                lines.push(format!(" {marker}text"));
                fence = Some(marker);
            }
            (Some(open), false) if *open == marker => {
                lines.push(format!(" {marker}"));
                fence = None;
            }
            (Some(_), _) => lines.push(format!(" {}", line.trim_end())),
        }
    }
    lines.extend(fence.map(|marker| format!(" {marker}")));
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}

fn capped(line: &str) -> String {
    let text = line.trim();
    let indent = line.len() - line.trim_start().len();
    if text.is_empty() { String::new() } else { format!("{}{text}", " ".repeat(indent.clamp(1, 4))) }
}

#[cfg(test)]
mod tests {
    use super::tame_text;

    #[test]
    fn a_fence_is_text_and_is_closed() {
        assert_eq!(tame_text(" Say:\n ```\n let x;\n"), " Say:\n ```text\n  let x;\n ```\n");
        assert_eq!(tame_text("```rust\nx\n```\n after"), " ```text\n x\n ```\n after\n");
    }

    #[test]
    fn a_character_that_rustc_rejects_is_a_blank() {
        assert_eq!(tame_text(" a \u{202e}b\u{202c}\rc\u{7}\r\n d\n"), " a  b  c\n d\n");
    }

    #[test]
    fn an_indented_block_is_a_paragraph() {
        assert_eq!(tame_text(" Run\n\n         rm -rf x\n"), " Run\n\n    rm -rf x\n");
    }
}
