"""Parts of a cohort: a patient's scans all lie in one part, and a patient stays there when the cohort grows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from ai.training.cohort.errors import CohortError
from ai.training.cohort.words import CohortScan

_STEPS = 2**32


def split(scans: Iterable[CohortScan], seed: int, shares: Mapping[str, float]) -> dict[str, tuple[CohortScan, ...]]:
    """Part scans by patient.

    Each patient draws a number from its key and the seed alone, so new patients move none of the others.

    Args:
        scans: of a cohort.
        seed: another seed, another split.
        shares: name of a part → its share of the patients, about; together 1.

    Returns:
        Every part named, in the order of ``shares``; scans keep their order.

    Raises:
        CohortError: shares that are no parts of one whole.
    """
    if not shares or min(shares.values()) < 0 or abs(sum(shares.values()) - 1) > 1e-6:
        raise CohortError(f"Shares of {dict(shares)} do not make one whole; let them be 0 or more and sum to 1.")
    parts: dict[str, list[CohortScan]] = {name: [] for name in shares}
    for scan in scans:
        parts[_part(_lot(scan.patient, seed), shares)].append(scan)
    return {name: tuple(found) for name, found in parts.items()}


def _lot(patient: str, seed: int) -> float:
    """A number in 0…1 that belongs to a patient and a seed."""
    digest = hashlib.blake2b(f"{seed}:{patient}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / _STEPS


def _part(lot: float, shares: Mapping[str, float]) -> str:
    end = 0.0
    for name, share in shares.items():
        end += share
        if lot < end:
            return name
    return next(name for name in reversed(shares) if shares[name] > 0)
