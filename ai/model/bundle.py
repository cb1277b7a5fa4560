"""A bundle: a folder with weights (safetensors) and a JSON file that says what they are and were measured to do."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ai.errors import UnknownName
from ai.findings import ModelCard, Thresholds
from ai.model.close_look import CloseLook
from ai.model.close_look_file import KEY, loaded_close_look, saved_close_look
from ai.model.confining import confined
from ai.model.deep_network import DeepNet
from ai.model.errors import ModelError
from ai.model.filter_network import TOLD, FilterNet
from ai.model.foreign import ForeignNetwork
from ai.model.foreign_bundle import is_foreign, load_foreign
from ai.model.network import EvidenceNet
from ai.model.pooling import SUM, Pooling
from ai.model.weights import digest
from ai.vocabulary import RESOURCES, abnormality

SHIPPED = RESOURCES / "models" / "chest"
_DESCRIPTION, _WEIGHTS = "bundle.json", "weights.safetensors"
_SCHEMA = 2
_INTERFACE: dict[str, Any] = {
    "task": "abnormalities of chest CT, each with its evidence by place; organs",
    "input": {"orientation": "SPL"},
    "output": {"cell_voxels": 2, "logit": "bias + sum(heat)", "heat": "gain * relu(W.A): HiResCAM of the logit at A"},
}
"""What the network is for, takes (axes rise to the head, the back, the left; with the ranges of its kind) and gives: a
bundle that says otherwise is none of ours."""
_HEAT_OF_NORM = (
    "gain * e^power / |e|^(power - 1) with |e| = sum(e^power)^(1/power), e = relu(W.A + lowered): "
    "HiResCAM of the logit at A"
)
_HEAT_OF_PARTS = "gain * sum(w * m * a^q / (sum(m) * s^(q - 1))), m a part's shares, s = (sum(m * a^q) / sum(m))^(1/q)"


@dataclass(frozen=True)
class Description:
    """What ``bundle.json`` holds.

    ``thresholds`` are probabilities, in the order of ``labels``, for each setting. ``organs`` says whether the network
    names organs, ``positions`` whether it is told where a place lies, ``fine`` its channels at the voxels' own size (0
    where it has none), ``pooling`` how places become a logit, ``confined`` that evidence for findings of lungs and
    airways counts in lung or near it alone, by the network's own organs. ``instance_evidence`` is how much evidence
    (cells times logit points) makes an instance, in the order of ``labels``; empty where a tenth of a logit point does.
    ``kind`` is how the network is built: deep, or on fixed filters; ``parts`` says whether it has a head of parts.
    ``measured`` is what the card shows: free tables of names and figures; ``calibration`` how its probabilities were
    made to mean what they say. A network from elsewhere has no widths and no features: how it is built is its own
    affair.
    """

    identifier: str
    version: str
    title: str
    labels: tuple[str, ...]
    thresholds: tuple[Thresholds, ...]
    widths: tuple[int, ...]
    features: int
    organs: bool
    spacing_mm: float
    trained_on: str
    licence: str
    attribution: tuple[str, ...]
    limits: str
    measured: dict[str, Any]
    positions: bool = False
    calibration: str = ""
    fine: int = 0
    pooling: Pooling = SUM
    confined: bool = False
    instance_evidence: tuple[float, ...] = ()
    kind: str = DeepNet.kind
    parts: bool = False


@dataclass(frozen=True, eq=False)
class Bundle:
    """A loaded model: network in evaluation mode on the CPU, ours or one from elsewhere, and what it says of itself.

    ``close_look`` is a second network that looks at one abnormality's candidates; None where there is none.
    """

    network: EvidenceNet | ForeignNetwork
    description: Description
    card: ModelCard
    close_look: CloseLook | None = None

    @property
    def confined(self) -> tuple[int, ...]:
        """Numbers of the labels whose evidence counts in lung or near it alone; none unless the description says so."""
        return confined(self.description.labels) if self.description.confined else ()


def built(description: Description) -> EvidenceNet:
    """Return a network of ours as a description says, by chance."""
    labels, said = len(description.labels), description
    network: EvidenceNet
    if said.kind == FilterNet.kind:
        network = FilterNet(labels)
    else:
        network = DeepNet(labels, said.widths, said.features, said.organs, said.positions, said.fine, said.pooling)
    if said.parts and network.part_head is None:
        network.add_part_head()
    return network


def bundles_beside() -> list[Path]:
    """Return the folders of the bundles that come with the program, the shipped one first."""
    found = sorted(path.parent for path in SHIPPED.parent.glob(f"*/{_DESCRIPTION}"))
    return [folder for folder in found if folder == SHIPPED] + [folder for folder in found if folder != SHIPPED]


def load_bundle(folder: Path | None = None) -> Bundle:
    """Load a bundle; the shipped one where no folder is named. No code is loaded, only numbers and names of operators.

    Raises:
        ModelError: a file is missing, does not fit the other, or the weights are not the ones described.
    """
    folder = folder or SHIPPED
    path = folder / _DESCRIPTION
    stored = _read(path)
    if is_foreign(stored):
        return _foreign(path, stored)
    told = {key: stored.pop(key, None) for key in _INTERFACE}
    closely = stored.pop(KEY, None)
    description, sha256 = _described(path, stored)
    fault = _fault(description) or _fault_of_interface(told, description)
    if fault:
        raise ModelError(f"{path} is not a bundle description: {fault}. Fetch it again.")
    if digest(folder / _WEIGHTS) != sha256:
        raise ModelError(f"{folder / _WEIGHTS} is not the file its description names (sha256 differs). Fetch it again.")
    network = built(description)
    try:
        network.load_state_dict(load_file(folder / _WEIGHTS))
    except (SafetensorError, RuntimeError) as error:
        raise ModelError(f"{folder / _WEIGHTS} does not fit the network its description names.") from error
    network.eval()
    network.requires_grad_(False)
    look = None if closely is None else loaded_close_look(path, closely)
    if look is not None and look.abnormality not in description.labels:
        raise ModelError(f"{path} looks closely for {look.abnormality}, which is not among its labels.")
    return Bundle(network, description, _card(description, sha256), look)


def _foreign(path: Path, stored: dict[str, Any]) -> Bundle:
    """Load a network from elsewhere; its scans are prepared at its finest spacing."""
    for key in ("schema", "labels", "thresholds"):
        if key not in stored:
            raise ModelError(f"{path} is not a bundle description: it says nothing of {key}.")
    network, sha256, common = load_foreign(path, stored)
    built = {
        "sha256": sha256,
        "widths": [],
        "features": 0,
        "organs": False,
        "spacing_mm": min(network.intake.spacing_mm),
    }
    description, _ = _described(path, {**common, **built})
    fault = _fault_of_labels(description)
    if fault:
        raise ModelError(f"{path} is not a bundle description: {fault}. Fetch it again.")
    return Bundle(network.eval(), description, _card(description, sha256))


def _card(description: Description, sha256: str) -> ModelCard:
    return ModelCard(description.identifier, description.version, sha256, description.trained_on, description.title)


def save_bundle(
    network: EvidenceNet, description: Description, folder: Path, close_look: CloseLook | None = None
) -> None:
    """Write weights and description; the description last, so that a half-written bundle does not load."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    save_file(tensors, folder / _WEIGHTS)
    described = replace(description, pooling=network.pooling)
    stored = {"schema": _SCHEMA, "sha256": digest(folder / _WEIGHTS), **_interface(described), **asdict(described)}
    if close_look is not None:
        stored[KEY] = saved_close_look(close_look, folder)
    (folder / _DESCRIPTION).write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _described(path: Path, stored: dict[str, Any]) -> tuple[Description, str]:
    """Return what the file says, and the sha256 of the weights it speaks of."""
    try:
        schema, sha256 = stored.pop("schema"), str(stored.pop("sha256"))
        if schema != _SCHEMA:
            raise ModelError(f"{path} has schema {schema}; this program reads schema {_SCHEMA}.")
        for key in ("labels", "widths", "attribution"):
            stored[key] = tuple(stored[key])
        stored["instance_evidence"] = tuple(stored.get("instance_evidence", ()))
        stored["thresholds"] = tuple(Thresholds(**entry) for entry in stored["thresholds"])
        stored["pooling"] = Pooling(**stored.get("pooling", {}))
        description = Description(**stored)
        for label in description.labels:
            abnormality(label)
    except (KeyError, TypeError, UnknownName) as error:
        raise ModelError(f"{path} is not a bundle description: {error}. Fetch it again.") from error
    return description, sha256


