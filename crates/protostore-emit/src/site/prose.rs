//! Comments of protos as paragraphs: they are text, in which only backquotes mean something.

use protostore_schema::Docs;

use crate::markup::{Element, el};

/// Returns a comment as paragraphs, which blank lines separate.
pub(super) fn paragraphs(docs: &Docs) -> Vec<Element> {
    let paragraphs = docs.0.split(|line| line.trim().is_empty()).filter(|lines| !lines.is_empty());
    paragraphs.map(|lines| with_code(el("p"), &joined(lines))).collect()
}

/// Returns a comment as the text of a cell.
pub(super) fn inline(element: Element, docs: &Docs) -> Element {
    with_code(element, &joined(&docs.0))
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns a name as code that may go on in the next line behind a dot and behind two underscores.
pub(super) fn name(text: &str) -> Element {
    let mut code = el("code");
    let mut rest = text;
    while let Some(at) = ["__", "."].iter().filter_map(|end| Some(rest.find(end)? + end.len())).min() {
        let (part, behind) = rest.split_at(at);
        code = code.text(part).with(el("wbr"));
        rest = behind;
    }
    code.text(rest)
}

/// Adds text in which what is between two backquotes is code.
pub(super) fn with_code(mut element: Element, text: &str) -> Element {
    let parts: Vec<&str> = text.split('`').collect();
    for (at, part) in parts.iter().enumerate() {
        // The last part has no backquote behind it, so the one before it has no pair.
        let is_code = at % 2 == 1 && at + 1 < parts.len();
        element = match is_code {
            true => element.with(el("code").text(*part)),
            false if at % 2 == 1 => element.text(format!("`{part}")),
            false => element.text(*part),
        };
    }
    element
}
