"""What became of a damaged scan: refused, told, shown as it was, or, the one thing that must never be, shown wrong."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai import scan
from ai.errors import IntervalError
from ai.series import Scan, Series
from tests.scan.fuzzing.mutants import Mutant
from tests.scan.fuzzing.unknowable import as_the_files_say, only_pixels_changed
from tests.support.dicom_series import BIG_ENDIAN, EXPLICIT, IMPLICIT

SAME_PLACE_VOXELS = 1e-3
ROUNDING, ROUNDING_MM = 0.125, 0.3
"""Share of a voxel, and mm, by which a place may be off in silence: what headers of real scanners round away."""
UNPACKED = (EXPLICIT, IMPLICIT, BIG_ENDIAN, "nii", "mhd")
MOST_VOXELS = 1 << 22
"""A damaged header of a small scan that makes the reader allocate more than this has taken memory for nothing."""


class Verdict(Enum):
    """From worst to best; the worst of a mutant's series counts."""

    WRONG = "shown wrong in silence"
    BLOATED = "memory taken for voxels that are not there"
    SPEECHLESS = "refused without a sentence"
    SAID_SO = "shown as all files alike now say (no reader can know better)"
    OTHER_PIXELS = "other pixel bytes, shown as stored (no checksum guards them)"
    OTHER_STREAM = "other compressed bytes that decode without complaint (no checksum guards them)"
    PART = "a true part, the rest gone or listed apart"
    ROUNDED = "shown, moved less than headers are rounded"
    TOLD = "shown with a notice"
    SAME = "shown as it was, voxel for voxel"
    REFUSED = "refused with a sentence"


FAILURES = (Verdict.WRONG, Verdict.BLOATED, Verdict.SPEECHLESS)


def judged(mutant: Mutant, folder: Path) -> Verdict:
    """Open a mutant that lies in ``folder`` as a reader would; any other exception than a refusal passes through."""
    try:
        found = scan.find_series(folder / mutant.sample.opened)
    except IntervalError as refusal:
        return _of_refusal(refusal)
    verdicts = {_of_series(mutant, folder, series) for series in found}
    return next(verdict for verdict in Verdict if verdict in verdicts)


def _of_refusal(refusal: IntervalError) -> Verdict:
    sentence = str(refusal)
    return Verdict.REFUSED if len(sentence) > 20 and sentence[-1] in ".)" else Verdict.SPEECHLESS


def _of_series(mutant: Mutant, folder: Path, series: Series) -> Verdict:
    try:
        loading = scan.begin(series)
        if loading.volume.hu.size > MOST_VOXELS:
            return Verdict.BLOATED
        read = loading.load()
    except IntervalError as refusal:
        return _of_refusal(refusal)
    if any(notice.grave for notice in read.notices):
        return Verdict.TOLD
    shown = _beside_the_truth(mutant, read)
    if shown is not Verdict.WRONG:
        return shown
    if only_pixels_changed(mutant, shown_files(mutant, read)) and _others_are_true(mutant, read):
        return Verdict.OTHER_PIXELS if mutant.sample.syntax in UNPACKED else Verdict.OTHER_STREAM
    if not as_the_files_say(mutant, read):
        return Verdict.WRONG
    return Verdict.SAID_SO if mutant.sample.is_dicom or read.volume.grid != mutant.sample.grid else Verdict.OTHER_PIXELS


def shown_files(mutant: Mutant, read: Scan) -> set[str]:
    """Return the names of the files that a scan came from."""
    return {header.path.name for header in read.series.slices} or set(mutant.sample.files)


def _beside_the_truth(mutant: Mutant, read: Scan) -> Verdict:
    truth = mutant.sample.hu
    at = _places_in_truth(mutant, read)
    if at is None:
        return Verdict.WRONG
    same_place = read.volume.hu.shape == truth.shape and np.abs(at - _corners(truth)).max() <= SAME_PLACE_VOXELS
    return Verdict.SAME if same_place and np.array_equal(read.volume.hu, truth) else _part(mutant, read)


def _places_in_truth(mutant: Mutant, read: Scan) -> NDArray[np.float64] | None:
    """Return where the scan's corners lie in the truth, None where they are not voxels of it but for rounding."""
    grid = mutant.sample.grid
    at = grid.indices(read.volume.grid.points_mm(_corners(read.volume.hu)))
    rounding = np.maximum(ROUNDING, ROUNDING_MM / np.array(grid.spacing_mm))
    return at if (np.abs(at - np.rint(at)) <= rounding).all() else None


def _part(mutant: Mutant, read: Scan) -> Verdict:
    """Look whether each voxel shown is the voxel of the truth at that place."""
    all_places = np.argwhere(np.ones(read.volume.hu.shape, bool)).astype(np.float64)
    at = np.rint(mutant.sample.grid.indices(read.volume.grid.points_mm(all_places))).astype(int)
    truth = mutant.sample.hu
    if at.min() < 0 or (at >= truth.shape).any() or not np.array_equal(truth[tuple(at.T)], read.volume.hu.ravel()):
        return Verdict.WRONG
    return Verdict.ROUNDED if read.volume.hu.shape == truth.shape else Verdict.PART


def _corners(hu: NDArray[np.int16]) -> NDArray[np.float64]:
    s, r, c = (n - 1 for n in hu.shape)
    return np.array([[0, 0, 0], [s, 0, 0], [0, r, 0], [0, 0, c], [s, r, c]], dtype=np.float64)


def _others_are_true(mutant: Mutant, read: Scan) -> bool:
    """Tell whether the picture lies where it did and every slice of an undamaged file is shown as it was."""
    sample, at = mutant.sample, _places_in_truth(mutant, read)
    if at is None or read.volume.hu.shape[1:] != sample.hu.shape[1:]:
        return False
    if len(sample.files) < len(sample.hu):  # one file of many slices
        return read.volume.hu.shape == sample.hu.shape
    paths = [header.path.name for header in read.series.slices]
    if len(paths) != len(read.volume.hu):
        return False
    first = round(float(at[0, 0]))
    same = [np.array_equal(hu, sample.hu[first + slot]) for slot, hu in enumerate(read.volume.hu)]
    return all(same[slot] or mutant.files[name] != sample.files.get(name) for slot, name in enumerate(paths))
