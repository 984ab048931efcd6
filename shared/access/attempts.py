"""Attempts to sign in at a provider: each is one browser's, is finished once, and lasts some minutes."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest

from sqlalchemy import delete

from shared.access.register import Register
from shared.access.secrets import hashed, new_secret
from shared.access.tables import SignInAttemptRow
from shared.storage.database import insert_new
from shared.storage.tables import table

ATTEMPT = table(SignInAttemptRow)
LASTS = timedelta(minutes=10)
"""How long somebody may take at the provider."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. All that the provider is shown follows from the secret that only the browser keeps."""

    secret: str

    @property
    def state(self) -> str:
        """By which we know the answer for an answer to this one."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """By which the provider shows that what it signed was signed for this one."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """By which the provider knows that whoever redeems its code is whoever asked for it (PKCE)."""
        return self._derived("verifier")

    def is_answered_by(self, state: str) -> bool:
        """Whether an answer with this state answers this attempt."""
        return bool(self.secret) and compare_digest(state.encode(), self.state.encode())

    def _derived(self, purpose: str) -> str:
        return urlsafe_b64encode(sha256(f"{purpose} {self.secret}".encode()).digest()).rstrip(b"=").decode()


async def begin(register: Register) -> Attempt:
    """Begin an attempt."""
    attempt, now = Attempt(new_secret()), register.clock.now()
    async with register.writing() as connection:
        await connection.execute(delete(ATTEMPT).where(ATTEMPT.c.expires_at <= now))
        await insert_new(connection, ATTEMPT, {"hash": hashed(attempt.secret), "expires_at": now + LASTS})
    return attempt


async def finish(register: Register, attempt: Attempt) -> bool:
    """Use an attempt up; False where it was used before, or took too long."""
    used = delete(ATTEMPT).where(ATTEMPT.c.hash == hashed(attempt.secret), ATTEMPT.c.expires_at > register.clock.now())
    async with register.writing() as connection:
        return bool((await connection.execute(used)).rowcount)
