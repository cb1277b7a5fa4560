"""Runs a part of a graph: from tensors that are given to one that is wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from ai.model.errors import ModelError
from ai.model.onnx.graph import Graph, Node
from ai.model.onnx.operators import OPERATORS, Call

Watch = Callable[[int, int, Node, Tensor], None]


def run(graph: Graph, given: Mapping[str, Tensor], wanted: str, watch: Watch | None = None) -> Tensor:
    """Compute one tensor; only what it needs, and nothing is kept longer than needed.

    Args:
        graph: the network; its weights are moved to the device of what is given.
        given: tensors by name: the input, or any tensor inside, which is then not computed.
        wanted: which tensor.
        watch: told after every node (its number, how many there are, the node, its first result).

    Raises:
        ModelError: an operator is not supported, or does not fit its inputs.
    """
    nodes = needed(graph, set(given), wanted)
    uses = Counter(name for node in nodes for name in node.inputs)
    device = next(iter(given.values())).device
    alive = dict(given)
    for number, node in enumerate(nodes):
        results = _result(node, [_input(graph, alive, name, device) for name in node.inputs], graph.opset)
        alive.update(zip(node.outputs, results, strict=False))
        if watch is not None:
            watch(number + 1, len(nodes), node, results[0])
        for name in node.inputs:
            uses[name] -= 1
            if uses[name] <= 0 and name != wanted:
                alive.pop(name, None)
    if wanted not in alive:
        raise ModelError(f"The ONNX model makes no {wanted}.")
    return alive[wanted]


def needed(graph: Graph, given: set[str], wanted: str, values_only: bool = False) -> list[Node]:
    """Return the nodes that make ``wanted`` out of what is given, in order.

    Args:
        graph: the network.
        given: names of tensors that need not be made.
        wanted: name of a tensor.
        values_only: leave out what is needed for a tensor's shape alone.
    """
    missing = {wanted} - given
    kept = []
    for node in reversed(graph.nodes):
        if missing.intersection(node.outputs):
            kept.append(node)
            missing.difference_update(node.outputs)
            if not (values_only and node.operator == "Shape"):
                missing.update(set(node.inputs) - given - {""})
    return kept[::-1]


def last_spatial(graph: Graph, source: str, output: str, shapes: Mapping[str, tuple[int, ...]]) -> str | None:
    """Return the last tensor through which all of the input reaches the output and that still has places.

    Args:
        graph: the network.
        source: the input's name.
        output: the output's name.
        shapes: of every tensor, from one run.

    Returns:
        None where there is none: the network forgets places at once, or goes round them.
    """
    made_by_node = [name for node in needed(graph, {source}, output) for name in node.outputs]
    for name in reversed(made_by_node):
        shape = shapes.get(name, ())
        if len(shape) == 5 and min(shape[2:]) > 1 and name != output and not _reaches(graph, source, output, name):
            return name
    return None


def _reaches(graph: Graph, source: str, output: str, without: str) -> bool:
    """True where the output still needs the input when one tensor inside is given."""
    nodes = needed(graph, {without, source}, output, values_only=True)
    return any(source in node.inputs for node in nodes if node.operator != "Shape")


def _input(graph: Graph, alive: Mapping[str, Tensor], name: str, device: torch.device) -> Tensor | None:
    if not name:
        return None
    if name in alive:
        return alive[name]
    weight = graph.weights[name]
    return weight.to(device) if weight.is_floating_point() else weight


def _result(node: Node, inputs: list[Tensor | None], opset: int) -> tuple[Tensor, ...]:
    made = OPERATORS.get(node.operator)
    if made is None:
        raise ModelError(f"The ONNX model needs the operator {node.operator}, which is not supported.")
    try:
        result = made(Call(node, inputs, opset))
    except (RuntimeError, IndexError, TypeError, ValueError) as error:
        if isinstance(error, torch.OutOfMemoryError):
            raise
        raise ModelError(f"The ONNX model's {node.operator} does not fit its inputs ({error}).") from error
    return result if isinstance(result, tuple) else (result,)
