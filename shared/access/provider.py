"""The provider at which people sign in (OpenID Connect): where it sends them, and whom it vouches for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.discovery import get_well_known_url
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.access.attempts import Attempt
from shared.access.failing import Declined, NoAnswer, NotBelieved, Stale
from shared.access.fetching import Fetched, Remembered, fetch, fetch_document
from shared.access.id_token import Expected, believed, keys_of
from shared.access.websites import Website
from shared.settings import Settings

SCOPE = "openid email"
ERROR = re.compile(r"[a-z_]{1,40}")
"""An error of OAuth; whatever else a provider may say of one could tell of somebody."""
ITS_OWN = frozenset({"server_error", "temporarily_unavailable"})
"""Errors that are the provider's."""


class Described(BaseModel):
    """What a provider says of itself."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    issuer: str
    authorization_endpoint: Website
    token_endpoint: Website
    jwks_uri: Website
    userinfo_endpoint: Website | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody for whom the provider vouches."""

    issuer: str
    subject: str
    claims: Mapping[str, Any] = field(repr=False)
    access_token: str = field(repr=False)


class Provider:
    """One provider, as the settings name it. Whatever fails raises a SignInFailed."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.oidc_name
        self._settings = settings
        self._described = Remembered(self._describe)
        self._keys = Remembered(self._list_keys)

    async def see_that_it_answers(self) -> None:
        """Ask it who it is and by which keys it signs; for whoever sets it up."""
        await self._described.anew()
        await self._keys.anew()

    async def where(self, attempt: Attempt, back: str) -> str:
        """Where somebody signs in; the provider then sends them to `back`."""
        its = await self._described.now()
        place: str = prepare_grant_uri(
            its.authorization_endpoint,
            self._settings.oidc_client_id,
            "code",
            redirect_uri=back,
            scope=SCOPE,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return place

    async def vouched(self, attempt: Attempt, back: str, answer: Mapping[str, str], now: datetime) -> Vouched:
        """For whom the provider vouches with its answer to this attempt."""
        its = await self._described.now()
        # RFC 9207: the answer of one provider may not be taken for that of another.
        by = answer.get("iss", "" if its.authorization_response_iss_parameter_supported else its.issuer)
        if by != its.issuer:
            raise NotBelieved("the answer is not from this issuer")
        if "code" not in answer:
            error = named_error(answer.get("error"))
            raise NoAnswer(error) if error in ITS_OWN else Declined(error)
        tokens = await self._redeem(its, answer["code"], attempt, back)
        access_token = _text(tokens, "access_token")
        expected = Expected(its.issuer, self._settings.oidc_client_id, attempt.nonce, access_token)
        claims = await self._believed(_text(tokens, "id_token"), expected, now)
        return Vouched(its.issuer, _text(claims, "sub"), claims, access_token)

    async def address_of(self, vouched: Vouched) -> str | None:
        """The mail address of somebody, if the provider has made sure that it is theirs."""
        claims, its = vouched.claims, await self._described.now()
        if "email" not in claims and its.userinfo_endpoint and vouched.access_token:
            claims = await fetch_document(its.userinfo_endpoint, bearer=vouched.access_token)
            if claims.get("sub") != vouched.subject:
                raise NotBelieved("the address is that of another subject")
        address, is_verified = claims.get("email"), claims.get("email_verified")
        trusts_all = self._settings.oidc_addresses == "all"
        is_theirs = is_verified in (True, "true") or (trusts_all and is_verified is None)
        return address if isinstance(address, str) and is_theirs else None

    async def _describe(self) -> Described:
        issuer = self._settings.oidc_issuer
        try:
            described = Described.model_validate(await fetch_document(get_well_known_url(issuer, external=True)))
        except ValidationError as error:
            raise NoAnswer("the discovery document lacks what is needed") from error
        if described.issuer.rstrip("/") != issuer.rstrip("/"):
            raise NoAnswer("the discovery document is that of another issuer")
        return described

    async def _list_keys(self) -> KeySet:
        its = await self._described.now()
        return keys_of(await fetch_document(its.jwks_uri))

    async def _believed(self, id_token: str, expected: Expected, now: datetime) -> Mapping[str, Any]:
        """What does not fit the keys that we remember may fit new ones: providers change them from time to time."""
        if self._keys.is_here:
            try:
                return believed(id_token, await self._keys.now(), expected, now)
            except NotBelieved:
                pass
        return believed(id_token, await self._keys.anew(), expected, now)

    async def _redeem(self, its: Described, code: str, attempt: Attempt, back: str) -> Mapping[str, Any]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
        form["code_verifier"] = attempt.verifier
        client_id, secret = self._settings.oidc_client_id, self._known_secret()
        methods, basic = its.token_endpoint_auth_methods_supported, None
        if secret and ("client_secret_basic" in methods or "client_secret_post" not in methods):
            # RFC 6749, 2.3.1: written as in a form, so that a colon in the id is not taken for the one after it.
            basic = (quote_plus(client_id), quote_plus(secret))
        else:
            form |= {"client_id": client_id} | ({"client_secret": secret} if secret else {})
        fetched = await fetch("POST", its.token_endpoint, form=form, basic=basic)
        if fetched.status != 200:
            raise _not_redeemed(fetched)
        return fetched.told

    def _known_secret(self) -> str:
        """Read anew each time: whoever changes the file need not start anything again."""
        file = self._settings.oidc_client_secret_file
        if not file:
            return self._settings.oidc_client_secret.get_secret_value()
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NoAnswer("the file with the client's secret cannot be read") from error


def provider_of(settings: Settings) -> Provider | None:
    """The provider that the settings name, if they name one."""
    return Provider(settings) if settings.oidc_issuer else None


def named_error(told: object) -> str:
    """The name of an error as a log may have it."""
    return told if isinstance(told, str) and ERROR.fullmatch(told) else "no error that we know"


def _not_redeemed(fetched: Fetched) -> Stale | NoAnswer:
    """A code can be too old; anything else is for whoever set us up at the provider to mend."""
    error = named_error(fetched.told.get("error"))
    return Stale(error) if error == "invalid_grant" else NoAnswer(error)


def _text(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    if not isinstance(found, str) or not found:
        raise NotBelieved(f"there is no {name}")
    return found
