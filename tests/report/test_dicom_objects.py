"""What an export says, read by highdicom and pydicom, and held against the standard by dicom3tools and dcmtk."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from ai.report.dicom.reading import DicomReading
from ai.report.dicom.writing import write_dicom
from ai.report.errors import ReportError
from tests.support.handed_on import PLACES, Handed, analysis_of, hand_on, series_of, straight_grid
from tests.support.synthetic_analysis import CARD, analysis, scan
from tests.support.synthetic_chest import chest, chest_grid

NAMES = {
    "findings", "lesions", "organs", "lungs", "heat-nodule", "heat-bronchial_wall_thickening", "marks", "picture-1",
    "report",
}  # fmt: skip


def test_every_kind_of_object_is_written_and_nothing_rejected_or_absent(handed: Handed) -> None:
    assert set(handed.files) == NAMES
    kinds = {name: dcmread(path).Modality for name, path in handed.files.items()}
    assert {kinds["findings"], kinds["lesions"], kinds["marks"], kinds["report"]} == {"SR", "SEG", "PR", "DOC"}


def test_all_belong_to_the_study_and_carry_their_own_identity(handed: Handed) -> None:
    first = dcmread(handed.reading.scan.series.slices[0].path)
    made = [dcmread(path) for path in handed.files.values()]
    for one in made:
        assert (one.StudyInstanceUID, one.PatientID, str(one.PatientName)) == (
            first.StudyInstanceUID, "T-1", "Roe^Richard",
        )  # fmt: skip
        assert one.SeriesInstanceUID != first.SeriesInstanceUID
        for silent in ("PatientAge", "InstitutionName", "StudyDescription"):
            assert silent not in one
    assert len({one.SOPInstanceUID for one in made}) == len(made)


def test_the_report_tells_each_instance(handed: Handed) -> None:
    (group,) = _instances(handed)
    measured = {m.name.meaning: m.value for m in group.get_measurements()}
    units = {m.name.meaning: m.unit.value for m in group.get_measurements()}
    assert measured == {
        "Long Axis": 7.25,
        "Short Axis": 4.5,
        "Diameter": pytest.approx(5.875),
        "Attenuation Coefficient": -34.5,
        "Volume": pytest.approx(len(PLACES) * 2.5 * 0.8 * 0.7),
        "Certainty of Finding": pytest.approx(81.0),
        "Mean diameter of the solid part": 3.5,
    }
    assert (units["Volume"], units["Long Axis"], units["Attenuation Coefficient"]) == ("mm3", "mm", "[hnsf'U]")
    assert group.finding_type is not None
    assert (group.finding_type.value, group.finding_type.scheme_designator) == ("27925004", "SCT")
    (site,) = (i for i in group[0].ContentSequence if _concept(i).CodeMeaning == "Finding Site")
    (side,) = site.ContentSequence
    said_of = [item.ConceptCodeSequence[0].CodeMeaning for item in (site, side)]
    assert said_of == ["Upper lobe of lung", "Right"]
    told = (item for item in group[0].ContentSequence if item.ValueType == "CODE")
    said = {_concept(item).CodeValue: item.ConceptCodeSequence[0].CodeValue for item in told}
    assert said.items() >= {"verdict": "accepted", "composition": "part-solid", "found": "second_look"}.items()


def test_the_report_names_the_algorithm_down_to_its_weights(handed: Handed) -> None:
    (group,) = _instances(handed)
    texts = [str(item.TextValue) for item in group[0].ContentSequence if item.ValueType == "TEXT"]
    assert {CARD.identifier, CARD.version, f"sha256={CARD.sha256}", f"trained_on={CARD.trained_on}"} <= set(texts)


def test_report_and_segment_name_the_instance_alike(handed: Handed) -> None:
    segmentation = hd.seg.segread(handed.files["lesions"])
    (group,) = _instances(handed)
    segment = segmentation.get_segment_description(1)
    assert group.tracking_uid == segment.tracking_uid
    assert group.tracking_identifier == segment.tracking_id
    assert group.referenced_segment is not None
    assert group.referenced_segment.referenced_sop_instance_uid == segmentation.SOPInstanceUID
    assert segment.algorithm_identification is not None
    assert segment.algorithm_identification.parameters == {"sha256": CARD.sha256}


def test_what_no_code_says_honestly_is_ours_and_explained(handed: Handed) -> None:
    report = dcmread(handed.files["findings"])
    (scheme,) = report.CodingSchemeIdentificationSequence
    assert scheme.CodingSchemeDesignator == "99INTERVAL"
    codes = [e.value for e in report.iterall() if e.keyword in ("CodeValue", "LongCodeValue")]
    assert "bronchial_wall_thickening" in codes


def test_the_rejected_finding_stands_under_that_word_and_nowhere_else(handed: Handed) -> None:
    report = dcmread(handed.files["findings"])
    said = [item for item in _items(report) if _concept(item).CodeValue == "rejected"]
    assert [item.ConceptCodeSequence[0].CodeMeaning for item in said] == ["Mass"]
    findings = [i.ConceptCodeSequence[0].CodeMeaning for i in _items(report) if _concept(i).CodeValue == "121071"]
    assert "Nodule" in findings
    assert "Mass" not in findings


def test_organs_are_lobes_and_aorta_and_lungs_their_sides(handed: Handed) -> None:
    organs, lungs = (hd.seg.segread(handed.files[name]) for name in ("organs", "lungs"))
    labels = [[s.SegmentLabel for s in one.SegmentSequence] for one in (organs, lungs)]
    assert labels == [["Right upper", "Left lower", "Aorta"], ["Right lung", "Left lung"]]
    right = organs.get_volume(segment_numbers=[1], combine_segments=True)
    fine = handed.reading.scan.volume.grid.voxel_mm3
    assert np.count_nonzero(right.array) * fine == pytest.approx(3 * 6 * 7 * 8 * fine)


def test_frames_without_a_segment_are_left_out(handed: Handed) -> None:
    lesions = dcmread(handed.files["lesions"])
    assert lesions.NumberOfFrames == len({place[0] for place in PLACES})


def test_a_heatmap_adds_up_on_its_own_grid(handed: Handed) -> None:
    stored = hd.imread(handed.files["heat-nodule"])
    heat = handed.reading.analysis.findings[0].heatmap
    volume = stored.get_volume()
    assert volume.array.dtype == np.float64 or volume.array.dtype == np.float32
    assert heat.bias + float(volume.array.sum()) == pytest.approx(2.0, abs=1e-4)
    hottest = np.array(np.unravel_index(volume.array.argmax(), volume.array.shape))
    assert (volume.affine @ [*hottest, 1])[:3] == pytest.approx(
        handed.reading.analysis.findings[0].peaks[0].position.array()
    )
    assert (
        dcmread(handed.files["heat-nodule"]).FrameOfReferenceUID == dcmread(handed.files["lesions"]).FrameOfReferenceUID
    )


def test_a_picture_is_kept_to_the_pixel(handed: Handed) -> None:
    pixels = dcmread(handed.files["picture-1"]).pixel_array
    assert pixels.shape == (40, 60, 3)
    assert pixels[5, 5].tolist() == [255, 0, 0]
    assert not pixels[25:].any()


def test_a_mark_is_drawn_where_the_lesion_lies_on_its_slice(handed: Handed) -> None:
    marks = dcmread(handed.files["marks"])
    window = marks.SoftcopyVOILUTSequence[0]
    assert (float(window.WindowCenter), float(window.WindowWidth)) == (-600.0, 1500.0)
    lesion = handed.reading.analysis.findings[0].lesions[0]
    slices = {s.instance_uid: s for s in handed.reading.scan.series.slices}
    found = []
    for annotation in marks.GraphicAnnotationSequence:
        header = slices[annotation.ReferencedImageSequence[0].ReferencedSOPInstanceUID]
        for drawn in annotation.GraphicObjectSequence:
            column, row = drawn.GraphicData[:2]
            found.append(
                np.array(header.position_mm)
                + np.array(header.row_direction) * (column - 0.5) * header.pixel_spacing_mm[1]
                + np.array(header.column_direction) * (row - 0.5) * header.pixel_spacing_mm[0]
            )
    assert min(np.abs(place - lesion.centre.array()).max() for place in found) <= 1.25
    assert len(found) == 2


def test_an_empty_reading_is_a_reading(tmp_path: Path) -> None:
    seen = series_of(tmp_path / "scan", straight_grid())
    made = hand_on(tmp_path, DicomReading(seen, analysis()))
    assert _instances(made) == []
    findings = [i for i in _items(dcmread(made.files["findings"])) if _concept(i).CodeValue == "121071"]
    assert [item.ConceptCodeSequence[0].CodeValue for item in findings] == ["nothing"]
    assert "lesions" not in made.files


def test_a_scan_without_slices_is_refused_in_words(tmp_path: Path) -> None:
    volume = scan(chest(chest_grid((20.0, 12.0, 12.0))))
    with pytest.raises(ReportError, match="is no DICOM series"):
        write_dicom(DicomReading(volume, analysis()), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_gone_are_told(tmp_path: Path) -> None:
    seen = series_of(tmp_path / "scan", straight_grid())
    for path in (tmp_path / "scan").iterdir():
        path.unlink()
    with pytest.raises(ReportError, match="cannot be read any more"):
        write_dicom(DicomReading(seen, analysis_of(seen)), tmp_path)


def _instances(handed: Handed) -> list[hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations]:
    """Return the groups of a report that have a segment, as highdicom reads them."""
    content = hd.sr.srread(handed.files["findings"]).content
    assert isinstance(content, hd.sr.MeasurementReport)
    return list(content.get_volumetric_roi_measurement_groups())


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (Debian packages dicom3tools and dcmtk)")
    return found


@pytest.mark.parametrize("name", sorted(NAMES))
def test_dicom3tools_finds_no_error(handed: Handed, name: str) -> None:
    told = subprocess.run([_tool("dciodvfy"), str(handed.files[name])], capture_output=True, check=False)
    said = (told.stdout + told.stderr).decode("utf-8", "replace")
    assert not re.findall(r"^.*Error.*$", said, re.MULTILINE)
    assert re.search(r"^(Comprehensive3DSR|Segmentation|ParametricMap|GrayscaleS|SCImage|EncapsulatedPDF)", said, re.M)


def test_dcmtk_reads_the_report_and_the_presentation_state(handed: Handed) -> None:
    told = subprocess.run([_tool("dsrdump"), str(handed.files["findings"])], capture_output=True, check=True)
    assert b'"Long Axis")="7.25"' in told.stdout
    checked = subprocess.run([_tool("dcmpschk"), str(handed.files["marks"])], capture_output=True, check=True)
    assert b"Test passed" in checked.stdout + checked.stderr


def _items(report: Dataset) -> list[Dataset]:
    found = []
    for item in report.get("ContentSequence") or ():
        found += [item, *_items(item)]
    return found


def _concept(item: Dataset) -> Dataset:
    names = item.get("ConceptNameCodeSequence")
    empty = Dataset()
    empty.CodeValue = ""
    return names[0] if names else empty


def test_without_lesions_the_presentation_state_has_no_marks_and_is_whole(tmp_path: Path) -> None:
    scan = series_of(tmp_path / "scan", straight_grid())
    marks = hand_on(tmp_path, DicomReading(scan, analysis())).files["marks"]
    assert "GraphicAnnotationSequence" not in dcmread(marks)
    told = subprocess.run([_tool("dciodvfy"), str(marks)], capture_output=True, check=False)
    assert b"Error" not in told.stdout + told.stderr
    assert b"GrayscaleSoftcopyPresentationState" in told.stdout + told.stderr
