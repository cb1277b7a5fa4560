"""One nodule in its surroundings, twice: finely drawn, grown by a known factor, taken by two protocols.

A whole thorax as fine as a real scan takes minutes to draw; a block around each nodule takes a second. The thorax is
drawn at 2 mm, the block is brought to 0.8 mm, and nodule, growth, slices, blur and noise are made there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from ai.geometry import PointMm
from ai.model.lung_bodies import Body, lung_body
from ai.phantom.canvas import Canvas
from ai.phantom.case import thorax_of
from ai.phantom.lesions.focal import Density, FocalLesion, draw_focal
from ai.phantom.lesions.nodules import drawn_nodule
from ai.phantom.scanner import Protocol, scanned
from ai.phantom.studies.fates import magnify
from ai.phantom.warping import warp
from ai.volume import Volume, VoxelGrid, axis_aligned

Mask = NDArray[np.bool_]

THORAX_MM, FINE_MM, CELL_MM, LUNG_MM = 2.0, 0.8, 4.0, 2.0
"""Voxels of the thorax, of a block; evidence cells and the lung's mask as the network gives them."""
MARGIN_MM = 22.0
NODULES_OF_PATIENT = 14
STEPS, STEP_SHARES = (1, 2, 3), (0.4, 0.3, 0.3)
"""Slices of 0.8, 1.6 and 2.4 mm, one behind the other."""
SIZES_MM = (4.0, 25.0)
FACTORS = (1.0, 1.15, 1.26, 1.45, 0.8)
"""Of the diameter: +0, +52, +100, +205 and −49 % of volume."""
FACTOR_SHARES = (0.5, 0.14, 0.13, 0.13, 0.1)


@dataclass(frozen=True, eq=False)
class Take:
    """One scan of a block: its voxels, where lung is, evidence, and what is true."""

    volume: Volume
    lung: tuple[Mask, VoxelGrid]
    cells: Mask
    cell_grid: VoxelGrid
    true_mm3: float
    protocol: Protocol
    slice_mm: float

    def measured(self) -> Body | None:
        """Measure the body from its evidence."""
        return lung_body(self.cells, self.cell_grid, self.volume, self.lung)


@dataclass(frozen=True, eq=False)
class Case:
    """A nodule then and now."""

    lesion: FocalLesion
    factor: float
    then: Take
    now: Take


def cases(seed: int, count: int = NODULES_OF_PATIENT) -> Iterator[Case]:
    """Draw the nodules of one patient."""
    rng = np.random.default_rng([seed, 77])
    with torch.no_grad():
        thorax = thorax_of(seed, THORAX_MM)
        for _ in range(count):
            lesion = drawn_nodule(thorax, rng, SIZES_MM)
            if lesion is not None and lesion.cavity is None:
                factor = float(rng.choice(FACTORS, p=FACTOR_SHARES))
                small = lesion.diameter_mm * factor < SIZES_MM[0]
                yield _case(thorax, lesion, 1.0 if small else factor, rng)


def _case(thorax: Canvas, lesion: FocalLesion, factor: float, rng: np.random.Generator) -> Case:
    block, centre = _block(thorax, lesion)
    draw_focal(block, replace(lesion, centre=centre))
    now = block.copy()
    number = next(n for n, one in enumerate(now.instances) if one.label in ("nodule", "mass"))
    if factor != 1.0:
        magnify(now, number, factor)
    _breathe(now, rng)
    return Case(lesion, factor, _take(block, rng), _take(now, rng))


def _block(thorax: Canvas, lesion: FocalLesion) -> tuple[Canvas, tuple[float, float, float]]:
    region = thorax.region(lesion.centre, MARGIN_MM + lesion.diameter_mm)
    start = [s.start * thorax.spacing_mm for s in region.block]
    size = [round((s.stop - s.start - 1) * thorax.spacing_mm / FINE_MM) + 1 for s in region.block]
    hu = _finer(thorax.hu[region.block], size)
    depth = _finer(thorax.depth_mm[region.block], size)
    right = torch.zeros(size, dtype=torch.bool)
    a, b, c = (float(v - s) for v, s in zip(lesion.centre, start, strict=True))
    return Canvas(hu, depth, right, FINE_MM), (a, b, c)


