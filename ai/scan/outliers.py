"""Slices whose pixels are to be read otherwise than those of most of their stack: legal, rare, and often damage.

Each is shown as its own header says; the reader is told, as nobody can know which header is right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence

from ai.series import Notice, SliceHeader

_MEANT = 0.5
"""Where no reading is that of more than this share of the slices, each slice is meant to have its own."""


def outliers(headers: Sequence[SliceHeader]) -> list[Notice]:
    """Return what must be said of slices that are alone with their rescale or their kind of pixels.

    Args:
        headers: of one stack, in order.
    """
    told = [
        _told(headers, lambda h: (h.slope, h.intercept), _rescale),
        _told(headers, lambda h: (h.bits_stored, h.signed, h.padding), _kind),
    ]
    return [notice for notice in told if notice is not None]


def _some(count: int, of: int) -> str:
    return f"{count} of {of} slices {'says' if count == 1 else 'say'}"


def _told(
    headers: Sequence[SliceHeader], reading: Callable[[SliceHeader], Hashable], words: Callable[[SliceHeader], str]
) -> Notice | None:
    usual, count = Counter(map(reading, headers)).most_common(1)[0]
    if count == len(headers) or count <= _MEANT * len(headers):
        return None
    others = [h for h in headers if reading(h) != usual]
    one = next(h for h in headers if reading(h) == usual)
    text = (
        f"{_some(len(others), len(headers))} another {words(others[0])} than the others ({words(one)}), first "
        f"{others[0].path.name}: each is shown as its header says, but one of them may be damaged."
    )
    return Notice(text, grave=True)


def _rescale(header: SliceHeader) -> str:
    return f"rescale, slope {header.slope:g} and intercept {header.intercept:g},"


def _kind(header: SliceHeader) -> str:
    padding = "no padding" if header.padding is None else f"padding {header.padding}"
    return f"kind of pixels, {header.bits_stored} bits {'signed' if header.signed else 'unsigned'} with {padding},"
