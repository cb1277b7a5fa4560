"""What varies from patient to patient: size, sex, age, fat, heart, breath, contrast. Variation is not disease."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_WIDEST_HEART = 0.44
"""Of the cage's inner width; above one half a report says cardiomegaly."""


@dataclass(frozen=True)
class Contrast:
    """How dense blood is on its way: unenhanced everywhere the same; else by the phase of the injection (HU)."""

    cava: float
    right: float
    left: float
    organs: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Contrast:
        """Draw a phase: none, pulmonary, arterial or venous."""
        phase = rng.choice(4, p=(0.55, 0.12, 0.15, 0.18))
        if phase == 0:
            plain = float(rng.uniform(32, 48))
            return cls(plain, plain, plain, 0.0)
        right, left, organs = (
            ((260, 450), (120, 320), (0, 15)),
            ((150, 320), (220, 420), (5, 30)),
            ((120, 190),) * 2 + ((30, 65),),
        )
        low = (right, left, organs)[phase - 1]
        a, b, c = (float(rng.uniform(*limits)) for limits in low)
        dense = float(rng.uniform(1.3, 2.8)) if phase < 3 and rng.random() < 0.7 else 1.0
        return cls(a * dense, a, b, c)


@dataclass(frozen=True)
class Body:
    """Measures of one patient, millimetres; half axes unless said otherwise. Textbook ranges for adults."""

    female: bool
    age: float
    cage_width: float
    cage_depth: float
    fat: float
    muscle: float
    lung_height: float
    dome_right: float
    dome_left: float
    heart: tuple[float, float, float]
    heart_shift_left: float
    heart_fat: float
    aorta_radius: float
    unfolded: float
    contrast: Contrast
    mediastinum_half_width: float
    lung_hu: float
    gravity_hu: float
    arms_up: bool
    prone: bool
    rib_tilt: float
    kyphosis: float
    sunken_sternum: float

    @property
    def size(self) -> float:
        """How large against the average adult."""
        return self.cage_width / 128

    @property
    def trunk_radius(self) -> float:
        """Outer radius of the pulmonary trunk: below 29 mm across."""
        return min(13.8, self.aorta_radius * 0.98)

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Body:
        """Draw a patient by chance."""
        female = bool(rng.random() < 0.5)
        age = float(rng.uniform(20, 88))
        size = float(np.clip(rng.normal(0.95 if female else 1.03, 0.06), 0.82, 1.2))
        breath = float(rng.uniform(-25, 12))
        width = float(np.clip(rng.normal(128, 7), 108, 148)) * size
        heart = min(float(rng.normal(1.0, 0.07)) * size, _WIDEST_HEART * width / 57)
        old = max(0.0, age - 45) / 40
        return cls(
            female=female,
            age=age,
            cage_width=width,
            cage_depth=float(np.clip(rng.normal(84, 7), 68, 104)) * size,
            fat=float(np.clip(rng.gamma(3.2, 5.5), 4, 58)),
            muscle=float(rng.uniform(8, 18)) * (0.85 if female else 1.05),
            lung_height=float(np.clip(rng.normal(235, 16), 195, 280)) * size,
            dome_right=62 - breath,
            dome_left=50 - breath + float(rng.normal(0, 5)),
            heart=(64 * heart, 47 * heart, 44 * heart),
            heart_shift_left=float(rng.uniform(12, 26)),
            heart_fat=float(rng.uniform(1, 4)) + float(rng.uniform(0, 3)) * old,
            aorta_radius=min(16.0, float(rng.uniform(10, 13.5)) + 2.5 * old),
            unfolded=float(rng.uniform(0, 14)) * old,
            contrast=Contrast.drawn(rng),
            mediastinum_half_width=float(rng.uniform(19, 31)) * size,
            lung_hu=float(rng.normal(-862, 28)),
            gravity_hu=float(rng.uniform(25, 85)),
            arms_up=bool(rng.random() < 0.8),
            prone=bool(rng.random() < 0.06),
            rib_tilt=float(rng.uniform(0.3, 0.55)),
            kyphosis=float(rng.uniform(2, 10)) + 10 * old * float(rng.random()),
            sunken_sternum=float(rng.uniform(8, 24)) if rng.random() < 0.05 else 0.0,
        )
