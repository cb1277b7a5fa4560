"""What a description tells of how well each abnormality was recognised."""

from __future__ import annotations

import math

from ai.model import load_bundle
from ai.model.records import records_of


def test_figures_of_drawn_cases_and_of_reports_are_read() -> None:
    measured = {
        "drawn": {"cases": 2, "labels": {"mass": {"positive": 16, "negative": 14, "auroc": 0.9, "sensitivity": 0.5}}},
        "by reports": {"reported": {"mass": {"positive": 3, "negative": 30, "auroc": [0.8, 0.7, 0.9]}}},
    }
    drawn, reported = records_of(measured)["mass"]
    assert (drawn.on, drawn.having, drawn.free, drawn.auroc, drawn.sensitivity) == ("drawn", 16, 14, 0.9, 0.5)
    assert math.isnan(drawn.specificity)
    assert (reported.on, reported.auroc) == ("by reports", 0.8)


def test_what_is_no_table_of_labels_is_passed_over() -> None:
    odd = {
        "text": "a note", "none": None, "organs": {"labels": {"heart": 0.9, "aorta": {"dice": 0.8}}},
        "few": {"labels": {"cyst": {"positive": 1, "negative": 0, "auroc": None}}},
    }  # fmt: skip
    (only,) = records_of(odd)["cyst"]
    assert list(records_of(odd)) == ["cyst"]
    assert (only.having, only.free) == (1, 0)
    assert math.isnan(only.auroc)


def test_the_shipped_model_tells_of_every_label_how_it_did() -> None:
    description = load_bundle().description
    assert set(records_of(description.measured)) == set(description.labels)
