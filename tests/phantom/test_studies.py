"""A synthetic study on disk: what is written agrees with what was drawn; fates and displacement are true."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it
import torch

from ai.phantom import PhantomError
from ai.phantom.canvas import Canvas, Instance
from ai.phantom.case import thorax_of
from ai.phantom.studies.fates import Fate, growth_of, magnify
from ai.phantom.studies.files import write_case
from ai.phantom.studies.follow_up import Pair, drawn_pair
from ai.phantom.studies.report_text import report_text
from ai.phantom.studies.visit import patient_of
from ai.scan import read

SPACING_MM = 4.0
ASKED = frozenset({"nodule", "pleural_effusion", "sternotomy"})


@cache
def pair() -> Pair:
    """Return a prior and its follow-up, drawn once."""
    return drawn_pair(4, ASKED, SPACING_MM)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of one case."""
    out = tmp_path_factory.mktemp("case")
    write_case(3, out, frozenset({"mass", "sternotomy"}), SPACING_MM)
    return out


def ball() -> Canvas:
    """Return a lung with one round nodule of 12 mm in its middle."""
    shape = (48, 48, 48)
    canvas = Canvas(torch.full(shape, -850.0), torch.full(shape, 30.0), torch.ones(shape, dtype=torch.bool), 1.5)
    up, back, left = canvas.axes()
    share = torch.sigmoid((6.0 - torch.sqrt((up - 36) ** 2 + (back - 36) ** 2 + (left - 36) ** 2)) / 0.5)
    canvas.paint(share, 40.0)
    canvas.mark("nodule", share)
    volume = float(share.sum()) * 1.5**3
    canvas.instances.append(Instance("nodule", (36.0, 36.0, 36.0), 12.0, volume, "round solid nodule of 12 mm"))
    return canvas


def test_masks_and_instances_lie_where_the_picture_shows_them(written: Path) -> None:
    scan = read(written / "dicom")
    mask = sitk.ReadImage(str(written / "masks" / "mass.nii.gz"))
    inside = sitk.GetArrayFromImage(mask)
    assert inside.dtype == np.uint8
    assert inside.shape == scan.volume.grid.shape
    masses = [one for one in json.loads((written / "instances.json").read_text()) if one["label"] == "mass"]
    assert masses
    for one in masses:
        index = mask.TransformPhysicalPointToIndex(one["centre_lps_mm"])
        near = inside[tuple(slice(max(0, i - 3), i + 4) for i in reversed(index))]
        assert near.max() == 1
        assert one["diameter_mm"] > 25
    assert float(scan.volume.hu[inside > 0].mean()) > -300


def test_the_report_says_each_finding_and_where(written: Path) -> None:
    text = (written / "report.txt").read_text()
    assert "mass of" in text
    assert "sternotomy" in text
    assert "lobe" in text
    assert text.index("FINDINGS") < text.index("IMPRESSION")


def test_organs_are_written_with_their_codes(written: Path) -> None:
    organs = sitk.GetArrayFromImage(sitk.ReadImage(str(written / "organs.nii.gz")))
    assert {1, 2, 3, 4, 5} <= set(np.unique(organs).tolist())


def test_the_same_seed_writes_the_same_pixels(written: Path, tmp_path: Path) -> None:
    write_case(3, tmp_path, frozenset({"mass", "sternotomy"}), SPACING_MM)
    assert np.array_equal(read(written / "dicom").volume.hu, read(tmp_path / "dicom").volume.hu)
    assert (written / "report.txt").read_text() == (tmp_path / "report.txt").read_text()


@pytest.mark.parametrize(
    ("findings", "spacing_mm", "said"),
    [(frozenset({"unicorn"}), 3.0, "unicorn"), (None, 0.1, "0.1 mm"), (None, 9.0, "9 mm")],
)
def test_what_cannot_be_drawn_is_refused(
    findings: frozenset[str] | None, spacing_mm: float, said: str, tmp_path: Path
) -> None:
    with pytest.raises(PhantomError, match=said):
        write_case(1, tmp_path, findings, spacing_mm)


def test_patients_are_adults_and_the_same_for_a_seed() -> None:
    people = [patient_of(seed) for seed in range(30)]
    assert {one.sex for one in people} == {"F", "M"}
    assert all(20 <= int(one.age[:3]) <= 90 for one in people)
    assert patient_of(7) == patient_of(7)


