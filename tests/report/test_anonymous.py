"""An anonymous export names nobody: in no file, no file's name, no header."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydicom import dcmread

from ai.report import DicomReading, HandOn, write_analysis, write_report
from ai.series import Notice, Patient, Scan
from tests.support.handed_on import VERDICTS, analysis_of, series_of, straight_grid

Written = tuple[Scan, Path]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Return a scan of a named patient and the folder of its anonymous export."""
    folder = tmp_path_factory.mktemp("Roe-Richard")
    scan = series_of(folder / "Roe" / "scan", straight_grid())
    study = replace(scan.series.study, patient=Patient("Roe, Richard", "T-1", date(1950, 1, 2)))
    told = (Notice(f"{folder}/Roe/x.dcm is cut off."), Notice("A slice is missing.", grave=True))
    scan = Scan(scan.volume, replace(scan.series, study=study), told)
    out = folder / "out"
    hand_on = HandOn(dicom=True, anonymous=True)
    shown = hand_on.shown(scan)
    analysis = analysis_of(scan)
    write_analysis(analysis, shown, out)
    write_report(out, shown, analysis)
    hand_on.write(DicomReading(shown, analysis, VERDICTS), out)
    return scan, out


def test_nothing_that_identifies_is_in_any_file(written: Written) -> None:
    scan, out = written
    first = dcmread(scan.series.slices[0].path)
    secrets = {
        "Roe", "Richard", "T-1\0", "19500102", "1950-01-02", "20240131", "2024-01-31", "Test hospital",
        first.StudyInstanceUID, first.SeriesInstanceUID,
        *(one.instance_uid for one in scan.series.slices),
    }  # fmt: skip
    files = [path for path in out.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        found = [secret for secret in secrets if secret.encode() in path.read_bytes() or secret in path.name]
        assert found == [], path.name


def test_the_objects_fit_each_other_and_say_what_was_done(written: Written) -> None:
    _, out = written
    made = {path.stem: dcmread(path) for path in (out / "dicom").iterdir()}
    assert len({one.StudyInstanceUID for one in made.values()}) == 1
    for one in made.values():
        assert (one.PatientIdentityRemoved, str(one.PatientName), one.PatientID) == ("YES", "", "")
        assert not one.StudyDate
        dates = {str(e.value)[:8] for e in one.iterall() if e.VR in ("DA", "DT") and e.value}
        assert dates <= {"19000101"}
    sources = made["lesions"].ReferencedSeriesSequence[0]
    shown = made["marks"].ReferencedSeriesSequence[0]
    assert sources.SeriesInstanceUID == shown.SeriesInstanceUID
    known = {item.ReferencedSOPInstanceUID for item in shown.ReferencedImageSequence}
    assert {item.ReferencedSOPInstanceUID for item in sources.ReferencedInstanceSequence} <= known


def test_another_export_hides_them_otherwise(written: Written) -> None:
    scan, _ = written
    first, second = (HandOn(anonymous=True).shown(scan).series.study.uid for _ in range(2))
    assert first != second
    assert HandOn().shown(scan) is scan


def test_notices_that_name_files_go_and_others_stay(written: Written) -> None:
    scan, _ = written
    texts = [notice.text for notice in HandOn(anonymous=True).shown(scan).notices]
    assert texts == ["A slice is missing.", "Left out, for they may name a file: 1 notice."]
