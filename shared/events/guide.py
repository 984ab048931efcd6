"""The events explained for people, made from the code: docs/events.md, and what `throughline events show` prints."""

import json
from collections.abc import Iterable, Mapping
from inspect import cleandoc
from typing import Any

from shared.events import wire
from shared.events.base import Event, Part
from shared.events.catalogue import CATALOGUE, SPEAKERS, short
from shared.events.examples import example
from shared.events.schema import definitions
from shared.ids import FACTS

HERE = "{model}"
WORKED = "eng.sessions.session_held.v1"


def guide() -> str:
    """The whole page docs/events.md."""
    parts = [_introduction()]
    defs = definitions(CATALOGUE.values(), HERE)
    for service, events in SPEAKERS.items():
        parts += [f"## What {service} says", _index(events), *(_section(event, defs) for event in events)]
    parts += ["## Parts of events", *(_part(name, one) for name, one in defs.items() if not _is_event(name))]
    return "\n\n".join(parts) + "\n"


def shown(event: type[Event]) -> str:
    """One event as the terminal shows it: what it means, its fields, and one as it goes over the wire."""
    defs = definitions([event], HERE)
    rows = [row for name in (event.__name__, *(n for n in defs if not _is_event(n))) for row in _plain_rows(name, defs)]
    wide = max(len(field) for field, *_ in rows)
    table = "\n".join(
        f"  {field:{wide}}  {'' if needed else '(optional) '}{told}".rstrip() for field, told, needed in rows
    )
    body = json.dumps(wire.document(example(event)), indent=2, ensure_ascii=False)
    facts = "\n".join(f"{name}: {told}" for name, told in _facts(event, plain=True))
    return f"{event.__name__}\n\n{cleandoc(event.__doc__ or '')}\n\n{facts}\n\nFields:\n{table}\n\nExample:\n{body}"


def summary(event: type[Part]) -> str:
    """The first sentence of what it means."""
    return cleandoc(event.__doc__ or "").splitlines()[0]


def in_words(told: Mapping[str, Any], mark: str = "`") -> str:
    """What a field holds, said for people: one line of text, at most 300 characters. Without `mark`, for terminals."""
    if "anyOf" in told:
        return in_words(next(one for one in told["anyOf"] if one.get("type") != "null"), mark)
    if "$ref" in told:
        return f"[{told['$ref']}](#{told['$ref'].lower()})" if mark else told["$ref"]
    if "const" in told:
        return f"always {mark}{told['const']}{mark}"
    if "enum" in told:
        return "one of " + ", ".join(f"{mark}{one}{mark}" for one in told["enum"])
    if told.get("type") == "array":
        return f"list of up to {told['maxItems']:,}: {in_words(told['items'], mark)}"
    limits = [
        *([f"at most {told['maxLength']:,} characters"] if told.get("maxLength", 0) > 64 else []),
        *([f"at most {told['maxProperties']:,}"] if "maxProperties" in told else []),
    ]
    return ", ".join([told.get("description") or told["type"], *limits])


def _is_event(name: str) -> bool:
    return any(event.__name__ == name for event in CATALOGUE.values())


def _rows(told: Mapping[str, Any], mark: str = "`") -> Iterable[tuple[str, str, bool, Any]]:
    required = told.get("required", ())
    for name, one in told["properties"].items():
        yield name, in_words(one, mark), name in required, one.get("default")


def _plain_rows(name: str, defs: Mapping[str, Any]) -> Iterable[tuple[str, str, bool]]:
    """The fields of an event, or (dotted) of a part of it, without links."""
    before = "" if _is_event(name) else f"{name}."
    for field, told, needed, _ in _rows(defs[name], mark=""):
        yield before + field, told, needed


def _table(told: Mapping[str, Any]) -> str:
    lines = ["| field | holds | needed |", "|---|---|---|"]
    for name, holds, needed, default in _rows(told):
        left_out = "no" if default is None else f"no: `{json.dumps(default)}`"
        lines.append(f"| `{name}` | {holds} | {'yes' if needed else left_out} |")
    return "\n".join(lines)


def _index(events: Iterable[type[Event]]) -> str:
    lines = ["| event | when |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{short(event.type)}` | {summary(event)} |" for event in events)])


