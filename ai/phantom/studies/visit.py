"""One visit of a synthetic patient: what was drawn, how it was taken, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from torch import Tensor

from ai.phantom.body import Body
from ai.phantom.canvas import Canvas
from ai.phantom.scanner import Protocol
from ai.series import FileWindow, Patient, Scan, Series, Study
from ai.volume import Volume

_FIRST_DAY = date(2024, 1, 8).toordinal()
_WINDOWS = (FileWindow(1500, -600, "LUNG"), FileWindow(400, 40, "MEDIASTINUM"))


@dataclass(frozen=True, eq=False)
class Visit:
    """One scan of a synthetic patient with its truth.

    ``hu`` is int16 on ``canvas.grid``; ``seed`` is the patient's, ``number`` the visit's, from 0.
    """

    seed: int
    number: int
    day: date
    canvas: Canvas
    hu: Tensor
    protocol: Protocol

    @property
    def slice_mm(self) -> float:
        """Slice thickness as the header says it: thinner than the voxels no slice can be."""
        return max(self.protocol.thickness_mm, self.canvas.spacing_mm)

    def scan(self) -> Scan:
        """Return it as a scan with headers; the same seed always has the same UIDs."""
        volume = Volume(np.ascontiguousarray(self.hu.cpu().numpy()), self.canvas.grid)
        patient = patient_of(self.seed)
        uid = 8_000_000_000 + self.seed * 100 + self.number * 10
        study = Study(f"2.25.{uid}", self.day, "Chest CT, synthetic", "Interval synthetic thorax", patient)
        series = Series(
            f"2.25.{uid + 1}", Path(f"phantom-{self.seed}-{self.number}"), study, "CT", 2,
            f"Thorax {self.slice_mm:g} mm {self.protocol.kernel}", self.protocol.kernel,
            self.slice_mm, volume.grid.shape, _WINDOWS,
        )  # fmt: skip
        return Scan(volume, series)


def patient_of(seed: int) -> Patient:
    """Return the person of a seed: sex as the body was built, age of an adult."""
    female = Body.drawn(np.random.default_rng([seed, 0])).female
    age = int(np.random.default_rng([seed, 4]).integers(28, 88))
    born = date(first_day(seed).year - age, 1 + seed % 12, 1 + seed % 28)
    age = first_day(seed).year - born.year - ((first_day(seed).month, first_day(seed).day) < (born.month, born.day))
    return Patient(f"Phantom^{seed}", f"INTERVAL-PHANTOM-{seed}", born, "F" if female else "M", f"{age:03}Y")


def first_day(seed: int) -> date:
    """Return the day of a patient's first visit."""
    return date.fromordinal(_FIRST_DAY + seed % 700)