def _interface(said: Description) -> dict[str, Any]:
    """What a network that is described so is for, takes and gives."""
    ranges = FilterNet.hu_ranges if said.kind == FilterNet.kind else DeepNet.hu_ranges
    takes = {**_INTERFACE["input"], "hu_ranges": [list(one) for one in ranges]}
    gives = _INTERFACE["output"] if said.pooling.is_sum else {**_INTERFACE["output"], "heat": _HEAT_OF_NORM}
    if said.parts:
        gives = {**gives, "heat_of_parts": _HEAT_OF_PARTS}
    return {**_INTERFACE, "input": takes, "output": gives}


def _fault_of_interface(told: dict[str, Any], description: Description) -> str:
    """Say what of task, input and output is not this program's; empty where all is."""
    others = [key for key, value in _interface(description).items() if told[key] != value]
    return f"its {others[0]} is {told[others[0]]}, which this program's network does not do" if others else ""


def _fault_of_labels(description: Description) -> str:
    """Say what cannot be of labels and thresholds; empty where all can."""
    if len(description.thresholds) != len(description.labels):
        return f"{len(description.thresholds)} thresholds for {len(description.labels)} labels"
    if not all(t.in_order for t in description.thresholds):
        return "its thresholds are not probabilities that rise from sensitive over balanced to specific"
    return ""