def _facts(event: type[Event], plain: bool = False) -> Iterable[tuple[str, str]]:
    """What is to be known of an event besides its fields."""
    mark = "" if plain else "`"
    yield "Type", f"{mark}{event.type}{mark}"
    yield "Subject", f"{mark}{event.type}.{'-' if event.outside else '<engagement_id>'}{mark}"
    names = [f"{mark}{name}{mark}" for name in event.identity]
    yield "Named by", ", ".join(names if event.outside else ["its engagement", *names])
    yield "Happened", f"{mark}{event.happened}{mark}" if event.happened else "when it was said"


def _section(event: type[Event], defs: Mapping[str, Any]) -> str:
    facts = "\n".join(f"- {name}: {told}" for name, told in _facts(event))
    told = cleandoc(event.__doc__ or "")
    return f"### {event.__name__}\n\n{told}\n\n{facts}\n\n{_table(defs[event.__name__])}"


def _part(name: str, told: Mapping[str, Any]) -> str:
    return f"### {name}\n\n{told['description'].splitlines()[0]}\n\n{_table(told)}"


def _introduction() -> str:
    fact = example(CATALOGUE[WORKED])
    identity = [fact.event.type, *fact.event.names, str(fact.event.revision)]
    return INTRODUCTION.format(
        body=json.dumps(wire.document(fact), indent=2, ensure_ascii=False),
        namespace=FACTS,
        identity=", ".join(f'"{part}"' for part in identity),
        id=fact.id,
        count=len(CATALOGUE),
    )


INTRODUCTION = """\
# What is said: the events

This page is made from the code by `throughline events docs`. The same is told by `throughline events list`,
`throughline events show TYPE`, `throughline events schema` (JSON Schema) and `throughline events asyncapi` (all
channels). There are {count} events.

## A fact on the wire

An event that was said is a fact. On the bus, in exports, in replay files (one a line) and in webhooks it is one
CloudEvents 1.0 document in structured JSON, content type `application/cloudevents+json`:

```json
{body}
```

| attribute | holds | needed |
|---|---|---|
| `specversion` | `1.0` | yes |
| `id` | the fact's id, see below | yes |
| `type` | `eng.<service>.<event>.v<version>` | yes |
| `source` | `/throughline/<service>`; another's is kept | yes |
| `subject` | the engagement, as in `data.engagement_id`; `-` where there is none | no: told by `data` |
| `time` | when it happened in the world, with its offset from UTC | no: told by `data`, or by `recordedtime` |
| `datacontenttype` | `application/json` | no |
| `recordedtime` | when it was said | no: `time` |
| `causationid` | the id of the fact because of which it was said | no |
| `jurisdiction` | as in `data.jurisdiction`, where the event has one | no |
| any other | an extension (small letters and digits): text, a whole number, true or false; kept | no |
| `data` | the words, as told below for each event | yes |

What leaves `data.engagement_id` out is about the engagement in `subject`. A null says the same as leaving a field out.
Fields that nobody here knows are kept and passed on. Reading is strict, so that everybody reads the same: names given
twice, numbers in quotes, NaN, times without a zone, dates with a time, characters that no database holds, years before
1900 or after 2200 and more than 262,144 bytes are refused, each with the field and the reason. Line breaks in a line of
text become blanks.

## Ids, corrections, retraction

A fact's id is derived from what makes it this fact and no other: a UUID of version 5, in the namespace
`{namespace}`, of its type, its engagement (`-` for what stands outside engagements), the other
fields that it is named by (told for each event) and its revision, joined by the character U+001F. A field that was left
out is empty; a list is sorted and joined by commas. For the fact above:

```python
from uuid import UUID, uuid5

words = [{identity}]
fact_id = uuid5(UUID("{namespace}"), "\\x1f".join(words))
assert str(fact_id) == "{id}"
```

So whoever says the same again says the same fact, and nothing changes. A fact that comes with another id (a replayed
log, an import, another system) keeps it.

- **To correct** a fact, say it again with a higher `revision`: the highest counts. The same names and revision with
  other words is a conflict, and refused.
- **To take a fact back**, say `fact_retracted` with its id: then it never was. A service says that of its own facts
  only. A retraction may come before what it retracts.
- **To change the language**, add optional fields; listeners ignore what they do not know. What breaks listeners is a
  new type `….v2`, with a function that reads the old words as the new ones (`shared/events/upcasts.py`).

Ids that people or trackers give are slugs: 1 to 64 letters, digits, `-` or `_`."""
