"""The way out by SMTP: a plain relay, STARTTLS or TLS from the first byte; a password, XOAUTH2, or no sign-in."""

import asyncio
import os
import re
import shlex
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
from aiosmtplib import SMTP

from services.followup.channels.post import Sending, Unsent
from shared.settings import Settings

STATUS = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
"""The enhanced status that many servers put before their words, which may name an address and are not kept."""
PERMANENT = 500


class Smtp:
    """A mail server, by the settings."""

    leaves = True

    def __init__(self, settings: Settings) -> None:
        self._told = settings

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Sending]:
        """A connection that is made by the first message and ends with the block."""
        wire = _Wire(self._told)
        try:
            yield wire
        finally:
            await wire.close()

    def forget(self) -> None:
        """Nothing is kept here."""


class _Wire:
    def __init__(self, settings: Settings) -> None:
        self._told = settings
        self._client: SMTP | None = None
        self._closed: Unsent | None = None
        """Why nobody lets us in: the letters after the first need not wait to hear the same."""

    async def send(self, letter_id: str, message: EmailMessage) -> None:
        client = await self._connected()
        [sender], [to] = message["From"].addresses, message["To"].addresses
        # What is written in ASCII alone, every mail server takes.
        options = [] if to.username.isascii() else ["SMTPUTF8", "BODY=8BITMIME"]
        try:
            await client.sendmail(sender.addr_spec, [to.addr_spec], message.as_bytes(), mail_options=options)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            self._start_anew(error)
            raise _unsent(error) from error
        except asyncio.CancelledError:
            self._drop()
            raise

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            await client.quit()
        except (aiosmtplib.SMTPException, OSError):
            client.close()

    async def _connected(self) -> SMTP:
        if self._closed:
            raise self._closed
        if self._client is None or not self._client.is_connected:
            try:
                self._client = await self._connect()
            except Unsent as error:
                self._closed = error
                raise
        return self._client

    async def _connect(self) -> SMTP:
        """A connection that has signed in. Whatever is refused here is no fault of any letter."""
        told = self._told
        client = SMTP(
            hostname=told.mail_host,
            port=told.mail_port,
            timeout=told.mail_timeout,
            use_tls=told.mail_security == "tls",
            start_tls=told.mail_security == "starttls",
        )
        try:
            await client.connect()
            await self._sign_in(client)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            raise _not_let_in(error) from error
        except asyncio.CancelledError:
            client.close()
            raise
        return client

    async def _sign_in(self, client: SMTP) -> None:
        told = self._told
        if not told.mail_user:
            return
        if token := await self._token():
            await client.auth_xoauth2(told.mail_user, token)
        else:
            await client.login(told.mail_user, told.mail_password.get_secret_value())

    async def _token(self) -> str:
        """The access token for XOAUTH2, read anew for each connection: it is good for an hour or so."""
        told = self._told
        if told.mail_token_command:
            return await _said_by(told.mail_token_command, told.mail_timeout)
        if told.mail_token_file:
            try:
                return (await asyncio.to_thread(Path(told.mail_token_file).read_text, "utf-8")).strip()
            except OSError as error:
                raise Unsent(
                    f"The file with the token for the mail server cannot be read: {error.strerror}."
                ) from error
        return told.mail_token.get_secret_value()

    def _start_anew(self, error: Exception) -> None:
        """After whatever may have left the connection in an unknown state, the next message takes another."""
        if not isinstance(error, aiosmtplib.SMTPResponseException | aiosmtplib.SMTPRecipientsRefused):
            self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client:
            client.close()


async def _said_by(command: str, within: float) -> str:
    try:
        # In a group of its own: it may have started others, and all of them end with it.
        process = await asyncio.create_subprocess_exec(
            *shlex.split(command), stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, start_new_session=True
        )
        try:
            async with asyncio.timeout(within):
                out, _ = await process.communicate()
        except BaseException:
            await _end(process)
            raise
    except (OSError, TimeoutError) as error:
        raise Unsent("The command that gives the token for the mail server did not run to its end.") from error
    if process.returncode or not out.strip():
        raise Unsent("The command that gives the token for the mail server gave none.")
    return out.decode(errors="replace").strip()


async def _end(process: Process) -> None:
    """Leave nothing behind of a command that took too long, neither running nor unburied."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await asyncio.shield(process.wait())


def _unsent(error: Exception) -> Unsent:
    """What became of one message, in words without anything that the server said."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        return _answered(error.recipients[0], "the address")
    if isinstance(error, aiosmtplib.SMTPSenderRefused):
        return Unsent(f"The mail server does not let us send in this name{_coded(error)}.", error.code)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _answered(error, "the message")
    if isinstance(error, ValueError | aiosmtplib.SMTPNotSupported):
        return Unsent("The address has letters that this mail server cannot take.", for_good=True)
    return Unsent("The connection to the mail server broke; the message may have arrived.")


def _answered(error: aiosmtplib.SMTPResponseException, what: str) -> Unsent:
    if error.code >= PERMANENT:
        return Unsent(f"The mail server refused {what} for good{_coded(error)}.", error.code, for_good=True)
    return Unsent(f"The mail server did not take {what} now{_coded(error)}.", error.code)


def _not_let_in(error: Exception) -> Unsent:
    if isinstance(error, Unsent):
        return error
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Unsent(f"The mail server refuses our sign-in{_coded(error)}: look at the settings.", error.code)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return Unsent(f"The mail server does not let us in{_coded(error)}.", error.code)
    if isinstance(error, aiosmtplib.SMTPConnectError | aiosmtplib.SMTPTimeoutError | OSError):
        return Unsent("The mail server does not answer.")
    return Unsent("The mail server cannot do what the settings ask for: STARTTLS, TLS, or the way to sign in.")


def _coded(error: aiosmtplib.SMTPResponseException) -> str:
    status = STATUS.match(error.message or "")
    return f" ({error.code}{f' {status[1]}' if status else ''})"
