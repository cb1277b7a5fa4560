"""What a bundle's description tells of how well each abnormality was recognised, as findings carry it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ai.findings import Record

_TABLES = ("labels", "reported")
"""Names under which tables of figures by label stand: cases drawn with their truth, scans judged by their reports."""


def records_of(measured: Mapping[str, Any]) -> dict[str, tuple[Record, ...]]:
    """Return what was measured of each abnormality, in the order of the tables; what is no such table is passed over.

    Args:
        measured: of a bundle's description.
    """
    found: dict[str, list[Record]] = {}
    for title, table in measured.items():
        for name in _TABLES:
            rows = table.get(name) if isinstance(table, dict) else None
            for label, row in rows.items() if isinstance(rows, dict) else ():
                if isinstance(row, dict) and {"positive", "negative"} <= row.keys():
                    found.setdefault(label, []).append(_record(title, row))
    return {label: tuple(records) for label, records in found.items()}


def _record(title: str, row: Mapping[str, Any]) -> Record:
    return Record(
        title,
        int(row["positive"]),
        int(row["negative"]),
        _figure(row.get("auroc")),
        _figure(row.get("sensitivity")),
        _figure(row.get("specificity")),
    )


def _figure(value: object) -> float:
    """Return a figure, the middle one of a value with its interval; NaN where it could not be told."""
    if isinstance(value, list):
        value = value[0] if value else None
    return float(value) if isinstance(value, int | float) else math.nan
