"""Runs the network over a scan: whole, in slabs where the device's memory is short, or on the CPU after all.

Evidence counts within the patient alone: a table, a cushion or what lies beyond the field of view is no finding,
however it looks; that of lung findings, where a bundle says so, in lung or near it alone. What is left out is left out
of logit and map alike, so that they still add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ai.model.chest_parts import parts_of, shares_of_sides
from ai.model.confining import confine
from ai.model.layers import folded
from ai.model.network import EvidenceNet
from ai.model.pooling import SUM
from ai.model.preparation import Prepared, evidence_grid
from ai.progress import QUIET, Part, Progress
from ai.series import Notice
from ai.volume import VoxelGrid

STRIDE = 2
"""Input voxels per evidence cell."""
_SLAB, _CONTEXT = 64, 48
"""Voxels of a slab from top to bottom, and how many the network sees beyond it on either side; multiples of 16."""
_HALF = 0.5
_IN_SLABS = "The graphics memory is too small for the whole scan; it was read in slabs, which is slower."
_ON_CPU = "The graphics memory is too small for this scan; it was read on the CPU, which is slower."


@dataclass(frozen=True, eq=False)
class Seen:
    """What the network saw, on its own grid without padding.

    Args:
        heat: (L, s, r, c) logit points.
        organs: (1 + organs, s, r, c) before the softmax, or None where the network knows none.
        grid: where they lie.
        device: where it ran in the end.
        notices: what the reader must know of it.
        bias: (L,) ``bias + heat.sum()`` is the logit.
        gain: (L,) logit points for each unit of a place's own logit; NaN where places have none.
        additive: (L,) true where the bias is the same for every scan, so that the heat adds up.
        places: of the labels asked for, by number: (s, r, c) logits of each place before the relu, −∞ where evidence
            does not count.
        likely: (L, s, r, c) ``gain · relu(place)``: above 0 where a place by itself is likelier than not, which heat
            that is no plain sum does not tell; None where heat does.
    """

    heat: NDArray[np.float32]
    organs: NDArray[np.float32] | None
    grid: VoxelGrid
    device: str
    notices: tuple[Notice, ...]
    bias: NDArray[np.float64]
    gain: NDArray[np.float64]
    additive: tuple[bool, ...]
    places: Mapping[int, NDArray[np.float32]] = field(default_factory=dict)
    likely: NDArray[np.float32] | None = None

    @property
    def spots(self) -> NDArray[np.float32]:
        """Where instances and extents are sought, (L, s, r, c); see ``likely``."""
        return self.heat if self.likely is None else self.likely


class SeesItself(Protocol):
    """A network from elsewhere, which knows by itself how a scan is to be shown to it."""

    def see(self, prepared: Prepared, device: torch.device, progress: Progress) -> Seen:
        """See a scan; see the function ``see``."""


def see(
    prepared: Prepared,
    network: EvidenceNet | SeesItself,
    device: torch.device,
    progress: Progress = QUIET,
    places_of: tuple[int, ...] = (),
    confined: tuple[int, ...] = (),
) -> Seen:
    """Run the network once over a scan.

    Args:
        prepared: the scan.
        network: stays as and where it is; a folded copy runs on the device.
        device: where to run; what does not fit into its memory is tried in slabs, then on the CPU.
        progress: asked between all layers whether to go on.
        places_of: numbers of the labels whose places are wanted below what counts as evidence, too; a network from
            elsewhere has none.
        confined: numbers of the labels whose evidence counts in lung or near it alone, by a network that names organs.
    """
    if not isinstance(network, EvidenceNet):
        return network.see(prepared, device, progress)
    grid = evidence_grid(prepared, STRIDE)
    extent = network.extent_of(prepared.grid.shape, prepared.hu.shape[2:])
    got, where, notices = _somewhere(prepared.hu, extent, folded(network), device, progress)
    s, r, c = grid.shape
    cut = (slice(None), slice(s), slice(r), slice(c))
    bias = network.bias.detach().to("cpu", torch.float64).numpy()
    gain = network.log_gain.detach().exp().to("cpu", torch.float64).numpy()
    organs = None if got.organs is None else got.organs[cut].numpy()
    patient = _patient(prepared, grid.shape)
    inside = torch.where(torch.from_numpy(patient), got.places[cut], -torch.inf)
    confine(inside, confined, organs, prepared.lungs.mask[::STRIDE, ::STRIDE, ::STRIDE], min(grid.spacing_mm))
    gains = torch.from_numpy(gain)
    heat = network.pooling.heat(inside, gains)
    likely = None if network.pooling.is_sum else SUM.heat(inside, gains).numpy()
    if network.part_head is not None and got.features is not None:
        likely = heat.numpy() if likely is None else likely
        by_parts = network.part_head.heat(got.features[cut], parts_of_scan(prepared))
        heat = heat + by_parts * gains.to(heat.dtype)[:, None, None, None]
    places = {label: inside[label].numpy() for label in places_of}
    return Seen(heat.numpy(), organs, grid, where.type, notices, bias, gain, (True,) * len(bias), places, likely)


def features_of(network: EvidenceNet, ready: Prepared) -> Tensor:
    """Return what the heads of a network of ours see of a whole scan, (1, K, s, r, c) without padding, on the CPU."""
    s, r, c = (-(-n // STRIDE) for n in ready.grid.shape)
    extent = network.extent_of(ready.grid.shape, ready.hu.shape[2:])
    return network.features(ready.hu.to(memory_format=torch.channels_last_3d), extent)[:, :, :s, :r, :c]


def parts_of_scan(ready: Prepared) -> Tensor:
    """Return which share of each cell of a network of ours belongs to each part of the chest, (parts, s, r, c)."""
    grid = evidence_grid(ready, STRIDE)
    lungs = shares_of_sides(ready.lungs.sides, STRIDE)
    return torch.from_numpy(parts_of(lungs, _patient(ready, grid.shape), min(grid.spacing_mm)))


def _patient(prepared: Prepared, cells: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Return which cells are patient by half and more: in others the air around the skin passes for pneumothorax."""
    body = prepared.lungs.body
    filled = np.pad(body, [(0, STRIDE * n - m) for n, m in zip(cells, body.shape, strict=True)], mode="edge")
    s, r, c = cells
    return np.asarray(filled.reshape(s, STRIDE, r, STRIDE, c, STRIDE).mean(axis=(1, 3, 5)) >= _HALF)


