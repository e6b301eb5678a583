//! The one form of a private key, whatever its encoding: what the secret is the hash of.
//!
//! ```text
//! RSA      "rsa\0"     || length || the larger prime || length || the smaller prime
//! EC       "ec\0"      || the curve's object identifier || length || scalar
//! Ed25519  "ed25519\0" || seed
//! ```
//! Lengths are 32-bit big-endian, primes have no leading zeros, a scalar has as many bytes as the order of its curve, and
//! the object identifier is written as the content octets of its DER.

use const_oid::ObjectIdentifier;
use const_oid::db::DB;
use pkcs8::der::asn1::{AnyRef, ContextSpecific, OctetStringRef};
use pkcs8::der::{self, Decode, Reader, SliceReader, Tag, TagNumber, Tagged};
use zeroize::Zeroizing;

use super::refusal::Refusal;

/// The canonical form, wiped when it is dropped.
pub(super) type Canonical = Zeroizing<Vec<u8>>;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The curves, each with the bytes of its order.
const CURVES: [(ObjectIdentifier, usize); 4] = [
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), 32),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), 48),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), 66),
    (ObjectIdentifier::new_unwrap("1.3.132.0.10"), 32),
];

/// `RSAPrivateKey`, <https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2>
pub(super) fn pkcs1(der: &[u8]) -> Result<Canonical, Refusal> {
    let key =
        pkcs1::RsaPrivateKeyRef::try_from(der).map_err(|_| Refusal::Malformed("it is not an RSA key in PKCS#1"))?;
    if key.other_prime_infos.is_some() {
        return Err(Refusal::Algorithm("RSA with more than two primes"));
    }
    let (p, q) = (key.prime1.as_bytes(), key.prime2.as_bytes());
    if is_zero(p) || is_zero(q) {
        return Err(Refusal::Malformed("its prime factors are missing"));
    }
    // Without leading zeros, the longer of two numbers is the larger.
    let (larger, smaller) = if (p.len(), p) >= (q.len(), q) { (p, q) } else { (q, p) };
    Ok(concat(&[b"rsa\0", &length(larger.len()), larger, &length(smaller.len()), smaller]))
}

/// `ECPrivateKey`, <https://www.rfc-editor.org/rfc/rfc5915>; inside PKCS#8 the curve is named outside.
pub(super) fn sec1(der: &[u8], outer: Option<ObjectIdentifier>) -> Result<Canonical, Refusal> {
    if let Ok(Some(parameters)) = ec_parameters(der) {
        named_curve(parameters)?;
    }
    let key =
        sec1::EcPrivateKey::try_from(der).map_err(|_| Refusal::Malformed("it is not an elliptic curve key in SEC1"))?;
    let inner = key.parameters.and_then(sec1::EcParameters::named_curve);
    let curve = match (outer, inner) {
        (Some(outer), Some(inner)) if outer != inner => {
            return Err(Refusal::Malformed("it names two different curves"));
        }
        (Some(curve), _) | (None, Some(curve)) => curve,
        (None, None) => return Err(Refusal::Malformed("it does not name its curve")),
    };
    let Some((_, size)) = CURVES.iter().find(|(known, _)| *known == curve) else {
        return Err(Refusal::Algorithm(DB.by_oid(&curve).unwrap_or("an unknown elliptic curve")));
    };
    // Encoders are supposed to pad the scalar to the size of the curve, and some do not.
    let significant = key.private_key.iter().position(|byte| *byte != 0);
    let scalar = significant.map_or(&[][..], |first| &key.private_key[first..]);
    if scalar.is_empty() || scalar.len() > *size {
        return Err(Refusal::Malformed("its number does not fit its curve"));
    }
    let missing = &[0; 66][..size - scalar.len()];
    Ok(concat(&[b"ec\0", curve.as_bytes(), &length(*size), missing, scalar]))
}

/// `PrivateKeyInfo`, <https://www.rfc-editor.org/rfc/rfc5958>
pub(super) fn pkcs8(der: &[u8]) -> Result<Canonical, Refusal> {
    let key = pkcs8::PrivateKeyInfoRef::try_from(der).map_err(|_| Refusal::Malformed("it is not PKCS#8"))?;
    let (inner, algorithm) = (key.private_key.as_bytes(), key.algorithm);
    match algorithm.oid {
        RSA => pkcs1(inner),
        EC => {
            let curve = algorithm.parameters.map(named_curve).transpose()?;
            sec1(inner, curve)
        }
        ED25519 => ed25519(inner),
        // An identifier that is not in the database is a part of the file, which no error quotes.
        other => Err(Refusal::Algorithm(DB.by_oid(&other).unwrap_or("an unknown algorithm"))),
    }
}

/// Returns the curve that `ECParameters` name; they can also spell it out, or leave it to who reads the key.
fn named_curve(parameters: AnyRef<'_>) -> Result<ObjectIdentifier, Refusal> {
    match parameters.tag() {
        Tag::ObjectIdentifier => {
            parameters.decode_as().map_err(|_| Refusal::Malformed("the identifier of its curve cannot be read"))
        }
        Tag::Sequence | Tag::Null => Err(Refusal::Algorithm("an elliptic curve without a name")),
        _ => Err(Refusal::Malformed("what should name its curve does not")),
    }
}

/// Returns the parameters of an `ECPrivateKey`, whatever they are: the crate `sec1` reads those with a name alone.
fn ec_parameters(der: &[u8]) -> der::Result<Option<AnyRef<'_>>> {
    SliceReader::new(der)?.sequence(|key| {
        u8::decode(key)?;
        <&OctetStringRef>::decode(key)?;
        let parameters = ContextSpecific::<AnyRef<'_>>::decode_explicit(key, TagNumber(0))?;
        key.drain(key.remaining_len())?;
        der::Result::Ok(parameters.map(|field| field.value))
    })
}

/// `CurvePrivateKey`, <https://www.rfc-editor.org/rfc/rfc8410#section-7>
fn ed25519(der: &[u8]) -> Result<Canonical, Refusal> {
    let seed = <&OctetStringRef>::from_der(der).map_err(|_| Refusal::Malformed("it is not an Ed25519 key"))?.as_bytes();
    if seed.len() != 32 {
        return Err(Refusal::Malformed("an Ed25519 key has 32 bytes"));
    }
    Ok(concat(&[b"ed25519\0", seed]))
}

fn is_zero(number: &[u8]) -> bool {
    number.iter().all(|byte| *byte == 0)
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes()
}

/// Joins the parts in a vector that never grows: growing would leave parts of the key behind.
fn concat(parts: &[&[u8]]) -> Canonical {
    let mut joined = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    parts.iter().for_each(|part| joined.extend_from_slice(part));
    joined
}
