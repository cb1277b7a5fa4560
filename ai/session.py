"""What a reader leaves in a reading besides its findings: verdicts on changes, and the words of the report."""

from __future__ import annotations

from dataclasses import dataclass

from ai.geometry import PointMm


@dataclass(frozen=True, slots=True)
class JudgedChange:
    """A change that the reader accepted or rejected.

    Args:
        abnormality: what.
        verdict: ``accepted`` or ``rejected``.
        prior_uid: of the series that the scan was compared with.
        prior, current: where its lesion lies in either scan, LPS mm; both None for the change of a whole finding.
    """

    abnormality: str
    verdict: str
    prior_uid: str
    prior: PointMm | None = None
    current: PointMm | None = None


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A line of the report as the reader left it: ``key`` of its sentence in the draft, empty for one he added."""

    text: str
    key: str = ""
    by_reader: bool = False


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """A report that the reader wrote in.

    Args:
        lines: all that stand in it, headings too.
        said: keys of what the draft said; a key that no line carries was struck out.
    """

    lines: tuple[WrittenLine, ...]
    said: frozenset[str]
