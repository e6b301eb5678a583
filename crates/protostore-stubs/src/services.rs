//! Gives services and methods the names that were decided for them, where tonic has another use for those of prost.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use prost_build::{Service, ServiceGenerator};

/// The generator of tonic, behind one that renames what it is given. What goes over the wire keeps its name.
pub(crate) struct Named {
    /// Traits and functions by the full name of the service or method.
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) stubs: Box<dyn ServiceGenerator>,
}

impl ServiceGenerator for Named {
    fn generate(&mut self, mut service: Service, buf: &mut String) {
        let full = match service.package.as_str() {
            "" => service.proto_name.clone(),
            package => format!("{package}.{}", service.proto_name),
        };
        if let Some(name) = self.names.get(&full) {
            service.name.clone_from(name);
        }
        for method in &mut service.methods {
            if let Some(name) = self.names.get(&format!("{full}.{}", method.proto_name)) {
                method.name = raw(name);
            }
        }
        self.stubs.generate(service, buf);
    }

    fn finalize(&mut self, buf: &mut String) {
        self.stubs.finalize(buf);
    }

    fn finalize_package(&mut self, package: &str, buf: &mut String) {
        self.stubs.finalize_package(package, buf);
    }
}

/// Returns a name as an identifier, raw where it is a keyword; syn reads `gen` as none, which edition 2024 has.
pub(crate) fn raw(name: &str) -> String {
    if name == "gen" || syn::parse_str::<Ident>(name).is_err() { format!("r#{name}") } else { name.to_owned() }
}
