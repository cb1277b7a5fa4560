"""ONNX's operators as torch functions, as far as convolutional networks need them (onnx.ai/onnx/operators).

The table is closed: a name maps to a function written here, and to nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate

import torch
from torch import Tensor
from torch.nn import functional

from ai.model.errors import ModelError
from ai.model.onnx.graph import Node


@dataclass(frozen=True, eq=False)
class Call:
    """One use of an operator: the node, its inputs (None where left out), the version of the definitions."""

    node: Node
    inputs: list[Tensor | None]
    opset: int

    @property
    def x(self) -> Tensor:
        """The first input."""
        return self.tensor(0)

    def tensor(self, number: int) -> Tensor:
        """Return an input that must be there."""
        found = self.optional(number)
        if found is None:
            raise ModelError(f"The ONNX model is damaged: {self.node.operator} lacks an input.")
        return found

    def optional(self, number: int) -> Tensor | None:
        """Return an input, None where it is left out."""
        return self.inputs[number] if number < len(self.inputs) else None

    def integer(self, name: str, default: int) -> int:
        """Return an attribute."""
        found = self.node.attributes.get(name, default)
        return int(found) if isinstance(found, int | float) else default

    def number(self, name: str, default: float) -> float:
        """Return an attribute."""
        found = self.node.attributes.get(name, default)
        return float(found) if isinstance(found, int | float) else default

    def word(self, name: str, default: str) -> str:
        """Return an attribute."""
        found = self.node.attributes.get(name, default)
        return found if isinstance(found, str) else default

    def many(self, name: str, number: int | None = None) -> list[int]:
        """Return integers that are an attribute, or (in later versions) an input; empty where neither is."""
        found = self.node.attributes.get(name)
        if isinstance(found, list):
            return [int(v) for v in found]
        given = None if number is None else self.optional(number)
        return [] if given is None else [int(v) for v in given.reshape(-1).tolist()]


Result = Tensor | tuple[Tensor, ...]
Operator = Callable[[Call], Result]


def refuse(call: Call, what: str) -> ModelError:
    """Return the refusal of a use that is not supported."""
    return ModelError(f"The ONNX model uses {call.node.operator} with {what}, which is not supported.")


def _pads(call: Call, spatial: int) -> list[int]:
    """Begin and end of each axis as torch's pad wants them: last axis first."""
    if call.word("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        raise refuse(call, "automatic padding")
    pads = call.many("pads") or [0] * (2 * spatial)
    return [pads[axis + side * spatial] for axis in reversed(range(spatial)) for side in (0, 1)]


def _conv(call: Call) -> Tensor:
    weight = call.tensor(1)
    spatial = weight.dim() - 2
    stride = call.many("strides") or [1] * spatial
    dilation = call.many("dilations") or [1] * spatial
    pads = _pads(call, spatial)
    x, even = call.x, [0] * spatial
    if pads[0::2] == pads[1::2]:
        even = pads[0::2][::-1]
    else:
        x = functional.pad(x, pads)
    return torch.convolution(
        x, weight, call.optional(2), stride, even, dilation, False, [0] * spatial, call.integer("group", 1)
    )


def _conv_transpose(call: Call) -> Tensor:
    weight = call.tensor(1)
    spatial = weight.dim() - 2
    pads = _pads(call, spatial)
    if pads[0::2] != pads[1::2] or call.many("output_shape"):
        raise refuse(call, "uneven padding or a given shape")
    return torch.convolution(
        call.x, weight, call.optional(2), call.many("strides") or [1] * spatial, pads[0::2][::-1],
        call.many("dilations") or [1] * spatial, True, call.many("output_padding") or [0] * spatial,
        call.integer("group", 1),
    )  # fmt: skip


def _batch_norm(call: Call) -> Tensor:
    if call.integer("training_mode", 0):
        raise refuse(call, "training mode")
    scale, bias, mean, variance = (call.tensor(n) for n in range(1, 5))
    return functional.batch_norm(call.x, mean, variance, scale, bias, eps=call.number("epsilon", 1e-5))


def _instance_norm(call: Call) -> Tensor:
    return functional.instance_norm(
        call.x, weight=call.tensor(1), bias=call.tensor(2), eps=call.number("epsilon", 1e-5)
    )


def _group_norm(call: Call) -> Tensor:
    groups = call.integer("num_groups", 1)
    scale, bias = call.tensor(1), call.tensor(2)
    if scale.numel() == groups != call.x.shape[1]:  # one for each group before version 21
        scale, bias = (v.repeat_interleave(call.x.shape[1] // groups) for v in (scale, bias))
    return functional.group_norm(call.x, groups, scale, bias, call.number("epsilon", 1e-5))


def _layer_norm(call: Call) -> Tensor:
    axis = call.integer("axis", -1) % call.x.dim()
    return functional.layer_norm(
        call.x, call.x.shape[axis:], call.tensor(1), call.optional(2), call.number("epsilon", 1e-5)
    )


def _pool(call: Call) -> Tensor:
    kernel = call.many("kernel_shape")
    spatial = len(kernel)
    if spatial not in (2, 3) or any(d != 1 for d in call.many("dilations")) or call.integer("ceil_mode", 0):
        raise refuse(call, "dilation, rounding up, or these dimensions")
    pads = _pads(call, spatial)
    stride = call.many("strides") or [1] * spatial
    if call.node.operator == "MaxPool":
        x = functional.pad(call.x, pads, value=float("-inf")) if any(pads) else call.x
        return (functional.max_pool2d if spatial == 2 else functional.max_pool3d)(x, kernel, stride)
    if any(pads) and not call.integer("count_include_pad", 0):
        raise refuse(call, "padding that is not counted")
    x = functional.pad(call.x, pads) if any(pads) else call.x
    return (functional.avg_pool2d if spatial == 2 else functional.avg_pool3d)(x, kernel, stride)


def _axes(call: Call, number: int = 1) -> list[int]:
    found = call.many("axes", number)
    if not found and call.integer("noop_with_empty_axes", 0):
        return []
    return found or list(range(call.x.dim()))


def _reduce(call: Call) -> Tensor:
    axes, keep = _axes(call), bool(call.integer("keepdims", 1))
    if not axes:
        return call.x
    if call.node.operator == "ReduceMean":
        return call.x.mean(axes, keepdim=keep)
    if call.node.operator == "ReduceSum":
        return call.x.sum(axes, keepdim=keep)
    return call.x.amax(axes, keepdim=keep) if call.node.operator == "ReduceMax" else call.x.amin(axes, keepdim=keep)


def _gemm(call: Call) -> Tensor:
    a = call.x.T if call.integer("transA", 0) else call.x
    b = call.tensor(1).T if call.integer("transB", 0) else call.tensor(1)
    result = call.number("alpha", 1.0) * (a @ b)
    c = call.optional(2)
    return result if c is None else result + call.number("beta", 1.0) * c


def _flatten(call: Call) -> Tensor:
    axis = call.integer("axis", 1)
    axis = axis + call.x.dim() if axis < 0 else axis
    first = 1
    for size in call.x.shape[:axis]:
        first *= size
    return call.x.reshape(first, -1)


def _reshape(call: Call) -> Tensor:
    shape = call.many("shape", 1)
    kept = bool(call.integer("allowzero", 0))
    return call.x.reshape([call.x.shape[i] if n == 0 and not kept else n for i, n in enumerate(shape)])


def _squeeze(call: Call) -> Tensor:
    axes = call.many("axes", 1)
    return call.x.squeeze(tuple(axes)) if axes else call.x.squeeze()


def _unsqueeze(call: Call) -> Tensor:
    axes = call.many("axes", 1)
    rank = call.x.dim() + len(axes)
    return reduce(lambda x, axis: x.unsqueeze(axis), sorted(axis % rank for axis in axes), call.x)


def _slice(call: Call) -> Tensor:
    starts, ends = call.many("starts", 1), call.many("ends", 2)
    axes = call.many("axes", 3) or list(range(len(starts)))
    steps = call.many("steps", 4) or [1] * len(starts)
    x = call.x
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        x = x.index_select(axis, _places(start, end, step, x.shape[axis]).to(x.device))
    return x


def _places(start: int, end: int, step: int, size: int) -> Tensor:
    """What Python's slice takes; an end before the beginning stands for “to the beginning”."""
    last = None if step < 0 and end < -size else end
    return torch.tensor(range(*slice(start, last, step).indices(size)), dtype=torch.int64)


def _gather(call: Call) -> Tensor:
    axis, wanted = call.integer("axis", 0), call.tensor(1)
    axis %= call.x.dim()
    wanted = torch.where(wanted < 0, wanted + call.x.shape[axis], wanted).to(call.x.device)
    found = call.x.index_select(axis, wanted.reshape(-1))
    return found.reshape([*call.x.shape[:axis], *wanted.shape, *call.x.shape[axis + 1 :]])


def _split(call: Call) -> tuple[Tensor, ...]:
    axis, count = call.integer("axis", 0), len(call.node.outputs)
    parts = call.many("split", 1)
    return torch.tensor_split(call.x, list(accumulate(parts))[:-1], axis) if parts else torch.chunk(call.x, count, axis)


def _constant(call: Call) -> Tensor:
    for name in ("value", "value_float", "value_int", "value_floats", "value_ints"):
        found = call.node.attributes.get(name)
        if isinstance(found, Tensor):
            return found
        if found is not None and not isinstance(found, str):
            return torch.tensor(found)
    raise refuse(call, "text")


def _constant_of_shape(call: Call) -> Tensor:
    value = call.node.attributes.get("value")
    filling = value if isinstance(value, Tensor) else torch.zeros(1)
    return filling.reshape(()).expand(call.many("shape", 0)).clone()


_CAST = {1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool, 10: torch.float16, 11: torch.float64}


def _cast(call: Call) -> Tensor:
    kind = call.integer("to", 0)
    if kind not in _CAST:
        raise refuse(call, f"type {kind}")
    return call.x.to(_CAST[kind])


def _clip(call: Call) -> Tensor:
    low, high = call.optional(1), call.optional(2)
    if "min" in call.node.attributes or "max" in call.node.attributes:
        return call.x.clamp(call.number("min", -torch.inf), call.number("max", torch.inf))
    low_value, high_value = (None if v is None else float(v) for v in (low, high))
    return call.x if low_value is None and high_value is None else call.x.clamp(low_value, high_value)


def _pad(call: Call) -> Tensor:
    if call.word("mode", "constant") != "constant" or call.optional(3) is not None:
        raise refuse(call, "reflection or chosen axes")
    pads, rank = call.many("pads", 1), call.x.dim()
    value = call.optional(2)
    filling = call.number("value", 0.0) if value is None else float(value)
    flat = [pads[axis + side * rank] for axis in reversed(range(rank)) for side in (0, 1)]
    return functional.pad(call.x, flat, value=filling)


def _resize(call: Call) -> Tensor:
    """Nearest and linear, as torch itself exports them."""
    mode, pose = call.word("mode", "nearest"), call.word("coordinate_transformation_mode", "half_pixel")
    sizes, scales = call.optional(3), call.optional(1 if call.node.operator == "Upsample" else 2)
    if sizes is not None and sizes.numel():
        size = [int(v) for v in sizes.tolist()][2:]
    elif scales is not None and scales.numel():
        size = [int(n * float(s)) for n, s in zip(call.x.shape[2:], scales.tolist()[2:], strict=True)]
    else:
        raise refuse(call, "no size")
    if mode == "nearest" and pose == "asymmetric" and call.word("nearest_mode", "round_prefer_floor") == "floor":
        return functional.interpolate(call.x, size=size, mode="nearest")
    linear = {3: "linear", 4: "bilinear", 5: "trilinear"}[call.x.dim()]
    if mode == "linear" and pose in ("half_pixel", "pytorch_half_pixel", "align_corners"):
        return functional.interpolate(call.x, size=size, mode=linear, align_corners=pose == "align_corners")
    raise refuse(call, f"{mode} and {pose}")


def _gelu(call: Call) -> Tensor:
    return functional.gelu(call.x, approximate=call.word("approximate", "none"))


def _dropout(call: Call) -> Tensor:
    return call.x


OPERATORS: dict[str, Operator] = {
    "Abs": lambda c: c.x.abs(),
    "Add": lambda c: c.x + c.tensor(1),
    "AveragePool": _pool,
    "BatchNormalization": _batch_norm,
    "Cast": _cast,
    "Clip": _clip,
    "Concat": lambda c: torch.cat([t for t in c.inputs if t is not None], c.integer("axis", 0)),
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "Div": lambda c: c.x / c.tensor(1) if c.x.is_floating_point() else c.x.div(c.tensor(1), rounding_mode="trunc"),
    "Dropout": _dropout,
    "Elu": lambda c: functional.elu(c.x, c.number("alpha", 1.0)),
    "Erf": lambda c: c.x.erf(),
    "Exp": lambda c: c.x.exp(),
    "Expand": lambda c: c.x * torch.ones(c.many("shape", 1), dtype=c.x.dtype, device=c.x.device),
    "Flatten": _flatten,
    "Gather": _gather,
    "Gelu": _gelu,
    "Gemm": _gemm,
    "GlobalAveragePool": lambda c: c.x.mean(list(range(2, c.x.dim())), keepdim=True),
    "GlobalMaxPool": lambda c: c.x.amax(list(range(2, c.x.dim())), keepdim=True),
    "GroupNormalization": _group_norm,
    "HardSigmoid": lambda c: (c.x * c.number("alpha", 0.2) + c.number("beta", 0.5)).clamp(0, 1),
    "HardSwish": lambda c: functional.hardswish(c.x),
    "Identity": lambda c: c.x,
    "InstanceNormalization": _instance_norm,
    "LayerNormalization": _layer_norm,
    "LeakyRelu": lambda c: functional.leaky_relu(c.x, c.number("alpha", 0.01)),
    "Log": lambda c: c.x.log(),
    "MatMul": lambda c: c.x @ c.tensor(1),
    "MaxPool": _pool,
    "Mul": lambda c: c.x * c.tensor(1),
    "Neg": lambda c: -c.x,
    "PRelu": lambda c: torch.where(c.x >= 0, c.x, c.x * c.tensor(1)),
    "Pad": _pad,
    "Pow": lambda c: c.x ** c.tensor(1),
    "Reciprocal": lambda c: 1 / c.x,
    "ReduceMax": _reduce,
    "ReduceMean": _reduce,
    "ReduceMin": _reduce,
    "ReduceSum": _reduce,
    "Relu": lambda c: functional.relu(c.x),
    "Reshape": _reshape,
    "Resize": _resize,
    "Shape": lambda c: torch.tensor(c.x.shape, dtype=torch.int64)[c.integer("start", 0) : c.integer("end", 99)],
    "Sigmoid": lambda c: c.x.sigmoid(),
    "Slice": _slice,
    "Softmax": lambda c: c.x.softmax(c.integer("axis", -1 if c.opset >= 13 else 1)),
    "Softplus": lambda c: functional.softplus(c.x),
    "Split": _split,
    "Sqrt": lambda c: c.x.sqrt(),
    "Squeeze": _squeeze,
    "Sub": lambda c: c.x - c.tensor(1),
    "Tanh": lambda c: c.x.tanh(),
    "Transpose": lambda c: c.x.permute(c.many("perm") or list(reversed(range(c.x.dim())))),
    "Unsqueeze": _unsqueeze,
    "Upsample": _resize,
}
"""Name → function."""
