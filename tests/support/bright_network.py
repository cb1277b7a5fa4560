"""A network set by hand: its only evidence is brightness, so that every step after it can be told in numbers."""

from __future__ import annotations

import torch
from torch import nn

from ai.findings import ModelCard, Thresholds
from ai.model.bundle import Bundle, Description
from ai.model.deep_network import DeepNet
from ai.model.network import WINDOWS_HU, EvidenceNet

LABELS = ("nodule", "mass", "groundglass")
WIDTHS = (8, 8, 8, 8)
_BONE = WINDOWS_HU.index((-600.0, 1000.0))
_FROM = 0.93
"""Share of the bone window from which a cell is evidence: 888 HU, brighter than any drawn bone."""


def random_network(seed: int, labels: int = 3, fine: int = 0) -> EvidenceNet:
    """Return a small network of random weights, gains and biases whose heat is not zero."""
    torch.manual_seed(seed)
    network = DeepNet(labels, WIDTHS, 8, fine=fine).eval()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.BatchNorm3d):
                module.weight.fill_(2.5)
        network.head.weight.normal_(mean=0.5)
        network.head.weight[:, -1] = -0.5
        network.log_gain.uniform_(-5, 0)
        network.bias.normal_()
    return network


def bright_network(gain: float = 0.5, bias: float = -3.0) -> EvidenceNet:
    """Return a network whose evidence for the first label is how far a cell's mean lies above 888 HU, in 0…1.

    The other labels never find anything.
    """
    network = DeepNet(len(LABELS), WIDTHS, 8).eval()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Conv3d):
                module.weight.zero_()
        convolutions = [m for m in network.stem.modules() if isinstance(m, nn.Conv3d)]
        convolutions[0].weight[0, _BONE * 8 : _BONE * 8 + 8, 1, 1, 1] = 1 / 8
        norms = [m for m in network.stem.modules() if isinstance(m, nn.BatchNorm3d)]
        norms[0].bias[0] = -_FROM
        last = next(m for m in network.join[-1].modules() if isinstance(m, nn.Conv3d))
        for passing in (convolutions[1], last):
            passing.weight[0, 0, 1, 1, 1] = 1.0
        network.head.weight[0, 0] = 1 / (1 - _FROM)
        network.log_gain.fill_(torch.tensor(gain).log())
        network.bias.fill_(bias)
    return network.requires_grad_(False)


def described(spacing_mm: float = 4.0, labels: tuple[str, ...] = LABELS) -> Description:
    """Return what a bundle file would say of such a network."""
    return Description(
        identifier="by-hand",
        version="0",
        title="Set by hand",
        labels=labels,
        thresholds=(Thresholds.one(0.5),) * len(labels),
        widths=WIDTHS,
        features=8,
        organs=True,
        spacing_mm=spacing_mm,
        trained_on="nothing",
        licence="Apache-2.0",
        attribution=("nobody",),
        limits="tests only",
        measured={"nothing": {"figure": 1.0}},
        positions=True,
        calibration="by hand",
    )


def bright_bundle(spacing_mm: float = 4.0, gain: float = 0.5) -> Bundle:
    """Return the network set by hand as ``load_bundle`` would."""
    card = ModelCard("by-hand", "0", "00" * 32, "nothing", "Set by hand")
    return Bundle(bright_network(gain), described(spacing_mm), card)
