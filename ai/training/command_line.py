"""What ``main.py train`` and ``main.py evaluate`` may be told, and the plans that follow from it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from ai.model import load_bundle
from ai.model.deep_network import DeepNet
from ai.model.filter_network import FilterNet
from ai.progress import Progress
from ai.training.judging.evaluate import Evaluated, EvaluationPlan, evaluate
from ai.training.learning import Recipe
from ai.training.nodules.close_learning import CloseRecipe
from ai.training.nodules.close_run import ClosePlan, teach_close_look
from ai.training.recipe_run import Plan, train
from ai.training.reports.errors import ReportsError
from ai.training.reports.recipe import ON_FILTERS, Learns, ReportRecipe
from ai.training.reports.report_run import BUNDLE, ReportPlan, train_on_reports

_STANDARD = ReportRecipe()


def training_parser() -> argparse.ArgumentParser:
    """Return the parser of ``main.py train``."""
    told = "Train a model: on synthetic abnormalities, or with --cohort on an archive's reports."
    parser = argparse.ArgumentParser(prog="main.py train", description=told)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the run and its bundle")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--init", type=Path, metavar="DIR", help="bundle to begin with, instead of chance")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    told = "what learns: all layers, only how places of --init are pooled, or, of reports, its heads (default all)"
    parser.add_argument("--learn", choices=[one.value for one in Learns], default=Learns.ALL.value, help=told)
    told = f"learning rate (default {Recipe.learning_rate:g} on drawn cases, {_STANDARD.learning_rate:g} on reports)"
    parser.add_argument("--rate", type=float, metavar="R", help=told)
    _add_drawing_options(parser.add_argument_group("learning from drawn cases"))
    told = "by torchrun also in several processes"
    _add_report_options(parser.add_argument_group("learning from reports", told))
    return parser


def _add_drawing_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--scans", type=Path, metavar="DIR", help="folder with the real scans used as anatomy")
    group.add_argument("--cases", type=int, default=420, help="training cases to draw")
    told = "number of the first training case: with --init, new ones are learned from (default 0)"
    group.add_argument("--first-case", type=int, default=0, metavar="N", help=told)
    group.add_argument("--compile", action="store_true", help="a fifth faster on a CPU; needs a C++ compiler")
    group.add_argument("--workers", type=int, default=2, help="processes that draw side by side (default 2)")
    told = "teach the close look at nodules beside the bundle of --init (default the shipped one), which stays as it is"
    group.add_argument("--close-look", action="store_true", help=told)


def _add_report_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--cohort", type=Path, metavar="DIR", help="what cohort build made; nothing is drawn then")
    told = "folder of drawn cases to mix in (train-*.safetensors in the share folder of a run without --cohort)"
    group.add_argument("--phantom", type=Path, metavar="SHARE", help=told)
    group.add_argument("--organs", type=Path, metavar="DIR", help="bundle that names the organs heat is kept in")
    told = (
        "a new network: on fixed filters, for hundreds or some thousand scans, or deep, for more or with --phantom "
        f"(default {FilterNet.kind}, with --phantom {DeepNet.kind}; --init has its own)"
    )
    group.add_argument("--network", choices=(FilterNet.kind, DeepNet.kind), help=told)
    told = (
        "weight of what the loss makes of places (mask; on filters bags), 0 learns without them "
        f"(default {_STANDARD.mask:g}, on filters {ON_FILTERS.bags:g})"
    )
    group.add_argument("--mask", type=float, metavar="W", help=told)
    told = f"scans a step, over all processes (default {_STANDARD.scans_a_step}, on filters {ON_FILTERS.scans_a_step})"
    group.add_argument("--scans-a-step", type=int, metavar="N", help=told)
    told = f"voxel size of a new network (default {_STANDARD.spacing_mm:g}, on filters {ON_FILTERS.spacing_mm:g})"
    group.add_argument("--spacing", type=float, metavar="MM", help=told)
    group.add_argument("--seed", type=int, default=_STANDARD.seed, help="of chance and of the order of scans")
    group.add_argument("--split-seed", type=int, default=1, metavar="N", help="how patients are parted (default 1)")
    group.add_argument("--name", default="Learned from reports", help="what the viewer calls the model")


def refuse_what_cannot_be(parsed: argparse.Namespace) -> None:
    """Say before any work that a folder is missing, or that there is nothing to learn from.

    Raises:
        ReportsError: ``--scans`` is no folder; heads are to be taught without reports; a part of the close look; a kind
            of network is named where none is to be made.
    """
    if parsed.close_look and parsed.learn != Learns.ALL:
        raise ReportsError("The close look is taught whole; leave --learn out.")
    if parsed.network is not None and (parsed.cohort is None or parsed.init is not None):
        raise ReportsError("--network is of a new network that learns from a cohort; leave it out here.")
    if parsed.cohort is None and parsed.learn == Learns.HEADS:
        raise ReportsError("Heads alone are taught by reports; name them with --cohort, or leave --learn out.")
    if parsed.scans is not None and not parsed.scans.is_dir():
        raise ReportsError(f"{parsed.scans} is no folder; name the one with the scans, or leave --scans out.")


def train_as_told(parsed: argparse.Namespace, progress: Progress) -> Path | None:
    """Train as told; return the bundle's folder, None in every process but the first."""
    if parsed.close_look:
        closely = CloseRecipe(parsed.steps, learning_rate=parsed.rate or CloseRecipe.learning_rate)
        close_plan = ClosePlan(
            parsed.out, parsed.init, parsed.scans, closely, train_cases=parsed.cases, workers=parsed.workers
        )
        teach_close_look(close_plan, progress)
        return Path(parsed.out) / BUNDLE
    if parsed.cohort is None:
        recipe = Recipe(parsed.steps, learning_rate=parsed.rate or Recipe.learning_rate, compiled=parsed.compile)
        plan = Plan(
            parsed.out, parsed.scans, recipe, train_cases=parsed.cases, device=parsed.device, workers=parsed.workers,
            first_case=parsed.first_case, init=parsed.init, pooling_alone=parsed.learn == Learns.POOLING,
        )  # fmt: skip
        train(plan, progress)
        return Path(parsed.out) / BUNDLE
    report_recipe = recipe_of(parsed)
    on_reports = ReportPlan(
        parsed.cohort, parsed.out, report_recipe, parsed.init, parsed.phantom, parsed.organs, parsed.device,
        parsed.split_seed, title=parsed.name,
    )  # fmt: skip
    return None if train_on_reports(on_reports, progress) is None else Path(parsed.out) / BUNDLE


