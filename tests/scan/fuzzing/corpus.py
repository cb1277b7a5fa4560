"""The whole files that are damaged: a small series in every syntax, enhanced CT, NIfTI, NRRD and MetaImage."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai import scan
from ai.volume import VoxelGrid
from tests.support import dicom_series as build
from tests.support.dicom_series import Plan
from tests.support.enhanced_series import enhanced
from tests.support.well_formed import LOSSLESS, Pixels, small_grid, turned, write

SHAPE = (6, 16, 12)
VOLUMES = ("volume.nii", "volume.nii.gz", "volume.nrrd", "volume.mha", "volume.mhd")


@dataclass(frozen=True)
class Sample:
    """A whole scan and what it shows.

    ``opened`` is the file the reader names, "" for the folder. ``syntax`` is the transfer syntax, or a volume's ending.
    """

    name: str
    syntax: str
    files: dict[str, bytes]
    opened: str
    hu: NDArray[np.int16]
    grid: VoxelGrid

    @property
    def is_dicom(self) -> bool:
        """True for DICOM files of any kind."""
        return self.syntax.startswith("1.2.840.10008.")


@cache
def corpus() -> tuple[Sample, ...]:
    """Return all samples; the same at every call, in every process."""
    samples = [_series(syntax, number) for number, syntax in enumerate(LOSSLESS)]
    samples += [_enhanced(False), _enhanced(True)]
    samples += [_volume(name) for name in VOLUMES]
    return tuple(samples)


def _picture() -> NDArray[np.int64]:
    """A body in air with structure and noise: what codecs are made for."""
    hu = np.full(SHAPE, -1000)
    hu[:, 2:-2, 2:-2] = 40
    hu[:, 5:9, 4:8] = -850
    hu[3, 9, 3] = 1200
    return hu + np.random.default_rng(3).integers(-15, 16, SHAPE)


def _series(syntax: str, number: int) -> Sample:
    pixels = Pixels(
        syntax, bits=12 + number % 2 * 4, signed=number % 3 == 2, intercept=0.0 if number % 3 == 2 else -1024
    )
    grid = turned(small_grid(SHAPE), (0, 0, 0) if number % 2 else (13.0, -21.0, 8.0))
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), grid, _picture() - int(pixels.intercept), pixels)
        return _sample(f"series {syntax}", syntax, Path(folder), "")


def _enhanced(compressed: bool) -> Sample:
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan(_picture().astype(np.int16), small_grid(SHAPE))
        enhanced(Path(folder, "enhanced.dcm"), plan, [2, 0, 1, 5, 4, 3], compressed)
        syntax = build.JPEG_LOSSLESS if compressed else build.EXPLICIT
        return _sample(f"enhanced {syntax}", syntax, Path(folder), "enhanced.dcm")


def _volume(name: str) -> Sample:
    with tempfile.TemporaryDirectory() as folder:
        scan.write_volume(Path(folder, name), _picture().astype(np.int16), turned(small_grid(SHAPE), (5.0, 0.0, 9.0)))
        return _sample(name, name.partition(".")[2], Path(folder), name)


def _sample(name: str, syntax: str, folder: Path, opened: str) -> Sample:
    read = scan.read(folder / opened)
    if read.notices or not np.array_equal(read.volume.hu, _picture()):
        raise AssertionError(f"{name} is not read as it was written: nothing can be learned from damaging it.")
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    return Sample(name, syntax, files, opened, read.volume.hu, read.volume.grid)