def _fault(description: Description) -> str:
    """Say which figures cannot be; empty where all can."""
    fault = _fault_of_labels(description)
    if fault:
        return fault
    least = description.instance_evidence
    if least and (
        len(least) != len(description.labels) or not all(isinstance(e, int | float) and e > 0 for e in least)
    ):
        return "the evidence that makes an instance is not a number above 0 for each label"
    fault = _fault_of_kind(description)
    if fault:
        return fault
    least_widths = 0 if description.kind == FilterNet.kind else 2
    if not all(isinstance(w, int) and w > 0 for w in description.widths) or len(description.widths) < least_widths:
        return "its widths are not numbers of channels"
    if not isinstance(description.fine, int) or description.fine < 0:
        return f"its layers at the voxels' own size have {description.fine} channels"
    if not isinstance(description.features, int) or description.features < 1:
        return f"its last feature map has {description.features} channels"
    if not isinstance(description.spacing_mm, int | float) or description.spacing_mm <= 0:
        return f"its spacing is {description.spacing_mm} mm"
    return description.pooling.fault


def _fault_of_kind(description: Description) -> str:
    """Say what a network built like that cannot have; empty where all can."""
    if description.kind not in (DeepNet.kind, FilterNet.kind):
        return f"it is of the kind “{description.kind}”, which this program does not know"
    if description.parts not in (True, False):
        return "it does not say by true or false whether it has a head of parts"
    if description.kind != FilterNet.kind:
        return ""
    if description.widths or description.organs or description.fine or not description.positions:
        return "a network on fixed filters has no layers, names no organs, and is told positions"
    if description.features != TOLD or not description.parts:
        return f"a network on fixed filters is told {TOLD} numbers of a place, and has a head of parts"
    return ""


def _read(path: Path) -> dict[str, Any]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); a bundle is a folder with this file.") from error
    except ValueError as error:
        raise ModelError(f"{path} is not JSON: {error}. Fetch the bundle again.") from error
    if not isinstance(stored, dict):
        raise ModelError(f"{path} is not a bundle description. Fetch the bundle again.")
    return stored
