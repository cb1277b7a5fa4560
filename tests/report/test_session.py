"""What states nothing survives in the report: rejected findings, verdicts on changes, the words of the reader."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from ai.findings import Thresholds
from ai.geometry import PointMm
from ai.report.dicom.content import Item
from ai.report.dicom.reading import DicomReading
from ai.report.dicom.restoring import Restored, restore
from ai.report.dicom.session import CREATOR, ELEMENT, GROUP, kept_session
from ai.report.uids import Uids
from ai.session import JudgedChange, WrittenLine, WrittenReport
from tests.support.handed_on import VERDICTS, Handed, again, analysis_of, hand_on, series_of, straight_grid

CHANGES = (
    JudgedChange("nodule", "rejected", "1.2.4", PointMm(1.0, 2.0, 3.5), PointMm(1.5, 2.0, 3.0)),
    JudgedChange("nodule", "accepted", "1.2.4", PointMm(9.0, 2.0, 3.5)),
    JudgedChange("groundglass", "accepted", "1.2.4"),
)
WRITTEN = WrittenReport(
    (
        WrittenLine("Lungs", "#lungs"),
        WrittenLine("毛刺状结节 of Mr Smith.", "nodule 1 2 3", True),
        WrittenLine("Mine.", "", True),
    ),
    frozenset({"#lungs", "nodule 1 2 3", "struck 4 5 6"}),
)


STEPS, CLOSELY = Thresholds(0.1, 0.5, 0.9), Thresholds(0.97, 0.98, 0.99)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """Return a session written beside its scan."""
    folder = tmp_path_factory.mktemp("session")
    scan = series_of(folder / "scan", straight_grid())
    said = analysis_of(scan)
    findings = tuple(
        replace(one, thresholds=STEPS, instance_thresholds=CLOSELY, instance_threshold=CLOSELY.specific)
        for one in said.findings
    )
    reading = DicomReading(scan, replace(said, findings=findings), VERDICTS, changes=CHANGES, written=WRITTEN)
    return hand_on(folder, reading)


@pytest.fixture(scope="module")
def restored(saved: Handed) -> Restored:
    """Return the session read back."""
    return restore(again(saved.files["findings"].parents[1]))


def test_rejected_and_folded_findings_come_back_with_their_places(saved: Handed, restored: Restored) -> None:
    assert restored.analysis is not None
    assert [(f.abnormality.name, f.present) for f in restored.analysis.findings] == [
        ("nodule", True),
        ("mass", True),
        ("bronchial_wall_thickening", True),
        ("emphysema", False),
    ]
    assert dict(restored.verdicts) == VERDICTS
    mass, made = restored.analysis.finding("mass"), saved.reading.analysis.finding("mass")
    assert mass is not None
    assert made is not None
    assert (mass.probability, mass.logit, mass.threshold) == (made.probability, made.logit, made.threshold)
    (kept,), (one,) = mass.lesions, made.lesions
    assert (kept.centre, kept.diameters_mm, kept.volume_mm3) == (one.centre, one.diameters_mm, one.volume_mm3)
    assert (kept.mean_hu, kept.location, kept.confidence) == (one.mean_hu, one.location, one.confidence)
    assert kept.mask is None
    assert math.isnan(kept.solid_mm)
    assert [peak.position for peak in mass.peaks] == [one.centre]
    assert not mass.heatmap.values.any()
    assert {f.thresholds for f in restored.analysis.findings} == {STEPS}
    assert {f.instance_thresholds for f in restored.analysis.findings} == {CLOSELY}
    assert {f.instance_threshold for f in restored.analysis.findings} == {CLOSELY.specific}


def test_verdicts_on_changes_and_the_readers_words_come_back(restored: Restored) -> None:
    assert restored.changes == CHANGES
    assert restored.written == WRITTEN


def test_nothing_of_it_is_stated(saved: Handed) -> None:
    report = dcmread(saved.files["findings"])
    block = report.private_block(GROUP, CREATOR)
    del block[ELEMENT]
    content = [str(element) for item in Item(report).all() for element in item.item]
    assert not any("Smith" in text or "1.2.4" in text for text in content)
    assert "emphysema" not in str(report).lower().replace("emphysema index", "")


def test_an_archive_that_strips_private_elements_costs_no_statement(saved: Handed, tmp_path: Path) -> None:
    shutil.copytree(saved.files["findings"].parents[1], tmp_path / "study")
    path = tmp_path / "study" / "dicom" / "findings.dcm"
    report = dcmread(path)
    report.remove_private_tags()
    report.save_as(path)
    kept = restore(again(tmp_path / "study"))
    assert kept.analysis is not None
    assert [f.abnormality.name for f in kept.analysis.findings] == ["nodule", "bronchial_wall_thickening"]
    assert dict(kept.verdicts) == VERDICTS
    assert (kept.changes, kept.written) == ((), None)


@pytest.mark.parametrize(
    "value", ["", "{}", '{"schema": 2}', '{"schema": 1, "findings": [{"name": "unicorn"}]}', "[1]"]
)
def test_what_cannot_be_understood_is_said_and_left_out(saved: Handed, tmp_path: Path, value: str) -> None:
    shutil.copytree(saved.files["findings"].parents[1], tmp_path / "study")
    path = tmp_path / "study" / "dicom" / "findings.dcm"
    report = dcmread(path)
    report.private_block(GROUP, CREATOR)[ELEMENT].value = value
    report.save_as(path)
    kept = restore(again(tmp_path / "study"))
    assert kept.analysis is not None
    assert kept.analysis.finding("nodule") is not None
    assert any(notice.grave and "cannot be understood" in notice.text for notice in kept.notices)
    assert (kept.changes, kept.written) == ((), None)


def test_as_an_element_of_unknown_kind_it_is_read_too(saved: Handed) -> None:
    report = dcmread(saved.files["findings"])
    text = report.private_block(GROUP, CREATOR)[ELEMENT].value
    bare = Dataset()
    bare.private_block(GROUP, CREATOR, create=True).add_new(ELEMENT, "UN", text.encode("ascii"))
    assert kept_session(bare).changes == CHANGES
    assert kept_session(Dataset()).changes == ()


def test_an_anonymous_export_keeps_no_words_and_no_identifier(saved: Handed, tmp_path: Path) -> None:
    made = hand_on(tmp_path, saved.reading, Uids(anonymous=True))
    kept = kept_session(dcmread(made.files["findings"]))
    assert kept.report is None
    assert [one.current for one in kept.changes] == [one.current for one in CHANGES]
    assert all(one.prior_uid.startswith("2.25.") for one in kept.changes)
    assert b"Smith" not in made.files["findings"].read_bytes()
