"""What is shown at the door: how it looks, and the hash that is kept instead of it."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex, token_urlsafe

START = "thr"
FILE = "key"
"""What the file with an administrator's token is called, in the data folder."""
SHORTEST = 32
"""Letters that a token of somebody's own choosing must have at least."""


def new_secret() -> str:
    """256 bits that nobody can guess, in letters that an address or a header may have."""
    return token_urlsafe(32)


def new_token() -> tuple[str, str]:
    """A token's id, and the token itself: the id again, and 256 bits that nobody can guess."""
    token_id = f"{START}_{token_hex(4)}"
    return token_id, f"{token_id}_{new_secret()}"


def id_of(token: str) -> str:
    """The id in front of a token of ours; of any other text, nothing of it."""
    parts = token.split("_", 2)
    return "_".join(parts[:2]) if len(parts) == 3 and parts[0] == START else ""


def hashed(secret: str) -> str:
    """What is kept of a secret. Plain SHA-256 does: nobody can try all of 256 bits."""
    return sha256(secret.encode()).hexdigest()


def found(folder: Path) -> str:
    """The token in a folder's key; empty where there is none that can be read."""
    with suppress(OSError, UnicodeDecodeError):
        return (folder / FILE).read_text(encoding="ascii").strip()
    return ""
