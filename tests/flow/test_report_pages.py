"""Reports in a browser and as files: on a page with charts, in Markdown, on paper, as rows."""

from collections.abc import AsyncIterator

import pytest
from httpx import Response

from services.evaluation.channels import printing
from tests.support.http import E1, prepared
from tests.support.services import World

HTML = {"accept": "text/html"}
SEEN = {"outcome_id": "o1", "level": "plan", "statement": "A plan", "evidence": "The plan"}
BEYOND = {"outcome_id": "o2", "level": "system", "statement": "A new law", "evidence": "The <law> itself"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with prepared() as there:
        await there.do("/outcomes", **E1, **SEEN)
        await there.do("/outcomes", **E1, **BEYOND)
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
    assert "1 goal was promised" in page


@pytest.mark.parametrize("path", ["center/ncase", "model/example", "topic/workforce"])
async def test_what_can_be_compared_is_drawn_and_the_page_leaves_room_for_it(world: World, path: str) -> None:
    page = (await got(world, f"/app/reports/{path}")).text
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
    rows = (await world.get("/app/reports.json"))["items"]
    seen = {"table": "Goals by how they stand", "row": "Seen", "column": "Number", "value": "1"}
    assert {"section": "What was promised, and what was seen of it", **seen} in rows
    of_one = await got(world, "/app/reports/engagement/e1.csv")
    assert 'filename="report-engagement-e1.csv"' in of_one.headers["content-disposition"]
    assert (await got(world, "/app/reports.csv")).text.splitlines()[0] == "section,table,row,column,value"


async def test_the_report_of_one_engagement_tells_each_goal_and_each_change_in_its_words(world: World) -> None:
    judged = {"goal_id": "g1", "verdict": "partly", "on": "2027-01-13", "outcomes": ["o1"]}
    await world.do("/goals/assess", **E1, **judged)
    told = (await got(world, "/app/reports/engagement/e1.md")).text
    page = (await got(world, "/app/reports/engagement/e1")).text
    assert "- **Jurisdictions:** Kentucky and U.S. Virgin Islands" in told
    assert "- **Verdict:** partly reached, judged on January 13, 2027" in told
    assert "- **The verdict rests on:** change 1, “A plan” (shown by: The plan)" in told
    assert "Nothing here tells what anybody answered, beyond what somebody wrote as evidence." in told
    assert "| 2\\. A new law | Jan 13, 2027 | the engagement as a whole | system | The \\<law\\> itself | none" in told
    assert "| Session 1 | Jan 12, 2027 | Data | 1 of 2 |" in told
    assert "<h3>Goal 1. A plan for each team</h3>" in page
    assert "The &lt;law&gt; itself" in page
    for name in ("p-f", "p-1"):
        assert name not in told
    account = (await world.get("/reports/engagement/e1"))["account"]
    assert [(one["goal_id"], one["rests_on"]) for one in account["goals"]] == [("g1", ["o1"])]
    assert [one["outcome_id"] for one in account["outcomes"]] == ["o1", "o2"]
    cells = {
        (one["row"], one["column"]): one["value"]
        for one in (await world.get("/app/reports/engagement/e1.json"))["items"]
    }
    assert cells["Goal 1. A plan for each team", "By when"] == "March 1, 2027"
    assert cells["2. A new law", "Shown by"] == "The <law> itself"


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
