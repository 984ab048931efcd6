"""What docs/subscribing.md shows for Python and JavaScript does what it says."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.access import House, a_house
from tests.support.calendars import ROOT, node
from tests.support.listening import served
from tests.support.outcomes import outcome
from tests.support.saying import said
from tests.support.services import published

TEXT = (ROOT / "docs" / "subscribing.md").read_text(encoding="utf-8")
LISTENER = """
const token = process.argv[2];
let cursor;
const seen = [];
const write = async (event) => {
  seen.push(event.data.outcome_id);
  if (seen.length < 3) return;
  console.log(seen.join(" "));
  process.exit(0);
};
"""


def snippet(heading: str, language: str) -> str:
    """The first example in this language under a heading."""
    section = TEXT.split(f"\n## {heading}\n")[1]
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(database="", data=tmp_path) as there:
        await there.world.say(published(), said("engagement_opened"), *(outcome(n) for n in range(3)))
        yield there


def token_of(house: House) -> str:
    return house.world.http.headers["Authorization"].removeprefix("Bearer ")


async def test_pages_are_read_in_python_and_the_next_time_only_what_is_new(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THROUGHLINE_TOKEN", token_of(house))
    code = compile(snippet("Pages by cursor", "python"), "x", "exec")
    async with served(house.app) as (url, _):
        monkeypatch.setenv("THROUGHLINE_API", url)
        for new in (3, 1):
            await asyncio.to_thread(exec, code, {})
            written = list((tmp_path / "events").iterdir())
            assert len(written) == new
            for event in written:
                event.unlink()
            await house.world.say(outcome(7))


async def test_a_stream_is_heard_in_javascript(house: House, tmp_path: Path) -> None:
    async with served(house.app) as (url, _):
        told = snippet("A stream", "javascript").replace("https://throughline.example.org", url)
        script = tmp_path / "listen.mjs"
        script.write_text(LISTENER + told, encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            node(), str(script), token_of(house), stdout=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(60):
            out, _ = await process.communicate()
    assert (process.returncode, out.decode().split()) == (0, ["o0", "o1", "o2"])
