"""A network from elsewhere comes in by the same door, reads as ours does, is explained; what does not fit is told."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ai.findings import Analysis, sigmoid
from ai.model import ModelError, analyse, load_bundle
from ai.model.foreign import ForeignNetwork
from ai.model.intake import Intake, taken
from ai.model.preparation import prepare
from ai.progress import Cancelled
from tests.model.test_analyse import BEAD_MM, bead_place, with_bead
from tests.support.foreign_network import BIAS, GAIN, LABELS, graph, written
from tests.support.thorax import healthy, volume_of


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Return what the network from elsewhere says of the thorax with the bead."""
    return analyse(with_bead(), load_bundle(written(tmp_path_factory.mktemp("elsewhere"))), "cpu")


def test_it_is_loaded_by_the_same_door(tmp_path: Path) -> None:
    bundle = load_bundle(written(tmp_path))
    assert isinstance(bundle.network, ForeignNetwork)
    assert bundle.description.labels == ("nodule", "mass")
    assert bundle.description.spacing_mm == 4.0
    assert bundle.card.identifier == "elsewhere"
    assert bundle.card.sha256 == json.loads((tmp_path / "bundle.json").read_text("utf-8"))["network"]["sha256"]


def test_the_bead_is_found_where_it_is(analysis: Analysis) -> None:
    nodule = analysis.finding("nodule")
    assert nodule is not None
    assert nodule.peaks[0].position.distance_mm(bead_place()) < 8.0
    heat = nodule.heatmap
    brightest = np.unravel_index(int(heat.values.argmax()), heat.grid.shape)
    place = heat.grid.points_mm(np.array([brightest], dtype=np.float64))[0]
    assert np.linalg.norm(place - bead_place().array()) < BEAD_MM / 2 + 4


def test_its_heat_is_gradient_times_features_and_adds_up(analysis: Analysis) -> None:
    """A linear head over a mean: each cell gives gain · value / cells, and what is left is the head's bias."""
    for name, bias in zip(LABELS, BIAS, strict=True):
        finding = analysis.finding(name)
        assert finding is not None
        heat = finding.heatmap
        assert heat.additive
        assert heat.bias == pytest.approx(float(bias), abs=1e-4)
        assert heat.bias + math.fsum(heat.values.ravel().tolist()) == pytest.approx(finding.logit, abs=1e-4)
        assert finding.probability == pytest.approx(sigmoid(finding.logit))


def test_its_heat_has_the_value_computed_by_hand(tmp_path: Path) -> None:
    volume = with_bead()
    bundle = load_bundle(written(tmp_path))
    assert isinstance(bundle.network, ForeignNetwork)
    prepared = prepare(volume, 4.0)
    seen = bundle.network.see(prepared, torch.device("cpu"))
    x, _ = taken(prepared, bundle.network.intake, (1, 1, 0, 0, 0))
    cells = torch.nn.functional.avg_pool3d(x, 2)[0, 0].numpy()
    by_hand = np.clip(cells - 0.5, 0, None) * GAIN / cells.size
    assert np.allclose(seen.heat[0], by_hand, atol=1e-6)
    assert seen.heat.shape[1:] == seen.grid.shape


def test_a_head_that_is_not_linear_says_that_it_does_not_add_up(tmp_path: Path) -> None:
    found = analyse(with_bead(), load_bundle(written(tmp_path, graph("squared"))), "cpu").finding("nodule")
    assert found is not None
    assert not found.heatmap.additive
    assert found.heatmap.logit == pytest.approx(found.logit)
    assert found.heatmap.values.min() < 0  # a square of what lies below nothing falls with every bright cell


def test_probabilities_are_read_before_their_sigmoid(tmp_path: Path, analysis: Analysis) -> None:
    folder = written(tmp_path, graph("sigmoid"), output={"name": "logits", "is": "probabilities"})
    found, plain = analyse(with_bead(), load_bundle(folder), "cpu").finding("nodule"), analysis.finding("nodule")
    assert found is not None
    assert plain is not None
    assert found.logit == pytest.approx(plain.logit, abs=1e-5)
    assert found.heatmap.additive


