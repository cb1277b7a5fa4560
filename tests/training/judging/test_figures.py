"""An evaluation of a known toy gives the known answer; one against another says better only where it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray

from ai.findings import ModelCard, Thresholds
from ai.model import Bundle
from ai.training.cohort import Cohort
from ai.training.cohort.voxels import Block
from ai.training.judging.figures import Judgement, contest, judgement
from ai.training.judging.misses import pictures, worst
from ai.training.judging.readings import Judged, judge
from tests.support.bright_network import bright_network, described
from tests.support.tiny_cohort import LABELS, SPACING_MM, guide, tiny_cohort


class _Mirrored(Cohort):
    """The same reports of chests turned round."""

    def read(self, key: str, block: Block | None = None) -> NDArray[np.int16]:
        """Return the voxels, right and left exchanged."""
        return super().read(key, block)[:, :, ::-1]


def bright(gain: float = 0.5) -> Bundle:
    """Return the network whose only evidence is brightness, at the cohort's spacing."""
    thresholds = (Thresholds.one(0.5),) * len(LABELS)
    card = ModelCard("bright", "0", "00" * 32, "nothing", "Bright")
    return Bundle(bright_network(gain), replace(described(SPACING_MM), thresholds=thresholds), card)


def some(logits: list[float], present: list[float], patients: list[str] | None = None) -> Judged:
    """Return readings of one label, half of the heat of those that have it inside."""
    column = np.array(logits)[:, None]
    there = np.array(present)[:, None]
    inside = np.where(there == 1, 0.5, np.nan)
    names = tuple(patients or (str(n) for n in range(len(logits))))
    return Judged(("nodule",), names, names, column, column, there, inside, inside / 5)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[Judged, Path]:
    """Return what the bright network says of a hospital where ill lungs hold a bright block."""
    folder = tmp_path_factory.mktemp("cohort")
    cohort = tiny_cohort(folder, patients=8)
    return judge([bright()], guide(), cohort, cohort.scans)[0], folder


def test_a_guide_that_is_judged_itself_names_the_organs_it_names_when_asked(tmp_path: Path) -> None:
    inside = []
    for name, sha256 in (("judged", guide().card.sha256), ("asked", "22" * 32)):
        cohort = tiny_cohort(tmp_path / name, patients=2)
        judged = replace(guide(), card=replace(guide().card, sha256=sha256))
        inside.append(judge([judged], guide(), cohort, cohort.scans)[0].inside)
    assert np.isfinite(inside[0]).any()
    assert np.array_equal(inside[0], inside[1], equal_nan=True)


def test_who_sees_the_block_has_an_area_of_one_and_all_heat_in_place(read: tuple[Judged, Path]) -> None:
    judged, _ = read
    (row,) = judgement(judged, draws=100).labels
    assert (row.label, row.positive, row.negative) == ("nodule", 8, 8)
    assert row.figures["auroc"].value == row.figures["average precision"].value == 1.0
    assert row.figures["inside"].value == pytest.approx(1.0)
    assert 0.1 < row.room < 0.7


def test_doubt_decides_nothing_and_silence_is_absence(read: tuple[Judged, Path]) -> None:
    judged, _ = read
    glass, mass = judged.labels.index("groundglass"), judged.labels.index("mass")
    doubtful = np.array([int(patient[1:]) % 3 == 0 for patient in judged.patients])
    assert np.array_equal(np.isnan(judged.present[:, glass]), doubtful)
    assert (judged.present[:, mass] == 0).all()
    assert set(judgement(judged, draws=10).unjudged) == {"mass", "groundglass"}


def test_heat_on_the_other_side_is_outside(read: tuple[Judged, Path], tmp_path: Path) -> None:
    judged, _ = read
    nodule = judged.inside[:, judged.labels.index("nodule")]
    assert np.array_equal(np.isnan(nodule), judged.present[:, judged.labels.index("nodule")] != 1)
    cohort = tiny_cohort(tmp_path, patients=4)
    mirrored = _Mirrored(cohort.folder, cohort.scans)
    swapped = judge([bright()], guide(), mirrored, cohort.scans)[0]
    inside = swapped.inside[:, swapped.labels.index("nodule")]
    assert np.nanmax(inside) == 0.0


def test_the_worst_misses_fall_shortest_and_are_drawn(read: tuple[Judged, Path]) -> None:
    judged, folder = read
    faint = bright(gain=1e-4)
    weak = replace(judged, logits=judged.logits * 0 - np.arange(16)[:, None])
    misses = worst(weak, faint, count=3)
    assert [miss.key for miss in misses] == [k for k in judged.keys if int(k[:2], 16) % 2 == 0][::-1][:3]
    assert misses[0].short > misses[1].short > 0
    cohort = tiny_cohort(folder, patients=8)
    (picture,) = pictures(misses[:1], faint, guide(), cohort)
    rgb = imagecodecs.png_decode(picture.png)
    assert rgb.shape == (64, 96, 3)
    # Patient 6's nodule lies in the left lung, on the picture's right.
    warm = np.argwhere((rgb[..., 0].astype(int) - rgb[..., 2]) > 60)
    assert warm.size
    assert (warm[:, 1] > 48).all()
    assert worst(replace(judged, logits=judged.logits * 0 + 9), faint) == []


def test_a_better_one_is_called_better() -> None:
    present = [1.0, 0.0] * 30
    good = some([3.0 * p for p in present], present)
    poor = some([float(n % 7) for n in range(60)], present)
    assert contest(good, poor, draws=200).verdict.startswith("Better")
    assert contest(poor, good, draws=200).verdict.startswith("Not better but worse")


def test_the_same_and_the_doubtful_are_not_better() -> None:
    rng = np.random.default_rng(0)
    present = (rng.random(24) < 0.5).astype(float).tolist()
    one, other = (some(rng.normal(present, 1.0).tolist(), present) for _ in range(2))
    assert contest(one, other, draws=200).verdict.startswith("Not better: the difference may be chance")
    assert contest(one, one, draws=200).verdict.startswith("Not better: the difference may be chance")


def test_only_labels_that_both_know_are_compared() -> None:
    present = [1.0, 0.0] * 4
    one = some([1.0, 0.0] * 4, present)
    other = replace(one, labels=("mass",))
    assert contest(one, other, draws=10).labels == ()
    assert "Not better" in contest(one, other, draws=10).verdict


def test_a_mean_is_the_labels(read: tuple[Judged, Path]) -> None:
    judged, _ = read
    found: Judgement = judgement(judged, draws=20)
    assert found.mean["auroc"].value == found.labels[0].figures["auroc"].value
    assert (found.scans, found.patients) == (16, 8)
