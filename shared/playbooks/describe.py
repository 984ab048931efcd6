"""Rules in words: what `throughline playbook check` prints, so that people can read what they have written."""

import re
from typing import Any

from shared.playbooks.model import Rule
from shared.playbooks.scopes import SCOPES
from shared.playbooks.words import Attribute, Scope

SPOKEN = {
    "[jurisdiction]": "a state",
    "[to jurisdiction]": "another state",
    "region [region]": "the regional office",
    "session [number]": "a session",
    "lab [number]": "a lab",
    "[missed] sessions": "sessions",
    "[missed in a row] sessions": "sessions",
    "[gap days] days lie": "Many days lie",
    "[jurisdictions] jurisdictions": "several jurisdictions",
    "[role]": "role",
    "[need]": "what it needs",
}
"""What stands for something that differs from one item to the next, as people say it."""


def called(rule: Rule) -> str:
    """What it obliges to, and in brackets what differs from one item to the next: "Ask [jurisdiction] for its plan"."""
    text = rule.task or rule.title or f"Evaluation: {rule.kind.replace('_', ' ')}"
    return re.sub(r"\{([a-z_]+\.)?([a-z_]+)\}", lambda found: f"[{found[2].replace('_', ' ')}]", text)


def plainly(rule: Rule) -> str:
    """The same as people say it, of any item at all: "Ask a state for its plan"."""
    text = re.sub(r" \(\[[^\]]*\]\)", "", called(rule))
    for written, spoken in SPOKEN.items():
        text = text.replace(written, spoken)
    text = re.sub(r"\[([^\]]*)\]", r"the \1", text)
    return text[:1].upper() + text[1:]


def when_due(rule: Rule) -> str:
    """When it is due: "2 business days after each session is held, then every month, 6 times in all"."""
    clause = rule.scope.moments[rule.due.moment].clause
    if rule.due.wait.n:
        text = f"{rule.due.wait} {'after' if rule.due.after else 'before'} {clause}"
    else:
        text = f"when {clause}"
    if rule.repeat:
        text += f", then every {str(rule.repeat.every).removeprefix('1 ')}{_end(rule)}"
    return text


def conditions(rule: Rule) -> str:
    """Whom it is for, what makes it done, and what becomes of it: the rest of the rule."""
    parts = [f"only if {_told(rule.when)}"] if rule.when else []
    if rule.done_by:
        parts.append(f"unless {rule.scope.moments[rule.done_by].clause}")
    if rule.needs:
        parts.append(f"once the approval ({rule.needs}) is granted")
    if rule.open_for:
        parts.append(f"open for {rule.open_for}")
    if rule.contact:
        parts.append(f"{_contact(rule)} inside the window".strip())
    if rule.escalate:
        parts.append(f"to {rule.escalate.to} {rule.escalate.wait} later")
    if rule.lapse is not None:
        parts.append(f"too late {rule.lapse} later")
    return "; ".join(parts)


def _contact(rule: Rule) -> str:
    """What kind of contact it is, where that is said; and how it ranks, where it is not like most."""
    kind = "" if rule.contact is True else f"as {rule.contact_as},"
    rank = "" if rule.priority == "normal" else f"with {rule.priority} priority,"
    return " ".join(part for part in (kind, rank) if part)


def _end(rule: Rule) -> str:
    repeat = rule.repeat
    assert repeat is not None
    times = f", {repeat.times} times in all" if repeat.times else ""
    until = f", until {rule.scope.moments[repeat.until].clause}" if repeat.until else ""
    return times + until or ", without end"


def _told(when: dict[str, Any]) -> str:
    """A guard as one reads it."""
    told = []
    for name, condition in when.items():
        if name == "any":
            told.append("(" + " or ".join(_told(way) for way in condition) + ")")
        elif isinstance(condition, dict):
            told += [f"{name} {operator.replace('_', ' ')} {_value(value)}" for operator, value in condition.items()]
        else:
            told.append(f"{name} {'in' if isinstance(condition, list) else 'is'} {_value(condition)}")
    return " and ".join(told)


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_value(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def tables() -> str:
    """The scopes with their moments and attributes, as Markdown."""
    return "\n\n".join(_table(scope) for scope in SCOPES.values())


def _table(scope: Scope) -> str:
    lines = [f"#### {scope.name}: {scope.item}", "", "| moment | when |", "|---|---|"]
    lines += [f"| `{moment.name}` | {moment.clause} |" for moment in scope.moments.values()]
    if scope.attributes:
        lines += ["", "| attribute | what it tells | values |", "|---|---|---|"]
        lines += [f"| `{word.name}` | {word.meaning} | {_values(word)} |" for word in scope.attributes.values()]
    if scope.around:
        lines += ["", f"Around it: {', '.join(f'`{other}.`' for other in scope.around)}"]
    return "\n".join(lines)


def _values(word: Attribute) -> str:
    match word.kind:
        case "flag":
            return "`true`, `false`"
        case "choice":
            return ", ".join(f"`{choice}`" for choice in word.choices)
        case "number":
            return f"a number, {word.least} to {word.most}" if word.most else f"a number from {word.least}"
        case "jurisdiction":
            return "`KY`, `VI`, `tribe-<name>`, ..."
    return "text"
