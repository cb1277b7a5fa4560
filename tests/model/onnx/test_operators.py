"""ONNX's operators against torch's own, or against the examples of their definition."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai.model import ModelError
from ai.model.onnx import read_graph, run
from tests.support.onnx_writing import Attribute, model, node, value_of

Weights = Sequence[NDArray[np.generic]]
GEN = np.random.default_rng(0)
X = torch.from_numpy(GEN.normal(size=(1, 4, 6, 8, 10)).astype(np.float32))


def weight(*shape: int) -> NDArray[np.float32]:
    return np.asarray(np.random.default_rng(sum(shape)).normal(size=shape), dtype=np.float32)


def through(
    operator: str, x: Tensor, more: Weights = (), opset: int = 17, outputs: int = 1, **attributes: Attribute
) -> Tensor:
    """Run one operator; its weights are its further inputs."""
    names = [f"w{n}" for n in range(len(more))]
    results = ["y", *(f"y{n}" for n in range(1, outputs))]
    content = model(
        [node(operator, ["x", *names], results, **attributes)], dict(zip(names, more, strict=True)),
        value_of("x", tuple(x.shape)), value_of("y", ()), opset,
    )  # fmt: skip
    return run(read_graph(content), {"x": x}, "y")


W3, B4 = weight(8, 4, 3, 3, 3), weight(8)
G, H, M, V = weight(4), weight(4), weight(4), np.abs(weight(4)) + 0.1
t = torch.from_numpy
AXES = np.array([2, 3, 4], dtype=np.int64)

SAME: dict[str, tuple[Callable[[], Tensor], Callable[[], Tensor]]] = {
    "Conv": (
        lambda: through("Conv", X, (W3, B4), pads=[1] * 6, strides=[2, 1, 1], kernel_shape=[3, 3, 3]),
        lambda: functional.conv3d(X, t(W3), t(B4), stride=(2, 1, 1), padding=1),
    ),
    "Conv, uneven padding": (
        lambda: through("Conv", X, (W3,), pads=[0, 1, 1, 1, 1, 2]),
        lambda: functional.conv3d(functional.pad(X, (1, 2, 1, 1, 0, 1)), t(W3)),
    ),
    "Conv in groups, dilated": (
        lambda: through("Conv", X, (weight(4, 2, 2, 2, 2),), group=2, dilations=[2, 2, 2]),
        lambda: functional.conv3d(X, t(weight(4, 2, 2, 2, 2)), groups=2, dilation=2),
    ),
    "ConvTranspose": (
        lambda: through("ConvTranspose", X, (weight(4, 2, 2, 2, 2),), strides=[2, 2, 2]),
        lambda: functional.conv_transpose3d(X, t(weight(4, 2, 2, 2, 2)), stride=2),
    ),
    "BatchNormalization": (
        lambda: through("BatchNormalization", X, (G, H, M, V), epsilon=0.001),
        lambda: functional.batch_norm(X, t(M), t(V), t(G), t(H), eps=0.001),
    ),
    "InstanceNormalization": (
        lambda: through("InstanceNormalization", X, (G, H)),
        lambda: functional.instance_norm(X, weight=t(G), bias=t(H)),
    ),
    "GroupNormalization": (
        lambda: through("GroupNormalization", X, (weight(2), weight(2)), opset=18, num_groups=2),
        lambda: functional.group_norm(X, 2, t(weight(2)).repeat_interleave(2), t(weight(2)).repeat_interleave(2)),
    ),
    "MaxPool": (
        lambda: through("MaxPool", X, kernel_shape=[3, 3, 3], strides=[2, 2, 2], pads=[1] * 6),
        lambda: functional.max_pool3d(X, 3, 2, padding=1),
    ),
    "AveragePool": (
        lambda: through("AveragePool", X, kernel_shape=[2, 2, 2], strides=[2, 2, 2]),
        lambda: functional.avg_pool3d(X, 2),
    ),
    "ReduceMean, axes as attribute": (
        lambda: through("ReduceMean", X, axes=[2, 3, 4], keepdims=0),
        lambda: X.mean((2, 3, 4)),
    ),
    "ReduceMean, axes as input": (
        lambda: through("ReduceMean", X, (AXES,), opset=18),
        lambda: X.mean((2, 3, 4), keepdim=True),
    ),
    "Resize, trilinear": (
        lambda: through("Resize", X, (weight(0), np.array([1, 1, 2, 2, 2], np.float32)), mode="linear"),
        lambda: functional.interpolate(X, scale_factor=2, mode="trilinear"),
    ),
    "Resize, nearest": (
        lambda: through(
            "Resize", X, (weight(0), np.array([1, 1, 2, 2, 2], np.float32)), mode="nearest",
            coordinate_transformation_mode="asymmetric", nearest_mode="floor",
        ),
        lambda: functional.interpolate(X, scale_factor=2, mode="nearest"),
    ),
    "Gemm": (
        lambda: through("Gemm", X.reshape(-1, 4), (weight(5, 4), weight(5)), transB=1, alpha=0.5),
        lambda: 0.5 * X.reshape(-1, 4) @ t(weight(5, 4)).T + t(weight(5)),
    ),
    "Slice": (
        lambda: through("Slice", X, (np.array([1, -1]), np.array([99, -9]), np.array([2, 3]), np.array([2, -2]))),
        lambda: X[:, :, 1::2].flip(3)[:, :, :, ::2],
    ),
    "Gather": (lambda: through("Gather", X, (np.array([2, -1]),), axis=1), lambda: X[:, [2, 3]]),
    "Pad": (
        lambda: through("Pad", X, (np.array([0, 0, 0, 0, 1, 0, 0, 2, 0, 3]), np.array(7, np.float32))),
        lambda: functional.pad(X, (1, 3, 0, 0, 0, 2), value=7.0),
    ),
    "Transpose": (lambda: through("Transpose", X, perm=[0, 2, 3, 4, 1]), lambda: X.permute(0, 2, 3, 4, 1)),
    "Reshape": (lambda: through("Reshape", X, (np.array([0, 2, -1]),)), lambda: X.reshape(1, 2, -1)),
    "Flatten": (lambda: through("Flatten", X, axis=2), lambda: X.reshape(4, -1)),
    "Clip": (
        lambda: through("Clip", X, (np.array(-0.5, np.float32), np.array(1, np.float32))),
        lambda: X.clamp(-0.5, 1.0),
    ),
    "LeakyRelu": (lambda: through("LeakyRelu", X, alpha=0.2), lambda: functional.leaky_relu(X, 0.2)),
    "Softmax": (lambda: through("Softmax", X, axis=1), lambda: X.softmax(1)),
    "Split": (lambda: through("Split", X, (np.array([1, 3]),), outputs=2, axis=1), lambda: X[:, :1]),
    "Cast": (lambda: through("Cast", X * 3, to=7), (X * 3).long),
    "Shape": (lambda: through("Shape", X), lambda: torch.tensor([1, 4, 6, 8, 10])),
    "Unsqueeze": (lambda: through("Unsqueeze", X, (np.array([0, -1]),)), lambda: X[None, ..., None]),
    "Squeeze": (lambda: through("Squeeze", X, (np.array([0]),)), lambda: X[0]),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_an_operator_is_what_torch_says(name: str) -> None:
    ours, theirs = SAME[name]
    assert torch.allclose(ours(), theirs(), atol=1e-5)
    assert ours().shape == theirs().shape


def test_an_operator_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(ModelError, match="needs the operator Loop, which is not supported"):
        through("Loop", X)


def test_inputs_that_do_not_fit_are_refused_in_words() -> None:
    with pytest.raises(ModelError, match="Conv does not fit its inputs"):
        through("Conv", X, (weight(8, 3, 3, 3, 3),))


def test_uses_that_would_be_computed_wrongly_are_refused() -> None:
    with pytest.raises(ModelError, match="Conv with automatic padding, which is not supported"):
        through("Conv", X, (W3,), auto_pad="SAME_UPPER")
    with pytest.raises(ModelError, match="MaxPool with dilation, rounding up"):
        through("MaxPool", X, kernel_shape=[2, 2, 2], ceil_mode=1)
