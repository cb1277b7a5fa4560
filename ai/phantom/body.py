"""What varies from patient to patient: size, sex, fat, heart, posture of the diaphragm. Variation is not disease."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Body:
    """Measures of one patient, millimetres; half axes unless said otherwise. Textbook ranges for adults."""

    female: bool
    cage_width: float
    cage_depth: float
    fat: float
    muscle: float
    lung_height: float
    dome_right: float
    dome_left: float
    heart: tuple[float, float, float]
    heart_shift_left: float
    aorta_radius: float
    blood_hu: float
    mediastinum_half_width: float
    lung_hu: float
    gravity_hu: float
    arms_up: bool
    rib_tilt: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Body:
        """Draw a patient by chance."""
        female = bool(rng.random() < 0.5)
        size = float(rng.normal(0.95 if female else 1.03, 0.06))
        breath = float(rng.uniform(-25, 12))
        heart = float(rng.normal(1.0, 0.07)) * size
        return cls(
            female=female,
            cage_width=float(rng.normal(128, 7)) * size,
            cage_depth=float(rng.normal(84, 7)) * size,
            fat=float(rng.gamma(4, 4)) + 5,
            muscle=float(rng.uniform(8, 18)),
            lung_height=float(rng.normal(235, 16)) * size,
            dome_right=62 - breath,
            dome_left=50 - breath + float(rng.normal(0, 5)),
            heart=(58 * heart, 50 * heart, 62 * heart),
            heart_shift_left=float(rng.uniform(14, 30)),
            aorta_radius=float(rng.uniform(10, 15)),
            blood_hu=float(rng.uniform(150, 400)) if rng.random() < 0.4 else float(rng.uniform(32, 48)),
            mediastinum_half_width=float(rng.uniform(24, 36)),
            lung_hu=float(rng.normal(-862, 28)),
            gravity_hu=float(rng.uniform(25, 85)),
            arms_up=bool(rng.random() < 0.8),
            rib_tilt=float(rng.uniform(0.3, 0.55)),
        )
