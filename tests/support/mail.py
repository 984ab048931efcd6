"""A real mail server for tests, which does with letters what it is told to; and people to write to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from services.followup.channels import Place, way_out
from services.followup.handlers.mail import Sender
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
    on_arrival: Callable[[], object] = lambda: None

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
        assert server.transport
        self.was_private.append(server.transport.get_extra_info("ssl_object") is not None)
        self.on_arrival()
        return "250 OK"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        from base64 import b64decode

        user, token, *_ = b64decode(args[1]).decode().split("\x01")
        self.signed_in.append((user.removeprefix("user="), token.removeprefix("auth=Bearer ")))
        return AuthResult(success=True, auth_data=user)

    def check(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.signed_in.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password != b"wrong", handled=False)


@asynccontextmanager
async def a_mail_server(
    context: ssl.SSLContext | None = None, implicit: bool = False, port: int = 0, sign_in: bool = False
) -> AsyncIterator[MailServer]:
    """A mail server on a free port; with a context it speaks STARTTLS, or TLS from the first byte."""
    box = MailServer()
    told: dict[str, Any] = {"authenticator": box.check, "auth_require_tls": False} if sign_in else {}
    if context and not implicit:
        told |= {"tls_context": context, "require_starttls": True}
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(box, loop=loop, **told), "127.0.0.1", port, ssl=context if implicit else None
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


async def a_link(person_id: str) -> str:
    """Stands for the link that signs somebody in."""
    return f"http://here/sign-in/link?key=secret-of-{person_id}"


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


def a_sender(store: Store, server: MailServer, *people: Person, **told: Any) -> Sender:
    """Sends the letters of a store by this server, whenever a test asks for it."""
    settings = settings_for(server, **told)
    return Sender(store, People(*people), way_out(settings), Place(settings.mail_from, URL), a_link, settings)


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
