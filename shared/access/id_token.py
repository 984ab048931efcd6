"""What a provider signs about somebody who signed in there: read here, and believed only once all of it holds."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from shared.access.failing import NotBelieved

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Only those by which the provider alone can sign: neither unsigned, nor by a secret that both of us know."""
KINDS = frozenset({"RSA", "EC"})
LEEWAY = 60
"""Seconds by which the clocks of two machines may differ."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token has to say, if it is meant for us and answers what we asked."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str = ""


def keys_of(document: Any) -> KeySet:
    """The keys by which a provider signs; what is no such key is passed over."""
    listed = document.get("keys") if isinstance(document, Mapping) else None
    return KeySet([*_keys(listed if isinstance(listed, list) else [])])


def _keys(listed: Iterable[Any]) -> Iterable[Key]:
    for one in listed:
        if isinstance(one, dict) and one.get("kty") in KINDS and one.get("use", "sig") == "sig":
            with suppress(JoseError, ValueError, TypeError):
                yield JWKRegistry.import_key(one)


def believed(id_token: str, keys: KeySet, expected: Expected, now: datetime) -> Mapping[str, Any]:
    """What the token says of whoever signed in; raises NotBelieved, which tells nothing of them."""
    try:
        token = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
    except JoseError as error:
        raise NotBelieved(error.error) from error
    except (ValueError, TypeError) as error:
        raise NotBelieved("unreadable") from error
    claims = CodeIDToken(token.claims, token.header, _wanted(expected), _asked(expected))
    try:
        claims.validate(int(now.timestamp()), LEEWAY)
    except ClaimError as error:
        raise NotBelieved(f"{error.error} {error.claim}") from error
    except (JoseError, ValueError, TypeError) as error:
        raise NotBelieved("unreadable claims") from error
    return dict(claims)


def _wanted(expected: Expected) -> dict[str, Any]:
    issuer, audience = {"value": expected.issuer}, {"value": expected.client_id}
    told = {"iss": issuer, "aud": audience, "sub": {}, "exp": {}, "iat": {}}
    return {claim: {"essential": True, **value} for claim, value in told.items()}


def _asked(expected: Expected) -> dict[str, Any]:
    return {"client_id": expected.client_id, "nonce": expected.nonce, "access_token": expected.access_token}
