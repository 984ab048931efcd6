"""Words in whatever spelling somebody wrote them: found in bytes, and made illegible there."""

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html.entities import codepoint2name
from json import dumps
from typing import Literal
from unicodedata import combining, normalize

ERASED = b"[erased]"
ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")
FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
"""An accented letter is one sign or two."""
CASES = (str, str.lower, str.upper, str.title, str.casefold)
GAPS = " \t\r\n\u00a0-\u2010\u2011\u2013_.+"
"""What stands between the parts of a name: a blank, whatever an address or an id has instead, a hyphen."""
ALIKE = {"'": "'\u2019\u02bc`\u00b4"}
FOLDED = rb"(?:=\r?\n)?"
"""Quoted-printable ends its lines anywhere."""
SHORT = 5
"""Letters: a word of fewer stands in other words, and in whatever is decoded from what was no base64."""
PACKED = re.compile(rb"[a-z0-9+/_-]{8,}(?:(?:\\[rn]|\r?\n)+[a-z0-9+/_-]+)*={0,2}", re.IGNORECASE)
BETWEEN = re.compile(rb"\\[rn]|[\r\n=]")


def stand_in(words: Sequence[str], written: bytes) -> bool:
    """Whether one of these words stands there."""
    return illegible(words, written) != written


def illegible(words: Sequence[str], written: bytes) -> bytes:
    """What is written, without these words."""
    if not words:
        return written
    told = _pattern(tuple(words)).sub(ERASED, written)
    long = tuple(word for word in words if len(word) >= SHORT)
    return PACKED.sub(lambda run: ERASED if long and _is_told_by(run[0], long) else run[0], told)


def in_json(word: str) -> set[str]:
    """A word as it may stand in JSON of ours, for a database that looks for it whatever case ASCII letters have."""
    told = {word} if word.isascii() else {normalize(form, case(word)) for form in FORMS for case in CASES}
    return {dumps(one, ensure_ascii=is_escaped)[1:-1] for one in told for is_escaped in (True, False)}


def _is_told_by(packed: bytes, words: tuple[str, ...]) -> bool:
    """Whether base64, wherever it begins, says one of these words."""
    text = BETWEEN.sub(b"", packed).translate(bytes.maketrans(b"-_", b"+/"))
    for start in range(4):
        run = text[start:]
        whole = run[: -1 if len(run) % 4 == 1 else None]
        if _pattern(words).search(b64decode(whole + b"=" * (-len(whole) % 4))):
            return True
    return False


@lru_cache(maxsize=16)
def _pattern(words: tuple[str, ...]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(_word(told) for word in words for told in _orders(word)), re.IGNORECASE)


def _orders(word: str) -> Iterator[str]:
    """A name as it is said, and as lists have it: Ruiz, Maria."""
    yield word
    *first, last = word.split()
    if first and "@" not in word:
        yield f"{last}, {' '.join(first)}"


def _word(word: str) -> bytes:
    found = FOLDED.join(_letter(one) for one in _letters(normalize("NFC", word)))
    if len(word) >= SHORT:
        return found
    return rb"(?:(?<![a-z0-9])|(?<=\\[nrt]))" + found + rb"(?![a-z0-9])"


def _letters(word: str) -> list[str]:
    """Each letter with its accents; blanks that follow each other are one."""
    found: list[str] = []
    for sign in word:
        if found and (combining(sign) or (sign.isspace() and found[-1].isspace())):
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _letter(letter: str) -> bytes:
    if letter.isspace() or letter == "-":
        gaps = {one for gap in GAPS for one in _written(gap)} | {rb"\\+[nrt]"}
        return b"(?:" + _any(gaps) + b")+"
    told = {case(one) for one in ALIKE.get(letter, letter) for case in CASES}
    told = {normalize(form, one) for one in told for form in FORMS}
    told |= {"".join(sign for sign in one if not combining(sign)) for one in told}
    return b"(?:" + _any({one for form in told for one in _written(form)}) + b")"


def _any(told: set[bytes]) -> bytes:
    """The longest first: what is a letter with its accent is not found without it."""
    longest: list[bytes] = sorted({one.lower() for one in told}, key=lambda one: (-len(one), one))
    return b"|".join(longest)


def _written(letter: str) -> Iterator[bytes]:
    """How a letter may be written: in bytes, or escaped as JSON, addresses, mails and pages escape it."""
    for encoding in ENCODINGS:
        try:
            told = letter.encode(encoding)
        except UnicodeEncodeError:
            continue
        yield re.escape(told) if letter.isalnum() or not letter.isascii() else rb"\\*" + re.escape(told)
        yield FOLDED.join(b"[=%%]%02x" % byte for byte in told)
    units = letter.encode("utf-16-be")
    yield b"".join(rb"\\+u%02x%02x" % pair for pair in zip(units[::2], units[1::2], strict=True))
    numbers = [ord(sign) for sign in letter]
    yield b"".join(b"&#(?:0*%d|x0*%x);" % (number, number) for number in numbers)
    if all(number in codepoint2name for number in numbers):
        yield b"".join(b"&%s;" % codepoint2name[number].encode() for number in numbers)
