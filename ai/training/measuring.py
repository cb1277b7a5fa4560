"""All that is measured of a bundle before it is shipped: drawn cases, drawn scans over the whole path, real scans."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ai.model.bundle import Bundle, Description, load_bundle, save_bundle
from ai.model.close_look import CloseLook
from ai.model.errors import ModelError
from ai.model.network import EvidenceNet
from ai.phantom import drawn_case
from ai.progress import QUIET, Part, Progress
from ai.training.backgrounds import canvas_of, there
from ai.training.card import card_text
from ai.training.evaluation import table
from ai.training.labels import LABELS
from ai.training.nodules.thin_scans import thin_table
from ai.training.readings import drawn_paths, read_cases
from ai.training.real_scans import real_table
from ai.training.share import PROCEDURAL, Share, draw_share
from ai.training.summary import THIN
from ai.training.whole_path import whole_table

_THIN_SEED, _WHOLE_SEED = 2_500_000, 2_900_000
THIN_MM = 1.5
_WITH_NODULES = frozenset({"nodule"})


@dataclass(frozen=True)
class Measuring:
    """What to measure on.

    Args:
        share: folder of drawn cases; those of the split ``evaluate`` that are missing are drawn.
        scans: folder with the real scans named in ``backgrounds.toml``; None measures on procedural thoraxes only.
        cases: how many cases of the split ``evaluate``.
        whole: how many more, with nodules, are read over the whole path, in each kind of anatomy.
        workers: processes that draw side by side.
        thin: how many procedural thoraxes of 1.5 mm, ill by chance, are drawn for the nodules' curve alone.
    """

    share: Path
    scans: Path | None
    cases: int
    whole: int
    workers: int = 1
    thin: int = 0


def measured_by(bundle: Bundle, what: Measuring, progress: Progress = QUIET) -> dict[str, Any]:
    """Return free tables of names and figures, as a card shows them.

    Raises:
        ModelError: a network from elsewhere, or one of other labels.
    """
    if not isinstance(bundle.network, EvidenceNet) or bundle.description.labels != LABELS:
        raise ModelError("Only a network of this recipe's labels can be measured on its drawn cases.")
    draw_share(Share("evaluate", what.cases), what.share, what.scans, Part(progress, 0.0, 0.1), what.workers)
    look = bundle.close_look
    paths = list(drawn_paths(what.share, "evaluate"))
    readings = read_cases(
        bundle.network, paths, LABELS, Part(progress, 0.1, 0.5), close_look=look, confined=bundle.confined
    )
    thresholds = bundle.description.thresholds
    procedural, real = readings.only(PROCEDURAL), readings.without(PROCEDURAL)
    measured = {"procedural thoraxes, unseen seeds": table(bundle.network, procedural, LABELS, thresholds, look)}
    if real.names:
        measured["drawn into a real anatomy left out"] = table(bundle.network, real, LABELS, thresholds, look)
    if what.thin:
        measured |= thin_scans(bundle, what.thin, Part(progress, 0.5, 0.65))
    return measured | _read_whole(bundle, what, Part(progress, 0.65, 1.0))


def written(
    network: EvidenceNet,
    description: Description,
    look: CloseLook | None,
    folder: Path,
    what: Measuring,
    remarks: str = "",
    progress: Progress = QUIET,
) -> Bundle:
    """Write a bundle, measure it as it is loaded from there, and write it again with its figures and its card.

    Args:
        network, description, look: of the bundle; what ``description`` says of figures is replaced.
        folder: where it is written.
        what: to measure on.
        remarks: what a reader of the card should know.
        progress: told on the way.
    """
    save_bundle(network, description, folder, look)
    description = replace(description, measured=measured_by(load_bundle(folder), what, progress))
    save_bundle(network, description, folder, look)
    text = card_text(description, remarks, "" if look is None else look.trained_on)
    (folder / "CARD.md").write_text(text, encoding="utf-8")
    return load_bundle(folder)


def thin_scans(bundle: Bundle, count: int, progress: Progress = QUIET) -> dict[str, Any]:
    """Return the table of nodules in so many procedural thoraxes of 1.5 mm, under its title."""
    seeds = range(_THIN_SEED, _THIN_SEED + count)
    drawn = (drawn_case(seed, None, None, THIN_MM) for seed in seeds)
    return {f"{THIN}, procedural thoraxes": thin_table(bundle, drawn, count, progress)}


def _read_whole(bundle: Bundle, what: Measuring, progress: Progress) -> dict[str, Any]:
    """Read scans as the viewer does: drawn ones at 1.5 mm, drawn ones in the anatomy left out, real ones."""
    seeds = range(_WHOLE_SEED, _WHOLE_SEED + what.whole)
    drawn = (drawn_case(seed, None, _WITH_NODULES, THIN_MM) for seed in seeds)
    measured = {
        "whole path, procedural thoraxes of 1.5 mm": whole_table(bundle, drawn, what.whole, Part(progress, 0.0, 0.4))
    }
    if what.scans is None:
        return measured
    for entry in there("held_out", what.scans):
        anatomy = canvas_of(entry, what.scans, LABELS)
        cases = (drawn_case(seed, anatomy, _WITH_NODULES) for seed in seeds)
        name = f"whole path, drawn into {entry.name} at 2 mm"
        measured[name] = whole_table(bundle, cases, what.whole, Part(progress, 0.4, 0.7))
    scans = sorted(p for p in what.scans.iterdir() if p.is_dir() or p.name.endswith(".nii.gz"))
    rows = real_table(bundle, [p for p in scans if "tumour" not in p.name], Part(progress, 0.7, 1.0))
    seen = {entry.name for entry in there("train", what.scans)}
    measured["real scans never seen in training"] = {name: row for name, row in rows.items() if name not in seen}
    measured["real scans whose anatomy was drawn into for training, their own disease marked as unknown"] = {
        name: row for name, row in rows.items() if name in seen
    }
    return measured
