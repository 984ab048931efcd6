"""`throughline import`: hand in a file of requests, see how it is read and what would be owed, get it back to mend."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO, Annotated, Any, cast

import typer

from shared.cli.calling import HERE, Api, call, fail, refuse, shown_at

PATIENCE = 600.0
"""Seconds that a file may take: thousands of rows are recorded in one go."""
FEW = 20
COUNTED = {
    "new": "new", "corrected": "corrected", "withdrawn": "withdrawn", "answered": "answered", "same": "as before",
    "refused": "refused",
}  # fmt: skip
WHEN = {"at once": "due at once", "later": "due later", "past": "past, in silence"}
NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
Told = Mapping[str, Any]


def import_(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX, as the tracker exports it.")],
    source: Annotated[str, typer.Option(help="The tracker that it comes from.")],
    preview: Annotated[bool, typer.Option("--preview", help="Record nothing; tell what would be owed.")] = False,
    historic: Annotated[
        bool, typer.Option("--historic", help="It is the past: nothing falls due that was due before now.")
    ] = False,
    accept_valid: Annotated[
        bool, typer.Option("--accept-valid", help="Take in the rows that pass, though others are refused.")
    ] = False,
    column: Annotated[
        list[str] | None, typer.Option(help='Which column tells what, like need="What they ask"; repeatable.')
    ] = None,
    dates: Annotated[str | None, typer.Option(help='What 1/2/2027 means: "month first" or "day first".')] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Read the columns as guessed, without asking.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    api: Api = HERE,
) -> None:
    """Hand in a file of requests: all of it is taken in, or nothing. Handing it in twice changes nothing.

    How its columns are read is shown first, and remembered. What is refused comes back beside the file, with a column
    Problem: mend it there, and hand that in.
    """
    form = {"source": source, "columns": json.dumps(_columns(column or (), dates))}
    looked = _sent(api, "/imports/columns", file, form, quiet=as_json)
    if not as_json:
        _show(looked)
    _agree(looked, agreed=yes or preview or as_json)
    wanted = {"preview": preview, "historic": historic, "accept_valid": accept_valid}
    told = _sent(api, "/imports", file, {**form, **{name: str(it).lower() for name, it in wanted.items()}}, as_json)
    back = _kept(told, file)
    if as_json:
        typer.echo(json.dumps({**told, "returned": str(back) if back else None}, indent=2))
    else:
        _tell(told, preview)
    if told["counts"].get("refused"):
        fail(_mend(told, back, preview, accept_valid))


def _columns(told: Sequence[str], dates: str | None) -> dict[str, Any]:
    """Which column tells what, as the command line says it."""
    columns: dict[str, str] = {}
    for one in told:
        name, is_, column = one.partition("=")
        if not is_ or not column.strip():
            fail(f'--column {one}: write it like --column need="What they ask"')
        columns[name.strip().replace("-", "_").replace(" ", "_")] = column.strip()
    return {"columns": columns, **({"dates": dates} if dates else {})}


def _sent(api: str, path: str, file: Path, form: Mapping[str, str], quiet: bool) -> Told:
    """Send the file, with a bar that shows how far it is; a refusal ends the command, row by row."""
    import httpx

    try:
        with file.open("rb") as content, _progress(content, file.name, quiet) as watched:
            files = {"file": (file.name, cast("IO[bytes]", watched))}
            url = api.rstrip("/") + path
            answer = httpx.post(url, data=dict(form), files=files, headers=shown_at(api), timeout=PATIENCE)
    except httpx.HTTPError as error:
        fail(f"Nobody answers at {api} ({error}). Start Throughline with `throughline up`, or name it with --api.")
    except OSError as error:
        fail(f"{file}: cannot be read: {error.strerror}")
    if not answer.is_success:
        _refused(answer, file)
    told: Told = answer.json()
    return told


def _refused(answer: Any, file: Path) -> None:
    """Name the file in what is wrong with it; all else as any command does."""
    problems = answer.json().get("problems", ()) if "json" in answer.headers.get("content-type", "") else ()
    if any(one["field"] == "file" for one in problems):
        fail("\n".join(f"{file.name} {one['reason']}." for one in problems if one["field"] == "file"))
    refuse(answer)


@contextmanager
def _progress(content: IO[bytes], name: str, quiet: bool) -> Iterator[object]:
    """A bar over what was sent, and something that moves while the rows are judged and recorded."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, quiet=quiet)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        size = content.seek(0, 2)
        content.seek(0)
        yield _Watched(content, progress, progress.add_task(f"Handing in {name}", total=size), size)


class _Watched:
    """A file that tells how far it was read."""

    def __init__(self, content: IO[bytes], progress: Any, task: Any, size: int) -> None:
        self._content = content
        self._progress = progress
        self._task = task
        self._left = size

    def read(self, size: int = -1) -> bytes:
        part = self._content.read(size)
        self._left -= len(part)
        self._progress.advance(self._task, len(part))
        if self._left <= 0:
            self._progress.update(self._task, description="Looking at each row", total=None)
        return part

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._content.seek(offset, whence)

    def tell(self) -> int:
        return self._content.tell()

    def fileno(self) -> int:
        return self._content.fileno()