def test_calibration_is_applied_to_logit_and_heat(tmp_path: Path, analysis: Analysis) -> None:
    folder = written(tmp_path, calibration={"slope": [2.0, 1.0], "intercept": [0.5, 0.0]})
    found, plain = analyse(with_bead(), load_bundle(folder), "cpu").finding("nodule"), analysis.finding("nodule")
    assert found is not None
    assert plain is not None
    assert found.logit == pytest.approx(2 * plain.logit + 0.5, abs=1e-4)
    assert np.allclose(found.heatmap.values, 2 * plain.heatmap.values, atol=1e-6)
    assert found.heatmap.additive


@pytest.mark.parametrize("orientation", ["IAR", "LPS", "RAS", "PSL"])
def test_whatever_way_it_wants_the_patient_the_heat_lies_in_the_same_place(
    tmp_path: Path, analysis: Analysis, orientation: str
) -> None:
    intake = {"spacing_mm": 4.0, "orientation": orientation, "hu_ranges": [[-1000, 3000]], "multiple": 2}
    found = analyse(with_bead(), load_bundle(written(tmp_path, input=intake)), "cpu").finding("nodule")
    plain = analysis.finding("nodule")
    assert found is not None
    assert plain is not None
    assert found.peaks[0].position.distance_mm(plain.peaks[0].position) < 9.0
    assert found.peaks[0].position.distance_mm(bead_place()) < 8.0


def test_spacing_orientation_and_ranges_of_what_it_is_given() -> None:
    prepared = prepare(volume_of(healthy()), 2.0)
    ranges = ((-1000.0, 0.0), (0.0, 100.0))
    x, grid = taken(prepared, Intake((4.0, 2.0, 3.0), "IPL", ranges, (-1.0, 1.0), 4), (1, 2, 0, 0, 0))
    assert x.shape[:2] == (1, 2)
    assert all(n % 4 == 0 for n in x.shape[2:])
    assert grid.spacing_mm == pytest.approx((4.0, 2.0, 3.0), rel=0.02)
    assert grid.affine[2, 0] < 0  # the first axis goes down
    assert float(x.min()) == -1.0
    assert float(x.max()) == 1.0
    spot = [n // 2 for n in grid.shape]
    place = grid.points_mm(np.array([spot], dtype=np.float64))
    index = np.round(prepared.grid.indices(place)[0]).astype(int)
    around = prepared.hu[0, 0, index[0] - 2 : index[0] + 3, index[1] - 2 : index[1] + 3, index[2] - 2 : index[2] + 3]
    low, high = ((float(v) + 1000) / 1000 * 2 - 1 for v in (around.min(), around.max()))
    assert min(1.0, max(-1.0, low)) - 1e-3 <= float(x[0, 0, *spot]) <= min(1.0, max(-1.0, high)) + 1e-3


def test_a_scan_larger_than_a_network_of_fixed_size_takes_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, graph(shape=(1, 1, 16, 16, 16)))
    with pytest.raises(ModelError, match=r"voxels long at the network's spacing; it takes only 16"):
        analyse(with_bead(), load_bundle(folder), "cpu")


def test_a_network_of_fixed_size_is_given_air_around_the_scan(tmp_path: Path, analysis: Analysis) -> None:
    folder = written(tmp_path, graph(shape=(1, 1, 96, 96, 128)))
    found = analyse(with_bead(), load_bundle(folder), "cpu").finding("nodule")
    assert found is not None
    assert found.heatmap.grid.shape == (48, 48, 64)
    assert found.peaks[0].position.distance_mm(bead_place()) < 8.0


