"""Where a lung lies, its hilum and its lobes: from what is known of a thorax, else as textbooks draw them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ai.organs import LOBES, code_of
from ai.phantom.canvas import Canvas, Vector
from ai.phantom.fields import blurred, smooth_field
from ai.phantom.warping import Block

_COARSE_MM = 6.0
_LEAST_VOXELS = 30
_ENHANCED_HU = 90.0
"""Blood above it has contrast in it; blood without is 32–50 HU."""


@dataclass(frozen=True)
class Lung:
    """One lung's box.

    Args:
        right: which.
        block: its box in the canvas.
        low, high: the box's ends, millimetres (up, back, left).
        hilum: where its bronchus enters.
    """

    right: bool
    block: Block
    low: Vector
    high: Vector
    hilum: Vector

    @property
    def outward(self) -> float:
        """Sign of the left axis away from the midline."""
        return -1.0 if self.right else 1.0

    @property
    def size(self) -> Vector:
        """Height, depth and width of the box."""
        return self.high[0] - self.low[0], self.high[1] - self.low[1], self.high[2] - self.low[2]

    @property
    def lobes(self) -> tuple[str, ...]:
        """Names of its lobes."""
        return LOBES[:3] if self.right else LOBES[3:]


def lungs(canvas: Canvas) -> list[Lung]:
    """Find the lungs: right first, one missing where there is none."""
    found = [_lung(canvas, right) for right in (True, False)]
    return [lung for lung in found if lung is not None]


def _lung(canvas: Canvas, right: bool) -> Lung | None:
    n = _stride(canvas)
    mask = (canvas.depth_mm[::n, ::n, ::n] > 0) & (canvas.right[::n, ::n, ::n] == right)
    if int(mask.sum()) < _LEAST_VOXELS:
        return None
    block, low, high = [], [], []
    for axis in range(3):
        others = [a for a in range(3) if a != axis]
        line = torch.nonzero(mask.any(others[1]).any(others[0]).reshape(-1))
        start, stop = max(0, (int(line.min()) - 1) * n + 1), min(canvas.shape[axis], (int(line.max()) + 1) * n)
        block.append(slice(start, stop))
        low.append(start * canvas.spacing_mm)
        high.append((stop - 1) * canvas.spacing_mm)
    box = (block[0], block[1], block[2])
    ends = (low[0], low[1], low[2]), (high[0], high[1], high[2])
    hilum = _known_hilum(canvas, right) or _guessed_hilum(canvas, right, mask, *ends)
    return Lung(right, box, *ends, hilum)


def _stride(canvas: Canvas) -> int:
    return max(1, round(_COARSE_MM / canvas.spacing_mm))


def _known_hilum(canvas: Canvas, right: bool) -> Vector | None:
    station = canvas.landmarks.nodes.get("10R" if right else "10L")
    if station is not None:
        return station
    ends = [a.course.points[-1] for a in canvas.landmarks.airways if a.generation == 1]
    if len(ends) < 2:
        return None
    ends.sort(key=lambda end: end[2])
    return ends[0] if right else ends[-1]


def _guessed_hilum(canvas: Canvas, right: bool, mask: Tensor, low: Vector, high: Vector) -> Vector:
    """Half way up, in the middle from front to back, at the medial surface."""
    up, back = low[0] + 0.52 * (high[0] - low[0]), low[1] + 0.52 * (high[1] - low[1])
    step = _stride(canvas) * canvas.spacing_mm
    around = round(16 / step)
    s, r = round(up / step), round(back / step)
    near = mask[max(0, s - around) : s + around + 1, max(0, r - around) : r + around + 1]
    columns = torch.nonzero(near)[:, 2].float()
    if columns.numel() == 0:
        return up, back, (high[2] if right else low[2])
    edge = float(torch.quantile(columns, 0.95 if right else 0.05)) * step
    return up, back, edge + (-6.0 if right else 6.0)


def relative(canvas: Canvas, block: Block, centre: Vector) -> tuple[Tensor, Tensor, Tensor]:
    """Return a block's coordinates from a centre, millimetres, ready to broadcast."""
    lines = [
        torch.arange(part.start, part.stop, dtype=torch.float32) * canvas.spacing_mm - middle
        for part, middle in zip(block, centre, strict=True)
    ]
    return lines[0][:, None, None], lines[1][None, :, None], lines[2][None, None, :]


