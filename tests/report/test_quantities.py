"""Measures and doubts in analysis.json and in report.html."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ai.findings import Analysis, Doubt, Quantity
from ai.report import write_analysis, write_report
from ai.series import Notice, Scan
from tests.support.synthetic_analysis import analysis, finding, scan
from tests.support.synthetic_chest import chest, chest_grid

INDEX = Quantity(
    "laa_950", "Emphysema index", 12.345, "%", "Gevenois", "Kernel matters.", (("right_lung", 20.04),), decimals=1
)
NONE = Quantity("coronary_calcium", "Coronary calcium", None, "", "Agatston", "Contrast was given.")
DOUBT = Doubt("The lungs are cut off.")


@pytest.fixture(scope="module")
def seen() -> Scan:
    return scan(chest(chest_grid((20.0, 12.0, 12.0))))


@pytest.fixture
def said() -> Analysis:
    return replace(analysis(finding("nodule", -2.0)), quantities=(INDEX, NONE), doubts=(DOUBT,))


def test_they_are_in_the_file(tmp_path: Path, seen: Scan, said: Analysis) -> None:
    document = json.loads(write_analysis(said, seen, tmp_path).read_text(encoding="utf-8"))
    index, none = document["quantities"]
    assert index == {
        "name": "laa_950", "title": "Emphysema index", "value": 12.345, "unit": "%", "per_organ": {"right_lung": 20.04},
        "caveat": "Kernel matters.", "source": "Gevenois",
    }  # fmt: skip
    assert (none["value"], none["caveat"]) == (None, "Contrast was given.")
    assert document["doubts"] == [{"text": "The lungs are cut off.", "grave": False}]


def test_they_are_on_the_page(tmp_path: Path, seen: Scan, said: Analysis) -> None:
    page = write_report(tmp_path, seen, said).read_text(encoding="utf-8")
    for text in ("12.3 %", "right lung 20.0 %", "Kernel matters.", "Gevenois", "Contrast was given.", "–"):
        assert text in page


def test_a_doubt_is_a_notice_said_once(tmp_path: Path, seen: Scan, said: Analysis) -> None:
    twice = replace(said, notices=(Notice(DOUBT.sentence),))
    for reading in (said, twice):
        page = write_report(tmp_path, seen, reading).read_text(encoding="utf-8")
        assert page.count("The lungs are cut off.") == 1


def test_withheld_findings_are_neither_in_the_file_nor_on_the_page(tmp_path: Path, seen: Scan, said: Analysis) -> None:
    grave = Doubt("No spine is found.", True)
    withheld = replace(said, findings=(finding("nodule", 3.0),), doubts=(DOUBT, grave))
    document = json.loads(write_analysis(withheld, seen, tmp_path).read_text(encoding="utf-8"))
    assert (document["withheld"], document["findings"]) == (True, [])
    assert document["doubts"][1] == {"text": "No spine is found.", "grave": True}
    assert not (tmp_path / "heatmaps").exists()
    page = write_report(tmp_path, seen, withheld).read_text(encoding="utf-8")
    assert page.count("Findings are withheld. No spine is found.") == 1
    assert page.count("No spine is found.") == 1
    assert "Nodule" not in page


def test_a_reading_without_measures_has_no_such_table(tmp_path: Path, seen: Scan) -> None:
    page = write_report(tmp_path, seen, analysis(finding("nodule", -2.0))).read_text(encoding="utf-8")
    assert "<h2>Measures</h2>" not in page
