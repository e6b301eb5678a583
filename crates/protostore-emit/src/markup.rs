//! Elements of HTML and SVG, printed so that both an HTML parser and an XML parser read the same tree.

/// An element with its attributes and what is in it.
pub(crate) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Vec<Content>,
}

enum Content {
    Text(String),
    Element(Element),
}

/// Elements that HTML writes without an end.
const VOID: [&str; 6] = ["br", "hr", "input", "link", "meta", "wbr"];

/// Elements after which a line ends, so that differences between two pages are differences of lines.
const LINES: [&str; 33] = [
    "body", "defs", "desc", "details", "div", "dl", "footer", "g", "h1", "h2", "h3", "head", "header", "html", "li",
    "link", "main", "marker", "meta", "nav", "p", "path", "pre", "rect", "script", "section", "style", "svg", "table",
    "text", "title", "tr", "ul",
];

/// Returns an element.
pub(crate) fn el(name: &'static str) -> Element {
    Element { name, attributes: Vec::new(), content: Vec::new() }
}

impl Element {
    /// Adds an attribute.
    pub(crate) fn set(mut self, name: &'static str, value: impl ToString) -> Self {
        self.attributes.push((name, value.to_string()));
        self
    }

    /// Adds text.
    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.content.push(Content::Text(text.into()));
        self
    }

    /// Adds an element.
    pub(crate) fn with(mut self, inner: Self) -> Self {
        self.content.push(Content::Element(inner));
        self
    }

    /// Adds elements.
    pub(crate) fn all(mut self, inner: impl IntoIterator<Item = Self>) -> Self {
        self.content.extend(inner.into_iter().map(Content::Element));
        self
    }

    /// Returns the text of the element.
    pub(crate) fn print(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(value, out);
            out.push('"');
        }
        let is_svg = ["path", "rect", "circle", "line"].contains(&self.name);
        if VOID.contains(&self.name) || (is_svg && self.content.is_empty()) {
            out.push_str("/>");
        } else {
            out.push('>');
            for content in &self.content {
                match content {
                    Content::Text(text) => escape(text, out),
                    Content::Element(element) => element.write(out),
                }
            }
            out.push_str("</");
            out.push_str(self.name);
            out.push('>');
        }
        if LINES.contains(&self.name) {
            out.push('\n');
        }
    }
}

/// Appends text so that it is text and nothing else; a character that neither notation can hold becomes U+FFFD.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::el;

    #[test]
    fn text_is_text_wherever_it_is() {
        let hostile = "</p><script>alert(\"1\")</script> & \u{0}\u{b}'";
        let printed = el("p").set("title", hostile).text(hostile).print();
        let inside = "&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; \u{fffd}\u{fffd}'";
        assert_eq!(printed, format!("<p title=\"{inside}\">{inside}</p>\n"));
    }

    #[test]
    fn an_empty_element_has_an_end_unless_html_knows_none() {
        assert_eq!(el("script").print(), "<script></script>\n");
        assert_eq!(el("div").with(el("br")).print(), "<div><br/></div>\n");
    }
}
