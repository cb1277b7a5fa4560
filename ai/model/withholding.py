"""The reading of a scan in grave doubt: no findings, and the reason why."""

from __future__ import annotations

import time

from ai.findings import Analysis, Setting
from ai.model.analyser import analyse
from ai.model.bundle import Bundle
from ai.model.doubt import ScanDoubted
from ai.progress import QUIET, Progress
from ai.volume import Volume


def analyse_or_withhold(
    volume: Volume,
    bundle: Bundle,
    device: str = "auto",
    progress: Progress = QUIET,
    setting: Setting = Setting.BALANCED,
) -> Analysis:
    """Analyse a chest CT; of a scan in grave doubt return an analysis without findings, whose doubts say why.

    Raises:
        ModelError: as ``analyse``, save for ``ScanDoubted``.
    """
    began = time.monotonic()
    try:
        return analyse(volume, bundle, device, progress, setting)
    except ScanDoubted as refusal:
        return Analysis((), bundle.card, "cpu", time.monotonic() - began, doubts=refusal.doubts)
