"""What the scanner makes of a thorax: blur, slice thickness, coloured noise, whole Hounsfield units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ai.phantom.fields import blurred, torch_generator


@dataclass(frozen=True)
class Protocol:
    """How a scan is taken.

    Args:
        blur_mm: in-plane full width at half maximum.
        thickness_mm: slice thickness (box).
        noise_hu: standard deviation of noise in the finished picture.
        grain_mm: correlation length of the noise; sharp kernels have less.
        kernel: name written into the header.
    """

    blur_mm: float
    thickness_mm: float
    noise_hu: float
    grain_mm: float
    kernel: str = "soft"

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Protocol:
        """Draw a protocol of ordinary practice: soft to sharp kernel, full to low dose, 1–5 mm slices."""
        sharp = rng.random() < 0.4
        return cls(
            blur_mm=float(rng.uniform(0.8, 1.4) if sharp else rng.uniform(1.4, 2.4)),
            thickness_mm=float(rng.choice([1.0, 1.25, 2.0, 2.5, 3.0, 5.0])),
            noise_hu=float(rng.uniform(15, 60) if sharp else rng.uniform(6, 25)),
            grain_mm=float(rng.uniform(0.6, 1.0) if sharp else rng.uniform(1.0, 1.8)),
            kernel="sharp" if sharp else "soft",
        )


def scanned(hu: Tensor, spacing_mm: float, protocol: Protocol, rng: np.random.Generator) -> Tensor:
    """Return the picture of a thorax.

    Args:
        hu: float32 [slice, row, column] before the scanner.
        spacing_mm: voxel size along all axes.
        protocol: how it is taken.
        rng: source of chance.

    Returns:
        int16 Hounsfield units, same shape, −1024…3071.
    """
    sigma = protocol.blur_mm / 2.355 / spacing_mm
    sharp = blurred(hu, (0.0, sigma, sigma))
    boxed = _boxed(sharp, protocol.thickness_mm / spacing_mm)
    noise = _noise(boxed.shape, spacing_mm, protocol, rng)
    return (boxed + noise).round().clamp(-1024, 3071).to(torch.int16)


def _boxed(hu: Tensor, width_voxels: float) -> Tensor:
    if width_voxels <= 1.0:
        return hu
    reach = int(np.ceil((width_voxels - 1) / 2))
    kernel = torch.ones(2 * reach + 1)
    kernel[0] = kernel[-1] = (width_voxels - (2 * reach - 1)) / 2
    padded = functional.pad(hu[None, None], (0, 0, 0, 0, reach, reach), mode="replicate")
    return functional.conv3d(padded, (kernel / kernel.sum()).reshape(1, 1, -1, 1, 1))[0, 0]


def _noise(shape: torch.Size, spacing_mm: float, protocol: Protocol, rng: np.random.Generator) -> Tensor:
    """Noise whose power falls at low and at high frequency (CT's band-pass noise): difference of two blurs."""
    white = torch.randn(tuple(shape), generator=torch_generator(rng))
    fine = protocol.grain_mm / spacing_mm
    if fine < 0.3:
        grain = white
    else:
        grain = blurred(white, (0.0, fine, fine)) - 0.7 * blurred(white, (0.0, 2.5 * fine, 2.5 * fine))
    return grain / grain.std() * protocol.noise_hu
