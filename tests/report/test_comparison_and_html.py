"""comparison.json and report.html."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from ai.advice import Advice
from ai.change import ChangeKind, Comparison, Registration
from ai.comparison import compare
from ai.findings import Analysis, Composition
from ai.report import ReportError, write_comparison, write_report
from ai.series import Notice, Scan
from tests.support.synthetic_analysis import analysis, finding, lesion, scan
from tests.support.synthetic_chest import chest, chest_grid, motion

_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)

Reading = tuple[Scan, Scan, Analysis, Comparison]


@pytest.fixture
def reading() -> Reading:
    volume = chest(chest_grid((2.5, 12.0, 12.0)))
    prior, current = scan(volume, date(2024, 1, 1)), scan(volume, date(2024, 3, 31), "1.2.4")
    current = Scan(current.volume, current.series, (Notice("Slice 3 is missing <b>.", grave=True),))
    then = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, 40), 8),)), finding("pleural_effusion"))
    now = analysis(
        finding("nodule", lesions=(lesion("nodule", (-60, 0, 40), 10), lesion("nodule", (60, 0, 40), 6, "left_upper"))),
        finding("groundglass"),
        finding("emphysema", -2),
    )
    return prior, current, now, compare(prior, then, current, now, Registration(np.eye(4), 0.9, seconds=2.0))


def test_comparison_schema(tmp_path: Path, reading: Reading) -> None:
    prior, current, _, comparison = reading
    document = json.loads(write_comparison(comparison, prior, current, tmp_path).read_text(encoding="utf-8"))
    assert document["schema"] == 1
    assert document["days_between"] == 90
    assert document["registration"]["deformable"] is False
    assert document["registration"]["prior_to_current"] == np.eye(4).tolist()
    kinds = [(c["abnormality"], c["kind"], c["of"]) for c in document["changes"]]
    assert kinds == [
        ("nodule", "grown", "lesion"),
        ("nodule", "new", "lesion"),
        ("groundglass", "new", "finding"),
        ("pleural_effusion", "gone", "finding"),
    ]
    grown, new = document["changes"][:2]
    assert grown["volume_change"] == pytest.approx(1.25**3 - 1)
    assert grown["doubling_days"] == pytest.approx(90 * np.log(2) / np.log(1.25**3))
    assert grown["prior"]["diameter_mm"] == 8.0
    assert new["prior"] is None
    assert new["current"]["centre_mm"] == [60.0, 0.0, 40.0]


def test_the_matrix_takes_prior_points_to_current_ones(tmp_path: Path, reading: Reading) -> None:
    prior, current, _, _ = reading
    rigid = motion((0, 0, 90), (10, 0, 0))
    path = write_comparison(Comparison(Registration(rigid, 0.9), (), (), None), prior, current, tmp_path)
    matrix = np.array(json.loads(path.read_text())["registration"]["prior_to_current"])
    assert matrix @ [1, 0, 0, 1] == pytest.approx([10, 1, 0, 1])


class _Page(HTMLParser):
    """Collects the words, the pictures and whatever would be fetched from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.sources: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.words += data + " "

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the links."""
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_report_says_it_all_in_one_file(tmp_path: Path, reading: Reading) -> None:
    prior, current, now, comparison = reading
    picture = tmp_path / "current-axial-heat.png"
    picture.write_bytes(_PNG)
    page = _Page()
    page.feed(write_report(tmp_path, current, now, [picture], prior, comparison).read_text(encoding="utf-8"))
    for words in (
        "Research use only, not for clinical diagnosis",
        "test-model, version 0.1",
        "Trained on: nothing at all",
        "Slice 3 is missing <b>.",
        "right upper, left upper",
        "88%",
        "50%",
        "+95%",
        "93 days",
        "(90 days)",
        "Current axial heat",
    ):
        assert words in page.words
    assert [source[:22] for source in page.sources] == ["data:image/png;base64,"]


def test_a_report_without_prior_pictures_or_findings(tmp_path: Path, reading: Reading) -> None:
    page = write_report(tmp_path, reading[1], analysis()).read_text(encoding="utf-8")
    assert "The model reported nothing." in page
    assert "Change since" not in page
    assert "Read on cpu in 1.5 s." in page
    page = write_report(tmp_path, reading[1], replace(analysis(), device="")).read_text(encoding="utf-8")
    assert "Read on" not in page
    assert "the model did not run again" in page


def test_a_picture_that_is_not_there(tmp_path: Path, reading: Reading) -> None:
    with pytest.raises(ReportError, match=r"nowhere\.png could not be read"):
        write_report(tmp_path, reading[1], reading[2], [tmp_path / "nowhere.png"])
    assert not (tmp_path / "report.html").exists()


def _told_in_full(comparison: Comparison) -> Comparison:
    """The first change is a merger, its second prior found on second look, with what a guideline says."""
    first = comparison.lesions[0]
    small = replace(lesion("nodule", (-55, 0, 40), 5), second_look=True, composition=Composition.GROUND_GLASS)
    said = Advice("Lung-RADS v2022", "4B", "tissue sampling", "It grew.", "ACR")
    merged = replace(first, kind=ChangeKind.MERGED, priors=(*first.priors, small), mass_change=0.5, advice=(said,))
    return replace(comparison, lesions=(merged, *comparison.lesions[1:]), advice=(replace(said, category=""),))


def test_the_file_holds_all_partners_their_composition_and_the_guidelines(tmp_path: Path, reading: Reading) -> None:
    prior, current, _, comparison = reading
    path = write_comparison(_told_in_full(comparison), prior, current, tmp_path)
    document = json.loads(path.read_text(encoding="utf-8"))
    change = document["changes"][0]
    assert change["kind"] == "merged"
    assert [one["diameter_mm"] for one in change["priors"]] == [8.0, 5.0]
    assert change["prior"] == change["priors"][0]
    assert [one["found_on_second_look"] for one in change["priors"]] == [False, True]
    assert change["priors"][1]["composition"] == "ground-glass"
    assert change["priors"][1]["mass_mg"] == pytest.approx(change["priors"][1]["volume_mm3"] * 1.03)
    assert change["mass_change"] == 0.5
    assert change["advice"][0]["category"] == "4B"
    assert document["advice"][0]["category"] is None


def test_the_report_says_the_second_look_and_the_category_with_its_reason(tmp_path: Path, reading: Reading) -> None:
    prior, current, now, comparison = reading
    page = write_report(tmp_path, current, now, (), prior, _told_in_full(comparison)).read_text(encoding="utf-8")
    for words in ("merged", "found on second look", "ground-glass", "Lung-RADS v2022: 4B. It grew.", "not given"):
        assert words in page
