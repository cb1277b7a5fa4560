"""What can still be seen once all is drawn: a nodule in fluid or in a collapsed lobe is in no reader's truth."""

from __future__ import annotations

import torch
from scipy import ndimage
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance
from ai.vocabulary import abnormality

_LEFT = 0.25
"""An abnormality of whose fullest voxel less than this is left is covered."""
_IN_LUNG = frozenset({"nodule", "granuloma"})
"""Bodies that are seen by the lung around them."""
_MOST_LEFT = 0.5
"""Of one of them so much of what was drawn must be left."""
_CONTRAST_HU = 100.0
_AROUND_MM = 3.0
_DIFFERS = 0.2
"""Share of what lies around a body that must differ from it by the contrast; at the pleura half is wall."""
_ALSO = ("nodulegr1cm",)
"""Truth without instances of its own, undecided where the body is."""


def forget_hidden(canvas: Canvas) -> None:
    """Drop the instances that nobody can see; what is left of a hidden nodule is undecided.

    Only focal ones lie where their centre is; of the others the middle of several places may be nowhere.
    """
    kept = []
    for one in canvas.instances:
        if _is_covered(canvas, one):
            continue
        if one.label in _IN_LUNG and not _stands_out(canvas, one):
            _leave_undecided(canvas, one)
            continue
        kept.append(one)
    canvas.instances[:] = kept


def _is_covered(canvas: Canvas, one: Instance) -> bool:
    layer = canvas.truth.get(one.label)
    if layer is None:
        return True
    if abnormality(one.label).focal:
        layer = layer[canvas.region(one.centre, max(one.diameter_mm, 2 * canvas.spacing_mm)).block]
    return float(layer.max()) < _LEFT


def _stands_out(canvas: Canvas, one: Instance) -> bool:
    """Whether most of a body is left, and enough of what lies around it is of another density."""
    block, share = _body(canvas, one)
    if float(share.sum()) * canvas.spacing_mm**3 < _MOST_LEFT * one.volume_mm3:
        return False
    hu = canvas.hu[block]
    core = share >= min(0.5, 0.9 * float(share.max()))
    steps = max(1, round(_AROUND_MM / canvas.spacing_mm))
    near = torch.from_numpy(ndimage.binary_dilation((share > 0.05).cpu().numpy(), iterations=steps)).to(hu.device)
    around = hu[near & (share <= 0.05)]
    if around.numel() == 0:
        return False
    own = torch.quantile(hu[core], torch.tensor([0.5, 0.9], device=hu.device))  # the bulk, and calcium in its middle
    differs = (around[None] - own[:, None]).abs() >= _CONTRAST_HU
    return float(differs.float().mean(1).max()) >= _DIFFERS


def _body(canvas: Canvas, one: Instance) -> tuple[tuple[slice, slice, slice], Tensor]:
    """The block around a body, and its share of each voxel there, without that of its neighbours."""
    reach = 0.75 * one.diameter_mm + canvas.spacing_mm
    region = canvas.region(one.centre, reach + _AROUND_MM + canvas.spacing_mm)
    return region.block, torch.where(region.radius <= reach, canvas.truth[one.label][region.block], 0.0)


def _leave_undecided(canvas: Canvas, one: Instance) -> None:
    block, share = _body(canvas, one)
    there = share > 0
    for label in (one.label, *_ALSO):
        if label in canvas.truth:
            canvas.mark_unknown(label, there, block)
            canvas.truth[label][block] *= (~there).float()