def recipe_of(parsed: argparse.Namespace) -> ReportRecipe:
    """Return how to learn from reports: as the kind of network does, but for what was told.

    Raises:
        ModelError: the bundle to begin with cannot be read.
    """
    kind = _kind_of(parsed)
    standard = ON_FILTERS if kind == FilterNet.kind else _STANDARD
    told = {
        "scans_a_step": parsed.scans_a_step,
        "learning_rate": parsed.rate,
        "bags" if kind == FilterNet.kind else "mask": parsed.mask,
        "spacing_mm": parsed.spacing,
    }
    known = {name: value for name, value in told.items() if value is not None}
    return replace(standard, steps=parsed.steps, seed=parsed.seed, learns=Learns(parsed.learn), **known)


def _kind_of(parsed: argparse.Namespace) -> str:
    if parsed.init is not None:
        return load_bundle(parsed.init).description.kind
    told: str | None = parsed.network
    return told or (FilterNet.kind if parsed.phantom is None else DeepNet.kind)


def evaluation_parser() -> argparse.ArgumentParser:
    """Return the parser of ``main.py evaluate``."""
    told = "Measure a model by an archive's reports, on patients it has not learned from, into a page to read."
    parser = argparse.ArgumentParser(prog="main.py evaluate", description=told)
    parser.add_argument("--cohort", type=Path, required=True, metavar="DIR", help="what cohort build made")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="the model asked about (default the shipped one)")
    parser.add_argument("--against", type=Path, metavar="DIR", help="another, to be better than")
    parser.add_argument("--out", type=Path, default=Path("build/evaluation"), metavar="DIR", help="folder to write to")
    parser.add_argument("--organs", type=Path, metavar="DIR", help="bundle that names the organs heat is measured by")
    parser.add_argument("--drawn", type=Path, metavar="SHARE", help="drawn cases (evaluate-*), to measure pointing on")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    return parser


def evaluate_as_told(parsed: argparse.Namespace, progress: Progress) -> Evaluated:
    """Measure as told."""
    plan = EvaluationPlan(
        parsed.cohort, parsed.out, parsed.bundle, parsed.against, parsed.organs, parsed.drawn, parsed.device
    )
    return evaluate(plan, progress)
