"""Writes small ONNX models, so that tests need no other package: just the fields that a reader needs (onnx.proto)."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Attribute = int | float | str | Sequence[int]
_TYPES = {"float32": 1, "int64": 7, "float16": 10, "bool": 9, "float64": 11, "int32": 6}


def varint(value: int) -> bytes:
    """Return a number in seven-bit groups, lowest first; negative ones as two's complement of 64 bits."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field: int, value: int) -> bytes:
    """Return an integer field."""
    return varint(field << 3) + varint(value)


def part(field: int, content: bytes | str) -> bytes:
    """Return a field of bytes: text or a message."""
    raw = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(raw)) + raw


def tensor(name: str, array: NDArray[np.generic]) -> bytes:
    """Return a TensorProto with raw data."""
    dims = b"".join(number(1, n) for n in array.shape)
    return dims + number(2, _TYPES[array.dtype.name]) + part(8, name) + part(9, array.tobytes())


def node(operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Attribute) -> bytes:
    """Return a NodeProto."""
    message = b"".join(part(1, name) for name in inputs) + b"".join(part(2, name) for name in outputs)
    return message + part(4, operator) + b"".join(part(5, _attribute(n, v)) for n, v in attributes.items())


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        return part(1, name) + varint(2 << 3 | 5) + struct.pack("<f", value) + number(20, 1)
    if isinstance(value, int):
        return part(1, name) + number(3, value) + number(20, 2)
    if isinstance(value, str):
        return part(1, name) + part(4, value) + number(20, 3)
    return part(1, name) + b"".join(number(8, v) for v in value) + number(20, 7)


def value_of(name: str, shape: Sequence[int | str]) -> bytes:
    """Return a ValueInfoProto; a name stands for a free size."""
    dims = b"".join(part(1, number(1, n) if isinstance(n, int) else part(2, n)) for n in shape)
    return part(1, name) + part(2, part(1, number(1, 1) + part(2, dims)))


def model(
    nodes: Sequence[bytes], weights: Mapping[str, NDArray[np.generic]], source: bytes, output: bytes, opset: int = 17
) -> bytes:
    """Return a ModelProto."""
    graph = b"".join(part(1, n) for n in nodes) + part(2, "tests")
    graph += b"".join(part(5, tensor(name, array)) for name, array in weights.items())
    graph += part(11, source) + part(12, output)
    return number(1, 8) + part(7, graph) + part(8, part(1, "") + number(2, opset))
