"""What was asked beside what was measured: each figure from its own table, a dash where there is none."""

from __future__ import annotations

from typing import Any

from ai.training.summary import ROWS, summary


def drawn(auroc: float) -> dict[str, Any]:
    """Return a table of drawn cases."""
    mean = {"auroc": auroc, "focal pointing": 0.8, "energy": 0.5}
    return {
        "mean": mean,
        "nodules": {"mean sensitivity": 0.7},
        "apart": {"mass or atelectasis": {"auroc": 0.9}},
        "pneumonia, patch or whole lung": {"auroc": None},
        "labels": {},
    }


def whole(heart: float) -> dict[str, Any]:
    """Return a table of the whole path."""
    dice = {"lungs": 0.97, "heart": heart, "right_upper": 0.9, "right_mid": 0.8, "right_lower": None}
    return {"dice": dice, "nodules of 6 mm and more": {"median volume error": 0.123}}


def test_each_figure_stands_in_its_column() -> None:
    measured = {
        "procedural thoraxes, unseen seeds": drawn(0.91),
        "drawn into a real anatomy left out": drawn(0.87),
        "whole path, procedural thoraxes of 1.5 mm": whole(0.93),
        "whole path, drawn into normal001.nii.gz at 2 mm": whole(0.88),
    }
    measured["nodules in scans of 1.5 mm, procedural thoraxes"] = {"nodules": {"mean sensitivity": 0.8}}
    lines = {line[0]: line for line in summary(measured)}
    assert lines["nodules: mean sensitivity at 1/8…8 false marks, voxels of 1.5 mm"][2::2] == ["0.800", "–"]
    assert lines["the same, voxels of 2 mm"][2::2] == ["0.700", "0.700"]
    assert lines["macro AUROC"][2::2] == ["0.910", "0.870"]
    assert lines["heart, Dice"][2::2] == ["0.930", "0.880"]
    assert lines["lobes, mean Dice"][2] == "0.850"
    assert lines["nodules from 6 mm: median error of volume"][2] == "0.123"
    assert lines["pneumonia, whole lung or patch: AUROC"][2] == "–"
    assert len(lines) == 1 + len(ROWS)


def test_what_was_not_measured_is_a_dash() -> None:
    assert all(line[2::2] == ["–", "–"] for line in summary({})[1:])
