"""Words of a playbook said otherwise by their paths (`window.wait=9 months`), and checked by the same grammar."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from shared.errors import Malformed, Problem
from shared.playbooks.model.grammar import Playbook
from shared.playbooks.model.reading import reason
from shared.playbooks.model.spelling import spell
from shared.playbooks.model.written import parse
from shared.playbooks.words import did_you_mean

SET = "--set"


def with_words(text: str, settings: Sequence[str], file: str = "playbook") -> str:
    """The playbook that this text spells, with some of its words said otherwise; Malformed names the path of a mistake.

    A setting is `path=value`: a word at the head (`window.wait=9 months`) or of a rule (`rules.ask.due.wait=3 weeks`),
    its value as in YAML. An empty value, or null, leaves the word (or the whole rule) out.
    """
    words = parse(text, file).plain()
    for setting in settings:
        path, equals, value = setting.partition("=")
        if not equals or not all(path.split(".")):
            raise Malformed(f'{setting!r} is not path=value, like window.wait="9 months"', SET)
        _say(words, path, parse(value, f"{SET} {path}").plain())
    try:
        Playbook.model_validate(words)
    except ValidationError as error:
        found = [Problem(f"{SET} {_spelled(each['loc'], words)}", reason(each)) for each in error.errors()]
        raise Malformed("; ".join(map(str, found)), SET, tuple(found)) from None
    return spell(words, f"With {', '.join(settings)}.")


def _say(words: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    node = words
    if way and way[0] == "rules":
        node, way = (_rule(words, way[1], path), way[2:]) if len(way) > 1 else (_rules(words, last, path, value), [])
        if node is words:
            return
    for word in way:
        node = node.setdefault(word, {})
        if not isinstance(node, dict):
            raise Malformed(f"{word} has no words of its own; set it as a whole", f"{SET} {path}")
    if value is None:
        node.pop(last, None)
    else:
        node[last] = value


def _rule(words: dict[str, Any], name: str, path: str) -> dict[str, Any]:
    rules = _rules_of(words, path)
    names = [rule.get("name") if isinstance(rule, dict) else None for rule in rules]
    if name not in names:
        known = [one for one in names if isinstance(one, str)]
        hint = did_you_mean(name, known) or (f"; there are {', '.join(known)}" if known else "")
        raise Malformed(f"there is no rule {name!r}{hint}", f"{SET} {path}")
    found: dict[str, Any] = rules[names.index(name)]
    return found


def _rules_of(words: dict[str, Any], path: str) -> list[Any]:
    """The rules as they are now, another setting may have made anything of them."""
    rules = words.get("rules", [])
    if not isinstance(rules, list):
        raise Malformed(f"rules are a list, and {SET} rules made them {rules!r}", f"{SET} {path}")
    return rules


def _rules(words: dict[str, Any], name: str, path: str, value: Any) -> dict[str, Any]:
    """A whole rule left out or said anew; gives back the playbook, for nothing is left to do."""
    if value is not None and not isinstance(value, dict):
        raise Malformed("is a rule: set one of its words, like due.wait, or leave it out with null", f"{SET} {path}")
    if value is None:
        _rule(words, name, path)
    kept = [rule for rule in _rules_of(words, path) if not (isinstance(rule, dict) and rule.get("name") == name)]
    words["rules"] = kept if value is None else [*kept, {"name": name, **value}]
    return words


def _spelled(where: Sequence[str | int], words: dict[str, Any]) -> str:
    """A place of the grammar by path: rules by their names, not by their numbers."""
    parts = list(where)
    if len(parts) > 1 and parts[0] == "rules" and isinstance(parts[1], int):
        rule = words["rules"][parts[1]]
        parts[1] = rule.get("name", parts[1]) if isinstance(rule, dict) else parts[1]
    return ".".join(map(str, parts))
