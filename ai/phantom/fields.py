"""Random fields: what makes tissue uneven, edges irregular and noise grainy."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

Shape = tuple[int, int, int]


def torch_generator(rng: np.random.Generator, device: torch.device | None = None) -> torch.Generator:
    """Seed torch from numpy, so that one seed decides everything (on one kind of device, torch's default one here)."""
    return torch.Generator(device or torch.get_default_device()).manual_seed(int(rng.integers(2**31)))


def smooth_field(shape: Shape, scale_voxels: float, rng: np.random.Generator) -> Tensor:
    """Return smooth noise of zero mean and unit variance.

    Args:
        shape: wanted shape.
        scale_voxels: distance over which it varies; coarse noise is drawn and interpolated (trilinear).
        rng: source of chance.
    """
    coarse = [max(2, round(n / scale_voxels) + 2) for n in shape]
    noise = torch.randn((1, 1, *coarse), generator=torch_generator(rng))
    field = functional.interpolate(noise, size=shape, mode="trilinear", align_corners=True)[0, 0]
    return (field - field.mean()) / field.std().clamp_min(1e-6)


def cellular_field(shape: Shape, scale_voxels: float, rng: np.random.Generator) -> Tensor:
    """Return rounded blobs of one size: noise of two octaves, for holes and patches (unit variance)."""
    field = smooth_field(shape, scale_voxels, rng) + 0.5 * smooth_field(shape, scale_voxels / 2, rng)
    return field / field.std()


def radial_ripple(directions: Tensor, amplitude: float, rng: np.random.Generator, waves: int = 7) -> Tensor:
    """Return an uneven radius factor around 1 as a smooth function of direction.

    Args:
        directions: (..., 3) unit vectors.
        amplitude: standard deviation of the factor.
        rng: source of chance.
        waves: how many plane waves are laid over the sphere of directions.
    """
    wave = torch.as_tensor(rng.normal(size=(3, waves)) * 2.5, dtype=torch.float32)
    phase = torch.as_tensor(rng.uniform(0, 2 * np.pi, size=waves), dtype=torch.float32)
    ripple: Tensor = torch.sin(directions @ wave + phase).sum(-1) * (2 / waves) ** 0.5
    return 1.0 + amplitude * ripple


def blurred(image: Tensor, sigma_voxels: tuple[float, float, float]) -> Tensor:
    """Blur a field (S, R, C) by a Gaussian along each axis; edges are repeated."""
    result = image[None, None]
    for axis, sigma in enumerate(sigma_voxels):
        if sigma < 0.15:
            continue
        reach = max(1, round(3 * sigma))
        steps = torch.arange(-reach, reach + 1, dtype=torch.float32, device=image.device)
        kernel = torch.exp(-0.5 * (steps / sigma) ** 2)
        shape = [1, 1, 1, 1, 1]
        shape[2 + axis] = kernel.numel()
        pads = [0, 0, 0, 0, 0, 0]
        pads[2 * (2 - axis)] = pads[2 * (2 - axis) + 1] = reach
        padded = functional.pad(result, pads, mode="replicate")
        result = functional.conv3d(padded, (kernel / kernel.sum()).reshape(shape))
    return result[0, 0]
