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
from torch.nn import functional

from ai.findings import Thresholds
from ai.geometry import Matrix
from ai.model.layers import Residual, channels_last, convolved
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
        thresholds: how sure an instance must be: the sensitive one to be listed at all, that of the reader's setting to
            make the finding present.
        trained_on: for the card.
    """

    network: CloseNet
    abnormality: str
    thresholds: Thresholds
    trained_on: str = ""

    def logits(
        self, volume: Volume, places_mm: Matrix, places: NDArray[np.float64], progress: Progress = QUIET
    ) -> NDArray[np.float64]:
        """Return how sure an instance is at each place, as logits (n,).

        Args:
            volume: the scan.
            places_mm: (n, 3) LPS.
            places: (n,) logits of the first network there.
            progress: asked after every few places whether to go on.
        """
        answers = [np.zeros(0)]
        for start in range(0, len(places_mm), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            cubes = cubes_around(volume, places_mm[some])
            with torch.inference_mode():
                said = self.network(cubes[:, None], torch.from_numpy(places[some]).float())
            answers.append(said.double().numpy())
            progress.report(min(1.0, (start + _AT_ONCE) / len(places_mm)), "looking closely")
        return np.concatenate(answers)


def cubes_around(volume: Volume, places_mm: Matrix, side: int = SIDE, spacing_mm: float = SPACING_MM) -> Tensor:
    """Return a cube of Hounsfield units around each place, float32 (n, side, side, side), axes as the network's.

    Voxels much finer than the cubes' are averaged; beyond the scan its outermost voxels go on.
    """
    finer = max(1, round(spacing_mm / min(volume.grid.spacing_mm)))
    line = (np.arange(side * finer) - (side * finer - 1) / 2) * (spacing_mm / finer)
    up, back, left = np.meshgrid(line, line, line, indexing="ij")
    around = np.stack([left, back, up], -1).reshape(-1, 3)
    cubes = [_sampled(volume, place + around, side * finer) for place in places_mm]
    if not cubes:
        return torch.zeros((0, side, side, side))
    return functional.avg_pool3d(torch.stack(cubes)[:, None], finer)[:, 0] if finer > 1 else torch.stack(cubes)


def _sampled(volume: Volume, points_mm: Matrix, side: int) -> Tensor:
    """Hounsfield units at points, trilinear, from the block of the scan that holds them."""
    indices = volume.grid.indices(points_mm)
    shape = np.array(volume.grid.shape)
    low = np.clip(np.floor(indices.min(0)).astype(int), 0, shape - 1)
    high = np.clip(np.ceil(indices.max(0)).astype(int) + 1, low + 1, shape)
    block = volume.hu[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    places = (2 * (indices - low) + 1) / (high - low) - 1
    where = torch.from_numpy(places[:, ::-1].astype(np.float32)).reshape(1, side, side, side, 3)
    hu = torch.from_numpy(np.ascontiguousarray(block)).float()[None, None]
    return functional.grid_sample(hu, where, mode="bilinear", padding_mode="border", align_corners=False)[0, 0]