@dataclass(frozen=True, eq=False)
class _Got:
    """What one pass gave, on the CPU: places (L, s, r, c) before the relu; organs, and features where they are needed
    once more, or None.
    """

    places: Tensor
    organs: Tensor | None
    features: Tensor | None


def _somewhere(
    hu: Tensor, extent: Tensor, network: EvidenceNet, device: torch.device, progress: Progress
) -> tuple[_Got, torch.device, tuple[Notice, ...]]:
    try:
        return _whole(hu, extent, network, device, progress), device, ()
    except torch.OutOfMemoryError:
        _empty(device)
    try:
        return _in_slabs(hu, extent, network, device, progress), device, (Notice(_IN_SLABS),)
    except torch.OutOfMemoryError:
        _empty(device)
    cpu = torch.device("cpu")
    return _whole(hu, extent, network, cpu, progress), cpu, (Notice(_ON_CPU),)


def _empty(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.empty_cache()


def _whole(hu: Tensor, extent: Tensor, network: EvidenceNet, device: torch.device, progress: Progress) -> _Got:
    """See a crop, or the part of it that lies in an extent, (1, 3, 2)."""
    with torch.inference_mode(), _asked_between_layers(network, progress):
        mine = network.to(device)
        evidence = mine(hu.to(device, memory_format=torch.channels_last_3d), extent.to(device, hu.dtype))
        organs = None if evidence.organs is None else _by_label(evidence.organs[0])
        features = None if network.part_head is None else _by_label(evidence.features[0])
        return _Got(_by_label(evidence.places[0]), organs, features)


def _by_label(values: Tensor) -> Tensor:
    """Return (L, s, r, c) on the CPU, each label's cells side by side: they are looked at one label at a time."""
    return values.to("cpu", torch.float32).contiguous()


def _in_slabs(hu: Tensor, extent: Tensor, network: EvidenceNet, device: torch.device, progress: Progress) -> _Got:
    """Slab by slab, each with its surroundings: the same places but where their surroundings reach further."""
    height = hu.shape[2]
    starts = range(0, height, _SLAB)
    places, organs, features = [], [], []
    for number, start in enumerate(starts):
        low, high = max(0, start - _CONTEXT), min(height, start + _SLAB + _CONTEXT)
        part = Part(progress, number / len(starts), (number + 1) / len(starts))
        bottom, top = (float(end) for end in extent[0, 0])
        mine = extent.clone()
        mine[0, 0] = torch.tensor([bottom + (top - bottom) * end / height for end in (low, high)])
        got = _whole(hu[:, :, low:high], mine, network, device, part)
        inner = slice((start - low) // STRIDE, (min(start + _SLAB, height) - low) // STRIDE)
        places.append(got.places[:, inner])
        if got.organs is not None:
            organs.append(got.organs[:, inner])
        if got.features is not None:
            features.append(got.features[:, inner])
    return _Got(torch.cat(places, 1), *(torch.cat(part, 1) if part else None for part in (organs, features)))


@contextmanager
def _asked_between_layers(network: EvidenceNet, progress: Progress) -> Iterator[None]:
    """Report, and so let the reader cancel, after every convolution but the heads', which are products of matrices."""
    heads = (network.head, network.organ_head)
    layers = [m for m in network.modules() if isinstance(m, nn.Conv3d | nn.Linear) and m not in heads]
    done = 0

    def ask(module: nn.Module, args: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal done
        done += 1
        progress.report(min(1.0, done / len(layers)), "looking for abnormalities")

    hooks = [layer.register_forward_hook(ask) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