def _show(looked: Told) -> None:
    """How the file is read, column by column."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    where = f", sheet {looked['sheet']}" if looked["sheet"] else ""
    title = f"{looked['file']}{where}: {looked['rows']} rows below row {looked['header_row']}"
    table = Table("Column", "Is read as", "For example", title=escape(title), title_justify="left")
    for one in looked["columns"]:
        name = one["name"].replace("_", " ") if one["name"] else "(not read)"
        table.add_row(*(escape(text) for text in (one["column"], name, "; ".join(one["examples"]))))
    console = Console()
    console.print(table)
    for note in looked["notes"]:
        typer.echo(note)
    dated = [one for one in looked["columns"] if one["name"] in ("logged_on", "answered_on")]
    if dated:
        typer.echo(_dates([text for one in dated for text in one["examples"]], looked["dates"]))


def _dates(examples: Sequence[str], order: str) -> str:
    """How days are read, by one that stands in the file if there is one that could be read otherwise."""
    for text in examples:
        numbers = NUMBERS.match(text)
        month, day = (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
        if order == "day first":
            month, day = day, month
        if 1 <= month <= len(MONTHS) and day:
            return f"{text} is read as {MONTHS[month - 1]} {day} ({order})."
    meant = "January 2" if order == "month first" else "February 1"
    return f"A day like 1/2/2027, where there is one, is read as {meant} ({order})."


def _agree(looked: Told, agreed: bool) -> None:
    """Let a person look at columns that were guessed, before anything is recorded by them."""
    import sys

    if looked["missing"]:
        names = ", ".join(name.replace("_", " ") for name in looked["missing"])
        fail(f'No column tells: {names}. Say which one does, like --column {looked["missing"][0]}="its heading".')
    if looked["saved"] or agreed:
        return
    if not sys.stdin.isatty():
        fail("These columns were not read so before. Look at them, and say --yes; or --column NAME=HEADING.")
    if not typer.confirm("Read it like this?", default=True):
        fail('Nothing was recorded. Say what tells what, like --column need="its heading".')


def _tell(told: Told, preview: bool) -> None:
    for problem in told["problems"][:FEW]:
        typer.echo(_sentence(told["file"], problem), err=True)
    for note in told["notes"][:FEW]:
        typer.echo(_sentence(told["file"], note))
    counts = ", ".join(f"{told['counts'][name]} {words}" for name, words in COUNTED.items() if told["counts"].get(name))
    typer.echo(f"{'' if told['recorded'] else 'Would be: '}{counts or 'no rows'}.")
    if preview:
        _tell_owed(told)


def _tell_owed(told: Told) -> None:
    """What would be owed, the earliest first."""
    for one in told["owed"][:FEW]:
        typer.echo(f"  {one['due_on']}  {WHEN[one['when']]:16}  {one['to']:12}  {one['title']}")
    in_all = ", ".join(f"{n} {WHEN[when]}" for when, n in told["owed_in_all"].items())
    typer.echo(f"Owed: {in_all or 'nothing'}.")
    for topic in told["topics"]:
        typer.echo(f"In demand: {topic}.")
    if told["owed_in_all"].get("at once"):
        typer.echo("If this is the past, --historic keeps it silent.")


def _sentence(file: str, problem: Told) -> str:
    """Where it is, what stands there, and what to do."""
    line = f" (line {problem['line']})" if problem["line"] != problem["row"] else ""
    column = f', column "{problem["column"]}"' if problem["column"] else f", {problem['name'].replace('_', ' ')}"
    value = f' "{problem["value"]}"' if problem["value"] else ""
    return f"{file}, row {problem['row']}{line}{column}:{value} {problem['reason']}"


def _kept(told: Told, file: Path) -> Path | None:
    """The file with its problems, beside the one that was handed in; one that may be half mended stays."""
    if not told["returned"]:
        return None
    back = file.with_name(told["returned"]["file"])
    content = b64decode(told["returned"]["content"])
    for number in count(1):
        numbered = back if number == 1 else back.with_stem(f"{back.stem}-{number}")
        if not numbered.exists():
            numbered.write_bytes(content)
            return numbered
        if numbered.read_bytes() == content:
            return numbered
    return None


def _mend(told: Told, back: Path | None, preview: bool, accept_valid: bool) -> str:
    refused = told["counts"]["refused"]
    some = "1 row was" if refused == 1 else f"{refused} rows were"
    is_whole = accept_valid or told["recorded"]
    done = (
        ("The others would be taken in" if is_whole else "So nothing would be taken in")
        if preview
        else ("The others were taken in" if is_whole else "Nothing was taken in")
    )
    return f"{some} refused. {done}. {back} is your file with a column Problem: mend it there, and hand that in."


def quality(source: Annotated[str, typer.Argument(help="The tracker.")], api: Api = HERE) -> None:
    """How well the files of a tracker pass: the share of rows, and what is wrong with the others."""
    told = call(api, "GET", f"/imports/{source}")
    share = f"{told['share']:.1%}" if told["share"] is not None else "no rows yet"
    files = "1 file" if told["files"] == 1 else f"{told['files']} files"
    typer.echo(f"{source}: {told['passed']} of {told['rows']} rows of {files} passed ({share}).")
    for one in told["problems"]:
        typer.echo(f"  {one['rows']:6}  what is told as {one['name'].replace('_', ' ')} {one['reason']}")
