"""Fractures of ribs, sternum and vertebrae, fresh and healing; and what resembles them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai.phantom.canvas import Canvas, Instance, Region, Vector, soft
from ai.phantom.courses import direction
from ai.phantom.drawable import Drawable
from ai.phantom.fields import radial_ripple
from ai.phantom.lesions.vertebra import draw_compression, draw_schmorl
from ai.phantom.pleural_space import volume_of

_BONE_HU = 160.0


@dataclass(frozen=True, eq=False)
class _Site:
    """A place in the middle of a bar of bone and the unit vector along it."""

    place: Vector
    along: NDArray[np.float64]


def _bar(canvas: Canvas, centre: Vector, reach_mm: float) -> _Site | None:
    """Find the bar of bone that passes a place by its voxels' longest axis; None where there is no bar."""
    region = canvas.region(centre, reach_mm)
    near = (region.radius < reach_mm) & (canvas.hu[region.block] > _BONE_HU)
    places = torch.nonzero(near).double().cpu().numpy() * canvas.spacing_mm
    if len(places) * canvas.spacing_mm**3 < 150:
        return None
    middle = places.mean(0)
    _, sizes, axes = np.linalg.svd(places - middle, full_matrices=False)
    if sizes[0] < 1.3 * sizes[1]:
        return None
    at = middle + np.array([s.start for s in region.block]) * canvas.spacing_mm
    return _Site((float(at[0]), float(at[1]), float(at[2])), np.asarray(axes[0]))


def _rib_sites(canvas: Canvas, count: int, rng: np.random.Generator) -> list[_Site]:
    """Places on ribs, neighbours in a row on one side; by landmark, else by bone just outside the lung."""
    ribs = canvas.landmarks.ribs
    if ribs:
        middle = canvas.shape[2] * canvas.spacing_mm / 2
        left = bool(rng.random() < 0.5)
        side = [rib for rib in ribs if (rib.at(0.5)[0][2] > middle) == left] or list(ribs)
        side = sorted(side, key=lambda rib: -rib.at(0.5)[0][0])
        first = int(rng.integers(max(1, len(side) - count + 1)))
        shares = np.clip(rng.uniform(0.15, 0.9) + rng.normal(0, 0.05, count), 0.05, 0.95)
        row = zip(side[first : first + count], shares, strict=False)
        return [_Site(rib.at(float(one))[0], direction(rib, float(one))) for rib, one in row]
    depth = canvas.depth_mm
    bone = (canvas.hu > 220) & (depth < -3) & (depth > -13)
    # Calcium and bright vessels lie about the middle; ribs do not.
    columns = torch.arange(canvas.shape[2]) * canvas.spacing_mm
    bone = bone & ((columns - float(columns.mean())).abs() > 0.22 * float(columns[-1]))
    found: list[_Site] = []
    for _ in range(4 * count):
        place = canvas.place(bone, rng) if len(found) < count else None
        site = None if place is None else _bar(canvas, place, 13.0)
        if site is not None:
            found.append(site)
    return found


