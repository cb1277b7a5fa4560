"""A network from elsewhere: an ONNX graph with one logit (or probability) for each abnormality, and its explanation.

Explained by HiResCAM through autograd (Draelos & Carin 2020) at the last tensor through which the whole input passes
and that still has places: gradient ⊙ features there, summed over channels. Where the head behind it is linear, or
linear in pieces without constants, the heat adds up to the logit; that is tested on every scan, and said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ai.anatomy import standardised
from ai.model.errors import ModelError
from ai.model.intake import Intake, grid_of_cells, taken
from ai.model.onnx import Graph, last_spatial, run
from ai.model.onnx.graph import Node
from ai.model.onnx.operators import OPERATORS
from ai.model.onnx.running import needed
from ai.model.preparation import Prepared
from ai.model.seeing import Seen
from ai.progress import QUIET, Part, Progress
from ai.series import Notice

_TRIED_VOXELS = 64
"""Side of the volume on which a network of free size is tried once, to learn its tensors' shapes."""
_EXACT = 1e-4
_LEAST_PROBABILITY = 1e-7
_ON_CPU = "The graphics memory is too small for this scan; it was read on the CPU, which is slower."


@dataclass(frozen=True)
class Outlet:
    """What the network gives.

    Args:
        name: of the graph's output, (1, labels).
        probabilities: true where these are probabilities, false where they are logits.
        features: name of the tensor to be explained at; empty for the last that has places.
        slope, intercept: of each label: calibrated logit = slope · logit + intercept.
    """

    name: str
    probabilities: bool
    features: str
    slope: tuple[float, ...]
    intercept: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class _Explained:
    """Heat (L, s, r, c), logits (L,), and the logits of features that are nothing."""

    heat: NDArray[np.float32]
    logits: NDArray[np.float64]
    nothing: NDArray[np.float64]


