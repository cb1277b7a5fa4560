"""How a prior's places map to the current scan's."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ai.change import Registration, moved
from ai.comparison.coarse import Coarse, coarse, finer
from ai.comparison.deformable import SPACING_MM, deform
from ai.comparison.errors import ComparisonError
from ai.comparison.rigid import aligned, likeness
from ai.comparison.start import LEAST_OVERLAP, likely_shifts
from ai.comparison.warp import warp_on
from ai.geometry import Matrix
from ai.progress import QUIET, Part, Progress
from ai.volume import Volume

_FINE_MM = 3.0
_ROUGH_FACTOR = 3
_ROUGH_STEPS, _FINE_STEPS = 12, 30
"""The rough ones only tell which of the likely shifts is the right one."""

LEAST_QUALITY = 0.4
"""Below this the two show other parts of the body. Measured on eight real scans: the lower quarter of a chest laid onto
an upper quarter reaches .36; whole chests of two different patients .39 to .66; one patient's own parts .97."""

_SAFE_OVERLAP = 0.5
"""A smaller common part is easily like another by chance: each missing share adds as much to the likeness asked for."""

DOUBTFUL_QUALITY = 0.7
"""Below this the scans may be of different people, or of a very different breath: said, not refused."""

_LARGEST_TURN_DEG = 30.0
"""Nobody lies that crooked twice; a larger turn is a false match."""

_SMALLEST_BODY_MM3 = 100_000.0

_AROUND_MM = 12.0
"""What lies farther from the patient than this is not looked at to follow the breath."""


def register(prior: Volume, current: Volume, progress: Progress = QUIET) -> Registration:
    """Find how the prior's places map to the current scan's: the rigid motion, then what breath and posture add.

    Deterministic; some ten to twenty seconds on two cores.

    Raises:
        ComparisonError: a scan without a patient in it, or two scans without a common part of the body.
        Cancelled: the reader asked to stop.
    """
    rigid = register_rigid(prior, current, Part(progress, 0.0, 0.3))
    return register_deformable(prior, current, rigid, Part(progress, 0.3, 1.0))


def register_rigid(prior: Volume, current: Volume, progress: Progress = QUIET) -> Registration:
    """Find the rigid motion that lays the prior onto the current scan. Deterministic; about two seconds.

    Raises:
        ComparisonError: a scan without a patient in it, or two scans without a common part of the body.
        Cancelled: the reader asked to stop.
    """
    began = time.perf_counter()
    with ThreadPoolExecutor(1, "small current scan") as beside:
        of_current = beside.submit(coarse, current, _FINE_MM)
        fine_prior = coarse(prior, _FINE_MM, Part(progress, 0.0, 0.4))
        fine_current = of_current.result()
    _refuse_empty(fine_prior, "prior")
    _refuse_empty(fine_current, "current")
    pose = _rough_pose(fine_prior.smaller(_ROUGH_FACTOR), fine_current.smaller(_ROUGH_FACTOR), Part(progress, 0.4, 0.7))
    pose = aligned(fine_prior, fine_current, pose, _FINE_STEPS, Part(progress, 0.7, 0.95))
    progress.report(0.95, "Judging the alignment")
    quality, overlap = likeness(fine_prior, fine_current, pose)
    _refuse_unlike(quality, overlap, turn_deg(pose))
    progress.report(1.0, "Aligned")
    return Registration(np.asarray(np.linalg.inv(pose)), min(1.0, quality), seconds=time.perf_counter() - began)


def register_deformable(
    prior: Volume, current: Volume, rigid: Registration, progress: Progress = QUIET
) -> Registration:
    """Add to a rigid registration what breath, posture and arms moved; the rigid one where that makes it no better.

    Raises:
        Cancelled: the reader asked to stop.
    """
    began = time.perf_counter()
    fine_current = _finer(current, Part(progress, 0.0, 0.1)).of_body(_AROUND_MM)
    fine_prior = _finer(prior, Part(progress, 0.1, 0.2))
    pose = np.asarray(np.linalg.inv(rigid.prior_to_current), dtype=np.float64)
    repeats = max(1.0, *(mm / SPACING_MM for scan in (prior, current) for mm in scan.grid.spacing_mm))
    field = deform(fine_prior, fine_current, pose, repeats, Part(progress, 0.2, 1.0))
    if field.quality <= field.quality_before:
        return rigid
    towards_prior, towards_current = (
        warp_on(fine_current.grid, shifts) for shifts in (field.towards_prior, field.towards_current)
    )
    return Registration(
        rigid.prior_to_current,
        min(1.0, field.quality),
        warp_to_current=lambda points: towards_current(moved(rigid.prior_to_current, points)),
        warp_to_prior=lambda points: moved(pose, towards_prior(points)),
        folds=field.folds,
        seconds=rigid.seconds + time.perf_counter() - began,
    )


def _finer(scan: Volume, progress: Progress) -> Coarse:
    # The patient is told from the table where that is quick.
    rough = coarse(scan, _FINE_MM, Part(progress, 0.0, 0.5))
    return finer(scan, rough, SPACING_MM, Part(progress, 0.5, 1.0))


def turn_deg(rigid: Matrix) -> float:
    """Return the angle of a rigid motion's rotation, degrees."""
    return float(np.degrees(np.arccos(np.clip((np.trace(rigid[:3, :3]) - 1) / 2, -1, 1))))


def _rough_pose(prior: Coarse, current: Coarse, progress: Progress) -> Matrix:
    progress.report(0.0, "Trying every shift of the prior")
    shifts = likely_shifts(prior, current)
    if not shifts:
        raise ComparisonError(_refusal("no shift lays one onto the other"))
    poses = []
    for number, shift in enumerate(shifts):
        start = np.eye(4)
        start[:3, 3] = -shift
        done = 0.4 + 0.6 * number / len(shifts)
        poses.append(aligned(prior, current, start, _ROUGH_STEPS, Part(progress, done, done + 0.6 / len(shifts))))
    return max(poses, key=lambda pose: likeness(prior, current, pose)[0])


def _refuse_empty(scan: Coarse, which: str) -> None:
    if scan.body_mm3 < _SMALLEST_BODY_MM3:
        raise ComparisonError(f"The {which} scan shows no patient to align; choose a chest CT as {which} scan.")


def _refuse_unlike(quality: float, overlap: float, turn_deg: float) -> None:
    needed = LEAST_QUALITY + max(0.0, _SAFE_OVERLAP - overlap)
    if overlap < LEAST_OVERLAP:
        raise ComparisonError(_refusal(f"only {overlap:.0%} of the smaller one lies in both"))
    if quality < needed:
        raise ComparisonError(_refusal(f"their likeness is {quality:.2f}, and {needed:.2f} is needed"))
    if turn_deg > _LARGEST_TURN_DEG:
        raise ComparisonError(_refusal(f"the best match would turn the patient by {turn_deg:.0f}°"))


def _refusal(reason: str) -> str:
    return (
        f"The prior and the current scan show no common part of the body ({reason}); "
        "choose a prior of the same patient's chest."
    )