def _finer(values: torch.Tensor, size: list[int]) -> torch.Tensor:
    return functional.interpolate(values[None, None].float(), size=size, mode="trilinear", align_corners=True)[0, 0]


def _breathe(canvas: Canvas, rng: np.random.Generator) -> None:
    """Another breath: the lung a little denser or thinner, the nodule elsewhere between the voxels, slightly turned."""
    canvas.hu += float(rng.uniform(-35, 35)) * ((-600 - canvas.hu) / 200).clamp(0, 1)
    shape = canvas.shape
    shift = torch.as_tensor(rng.uniform(-1.2, 1.2, 3), dtype=torch.float32)
    offset = torch.ones((3, *shape)) * shift[:, None, None, None]
    warp(canvas, (slice(0, shape[0]), slice(0, shape[1]), slice(0, shape[2])), offset)


def _take(canvas: Canvas, rng: np.random.Generator) -> Take:
    step = int(rng.choice(STEPS, p=STEP_SHARES))
    slice_mm = step * FINE_MM
    drawn = Protocol.drawn(rng)
    protocol = replace(
        drawn, thickness_mm=slice_mm, increment_mm=0.0, shoulders=0.0, hardening_hu=0.0, streaks=0.0, ring_hu=0.0,
        stir_mm=0.0, breath_mm=0.0, field_mm=0.0,
        noise_hu=float(np.clip(drawn.noise_hu * (max(drawn.thickness_mm, 1.0) / max(slice_mm, 1.0)) ** 0.4, 5, 60)),
    )  # fmt: skip
    picture = scanned(canvas.hu, FINE_MM, protocol, rng)
    first = int(rng.integers(0, step))
    hu = np.ascontiguousarray(picture[first::step].numpy())
    grid = axis_aligned(hu.shape, (slice_mm, FINE_MM, FINE_MM), PointMm(0, 0, first * FINE_MM))
    share = canvas.truth[next(label for label in ("nodule", "mass") if label in canvas.truth)]
    cells, cell_grid = _evidence(share, rng)
    depth = _finer(canvas.depth_mm, [round(n * FINE_MM / LUNG_MM) for n in canvas.shape])
    scale = [(n - 1) * FINE_MM / (m - 1) for n, m in zip(canvas.shape, depth.shape, strict=True)]
    lung = (
        (depth > 0).numpy(),
        axis_aligned(
            (depth.shape[0], depth.shape[1], depth.shape[2]), (scale[0], scale[1], scale[2]), PointMm(0, 0, 0)
        ),
    )
    return Take(Volume(hu, grid), lung, cells, cell_grid, float(share.sum()) * FINE_MM**3, protocol, slice_mm)


def _evidence(share: torch.Tensor, rng: np.random.Generator) -> tuple[Mask, VoxelGrid]:
    """The cells that the nodule fills to two fifths, and the one in which most of it lies."""
    first = rng.uniform(-CELL_MM, 0, 3)
    shape = [int(n * FINE_MM / CELL_MM) + 2 for n in share.shape]
    spots = np.argwhere(share.numpy() > 0)
    weights = share.numpy()[tuple(spots.T)]
    index = np.floor((spots * FINE_MM - first) / CELL_MM).astype(int)
    filled = np.zeros(shape)
    np.add.at(filled, tuple(index.T), weights * (FINE_MM / CELL_MM) ** 3)
    cells = (filled > 0.4) | (filled == filled.max())
    up, back, left = first + CELL_MM / 2
    return cells, axis_aligned(filled.shape, (CELL_MM,) * 3, PointMm(float(left), float(back), float(up)))


def kind_of(lesion: FocalLesion) -> str:
    """Return solid (calcified too), part-solid or ground-glass."""
    return "solid" if lesion.density in (Density.SOLID, Density.CALCIFIED) else str(lesion.density)
