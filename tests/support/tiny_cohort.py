"""A hospital small enough for tests: chests of 32 × 32 × 48 voxels, bright blocks, and what reports say of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai.findings import ModelCard
from ai.model import Bundle
from ai.report import Side
from ai.training.cohort import Change, Cohort, CohortScan, LabelValue, Place, Said
from ai.training.cohort.index import opened
from ai.training.cohort.store import put
from ai.training.reports.recipe import ReportRecipe
from tests.support.bright_network import WIDTHS, described, random_network

SHAPE = (32, 32, 48)
SPACING_MM = 4.0
LABELS = ("nodule", "mass", "groundglass")
RIGHT = (slice(4, 28), slice(6, 26), slice(5, 20))
LEFT = (slice(4, 28), slice(6, 26), slice(28, 43))
TINY = ReportRecipe(
    steps=6, scans_a_step=2, warm_up=2, labels=LABELS, widths=WIDTHS, features=8, spacing_mm=SPACING_MM,
    told_every=1, kept_every=2,
)  # fmt: skip


def chest() -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """Return soft tissue with two lungs of −850 HU, and the lungs' sides."""
    hu = np.full(SHAPE, 40, dtype=np.int16)
    sides = np.zeros(SHAPE, dtype=np.uint8)
    for number, lung in ((1, RIGHT), (2, LEFT)):
        hu[lung] = -850
        sides[lung] = number
    return hu, sides


def with_block(hu: NDArray[np.int16], side: Side, size: int = 6, value_hu: int = 950) -> None:
    """Put a bright block into the middle of a lung."""
    lung = RIGHT if side is Side.RIGHT else LEFT
    starts = [(part.start + part.stop - size) // 2 for part in lung]
    hu[tuple(slice(start, start + size) for start in starts)] = value_hu


def tiny_cohort(folder: Path, patients: int = 12, seed: int = 0) -> Cohort:
    """Make a cohort of two scans a patient; every other patient's nodule, on one side or the other, grows; noise.

    Ground glass is doubted in every third patient, absent else; of masses no report speaks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    with opened(folder, SPACING_MM) as index:
        for number in range(patients):
            ill, side = number % 2 == 0, (Side.RIGHT, Side.LEFT)[number // 2 % 2]
            for visit, size in enumerate((4, 8)):
                hu, lungs = chest()
                if ill:
                    with_block(hu, side, size)
                noisy = (hu + rng.normal(0, 15, SHAPE)).astype(np.int16)
                put(folder, scan_of(f"{number:02x}{visit}", f"p{number}", visit, ill, side), noisy, lungs, index)
    return Cohort.open(folder)


def scan_of(key: str, patient: str, visit: int, ill: bool, side: Side) -> CohortScan:
    """Return what the report says of a patient's first or second scan."""
    doubtful = int(patient[1:]) % 3 == 0
    labels = {"groundglass": LabelValue(Said.UNCERTAIN if doubtful else Said.ABSENT)}
    labels["nodule"] = LabelValue(Said.PRESENT if ill else Said.ABSENT)
    places = {"nodule": Place(frozenset(), side, (side.value,))} if ill else {}
    changes = {"nodule": Change.LARGER} if ill and visit else {}
    return CohortScan(key, patient, visit * 90, SPACING_MM, SHAPE, labels, places, changes)


def guide() -> Bundle:
    """Return a bundle that names organs; in aerated lung its word only parts the lobes of the right side."""
    return Bundle(random_network(3), described(SPACING_MM), ModelCard("guide", "0", "ab" * 32, "nothing", "Guide"))
