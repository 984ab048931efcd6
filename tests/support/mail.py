"""A real mail server for tests, which does with letters what it is told to; and people to write to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from services.followup.channels import Place, way_out
from services.followup.handlers.sender import Sender
from shared.bus.asking import Words
from shared.bus.looking_on import Asks
from shared.errors import Unknown
from shared.people import Person
from shared.settings import Settings
from shared.storage.work import Store

URL = "https://throughline.example.org"
FACILITATOR = Person(person_id="p-f", name="Fay Facilitator", address="fay@example.org", zone="America/New_York")
SUPERVISOR = Person(person_id="p-s", name="Sam Supervisor", address="sam@example.org")
LEAD = Person(person_id="p-1", name="Lea Lead", address="lea@example.org")


@dataclass
class MailServer:
    """What arrived, and what is to be answered to the next messages."""

    port: int = 0
    arrived: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """Given to the next messages, one each; then 250."""
    refused: dict[str, str] = field(default_factory=dict)
    """What is answered to an address."""
    signed_in: list[tuple[str, str]] = field(default_factory=list)
    was_private: list[bool] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    """Set unless messages that have arrived wait for their answer."""
    has_arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks for this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Iterable[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers and not (answer := self.answers.pop(0)).startswith("250"):
            return answer
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.arrived.append(message)
        self.raw.append(envelope.content)
        assert server.transport
        self.was_private.append(server.transport.get_extra_info("ssl_object") is not None)
        self.has_arrived.set()
        await self.may_answer.wait()
        return "250 OK"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        from base64 import b64decode

        user, token, *_ = b64decode(args[1]).decode().split("\x01")
        if token.endswith("expired"):
            # As the big ones do: a reason that is to be heard out, and only then the refusal.
            await server.challenge_auth(b'{"status": "400"}')
            return AuthResult(success=False, handled=False)
        self.signed_in.append((user.removeprefix("user="), token.removeprefix("auth=Bearer ")))
        return AuthResult(success=True, auth_data=user)

    def check(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.signed_in.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password != b"wrong", handled=False)


@asynccontextmanager
async def a_mail_server(
    context: ssl.SSLContext | None = None,
    implicit: bool = False,
    sign_in: bool = False,
    takes_utf8: bool = True,
) -> AsyncIterator[MailServer]:
    """A mail server on a free port; with a context it speaks STARTTLS, or TLS from the first byte."""
    box = MailServer()
    box.may_answer.set()
    told: dict[str, Any] = {"enable_SMTPUTF8": takes_utf8}
    if sign_in:
        told |= {"authenticator": box.check, "auth_require_tls": False}
    if context and not implicit:
        told |= {"tls_context": context, "require_starttls": True}
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(box, loop=loop, **told), "127.0.0.1", 0, ssl=context if implicit else None
    )
    box.port = listening.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        listening.close()


class People:
    """A directory of these people."""

    def __init__(self, *people: Person) -> None:
        self.people = {person.person_id: person for person in people or (FACILITATOR, SUPERVISOR, LEAD)}

    async def named(self, ids: Iterable[str]) -> Mapping[str, Person]:
        return {one: self.people[one] for one in ids if one in self.people}

    async def whose(self, address: str) -> Person | None:
        return None

    async def changed(self) -> None:
        return None


class Accounts:
    """Who has an account: all but these. No other service answers, unless a test says how."""

    def __init__(self, *without: str, asks: Asks | None = None) -> None:
        self.without, self.asks = without, asks

    async def ask(self, service: str, what: str, question: Words) -> Words | None:
        return await self.asks(service, what, question) if self.asks else None

    async def mint_link(self, person_id: str) -> str:
        if person_id in self.without:
            raise Unknown("account of", person_id)
        return f"http://here/sign-in/link?key=secret-of-{person_id}"

    async def may_sign_in(self, person_id: str) -> bool:
        return person_id not in self.without


def settings_for(server: MailServer, **told: Any) -> Settings:
    """Send by this server."""
    return Settings(
        **{
            "mail_host": "127.0.0.1",
            "mail_port": server.port,
            "mail_security": "none",
            "mail_from": "Peer learning <peer@example.org>",
            "mail_timeout": 5.0,
            **told,
        }
    )


def a_sender(store: Store, server: MailServer, *people: Person, asks: Asks | None = None, **told: Any) -> Sender:
    """Sends the letters of a store by this server, whenever a test asks for it; the team's lead has no account."""
    settings = settings_for(server, **told)
    place, accounts = Place(settings.mail_from, URL), Accounts(LEAD.person_id, asks=asks)
    return Sender(store, People(*people), way_out(settings), lambda: place, accounts, settings)


def text_of(message: EmailMessage) -> str:
    """What a message says as text."""
    body = message.get_body(("plain",))
    assert body
    return str(body.get_content())


def html_of(message: EmailMessage) -> str:
    """What it says as a page."""
    body = message.get_body(("html",))
    assert body
    return str(body.get_content())
