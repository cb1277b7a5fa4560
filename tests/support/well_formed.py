"""Well-formed series of any orientation, order and packing, beside what must be read of them, voxel by voxel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID
from scipy.spatial.transform import Rotation

from ai.geometry import Matrix, PointMm
from ai.series import Scan
from ai.volume import AIR_HU, VoxelGrid, axis_aligned
from tests.support import dicom_series as build
from tests.support.dicom_series import Change, Plan, write_series

Stored = NDArray[np.int64]
MOST_HU = 32767
EXACT_VOXELS = 0.02
"""How far, in voxels, a place may lie from where it was written: headers hold six decimals."""

LOSSLESS = (
    build.EXPLICIT,
    build.IMPLICIT,
    build.BIG_ENDIAN,
    build.DEFLATED,
    build.RLE,
    build.JPEG_LOSSLESS,
    build.JPEG_LOSSLESS_14,
    build.JPEG_LS,
    build.JPEG_2000,
)

TURNS = {
    "head first, supine": (0.0, 0.0, 0.0),
    "prone": (0.0, 0.0, 180.0),
    "on the side": (0.0, 0.0, 90.0),
    "feet first": (0.0, 180.0, 0.0),
    "feet first, prone": (180.0, 0.0, 0.0),
    "coronal": (90.0, 0.0, 0.0),
    "sagittal": (90.0, 0.0, 90.0),
    "oblique": (13.0, -21.0, 8.0),
}
"""Angles about the patient's left, posterior and superior axes, degrees."""


@dataclass(frozen=True)
class Pixels:
    """How voxels are stored. ``padding`` is a stored value that stands for "not measured"."""

    syntax: str = build.EXPLICIT
    bits: int = 16
    signed: bool = False
    slope: float = 1.0
    intercept: float = -1024.0
    padding: int | None = None

    @property
    def allocated(self) -> int:
        """Bits that each pixel takes in the file."""
        return 8 if self.bits <= 8 else 16

    @property
    def limits(self) -> tuple[int, int]:
        """Lowest and highest value that can be stored."""
        return (-(1 << self.bits - 1), (1 << self.bits - 1) - 1) if self.signed else (0, (1 << self.bits) - 1)

    def hu(self, stored: Stored) -> NDArray[np.int16]:
        """Return the Hounsfield units that stored values stand for (DICOM PS3.3 C.11.1.1.2)."""
        values = np.clip(np.rint(stored * self.slope + self.intercept), AIR_HU, MOST_HU)
        return np.where(stored == self.padding, AIR_HU, values).astype(np.int16)


def turned(grid: VoxelGrid, degrees: Sequence[float]) -> VoxelGrid:
    """Turn a grid about the patient's three axes in turn."""
    affine: Matrix = grid.affine.copy()
    affine[:3] = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix() @ affine[:3]
    return VoxelGrid(grid.shape, affine)


def upside_down(grid: VoxelGrid) -> VoxelGrid:
    """The same places with the first slice last: half of all scanners count from the feet."""
    affine: Matrix = grid.affine.copy()
    affine[:3, 3] += affine[:3, 0] * (grid.shape[0] - 1)
    affine[:3, 0] *= -1
    return VoxelGrid(grid.shape, affine)


def small_grid(
    shape: tuple[int, int, int] = (7, 12, 9), spacing_mm: tuple[float, float, float] = (2.5, 0.8, 0.7)
) -> VoxelGrid:
    """A grid of few voxels, off every axis of symmetry."""
    return axis_aligned(shape, spacing_mm, PointMm(-31.0, -17.0, 120.0))


def noise(grid: VoxelGrid, pixels: Pixels, seed: int = 0) -> Stored:
    """Stored values in which every bit counts, the extremes and the padding value among them."""
    low, high = pixels.limits
    stored = np.random.default_rng(seed).integers(low, high, grid.shape, endpoint=True)
    stored.flat[:2] = low, high
    if pixels.padding is not None:
        stored.flat[2:5] = pixels.padding
    return stored


def write(
    folder: Path,
    grid: VoxelGrid,
    stored: Stored,
    pixels: Pixels,
    order: Sequence[int] | None = None,
    change: Change | None = None,
) -> list[Path]:
    """Write stored values as a series, one file a slice; ``change`` alters each data set last."""

    def paint(ds: Dataset, index: int) -> None:
        _describe(ds, pixels)
        _pack(ds, stored[index], pixels)
        if change is not None:
            change(ds, index)

    return write_series(folder, Plan(np.zeros(grid.shape, np.int16), grid), order, paint)


def _describe(ds: Dataset, pixels: Pixels) -> None:
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = pixels.allocated, pixels.bits, pixels.bits - 1
    ds.PixelRepresentation = int(pixels.signed)
    ds.RescaleSlope, ds.RescaleIntercept = str(pixels.slope), str(pixels.intercept)
    if pixels.padding is not None:
        ds.add_new(0x00280120, "SS" if pixels.signed else "US", pixels.padding)


def _pack(ds: Dataset, stored: Stored, pixels: Pixels) -> None:
    if pixels.allocated == 16:
        build.store(ds, stored.astype(np.int16) if pixels.signed else stored.astype(np.uint16), pixels.syntax)
        return
    raw = stored.astype(np.int8 if pixels.signed else np.uint8).view(np.uint8)
    ds.file_meta.TransferSyntaxUID = UID(build.EXPLICIT if pixels.syntax == build.RLE else pixels.syntax)
    if pixels.syntax in _BYTE_ENCODERS:
        ds.PixelData = encapsulate([bytes(_BYTE_ENCODERS[pixels.syntax](raw))])
        ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
        return
    ds.PixelData = raw.tobytes() + b"\0" * (raw.size % 2)
    ds["PixelData"].VR = "OW" if pixels.syntax == build.IMPLICIT else "OB"
    if pixels.syntax == build.RLE:
        ds.compress(build.RLE, generate_instance_uid=False)


_BYTE_ENCODERS: dict[str, Callable[[NDArray[np.uint8]], bytes | bytearray]] = {
    build.JPEG_LOSSLESS: lambda raw: imagecodecs.ljpeg_encode(raw, bitspersample=8),
    build.JPEG_LOSSLESS_14: lambda raw: imagecodecs.ljpeg_encode(raw, bitspersample=8),
    build.JPEG_LS: imagecodecs.jpegls_encode,
    build.JPEG_2000: lambda raw: imagecodecs.jpeg2k_encode(raw, codecformat="j2k", reversible=True, level=0),
}


def read_at(read: Scan, grid: VoxelGrid) -> NDArray[np.int16]:
    """Return what a scan shows at the places of a grid's voxels; each must be the middle of a voxel of the scan."""
    at = read.volume.grid.indices(grid.points_mm(np.argwhere(np.ones(grid.shape, bool)).astype(np.float64)))
    nearest = np.rint(at).astype(int)
    off = np.abs(at - nearest).max()
    if off > EXACT_VOXELS:
        raise AssertionError(f"A voxel lies {off:.3f} voxels beside where it was written.")
    if nearest.min() < 0 or (nearest >= read.volume.grid.shape).any():
        raise AssertionError("A voxel that was written lies outside the scan.")
    shown: NDArray[np.int16] = read.volume.hu[tuple(nearest.T)].reshape(grid.shape)
    return shown