def lobe_share(canvas: Canvas, lung: Lung, lobe: str, rng: np.random.Generator) -> Tensor:
    """Return how much of each voxel of the lung's box belongs to a lobe, the pleura left to the caller.

    Where the lobes are not known the fissures are laid as in textbooks: the oblique one from the fifth thoracic
    vertebra to the front of the diaphragm, the minor one level with the hilum, both a little uneven.
    """
    if canvas.organs is not None:
        codes = canvas.organs[lung.block]
        mask = (codes == code_of(lobe)).float()
        if float(mask.sum()) > _LEAST_VOXELS:
            # Relative to the lobes beside it, so that a lobe does not fade towards the pleura.
            some = ((codes > 0) & (codes <= len(LOBES))).float()
            soft = (0.5, 0.5, 0.5)
            return blurred(mask, soft) / blurred(some, soft).clamp_min(1e-3)
    up, back, left = relative(canvas, lung.block, lung.low)
    height, depth, _ = lung.size
    shape = (up.shape[0], back.shape[1], left.shape[2])
    uneven = smooth_field(shape, 45 / canvas.spacing_mm, rng) * 3
    tilt = 0.72 * height / (0.78 * depth)
    oblique = (up - 0.02 * height - tilt * (back - 0.2 * depth)) / (1 + tilt**2) ** 0.5 + uneven
    edge = 0.4 * canvas.spacing_mm
    above = torch.sigmoid(oblique / edge)
    if lobe.endswith("lower"):
        return 1 - above
    if not lung.right:
        return above
    minor = torch.sigmoid((up - 0.47 * height + 0.06 * (back - 0.5 * depth) + uneven) / edge)
    return above * (minor if lobe.endswith("upper") else 1 - minor)


def inside_lung(canvas: Canvas, block: Block, right: bool | None = None, inset_mm: float = 0.0) -> Tensor:
    """Return the share of each voxel that is lung, of one side where that is asked for."""
    share = torch.sigmoid((canvas.depth_mm[block] - inset_mm) / (0.4 * canvas.spacing_mm))
    return share if right is None else share * (canvas.right[block] == right)


def enhancement_hu(canvas: Canvas) -> float:
    """Return the blood's density where it is enhanced by contrast, else 0, looked for in heart and great vessels."""
    marks = canvas.landmarks
    places: list[Vector] = [
        c.at(0.5)[0] for c in (marks.aorta, marks.pulmonary_trunk, marks.vena_cava) if c is not None
    ]
    places += [marks.heart.middle] if marks.heart is not None else []
    if not places:
        places = [place for lung in lungs(canvas)[:1] for place in _between(canvas, lung)]
    values = [canvas.hu[canvas.region(place, 4.0).block].median() for place in places]
    best = max((float(v) for v in values), default=0.0)
    return best if _ENHANCED_HU < best < 600 else 0.0


def _between(canvas: Canvas, lung: Lung) -> list[Vector]:
    """Places in the heart's way, from the hilum towards the other side and down."""
    up, back, left = lung.hilum
    return [(up - 10.0 * k, back - 12.0, left - lung.outward * (20 + 12.0 * j)) for k in range(4) for j in range(4)]


_TRIALS = 3000


def place_in(
    canvas: Canvas, lung: Lung, rng: np.random.Generator, depth_mm: tuple[float, float] = (0.0, 999.0),
    height: tuple[float, float] = (0.0, 1.0), behind: float = 0.0, lobe: Tensor | None = None,
) -> Vector | None:  # fmt: skip
    """Choose a voxel of a lung by chance; None where thousands of trials find none.

    Args:
        canvas: the thorax.
        lung: which lung.
        rng: source of chance.
        depth_mm: least and greatest depth under the pleura.
        height: least and greatest height, shares of the lung's.
        behind: least share of the lung's depth from its front.
        lobe: share of each voxel of the lung's box that may be chosen; most of a voxel must be.
    """
    counts = [part.stop - part.start for part in lung.block]
    trials = [rng.integers(n, size=_TRIALS) for n in counts]
    share_up, share_back = trials[0] / counts[0], trials[1] / counts[1]
    fits = (share_up >= height[0]) & (share_up <= height[1]) & (share_back >= behind)
    local = [torch.as_tensor(line[fits]) for line in trials]
    up, back, left = (line + part.start for line, part in zip(local, lung.block, strict=True))
    depth = canvas.depth_mm[up, back, left]
    good = (depth > depth_mm[0]) & (depth < depth_mm[1]) & (canvas.right[up, back, left] == lung.right)
    if lobe is not None:
        good &= lobe[local[0], local[1], local[2]] > 0.6
    found = torch.nonzero(good)
    if found.numel() == 0:
        return None
    first = int(found[0])
    mm = canvas.spacing_mm
    return float(up[first]) * mm, float(back[first]) * mm, float(left[first]) * mm
