"""The whole run in one call: part the cohort, make scans ready, learn, calibrate, measure, write the bundle."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import torch

from ai.findings import ModelCard, Thresholds
from ai.model import Bundle, load_bundle
from ai.model.bundle import Description, save_bundle
from ai.model.close_look import CloseLook
from ai.model.filter_network import FilterNet
from ai.model.network import EvidenceNet
from ai.progress import QUIET, Part, Progress
from ai.training.cohort import Cohort, CohortScan
from ai.training.judging.figures import judgement
from ai.training.judging.readings import Judged, judge, present_of
from ai.training.judging.table import table_of
from ai.training.pooling_choice import chosen, instance_evidence, rescaled
from ai.training.reports.card import card_text
from ai.training.reports.crops import Crops
from ai.training.reports.drawn import DrawnPatches
from ai.training.reports.errors import ReportsError
from ai.training.reports.fitting import fit
from ai.training.reports.guide import guide_of
from ai.training.reports.kept_features import KeptFeatures
from ai.training.reports.kept_parts import KeptParts
from ai.training.reports.kept_totals import KeptTotals
from ai.training.reports.known_patients import read_known, unseen, write_known
from ai.training.reports.lesson import lessons_of
from ai.training.reports.part_regression import MOST_SCANS, taught
from ai.training.reports.processes import Processes, joined
from ai.training.reports.recipe import Learns, ReportRecipe
from ai.training.reports.report_learning import ReportLearner
from ai.training.reports.settling import settle
from ai.training.statistics import Numbers

SHARES: Mapping[str, float] = MappingProxyType({"train": 0.7, "calibrate": 0.1, "evaluate": 0.2})
BUNDLE = "bundle"
_LIMITS = (
    "Research use only. Learned from what reports say of whole scans: what reporters overlook or leave unsaid it may "
    "overlook too, and it is measured against reports, not against pathology. Probabilities assume abnormalities as "
    "frequent as in the archive it was calibrated on."
)
_CALIBRATION = (
    "Logistic regression of each label's presence in the report on its evidence, over {scans} scans of {patients} "
    "patients that no weight of a place was learned from; {fitted} of {labels} labels had enough of both, the others "
    "keep what they had."
)
_WHAT = {
    Learns.ALL: "all layers",
    Learns.HEADS: "the heads alone: weights of a place, gains, biases",
    Learns.POOLING: "pooling, gains and biases",
    Learns.PARTS: "a head of parts, gains and biases",
}


@dataclass(frozen=True, eq=False)
class Fitting:
    """What probabilities are fitted to: (scans, L) evidence, and 1, 0, or NaN where the report decides nothing."""

    evidence: Numbers
    present: Numbers
    scans: Sequence[CohortScan]


@dataclass(frozen=True)
class ReportPlan:
    """What to learn from and where to keep it.

    Args:
        cohort: folder that ``cohort build`` made.
        run: folder for scans made ready, checkpoint, journal and the finished bundle.
        recipe: how to learn.
        init: bundle to begin with; None begins by chance.
        phantom: folder of drawn cases to mix in; None for none.
        organs: bundle that names the organs; None takes one that comes with the program.
        device: ``cpu`` or ``cuda``.
        split_seed, shares: how patients are parted: learned from, calibrated on, measured on.
        title, version: what the bundle is called.
    """

    cohort: Path
    run: Path
    recipe: ReportRecipe = field(default_factory=ReportRecipe)
    init: Path | None = None
    phantom: Path | None = None
    organs: Path | None = None
    device: str = "cpu"
    split_seed: int = 1
    shares: Mapping[str, float] = field(default_factory=lambda: SHARES)
    title: str = "Learned from reports"
    version: str = "1"


def train_on_reports(plan: ReportPlan, progress: Progress = QUIET) -> Bundle | None:
    """Follow the plan to its end, with all processes that ``torchrun`` started; goes on where it stopped.

    Returns:
        The bundle, which lies in ``run/bundle``; None in every process but the first.

    Raises:
        ReportsError: a plan that cannot be followed.
        CohortError: a cohort that cannot be read.
        ModelError: a bundle that cannot be read.
    """
    with joined(plan.device) as processes:
        return Run(plan, processes).follow(progress if processes.first else QUIET)


class Run:
    """One process's part in a plan.

    Args:
        plan: what to do.
        processes: which of how many this one is.
    """

    def __init__(self, plan: ReportPlan, processes: Processes) -> None:
        self.plan, self.processes = plan, processes
        self.cohort = Cohort.open(plan.cohort)
        self.init = None if plan.init is None else load_bundle(plan.init)
        self.network, self.labels, self.spacing_mm = self._beginning()
        self.instance_evidence = () if self.init is None else instance_evidence(self.init)
        self.guide = guide_of(plan.organs, [] if self.init is None else [self.init])
        self.parts = self._parts()

    def follow(self, progress: Progress) -> Bundle | None:
        """Make ready, learn, and as the first process finish."""
        learned = {Learns.POOLING: self._pooled, Learns.PARTS: self._parted}.get(self.plan.recipe.learns, self._taught)
        network, fitting = learned(Part(progress, 0.0, 0.93))
        bundle = None if fitting is None else self._finish(network, fitting, Part(progress, 0.93, 1.0))
        self.processes.wait()
        return bundle

    def scans(self) -> Crops | KeptFeatures:
        """Return where what weights are learned from lies, as what learns takes it."""
        folder = self.plan.run / "scans"
        if self.plan.recipe.learns is Learns.ALL:
            return Crops(folder, self.cohort, self.spacing_mm, self.guide)
        return KeptFeatures(folder, self.cohort, self._seeing_already(), self.network, self.guide)

    def totals(self) -> tuple[KeptTotals, list[CohortScan]]:
        """Return where what a pooling is chosen by lies, and of which scans: those that no weight has learned from."""
        if self.plan.phantom is not None:
            raise ReportsError("Drawn cases teach weights, and pooling has none; leave --phantom out.")
        return KeptTotals(self.plan.run / "scans", self.cohort, self._seeing_already(), self.network), self._pooled_by()

    def parts_told(self) -> tuple[KeptParts, list[CohortScan]]:
        """Return where what a head of parts learns from lies, and of which scans."""
        if self.plan.phantom is not None:
            raise ReportsError("A head of parts is taught by reports alone; leave --phantom out.")
        folder, network, init = self.plan.run / "scans", self.network, self.init
        asked = [*self.parts["train"], *self.parts["calibrate"]]
        if init is not None:
            name = init.card.sha256[:12]
            return KeptParts(folder, name, self.cohort, self.spacing_mm, network, init.confined), asked
        if not isinstance(network, FilterNet):
            raise ReportsError("A head of parts needs a network that sees already: on filters, or named with --init.")
        settled = settle(network, folder, self.cohort, self.parts["train"], self.spacing_mm, self.processes)
        return KeptParts(folder, settled, self.cohort, self.spacing_mm, network, None), asked

    def _pooled_by(self) -> list[CohortScan]:
        return unseen((*self.parts["train"], *self.parts["calibrate"]), read_known(self.plan.init))

    def _seeing_already(self) -> Bundle:
        if self.init is None:
            told = "Heads or pooling alone can be taught only to a network that sees already; name it with --init."
            raise ReportsError(told)
        return self.init

    def _taught(self, progress: Progress) -> tuple[EvidenceNet, Fitting | None]:
        """Learn weights; as the first process say what probabilities are fitted to."""
        plan, mine = self.plan, self.processes
        if isinstance(self.network, FilterNet):
            raise ReportsError("On fixed filters only a head of parts can be taught; leave --learn and --phantom out.")
        drawn = None if plan.phantom is None else DrawnPatches(plan.phantom, self.labels, self.spacing_mm)
        scans = self.scans()
        ready = 0.1 if isinstance(scans, Crops) else 0.5
        scans.make(self.parts["train"][mine.rank :: mine.count], Part(progress, 0.0, ready))
        mine.wait()
        lessons = lessons_of(self.cohort, self.parts["train"], self.labels)
        learner = ReportLearner(plan.recipe, self.network, lessons, scans, plan.run, mine, drawn)
        network = learner.learn(Part(progress, ready, 0.97)).cpu().eval()
        if not mine.first:
            return network, None
        judged = self._judged(
            network, self._described(self._thresholds()), "calibrate", None, Part(progress, 0.97, 1.0)
        )
        return network, Fitting(judged.evidence, judged.present, self.parts["calibrate"])

    def _parted(self, progress: Progress) -> tuple[EvidenceNet, Fitting | None]:
        """Teach a head of parts; as the first process say what probabilities are fitted to."""
        mine, network, recipe = self.processes, self.network, self.plan.recipe
        if len(self.parts["train"]) > MOST_SCANS:
            raise ReportsError(
                f"A head of parts is found from {MOST_SCANS} scans at the most, and {self.plan.cohort} has "
                f"{len(self.parts['train'])} to learn from; teach a deep network (--network deep), or --learn heads."
            )
        told, asked = self.parts_told()
        told.make(asked[mine.rank :: mine.count], progress)
        mine.wait()
        known = told.of(self.parts["train"])
        head = network.part_head or network.add_part_head()
        gain = network.log_gain.detach().double().exp()
        before = network.bias.detach() + gain * known.evidence(head)
        if self.init is None:
            before = torch.full_like(before, math.nan)
        lessons = lessons_of(self.cohort, self.parts["train"], self.labels)
        more = taught(known.parts, before, lessons, self.labels, recipe.weight_decay, recipe.bags)
        head.weight += more.weight / gain[:, None, None, None].float()
        head.lobe_weight += more.lobe_weight / gain[:, None, None].float()
        if not mine.first:
            return network, None
        others = self.parts["calibrate"]
        return network, Fitting(told.of(others).evidence(head).numpy(), present_of(others, self.labels), others)

    def _pooled(self, progress: Progress) -> tuple[EvidenceNet, Fitting | None]:
        """Choose the pooling; as the first process say what probabilities are fitted to."""
        mine = self.processes
        totals, asked = self.totals()
        totals.make(asked[mine.rank :: mine.count], progress)
        mine.wait()
        evidence, present = totals.of(asked), present_of(asked, self.labels)
        best = chosen(evidence, present)
        self.network.pooling = totals.poolings[best]
        rescaled(self.network, evidence[:, :, 0], evidence[:, :, best])
        return self.network, Fitting(evidence[:, :, best], present, asked) if mine.first else None

    def _beginning(self) -> tuple[EvidenceNet, tuple[str, ...], float]:
        """Return the network to teach, its labels and the spacing of its voxels."""
        recipe = self.plan.recipe
        if self.init is None:
            return recipe.new_network(self.plan.phantom is not None), recipe.labels, recipe.spacing_mm
        if not isinstance(self.init.network, EvidenceNet):
            raise ReportsError(f"{self.plan.init} holds a network from elsewhere, which cannot be taught here.")
        if self.init.network.part_head is not None and recipe.learns is not Learns.PARTS:
            raise ReportsError(
                f"{self.plan.init} has a head of parts, beside which nothing else can be taught; "
                "name the bundle that it was put beside, or teach it further with --learn parts."
            )
        return self.init.network, self.init.description.labels, self.init.description.spacing_mm

    def _parts(self) -> dict[str, tuple[CohortScan, ...]]:
        """Part the cohort by patient; whom the bundle to begin with has seen is only learned from."""
        parts = self.cohort.split(self.plan.split_seed, self.plan.shares)
        known = read_known(self.plan.init)
        held = {name: tuple(unseen(parts[name], known)) for name in ("calibrate", "evaluate")}
        parts = {"train": parts["train"], **held}
        for name, scans in parts.items():
            if not scans:
                raise ReportsError(
                    f"No scan of {self.plan.cohort} is left to {name}: it holds {len(self.cohort.scans)} scans of "
                    f"{len(self.cohort.patients)} patients. More patients are needed, or another --split-seed."
                )
        return parts

    def _finish(self, network: EvidenceNet, by: Fitting, progress: Progress) -> Bundle:
        """Calibrate, measure on a part that had no say in anything, write the bundle with its card."""
        thresholds, fitted = fit(network, by.evidence, by.present, self._thresholds())
        told = _CALIBRATION.format(
            scans=len(by.scans), patients=_patients(by.scans), fitted=len(fitted), labels=len(self.labels)
        )
        fitting = self._described(thresholds, told)
        measured = table_of(judgement(self._judged(network, fitting, "evaluate", self.guide, progress)))
        description = replace(fitting, measured=fitting.measured | measured)
        folder = self.plan.run / BUNDLE
        save_bundle(network, description, folder, self._close_look())
        seen = {scan.patient for name in ("train", "calibrate") for scan in self.parts[name]}
        write_known(folder, seen, read_known(self.plan.init))
        (folder / "CARD.md").write_text(card_text(description), encoding="utf-8")
        return load_bundle(folder)

    def _judged(
        self, network: EvidenceNet, description: Description, part: str, guide: Bundle | None, progress: Progress
    ) -> Judged:
        card = ModelCard(description.identifier, description.version, "", description.trained_on, description.title)
        bundle = Bundle(network, description, card)
        (judged,) = judge([bundle], guide, self.cohort, self.parts[part], self.plan.device, progress)
        return judged

    def _thresholds(self) -> tuple[Thresholds, ...]:
        """Thresholds of labels that too few scans have: as they were, or a half."""
        if self.init is not None:
            return self.init.description.thresholds
        return (Thresholds.one(0.5),) * len(self.labels)

    def _described(self, thresholds: tuple[Thresholds, ...], calibration: str = "") -> Description:
        network = self.network
        return Description(
            identifier="interval-reports", version=self.plan.version, title=self.plan.title, labels=self.labels,
            thresholds=thresholds, widths=network.widths, features=network.head.in_channels - 1,
            organs=network.organ_head is not None, spacing_mm=self.spacing_mm, trained_on=self._trained_on(),
            licence="whatever the archive's owner allows", attribution=self._attribution(), limits=_LIMITS,
            measured=self._story(), positions=network.positions, fine=network.fine_width,
            calibration=calibration, confined=self._confined(), instance_evidence=self.instance_evidence,
            kind=network.kind, parts=network.part_head is not None,
        )  # fmt: skip

    def _confined(self) -> bool:
        """As the bundle begun with, unless its layers moved away from under the head that names organs."""
        kept = self.plan.recipe.learns is not Learns.ALL
        return kept and self.init is not None and self.init.description.confined

    def _attribution(self) -> tuple[str, ...]:
        return () if self.init is None else self.init.description.attribution

    def _trained_on(self) -> str:
        learns = self.plan.recipe.learns
        scans = self._pooled_by() if learns is Learns.POOLING else self.parts["train"]
        beside = {Learns.POOLING: "Pooling, gains and biases", Learns.PARTS: "A head of parts"}.get(learns)
        if beside and self.init is not None:
            by, card = f"the reports of {len(scans)} scans of {_patients(scans)} patients", self.init.card
            return f"{beside} by {by}; all else is {card.title} {card.version}."
        begun = "" if self.init is None else f", beginning with {self.init.card.title} {self.init.card.version}"
        mixed = "" if self.plan.phantom is None else ", with drawn cases mixed in"
        return f"The reports of {len(scans)} scans of {_patients(scans)} patients{begun}{mixed}."

    def _close_look(self) -> CloseLook | None:
        """That of the bundle begun with: reports tell of no single candidate, so it is handed on as it is."""
        return None if self.init is None else self.init.close_look

    def _story(self) -> dict[str, object]:
        """How it came to be, for the card."""
        recipe = self.plan.recipe
        by_steps = {
            "steps": f"{recipe.steps} of {recipe.scans_a_step} scans",
            "weights of the parts of the loss": f"labels 1, mask {recipe.mask:g}, "
            f"somewhere {recipe.somewhere:g}, "
            f"change {recipe.course:g}, drawn {recipe.drawn if self.plan.phantom else 0:g}",
        }
        at_once = {"ridge regression": f"penalty {recipe.weight_decay:g}, lines from places count {recipe.bags:g}"}
        taught = {Learns.POOLING: {}, Learns.PARTS: at_once}.get(recipe.learns, by_steps)
        return {
            "how it was made": {
                "patients parted by": f"seed {self.plan.split_seed}, shares {dict(self.plan.shares)}",
                **{name: f"{len(scans)} scans of {_patients(scans)} patients" for name, scans in self.parts.items()},
                "what learned": _WHAT[recipe.learns],
                "pooling": f"power {self.network.pooling.power:g}, bar lowered by {self.network.pooling.lowered:g}",
                **taught,
                "organs named by": f"{self.guide.card.title} {self.guide.card.version}",
                "close look": "none" if self._close_look() is None else "that of the model begun with, not taught here",
            }
        }


def _patients(scans: Sequence[CohortScan]) -> int:
    return len({scan.patient for scan in scans})
