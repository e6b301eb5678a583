"""Prints the key with which any SQLCipher 4 opens a database of protostore: PRAGMA key = "x'…'".

    python3 cipher_key.py server.key aurae.db

It needs nothing but Python. What it computes is in docs/adr/0001-key-and-file.md: a secret from the private key, whatever
its encoding, and from that and the first 16 bytes of the file the key. Whoever sees its output can read the database.
"""

import base64
import hashlib
import hmac
import re
import sys

RSA = bytes.fromhex("2a864886f70d010101")
EC = bytes.fromhex("2a8648ce3d0201")
ED25519 = bytes.fromhex("2b6570")
SCALARS = {  # object identifier of the curve: bytes of a scalar
    "2a8648ce3d030107": 32,  # P-256
    "2b81040022": 48,  # P-384
    "2b81040023": 66,  # P-521
    "2b8104000a": 32,  # secp256k1
}


def parts(der):
    """The values of a sequence in DER, each with its tag."""
    found, at = [], 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length > 127:
            size = length - 128
            length, at = int.from_bytes(der[at : at + size], "big"), at + size
        found.append((tag, der[at : at + length]))
        at += length
    return found


def sequence(der):
    return [value for _, value in parts(parts(der)[0][1])]


def sized(data):
    return len(data).to_bytes(4, "big") + data


def rsa(der):
    primes = sorted((int.from_bytes(prime, "big") for prime in sequence(der)[4:6]), reverse=True)
    return b"rsa\0" + b"".join(sized(prime.to_bytes((prime.bit_length() + 7) // 8, "big")) for prime in primes)


def ec(der, curve):
    scalar = sequence(der)[1]
    if curve is None:
        curve = next(parts(value)[0][1] for tag, value in parts(parts(der)[0][1]) if tag == 0xA0)
    return b"ec\0" + curve + sized(scalar.lstrip(b"\0").rjust(SCALARS[curve.hex()], b"\0"))


def canonical(label, der):
    """The private key in the one form that protostore hashes."""
    if label == "RSA PRIVATE KEY":
        return rsa(der)
    if label == "EC PRIVATE KEY":
        return ec(der, None)
    _, algorithm, key = sequence(der)[:3]
    algorithm, *parameters = [value for _, value in parts(algorithm)]
    if algorithm == RSA:
        return rsa(key)
    if algorithm == EC:
        return ec(key, parameters[0])
    if algorithm == ED25519:
        return b"ed25519\0" + parts(key)[0][1]
    sys.exit("the algorithm of the key is not one that protostore takes")


def hkdf(salt, secret, info, length):
    """RFC 5869 with SHA-256, for at most one block of output."""
    prk = hmac.new(salt, secret, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()[:length]


def main(key_file, database):
    with open(key_file, encoding="ascii", errors="replace") as file:
        pem = re.search(r"-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----(.*?)-----END", file.read(), re.DOTALL)
    if pem is None:
        sys.exit(f"{key_file} holds no private key in PEM")
    secret = hashlib.sha256(b"protostore/secret/v1\0" + canonical(pem[1], base64.b64decode(pem[2]))).digest()
    with open(database, "rb") as file:
        salt = file.read(16)
    print(f"x'{hkdf(salt, secret, b'protostore/sqlcipher/v1', 32).hex()}{salt.hex()}'")


if __name__ == "__main__":
    main(*sys.argv[1:])
