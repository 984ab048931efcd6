"""Names are found however they are written: in other letters, in other bytes, escaped, packed; and nothing else is."""

import json
from base64 import b64encode, encodebytes
from collections.abc import Callable
from quopri import encodestring
from unicodedata import normalize
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.spellings import illegible, in_json, stand_in

NAME, ADDRESS = "José Núñez-Ağca", "jose+ta@example.gov"
LATIN = "Zoë Quillfeather"
WAYS: dict[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "in capitals": lambda name: name.upper().encode(),
    "in small letters": lambda name: name.lower().encode(),
    "each accent a sign of its own": lambda name: normalize("NFD", name).encode(),
    "without accents": lambda name: normalize("NFD", name).encode("ascii", "ignore"),
    "in JSON": lambda name: json.dumps(name).encode(),
    "in JSON within JSON": lambda name: json.dumps(json.dumps(name)).encode(),
    "in an address": lambda name: quote(name).encode(),
    "in a mail": lambda name: encodestring(f"{'x' * 68} {name}".encode()),
    "in a page": lambda name: name.encode("ascii", "xmlcharrefreplace"),
    "packed": lambda name: b64encode(f"Ask {name}, please".encode()),
    "packed in lines": lambda name: encodebytes(f"{'x' * 53}{name}".encode()),
    "in two bytes a letter": lambda name: name.encode("utf-16"),
    "on two lines": lambda name: "\r\n  ".join(name.split()).encode(),
    "as an id": lambda name: "_".join(name.split()).encode(),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", [NAME, LATIN])
def test_a_name_is_illegible_in_whatever_way_it_was_written(way: str, name: str) -> None:
    written = WAYS[way](name)
    assert stand_in([name], written)
    left = illegible([name], b"<" + written + b">")
    assert b"[erased]" in left and not stand_in([name], left)
    for part in name.replace("-", " ").split():
        assert part.encode() not in left and part.lower().encode() not in left


def test_a_name_is_found_in_the_letters_of_old_files_and_as_lists_have_it() -> None:
    assert illegible([LATIN], b"Ask " + LATIN.encode("cp1252") + b".") == b"Ask [erased]."
    assert illegible([NAME], "Ask Núñez-Ağca, José.".encode()) == b"Ask [erased]."


def test_an_address_is_found_as_it_is_and_escaped() -> None:
    for written in (ADDRESS, ADDRESS.upper(), quote(ADDRESS, safe=""), f"<{ADDRESS}>"):
        assert b"[erased]" in illegible([ADDRESS], written.encode())
    assert not stand_in([ADDRESS], b"jose_ta@example.gov")


def test_a_short_name_is_not_found_within_other_words() -> None:
    told = b'{"external_id": "Al also", "need": "Ask\\nAL"}'
    assert illegible(["Al"], told) == b'{"external_id": "[erased] also", "need": "Ask\\n[erased]"}'


@given(some.binary(max_size=300))
def test_what_no_name_stands_in_stays_as_it_is(written: bytes) -> None:
    if b"uillfeathe" not in written.lower():
        assert illegible([LATIN], written) == written


@given(some.binary(max_size=60), some.binary(max_size=60), some.sampled_from(["utf-8", "cp1252"]))
def test_a_name_is_found_whatever_stands_around_it(before: bytes, after: bytes, encoding: str) -> None:
    left = illegible([LATIN], before + LATIN.encode(encoding) + after)
    assert b"Quillfeather" not in left


def test_a_database_is_asked_for_every_case_of_letters_that_it_does_not_know() -> None:
    assert in_json("Maria") == {"Maria"}
    assert {"JOSÉ", "josé", "Jos\\u00e9", "Jose\u0301"} <= in_json("José")
