"""What every way out has in common: a message goes to one address, or it is told why it did not."""

from contextlib import AbstractAsyncContextManager
from email.message import EmailMessage
from typing import Protocol


class Unsent(Exception):
    """A message did not go out; `why` says it in words without an address in them."""

    def __init__(self, why: str, code: int | None = None, for_good: bool = False) -> None:
        super().__init__(why)
        self.why, self.code = why, code
        self.for_good = for_good
        """Whether to try again would be refused again."""


class Sending(Protocol):
    """One connection, for as many messages as there are."""

    async def send(self, letter_id: str, message: EmailMessage) -> None:
        """Hand one message over to the mail server of whom it is to. Raises Unsent."""


class Post(Protocol):
    """A way out."""

    leaves: bool
    """Whether a mail server takes what is sent; else it is only kept to be looked at."""

    def opened(self) -> AbstractAsyncContextManager[Sending]:
        """Be ready to send some messages; whether anybody answers, the first of them finds out."""

    def forget(self) -> None:
        """Somebody was erased: whatever was written to anybody is not kept."""
