"""Moves what is drawn: growth pushes neighbours aside and collapse draws them in, instead of erasing them."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai.phantom.canvas import Canvas

Block = tuple[slice, slice, slice]

_BACK_AND_FORTH = 4
"""Fixed-point steps by which a map is turned round; displacements here are smooth and far from folding."""


def warp(canvas: Canvas, block: Block, offset_mm: Tensor) -> None:
    """Move everything in a block: voxel x shows what was at ``x + offset``.

    Args:
        canvas: changed: voxels, depth, truth, unknown places, organs, landmarks and instances' centres.
        block: the part that moves; the offset should fade to 0 at its faces.
        offset_mm: (3, s, r, c) along (up, back, left); may be coarser than the block, it is then interpolated.
    """
    size = tuple(s.stop - s.start for s in block)
    if tuple(offset_mm.shape[1:]) != size:
        offset_mm = functional.interpolate(offset_mm[None], size=size, mode="trilinear", align_corners=True)[0]
    places = _places(size, offset_mm / canvas.spacing_mm)
    canvas.hu[block] = _sampled(canvas.hu[block], places, "bilinear")
    depth = canvas.depth_mm.clone()
    depth[block] = _sampled(depth[block], places, "bilinear")
    canvas.depth_mm = depth
    for layer in canvas.truth.values():
        layer[block] = _sampled(layer[block], places, "bilinear")
    for vague in canvas.unknown.values():
        vague[block] = _sampled(vague[block].float(), places, "nearest") > 0.5
    if canvas.organs is not None:
        canvas.organs[block] = _sampled(canvas.organs[block].float(), places, "nearest").to(torch.uint8)
    _move_landmarks(canvas, block, offset_mm)


def _places(size: tuple[int, ...], offset_voxels: Tensor) -> Tensor:
    """Sampling places for ``grid_sample``: last axis (left, back, up), −1…1."""
    axes = []
    for axis, n in enumerate(size):
        line = torch.arange(n, dtype=torch.float32).reshape([-1 if i == axis else 1 for i in range(3)])
        axes.append((line + offset_voxels[axis]) * (2 / max(1, n - 1)) - 1)
    return torch.stack([axes[2], axes[1], axes[0]], -1)[None]


def _sampled(values: Tensor, places: Tensor, mode: str) -> Tensor:
    found = functional.grid_sample(values[None, None], places, mode=mode, padding_mode="border", align_corners=True)
    return found[0, 0]


def _move_landmarks(canvas: Canvas, block: Block, offset_mm: Tensor) -> None:
    start = np.array([s.start for s in block]) * canvas.spacing_mm
    end = start + np.array(offset_mm.shape[1:]) * canvas.spacing_mm
    field = offset_mm.cpu().numpy()

    def offset_at(places: NDArray[np.float64]) -> NDArray[np.float64]:
        index = np.round((places - start) / canvas.spacing_mm).astype(int)
        inside = ((index >= 0) & (index < np.array(field.shape[1:]))).all(1)
        found = np.zeros_like(places)
        a, b, c = index[inside].T
        found[inside] = field[:, a, b, c].T
        return found

    def move(places: NDArray[np.float64]) -> NDArray[np.float64]:
        near = (places > start - canvas.spacing_mm) & (places < end + canvas.spacing_mm)
        if not near.all(1).any():  # most courses run elsewhere
            return places
        moved = places.copy()
        for _ in range(_BACK_AND_FORTH):
            moved = places - offset_at(moved)
        return moved

    # All places are moved at once: an airway tree has hundreds of branches.
    gathered: list[NDArray[np.float64]] = []

    def remember(places: NDArray[np.float64]) -> NDArray[np.float64]:
        gathered.append(places)
        return places

    canvas.landmarks.moved(remember)
    gathered += [np.array([one.centre], dtype=np.float64) for one in canvas.instances]
    if not gathered:
        return
    ends = np.cumsum([len(places) for places in gathered])[:-1]
    moved = iter(np.split(move(np.concatenate(gathered)), ends))
    canvas.landmarks = canvas.landmarks.moved(lambda _: next(moved))
    for number, one in enumerate(canvas.instances):
        a, b, c = next(moved)[0]
        canvas.instances[number] = one.moved((float(a), float(b), float(c)))
