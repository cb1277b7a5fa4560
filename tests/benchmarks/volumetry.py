"""How well growth is measured: nodules drawn twice with known growth, taken by different protocols.

    python -m tests.benchmarks.volumetry                 seeds that nothing was developed on (some minutes)
    python -m tests.benchmarks.volumetry 501 502         other patients

Detection is taken from the truth (the cells that the nodule fills); body, volume and the second measuring of both scans
by one rule are the program's. Nodules of 4–25 mm of every kind, edge and seat, in slices of 0.8–2.4 mm, of soft to
sharp kernels, at 5–60 HU of noise. Lung-RADS and the like are tested elsewhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ai.comparison.growth import REAL_VOLUME_CHANGE
from ai.comparison.measured_alike import measured_alike
from ai.comparison.seen import Seen
from ai.findings import Analysis, Lesion, ModelCard
from ai.model.lesions import described
from ai.vocabulary import abnormality
from tests.benchmarks.nodule_blocks import Case, Take, cases, kind_of

HELD_OUT = (9601, 9602, 9603, 9604)
NODULES = 26
_CARD = ModelCard("truth", "0", "", "nothing: detection is the truth's")
_NOTHING = Analysis((), _CARD, "none", 0.0)


@dataclass(frozen=True, eq=False)
class Measured:
    """A nodule's truth beside what was measured of it; NaN where a scan showed no body."""

    case: Case
    then_mm3: float
    now_mm3: float

    @property
    def change(self) -> float:
        """Measured change of volume."""
        return self.now_mm3 / self.then_mm3 - 1

    @property
    def true_change(self) -> float:
        """Drawn change of volume."""
        return self.case.now.true_mm3 / self.case.then.true_mm3 - 1


def measured(case: Case) -> Measured:
    """Measure as a comparison does: each scan by itself, then both by one rule."""
    then, now = _lesion(case.then), _lesion(case.now)
    if then is None or now is None:
        return Measured(case, np.nan, np.nan)
    then, now = measured_alike(then, now, _seen(case.then), _seen(case.now))
    return Measured(case, then.volume_mm3, now.volume_mm3)


def table(found: Sequence[Measured]) -> str:
    """Return the figures of all, by kind and by size."""
    kinds: list[tuple[str, Callable[[Measured], bool]]] = [("all", lambda one: True)]
    kinds += [(kind, _of_kind(kind)) for kind in ("solid", "part-solid", "ground-glass")]
    kinds += [(f"{low:g}-{high:g} mm", _of_size(low, high)) for low, high in ((0, 6), (6, 10), (10, 30))]
    head = f"{'':13s} {'n':>4s} {'unchanged within 25 %':>24s} {'growth sensitivity':>20s} {'precision':>16s}  error"
    return "\n".join([head, *(_line(name, [one for one in found if chosen(one)]) for name, chosen in kinds)])


def _line(name: str, found: Sequence[Measured]) -> str:
    stable = [abs(one.change) <= REAL_VOLUME_CHANGE for one in found if one.case.factor == 1.0]
    real = np.array([one.true_change >= REAL_VOLUME_CHANGE for one in found], dtype=bool)
    said = np.array([one.change >= REAL_VOLUME_CHANGE for one in found], dtype=bool)
    errors = [one.then_mm3 / one.case.then.true_mm3 - 1 for one in found]
    spread = "" if not errors else "{:+.0%} (median), {:+.0%} … {:+.0%} (p10, p90)".format(
        *np.nanpercentile(errors, (50, 10, 90))
    )  # fmt: skip
    hits = int((real & said).sum())
    parts = (_share(sum(stable), len(stable)), _share(hits, int(real.sum())), _share(hits, int(said.sum())))
    return f"{name:13s} {len(found):4d} {parts[0]:>24s} {parts[1]:>20s} {parts[2]:>16s}  {spread}"


def _share(part: int, of: int) -> str:
    return f"{part}/{of} = {part / of:.1%}" if of else "-"


def _of_kind(kind: str) -> Callable[[Measured], bool]:
    return lambda one: kind_of(one.case.lesion) == kind


def _of_size(low: float, high: float) -> Callable[[Measured], bool]:
    return lambda one: low <= one.case.lesion.diameter_mm < high


def _lesion(take: Take) -> Lesion | None:
    body = take.measured()
    if body is None:
        return None
    found = described(abnormality("nodule"), body, take.volume.grid, "right_upper")
    return replace(found, confidence=1.0)


def _seen(take: Take) -> Seen:
    return Seen(take.volume, _NOTHING, take.lung)


def main(seeds: Sequence[int]) -> None:
    """Print the table over the patients so far, after each."""
    found: list[Measured] = []
    for seed in seeds:
        found += [measured(case) for case in cases(seed, NODULES)]
        sys.stdout.write(f"patients to {seed}\n{table(found)}\n\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or HELD_OUT)
