"""A playbook's words as a text again: the same words always give the same text, so that its digest means something."""

import json
import re
from collections.abc import Mapping
from typing import Any

PLAIN = re.compile(r"[A-Za-z][A-Za-z_-]*|[1-9][0-9]* [a-z]+( days)?")
"""What needs no quotes: words, and waits like 2 business days."""
MEANT_OTHERWISE = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
"""Words that some reader of YAML takes for something else than text."""


def spell(words: Mapping[str, Any], comment: str) -> str:
    """The text of a playbook: its header line by line, then its rules, each in a block of its own."""
    lines = [f"# {line}" for line in comment.splitlines()] + [""]
    lines += [f"{name}: {_value(value)}" for name, value in words.items() if name != "rules"]
    if "rules" in words:
        lines += ["", "rules:"]
    for rule in words.get("rules") or []:
        lines += ["", *_rule(rule)]
    return "\n".join(lines) + "\n"


def _rule(rule: object) -> list[str]:
    if not isinstance(rule, dict) or not rule:
        return [f"  - {_value(rule)}"]
    spelled = [f"{name}: {_value(value)}" for name, value in rule.items()]
    return [f"  - {spelled[0]}", *(f"    {line}" for line in spelled[1:])]


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_value(name)}: {_value(inside)}" for name, inside in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inside) for inside in value) + "]"
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in MEANT_OTHERWISE:
        return value
    return "".join(map(_seen, json.dumps(value, ensure_ascii=False)))


def _seen(character: str) -> str:
    """A character as YAML takes it within quotes: one that nobody sees may be read as a break, or not at all."""
    if character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
