"""An export is written in the background and says where it lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread
from pytestqt.qtbot import QtBot

from ai.diffuse import DiffuseChange, RegionChange
from ai.progress import QUIET, Progress
from ai.report import ReportError
from ai.timeline import LesionLine, LinePoint, Sight, Timeline, TimelineStudy
from tests.support.handed_on import analysis_of as analysis_of_series
from tests.support.handed_on import series_of, straight_grid
from tests.support.readings import analysis_of, comparison_of, scan_of, shift
from viewer.mpr.window import Window
from viewer.state.change_key import key_of
from viewer.state.notices_model import NoticesModel
from viewer.steps.write_reading import Form, ReadingToWrite, WriteReading, write_files


def reading() -> ReadingToWrite:
    """Return something to write."""
    scan = scan_of()
    analysis = analysis_of(scan.volume.grid, nodule=2.0)
    return ReadingToWrite(scan, analysis, frozenset(), lambda folder: [])


def test_what_was_rejected_is_not_reported() -> None:
    scan = scan_of()
    then, now = (analysis_of(scan.volume.grid, nodule=2.0, mass=1.0) for _ in range(2))
    comparison = comparison_of(shift(), then, now)
    written = ReadingToWrite(scan, now, frozenset({"mass"}), lambda folder: [], scan, then, comparison)
    assert [f.abnormality.name for f in written.reported().findings] == ["nodule"]
    changes = written.reported_changes()
    assert changes is not None
    assert {c.abnormality.name for c in changes.findings} == {c.abnormality.name for c in changes.lesions} == {"nodule"}
    assert len(comparison.findings) == 2


def test_a_rejected_change_is_not_reported_and_a_finding_goes_with_its_last_one() -> None:
    scan = scan_of()
    then, now = (analysis_of(scan.volume.grid, nodule=2.0, mass=1.0) for _ in range(2))
    comparison = comparison_of(shift(), then, now)
    rejected = frozenset(key_of(c) for c in comparison.lesions if c.abnormality.name == "mass")
    written = ReadingToWrite(scan, now, frozenset(), lambda folder: [], scan, then, comparison, rejected)
    changes = written.reported_changes()
    assert changes is not None
    assert [c.abnormality.name for c in changes.lesions] == [c.abnormality.name for c in changes.findings] == ["nodule"]
    assert len(written.reported().findings) == 2


def test_diffuse_change_and_lines_of_what_was_rejected_are_not_reported() -> None:
    scan = scan_of()
    now = analysis_of(scan.volume.grid, nodule=2.0, mass=1.0)
    kinds = [finding.abnormality for finding in now.findings]
    diffuse = DiffuseChange(tuple(RegionChange(kind, "lungs", 0.0, 1.0, 0.0, 0.5, 0.0, 9.0) for kind in kinds))
    comparison = replace(comparison_of(shift(), now, now), diffuse=diffuse)
    points = [LinePoint(Sight.SEEN, f.lesions[0].centre, f.lesions) for f in now.findings]
    lines = tuple(LesionLine(kind, "", p.place, (p,), (None,)) for kind, p in zip(kinds, points, strict=True))
    timeline = Timeline((TimelineStudy.of(scan.series),), 0, lines)
    written = ReadingToWrite(
        scan, now, frozenset({"mass"}), lambda folder: [], scan, now, comparison, timeline=timeline
    )
    changes, kept = written.reported_changes(), written.reported_lines()
    assert changes is not None and changes.diffuse is not None and kept is not None
    assert [c.abnormality.name for c in changes.diffuse.regions] == ["nodule"]
    assert [line.abnormality.name for line in kept.lines] == ["nodule"]


def test_the_folder_is_made_and_named(qtbot: QtBot, tmp_path: Path) -> None:
    def write(reading: ReadingToWrite, folder: Path, progress: Progress) -> Path:
        (folder / "report.html").write_text("a report", encoding="utf-8")
        return folder / "report.html"

    notices = NoticesModel()
    step = WriteReading(notices, write)
    with qtbot.waitSignal(step.written) as written:
        step.write(reading(), tmp_path / "new" / "folder")
    assert written.args == [tmp_path / "new" / "folder" / "report.html"]
    assert str(written.args[0]) in notices.value[0].text
    step.close()


def test_a_folder_that_cannot_be_made_is_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    notices = NoticesModel()
    step = WriteReading(notices, lambda reading, folder, progress: folder)
    step.write(reading(), tmp_path / "file" / "folder")
    qtbot.waitUntil(lambda: len(notices.value) == 1)
    assert notices.value[0].grave
    assert str(tmp_path / "file") in notices.value[0].text
    step.close()


def test_saved_as_dicom_it_holds_what_the_reader_said_and_saw(tmp_path: Path) -> None:
    scan = series_of(tmp_path / "scan", straight_grid())
    said = ReadingToWrite(
        scan,
        analysis_of_series(scan),
        frozenset({"mass"}),
        lambda folder: [],
        accepted=frozenset({"nodule"}),
        window=Window(350.0, 40.0, "Mediastinum"),
        form=Form.DICOM,
    )
    folder = write_files(said, tmp_path / "out", QUIET)
    assert folder == tmp_path / "out" / "dicom"
    assert not (tmp_path / "out" / "report.html").exists()
    window = dcmread(folder / "marks.dcm").SoftcopyVOILUTSequence[0]
    assert (float(window.WindowWidth), float(window.WindowCenter)) == (350.0, 40.0)
    told = [str(e.value) for e in dcmread(folder / "findings.dcm").iterall() if e.keyword == "CodeValue"]
    assert {"accepted", "rejected"} <= set(told)
    assert str(dcmread(folder / "findings.dcm").PatientName) == "Roe^Richard"
    anonymous = write_files(replace(said, form=Form.ANONYMOUS_DICOM), tmp_path / "other", QUIET)
    assert str(dcmread(anonymous / "findings.dcm").PatientName) == ""


def test_a_scan_that_is_no_dicom_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="is no DICOM series"):
        write_files(replace(reading(), form=Form.DICOM), tmp_path, QUIET)
