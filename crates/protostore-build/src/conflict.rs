//! A lock that git could not merge: which versions each branch added.

/// Returns whether a text has the conflict markers of git.
pub(crate) fn is_in(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("<<<<<<< "))
}

/// Returns a line for each version that one branch has and the other has otherwise.
pub(crate) fn versions(text: &str) -> Vec<String> {
    let (mut number, mut own, mut theirs) = (String::new(), Vec::new(), Vec::new());
    let (mut side, mut names) = (None, [String::new(), String::new()]);
    for line in text.lines() {
        let value = |key: &str| line.strip_prefix(key).map(|value| value.trim_matches('"').to_owned());
        if let Some(name) = line.strip_prefix("<<<<<<< ") {
            (side, names[0]) = (Some(0), name.to_owned());
        } else if line == "=======" {
            side = Some(1);
        } else if line.starts_with("||||||| ") {
            // What both began with, where git is asked to show it.
            side = Some(2);
        } else if let Some(name) = line.strip_prefix(">>>>>>> ") {
            (side, names[1]) = (None, name.to_owned());
        } else if let Some(version) = value("version = ") {
            number = version;
        } else if let Some(slug) = value("slug = ") {
            match side {
                Some(0) => own.push((number.clone(), slug)),
                Some(1) => theirs.push((number.clone(), slug)),
                _ => {}
            }
        }
    }
    let line = |name: &str, (number, slug): &(String, String)| format!("version {number} of {name} is `{slug}`");
    own.iter().map(|of| line(&names[0], of)).chain(theirs.iter().map(|of| line(&names[1], of))).collect()
}

#[cfg(test)]
mod tests {
    use super::versions;

    #[test]
    fn each_branch_and_its_versions_are_named() {
        let text = "head = 2\n\n[[version]]\nversion = 2\n<<<<<<< HEAD\nslug = \"weigh\"\n||||||| 1234567\nslug = \"old\"\n\
                    =======\nslug = \"measure\"\n\n[[version]]\nversion = 3\nslug = \"widen\"\n>>>>>>> origin/main\n";
        let expected = [
            "version 2 of HEAD is `weigh`",
            "version 2 of origin/main is `measure`",
            "version 3 of origin/main is `widen`",
        ];
        assert_eq!(versions(text), expected);
    }
}
