"""Where a finding is, in the reader's words: the lobes and organs its instances or its heat lie in."""

from __future__ import annotations

from ai.findings import Finding
from ai.organs import LOBES, LUNGS, Organs
from ai.places import places_of

MOST = 3
"""Places named; more are summed up."""
_LUNGS = {
    "both lungs": LOBES,
    "right lung": tuple(lobe for lobe in LOBES if lobe.startswith("right")),
    "left lung": tuple(lobe for lobe in LOBES if lobe.startswith("left")),
}


def place(location: str) -> str:
    """Write a location of the vocabulary as a reader would."""
    return location.replace("_mid", "_middle").replace("_", " ")


def whereabouts(finding: Finding, organs: Organs | None) -> str:
    """Return the places of a finding, the weightiest first; empty where none is known.

    Instances know theirs; what spreads in the lungs has a share of each lobe; of all else each notable peak lies in an
    organ or within reach of one.
    """
    words = _words(places_of(finding, organs))
    share = dict(finding.extent).get(LUNGS)
    if not words or share is None:
        return words
    return f"{words} · {share:.0%} of the lungs" if share >= 0.01 else f"{words} · under 1% of the lungs"


def _words(places: tuple[str, ...]) -> str:
    left = set(places)
    words = []
    for lung, lobes in _LUNGS.items():
        if left >= set(lobes):
            words.append(lung)
            left -= set(lobes)
    words += [place(name) for name in places if name in left]
    more = f" +{len(words) - MOST}" if len(words) > MOST else ""
    return ", ".join(words[:MOST]) + more