def draw_rib_fractures(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to six rib fractures in a row; fresh (step, line) or healing (callus)."""
    count = int(rng.choice([1, 2, 3, 4, 6], p=[0.4, 0.2, 0.2, 0.1, 0.1]))
    healing = float(rng.uniform(0.3, 1.0)) if rng.random() < 0.5 else 0.0
    drawn = False
    for site in _rib_sites(canvas, count, rng):
        drawn = _break(canvas, site.place, site.along, 6.5, healing, "rib", rng) or drawn
    return drawn


def draw_sternal_fracture(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A break across the sternum's body with a step of 1–6 mm to front or back."""
    sternum = canvas.landmarks.sternum
    if sternum is None:
        return False
    share = float(rng.uniform(0.25, 0.65))
    healing = float(rng.uniform(0.2, 0.8)) if rng.random() < 0.3 else 0.0
    return _break(canvas, sternum.at(share)[0], direction(sternum, share), 12.0, healing, "sternal", rng)


def _break(
    canvas: Canvas, centre: Vector, along: NDArray[np.float64], half_mm: float, healing: float, bone: str,
    rng: np.random.Generator,
) -> bool:  # fmt: skip
    region = canvas.region(centre, half_mm * 2 + 12)
    if float((canvas.hu[region.block] > _BONE_HU).sum()) * canvas.spacing_mm**3 < 150:
        return False
    tilt = along + rng.normal(size=3) * 0.25
    tilt /= np.linalg.norm(tilt)
    beyond = region.up * float(tilt[0]) + region.back * float(tilt[1]) + region.left * float(tilt[2])
    t = region.up * float(along[0]) + region.back * float(along[1]) + region.left * float(along[2])
    away = (region.radius**2 - t**2).clamp(min=0).sqrt()
    step = float(np.exp(rng.uniform(np.log(1.0), np.log(4.5)))) * (1.3 if bone == "sternal" else 1.0)
    if rng.random() < 0.8 or healing == 0:
        _shear(canvas, region, beyond, away, along, half_mm, step, rng)
    if healing > 0:
        _callus(canvas, region, t, away, half_mm, healing, rng)
    if healing < 0.6:
        gap = float(rng.uniform(0.6, 2.2)) * (1 - healing)
        line = torch.exp(-((beyond / max(gap, 0.5 * canvas.spacing_mm)) ** 2)) * soft(away - half_mm - 1, 0.7)
        faint = min(1.0, gap / canvas.spacing_mm)
        hu = canvas.hu[region.block]
        canvas.hu[region.block] = torch.where(hu > 90, hu + line * faint * (60 - hu), hu)
    reach = torch.maximum(away - half_mm - 2.0, beyond.abs() - max(5.0, 0.8 * half_mm))
    share = soft(reach, 0.4 * canvas.spacing_mm) * (canvas.depth_mm[region.block] < 0) * _by_bone(canvas, region, 3.0)
    canvas.mark("fracture", share * (share > 0.25), region.block)
    state = "healing " if healing > 0.2 else ""
    words = f"{state}{bone} fracture with a step of {step:.0f} mm"
    canvas.instances.append(Instance("fracture", centre, 2 * half_mm, volume_of(canvas, share), words))
    return True


def _shear(
    canvas: Canvas, region: Region, beyond: Tensor, away: Tensor, along: NDArray[np.float64], half_mm: float,
    step: float, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Move one side of the break across the bone; the bone bends back to its course within 18 mm."""
    across = rng.normal(size=3)
    across -= along * float(across @ along)
    across /= max(1e-6, float(np.linalg.norm(across)))
    near = torch.exp(-((away / (half_mm + 3)) ** 4)) * torch.exp(-((beyond / 13) ** 2))
    amount = step * near * torch.sigmoid(beyond / (0.25 * canvas.spacing_mm))
    # Only the picture moves: the step is too small for lung, organs or landmarks to follow.
    axes = []
    for axis, (line, c) in enumerate(zip((region.up, region.back, region.left), across, strict=True)):
        index = torch.arange(line.numel(), dtype=torch.float32).reshape([-1 if i == axis else 1 for i in range(3)])
        axes.append((index - amount * float(c) / canvas.spacing_mm) * (2 / max(1, line.numel() - 1)) - 1)
    grid = torch.stack([axes[2], axes[1], axes[0]], -1)[None]
    hu = canvas.hu[region.block][None, None]
    canvas.hu[region.block] = functional.grid_sample(hu, grid, padding_mode="border", align_corners=True)[0, 0]


def _by_bone(canvas: Canvas, region: Region, within_mm: float) -> Tensor:
    """1 at bone and within a distance of it (a cube's), else 0."""
    bone = (canvas.hu[region.block] > _BONE_HU).float()[None, None]
    reach = max(1, round(within_mm / canvas.spacing_mm))
    found: Tensor = functional.max_pool3d(bone, 2 * reach + 1, 1, reach)[0, 0]
    return found


def _callus(
    canvas: Canvas, region: Region, t: Tensor, away: Tensor, half_mm: float, healing: float, rng: np.random.Generator
) -> None:
    """New bone around the break, a spindle of 200–600 HU, denser as it ripens."""
    long = float(rng.uniform(7, 13))
    thick = float(rng.uniform(2, 5))
    uneven = radial_ripple(region.directions, 0.08, rng)
    spindle = away - (half_mm + thick * (1 - (t / long) ** 2)) * uneven
    share = soft(torch.maximum(spindle, t.abs() - long), 0.8) * soft(canvas.depth_mm[region.block], 0.8)
    share = share * _by_bone(canvas, region, thick)
    hu = canvas.hu[region.block]
    canvas.hu[region.block] = hu + share * (200 + 400 * healing * float(rng.uniform(0.6, 1.0)) - hu).clamp(min=0)


def draw_costal_joint(canvas: Canvas, rng: np.random.Generator) -> bool:
    """The joint of rib and cartilage: a bulge with a cleft at the ribs' front ends, both sides alike."""
    if not canvas.landmarks.ribs:
        return False
    bulge = float(rng.uniform(1, 3))
    for rib in canvas.landmarks.ribs[: int(rng.integers(4, 15))]:
        place, radius = rib.at(0.97)
        region = canvas.region(place, radius + 8)
        body = soft(region.radius - radius - bulge * float(rng.uniform(0.5, 1)), 0.8) * (
            canvas.depth_mm[region.block] < 0
        )
        hu = canvas.hu[region.block]
        canvas.hu[region.block] = hu + body * (float(rng.uniform(80, 220)) - hu).clamp(min=0)
    return True


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("rib fractures", ("fracture",), draw_rib_fractures, 0.09),
    Drawable("vertebral fracture", ("fracture",), draw_compression, 0.05),
    Drawable("sternal fracture", ("fracture",), draw_sternal_fracture, 0.015),
    Drawable("costochondral joints", (), draw_costal_joint, 0.12),
    Drawable("end plate nodes", (), draw_schmorl, 0.1),
)
