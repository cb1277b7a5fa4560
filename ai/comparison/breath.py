"""What a lung's density would be in another breath.

Lung is taken for a sponge: air comes and goes, tissue, blood and water stay, so that (HU + 1000) × volume is the same
in every breath (Stoel et al., Proc Am Thorac Soc 2008;5:919; Shaker et al., Acta Radiol 2004;45:417; voxel by voxel:
Gorbunova et al., Med Image Anal 2012;16:786, Staring et al., Med Phys 2014;41:021905). What the rule leaves is lung
that became heavier or lighter. It knows nothing of lungs that empty unevenly or of blood that moves with the breath.
"""

from __future__ import annotations

from ai.diffuse import Breath

_AIR_HU = -1000.0


def in_this_breath_hu(then_hu: float, breath: Breath) -> float:
    """Return what a density of the prior would be in the current breath, HU."""
    return (then_hu - _AIR_HU) * breath.then_ml / breath.now_ml + _AIR_HU


def in_that_breath_hu(now_hu: float, breath: Breath) -> float:
    """Return which density of the prior becomes this one in the current breath, HU: the limit to count with there."""
    return (now_hu - _AIR_HU) * breath.now_ml / breath.then_ml + _AIR_HU
