"""One lesion has one identifier in every study, whichever export is made first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from pydicom import dcmread

from ai.change import ChangeKind, Comparison, LesionChange, Registration
from ai.findings import Analysis, Lesion
from ai.report.dicom.reading import DicomReading
from ai.report.dicom.restoring import known_tracks
from ai.report.dicom.tracking import tracks_of
from ai.report.uids import Uids
from ai.series import Scan
from tests.support.handed_on import again, hand_on, odd_lesion, series_of, straight_grid
from tests.support.synthetic_analysis import analysis, finding, lesion
from tests.support.synthetic_analysis import scan as scan_of
from tests.support.synthetic_chest import chest, chest_grid

VOLUME = chest(chest_grid((40.0, 40.0, 40.0)))
THEN, NOW = scan_of(VOLUME, uid="1.1"), scan_of(VOLUME, uid="1.2")


def of(*lesions: Lesion) -> Analysis:
    return analysis(finding("nodule", 2.0, lesions))


def compared(*changes: tuple[ChangeKind, tuple[Lesion, ...], tuple[Lesion, ...]]) -> Comparison:
    told = tuple(LesionChange((before or after)[0].abnormality, kind, before, after) for kind, before, after in changes)
    return Comparison(Registration(np.eye(4), 1.0), told, (), 90)


def test_a_lesion_keeps_its_priors_track_and_a_new_one_gets_its_own() -> None:
    old, same, new = (lesion("nodule", (-60, 0, z), 8.0) for z in (40, 42, 90))
    comparison = compared((ChangeKind.STABLE, (old,), (same,)), (ChangeKind.NEW, (), (new,)))
    before = tracks_of(of(old), THEN, Uids())
    after = tracks_of(of(same, new), NOW, Uids(), comparison=comparison, prior=THEN)
    assert after.of(same) == before.of(old)
    assert after.of(new).uid != after.of(same).uid


def test_the_same_reading_names_its_lesions_alike_each_time() -> None:
    one, other = lesion("nodule", (-60, 0, 40)), lesion("nodule", (-60, 0, 40))
    assert tracks_of(of(one), NOW, Uids()).of(one) == tracks_of(of(other), NOW, Uids()).of(other)


def test_of_what_merged_or_split_the_largest_keeps_the_track_and_none_has_it_twice() -> None:
    big, small = lesion("nodule", (-60, 0, 40), 12.0), lesion("nodule", (-60, 0, 60), 6.0)
    merged = lesion("nodule", (-60, 0, 45), 15.0)
    comparison = compared((ChangeKind.MERGED, (small, big), (merged,)))
    tracks = tracks_of(of(merged), NOW, Uids(), comparison=comparison, prior=THEN)
    assert tracks.of(merged) == tracks.of(big)
    split = tracks_of(
        of(big, small), NOW, Uids(), comparison=compared((ChangeKind.SPLIT, (merged,), (big, small))), prior=THEN
    )
    assert split.of(big) == split.of(merged)
    assert split.of(small).uid != split.of(big).uid


def test_a_report_found_beside_the_scan_keeps_its_names(tmp_path: Path) -> None:
    scan = series_of(tmp_path / "scan", straight_grid())
    made = odd_lesion(scan)
    first = hand_on(tmp_path, DicomReading(scan, of(made)))
    (known,) = known_tracks(again(tmp_path))
    moved = replace(odd_lesion(scan), centre=made.centre.moved(left=1.5))
    tracks = tracks_of(of(moved), scan, Uids(), known_tracks(again(tmp_path)))
    assert tracks.of(moved) == known.track
    segment = dcmread(first.files["lesions"]).SegmentSequence[0]
    assert (segment.TrackingID, segment.TrackingUID) == (known.track.identifier, known.track.uid)


def test_across_two_exports_the_objects_agree(tmp_path: Path) -> None:
    def study(name: str, uid: str) -> Scan:
        found = series_of(tmp_path / name / "scan", straight_grid())
        return Scan(found.volume, replace(found.series, uid=uid))

    then, now = study("then", "1.1"), study("now", "1.2")
    before, after = odd_lesion(then), odd_lesion(now)
    comparison = compared((ChangeKind.GROWN, (before,), (after,)))
    late = hand_on(tmp_path / "now", DicomReading(now, of(after), prior=then, comparison=comparison))
    early = hand_on(tmp_path / "then", DicomReading(then, of(before)))
    uids = [dcmread(made.files["lesions"]).SegmentSequence[0].TrackingUID for made in (early, late)]
    assert uids[0] == uids[1]


def test_an_anonymous_export_hides_them_and_is_one_in_itself(tmp_path: Path) -> None:
    scan = series_of(tmp_path / "scan", straight_grid())
    made = odd_lesion(scan)
    open_uid = tracks_of(of(made), scan, Uids()).of(made).uid
    uids = Uids(anonymous=True)
    hidden = tracks_of(of(made), scan, uids).of(made)
    assert hidden.uid != open_uid
    assert open_uid[-6:] not in hidden.identifier
    assert hidden == tracks_of(of(made), scan, uids).of(made)
    assert hidden.uid != tracks_of(of(made), scan, Uids(anonymous=True)).of(made).uid
