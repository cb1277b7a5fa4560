"""SimpleITK (GDCM) and dcm2niix put the same values in the same places as we do, on every well-formed case."""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it
from numpy.typing import NDArray

from ai import scan
from ai.volume import AIR_HU, MOST_HU, VoxelGrid
from tests.support import dicom_series as build
from tests.support.well_formed import TURNS, Pixels, noise, read_at, small_grid, turned, upside_down, write

Read = tuple[VoxelGrid, NDArray[np.float64]]
CT = Pixels(bits=12)
PACKINGS = {
    "12 bits": CT,
    "signed": Pixels(bits=16, signed=True, intercept=0.0),
    "signed with intercept": Pixels(bits=12, signed=True, intercept=24.0),
    "slope": Pixels(bits=12, slope=2.0, intercept=-1000.0),
    "implicit": Pixels(build.IMPLICIT, bits=12),
    "big endian": Pixels(build.BIG_ENDIAN, bits=12),
    "deflated": Pixels(build.DEFLATED, bits=12),
    "RLE": Pixels(build.RLE, bits=12),
    "JPEG lossless": Pixels(build.JPEG_LOSSLESS, bits=12),
    "JPEG-LS": Pixels(build.JPEG_LS, bits=12),
    "JPEG 2000": Pixels(build.JPEG_2000, bits=12),
}
UNREAD_BY_DCM2NIIX = ("deflated",)
"""It says of itself that it reads no deflated files."""


def by_simpleitk(folder: Path) -> Read:
    """The series as ITK's GDCM reader sees it."""
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    image = reader.Execute()
    affine = np.eye(4)
    directions = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    affine[:3, :3], affine[:3, 3] = directions[:, ::-1], image.GetOrigin()
    values = sitk.GetArrayFromImage(image)
    return VoxelGrid(values.shape, affine), values.astype(np.float64)


def by_dcm2niix(folder: Path) -> Read:
    """The series as dcm2niix converts it, its NIfTI read by nibabel."""
    import dcm2niix  # noqa: PLC0415  a package that not everybody has

    out = folder.with_name("converted")
    out.mkdir()
    command = [dcm2niix.bin, "-z", "n", "-b", "n", "-m", "y", "-f", "volume", "-o", str(out), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    volumes = list(out.glob("*.nii"))
    assert len(volumes) == 1, done.stdout + done.stderr
    image = nibabel.nifti1.Nifti1Image.from_filename(volumes[0])
    values = np.asarray(image.get_fdata(), dtype=np.float64).T
    affine = (np.diag([-1.0, -1, 1, 1]) @ image.affine)[:, [2, 1, 0, 3]]
    return VoxelGrid(values.shape, affine), values


PEERS: dict[str, Callable[[Path], Read]] = {"SimpleITK": by_simpleitk, "dcm2niix": by_dcm2niix}


def agree(peer: str, folder: Path) -> None:
    """Compare places and Hounsfield units, voxel by voxel."""
    if peer == "dcm2niix" and importlib.util.find_spec("dcm2niix") is None:
        pytest.skip("dcm2niix is not installed (it comes with the extra “test”)")
    grid, values = PEERS[peer](folder)
    read = scan.read(folder)
    assert not read.notices
    assert read.volume.hu.size == values.size
    assert np.array_equal(read_at(read, grid), np.clip(np.rint(values), AIR_HU, MOST_HU))


@pytest.mark.parametrize("counted", ["upwards", "downwards"])
@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("peer", PEERS)
def test_peers_agree_on_every_orientation(peer: str, turn: str, counted: str, tmp_path: Path) -> None:
    grid = turned(small_grid((7, 20, 16)), TURNS[turn])
    grid = upside_down(grid) if counted == "downwards" else grid
    write(tmp_path / "series", grid, noise(grid, CT), CT, order=[3, 0, 6, 1, 5, 2, 4])
    agree(peer, tmp_path / "series")


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("peer", PEERS)
def test_peers_agree_on_every_packing(peer: str, packing: str, tmp_path: Path) -> None:
    if peer == "dcm2niix" and packing in UNREAD_BY_DCM2NIIX:
        pytest.skip("dcm2niix reads no deflated files")
    grid = small_grid((7, 20, 16))
    write(tmp_path / "series", grid, noise(grid, PACKINGS[packing]), PACKINGS[packing])
    agree(peer, tmp_path / "series")
