"""On real scans: the same Hounsfield units in the same places as SimpleITK's reader gives."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it

from ai import scan
from ai.geometry import Index
from ai.scan.volume_headers import grid_of, opened
from ai.series import Scan
from ai.volume import AIR_HU
from tests.conftest import SHARED

SCANS = SHARED / "scans"
pytestmark = pytest.mark.skipif(not SCANS.is_dir(), reason="the real scans beside the repository are absent")


def by_simpleitk(folder: Path) -> sitk.Image:
    """The series as another reader sees it."""
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return reader.Execute()


def same(read: Scan, image: sitk.Image) -> None:
    """Compare places and Hounsfield units, voxel by voxel."""
    for corner in (Index(0, 0, 0), Index(5, 100, 30), Index(*(n - 1 for n in read.volume.grid.shape))):
        point = read.volume.grid.point(corner).array()
        theirs = image.TransformPhysicalPointToContinuousIndex(point.tolist())
        assert np.allclose(theirs, (corner.column, corner.row, corner.slice), atol=0.01)
    theirs = np.maximum(sitk.GetArrayFromImage(image).astype(np.int32), AIR_HU)
    assert np.array_equal(read.volume.hu, theirs)


@pytest.mark.parametrize("name", ["rider-1129164940-dicom", "covid-p001-dicom"])
def test_dicom_agrees_with_simpleitk(name: str) -> None:
    read = scan.read(SCANS / name)
    same(read, by_simpleitk(SCANS / name))
    assert not read.notices
    assert not read.interpolated


def test_the_tumour_is_denser_than_lung() -> None:
    """The mask was drawn by hand in another program: where it says tumour, soft tissue is found."""
    read = scan.read(SCANS / "rider-1129164940-dicom")
    path = SCANS / "rider-1129164940-tumour.nii.gz"
    mask = sitk.GetArrayFromImage(sitk.ReadImage(str(path))) > 0
    points = grid_of(path, opened(path)).points_mm(np.argwhere(mask)[::50].astype(np.float64))
    at = np.rint(read.volume.grid.indices(points)).astype(int)
    assert np.median(read.volume.hu[tuple(at.T)]) > -50


def test_two_windows_of_the_file() -> None:
    (series,) = scan.find_series(SCANS / "covid-p001-dicom")
    assert [(w.width_hu, w.level_hu) for w in series.windows] == [(350, 50), (1200, -600)]
    assert series.kernel == "D40s"
    assert series.shape == (148, 512, 512)


@pytest.mark.parametrize("path", sorted(SCANS.glob("*.nii.gz")), ids=lambda path: path.name)
def test_nifti_agrees_with_simpleitk(path: Path) -> None:
    read = scan.read(path)
    same(read, sitk.ReadImage(str(path)))
    mask = "tumour" in path.name
    assert [n.grave for n in read.notices] == ([True] if mask else [])


def test_nifti_is_not_mirrored() -> None:
    """Boxes were drawn in LPS millimetres: the soft tissue of a tumour fills their middles."""
    read = scan.read(SCANS / "lung-pet-ct-dx-a0001-lung.nii.gz")
    boxes = json.loads((SCANS / "lung-pet-ct-dx-a0001-lung-boxes.json").read_text())
    middles = [(*(sum(box[side]) / 2 for side in ("left_mm", "posterior_mm")), box["superior_mm"]) for box in boxes]
    at = np.rint(read.volume.grid.indices(np.array(middles))).astype(int)
    assert np.median(read.volume.hu[tuple(at.T)]) > -50
