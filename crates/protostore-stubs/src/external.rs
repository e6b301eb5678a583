//! Packages whose messages another crate has, each with the module of that crate.

use std::collections::BTreeMap;

use heck::ToSnakeCase as _;
use prost_build::Module;
use prost_types::FileDescriptorProto;

use crate::module;

/// Returns the path of the other crate's module for each package of the files that it has.
pub(crate) fn modules(files: &[FileDescriptorProto], paths: &BTreeMap<String, String>) -> BTreeMap<Module, String> {
    let found = files.iter().filter_map(|file| Some((module(file), path(file.package(), paths)?)));
    found.collect()
}

/// Returns the path of the module for a package: of the longest package that is said, or is around it.
fn path(package: &str, paths: &BTreeMap<String, String>) -> Option<String> {
    let below = |said: &str| {
        let rest = package.strip_prefix(said.trim_start_matches('.'))?;
        (rest.is_empty() || rest.starts_with('.')).then_some(rest)
    };
    let around = paths.iter().filter_map(|(said, rust)| Some((said.len(), below(said)?, rust)));
    let (_, rest, rust) = around.max_by_key(|(length, ..)| *length)?;
    let inner = rest.split('.').filter(|part| !part.is_empty()).map(|part| format!("::{}", part.to_snake_case()));
    Some(rust.clone() + &inner.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_package_is_found_with_those_below_it() {
        let paths = [(".shop.v1", "::shop::proto::shop::v1"), (".shop", "::other::shop")];
        let paths = paths.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
        assert_eq!(path("shop.v1", &paths).as_deref(), Some("::shop::proto::shop::v1"));
        assert_eq!(path("shop.v1.someInner", &paths).as_deref(), Some("::shop::proto::shop::v1::some_inner"));
        assert_eq!(path("shop.v2", &paths).as_deref(), Some("::other::shop::v2"));
        assert_eq!(path("shops", &paths), None);
    }
}
