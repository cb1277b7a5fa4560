"""What ``main.py train`` and ``main.py evaluate`` may be told, and the plans that follow from it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from ai.memory import keep_freed
from ai.model.deep_network import DeepNet
from ai.model.filter_network import FilterNet
from ai.progress import Progress
from ai.training.judging.evaluate import Evaluated, EvaluationPlan, evaluate
from ai.training.learning import Recipe
from ai.training.nodules.close_learning import CloseRecipe
from ai.training.nodules.close_run import ClosePlan, teach_close_look
from ai.training.recipe_run import Plan, train
from ai.training.reports.errors import ReportsError
from ai.training.reports.recipe import BESIDE, BY_PARTS, Learns, ReportRecipe
from ai.training.reports.report_run import BUNDLE, ReportPlan, train_on_reports

_STANDARD = ReportRecipe()


def training_parser() -> argparse.ArgumentParser:
    """Return the parser of ``main.py train``."""
    told = "Train a model: on synthetic abnormalities, or with --cohort on an archive's reports."
    parser = argparse.ArgumentParser(prog="main.py train", description=told)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the run and its bundle")
    parser.add_argument("--steps", type=int, metavar="N", help=f"how many (default {_STANDARD.steps})")
    parser.add_argument("--init", type=Path, metavar="DIR", help="bundle to begin with, instead of chance")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    told = (
        "what learns: all layers, only how places of --init are pooled, or, of reports, its heads, or a head of parts "
        f"beside them, found at once (default {Learns.ALL}; of a new network on filters {Learns.PARTS})"
    )
    parser.add_argument("--learn", choices=[one.value for one in Learns], help=told)
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
        "a new network: a head of parts on fixed filters, for hundreds or some thousand scans, or deep, for more "
        f"(default {FilterNet.kind}, with --phantom {DeepNet.kind}; --init has its own)"
    )
    group.add_argument("--network", choices=(FilterNet.kind, DeepNet.kind), help=told)
    told = (
        "weight of what reports say of places (mask loss; lines of a head of parts), 0 learns without them (default "
        f"{_STANDARD.mask:g}; of parts {BY_PARTS.bags:g}, beside a network {BESIDE.bags:g})"
    )
    group.add_argument("--mask", type=float, metavar="W", help=told)
    told = f"scans a step, over all processes (default {_STANDARD.scans_a_step})"
    group.add_argument("--scans-a-step", type=int, metavar="N", help=told)
    told = f"voxel size of a new network (default {_STANDARD.spacing_mm:g}, on filters {BY_PARTS.spacing_mm:g})"
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
    if parsed.close_look and parsed.learn is not None:
        raise ReportsError("The close look is taught whole; leave --learn out.")
    if parsed.network is not None and (parsed.cohort is None or parsed.init is not None):
        raise ReportsError("--network is of a new network that learns from a cohort; leave it out here.")
    if parsed.cohort is None and parsed.learn in (Learns.HEADS, Learns.PARTS):
        raise ReportsError("Heads are taught by reports; name them with --cohort, or leave --learn out.")
    if parsed.cohort is not None and _learns(parsed) is Learns.PARTS:
        stray = [name for name in ("steps", "rate", "scans_a_step") if getattr(parsed, name) is not None]
        if stray:
            told = ", ".join("--" + name.replace("_", "-") for name in stray)
            raise ReportsError(f"A head of parts is found at once and not by steps; leave {told} out.")
    if parsed.scans is not None and not parsed.scans.is_dir():
        raise ReportsError(f"{parsed.scans} is no folder; name the one with the scans, or leave --scans out.")


def train_as_told(parsed: argparse.Namespace, progress: Progress) -> Path | None:
    """Train as told; return the bundle's folder, None in every process but the first."""
    steps = parsed.steps or _STANDARD.steps
    if parsed.close_look:
        closely = CloseRecipe(steps, learning_rate=parsed.rate or CloseRecipe.learning_rate)
        close_plan = ClosePlan(
            parsed.out, parsed.init, parsed.scans, closely, train_cases=parsed.cases, workers=parsed.workers
        )
        teach_close_look(close_plan, progress)
        return Path(parsed.out) / BUNDLE
    if parsed.cohort is None:
        recipe = Recipe(steps, learning_rate=parsed.rate or Recipe.learning_rate, compiled=parsed.compile)
        plan = Plan(
            parsed.out, parsed.scans, recipe, train_cases=parsed.cases, device=parsed.device, workers=parsed.workers,
            first_case=parsed.first_case, init=parsed.init, pooling_alone=parsed.learn == Learns.POOLING,
        )  # fmt: skip
        train(plan, progress)
        return Path(parsed.out) / BUNDLE
    report_recipe = recipe_of(parsed)
    if report_recipe.learns is Learns.PARTS:
        keep_freed()
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
    learns = _learns(parsed)
    standard = _STANDARD
    if learns is Learns.PARTS:
        standard = BY_PARTS if parsed.init is None else BESIDE
    told = {
        "steps": parsed.steps,
        "scans_a_step": parsed.scans_a_step,
        "learning_rate": parsed.rate,
        "bags" if learns is Learns.PARTS else "mask": parsed.mask,
        "spacing_mm": parsed.spacing,
        "kind": _new_kind(parsed),
    }
    known = {name: value for name, value in told.items() if value is not None}
    return replace(standard, seed=parsed.seed, learns=learns, **known)


def _new_kind(parsed: argparse.Namespace) -> str:
    """How a new network is built."""
    told: str | None = parsed.network
    return told or (FilterNet.kind if parsed.phantom is None and parsed.learn != Learns.ALL else DeepNet.kind)


def _learns(parsed: argparse.Namespace) -> Learns:
    """What learns; of a new network on filters nothing else can, so that it need not be told."""
    if parsed.learn is not None:
        return Learns(parsed.learn)
    alone = parsed.init is None and _new_kind(parsed) == FilterNet.kind
    return Learns.PARTS if alone else Learns.ALL


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
