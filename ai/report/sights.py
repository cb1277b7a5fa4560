"""What the picture says: bodies and spreads with side, lobe, size, and how strongly."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ai.change import LesionChange
from ai.discrepancy import ReadingToCheck
from ai.findings import Finding, Lesion
from ai.geometry import PointMm
from ai.organs import LOBES
from ai.places import places_of, side_of
from ai.report.second_reader_terms import kin, synonyms
from ai.report.weights import distinct, same_body

_SURE_OF_ONE = 0.5
"""Confidence of a single body from which it is said strongly."""
_NOTABLE_ML = 50.0
"""Less fluid on a side is not held against a report."""


@dataclass(frozen=True, eq=False)
class Sight:
    """One thing in the picture.

    Args:
        finding: whose it is.
        lesion: the body; None for what spreads.
        strong: said strongly: a report that does not speak of it is asked.
        sides, lobes: where it lies; empty where that is not known.
        place: where to look.
        change: what became of a body since the prior; None where that is not known.
    """

    finding: Finding
    lesion: Lesion | None
    strong: bool
    sides: frozenset[str]
    lobes: frozenset[str]
    place: PointMm | None
    change: LesionChange | None = None

    @property
    def name(self) -> str:
        """Label of the abnormality."""
        return (self.finding if self.lesion is None else self.lesion).abnormality.name

    @property
    def size_mm(self) -> float:
        """Mean diameter of a body; 0 for what spreads or was not measured."""
        return 0.0 if self.lesion is None or math.isnan(self.lesion.diameter_mm) else self.lesion.diameter_mm


@dataclass(frozen=True, eq=False)
class Picture:
    """All that the model said, ready to be compared; findings that the reader rejected are neither there nor absent."""

    reading: ReadingToCheck
    sights: tuple[Sight, ...]

    def knows(self, name: str) -> bool:
        """Return whether the model looks for an abnormality by some name and the reader has not rejected it."""
        return bool(self._findings(synonyms(name))) and not self.reading.rejected & synonyms(name)

    def says_no(self, name: str) -> bool:
        """Return whether the model looks for it, sees it at no setting, and strongly sees nothing that may mean it."""
        if not self.knows(name):
            return False
        same = self._findings(synonyms(name))
        alike = self._findings(kin(name))
        return all(f.probability < least_of(f) for f in same) and all(f.probability < most_of(f) for f in alike)

    def _findings(self, names: frozenset[str]) -> list[Finding]:
        found = (self.reading.analysis.finding(name) for name in names - self.reading.rejected)
        return [finding for finding in found if finding is not None and finding.learned]

    def volume_ml(self, quantity: str) -> float:
        """Return a measure of the scan; 0 where it is not known."""
        values = {q.name: q.value for q in self.reading.analysis.quantities}
        return values.get(quantity) or 0.0


def picture_of(reading: ReadingToCheck) -> Picture:
    """Return what the picture says."""
    told = [
        finding
        for finding in reading.analysis.findings
        if finding.learned
        and finding.abnormality.name not in reading.rejected
        and (finding.probability >= least_of(finding) or _seen_closely(finding))
    ]
    of_body = {id(lesion): finding for finding in told for lesion in finding.lesions}
    bodies = distinct([lesion for finding in told for lesion in finding.lesions])
    sights = [_of_body(lesion, of_body[id(lesion)], reading) for lesion in bodies]
    sights += [_of_spread(finding, reading) for finding in told if not finding.lesions]
    return Picture(reading, tuple(sights))


def least_of(finding: Finding) -> float:
    """Return the probability below which an abnormality is absent at every setting."""
    return finding.threshold if finding.thresholds is None else finding.thresholds.sensitive


def most_of(finding: Finding) -> float:
    """Return the probability from which it is said strongly: present even where few false alarms are wanted."""
    return finding.threshold if finding.thresholds is None else finding.thresholds.specific


def _seen_closely(finding: Finding) -> bool:
    return finding.instance_thresholds is not None and bool(finding.lesions)


def _surely(lesion: Lesion, finding: Finding) -> bool:
    steps = finding.instance_thresholds
    return steps is not None and lesion.confidence >= steps.specific


def _of_body(lesion: Lesion, finding: Finding, reading: ReadingToCheck) -> Sight:
    sure = math.isnan(lesion.confidence) or lesion.confidence >= _SURE_OF_ONE
    side = side_of(lesion.location)
    changes = () if reading.comparison is None else reading.comparison.lesions
    of_it = (c for c in changes if any(same_body(lesion, current) for current in c.currents))
    return Sight(
        finding,
        lesion,
        sure and (finding.probability >= most_of(finding) or _surely(lesion, finding)),
        frozenset({side} if side else ()),
        frozenset({lesion.location} & set(LOBES)),
        lesion.centre,
        next(of_it, None),
    )


def _of_spread(finding: Finding, reading: ReadingToCheck) -> Sight:
    places = places_of(finding, reading.analysis.organs)
    sides = _fluid_sides(reading) if finding.abnormality.name == "pleural_effusion" else frozenset()
    return Sight(
        finding,
        None,
        finding.probability >= most_of(finding),
        sides or frozenset(side for name in places if (side := side_of(name))),
        frozenset(places) & frozenset(LOBES),
        finding.place,
    )


def _fluid_sides(reading: ReadingToCheck) -> frozenset[str]:
    parts = {organ: ml for q in reading.analysis.quantities if q.name == "effusion_volume" for organ, ml in q.per_organ}
    return frozenset(side_of(organ) for organ, ml in parts.items() if ml >= _NOTABLE_ML)
