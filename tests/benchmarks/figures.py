"""What a benchmark found, in one line a person can read: ours, the peer's, and what was promised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Figure:
    """One measured value.

    Args:
        what: what was measured, on what.
        ours: in ``unit``.
        limit: what the issue promises, at most; None where nothing is promised.
        peer: the same measured on a peer in the same run, with its name; None where there is none here.
        note: percentiles or circumstances.
    """

    what: str
    ours: float
    unit: str
    limit: float | None = None
    peer: tuple[str, float] | None = None
    note: str = ""

    def line(self) -> str:
        """Return the line."""
        parts = [f"{self.what:<52} {self.ours:9.2f} {self.unit:<4}"]
        if self.limit is not None:
            kept = "kept" if self.ours <= self.limit else "MISSED"
            parts.append(f"limit {self.limit:g} {self.unit}: {kept}")
        if self.peer is not None:
            name, theirs = self.peer
            parts.append(f"{name} {theirs:.2f} {self.unit}, {theirs / self.ours:.1f} times ours")
        if self.note:
            parts.append(self.note)
        return "  ".join(parts)


def percentiles(values: list[float]) -> str:
    """Return median, 95th, 99th percentile and maximum as one note."""
    middle, most, nearly_all = np.percentile(values, (50, 95, 99))
    return f"p50 {middle:.1f} p95 {most:.1f} p99 {nearly_all:.1f} max {max(values):.1f} (n={len(values)})"


def p95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return float(np.percentile(values, 95))
