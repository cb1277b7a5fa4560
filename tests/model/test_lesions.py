"""Bodies of known size and place in lung, measured from coarse evidence."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ai.anatomy import Lungs
from ai.findings import Lesion
from ai.geometry import Index, PointMm
from ai.model.lesions import Spots, lesions_of
from ai.organs import Organs, code_of
from ai.vocabulary import abnormality
from ai.volume import Volume, VoxelGrid, axis_aligned
from tests.support.synthetic_analysis import sphere_mm3
from tests.support.thorax import turned

SPACINGS = {"isotropic": (1.0, 1.0, 1.0), "thin pixels, thick slices": (2.5, 0.7, 0.7)}
CENTRE = PointMm(31.4, -12.7, 208.3)
CELLS = axis_aligned((16, 16, 16), (4.0, 4.0, 4.0), PointMm(0.0, -45.0, 177.0))
NODULE = abnormality("nodule")


def scan_grid(spacing_mm: tuple[float, float, float]) -> VoxelGrid:
    """Return a field of 60 mm around the lesion."""
    shape = tuple(round(60 / s) for s in spacing_mm)
    return axis_aligned((shape[0], shape[1], shape[2]), spacing_mm, PointMm(2.0, -42.0, 178.0))


def share_of_ball(grid: VoxelGrid, centre: PointMm, diameter_mm: float, rod_mm: float = 0.0) -> NDArray[np.float64]:
    """Return how much of each voxel lies in a ball, and in a vessel of that diameter through it; sampled 4×4×4."""

    def reach(away: NDArray[np.float64], more_mm: float) -> NDArray[np.bool_]:
        ball = np.linalg.norm(away, axis=1) <= diameter_mm / 2 + more_mm
        rod = np.hypot(away[:, 0], away[:, 2] - 0.3 * away[:, 1]) <= rod_mm / 2 + more_mm
        return np.asarray(ball | (rod & (rod_mm > 0)))

    share = np.zeros(grid.shape)
    index = np.argwhere(share == 0)
    index = index[reach(grid.points_mm(index.astype(np.float64)) - centre.array(), max(grid.spacing_mm))]
    steps = (np.arange(4) + 0.5) / 4 - 0.5
    for shift in np.stack(np.meshgrid(steps, steps, steps), -1).reshape(-1, 3):
        share[tuple(index.T)] += reach(grid.points_mm(index + shift) - centre.array(), 0.0) / 64
    return share


def scan_of(share: NDArray[np.float64], grid: VoxelGrid, hu: float = 40.0) -> Volume:
    """Return lung of −860 HU with what is dense in it."""
    noise = np.random.default_rng(4).normal(0, 12, size=grid.shape)
    return Volume(np.round(-860 + share * (hu + 860) + noise).astype(np.int16), grid)


def evidence(*balls: tuple[PointMm, float, float]) -> NDArray[np.float32]:
    """Return heat in the cells that a ball of (centre, diameter) half fills, of that strength."""
    heat = np.zeros(CELLS.shape, dtype=np.float32)
    for centre, diameter_mm, strength in balls:
        heat += ((share_of_ball(CELLS, centre, diameter_mm) > 0.4) * strength).astype(np.float32)
    return heat


def lungs() -> Lungs:
    """Return a right lung that fills the field."""
    everywhere = np.ones(CELLS.shape, dtype=np.uint8)
    return Lungs(everywhere, everywhere.astype(bool), CELLS)


def measured(volume: Volume, heat: NDArray[np.float32]) -> Lesion:
    """Return the only lesion."""
    (lesion,) = lesions_of(NODULE, Spots(heat, CELLS, 0.5), volume, lungs())
    return lesion


def assert_ball(lesion: Lesion, diameter_mm: float) -> None:
    """Volume within 10 %, diameters and centre within a millimetre."""
    assert lesion.volume_mm3 == pytest.approx(sphere_mm3(diameter_mm), rel=0.10)
    assert lesion.diameters_mm == pytest.approx((diameter_mm, diameter_mm), abs=1.0)
    assert lesion.centre.distance_mm(CENTRE) < 1.0


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("diameter_mm", [12.0, 20.0, 28.0])
def test_a_ball_is_measured(spacing: str, diameter_mm: float) -> None:
    grid = scan_grid(SPACINGS[spacing])
    volume = scan_of(share_of_ball(grid, CENTRE, diameter_mm), grid)
    lesion = measured(volume, evidence((CENTRE, diameter_mm, 1.0)))
    assert_ball(lesion, diameter_mm)
    assert -150 < lesion.mean_hu < 40
    assert lesion.location == "right_mid"


@pytest.mark.parametrize("diameter_mm", [5.0, 8.0])
def test_a_small_ball_in_thin_slices_is_measured(diameter_mm: float) -> None:
    grid = scan_grid((0.7, 0.7, 0.7))
    volume = scan_of(share_of_ball(grid, CENTRE, diameter_mm), grid)
    assert_ball(measured(volume, evidence((CENTRE, diameter_mm, 1.0))), diameter_mm)


def test_a_small_ball_in_thick_slices_is_measured_too_small() -> None:
    """Its poles fill less than half of a slice of 2.5 mm: a quarter of the volume may be missing."""
    grid = scan_grid(SPACINGS["thin pixels, thick slices"])
    lesion = measured(scan_of(share_of_ball(grid, CENTRE, 8.0), grid), evidence((CENTRE, 8.0, 1.0)))
    assert 0.75 < lesion.volume_mm3 / sphere_mm3(8.0) < 1.1
    assert lesion.diameters_mm == pytest.approx((8.0, 8.0), abs=1.0)


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("diameter_mm", [12.0, 16.0])
def test_a_ball_on_a_thin_vessel_is_measured_without_it(spacing: str, diameter_mm: float) -> None:
    grid = scan_grid(SPACINGS[spacing])
    volume = scan_of(share_of_ball(grid, CENTRE, diameter_mm, rod_mm=2.0), grid)
    assert_ball(measured(volume, evidence((CENTRE, diameter_mm, 1.0))), diameter_mm)


def test_ground_glass_is_measured_by_its_own_density() -> None:
    grid = scan_grid(SPACINGS["isotropic"])
    volume = scan_of(share_of_ball(grid, CENTRE, 20.0), grid, hu=-550.0)
    assert_ball(measured(volume, evidence((CENTRE, 20.0, 1.0))), 20.0)


@pytest.mark.parametrize("order", [(2, 0, 1), (1, 2, 0)])
def test_however_the_scan_is_stored(order: tuple[int, int, int]) -> None:
    grid = scan_grid(SPACINGS["thin pixels, thick slices"])
    volume = scan_of(share_of_ball(grid, CENTRE, 14.0), grid)
    heat = evidence((CENTRE, 14.0, 1.0))
    here, there = measured(volume, heat), measured(turned(volume, order, (True, False, True)), heat)
    assert there.centre.distance_mm(here.centre) < 1e-6
    assert there.volume_mm3 == pytest.approx(here.volume_mm3)
    assert there.diameters_mm == pytest.approx(here.diameters_mm)


def test_the_mask_is_a_crop_of_the_scan_where_the_lesion_is() -> None:
    grid = scan_grid(SPACINGS["isotropic"])
    share = share_of_ball(grid, CENTRE, 12.0)
    lesion = measured(scan_of(share, grid), evidence((CENTRE, 12.0, 1.0)))
    assert lesion.mask is not None
    assert lesion.grid is not None
    assert lesion.mask.shape == lesion.grid.shape
    first = grid.index(lesion.grid.point(Index(0, 0, 0))).array()
    assert np.allclose(first, np.round(first), atol=1e-6)
    block = tuple(slice(round(a), round(a) + n) for a, n in zip(first.tolist(), lesion.mask.shape, strict=True))
    inside = share[block] > 0.5
    assert np.count_nonzero(lesion.mask & inside) > 0.95 * np.count_nonzero(inside)


def test_strongest_evidence_first_and_each_body_once() -> None:
    grid = scan_grid(SPACINGS["isotropic"])
    other = CENTRE.moved(left=-20.0, posterior=-20.0, superior=18.0)
    share = share_of_ball(grid, CENTRE, 10.0) + share_of_ball(grid, other, 10.0)
    heat = evidence((CENTRE, 10.0, 1.0), (other, 10.0, 5.0))
    found = lesions_of(NODULE, Spots(heat, CELLS, 0.5), scan_of(share, grid), lungs())
    assert [lesion.centre.distance_mm(place) < 1 for lesion, place in zip(found, (other, CENTRE), strict=True)] == [
        True,
        True,
    ]


def test_evidence_without_a_body_is_no_lesion() -> None:
    grid = scan_grid(SPACINGS["isotropic"])
    empty = scan_of(np.zeros(grid.shape), grid)
    assert lesions_of(NODULE, Spots(evidence((CENTRE, 10.0, 1.0)), CELLS, 0.5), empty, lungs()) == ()


def test_no_evidence_no_lesion() -> None:
    grid = scan_grid(SPACINGS["isotropic"])
    volume = scan_of(share_of_ball(grid, CENTRE, 10.0), grid)
    assert lesions_of(NODULE, Spots(np.zeros(CELLS.shape, dtype=np.float32), CELLS, 0.5), volume, lungs()) == ()


def test_evidence_outside_the_scan_is_no_lesion() -> None:
    far = axis_aligned((20, 20, 20), (1.0, 1.0, 1.0), PointMm(500.0, 500.0, 500.0))
    volume = scan_of(np.zeros(far.shape), far)
    assert lesions_of(NODULE, Spots(evidence((CENTRE, 10.0, 1.0)), CELLS, 0.5), volume, lungs()) == ()


def test_a_lesion_cut_by_the_scans_end_is_measured_as_far_as_it_goes() -> None:
    whole = scan_grid(SPACINGS["isotropic"])
    share = share_of_ball(whole, CENTRE, 16.0)
    half = round(whole.index(CENTRE).slice)
    cut = whole.crop((half, 0, 0), (whole.shape[0] - half, whole.shape[1], whole.shape[2]))
    lesion = measured(scan_of(share[half:], cut), evidence((CENTRE, 16.0, 1.0)))
    assert lesion.volume_mm3 == pytest.approx(sphere_mm3(16.0) / 2, rel=0.2)


def test_a_nodule_on_the_chest_wall_ends_where_the_lung_does() -> None:
    """Density alone cannot tell them apart; the organs' map can."""
    grid = scan_grid(SPACINGS["isotropic"])
    share = share_of_ball(grid, CENTRE, 14.0)
    wall = grid.points_mm(np.argwhere(share >= 0).astype(np.float64))[:, 0].reshape(grid.shape) > CENTRE.left + 6
    lobe = np.where(wall, 0, code_of("left_upper")).astype(np.uint8)
    volume = scan_of(np.maximum(share, wall), grid)
    heat = evidence((CENTRE, 14.0, 1.0))
    (lesion,) = lesions_of(NODULE, Spots(heat, CELLS, 0.5), volume, lungs(), Organs(lobe, grid))
    inside = float(share[~wall].sum())
    assert lesion.volume_mm3 == pytest.approx(inside, rel=0.1)
    assert lesion.location == "left_upper"


def test_a_part_solid_nodule_is_measured_with_its_ground_glass() -> None:
    grid = scan_grid(SPACINGS["isotropic"])
    share = share_of_ball(grid, CENTRE, 20.0) * 0.4
    core = share_of_ball(grid, CENTRE.moved(left=2.0), 9.0)
    lesion = measured(scan_of(np.maximum(share, core), grid), evidence((CENTRE, 20.0, 1.0)))
    assert lesion.volume_mm3 == pytest.approx(sphere_mm3(20.0), rel=0.12)


def test_an_instance_needs_the_evidence_its_bundle_says_whatever_the_gain() -> None:
    """However many logit points a gain makes of it."""
    grid = scan_grid((1.0, 0.7, 0.7))
    volume, heat = scan_of(share_of_ball(grid, CENTRE, 10.0), grid), evidence((CENTRE, 10.0, 1.0))
    whole = float(heat.sum())
    for gain in (0.01, 50.0):
        scaled = np.asarray(heat * gain, dtype=np.float32)
        assert len(lesions_of(NODULE, Spots(scaled, CELLS, gain, 0.9 * whole), volume, lungs())) == 1
        assert lesions_of(NODULE, Spots(scaled, CELLS, gain, 1.1 * whole), volume, lungs()) == ()
