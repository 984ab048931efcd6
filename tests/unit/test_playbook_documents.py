"""docs/playbooks.md tells the truth: its examples are run, and its tables are those of the code."""

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from shared.playbooks.describe import tables
from shared.playbooks.extending import Flat, Sheet, flatten
from shared.playbooks.model import BadPlaybook
from shared.playbooks.never import never
from tests.support.saying import HEADER, owed, said, told

PAGE = Path(__file__).parents[2] / "docs" / "playbooks.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
PARTS = re.compile(r"^(base|left_out|given|owed|falls_due|refused|never):", re.MULTILINE)


def book(example: str) -> str:
    """The example's words of the playbook, without its facts and what they oblige."""
    return HEADER + example[: PARTS.search(example).start()]  # type: ignore[union-attr]


def whole(text: str, example: dict[str, Any]) -> Flat:
    """The example's playbook, with the one that it extends."""
    base = [Sheet("base.yaml", example["base"])] if "base" in example else []
    return flatten(Sheet("example.yaml", book(text)), [base])


def facts(example: dict[str, Any]) -> list[Any]:
    return [said(name, **(words or {})) for fact in example.get("given", []) for name, words in fact.items()]


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_of_the_page_is_true(text: str) -> None:
    example = YAML(typ="safe", pure=True).load(text)
    if "refused" in example:
        with pytest.raises(BadPlaybook) as refusal:
            whole(text, example)
        assert example["refused"] in str(refusal.value)
    elif "never" in example:
        assert [str(problem) for problem in never(whole(text, example).playbook)] == [example["never"]]
    else:
        flat = whole(text, example)
        assert [moot.rule for moot in flat.moot] == example.get("left_out", [])
        planned = owed(flat.playbook, facts(example))
        local = {key: it.falls_due_at.astimezone(ZoneInfo(it.zone)) for key, it in planned.items()}
        if "falls_due" in example:
            assert {key: f"{at:%Y-%m-%d %H:%M}" for key, at in local.items()} == example["falls_due"]
        else:
            assert {key: told(it) for key, it in planned.items()} == example["owed"]


def test_the_page_has_examples_of_everything() -> None:
    assert len(EXAMPLES) > 20
    assert {part for text in EXAMPLES for part in PARTS.findall(text)} == {
        "base", "left_out", "given", "owed", "falls_due", "refused", "never",
    }  # fmt: skip


def test_the_tables_are_those_of_the_code() -> None:
    written = TEXT.split("<!-- tables: throughline playbook words -->\n")[1].split("\n<!-- end of tables -->")[0]
    assert written == tables(), "write them again: throughline playbook words"
