"""Bodies with air inside: what is measured is their outer border, however little of the wall is evidence."""

from __future__ import annotations

import pytest

from tests.model.test_lesions import (
    CENTRE,
    SPACINGS,
    assert_ball,
    evidence,
    measured,
    scan_grid,
    scan_of,
    share_of_ball,
)
from tests.support.synthetic_analysis import sphere_mm3

_ACROSS_MM, _AIR_MM = 22.0, 12.0


@pytest.mark.parametrize("spacing", SPACINGS.values(), ids=SPACINGS.keys())
def test_a_cavity_belongs_to_its_nodule_where_a_piece_of_the_wall_is_evidence(
    spacing: tuple[float, float, float],
) -> None:
    grid = scan_grid(spacing)
    wall = share_of_ball(grid, CENTRE, _ACROSS_MM) - share_of_ball(grid, CENTRE, _AIR_MM)
    piece = CENTRE.moved(left=(_ACROSS_MM + _AIR_MM) / 4)
    found = measured(scan_of(wall, grid), evidence((piece, 8.0, 1.0)))
    assert_ball(found, _ACROSS_MM)
    assert found.mean_hu < -60


def test_a_bubble_beside_a_nodule_stays_outside_it() -> None:
    grid = scan_grid((1.0, 1.0, 1.0))
    beside = CENTRE.moved(left=11.5)
    wall = share_of_ball(grid, beside, 13.0) - share_of_ball(grid, beside, 9.0)
    share = (share_of_ball(grid, CENTRE, 12.0) + wall).clip(0, 1)
    found = measured(scan_of(share, grid), evidence((CENTRE, 12.0, 1.0)))
    assert found.volume_mm3 == pytest.approx(sphere_mm3(12.0), rel=0.2)
    assert found.centre.distance_mm(CENTRE) < 1.5


def test_an_open_wall_encloses_nothing() -> None:
    """A bowl is no cavity: its air is the lung's."""
    grid = scan_grid((1.0, 1.0, 1.0))
    wall = share_of_ball(grid, CENTRE, _ACROSS_MM) - share_of_ball(grid, CENTRE, _AIR_MM)
    hole = share_of_ball(grid, CENTRE.moved(left=-9.0), 12.0)
    piece = CENTRE.moved(left=(_ACROSS_MM + _AIR_MM) / 4)
    found = measured(scan_of((wall - hole).clip(0, 1), grid), evidence((piece, 8.0, 1.0)))
    assert found.volume_mm3 < 0.5 * sphere_mm3(_ACROSS_MM)
