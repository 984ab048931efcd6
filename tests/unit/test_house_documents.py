"""Documents link to what exists, can all be found, and promise no command or word that is not there."""

import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import get_args

import pytest

from shared.events import base, evaluation, sessions

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```", re.DOTALL)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def links(document: Path) -> Iterator[tuple[Path, str]]:
    """The files that a document links to, each with the heading that is meant."""
    for target in LINK.findall(CODE.sub("", document.read_text(encoding="utf-8"))):
        if "://" not in target and not target.startswith("mailto:"):
            file, _, heading = target.partition("#")
            yield ((document.parent / file).resolve() if file else document), heading


def headings(document: Path) -> set[str]:
    """The anchors of a document, made as forges make them from its headings."""
    lines = re.findall(r"^#+ (.*)$", CODE.sub("", document.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_a_document_links_only_to_what_exists(document: Path) -> None:
    broken = [
        f"{file}#{heading}"
        for file, heading in links(document)
        if not file.exists() or (heading and heading not in headings(file))
    ]
    assert broken == []


def test_every_document_can_be_found_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    found = {index, *(file for file, _ in links(index))}
    assert [name(document) for document in (ROOT / "docs").rglob("*.md") if document not in found] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_the_ids_of_evaluators_in_a_document_tell_nothing(document: Path) -> None:
    named = re.findall(r"--role evaluator --person (\S+?)[`\s]", document.read_text(encoding="utf-8"))
    assert [one for one in named if not re.fullmatch(r"p-\d+", one)] == []


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("decision", DECISIONS, ids=name)
def test_a_decision_tells_context_choice_and_price_on_one_page(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert text.startswith(f"# {decision.name[:4]}. ")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Choice", "Price"]
    assert len(text.splitlines()) <= 50


def test_every_target_of_the_makefile_is_listed_by_help() -> None:
    assert sorted(TARGETS) == sorted(re.findall(r"^([a-z-]+):.* ## ", MAKEFILE, re.MULTILINE))


def test_documents_name_only_targets_that_make_has() -> None:
    texts = [*DOCUMENTS, ROOT / ".ci" / "run"]
    named = {
        (name(path), target)
        for path in texts
        for line in re.findall(r"(?:^|`)make ((?:[a-z-]+ ?)+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        for target in line.split()
    }
    assert named, "no document says how to begin"
    assert {(file, target) for file, target in named if target not in TARGETS} == set()


@pytest.mark.parametrize(
    "words", [base.Role, base.EngagementRole, base.Level, sessions.Barrier, evaluation.Kind], ids=str
)
def test_the_glossary_has_every_word_of_the_field_that_the_events_have(words: object) -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert [word for word in get_args(words) if f"`{word}`" not in glossary] == []


def test_all_that_is_installed_is_locked_with_its_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==.*\\$", lock, re.MULTILINE))
    assert {_plain(requirement) for requirement in wanted} - locked == set()
    assert lock.count("--hash=sha256:") >= len(locked)


def _plain(requirement: str) -> str:
    """The name of a requirement, written as the lock writes it."""
    return re.sub(r"[._]", "-", re.split(r"[\[<>=;\s]", requirement)[0]).lower()
