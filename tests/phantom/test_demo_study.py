"""The demo patient, drawn coarsely: two scans of one woman a hundred days apart, with a nodule that grew."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from ai.phantom import demo
from ai.phantom.canvas import Canvas, Instance
from ai.phantom.lesions.focal import FocalLesion, draw_focal
from ai.series import Scan
from tests.support.synthetic_analysis import sphere_mm3

Drawn = tuple[tuple[Scan, Scan], list[Instance]]


@pytest.fixture(scope="module")
def coarse() -> Iterator[None]:
    """Draw the demo at 3 mm: a study of seconds becomes one of moments."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "_SPACING_MM", 3.0)
        yield


@pytest.fixture(scope="module")
def drawn(coarse: None) -> Drawn:
    """Return (prior, current) and the focal lesions in the order of drawing."""
    instances: list[Instance] = []

    def recorded(canvas: Canvas, lesion: FocalLesion) -> Instance:
        instances.append(draw_focal(canvas, lesion))
        return instances[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "draw_focal", recorded)
        return demo.demo_study(), instances


def test_one_patient_two_dates_in_order(drawn: Drawn) -> None:
    (prior, current), _ = drawn
    then, now = prior.series.study, current.series.study
    assert then.patient == now.patient
    assert then.taken_on is not None
    assert now.taken_on is not None
    assert (now.taken_on - then.taken_on).days == 100
    assert prior.series.uid != current.series.uid
    assert then.uid != now.uid


def test_one_nodule_grows_one_stays_one_goes_and_a_mass_comes(drawn: Drawn) -> None:
    _, (growing, steady, going, grown, still, mass) = drawn
    assert (growing.diameter_mm, steady.diameter_mm, going.diameter_mm) == (17.0, 16.0, 22.0)
    assert (grown.diameter_mm, still.diameter_mm, mass.diameter_mm) == (23.0, 16.0, 45.0)
    assert growing.centre == grown.centre
    assert steady.centre == still.centre
    assert grown.volume_mm3 / growing.volume_mm3 == pytest.approx(sphere_mm3(23) / sphere_mm3(17), rel=0.25)
    assert still.volume_mm3 == pytest.approx(steady.volume_mm3, rel=0.02)
    assert mass.label == "mass"


def test_the_priors_nodules_are_in_its_voxels(drawn: Drawn) -> None:
    (prior, _), (growing, steady, going, *_) = drawn
    for nodule in (growing, steady, going):
        s, r, c = (round(v / 3.0) for v in nodule.centre)
        near = prior.volume.hu[s - 1 : s + 2, r - 1 : r + 2, c - 1 : c + 2]
        assert near.max() > -350


def test_the_follow_up_lies_elsewhere(drawn: Drawn) -> None:
    (prior, current), _ = drawn
    moved = current.volume.grid.centre.array() - prior.volume.grid.centre.array()
    assert moved == pytest.approx([3.0, 6.0, 9.0])
    assert prior.volume.grid.shape == current.volume.grid.shape


def test_the_voxels_are_ct_like(drawn: Drawn) -> None:
    for scan in drawn[0]:
        hu = scan.volume.hu
        assert hu.min() >= -1024
        assert hu.max() <= 3071
        assert 0.1 < np.mean((hu > -950) & (hu < -600)) < 0.4
        assert 0.1 < np.mean((hu > -150) & (hu < 150)) < 0.6
        assert np.percentile(hu, 99.5) > 150


def test_it_is_the_same_every_time(drawn: Drawn, coarse: None) -> None:
    for one, two in zip(drawn[0], demo.demo_study(), strict=True):
        assert np.array_equal(one.volume.hu, two.volume.hu)
        assert one.volume.grid == two.volume.grid
        assert one.series == two.series
