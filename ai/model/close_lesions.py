"""Instances of an abnormality whose candidates are looked at closely: few marks, each with how sure it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.findings import Lesion, sigmoid
from ai.geometry import PointMm
from ai.model.candidates import candidates_seen
from ai.model.close_look import CloseLook
from ai.model.lesions import LEAST_MM3, Mask, described, middle_of
from ai.model.lung_bodies import Body, lung_body
from ai.model.organ_map import location_of
from ai.model.preparation import Prepared
from ai.model.seeing import Seen
from ai.organs import LOBES, Organs
from ai.progress import QUIET, Progress
from ai.vocabulary import Abnormality
from ai.volume import Volume

_MOST = 30
_NEARLY = 1.0
"""Without heat a candidate is the cells around its own that are nearly as likely, logits."""
_BESIDE_MM = 3.0


def close_lesions(
    kind: Abnormality,
    number: int,
    look: CloseLook,
    seen: Seen,
    volume: Volume,
    prepared: Prepared,
    organs: Organs | None = None,
    progress: Progress = QUIET,
) -> tuple[Lesion, ...]:
    """Return the measured instances that the close look holds for sure enough, surest first.

    Args:
        kind: which abnormality.
        number: of its label.
        look: looks at each candidate.
        seen: what the network saw, with this label's places.
        volume: the scan.
        prepared: the same as the network saw it.
        organs: for the location's name, and where lung is.
        progress: asked after every few candidates whether to go on.
    """
    found, places_mm = candidates_seen(seen, number, prepared)
    logits = look.logits(volume, places_mm, found, progress)
    sure = np.array([sigmoid(float(logit)) for logit in logits])
    order = [int(n) for n in np.argsort(-sure, kind="stable") if sure[n] >= look.least][:_MOST]
    parts = _parts(found.cells[order], seen.places[number], seen.spots[number])
    lung = None if organs is None else (organs.mask(*LOBES), organs.grid)
    bodies: list[Body] = []
    lesions = []
    for n, cells in zip(order, parts, strict=True):
        body = lung_body(cells, seen.grid, volume, lung)
        if body is None or body.volume_mm3 < LEAST_MM3 or any(_holds(other, middle_of(body)) for other in bodies):
            continue
        bodies.append(body)
        location = location_of(middle_of(body), prepared.lungs, organs)
        lesions.append(described(kind, body, volume.grid, location, float(sure[n])))
    return tuple(lesions)


def _parts(cells: NDArray[np.int64], places: NDArray[np.float32], heat: NDArray[np.float32]) -> list[Mask]:
    """The cells of each candidate: of the heat that it lies in what is nearest to it, else what is as likely as it."""
    labels, _ = ndimage.label(heat > 0, structure=np.ones((3, 3, 3)))
    own = np.zeros(heat.shape, dtype=np.int32)
    own[tuple(cells.T)] = np.arange(1, len(cells) + 1)
    nearest = own[tuple(ndimage.distance_transform_edt(own == 0, return_distances=False, return_indices=True))]
    parts = []
    for number, cell in enumerate(cells, start=1):
        around = tuple(slice(max(0, n - 1), n + 2) for n in cell)
        warm = labels[around][heat[around] > 0]
        part = (labels == np.bincount(warm).argmax()) & (nearest == number) if warm.size else np.zeros_like(labels > 0)
        if not part.any():  # no heat, or all of it is another's
            part[around] = places[around] >= places[tuple(cell)] - _NEARLY
        parts.append(part)
    return parts


def _holds(body: Body, place: PointMm) -> bool:
    """Whether a place lies in a body or right beside it."""
    spots = np.argwhere(body.mask).astype(np.float64)
    away = np.linalg.norm(body.grid.points_mm(spots) - place.array(), axis=1)
    return bool(away.min() <= _BESIDE_MM)
