"""What was measured as plain tables, for a bundle's description and for files."""

from __future__ import annotations

import math
from typing import Any

from ai.training.judging.bootstrap import COVERED, Figure
from ai.training.judging.figures import Contest, Judgement

Table = dict[str, Any]


def table_of(measured: Judgement) -> Table:
    """Return {title: figures} as a description's ``measured`` takes it."""
    return {
        f"by the reports of {measured.scans} scans of {measured.patients} patients never learned from": judgement_table(
            measured
        )
    }


def judgement_table(measured: Judgement) -> Table:
    """Return the figures of a bundle: each as [value, low, high]."""
    return {
        "scans": measured.scans,
        "patients": measured.patients,
        "covered by intervals": COVERED,
        "mean": {kind: triple(one) for kind, one in measured.mean.items()},
        "reported": {
            row.label: {
                "positive": row.positive,
                "negative": row.negative,
                **{kind: triple(one) for kind, one in row.figures.items()},
                "room": _number(row.room),
            }
            for row in measured.labels
        },
        "too few to judge": list(measured.unjudged),
    }


def contest_table(measured: Contest) -> Table:
    """Return the differences of two bundles, first minus second."""
    return {
        "verdict": measured.verdict,
        "mean": {kind: triple(one) for kind, one in measured.mean.items()},
        "labels": {
            row.label: {
                **{kind: triple(one) for kind, one in row.figures.items()},
                "delong p": None if row.delong is None else _number(row.delong.p, 5),
            }
            for row in measured.labels
        },
    }


def triple(one: Figure) -> list[float | None]:
    """Return [value, low, high], None for what cannot be told."""
    return [_number(one.value), _number(one.low), _number(one.high)]


def _number(value: float, digits: int = 4) -> float | None:
    return round(value, digits) if math.isfinite(value) else None
