"""What learning from reports is worth, from the first patient drawn to the figures.

``python -m tests.benchmarks.report_learning OUT`` draws hospital A, builds its cohort, learns twice from its reports
alone, with what they say of places (a head of parts on fixed filters; deep by the mask loss) and without, from the same
scans, and measures both on patients set aside. Then hospital B: the shipped model with a head of parts taught there, a
new one from scratch, and the shipped one as it is. It takes hours on two cores; stopped, it goes on where it was. The
smaller numbers that may be told prove nothing; they show that the way is free.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType

import torch

from ai.memory import keep_freed
from ai.model.bundle import SHIPPED
from ai.model.deep_network import DeepNet
from ai.model.filter_network import FilterNet
from ai.phantom.hospital.writing import Hospital, write_hospital
from ai.training.cohort.building import Wish, build
from ai.training.judging.evaluate import EvaluationPlan, evaluate
from ai.training.reports.processes import Processes
from ai.training.reports.recipe import BESIDE, BY_PARTS, Learns, ReportRecipe
from ai.training.reports.report_run import BUNDLE, ReportPlan, Run, train_on_reports

LARGER = SHIPPED
SHARES_AT_A = MappingProxyType({"train": 0.8, "calibrate": 0.05, "evaluate": 0.15})
"""How the patients of hospital A are parted: it is large, and a smaller share tells as surely."""
SHARES_AT_B = MappingProxyType({"train": 0.6, "calibrate": 0.1, "evaluate": 0.3})
"""How the patients of hospital B are parted."""
TUNING_RATE = 2e-4
"""Of weights, a tenth of a new network's: steps as long as that one's would undo what the shipped model knows."""
_MOST_AT_B = 166
_SIDE_BY_SIDE = 2


@dataclass(frozen=True)
class Budget:
    """How much to draw and to learn.

    Args:
        patients: of hospital A; B has a third as many, 8 at least and 166 at most, and of these about 200 scans are
            learned from.
        steps: of each deep training at A, and of the one from scratch at B.
        tuned: steps of the shipped model at B, where heads or all layers are learned. It is larger and reads finer
            voxels, so that a step of all its layers takes twenty times as long; but it begins with knowledge.
        learns: what of the shipped model is tuned at B.
        drawn_mm: voxels of the hospitals' scans.
        spacing_mm: voxels of a network that begins by chance.
        seed: of both hospitals' patients. The deep network's loss was last changed after looking at those of seed 1;
            the head of parts was worked out on those of seed 5: first on 224 scans of all of them, then by patients
            learned from.
        kind: of a network that begins by chance.
    """

    patients: int = 1657
    steps: int = 1540
    tuned: int = 100
    learns: Learns = Learns.PARTS
    drawn_mm: float = 3.0
    spacing_mm: float = 3.0
    seed: int = 5
    kind: str = FilterNet.kind

    def new(self, places: bool = True) -> ReportRecipe:
        """Return how a new network learns; ``places`` false leaves unused what reports say of places."""
        recipe = BY_PARTS if self.kind == FilterNet.kind else ReportRecipe(steps=self.steps)
        recipe = replace(recipe, spacing_mm=self.spacing_mm)
        return recipe if places else replace(recipe, bags=0.0, mask=0.0)


class Said:
    """Says what is being done, a line at each hundredth.

    Args:
        who: said before it.
    """

    def __init__(self, who: str = "") -> None:
        self._who, self._last = who, -1

    def report(self, fraction: float, doing: str) -> None:
        """Say it on the error stream."""
        if int(100 * fraction) != self._last:
            self._last = int(100 * fraction)
            sys.stderr.write(f"{self._who} {self._last} % {doing}\n")


def hospital(out: Path, variant: str, patients: int, budget: Budget) -> Path:
    """Draw a hospital and build its cohort; return the cohort's folder."""
    archive, cohort = out / f"hospital-{variant}", out / f"cohort-{variant}"
    scans = write_hospital(Hospital(archive, patients, budget.seed, variant, budget.drawn_mm), Said(), _SIDE_BY_SIDE)
    built = build(Wish(archive / "scans", archive / "reports", cohort, workers=_SIDE_BY_SIDE), Said())
    sys.stdout.write(f"hospital {variant}: {patients} patients, {scans} scans, {built.kept} in the cohort\n")
    return cohort


def _begin() -> None:
    torch.set_num_threads(1)
    keep_freed()


def make_ready(plan: ReportPlan, rank: int) -> None:
    """Make every other scan that a plan learns from ready."""
    run, said = Run(plan, Processes()), Said(f"{plan.run.name} {rank}")
    if plan.recipe.learns in (Learns.POOLING, Learns.PARTS):
        told, scans = run.totals() if plan.recipe.learns is Learns.POOLING else run.parts_told()
        told.make(scans[rank::_SIDE_BY_SIDE], said)
    else:
        run.scans().make(run.parts["train"][rank::_SIDE_BY_SIDE], said)


