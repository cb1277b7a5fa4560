"""A voxel of a mask lies at the same millimetres in the segmentation, however the slices lie and are ordered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it
from numpy.typing import NDArray
from pydicom import dcmread

from ai.findings import Lesion
from ai.report.dicom.reading import DicomReading
from ai.report.dicom.restoring import restore
from ai.scan import read
from ai.series import Scan
from ai.volume import VoxelGrid
from tests.support.dicom_series import Plan
from tests.support.enhanced_series import enhanced
from tests.support.grids import rotated
from tests.support.handed_on import PLACES, again, hand_on, lesion_at, odd_lesion, series_of, straight_grid
from tests.support.synthetic_analysis import analysis, finding

Points = NDArray[np.float64]


def oblique() -> VoxelGrid:
    """Slices of no plane of the body."""
    return rotated(rotated(straight_grid(), 25.0, (1, 2)), -15.0, (0, 1))


def sagittal() -> VoxelGrid:
    """Slices to the left, rows down, columns to the back."""
    affine = np.eye(4)
    affine[:3, :3] = [[2.5, 0, 0], [0, 0, 0.7], [0, -0.8, 0]]
    affine[:3, 3] = (-20.0, -30.0, 1250.0)
    return VoxelGrid((12, 40, 48), affine)


def tilted() -> VoxelGrid:
    """A gantry tilted by 15 degrees: the slices stand off their normal."""
    affine = straight_grid().affine.copy()
    affine[1, 0] = 2.5 * np.tan(np.radians(15.0))
    return VoxelGrid((12, 40, 48), affine)


GRIDS: dict[str, Callable[[], VoxelGrid]] = {"axial": straight_grid, "oblique": oblique, "sagittal": sagittal}
ORDERS = {
    "ascending": list(range(12)),
    "reversed": list(range(11, -1, -1)),
    "shuffled": [5, 0, 11, 3, 8, 1, 9, 2, 10, 4, 7, 6],
}


def mask_mm(lesion: Lesion) -> Points:
    """Return where the voxels of a lesion lie, sorted."""
    assert lesion.mask is not None
    assert lesion.grid is not None
    return _sorted(lesion.grid.points_mm(np.argwhere(lesion.mask).astype(np.float64)))


def stored_mm(path: Path) -> Points:
    """Return where the pixels set in a segmentation lie, by each frame's own words (PS3.3 C.7.6.2.1.1), sorted."""
    made = dcmread(path)
    shared = made.SharedFunctionalGroupsSequence[0]
    spacing = np.array(shared.PixelMeasuresSequence[0].PixelSpacing, float)
    along = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, float)
    frames = made.pixel_array.reshape(-1, made.Rows, made.Columns)
    places = []
    for picture, group in zip(frames, made.PerFrameFunctionalGroupsSequence, strict=True):
        origin = np.array(group.PlanePositionSequence[0].ImagePositionPatient, float)
        for row, column in np.argwhere(picture):
            places.append(origin + along[:3] * column * spacing[1] + along[3:] * row * spacing[0])
    return _sorted(np.array(places))


def _sorted(points: Points) -> Points:
    return points[np.lexsort(np.round(points, 3).T)]


def reading_of(scan: Scan) -> tuple[DicomReading, Lesion]:
    lesion = odd_lesion(scan)
    return DicomReading(scan, analysis(finding("nodule", 2.0, (lesion,)))), lesion


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("grid", GRIDS)
def test_there_and_back(tmp_path: Path, grid: str, order: str) -> None:
    scan = series_of(tmp_path / "scan", GRIDS[grid](), ORDERS[order])
    reading, lesion = reading_of(scan)
    made = hand_on(tmp_path, reading)
    assert np.allclose(stored_mm(made.files["lesions"]), mask_mm(lesion), atol=2e-3)
    kept = restore(again(tmp_path)).analysis
    assert kept is not None
    (restored,) = kept.findings[0].lesions
    assert np.allclose(mask_mm(restored), mask_mm(lesion), atol=2e-3)