def test_each_instance_of_either_visit_has_one_fate() -> None:
    found = pair()
    assert sorted(lot.prior for lot in found.lots if lot.prior is not None) == list(
        range(len(found.prior.canvas.instances))
    )
    assert sorted(lot.current for lot in found.lots if lot.current is not None) == list(
        range(len(found.current.canvas.instances))
    )
    for lot in found.lots:
        assert (lot.prior is None) == (lot.fate is Fate.NEW)
        assert (lot.current is None) == (lot.fate is Fate.GONE)
        if lot.prior is not None and lot.current is not None and lot.factor is not None:
            then, now = found.prior.canvas.instances[lot.prior], found.current.canvas.instances[lot.current]
            assert then.label == now.label
            assert now.diameter_mm == pytest.approx(then.diameter_mm * lot.factor, rel=0.01)


def test_the_displacement_leads_from_the_follow_up_to_the_prior() -> None:
    found = pair()
    current, prior = found.current.canvas, found.prior.canvas
    matched = 0
    for lot in found.lots:
        if lot.prior is None or lot.current is None:
            continue
        now, then = current.instances[lot.current], prior.instances[lot.prior]
        s, r, c = (min(max(0, round(p / SPACING_MM)), n - 1) for p, n in zip(now.centre, current.shape, strict=True))
        move = found.displacement_mm[:, s, r, c]
        place = current.origin.moved(now.centre[2], now.centre[1], now.centre[0]).array() + move
        expected = prior.origin.moved(then.centre[2], then.centre[1], then.centre[0]).array()
        assert np.linalg.norm(place - expected) < 2.5
        matched += 1
    assert matched > 0


def test_the_follow_up_is_another_scan_of_the_same_patient_on_a_later_day() -> None:
    found = pair()
    then, now = found.prior.scan(), found.current.scan()
    assert then.series.study.patient == now.series.study.patient
    assert then.series.study.uid != now.series.study.uid
    assert now.series.study.taken_on is not None
    assert then.series.study.taken_on is not None
    assert (now.series.study.taken_on - then.series.study.taken_on).days >= 60
    assert found.prior.protocol != found.current.protocol
    assert found.prior.canvas.origin != found.current.canvas.origin


def test_the_comparison_tells_every_fate() -> None:
    found = pair()
    text = report_text(found.current, found.prior, found.lots)
    said = {
        Fate.NEW: "New:", Fate.GONE: "No longer seen:", Fate.STABLE: "Unchanged:", Fate.GROWN: "Grown,",
        Fate.SHRUNK: "Smaller,",
    }  # fmt: skip
    for fate in {lot.fate for lot in found.lots}:
        assert said[fate] in text
    assert found.prior.day.isoformat() in text


@pytest.mark.parametrize("factor", [0.7, 1.6])
def test_a_lesion_grows_by_its_factor_and_pushes_its_neighbours(factor: float) -> None:
    canvas = ball()
    bead = (36.0, 36.0, 48.0)
    canvas.instances.append(Instance("nodule", bead, 3.0, 14.0, "small nodule of 3 mm"))
    before = float(canvas.truth["nodule"].sum())
    magnify(canvas, 0, factor)
    assert float(canvas.truth["nodule"].sum()) / before == pytest.approx(factor**3, rel=0.12)
    assert canvas.instances[0].diameter_mm == pytest.approx(12 * factor)
    assert f"{12 * factor:.0f} mm" in canvas.instances[0].words
    assert (canvas.instances[1].centre[2] > 48.0) == (factor > 1)
    assert canvas.instances[1].diameter_mm == 3.0


def test_nodules_keep_their_class_when_they_change() -> None:
    canvas = ball()
    factors = [growth_of(canvas, 0, np.random.default_rng(seed)) for seed in range(60)]
    assert any(f > 1 for f in factors)
    assert all(10 <= 12 * f < 30 for f in factors)


def test_what_touches_the_chest_wall_does_not_grow() -> None:
    canvas = ball()
    canvas.depth_mm = torch.full(canvas.shape, 1.0)
    assert all(growth_of(canvas, 0, np.random.default_rng(seed)) == 1.0 for seed in range(30))


def test_the_pair_is_written_as_two_studies(tmp_path: Path) -> None:
    write_case(4, tmp_path, frozenset({"sternotomy"}), SPACING_MM, follow_up=True)
    then, now = read(tmp_path / "prior" / "dicom"), read(tmp_path / "current" / "dicom")
    assert then.series.study.patient.identifier == now.series.study.patient.identifier
    fates = json.loads((tmp_path / "fates.json").read_text())
    assert [lot["fate"] for lot in fates["lesions"]] == ["stable"]
    assert fates["lesions"][0]["label"] == "sternotomy"
    for axis in ("left", "posterior", "superior"):
        field = sitk.ReadImage(str(tmp_path / "displacement" / f"{axis}_mm.nii.gz"))
        assert sitk.GetArrayFromImage(field).shape == now.volume.grid.shape
    assert thorax_of(4, SPACING_MM).instances == []
