"""Where a finding is, in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ai.findings import Finding, Peak
from ai.geometry import Index
from ai.organs import LOBES, Organs, code_of
from ai.places import places_of
from ai.volume import axis_aligned
from tests.support.readings import FIRST_VOXEL, analysis_of
from viewer.state.whereabouts import place, whereabouts

GRID = axis_aligned((14, 4, 4), (20.0, 20.0, 20.0), FIRST_VOXEL)


@pytest.fixture
def organs() -> Organs:
    """Return every second slice filled by one of the lobes, then the heart."""
    codes = np.zeros(GRID.shape, dtype=np.uint8)
    for number, name in enumerate((*LOBES, "heart")):
        codes[2 * number] = code_of(name)
    return Organs(codes, GRID)


def diffuse(*peaks: tuple[int, float]) -> Finding:
    """Return a finding without instances that peaks in slices, with evidence."""
    finding = analysis_of(GRID, groundglass=2.0).findings[0]
    return replace(finding, lesions=(), peaks=tuple(Peak(GRID.point(Index(n, 2, 2)), e) for n, e in peaks))


def test_heat_is_where_its_notable_peaks_are_the_strongest_first(organs: Organs) -> None:
    assert whereabouts(diffuse((10, 1.0), (4, 3.0), (0, 0.1)), organs) == "right lower, heart"


def test_all_lobes_of_a_side_are_a_lung(organs: Organs) -> None:
    assert whereabouts(diffuse((0, 1.0), (2, 1.0), (4, 1.0), (6, 1.0)), organs) == "right lung, left upper"
    assert whereabouts(diffuse(*((2 * n, 1.0) for n in range(6))), organs) == "both lungs, heart"


def test_nothing_near_or_nothing_known_is_left_unsaid(organs: Organs) -> None:
    assert whereabouts(diffuse((13, 1.0)), organs) == ""
    assert whereabouts(diffuse((0, 1.0)), None) == ""


def test_instances_know_their_place_the_largest_first(organs: Organs) -> None:
    finding = analysis_of(GRID, nodule=2.0).findings[0]
    large = replace(finding.lesions[0], location="left_lower", volume_mm3=9000.0)
    assert places_of(replace(finding, lesions=(*finding.lesions, large)), organs) == ("left_lower", "right_upper")


def test_more_than_three_places_are_counted() -> None:
    finding = analysis_of(GRID, nodule=2.0).findings[0]
    names = ("right_upper", "left_upper", "heart", "aorta", "rib")
    lesions = tuple(replace(finding.lesions[0], location=name) for name in names)
    assert whereabouts(replace(finding, lesions=lesions), None) == "right upper, left upper, heart +2"


def test_a_location_is_written_as_a_reader_would() -> None:
    assert place("right_mid") == "right middle"


def test_what_spreads_says_how_much_of_the_lungs_it_covers(organs: Organs) -> None:
    extent = (("lungs", 0.34), ("right_upper", 0.1), ("right_lower", 0.9), ("left_lower", 0.5), ("left_upper", 0.0))
    spread = replace(diffuse((0, 1.0)), extent=extent)
    assert whereabouts(spread, organs) == "right lower, left lower · 34% of the lungs"
    patch = replace(spread, extent=(("lungs", 0.004), ("right_upper", 0.02)))
    assert whereabouts(patch, organs) == "right upper · under 1% of the lungs"
