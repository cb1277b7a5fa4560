"""Noise as a scanner makes it: coloured in plane, stronger along long paths, streaky between the shoulders."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_WATER_PER_MM = 0.019
"""Attenuation of water at 120 kV (effective 70 keV), NIST."""
_USUAL_PATH_MM = 280.0
_MODULATION = 0.5
"""Automatic exposure takes back about half of what a long path adds (square-root modulation, Gies 1999)."""


def coloured_noise(shape: tuple[int, int, int], cutoff_per_voxel: float, generator: torch.Generator) -> Tensor:
    """Return noise of unit variance whose power in plane is f·exp(−(f/f0)²) (ramp times apodisation).

    Args:
        shape: (slices, rows, columns); slices are independent.
        cutoff_per_voxel: f0 in cycles per voxel.
        generator: source of chance.
    """
    slices, (rows, columns) = shape[0], (_quick(n) for n in shape[1:])
    down, across = torch.fft.fftfreq(rows), torch.fft.rfftfreq(columns)
    frequency = torch.sqrt(down[:, None] ** 2 + across[None] ** 2)
    response = torch.sqrt(frequency) * torch.exp(-0.5 * (frequency / cutoff_per_voxel) ** 2)
    # Reconstruction filters do not fall to zero at once: a little of the lowest frequencies is always there.
    response = response + 0.03 * response.max()
    white = torch.randn((slices, rows, len(across), 2), generator=generator)
    noise: Tensor = torch.fft.irfft2(torch.view_as_complex(white) * response, s=(rows, columns))
    return noise[:, : shape[1], : shape[2]] / noise[::4].std().clamp_min(1e-9)


def _quick(count: int) -> int:
    """Return the next length whose only factors are 2, 3 and 5: its transform is far faster than that of a prime."""
    while True:
        rest = count
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return count
        count += 1


def path_lengths(hu: Tensor, spacing_mm: float) -> tuple[Tensor, Tensor]:
    """Return water-equivalent lengths of rays, millimetres: across (slice, row) and from front to back (slice, column).

    Computed from every second voxel in plane, which changes a sum over a body by less than noise does.
    """
    thin = functional.avg_pool2d(hu[:, None], 2, ceil_mode=True)[:, 0]
    water = (thin + 1000.0).clamp(0, 2500.0) * (2 * spacing_mm / 1000.0)
    across, through = water.sum(2), water.sum(1)
    return _doubled(across, hu.shape[1]), _doubled(through, hu.shape[2])


def _doubled(lengths: Tensor, count: int) -> Tensor:
    return lengths.repeat_interleave(2, 1)[:, :count]


def loudness(across_mm: Tensor, through_mm: Tensor) -> tuple[Tensor, Tensor]:
    """Return how much stronger than usual noise is along rays of both directions: (slice, row), (slice, column)."""

    def gain(length_mm: Tensor) -> Tensor:
        excess = 0.5 * _WATER_PER_MM * _MODULATION * (length_mm - _USUAL_PATH_MM)
        return torch.exp(excess).clamp(0.5, 4.0)

    return gain(across_mm), gain(through_mm)


def streaky_noise(shape: tuple[int, int, int], generator: torch.Generator) -> Tensor:
    """Return noise drawn out from side to side, as few photons make it between the shoulders; unit variance."""
    slices, rows, columns = shape
    coarse = torch.randn((slices, 1, rows, max(4, columns // 12)), generator=generator)
    streaks: Tensor = functional.interpolate(coarse, size=(rows, columns), mode="bilinear", align_corners=True)[:, 0]
    return streaks / streaks.std().clamp_min(1e-6)
