"""Figures put into words and tables for the page that people read."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ai.report import Curves, EvaluationPage, PageTable, Shown
from ai.training.judging import curves
from ai.training.judging.bootstrap import DRAWS, Figure
from ai.training.judging.figures import KINDS, Contest, Judgement
from ai.training.judging.misses import Picture
from ai.training.judging.readings import Judged
from ai.vocabulary import abnormality

_NOTE = (
    "Against the reports: what they leave unsaid counts as absent, what they doubt is left out. In brackets the middle "
    f"95 % of {DRAWS} samples of the patients. Calibration error: expected, ten bins; 0 is perfect. Inside: share of "
    "the heat in the organs and side that the report names, or the vocabulary allows, for a label that is there; a "
    "perfect map scores 1, heat spread evenly what the last column says; labels that may lie anywhere have none."
)
_CONTEST_NOTE = (
    "First model minus second on the same scans; the same patients are drawn for both. p: two-sided, DeLong's test of "
    "the AUROCs, scans of one patient taken together (Obuchowski 1997), not corrected for the number of labels."
)


def page_of(
    models: Sequence[str],
    told: Sequence[str],
    measured: Sequence[Judgement],
    judged: Sequence[Judged],
    against: Contest | None,
    misses: Sequence[Picture],
    more: Sequence[PageTable] = (),
) -> EvaluationPage:
    """Return the page.

    Args:
        models: their names, the one asked about first.
        told: sentences on what was measured on whom.
        measured, judged: of each model.
        against: first minus second; None for one model.
        misses: of the first.
        more: tables that follow those of the reports.
    """
    tables = [_figures(name, one) for name, one in zip(models, measured, strict=True)]
    if against is not None:
        tables.insert(0, _differences(against))
    return EvaluationPage(
        "How good the model is, by the reports of an archive",
        tuple(models),
        tuple(told),
        "" if against is None else against.verdict,
        (*tables, *more),
        tuple(_curves(row.label, judged) for row in measured[0].labels),
        tuple(_shown(one) for one in misses),
    )


def written(one: Figure, signed: bool = False) -> str:
    """Return a figure with its interval; a dash for what cannot be told."""
    form = "+.3f" if signed else ".3f"
    if not math.isfinite(one.value):
        return "–"
    if not math.isfinite(one.low):
        return f"{one.value:{form}}"
    return f"{one.value:{form}} ({one.low:{form}} to {one.high:{form}})"


def _figures(name: str, measured: Judgement) -> PageTable:
    head = ("", "with", "without", *(kind.capitalize() for kind in KINDS), "spread evenly")
    rows = [
        (
            abnormality(row.label).title,
            str(row.positive),
            str(row.negative),
            *(written(row.figures[kind]) for kind in KINDS),
            f"{row.room:.3f}" if math.isfinite(row.room) else "–",
        )
        for row in measured.labels
    ]
    rows.append(("mean of labels", "", "", *(written(measured.mean[kind]) for kind in KINDS), ""))
    few = ", ".join(abnormality(label).title.lower() for label in measured.unjudged)
    note = _NOTE + (f" Too few scans to judge: {few}." if few else "")
    return PageTable(name, note, head, tuple(rows), summed=True)


def _differences(against: Contest) -> PageTable:
    head = ("", *(kind.capitalize() for kind in KINDS), "p")
    rows = [
        (
            abnormality(row.label).title,
            *(written(row.figures[kind], signed=True) for kind in KINDS),
            "–" if row.delong is None else f"{row.delong.p:.3f}",
        )
        for row in against.labels
    ]
    rows.append(("mean of labels", *(written(against.mean[kind], signed=True) for kind in KINDS), ""))
    return PageTable("One against the other", _CONTEST_NOTE, head, tuple(rows), summed=True)


def _curves(label: str, judged: Sequence[Judged]) -> Curves:
    ours = [(one, one.labels.index(label)) for one in judged if label in one.labels]
    return Curves(
        abnormality(label).title,
        tuple(curves.roc(one.logits[:, n], one.present[:, n]) for one, n in ours),
        tuple(curves.reliability(one.probabilities[:, n], one.present[:, n]) for one, n in ours),
    )


def _shown(picture: Picture) -> Shown:
    miss = picture.miss
    heat = "no heat in this slice" if picture.strongest <= 0 else f"strongest cell {picture.strongest:.2g} logit points"
    return Shown(
        picture.png,
        f"{abnormality(miss.label).title}: probability {miss.probability:.1%}, called from {miss.threshold:.1%}; "
        f"scan {miss.key}, slice {picture.slice_number}; {heat}",
    )
