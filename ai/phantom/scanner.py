"""What the scanner makes of a thorax: blur, slices, coloured noise, motion, metal, its field of view."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas
from ai.phantom.fields import torch_generator
from ai.phantom.physics import field, metal, motion, noise, sampling

_THICKNESSES_MM = (0.6, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 5.0)
_THICKNESS_SHARES = (0.08, 0.2, 0.17, 0.1, 0.12, 0.12, 0.11, 0.1)
_INCREMENTS = (0.5, 0.8, 1.0, 1.25)
"""From slice to slice as a share of the thickness: overlapping, touching, with gaps."""
_INCREMENT_SHARES = (0.12, 0.18, 0.62, 0.08)


@dataclass(frozen=True)
class Protocol:
    """How a scan is taken, and what goes wrong with it.

    Args:
        blur_mm: in-plane full width at half maximum.
        thickness_mm: slice thickness (box).
        noise_hu: standard deviation of noise in the finished picture, at a usual path through the body.
        grain_mm: correlation length of the noise; sharp kernels have less.
        kernel: name written into the header.
        increment_mm: from slice to slice; slices farther apart than the voxels are interpolated. 0: as the voxels.
        edge: edge enhancement of the kernel; 0 none, about 1 strong.
        shoulders: how far noise follows the rays' paths, 0…1; streaky noise included.
        hardening_hu: depth of the dark band between the shoulders.
        streaks: strength of metal streaks; 1 without metal correction.
        breath_mm: how far slices jump where the patient breathed; 0: breath held.
        heartbeat: share by which the heart's half axes change between the two phases seen at once.
        stir_mm: move of the patient during some slices.
        field_mm: diameter of the field of view; 0: all is inside.
        field_middle: of the field, as shares of the picture (row, column).
        offset_hu: error of calibration.
        ring_hu: height of rings.
    """

    blur_mm: float
    thickness_mm: float
    noise_hu: float
    grain_mm: float
    kernel: str = "soft"
    increment_mm: float = 0.0
    edge: float = 0.0
    shoulders: float = 0.0
    hardening_hu: float = 0.0
    streaks: float = 1.0
    breath_mm: float = 0.0
    heartbeat: float = 0.0
    stir_mm: float = 0.0
    field_mm: float = 0.0
    field_middle: tuple[float, float] = (0.5, 0.5)
    offset_hu: float = 0.0
    ring_hu: float = 0.0

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Protocol:
        """Draw a protocol of ordinary practice: soft to sharp kernel, high to low dose, 0.6–5 mm slices, mishaps."""
        kernel = str(rng.choice(["soft", "standard", "sharp"], p=[0.35, 0.25, 0.4]))
        sharp = kernel == "sharp"
        thickness = float(rng.choice(_THICKNESSES_MM, p=_THICKNESS_SHARES))
        increment = thickness * float(rng.choice(_INCREMENTS, p=_INCREMENT_SHARES))
        # Photons fall with the slice's thickness and the dose; 1.8 is what an edge-enhancing kernel adds.
        dose = float(np.exp(rng.uniform(np.log(6), np.log(22))))
        noisy = dose * (1.8 if sharp else 1.0) * float((2.0 / max(thickness, 1.0)) ** 0.4)

        def sometimes(share: float, low: float, high: float) -> float:
            value = float(rng.uniform(low, high))
            return value if rng.random() < share else 0.0

        blur = {"soft": (1.4, 2.4), "standard": (1.1, 1.6), "sharp": (0.7, 1.2)}[kernel]
        grain = {"soft": (1.1, 1.8), "standard": (0.9, 1.4), "sharp": (0.6, 0.95)}[kernel]
        return cls(
            blur_mm=float(rng.uniform(*blur)),
            thickness_mm=thickness,
            noise_hu=float(np.clip(noisy, 5, 60)),
            grain_mm=float(rng.uniform(*grain)),
            kernel=kernel,
            increment_mm=increment,
            edge=float(rng.uniform(0.2, 1.0)) if sharp else 0.0,
            shoulders=float(rng.uniform(0.4, 1.0)),
            hardening_hu=sometimes(0.5, 5, 40),
            streaks=float(rng.uniform(0.3, 1.2)),
            breath_mm=sometimes(0.12, 2, 10),
            heartbeat=sometimes(0.7, 0.02, 0.1),
            stir_mm=sometimes(0.06, 1, 5),
            field_mm=sometimes(0.3, 300, 400),
            field_middle=(0.5 + float(rng.normal()) * 0.02, 0.5 + float(rng.normal()) * 0.02),
            offset_hu=float(np.clip(rng.normal() * 4, -8, 8)),
            ring_hu=sometimes(0.03, 10, 40),
        )

    def over_real(self) -> Protocol:
        """Return what may still be done to a picture that a scanner has already blurred, sampled and made noisy."""
        return replace(
            self, blur_mm=0.5, thickness_mm=min(self.thickness_mm, 2.0), increment_mm=0.0, noise_hu=self.noise_hu * 0.4,
            edge=self.edge * 0.4, hardening_hu=0.0, heartbeat=0.0, ring_hu=0.0, field_mm=0.0,
        )  # fmt: skip


def scanned(hu: Tensor, spacing_mm: float, protocol: Protocol, rng: np.random.Generator) -> Tensor:
    """Return the picture of a thorax; all but breath and heart, which need to know the anatomy (``scan_of``).

    Args:
        hu: float32 [slice, row, column] before the scanner; not changed.
        spacing_mm: voxel size along all axes.
        protocol: how it is taken.
        rng: source of chance.

    Returns:
        int16 Hounsfield units, same shape, −1024…3071.
    """
    count = hu.shape[0]
    source = hu.clone()
    if protocol.streaks > 0:
        metal.add_streaks(source, spacing_mm, protocol.streaks, rng)
    if protocol.stir_mm > 0:
        motion.stir(source, protocol.stir_mm / spacing_mm, rng)
    source.clamp_(-1024, 8000)
    boxed = sampling.through_plane(source, protocol.thickness_mm / spacing_mm)
    step = protocol.increment_mm / spacing_mm
    if step > 1.0:
        start = float(rng.uniform(0, min(step, 1.0)))
        boxed = sampling.at_heights(boxed, torch.arange(start, count - 0.5 + step, step, dtype=torch.float32))
    picture = sampling.in_plane(boxed, protocol.blur_mm / 2.355 / spacing_mm, protocol.edge)
    _add_noise(picture, spacing_mm, protocol, rng)
    if step > 1.0:
        picture = sampling.at_heights(picture, (torch.arange(count, dtype=torch.float32) - start) / step)
    _finish(picture, spacing_mm, protocol, rng)
    return picture.round_().clamp_(-1024, 3071).to(torch.int16)


def scan_of(canvas: Canvas, protocol: Protocol, rng: np.random.Generator) -> Tensor:
    """Return the picture of a canvas; where breath shifts slices or the field cuts, its truth is changed alike.

    Args:
        canvas: its voxels are those before the scanner but for motion; truth, unknown places and organs move with it.
        protocol: how it is taken.
        rng: source of chance.

    Returns:
        int16 Hounsfield units on ``canvas.grid``.
    """
    if protocol.breath_mm > 0:
        motion.breathe(canvas, protocol.breath_mm, rng)
    if protocol.heartbeat > 0:
        motion.beat(canvas, protocol.heartbeat, rng)
    picture = scanned(canvas.hu, canvas.spacing_mm, protocol, rng)
    if protocol.field_mm > 0:
        _forget_outside(canvas, protocol)
    return picture


def _add_noise(picture: Tensor, spacing_mm: float, protocol: Protocol, rng: np.random.Generator) -> None:
    """Add noise in place, and the dark band that the same long paths leave."""
    slices, rows, columns = picture.shape
    generator = torch_generator(rng)
    grain = noise.coloured_noise((slices, rows, columns), 0.32 * spacing_mm / protocol.grain_mm, generator)
    if protocol.shoulders <= 0 and protocol.hardening_hu <= 0:
        picture += grain * protocol.noise_hu
        return
    across_mm, through_mm = noise.path_lengths(picture, spacing_mm)
    across, through = noise.loudness(across_mm, through_mm)
    gain = (0.5 * (across[:, :, None] + through[:, None, :]) - 1.0) * protocol.shoulders + 1.0
    picture += grain.mul_(gain) * protocol.noise_hu
    streaky = (across - 1.4).clamp_min(0) * (0.5 * protocol.shoulders * protocol.noise_hu)
    levels = torch.nonzero(streaky.amax(1) > 1.0).flatten()
    if len(levels) > 0:
        extra = noise.streaky_noise((len(levels), rows, columns), generator)
        picture[levels] += extra * streaky[levels][:, :, None]
    if protocol.hardening_hu > 0:
        dark = field.shading(across_mm, protocol.hardening_hu, columns)
        picture += dark * (picture > -950)


def _finish(picture: Tensor, spacing_mm: float, protocol: Protocol, rng: np.random.Generator) -> None:
    """Calibration, rings and the field's edge, in place."""
    if protocol.offset_hu:
        picture += protocol.offset_hu
    if protocol.ring_hu > 0 or protocol.field_mm > 0:
        off_mm = field.from_middle_mm(tuple(picture.shape), spacing_mm, protocol.field_middle)
        if protocol.ring_hu > 0:
            picture += field.rings(off_mm, protocol.ring_hu, rng)
        if protocol.field_mm > 0:
            field.cut_field(picture, off_mm, protocol.field_mm)


def _forget_outside(canvas: Canvas, protocol: Protocol) -> None:
    """Where the field ends nothing is seen: truth is empty there, and what lies wholly outside is not in the scan."""
    off_mm = field.from_middle_mm(canvas.shape, canvas.spacing_mm, protocol.field_middle)
    outside = off_mm > protocol.field_mm / 2
    for layer in canvas.truth.values():
        layer.masked_fill_(outside, 0.0)
    for vague in canvas.unknown.values():
        vague.masked_fill_(outside, False)
    kept = []
    for one in canvas.instances:
        row, column = (min(max(0, round(one.centre[a] / canvas.spacing_mm)), canvas.shape[a] - 1) for a in (1, 2))
        if float(off_mm[row, column]) < protocol.field_mm / 2 + one.diameter_mm / 2:
            kept.append(one)
    canvas.instances[:] = kept
