"""The example of docs/importing.md, by the command, on a real Throughline."""

import json
from collections.abc import Iterator
from shutil import copy

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from services.__main__ import app
from tests.support.up import ROOT, Up, an_up

EXAMPLE = ROOT / "playbooks" / "examples" / "requests" / "requests.csv"
SAID = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    (folder / "playbooks").mkdir()
    copy(ROOT / "playbooks" / "desk.yaml", folder / "playbooks")
    copy(EXAMPLE, folder)
    with an_up(folder) as up:
        yield up


def import_(up: Up, file: str, *words: str, typed: str = "") -> Result:
    told = [str(up.folder / file), "--source", "tracker", *words, "--api", up.api]
    return CliRunner(env={**up.keys, "COLUMNS": "200"}).invoke(app, ["import", *told], input=typed)


@pytest.mark.slow
def test_the_example_goes_as_the_document_tells(up: Up) -> None:
    told = import_(up, "requests.csv", "--preview")
    [wrong] = [line for line in SAID.splitlines() if line.startswith("requests.csv, row 5")]
    assert wrong in told.output and told.exit_code == 1
    assert "Would be: 3 new, 1 withdrawn, 1 refused." in told.output
    assert "So nothing would be taken in." in told.output
    assert "3 due at once" in told.output and "--historic keeps it silent" in told.output
    assert up.get("/requests")["items"] == []

    assert "say --yes" in import_(up, "requests.csv").output
    told = import_(up, "requests.csv", "--yes")
    assert told.exit_code == 1 and "Nothing was taken in." in told.output
    assert "Would be: 3 new, 1 withdrawn, 1 refused." in told.output
    assert "1/11/2026 is read as January 11 (month first)." in told.output
    quality = CliRunner(env=up.keys).invoke(app, ["imports", "tracker", "--api", up.api]).output
    assert "tracker: 4 of 5 rows of 1 file passed (80.0%)." in quality
    assert "1  what is told as jurisdiction is no jurisdiction" in quality
    back = up.folder / "requests-problems.csv"
    assert 'State: ""Kentuky"" is no jurisdiction' in back.read_text(encoding="utf-8")
    mended = back.read_bytes().replace(b"Kentuky", b"Kentucky")
    back.write_bytes(mended)
    assert "requests-problems-2.csv is your file" in import_(up, "requests.csv").output
    assert "requests-problems-2.csv is your file" in import_(up, "requests.csv").output
    assert back.read_bytes() == mended
    told = import_(up, back.name, "--historic")
    assert told.exit_code == 0 and "4 new, 1 withdrawn." in told.output
    told = import_(up, back.name)
    assert told.exit_code == 0 and "5 as before." in told.output

    quality = CliRunner(env=up.keys).invoke(app, ["imports", "tracker", "--api", up.api]).output
    assert "tracker: 5 of 5 rows of 1 file passed (100.0%)." in quality
    up.until(lambda: len(up.get("/tasks")["items"]) == 4)
    up.until(lambda: {one["state"] for one in up.get("/tasks")["items"]} == {"lapsed"})


@pytest.mark.slow
def test_a_workbook_for_machines(up: Up) -> None:
    book = Workbook()
    book.active.append(["ID", "State", "Subject", "Question"])
    book.active.append([7, "KY", "licensing", "How?"])
    book.save(up.folder / "some.xlsx")
    told = json.loads(import_(up, "some.xlsx", "--json").stdout)
    assert (told["counts"], told["returned"]) == ({"new": 1}, None)


@pytest.mark.slow
def test_what_cannot_be_read_says_what_to_do(up: Up) -> None:
    (up.folder / "some.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1"))
    told = import_(up, "some.xls")
    assert told.exit_code == 1 and "some.xls is an old Excel file" in told.output
    assert "cannot be read" in import_(up, "nowhere.csv").output
    (up.folder / "short.csv").write_text("ID,State\n1,KY\n", encoding="utf-8")
    told = import_(up, "short.csv")
    assert "No column tells: topic, need. Say which one does, like --column topic=" in told.output
    assert 'write it like --column need="' in import_(up, "requests.csv", "--column", "need").output
