"""What a model says of whole real scans, as the viewer would hear it: a table for the card, failures included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ai.errors import IntervalError
from ai.model import Bundle, analyse
from ai.progress import QUIET, Part, Progress
from ai.scan import read


def real_table(bundle: Bundle, scans: list[Path], progress: Progress = QUIET) -> dict[str, Any]:
    """Return per scan and label the probability and where the heat peaks (LPS millimetres)."""
    rows: dict[str, Any] = {}
    for number, path in enumerate(scans):
        progress.report(number / len(scans), f"reading {path.name}")
        part = Part(progress, number / len(scans), (number + 1) / len(scans))
        try:
            analysis = analyse(read(path).volume, bundle, "cpu", part)
        except IntervalError as refusal:
            rows[path.name] = {"refused": str(refusal)}
            continue
        rows[path.name] = {
            f.abnormality.name: {
                "probability": round(f.probability, 3),
                "present": f.present,
                "peak_mm": [round(v, 1) for v in f.peaks[0].position.array().tolist()] if f.peaks else None,
            }
            for f in analysis.findings
        }
    return rows
