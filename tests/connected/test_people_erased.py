"""The canary: two people with names like nobody else's live in a real Throughline, are erased, and are looked for
everywhere: in each file, each answer, each page, the log, an export, a backup, and what is restored from an old one.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from quopri import encodestring
from typing import Any
from unicodedata import normalize
from urllib.parse import urlsplit

import httpx
import pytest

from shared.bus.accounts.members import Kind
from tests.support.services import PLAYBOOK
from tests.support.up import ROOT, Up, a_folder, an_up

QUIET = {"id": "p-1", "name": "Zerelda Quillfeather", "address": "zq.canary@nowhere.example"}
"""Only the directory knows her."""
SPOKEN_OF = {"id": "p-2", "name": "Iñigo Wombleton", "address": "iw.canary@nowhere.example"}
"""Trackers have sent his name, in messages that nobody could read, each in its own spelling."""
PACKED = rb"V29tYmxld|dvbWJsZXR|Xb21ibGV0"
"""What base64 makes of Wombleton, wherever it begins."""
CANARIES = re.compile(rb"(?i:quillfeather|wombleton|(zq|iw)\.canary)|" + PACKED)
FILE = "id,name,address\n" + "".join(",".join(one.values()) + "\n" for one in (QUIET, SPOKEN_OF))
ENGAGEMENT = {
    "engagement_id": "e1", "title": "Together", "playbook": "example", "center": "NCASE", "topic": "workforce",
    "time_zone": "America/New_York", "people": {"facilitator": "p-1", "evaluator": "p-2"},
}  # fmt: skip
TEAM = {
    "engagement_id": "e1", "team_id": "ky", "jurisdiction": "KY", "lead": "p-1",
    "members": [{"person_id": "p-1", "role": "lead_agency"}],
}  # fmt: skip


def command(up: Up, *words: str) -> subprocess.CompletedProcess[str]:
    """A client command, as an administrator types it."""
    told = {**os.environ, "THROUGHLINE_API": up.api, "THROUGHLINE_DATA": str(up.folder / "data")}
    return subprocess.run(
        [sys.executable, "-m", "services", *words], check=False, cwd=ROOT, env=told, capture_output=True, text=True
    )


def did(up: Up, *words: str) -> str:
    done = command(up, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told_anywhere(folder: Path, *but: str) -> list[str]:
    """The files in which a canary sings."""
    files = [file for file in folder.rglob("*") if file.is_file() and not {*file.relative_to(folder).parts} & {*but}]
    return [file.name for file in files if CANARIES.search(file.read_bytes())]


def answers(up: Up) -> dict[str, bytes]:
    """All that can be asked without naming one thing, and all pages to which a page leads."""
    with httpx.Client(base_url=up.api, headers=headers(up), timeout=60, follow_redirects=False) as http:
        paths = http.get("/openapi.json").json()["paths"]
        waiting = [path for path, methods in paths.items() if "{" not in path and "get" in methods] + ["/app/inbox"]
        waiting += [
            "/people/p-1",
            "/people/p-2",
            "/engagements/e1",
            "/teams/ky",
            "/app/people",
            "/app/people.csv",
            "/app/mail.json",
        ]
        found: dict[str, bytes] = {}
        while waiting:
            path = waiting.pop()
            if path not in found and len(found) < 300:
                answer = http.get(path, headers={"Accept": "text/html"} if path.startswith("/app") else {})
                found[path] = answer.content
                waiting += re.findall(r'(?:href|src)="(/app/[^"#]*)', answer.text)
    return found


def headers(up: Up) -> dict[str, str]:
    """What shows that we may administer it."""
    key = up.folder / "data" / "key"
    return {"Authorization": f"Bearer {key.read_text().strip()}"} if key.exists() else {}


def shown(up: Up, key: str) -> int:
    """How a program is answered that shows this token."""
    return httpx.get(f"{up.api}/access/me", headers={"Authorization": f"Bearer {key}"}).status_code


async def send_what_nobody_can_read(up: Up) -> None:
    name, address = SPOKEN_OF["name"], SPOKEN_OF["address"]
    sent = [f'{{"need": "Ask {name} <{address}>"'.encode()]
    sent += [json.dumps({"need": name.upper(), "at": address})[:-1].encode()]
    sent += [name.encode("latin-1"), normalize("NFD", name).encode(), encodestring(name.encode())]
    sent.append(b64encode(f"Please ask {name}".encode()))
    async with up.on_the_bus("ky", Kind.TRACKER) as client:
        for body in sent:
            await client.publish("inbound.requests.ky", body)
        await client.flush()


def ask_for_a_link(up: Up) -> None:
    """She may sign in, and is written to: without a mail server the letter is shown to administrators."""
    up.post("/access/accounts", person_id="p-1", roles=["facilitator"], jurisdictions=[])
    httpx.post(f"{up.api}/sign-in", data={"address": QUIET["address"]}, timeout=60).raise_for_status()


def letters(up: Up) -> list[dict[str, Any]]:
    """The log of mail."""
    return list(up.get("/app/mail.json")["items"])


def aside(up: Up) -> list[dict[str, Any]]:
    return list(up.get("/aside")["intake"]["items"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = a_folder(tmp_path / "here", example=PLAYBOOK)
    (made / "people.csv").write_text(FILE, encoding="utf-8")
    return made


@pytest.mark.slow
async def test_after_they_are_erased_nobody_finds_them_anywhere(folder: Path, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    with an_up(folder) as up:
        assert did(up, "people", "import", str(folder / "people.csv")).startswith("2 added")
        assert did(up, "people", "import", str(folder / "people.csv")).startswith("2 as they were")
        did(up, "access", "grant", "p-1", "evaluator")
        key = did(up, "token", "make", "R", "--role", "evaluator", "--person", "p-1").strip()
        assert shown(up, key) == 200
        did(up, "token", "make", f"R of {SPOKEN_OF['name']}", "--role", "evaluator")
        up.post("/engagements", **ENGAGEMENT)
        up.post("/teams", **TEAM)
        ask_for_a_link(up)
        await send_what_nobody_can_read(up)
        up.until(lambda: len(aside(up)) == 6)
        up.until(lambda: any(one["text"] for one in letters(up)))
        assert any(CANARIES.search(answer) for answer in answers(up).values())
        did(up, "backup", str(backups / "before"))

        for one in (QUIET, SPOKEN_OF):
            assert "is erased" in did(up, "people", "erase", one["id"])
        (folder / "people.csv").unlink()

        assert {path for path, answer in answers(up).items() if CANARIES.search(answer)} == set()
        assert [CANARIES.search(json.dumps(one).encode()) for one in aside(up)] == [None] * 6
        assert "R of [erased]" in did(up, "token", "list")
        assert [(one["person_id"], one["text"]) for one in letters(up)] == [("p-1", None)]
        assert "quillfeather" not in did(up, "people", "list").lower()
        assert command(up, "people", "show", "p-1").returncode == 1
        up.until(lambda: shown(up, key) == 401)
        # The bus keeps for 90 days what trackers sent, word for word; of the directory it never knew a word.
        assert told_anywhere(folder, "nats") == []
        assert re.search(rb"quillfeather|zq\.canary", b"".join(bytes_of(folder)), re.IGNORECASE) is None
        did(up, "backup", str(backups / "after"))
        assert told_anywhere(backups / "after") == []

    assert not CANARIES.search(up.said().encode())
    assert told_anywhere(folder, "nats") == []
    other = a_folder(tmp_path / "other", example=PLAYBOOK)
    restored = did(up, "restore", str(backups / "before"), "--data", str(other / "data"))
    assert "2 who were erased after it were erased again" in restored
    assert told_anywhere(other) == []
    with an_up(other) as again:
        assert {path for path, answer in answers(again).items() if CANARIES.search(answer)} == set()
        assert command(again, "people", "show", "p-1").returncode == 1
        assert shown(again, key) == 401 and "p-1" not in did(again, "access", "list")


def bytes_of(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


@pytest.mark.slow
async def test_a_list_of_the_erased_keeps_them_out_of_what_is_restored(folder: Path, tmp_path: Path) -> None:
    with an_up(folder) as up:
        did(up, "people", "import", str(folder / "people.csv"))
        address = up.post("/calendars", person_id="p-1")["url"]
        did(up, "backup", str(tmp_path / "saved"))
    shutil.rmtree(folder / "data")
    (tmp_path / "gone.txt").write_text("p-1\n", encoding="utf-8")
    data = ("--data", str(folder / "data"))
    assert "1 who were erased" in did(
        up, "restore", str(tmp_path / "saved"), *data, "--erased", str(tmp_path / "gone.txt")
    )
    with an_up(folder) as again:
        assert [line.split()[0] for line in did(again, "people", "list").splitlines()] == ["p-2"]
        assert again.get(urlsplit(address).path) is None
