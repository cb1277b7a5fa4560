"""All quantities of one scan, in the order a report gives them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.anatomy import Lungs
from ai.findings import Heatmap, Quantity
from ai.model.measures.aorta import aorta_quantities
from ai.model.measures.blood import blood_of, blood_quantity
from ai.model.measures.calcium import calcium_quantities
from ai.model.measures.effusion import effusion_quantity
from ai.model.measures.even_density import even_emphysema
from ai.model.measures.heart_width import cardiothoracic_ratio
from ai.model.measures.lung_density import lung_quantities
from ai.model.measures.scene import Scene
from ai.organs import Organs
from ai.progress import QUIET, Progress
from ai.volume import Volume

_SEED_SHARE = 0.1
"""Of the strongest heat: fainter places do not begin an effusion."""


def quantities_of(
    volume: Volume,
    organs: Organs | None,
    lungs: Lungs,
    effusion: Heatmap | None = None,
    progress: Progress = QUIET,
    even: NDArray[np.float32] | None = None,
) -> tuple[Quantity, ...]:
    """Measure a scan.

    Args:
        volume: the whole scan, any orientation.
        organs: lobes, heart and aorta on the model's grid (standard axes); None where no model drew them.
        lungs: of ``prepare``.
        effusion: heat of pleural effusion where the model says that one is there, else None.
        progress: asked between the measures whether to go on.
        even: the scan averaged onto the grid of the lungs, HU; None where nobody did.

    Returns:
        Always the same quantities in the same order, less the noise-free emphysema index without ``even``; one that
        cannot be measured has no value and says why.
    """
    scene = Scene.of(volume, organs, lungs)
    progress.report(0.0, "measuring the lungs")
    found = list(lung_quantities(scene))
    if even is not None:
        after = next(n for n, one in enumerate(found) if one.name == "laa_950") + 1
        found.insert(after, even_emphysema(even, lungs))
    progress.report(0.6, "measuring heart and vessels")
    blood = blood_of(scene)
    found += [cardiothoracic_ratio(scene), *aorta_quantities(scene), blood_quantity(blood)]
    found += calcium_quantities(scene, blood)
    progress.report(0.9, "measuring fluid")
    seed = None if effusion is None else effusion.values > _SEED_SHARE * float(effusion.values.max())
    found.append(effusion_quantity(scene, seed, None if effusion is None else effusion.grid))
    progress.report(1.0, "measured")
    return tuple(found)
