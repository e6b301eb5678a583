//! What a rule asks, as the run time's own data.

use proc_macro2::{Literal, TokenStream};
use protostore_schema::{Asks, Bound, RuleValue, Unit};
use quote::quote;

use super::tokens::ident;

/// Returns what a rule asks of a value.
pub(super) fn asks(asks: &Asks) -> TokenStream {
    let of = |values: &[RuleValue]| {
        let values = values.iter().map(literal);
        quote!(&[#(#values),*])
    };
    let asked = match asks {
        Asks::Is(one) => {
            let one = of(std::slice::from_ref(one));
            quote!(In(#one))
        }
        Asks::In(many) => {
            let many = of(many);
            quote!(In(#many))
        }
        Asks::NotIn(many) => {
            let many = of(many);
            quote!(NotIn(#many))
        }
        Asks::Range(range) => {
            let side = |bound: &Option<Bound>| match bound {
                None => quote!(None),
                Some(Bound { at, included }) => {
                    let at = literal(at);
                    quote!(Some((#at, #included)))
                }
            };
            let (low, high, outside) = (side(&range.low), side(&range.high), range.outside);
            quote!(Range { low: #low, high: #high, outside: #outside })
        }
        Asks::Finite => quote!(Finite),
        Asks::Size { of, min, max } => {
            let (min, max) = (Literal::u64_unsuffixed(*min), most(*max));
            match of {
                Unit::Characters => quote!(Characters(#min, #max)),
                Unit::Bytes => quote!(Bytes(#min, #max)),
            }
        }
        Asks::Prefix(part) => part_of(&quote!(Prefix), part),
        Asks::Suffix(part) => part_of(&quote!(Suffix), part),
        Asks::Contains(part) => part_of(&quote!(Contains), part),
        Asks::NotContains(part) => part_of(&quote!(NotContains), part),
        Asks::Pattern(text) => quote!(Pattern({
            static PATTERN: generated::rules::Pattern = generated::rules::Pattern::new(#text);
            &PATTERN
        })),
        Asks::Format(format) => {
            let format = ident(&format!("{format:?}"));
            quote!(Format(generated::rules::Format::#format))
        }
        Asks::Past => quote!(Past),
        Asks::Future => quote!(Future),
        Asks::Within(span) => {
            let nanos = nanos(span);
            quote!(Within(#nanos))
        }
    };
    quote!(generated::rules::Asks::#asked)
}

/// Returns the most that a size or number may be.
pub(super) fn most(max: Option<u64>) -> TokenStream {
    match max {
        None => quote!(u64::MAX),
        Some(max) => {
            let max = Literal::u64_unsuffixed(max);
            quote!(#max)
        }
    }
}

fn part_of(name: &TokenStream, part: &RuleValue) -> TokenStream {
    let bytes = match part {
        RuleValue::Text(text) => Literal::byte_string(text.as_bytes()),
        RuleValue::Bytes(bytes) => Literal::byte_string(bytes),
        RuleValue::Bool(_) | RuleValue::Int(_) | RuleValue::Uint(_) | RuleValue::Float(_) | RuleValue::Time(..) => {
            unreachable!("a part of a text or of bytes is one")
        }
    };
    quote!(#name(#bytes))
}

fn literal(value: &RuleValue) -> TokenStream {
    let literal = match value {
        RuleValue::Bool(v) => {
            let v = Literal::u8_unsuffixed((*v).into());
            quote!(Int(#v))
        }
        RuleValue::Int(v) => {
            let v = Literal::i64_unsuffixed(*v);
            quote!(Int(#v))
        }
        RuleValue::Uint(v) => {
            let v = Literal::u64_unsuffixed(*v);
            quote!(Int(#v))
        }
        RuleValue::Float(v) => match v.as_str() {
            "NaN" => quote!(Float(f64::NAN)),
            "inf" => quote!(Float(f64::INFINITY)),
            "-inf" => quote!(Float(f64::NEG_INFINITY)),
            finite => {
                let v = finite.parse::<f64>().map(Literal::f64_unsuffixed).expect("a number is written as one");
                quote!(Float(#v))
            }
        },
        RuleValue::Text(v) => {
            let v = Literal::byte_string(v.as_bytes());
            quote!(Bytes(#v))
        }
        RuleValue::Bytes(v) => {
            let v = Literal::byte_string(v);
            quote!(Bytes(#v))
        }
        RuleValue::Time(..) => {
            let nanos = nanos(value);
            quote!(Time(#nanos))
        }
    };
    quote!(generated::rules::Literal::#literal)
}

fn nanos(value: &RuleValue) -> Literal {
    let RuleValue::Time(seconds, nanos) = value else { unreachable!("a span of time is a time") };
    Literal::i128_unsuffixed(i128::from(*seconds) * 1_000_000_000 + i128::from(*nanos))
}
