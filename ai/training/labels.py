"""What the model learns, in the order of its outputs."""

from __future__ import annotations

LABELS = (
    "nodule", "nodulegr1cm", "mass", "granuloma", "cavitation", "cyst", "lymphadenopathy",
    "groundglass", "consolidation", "pneumonia", "atelectasis", "pulmonary_edema", "septal_thickening", "emphysema",
    "scarring", "bandlike_or_linear", "fibrosis", "reticulation", "honeycombing",
    "bronchiectasis", "bronchial_wall_thickening", "tree_in_bud",
    "pleural_effusion", "pleural_thickening", "pneumothorax",
    "pericardial_effusion", "cardiomegaly", "coronary_artery_disease", "atherosclerosis", "aneurysm",
    "dilation_or_ectasia", "calcification", "hernia", "fracture",
    "pacemaker_or_defib", "catheter_or_port", "chest_tube", "tracheal_tube", "sternotomy",
)  # fmt: skip
"""Names of the vocabulary."""
