//! The format of generated code: what a run time and a generated crate must agree on.

/// Holds the items of a generated crate, where this run time reads its format. Otherwise the crate has no items and one
/// error, which says what to do.
///
/// The format is one number, which changes whenever the run time asks for something else of generated code:
///
/// ```
/// protostore::generated::format! {
///     1, "cargo protostore codegen";
///
///     pub const VERSION: u32 = 1;
/// }
/// # fn main() { assert_eq!(VERSION, 1) }
/// ```
///
/// ```compile_fail
/// protostore::generated::format! {
///     0, "cargo protostore codegen";
///
///     pub const VERSION: u32 = 1;
/// }
/// # fn main() {}
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __format {
    (1, $command:literal; $($items:tt)*) => {
        $($items)*
    };
    ($format:literal, $command:literal; $($items:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "this crate was generated in format ", $format, ", and this version of protostore reads format 1: run `",
            $command, "` with the generator of the same version as protostore, or depend on a protostore that reads format ",
            $format,
        ));
    };
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    /// Compiles items in a format with the macro as it is in this file, and returns the errors.
    fn errors(format: u32) -> Vec<String> {
        let source = include_str!("format.rs");
        let begin = source.find("macro_rules! __format").expect("the macro is in this file");
        let end = begin + source[begin..].find("\n}\n").expect("the macro ends") + 2;
        let items = "pub use protostore::generated::WhatOnlyOneFormatHas; pub fn f() -> Unknown { g() }";
        let items = if format == 1 { "pub const VERSION: u32 = 1;" } else { items };
        let text = format!("{}\n__format! {{ {format}, \"cargo xtask codegen\"; {items} }}\n", &source[begin..end]);
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("crate.rs");
        std::fs::write(&file, text).expect("is written");
        let compiled = Command::new("rustc")
            .args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir"])
            .args([directory.path(), &file])
            .output()
            .expect("rustc runs");
        let text = String::from_utf8(compiled.stderr).expect("text");
        text.lines()
            .filter(|line| line.starts_with("error:") || line.starts_with("error["))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn another_format_is_one_error_with_the_command() {
        assert_eq!(errors(1), [""; 0], "the items of this format are compiled");
        for format in [0, 2] {
            let errors = errors(format);
            // The second line counts the errors.
            assert_eq!(errors.len(), 2, "{errors:#?}");
            assert!(errors[0].contains(&format!("generated in format {format}, and this version")), "{errors:#?}");
            assert!(errors[0].contains("run `cargo xtask codegen` with the generator"), "{errors:#?}");
            assert_eq!(errors[1], "error: aborting due to 1 previous error", "{errors:#?}");
        }
    }
}
