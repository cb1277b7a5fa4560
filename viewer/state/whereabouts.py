"""Where a finding is, in the reader's words: the lobes and organs its instances or its heat lie in."""

from __future__ import annotations

from ai.findings import Finding
from ai.organs import LOBES, LUNGS, Organs

MOST = 3
"""Places named; more are summed up."""
NOTABLE = 0.25
"""Of the strongest peak's evidence, or of the lobe most covered: weaker ones say little of where a finding is."""
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


def places_of(finding: Finding, organs: Organs | None) -> tuple[str, ...]:
    """Return the vocabulary's names of the places, weightiest first, each once."""
    if finding.lesions:
        by_size = sorted(finding.lesions, key=lambda lesion: -lesion.volume_mm3)
        return tuple(dict.fromkeys(lesion.location for lesion in by_size))
    covered = {name: share for name, share in finding.extent if name != LUNGS and share > 0}
    if covered:
        least = NOTABLE * max(covered.values())
        return tuple(name for name in sorted(covered, key=lambda name: -covered[name]) if covered[name] >= least)
    if organs is None or not finding.peaks:
        return ()
    strongest = max(peak.evidence for peak in finding.peaks)
    notable = [peak for peak in finding.peaks if peak.evidence >= NOTABLE * strongest]
    by_evidence = sorted(notable, key=lambda peak: -peak.evidence)
    return tuple(name for name in dict.fromkeys(organs.at(peak.position) for peak in by_evidence) if name)


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
