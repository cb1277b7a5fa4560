"""Where a finding is: the lobes and organs its instances, its spread or its heat lie in."""

from __future__ import annotations

from ai.findings import Finding
from ai.organs import LUNGS, Organs

NOTABLE = 0.25
"""Of the strongest peak's evidence, or of the lobe most covered: weaker ones say little of where a finding is."""


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


def side_of(place: str) -> str:
    """Return ``right`` or ``left`` for a lobe or lung; empty for what has no side."""
    side = place.partition("_")[0]
    return side if side in ("right", "left") else ""
