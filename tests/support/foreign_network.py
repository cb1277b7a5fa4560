"""A small network from elsewhere, as an ONNX bundle: it finds what is brighter than bone."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.onnx_writing import model, node, value_of

LABELS = ("nodule", "mass")
BIAS = np.array([-3.0, -1.0], dtype=np.float32)
GAIN = 4000.0


def weights(constant: float = 0.0) -> dict[str, NDArray[np.generic]]:
    """Return a mean over cells of 2³ voxels, what of it lies above .5 of the range, and a head."""
    head = np.array([[GAIN, 0.0], [0.0, GAIN]], dtype=np.float32)
    return {
        "pool": np.full((2, 1, 2, 2, 2), 1 / 8, dtype=np.float32),
        "below": np.array([-0.5, -0.9], dtype=np.float32),
        "head": head,
        "bias": BIAS + np.float32(constant),
    }


def graph(tail: str = "linear", shape: tuple[int | str, ...] = (1, 1, "s", "r", "c"), operator: str = "Relu") -> bytes:
    """Return the network; ``tail`` is ``linear``, ``squared`` (its heat does not add up) or ``sigmoid``."""
    nodes = [
        node("Conv", ["image", "pool", "below"], ["raw"], kernel_shape=[2, 2, 2], strides=[2, 2, 2]),
        node(operator, ["raw"], ["places"]),
        node("GlobalAveragePool", ["places"], ["mean"]),
        node("Flatten", ["mean"], ["flat"], axis=1),
    ]
    gemm = "logits" if tail == "linear" else "scores"
    nodes.append(node("Gemm", ["flat", "head", "bias"], [gemm]))
    if tail == "squared":
        nodes.append(node("Mul", ["scores", "scores"], ["logits"]))
    if tail == "sigmoid":
        nodes.append(node("Sigmoid", ["scores"], ["logits"]))
    return model(nodes, weights(), value_of("image", shape), value_of("logits", (1, len(LABELS))))


def described(file: bytes, **changes: Any) -> dict[str, Any]:
    """Return a description of it; ``changes`` replace what it says."""
    return {
        "schema": 2, "identifier": "elsewhere", "version": "1", "title": "From elsewhere", "task": "abnormalities",
        "network": {"kind": "onnx", "file": "model.onnx", "sha256": hashlib.sha256(file).hexdigest()},
        "input": {"spacing_mm": 4.0, "orientation": "SPL", "hu_ranges": [[-1000, 3000]], "multiple": 2},
        "output": {"name": "logits", "is": "logits"}, "labels": list(LABELS),
        "thresholds": [{"sensitive": 0.2, "balanced": 0.5, "specific": 0.8}] * len(LABELS),
        "trained_on": "nothing", "licence": "Apache-2.0", "attribution": ["nobody"], "limits": "tests only",
        "measured": {}, **changes,
    }  # fmt: skip


def written(folder: Path, file: bytes | None = None, **changes: Any) -> Path:
    """Write the bundle and return its folder."""
    content = graph() if file is None else file
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(content)
    (folder / "bundle.json").write_text(json.dumps(described(content, **changes)), encoding="utf-8")
    return folder
