"""The way out while no mail server is named: messages lie in a box, in memory only, until this process ends."""

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

MOST = 200
"""How many lie in it; the oldest fall out."""


class Box:
    """Keeps the last messages, by letter. Names and addresses in them are on no disk, and gone with the process."""

    leaves = False

    def __init__(self) -> None:
        self._messages: OrderedDict[str, EmailMessage] = OrderedDict()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Box"]:
        yield self

    async def send(self, letter_id: str, message: EmailMessage) -> None:
        self._messages[letter_id] = message
        while len(self._messages) > MOST:
            self._messages.popitem(last=False)

    def text(self, letter_id: str) -> str | None:
        """What a message says, for whoever cannot see it in a mail program."""
        message = self._messages.get(letter_id)
        body = message.get_body(("plain",)) if message else None
        return str(body.get_content()) if body else None

    def html(self, letter_id: str) -> str | None:
        """The same as mail programs show it."""
        message = self._messages.get(letter_id)
        body = message.get_body(("html",)) if message else None
        return str(body.get_content()) if body else None

    def subject(self, letter_id: str) -> str | None:
        """The line by which a mail program lists it."""
        message = self._messages.get(letter_id)
        return str(message["Subject"]) if message else None

    def forget(self) -> None:
        """Somebody was erased: nothing of what was written is kept."""
        self._messages.clear()
