"""Depth under the skin: millimetres, the lungs are body, the field's edge is no skin."""

from __future__ import annotations

import torch

from ai.phantom.body_surface import body_depth
from ai.phantom.canvas import Canvas


def block(lung: bool = False) -> Canvas:
    """Return a box of water of 80 × 80 × 80 mm in the middle of 160 mm of air, with a lung of 40 mm in it or not."""
    hu, depth = torch.full((80, 80, 80), -1000.0), torch.full((80, 80, 80), -5.0)
    hu[20:60, 20:60, 20:60] = 0.0
    if lung:
        hu[30:50, 30:50, 30:50] = -850.0
        depth[30:50, 30:50, 30:50] = 5.0
    return Canvas(hu, depth, torch.zeros((80, 80, 80), dtype=torch.bool), 2.0)


def test_depth_is_the_distance_to_the_skin() -> None:
    depth = body_depth(block())
    assert depth.shape == (80, 80, 80)
    assert abs(float(depth[40, 40, 25]) - 11) < 4
    assert abs(float(depth[40, 40, 40]) - 40) < 4
    assert abs(float(depth[40, 40, 10]) + 20) < 4
    inside = torch.zeros((80, 80, 80), dtype=torch.bool)
    inside[20:60, 20:60, 20:60] = True
    assert float(((depth > 0) == inside).float().mean()) > 0.97


def test_lungs_are_body() -> None:
    assert torch.allclose(body_depth(block(lung=True)), body_depth(block()))


def test_where_all_of_the_field_is_patient_there_is_no_skin() -> None:
    canvas = block()
    canvas.hu[:] = 0.0
    assert float(body_depth(canvas).min()) >= 160


def test_an_empty_field_has_no_body() -> None:
    canvas = block()
    canvas.hu[:] = -1000.0
    assert float(body_depth(canvas).max()) < 0
