"""What changed without being a lesion, measured in the same lobes of both scans."""

from __future__ import annotations

from dataclasses import replace

from ai.change import Registration
from ai.comparison.lung_changes import breath_of, counted, lung_changes
from ai.comparison.quantity_changes import OF_LUNGS, quantity_changes
from ai.comparison.region_changes import region_changes
from ai.comparison.shared_lobes import SharedLobes, shared_lobes, whole_lungs
from ai.diffuse import COMPARABLE_BREATH, EXTENT, Breath, DiffuseChange, QuantityChange
from ai.findings import Analysis
from ai.model.measures.blood import CONTRAST_HU
from ai.organs import LUNGS
from ai.progress import QUIET, Part, Progress
from ai.series import Notice, Scan

_THICKER = 1.5
"""Slices so many times as thick hold less noise, and fewer of their voxels fall below −950 HU."""
_OF_SHARP = frozenset({"laa_950", "perc_15"})
_OF_THIN = _OF_SHARP | {"coronary_calcium", "aortic_calcium"}
_OF_CONTRAST = _OF_SHARP | {"lung_density", "lung_mass"}
_OF_BREATH = frozenset({"cardiothoracic_ratio", EXTENT})
"""A shallow breath widens the heart and makes the lungs' lowest parts dense."""
_OF_MODEL = frozenset({"effusion_volume", EXTENT})
_WITHOUT_LOBES = "The model drew no lobes in one of the scans: lungs are compared as a whole, found by their density."
_WITHOUT_LUNGS = "No lungs were found in one of the scans: measures are those of each alone, not corrected for breath."
_RIGID = (
    "The scans are laid onto each other without following the breath: what is told of single lobes may be off where "
    "lobes meet and at the diaphragm."
)


def diffuse_change(
    prior: tuple[Scan, Analysis], current: tuple[Scan, Analysis], registration: Registration, progress: Progress = QUIET
) -> DiffuseChange:
    """Return how far each diffuse abnormality spreads, and every measure, then and now.

    Lobes are the current scan's, bent into the prior, and only where both scans show them. Densities of the prior are
    also told as they would be in the current breath. A few seconds for two large scans.

    Args:
        prior, current: the scans and what was found in them.
        registration: between the two.
        progress: told how far it is; Cancelled passes through.
    """
    (then, before), (now, after) = prior, current
    said, doubtful = _cautions(then, before, now, after)
    progress.report(0.0, "Finding the same lobes in both scans")
    parted = before.organs is not None and after.organs is not None
    lobes = (before.organs, after.organs) if parted else (whole_lungs(then.volume), whole_lungs(now.volume))
    if lobes[0] is None or lobes[1] is None:
        return DiffuseChange((), quantity_changes(before, after), None, (*said, Notice(_WITHOUT_LUNGS)), doubtful)
    shared = shared_lobes((lobes[0], then.volume.grid), (lobes[1], now.volume.grid), registration)
    regions = region_changes((before, shared[0].lobes), (after, shared[1].lobes), Part(progress, 0.3, 0.6))
    lungs = _lungs(then, now, shared, Part(progress, 0.6, 1.0))
    if lungs is None:
        return DiffuseChange(regions, quantity_changes(before, after), None, (*said, Notice(_WITHOUT_LUNGS)), doubtful)
    quantities, breath = lungs
    if not parted:
        regions = tuple(change for change in regions if change.region == LUNGS)
        quantities = tuple(replace(one, parts=()) for one in quantities)
        said = (*said, Notice(_WITHOUT_LOBES))
    elif not registration.deformable:
        said = (*said, Notice(_RIGID))
    rest = quantity_changes(before, after, left_out=OF_LUNGS)
    if not breath.comparable:
        doubtful |= _OF_BREATH
    return DiffuseChange(regions, (*quantities, *rest), breath, (breath_notice(breath), *said), doubtful)


def breath_notice(breath: Breath) -> Notice:
    """Say how the two breaths differ and what was done about it."""
    amount = f"{abs(breath.change):.0%} {'more' if breath.change >= 0 else 'less'}"
    volumes = f"the same lung holds {amount} now ({breath.then_ml / 1000:.1f} l then, {breath.now_ml / 1000:.1f} l now)"
    if breath.comparable:
        text = (
            f"Breath: {volumes}. Densities of then are also told as they would be at the volume of now: lung keeps its "
            "mass, only air is added. What is left of the change is lung that became heavier or lighter."
        )
        return Notice(text)
    text = (
        f"Breath: {volumes}. That is more than {COMPARABLE_BREATH:.0%}, so mean density, 15th percentile and LAA-950 "
        "cannot be compared; a shallower breath is not told from lung that collapsed or was pushed in. Lung mass can."
    )
    return Notice(text, grave=True)


def _lungs(
    then: Scan, now: Scan, shared: tuple[SharedLobes, SharedLobes], progress: Progress
) -> tuple[tuple[QuantityChange, ...], Breath] | None:
    before = counted(then.volume, shared[0].lung, Part(progress, 0.0, 0.5))
    after = counted(now.volume, shared[1].lung, Part(progress, 0.5, 1.0))
    breath = breath_of(before, after)
    return None if breath is None else (lung_changes(before, after), breath)


def _cautions(then: Scan, before: Analysis, now: Scan, after: Analysis) -> tuple[tuple[Notice, ...], frozenset[str]]:
    """What makes measures differ though the patient did not change, and which measures."""
    said, doubtful = [], _OF_MODEL if before.card.sha256 != after.card.sha256 else frozenset[str]()
    kernels = then.series.kernel, now.series.kernel
    if all(kernels) and kernels[0] != kernels[1]:
        text = (
            f"The kernels differ ({kernels[0]} then, {kernels[1]} now): a sharper one alone raises LAA-950 and lowers "
            "the 15th percentile."
        )
        said.append(Notice(text, grave=True))
        doubtful |= _OF_SHARP
    steps = [scan.series.thickness_mm or scan.volume.grid.spacing_mm[0] for scan in (then, now)]
    if max(steps) >= _THICKER * min(steps):
        text = (
            f"The slices are {steps[0]:g} mm thick then and {steps[1]:g} mm now: thin ones alone raise LAA-950, lower "
            "the 15th percentile and find more calcium."
        )
        said.append(Notice(text))
        doubtful |= _OF_THIN
    blood = [_value(analysis, "blood_density") for analysis in (before, after)]
    if None not in blood and len({value > CONTRAST_HU for value in blood if value is not None}) == 2:
        text = "Contrast was given in one of the scans only: it alone makes lungs denser and heavier."
        said.append(Notice(text))
        doubtful |= _OF_CONTRAST
    return tuple(said), doubtful


def _value(analysis: Analysis, name: str) -> float | None:
    return next((one.value for one in analysis.quantities if one.name == name), None)
