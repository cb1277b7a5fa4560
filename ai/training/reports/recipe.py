"""How long and how fast to learn from reports, and what of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import torch
from torch import nn
from torch.optim import Optimizer

from ai.model.deep_network import FEATURES, LIGHT_WIDTHS, DeepNet
from ai.model.filter_network import FilterNet
from ai.model.network import EvidenceNet
from ai.training.labels import LABELS
from ai.training.orthogonal import Orthogonal
from ai.training.reports.errors import ReportsError
from ai.training.schedule import warmed_cosine


class Learns(StrEnum):
    """What of a network learns: all layers; the heads alone (weights of a place, gains, biases); only how places are
    pooled, with gains and biases; or a head of parts besides (``ai.model.part_head``), found at once.
    """

    ALL = "all"
    HEADS = "heads"
    POOLING = "pooling"
    PARTS = "parts"


@dataclass(frozen=True)
class ReportRecipe:
    """See the module's text.

    Args:
        steps: how many.
        scans_a_step: over all processes together.
        learning_rate, weight_decay, warm_up, averaging, seed: as in ``ai.training.learning.Recipe``; of a head of parts
            ``weight_decay`` is the penalty of ridge regression.
        somewhere, mask, course, drawn: weights of the parts of the loss beside the scan's labels; ``mask`` 0 leaves all
            that reports say of places unused.
        bags: of a head of parts, how much a place that a report names counts beside a scan; 0 leaves it unused.
        spacing_mm: of the voxels a new network reads; a bundle to begin with has its own. 3 mm take a third of the time
            of 2 mm, and lose nodules below 5 mm.
        labels, kind, widths, features, fine: of a new network.
        learns: what learns; see ``Learns``.
        varied: whether scans are told a little otherwise each time.
        told_every, kept_every: steps between lines of the journal, and between checkpoints.
    """

    steps: int = 3000
    scans_a_step: int = 2
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    warm_up: int = 50
    averaging: float = 0.995
    seed: int = 7
    somewhere: float = 1.0
    mask: float = 0.5
    bags: float = 0.0
    course: float = 0.1
    drawn: float = 0.5
    spacing_mm: float = 2.0
    labels: tuple[str, ...] = LABELS
    kind: str = DeepNet.kind
    widths: tuple[int, ...] = LIGHT_WIDTHS
    features: int = FEATURES
    fine: int = 0
    learns: Learns = Learns.ALL
    varied: bool = True
    told_every: int = 10
    kept_every: int = 100

    def rate(self, step: int) -> float:
        """Learning rate at a step: linear warm-up, then a cosine to a fiftieth."""
        return warmed_cosine(step, self.steps, self.warm_up, self.learning_rate, 0.02)

    def slots(self, processes: int) -> int:
        """Return how many scans a step has.

        Raises:
            ReportsError: the processes cannot share them evenly.
        """
        if self.scans_a_step % processes:
            raise ReportsError(
                f"{self.scans_a_step} scans a step cannot be shared by {processes} processes; "
                "ask for a multiple of them with --scans-a-step."
            )
        return self.scans_a_step

    def new_network(self, organs: bool = False) -> EvidenceNet:
        """Return a network by chance, of the recipe's seed.

        Args:
            organs: whether it names organs: drawn cases teach that, reports never do.
        """
        torch.manual_seed(self.seed)
        if self.kind == FilterNet.kind:
            return FilterNet(len(self.labels))
        return DeepNet(len(self.labels), self.widths, self.features, organs, fine=self.fine)

    def optimisers_of(self, network: EvidenceNet) -> tuple[Optimizer, ...]:
        """Return optimisers of what learns, which is unfrozen, and only that: weights inside, and what stands at the
        end or is no weight: heads, gains, norms.
        """
        ends = (network.head,) if network.organ_head is None else (network.head, network.organ_head)
        last = [network.head.weight, network.log_gain, network.bias]
        network.requires_grad_(self.learns is Learns.ALL)
        for parameter in last:
            parameter.requires_grad_(True)
        if self.learns is not Learns.ALL:
            return (torch.optim.AdamW(last, lr=self.learning_rate, weight_decay=0.0),)
        heads = {id(p) for end in ends for p in end.parameters()}
        inner = [p for p in network.parameters() if p.ndim > 1 and id(p) not in heads]
        chosen = {id(p) for p in inner}
        outer: list[nn.Parameter] = [p for p in network.parameters() if id(p) not in chosen]
        return (
            Orthogonal(inner, lr=self.learning_rate, weight_decay=self.weight_decay),
            torch.optim.AdamW(outer, lr=self.learning_rate, weight_decay=0.0),
        )


BY_PARTS = ReportRecipe(
    steps=0, weight_decay=0.1, bags=1.0, spacing_mm=3.0, kind=FilterNet.kind, learns=Learns.PARTS
)  # fmt: skip
"""How a head of parts learns from nothing, right above fixed filters: what an archive of hundreds or a few thousand
scans can teach. Penalties between .03 and .3 change little."""
BESIDE = replace(BY_PARTS, weight_decay=1.0, bags=0.3)
"""How a head of parts learns beside what a network knows already. Chosen by cross-validation on 270 scans of a
synthetic hospital, the lungs' rim not yet told from their core, where it won .004 of AUROC, half of it with lobes as
loud as all parts; on 87 others nothing."""
