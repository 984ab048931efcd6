"""Signs that no font of the paper has, such as an emoji: a report with one is set all the same, with a box for it."""

import re
from typing import Any

BOX = "□"
_LACKS = re.compile(r'the text `"(.*?)"` could not be displayed')
_BY_NUMBER = re.compile(r"\\u\{([0-9a-f]+)\}")


def lacking(diagnosis: str) -> set[str]:
    """The signs that Typst says it cannot display."""
    named = (_BY_NUMBER.sub(lambda found: chr(int(found[1], 16)), one) for one in _LACKS.findall(diagnosis))
    return {sign for one in named for sign in one if not " " <= sign <= "~"}


def boxed(words: Any, signs: set[str]) -> Any:
    """The same words, however deep they stand, with a box for each of these signs."""
    match words:
        case str():
            return words.translate(dict.fromkeys(map(ord, signs), BOX))
        case list():
            return [boxed(one, signs) for one in words]
        case dict():
            return {name: boxed(one, signs) for name, one in words.items()}
    return words
