"""The bundle of a network from elsewhere: ``bundle.json`` with a ``network`` of kind ``onnx``, and the file it names.

``bundle.json`` holds, beside what every bundle says (identifier, version, title, labels, thresholds, trained_on,
licence, attribution, limits, measured):

- ``task``: ``abnormalities``, the only one there is.
- ``network``: ``{"kind": "onnx", "file": "model.onnx", "sha256": "…"}``.
- ``input``: see ``intake.Intake``: spacing_mm (one number or three), orientation, hu_ranges, values, multiple.
- ``output``: ``{"name": "logits", "is": "logits"}`` or ``"probabilities"``.
- ``calibration`` (may be left out): slope and intercept for each label, applied to the logits.
- ``evidence`` (may be left out): ``{"features": "name of the tensor to be explained at"}``.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ai.model.errors import ModelError
from ai.model.foreign import ForeignNetwork, Outlet
from ai.model.intake import intake_of
from ai.model.onnx import read_graph

TASK = "abnormalities"
_OWN = frozenset({"task", "network", "input", "output", "calibration", "evidence"})
_MOST_BYTES = 2 << 30


def is_foreign(stored: Mapping[str, Any]) -> bool:
    """True where a description is one of a network from elsewhere."""
    return "network" in stored


def load_foreign(path: Path, stored: Mapping[str, Any]) -> tuple[ForeignNetwork, str, dict[str, Any]]:
    """Load what a description names.

    Args:
        path: of the description, for sentences and to find the file beside it.
        stored: what it says.

    Returns:
        The network, the sha256 of its file, and what is left of the description: as in every bundle.

    Raises:
        ModelError: the file is missing, not the one described, or does not fit the description.
    """
    network = stored["network"]
    kind = network.get("kind") if isinstance(network, dict) else None
    if kind == "torchscript":
        raise ModelError(
            f"{path} names a TorchScript network. TorchScript is a program and runs what its author wrote; no code is "
            "loaded from a bundle. Export the network as ONNX."
        )
    if kind != "onnx":
        raise ModelError(f"{path} names a network of kind {kind}; onnx is supported.")
    if stored.get("task") != TASK:
        raise ModelError(f"{path} is for the task {stored.get('task')}; {TASK} is supported.")
    try:
        intake, outlet = intake_of(stored["input"]), _outlet(stored)
        file, sha256 = str(network["file"]), str(network["sha256"])
    except KeyError as error:
        raise ModelError(f"{path} is not a bundle description: it says nothing of {error}.") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{path} is not a bundle description: {error}.") from error
    if Path(file).name != file:
        raise ModelError(f"{path} names the file {file}, which does not lie beside it.")
    content = _read(path.parent / file)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelError(
            f"{path.parent / file} is not the file its description names (sha256 differs). Fetch it again."
        )
    try:
        made = ForeignNetwork(read_graph(content), intake, outlet)
    except ModelError as error:
        raise ModelError(f"{path.parent / file}: {error}") from error
    return made, sha256, {key: value for key, value in stored.items() if key not in _OWN}


def _outlet(stored: Mapping[str, Any]) -> Outlet:
    output, labels = stored["output"], len(stored["labels"])
    if output["is"] not in ("logits", "probabilities"):
        raise ValueError(f"its output is {output['is']}, not logits or probabilities")
    calibration = stored.get("calibration") or {}
    slope = tuple(float(v) for v in calibration.get("slope", [1.0] * labels))
    intercept = tuple(float(v) for v in calibration.get("intercept", [0.0] * labels))
    if not len(slope) == len(intercept) == labels:
        raise ValueError(f"its calibration is not one of {labels} labels")
    if not all(math.isfinite(v) for v in (*slope, *intercept)) or min(slope, default=1.0) <= 0:
        raise ValueError("its calibration does not rise, or is no number")
    features = str((stored.get("evidence") or {}).get("features", ""))
    return Outlet(str(output["name"]), output["is"] == "probabilities", features, slope, intercept)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ModelError(f"{path} is larger than 2 GB, which no ONNX file can be.")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); fetch the bundle again.") from error
