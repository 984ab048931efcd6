"""Playbooks that extend others: made one text, so that services and replays never need a second one to judge by."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from shared.playbooks.model import Playbook, read
from shared.playbooks.model.reading import read_tree, spelled
from shared.playbooks.model.schema import EXTEND, OF_EXTENSIONS, WITHOUT
from shared.playbooks.model.spelling import spell
from shared.playbooks.model.written import Found, Node, bad, parse
from shared.playbooks.never import never
from shared.playbooks.words import did_you_mean

ITS_OWN = ("playbook", "version")
"""What no playbook has from another: each has its own name, and counts its own changes."""
NAMED = re.compile(r"^playbook:[ \t]*[\"']?([A-Za-z0-9_-]+)", re.MULTILINE)
WHOLE = "All that it extends ({names}) is in this text already: change those files, and publish them again."


class Sheet(NamedTuple):
    """The text of a playbook, and the file in which people write it."""

    file: str
    text: str


Shelves = Sequence[Sequence[Sheet]]
"""Where to look for what a playbook extends, the nearest first."""


@dataclass(frozen=True, slots=True)
class Moot:
    """An inherited rule that was left out, because the playbook changed what it stood on."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Flat:
    """A playbook with all that it extends."""

    document: str
    """The text that is published: by itself it says everything."""
    playbook: Playbook
    written: Node
    """Its words, each with the file and line in which people wrote it."""
    moot: tuple[Moot, ...] = ()
    extends: tuple[str, ...] = ()
    """The playbooks that it extends, the nearest first."""


def flatten(sheet: Sheet, shelves: Shelves = (), below: tuple[str, ...] = ()) -> Flat:
    """One self-contained playbook; `below` are those that extend it, so that a circle is found."""
    tree = parse(sheet.text, sheet.file)
    named = tree.get(EXTEND)
    if named is None:
        return _whole(sheet, tree)
    below = (*below, _own_name(tree))
    base = flatten(_base(named, shelves, below), shelves, below)
    return _over(base, tree, str(named.plain()))


def _whole(sheet: Sheet, tree: Node) -> Flat:
    if without := tree.get(WITHOUT):
        raise bad([(without.place, f"is for playbooks that extend another: say {EXTEND}, too")])
    return Flat(sheet.text, read(sheet.text, sheet.file), tree)


def _base(named: Node, shelves: Shelves, below: tuple[str, ...]) -> Sheet:
    """The text of the playbook of this name: on the nearest shelf that has it, the newest version."""
    name = named.plain()
    if name in below:
        circle = ", which extends ".join([*below[below.index(name) :], name])
        raise bad([(named.place, f"goes round in a circle: {circle}")])
    for shelf in shelves:
        found = [sheet for sheet in shelf if _name_of(sheet) == name]
        if found:
            return _newest(found, named)
    known = sorted({_name_of(sheet) for shelf in shelves for sheet in shelf} - {"", *below})
    hint = did_you_mean(str(name), known) or (f"; here are {', '.join(known)}" if known else "")
    raise bad([(named.place, f"there is no playbook {name!r} beside its file or among those of Throughline{hint}")])


def _newest(found: Sequence[Sheet], named: Node) -> Sheet:
    versions = [(parse(sheet.text, sheet.file).get("version"), sheet) for sheet in found]
    numbers = {sheet.file: node.value if node and isinstance(node.value, int) else 0 for node, sheet in versions}
    newest = [sheet for sheet in found if numbers[sheet.file] == max(numbers.values())]
    if len({sheet.text for sheet in newest}) > 1:
        files = " and ".join(sheet.file for sheet in newest)
        raise bad([(named.place, f"which one? {named.plain()} version {max(numbers.values())} is in {files}")])
    return newest[0]


def _name_of(sheet: Sheet) -> str:
    """What the playbook is called: found without reading the rest, since most of a folder is never asked for."""
    found = NAMED.search(sheet.text)
    return found.group(1) if found else ""


def _own_name(tree: Node) -> str:
    own = tree.get("playbook")
    return str(own.plain()) if own else ""


def _over(base: Flat, tree: Node, name: str) -> Flat:
    """The playbook that this one makes of what it extends."""
    if wrong := [*_wrong(base.written, tree)]:
        raise bad(wrong)
    written, names = _merged(base.written, tree), (name, *base.extends)
    playbook = read_tree(written)
    moot = _moot(base, tree, playbook)
    if moot:
        written = _without(written, {one.rule for one in moot})
        playbook = read_tree(written)
    document = spelled(spell(written.plain(), WHOLE.format(names=", ".join(names))), playbook)
    return Flat(document, playbook, written, (*base.moot, *moot), names)


