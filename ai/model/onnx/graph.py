"""An ONNX model as plain values (field numbers: onnx.proto, ONNX 1.x)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ai.model.errors import ModelError
from ai.model.onnx.wire import Value, fields_of, floats, held, integers, signed, text

Attribute = int | float | str | Tensor | list[int] | list[float]

OPSETS = range(9, 24)
"""Versions of the operators' definitions that the table of operators was written for."""
_TYPES: dict[int, np.dtype[np.generic]] = {
    1: np.dtype("<f4"), 2: np.dtype("u1"), 3: np.dtype("i1"), 6: np.dtype("<i4"), 7: np.dtype("<i8"),
    9: np.dtype("?"), 10: np.dtype("<f2"), 11: np.dtype("<f8"),
}  # fmt: skip
"""TensorProto.DataType."""
_EXTERNAL = 1
_LARGEST = 1 << 31
"""Elements of one tensor; more is a damaged file."""


@dataclass(frozen=True, eq=False)
class Node:
    """One operator; an empty name stands for an input that is left out."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, eq=False)
class Graph:
    """A network.

    Args:
        nodes: each after those whose results it needs.
        weights: tensors by name.
        inputs: names with shapes; 0 stands for a size that is free.
        outputs: names with shapes, likewise; empty where not said.
        opset: version of the operators' definitions.
    """

    nodes: tuple[Node, ...]
    weights: Mapping[str, Tensor]
    inputs: Mapping[str, tuple[int, ...]]
    outputs: Mapping[str, tuple[int, ...]]
    opset: int


def read_graph(file: bytes) -> Graph:
    """Read an ONNX file that was opened.

    Raises:
        ModelError: it is none, it is damaged, or it needs what is not supported (tensors in other files, subgraphs,
            operators that are not ONNX's own).
    """
    graph, opset, functions = b"", 0, False
    for number, value in fields_of(file):
        if number == 7:
            graph = held(value)
        elif number == 8:
            domain, version = _opset(held(value))
            opset = version if domain in ("", "ai.onnx") else opset
        functions = functions or number == 25
    if not graph:
        raise ModelError("The file is no ONNX model: it holds no graph.")
    if functions:
        raise ModelError("The ONNX model defines functions of its own, which are not supported; export it without.")
    if opset not in OPSETS:
        raise ModelError(f"The ONNX model uses operators of version {opset}, not {OPSETS[0]} to {OPSETS[-1]}.")
    return _graph(graph, opset)


def _graph(message: bytes, opset: int) -> Graph:
    nodes: list[Node] = []
    weights: dict[str, Tensor] = {}
    inputs: dict[str, tuple[int, ...]] = {}
    outputs: dict[str, tuple[int, ...]] = {}
    for number, value in fields_of(message):
        if number == 1:
            nodes.append(_node(held(value)))
        elif number == 5:
            name, tensor = _tensor(held(value))
            weights[name] = tensor
        elif number == 11:
            name, shape = _value(held(value))
            inputs[name] = shape
        elif number == 12:
            name, shape = _value(held(value))
            outputs[name] = shape
        elif number == 15:
            raise ModelError("The ONNX model holds sparse tensors, which are not supported.")
    _checked(nodes, {*weights, *inputs})
    free = {name: shape for name, shape in inputs.items() if name not in weights}
    return Graph(tuple(nodes), weights, free, outputs, opset)


def _checked(nodes: list[Node], known: set[str]) -> None:
    for node in nodes:
        missing = [name for name in node.inputs if name and name not in known]
        if missing:
            raise ModelError(f"The ONNX model is damaged: {node.operator} needs {missing[0]}, which nothing makes.")
        known.update(node.outputs)


def _opset(message: bytes) -> tuple[str, int]:
    domain, version = "", 0
    for number, value in fields_of(message):
        if number == 1:
            domain = text(value)
        elif number == 2:
            version = signed(value)
    return domain, version


def _node(message: bytes) -> Node:
    inputs, outputs, operator, domain = [], [], "", ""
    attributes: dict[str, Attribute] = {}
    for number, value in fields_of(message):
        if number == 1:
            inputs.append(text(value))
        elif number == 2:
            outputs.append(text(value))
        elif number == 4:
            operator = text(value)
        elif number == 5:
            name, content = _attribute(held(value))
            attributes[name] = content
        elif number == 7:
            domain = text(value)
    if domain not in ("", "ai.onnx"):
        raise ModelError(f"The ONNX model uses {operator} of {domain}; only ONNX's own operators are supported.")
    return Node(operator, tuple(inputs), tuple(outputs), attributes)


def _attribute(message: bytes) -> tuple[str, Attribute]:
    name = ""
    content: Attribute = 0
    many_floats: list[float] = []
    many_integers: list[int] = []
    for number, value in fields_of(message):
        if number == 1:
            name = text(value)
        elif number == 2:
            content = floats(value)[0]
        elif number == 3:
            content = signed(value)
        elif number == 4:
            content = text(value)
        elif number == 5:
            content = _tensor(held(value))[1]
        elif number == 7:
            many_floats += floats(value)
        elif number == 8:
            many_integers += integers(value)
        elif number in (6, 11):
            raise ModelError("The ONNX model holds branches or loops, which are not supported.")
    return name, many_integers or many_floats or content


def _tensor(message: bytes) -> tuple[str, Tensor]:
    name, kind, dims, raw = "", 0, [], b""
    values: list[float] | list[int] = []
    for number, value in fields_of(message):
        if number == 1:
            dims += integers(value)
        elif number == 2:
            kind = signed(value)
        elif number == 4:
            values = [*values, *floats(value)]
        elif number in (5, 7):
            values = [*values, *integers(value)]
        elif number == 8:
            name = text(value)
        elif number == 9:
            raw = held(value)
        elif number == 10:
            values = list(np.frombuffer(held(value), "<f8"))
        elif number == 13 or (number == 14 and value == _EXTERNAL):
            raise ModelError("The ONNX model keeps tensors in other files; export it as one file.")
    return name, _made(name, kind, dims, raw, values)


def _made(name: str, kind: int, dims: list[int], raw: bytes, values: list[float] | list[int]) -> Tensor:
    if kind not in _TYPES:
        raise ModelError(f"The ONNX model's tensor {name} is of a type that is not supported ({kind}).")
    count = int(np.prod(dims, dtype=np.float64)) if all(0 <= n < _LARGEST for n in dims) else _LARGEST
    if raw:
        array = np.frombuffer(raw, _TYPES[kind], count=len(raw) // _TYPES[kind].itemsize)
    elif kind == 10:
        array = np.array(values, dtype=np.uint16).view(np.float16)  # onnx.proto: half floats lie in int32_data as bits
    else:
        array = np.array(values, dtype=_TYPES[kind])
    if array.size != count:
        raise ModelError(f"The ONNX model is damaged: its tensor {name} has {array.size} values instead of {count}.")
    return torch.from_numpy(array.reshape(dims).copy())


def _value(message: bytes) -> tuple[str, tuple[int, ...]]:
    """Name and shape of an input or output; ValueInfoProto → TypeProto → Tensor → TensorShapeProto → Dimension."""
    name, dims = "", []
    for number, value in fields_of(message):
        if number == 1:
            name = text(value)
        elif number == 2:
            dims = [_size(d) for d in _inside(_inside_one(_inside_one(held(value), 1), 2), 1)]
    return name, tuple(dims)


def _inside(message: bytes, wanted: int) -> list[Value]:
    return [value for number, value in fields_of(message) if number == wanted]


def _inside_one(message: bytes, wanted: int) -> bytes:
    found = _inside(message, wanted)
    return held(found[0]) if found else b""


def _size(dimension: Value) -> int:
    found = _inside(held(dimension), 1)
    return max(0, signed(found[0])) if found else 0
