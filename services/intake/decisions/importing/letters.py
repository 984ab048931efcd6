"""Bytes as text: UTF-8 and UTF-16, with a mark or without, and Windows-1252, which no file tells of itself."""

import codecs
from dataclasses import dataclass

from shared.errors import Malformed

NO_TEXT = "is no text: in the spreadsheet, save it as CSV UTF-8"
MARKED = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SAMPLE = 2000
WORDS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}


@dataclass(frozen=True, slots=True)
class Letters:
    """A text, and how it was written."""

    text: str
    encoding: str
    guessed: bool = False
    """Whether nothing in the file says that it is written so."""


def read(content: bytes) -> Letters:
    """What a file says. Raises Malformed where it says nothing that is text."""
    for encoding, guessed in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return Letters(text, encoding, guessed)
    raise Malformed(NO_TEXT, "file")


def written(text: str, encoding: str) -> bytes:
    """The text in the letters of the file that it comes from."""
    return text.encode(encoding, errors="replace")


def _encodings(content: bytes) -> list[tuple[str, bool]]:
    if content.startswith(MARKED):
        return [("utf-16", False)]
    if content.startswith(codecs.BOM_UTF8):
        return [("utf-8-sig", False)]
    if (without := _unmarked_utf_16(content[:SAMPLE])) is not None:
        return [(without, True)]
    return [("utf-8", False), ("cp1252", True)]


def _unmarked_utf_16(sample: bytes) -> str | None:
    """Which UTF-16 this is, if it is: of plain letters each second byte is zero."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    enough = len(sample) // 4
    if max(even, odd) <= enough or min(even, odd) > enough:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"
