"""The headers of a letter as they go over the wire, so that nothing in a name or a title can be read as a header.

The standard library drops the quotes of a long name when it folds it, so that its comma makes two addresses of one;
decodes what looks encoded, line breaks and all; and folds addresses of pages, which some programs then do not find.
"""

import re
import textwrap
from base64 import b64encode
from email.headerregistry import Address
from email.policy import EmailPolicy
from typing import Any

BYTES = 45
"""In one encoded word: 60 characters, and 12 around them, of the 75 that there may be (RFC 2047)."""
WIDTH = 70
PLAIN = re.compile(r"[\x20-\x7e]*")


class Headers(EmailPolicy):
    """Writes those headers that hold words of people, and those that must stay whole, by itself."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        match name.lower():
            case "subject":
                told = written(str(value))
            case "from" | "to" | "reply-to":
                told = ",\r\n ".join(mailbox(one) for one in value.addresses)
            case "message-id" | "list-unsubscribe":
                told = str(value)
            case _:
                return super().fold_binary(name, value)
        return f"{name}: {told}\r\n".encode()


ASCII = Headers(linesep="\r\n")
UTF8 = Headers(linesep="\r\n", utf8=True)
"""For an address that cannot be written otherwise; not every mail server takes it."""


def one_line(words: str) -> str:
    """Words of people as a header may hold them: one line, nothing that cannot be seen, nothing that looks encoded."""
    seen = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(seen.split()).replace("=?", "= ?")


def address(name: str, written_as: str) -> Address:
    """Somebody's address; its place is written in ASCII, as all mail servers know it. Raises ValueError."""
    local, at, place = written_as.rpartition("@")
    if not local or not at:
        raise ValueError("no address")
    return Address(display_name=one_line(name), username=local, domain=place.encode("idna").decode())


def mailbox(one: Address) -> str:
    """An address with its name, which is quoted or encoded whatever it is."""
    if not one.display_name:
        return one.addr_spec
    if PLAIN.fullmatch(one.display_name) and len(one.display_name) <= WIDTH:
        quoted = one.display_name.replace("\\", r"\\").replace('"', r"\"")
        return f'"{quoted}"\r\n <{one.addr_spec}>' if len(quoted) > WIDTH // 2 else f'"{quoted}" <{one.addr_spec}>'
    return f"{_encoded(one.display_name)}\r\n <{one.addr_spec}>"


def written(words: str) -> str:
    """Words that are no address, in lines of a length that any mail server takes."""
    if not PLAIN.fullmatch(words) or any(len(word) > WIDTH for word in words.split()):
        return _encoded(words)
    return "\r\n ".join(textwrap.wrap(words, WIDTH, break_long_words=False, break_on_hyphens=False))


def _encoded(words: str) -> str:
    pieces = [b""]
    for letter in words:
        if len(pieces[-1]) + len(letter.encode()) > BYTES:
            pieces.append(b"")
        pieces[-1] += letter.encode()
    return "\r\n ".join(f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in pieces)
