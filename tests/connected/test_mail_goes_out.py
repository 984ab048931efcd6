"""Letters by a real mail server: each way to connect and sign in, addresses that not all take, an end in between."""

import asyncio
import os
import ssl
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.followup.channels import Smtp, Unsent
from services.followup.channels.headers import ASCII, UTF8, Headers, address
from services.followup.handlers import mail as handling
from services.followup.repository import mail
from services.followup.tables import TABLES
from shared.clock import WorldClock
from shared.storage.database import Database
from shared.storage.work import Store
from tests.support.mail import MailServer, a_mail_server, a_sender, settings_for

FAY = address("Fay Facilitator", "fay@example.org")


def a_message(to: Address = FAY, policy: Headers = ASCII) -> EmailMessage:
    made = EmailMessage(policy=policy)
    made["To"], made["From"], made["Subject"] = to, address("We", "peer@example.org"), "Hello"
    made.set_content("Hello.")
    return made


async def send(server: MailServer, message: EmailMessage | None = None, **told: Any) -> None:
    async with Smtp(settings_for(server, **told)).opened() as sending:
        await sending.send("l", message or a_message())


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate of this machine, which this test trusts."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)  # noqa: TID251 - a certificate has dates
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file, secret = tmp_path / "certificate.pem", tmp_path / "key.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file.write_bytes(made.public_bytes(pem))
    secret.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(file, secret)
    return served


async def test_a_plain_relay_takes_letters_as_they_are() -> None:
    async with a_mail_server() as server:
        await send(server)
        assert (server.was_private, server.signed_in) == ([False], [])


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
async def test_letters_go_over_a_private_connection(security: str, implicit: bool, context: ssl.SSLContext) -> None:
    async with a_mail_server(context, implicit) as server:
        await send(server, mail_security=security)
        assert server.was_private == [True]


async def test_a_server_that_offers_no_starttls_gets_nothing_in_the_clear() -> None:
    async with a_mail_server() as server:
        with pytest.raises(Unsent, match="STARTTLS"):
            await send(server, mail_security="starttls")
        assert server.arrived == []


async def test_who_has_a_password_signs_in_with_it_and_a_wrong_one_is_no_fault_of_the_letter() -> None:
    async with a_mail_server(sign_in=True) as server:
        await send(server, mail_user="we", mail_password="right")
        with pytest.raises(Unsent, match="sign-in") as refused:
            await send(server, mail_user="we", mail_password="wrong")
        assert (server.signed_in[0], refused.value.for_good) == (("we", "right"), False)


async def test_a_token_is_read_anew_for_each_connection(tmp_path: Path) -> None:
    file = tmp_path / "token"
    async with a_mail_server(sign_in=True) as server:
        for token in ("first", "second"):
            file.write_text(f"{token}\n")
            await send(server, mail_user="we", mail_token_file=str(file))
        command = f"{sys.executable} -c \"print('third')\""
        await send(server, mail_user="we", mail_token_command=command)
        assert server.signed_in == [("we", "first"), ("we", "second"), ("we", "third")]


async def test_a_command_that_gives_no_token_in_time_ends_and_whatever_it_started_ends_with_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Whoever reads from the pipe reads until nobody is left who could write into it.
    said = asyncio.create_task(asyncio.to_thread(pipe.read_bytes))
    command = f"sh -c 'exec 3>{pipe}; (sleep 15; echo still here >&3) & wait'"
    async with a_mail_server(sign_in=True) as server:
        with pytest.raises(Unsent, match="did not run to its end"):
            await send(server, mail_user="we", mail_token_command=command, mail_timeout=1)
    assert await said == b""


async def test_a_server_that_is_away_is_told_in_words() -> None:
    async with a_mail_server() as server:
        pass
    with pytest.raises(Unsent, match="does not answer") as away:
        await send(server)
    assert not away.value.for_good


async def test_a_token_that_has_expired_is_refused_after_the_servers_reason_was_heard() -> None:
    async with a_mail_server(sign_in=True) as server:
        with pytest.raises(Unsent, match="sign-in") as refused:
            await send(server, mail_user="we", mail_token="expired")
        assert (server.arrived, refused.value.for_good) == ([], False)


async def test_an_address_that_has_no_other_spelling_goes_to_servers_that_take_it() -> None:
    message = a_message(address("Jürgen Müller", "jürgen@bücher.example"), UTF8)
    async with a_mail_server() as server:
        await send(server, message)
        [arrived] = server.raw
        assert "<jürgen@xn--bcher-kva.example>".encode() in arrived
    async with a_mail_server(takes_utf8=False) as server:
        with pytest.raises(Unsent, match="letters that this mail server cannot take") as refused:
            await send(server, message)
        assert refused.value.for_good


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'followup.db'}", "followup")
    await database.create(TABLES)
    yield Store(database, WorldClock())
    await database.close()


async def test_whoever_stops_lets_the_letter_that_is_on_its_way_arrive_and_begins_no_other(store: Store) -> None:
    for person in ("p-f", "p-s"):
        await handling.ask_for_link(store, person)
    async with a_mail_server() as server:
        server.may_answer.clear()
        sender = a_sender(store, server)
        sender.start()
        await server.has_arrived.wait()
        stopping = asyncio.create_task(sender.stop())
        await asyncio.sleep(0)
        server.may_answer.set()
        await stopping
        async with store.look() as unit:
            states = sorted((one.state, one.tries) for one in await mail.latest(unit, 10))
            next_at = await mail.earliest(unit)
        assert (len(server.arrived), states) == (1, [("sent", 1), ("waiting", 0)])
        assert next_at is not None
        assert next_at <= store.clock.now(), "whoever comes next need not wait for it"
