"""evaluation.html: how good a model is by a cohort's reports, in one file with curves and pictures."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

import jinja2

from ai.report.plain import RESEARCH_ONLY
from ai.report.whole_file import write_whole
from ai.vocabulary import RESOURCES

TEMPLATE = RESOURCES / "report" / "evaluation.html.jinja"

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class PageTable:
    """A table of texts.

    Args:
        title: over it.
        note: a sentence under the title.
        head: names of the columns.
        rows: texts, the first of each its name; the last row is set apart where ``summed``.
        summed: whether the last row is a mean.
    """

    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    summed: bool = False


@dataclass(frozen=True)
class Curves:
    """One label's curves, a pair of point rows for each model: x and y from 0 to 1.

    Args:
        title: of the label.
        roc: (false positive rate, true positive rate) of each model.
        reliability: (mean probability, share that have it) of each model.
    """

    title: str
    roc: tuple[Points, ...]
    reliability: tuple[Points, ...]


@dataclass(frozen=True)
class Shown:
    """A picture, PNG, with what stands under it."""

    png: bytes
    caption: str


@dataclass(frozen=True)
class EvaluationPage:
    """All that the page says.

    Args:
        title: of the page.
        models: names of the models, the one asked about first.
        told: sentences on what was measured on whom.
        verdict: whether the first is better than the second; empty where there is one only.
        tables: of figures.
        curves: by label.
        misses: the worst, as pictures.
    """

    title: str
    models: tuple[str, ...]
    told: tuple[str, ...]
    verdict: str
    tables: tuple[PageTable, ...]
    curves: tuple[Curves, ...]
    misses: tuple[Shown, ...]


def write_evaluation(folder: Path, page: EvaluationPage) -> Path:
    """Write ``evaluation.html`` with everything inside it; return it.

    Raises:
        ReportError: the file cannot be written.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.filters["line"] = _line
    environment.filters["embedded"] = lambda png: "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return write_whole(folder / "evaluation.html", template.render(page=page, research_only=RESEARCH_ONLY))


def _line(points: Points) -> str:
    """SVG's points in a square of 100, y upwards."""
    return " ".join(f"{100 * x:.1f},{100 - 100 * y:.1f}" for x, y in points)
