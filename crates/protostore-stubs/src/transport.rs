//! Puts what needs tonic's own transport behind the feature `transport`: a client's `connect`.

use quote::ToTokens as _;
use syn::{Item, parse_quote};

/// Puts each `impl` of a type over `tonic::transport::Channel` behind the feature.
pub(crate) fn gate(items: &mut [Item]) {
    for item in items {
        match item {
            Item::Impl(item) => {
                let ty = item.self_ty.to_token_stream().to_string().replace(' ', "");
                if ty.contains("tonic::transport::Channel") {
                    item.attrs.insert(0, parse_quote!(#[cfg(feature = "transport")]));
                }
            }
            Item::Mod(item) => item.content.iter_mut().for_each(|(_, items)| gate(items)),
            _ => {}
        }
    }
}
