"""The accounts of a NATS server, as it is told of them: services, trackers, evaluators, and the servers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.bus.accounts.members import READ, Kind, Member, rights
from shared.bus.streams import FATES, OUTCOMES

SERVICES, TRACKERS, EVALUATORS, SYSTEM = "THROUGHLINE", "TRACKERS", "EVALUATORS", "SYS"
ACCOUNT = {
    Kind.SERVICE: SERVICES,
    Kind.ADMINISTRATOR: SERVICES,
    Kind.TRACKER: TRACKERS,
    Kind.EVALUATOR: EVALUATORS,
    Kind.SYSTEM: SYSTEM,
}
REQUESTS = "inbound.requests.*"
READ_BY = {EVALUATORS: OUTCOMES, TRACKERS: FATES}
"""The stream of which each account has consumers."""
FEW = {"max_connections": 200, "max_subscriptions": 2000}
"""However many connections somebody opens: those of services are not among them."""
ABOUT = (
    "# Who may do what on this bus; made and changed by `throughline`. The keys here are public, their seeds in keys/."
)


def accounts(members: Iterable[Member]) -> dict[str, Any]:
    """The block `accounts`: streams belong to services alone, and what others see of them comes by imports."""
    users: dict[str, list[dict[str, Any]]] = {name: [] for name in (SERVICES, TRACKERS, EVALUATORS, SYSTEM)}
    for member in sorted(members):
        users[ACCOUNT[member.kind]].append(_user(member))
    return {
        SERVICES: {"jetstream": "enabled", "users": users[SERVICES], "exports": _exports()},
        TRACKERS: {
            "limits": FEW,
            "users": users[TRACKERS],
            "imports": [{"service": {"account": SERVICES, "subject": REQUESTS}}, *_imports(TRACKERS)],
        },
        EVALUATORS: {"limits": FEW, "users": users[EVALUATORS], "imports": _imports(EVALUATORS)},
        SYSTEM: {"users": users[SYSTEM]},
    }


def written(members: Iterable[Member]) -> str:
    """The file that a server's configuration includes."""
    return lines({"accounts": accounts(members), "system_account": SYSTEM}, ABOUT)


def lines(settings: Mapping[str, Any], *before: str) -> str:
    """Settings as a configuration of nats-server, which takes JSON for values but wants no braces around all."""
    return "\n".join([*before, *(f"{name}: {json.dumps(value, indent=2)}" for name, value in settings.items()), ""])


def _user(member: Member) -> dict[str, Any]:
    may = rights(member)
    return {"nkey": member.key, "permissions": {"publish": list(may.publish), "subscribe": list(may.subscribe)}}


def _reading(stream: str) -> tuple[str, str, str]:
    """What is needed of JetStream to look at one's own consumer, to pull from it, and to say what one has."""
    return f"$JS.API.CONSUMER.INFO.{stream}.*", f"$JS.API.CONSUMER.MSG.NEXT.{stream}.*", f"$JS.ACK.{stream}.*.>"


def _imports(account: str) -> list[dict[str, Any]]:
    return [
        {"service": {"account": SERVICES, "subject": one}, "to": one.replace("$JS.API", READ)}
        for one in _reading(READ_BY[account])
    ]


def _exports() -> Sequence[dict[str, Any]]:
    told: list[dict[str, Any]] = [{"service": REQUESTS, "accounts": [TRACKERS]}]
    for account, stream in READ_BY.items():
        info, pull, done = _reading(stream)
        told += [
            {"service": info, "accounts": [account]},
            {"service": pull, "accounts": [account], "response_type": "stream"},
            {"service": done, "accounts": [account]},
        ]
    return told
