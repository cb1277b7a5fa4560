"""The page of a cohort counts right."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from ai.training.cohort.page import counts_of, write_page
from ai.training.cohort.plots import bars, columns, grid
from ai.training.cohort.rejection import Reason
from ai.training.cohort.words import Change, CohortScan, LabelValue, Said

PRESENT, ABSENT = LabelValue(Said.PRESENT), LabelValue(Said.ABSENT)


def scans() -> list[CohortScan]:
    """Return three scans of two patients."""
    size = (9, 9, 9)
    return [
        CohortScan("1", "p", 0, 2.0, size, {"nodule": PRESENT, "mass": PRESENT}),
        CohortScan("2", "p", 100, 2.0, size, {"nodule": PRESENT, "mass": ABSENT}, {}, {"nodule": Change.LARGER}),
        CohortScan("3", "q", 0, 2.0, size, {"mass": LabelValue(Said.UNCERTAIN)}),
    ]


def test_labels_patients_and_intervals_are_counted() -> None:
    counts = counts_of(scans())
    assert (counts.patients, counts.scans) == (2, 3)
    assert counts.told == {"nodule": (2, 0, 0), "mass": (1, 1, 1)}
    assert counts.together == {"nodule": {"nodule": 2, "mass": 1}, "mass": {"nodule": 1, "mass": 1}}
    assert [n for n, count in counts.scans_a_patient.items() if count] == ["1", "2"]
    assert [n for n, count in counts.intervals.items() if count] == ["3–6 mo"]
    assert counts.changes == {"larger": 1}


def test_the_page_shows_them_and_what_was_left_out(tmp_path: Path) -> None:
    page = write_page(tmp_path, scans(), {Reason.GAPS: 4}, 7).read_text(encoding="utf-8")
    assert "3 scans of 2 patients" in page
    assert Reason.GAPS.sentence in page
    assert page.count("<svg") == 4
    assert "<script" not in page


def test_an_empty_cohort_has_a_page(tmp_path: Path) -> None:
    assert "0 scans" in write_page(tmp_path, [], {}, 0).read_text(encoding="utf-8")


def test_plots_are_well_formed_and_drawn_to_scale() -> None:
    for plot in (bars([("a & b", (3, 1, 0))], 8), columns({"<1": 2, "2": 4}), grid(["a", "b"], [[1, 0.5], [0, 1]])):
        assert ElementTree.fromstring(plot).tag.endswith("svg")
    widths = [
        float(box.attrib["width"]) for box in ElementTree.fromstring(bars([("a", (4, 2))], 8)) if "width" in box.attrib
    ]
    assert widths[0] == 2 * widths[1]
    heights = [
        float(box.attrib["height"])
        for box in ElementTree.fromstring(columns({"x": 1, "y": 4}))
        if "height" in box.attrib
    ]
    assert heights[1] == 4 * heights[0]
