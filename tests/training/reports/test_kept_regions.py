"""Where organs lie in a scan is found once and kept with the cohort, as long as the scan stays the same."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ai.model import Bundle
from ai.training.cohort import Cohort
from ai.training.cohort.store import voxel_path
from ai.training.reports.crops import regions_of_scan
from ai.training.reports.errors import ReportsError
from ai.training.reports.kept_organs import FOLDER
from tests.support.tiny_cohort import SPACING_MM, guide, tiny_cohort


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    """Return a hospital of one patient."""
    return tiny_cohort(tmp_path, patients=1)


def blind(bundle: Bundle) -> Bundle:
    """Return a guide that passes for another and names no organs any more."""
    bundle.network.organ_head = None
    return replace(bundle)


def test_they_are_found_once(cohort: Cohort) -> None:
    scan = cohort.scans[0]
    found = regions_of_scan(cohort, scan, SPACING_MM, guide())
    assert found.any()
    assert np.array_equal(regions_of_scan(cohort, scan, SPACING_MM, blind(guide())), found)


def test_a_scan_stored_anew_is_looked_at_anew(cohort: Cohort) -> None:
    scan = cohort.scans[0]
    regions_of_scan(cohort, scan, SPACING_MM, guide())
    (kept,) = (cohort.folder / FOLDER).rglob("*.npz")
    later = kept.stat().st_mtime_ns + 1_000_000_000
    os.utime(voxel_path(cohort.folder, scan.key), ns=(later, later))
    with pytest.raises(ReportsError, match="names no organs"):
        regions_of_scan(cohort, scan, SPACING_MM, blind(guide()))


def test_another_spacing_needs_no_second_look(cohort: Cohort) -> None:
    scan = cohort.scans[0]
    fine = regions_of_scan(cohort, scan, SPACING_MM, guide())
    coarse = regions_of_scan(cohort, scan, 2 * SPACING_MM, blind(guide()))
    assert coarse.shape == tuple(-(-n // 2) for n in fine.shape)
    assert coarse.any()


def test_another_guide_is_asked_itself(cohort: Cohort) -> None:
    scan, other = cohort.scans[0], guide()
    other = replace(other, card=replace(other.card, sha256="11" * 32))
    regions_of_scan(cohort, scan, SPACING_MM, guide())
    with pytest.raises(ReportsError, match="names no organs"):
        regions_of_scan(cohort, scan, SPACING_MM, blind(other))


def test_a_cohort_that_cannot_be_written_is_read_all_the_same(cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path, **_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refused)
    assert regions_of_scan(cohort, cohort.scans[0], SPACING_MM, guide()).any()
    assert not (cohort.folder / FOLDER).exists()


def test_what_was_kept_and_cannot_be_read_is_found_anew(cohort: Cohort) -> None:
    scan = cohort.scans[0]
    found = regions_of_scan(cohort, scan, SPACING_MM, guide())
    (kept,) = (cohort.folder / FOLDER).rglob("*.npz")
    whole = kept.read_bytes()
    kept.write_bytes(whole[:20])
    assert np.array_equal(regions_of_scan(cohort, scan, SPACING_MM, guide()), found)
    assert kept.read_bytes() == whole
