"""A cohort on disk: the index beside one file of voxels a scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai.training.cohort.errors import CohortError
from ai.training.cohort.index import Index, opened
from ai.training.cohort.splitting import split
from ai.training.cohort.voxels import Block, read_grid, read_hu, read_lungs, write_voxels
from ai.training.cohort.words import CohortScan
from ai.volume import VoxelGrid

VOXELS = "voxels"


def voxel_path(folder: Path, key: str) -> Path:
    """Return where a scan's voxels lie; 256 folders keep each one small."""
    return folder / VOXELS / key[:2] / f"{key}.h5"


class Cohort:
    """Scans with what their reports say, ready to be read. A picture of the store as it was when opened.

    Args:
        folder: of the store.
        scans: what it holds, a patient's scans together in the order of their days.
    """

    def __init__(self, folder: Path, scans: Sequence[CohortScan]) -> None:
        self.folder = folder
        self.scans: tuple[CohortScan, ...] = tuple(scans)
        self._by_key = {scan.key: scan for scan in self.scans}

    @classmethod
    def open(cls, folder: Path) -> Cohort:
        """Open a store.

        Raises:
            CohortError: the folder holds none.
        """
        with opened(folder) as index:
            return cls(folder, index.scans())

    @property
    def patients(self) -> Mapping[str, tuple[CohortScan, ...]]:
        """Each patient's scans, in the order of their days."""
        found: dict[str, list[CohortScan]] = {}
        for scan in self.scans:
            found.setdefault(scan.patient, []).append(scan)
        return {patient: tuple(scans) for patient, scans in found.items()}

    def scan(self, key: str) -> CohortScan:
        """Return one scan.

        Raises:
            CohortError: the cohort does not hold it.
        """
        if key not in self._by_key:
            raise CohortError(f"{self.folder} holds no scan {key}; open the cohort anew if it has grown.")
        return self._by_key[key]

    def prior(self, key: str) -> CohortScan | None:
        """Return the patient's scan before this one; None for the first."""
        scan = self.scan(key)
        earlier = [one for one in self.patients[scan.patient] if one.days < scan.days]
        return earlier[-1] if earlier else None

    def read(self, key: str, block: Block | None = None) -> NDArray[np.int16]:
        """Return Hounsfield units, int16 (S, R, C) as ``CohortScan.shape`` says, or of a block of them.

        Raises:
            CohortError: no such scan, or its file cannot be read.
        """
        return read_hu(voxel_path(self.folder, self.scan(key).key), block)

    def lungs(self, key: str, block: Block | None = None) -> NDArray[np.uint8]:
        """Return where the lungs lie by density, uint8 like ``read``: 1 the patient's right, 2 the left, else 0."""
        return read_lungs(voxel_path(self.folder, self.scan(key).key), block)

    def grid(self, key: str) -> VoxelGrid:
        """Return where a scan's voxels lay in the patient (LPS millimetres): for masks that were drawn on the scan."""
        return read_grid(voxel_path(self.folder, self.scan(key).key))

    def split(self, seed: int, shares: Mapping[str, float]) -> dict[str, tuple[CohortScan, ...]]:
        """Part the scans by patient; see ``ai.training.cohort.splitting``."""
        return split(self.scans, seed, shares)


def put(
    folder: Path,
    scan: CohortScan,
    hu: NDArray[np.int16],
    lungs: NDArray[np.uint8],
    index: Index,
    grid: VoxelGrid | None = None,
) -> None:
    """Add a scan: voxels first, so that what the index names is there whole. Arguments as ``write_voxels`` has them.

    Raises:
        CohortError: shapes that differ, or a file that cannot be written.
    """
    if hu.shape != scan.shape or lungs.shape != scan.shape:
        raise CohortError(f"Voxels of {hu.shape} and lungs of {lungs.shape} are not the {scan.shape} of {scan.key}.")
    write_voxels(voxel_path(folder, scan.key), hu, lungs, grid)
    index.put(scan)