def learn(plan: ReportPlan) -> Path:
    """Follow a plan on one core; return its bundle's folder."""
    if not (plan.run / BUNDLE / "CARD.md").exists():
        train_on_reports(plan, Said(plan.run.name))
    return plan.run / BUNDLE


def learned(first: ReportPlan, second: ReportPlan, shared: bool) -> tuple[Path, Path]:
    """Follow two plans side by side; ``shared``: their scans are made ready once for both."""
    with ProcessPoolExecutor(_SIDE_BY_SIDE, get_context("spawn"), initializer=_begin) as pool:
        plans = [first] if shared else [first, second]
        jobs = [pool.submit(make_ready, plan, n) for plan in plans for n in range(_SIDE_BY_SIDE)]
        for job in jobs:
            job.result()
        theirs = second.run / "scans"
        if shared and not theirs.exists():
            theirs.parent.mkdir(parents=True, exist_ok=True)
            theirs.symlink_to((first.run / "scans").resolve(), target_is_directory=True)
        one, other = pool.map(learn, (first, second))
        return one, other


def compared(cohort: Path, bundle: Path, against: Path, page: Path) -> str:
    """Measure two bundles on patients neither has seen; return the means and the verdict."""
    told = evaluate(EvaluationPlan(cohort, page, bundle, against, LARGER), Said())
    models = json.loads((page / "evaluation.json").read_text(encoding="utf-8"))["models"]
    lines = [f"{model['name']}: {model['mean']}" for model in models]
    inside = [model["mean"]["inside"][0] for model in models]
    share = f"heat inside, first over second: {inside[0] / inside[1]:.2f}" if all(inside) else "heat inside: not told"
    return "\n".join([*lines, share, told.sentence, ""])


def from_reports_alone(out: Path, budget: Budget) -> None:
    """Hospital A: say the figures of learning with the mask loss and without."""
    cohort = hospital(out, "a", budget.patients, budget)
    with_places = ReportPlan(
        cohort, out / "with-places", budget.new(), organs=LARGER, shares=dict(SHARES_AT_A), title="With places"
    )
    without = replace(with_places, run=out / "without-places", recipe=budget.new(places=False), title="Without")
    one, other = learned(with_places, without, shared=True)
    sys.stdout.write(compared(cohort, one, other, out / "page-places"))


def at_another_hospital(out: Path, budget: Budget) -> None:
    """Hospital B: say the figures of the shipped model tuned, as it is, and of a new one."""
    cohort = hospital(out, "b", min(_MOST_AT_B, max(8, budget.patients // 3)), budget)
    recipe = budget.new()
    scratch = ReportPlan(
        cohort, out / "scratch", recipe, organs=LARGER, shares=dict(SHARES_AT_B), title="From scratch at B"
    )
    gently = ReportRecipe(steps=budget.tuned, learning_rate=TUNING_RATE, warm_up=10, learns=budget.learns)
    gently = BESIDE if budget.learns is Learns.PARTS else gently
    tuned = replace(scratch, run=out / "tuned", recipe=gently, init=LARGER, title="Fine-tuned at B")
    one, other = learned(tuned, scratch, shared=False)
    sys.stdout.write(compared(cohort, one, LARGER, out / "page-tuned"))
    sys.stdout.write(compared(cohort, one, other, out / "page-scratch"))


PROOFS = MappingProxyType({"a": from_reports_alone, "b": at_another_hospital})


def main() -> None:
    """Read what may be told, and prove."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--at", nargs="+", choices=list(PROOFS), default=list(PROOFS), help="at which hospital")
    parser.add_argument("--patients", type=int, default=Budget.patients)
    parser.add_argument("--steps", type=int, default=Budget.steps)
    parser.add_argument("--tuned", type=int, default=Budget.tuned, metavar="STEPS")
    parser.add_argument("--learn", choices=[one.value for one in Learns], default=Budget.learns.value, help="at B")
    parser.add_argument("--drawn", type=float, default=Budget.drawn_mm, metavar="MM")
    parser.add_argument("--spacing", type=float, default=Budget.spacing_mm, metavar="MM")
    parser.add_argument("--seed", type=int, default=Budget.seed, help="of the hospitals' patients")
    parser.add_argument("--network", choices=(FilterNet.kind, DeepNet.kind), default=Budget.kind)
    told = parser.parse_args()
    budget = Budget(
        told.patients, told.steps, told.tuned, Learns(told.learn), told.drawn, told.spacing, told.seed, told.network
    )
    for hospital_named in told.at:
        PROOFS[hospital_named](told.out, budget)


if __name__ == "__main__":
    main()