def test_it_stops_when_asked(tmp_path: Path) -> None:
    class Stops:
        heard = 0

        def report(self, fraction: float, doing: str) -> None:
            """Stop while it looks."""
            self.heard += doing == "looking for abnormalities"
            if self.heard == 2:
                raise Cancelled

    with pytest.raises(Cancelled):
        analyse(with_bead(), load_bundle(written(tmp_path)), "cpu", Stops())


RISING = {"sensitive": 0.1, "balanced": 0.5, "specific": 0.9}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "kind": ({"network": {"kind": "keras"}}, "kind keras; onnx is supported"),
    "TorchScript": (
        {"network": {"kind": "torchscript", "file": "a.pt"}},
        "is a program.*Export the network",
    ),
    "no kind": ({"network": 3}, "of kind None"),
    "task": ({"task": "segmentation"}, "task segmentation"),
    "no sha256": ({"network": {"kind": "onnx", "file": "model.onnx"}}, "says nothing of 'sha256'"),
    "wrong sha256": ({"network": {"kind": "onnx", "file": "model.onnx", "sha256": "0" * 64}}, "sha256 differs"),
    "a file elsewhere": ({"network": {"kind": "onnx", "file": "../x", "sha256": ""}}, "does not lie beside it"),
    "a file that is missing": ({"network": {"kind": "onnx", "file": "x.onnx", "sha256": ""}}, "cannot be read"),
    "more labels": (
        {
            "labels": ["nodule", "mass", "cyst"],
            "thresholds": [RISING] * 3,
        },
        "gives 2 values; the description names 3 labels",
    ),
    "a label nobody knows": ({"labels": ["nodule", "boredom"]}, "boredom"),
    "fewer thresholds": ({"thresholds": [RISING]}, "1 thresholds for 2"),
    "thresholds that fall": (
        {"thresholds": [{"sensitive": 0.9, "balanced": 0.5, "specific": 0.1}] * 2},
        "thresholds are not probabilities",
    ),
    "output": ({"output": {"name": "scores", "is": "logits"}}, "no output scores; it has logits"),
    "kind of output": ({"output": {"name": "logits", "is": "votes"}}, "votes, not logits or probabilities"),
    "spacing": ({"input": {"spacing_mm": 0, "hu_ranges": [[-1000, 0]]}}, "spacing is 0 mm"),
    "orientation": (
        {"input": {"spacing_mm": 4, "hu_ranges": [[-1000, 0]], "orientation": "LRS"}},
        "orientation is LRS",
    ),
    "ranges": ({"input": {"spacing_mm": 4, "hu_ranges": [[0, -1000]]}}, "ranges of HU are empty"),
    "channels": ({"input": {"spacing_mm": 4, "hu_ranges": [[-1000, 0], [0, 100]]}}, "takes 1 channels.*2 ranges of HU"),
    "calibration": ({"calibration": {"slope": [-1, 1]}}, "does not rise"),
    "features": ({"evidence": {"features": "nothing"}}, "has no tensor nothing"),
    "schema": ({"schema": 7}, "schema 7"),
    "no licence": ({"licence": None, "extra": 1}, "extra"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_description_that_does_not_fit_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    changes, sentence = WRONG[name]
    with pytest.raises(ModelError, match=sentence):
        load_bundle(written(tmp_path, **changes))


@pytest.mark.parametrize("key", ["schema", "labels", "thresholds", "input", "output", "licence", "trained_on"])
def test_nothing_may_be_left_out(tmp_path: Path, key: str) -> None:
    folder = written(tmp_path)
    stored = json.loads((folder / "bundle.json").read_text("utf-8"))
    del stored[key]
    (folder / "bundle.json").write_text(json.dumps(stored), "utf-8")
    with pytest.raises(ModelError, match=key):
        load_bundle(folder)


def test_an_operator_nobody_knows_is_refused_when_loaded(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="operator Celu, which is not supported"):
        load_bundle(written(tmp_path, graph(operator="Celu")))