class ForeignNetwork(nn.Module):
    """An ONNX graph that sees as our own network does.

    Args:
        graph: what runs.
        intake: what it takes.
        outlet: what it gives.

    Raises:
        ModelError: the graph does not fit what is said of it.
    """

    def __init__(self, graph: Graph, intake: Intake, outlet: Outlet) -> None:
        super().__init__()
        self.graph, self.intake = graph, intake
        self.source = _source(graph, len(intake.hu_ranges))
        self.outlet = _with_logits(graph, self.source, outlet)
        running = needed(graph, {self.source}, outlet.name)
        for node in running:
            if node.operator not in OPERATORS:
                raise ModelError(f"The ONNX model needs the operator {node.operator}, which is not supported.")
        if outlet.features and not any(outlet.features in node.outputs for node in running):
            raise ModelError(f"The ONNX model has no tensor {outlet.features} to be explained at.")
        self.features = outlet.features or self._last_spatial()

    def see(self, prepared: Prepared, device: torch.device, progress: Progress = QUIET) -> Seen:
        """Read a scan; what does not fit into the device's memory is read on the CPU.

        Raises:
            ModelError: the scan is larger than a network of fixed size takes, or the graph does not run.
        """
        x, grid = taken(prepared, self.intake, self.graph.inputs[self.source])
        notices: tuple[Notice, ...] = ()
        try:
            found = self._explained(x.to(device), progress)
        except torch.OutOfMemoryError:
            if device.type == "cuda":
                torch.cuda.empty_cache()
            device, notices = torch.device("cpu"), (Notice(_ON_CPU),)
            found = self._explained(x, progress)
        cells = grid_of_cells(grid, grid.shape, (found.heat.shape[1], found.heat.shape[2], found.heat.shape[3]))
        layers = [standardised(layer, cells) for layer in found.heat]
        warm = np.stack([np.ascontiguousarray(layer, dtype=np.float32) for layer, _ in layers])
        bias = found.logits - warm.sum(axis=(1, 2, 3), dtype=np.float64)
        near = np.abs(bias - found.nothing) <= _EXACT * np.maximum(1.0, np.abs(found.logits))
        unknown = np.full(len(bias), math.nan)
        return Seen(warm, None, layers[0][1], device.type, notices, bias, unknown, tuple(bool(v) for v in near))

    def _explained(self, x: Tensor, progress: Progress) -> _Explained:
        trunk = Part(progress, 0.0, 0.7)

        def watch(number: int, count: int, node: Node, result: Tensor) -> None:
            trunk.report(number / count, "looking for abnormalities")

        with torch.no_grad():
            features = run(self.graph, {self.source: x}, self.features, watch)
        if features.dim() != 5:
            raise ModelError(f"The ONNX model's {self.features} has no places: its shape is {tuple(features.shape)}.")
        with torch.enable_grad():
            a = features.detach().clone().requires_grad_(True)
            logits = self._logits(a, x)
            parts = [Part(progress, 0.7 + 0.3 * n / len(logits), 1.0) for n in range(len(logits))]
            heat = [self._heat(logit, a, part) for logit, part in zip(logits, parts, strict=True)]
        with torch.no_grad():
            nothing = self._logits(torch.zeros_like(features), x)
        return _Explained(torch.stack(heat).to("cpu", torch.float32).numpy(), _numbers(logits), _numbers(nothing))

    def _heat(self, logit: Tensor, a: Tensor, progress: Progress) -> Tensor:
        progress.report(0.0, "explaining")
        (gradient,) = torch.autograd.grad(logit, a, retain_graph=True, allow_unused=True)
        if gradient is None:
            raise ModelError(f"The ONNX model's output does not depend on {self.features}.")
        return (gradient * a).sum(1)[0].detach()

    def _logits(self, a: Tensor, x: Tensor) -> Tensor:
        """Calibrated logits (L,), in double, from features."""
        scores = run(self.graph, {self.source: x, self.features: a}, self.outlet.name).reshape(-1).double()
        labels = len(self.outlet.slope)
        if scores.numel() != labels:
            raise ModelError(f"The ONNX model gives {scores.numel()} values; the description names {labels} labels.")
        if self.outlet.probabilities:
            scores = torch.logit(scores, eps=_LEAST_PROBABILITY)
        slope = torch.tensor(self.outlet.slope, dtype=torch.float64, device=scores.device)
        return slope * scores + torch.tensor(self.outlet.intercept, dtype=torch.float64, device=scores.device)

    def _last_spatial(self) -> str:
        """Try the network once to learn its tensors' shapes."""
        side = -(-_TRIED_VOXELS // self.intake.multiple) * self.intake.multiple
        sizes = [n or side for n in (*self.graph.inputs[self.source][2:], 0, 0, 0)[:3]]
        shapes: dict[str, tuple[int, ...]] = {}

        def watch(number: int, count: int, node: Node, result: Tensor) -> None:
            shapes[node.outputs[0]] = tuple(result.shape)

        with torch.no_grad():
            x = torch.zeros((1, len(self.intake.hu_ranges), *sizes))
            run(self.graph, {self.source: x}, self.outlet.name, watch)
        found = last_spatial(self.graph, self.source, self.outlet.name, shapes)
        if found is None:
            raise ModelError(
                "The ONNX model has no last tensor with places through which all of its input passes: what it finds "
                "cannot be shown."
            )
        return found


def _numbers(scores: Tensor) -> NDArray[np.float64]:
    return np.asarray(scores.detach().to("cpu", torch.float64).numpy())


def _source(graph: Graph, channels: int) -> str:
    if len(graph.inputs) != 1:
        raise ModelError(f"The ONNX model has {len(graph.inputs)} inputs; one is supported.")
    ((name, shape),) = graph.inputs.items()
    if len(shape) != 5 or shape[0] not in (0, 1):
        raise ModelError(f"The ONNX model takes {shape}; (1, channels, slices, rows, columns) is supported.")
    if shape[1] not in (0, channels):
        raise ModelError(f"The ONNX model takes {shape[1]} channels; the description has {channels} ranges of HU.")
    return name


def _with_logits(graph: Graph, source: str, outlet: Outlet) -> Outlet:
    """Where probabilities come out of a sigmoid, the logits before it are exact."""
    if outlet.name not in graph.outputs:
        raise ModelError(f"The ONNX model has no output {outlet.name}; it has {', '.join(graph.outputs)}.")
    declared = graph.outputs[outlet.name]
    labels = len(outlet.slope)
    if declared and declared[-1] not in (0, labels):
        raise ModelError(f"The ONNX model gives {declared[-1]} values; the description names {labels} labels.")
    makers = [node for node in needed(graph, {source}, outlet.name) if outlet.name in node.outputs]
    if outlet.probabilities and makers and makers[0].operator == "Sigmoid":
        return replace(outlet, name=makers[0].inputs[0], probabilities=False)
    return outlet
