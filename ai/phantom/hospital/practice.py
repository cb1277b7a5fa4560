"""How a hospital scans: two practices whose pictures and words differ as those of two real houses do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ai.phantom.background import PhantomError
from ai.phantom.scanner import Protocol


@dataclass(frozen=True)
class Practice:
    """One hospital's ways.

    Args:
        variant: its letter; names its words in ``resources/hospital/wording.toml``.
        institution: written into the headers.
        drawn: draws how one scan is taken.
        first_seed: of its patients, so that no two hospitals share one.
    """

    variant: str
    institution: str
    drawn: Callable[[np.random.Generator], Protocol]
    first_seed: int


def _still(protocol: Protocol) -> Protocol:
    """Without what would move or cut lesions between visits: a fate would no longer be the only cause of a change."""
    return replace(protocol, breath_mm=0.0, stir_mm=0.0, field_mm=0.0)


def _ordinary(rng: np.random.Generator) -> Protocol:
    return _still(Protocol.drawn(rng))


def _low_dose(rng: np.random.Generator) -> Protocol:
    """Thick slices at low dose, sharpened, on a scanner whose calibration is off."""
    usual = Protocol.drawn(rng)
    return _still(
        replace(
            usual,
            kernel=str(rng.choice(["YC", "FC52"])),
            thickness_mm=float(rng.choice([3.0, 5.0])),
            increment_mm=float(rng.choice([2.5, 3.0])),
            noise_hu=float(rng.uniform(30, 60)),
            grain_mm=float(rng.uniform(1.6, 2.6)),
            blur_mm=float(rng.uniform(1.2, 2.0)),
            edge=float(rng.uniform(1.0, 1.6)),
            hardening_hu=float(rng.uniform(15, 45)),
            offset_hu=float(rng.uniform(8, 22)),
        )
    )


PRACTICES = {
    "a": Practice("a", "Hospital A (synthetic)", _ordinary, 5_000_000),
    "b": Practice("b", "Hospital B (synthetic)", _low_dose, 7_000_000),
}
MOST_PATIENTS, MOST_SEED = 10_000, 100
"""Patients of another seed of the same hospital are others."""


def practice(variant: str) -> Practice:
    """Return a practice.

    Raises:
        PhantomError: there is no such variant.
    """
    if variant not in PRACTICES:
        raise PhantomError(f"There is no hospital “{variant}”; choose {' or '.join(PRACTICES)}.")
    return PRACTICES[variant]


def patient_seed(of: Practice, seed: int, number: int) -> int:
    """Return the seed of a hospital's patient.

    Raises:
        PhantomError: a seed or number out of range.
    """
    if not 0 <= seed < MOST_SEED or not 0 <= number < MOST_PATIENTS:
        raise PhantomError(f"A hospital's seed lies in 0…{MOST_SEED - 1}, its patients in 0…{MOST_PATIENTS - 1}.")
    return of.first_seed + seed * MOST_PATIENTS + number