def test_each_frame_names_the_slice_it_lies_on(tmp_path: Path) -> None:
    scan = series_of(tmp_path / "scan", oblique(), ORDERS["shuffled"])
    made = dcmread(hand_on(tmp_path, reading_of(scan)[0]).files["lesions"])
    files = {one.instance_uid: one for one in scan.series.slices}
    for group in made.PerFrameFunctionalGroupsSequence:
        source = group.DerivationImageSequence[0].SourceImageSequence[0]
        stored = np.array(group.PlanePositionSequence[0].ImagePositionPatient, float)
        assert np.allclose(stored, files[source.ReferencedSOPInstanceUID].position_mm, atol=1e-4)


def test_itk_finds_the_lesion_at_the_same_place(tmp_path: Path) -> None:
    scan = series_of(tmp_path / "scan", straight_grid())
    voxels = np.array([[2, 5, 7], [3, 5, 7], [3, 6, 8], [4, 5, 7]])  # ITK takes frames for evenly spaced: no gap
    lesion = lesion_at(scan, "nodule", voxels)
    made = hand_on(tmp_path, DicomReading(scan, analysis(finding("nodule", 2.0, (lesion,)))))
    image = sitk.ReadImage(str(made.files["lesions"]))
    indices = [[int(i) for i in index[::-1]] for index in np.argwhere(sitk.GetArrayFromImage(image))]
    places = _sorted(np.array([image.TransformIndexToPhysicalPoint(index) for index in indices]))
    assert np.allclose(places, mask_mm(lesion), atol=0.01)


def test_a_tilted_gantry_is_followed_to_half_a_pixel(tmp_path: Path) -> None:
    """The scan is set upright for the reader; its slices are not, and the segmentation lies on them."""
    scan = series_of(tmp_path / "scan", tilted())
    reading, lesion = reading_of(scan)
    made = hand_on(tmp_path, reading)
    stored, voxels = stored_mm(made.files["lesions"]), mask_mm(lesion)
    away = np.abs(stored[:, None, :] - voxels[None, :, :]).max(-1)
    assert away.min(1).max() <= 0.4 + 1e-3
    kept = restore(again(tmp_path)).analysis
    assert kept is not None
    back = mask_mm(kept.findings[0].lesions[0])
    assert np.abs(back.mean(0) - voxels.mean(0)).max() <= 0.8


def test_frames_of_one_file_are_named_by_their_numbers(tmp_path: Path) -> None:
    grid = straight_grid()
    hu = np.full(grid.shape, -900, dtype=np.int16)
    (tmp_path / "scan").mkdir()
    enhanced(tmp_path / "scan" / "all.dcm", Plan(hu, grid), ORDERS["shuffled"])
    scan = read(tmp_path / "scan")
    reading, lesion = reading_of(scan)
    made = hand_on(tmp_path, reading)
    assert np.allclose(stored_mm(made.files["lesions"]), mask_mm(lesion), atol=2e-3)
    for group in dcmread(made.files["lesions"]).PerFrameFunctionalGroupsSequence:
        number = group.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber
        height = float(group.PlanePositionSequence[0].ImagePositionPatient[2])
        assert ORDERS["shuffled"][int(number) - 1] == round((height - 1200.0) / 2.5)
    kept = restore(again(tmp_path)).analysis
    assert kept is not None
    assert np.allclose(mask_mm(kept.findings[0].lesions[0]), mask_mm(lesion), atol=2e-3)


def test_a_mask_over_a_missing_slice_is_kept_where_slices_are(tmp_path: Path) -> None:
    scan = series_of(tmp_path / "scan", straight_grid(), order=[n for n in range(12) if n != 3])
    assert scan.interpolated == {3}
    stored = stored_mm(hand_on(tmp_path, reading_of(scan)[0]).files["lesions"])
    measured = [place for place in PLACES if place[0] != 3]
    assert np.allclose(stored, _sorted(scan.volume.grid.points_mm(np.array(measured, dtype=np.float64))), atol=2e-3)


def test_lesions_that_share_voxels_get_a_segmentation_each(tmp_path: Path) -> None:
    scan = series_of(tmp_path / "scan", straight_grid())
    findings = (finding("nodule", 2.0, (odd_lesion(scan),)), finding("mass", 2.0, (odd_lesion(scan, "mass"),)))
    made = hand_on(tmp_path, DicomReading(scan, analysis(*findings)))
    for name in ("lesions", "lesions-2"):
        assert np.allclose(stored_mm(made.files[name]), mask_mm(odd_lesion(scan)), atol=2e-3)
