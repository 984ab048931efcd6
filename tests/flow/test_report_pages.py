"""Reports in a browser and as files: on a page with charts, in Markdown, on paper, as rows."""

from collections.abc import AsyncIterator

import pytest
from httpx import Response

from services.evaluation.channels import printing
from tests.support.http import E1, prepared
from tests.support.services import World

HTML = {"accept": "text/html"}
SEEN = {"outcome_id": "o1", "level": "plan", "statement": "A plan", "evidence": "The plan"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with prepared() as there:
        await there.do("/outcomes", **E1, **SEEN)
        yield there


async def got(world: World, path: str) -> Response:
    answer = await world.http.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer


async def test_the_report_on_all_leads_to_each_other_report(world: World) -> None:
    page = (await got(world, "/app/reports")).text
    assert "<h1>Report on the portfolio</h1>" in page
    for by in ("engagement", "topic", "jurisdiction", "model", "center"):
        assert f'href="/app/reports/{by}"' in page
    assert 'href="/app/reports/engagement/e1"' in page
    assert 'href="/app/reports/engagement/e1">Report</a>' in (await got(world, "/app/engagements/e1/outcomes")).text
    assert 'href="/app/reports/center/ncase"' in (await got(world, "/app/reports/center")).text
    assert 'href="/app/reports/jurisdiction/KY">Kentucky</a>' in (await got(world, "/app/reports/jurisdiction")).text


@pytest.mark.parametrize(
    "path", ["center/ncase", "model/example", "topic/workforce", "jurisdiction/KY", "engagement/e1"]
)
async def test_there_is_a_report_on_each(world: World, path: str) -> None:
    page = (await got(world, f"/app/reports/{path}")).text
    assert "1 goal was promised." in page
    assert 'alt="Bar chart. Goals by how they stand: Seen' in page
    assert f'src="/app/reports/{path}/charts/promises.svg"' in page


async def test_a_chart_is_a_picture_of_its_own_in_the_light_and_in_the_dark(world: World) -> None:
    light, dark = [await got(world, f"/app/reports/charts/promises.svg{asked}") for asked in ("", "?dark=true")]
    assert light.headers["content-type"] == dark.headers["content-type"] == "image/svg+xml"
    assert light.text.startswith("<svg")
    assert light.text != dark.text
    for forbidden in ("<script", "<style", "style=", "http://www.w3.org/1999/xhtml", "href="):
        assert forbidden not in light.text
    assert (await world.http.get("/app/reports/charts/none.svg")).status_code == 404


async def test_the_same_report_is_markdown_paper_and_rows(world: World) -> None:
    told = await got(world, "/app/reports/engagement/e1.md")
    assert told.headers["content-type"] == "text/markdown; charset=utf-8"
    assert told.text.startswith("# Report: Out-of-school time\n")
    paper = await got(world, "/app/reports.pdf")
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert 'filename="report-portfolio.pdf"' in paper.headers["content-disposition"]
    rows = (await world.get("/app/reports/engagement/e1.json"))["items"]
    assert {
        "section": rows[0]["section"],
        "table": "Goals by how they stand",
        "row": "Seen",
        "column": "Number",
        "value": "1",
    } in rows
    assert (await got(world, "/app/reports.csv")).text.splitlines()[0] == "section,table,row,column,value"


async def test_without_the_extra_the_tables_stand_there_and_how_to_get_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "NEEDED", ("nowhere_installed",))
    page = (await got(world, "/app/reports")).text
    assert "pip install &#39;throughline[reports]&#39;" in page
    assert "<img" not in page
    assert "Goals by how they stand" in page
    for path in ("/app/reports.pdf", "/app/reports/charts/promises.svg"):
        assert (await world.http.get(path)).status_code == 501
    assert (await world.http.get("/app/reports.md")).status_code == 200
