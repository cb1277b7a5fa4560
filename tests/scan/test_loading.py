"""While a scan loads: what arrives first, what may be seen meanwhile, how it stops."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from ai import scan
from ai.progress import Cancelled
from ai.volume import AIR_HU
from tests.support.dicom_series import Plan, landmark_mm, thorax_box, write_series


class Impatient:
    """Asks to stop at the n-th report."""

    def __init__(self, reports: int) -> None:
        self.left = reports

    def report(self, fraction: float, doing: str) -> None:
        """Count down, then refuse to go on."""
        assert 0 <= fraction <= 1
        assert doing
        self.left -= 1
        if self.left < 0:
            raise Cancelled


class Listening:
    """Remembers what was reported."""

    def __init__(self) -> None:
        self.fractions: list[float] = []

    def report(self, fraction: float, doing: str) -> None:
        """Remember."""
        self.fractions.append(fraction)


@pytest.fixture(params=["dicom", "v.nii", "v.nii.gz", "v.mha"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same scan as a series and as a volume file."""
    plan = tall()
    if request.param == "dicom":
        write_series(tmp_path / "dicom", plan)
    else:
        scan.write_volume(tmp_path / request.param, plan.hu, plan.grid)
    return tmp_path / str(request.param)


def tall() -> Plan:
    """Forty slices."""
    return thorax_box((40, 32, 24))


def test_nothing_is_read_before_load(source: Path) -> None:
    loading = scan.begin(scan.find_series(source)[0])
    assert loading.volume.grid == tall().grid
    assert (loading.volume.hu == AIR_HU).all()
    assert not loading.volume.hu.flags.writeable


def test_the_scan_shares_the_array(source: Path) -> None:
    loading = scan.begin(scan.find_series(source)[0])
    read = loading.load()
    assert np.shares_memory(read.volume.hu, loading.volume.hu)
    assert np.array_equal(loading.volume.hu, tall().hu)


@pytest.mark.parametrize("looked_at", [0, 13, 39])
def test_the_slice_looked_at_comes_first(source: Path, looked_at: int) -> None:
    arrived: list[int] = []
    scan.begin(scan.find_series(source)[0]).load(look_first=lambda: looked_at, arrived=arrived.append)
    assert sorted(arrived) == list(range(40))
    if source.suffix == ".gz":  # what is compressed as a whole comes in its own order
        assert arrived == list(range(40))
        return
    assert all(abs(slot - looked_at) <= 3 for slot in arrived[:2])
    far = [abs(slot - looked_at) for slot in arrived]
    assert np.mean(far[:10]) < np.mean(far[10:20]) < np.mean(far[20:])


def test_an_arrived_slice_is_complete(source: Path) -> None:
    plan, faults = tall(), []
    loading = scan.begin(scan.find_series(source)[0])

    def compare(slot: int) -> None:
        if not np.array_equal(loading.volume.hu[slot], plan.hu[slot]):
            faults.append(slot)

    loading.load(arrived=compare)
    assert not faults


def test_progress_goes_from_nothing_to_all(source: Path) -> None:
    listening = Listening()
    scan.read(source, listening)
    assert listening.fractions == sorted(listening.fractions)
    assert listening.fractions[0] == 0
    assert listening.fractions[-1] > 0.9


@pytest.mark.parametrize("reports", [0, 1, 3])
def test_it_stops_when_asked(source: Path, reports: int) -> None:
    arrived: list[int] = []

    def slowly(slot: int) -> None:
        arrived.append(slot)
        time.sleep(0.01)

    loading = scan.begin(scan.find_series(source)[0])
    with pytest.raises(Cancelled):
        loading.load(Impatient(reports), arrived=slowly)
    assert len(arrived) < 40
    assert not [t.name for t in threading.enumerate() if t.name.startswith("slices")]
    read = loading.load()
    assert read.volume.hu_at(landmark_mm(tall())) == 1003


def test_finding_stops_when_asked(source: Path) -> None:
    if source.is_dir():
        with pytest.raises(Cancelled):
            scan.find_series(source, Impatient(0))


def test_a_fault_of_the_listener_is_not_swallowed(source: Path) -> None:
    def broken(slot: int) -> None:
        raise KeyError(slot)

    with pytest.raises(KeyError):
        scan.begin(scan.find_series(source)[0]).load(arrived=broken)


def test_the_door_opens_without_waking_the_heavy_ones() -> None:
    """The first slice shall not wait for imports."""
    heavy = "pydicom", "SimpleITK", "imagecodecs", "scipy"
    code = f"import sys, ai.scan; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
