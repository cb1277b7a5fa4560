"""Which series of an examination goes into the cohort."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ai.series import Series
from ai.studies import FEWEST_SLICES, THIN_MM, Examination, chest_series

RULE = (
    f"Of an examination's series those are weighed that show a chest by their names, or name no other part of the "
    f"body, in at least {FEWEST_SLICES} slices. The thinnest is taken; slices of up to {THIN_MM:g} mm count as equally "
    "thin. Among equals a soft kernel goes before a sharp one, uncompressed pictures before ones compressed with loss, "
    "more slices before fewer, a lower series number before a higher. Where the voxels of the first make no chest CT, "
    "the next is tried."
)
TRIED = 3
"""So many series of one examination are tried at most."""
_SHARP = re.compile(r"lung|bone|edge|detail|sharp|\bYC\b|\bYD\b|[BHUQ][A-Z]?[6-9]\d|FC5\d|FC8\d|\bL\b", re.IGNORECASE)
"""Names by which scanners call kernels that sharpen: words of GE and Philips, numbers of Siemens and Canon."""


def chosen(series: Sequence[Series]) -> list[Series]:
    """Return the series to try, the best first; none where none shows a chest."""
    return sorted(chest_series(Examination(series[0].study, tuple(series))), key=_rank)[:TRIED]


def is_sharp(kernel: str) -> bool:
    """Tell by its name whether a kernel sharpens."""
    return _SHARP.search(kernel) is not None


def _rank(one: Series) -> tuple[float, bool, bool, int, int, str]:
    thin = max(one.thickness_mm or 99.0, THIN_MM)
    return thin, is_sharp(one.kernel), one.lossy, -one.shape[0], one.number or 0, one.uid
