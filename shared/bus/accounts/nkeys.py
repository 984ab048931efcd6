"""The keys by which programs are known on the bus: Ed25519 pairs, written in the letters of NATS (nkeys).

nats-py signs by a package of its own (nkeys, PyNaCl); what it takes is so little that it stands here.
"""

import base64
import binascii
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SEED, USER = 18 << 3, 20 << 3
"""What a seed and the public key of a user begin with: S and U."""
SIZE = 36
"""Bytes of a seed: two that tell what it is, 32 that nobody can guess, and two by which a slip is noticed."""


class BadSeed(Exception):
    """The file {file} holds no seed of an nkey (58 letters, SU first). Make a new one: throughline bus rotate."""

    def __init__(self, file: object) -> None:
        super().__init__((self.__doc__ or "").format(file=file))


def new_seed() -> str:
    """The secret half of a new key."""
    return _written(bytes([SEED | USER >> 5, (USER & 31) << 3]) + token_bytes(32))


def is_seed(text: str) -> bool:
    """Whether this is the secret half of a user's key, without a slip."""
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return False
    return len(raw) == SIZE and text.startswith("SU") and _written(raw[:-2]) == text


def public_key(seed: str) -> str:
    """The half that everybody may know; it begins with U."""
    return _written(bytes([USER]) + _pair(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def sign(seed: str, nonce: str) -> bytes:
    """What proves to a server that we hold the seed: its nonce, signed."""
    return base64.b64encode(_pair(seed).sign(nonce.encode()))


def _pair(seed: str) -> Ed25519PrivateKey:
    raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    return Ed25519PrivateKey.from_private_bytes(raw[2:34])


def _written(raw: bytes) -> str:
    return base64.b32encode(raw + _crc16(raw).to_bytes(2, "little")).decode().rstrip("=")


def _crc16(raw: bytes) -> int:
    return binascii.crc_hqx(raw, 0)
