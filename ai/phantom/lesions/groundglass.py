"""Ground-glass opacity: haze through which vessels stay visible. It is added to the lung, never painted over it."""

from __future__ import annotations

import numpy as np
import torch

from ai.phantom.canvas import Canvas
from ai.phantom.drawable import Drawable
from ai.phantom.fields import cellular_field
from ai.phantom.lesions.airspace import Patch, add_haze, blob, fill, note, settle, subpleural, together
from ai.phantom.lesions.septa import draw_net
from ai.phantom.polygons import cells
from ai.phantom.territories import Lung, inside_lung, lungs, place_in, relative

_OPEN = ("pneumonia", "pulmonary_edema")
"""What haze alone may or may not be: nobody could say from the picture."""


def glow_drawn(rng: np.random.Generator) -> float:
    """Draw how much is added: from barely seen (−780 HU in the end) to nearly dense (−430 HU)."""
    return float(rng.choice([rng.uniform(90, 170), rng.uniform(150, 330), rng.uniform(300, 440)], p=[0.2, 0.55, 0.25]))


def draw_groundglass(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Add haze of one of the ordinary patterns."""
    patterns = (draw_foci, draw_diffuse, draw_perihilar, draw_mosaic, draw_crazy_paving)
    return patterns[int(rng.choice(5, p=[0.5, 0.15, 0.1, 0.13, 0.12]))](canvas, rng)


def foci(canvas: Canvas, rng: np.random.Generator, number: int, peripheral: bool) -> list[Patch]:
    """Lay uneven foci, most of them at the back and below, on the pleura where peripheral."""
    both = lungs(canvas)
    if rng.random() < 0.3:
        both = [both[int(rng.integers(len(both)))]] if both else []
    patches: list[Patch] = []
    for _ in range(number if both else 0):
        lung = both[int(rng.integers(len(both)))]
        low_behind = rng.random() < 0.6
        depth = (1.0, 16.0 if peripheral else 99.0)
        height = (0.0, 0.75 if low_behind else 1.0)
        centre = place_in(canvas, lung, rng, depth, height, 0.45 if low_behind else 0.0)
        if centre is None:
            continue
        radius = float(np.exp(rng.uniform(np.log(6), np.log(38))))
        if peripheral and rng.random() < 0.7:
            block, distance = subpleural(canvas, centre, radius, float(rng.uniform(8, 30)), rng)
        else:
            block, distance = blob(canvas, centre, radius, rng)
        share = torch.sigmoid(-distance / float(rng.uniform(1.2, 4))) * inside_lung(canvas, block, lung.right)
        patches.append(Patch(block, share))
    return patches


def draw_foci(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to a dozen foci, peripheral or anywhere; each with its own density."""
    number = int(rng.choice([1, 2, int(rng.integers(3, 13))], p=[0.3, 0.2, 0.5]))
    patches = foci(canvas, rng, number, peripheral=rng.random() < 0.75)
    glow = glow_drawn(rng)
    for patch in patches:
        add_haze(canvas, patch, glow * float(rng.uniform(0.7, 1.2)), rng)
        settle(canvas, "groundglass", patch)
    return _told(canvas, patches, "multifocal ground-glass opacities" if number > 2 else "focal ground-glass opacity")


def _told(canvas: Canvas, patches: list[Patch], words: str) -> bool:
    if not patches:
        return False
    whole = together(patches)
    for label in _OPEN:
        canvas.mark_unknown(label, whole.share > 0.1, whole.block)
    return note(canvas, "groundglass", whole, words)


def _hazed(canvas: Canvas, lung: Lung, share: torch.Tensor, glow_hu: float, rng: np.random.Generator) -> Patch:
    patch = Patch(lung.block, share * inside_lung(canvas, lung.block, lung.right))
    add_haze(canvas, patch, glow_hu, rng)
    settle(canvas, "groundglass", patch)
    return patch


def draw_diffuse(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Haze over much of both lungs with spared islands, more below or behind; edges sharp or fading."""
    scale_mm, spared = float(rng.uniform(14, 45)), float(rng.uniform(-1.6, 0.9))
    low, behind = float(rng.uniform(-0.5, 1.2)), float(rng.uniform(0, 1.0))
    edge, glow = float(rng.uniform(0.08, 0.5)), glow_drawn(rng)
    patches = []
    for lung in lungs(canvas):
        up, back, left = relative(canvas, lung.block, lung.low)
        field = cellular_field((up.shape[0], back.shape[1], left.shape[2]), scale_mm / canvas.spacing_mm, rng)
        field = field + low * (1 - 2 * up / lung.size[0]) + behind * (2 * back / lung.size[1] - 1)
        patches.append(_hazed(canvas, lung, torch.sigmoid((field - spared) / edge), glow, rng))
    return _told(canvas, patches, "diffuse ground-glass opacity of both lungs")


def draw_perihilar(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Haze around the hila that spares the subpleural lung (pneumocystis, haemorrhage, oedema: nobody can say)."""
    reach, spare = float(rng.uniform(32, 75)), float(rng.uniform(5, 22))
    glow = glow_drawn(rng)
    patches = []
    for lung in lungs(canvas):
        up, back, left = relative(canvas, lung.block, lung.hilum)
        shape = (up.shape[0], back.shape[1], left.shape[2])
        uneven = cellular_field(shape, 22 / canvas.spacing_mm, rng)
        far = torch.sqrt((up * 0.75) ** 2 + back**2 + left**2) - reach + 9 * uneven
        share = torch.sigmoid(-far / 7) * torch.sigmoid((canvas.depth_mm[lung.block] - spare) / 4)
        patches.append(_hazed(canvas, lung, share, glow, rng))
    return _told(canvas, patches, "perihilar ground-glass opacity")


def draw_mosaic(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Lobules that are hazy beside lobules that are not, with straight sharp borders."""
    cell_mm, edge_mm = float(rng.uniform(11, 24)), float(rng.uniform(0.5, 1.5))
    share_of_cells, glow = float(rng.uniform(0.1, 0.55)), glow_drawn(rng)
    patches = []
    for lung in lungs(canvas):
        up, back, left = relative(canvas, lung.block, lung.low)
        shape = (up.shape[0], back.shape[1], left.shape[2])
        lobules = cells(shape, canvas.spacing_mm, cell_mm, rng)
        zone = cellular_field(shape, 55 / canvas.spacing_mm, rng)
        hazy = lobules.lot < share_of_cells * (1 + 0.8 * zone)
        share = hazy * torch.sigmoid(lobules.wall_mm / edge_mm)
        patches.append(_hazed(canvas, lung, share, glow, rng))
    return _told(canvas, patches, "mosaic of ground-glass opacity with lobular borders")


def draw_crazy_paving(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Haze with a net of septal lines in it: polygons of 8–16 mm."""
    cell_mm, glow = float(rng.uniform(9, 17)), float(rng.uniform(130, 330))
    thick_mm, line_hu = float(rng.uniform(0.8, 1.6)), float(rng.uniform(-450, -150))
    if rng.random() < 0.5:
        patches = foci(canvas, rng, int(rng.integers(3, 10)), peripheral=True)
    else:
        patches = [_geographic(canvas, lung, rng) for lung in lungs(canvas)]
    for patch in patches:
        add_haze(canvas, patch, glow, rng)
        settle(canvas, "groundglass", patch)
    if not patches:
        return False
    whole = together(patches)
    draw_net(canvas, whole, cell_mm, thick_mm, line_hu, rng)
    note(canvas, "septal_thickening", whole, "thickened interlobular septa within ground-glass opacity")
    return _told(canvas, patches, "ground-glass opacity with crazy paving")


def _geographic(canvas: Canvas, lung: Lung, rng: np.random.Generator) -> Patch:
    """Patches with borders like a map's (alveolar proteinosis)."""
    up, back, left = relative(canvas, lung.block, lung.low)
    shape = (up.shape[0], back.shape[1], left.shape[2])
    lobules = cells(shape, canvas.spacing_mm, float(rng.uniform(18, 28)), rng)
    zone = cellular_field(shape, 50 / canvas.spacing_mm, rng) + float(rng.uniform(-0.4, 1.2))
    share = torch.sigmoid((lobules.lot - 0.5) * 2 + zone * 4) * inside_lung(canvas, lung.block, lung.right)
    return Patch(lung.block, share)


def draw_reversed_halo(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to four rings of consolidation of 5–9 mm around haze (atoll sign)."""
    drawn = []
    for _ in range(int(rng.integers(1, 5))):
        found = _somewhere(canvas, rng, least_mm=9.0)
        if found is None:
            continue
        lung, centre = found
        radius, ring = float(rng.uniform(11, 28)), float(rng.uniform(3, 8))
        block, distance = blob(canvas, centre, radius, rng, 0.18)
        inside = inside_lung(canvas, block, lung.right)
        haze = Patch(block, torch.sigmoid(-(distance + ring / 2) / 1.5) * inside)
        add_haze(canvas, haze, float(rng.uniform(130, 300)), rng)
        wall = Patch(block, torch.sigmoid((ring / 2 - distance.abs()) / 1.2) * inside)
        fill(canvas, wall, float(rng.uniform(-60, 40)))
        settle(canvas, "groundglass", haze)
        settle(canvas, "consolidation", wall)
        canvas.mark_unknown("pneumonia", haze.share + wall.share > 0.1, block)
        drawn.append(Patch(block, torch.maximum(haze.share, wall.share)))
        note(canvas, "groundglass", haze, "ground-glass opacity with a reversed halo")
        note(canvas, "consolidation", wall, "ring of consolidation around ground glass")
    return bool(drawn)


def draw_halo_nodule(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to five solid nodules, each in a halo of haze."""
    drawn = False
    for _ in range(int(rng.integers(1, 6))):
        found = _somewhere(canvas, rng, least_mm=7.0)
        if found is None:
            continue
        lung, centre = found
        radius, wide = float(np.exp(rng.uniform(np.log(3), np.log(13)))), float(rng.uniform(5, 18))
        block, distance = blob(canvas, centre, radius + wide, rng, 0.15)
        inside = inside_lung(canvas, block, lung.right)
        core = Patch(block, torch.sigmoid(-(distance + wide) / 0.7) * inside)
        halo = Patch(block, torch.sigmoid(-distance / 2.5) * inside)
        add_haze(canvas, halo, float(rng.uniform(120, 330)), rng)
        fill(canvas, core, float(rng.uniform(-20, 50)))
        halo = Patch(block, halo.share * (1 - core.share))
        settle(canvas, "groundglass", halo)
        canvas.mark_unknown("pneumonia", halo.share > 0.1, block)
        labels = ["nodule"] + (["nodulegr1cm"] if radius >= 5 else [])
        for label in labels:
            settle(canvas, label, core)
            note(canvas, label, core, f"solid nodule of {2 * radius:.0f} mm with a halo of ground glass")
        drawn |= note(canvas, "groundglass", halo, "halo of ground glass around a nodule")
    return drawn


def _somewhere(
    canvas: Canvas, rng: np.random.Generator, least_mm: float
) -> tuple[Lung, tuple[float, float, float]] | None:
    both = lungs(canvas)
    if not both:
        return None
    lung = both[int(rng.integers(len(both)))]
    centre = place_in(canvas, lung, rng, (least_mm, 99.0))
    return None if centre is None else (lung, centre)


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("groundglass_foci", ("groundglass",), draw_foci, 0.1),
    Drawable("groundglass_diffuse", ("groundglass",), draw_diffuse, 0.04),
    Drawable("groundglass_perihilar", ("groundglass",), draw_perihilar, 0.025),
    Drawable("groundglass_mosaic", ("groundglass",), draw_mosaic, 0.03),
    Drawable("crazy_paving", ("groundglass", "septal_thickening"), draw_crazy_paving, 0.035),
    Drawable("reversed_halo", ("groundglass", "consolidation"), draw_reversed_halo, 0.015),
    Drawable("halo_nodule", ("nodule", "groundglass"), draw_halo_nodule, 0.02),
)
