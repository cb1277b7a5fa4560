"""An export is written in the background and says where it lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from ai.diffuse import DiffuseChange, RegionChange
from ai.progress import Progress
from ai.timeline import LesionLine, LinePoint, Sight, Timeline, TimelineStudy
from tests.support.readings import analysis_of, comparison_of, scan_of, shift
from viewer.state.change_key import key_of
from viewer.state.notices_model import NoticesModel
from viewer.steps.write_reading import ReadingToWrite, WriteReading


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
