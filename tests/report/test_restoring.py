"""What an export wrote is a session again; what others wrote is told and never taken for one."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from ai.findings import Analysis, Composition, Doubt
from ai.report.dicom.reading import DicomReading
from ai.report.dicom.restoring import Restored, restore
from ai.scan import find_series
from tests.support.handed_on import VERDICTS, Handed, again, analysis_of, hand_on, series_of, straight_grid
from tests.support.synthetic_analysis import CARD, analysis


@pytest.fixture(scope="module")
def restored(handed: Handed) -> Restored:
    """Return the session read back from the folder it lies in."""
    return restore(again(handed.files["findings"].parents[1]))


@pytest.fixture
def read_back(restored: Restored) -> Analysis:
    """Return its findings."""
    assert restored.analysis is not None
    return restored.analysis


def test_findings_and_verdicts(restored: Restored, read_back: Analysis) -> None:
    assert dict(restored.verdicts) == VERDICTS
    assert [
        f.abnormality.name for f in read_back.findings if restored.verdicts.get(f.abnormality.name) != "rejected"
    ] == [
        "nodule",
        "bronchial_wall_thickening",
        "emphysema",
    ]
    nodule = read_back.findings[0]
    assert (nodule.threshold, nodule.logit, nodule.present) == (0.5, 2.0, True)
    assert nodule.probability == pytest.approx(1 / (1 + math.exp(-2)))
    assert nodule.extent == (("lungs", 0.2), ("right_mid", 0.3))
    assert read_back.card == CARD


def test_instances_with_their_measures(handed: Handed, read_back: Analysis) -> None:
    solid, bare = read_back.findings[0].lesions
    made = handed.reading.analysis.findings[0].lesions
    for kept, one in zip((solid, bare), made, strict=True):
        assert kept.centre.distance_mm(one.centre) < 1e-3
        assert kept.diameters_mm == one.diameters_mm
        assert kept.volume_mm3 == pytest.approx(one.volume_mm3)
        assert (kept.mean_hu, kept.location) == (one.mean_hu, one.location)
    assert (solid.composition, solid.solid_mm, solid.second_look) == (Composition.PART_SOLID, 3.5, True)
    assert solid.confidence == pytest.approx(0.81)
    assert bare.mask is None
    assert math.isnan(bare.confidence)


def test_the_heatmap_adds_up_again(handed: Handed, read_back: Analysis) -> None:
    kept, made = read_back.findings[0].heatmap, handed.reading.analysis.findings[0].heatmap
    assert kept.logit == pytest.approx(2.0, abs=1e-4)
    assert kept.grid == made.grid
    assert np.array_equal(kept.values, made.values)


def test_measures_and_organs(handed: Handed, read_back: Analysis) -> None:
    (index,) = read_back.quantities
    made = handed.reading.analysis.quantities[0]
    assert (index.name, index.title, index.value, index.unit) == (made.name, made.title, made.value, made.unit)
    assert (index.caveat, index.source, index.per_organ) == (made.caveat, made.source, made.per_organ)
    then, now = handed.reading.analysis.organs, read_back.organs
    assert then is not None
    assert now is not None
    for organ in ("right_upper", "left_lower", "aorta"):
        assert now.volume_ml(organ) == pytest.approx(then.volume_ml(organ), rel=0.25)
    assert now.volume_ml("heart") == 0


def test_it_is_said_in_one_sentence(restored: Restored) -> None:
    (notice,) = restored.notices
    assert notice.text.startswith("The findings were read back from findings.dcm (test-model, version 0.1)")


def test_of_another_series_nothing_is_taken(handed: Handed, tmp_path: Path) -> None:
    other = series_of(tmp_path / "scan", straight_grid(), order=list(range(11)))  # other instances, the same study
    shutil.copytree(handed.files["findings"].parent, tmp_path / "dicom")
    assert len(other.series.slices) == 11
    kept = restore(again(tmp_path))
    assert kept.analysis is None


def test_without_its_masks_and_maps_the_report_still_tells(handed: Handed, tmp_path: Path) -> None:
    folder = handed.files["findings"].parents[1]
    shutil.copytree(folder / "scan", tmp_path / "scan")
    shutil.copy(handed.files["findings"], tmp_path / "report.dcm")
    kept = restore(again(tmp_path))
    assert kept.analysis is not None
    nodule = kept.analysis.findings[0]
    assert [lesion.mask for lesion in nodule.lesions] == [None, None]
    assert nodule.heatmap.logit == pytest.approx(2.0)
    assert any(notice.text.startswith("No heatmap was kept of: nodule") for notice in kept.notices)


def test_a_damaged_segmentation_costs_outlines_only(handed: Handed, tmp_path: Path) -> None:
    shutil.copytree(handed.files["findings"].parents[1], tmp_path / "study")
    path = tmp_path / "study" / "dicom" / "lesions.dcm"
    made = dcmread(path)
    del made.PerFrameFunctionalGroupsSequence
    made.save_as(path)
    kept = restore(again(tmp_path / "study"))
    assert kept.analysis is not None
    assert kept.analysis.findings[0].lesions[0].mask is None
    assert any(notice.grave and "without its outline" in notice.text for notice in kept.notices)


@pytest.mark.parametrize("name", ["findings", "lesions"])
def test_what_others_wrote_is_named(handed: Handed, tmp_path: Path, name: str) -> None:
    shutil.copytree(handed.files["findings"].parents[1] / "scan", tmp_path / "scan")
    made = dcmread(handed.files[name])
    made.Manufacturer = "Somebody Else"
    made.save_as(tmp_path / "theirs.dcm")
    kept = restore(again(tmp_path))
    assert kept.analysis is None
    (notice,) = kept.notices
    assert notice.text.startswith("theirs.dcm is a ")
    assert "by Somebody Else" in notice.text
    assert "not read as findings" in notice.text


def test_rubbish_beside_a_scan_is_survived(handed: Handed, tmp_path: Path) -> None:
    shutil.copytree(handed.files["findings"].parents[1], tmp_path / "study")
    for path in (tmp_path / "study" / "dicom").iterdir():
        made = dcmread(path)
        for keyword in ("ContentSequence", "SegmentSequence", "SharedFunctionalGroupsSequence", "Manufacturer"):
            if keyword in made:
                delattr(made, keyword)
        made.save_as(path)
    kept = restore(again(tmp_path / "study"))
    assert kept.analysis is None
    assert kept.notices


def test_withheld_findings_are_asked_anew(tmp_path: Path) -> None:
    scan = series_of(tmp_path / "scan", straight_grid())
    withheld = Analysis((), CARD, "cpu", 1.0, doubts=(Doubt("No spine is found.", True),))
    hand_on(tmp_path, DicomReading(scan, withheld))
    assert restore(again(tmp_path)).analysis is None


def test_an_empty_reading_is_restored_as_one(tmp_path: Path) -> None:
    scan = series_of(tmp_path / "scan", straight_grid())
    hand_on(tmp_path, DicomReading(scan, analysis()))
    kept = restore(again(tmp_path)).analysis
    assert kept is not None
    assert (kept.findings, kept.card.sha256) == ((), CARD.sha256)


def test_saved_again_a_restored_session_loses_nothing(handed: Handed, tmp_path: Path) -> None:
    folder = handed.files["findings"].parents[1]
    shutil.copytree(folder / "scan", tmp_path / "scan")
    first = again(folder)
    kept = restore(first)
    assert kept.analysis is not None
    made = hand_on(tmp_path, DicomReading(first, kept.analysis, kept.verdicts))
    twice = restore(again(tmp_path))
    assert dict(twice.verdicts) == VERDICTS
    uids = [dcmread(files["lesions"]).SegmentSequence[0].TrackingUID for files in (handed.files, made.files)]
    assert uids[0] == uids[1]
    assert np.array_equal(dcmread(made.files["lesions"]).pixel_array, dcmread(handed.files["lesions"]).pixel_array)


def test_what_has_no_heat_gets_no_map(handed: Handed, tmp_path: Path) -> None:
    folder = handed.files["findings"].parents[1]
    shutil.copytree(folder / "scan", tmp_path / "scan")
    shutil.copy(handed.files["findings"], tmp_path / "report.dcm")
    seen = again(tmp_path)
    kept = restore(seen).analysis
    assert kept is not None
    assert not [name for name in hand_on(tmp_path / "out", DicomReading(seen, kept)).files if name.startswith("heat")]


def test_the_later_of_two_readings_counts(tmp_path: Path) -> None:
    scan = series_of(tmp_path / "scan", straight_grid())
    hand_on(tmp_path / "first", DicomReading(scan, analysis_of(scan), {"nodule": "accepted"}))
    later = hand_on(tmp_path / "later", DicomReading(scan, analysis_of(scan), {"nodule": "rejected"}))
    made = dcmread(later.files["findings"])
    made.ContentDate = "20990101"
    made.save_as(later.files["findings"])
    assert restore(again(tmp_path)).verdicts["nodule"] == "rejected"


def test_a_series_names_what_lies_beside_it(handed: Handed) -> None:
    (series,) = find_series(handed.files["findings"].parents[1])
    kinds = sorted(one.modality for one in series.beside)
    assert kinds == ["DOC", "OT", "OT", "SEG", "SEG", "SEG", "SR"]
