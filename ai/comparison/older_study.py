"""An older scan reduced to what its lesions' lines need, so that its voxels can be let go."""

from __future__ import annotations

import numpy as np

from ai.change import PointMap, Registration
from ai.comparison.guidelines import circumstances_of
from ai.comparison.lesion_changes import lesion_changes
from ai.comparison.registration import DOUBTFUL_QUALITY
from ai.comparison.seen import Seen
from ai.comparison.warp import Warp
from ai.findings import Analysis, Setting
from ai.progress import QUIET, Part, Progress
from ai.series import Notice, Scan
from ai.timeline import OlderStudy, TimelineStudy, settings_of
from ai.volume import VoxelGrid

_LIGHT_MM = 8.0
"""The map is kept at places so far apart: it is smooth, and only says which lesion is which and where one would lie."""


def older_study(
    older: Scan,
    older_analysis: Analysis,
    current: Scan,
    current_analysis: Analysis,
    registration: Registration,
    progress: Progress = QUIET,
) -> OlderStudy:
    """Return what is kept of an older scan.

    Args:
        older, older_analysis: the scan and what was found in it.
        current, current_analysis: the scan that it was laid onto, and what was found in it: the same for every study.
        registration: from ``older`` (as prior) to ``current``.
        progress: asked whether to go on.
    """
    progress.report(0.0, "Following lesions")
    then = Seen.of(older.volume, older_analysis.at(Setting.SENSITIVE))
    now = Seen.of(current.volume, current_analysis.at(Setting.SENSITIVE))
    changes, uncovered = lesion_changes(
        then, now, registration, circumstances_of(current, older), Part(progress, 0.0, 0.9)
    )
    progress.report(0.9, "Keeping the map")
    light = lightened(registration, older.volume.grid, current.volume.grid)
    study = TimelineStudy.of(older.series)
    notices = (*_doubts(older, current, study, registration), *uncovered)
    progress.report(1.0, "Followed")
    return OlderStudy(study, older.volume.grid, light, tuple(changes), settings_of(older_analysis), notices)


def lightened(registration: Registration, prior: VoxelGrid, current: VoxelGrid) -> Registration:
    """Return a registration whose maps are read between places 8 mm apart; a rigid one is light already."""
    if registration.warp_to_current is None or registration.warp_to_prior is None:
        return registration
    return Registration(
        registration.prior_to_current,
        registration.quality,
        _light(registration.warp_to_current, prior),
        _light(registration.warp_to_prior, current),
        registration.folds,
        registration.seconds,
    )


def _light(there: PointMap, grid: VoxelGrid) -> Warp:
    coarse = grid.coarser(_LIGHT_MM)
    indices = np.stack(np.meshgrid(*(np.arange(n) for n in coarse.shape), indexing="ij"), axis=-1).reshape(-1, 3)
    points = coarse.points_mm(indices.astype(np.float64))
    shift = (there(points) - points).astype(np.float32)
    return Warp(coarse, np.ascontiguousarray(shift.T).reshape(3, *coarse.shape))


def _doubts(older: Scan, current: Scan, study: TimelineStudy, found: Registration) -> list[Notice]:
    name = study.taken_on.isoformat() if study.taken_on else study.title
    said = []
    if found.quality < DOUBTFUL_QUALITY:
        text = f"The study of {name} fits the current scan poorly (likeness {found.quality:.2f} of 1)"
        said.append(Notice(f"{text}; its points may be wrong.", grave=True))
    who, other = (scan.series.study.patient.identifier for scan in (current, older))
    if who and other and who != other:
        text = f"The study of {name} carries another patient identifier than the current one"
        said.append(Notice(f"{text}; make sure that they are the same person.", grave=True))
    return said
