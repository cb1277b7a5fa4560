"""Which abnormalities come together: patients have illnesses, not independent findings.

Shares are rough figures of practice, chosen so that a scan shows about ten abnormalities, give or take six.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ai.phantom.drawable import Drawable

ILLNESSES: Mapping[str, tuple[float, Mapping[str, float]]] = {
    "none": (0.14, {}),
    "heart failure": (
        0.09,
        {"cardiomegaly": 0.85, "pulmonary_edema": 0.7, "pleural_effusion": 0.8, "coronary_artery_disease": 0.5,
         "atelectasis": 0.4, "septal_thickening": 0.3, "pericardial_effusion": 0.2},
    ),
    "smoker": (
        0.12,
        {"emphysema": 0.85, "bronchial_wall_thickening": 0.5, "nodule": 0.45, "coronary_artery_disease": 0.5,
         "atherosclerosis": 0.6, "mass": 0.2, "scarring": 0.3},
    ),
    "lung cancer": (
        0.12,
        {"mass": 0.75, "nodule": 0.5, "lymphadenopathy": 0.6, "pleural_effusion": 0.35, "atelectasis": 0.4,
         "emphysema": 0.4, "catheter_or_port": 0.3},
    ),
    "pneumonia": (
        0.12,
        {"pneumonia": 0.9, "consolidation": 0.4, "groundglass": 0.4, "pleural_effusion": 0.4, "tree_in_bud": 0.3,
         "bronchial_wall_thickening": 0.3, "lymphadenopathy": 0.2},
    ),
    "fibrosis": (
        0.09,
        {"fibrosis": 0.7, "honeycombing": 0.5, "reticulation": 0.6, "bronchiectasis": 0.4, "emphysema": 0.25,
         "groundglass": 0.2, "hernia": 0.3},
    ),
    "airways": (
        0.09,
        {"bronchiectasis": 0.8, "tree_in_bud": 0.6, "bronchial_wall_thickening": 0.7, "cavitation": 0.25,
         "consolidation": 0.2, "scarring": 0.3},
    ),
    "old infection": (
        0.08,
        {"granuloma": 0.7, "scarring": 0.7, "calcification": 0.4, "cavitation": 0.3, "pleural_thickening": 0.4,
         "bronchiectasis": 0.3, "nodule": 0.3},
    ),
    "intensive care": (
        0.08,
        {"tracheal_tube": 0.7, "catheter_or_port": 0.8, "chest_tube": 0.5, "pleural_effusion": 0.6,
         "atelectasis": 0.6, "consolidation": 0.4, "pneumothorax": 0.3, "groundglass": 0.3},
    ),
    "heart surgery": (
        0.09,
        {"sternotomy": 0.9, "coronary_artery_disease": 0.7, "atherosclerosis": 0.6, "pacemaker_or_defib": 0.35,
         "pleural_effusion": 0.3, "pericardial_effusion": 0.25, "aneurysm": 0.2, "cardiomegaly": 0.35,
         "bandlike_or_linear": 0.3},
    ),
    "injury": (
        0.07,
        {"fracture": 0.9, "pneumothorax": 0.5, "pleural_effusion": 0.4, "chest_tube": 0.4, "atelectasis": 0.4,
         "groundglass": 0.25},
    ),
}  # fmt: skip
"""Name → (share of patients, first label of what is drawn → share of these patients)."""


def chosen(catalogue: Sequence[Drawable], rng: np.random.Generator) -> frozenset[str]:
    """Choose by chance what one patient has: an illness with its company, and what is found besides.

    Args:
        catalogue: what can be drawn; a thing belongs to its first label.
        rng: source of chance.

    Returns:
        Names of what is to be drawn, look-alikes included.
    """
    names = list(ILLNESSES)
    shares = np.array([ILLNESSES[name][0] for name in names])
    illness = names[int(rng.choice(len(names), p=shares / shares.sum()))]
    company = ILLNESSES[illness][1]
    besides = 0.25 if illness == "none" and rng.random() < 0.6 else float(rng.gamma(2.5, 0.4))
    found = set()
    for thing in catalogue:
        chance = rng.random()
        if chance < min(0.9, thing.share * (besides if thing.labels else 1.0)):
            found.add(thing.name)
    for label, share in company.items():
        forms = [thing for thing in catalogue if thing.labels[:1] == (label,)]
        if forms and rng.random() < share:
            weights = np.array([thing.share for thing in forms])
            found.add(forms[int(rng.choice(len(forms), p=weights / weights.sum()))].name)
    return frozenset(found)


def forms_of(catalogue: Sequence[Drawable], labels: frozenset[str], rng: np.random.Generator) -> frozenset[str]:
    """Choose, for each label asked for, one thing that draws it: one that belongs to it before one that has it too."""
    found = set()
    for label in sorted(labels):
        forms = [thing for thing in catalogue if thing.labels[:1] == (label,)]
        forms = forms or [thing for thing in catalogue if label in thing.labels]
        if forms:
            weights = np.array([thing.share for thing in forms])
            found.add(forms[int(rng.choice(len(forms), p=weights / weights.sum()))].name)
    return frozenset(found)
