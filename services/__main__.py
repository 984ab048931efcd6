"""The command `throughline`: services together or alone, plays of whole logs, and the client commands."""

import typer

from shared.cli.lazily import Lazily, group_of

COMMANDS = {
    "up": Lazily(
        "services.commands:up",
        "Run everything in one process: a bus and databases of its own, all four services, HTTP at 127.0.0.1:8000.",
    ),
    "run": Lazily("services.commands:run", "Run one service alone, against a bus that is there already."),
    "migrate": Lazily(
        "services.commands:migrate",
        "Bring the database to this version, before services start; each does it for itself if nobody did.",
    ),
    "demo": Lazily(
        "services.commands:demo",
        "Play a whole Peer Learning Community on a real bus and database, on a virtual clock, and tell its story.",
    ),
    "replay": Lazily(
        "services.commands:replay",
        "Feed a log of facts through the services on a virtual clock, and print what became of every obligation.",
    ),
    "whatif": Lazily(
        "services.commands:whatif",
        "Play the real log under another policy, and print what would have been owed, moved, suppressed or dropped.",
    ),
    "backup": Lazily(
        "services.commands:backup",
        "Save all that the services keep, while they run, into a folder of its own: docs/backup.md.",
    ),
    "restore": Lazily(
        "services.commands:restore",
        "Put a backup into an empty database, of the same kind or the other; no service may run meanwhile.",
    ),
    "import": Lazily(
        "shared.cli.importing:import_",
        "Hand in a file of requests: all of it is taken in, or nothing. Handing it in twice changes nothing.",
    ),
    "imports": Lazily(
        "shared.cli.importing:quality",
        "How well the files of a tracker pass: the share of rows, and what is wrong with the others.",
    ),
    "simulate": Lazily(
        "shared.cli.simulate:simulate",
        "Print what a playbook would oblige whom to do by when, in an imagined engagement where nobody does anything.",
    ),
    "why": Lazily(
        "shared.cli.why:why", "Why a task or an evaluation round is there: which rule, which fact, which dates."
    ),
    "report": Lazily(
        "shared.cli.report:report",
        "What was promised, what was seen of it, what is overdue; with --as or a wider scope all that a report counts.",
    ),
    "handover": Lazily(
        "shared.cli.handover:handover",
        "What a role owes, asked for and was promised, the last notes, and who left when.",
    ),
    "contacts": Lazily(
        "shared.cli.contacts:contacts", "Every contact with a team or person, in all engagements, earliest first."
    ),
    "risks": Lazily(
        "shared.cli.risks:risks",
        "What each team lacks of what its model wants, since when, and what puts its plan at risk.",
    ),
    "topics": Lazily(
        "shared.cli.topics:topics",
        "Topics on which requests wait for an answer: who asks, and whether it is time to bring them together.",
    ),
    "cohorts": Lazily(
        "shared.cli.cohorts:cohorts",
        "Propose cohorts of the agencies that applied and are in none yet, by stage and size, and say why.",
    ),
    "peers": Lazily(
        "shared.cli.peers:peers",
        "Match what teams need with what others offer, those that take no part among them; best pairs first.",
    ),
    "approvals": Lazily(
        "shared.cli.approvals:approvals",
        "Approvals that are open, with the day on which to expect their answer; and how long each region takes.",
    ),
    "doctor": Lazily(
        "shared.cli.doctor:doctor",
        "Check bus, database, clock, playbooks, mail and sign-in, and say what to do about what is not well.",
    ),
    "reconcile": Lazily(
        "services.commands:reconcile", "Compare all that was said with what the bus has, and say again what it lacks."
    ),
    "http": Lazily("services.commands:http", "What can be told and asked by HTTP: openapi, docs."),
    "data": Lazily("services.commands:data", "Data for R, Python and Excel: list, get, dictionary."),
    "events": Lazily("services.commands:events", "What is said on the bus: list, show, schema, asyncapi, docs."),
    "instrument": Lazily("shared.cli.instrument:app", "Instruments: the questions of evaluation rounds."),
    "playbook": Lazily("shared.cli.playbook:app", "Playbooks: which facts oblige whom to do what by when."),
    "request": Lazily("shared.cli.request:app", "Log a TA request, take it back, see what became of it."),
    "aside": Lazily("shared.cli.aside:app", "Messages that were put aside: list them, look, try again, drop."),
    "people": Lazily("shared.cli.people:app", "Names and addresses: import them, list them, look, erase one for good."),
    "access": Lazily("shared.cli.access:app", "Who may sign in: grant, revoke, list; and links to sign in by."),
    "token": Lazily("shared.cli.token:app", "Tokens, by which programs come in: make, list, revoke."),
    "calendar": Lazily("shared.cli.calendar:app", "Calendar feeds of people: make, list, revoke."),
    "webhook": Lazily("shared.cli.webhook:app", "Webhooks: make, list, log, test, mend, remove."),
    "bus": Lazily("shared.cli.bus:app", "Servers, accounts and keys of the bus: config, setup, who, rotate."),
    "subscribe": Lazily("shared.cli.subscribe:app", "Who from outside may use the bus: tracker, evaluator, remove."),
}
"""Every command; a test holds each line against the help of its command."""

app = typer.Typer(
    name="throughline",
    cls=group_of(COMMANDS),
    help="Keeps the line of a technical-assistance engagement, from the first request to the last outcome.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _of_all() -> None:
    """What all commands have in common: nothing."""


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
