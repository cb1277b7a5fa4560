"""The organs of a cohort's scan as a guide names them, asked once and kept with the cohort."""

from __future__ import annotations

from contextlib import suppress
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray

from ai.model import Bundle
from ai.model.layers import folded
from ai.model.network import EvidenceNet
from ai.model.organ_map import named_organs
from ai.model.preparation import Prepared
from ai.model.seeing import features_of, see
from ai.report import ReportError
from ai.report.whole_file import whole_file
from ai.training.cohort import Cohort
from ai.training.cohort.store import voxel_path
from ai.training.reports.errors import ReportsError

FOLDER = "organs"


def kept_organs(
    cohort: Cohort, key: str, ready: Prepared, guide: Bundle, scores: NDArray[np.float32] | None = None
) -> NDArray[np.uint8]:
    """Return the code of the organ of each of the guide's voxels, uint8 (S, R, C) without padding.

    Naming the organs takes ten times as long as reading the scan for learning, so what was found is kept with the
    cohort, where that can be written: for the next run, for networks of any spacing, and for every measurement. What
    cannot be read is found anew.

    Args:
        cohort: that holds the scan.
        key: of the scan.
        ready: the scan at the guide's spacing.
        guide: a bundle that names organs.
        scores: (1 + organs, s, r, c) of the guide, where it has read this scan already; None asks it.

    Raises:
        ReportsError: the guide knows no organs.
    """
    kept = cohort.folder / FOLDER / guide.card.sha256[:12] / f"{key}.npz"
    if kept.exists() and kept.stat().st_mtime_ns > voxel_path(cohort.folder, key).stat().st_mtime_ns:
        with (
            suppress(OSError, ValueError, KeyError, EOFError, BadZipFile),
            kept.open("rb") as file,
            np.load(file) as found,
        ):
            return np.asarray(found["codes"], dtype=np.uint8)
    if scores is None:
        scores = _organs_alone(ready, guide)
    if scores is None:
        raise ReportsError(f"{guide.card.title or guide.card.identifier} names no organs; name a guide that does.")
    codes = named_organs(scores, ready.lungs).codes
    with suppress(ReportError), whole_file(kept) as draft, draft.open("wb") as written:
        np.savez_compressed(written, codes=codes)
    return codes


def _organs_alone(ready: Prepared, guide: Bundle) -> NDArray[np.float32] | None:
    """Ask a network of ours for organs and nothing else."""
    device, network = torch.device("cpu"), guide.network
    if not isinstance(network, EvidenceNet):
        return see(ready, network, device).organs
    if network.organ_head is None:
        return None
    with torch.inference_mode():
        organs = network.judge(features_of(folded(network), ready)).organs
    return None if organs is None else np.ascontiguousarray(organs[0].numpy())
