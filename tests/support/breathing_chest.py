"""A chest of boxes in two breaths: lungs are pressed together from below by a known share, and keep their mass."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ai.change import Registration
from ai.findings import Analysis, Finding, Heatmap, Quantity, sigmoid
from ai.geometry import Matrix
from ai.organs import Organs, code_of
from ai.vocabulary import abnormality
from ai.volume import VoxelGrid
from tests.support.known_chest import LEFT_LUNG, RIGHT_LUNG, Box, KnownChest, inside
from tests.support.synthetic_analysis import CARD

APEX_MM = 70.0
UPPER, LOWER = (2.0, 70.0), (-70.0, 2.0)
"""Edges of the model's cells lie here."""
LOBES: dict[str, Box] = {
    "right_upper": (UPPER, *RIGHT_LUNG[1:]),
    "right_lower": (LOWER, *RIGHT_LUNG[1:]),
    "left_upper": (UPPER, *LEFT_LUNG[1:]),
    "left_lower": (LOWER, *LEFT_LUNG[1:]),
}
"""In the full breath."""
LOBE_ML = {lobe: (box[0][1] - box[0][0]) * 120 * 80 / 1000 for lobe, box in LOBES.items()}


@dataclass
class BreathingChest:
    """One scan.

    Args:
        breath: height of the lungs as a share of the full breath's; the apex stays where it is.
        hu: mean density of each lobe in the full breath; −850 where none is named.
        emphysema: lobe → (share of its voxels, their density in the full breath).
        noise_hu: standard deviation.
    """

    breath: float = 1.0
    hu: dict[str, float] = field(default_factory=dict)
    emphysema: dict[str, tuple[float, float]] = field(default_factory=dict)
    noise_hu: float = 0.0

    def drawn(self) -> KnownChest:
        """Draw it; lung keeps its mass, soft tissue its density."""
        chest = KnownChest((2.0, 2.0, 2.0))
        rng = np.random.default_rng(5)
        chest.hu[:] = 30.0
        chest.sides[:] = 0
        for lobe, box in self.lobes.items():
            where = np.flatnonzero(inside(chest.grid, box))
            chest.hu.ravel()[where] = self._in_breath(self.hu.get(lobe, -850.0))
            share, sparse = self.emphysema.get(lobe, (0.0, 0.0))
            chosen = rng.permutation(where)[: round(share * where.size)]
            chest.hu.ravel()[chosen] = self._in_breath(sparse)
            chest.sides[inside(chest.cells, box)] = 1 if lobe.startswith("right") else 2
            chest.organ(lobe, inside(chest.cells, box))
        chest.hu += rng.normal(0, self.noise_hu, chest.hu.shape) if self.noise_hu else 0
        return chest

    @property
    def lobes(self) -> dict[str, Box]:
        """Where the lobes lie in this breath."""
        return {lobe: (self._pressed(box[0]), box[1], box[2]) for lobe, box in LOBES.items()}

    def _pressed(self, height: tuple[float, float]) -> tuple[float, float]:
        low, high = (APEX_MM - (APEX_MM - z) * self.breath for z in height)
        return low, high

    def _in_breath(self, full_hu: float) -> float:
        return (full_hu + 1000) / self.breath - 1000


def breath_between(prior: BreathingChest, current: BreathingChest) -> Registration:
    """Return the exact map between two breaths."""

    def scaled(factor: float) -> Matrix:
        matrix = np.eye(4)
        matrix[2, 2], matrix[2, 3] = factor, APEX_MM * (1 - factor)
        return matrix

    there, back = scaled(prior.breath / current.breath), scaled(current.breath / prior.breath)
    return Registration(
        np.eye(4),
        0.95,
        warp_to_current=lambda points: points @ back[:3, :3].T + back[:3, 3],
        warp_to_prior=lambda points: points @ there[:3, :3].T + there[:3, 3],
    )


def heat_in(boxes: dict[Box, float], grid: VoxelGrid, name: str = "groundglass", bias: float = -3.0) -> Finding:
    """Return a finding whose heat is spread evenly over boxes: so many logit points in each."""
    values = np.zeros(grid.shape, np.float32)
    for box, points in boxes.items():
        where = inside(grid, box)
        values[where] += points / np.count_nonzero(where)
    heatmap = Heatmap(values, grid, bias)
    return Finding(abnormality(name), sigmoid(heatmap.logit), 0.5, heatmap.logit, heatmap)


def analysed(chest: KnownChest, *findings: Finding, quantities: tuple[Quantity, ...] = ()) -> Analysis:
    """Return what a model would say that draws lobes."""
    return Analysis(findings, CARD, "cpu", 1.0, quantities=quantities, organs=chest.organs)


def fissures_at(chest: KnownChest, height_mm: float) -> Organs:
    """Return the chest's lobes as a model that puts every fissure elsewhere would draw them."""
    codes = chest.codes.copy()
    for side, lung in (("right", RIGHT_LUNG), ("left", LEFT_LUNG)):
        box: Box = ((-90.0, height_mm), lung[1], lung[2])
        own = (codes == code_of(f"{side}_upper")) | (codes == code_of(f"{side}_lower"))
        codes[own] = code_of(f"{side}_upper")
        codes[own & inside(chest.cells, box)] = code_of(f"{side}_lower")
    return Organs(codes, chest.cells)
