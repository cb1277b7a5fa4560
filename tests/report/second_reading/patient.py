"""A patient drawn by chance: what he really has, now and in a prior. No voxels: only what a report can speak of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ai.geometry import PointMm

LOBES = ("right_upper", "right_mid", "right_lower", "left_upper", "left_lower")
CENTRES = {
    "right_upper": PointMm(-70.0, 0.0, 90.0),
    "right_mid": PointMm(-70.0, -30.0, 40.0),
    "right_lower": PointMm(-70.0, 40.0, -10.0),
    "left_upper": PointMm(70.0, 0.0, 80.0),
    "left_lower": PointMm(70.0, 40.0, 0.0),
    "mediastinum": PointMm(0.0, 0.0, 50.0),
}
COMMON = {
    "consolidation": 0.2, "groundglass": 0.2, "atelectasis": 0.25, "bronchiectasis": 0.12, "pneumothorax": 0.07,
    "fracture": 0.06, "chest_tube": 0.05,
}  # fmt: skip
"""What lies in a lobe or on a side, and how often."""
PLACELESS = {
    "emphysema": 0.25, "fibrosis": 0.08, "cardiomegaly": 0.18, "pericardial_effusion": 0.07, "aneurysm": 0.07,
    "coronary_artery_disease": 0.3, "hernia": 0.1, "catheter_or_port": 0.1, "tracheal_tube": 0.04,
    "pulmonary_edema": 0.07, "scarring": 0.15, "septal_thickening": 0.05, "tree_in_bud": 0.05, "sternotomy": 0.06,
}  # fmt: skip
LABELS = (*COMMON, *PLACELESS, "nodule", "mass", "granuloma", "pleural_effusion", "lymphadenopathy")
"""All that the drawn model looks for."""
MINOR = ("scarring", "granuloma", "sternotomy", "coronary_artery_disease", "hernia", "septal_thickening")
"""What a report may well leave out."""


@dataclass(frozen=True)
class Thing:
    """One thing that is there.

    Args:
        name: label.
        lobe: one of ``LOBES``, "mediastinum", or empty.
        side: "right", "left", "both" or empty.
        centre: of a body, or where it is strongest.
        sizes_mm: long and short axis of a body now; (0, 0) for what spreads.
        before_mm: of a body in the prior, its long axis; 0 where it was not there or there is no prior.
        gone: it lay there in the prior and does not now.
        large: an effusion of much fluid.
    """

    name: str
    lobe: str = ""
    side: str = ""
    centre: PointMm = CENTRES["mediastinum"]
    sizes_mm: tuple[float, float] = (0.0, 0.0)
    before_mm: float = 0.0
    gone: bool = False
    large: bool = False

    @property
    def body(self) -> bool:
        """True for a single body with a size."""
        return self.sizes_mm[0] > 0


@dataclass(frozen=True)
class Patient:
    """All that is there; ``compared``: there is a prior."""

    seed: int
    things: tuple[Thing, ...]
    compared: bool

    def now(self) -> tuple[Thing, ...]:
        """Return what is there now."""
        return tuple(thing for thing in self.things if not thing.gone)

    def without(self, thing: Thing) -> Patient:
        """Return the patient as one who never had that thing."""
        return replace(self, things=tuple(other for other in self.things if other is not thing))


def patient(seed: int) -> Patient:
    """Draw a patient."""
    rng = np.random.default_rng([seed, 1])
    compared = bool(rng.random() < 0.5)
    things = _bodies(rng, compared)
    for name, often in COMMON.items():
        if rng.random() < often:
            lobe = str(rng.choice(LOBES))
            things.append(Thing(name, lobe, lobe.split("_", maxsplit=1)[0], CENTRES[lobe]))
    for name, often in PLACELESS.items():
        if rng.random() < often:
            things.append(Thing(name))
    if rng.random() < 0.28:
        side = str(rng.choice(["right", "left", "both"]))
        lobe = "left_lower" if side == "left" else "right_lower"
        things.append(Thing("pleural_effusion", lobe, side, CENTRES[lobe], large=bool(rng.random() < 0.35)))
    return Patient(seed, tuple(things), compared)


def _bodies(rng: np.random.Generator, compared: bool) -> list[Thing]:
    found = [_nodule(rng, compared) for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.35, 0.35, 0.2, 0.1])))]
    if rng.random() < 0.15:
        found.append(_body(rng, "mass", float(rng.uniform(33, 65))))
    if rng.random() < 0.1:
        found.append(_body(rng, "granuloma", float(rng.uniform(3, 7))))
    if rng.random() < 0.13:
        sizes = (float(rng.uniform(18, 30)), float(rng.uniform(11, 17)))
        found.append(Thing("lymphadenopathy", "mediastinum", "", CENTRES["mediastinum"], sizes))
    if compared and rng.random() < 0.3:
        gone = _body(rng, "nodule", float(rng.uniform(6.5, 14)))
        found.append(replace(gone, before_mm=gone.sizes_mm[0], gone=True))
    return _apart(found)


def _apart(bodies: list[Thing]) -> list[Thing]:
    """Keep one nodule or mass a lobe: of two in one lobe no report tells which is meant."""
    once = {body.lobe: body for body in reversed(bodies)}
    return [body for body in bodies if once[body.lobe] is body]


def _nodule(rng: np.random.Generator, compared: bool) -> Thing:
    size = float(rng.uniform(4.5, 26))
    body = _body(rng, "nodule", size)
    if not compared or rng.random() < 0.3:
        return body
    return replace(body, before_mm=size * float(rng.choice([1.0, 1.0, 0.6, 1.35])))


def _body(rng: np.random.Generator, name: str, long_mm: float) -> Thing:
    lobe = str(rng.choice(LOBES))
    shifted = CENTRES[lobe].moved(*(float(v) for v in rng.uniform(-12, 12, 3)))
    return Thing(
        name, lobe, lobe.split("_", maxsplit=1)[0], shifted, (long_mm, long_mm * float(rng.uniform(0.72, 1.0)))
    )
