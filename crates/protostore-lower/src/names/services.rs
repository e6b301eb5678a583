//! Names of services and their methods in Rust: those of prost, apart from what the code of tonic has another use for.

use heck::{ToSnakeCase, ToUpperCamelCase};
use protostore_schema::is_prelude_name;

use super::identifier;

/// Items that the code of tonic writes without a path where the trait of a service is declared.
const TONIC_ITEMS: [&str; 14] = [
    "Arc",
    "Body",
    "BoxFuture",
    "BoxStream",
    "Bytes",
    "CompressionEncoding",
    "Context",
    "EnabledCompressionEncodings",
    "GrpcMethod",
    "InterceptedService",
    "Pin",
    "Poll",
    "Service",
    "StdError",
];

/// Functions that each client of tonic has beside its methods.
const CLIENT_FUNCTIONS: [&str; 8] = [
    "accept_compressed",
    "connect",
    "max_decoding_message_size",
    "max_encoding_message_size",
    "new",
    "send_compressed",
    "with_interceptor",
    "with_origin",
];

/// Returns the trait of a service with these methods: its name, or `BodyService` where tonic has a `Body`.
pub(crate) fn service<'a>(proto: &str, mut methods: impl Iterator<Item = &'a str>) -> String {
    let name = identifier(&proto.to_upper_camel_case());
    let of_method = name.strip_suffix("Svc").is_some_and(|rest| methods.any(|method| method == rest));
    let taken = of_method || is_prelude_name(&name) || TONIC_ITEMS.contains(&name.as_str());
    if taken { format!("{name}Service") } else { name }
}

/// Returns the function of a method: its name, or `new_method` where each client has a `new`.
pub(crate) fn method(proto: &str) -> String {
    let name = identifier(&proto.to_snake_case());
    if CLIENT_FUNCTIONS.contains(&name.as_str()) { format!("{name}_method") } else { name }
}

/// Returns the module of a service's client.
pub(crate) fn client_module(service: &str) -> String {
    format!("{}_client", snake(service))
}

/// Returns the module of a service's server.
pub(crate) fn server_module(service: &str) -> String {
    format!("{}_server", snake(service))
}

/// Returns a name as tonic puts it into the names of modules: an underscore before each capital.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (i, c) in name.chars().enumerate() {
        if i > 0 && c.is_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_and_methods() {
        let none = || std::iter::empty::<&str>();
        assert_eq!(service("VmService", none()), "VmService");
        assert_eq!(service("VMs", none()), "VMs".to_upper_camel_case());
        assert_eq!(service("Body", none()), "BodyService");
        assert_eq!(service("AsRef", none()), "AsRefService");
        assert_eq!(service("GetSvc", ["Get"].into_iter()), "GetSvcService");
        assert_eq!(service("GetSvc", ["List"].into_iter()), "GetSvc");
        assert_eq!((method("GetVm"), method("New")), ("get_vm".to_owned(), "new_method".to_owned()));
        assert_eq!(method("SendCompressed"), "send_compressed_method");
        assert_eq!(method("self"), "self_");
        assert_eq!(client_module("VmService"), "vm_service_client");
        assert_eq!(server_module("Ec2"), "ec2_server");
    }
}
