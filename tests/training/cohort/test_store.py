"""The store gives back what was put in, parts by patient, and refuses what it does not hold."""

from __future__ import annotations

import copy
import math
from pathlib import Path

import numpy as np
import pytest

from ai.report.mention import Side
from ai.training.cohort import Change, Cohort, CohortError, CohortScan, LabelValue, Place, Said
from ai.training.cohort.index import opened
from ai.training.cohort.store import put

SHAPE = (40, 50, 70)


def some(key: str, patient: str, days: int = 0) -> CohortScan:
    """Return a scan with a nodule in the right upper lobe that is new."""
    return CohortScan(
        key, patient, days, 2.0, SHAPE,
        {"nodule": LabelValue(Said.PRESENT), "mass": LabelValue(Said.UNCERTAIN), "hernia": LabelValue(Said.ABSENT)},
        {"nodule": Place(frozenset({"right_upper"}), Side.RIGHT, ("right_upper",))},
        {"nodule": Change.NEW},
        "north",
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a store of three scans of two patients."""
    rng = np.random.default_rng(5)
    with opened(tmp_path, 2.0) as index:
        for key, patient, days in (("ab2", "p", 90), ("ab1", "p", 0), ("cd1", "q", 0)):
            hu = rng.integers(-1024, 3071, SHAPE).astype(np.int16)
            put(tmp_path, some(key, patient, days), hu, (hu > 0).astype(np.uint8), index)
    return tmp_path


def test_what_was_put_in_comes_out(folder: Path) -> None:
    cohort = Cohort.open(folder)
    assert cohort.scan("ab2") == some("ab2", "p", 90)
    hu = cohort.read("ab2")
    assert hu.shape == SHAPE
    assert hu.dtype == np.int16
    assert np.array_equal(hu > 0, cohort.lungs("ab2") == 1)
    block = (slice(3, 37), slice(30, 50), slice(1, 66))
    assert np.array_equal(cohort.read("ab2", block), hu[block])


def test_a_scan_can_be_sent_to_another_process() -> None:
    assert copy.copy(some("ab", "p")) == some("ab", "p")
    with pytest.raises(TypeError):
        some("ab", "p").labels["mass"] = LabelValue(Said.ABSENT)  # type: ignore[index]


def test_a_patients_scans_stand_in_the_order_of_their_days(folder: Path) -> None:
    cohort = Cohort.open(folder)
    keys = {who: [s.key for s in scans] for who, scans in cohort.patients.items()}
    assert keys == {"p": ["ab1", "ab2"], "q": ["cd1"]}
    before = cohort.prior("ab2")
    assert before is not None
    assert before.key == "ab1"
    assert cohort.prior("ab1") is None


def test_silence_doubt_and_a_plain_no_are_told_apart(folder: Path) -> None:
    scan = Cohort.open(folder).scan("ab1")
    assert (scan.label("nodule").value, scan.label("hernia").value, scan.label("fracture").value) == (1.0, 0.0, 0.0)
    assert math.isnan(scan.label("mass").value)
    assert scan.label("hernia").weight > scan.label("fracture").weight > scan.label("mass").weight > 0


def test_a_split_parts_by_patient_and_new_patients_move_nobody() -> None:
    scans = [some(f"{n:x}", f"patient {n // 3}") for n in range(900)]
    shares = {"train": 0.7, "test": 0.3}
    before = Cohort(Path("nowhere"), scans[:600]).split(4, shares)
    after = Cohort(Path("nowhere"), scans).split(4, shares)
    owners = [{s.patient for s in part} for part in after.values()]
    assert not owners[0] & owners[1]
    assert len(after["train"]) + len(after["test"]) == 900
    assert abs(len(after["train"]) / 900 - 0.7) < 0.1
    assert {s.key for s in before["test"]} <= {s.key for s in after["test"]}
    assert after != Cohort(Path("nowhere"), scans).split(5, shares)


def test_a_split_of_no_whole_is_refused(folder: Path) -> None:
    with pytest.raises(CohortError, match="whole"):
        Cohort.open(folder).split(1, {"train": 0.7, "test": 0.2})


def test_what_is_not_there_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="holds no scan ee"):
        Cohort.open(folder).read("ee")
    with pytest.raises(CohortError, match="is no cohort"):
        Cohort.open(tmp_path / "elsewhere")
    with pytest.raises(CohortError, match=r"2 mm, not 1\.5 mm"), opened(folder, 1.5):
        pass


def test_a_damaged_file_is_noticed(folder: Path) -> None:
    path = folder / "voxels" / "ab" / "ab1.h5"
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    path.write_bytes(bytes(content))
    with pytest.raises(CohortError, match="build again"):
        Cohort.open(folder).read("ab1")
