"""The displacement field does in ITK what the registration does here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it

from ai.change import Registration, moved
from ai.geometry import PointMm
from ai.report import write_field
from ai.volume import axis_aligned
from tests.support.synthetic_chest import motion

GRID = axis_aligned((40, 60, 50), (2.5, 1.2, 1.3), PointMm(-30, -40, 100))


def test_itk_moves_points_as_the_registration_does(tmp_path: Path) -> None:
    rigid = motion((2, -3, 4), (12, -8, 20))
    back = np.asarray(np.linalg.inv(rigid), dtype=np.float64)
    deeper = np.array([0.0, 3.0, -7.0])
    found = Registration(
        rigid, 0.9, warp_to_current=lambda p: moved(rigid, p), warp_to_prior=lambda p: moved(back, p) + deeper
    )
    path = write_field(found, GRID, tmp_path)
    field = sitk.ReadImage(str(path), sitk.sitkVectorFloat64)
    assert min(field.GetSpacing()) > 2.4
    transform = sitk.DisplacementFieldTransform(field)
    for place in ((0.0, -10.0, 140.0), (-15.0, 10.0, 160.0)):
        there = transform.TransformPoint(place)
        assert np.allclose(there, found.to_prior(np.array([place]))[0], atol=1e-3)
