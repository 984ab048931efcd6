"""What is one topic: however it is written, and by the synonyms that staff keep in a file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from services.__main__ import app
from shared.events import wire
from shared.events.fields import is_slug
from shared.playbooks.topics import BadTopics, Topics, folded, read_topics
from shared.settings import Settings
from tests.support.saying import said

LIST = """
out-of-school-time-workforce:
  - OST workforce
  - afterschool workforce
licensing:
"""


@pytest.fixture
def topics() -> Topics:
    return read_topics(LIST, "topics.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "OST workforce",
        "ost  Workforce",
        "OST-workforce",
        "out-of-school time workforce",
        "Out of School Time Workforce.",
    ],
)
def test_one_topic_counts_as_one_whatever_it_is_called(topics: Topics, text: str) -> None:
    assert topics.slug_of(text) == "out-of-school-time-workforce"


def test_what_nobody_has_listed_is_a_topic_of_its_own(topics: Topics) -> None:
    assert topics.slug_of("Rural transport") == topics.slug_of("rural-transport") == "rural-transport"


def test_accents_ampersands_and_apostrophes_make_no_difference() -> None:
    assert folded("Niños & parents' needs") == folded("ninos and parents needs") == "ninos-and-parents-needs"


@given(st.text(min_size=1, max_size=300))
def test_any_text_has_a_slug_that_is_its_own_slug(text: str) -> None:
    assert is_slug(folded(text))
    assert folded(folded(text)) == folded(text)


def test_texts_that_no_slug_can_hold_are_told_apart() -> None:
    assert folded("育児") != folded("保育")
    assert folded("a" * 90) != folded("a" * 91)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("licensing:\n  - rules\nsubsidy:\n  - Rules\n", "t.yaml:4 subsidy[0]: 'Rules' belongs to licensing already"),
        ("licensing:\n  - subsidy\nsubsidy:\n", "t.yaml:2 licensing[0]: 'subsidy' belongs to subsidy already"),
        ("Licensing rules: []\n", "t.yaml:1 Licensing rules: is no slug: small letters, digits and hyphens, like lic"),
        ("licensing: rules\n", "t.yaml:1 licensing: needs a list of other names"),
        ("licensing: [2027]\n", "t.yaml:1 licensing[0]: must be text, not 2027"),
        ("- licensing\n", "t.yaml:1: lists no topics"),
        ("licensing: []\nlicensing: []\n", "is said twice"),
        ("licensing: [a\n", "is not YAML"),
    ],
)
def test_a_list_with_a_mistake_is_refused_by_file_line_and_name(text: str, complaint: str) -> None:
    with pytest.raises(BadTopics) as refusal:
        read_topics(text, "t.yaml")
    assert complaint in str(refusal.value)


def test_the_list_that_comes_with_throughline_knows_the_topics_of_the_field() -> None:
    known = Settings().known_topics
    assert known.slug_of("QRIS") == known.slug_of("Quality rating system") == "quality-rating-and-improvement-systems"
    assert known.slug_of("infant & toddler care") == known.slug_of("Infants and toddlers") == "infant-toddler-care"
    assert known.slug_of("OST workforce") == known.slug_of("out-of-school time workforce")


def test_without_the_file_no_topic_has_another_name(tmp_path: Path) -> None:
    assert Settings(topics=tmp_path / "none.yaml").known_topics.slug_of("OST workforce") == "ost-workforce"


@pytest.mark.parametrize(
    "command",
    ["http docs", "http openapi", "events asyncapi", "replay {log}", "whatif --playbook desk --log {log}", "migrate",
     "reconcile --api http://127.0.0.1:1", "backup {folder}/backup", "demo"],
)  # fmt: skip
def test_a_list_with_a_mistake_ends_every_command_that_needs_the_services_with_what_is_wrong(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, topics = tmp_path / "log.jsonl", tmp_path / "topics.yaml"
    log.write_bytes(wire.encode(said("engagement_opened", playbook="desk")))
    topics.write_text("licensing: rules\n")
    monkeypatch.setenv("THROUGHLINE_TOPICS", str(topics))
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    result = CliRunner().invoke(app, command.format(log=log, folder=tmp_path).split())
    assert f"{topics}:1 licensing: needs a list of other names" in result.stderr
    assert (result.exit_code, type(result.exception)) == (2, SystemExit)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "topics.yaml"
    file.write_bytes(b"licensing: [\xff]\n")
    with pytest.raises(BadTopics, match="is not UTF-8"):
        _ = Settings(topics=file).known_topics
    with pytest.raises(BadTopics, match="cannot be read"):
        _ = Settings(topics=tmp_path).known_topics
