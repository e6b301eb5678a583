"""Computes expected.txt from the key files beside it, without any code of protostore.

The keys are parsed by the `cryptography` package (OpenSSL underneath), the rest is `hashlib` and `hmac`.
Run it as `python3 expect.py > expected.txt`; the result must never change.
"""

import hashlib
import hmac
import pathlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

SALT = bytes(range(0x10, 0x20))
CURVES = {  # content octets of the DER of the curve's object identifier, length of a scalar
    "secp256r1": ("2a8648ce3d030107", 32),
    "secp384r1": ("2b81040022", 48),
    "secp521r1": ("2b81040023", 66),
    "secp256k1": ("2b8104000a", 32),
}


def sized(data):
    return len(data).to_bytes(4, "big") + data


def canonical(key):
    if isinstance(key, rsa.RSAPrivateKey):
        n = key.private_numbers()
        primes = sorted([n.p, n.q], reverse=True)
        return b"rsa\0" + b"".join(sized(p.to_bytes((p.bit_length() + 7) // 8, "big")) for p in primes)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        oid, size = CURVES[key.curve.name]
        return b"ec\0" + bytes.fromhex(oid) + sized(key.private_numbers().private_value.to_bytes(size, "big"))
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    seed = key.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    return b"ed25519\0" + seed


def hkdf(salt, secret, info, length):
    """RFC 5869 with SHA-256, for at most one block of output."""
    prk = hmac.new(salt, secret, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()[:length]


def private_section(text):
    """The private key without the certificates around it."""
    lines, inside = [], False
    for line in text.splitlines():
        inside = inside or (line.startswith("-----BEGIN ") and line.endswith("PRIVATE KEY-----"))
        if inside:
            lines.append(line)
        if line.startswith("-----END "):
            inside = False
    return "\n".join(lines) + "\n"


print(f"# salt {SALT.hex()}")
print("# file secret key key_id token_key")
for path in sorted(pathlib.Path(__file__).parent.glob("*.pem")):
    # The package refuses a scalar without its leading zeros; the key is the same as the one beside it.
    source = path.with_name(path.name.replace("short-scalar", "leading-zero"))
    pem = private_section(source.read_text()).encode()
    key = serialization.load_pem_private_key(pem, password=None)
    secret = hashlib.sha256(b"protostore/secret/v1\0" + canonical(key)).digest()
    print(
        path.name,
        secret.hex(),
        hkdf(SALT, secret, b"protostore/sqlcipher/v1", 32).hex(),
        hkdf(SALT, secret, b"protostore/key-id/v1", 8).hex(),
        hkdf(SALT, secret, b"protostore/page-token/v1", 32).hex(),
    )