def _moot(base: Flat, tree: Node, playbook: Playbook) -> tuple[Moot, ...]:
    """What can never fire here, and could before: not what was wrong already, nor what the playbook says itself."""
    if not (now := _never(playbook)):
        return ()
    excused = _never(base.playbook).keys() | _rules(tree).keys()
    return tuple(Moot(rule, why) for rule, why in now.items() if rule not in excused)


def _never(playbook: Playbook) -> dict[str, str]:
    """The rules that can never fire, and why."""
    alone = ((rule.name, playbook.model_copy(update={"rules": (rule,)})) for rule in playbook.rules)
    return {name: problems[0].reason for name, one in alone if (problems := never(one))}


def _wrong(base: Node, tree: Node) -> Iterator[Found]:
    """What cannot be said of a playbook that is extended."""
    inherited = _rules(base)
    listed = tree.get(WITHOUT)
    if listed is not None and not isinstance(listed.value, list):
        yield listed.place, "must be a list of rules, like [ask-for-plan, later]"
    for node in listed.value if listed is not None and isinstance(listed.value, list) else []:
        if not isinstance(node.value, str):
            yield node.place, "must be the name of a rule, like ask-for-plan"
        elif node.value not in inherited:
            hint = did_you_mean(node.value, inherited)
            yield node.place, f"there is no rule {node.value!r} in what it extends{hint}"
    for word in ITS_OWN:
        if tree.get(word) is None:
            yield tree.at((word,)), f"is missing: a playbook that extends another has a {word} of its own"
    told: set[str] = set()
    for rule in _listed(tree):
        name = _rule_name(rule)
        if name and name in told:
            yield rule.at(("name",)), f"there is another rule {name!r}; names are said once"
        told.add(name)


def _merged(base: Node, tree: Node) -> Node:
    """The words of both: those of the playbook itself where both say something."""
    words = dict(base.value)
    for name, node in tree.value.items():
        if name == "rules":
            words[name] = _merged_rules(base, tree)
        elif name not in OF_EXTENSIONS:
            _put(words, name, node, mix=True)
    if tree.get("rules") is None:
        words["rules"] = _merged_rules(base, tree)
    first = {name: words[name] for name in ITS_OWN if name in words}
    return Node(first | {name: node for name, node in words.items() if name not in first}, tree.place)


def _put(words: dict[str, Node], name: str, node: Node, mix: bool) -> None:
    """Say a word again: nothing takes it away, and words within words are kept where `mix` says so."""
    before = words.get(name)
    if node.value is None:
        words.pop(name, None)
    elif mix and before is not None and isinstance(before.value, dict) and isinstance(node.value, dict):
        inside = dict(before.value)
        for word, value in node.value.items():
            _put(inside, word, value, mix=False)
        words[name] = Node(inside, node.place)
    else:
        words[name] = node


def _merged_rules(base: Node, tree: Node) -> Node:
    """The inherited rules in their order, as far as they are kept and as they are changed; then those that are new."""
    if (own := tree.get("rules")) is not None and not isinstance(own.value, list | None):
        return own
    listed = tree.get(WITHOUT)
    dropped = {node.plain() for node in listed.value} if listed is not None else set()
    kept = [rule for rule in _listed(base) if _rule_name(rule) not in dropped]
    changes = _rules(tree)
    inherited = {_rule_name(rule) for rule in kept}
    rules = [_changed(rule, changes.get(_rule_name(rule))) for rule in kept]
    rules += [rule for rule in _listed(tree) if _rule_name(rule) not in inherited]
    return Node(rules, (own or base).place)


def _changed(rule: Node, change: Node | None) -> Node:
    """A rule, with the words that the playbook says otherwise."""
    if change is None:
        return rule
    words = dict(rule.value)
    for name, node in change.value.items():
        _put(words, name, node, mix=False)
    return Node(words, change.place)


def _without(tree: Node, names: set[str]) -> Node:
    rules = [rule for rule in _listed(tree) if _rule_name(rule) not in names]
    return Node({**tree.value, "rules": Node(rules, tree.value["rules"].place)}, tree.place)


def _rules(tree: Node) -> dict[str, Node]:
    """The rules by name."""
    return {name: rule for rule in _listed(tree) if (name := _rule_name(rule))}


def _listed(tree: Node) -> list[Any]:
    rules = tree.get("rules")
    return rules.value if rules is not None and isinstance(rules.value, list) else []


def _rule_name(rule: Node) -> str:
    name = rule.get("name")
    return str(name.value) if name is not None else ""
