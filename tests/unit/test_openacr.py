"""The accessibility report can be read, and says of each criterion how far it is met."""

from pathlib import Path

from ruamel.yaml import YAML

LEVELS = {"supports", "partially-supports", "does-not-support", "not-applicable", "not-evaluated"}
FILE = Path(__file__).parents[2] / "docs" / "openacr.yaml"


def test_the_accessibility_report_says_how_far_each_criterion_is_met() -> None:
    report = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    assert report["product"]["name"] == "Throughline"
    told = [one for chapter in report["chapters"].values() for one in chapter["criteria"]]
    numbers = [str(one["num"]) for one in told]
    assert len(numbers) == len(set(numbers)) > 20
    for one in told:
        for part in one["components"]:
            assert part["adherence"]["level"] in LEVELS and part["adherence"]["notes"]
