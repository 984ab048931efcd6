"""What would have been otherwise, as a table for people and as JSON for programs."""

import json
from datetime import datetime
from typing import Any

from services.whatif.weighing import Change, Weighed
from shared.cli.simulate import columns
from shared.obligations.obliged import Obliged

MEANT = {
    "owed": "owed besides",
    "dropped": "not owed",
    "moved": "moved",
    "suppressed": "suppressed",
    "ended": "ended otherwise",
    "reworded": "reworded",
    "same": "the same",
}


def as_text(weighed: Weighed) -> str:
    """Side by side, in the order of dates; then what people did that would have had no task."""
    parts = [_heading(weighed)]
    changes = [change for change in weighed.changes if change.kind != "same"]
    if changes:
        rows: list[tuple[str, ...]] = [("", "as it was (UTC)", "as it would have been", "to", "what", "key")]
        rows += [_row(change) for change in sorted(changes, key=_by_date)]
        parts.append(columns(rows))
    if weighed.apart:
        told: list[tuple[str, ...]] = [
            (fact.event.type.split(".")[2], f"{fact.time:%Y-%m-%d}", key) for fact, key in weighed.apart
        ]
        parts.append("Done by hand to what would not have been there:\n" + columns(told))
    if weighed.refused:
        parts.append("Refused then, and not before:\n" + "\n".join(weighed.refused))
    parts.append(", ".join(f"{count} {MEANT[kind]}" for kind, count in weighed.counts.items()) + ".")
    return "\n\n".join(parts)


def as_json(weighed: Weighed) -> str:
    """The same for machines."""
    told = {
        "playbook": weighed.policy.playbook,
        "version": weighed.policy.version,
        "set": weighed.settings,
        "until": _instant(weighed.until),
        "engagements": weighed.engagements,
        "changes": [_document(change) for change in weighed.changes if change.kind != "same"],
        "counts": weighed.counts,
        "apart": [{"fact": fact.id, "type": fact.event.type, "key": key} for fact, key in weighed.apart],
        "refused": weighed.refused,
    }
    return json.dumps(told, indent=1, ensure_ascii=False)


def _heading(weighed: Weighed) -> str:
    words = f", with {', '.join(weighed.settings)}" if weighed.settings else ""
    nothing = "no engagement, so that nothing changes (--instead-of NAME puts it in the place of another)"
    ruled = ", ".join(weighed.engagements) or nothing
    return (
        f"What if {weighed.policy.playbook} version {weighed.policy.version}{words} had ruled from the beginning?\n"
        f"It rules {ruled}. Played until {weighed.until:%Y-%m-%d}; nothing was said or written."
    )


def _by_date(change: Change) -> tuple[datetime, str]:
    return change.told.due_at, change.key


def _row(change: Change) -> tuple[str, ...]:
    told, fired = change.told, change.kind == "ended"
    would = _state(change.would, fired) + (f" ({change.suppressed_by})" if change.suppressed_by else "")
    return (MEANT[change.kind], _state(change.was, fired), would, told.to, told.title, change.key)


def _state(one: Obliged | None, fired: bool) -> str:
    """When it was due and how it ended; with `fired`, also when it fell due."""
    if one is None:
        return "-"
    when = f", fell due {one.fired_at:%Y-%m-%d}" if one.fired_at else ", never fell due"
    return f"{one.due_at:%Y-%m-%d %H:%M} {one.state}{when if fired else ''}"


def _document(change: Change) -> dict[str, Any]:
    told = change.told
    return {
        "key": change.key,
        "change": change.kind,
        "engagement": told.engagement,
        "rule": told.rule,
        "kind": told.kind,
        "item": told.item,
        "occurrence": told.occurrence,
        "to": told.to,
        "title": told.title,
        "was": _side(change.was),
        "would": _side(change.would),
        "suppressed_by": change.suppressed_by,
    }


def _side(one: Obliged | None) -> dict[str, Any] | None:
    return one.model_dump(mode="json", include={"due_at", "state", "fired_at"}) if one else None


def _instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
