"""What changed without lesions, in comparison.json and report.html."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ai.change import Comparison, Registration
from ai.diffuse import Breath, DiffuseChange, PartChange, QuantityChange, RegionChange, Then
from ai.report import write_comparison, write_report
from ai.series import Notice
from ai.vocabulary import abnormality
from tests.support.synthetic_analysis import analysis, scan
from tests.support.synthetic_chest import chest, chest_grid

GLASS = abnormality("groundglass")
FOUND = DiffuseChange(
    (
        RegionChange(GLASS, "lungs", 2.0, 5.5, 0.1, 0.3, 400.0, 1300.0),
        RegionChange(GLASS, "left_lower", None, None, 0.25, 0.5, 200.0, 450.0),
    ),
    (
        QuantityChange(
            "lung_density", "Mean lung density", "HU", "somebody", 0, Then(-820.0, -835.0), -840.0, "beware",
            (PartChange("left_lower", Then(-800.0), -850.0),), depends_on_breath=True,
        ),
        QuantityChange("effusion_volume", "Pleural effusion volume", "ml", "", 0, None, 350.0, "Then: none was seen."),
    ),
    Breath(4800.0, 5200.0),
    (Notice("The kernels differ.", grave=True),),
)  # fmt: skip


@pytest.fixture
def comparison() -> Comparison:
    """Return a comparison of nothing but diffuse change."""
    return Comparison(Registration(np.eye(4), 0.9), (), (), 90, diffuse=FOUND)


def written(comparison: Comparison, folder: Path) -> dict[str, Any]:
    seen = scan(chest(chest_grid((20.0, 12.0, 12.0))))
    document: dict[str, Any] = json.loads(write_comparison(comparison, seen, seen, folder).read_text(encoding="utf-8"))
    return document


def test_json_tells_regions_then_and_now(tmp_path: Path, comparison: Comparison) -> None:
    whole, lobe = written(comparison, tmp_path)["diffuse"]["regions"]
    assert (whole["abnormality"], whole["region"]) == ("groundglass", "lungs")
    assert (whole["heat_then"], whole["heat_now"], whole["heat_change"]) == (2.0, 5.5, 3.5)
    assert (whole["share_then"], whole["share_now"]) == (0.1, 0.3)
    assert (whole["ml_then"], whole["ml_now"]) == (400.0, 1300.0)
    assert lobe["heat_change"] is None


def test_json_tells_measures_in_both_breaths(tmp_path: Path, comparison: Comparison) -> None:
    part = written(comparison, tmp_path)["diffuse"]
    density, fluid = part["quantities"]
    assert (density["then"], density["then_in_this_breath"], density["now"], density["change"]) == (
        -820,
        -835,
        -840,
        -5,
    )
    assert density["per_organ"]["left_lower"]["change"] is None
    assert (fluid["then"], fluid["now"], fluid["change"]) == (None, 350, None)
    assert part["breath"] == {"then_ml": 4800.0, "now_ml": 5200.0, "change": pytest.approx(1 / 12), "comparable": True}
    assert part["notices"] == [{"text": "The kernels differ.", "grave": True}]


def test_json_without_diffuse_change_says_null(tmp_path: Path) -> None:
    assert written(Comparison(Registration(np.eye(4), 0.9), (), (), 90), tmp_path)["diffuse"] is None


def test_the_report_shows_both_breaths_and_every_lobe(tmp_path: Path, comparison: Comparison) -> None:
    seen = scan(chest(chest_grid((20.0, 12.0, 12.0))))
    page = write_report(tmp_path, seen, analysis(), (), seen, comparison).read_text(encoding="utf-8")
    for words in (
        "Diffuse change", "Ground glass", "left lower", "25% (200 ml)", "50% (450 ml)", "+3.5", "-820 HU",
        "-835 HU", "−5", "350 ml", "Then: none was seen.", "The kernels differ.",
    ):  # fmt: skip
        assert words in page
