"""Learn one service and you know all: each says what it owns, hears and says, and the code does just that."""

import ast
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from services import running
from services.__main__ import app
from shared.bus.streams import INBOUND
from shared.events.asyncapi import matching
from shared.events.base import Event
from shared.events.catalogue import CATALOGUE, RETRACTIONS, SPEAKERS, short

SERVICES = tuple(SPEAKERS)
ROOT = Path(__file__).parents[2] / "services"
EVERYWHERE = {"domain", "decisions", "tables", "repository", "handlers", "subscribers", "api", "main"}
SOMEWHERE = {"pages", "ticks", "channels", "templates"}
ALL_OF = re.compile(r"all that (.+) say")


def told(service: str) -> dict[str, str]:
    """What the first lines of a service say: Owns, Hears, Says."""
    text = " ".join((importlib.import_module(f"services.{service}").__doc__ or "").split())
    parts = re.fullmatch(r"Owns (?P<owns>.+?)\. Hears: (?P<hears>.+?)\. Says: (?P<says>.+?)\.", text)
    assert parts, f"services/{service}/__init__.py must say: Owns …. Hears: …. Says: …."
    return parts.groupdict()


def subscribers(service: str) -> ModuleType:
    return importlib.import_module(f"services.{service}.subscribers")


def names(service: str) -> set[str]:
    """Every name in the code of a service's decisions."""
    file = ROOT / service / "decisions.py"
    sources = [file] if file.exists() else sorted((ROOT / service / "decisions").glob("*.py"))
    return {name for source in sources for name in _names(ast.parse(source.read_text(encoding="utf-8")))}


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        if isinstance(node, ast.Attribute):
            yield node.attr


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_says_what_its_first_lines_tell(service: str) -> None:
    """Which is what its decisions make facts of; and that a fact of its own was a mistake."""
    decided = {short(event.type) for event in SPEAKERS[service] if event.__name__ in names(service)}
    assert set(told(service)["says"].split(", ")) == {*decided, short(RETRACTIONS[service].type)}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_decides_nothing_that_another_one_says(service: str) -> None:
    others = {event.__name__ for other in SERVICES if other != service for event in SPEAKERS[other]}
    assert names(service) & others == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_hears_what_its_first_lines_tell(service: str) -> None:
    hears: tuple[type[Event], ...] = subscribers(service).HEARS
    words = told(service)["hears"]
    if all_of := ALL_OF.fullmatch(words):
        speakers = re.split(r", | and ", all_of[1])
        assert set(hears) == {event for speaker in speakers for event in SPEAKERS[speaker]}
    elif words == "inbound.requests":
        assert (hears, subscribers(service).EAR.stream) == ((), INBOUND)
        assert subscribers(service).EAR.subjects == ("inbound.requests.*",)
    else:
        assert sorted(words.split(", ")) == sorted(short(event.type) for event in hears)


@pytest.mark.parametrize("service", SERVICES)
def test_the_ear_of_a_service_is_open_for_what_it_hears_and_nothing_else(service: str) -> None:
    ear = subscribers(service).EAR
    assert ear.service == service
    heard = {type_ for type_ in CATALOGUE if ear.hears(f"{type_}.any")}
    assert heard == {event.type for event in subscribers(service).HEARS}


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_hears_itself(service: str) -> None:
    assert set(subscribers(service).HEARS) & set(SPEAKERS[service]) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_shows_to_people_has_templates_of_its_own_and_is_put_in_by_its_main(service: str) -> None:
    has_pages = any((ROOT / service / name).exists() for name in ("pages.py", "pages"))
    [built] = [one for one in running.idle() if one.name == service]
    assert (built.pages is not None, (ROOT / service / "templates").is_dir()) == (has_pages, has_pages)
    if built.pages:
        assert built.pages.templates == ROOT / service / "templates"


def test_no_two_templates_have_one_name() -> None:
    found = [
        path.name for path in (*ROOT.glob("*/templates/*.html"), *(ROOT.parent / "shared/web/templates").iterdir())
    ]
    assert sorted(found) == sorted(set(found))


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_files(service: str) -> None:
    found = {path.stem for path in (ROOT / service).iterdir() if not path.name.startswith("__")}
    assert found >= EVERYWHERE
    assert found - EVERYWHERE <= SOMEWHERE


def test_only_services_that_keep_a_ledger_are_woken_by_time() -> None:
    for service in running.idle():
        has_ticks = (ROOT / service.name / "ticks.py").exists()
        assert (service.ticks is not None, service.following is not None) == (has_ticks, has_ticks), service.name


def test_there_are_four_services_and_each_is_built_by_its_main() -> None:
    assert tuple(running.BUILD) == SERVICES
    assert tuple(service.name for service in running.idle()) == SERVICES
    assert {
        path.name for path in ROOT.iterdir() if (path / "decisions.py").exists() or (path / "decisions").is_dir()
    } == {*SERVICES}


def test_asyncapi_tells_who_hears_what() -> None:
    result = CliRunner().invoke(app, ["events", "asyncapi"])
    assert result.exit_code == 0
    operations = json.loads(result.stdout)["operations"]
    for service in SERVICES:
        heard = {name.split(".hears.")[1] for name in operations if name.startswith(f"{service}.hears.")}
        ear = {type_ for subject in subscribers(service).EAR.subjects for type_ in matching(subject)}
        assert {name.rpartition(".")[2] for name in heard if name.split(".")[0] in SERVICES} == {
            short(type_) for type_ in ear
        }
