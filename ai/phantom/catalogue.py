"""Everything that can be drawn, in the order in which it must be: what moves anatomy first, metal last."""

from __future__ import annotations

from ai.phantom.drawable import Drawable
from ai.phantom.lesions import (
    airway_lookalikes,
    aortic_wall,
    atelectasis,
    bands,
    bronchial_walls,
    bronchiectasis,
    cardiomegaly,
    cavities,
    consolidation,
    coronaries,
    cysts,
    devices,
    edema,
    effusion,
    emphysema,
    fibrosis,
    fracture,
    granulomas,
    groundglass,
    hernia,
    honeycombing,
    interstitial_lookalikes,
    lookalikes,
    lymphadenopathy,
    masses,
    nodule_lookalikes,
    nodules,
    pericardium,
    pleura,
    pneumonia,
    pneumothorax,
    reticulation,
    scars,
    septa,
    tree_in_bud,
    wide_vessels,
)

_ORDER = (
    "cardiomegaly", "aneurysm", "dilation_or_ectasia", "hernia",
    "", "emphysema", "cyst", "fibrosis", "honeycombing", "reticulation", "scarring",
    "bronchial_wall_thickening", "bronchiectasis", "septal_thickening", "groundglass", "pulmonary_edema",
    "tree_in_bud", "pneumonia", "consolidation", "bandlike_or_linear", "granuloma", "nodule", "nodulegr1cm", "mass",
    "cavitation", "atelectasis", "lymphadenopathy", "pleural_thickening", "pericardial_effusion", "pleural_effusion",
    "pneumothorax", "atherosclerosis", "coronary_artery_disease", "calcification", "fracture",
    "sternotomy", "catheter_or_port", "pacemaker_or_defib", "chest_tube", "tracheal_tube",
)  # fmt: skip
"""By first label; the empty one stands for look-alikes."""

_MODULES = (
    airway_lookalikes,
    aortic_wall,
    atelectasis,
    bands,
    bronchial_walls,
    bronchiectasis,
    cardiomegaly,
    cavities,
    consolidation,
    coronaries,
    cysts,
    devices,
    edema,
    effusion,
    emphysema,
    fibrosis,
    fracture,
    granulomas,
    groundglass,
    hernia,
    honeycombing,
    interstitial_lookalikes,
    lookalikes,
    lymphadenopathy,
    masses,
    nodule_lookalikes,
    nodules,
    pericardium,
    pleura,
    pneumonia,
    pneumothorax,
    reticulation,
    scars,
    septa,
    tree_in_bud,
    wide_vessels,
)


def _place(thing: Drawable) -> int:
    return _ORDER.index(thing.labels[0] if thing.labels else "")


CATALOGUE: tuple[Drawable, ...] = tuple(
    sorted((thing for module in _MODULES for thing in module.DRAWABLES), key=_place)
)
