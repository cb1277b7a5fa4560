"""A second, smaller network that looks closely at each candidate: is there a nodule in the middle of this cube?

The first network reads the whole scan at 2 mm and asks 39 questions of it at once; many a small nodule is a faint
place there, and many a vessel a strong one. This one sees 48 mm around a place at 1.5 mm and answers one question. The
heat and the probability of the finding stay the first network's; what this one says is how sure an instance is.
(Candidates first, then false positives reduced: Setio et al., IEEE Trans Med Imaging 2016;35:1160.)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ai.anatomy import standardised
from ai.findings import Thresholds
from ai.geometry import Matrix
from ai.model.candidates import Candidates
from ai.model.layers import Residual, channels_last, convolved, folded
from ai.model.network import WINDOWS_HU, windowed
from ai.progress import QUIET, Progress
from ai.volume import Volume

SPACING_MM = 1.5
SIDE = 32
"""Voxels of a cube along each axis."""
WIDTHS = (32, 64, 128)
"""Channels at 3, 6 and 12 mm."""
_HIDDEN = 64
_LEFT_OUT = 0.3
_AT_ONCE = 16
TYPICAL, _SPREAD = -3.0, 2.0
"""Logits of candidates' places, about."""


class CloseNet(nn.Module):
    """Says how sure a nodule is in the middle of a cube.

    Args:
        widths: channels per level.
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        first = widths[0]
        self.widths = widths
        self.first = nn.Sequential(
            nn.Conv3d(len(WINDOWS_HU), first, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm3d(first),
            nn.ReLU(inplace=True),
            Residual(first),
        )
        self.down = nn.ModuleList(nn.Sequential(convolved(a, b, stride=2), Residual(b)) for a, b in pairwise(widths))
        self.hidden = nn.Sequential(nn.Linear(2 * widths[-1] + 1, _HIDDEN), nn.ReLU(), nn.Dropout(_LEFT_OUT))
        self.answer = nn.Linear(_HIDDEN, 1)
        channels_last(self)

    def forward(self, hu: Tensor, places: Tensor) -> Tensor:
        """Return logits (n,).

        Args:
            hu: Hounsfield units (n, 1, 32, 32, 32) at 1.5 mm, axes rising to the head, the back, the left.
            places: (n,) logits of the first network at these places.
        """
        x = self.first(windowed(hu).contiguous(memory_format=torch.channels_last_3d))
        for level in self.down:
            x = level(x)
        inner = slice(x.shape[2] // 2 - 1, x.shape[2] // 2 + 1)
        around, middle = x.mean((2, 3, 4)), x[:, :, inner, inner, inner].mean((2, 3, 4))
        known = ((places - TYPICAL) / _SPREAD)[:, None]
        said: Tensor = self.answer(self.hidden(torch.cat([around, middle, known], 1)))
        return said[:, 0]


@dataclass(frozen=True, eq=False)
class CloseLook:
    """The network with what it answers.

    Args:
        network: in evaluation mode, on the CPU.
        abnormality: whose instances it tells apart from what resembles them.
        weighing: of its answer, of the first network's peak there, and what is added: the sum is a logit that means
            what it says.
        thresholds: how sure an instance must be to make the finding present by itself, for each setting.
        least: how sure it must be to be listed at all.
        trained_on: for the card.
    """

    network: CloseNet
    abnormality: str
    thresholds: Thresholds
    trained_on: str = ""
    weighing: tuple[float, float, float] = (1.0, 0.0, 0.0)
    least: float = 0.0

    def logits(
        self, volume: Volume, places_mm: Matrix, found: Candidates, progress: Progress = QUIET
    ) -> NDArray[np.float64]:
        """Return how sure an instance is at each candidate, as logits (n,).

        Args:
            volume: the scan.
            places_mm: (n, 3) LPS, of the candidates.
            found: the candidates.
            progress: asked after every few of them whether to go on.
        """
        answers, network = [np.zeros(0)], folded(self.network)
        for start in range(0, len(places_mm), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            cubes = cubes_around(volume, places_mm[some])
            with torch.inference_mode():
                said = network(cubes[:, None], torch.from_numpy(found.logits[some]).float())
            answers.append(said.double().numpy())
            progress.report(min(1.0, (start + _AT_ONCE) / len(places_mm)), "looking closely")
        own, peak, added = self.weighing
        return own * np.concatenate(answers) + peak * found.peaks + added


def cubes_around(volume: Volume, places_mm: Matrix, side: int = SIDE, spacing_mm: float = SPACING_MM) -> Tensor:
    """Return a cube of Hounsfield units around each place, float32 (n, side, side, side), axes as the network's.

    Linear between voxels; voxels finer than the cubes' are averaged. Beyond the scan its outermost voxels go on.
    """
    array, grid = standardised(volume.hu, volume.grid)
    steps = [spacing_mm / own for own in grid.spacing_mm]
    cubes = np.zeros((len(places_mm), side, side, side), dtype=np.float32)
    for cube, spot in zip(cubes, grid.indices(places_mm), strict=True):
        parts = [_line(float(at), step, side, n) for at, step, n in zip(spot, steps, array.shape, strict=True)]
        block = array[tuple(part for part, _ in parts)].astype(np.float32)
        for _, weights in parts:  # along the first axis, which then becomes the last: three times, and all is in place
            block = np.tensordot(block, weights, axes=(0, 1))
        cube[:] = block
    return torch.from_numpy(cubes)


def _line(middle: float, step: float, side: int, count: int) -> tuple[slice, NDArray[np.float32]]:
    """Which voxels of an axis a cube needs, and how much each gives to each of its places, (side, voxels).

    Args:
        middle: of the cube, in voxels.
        step: between its places, in voxels; each takes from a triangle as wide as the larger of both.
        side: places.
        count: voxels there are.
    """
    places = np.clip(middle + (np.arange(side) - (side - 1) / 2) * step, 0, count - 1)
    reach = max(step, 1.0)
    low = max(0, int(np.ceil(places[0] - reach)))
    high = min(count, int(np.floor(places[-1] + reach)) + 1)
    weights = np.clip(1 - np.abs(places[:, None] - np.arange(low, high)) / reach, 0, None)
    return slice(low, high), (weights / weights.sum(1, keepdims=True)).astype(np.float32)
