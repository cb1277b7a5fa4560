"""ONNX files: read whole, or refused in a sentence; nothing that is damaged gets through."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch

from ai.model import ModelError
from ai.model.onnx import last_spatial, read_graph, run
from ai.model.onnx.running import needed
from tests.support.foreign_network import GAIN, graph
from tests.support.onnx_writing import model, node, number, part, tensor, value_of


def test_what_was_written_is_read() -> None:
    found = read_graph(graph())
    assert [n.operator for n in found.nodes] == ["Conv", "Relu", "GlobalAveragePool", "Flatten", "Gemm"]
    assert found.inputs == {"image": (1, 1, 0, 0, 0)}
    assert found.outputs == {"logits": (1, 2)}
    assert found.opset == 17
    assert found.nodes[0].attributes["strides"] == [2, 2, 2]
    assert found.weights["bias"].tolist() == [-3.0, -1.0]


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.float16, np.int64, np.int32, np.bool_])
def test_tensors_of_all_types_come_back(kind: type[np.generic]) -> None:
    array = np.arange(6).reshape(2, 3).astype(kind)
    content = model([node("Identity", ["x"], ["y"])], {"w": array}, value_of("x", (1,)), value_of("y", (1,)))
    found = read_graph(content).weights["w"]
    assert np.array_equal(found.numpy(), array)


@pytest.mark.parametrize("length", [0, 1, 7, 40, 100, -9, -1])
def test_a_file_that_ends_too_early_is_refused(length: int) -> None:
    with pytest.raises(ModelError, match="ONNX"):
        read_graph(graph()[:length])


@pytest.mark.parametrize("content", [pickle.dumps({"a": 1}), b"\xff" * 64, b"PK\x03\x04 a TorchScript archive", b"{}"])
def test_what_is_no_onnx_file_is_refused(content: bytes) -> None:
    with pytest.raises(ModelError, match="ONNX"):
        read_graph(content)


def _of(*nodes: bytes, extra: bytes = b"", opset: int = 17) -> bytes:
    body = b"".join(part(1, n) for n in nodes) + extra
    body += part(11, value_of("x", (1,))) + part(12, value_of("y", (1,)))
    return number(1, 8) + part(7, body) + part(8, part(1, "") + number(2, opset))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (_of(node("Relu", ["z"], ["y"])), "Relu needs z, which nothing makes"),
        (_of(node("Relu", ["x"], ["y"]) + part(7, "com.microsoft")), "Relu of com.microsoft"),
        (_of(node("Relu", ["x"], ["y"]), opset=99), "version 99"),
        (_of(node("If", ["x"], ["y"]) + part(5, part(1, "then") + part(6, b""))), "branches or loops"),
        (_of(extra=part(5, tensor("w", np.zeros(3, np.float32)) + number(14, 1))), "in other files"),
        (_of(extra=part(5, number(1, 5) + number(2, 1) + part(8, "w") + part(9, b"1234"))), "1 values instead of 5"),
        (_of(extra=part(5, number(1, 1) + number(2, 8) + part(8, "w"))), "of a type that is not supported"),
        (_of(node("Relu", ["x"], ["y"])) + part(25, b""), "functions of its own"),
    ],
)
def test_what_is_not_supported_is_said(content: bytes, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        read_graph(content)


def test_only_what_is_needed_runs() -> None:
    found = read_graph(graph())
    assert [n.operator for n in needed(found, {"places"}, "logits")] == ["GlobalAveragePool", "Flatten", "Gemm"]
    places = torch.ones((1, 2, 3, 3, 3))
    assert run(found, {"places": places}, "logits").tolist() == [[GAIN - 3, GAIN - 1]]


def test_the_last_tensor_with_places_is_found_and_branches_around_it_are_seen() -> None:
    found = read_graph(graph())
    shapes = {"raw": (1, 2, 4, 4, 4), "places": (1, 2, 4, 4, 4), "mean": (1, 2, 1, 1, 1), "flat": (1, 2)}
    assert last_spatial(found, "image", "logits", shapes) == "places"
    nodes = [
        node("Relu", ["x"], ["a"]),
        node("Sigmoid", ["x"], ["b"]),
        node("Add", ["a", "b"], ["c"]),
        node("Neg", ["c"], ["d"]),
        node("Mul", ["d", "x"], ["e"]),
        node("GlobalAveragePool", ["e"], ["y"]),
    ]
    around = read_graph(model(nodes, {}, value_of("x", (1, 1, 4, 4, 4)), value_of("y", (1, 1))))
    places = dict.fromkeys("abcde", (1, 1, 4, 4, 4))
    assert last_spatial(around, "x", "y", places) == "e"
    assert last_spatial(around, "x", "y", {k: v for k, v in places.items() if k != "e"}) is None
