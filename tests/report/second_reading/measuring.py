"""Planted errors found and false alarms raised, over many studies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ai.discrepancy import Discrepancy, DiscrepancyKind, ReadingToCheck
from ai.report import check_report
from ai.report.advice import Advise
from ai.report.guideline_advice import advise_for
from ai.report.second_reader_terms import kin
from tests.report.second_reading.patient import patient
from tests.report.second_reading.planting import PLANTS, Planted
from tests.report.second_reading.seeing import seen
from tests.report.second_reading.writers import Writer
from tests.report.second_reading.writing import story, written

TOLD_AS = {
    DiscrepancyKind.SILENT: (DiscrepancyKind.SILENT, DiscrepancyKind.PRIOR),
    DiscrepancyKind.PRIOR: (DiscrepancyKind.PRIOR, DiscrepancyKind.SILENT),
}
"""A lesion of the prior that nobody speaks of is told as one or the other."""
_NEAR_MM = 15.0


@dataclass
class Figures:
    """Counts by kind; ``grounded`` are the errors that the noisy picture gives a reason to find."""

    studies: int = 0
    planted: Counter[DiscrepancyKind] = field(default_factory=Counter)
    found: Counter[DiscrepancyKind] = field(default_factory=Counter)
    grounded: Counter[DiscrepancyKind] = field(default_factory=Counter)
    found_grounded: Counter[DiscrepancyKind] = field(default_factory=Counter)
    false_alarms: Counter[DiscrepancyKind] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)

    @property
    def share_found(self) -> float:
        """Of the grounded errors."""
        return self.found_grounded.total() / max(1, self.grounded.total())

    @property
    def false_alarms_a_study(self) -> float:
        """All kinds together."""
        return self.false_alarms.total() / max(1, self.studies)


def measured(seeds: Iterable[int], writers: Sequence[Writer]) -> Figures:
    """Check one report of each seed's patient, with one error planted where the patient allows one of its kind."""
    figures = Figures()
    for seed in seeds:
        _measure(seed, writers[seed % len(writers)], figures)
    return figures


def _measure(seed: int, writer: Writer, figures: Figures) -> None:
    who = patient(seed)
    told, picture = story(who), seen(who)
    kind = list(PLANTS)[seed // len(PLANTS) % len(PLANTS)]
    planted = PLANTS[kind](who, told, picture, np.random.default_rng([seed, 5]))
    error: Planted | None = None
    if planted is not None:
        told, error = planted
    text = written(told, writer, seed)
    answers = list(check_report(text, picture, advise=_advise(picture)))
    figures.studies += 1
    if error is not None:
        _count(figures, error, answers, f"{seed} {writer.name}", text)
    for answer in answers:
        figures.false_alarms[answer.kind] += 1
        said = "" if answer.span is None else text[slice(*answer.span)].strip()
        figures.remarks.append(f"FALSE  {seed} {writer.name}: {answer.kind.value} · {answer.words} [{said}]")


def _count(figures: Figures, error: Planted, answers: list[Discrepancy], who: str, text: str) -> None:
    """Count an error; the answer that tells it is taken from the answers, so that what is left are false alarms."""
    told = next((answer for answer in answers if _tells(answer, error)), None)
    figures.planted[error.kind] += 1
    figures.grounded[error.kind] += error.grounded
    if told is not None:
        answers.remove(told)
        figures.found[error.kind] += 1
        figures.found_grounded[error.kind] += error.grounded
    elif error.grounded:
        figures.remarks.append(f"MISSED {who}: {error.kind.value} · {error.name}\n{text}")


def _tells(answer: Discrepancy, error: Planted) -> bool:
    if answer.kind not in TOLD_AS.get(error.kind, (error.kind,)) or answer.abnormality not in kin(error.name):
        return False
    return error.place is None or answer.place is None or answer.place.distance_mm(error.place) <= _NEAR_MM


def _advise(picture: ReadingToCheck) -> Advise:
    return advise_for(picture.scan, picture.prior)


def table(figures: Figures) -> str:
    """Return the figures as a Markdown table."""
    lines = [
        "| kind | planted | found | grounded in the picture | found of these | false alarms a study |",
        "|---|---|---|---|---|---|",
    ]
    for kind in DiscrepancyKind:
        lines.append(_line(kind.value, figures, kind))
    lines.append(_line(f"all, {figures.studies} studies", figures, None))
    return "\n".join(lines)


def _line(title: str, figures: Figures, kind: DiscrepancyKind | None) -> str:
    def count(counter: Counter[DiscrepancyKind]) -> int:
        return counter.total() if kind is None else counter[kind]

    planted, grounded = count(figures.planted), count(figures.grounded)
    shares = [
        f"{count(found)} ({count(found) / whole:.0%})" if whole else "–"
        for found, whole in ((figures.found, planted), (figures.found_grounded, grounded))
    ]
    alarms = count(figures.false_alarms) / max(1, figures.studies)
    return f"| {title} | {planted} | {shares[0]} | {grounded} | {shares[1]} | {alarms:.2f} |"
