//! `mod.rs`: the packages as nested modules, each including its file.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use prost_build::Module;
use quote::quote;

/// A module, what it includes and what is in it.
#[derive(Default)]
struct Tree<'a> {
    file: Option<&'a Module>,
    /// The module of another crate that this one is.
    external: Option<&'a str>,
    modules: BTreeMap<&'a str, Tree<'a>>,
}

/// Returns the file of a package, without the `r#` that a keyword wears as a module; `mod.rs` is that of all packages.
pub(crate) fn file_name(module: &Module) -> String {
    match module.to_file_name_or("_").replace("r#", "") {
        name if name == "mod.rs" => "mod_.rs".to_owned(),
        name => name,
    }
}

pub(crate) fn emit(modules: &[Module], external: &BTreeMap<Module, String>, header: &str) -> String {
    let mut root = Tree::default();
    for module in modules {
        let tree = module.parts().fold(&mut root, |tree, part| tree.modules.entry(part).or_default());
        tree.file = Some(module);
    }
    for (module, path) in external {
        let tree = module.parts().fold(&mut root, |tree, part| tree.modules.entry(part).or_default());
        tree.external = Some(path);
    }
    let items = tokens(&root);
    let title = format!(" {header}");
    let file = quote! {
        #![doc = #title]
        #![doc = ""]
        #![doc = " The messages of the protobuf files, and their services under the feature `grpc`."]
        #![allow(missing_docs, reason = "a proto need not comment everything")]
        #![allow(deprecated, reason = "code generated for a deprecated field uses it")]
        #![allow(nonstandard_style, reason = "names are those of the proto")]
        #![allow(clippy::all, clippy::pedantic, reason = "prost and tonic decide how this code looks")]
        #![allow(rustdoc::all, reason = "the comments were not written for rustdoc")]

        /// The encoded `FileDescriptorSet` of these files and what they import, with all options.
        pub const DESCRIPTORS: &[u8] = include_bytes!("descriptors.bin");

        #items
    };
    prettyplease::unparse(&syn::parse2(file).expect("modules and includes are Rust"))
}

fn tokens(tree: &Tree<'_>) -> TokenStream {
    let include = tree.file.map(|module| {
        let name = file_name(module);
        quote! { include!(#name); }
    });
    let modules = tree.modules.iter().map(|(name, tree)| {
        let name = ident(name);
        if let Some(path) = tree.external {
            let path: syn::Path = syn::parse_str(path).expect("the configuration checks paths");
            return quote! { pub use #path as #name; };
        }
        let items = tokens(tree);
        quote! { pub mod #name { #items } }
    });
    quote! { #include #(#modules)* }
}

fn ident(part: &str) -> Ident {
    match part.strip_prefix("r#") {
        Some(keyword) => Ident::new_raw(keyword, Span::call_site()),
        None => Ident::new(part, Span::call_site()),
    }
}
