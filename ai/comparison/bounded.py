"""A lesion as the body that detection bounded."""

from __future__ import annotations

from ai.findings import Composition, Lesion
from ai.model.lung_bodies import Body


def bounded(lesion: Lesion) -> Body | None:
    """Return a lesion's body; None where detection gave it no outline."""
    if lesion.mask is None or lesion.grid is None or not lesion.mask.any():
        return None
    hazy = lesion.composition in (Composition.GROUND_GLASS, Composition.PART_SOLID)
    return Body(lesion.mask, lesion.grid, lesion.volume_mm3, lesion.mean_hu, hazy=hazy)
