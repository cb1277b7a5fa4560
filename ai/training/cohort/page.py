"""report.html of a cohort: what it holds and what was left out, in numbers that name nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import jinja2

from ai.training.cohort.choosing import RULE
from ai.training.cohort.errors import CohortError
from ai.training.cohort.plots import bars, columns, grid
from ai.training.cohort.rejection import Reason
from ai.training.cohort.words import CohortScan, Said
from ai.vocabulary import RESOURCES, abnormalities

PAGE = "report.html"
TEMPLATE = RESOURCES / "cohort" / "cohort.html.jinja"
_COMMON = 20
"""So many of the commonest labels are shown together."""
_INTERVALS = (("< 30 d", 30), ("1–3 mo", 91), ("3–6 mo", 183), ("6–12 mo", 365), ("1–2 y", 730))
_LONGER = "> 2 y"
_MANY = 5


@dataclass(frozen=True)
class Counts:
    """What a cohort holds.

    Args:
        patients, scans: how many.
        told: label → how many reports say present, uncertain, absent; the commonest first.
        together: label → label → how many scans have both, of the commonest.
        scans_a_patient, intervals: bins → how many patients, how many pairs of scans that follow one another.
        changes: what became of a label → how often it is said.
    """

    patients: int
    scans: int
    told: Mapping[str, tuple[int, int, int]]
    together: Mapping[str, Mapping[str, int]]
    scans_a_patient: Mapping[str, int]
    intervals: Mapping[str, int]
    changes: Mapping[str, int]


def counts_of(scans: Sequence[CohortScan]) -> Counts:
    """Count."""
    told = _told(scans)
    common = [name for name in told if told[name][0]][:_COMMON]
    having = {name: {s.key for s in scans if s.label(name).said is Said.PRESENT} for name in common}
    patients: dict[str, list[int]] = {}
    for scan in scans:
        patients.setdefault(scan.patient, []).append(scan.days)
    sizes = Counter(min(_MANY, len(days)) for days in patients.values())
    gaps = Counter(_bin(b - a) for days in patients.values() for a, b in pairwise(sorted(days)))
    changes = Counter(change.value for scan in scans for change in scan.changes.values())
    return Counts(
        len(patients), len(scans), told,
        {a: {b: len(having[a] & having[b]) for b in common} for a in common},
        {f"{n}{'+' if n == _MANY else ''}": sizes[n] for n in range(1, _MANY + 1)},
        {name: gaps[name] for name in (*(name for name, _ in _INTERVALS), _LONGER)},
        dict(sorted(changes.items())),
    )  # fmt: skip


def _told(scans: Sequence[CohortScan]) -> dict[str, tuple[int, int, int]]:
    found = {}
    for one in abnormalities():
        said = Counter(scan.labels[one.name].said for scan in scans if one.name in scan.labels)
        if said:
            found[one.name] = (said[Said.PRESENT], said[Said.UNCERTAIN], said[Said.ABSENT])
    return dict(sorted(found.items(), key=lambda item: (-item[1][0], item[0])))


def _bin(days: int) -> str:
    return next((name for name, end in _INTERVALS if days < end), _LONGER)


def write_page(folder: Path, scans: Sequence[CohortScan], rejected: Mapping[Reason, int], unpaired: int) -> Path:
    """Write the page, if it would be another than the one that is there; return it.

    Raises:
        CohortError: it cannot be written.
    """
    counts = counts_of(scans)
    titles = {one.name: one.title for one in abnormalities()}
    shares = [[both / max(1, counts.together[a][a]) for both in row.values()] for a, row in counts.together.items()]
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        counts=counts,
        rule=RULE,
        rejected=[(reason, rejected[reason]) for reason in Reason if rejected.get(reason)],
        unpaired=unpaired,
        prevalence=bars([(titles[name], told) for name, told in counts.told.items()], counts.scans),
        together=grid([titles[name] for name in counts.together], shares),
        per_patient=columns(counts.scans_a_patient),
        intervals=columns(counts.intervals),
    )
    path = folder / PAGE
    try:
        if not path.exists() or path.read_text(encoding="utf-8") != page:
            draft = folder / f".{PAGE}.part"
            draft.write_text(page, encoding="utf-8")
            draft.replace(path)
    except OSError as cause:
        raise CohortError(f"{path} could not be written ({cause}); make room.") from cause
    return path
