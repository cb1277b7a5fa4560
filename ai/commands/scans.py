"""Scans on their way into a command: read whole with their notices, analysed, withheld."""

from __future__ import annotations

from pathlib import Path

from ai import model, scan
from ai.commands.desk import Desk
from ai.errors import IntervalError
from ai.findings import Analysis
from ai.model.withholding import analyse_or_withhold
from ai.progress import Progress
from ai.series import Scan, Series


def read_scan(source: Path | Series, desk: Desk) -> Scan:
    """Read a scan whole and say its notices."""
    found = scan.read(source, desk.progress)
    for notice in found.notices:
        desk.tell(f"{found.series.source}: {notice.text}")
    return found


def analysed(found: Scan, device: str, progress: Progress, folder: Path | None = None) -> Analysis:
    """Analyse a scan with the shipped model, or with the bundle of a folder; a refusal names the scan.

    In grave doubt its findings are withheld.
    """
    bundle = model.load_bundle(folder)
    try:
        return analyse_or_withhold(found.volume, bundle, device, progress)
    except model.ModelError as refusal:
        raise IntervalError(f"{found.series.source}: {refusal}") from refusal


def why_withheld(found: Scan, analysis: Analysis) -> str:
    """Return the sentence that names the scan and its grave doubts."""
    return f"{found.series.source}: findings are withheld. " + " ".join(d.sentence for d in analysis.doubts if d.grave)
