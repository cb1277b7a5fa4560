"""Nodules found, and marks set in vain, in scans drawn as thin as the close look reads them: the free-response curve.

The cases kept to learn from have voxels of 2 mm, in which a nodule of 5 mm is hardly more than two; scans are thinner.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch

from ai.model import Bundle, ModelError
from ai.model.candidates import candidates_seen
from ai.model.network import EvidenceNet
from ai.model.preparation import prepare
from ai.model.seeing import see
from ai.phantom.canvas import Canvas
from ai.phantom.case import Case
from ai.progress import QUIET, Progress
from ai.training.detection import LEAST_MM, MOST_MM, Marks, Numbers, curve
from ai.training.nodules.hits import NODULE, hits, in_vain, nodules_of
from ai.volume import Volume


def thin_table(bundle: Bundle, cases: Iterable[Case], count: int, progress: Progress = QUIET) -> dict[str, Any]:
    """Return how nodules of drawn scans are found, by the close look and by the first network alone.

    Args:
        bundle: of a network of ours.
        cases: drawn scans.
        count: how many they are, for the progress.
        progress: told after each.
    """
    closely, at_first = [], []
    withheld: list[str] = []
    for number, case in enumerate(cases):
        volume = Volume(np.ascontiguousarray(case.hu.numpy()), case.canvas.grid)
        try:
            first, look = marked(volume, case.canvas, bundle)
        except ModelError as refusal:
            withheld.append(str(refusal))
        else:
            at_first.append(first)
            closely.append(look)
        progress.report((number + 1) / count, f"marking nodules in thin scans ({number + 1} of {count})")
    told = {"scans": len(at_first) + len(withheld), "withheld": withheld, "nodules": curve(closely)}
    return told | {"nodules by the first network alone": curve(at_first)}


def marked(volume: Volume, canvas: Canvas, bundle: Bundle) -> tuple[Marks, Marks]:
    """Return the marks on a drawn scan as the first network weighs them, and as the close look does (if there is one).

    Raises:
        ModelError: the scan would be withheld, or the network is one from elsewhere.
    """
    if not isinstance(bundle.network, EvidenceNet):
        raise ModelError(f"{bundle.card.title} is a network from elsewhere, which names no candidates.")
    label = bundle.description.labels.index(NODULE)
    prepared = prepare(volume, bundle.description.spacing_mm)
    seen = see(prepared, bundle.network, torch.device("cpu"), places_of=(label,), confined=bundle.confined)
    found, places_mm = candidates_seen(seen, label, prepared)
    hit, vain = hits(places_mm, canvas), in_vain(places_mm, canvas)
    sizes = np.array([one.diameter_mm for one in nodules_of(canvas)])
    asked = (sizes >= LEAST_MM) & (sizes <= MOST_MM)

    def marks(sure: Numbers) -> Marks:
        best = np.array([sure[hit[:, n]].max(initial=-np.inf) for n in np.flatnonzero(asked)], dtype=np.float64)
        return Marks(best, sizes[asked], sure[vain])

    first = marks(found.peaks)
    look = bundle.close_look
    return first, first if look is None else marks(look.logits(volume, places_mm, found))
