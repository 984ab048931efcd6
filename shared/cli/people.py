"""`throughline people`: the directory of names and addresses; import a file, list, look, erase, search."""

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from shared.cli.calling import HERE, Api, call, fail

app = typer.Typer(help="Names and addresses: import them, list them, look, erase one for good.", no_args_is_help=True)
MOST = 500
WORDS = {"added": "added", "changed": "changed", "same": "as they were"}
"""How an outcome is counted."""
Id = Annotated[str, typer.Argument(help="The id by which facts name the person.")]
Json = Annotated[bool, typer.Option("--json", help="The same for machines.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV: a column `name`, and any of id, address, zone, language, left.")],
    api: Api = HERE,
) -> None:
    """Take in a file of people: all of it, or nothing. Importing it twice changes nothing."""
    told = call(api, "POST", "/people/import", {"csv": _text(file), "whole": True})
    for row in told["rows"]:
        if row["problem"]:
            typer.echo(f"row {row['row']}: {row['outcome']}: {row['problem']}")
    counts = {outcome: sum(row["outcome"] == outcome for row in told["rows"]) for outcome in WORDS}
    typer.echo(", ".join(f"{count} {WORDS[outcome]}" for outcome, count in counts.items() if count) or "No rows.")
    if told["not_read"]:
        typer.echo(f"Not read, and not kept: {', '.join(told['not_read'])}.")


@app.command("list")
def list_(
    left: Annotated[bool | None, typer.Option("--left/--here", help="Only those who left, or who did not.")] = None,
    as_json: Json = False,
    api: Api = HERE,
) -> None:
    """Everybody in the directory, one line a person."""
    people, cursor = [], None
    while True:
        page = call(api, "GET", "/people", limit=MOST, cursor=cursor, left=left)
        people += page["items"]
        if (cursor := page["next"]) is None:
            break
    if as_json:
        typer.echo(json.dumps(people, indent=2))
        return
    for one in people:
        gone = "  left" if one["left"] else ""
        typer.echo(f"{one['person_id']:20}  {one['name']}  {one['address'] or 'no address'}{gone}")
    if not people:
        typer.echo("Nobody yet. `throughline people import FILE.csv` takes in a file.")


@app.command()
def show(person_id: Id, api: Api = HERE) -> None:
    """One person, all that is kept."""
    typer.echo(json.dumps(call(api, "GET", f"/people/{quote(person_id, safe='')}"), indent=2, ensure_ascii=False))


@app.command()
def erase(
    person_id: Id,
    anyway: Annotated[bool, typer.Option(help="Also while a service does not answer.")] = False,
    as_json: Json = False,
    api: Api = HERE,
) -> None:
    """Erase a person for good: name and address are gone from the directory, and from all that was put aside."""
    path = f"/people/{quote(person_id, safe='')}/erase"
    told = call(api, "POST", path, anyway="true" if anyway else None)
    typer.echo(json.dumps(told, indent=2) if as_json else "\n".join(_erased(told)))


@app.command()
def mentions(
    words: Annotated[list[str], typer.Argument(help='A name, a mail address: "Maria Quillfeather".')],
    as_json: Json = False,
    api: Api = HERE,
) -> None:
    """Where words stand in what people wrote themselves: notes, needs, reasons. They can be corrected, not erased."""
    told = call(api, "POST", "/people/mentions", {"words": words})
    typer.echo(json.dumps(told, indent=2) if as_json else "\n".join(_mentions(told) or ["They stand nowhere."]))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        fail(f"{file}: is not UTF-8. In the spreadsheet, save it as CSV UTF-8.")
    except OSError as error:
        fail(f"{file}: cannot be read: {error.strerror}")


def _erased(told: dict[str, Any]) -> list[str]:
    person_id, count = told["person_id"], told["redacted"]
    lines = [f"{person_id} was erased before." if told["already"] else f"{person_id} is erased."]
    if count:
        lines.append(f"Made illegible in {count} message{'' if count == 1 else 's'} that were put aside.")
    if not told["overwritten"]:
        lines.append("The files could not be written anew now; erase again when less is going on.")
    return lines + _mentions(told)


def _mentions(told: dict[str, Any]) -> list[str]:
    found = told["mentions"]
    lines = [f"{len(found)} texts that people wrote have the words in them, and stay as they are:"] if found else []
    lines += [f"  {one['service']:10}  {one['kind']}  {one['engagement_id']}  {one['id']}" for one in found]
    if told["unasked"]:
        lines.append(f"Not looked through, as they did not answer: {', '.join(told['unasked'])}.")
    return lines
