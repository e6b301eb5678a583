//! The options of the annotations, as their proto file explains them.

/// An option, or a value of one.
pub(crate) struct Explained {
    /// Its name: `primary_key`, `BYTES`.
    pub(crate) name: &'static str,
    /// Its type, as the proto has it: `repeated string`; none of a value of an enum.
    pub(crate) ty: String,
    /// The message or enum that it is in: `TableOptions`.
    pub(crate) of: &'static str,
    /// The lines of its comment.
    pub(crate) comment: Vec<&'static str>,
}

/// The proto file of the annotations.
const FILE: &str = "protostore/v1/options.proto";

/// Returns the options, in the order of the file.
pub(crate) fn options() -> Vec<Explained> {
    let text = protostore_lower::carried().find(|(name, _)| *name == FILE).map_or("", |(_, text)| text);
    let (mut around, mut comment, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines().map(str::trim) {
        if let Some(said) = line.strip_prefix("//") {
            comment.push(said.strip_prefix(' ').unwrap_or(said));
            continue;
        }
        let comment = std::mem::take(&mut comment);
        if let Some(opened) = line.strip_suffix('{') {
            around.push(opened.split_whitespace().nth(1).unwrap_or_default());
        } else if line == "}" {
            around.pop();
        } else if let (Some((declared, _)), Some(of)) = (line.split_once(" = "), around.last())
            && let Some((name, ty)) = declared.split_whitespace().collect::<Vec<_>>().split_last()
            && ty.first() != Some(&"option")
        {
            found.push(Explained { name, ty: ty.join(" "), of, comment });
        }
    }
    found
}

impl Explained {
    /// Returns what the list of all says of it.
    pub(crate) fn title(&self) -> String {
        let first = self.comment.iter().take_while(|line| !line.is_empty()).copied().collect::<Vec<_>>().join(" ");
        let end = first.find(". ").map_or(first.len(), |at| at + 1);
        format!("{}.{}: {}", self.of, self.name, &first[..end])
    }

    /// Returns all that is said of it.
    pub(crate) fn text(&self) -> String {
        let Self { name, ty, of, comment } = self;
        let place = match *of {
            "StoreOptions" => ", in `option (protostore.v1.store) = {…}`",
            "TableOptions" => ", in `[(protostore.v1.table) = {…}]`",
            "ColumnOptions" => ", in `[(protostore.v1.column) = {…}]`",
            _ => "",
        };
        let ty = if ty.is_empty() { String::new() } else { format!(" ({ty})") };
        format!("{of}.{name}{ty}{place}\n\n{}\n", comment.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::options;

    #[test]
    fn every_option_has_an_explanation() {
        let all = options();
        for name in ["primary_key", "references", "unique", "backfill", "expire", "BYTES", "store", "table", "column"] {
            assert!(all.iter().any(|option| option.name == name), "{name}");
        }
        for option in &all {
            assert!(!option.comment.is_empty(), "{}.{} has no comment", option.of, option.name);
        }
    }
}
